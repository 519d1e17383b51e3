//! The visitor's address, as proxies write it.

use std::net::IpAddr;

use vendors::UnreadableAddress::{NoAddress, OnlyProxies};
use vendors::{Client, Proxies, UnreadableAddress, caller_address, visitor_address};

fn ip(text: &str) -> Option<IpAddr> {
    Some(text.parse().unwrap())
}

fn read(text: &str) -> Result<Option<IpAddr>, UnreadableAddress> {
    visitor_address(text, &Proxies::default()).map(|client| client.ip)
}

#[test]
fn ports_brackets_quotes_and_zones_are_taken_off() {
    for (text, expected) in [
        ("192.0.2.9", "192.0.2.9"),
        ("192.0.2.9:61598", "192.0.2.9"),
        (" \"192.0.2.9:61598\" ", "192.0.2.9"),
        ("2001:db8::9", "2001:db8::9"),
        ("[2001:db8::9]", "2001:db8::9"),
        ("[2001:db8::9]:443", "2001:db8::9"),
        ("\"[2001:db8::9]:443\"", "2001:db8::9"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25en0]:80", "fe80::1"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
        ("[::ffff:192.0.2.9]:80", "192.0.2.9"),
        ("for=192.0.2.9", "192.0.2.9"),
        ("For=\"[2001:db8::9]:443\";proto=https;by=203.0.113.4", "2001:db8::9"),
        // Without brackets, nobody can know that the last group is a port.
        ("2001:db8::9:443", "2001:db8::9:443"),
        // Alone, a private address is believed: visitors may be in the same house.
        ("10.0.0.3", "10.0.0.3"),
    ] {
        assert_eq!(read(text), Ok(ip(expected)), "{text}");
    }
}

#[test]
fn what_says_that_it_is_unknown_is_unknown() {
    for text in ["", " ", ",", "unknown", "Unknown", "_hidden", "not available", "-", "0.0.0.0", "::", "for=unknown"] {
        assert_eq!(read(text), Ok(None), "{text}");
    }
}

#[test]
fn what_is_no_address_is_an_error_and_not_repeated() {
    for text in [
        "123.456.7.89",
        "192.0.2.9:",
        "192.0.2.9:port",
        "192.0.2.9:99999",
        "192.0.2",
        "192.0.2.09",
        "[2001:db8::9",
        "[2001:db8::9]443",
        "[192.0.2.9]:80",
        "fe80::1%",
        "mika@example.com",
        "192.0.2.9 10.0.0.3",
        "192.0.2.0/24",
        "for=",
        "例え",
    ] {
        assert_eq!(read(text), Err(NoAddress), "{text}");
    }
    let text = NoAddress.to_string();
    assert!(!text.contains("123.456") && text.starts_with("expected an IP address"));
}

#[test]
fn a_list_is_read_from_the_right_past_the_trusted_proxies() {
    for (text, expected, beside) in [
        ("192.0.2.9, 10.0.0.3", Ok(ip("192.0.2.9")), 0),
        ("192.0.2.9,10.0.0.3,10.0.0.4:8080", Ok(ip("192.0.2.9")), 0),
        ("192.0.2.9, fd00::3, 172.16.0.1, 100.64.0.1, 127.0.0.1", Ok(ip("192.0.2.9")), 0),
        // The visitor has sent a list of their own; or there is a proxy that is not trusted.
        ("198.51.100.1, 192.0.2.9, 10.0.0.3", Ok(ip("192.0.2.9")), 1),
        ("unknown, 192.0.2.9", Ok(ip("192.0.2.9")), 1),
        // Never another entry's.
        ("192.0.2.9, unknown", Ok(None), 1),
        ("192.0.2.9, unknown, 10.0.0.3", Ok(None), 1),
        ("unknown, 10.0.0.3", Ok(None), 0),
        ("192.0.2.9, rubbish, 10.0.0.3", Err(NoAddress), 0),
        ("10.0.0.4, 10.0.0.3", Err(OnlyProxies), 0),
    ] {
        let read = visitor_address(text, &Proxies::default());
        assert_eq!(read, expected.map(|ip| Client { ip, beside }), "{text}");
    }
}

#[test]
fn who_has_named_the_proxies_knows_that_others_are_visitors() {
    let proxies = Proxies::named(["203.0.113.0/24".parse().unwrap(), "2001:db8:ffff::/48".parse().unwrap()]);
    let read = |text: &str| visitor_address(text, &proxies).map(|client| client.ip);
    assert_eq!(read("10.1.2.3, 203.0.113.4, [2001:db8:ffff::1]:443"), Ok(ip("10.1.2.3")));
    // A proxy's address is nobody's, even alone.
    assert_eq!(read("203.0.113.4"), Err(OnlyProxies));
    assert_eq!(read("10.1.2.3"), Ok(ip("10.1.2.3")));
}

#[test]
fn only_a_trusted_proxy_says_whom_it_was_called_by() {
    let proxies = Proxies::named(["127.0.0.0/8".parse().unwrap(), "10.0.0.0/8".parse().unwrap()]);
    let caller = |peer: &str, headers: &[&str]| {
        caller_address(peer.parse().unwrap(), headers.iter().copied(), &proxies).map(|client| client.ip)
    };
    assert_eq!(caller("127.0.0.1", &["192.0.2.9:61598"]), Ok(ip("192.0.2.9")));
    assert_eq!(caller("127.0.0.1", &["192.0.2.9", "10.0.0.3"]), Ok(ip("192.0.2.9")));
    assert_eq!(caller("::ffff:198.51.100.1", &["192.0.2.9"]), Ok(ip("198.51.100.1")));
    // The proxy itself is never the visitor.
    assert_eq!(caller("127.0.0.1", &[]), Ok(None));
    assert_eq!(caller("127.0.0.1", &["unknown"]), Ok(None));
    assert_eq!(caller("127.0.0.1", &["rubbish"]), Err(NoAddress));
    assert_eq!(caller("127.0.0.1", &["10.0.0.3"]), Err(OnlyProxies));
    assert_eq!(caller("127.0.0.1", &["for=192.0.2.60;proto=http;by=203.0.113.43, for=10.0.0.3"]), Ok(ip("192.0.2.60")));
}

#[test]
fn what_stands_in_quotes_is_part_of_no_list() {
    for text in [
        // A proxy repeats the host's name, which the visitor sends.
        r#"for=192.0.2.9;host="x, for=203.0.113.7""#,
        r#"host="x;for=203.0.113.7";for=192.0.2.9"#,
        r#"for=192.0.2.9;host="a\", for=203.0.113.7""#,
        // A quote that the visitor has left open.
        r#"for=", for=192.0.2.9;host="x, for=203.0.113.7""#,
        "\", 192.0.2.9",
        // A hidden port.
        "192.0.2.9:_8080",
        "for=\"192.0.2.9:_a.b-c\"",
    ] {
        assert_eq!(read(text), Ok(ip("192.0.2.9")), "{text}");
    }
    for text in ["192.0.2.9:_", "192.0.2.9:_a b", "192.0.2.9:8080a"] {
        assert_eq!(read(text), Err(NoAddress), "{text}");
    }
}
