//! Parsing, held to what others wrote: the tests of isemail, of `email_address`, of Go and of Casbin, and lists of real
//! mail domains and networks.
//!
//! The corpora lie outside the repository. Where they are absent, a few of their lines stand in for them.

use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;

use chat_monitor::{Email, EmailPattern, IpRange};
use serde_json::{Value, from_str};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");

struct Corpus {
    file: &'static str,
    lines: usize,
    /// Some of its lines, for when it is absent.
    sample: &'static str,
    agrees: fn(&Value) -> bool,
    /// The inputs that are answered differently on purpose, by reason.
    differences: &'static [(&'static str, &'static [&'static str])],
}

impl Corpus {
    fn check(&self) {
        let listed: BTreeSet<_> =
            self.differences.iter().flat_map(|(_, inputs)| *inputs).map(ToString::to_string).collect();
        assert_eq!(listed.len(), self.differences.iter().flat_map(|(_, inputs)| *inputs).count(), "listed twice");
        let differing = |text: &str| {
            let lines: Vec<Value> = text.lines().map(|line| from_str(line).unwrap()).collect();
            let differing =
                lines.iter().filter(|line| !(self.agrees)(line)).map(|line| text_of(line, "input").to_owned());
            (lines.len(), differing.collect::<BTreeSet<_>>())
        };
        let (lines, differences) = differing(self.sample);
        assert!(lines >= 3 && differences.is_subset(&listed), "{differences:?}");
        if let Some(corpus) = read(&format!("corpora/{}", self.file)) {
            assert_eq!(differing(&corpus), (self.lines, listed), "{}", self.file);
        }
    }
}

fn read(file: &str) -> Option<String> {
    let read = fs::read_to_string(format!("{DATA}/{file}")).ok();
    if read.is_none() {
        eprintln!("skipped: {DATA}/{file} is absent");
    }
    read
}

fn text_of<'a>(line: &'a Value, field: &str) -> &'a str {
    line[field].as_str().unwrap_or_default()
}

