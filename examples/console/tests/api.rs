//! The HTTP API: keys, what each role may do by them, problems, and the document.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::http::{Answer, request};
use crate::support::{Database, Server};

/// Makes a key for an account, on the page.
fn key(server: &Server, operator: &str) -> String {
    let aoi = server.sign_in("aoi");
    let made =
        server.post_form("/settings/keys", &format!("name=test&operator={operator}"), &[("Cookie", &*aoi.cookie)]);
    assert_eq!(made.status, 200, "{made:?}");
    let (_, key) = made.body.split_once("<code class=\"value\" id=\"key\">").unwrap();
    key.split_once('<').unwrap().0.to_owned()
}

fn call(server: &Server, key: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let bearer = format!("Bearer {key}");
    let mut headers = vec![("Authorization", &*bearer)];
    if body.is_some() {
        headers.push(("Content-Type", "application/json"));
    }
    let body = body.map(ToString::to_string).unwrap_or_default();
    request(server.address, method, &format!("/api/v1{path}"), &headers, body.as_bytes()).unwrap()
}

/// The stream of an account's list, until it ends.
struct Events(BufReader<TcpStream>);

impl Events {
    fn open(server: &Server, key: &str) -> Events {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let head = format!("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        Events(BufReader::new(stream))
    }

    /// The next news; none at the end.
    fn next(&mut self) -> Option<Value> {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).unwrap() == 0 || line == "0\r\n" {
                return None;
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return Some(serde_json::from_str(data).unwrap());
            }
        }
    }

    fn wait_for(&mut self, kind: &str) -> Value {
        loop {
            let news = self.next().unwrap();
            if news["type"] == kind {
                return news;
            }
        }
    }

    /// Whether the stream ends, whatever comes before that.
    fn ends(mut self) -> bool {
        while self.next().is_some() {}
        true
    }
}

fn is_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let problem = answer.json();
    assert_eq!((&problem["status"], &problem["code"]), (&json!(status), &json!(code)));
    assert!(problem["type"].is_string() && problem["title"].is_string() && problem["detail"].is_string());
}

#[test]
fn a_key_acts_as_its_account_and_nothing_else_does() {
    let server = Server::start();
    let (aoi, hana, ken) = (key(&server, "aoi"), key(&server, "hana"), key(&server, "ken"));
    let reads = [
        ("/rules", [200, 200, 403]),
        ("/exclusions", [200, 403, 403]),
        ("/people", [200, 403, 403]),
        ("/monitored", [200, 200, 403]),
        ("/audit", [200, 403, 403]),
        ("/monitored/c-1", [404, 404, 403]),
        ("/chats/c-1/why", [404, 404, 403]),
        ("/events", [0, 0, 403]),
    ];
    let reads = reads.into_iter().chain([
        ("/departments", [200, 403, 403]),
        ("/chats", [200, 403, 403]),
        ("/ended", [200, 200, 200]),
        ("/ended/c-1", [404, 404, 404]),
    ]);
    for (path, expected) in reads {
        for (key, status) in [&aoi, &hana, &ken].into_iter().zip(expected) {
            // A stream has no end to wait for.
            if status != 0 {
                assert_eq!(call(&server, key, "GET", path, None).status, status, "{path}");
            }
        }
        is_problem(&call(&server, "cmk_0", "GET", path, None), 401, "bad_key");
        let cookie = server.sign_in("aoi").cookie;
        let path = format!("/api/v1{path}");
        is_problem(&request(server.address, "GET", &path, &[("Cookie", &*cookie)], b"").unwrap(), 401, "bad_key");
    }
}

