//! Where visitors are: what proxies write, whom that is believed of, and how those are counted who are nowhere known.

use std::ffi::OsString;

use console::{Call, Options};
use serde_json::Value;

use crate::support::{Database, Server};

/// A console behind these proxies. The tests themselves call from 127.0.0.1.
fn behind(proxies: &str) -> Server {
    let arguments = ["--trusted-proxy", proxies].map(OsString::from);
    let Call::Run(asked) = Call::read(arguments, |_| None).unwrap() else { panic!("expected to run") };
    Server::start_with(Database::new(), |options| options.trusted_proxies = asked.trusted_proxies)
}

/// Starts a chat, and says where its visitor is to the operators.
fn visitor_ip(server: &Server, headers: &[(&str, &str)]) -> Value {
    assert_eq!(server.post_form("/visit", "name=Mika", headers).status, 303);
    let mut desk = server.sign_in("ken").socket("/desk/socket").unwrap();
    let waiting = desk.wait_for("snapshot")["waiting"].as_array().unwrap().clone();
    waiting.last().unwrap()["visitor"]["ip"].clone()
}

fn starts(server: &Server, forwarded: &str) -> u16 {
    server.post_form("/visit", "name=", &[("X-Forwarded-For", forwarded)]).status
}

#[test]
fn the_header_of_somebody_who_is_no_trusted_proxy_counts_for_nothing() {
    let server = Server::start();
    assert_eq!(visitor_ip(&server, &[("X-Forwarded-For", "192.0.2.9")]), "127.0.0.1");
    let server = behind("10.0.0.0/8");
    assert_eq!(visitor_ip(&server, &[("X-Forwarded-For", "192.0.2.9")]), "127.0.0.1");
}

#[test]
fn every_form_in_which_proxies_write_an_address_is_read() {
    let forms = [
        ("192.0.2.9", "192.0.2.9"),
        ("192.0.2.9:61598", "192.0.2.9"),
        ("[2001:db8::9]:443", "2001:db8::9"),
        ("[2001:db8::9]", "2001:db8::9"),
        ("\"[2001:db8::9]:443\"", "2001:db8::9"),
        ("2001:db8::9%eth0", "2001:db8::9"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
        // What the visitor writes stands on the left.
        ("203.0.113.1, 192.0.2.9", "192.0.2.9"),
        ("203.0.113.1, 192.0.2.9:61598", "192.0.2.9"),
    ];
    for (forwarded, expected) in forms {
        let server = behind("127.0.0.1");
        assert_eq!(visitor_ip(&server, &[("X-Forwarded-For", forwarded)]), expected, "{forwarded}");
    }
}

#[test]
fn several_proxies_are_trusted_as_networks() {
    for proxies in ["127.0.0.0/8,10.0.0.0/8", " 127.0.0.1 , 10.0.0.3 ", "0.0.0.0/0, 10.0.0.0/8"] {
        let server = behind(proxies);
        let expected = if proxies.starts_with('0') { Value::Null } else { "192.0.2.9".into() };
        assert_eq!(visitor_ip(&server, &[("X-Forwarded-For", "192.0.2.9, 10.0.0.3:8080")]), expected, "{proxies}");
    }
    let server = behind("127.0.0.0/8,10.0.0.0/8");
    let two = [("X-Forwarded-For", "203.0.113.1, 192.0.2.9"), ("X-Forwarded-For", "10.0.0.3")];
    assert_eq!(visitor_ip(&server, &two), "192.0.2.9");
}

#[test]
fn what_a_proxy_does_not_say_is_unknown_and_never_the_proxy_itself() {
    let unknown: [&[(&str, &str)]; 8] = [
        &[],
        &[("X-Forwarded-For", "")],
        &[("X-Forwarded-For", "unknown")],
        &[("X-Forwarded-For", "203.0.113.1, unknown")],
        &[("X-Forwarded-For", "203.0.113.1, mika")],
        &[("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-For", "例え")],
        &[("X-Forwarded-For", "127.0.0.1")],
        &[("Forwarded", "for=203.0.113.1")],
    ];
    let server = behind("127.0.0.1");
    let hana = server.sign_in("hana");
    for value in ["127.0.0.0/8", "0.0.0.0/0", "::/0"] {
        hana.adds_rule("visitor_ip", value);
    }
    let ken = server.sign_in("ken");
    for headers in unknown {
        assert_eq!(visitor_ip(&server, headers), Value::Null, "{headers:?}");
    }
    let waiting = ken.socket("/desk/socket").unwrap().wait_for("snapshot")["waiting"].clone();
    for chat in waiting.as_array().unwrap() {
        // By Aya, so that no rule on an operator matches either.
        let chat = chat["chat"].as_str().unwrap();
        server.sign_in("aya").does(&format!("/desk/{chat}/pick-up"), &serde_json::json!({}));
    }
    let watched = hana.socket("/monitored/socket").unwrap().wait_for("snapshot");
    assert_eq!(watched["chats"], serde_json::json!([]));
}

#[test]
fn visitors_behind_a_proxy_are_counted_each_and_the_unknown_keep_nobody_out() {
    let server = behind("127.0.0.1");
    for n in 1..=45 {
        assert_eq!(starts(&server, &format!("198.51.100.{n}:4000")), 303, "visitor {n}");
    }
    // All that are unknown are counted together; so is a household's IPv6 network.
    assert!((0..45).any(|_| starts(&server, "unknown") == 429));
    assert!((0..45).any(|n| starts(&server, &format!("[2001:db8:1:2::{n:x}]:443")) == 429));
    assert_eq!(starts(&server, "2001:db8:1:3::1"), 303);
    assert_eq!(starts(&server, "192.0.2.9"), 303);
    assert_eq!(starts(&server, "unknown"), 429);
}

#[test]
fn proxies_are_named_by_option_again_and_again_or_in_the_environment() {
    let read =
        |arguments: &[&str], variable: Option<&str>| match Call::read(arguments.iter().map(OsString::from), |name| {
            variable.filter(|_| name == "CONSOLE_TRUSTED_PROXY").map(OsString::from)
        }) {
            Ok(Call::Run(Options { trusted_proxies, .. })) => {
                Ok(trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>())
            }
            Ok(_) => panic!("expected to run"),
            Err(wrong) => Err(wrong.to_string()),
        };
    let again = ["--trusted-proxy", "10.0.0.0/8", "--trusted-proxy", "192.0.2.1,2001:db8::/32"];
    assert_eq!(read(&again, Some("127.0.0.1")).unwrap(), ["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"]);
    assert_eq!(read(&[], Some("127.0.0.1, 10.0.0.0/8")).unwrap(), ["127.0.0.1", "10.0.0.0/8"]);
    assert_eq!(read(&[], None).unwrap(), [""; 0]);
    for wrong in ["", "10.0.0.0/8,", "10.0.0.*", "proxy.example.com", "10.0.0.1:80"] {
        assert!(read(&["--trusted-proxy", wrong], None).unwrap_err().starts_with("expected networks"), "{wrong}");
    }
    let of_environment = read(&[], Some("10.0.0.*")).unwrap_err();
    assert!(of_environment.ends_with("in the environment variable CONSOLE_TRUSTED_PROXY"), "{of_environment}");
}
