//! A criterion as a form sends it, and read.

use chat_monitor::{Attribute, Criterion, Sample};
use serde::{Deserialize, Serialize};

use super::offers::half_width;
use super::{Unreadable, criterion, tidy};

/// How many chats of a million one percent is.
const PERCENT: u32 = 10_000;

/// A criterion as a form sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) value: String,
    /// The name of an attribute.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    /// A sample that this one is to be drawn with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) of: Option<SampleOf>,
}

/// A sample of a rule: nobody is shown the salt by which it is drawn, so it is named by where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SampleOf {
    pub(crate) rule: String,
    /// The how manieth sample of the rule it is, from 0, `when` before `unless`.
    #[serde(default)]
    pub(crate) nth: usize,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Plain(Criterion),
    /// The share is that of `of` where it is left out; the salt is new where that is.
    Sample {
        per_million: Option<u32>,
        of: Option<SampleOf>,
    },
}

/// Reads what a form has sent.
pub(crate) fn read(typed: &Typed) -> Result<Wanted, Unreadable> {
    match &*typed.kind {
        "attribute" => {
            let (name, value) = (tidy(&typed.name), tidy(&typed.value));
            if Attribute::new(name, "x").is_err() {
                return Err(Unreadable::AttributeName);
            }
            let attribute = Attribute::new(name, value).map_err(|_| Unreadable::AttributeValue)?;
            Ok(Wanted::Plain(attribute.into()))
        }
        "sample" if tidy(&typed.value).is_empty() && typed.of.is_some() => {
            Ok(Wanted::Sample { per_million: None, of: typed.of.clone() })
        }
        "sample" => Ok(Wanted::Sample { per_million: Some(share(&typed.value)?), of: typed.of.clone() }),
        kind => criterion(kind, &typed.value).map(Wanted::Plain),
    }
}

/// Reads a share in percent: how many chats of a million it is.
fn share(text: &str) -> Result<u32, Unreadable> {
    let text = half_width(tidy(text));
    let number = text.strip_suffix('%').unwrap_or(&text).trim_end();
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && part.is_empty()) || !digits(whole) || !digits(part) {
        return Err(Unreadable::Share);
    }
    let part = part.trim_end_matches('0');
    if part.len() > 4 {
        return Err(Unreadable::ShareTooFine);
    }
    let whole: u32 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| Unreadable::ShareTooWide)? };
    let part: u32 = format!("{part:0<4}").parse().map_err(|_| Unreadable::Share)?;
    match whole.checked_mul(PERCENT).and_then(|whole| whole.checked_add(part)) {
        Some(0) => Err(Unreadable::ShareOfNothing),
        Some(per_million @ 1..=1_000_000) => Ok(per_million),
        Some(_) | None => Err(Unreadable::ShareTooWide),
    }
}

/// A share as people read it, exactly.
pub(crate) fn share_text(sample: &Sample) -> String {
    percent(sample.per_million())
}

/// So many of a million, in percent.
pub(crate) fn percent(per_million: u32) -> String {
    let (whole, part) = (per_million / PERCENT, per_million % PERCENT);
    let exact = format!("{whole}.{part:04}");
    format!("{} %", exact.trim_end_matches('0').trim_end_matches('.'))
}

/// Shares that may be meant: a comma for the point, a fraction, and too many digits.
pub(super) fn shares(typed: &str) -> Vec<String> {
    let text = half_width(tidy(typed)).replace([',', '\u{3001}'], ".");
    let number = text.strip_suffix('%').unwrap_or(&text).trim();
    let value = match number.split_once('/') {
        Some((above, below)) => match (above.trim().parse::<f64>(), below.trim().parse::<f64>()) {
            (Ok(above), Ok(below)) if above > 0.0 && below > 0.0 => Some(above / below * 100.0),
            _ => None,
        },
        None => number.parse().ok(),
    };
    let rounded = value.map(|value: f64| format!("{value:.4}"));
    let offered = rounded.and_then(|text| share(&text).ok()).map(|per_million| percent(per_million).replace(" %", ""));
    offered.into_iter().collect()
}

impl Wanted {
    /// As it would be saved, but for the names of people.
    pub(crate) fn canonical(&self) -> String {
        match self {
            Wanted::Plain(criterion) => crate::view::CriterionText::plain(criterion).value,
            Wanted::Sample { per_million, .. } => per_million.map(percent).unwrap_or_default(),
        }
    }
}

/// Whether two criteria can never hold of the same chat, whatever it is: it has one address and one email.
pub(crate) fn never_both(one: &Criterion, other: &Criterion) -> bool {
    match (one, other) {
        (Criterion::VisitorIp(one), Criterion::VisitorIp(other)) => {
            !one.contains(other.first()) && !other.contains(one.first())
        }
        (Criterion::VisitorEmail(one), Criterion::VisitorEmail(other)) => {
            let apart = |address: &chat_monitor::EmailPattern, pattern: &chat_monitor::EmailPattern| {
                address.is_address() && address.as_str().parse().is_ok_and(|email| !pattern.matches(&email))
            };
            apart(one, other) || apart(other, one)
        }
        _ => false,
    }
}

