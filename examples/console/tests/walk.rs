//! One chat from its beginning to its end, seen by everyone it concerns.

use serde_json::json;

use crate::support::Server;

#[test]
fn a_matching_chat_appears_and_advice_reaches_the_operator_alone() {
    let server = Server::start();
    let (hana, ken) = (server.sign_in("hana"), server.sign_in("ken"));
    let mut list = hana.socket("/monitored/socket").unwrap();
    assert_eq!(list.wait_for("snapshot")["chats"], json!([]));
    let mut desk = ken.socket("/desk/socket").unwrap();

    let visit = server.visit("Mika", "");
    let mut page = visit.socket();
    visit.says("hello");
    desk.wait_for("waiting");
    ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    let line = list.wait_for("line");
    assert_eq!(line["line"]["chat"], visit.chat.as_str());
    assert_eq!(line["line"]["rules"][0]["when"][0], json!({ "kind": "operator", "value": "田中 健" }));

    let mut opened = hana.socket(&format!("/monitored/{}/socket", visit.chat)).unwrap();
    assert_eq!(opened.wait_for("snapshot")["joined"], false);
    hana.says(&format!("/monitored/{}/advise", visit.chat), "offer a refund");
    assert_eq!(desk.wait_for("internal")["entry"]["text"], "offer a refund");
    assert_eq!(opened.wait_for("internal")["entry"]["advice"], true);
    ken.says(&format!("/desk/{}/note", visit.chat), "thank you");
    assert_eq!(opened.wait_for("internal")["entry"]["text"], "thank you");

    ken.says(&format!("/desk/{}/say", visit.chat), "we refund it");
    hana.does(&format!("/monitored/{}/join", visit.chat), &json!({}));
    hana.says(&format!("/desk/{}/say", visit.chat), "hello from Hana");
    hana.does(&format!("/monitored/{}/leave", visit.chat), &json!({}));
    assert_eq!(list.wait_for("ended")["reason"], "ended_joined");
    assert_eq!(list.wait_for("line")["line"]["chat"], visit.chat.as_str());
    ken.does(&format!("/desk/{}/end", visit.chat), &json!({}));
    assert_eq!(list.wait_for("ended")["reason"], "ended_chat_ended");

    let heard = page.rest().join("\n");
    for seen in ["hello", "we refund it", "joined", "hello from Hana", "left", "ended"] {
        assert!(heard.contains(seen), "{seen} is missing: {heard}");
    }
    for unseen in ["offer a refund", "thank you", "advice", "internal", "watch"] {
        assert!(!heard.contains(unseen), "{unseen}: {heard}");
    }
    // Numbers of the public channel have no gap where advice was.
    let mut again = visit.socket();
    let entries = again.wait_for("snapshot")["entries"].as_array().unwrap().clone();
    let numbers: Vec<_> = entries.iter().map(|entry| entry["n"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn each_kind_of_rule_finds_its_chats_and_switches_off_and_on() {
    let server = Server::start();
    let (sora, aya) = (server.sign_in("sora"), server.sign_in("aya"));
    let mut list = sora.socket("/monitored/socket").unwrap();
    let visit = server.visit("", "");
    aya.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));

    let by_ip = sora.adds_rule("visitor_ip", "１２７．０．０．０／８");
    assert_eq!(list.wait_for("line")["line"]["rules"][0]["when"][0]["value"], "127.0.0.0/8");
    sora.does(&format!("/settings/monitoring/rules/{by_ip}/enabled"), &json!({ "enabled": false }));
    assert_eq!(list.wait_for("ended")["reason"], "ended_disabled");
    sora.adds_rule("visitor_email", "*@example.com");
    visit.person.does(&format!("/chat/{}/email", visit.chat), &json!({ "email": "Mika@Example.com" }));
    assert_eq!(list.wait_for("line")["line"]["visitor"]["email"], "mika@example.com");
    let by_name = sora.adds_rule("operator", "aya");
    assert_eq!(list.wait_for("line")["line"]["rules"].as_array().unwrap().len(), 2);
    sora.does(&format!("/settings/monitoring/rules/{by_name}/delete"), &json!({}));
    assert_eq!(list.wait_for("line")["line"]["rules"].as_array().unwrap().len(), 1);

    aya.does(&format!("/desk/{}/transfer", visit.chat), &json!({ "to": "sora" }));
    assert_eq!(list.wait_for("ended")["reason"], "ended_own_chat");
    let page = sora.get("/settings/monitoring/list").body;
    assert!(page.contains("127.0.0.0/8") && page.contains("*@example.com"), "{page}");
}

#[test]
fn whoever_gets_a_chat_later_sees_no_advice_that_was_given_before() {
    let server = Server::start();
    let (hana, ken, aya) = (server.sign_in("hana"), server.sign_in("ken"), server.sign_in("aya"));
    let visit = server.visit("Mika", "");
    ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    hana.says(&format!("/monitored/{}/advise", visit.chat), "for ken alone");
    ken.does(&format!("/desk/{}/transfer", visit.chat), &json!({ "to": "aya" }));
    let mut desk = aya.socket("/desk/socket").unwrap();
    let snapshot = desk.wait_for("snapshot");
    assert_eq!(snapshot["chats"][0]["chat"], visit.chat.as_str());
    assert_eq!(snapshot["chats"][0]["internal"], json!([]));
}

#[test]
fn a_restart_comes_back_with_everything() {
    let server = Server::start();
    let (hana, ken) = (server.sign_in("hana"), server.sign_in("ken"));
    let visit = server.visit("Mika", "mika@example.net");
    ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    visit.says("are you there?");
    hana.says(&format!("/monitored/{}/advise", visit.chat), "say yes");
    let before = hana.socket("/monitored/socket").unwrap().wait_for("snapshot");

    let server = server.restart();
    let moved = |person: &crate::support::Person| crate::support::Person { address: server.address, ..person.clone() };
    assert_eq!(moved(&hana).socket("/monitored/socket").unwrap().wait_for("snapshot"), before);
    let desk = moved(&ken).socket("/desk/socket").unwrap().wait_for("snapshot");
    assert_eq!(desk["chats"][0]["internal"][0]["text"], "say yes");
    assert_eq!(desk["chats"][0]["entries"][1]["text"], "are you there?");
}
