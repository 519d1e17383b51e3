//! Nobody notices, in bytes: what visitors and operators receive, with and without a watcher.

use serde_json::{Value, json};

use crate::support::Server;

/// All that people receive in one history: pages, answers, and every byte of their sockets.
struct Received {
    visitor: Vec<String>,
    operator: Vec<String>,
    /// Somebody who has joined, and one who has nothing to do with the chat.
    others: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Watching {
    Nobody,
    Silently,
    WithAdvice,
}

/// Whether the operator asks for help, and whether they look at the advice.
#[derive(Clone, Copy, PartialEq)]
enum Asking {
    Never,
    Once,
}

fn history(watching: Watching, asking: Asking) -> Received {
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
        server.sign_in("sora").does("/settings/monitoring/rules/sora-2/delete", &json!({}));
    } else {
        aoi.adds_rule("visitor_ip", "127.0.0.1");
        hana.adds_rule("visitor_ip", "127.0.0.0/8");
    }
    let mut list = (watching != Watching::Nobody).then(|| hana.socket("/monitored/socket").unwrap());
    let mut desk = ken.socket("/desk/socket").unwrap();
    let mut aya = server.sign_in("aya").socket("/desk/socket").unwrap();
    let mut answers = Received { visitor: Vec::new(), operator: Vec::new(), others: Vec::new() };
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
    let mut reading = Vec::new();
    for n in 0..5 {
        if asking == Asking::Once && n % 2 == 1 {
            let up = if n == 1 { "raise" } else { "lower" };
            answers.operator.push(ken.does(&format!("/desk/{chat}/{up}"), &json!({})).to_string());
        }
        answers.visitor.push(visit.says(&format!("question {n}")).to_string());
        if watching == Watching::WithAdvice {
            watch(&format!("/monitored/{chat}/advise"), &json!({ "text": format!("advice {n}") }));
        }
        // What is looked at where nothing is, is looked at all the same.
        reading.push(
            ken.does(&format!("/desk/{chat}/seen"), &json!({ "seen": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] })).to_string(),
        );
        answers.operator.push(ken.says(&format!("/desk/{chat}/say"), &format!("answer {n}")).to_string());
        answers.operator.push(ken.says(&format!("/desk/{chat}/note"), &format!("note {n}")).to_string());
    }
    answers.operator.extend(reading);
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
    answers.others.extend(aya.rest());
    answers.plain(&chat)
}

impl Received {
    fn plain(self, chat: &str) -> Self {
        let plain = |texts: Vec<String>| texts.iter().map(|text| plain(text, chat)).collect();
        Received { visitor: plain(self.visitor), operator: plain(self.operator), others: plain(self.others) }
    }
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
    let (without, with) = (history(Watching::Nobody, Asking::Once), history(Watching::Silently, Asking::Once));
    assert!(without.visitor.len() > 15 && without.operator.len() > 25, "too little was recorded");
    assert!(without.operator.iter().filter(|text| text.contains("\"type\":\"hand\"")).count() == 2);
    assert_eq!(without.visitor, with.visitor);
    assert_eq!(without.operator, with.operator);
    assert_eq!(without.others, with.others);
    let bytes = |texts: &[String]| texts.iter().map(String::len).sum::<usize>();
    println!("equal: {} bytes to the visitor, {} to the operator", bytes(&with.visitor), bytes(&with.operator));
}

#[test]
fn advice_changes_nothing_that_the_visitor_receives_and_adds_nothing_else_to_the_operator() {
    let (without, with) = (history(Watching::Nobody, Asking::Never), history(Watching::WithAdvice, Asking::Never));
    assert_eq!(without.visitor, with.visitor);
    assert_eq!(without.others, with.others);
    // That they have seen it themselves is told to their own tabs.
    let told = |received: &Received| -> Vec<String> {
        let of_advice = |text: &&String| text.contains("\"internal\"") || text.contains("\"type\":\"seen\"");
        received.operator.iter().filter(|text| !of_advice(text)).cloned().collect()
    };
    assert_eq!(told(&without), told(&with));
    let counted = |kind: &str| with.operator.iter().filter(|text| text.contains(kind)).count();
    assert_eq!((counted("\"type\":\"internal\",\"chat\":\"CHAT\""), counted("\"advice\":true,\"text\"")), (10, 5));
    assert_eq!(counted("\"type\":\"seen\""), 5);
}

#[test]
fn a_raised_hand_changes_nothing_that_anybody_else_in_the_chat_receives() {
    let (without, with) = (history(Watching::Silently, Asking::Never), history(Watching::Silently, Asking::Once));
    assert_eq!(without.visitor, with.visitor);
    assert_eq!(without.others, with.others);
    assert!(!without.others.is_empty());
    let (without, with) = (joined(Asking::Never), joined(Asking::Once));
    assert!(without.others.len() > 10, "too little was recorded");
    assert_eq!(without.visitor, with.visitor);
    assert_eq!(without.others, with.others);
}

/// What a visitor, and a supervisor who has joined, receive while another operator of the chat asks for help.
fn joined(asking: Asking) -> Received {
    let server = Server::start();
    let (hana, ken) = (server.sign_in("hana"), server.sign_in("ken"));
    let visit = server.visit("Mika", "");
    let chat = visit.chat.clone();
    ken.does(&format!("/desk/{chat}/pick-up"), &json!({}));
    hana.does(&format!("/monitored/{chat}/join"), &json!({}));
    let mut sockets = ["/desk/socket", "/monitored/socket", &format!("/monitored/{chat}/socket")]
        .map(|path| hana.socket(path).unwrap());
    let mut page = visit.socket();
    let hand = |up: &str| asking == Asking::Once && ken.does(&format!("/desk/{chat}/{up}"), &json!({})).is_object();
    let mut others = Vec::new();
    for n in 0..4 {
        hand(["raise", "lower"][n % 2]);
        ken.says(&format!("/desk/{chat}/say"), &format!("answer {n}"));
        hana.says(&format!("/desk/{chat}/say"), &format!("also {n}"));
        others.push(hana.socket("/desk/socket").unwrap().wait_for("snapshot").to_string());
        others.push(hana.socket(&format!("/monitored/{chat}/socket")).unwrap().wait_for("snapshot").to_string());
    }
    others.push(hana.get("/desk").body);
    others.extend(sockets.iter_mut().flat_map(|socket| socket.rest()));
    Received { visitor: page.rest(), operator: Vec::new(), others }.plain(&chat)
}
