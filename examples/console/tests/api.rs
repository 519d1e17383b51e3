//! The HTTP API: keys, what each role may do by them, problems, and the document.

use serde_json::{Value, json};

use crate::support::Server;
use crate::support::http::{Answer, request};

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
    for path in paths.keys() {
        assert!(page.contains(&path.replace('/', "&#x2f;")), "{path}");
    }
}
