//! Every error text of the crate, as people read it.

use std::fmt::{Debug, Display};
use std::net::IpAddr;
use std::str::FromStr;

use chat_monitor::{
    AddRuleRefusal, Attribute, ChatId, Criterion, DepartmentId, DuplicateRule, Email, EmailPattern, ExclusionId,
    IpRange, OperatorId, Role, RoleName, Rule, RuleId, Sample, UnknownOperator, UnknownRule,
};

use super::parse;

/// Each text, with inputs that are answered by it.
pub(super) type Texts = &'static [(&'static str, &'static [&'static str])];

pub(super) const IDS: Texts = &[
    ("expected an id of 1 to 256 bytes", &["", xs::<257>(), xs::<1_000_000>()]),
    ("expected an id without control characters", &["k\u{0}en", "ken\n", "k\u{7F}", "\u{85}ken", "\t"]),
    ("expected an id without blanks at either end", &[" ken", "ken ", " ", "\u{3000}ken", "ken\u{A0}"]),
];

/// What a name of a role cannot be besides: no id at all.
pub(super) const ROLE_NAMES: [Texts; 2] =
    [IDS, &[("expected the name of a role of your own, not of a built-in one", &["administrator", "associate"])]];

/// What each error of a pattern ends with.
pub(super) const PATTERN_FORMS: &str = "; a rule takes `name@example.com`, `*@example.com` or `*@*.example.com`";

/// What each error of a range ends with.
pub(super) const RANGE_FORMS: &str = "; a rule takes `192.0.2.7` or `192.0.2.0/24`";

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
        ],
    ),
    (
        "expected one email address, without commas or semicolons",
        &[
            "mika@example.com,taro@example.com",
            "mika@example.com; taro@example.com",
            "mika@example.com、taro@example.com",
            "ｍｉｋａ＠ｅｘａｍｐｌｅ．ｃｏｍ，ｔａｒｏ＠ｅｘａｍｐｌｅ．ｃｏｍ",
            "mika@example.com taro@example.com",
            "mika@example.com\ntaro@example.com",
            "mika@example.com / taro@example.com",
            "mika@example.com・taro@example.com",
            // Also where what stands before the last `@` is longer than a name can be.
            "hanako.yamada@a-company-with-a-long-name.example.co.jp, mika.suzuki@example.co.jp",
        ],
    ),
    ("expected a name before the `@`", &["@example.com", "＠", "@"]),
    (
        "expected an email address without a display name or angle brackets",
        &[
            "<mika@example.com>",
            "Mika<mika@example.com>",
            "＜mika@example.com＞",
            "Mika <mika@example.com>",
            "\"Mika\" <mika@example.com>",
            " <a@x.jp>",
        ],
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
    &["*@example.com", "＊＠ｅｘａｍｐｌｅ．ｃｏｍ", "*@*.example.com"],
)];

/// What people write who mean more than one address, and domains that have nothing below them.
const PATTERNS: Texts = &[
    (
        "expected a name without `*` and `%`, or `*` alone",
        &[
            "mika*@example.com",
            "*mika@example.com",
            "%@example.com",
            "mi%ka@example.com",
            "**@example.com",
            "\"*\"@b.jp",
        ],
    ),
    (
        "expected a mail domain with a dot in it, such as `example.com`, behind the `@`",
        &["*@*.com", "*@*.", "*@", "*@example"],
    ),
    (
        "expected a domain without `*` and `%`, or with `*.` before it and `*` alone before the `@`",
        &["*@*", "*@*.*.example.com", "mika@*.example.com", "*@*example.com", "*@%.example.com", "*@example.*"],
    ),
    ("expected an email address such as `name@example.com`", &["*", "example.com", "*.example.com"]),
    ("expected a name before the `@`", &["@*.example.com"]),
];

#[cfg(not(feature = "idn"))]
const DOMAINS_BEYOND_ASCII: Texts = &[(
    "expected a mail domain in ASCII, such as `xn--r8jz45g.jp`, behind the `@`",
    &["mika@例え.jp", "mika@EXAMPLE.ＪＰé", "mika@☎"],
)];

