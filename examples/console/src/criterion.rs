//! What a rule is to watch, as people type it: what is meant, or what is wrong and which forms would be right.

mod offers;
mod typed;

use std::net::{IpAddr, Ipv6Addr};

use chat_monitor::{Criterion, Email, IpRange, ParseEmailErrorKind, ParseIpErrorKind};

pub(crate) use offers::offers;
pub(crate) use typed::{SampleOf, Typed, Wanted, always_with, is_everybody, never_both, read, share_text};

/// Reads what a rule is to watch, of the kinds that are said by one value.
///
/// What stands around it is left out first: a paste brings blanks and characters that nobody sees.
pub(crate) fn criterion(kind: &str, value: &str) -> Result<Criterion, Unreadable> {
    let value = tidy(value);
    match kind {
        "operator" => value.parse().map(Criterion::Operator).map_err(|_| Unreadable::Operator),
        "visitor_ip" => value.parse().map(Criterion::VisitorIp).map_err(|error: chat_monitor::ParseIpError| {
            if value.parse::<Email>().is_ok() { Unreadable::EmailForIp } else { Unreadable::Ip(error.kind()) }
        }),
        "visitor_email" => {
            value.parse().map(Criterion::VisitorEmail).map_err(|error: chat_monitor::ParseEmailError| {
                if value.parse::<IpRange>().is_ok() { Unreadable::IpForEmail } else { Unreadable::Email(error.kind()) }
            })
        }
        "department" => value.parse().map(Criterion::Department).map_err(|_| Unreadable::Department),
        "operator_in" => value.parse().map(Criterion::OperatorIn).map_err(|_| Unreadable::Department),
        _ => Err(Unreadable::Kind),
    }
}

/// Reads a visitor's own address, without what stands around it.
pub(crate) fn email(typed: &str) -> Result<Email, UnreadableEmail> {
    tidy(typed).parse().map_err(|error: chat_monitor::ParseEmailError| UnreadableEmail(error.kind()))
}

/// A text without the blanks, and without the characters that nobody sees, at its ends.
pub(crate) fn tidy(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_unseen(c))
}

/// What nobody sees and a paste may bring: marks of direction, joiners and the order of bytes, and control characters.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

/// The network in which a visitor stays whose IPv6 address a rule names: their own addresses change daily.
pub(crate) fn network_around(criterion: &Criterion) -> Option<IpRange> {
    const STAYS: u8 = 64;
    match criterion {
        Criterion::VisitorIp(range) if range.prefix_len() > STAYS => match range.first() {
            IpAddr::V6(Ipv6Addr::LOCALHOST) | IpAddr::V4(_) => None,
            first @ IpAddr::V6(_) => IpRange::new(first, STAYS).ok(),
        },
        _ => None,
    }
}

/// Why what a rule is to watch cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Unreadable {
    Kind,
    Operator,
    Ip(ParseIpErrorKind),
    /// It is an email address, and of the other kind.
    EmailForIp,
    Email(ParseEmailErrorKind),
    /// It is an IP address, and of the other kind.
    IpForEmail,
    Department,
    AttributeName,
    AttributeValue,
    Share,
    ShareTooFine,
    ShareOfNothing,
    ShareTooWide,
}

