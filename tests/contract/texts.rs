//! Every error text of the crate, as people read it.

use std::fmt::{Debug, Display};
use std::net::IpAddr;
use std::str::FromStr;

use chat_monitor::{
    AddRuleRefusal, ChatId, Criterion, DuplicateRule, Email, EmailPattern, IpRange, OperatorId, Permissions, Rule,
    RuleId, UnknownOperator, UnknownRule,
};

use super::parse;

/// Each text, with inputs that are answered by it.
pub(super) type Texts = &'static [(&'static str, &'static [&'static str])];

pub(super) const IDS: Texts = &[
    ("expected an id of 1 to 128 bytes", &["", xs::<129>(), xs::<1_000_000>()]),
    ("expected an id without control characters", &["k\u{0}en", "ken\n", "k\u{7F}", "\u{85}ken", "\t"]),
    ("expected an id without blanks at either end", &[" ken", "ken ", " ", "\u{3000}ken", "ken\u{A0}"]),
];

const MAILBOXES: Texts = &[
    ("expected an email address such as `name@example.com`", &["", "mika", "mika.example.com"]),
    (
        "expected an email address of at most 254 bytes, 64 of them before the `@`",
        &["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx@example.com", xs::<1_000_000>()],
    ),
    (
        "expected an email address without blanks or line breaks",
        &[
            " mika@example.com",
            "mika@example.com ",
            "mika@example.com\n",
            "mi ka@example.com",
            "mika@example .com",
            "\u{3000}mika@example.com",
            "Mika <mika@example.com>",
            " <a@x.jp>",
        ],
    ),
    (
        "expected an email address without a display name or angle brackets",
        &["<mika@example.com>", "Mika<mika@example.com>", "＜mika@example.com＞"],
    ),
    (
        "expected an email address without invisible or control characters",
        &[
            "mi\u{202E}ka@example.com",
            "mika@exam\u{200B}ple.com",
            "mi\u{AD}ka@example.com",
            "\u{FEFF}mika@example.com",
            "mika\u{0}@example.com",
            "mi\u{1D173}ka@example.com",
            "mika\u{E0041}@example.com",
        ],
    ),
    (
        "expected a name of letters, digits and symbols such as `+` and `_` before the `@`, or one in quotes",
        &[
            "@example.com",
            "＠",
            "mi(ka)@example.com",
            "mi@ka@example.com",
            "mi\"ka@example.com",
            "\"mika@example.com",
            "\"mi\nka\"@example.com",
            "mi☎ka@example.com",
        ],
    ),
    ("expected a name before the `@` that does not begin with a dot", &[".mika@example.com", ".@example.com"]),
    (
        "expected a mail domain with a dot in it, such as `example.com`, behind the `@`",
        &[
            "mika@",
            "mika@localhost",
            "mika@example.com.",
            "mika@.example.com",
            "mika@example..com",
            "mika@-example.com",
            "mika@exam_ple.com",
            "mika@[192.0.2.7]",
        ],
    ),
];

const WILDCARDS: Texts = &[(
    "expected an email address of one visitor, not the pattern of a whole domain",
    &["*@example.com", "＊＠ｅｘａｍｐｌｅ．ｃｏｍ"],
)];

#[cfg(not(feature = "idn"))]
const DOMAINS_BEYOND_ASCII: Texts = &[(
    "expected a mail domain in ASCII: the feature `idn` of chat-monitor accepts international ones",
    &["mika@例え.jp", "mika@EXAMPLE.ＪＰé", "mika@☎"],
)];

#[cfg(feature = "idn")]
const DOMAINS_BEYOND_ASCII: Texts = &[(
    "expected a mail domain with a dot in it, such as `example.com`, behind the `@`",
    &["mika@例え", "mika@例え..jp", "mika@\u{301}a.jp"],
)];

pub(super) const EMAILS: [Texts; 3] = [MAILBOXES, WILDCARDS, DOMAINS_BEYOND_ASCII];
pub(super) const EMAIL_PATTERNS: [Texts; 2] = [MAILBOXES, DOMAINS_BEYOND_ASCII];

