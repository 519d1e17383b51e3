//! Nobody notices, in bytes: what visitors and operators receive, with and without a watcher.

use serde_json::{Value, json};

use crate::support::Server;

/// All that a visitor and an operator receive in one history: pages, answers, and every byte of their sockets.
struct Received {
    visitor: Vec<String>,
    operator: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Watching {
    Nobody,
    Silently,
    WithAdvice,
}

fn history(watching: Watching) -> Received {
    let server = Server::start();
    let (aoi, hana, ken) = (server.sign_in("aoi"), server.sign_in("hana"), server.sign_in("ken"));
    let watch = |path: &str, body: &Value| {
        if watching != Watching::Nobody {
            hana.does(path, body);
        }
    };
    if watching == Watching::Nobody {
        // The demonstration has a rule on Ken.
        hana.does("/settings/monitoring/rules/hana-1/delete", &json!({}));
        hana.does("/settings/monitoring/rules/hana-2/delete", &json!({}));
    } else {
        aoi.adds_rule("visitor_ip", "127.0.0.1");
        hana.adds_rule("visitor_ip", "127.0.0.0/8");
    }
    let mut list = (watching != Watching::Nobody).then(|| hana.socket("/monitored/socket").unwrap());
    let mut desk = ken.socket("/desk/socket").unwrap();
    let mut answers = Received { visitor: Vec::new(), operator: Vec::new() };
    let visit = server.visit("Mika", "mika@example.net");
    let chat = visit.chat.clone();
    let mut page = visit.socket();
    answers.visitor.push(visit.person.get(&format!("/chat/{chat}")).body);
    answers.visitor.push(visit.says("hello").to_string());
    answers.operator.push(ken.does(&format!("/desk/{chat}/pick-up"), &json!({})).to_string());
    let mut opened = list.as_mut().map(|list| {
        list.wait_for("line");
        assert_eq!(hana.get(&format!("/monitored/{chat}")).status, 200);
        let mut opened = hana.socket(&format!("/monitored/{chat}/socket")).unwrap();
        opened.wait_for("snapshot");
        opened
    });
    for n in 0..5 {
        answers.visitor.push(visit.says(&format!("question {n}")).to_string());
        if watching == Watching::WithAdvice {
            watch(&format!("/monitored/{chat}/advise"), &json!({ "text": format!("advice {n}") }));
        }
        answers.operator.push(ken.says(&format!("/desk/{chat}/say"), &format!("answer {n}")).to_string());
        answers.operator.push(ken.says(&format!("/desk/{chat}/note"), &format!("note {n}")).to_string());
    }
    answers.operator.push(ken.get("/desk").body);
    answers.operator.push(ken.socket("/desk/socket").unwrap().wait_for("snapshot").to_string());
    // What may not be done does not tell either.
    for (path, body) in [("end", json!({})), ("say", json!({ "text": "too late" }))] {
        let refused = ken.post(&format!("/desk/c-0000000000000000/{path}"), &body);
        answers.operator.push(format!("{} {}", refused.status, refused.body));
    }
    let ended = visit.person.does(&format!("/chat/{chat}/end"), &json!({}));
    answers.visitor.push(ended.to_string());
    if let Some(opened) = &mut opened {
        assert_eq!(opened.wait_for("ended")["reason"], "ended_chat_ended");
    }
    answers.visitor.extend(page.rest());
    answers.operator.extend(desk.rest());
    let plain = |texts: Vec<String>| texts.iter().map(|text| plain(text, &chat)).collect();
    Received { visitor: plain(answers.visitor), operator: plain(answers.operator) }
}

/// The text without times and without the chat's random name.
fn plain(text: &str, chat: &str) -> String {
    let text = text.replace(chat, "CHAT");
    let mut plain = String::new();
    let mut digits = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        plain += if digits.len() == 13 { "TIME" } else { &digits };
        digits.clear();
        plain.push(c);
    }
    plain
}

#[test]
fn what_is_received_is_the_same_with_and_without_a_watcher() {
    let (without, with) = (history(Watching::Nobody), history(Watching::Silently));
    assert!(without.visitor.len() > 15 && without.operator.len() > 20, "too little was recorded");
    assert_eq!(without.visitor, with.visitor);
    assert_eq!(without.operator, with.operator);
    let bytes = |texts: &[String]| texts.iter().map(String::len).sum::<usize>();
    println!("equal: {} bytes to the visitor, {} to the operator", bytes(&with.visitor), bytes(&with.operator));
}

#[test]
fn advice_changes_nothing_that_the_visitor_receives_and_adds_nothing_else_to_the_operator() {
    let (without, with) = (history(Watching::Nobody), history(Watching::WithAdvice));
    assert_eq!(without.visitor, with.visitor);
    let told = |received: &Received| -> Vec<String> {
        let others = received.operator.iter().filter(|text| !text.contains("\"internal\""));
        others.cloned().collect()
    };
    assert_eq!(told(&without), told(&with));
    let advice =
        with.operator.iter().filter(|text| text.contains("\"type\":\"internal\"") && text.contains("\"advice\":true"));
    assert_eq!(advice.count(), 5);
}