#[cfg(feature = "idn")]
const DOMAINS_BEYOND_ASCII: Texts = &[(
    "expected a mail domain with a dot in it, such as `example.com`, behind the `@`",
    &["mika@例え", "mika@例え..jp", "mika@\u{301}a.jp"],
)];

pub(super) const EMAILS: [Texts; 3] = [MAILBOXES, WILDCARDS, DOMAINS_BEYOND_ASCII];
pub(super) const EMAIL_PATTERNS: [Texts; 3] = [MAILBOXES, DOMAINS_BEYOND_ASCII, PATTERNS];

pub(super) const IPS: Texts = &[
    (
        "expected an IP address such as `192.0.2.7` or `2001:db8::1`",
        &[
            "",
            "mika",
            "123.456.7.89",
            "192.0.2",
            "192.0.2.256",
            "192.0.x.07",
            "192.0..07",
            "192.0.2.00007",
            "192.0.2.",
            "192.0.2.x",
            "192.0.2.0\\24",
            "2001:db8:::1",
            "not available",
            xs::<1_000_000>(),
        ],
    ),
    ("expected an IP address without leading zeros", &["010.0.0.1", "192.0.2.007", "010.0.0.0/8", "０１０.0.0.1"]),
    (
        "expected an IP address without a port or brackets",
        &[
            "192.0.2.9:61598",
            "192.0.2.7:443",
            "[2001:db8::1]",
            "[2001:db8::9]:443",
            "１９２.0.2.9：80",
            "[",
            "[192.0.2.7]",
        ],
    ),
    (
        "expected an IP address without blanks or line breaks",
        &["192.0.2.7 ", " 192.0.2.7", "192.0.2.7\n", "192. 0.2.7", "\u{A0}192.0.2.7", "192.0.2.0 / 24"],
    ),
    (
        "expected an IP address without invisible or control characters",
        &["\u{FEFF}192.0.2.7", "192.0.2.7\u{200B}", "\u{202A}192.0.2.7\u{202C}", "192.0.2.\u{0}7", "2001:db8:\u{AD}:1"],
    ),
    (
        "expected one IP address, not several",
        &[
            "192.0.2.7\t192.0.2.8",
            "192.0.2.0/24, 198.51.100.0/24",
            "192.0.2.7|192.0.2.8",
            "192.0.2.7・192.0.2.8",
            "192.0.2.7/192.0.2.8",
            "192.0.2.7,192.0.2.8",
            "192.0.2.7, 192.0.2.8",
            "192.0.2.7;2001:db8::1",
            "192.0.2.7 192.0.2.8",
            "192.0.2.7、192.0.2.8",
        ],
    ),
    (
        "expected a network with a prefix length rather than a `*` or a `%`",
        &["192.0.2.*", "192.0.*.*", "*", "10.*", "2001:db8:*", "192.0.2.%", "%", "１９２．０．２．＊"],
    ),
    (
        "expected a network with a prefix length rather than a first and a last address",
        &[
            "192.0.2.1-192.0.2.9",
            "192.0.2.1 - 192.0.2.9",
            "192.0.2.1-9",
            "192.0.2.1~192.0.2.9",
            "192.0.2.1–192.0.2.9",
            "192.0.2.1ー192.0.2.9",
            "192.0.2.1..192.0.2.9",
            "192.0.2.1 to 192.0.2.9",
            "192.0.2.1から192.0.2.9",
            "192.0.2.1〜192.0.2.9",
            "192.0.2.0/24-192.0.3.0/24",
            "2001:db8::1-2001:db8::9",
        ],
    ),
    ("expected an IP address without a zone id", &["fe80::1%eth0", "fe80::%eth0/64", "192.0.2.7%1"]),
];

const MASKS: Texts = &[(
    "expected a prefix length such as `24` behind a `/` rather than a mask",
    &[
        "192.0.2.0/255.255.255.0",
        "192.0.2.0/0.0.0.255",
        "192.0.2.0 255.255.255.0",
        "192.0.2.0, 0.0.0.255",
        "192.0.2.0/255.0.255.0",
    ],
)];

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
        "192.0.2.0/24/24",
        "192.0.2.0/*",
    ],
)];

pub(super) const IP_RANGES: [Texts; 3] = [IPS, PREFIX_LENS, MASKS];

