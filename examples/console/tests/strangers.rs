//! What those can learn or use up who have no business with it.

use serde_json::json;

use crate::support::http::request;
use crate::support::{Database, Person, Server};

#[test]
fn a_whole_office_signs_in_at_once_and_only_wrong_passwords_are_counted() {
    let server = Server::start();
    let password = &server.passwords[0].1;
    let right = format!("operator=aoi&password={password}");
    assert!((0..40).all(|_| server.post_form("/sign-in", &right, &[]).status == 303));
    let wrong = (0..25).map(|n| server.post_form("/sign-in", &format!("operator=nobody{n}&password=x"), &[]));
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong[..20].iter().all(|answer| answer.status == 403));
    let last = wrong.last().unwrap();
    assert!(last.status == 429 && last.body.contains("role=\"alert\">Too many failed sign-ins"), "{last:?}");
    let japanese = server.post_form("/sign-in", "operator=x&password=x", &[("Accept-Language", "ja")]);
    assert!(japanese.body.contains("role=\"alert\">同じ接続元からのサインインの失敗が続いています"), "{japanese:?}");
}

#[test]
fn nobody_learns_whether_a_chat_exists() {
    let server = Server::start();
    let (hana, aya, rin) = (server.sign_in("hana"), server.sign_in("aya"), server.sign_in("rin"));
    let visit = server.visit("Mika", "");
    aya.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    let acts = [
        (&hana, "monitored", "advise"),
        (&hana, "monitored", "join"),
        (&hana, "monitored", "leave"),
        (&rin, "desk", "pick-up"),
        (&rin, "desk", "say"),
        (&rin, "desk", "note"),
        (&rin, "desk", "end"),
        (&rin, "desk", "transfer"),
    ];
    for (who, place, act) in acts {
        let ask = |chat: &str| {
            let answer = who.post(&format!("/{place}/{chat}/{act}"), &json!({ "text": "x", "to": "ken" }));
            (answer.status, answer.body)
        };
        let (there, nowhere) = (ask(&visit.chat), ask("c-0000000000000000"));
        assert_eq!(there, nowhere, "{place} {act}");
        assert_ne!(there.0, 200);
    }
}

#[test]
fn a_cookie_that_was_planted_opens_no_chat() {
    let server = Server::start();
    let planted = "console_visitor=".to_owned() + &"ab".repeat(32);
    let answer = server.post_form("/visit", "name=Mika", &[("Cookie", &planted)]);
    let path = answer.header("location").unwrap().to_owned();
    let thief = Person { address: server.address, cookie: planted.clone() };
    assert_eq!(thief.get(&path).status, 404);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains(&format!("; Path={path};")), "{cookie}");
    // Nor does one of a chat of the thief's own.
    let own = server.visit("Thief", "");
    let answer = server.post_form("/visit", "name=Mika", &[("Cookie", &own.person.cookie)]);
    assert_eq!(own.person.get(answer.header("location").unwrap()).status, 404);
}

#[test]
fn behind_tls_cookies_are_this_hosts_alone_and_browsers_stay_with_tls() {
    let origin = "https://chat.example.com";
    let server = Server::start_with(Database::new(), |options| options.origin = Some(origin.into()));
    let password = &server.passwords[0].1;
    let headers = [("Origin", origin), ("Content-Type", "application/x-www-form-urlencoded")];
    let post = |path: &str, form: &str| request(server.address, "POST", path, &headers, form.as_bytes()).unwrap();
    let answer = post("/sign-in", &format!("operator=aoi&password={password}"));
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-console_session=") && cookie.ends_with("; Secure"), "{cookie}");
    assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"));
    let aoi = Person { address: server.address, cookie: answer.cookie() };
    assert_eq!(aoi.get("/desk").status, 200);
    let answer = post("/visit", "name=Mika");
    assert!(answer.header("set-cookie").unwrap().starts_with("__Secure-console_visitor="), "{answer:?}");
    let mika = Person { address: server.address, cookie: answer.cookie() };
    assert_eq!(mika.get(answer.header("location").unwrap()).status, 200);
    assert_eq!(Server::start().post_form("/visit", "", &[]).header("strict-transport-security"), None);
}

#[test]
fn refused_attempts_and_rules_do_not_fill_the_file() {
    let server = Server::start();
    let (ken, hana, aoi) = (server.sign_in("ken"), server.sign_in("hana"), server.sign_in("aoi"));
    let statuses: Vec<_> = (0..80).map(|_| ken.get("/monitored").status).collect();
    assert_eq!((statuses.first(), statuses.last()), (Some(&403), Some(&429)));
    let lines = aoi.get("/audit?refused=true").body.matches("田中 健").count();
    assert!((60..70).contains(&lines), "{lines}");
    let flood =
        |n: u8| hana.post("/settings/monitoring/rules/hana-1/enabled", &json!({ "enabled": n % 2 == 0 })).status;
    assert!((0..250).map(flood).any(|status| status == 429));
}

#[test]
fn a_browser_gets_a_page_where_a_form_is_refused() {
    let server = Server::start();
    let refused = |more: &[(&str, &str)]| {
        let mut headers = vec![("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "text/html,*/*")];
        headers.extend(more);
        request(server.address, "POST", "/visit", &headers, b"name=Mika").unwrap()
    };
    let forged = refused(&[]);
    assert_eq!(forged.status, 403);
    assert!(forged.body.contains("<h1>") && forged.body.contains("does not come from a page"), "{forged:?}");
    let origin = format!("http://{}", server.address);
    let many = (0..40).map(|_| refused(&[("Origin", &origin)])).find(|answer| answer.status == 429).unwrap();
    assert!(many.body.contains("<h1>"), "{many:?}");
    // What a script asks for is JSON, faults too that no code of ours found.
    let script = [("Origin", &*origin), ("Content-Type", "application/json")];
    let fault = request(server.address, "POST", "/language", &script, b"{").unwrap();
    assert_eq!((fault.status, fault.json()["error"].as_str()), (415, Some("bad_request")));
    let method = request(server.address, "POST", "/audit", &script, b"").unwrap();
    assert_eq!((method.status, method.json()["error"].as_str()), (405, Some("bad_request")));
}

#[test]
fn origins_are_taken_as_browsers_write_them() {
    let read = |origin: &str| {
        let arguments = ["--origin", origin].map(Into::into);
        match console::Call::read(arguments, |_| None) {
            Ok(console::Call::Run(options)) => options.origin,
            _ => None,
        }
    };
    for (given, expected) in [
        ("https://Chat.Example.com", "https://chat.example.com"),
        ("https://chat.example.com:443/", "https://chat.example.com"),
        ("http://chat.example.com:80", "http://chat.example.com"),
        ("https://chat.example.com:8443", "https://chat.example.com:8443"),
        ("https://[2001:DB8::1]", "https://[2001:db8::1]"),
    ] {
        assert_eq!(read(given).as_deref(), Some(expected), "{given}");
    }
    for wrong in ["chat.example.com", "ftp://chat.example.com", "https://", "https://a/b", "https://a?b", "https://u@a"]
    {
        assert_eq!(read(wrong), None, "{wrong}");
    }
}