pub(super) const IPS: Texts = &[
    (
        "expected an IP address such as `192.0.2.7` or `2001:db8::1`",
        &[
            "",
            "mika",
            "123.456.7.89",
            "192.0.2",
            "192.0.2.7 ",
            " 192.0.2.7",
            "192.0.2.256",
            "192.0.x.07",
            "192.0..07",
            "192.0.2.00007",
            "192.0.2.7:443",
            "[2001:db8::1]",
            "2001:db8:::1",
            "not available",
            xs::<1_000_000>(),
        ],
    ),
    ("expected an IP address without leading zeros", &["010.0.0.1", "192.0.2.007", "010.0.0.0/8", "０１０.0.0.1"]),
    ("expected an IP address without a zone id", &["fe80::1%eth0", "fe80::%eth0/64", "192.0.2.7%1"]),
];

const PREFIX_LENS: Texts = &[(
    "expected a prefix length of 0 to 32 (IPv4) or 0 to 128 (IPv6) behind the `/`, without leading zeros",
    &[
        "192.0.2.0/33",
        "192.0.2.0/256",
        "2001:db8::/129",
        "192.0.2.0/",
        "192.0.2.0/+8",
        "192.0.2.0/-8",
        "192.0.2.0/08",
        "192.0.2.0/00",
        "192.0.2.0/ 8",
        "192.0.2.0/24/24",
        "192.0.2.0/255.255.255.0",
    ],
)];

pub(super) const IP_RANGES: [Texts; 2] = [IPS, PREFIX_LENS];

/// So many `x`.
const fn xs<const N: usize>() -> &'static str {
    match std::str::from_utf8(&[b'x'; N]) {
        Ok(text) => text,
        Err(_) => "",
    }
}