impl Unreadable {
    /// The key of the text that says which form works.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Unreadable::Kind | Unreadable::Operator => "bad_value",
            Unreadable::EmailForIp => "bad_ip_email",
            Unreadable::IpForEmail => "bad_pattern_ip",
            Unreadable::Department => "bad_department",
            Unreadable::AttributeName => "bad_attribute_name",
            Unreadable::AttributeValue => "bad_attribute_value",
            Unreadable::Share => "bad_share",
            Unreadable::ShareTooFine => "bad_share_digits",
            Unreadable::ShareOfNothing => "bad_share_nothing",
            Unreadable::ShareTooWide => "bad_share_wide",
            Unreadable::Ip(kind) => match kind {
                ParseIpErrorKind::Address => "bad_ip",
                ParseIpErrorKind::LeadingZero => "bad_ip_leading_zero",
                ParseIpErrorKind::Zone => "bad_ip_zone",
                ParseIpErrorKind::Port => "bad_ip_port",
                ParseIpErrorKind::Blank => "bad_ip_blank",
                ParseIpErrorKind::Invisible => "bad_ip_unseen",
                ParseIpErrorKind::Several => "bad_ip_several",
                ParseIpErrorKind::Wildcard => "bad_ip_wildcard",
                ParseIpErrorKind::FromTo => "bad_ip_from_to",
                ParseIpErrorKind::Mask => "bad_ip_mask",
                ParseIpErrorKind::PrefixLen => "bad_ip_prefix",
                // What a later version of the crate adds still gets the forms that work.
                _ => "bad_ip",
            },
            Unreadable::Email(kind) => match kind {
                ParseEmailErrorKind::Form | ParseEmailErrorKind::Wildcard => "bad_pattern",
                ParseEmailErrorKind::Length => "bad_pattern_length",
                ParseEmailErrorKind::Blank => "bad_pattern_blank",
                ParseEmailErrorKind::Several => "bad_pattern_several",
                ParseEmailErrorKind::Brackets => "bad_pattern_brackets",
                ParseEmailErrorKind::Invisible => "bad_pattern_unseen",
                ParseEmailErrorKind::NoName => "bad_pattern_no_name",
                ParseEmailErrorKind::LocalPart => "bad_pattern_name",
                ParseEmailErrorKind::LeadingDot => "bad_pattern_leading_dot",
                ParseEmailErrorKind::WildcardInName => "bad_pattern_star_in_name",
                ParseEmailErrorKind::WildcardInDomain => "bad_pattern_star_in_domain",
                ParseEmailErrorKind::Domain => "bad_pattern_domain",
                ParseEmailErrorKind::International => "bad_pattern_international",
                _ => "bad_pattern",
            },
        }
    }
}

/// Why what a visitor typed is no email address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UnreadableEmail(ParseEmailErrorKind);