/// So many `x`.
const fn xs<const N: usize>() -> &'static str {
    match std::str::from_utf8(&[b'x'; N]) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// Each text, with what it ends with for all inputs of the type.
fn check<T>(texts: &[Texts], forms: &str)
where
    T: FromStr<Err: Display> + for<'a> TryFrom<&'a str, Error: Display>,
{
    let mut wrong = Vec::new();
    for (text, inputs) in texts.iter().copied().flatten() {
        for input in *inputs {
            let parsed = input.parse::<T>().map_err(|error| error.to_string()).err();
            let converted = T::try_from(input).map_err(|error| error.to_string()).err();
            if parsed.as_deref() != Some(&format!("{text}{forms}")) || parsed != converted {
                let shown: String = input.chars().take(80).collect();
                wrong.push(format!("{shown:?} is answered {parsed:?} and not {text:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_text_that_does_not_parse_is_answered_by_what_was_expected() {
    check::<OperatorId>(&[IDS], "");
    check::<ChatId>(&[IDS], "");
    check::<RuleId>(&[IDS], "");
    check::<DepartmentId>(&[IDS], "");
    check::<ExclusionId>(&[IDS], "");
    check::<Role>(&[IDS], "");
    check::<Email>(&EMAILS, "");
    check::<EmailPattern>(&EMAIL_PATTERNS, PATTERN_FORMS);
    check::<IpRange>(&IP_RANGES, RANGE_FORMS);
    for (text, inputs) in ROLE_NAMES.into_iter().flatten() {
        let refusal = |input: &&str| input.parse::<RoleName>().unwrap_err().to_string();
        assert!(inputs.iter().map(refusal).all(|refusal| refusal == *text), "{text}");
    }
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
        let pattern = EmailPattern::try_from(email).unwrap();
        assert_eq!((pattern.domain(), pattern.is_address()), (domain, true));
    }
    let pattern: EmailPattern = parse("*@Example.com");
    assert_eq!((pattern.domain(), pattern.is_address()), ("example.com", false));
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
fn an_id_has_256_bytes_at_most() {
    for (id, fits) in
        [("x".repeat(256), true), ("x".repeat(257), false), ("山".repeat(85), true), ("山".repeat(86), false)]
    {
        assert_eq!(id.parse::<OperatorId>().is_ok(), fits, "{id}");
        assert_eq!(id.parse::<DepartmentId>().is_ok(), fits, "{id}");
        assert_eq!(id.parse::<Role>().is_ok(), fits, "{id}");
        assert_eq!(Attribute::new(&id, "vip").is_ok(), fits, "{id}");
        assert_eq!(Attribute::new("tag", &id).is_ok(), fits, "{id}");
        assert_eq!(Sample::new(1, &id).is_ok(), fits, "{id}");
    }
}

#[test]
fn a_prefix_length_is_checked_whichever_way_it_comes() {
    let text = PREFIX_LENS[0].0;
    for (address, prefix_len) in [("192.0.2.0", 33), ("2001:db8::", 129), ("::ffff:192.0.2.0", 129)] {
        let address: IpAddr = address.parse().unwrap();
        assert_eq!(IpRange::new(address, prefix_len).unwrap_err().to_string(), format!("{text}{RANGE_FORMS}"));
    }
}

#[test]
fn a_value_in_debug_shows_what_it_holds() {
    let shown: [(&dyn Debug, &str); 7] = [
        (&parse::<OperatorId>("ken"), r#"OperatorId("ken")"#),
        (&parse::<Email>("Mika@example.com"), r#"Email("mika@example.com")"#),
        (&parse::<EmailPattern>("*@example.com"), r#"EmailPattern("*@example.com")"#),
        (&parse::<IpRange>("192.0.2.7/24"), "IpRange(192.0.2.0/24)"),
        (&Attribute::new("tag", "vip").unwrap(), r#"Attribute("tag", "vip")"#),
        (
            &Rule::new(parse("r1"), parse("hana"), Criterion::Operator(parse("ken"))),
            r#"Rule { id: RuleId("r1"), watcher: OperatorId("hana"), when: [Operator(OperatorId("ken"))], enabled: true }"#,
        ),
        (&"mika".parse::<Email>().unwrap_err(), "ParseEmailError { kind: Form, of_pattern: false }"),
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