fn check<T>(texts: &[Texts])
where
    T: FromStr<Err: Display> + for<'a> TryFrom<&'a str, Error: Display>,
{
    let mut wrong = Vec::new();
    for (text, inputs) in texts.iter().copied().flatten() {
        for input in *inputs {
            let parsed = input.parse::<T>().map_err(|error| error.to_string()).err();
            let converted = T::try_from(input).map_err(|error| error.to_string()).err();
            if parsed.as_deref() != Some(text) || parsed != converted {
                let shown: String = input.chars().take(80).collect();
                wrong.push(format!("{shown:?} is answered {parsed:?} and not {text:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_text_that_does_not_parse_is_answered_by_what_was_expected() {
    check::<OperatorId>(&[IDS]);
    check::<ChatId>(&[IDS]);
    check::<RuleId>(&[IDS]);
    check::<Email>(&EMAILS);
    check::<EmailPattern>(&EMAIL_PATTERNS);
    check::<IpRange>(&IP_RANGES);
}

#[test]
fn an_address_has_254_bytes_at_most_and_64_of_them_before_the_at() {
    let text = MAILBOXES[1].0;
    let refusal = |address: String| address.parse::<Email>().map_err(|error| error.to_string()).err();
    let domain = |last: usize| format!("{0}.{0}.{0}.{1}.com", "x".repeat(61), "x".repeat(last));
    assert_eq!(refusal(format!("mika@{}", domain(59))), None);
    assert_eq!(refusal(format!("mika@{}", domain(60))).as_deref(), Some(text));
    assert_eq!(refusal(format!("{}@example.com", "x".repeat(64))), None);
    assert_eq!(refusal(format!("{}@example.com", "x".repeat(65))).as_deref(), Some(text));
    assert_eq!(refusal(format!("\"{}\"@example.com", "x".repeat(62))), None);
    assert_eq!(refusal(format!("\"{}\"@example.com", "x".repeat(63))).as_deref(), Some(text));
}

/// Releases of `email_address` differ in what they take beyond ASCII. What is accepted here is said here.
#[test]
fn a_local_part_takes_the_same_characters_whichever_release_checks_it() {
    /// Letters to Unicode that nobody sees: the fillers of Hangul.
    const INVISIBLE_LETTERS: [char; 4] = ['\u{115F}', '\u{1160}', '\u{3164}', '\u{FFA0}'];
    let is_taken = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).is_some_and(is_atom),
        '。' | '｡' => true,
        c if c.is_ascii() => is_atom(c),
        c => c.is_alphanumeric() && !INVISIBLE_LETTERS.contains(&c),
    };
    fn is_atom(c: char) -> bool {
        c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c)
    }
    let is_taken_in_quotes = |c: char| match c {
        // Folded to ASCII first. A quote would end the name too early; a backslash escapes the next letter.
        '\u{3000}' | '。' | '｡' => true,
        '\u{FF01}'..='\u{FF5E}' => c != '＂',
        c => (c == ' ' || c.is_ascii_graphic()) && c != '"',
    };
    let is_email = |text: &str| text.parse::<Email>().is_ok();
    let mut taken = 0;
    // Between and behind these planes no letter is assigned.
    for c in ('\0'..='\u{3FFFF}').chain('\u{E0000}'..='\u{E0FFF}') {
        assert_eq!(is_email(&format!("a{c}b@example.com")), is_taken(c), "{c:?}");
        assert_eq!(is_email(&format!("\"a{c}b\"@example.com")), is_taken_in_quotes(c), "{c:?} in quotes");
        taken += u32::from(is_taken(c));
    }
    assert!(taken > 100_000, "{taken}");
}

/// What folds to a short text may be long, and a text that is too long whatever it folds to is not looked into.
#[test]
fn a_length_is_that_of_the_folded_text() {
    let wide = |text: &str| text.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect::<String>();
    let address = format!("{0}@{0}.{0}.{1}.com", "x".repeat(61), "x".repeat(64 - 1));
    let typed = wide(&address);
    assert_eq!((address.len(), typed.len()), (253, 759));
    assert_eq!(typed.parse::<Email>().unwrap().as_str(), address);
    let refusal = |len| "x".repeat(len).parse::<Email>().unwrap_err().to_string();
    assert_eq!([refusal(4 * 254), refusal(4 * 254 + 1)], [MAILBOXES[0].0, MAILBOXES[1].0]);
}

#[test]
fn an_address_falls_in_two_at_its_last_at_sign() {
    for (address, local_part, domain) in [
        ("Mika@Example.com", "mika", "example.com"),
        ("a..b@docomo.ne.jp", "a..b", "docomo.ne.jp"),
        (r#""Mika@home"@example.com"#, r#""Mika@home""#, "example.com"),
    ] {
        let email: Email = parse(address);
        assert_eq!((email.local_part(), email.domain()), (local_part, domain));
        let pattern = EmailPattern::from(email);
        assert_eq!((pattern.domain(), pattern.is_domain()), (domain, false));
    }
    let pattern: EmailPattern = parse("*@Example.com");
    assert_eq!((pattern.domain(), pattern.is_domain()), ("example.com", true));
}

#[test]
fn what_a_japanese_keyboard_types_is_understood() {
    let folded = |typed: &str, text: &str| assert_eq!(typed.parse::<Email>().unwrap().as_str(), text, "{typed}");
    folded("ｍｉｋａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "mika@example.com");
    folded("mika@example。com", "mika@example.com");
    folded("mika@example｡com", "mika@example.com");
    folded("\"Mika\u{3000}M\"@example.com", "\"Mika M\"@example.com");
    folded("！～@example.com", "!~@example.com");
    assert_eq!(parse::<EmailPattern>("＊＠ｅｘａｍｐｌｅ。ｃｏｍ"), parse("*@example.com"));
    for typed in ["１９２．０．２．０／２４", "192。0。2。0/24", "192｡0｡2｡0/24"] {
        assert_eq!(parse::<IpRange>(typed), parse("192.0.2.0/24"), "{typed}");
    }
}

#[test]
fn an_id_has_128_bytes_at_most() {
    for (id, fits) in
        [("x".repeat(128), true), ("x".repeat(129), false), ("山".repeat(42), true), ("山".repeat(43), false)]
    {
        assert_eq!(id.parse::<OperatorId>().is_ok(), fits, "{id}");
    }
}

#[test]
fn a_prefix_length_is_checked_whichever_way_it_comes() {
    let text = PREFIX_LENS[0].0;
    for (address, prefix_len) in [("192.0.2.0", 33), ("2001:db8::", 129), ("::ffff:192.0.2.0", 129)] {
        let address: IpAddr = address.parse().unwrap();
        assert_eq!(IpRange::new(address, prefix_len).unwrap_err().to_string(), text);
    }
}

#[test]
fn a_refusal_says_who_or_what_it_is_about() {
    let refusals: [(&dyn Display, &str); 9] = [
        (&AddRuleRefusal::DuplicateRule(parse("r1")), "rule `r1` exists already"),
        (&AddRuleRefusal::UnknownWatcher(parse("hana")), "watcher `hana` is no known operator"),
        (&AddRuleRefusal::NoRights(parse("ken")), "watcher `ken` may not monitor anybody"),
        (&AddRuleRefusal::OwnChats(parse("hana")), "watcher `hana` cannot watch their own chats"),
        (&AddRuleRefusal::UnknownOperator(parse("ken")), "operator `ken` is not known"),
        (&AddRuleRefusal::NotPermitted(parse("aya")), "operator `aya` may not be monitored by this watcher"),
        (&DuplicateRule(parse("r1")), "rule `r1` exists already"),
        (&UnknownRule(parse("r1")), "rule `r1` is not known"),
        (&UnknownOperator(parse("ken")), "operator `ken` is not known"),
    ];
    for (refusal, text) in refusals {
        assert_eq!(refusal.to_string(), text);
    }
}

#[test]
fn a_value_in_debug_shows_what_it_holds() {
    let shown: [(&dyn Debug, &str); 7] = [
        (&parse::<OperatorId>("ken"), r#"OperatorId("ken")"#),
        (&parse::<Email>("Mika@example.com"), r#"Email("mika@example.com")"#),
        (&parse::<EmailPattern>("*@example.com"), r#"EmailPattern("*@example.com")"#),
        (&parse::<IpRange>("192.0.2.7/24"), "IpRange(192.0.2.0/24)"),
        (
            &Permissions::default(),
            "Permissions { administrator: {Supervisor, Associate}, supervisor: {Associate}, associate: {} }",
        ),
        (
            &Rule::new(parse("r1"), parse("hana"), Criterion::Operator(parse("ken"))),
            r#"Rule { id: RuleId("r1"), watcher: OperatorId("hana"), when: [Operator(OperatorId("ken"))], enabled: true }"#,
        ),
        (&"mika".parse::<Email>().unwrap_err(), "ParseEmailError(Form)"),
    ];
    for (value, text) in shown {
        assert_eq!(format!("{value:?}"), text);
    }
}

#[test]
fn a_text_fills_the_width_that_it_is_given() {
    assert_eq!(
        format!("{:>5}|{:<5}|{:^5}", parse::<OperatorId>("ken"), parse::<ChatId>("c1"), parse::<RuleId>("r1")),
        "  ken|c1   | r1  "
    );
    assert_eq!(format!("{:>8}|{:>9}", parse::<Email>("a@b.jp"), parse::<EmailPattern>("*@b.jp")), "  a@b.jp|   *@b.jp");
}

#[test]
fn errors_are_errors_to_the_standard_library() {
    fn is_error<T: std::error::Error + Clone + PartialEq + 'static>() {}
    is_error::<chat_monitor::ParseIdError>();
    is_error::<chat_monitor::ParseEmailError>();
    is_error::<chat_monitor::ParseIpError>();
    is_error::<AddRuleRefusal>();
    is_error::<DuplicateRule>();
    is_error::<UnknownRule>();
    is_error::<UnknownOperator>();
}

#[cfg(feature = "serde")]
mod wire {
    use chat_monitor::{
        AddRuleRefusal, Chat, Command, Criterion, MonitorEngine, OperatorId, Permissions, Policy, Role, Rule, Verdict,
        Visitor,
    };
    use serde::Deserialize;
    use serde::de::value::{
        BoolDeserializer, BorrowedBytesDeserializer, BorrowedStrDeserializer, BytesDeserializer, CharDeserializer,
        Error, F64Deserializer, I64Deserializer, I128Deserializer, MapDeserializer, SeqDeserializer, StrDeserializer,
        StringDeserializer, U64Deserializer, U128Deserializer, UnitDeserializer,
    };
    use serde::de::{Deserializer, IntoDeserializer, Unexpected, Visitor as Reader};
    use serde_json::from_str;

    /// What reading `json` as a `T` is refused with, without the place that serde_json adds.
    fn refusal<T: serde::de::DeserializeOwned>(json: &str) -> String {
        let error = from_str::<T>(json).err().map(|error| error.to_string()).unwrap_or_default();
        error.rsplit_once(" at line ").map(|(text, _)| text.to_owned()).unwrap_or(error)
    }

    fn check<T: serde::de::DeserializeOwned>(refused: &[(&str, &str)]) {
        for (json, text) in refused {
            assert_eq!(refusal::<T>(json), *text, "{json}");
        }
    }

    #[test]
    fn a_chat_that_cannot_be_read_is_answered_by_what_was_expected() {
        check::<Chat>(&[
            ("5", "expected a chat, found a number"),
            ("[]", "expected a chat, found a list"),
            ("null", "expected a chat, found nothing"),
            ("{}", "missing field `id`"),
            (r#"{"id": "c1", "id": "c2"}"#, "duplicate field `id`"),
            (r#"{"id": 5}"#, "expected a chat id, found a number"),
            (r#"{"id": ""}"#, "expected an id of 1 to 128 bytes"),
            (r#"{"id": "c1", "visitor": true}"#, "expected a visitor, found a boolean"),
            (r#"{"id": "c1", "operators": "ken"}"#, "expected a sequence, found a string"),
            (r#"{"id": "c1", "operators": [["ken"]]}"#, "expected an operator id, found a list"),
            (r#"{"id": "c1", "joined": {"ken": 1}}"#, "expected a sequence, found an object"),
            (r#"{"id": "c1", "monitoring_allowed": "yes"}"#, "expected a boolean, found a string"),
            (r#"{"id": "c1", "operators": ["ken", "ken"]}"#, "operator `ken` attends the chat twice"),
            (r#"{"id": "c1", "joined": ["hana", "hana"]}"#, "operator `hana` attends the chat twice"),
            (
                r#"{"id": "c1", "operators": ["aya", "ken"], "joined": ["ken"]}"#,
                "operator `ken` attends the chat twice",
            ),
            (
                r#"{"id": "c1", "watchers": []}"#,
                "unknown field `watchers`, expected one of `id`, `visitor`, `operators`, `joined`, `monitoring_allowed`",
            ),
        ]);
        check::<Visitor>(&[
            (r#"{"ip": 7}"#, "expected an IP address, found a number"),
            (r#"{"ip": "192.0.2.0/24"}"#, "expected an IP address such as `192.0.2.7` or `2001:db8::1`"),
            (r#"{"ip": "not available"}"#, "expected an IP address such as `192.0.2.7` or `2001:db8::1`"),
            (r#"{"email": ["mika@example.com"]}"#, "expected an email address, found a list"),
            (r#"{"email": ""}"#, "expected an email address such as `name@example.com`"),
            (
                r#"{"email": "*@example.com"}"#,
                "expected an email address of one visitor, not the pattern of a whole domain",
            ),
            (r#"{"name": "Mika"}"#, "unknown field `name`, expected one of `ip`, `email`"),
            (r#"{"mika@example.com": 1}"#, "unknown field, expected one of `ip`, `email`"),
        ]);
    }

    #[test]
    fn a_rule_that_cannot_be_read_is_answered_by_what_was_expected() {
        check::<Rule>(&[
            (r#""r1""#, "expected a rule, found a string"),
            (r#"["r1", "hana", [{"operator": "ken"}]]"#, "expected a rule, found a list"),
            (r#"{"id": "r1", "watcher": "hana"}"#, "missing field `when`"),
            (r#"{"id": "r1", "watcher": "hana", "when": []}"#, "expected at least one criterion in `when`"),
            (r#"{"id": "r1", "watcher": "hana", "when": "always"}"#, "expected a sequence, found a string"),
            (r#"{"id": "r1", "watcher": 5, "when": []}"#, "expected an operator id, found a number"),
            (r#"{"id": 5}"#, "expected a rule id, found a number"),
            (
                r#"{"id": "r1", "watcher": "hana", "active": true}"#,
                "unknown field `active`, expected one of `id`, `watcher`, `when`, `enabled`",
            ),
        ]);
        check::<Criterion>(&[
            (
                r#"{"visitor_phone": "1"}"#,
                "unknown kind `visitor_phone`, expected one of `operator`, `visitor_ip`, `visitor_email`",
            ),
            (r#"{"1": "1"}"#, "unknown kind, expected one of `operator`, `visitor_ip`, `visitor_email`"),
            (r#"{"operator": 5}"#, "expected an operator id, found a number"),
            (r#"{"visitor_ip": 5}"#, "expected an IP address or a network such as `192.0.2.0/24`, found a number"),
            (
                r#"{"visitor_email": 5}"#,
                "expected an email address or a domain such as `*@example.com`, found a number",
            ),
            (r#"{"visitor_ip": "010.0.0.1"}"#, "expected an IP address without leading zeros"),
        ]);
        check::<Role>(&[
            (r#""manager""#, "unknown kind `manager`, expected one of `administrator`, `supervisor`, `associate`"),
            ("5", "expected a string or an object with one key, found a number"),
            ("[]", "expected a string or an object with one key, found a list"),
        ]);
        check::<Verdict>(&[(r#"{"not_permitted": 5}"#, "expected an operator id, found a number")]);
        check::<AddRuleRefusal>(&[(r#"{"own_chats": " "}"#, "expected an id without blanks at either end")]);
    }

    #[test]
    fn a_command_that_cannot_be_read_is_answered_by_what_was_expected() {
        check::<Command>(&[
            ("5", "expected a string or an object with one key, found a number"),
            (r#"{"join": "hana"}"#, "expected an object, found a string"),
            (r#"{"join": ["c9", "hana"]}"#, "expected an object, found a list"),
            (r#"{"join": {"chat": "c9"}}"#, "missing field `watcher`"),
            (
                r#"{"join": {"chat": "c9", "operator": "hana"}}"#,
                "unknown field `operator`, expected one of `chat`, `watcher`",
            ),
            (r#"{"set_policy": 5}"#, "expected an object, found a number"),
            (r#"{"start_chat": 5}"#, "expected a chat, found a number"),
        ]);
    }

    #[test]
    fn a_saved_engine_that_cannot_be_read_is_answered_by_what_was_expected() {
        const POLICY: &str = r#""policy": {"watch_unattended": false, "joined_count": true,
            "permissions": {"administrator": [], "supervisor": [], "associate": []}}"#;
        const RULE: &str = r#"{"id": "r1", "watcher": "hana", "when": [{"operator": "ken"}]}"#;
        let saved = |version, operators, rules| {
            format!(r#"{{"version": {version}, {POLICY}, "operators": [{operators}], "rules": [{rules}]}}"#)
        };
        let ken = r#"{"operator": "ken", "role": "associate"}"#;
        check::<MonitorEngine>(&[
            ("0", "expected a saved engine, found a number"),
            ("{}", "missing field `version`"),
            (r#"{"version": 1}"#, "missing field `policy`"),
            (&saved("2", "", ""), "the saved state has version 2, this crate reads version 1"),
            (&saved("0", "", ""), "the saved state has version 0, this crate reads version 1"),
            (&saved(r#""1""#, "", ""), "expected u32, found a string"),
            (&saved("1", &format!("{ken}, {ken}"), ""), "operator `ken` is there twice"),
            (&saved("1", "", &format!("{RULE}, {RULE}")), "rule `r1` exists already"),
            (&saved("1", r#""ken""#, ""), "expected an operator with a role, found a string"),
            (&saved("1", r#"{"operator": "ken"}"#, ""), "missing field `role`"),
            (
                &saved("1", r#"{"operator": "ken", "role": "associate", "name": "Ken"}"#, ""),
                "unknown field `name`, expected one of `operator`, `role`",
            ),
            (
                r#"{"version": 1, "chats": []}"#,
                "unknown field `chats`, expected one of `version`, `policy`, `operators`, `rules`",
            ),
        ]);
        check::<Policy>(&[
            ("5", "expected an object, found a number"),
            ("{}", "missing field `watch_unattended`"),
            (r#"{"watch_unattended": false, "joined_count": true}"#, "missing field `permissions`"),
            (r#"{"watch_unattended": 1}"#, "expected a boolean, found a number"),
            (
                r#"{"watch": true}"#,
                "unknown field `watch`, expected one of `watch_unattended`, `joined_count`, `permissions`",
            ),
        ]);
        check::<Permissions>(&[
            (r#"[[], [], []]"#, "expected an object, found a list"),
            (r#"{"administrator": []}"#, "missing field `supervisor`"),
            (
                r#"{"manager": []}"#,
                "unknown field `manager`, expected one of `administrator`, `supervisor`, `associate`",
            ),
            (
                r#"{"administrator": ["manager"]}"#,
                "unknown kind `manager`, expected one of `administrator`, `supervisor`, `associate`",
            ),
        ]);
    }

    #[test]
    fn a_format_that_reports_by_itself_can_say_what_was_expected() {
        struct Dates;

        impl<'de> Deserializer<'de> for Dates {
            type Error = Error;

            fn deserialize_any<V: Reader<'de>>(self, visitor: V) -> Result<V::Value, Error> {
                Err(serde::de::Error::invalid_type(Unexpected::Other("a date"), &visitor))
            }

            serde::forward_to_deserialize_any! {
                bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
                unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
            }
        }
        let refusals = [
            OperatorId::deserialize(Dates).unwrap_err(),
            Chat::deserialize(Dates).unwrap_err(),
            Role::deserialize(Dates).unwrap_err(),
        ];
        let expected = ["an operator id", "a chat", "a string or an object with one key"];
        assert_eq!(
            refusals.map(|error| error.to_string()),
            expected.map(|what| format!("invalid type: a date, expected {what}"))
        );
    }

    /// JSON knows fewer kinds than serde.
    #[test]
    fn what_stands_in_the_place_of_a_text_is_named_by_its_kind_in_every_format() {
        fn found<'de>(deserializer: impl Deserializer<'de, Error = Error>) -> String {
            OperatorId::deserialize(deserializer).map(|id| id.to_string()).unwrap_or_else(|error| error.to_string())
        }
        let text = "ken".to_owned();
        for found in [
            found(StrDeserializer::new("ken")),
            found(BorrowedStrDeserializer::new("ken")),
            found(StringDeserializer::new(text.clone())),
        ] {
            assert_eq!(found, text);
        }
        let bytes = || b"ken".as_slice();
        let list = || SeqDeserializer::<_, Error>::new([1].into_iter());
        let object = MapDeserializer::<_, Error>::new([("ken", 1)].into_iter());
        for (found, kind) in [
            (found(BoolDeserializer::new(true)), "a boolean"),
            (found(I64Deserializer::new(-7)), "a number"),
            (found(U64Deserializer::new(7)), "a number"),
            (found(F64Deserializer::new(7.5)), "a number"),
            (found(I128Deserializer::new(-7)), "something else"),
            (found(U128Deserializer::new(7)), "something else"),
            (found(BytesDeserializer::new(bytes())), "bytes"),
            (found(BorrowedBytesDeserializer::new(bytes())), "bytes"),
            (found(UnitDeserializer::new()), "nothing"),
            (found(list()), "a list"),
            (found(object), "an object"),
        ] {
            assert_eq!(found, format!("expected an operator id, found {kind}"));
        }
        // One letter is a text.
        assert_eq!(found(CharDeserializer::new('k')), "k");
        assert_eq!(found(' '.into_deserializer()), "expected an id without blanks at either end");
        let role = |letter| Role::deserialize(CharDeserializer::<Error>::new(letter)).unwrap_err().to_string();
        assert_eq!(role('a'), "unknown kind `a`, expected one of `administrator`, `supervisor`, `associate`");
    }
}