/// Whether `other` holds of every chat of which `one` holds.
pub(crate) fn always_with(one: &Criterion, other: &Criterion) -> bool {
    match (one, other) {
        (Criterion::VisitorIp(one), Criterion::VisitorIp(other)) => {
            other.contains(one.first()) && other.contains(one.last())
        }
        (Criterion::VisitorEmail(one), Criterion::VisitorEmail(other)) if one.is_address() => {
            one.as_str().parse().is_ok_and(|email| other.matches(&email))
        }
        (Criterion::Sample(one), Criterion::Sample(other)) => {
            one.salt() == other.salt() && one.per_million() <= other.per_million()
        }
        (one, other) => one == other,
    }
}

/// Whether a criterion says hardly anything: it holds of all chats of the world, or of all that have an address.
pub(crate) fn is_everybody(criterion: &Criterion) -> bool {
    match criterion {
        Criterion::VisitorIp(range) => range.prefix_len() == 0,
        Criterion::Sample(sample) => sample.per_million() == 1_000_000,
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that finds something missing has failed")]
mod tests {
    use super::*;

    fn typed(kind: &str, value: &str) -> Typed {
        Typed { kind: kind.into(), value: value.into(), ..Typed::default() }
    }

    #[test]
    fn a_share_is_read_exactly_and_written_as_it_is_read() {
        for (text, per_million, written) in [
            ("5", 50_000, "5 %"),
            (" ５％　", 50_000, "5 %"),
            ("33.3334", 333_334, "33.3334 %"),
            ("33.33340", 333_334, "33.3334 %"),
            ("0.0001 %", 1, "0.0001 %"),
            (".5", 5_000, "0.5 %"),
            ("12.", 120_000, "12 %"),
            ("100", 1_000_000, "100 %"),
        ] {
            assert_eq!(share(text), Ok(per_million), "{text}");
            assert_eq!(percent(per_million), written);
            assert_eq!(share(written), Ok(per_million));
        }
    }

    #[test]
    fn each_fault_of_a_share_an_attribute_and_a_department_has_a_text_and_some_an_offer() {
        for (text, key, offers) in [
            ("", "bad_share", &[][..]),
            ("five", "bad_share", &[]),
            ("-5", "bad_share", &[]),
            ("1e2", "bad_share", &["100"]),
            ("12,5", "bad_share", &["12.5"]),
            ("1/3", "bad_share", &["33.3333"]),
            ("33.33333", "bad_share_digits", &["33.3333"]),
            ("0", "bad_share_nothing", &[]),
            ("100.0001", "bad_share_wide", &[]),
            ("99999999999", "bad_share_wide", &[]),
        ] {
            let why = read(&typed("sample", text)).unwrap_err();
            assert_eq!(why.key(), key, "{text}");
            assert!(crate::texts::has(key), "{key}");
            assert_eq!(crate::criterion::offers("sample", text), offers, "{text}");
        }
        let nameless = Typed { name: " ".into(), ..typed("attribute", "acme") };
        let empty = Typed { name: "brand".into(), ..typed("attribute", "") };
        for (typed, key) in [
            (nameless, "bad_attribute_name"),
            (empty, "bad_attribute_value"),
            (typed("department", " "), "bad_department"),
            (typed("operator_in", &"x".repeat(257)), "bad_department"),
            (typed("nonsense", "x"), "bad_value"),
        ] {
            assert_eq!(read(&typed).unwrap_err().key(), key);
            assert!(crate::texts::has(key), "{key}");
        }
    }

    #[test]
    fn what_never_holds_together_and_what_always_does_is_known() {
        let of = |kind: &str, value: &str| criterion(kind, value).unwrap();
        let (net, inside, apart) =
            (of("visitor_ip", "192.0.2.0/24"), of("visitor_ip", "192.0.2.7"), of("visitor_ip", "198.51.100.0/24"));
        assert!(never_both(&net, &apart) && never_both(&inside, &apart));
        assert!(!never_both(&net, &inside) && !never_both(&inside, &net));
        assert!(always_with(&inside, &net) && !always_with(&net, &inside));
        let (mika, taro) = (of("visitor_email", "mika@example.com"), of("visitor_email", "taro@example.com"));
        let (all, below) = (of("visitor_email", "*@example.com"), of("visitor_email", "*@*.example.com"));
        assert!(never_both(&mika, &taro) && never_both(&below, &mika));
        assert!(!never_both(&mika, &all) && !never_both(&all, &below));
        assert!(always_with(&mika, &all) && !always_with(&all, &mika));
        let ken = of("operator", "ken");
        assert!(always_with(&ken, &ken) && !never_both(&ken, &of("operator", "aya")));
        assert!(is_everybody(&of("visitor_ip", "0.0.0.0/0")) && is_everybody(&of("visitor_ip", "::/0")));
        assert!(!is_everybody(&of("visitor_ip", "0.0.0.0/1")) && !is_everybody(&ken));
    }
}
