//! Each thing that must not be possible, tried over HTTP.

use serde_json::{Value, json};

use crate::support::http::{Socket, request};
use crate::support::{Person, Server};

/// Notes what came back: the README quotes it.
fn tried(what: &str, status: u16, body: &str) {
    println!("{what}: {status} {}", body.chars().take(120).collect::<String>());
}

#[test]
fn an_associate_can_neither_see_nor_make_rules() {
    let server = Server::start();
    let ken = server.sign_in("ken");
    assert!(!ken.get("/desk").body.contains("/settings/monitoring"));
    let page = ken.get("/settings/monitoring");
    assert_eq!(page.status, 403);
    for (kind, value) in
        [("operator", "aya"), ("visitor_ip", "192.0.2.7"), ("visitor_email", "a@example.com"), ("x", "")]
    {
        let answer = ken.post("/settings/monitoring/rules", &json!({ "when": [{ "kind": kind, "value": value }] }));
        tried("an associate adds a rule", answer.status, &answer.body);
        assert_eq!(answer.status, 403, "{answer:?}");
    }
    let answer = ken.post("/settings/monitoring/rules/hana-1/enabled", &json!({ "enabled": false }));
    assert_eq!(answer.status, 403);
    assert_eq!(ken.get("/monitored").status, 403);
    assert_eq!(ken.socket("/monitored/socket").unwrap_err(), 403);
    assert_eq!(ken.get("/audit").status, 403);
    let aoi = server.sign_in("aoi");
    let audit = aoi.get("/audit?refused=true").body;
    assert!(audit.matches("田中 健").count() >= 5, "{audit}");
}

#[test]
fn a_supervisor_can_open_no_chat_of_a_supervisor() {
    let server = Server::start();
    let (aoi, hana, sora) = (server.sign_in("aoi"), server.sign_in("hana"), server.sign_in("sora"));
    hana.adds_rule("visitor_ip", "127.0.0.1");
    let visit = server.visit("Mika", "");
    sora.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    let page = hana.get(&format!("/monitored/{}", visit.chat));
    tried("a supervisor opens a supervisor's chat", page.status, "");
    assert_eq!(page.status, 404);
    assert_eq!(hana.socket(&format!("/monitored/{}/socket", visit.chat)).unwrap_err(), 404);
    assert_eq!(aoi.get(&format!("/monitored/{}", visit.chat)).status, 200);
    let rule = hana.post("/settings/monitoring/rules", &json!({ "when": [{ "kind": "operator", "value": "sora" }] }));
    tried("a supervisor adds a rule on a supervisor", rule.status, &rule.body);
    assert_eq!((rule.status, rule.json()["error"].as_str()), (403, Some("not_permitted")));
    // A chat that is not there gets the same answer as one that is.
    let nowhere = hana.get("/monitored/c-0000000000000000");
    assert_eq!(nowhere.body.replace("c-0000000000000000", &visit.chat), page.body);
}

