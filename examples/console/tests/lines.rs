//! What a list of monitored chats is told of each of them.

use serde_json::{Value, json};

use crate::support::{Database, Person, Server};

#[test]
fn a_line_says_what_was_said_last_and_since_when_the_visitor_waits() {
    let server = Server::start();
    let (hana, ken) = (server.sign_in("hana"), server.sign_in("ken"));
    let visit = server.visit("Mika", "mika@example.net");
    ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    let line = || hana.socket("/monitored/socket").unwrap().wait_for("snapshot")["chats"][0].clone();
    let silent = line();
    assert_eq!((&silent["last"], &silent["waiting"]), (&Value::Null, &Value::Null));
    let fields: Vec<_> = silent.as_object().unwrap().keys().map(String::as_str).collect();
    let known = ["attributes", "chat", "departments", "hand", "last", "people", "rules", "visitor", "waiting"];
    assert!(fields.iter().all(|field| known.contains(field)), "{fields:?}");

    let n = visit.says("first");
    let asked = line();
    assert_eq!((&asked["last"]["n"], &asked["last"]["operator"]), (&json!(n), &Value::Null));
    assert_eq!(asked["waiting"], asked["last"]["at"]);
    visit.says("second");
    assert_eq!((&line()["waiting"], &line()["last"]["text"]), (&asked["waiting"], &json!("second")));
    ken.says(&format!("/desk/{}/say", visit.chat), "an answer");
    let answered = line();
    assert_eq!((&answered["waiting"], &answered["last"]["operator"]), (&Value::Null, &json!("ken")));
    visit.says(&"長".repeat(2000));
    let long = line();
    assert_eq!(long["last"]["text"].as_str().unwrap().chars().count(), 200);

    let server = server.restart();
    let moved = Person { address: server.address, ..hana.clone() };
    assert_eq!(moved.socket("/monitored/socket").unwrap().wait_for("snapshot")["chats"][0], long);
}

#[test]
fn a_list_has_each_chat_once_with_the_rules_that_it_is_watched_by() {
    let server = Server::start_with(Database::new(), |options| {
        options.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    });
    let (hana, ken, aya) = (server.sign_in("hana"), server.sign_in("ken"), server.sign_in("aya"));
    let by_address = hana.adds_rule("visitor_ip", "198.18.0.0/16");
    let mut chats = Vec::new();
    // More than are made at a time.
    for n in 0..45 {
        let from = format!("198.18.0.{n}");
        let answer = server.post_form("/visit", "name=Mika", &[("X-Forwarded-For", &from)]);
        let chat = answer.header("location").unwrap().trim_start_matches("/chat/").to_owned();
        let operator = if n % 2 == 0 { &ken } else { &aya };
        operator.does(&format!("/desk/{chat}/pick-up"), &json!({}));
        chats.push(chat);
    }
    let snapshot = hana.socket("/monitored/socket").unwrap().wait_for("snapshot");
    let lines = snapshot["chats"].as_array().unwrap();
    let mut listed: Vec<_> = lines.iter().map(|line| line["chat"].as_str().unwrap().to_owned()).collect();
    listed.sort();
    chats.sort();
    assert_eq!(listed, chats);
    for line in lines {
        let kinds: Vec<_> = line["rules"].as_array().unwrap().iter().map(|rule| &rule["when"][0]["kind"]).collect();
        // The demonstration's rule of hana is on ken.
        let expected = if line["people"]["operators"][0]["id"] == "ken" {
            vec!["operator", "visitor_ip"]
        } else {
            vec!["visitor_ip"]
        };
        assert_eq!(kinds, expected);
    }
    let line = |rule: &Value| rule["id"] == by_address.as_str();
    assert!(lines[0]["rules"].as_array().unwrap().iter().any(line));
}