#[test]
fn rules_are_added_switched_and_deleted_and_no_sample_is_told() {
    let server = Server::start();
    let (hana, sora) = (key(&server, "hana"), key(&server, "sora"));
    let rule = json!({ "when": [{ "visitor_ip": "192.0.2.7/24" }, { "sample": { "per_million": 50_000 } }],
        "unless": [{ "attribute": { "name": "tag", "value": "vip" } }], "window": { "until": 4_102_444_800_000_u64 } });
    let made = call(&server, &hana, "POST", "/rules", Some(&rule));
    assert_eq!(made.status, 201, "{made:?}");
    let path = format!("/rules/{}", made.json()["id"].as_str().unwrap());
    let read = call(&server, &hana, "GET", &path, None).json();
    assert_eq!(read["when"], json!([{ "visitor_ip": "192.0.2.0/24" }, { "sample": { "per_million": 50_000 } }]));
    assert_eq!((&read["watcher"], &read["enabled"]), (&json!("hana"), &json!(true)));
    is_problem(&call(&server, &sora, "GET", &path, None), 404, "no_such_rule");
    is_problem(&call(&server, &sora, "DELETE", &path, None), 404, "no_such_rule");
    let off = json!({ "enabled": false });
    assert_eq!(call(&server, &hana, "PUT", &format!("{path}/enabled"), Some(&off)).status, 204);
    assert_eq!(call(&server, &hana, "GET", &path, None).json()["enabled"], false);
    assert_eq!(call(&server, &hana, "DELETE", &path, None).status, 204);
    is_problem(&call(&server, &hana, "DELETE", &path, None), 404, "unknown_rule");
    let refused = json!({ "when": [{ "operator": "sora" }] });
    is_problem(&call(&server, &hana, "POST", "/rules", Some(&refused)), 403, "add_rule.not_permitted");
    for wrong in [json!({ "when": [] }), json!({ "when": [{ "visitor_ip": "x" }] }), json!({ "when": [], "x": 1 })] {
        let answer = call(&server, &hana, "POST", "/rules", Some(&wrong));
        assert!([409, 422].contains(&answer.status), "{answer:?}");
    }
}

#[test]
fn a_revoked_key_and_one_of_a_disabled_account_do_nothing() {
    let server = Server::start();
    let (aoi, hana, sora) = (key(&server, "aoi"), key(&server, "hana"), key(&server, "sora"));
    assert_eq!(call(&server, &aoi, "POST", "/people/hana/disable", None).status, 204);
    is_problem(&call(&server, &hana, "GET", "/rules", None), 401, "bad_key");
    assert_eq!(call(&server, &aoi, "POST", "/people/hana/enable", None).status, 204);
    assert_eq!(call(&server, &hana, "GET", "/rules", None).status, 200);
    let cookie = server.sign_in("aoi").cookie;
    assert_eq!(server.post_form("/settings/keys/3/revoke", "", &[("Cookie", &*cookie)]).status, 303);
    is_problem(&call(&server, &sora, "GET", "/rules", None), 401, "bad_key");
    for operator in ["hana", "ken"] {
        assert_eq!(server.sign_in(operator).get("/settings/keys").status, 403);
    }
}

#[test]
fn a_chat_is_watched_advised_and_joined_by_key() {
    let server = Server::start();
    let hana = key(&server, "hana");
    let (visit, ken) = (server.visit("Mika", "mika@example.com"), server.sign_in("ken"));
    ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    visit.says("Hello");
    let list = call(&server, &hana, "GET", "/monitored", None).json();
    assert_eq!(list["chats"][0]["chat"], *visit.chat);
    let path = format!("/monitored/{}", visit.chat);
    assert!(call(&server, &hana, "GET", &path, None).body.contains("Hello"));
    assert_eq!(call(&server, &hana, "GET", &format!("{path}/entries?before=9"), None).status, 200);
    assert_eq!(call(&server, &hana, "GET", &format!("/chats/{}/why", visit.chat), None).json()["watching"], true);
    assert_eq!(call(&server, &hana, "POST", &format!("{path}/advise"), Some(&json!({ "text": "psst" }))).status, 204);
    assert_eq!(call(&server, &hana, "POST", &format!("{path}/join"), None).status, 204);
    assert_eq!(call(&server, &hana, "POST", &format!("{path}/leave"), None).status, 204);
    is_problem(&call(&server, &hana, "POST", &format!("{path}/leave"), None), 409, "not_joined");
}

#[test]
fn a_rules_period_and_note_change_and_it_stays_the_same_rule() {
    let server = Server::start();
    let (hana, sora) = (key(&server, "hana"), key(&server, "sora"));
    let window = json!({ "window": { "from": 5, "until": 4_102_444_800_000_u64 } });
    assert_eq!(call(&server, &hana, "PUT", "/rules/hana-1/window", Some(&window)).status, 204);
    let note = json!({ "name": "Ken's", "note": "until spring" });
    assert_eq!(call(&server, &hana, "PUT", "/rules/hana-1/note", Some(&note)).status, 204);
    let rule = call(&server, &hana, "GET", "/rules/hana-1", None).json();
    assert_eq!((&rule["window"], &rule["name"], &rule["note"]), (&window["window"], &note["name"], &note["note"]));
    assert_eq!(call(&server, &hana, "PUT", "/rules/hana-1/window", Some(&json!({ "window": null }))).status, 204);
    assert!(call(&server, &hana, "GET", "/rules/hana-1", None).json().get("window").is_none());
    assert_eq!(call(&server, &hana, "PUT", "/rules/hana-1/window", Some(&json!({}))).status, 422);
    is_problem(&call(&server, &sora, "PUT", "/rules/hana-1/window", Some(&window)), 404, "no_such_rule");
    is_problem(&call(&server, &sora, "PUT", "/rules/hana-1/note", Some(&note)), 404, "no_such_rule");
}

