//! Every text form, on one text.

use std::fmt::{Debug, Display};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use chat_monitor::{
    Attribute, ChatId, DepartmentId, Email, EmailPattern, ExclusionId, IpRange, OperatorId, Role, RuleId, Sample,
    Visitor,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_value, json, to_value};

use crate::quiet::Texts;

/// What is parsed is shown in one canonical form, which parses as the same; serde and `TryFrom` agree with `FromStr`.
pub fn text_forms(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    ids(text);
    emails(text);
    ranges(text);
    roles(text);
}

fn ids(text: &str) {
    let id: Option<OperatorId> = form(text);
    assert!(id.as_ref().is_none_or(|id| id.as_str() == text));
    assert_eq!(form::<ChatId>(text).is_some(), id.is_some());
    assert_eq!(form::<RuleId>(text).is_some(), id.is_some());
    assert_eq!(form::<DepartmentId>(text).is_some(), id.is_some());
    assert_eq!(form::<ExclusionId>(text).is_some(), id.is_some());
    assert_eq!(Sample::new(1, text).is_ok(), id.is_some());
    assert_eq!(Attribute::new(text, "value").is_ok(), id.is_some());
    assert_eq!(Attribute::new("name", text).is_ok(), id.is_some());
}

/// Every id is the name of a role.
fn roles(text: &str) {
    let role: Option<Role> = form(text);
    assert_eq!(role.is_some(), text.parse::<OperatorId>().is_ok());
    assert!(role.is_none_or(|role| role.as_str() == text));
}

fn emails(text: &str) {
    let (email, pattern) = (form::<Email>(text), form::<EmailPattern>(text));
    let wide = widened(text);
    assert_eq!(wide.parse().ok(), email);
    assert_eq!(wide.parse().ok(), pattern);
    let Some(pattern) = pattern else {
        // An address whose local part holds a sign that people write for more is a visitor's, and no pattern.
        let wild = email.as_ref().is_some_and(|email| email.local_part().contains(['*', '%']));
        assert!(email.is_none() || wild);
        return;
    };
    assert_eq!(pattern.is_address(), email.is_some());
    assert!(pattern.as_str().len() <= 254);
    let domain: EmailPattern = format!("*@{}", pattern.domain()).parse().unwrap();
    assert!(!domain.is_address() && domain.domain() == pattern.domain());
    let Some(email) = email else {
        // What lies below a domain is not of the domain itself.
        assert!(domain == pattern || pattern.as_str() == format!("*@*.{}", pattern.domain()));
        return;
    };
    assert_eq!(email.as_str(), format!("{}@{}", email.local_part(), email.domain()));
    assert_eq!(email.domain(), pattern.domain());
    assert_eq!(EmailPattern::try_from(email.clone()).as_ref(), Ok(&pattern));
    assert!(pattern.matches(&email) && domain.matches(&email));
    let quoted = email.local_part().starts_with('"');
    let upper = email.as_str().to_ascii_uppercase();
    assert!(quoted || upper.parse::<Email>().unwrap() == email);
}

fn ranges(text: &str) {
    let range: Option<IpRange> = form(text);
    assert_eq!(widened(text).parse().ok(), range);
    // A visitor's address is a range of one, without a prefix length.
    let visitor = from_value::<Visitor>(json!({ "ip": text })).ok().and_then(|visitor| visitor.ip());
    assert_eq!(visitor.map(IpRange::from), range.filter(|_| !text.contains(['/', '／'])));
    let Some(range) = range else { return };
    assert_eq!(range.is_address(), !range.to_string().contains('/'));
    assert_eq!(range.is_address(), range.first() == range.last());
    assert_eq!(IpRange::new(range.first(), range.prefix_len()), Ok(range));
    assert!(range.first() <= range.last());
    // An address that differs in a bit lies in the range if that is behind the prefix, and else does not.
    let (address, prefix_len) = text.split_once('/').unwrap_or((text, ""));
    if let (Ok(address), Ok(prefix_len)) = (address.parse::<IpAddr>(), prefix_len.parse::<u8>()) {
        for bit in 0..if address.is_ipv4() { 32 } else { 128 } {
            let other = flipped(address, bit);
            let mapped = [address, other].iter().any(|ip| ip.to_canonical() != *ip);
            assert!(range.contains(other) == (bit >= prefix_len) || (mapped && prefix_len < 96), "{other}");
        }
    }
    // IPv4-mapped IPv6 is IPv4.
    for end in [range.first(), range.last()] {
        assert!(range.contains(end) || end.to_canonical() != end);
    }
}

fn form<T>(text: &str) -> Option<T>
where
    T: FromStr<Err: Display> + for<'a> TryFrom<&'a str, Error: Display>,
    T: Clone + Debug + Display + PartialEq + Serialize + DeserializeOwned,
{
    let parsed = text.parse::<T>().map_err(|error| error.to_string());
    assert_eq!(T::try_from(text).map_err(|error| error.to_string()), parsed);
    assert_eq!(from_value::<T>(text.into()).map_err(|error| error.to_string()), parsed);
    match parsed {
        Ok(value) => {
            let shown = value.to_string();
            let again: T = shown.parse().unwrap_or_else(|error| panic!("{shown:?} of {text:?}: {error}"));
            assert_eq!(again, value);
            assert_eq!(again.to_string(), shown);
            assert_eq!(to_value(&value).unwrap(), Value::from(shown));
            Some(value)
        }
        Err(error) => {
            Texts::one(text).check(&error);
            None
        }
    }
}

/// The address with one bit changed, counted from the first.
fn flipped(address: IpAddr, bit: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => Ipv4Addr::from(u32::from(v4) ^ (1 << (31 - bit))).into(),
        IpAddr::V6(v6) => Ipv6Addr::from(u128::from(v6) ^ (1 << (127 - bit))).into(),
    }
}

/// The text as a Japanese keyboard in full-width mode types it.
fn widened(text: &str) -> String {
    let wide = |c| match c {
        ' ' => '\u{3000}',
        '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap(),
        _ => c,
    };
    text.chars().map(wide).collect()
}