#[test]
fn advising_and_joining_need_a_watch() {
    let server = Server::start();
    let (hana, aya, rin) = (server.sign_in("hana"), server.sign_in("aya"), server.sign_in("rin"));
    let visit = server.visit("Mika", "");
    aya.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    for act in ["advise", "join", "leave"] {
        let answer = hana.post(&format!("/monitored/{}/{act}", visit.chat), &json!({ "text": "x" }));
        tried(&format!("{act} without a watch"), answer.status, &answer.body);
        assert_eq!((answer.status, answer.json()["error"].as_str()), (404, Some("no_such_chat")));
    }
    for act in ["say", "note", "end", "transfer"] {
        let answer = rin.post(&format!("/desk/{}/{act}", visit.chat), &json!({ "text": "x", "to": "rin" }));
        assert_eq!(answer.status, 404, "{act}: {answer:?}");
    }
    let taken = rin.post(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    assert_eq!((taken.status, taken.json()["error"].as_str()), (409, Some("was_picked_up")));
    let mut page = visit.socket();
    assert_eq!(page.wait_for("snapshot")["entries"].as_array().unwrap().len(), 1);
}

#[test]
fn rules_of_others_do_not_exist_for_a_supervisor() {
    let server = Server::start();
    let (aoi, sora) = (server.sign_in("aoi"), server.sign_in("sora"));
    assert!(!sora.get("/settings/monitoring/list").body.contains("hana-1"));
    for (path, body) in [("enabled", json!({ "enabled": false })), ("delete", json!({}))] {
        let others = sora.post(&format!("/settings/monitoring/rules/hana-1/{path}"), &body);
        let nobodys = sora.post(&format!("/settings/monitoring/rules/hana-99/{path}"), &body);
        assert_eq!((others.status, &others.body), (404, &nobodys.body));
    }
    assert!(aoi.get("/settings/monitoring/list").body.contains("hana-1"));
    aoi.does("/settings/monitoring/rules/hana-1/delete", &json!({}));
}

#[test]
fn a_visitor_gets_no_other_visitors_chat() {
    let server = Server::start();
    let (mika, taro) = (server.visit("Mika", ""), server.visit("Taro", ""));
    let path = format!("/chat/{}/socket", mika.chat);
    let stream = taro.person.socket(&path).unwrap_err();
    tried("another visitor's stream", stream, "");
    assert_eq!(stream, 404);
    assert_eq!(taro.person.get(&format!("/chat/{}", mika.chat)).status, 404);
    for act in ["say", "email", "end"] {
        let body = json!({ "text": "x", "email": "x@example.com" });
        assert_eq!(taro.person.post(&format!("/chat/{}/{act}", mika.chat), &body).status, 404);
    }
    let stranger = Person { address: server.address, cookie: String::new() };
    assert_eq!(stranger.socket(&path).unwrap_err(), 404);
    assert_eq!(stranger.socket("/desk/socket").unwrap_err(), 401);
    assert_eq!(stranger.get("/desk").status, 303);
    // An operator's cookie is none of a visitor's.
    assert_eq!(server.sign_in("aoi").socket(&path).unwrap_err(), 404);
}

#[test]
fn a_forged_origin_changes_nothing() {
    let server = Server::start();
    let (aoi, visit) = (server.sign_in("aoi"), server.visit("Mika", ""));
    let origins: [&[(&str, &str)]; 4] =
        [&[("Origin", "https://evil.example")], &[("Origin", "null")], &[], &[("Origin", "http://127.0.0.1:1")]];
    for origin in origins {
        for (cookie, path, body) in [
            (&aoi.cookie, "/settings/monitoring/rules", r#"{"when":[{"kind":"operator","value":"ken"}]}"#.to_owned()),
            (&visit.person.cookie, &*format!("/chat/{}/say", visit.chat), r#"{"text":"x"}"#.to_owned()),
            (&aoi.cookie, "/sign-out", String::new()),
        ] {
            let mut headers = vec![("Cookie", &**cookie), ("Content-Type", "application/json")];
            headers.extend(origin);
            let answer = request(server.address, "POST", path, &headers, body.as_bytes()).unwrap();
            assert_eq!((answer.status, answer.json()["error"].as_str()), (403, Some("forged")));
            tried(&format!("{path} from {origin:?}"), answer.status, &answer.body);
        }
        let mut headers = vec![("Cookie", &*aoi.cookie)];
        headers.extend(origin);
        assert_eq!(Socket::open(server.address, "/desk/socket", &headers).unwrap_err(), 403);
    }
    assert_eq!(aoi.get("/desk").status, 200);
}

#[test]
fn what_is_too_large_or_too_much_is_refused() {
    let server = Server::start();
    let visit = server.visit("Mika", "");
    let path = format!("/chat/{}/say", visit.chat);
    let large = visit.person.post(&path, &json!({ "text": "x".repeat(10 * 1024 * 1024) }));
    tried("a message of 10 MB", large.status, &large.body);
    assert_eq!(large.status, 413);
    let long = visit.person.post(&path, &json!({ "text": "あ".repeat(2001) }));
    tried("2001 characters", long.status, &long.body);
    assert_eq!(long.status, 422);
    assert_eq!(visit.person.post(&path, &json!({ "text": " \n\u{202e}\u{7} " })).status, 422);
    assert_eq!(visit.person.post(&path, &json!({ "text": "あ".repeat(2000) })).status, 200);
    let statuses: Vec<_> = (0..60).map(|_| visit.person.post(&path, &json!({ "text": "x" })).status).collect();
    assert!(statuses.contains(&429), "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 429].contains(status)));
}

#[test]
fn a_stranger_cannot_use_up_what_a_visitor_may_write() {
    let server = Server::start();
    let visit = server.visit("Mika", "");
    let stranger = Person { address: server.address, cookie: format!("console_visitor={}", "0".repeat(64)) };
    for _ in 0..40 {
        let answer = stranger.post(&format!("/chat/{}/say", visit.chat), &json!({ "text": "x" }));
        assert_eq!(answer.status, 404);
    }
    assert_eq!(visit.says("my first message"), 1);
}

#[test]
fn script_in_a_name_is_a_name() {
    let server = Server::start();
    let name = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    let (ken, visit) = (server.sign_in("ken"), server.visit(name, ""));
    let mut desk = ken.socket("/desk/socket").unwrap();
    assert_eq!(desk.wait_for("snapshot")["waiting"][0]["visitor"]["name"], name);
    ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    let bad = server.post_form("/visit", &format!("name={}&email=%3Cscript%3E%22", "%3Cscript%3Ealert(1)%22"), &[]);
    assert_eq!(bad.status, 422);
    assert!(!bad.body.contains("<script>alert") && bad.body.contains("&lt;script&gt;alert"), "{}", bad.body);
    tried("script in a name, repeated by the form", bad.status, "&lt;script&gt;alert…");
    let page = ken.get("/desk");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
}

#[test]
fn guessing_a_password_gets_slow_and_sessions_are_kept_from_scripts() {
    let server = Server::start();
    let statuses: Vec<_> =
        (0..6).map(|_| server.post_form("/sign-in", "operator=aoi&password=wrong", &[]).status).collect();
    assert_eq!(statuses.first(), Some(&403));
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    let others = (0..30).map(|n| server.post_form("/sign-in", &format!("operator=nobody{n}&password=x"), &[]).status);
    assert!(others.into_iter().any(|status| status == 429));

    let server = Server::start();
    let password = &server.passwords[0].1;
    let answer = server.post_form("/sign-in", &format!("operator=aoi&password={password}&back=//evil.example"), &[]);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert_eq!(answer.header("location"), Some("/"));
    let aoi = Person { address: server.address, cookie: answer.cookie() };
    assert_eq!(aoi.get("/desk").status, 200);
    let mut desk = aoi.socket("/desk/socket").unwrap();
    desk.wait_for("snapshot");
    assert_eq!(aoi.post("/sign-out", &Value::Null).status, 303);
    assert_eq!(aoi.get("/desk").status, 303);
    // A socket that was open hears of that, and nothing more.
    server.visit("Mika", "");
    assert_eq!(desk.rest(), [r#"{"type":"signed_out"}"#]);
}

#[test]
fn a_file_that_a_console_works_on_is_no_other_consoles() {
    let server = Server::start();
    let options = console::Options { database: server.database.0.clone(), ..console::Options::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let added = runtime.block_on(console::add_operator(&options, "nao:associate:Nao", "a-long-password-1"));
    assert_eq!(
        added.unwrap_err().to_string(),
        "a console works on this database: add people on its page /settings/people while it runs, or stop it first"
    );
}