#[test]
fn emails_are_as_isemail_has_rfc_5321() {
    Corpus {
        file: "isemail.jsonl",
        lines: 443,
        sample: r#"{"input": "test@iana.org", "expected": {"rfc5321_valid": true}}
{"input": "test.iana.org", "expected": {"rfc5321_valid": false}}
{"input": "test@-iana.org", "expected": {"rfc5321_valid": false}}
{"input": "\"test\\\\\"@iana.org", "expected": {"rfc5321_valid": true}}
{"input": "(comment)test@iana.org", "expected": {"rfc5321_valid": false}}
{"input": "test@org", "expected": {"rfc5321_valid": true}}
{"input": "first..last@iana.org", "expected": {"rfc5321_valid": false}}"#,
        agrees: |line| text_of(line, "input").parse::<Email>().is_ok() == line["expected"]["rfc5321_valid"],
        differences: &[
            (
                "Japanese carriers gave out consecutive and final dots",
                &[
                    "test.@iana.org",
                    "first.last.@iana.org",
                    "first..last@iana.org",
                    "dot.@iana.org",
                    "two..dot@iana.org",
                    "test..test@iana.org",
                    "wo..oly@iana.org",
                    "pootietang.@iana.org",
                ],
            ),
            (
                "a visitor's domain has a dot in it",
                &["test@io", "test@org", "first.last@com", "test@example", "a@b", "a@bar"],
            ),
            (
                "`email_address`, by which a mailbox is one, takes no empty name and no escaped blank",
                &[r#"""@iana.org"#, r#""test\ test"@iana.org"#, r#""Fred\ Bloggs"@iana.org"#],
            ),
            (
                "no domain literals",
                &[
                    "test@[255.255.255.255]",
                    "test@[IPv6:1111:2222:3333:4444:5555:6666:7777:8888]",
                    "test@[IPv6:1111:2222:3333:4444:5555::8888]",
                    "test@[IPv6:::3333:4444:5555:6666:7777:8888]",
                    "test@[IPv6:::]",
                    "test@[IPv6:1111:2222:3333:4444:5555:6666:255.255.255.255]",
                    "test@[IPv6:1111:2222:3333:4444::255.255.255.255]",
                    "first.last@[12.34.56.78]",
                    "first.last@[IPv6:::12.34.56.78]",
                    "first.last@[IPv6:1111:2222:3333::4444:12.34.56.78]",
                    "first.last@[IPv6:1111:2222:3333:4444:5555:6666:12.34.56.78]",
                    "first.last@[IPv6:::1111:2222:3333:4444:5555:6666]",
                    "first.last@[IPv6:1111:2222:3333::4444:5555:6666]",
                    "first.last@[IPv6:1111:2222:3333:4444:5555:6666::]",
                    "first.last@[IPv6:1111:2222:3333:4444:5555:6666:7777:8888]",
                    "first.last@[IPv6:1111:2222:3333::4444:5555:12.34.56.78]",
                    "first.last@[IPv6:1111:2222:3333::4444:5555:6666:7777]",
                    "test@[123.123.123.123]",
                    "aaa@[123.123.123.123]",
                    "first.last@[IPv6:::a2:a3:a4:b1:b2:b3:b4]",
                    "first.last@[IPv6:a1:a2:a3:a4:b1:b2:b3::]",
                    "first.last@[IPv6:::]",
                    "first.last@[IPv6:::b4]",
                    "first.last@[IPv6:::b3:b4]",
                    "first.last@[IPv6:a1::b4]",
                    "first.last@[IPv6:a1::]",
                    "first.last@[IPv6:a1:a2::]",
                    "first.last@[IPv6:0123:4567:89ab:cdef::]",
                    "first.last@[IPv6:0123:4567:89ab:CDEF::]",
                    "first.last@[IPv6:::a3:a4:b1:ffff:11.22.33.44]",
                    "first.last@[IPv6:::a2:a3:a4:b1:ffff:11.22.33.44]",
                    "first.last@[IPv6:a1:a2:a3:a4::11.22.33.44]",
                    "first.last@[IPv6:a1:a2:a3:a4:b1::11.22.33.44]",
                    "first.last@[IPv6:a1::11.22.33.44]",
                    "first.last@[IPv6:a1:a2::11.22.33.44]",
                    "first.last@[IPv6:0123:4567:89ab:cdef::11.22.33.44]",
                    "first.last@[IPv6:0123:4567:89ab:CDEF::11.22.33.44]",
                    "first.last@[IPv6:a1::b2:11.22.33.44]",
                ],
            ),
        ],
    }
    .check();
}

#[test]
fn emails_are_as_the_tests_of_email_address_have_them() {
    Corpus {
        file: "rust-email_address.jsonl",
        lines: 66,
        sample: r#"{"input": "simple@example.com", "expected": "valid"}
{"input": "\"john..doe\"@example.org", "expected": "valid"}
{"input": "A@b@c@example.com", "expected": "invalid:InvalidCharacter"}
{"input": "<simon@example.com>", "expected": "invalid:MissingDisplayName"}
{"input": "коля@пример.рф", "expected": "valid"}
{"input": "jsmith@[192.168.2.1]", "expected": "valid"}"#,
        agrees: |line| text_of(line, "input").parse::<Email>().is_ok() == (text_of(line, "expected") == "valid"),
        differences: &[
            ("a visitor's domain has a dot in it", &["admin@mailserver1"]),
            ("its test asks for ten labels", &["foo@a.b.c.d.e.f.g.h.i"]),
            (
                "no domain literals",
                &[
                    "jsmith@[192.168.2.1]",
                    "jsmith@[IPv6:2001:db8::1]",
                    "email@[127.0.0.256]",
                    "email@[2001:db8::12345]",
                    "email@[2001:db8:0:0:0:0:1]",
                    "email@[::ffff:127.0.0.256]",
                    "email@[2001:dg8::1]",
                    "email@[2001:dG8:0:0:0:0:0:1]",
                    "email@[::fTzF:127.0.0.1]",
                ],
            ),
            #[cfg(not(feature = "idn"))]
            (
                "international domains need the feature `idn`",
                &[
                    "用户@例子.广告",
                    "अजय@डाटा.भारत",
                    "квіточка@пошта.укр",
                    "θσερ@εχαμπλε.ψομ",
                    "Dörte@Sörensen.example.com",
                    "коля@пример.рф",
                ],
            ),
        ],
    }
    .check();
}

#[test]
fn addresses_are_as_go_has_them() {
    Corpus {
        file: "go-parse-addr.jsonl",
        lines: 74,
        sample: r#"{"input": "192.168.140.255", "expected": "192.168.140.255"}
{"input": "010.000.015.001", "expected": "error"}
{"input": "fd7a:115c:a1e0::4843:cd96:626b:430b", "expected": "fd7a:115c:a1e0:0:4843:cd96:626b:430b"}
{"input": "2001:4860:0000:2001:0000:0000:0000:0068", "expected": "ok"}
{"input": "fe80::1%lo0", "expected": "error"}
{"input": "::ffff:192.168.140.255", "expected": "::ffff:192.168.140.255"}"#,
        agrees: |line| match (text_of(line, "input").parse::<IpRange>(), text_of(line, "expected")) {
            (Ok(range), "ok") => range.first() == range.last(),
            (Ok(range), expected) => range.to_string() == expected,
            (Err(_), expected) => expected == "error",
        },
        differences: &[
            ("IPv4-mapped IPv6 is IPv4", &["::ffff:192.168.140.255"]),
            (
                "no zone ids",
                &[
                    "fd7a:115c:a1e0:ab12:4843:cd96:626b:430b%eth0",
                    "1:2::ffff:192.168.140.255%eth1",
                    "::ffff:192.168.140.255%eth1",
                ],
            ),
        ],
    }
    .check();
}

#[test]
fn networks_are_as_go_has_them() {
    Corpus {
        file: "go-parse-cidr.jsonl",
        lines: 40,
        sample: r#"{"input": "135.104.0.1/24", "expected": "ok", "network": "135.104.0.0/24"}
{"input": "abcd:2345::/24", "expected": "ok", "network": "abcd:2300::/24"}
{"input": "1.1.1.0/+32", "expected": "error"}
{"input": "1.1.1.0/032", "expected": "error"}
{"input": "2001:db8::%a/32", "expected": "error"}
{"input": "192.168.0.0", "expected": "error"}"#,
        agrees: |line| match text_of(line, "input").parse::<IpRange>() {
            Ok(range) => {
                format!("{}/{}", range.first(), range.prefix_len()) == text_of(line, "network").to_ascii_lowercase()
            }
            Err(_) => text_of(line, "expected") == "error",
        },
        differences: &[("one address is a range too", &["192.168.0.0"])],
    }
    .check();
}

fn contains_as_expected(line: &Value) -> bool {
    let range: IpRange = text_of(line, "net").parse().unwrap();
    range.contains(text_of(line, "ip").parse().unwrap()) == line["expected"]
}

#[test]
fn ranges_contain_what_go_and_casbin_say() {
    Corpus {
        file: "go-contains.jsonl",
        lines: 30,
        sample: r#"{"net": "100.64.0.0/10", "ip": "100.127.255.255", "expected": true}
{"net": "100.64.0.0/10", "ip": "100.128.0.0", "expected": false}
{"net": "::/0", "ip": "192.0.2.1", "expected": false}
{"net": "0.0.0.0/0", "ip": "2001:db8::1", "expected": false}"#,
        agrees: contains_as_expected,
        differences: &[],
    }
    .check();
    Corpus {
        file: "casbin-ipmatch.jsonl",
        lines: 7,
        sample: r#"{"ip": "192.168.2.123", "net": "192.168.2.0/16", "expected": true}
{"ip": "192.168.2.123", "net": "192.168.2.123", "expected": true}
{"ip": "11.0.0.123", "net": "10.0.0.0/8", "expected": false}"#,
        agrees: contains_as_expected,
        differences: &[],
    }
    .check();
}

/// The domains of the lists that are not written in ASCII.
const BEYOND_ASCII: [&str; 12] = [
    "desayuno-étnico.info",
    "foto-en-el-álbum.info",
    "gmaıl.net",
    "instágram.com",
    "lándwirt.com",
    "planteralätt.com",
    "refeição.online",
    "säkerhetsväst.se",
    "taxinyköping.se",
    "thepiratébay.org",
    "tś.xyz",
    "yêuniverse.net",
];

#[test]
fn real_mail_domains_can_be_watched() {
    let lists = [("disposable_idn_subset.txt", 884), ("disposable_js_cc0.txt", 8_883), ("free_providers.txt", 14_125)];
    let mut refused = BTreeSet::new();
    for (file, lines) in lists {
        let Some(list) = read(&format!("email_domains/{file}")) else { return };
        assert_eq!(list.lines().count(), lines, "{file}");
        for domain in list.lines() {
            match format!("*@{domain}").parse::<EmailPattern>() {
                Ok(pattern) => assert!(!pattern.is_address() && pattern.domain().is_ascii(), "{domain}"),
                Err(_) => drop(refused.insert(domain.to_owned())),
            }
        }
    }
    let expected = if cfg!(feature = "idn") { BTreeSet::new() } else { BEYOND_ASCII.map(str::to_owned).into() };
    assert_eq!(refused, expected);
}

#[test]
fn international_domains_are_watched_with_the_feature_idn_alone() {
    for domain in BEYOND_ASCII {
        assert_eq!(format!("*@{domain}").parse::<EmailPattern>().is_ok(), cfg!(feature = "idn"), "{domain}");
    }
}

#[cfg(feature = "idn")]
#[test]
fn an_international_domain_and_its_a_labels_are_one() {
    use super::parse;

    let written: Email = parse("mika@例え.jp");
    assert_eq!(written.as_str(), "mika@xn--r8jz45g.jp");
    assert!(parse::<EmailPattern>("*@例え。ＪＰ").matches(&written));
    assert!(parse::<EmailPattern>("*@XN--R8JZ45G.jp").matches(&written));
}

#[test]
fn real_networks_can_be_watched() {
    let lists = [
        ("amazon_ipv4_unmerged.txt", 7_904),
        ("amazon_ipv6.txt", 2_107),
        ("apple-proxy_ipv4.txt", 3_290),
        ("apple-proxy_ipv6.txt", 10_455),
        ("cloudflare_ipv4.txt", 15),
        ("cloudflare_ipv6.txt", 7),
        ("jp_ipv4_cidr.txt", 9_313),
    ];
    for (file, lines) in lists {
        let Some(list) = read(&format!("cidr/{file}")) else { return };
        assert_eq!(list.lines().count(), lines, "{file}");
        for line in list.lines() {
            let range: IpRange = line.parse().unwrap();
            let (address, prefix_len) = line.split_once('/').unwrap_or((line, ""));
            assert_eq!(range.first(), address.parse::<IpAddr>().unwrap(), "{line}");
            assert!(prefix_len.is_empty() || prefix_len == range.prefix_len().to_string(), "{line}");
        }
    }
}