impl UnreadableEmail {
    /// The key of the text that says it to a visitor, who has heard of no patterns.
    pub(crate) fn key(self) -> &'static str {
        match self.0 {
            ParseEmailErrorKind::Length => "bad_email_length",
            ParseEmailErrorKind::Blank => "bad_email_blank",
            ParseEmailErrorKind::Several => "bad_email_several",
            ParseEmailErrorKind::Brackets => "bad_email_brackets",
            ParseEmailErrorKind::Invisible => "bad_email_unseen",
            ParseEmailErrorKind::NoName
            | ParseEmailErrorKind::LocalPart
            | ParseEmailErrorKind::LeadingDot
            | ParseEmailErrorKind::Wildcard
            | ParseEmailErrorKind::WildcardInName => "bad_email_name",
            ParseEmailErrorKind::Domain
            | ParseEmailErrorKind::WildcardInDomain
            | ParseEmailErrorKind::International => "bad_email_domain",
            ParseEmailErrorKind::Form => "bad_email",
            _ => "bad_email",
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that finds something missing has failed")]
mod tests {
    use super::*;

    /// What people type, and the text that answers each.
    const IPS: [(&str, &str); 19] = [
        ("mika", "bad_ip"),
        ("192.0.2", "bad_ip"),
        ("192.000.002.007", "bad_ip_leading_zero"),
        ("fe80::1%eth0", "bad_ip_zone"),
        ("192.0.2.9:61598", "bad_ip_port"),
        ("[2001:db8::9]:443", "bad_ip_port"),
        ("192.0.2.0 / 24", "bad_ip_blank"),
        ("192.0.2.\u{200B}7", "bad_ip_unseen"),
        ("192.0.2.7, 192.0.2.8", "bad_ip_several"),
        ("192.0.2.7 192.0.2.8", "bad_ip_several"),
        ("192.0.2.*", "bad_ip_wildcard"),
        ("2001:db8:*", "bad_ip_wildcard"),
        ("192.0.2.1-192.0.2.9", "bad_ip_from_to"),
        ("１９２．０．２．１～１９２．０．２．９", "bad_ip_from_to"),
        ("192.0.2.0/255.255.255.0", "bad_ip_mask"),
        ("192.0.2.0 255.255.255.0", "bad_ip_mask"),
        ("192.0.2.0/33", "bad_ip_prefix"),
        ("192.0.2.0/", "bad_ip_prefix"),
        ("mika@example.com", "bad_ip_email"),
    ];
    const EMAILS: [(&str, &str); 22] = [
        ("mika", "bad_pattern"),
        ("example.com", "bad_pattern"),
        ("mi ka@example.com", "bad_pattern_blank"),
        ("mika@example.com, taro@example.com", "bad_pattern_several"),
        ("mika@example.com taro@example.com", "bad_pattern_several"),
        ("Mika <mika@example.com>", "bad_pattern_brackets"),
        ("\"Mika\" <mika@example.com>", "bad_pattern_brackets"),
        ("mi\u{202E}ka@example.com", "bad_pattern_unseen"),
        ("@example.com", "bad_pattern_no_name"),
        ("mailto:mika@example.com", "bad_pattern_name"),
        (".mika@example.com", "bad_pattern_leading_dot"),
        ("mika*@example.com", "bad_pattern_star_in_name"),
        ("%@example.com", "bad_pattern_star_in_name"),
        ("*@*example.com", "bad_pattern_star_in_domain"),
        ("mika@*.example.com", "bad_pattern_star_in_domain"),
        ("*@*", "bad_pattern_star_in_domain"),
        ("mika@localhost", "bad_pattern_domain"),
        ("mika@example.com.", "bad_pattern_domain"),
        ("*@*.jp", "bad_pattern_domain"),
        ("mika@例え", "bad_pattern_domain"),
        ("192.0.2.7", "bad_pattern_ip"),
        ("1234567890123456789012345678901234567890123456789012345678901234567@example.com", "bad_pattern_length"),
    ];

    #[test]
    fn each_fault_is_answered_by_a_text_of_its_own() {
        for (kind, texts) in [("visitor_ip", &IPS[..]), ("visitor_email", &EMAILS)] {
            for (text, key) in texts {
                assert_eq!(criterion(kind, text).unwrap_err().key(), *key, "{text}");
                assert!(crate::texts::has(key), "{key}");
            }
        }
    }

    #[test]
    fn every_text_of_a_fault_is_used() {
        let keys: Vec<_> = IPS.iter().chain(&EMAILS).map(|(_, key)| *key).collect();
        // Of a build without the feature `idn`.
        let unused = crate::texts::all()
            .map(|(key, ..)| *key)
            .filter(|key| (key.starts_with("bad_ip") || key.starts_with("bad_pattern")) && !keys.contains(key));
        assert_eq!(unused.collect::<Vec<&str>>(), ["bad_pattern_international"]);
    }

    #[test]
    fn what_a_paste_brings_around_a_value_is_left_out() {
        for around in ["\u{FEFF}", "\u{200B}", "\u{202A}", "\u{2069}", "\u{A0}", "\u{3000}", "\r\n\t", "\u{200E}\u{A0}"]
        {
            let ip = criterion("visitor_ip", &format!("{around}192.0.2.7{around}"));
            assert_eq!(ip, criterion("visitor_ip", "192.0.2.7"), "{around:?}");
            let pattern = criterion("visitor_email", &format!("{around}*@example.com{around}"));
            assert_eq!(pattern, criterion("visitor_email", "*@example.com"), "{around:?}");
            assert!(email(&format!("{around}mika@example.com{around}")).is_ok(), "{around:?}");
        }
    }

    #[test]
    fn japanese_domains_are_watched_and_visitors_may_have_them() {
        for pattern in ["*@例え.jp", "*@*.例え.jp", "taro@例え.jp", "＊＠例え．ｊｐ", "*@例え。jp"] {
            assert!(criterion("visitor_email", pattern).is_ok(), "{pattern}");
        }
        assert_eq!(email("taro@例え.jp").unwrap().domain(), "xn--r8jz45g.jp");
    }

    #[test]
    fn a_rule_on_one_ipv6_address_is_told_of_the_network_around_it() {
        let around = |value: &str| network_around(&criterion("visitor_ip", value).unwrap()).map(|net| net.to_string());
        assert_eq!(around("2001:db8:1:2:b1a5:f96e:a51f:c2f6").as_deref(), Some("2001:db8:1:2::/64"));
        assert_eq!(around("2001:db8:1:2::/112").as_deref(), Some("2001:db8:1:2::/64"));
        for enough in ["2001:db8:1:2::/64", "2001:db8::/32", "192.0.2.7", "::ffff:192.0.2.7", "::1"] {
            assert_eq!(around(enough), None, "{enough}");
        }
    }

    #[test]
    fn a_visitor_hears_what_is_wrong_with_their_address() {
        for (text, key) in [
            ("mika", "bad_email"),
            ("mika@localhost", "bad_email_domain"),
            ("@example.com", "bad_email_name"),
            ("*@example.com", "bad_email_name"),
            ("mi ka@example.com", "bad_email_blank"),
            ("mi\u{200B}ka@example.com", "bad_email_unseen"),
            ("Mika <mika@example.com>", "bad_email_brackets"),
            ("mika@example.com;taro@example.com", "bad_email_several"),
            (EMAILS[21].0, "bad_email_length"),
        ] {
            assert_eq!(email(text).unwrap_err().key(), key, "{text}");
            assert!(crate::texts::has(key), "{key}");
        }
    }
}