#[test]
fn exclusions_are_made_listed_and_deleted_by_administrators_alone() {
    let server = Server::start();
    let (aoi, hana) = (key(&server, "aoi"), key(&server, "hana"));
    let exclusion = json!({ "when": [{ "visitor_email": "*@example.com" }], "roles": ["supervisor"] });
    is_problem(&call(&server, &hana, "POST", "/exclusions", Some(&exclusion)), 403, "not_allowed");
    let made = call(&server, &aoi, "POST", "/exclusions", Some(&exclusion));
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.json()["id"].clone();
    let listed = call(&server, &aoi, "GET", "/exclusions", None).json();
    let ours = listed["exclusions"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap();
    assert_eq!((&ours["when"], &ours["roles"]), (&exclusion["when"], &exclusion["roles"]));
    let path = format!("/exclusions/{}", id.as_str().unwrap());
    is_problem(&call(&server, &hana, "DELETE", &path, None), 403, "not_allowed");
    assert_eq!(call(&server, &aoi, "DELETE", &path, None).status, 204);
    assert_eq!(call(&server, &aoi, "DELETE", &path, None).status, 404);
}

#[test]
fn accounts_and_departments_are_administrators_alone() {
    let server = Server::start();
    let (aoi, hana) = (key(&server, "aoi"), key(&server, "hana"));
    let department = json!({ "id": "night", "name": "Night" });
    let person = json!({ "id": "mai", "name": "Mai", "role": "supervisor", "departments": ["night"] });
    let role = json!({ "name": "Mai", "role": "associate" });
    for (method, path, body) in [
        ("POST", "/departments", Some(&department)),
        ("POST", "/people", Some(&person)),
        ("PUT", "/people/ken", Some(&role)),
        ("POST", "/people/ken/password", None),
        ("POST", "/people/ken/disable", None),
        ("DELETE", "/departments/night", None),
    ] {
        is_problem(&call(&server, &hana, method, path, body), 403, "not_allowed");
    }
    assert_eq!(call(&server, &aoi, "POST", "/departments", Some(&department)).status, 201);
    let made = call(&server, &aoi, "POST", "/people", Some(&person));
    assert_eq!(made.status, 201, "{made:?}");
    let password = made.json()["password"].as_str().unwrap().to_owned();
    let signed_in = server.post_form("/sign-in", &format!("operator=mai&password={password}"), &[]);
    assert_eq!(signed_in.status, 303, "{signed_in:?}");
    is_problem(&call(&server, &aoi, "DELETE", "/departments/night", None), 409, "department_in_use");
    assert_eq!(call(&server, &aoi, "PUT", "/people/mai", Some(&role)).status, 204);
    let people = call(&server, &aoi, "GET", "/people", None).json();
    let mai = people["people"].as_array().unwrap().iter().find(|one| one["id"] == "mai").unwrap();
    assert_eq!((&mai["role"], &mai["departments"]), (&json!("associate"), &json!([])));
    assert_eq!(call(&server, &aoi, "DELETE", "/departments/night", None).status, 204);
    is_problem(&call(&server, &aoi, "PUT", "/people/nobody", Some(&role)), 404, "no_such_operator");
    is_problem(&call(&server, &aoi, "POST", "/people/aoi/disable", None), 409, "last_administrator");
}

#[test]
fn live_chats_are_changed_and_a_hand_stays_up() {
    let server = Server::start();
    let (aoi, sora) = (key(&server, "aoi"), key(&server, "sora"));
    let (visit, ken) = (server.visit("Mika", "mika@example.org"), server.sign_in("ken"));
    let chat = &*visit.chat;
    ken.does(&format!("/desk/{chat}/pick-up"), &json!({}));
    ken.does(&format!("/desk/{chat}/raise"), &json!({}));
    let path = format!("/chats/{chat}");
    let vip = json!({ "attributes": [{ "name": "tag", "value": "vip" }] });
    is_problem(&call(&server, &sora, "PUT", &format!("{path}/attributes"), Some(&vip)), 403, "not_allowed");
    assert_eq!(call(&server, &aoi, "PUT", &format!("{path}/attributes"), Some(&vip)).status, 204);
    let line = |key: &str| call(&server, key, "GET", "/monitored", None).json()["chats"][0].clone();
    let attributes = line(&sora)["attributes"].clone();
    let expected = json!([{ "name": "signal", "value": "help" }, { "name": "tag", "value": "vip" }]);
    assert_eq!(attributes, expected, "sora's rule asks for a hand");
    let consent = json!({ "allowed": false });
    assert_eq!(call(&server, &aoi, "PUT", &format!("{path}/monitoring"), Some(&consent)).status, 204);
    assert_eq!(call(&server, &sora, "GET", "/monitored", None).json()["chats"], json!([]));
    let to = json!({ "to": "aya" });
    assert_eq!(call(&server, &aoi, "POST", &format!("{path}/reassign"), Some(&to)).status, 204);
    let heads = call(&server, &aoi, "GET", "/chats", None).json();
    let head = heads["chats"].as_array().unwrap().iter().find(|head| head["chat"] == chat).unwrap();
    assert_eq!((&head["people"]["operators"][0]["id"], &head["monitoring_allowed"]), (&json!("aya"), &json!(false)));
    assert_eq!(call(&server, &aoi, "POST", &format!("{path}/end"), None).status, 204);
    is_problem(&call(&server, &aoi, "POST", &format!("{path}/end"), None), 404, "no_such_chat");
    let (aya, hana) = (key(&server, "aya"), key(&server, "hana"));
    let ended = call(&server, &aya, "GET", "/ended", None).json();
    assert_eq!(ended["chats"][0]["chat"], *chat);
    assert_eq!(call(&server, &aya, "GET", &format!("/ended/{chat}"), None).json()["chat"]["attended"], true);
    assert_eq!(call(&server, &aya, "GET", &format!("/ended/{chat}/entries?before=2"), None).status, 200);
    let hers = call(&server, &hana, "GET", "/ended/c-none", None);
    assert_eq!(hers.status, 404, "{hers:?}");
}

#[test]
fn the_audit_is_filtered_as_asked() {
    let server = Server::start();
    let (aoi, hana) = (key(&server, "aoi"), key(&server, "hana"));
    is_problem(&call(&server, &hana, "GET", "/people", None), 403, "not_allowed");
    let lines = |query: &str| {
        let found = call(&server, &aoi, "GET", &format!("/audit?{query}"), None).json();
        found["lines"].as_array().unwrap().clone()
    };
    let refused = lines("refused=true&who=hana");
    assert_eq!((refused.len(), &refused[0]["action"]), (1, &json!("opened_people")));
    let (id, at) = (refused[0]["id"].as_i64().unwrap(), refused[0]["at"].as_i64().unwrap());
    assert!(lines(&format!("refused=true&before={id}")).is_empty());
    assert!(lines(&format!("refused=true&from={}", at + 1)).is_empty());
    assert_eq!(lines(&format!("refused=true&who=hana&until={}", at + 1)).len(), 1);
    assert!(lines("chat=c-none").is_empty());
    assert!(lines("who=aoi").iter().all(|line| line["operator"] == "aoi"));
}

#[test]
fn events_tell_what_changes_and_end_with_the_right_to_hear_them() {
    let server = Server::start();
    let (aoi, hana, sora) = (key(&server, "aoi"), key(&server, "hana"), key(&server, "sora"));
    let mut events = Events::open(&server, &hana);
    assert_eq!(events.next().unwrap(), json!({ "type": "snapshot", "chats": [] }));
    let (visit, ken) = (server.visit("Mika", "mika@example.com"), server.sign_in("ken"));
    ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    assert_eq!(events.wait_for("line")["line"]["chat"], *visit.chat);
    visit.says("Hello");
    let entry = events.wait_for("entry");
    assert_eq!((&entry["chat"], &entry["entry"]["text"]), (&json!(*visit.chat), &json!("Hello")));
    visit.person.does(&format!("/chat/{}/end", visit.chat), &json!({}));
    let ended = events.wait_for("ended");
    assert_eq!((&ended["chat"], &ended["reason"]), (&json!(*visit.chat), &json!("ended_chat_ended")));
    server.sign_in("aoi").does("/settings/erasure/erase", &json!({ "chats": [*visit.chat] }));
    let deleted = events.wait_for("deleted");
    assert_eq!(deleted["chat"], *visit.chat);
    // The document says of each what it has.
    let document = request(server.address, "GET", "/api/v1/openapi.json", &[], b"").unwrap().json();
    let news = document["components"]["schemas"]["News"]["oneOf"].as_array().unwrap();
    let kinds: Vec<_> = news.iter().map(|one| one["properties"]["type"]["enum"][0].as_str().unwrap()).collect();
    assert_eq!(kinds, ["snapshot", "line", "entry", "ended", "deleted"]);
    for (heard, described) in [(&entry, &news[2]), (&ended, &news[3]), (&deleted, &news[4])] {
        let mut required: Vec<_> = described["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        required.sort_unstable();
        assert_eq!(heard.as_object().unwrap().keys().collect::<Vec<_>>(), required);
    }
    // By disabling, by the loss of a role, by revocation.
    assert_eq!(call(&server, &aoi, "POST", "/people/hana/disable", None).status, 204);
    assert!(events.ends());
    assert_eq!(call(&server, &aoi, "POST", "/people/hana/enable", None).status, 204);
    let mut events = Events::open(&server, &hana);
    events.wait_for("snapshot");
    let role = json!({ "name": "Hana", "role": "associate" });
    assert_eq!(call(&server, &aoi, "PUT", "/people/hana", Some(&role)).status, 204);
    assert!(events.ends());
    let mut events = Events::open(&server, &sora);
    events.wait_for("snapshot");
    let cookie = server.sign_in("aoi").cookie;
    assert_eq!(server.post_form("/settings/keys/3/revoke", "", &[("Cookie", &*cookie)]).status, 303);
    assert!(events.ends());
}

#[test]
fn a_key_is_made_by_whoever_has_the_file_and_not_while_a_console_works_on_it() {
    let server = Server::start();
    let new_key = |database: &Database, operator: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_console"));
        command.arg("--db").arg(&database.0).args(["--new-key", operator]).output().unwrap()
    };
    let refused = new_key(&server.database, "aoi");
    assert_eq!((refused.status.code(), &*refused.stdout), (Some(2), &b""[..]));
    let why = String::from_utf8(refused.stderr).unwrap();
    let clear = "console: a console works on this database: make keys on its page /settings/keys while it runs, or stop it first\n";
    assert_eq!(why, clear);
    let (database, _) = server.into_rest();
    assert!(String::from_utf8(new_key(&database, "nobody").stderr).unwrap().contains("`nobody`"));
    let made = new_key(&database, "aoi");
    assert!(made.status.success(), "{made:?}");
    let key = String::from_utf8(made.stdout).unwrap();
    let server = Server::start_with(database, |_| {});
    assert_eq!(call(&server, key.trim_end(), "GET", "/people", None).status, 200);
}

#[test]
fn who_may_not_and_what_is_no_call_are_told_as_http_has_it() {
    let server = Server::start();
    let refused = request(server.address, "GET", "/api/v1/rules", &[], b"").unwrap();
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, Some("Bearer")));
    let other = call(&server, &key(&server, "aoi"), "PATCH", "/rules", None);
    assert_eq!((other.status, other.header("allow")), (405, Some("GET,HEAD,POST")));
}

#[test]
fn the_document_names_every_route() {
    let server = Server::start();
    let document = request(server.address, "GET", "/api/v1/openapi.json", &[], b"").unwrap().json();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    let source = include_str!("../src/api.rs");
    let methods: usize = paths.values().map(|item| item.as_object().unwrap().len()).sum();
    let named: usize =
        source.lines().filter(|line| line.contains(".routes(routes!(")).map(|line| line.matches("::").count()).sum();
    assert_eq!(methods, named);
    let page = request(server.address, "GET", "/api", &[("Accept", "text/html")], b"").unwrap().body;
    let japanese = [("Accept", "text/html"), ("Accept-Language", "ja")];
    let japanese = request(server.address, "GET", "/api", &japanese, b"").unwrap().body;
    for page in [&page, &japanese] {
        for path in paths.keys() {
            assert!(page.contains(&path.replace('/', "&#x2f;")), "{path}");
        }
        assert_eq!(page.matches("<td data-label=").count(), 3 * methods);
    }
    assert!(page.contains("Switches a rule on or off.") && japanese.contains("有効・無効を切り替えます"));
    assert!(!japanese.contains("Switches a rule"));
}
