//! A raised hand, advice that is read, and what is sent twice: who learns of them, and who does not.

use serde_json::{Value, json};

use crate::support::{Person, Server};

fn pick_up(person: &Person, chat: &str) {
    person.does(&format!("/desk/{chat}/pick-up"), &json!({}));
}

#[test]
fn those_who_watch_see_a_raised_hand_and_a_rule_finds_it() {
    let server = Server::start();
    let (hana, sora, ken) = (server.sign_in("hana"), server.sign_in("sora"), server.sign_in("ken"));
    let mut desks = [ken.socket("/desk/socket").unwrap(), server.sign_in("ken").socket("/desk/socket").unwrap()];
    let (mut list, mut helpers) =
        (hana.socket("/monitored/socket").unwrap(), sora.socket("/monitored/socket").unwrap());
    assert_eq!(helpers.wait_for("snapshot")["chats"], json!([]));
    let visit = server.visit("Mika", "");
    let chat = &visit.chat;
    pick_up(&ken, chat);
    assert_eq!(list.wait_for("line")["line"]["hand"], Value::Null);
    let mut opened = hana.socket(&format!("/monitored/{chat}/socket")).unwrap();
    assert_eq!(opened.wait_for("snapshot")["hand"], Value::Null);

    ken.does(&format!("/desk/{chat}/raise"), &json!({}));
    // In all tabs of whoever raised it.
    let since = desks.each_mut().map(|desk| desk.wait_for("hand")["hand"].as_i64().unwrap());
    assert_eq!(since[0], since[1]);
    assert_eq!(list.wait_for("line")["line"]["hand"], since[0]);
    assert_eq!(opened.wait_for("standing")["hand"], since[0]);
    // The demonstration has a rule for those who ask for help.
    let line = helpers.wait_for("line");
    assert_eq!((&line["line"]["chat"], &line["line"]["hand"]), (&json!(chat), &json!(since[0])));
    assert_eq!(line["line"]["rules"][0]["when"][0]["value"], "signal: help");
    // Once more is no news.
    ken.does(&format!("/desk/{chat}/raise"), &json!({}));
    ken.does(&format!("/desk/{chat}/lower"), &json!({}));
    for desk in &mut desks {
        assert_eq!(desk.wait_for("hand")["hand"], Value::Null);
    }
    assert_eq!(list.wait_for("line")["line"]["hand"], Value::Null);
    assert_eq!(opened.wait_for("standing")["hand"], Value::Null);
    assert_eq!(helpers.wait_for("ended")["reason"], "ended_no_longer_matches");
    ken.does(&format!("/desk/{chat}/lower"), &json!({}));
    assert!(list.rest().is_empty());
}

#[test]
fn a_hand_outlasts_a_restart_and_goes_down_when_the_chat_is_handed_on() {
    let server = Server::start();
    let (sora, ken) = (server.sign_in("sora"), server.sign_in("ken"));
    let visit = server.visit("Mika", "");
    pick_up(&ken, &visit.chat);
    ken.does(&format!("/desk/{}/raise", visit.chat), &json!({}));
    let before = sora.socket("/monitored/socket").unwrap().wait_for("snapshot")["chats"][0].clone();
    assert!(before["hand"].is_i64(), "{before}");
    let server = server.restart();
    let moved = |person: &Person| Person { address: server.address, ..person.clone() };
    let (sora, ken, aya) = (moved(&sora), moved(&ken), server.sign_in("aya"));
    let mut helpers = sora.socket("/monitored/socket").unwrap();
    assert_eq!(helpers.wait_for("snapshot")["chats"][0], before);
    let mut desk = ken.socket("/desk/socket").unwrap();
    assert_eq!(desk.wait_for("snapshot")["chats"][0]["hand"], before["hand"]);

    let mut next = aya.socket("/desk/socket").unwrap();
    ken.does(&format!("/desk/{}/transfer", visit.chat), &json!({ "to": "aya" }));
    let opened = next.wait_for("opened");
    assert_eq!(opened["chat"]["chat"], visit.chat.as_str());
    assert!(!opened.to_string().contains("hand\""), "{opened}");
    // Whoever watches by the hand alone sees nothing of the chat in other hands.
    let heard = helpers.rest().join("\n");
    assert!(heard.contains("ended_no_longer_matches") && !heard.contains("aya"), "{heard}");
    // It is hers to raise now, and not his to lower.
    assert_eq!(ken.post(&format!("/desk/{}/lower", visit.chat), &json!({})).status, 404);
    aya.does(&format!("/desk/{}/raise", visit.chat), &json!({}));
    next.wait_for("hand");
    aya.does(&format!("/desk/{}/end", visit.chat), &json!({}));
    let server = server.restart();
    assert_eq!(moved_to(&sora, &server).socket("/monitored/socket").unwrap().wait_for("snapshot")["chats"], json!([]));
}

fn moved_to(person: &Person, server: &Server) -> Person {
    Person { address: server.address, ..person.clone() }
}

#[test]
fn none_but_those_who_have_the_chat_raise_a_hand_in_it() {
    let server = Server::start();
    let (hana, ken, aya) = (server.sign_in("hana"), server.sign_in("ken"), server.sign_in("aya"));
    let visit = server.visit("Mika", "");
    let raise = |who: &Person, chat: &str| {
        let answer = who.post(&format!("/desk/{chat}/raise"), &json!({}));
        (answer.status, answer.body)
    };
    let nobodys = raise(&aya, "c-0000000000000000");
    assert_eq!(nobodys.0, 404);
    // Waiting, somebody else's, watched, joined.
    assert_eq!(raise(&aya, &visit.chat), nobodys);
    pick_up(&ken, &visit.chat);
    assert_eq!(raise(&aya, &visit.chat), nobodys);
    assert_eq!(raise(&hana, &visit.chat), nobodys);
    hana.does(&format!("/monitored/{}/join", visit.chat), &json!({}));
    assert_eq!(raise(&hana, &visit.chat), nobodys);
    assert_eq!(visit.person.post(&format!("/desk/{}/raise", visit.chat), &json!({})).status, 401);
    let mut opened = hana.socket(&format!("/monitored/{}/socket", visit.chat)).unwrap();
    assert_eq!(opened.wait_for("snapshot")["hand"], Value::Null);
    // Whoever is in the chat learns nothing of a hand; whoever watches again does.
    ken.does(&format!("/desk/{}/raise", visit.chat), &json!({}));
    ken.says(&format!("/desk/{}/say", visit.chat), "later");
    while opened.wait_for("entry")["entry"]["text"] != "later" {}
    assert_eq!(
        hana.socket(&format!("/monitored/{}/socket", visit.chat)).unwrap().wait_for("snapshot")["hand"],
        Value::Null
    );
    assert!(!hana.socket("/desk/socket").unwrap().wait_for("snapshot").to_string().contains("hand\""));
    hana.does(&format!("/monitored/{}/leave", visit.chat), &json!({}));
    assert!(opened.wait_for("standing")["hand"].is_i64());
}

#[test]
fn whoever_gave_advice_sees_that_it_was_read_and_nobody_else_does() {
    let server = Server::start();
    let (aoi, hana, ken) = (server.sign_in("aoi"), server.sign_in("hana"), server.sign_in("ken"));
    aoi.adds_rule("visitor_ip", "127.0.0.1");
    let visit = server.visit("Mika", "");
    let chat = &visit.chat;
    pick_up(&ken, chat);
    let opened = |who: &Person| who.socket(&format!("/monitored/{chat}/socket")).unwrap();
    let (mut adviser, mut other) = (opened(&hana), opened(&aoi));
    ken.says(&format!("/desk/{chat}/note"), "a note of his own");
    hana.says(&format!("/monitored/{chat}/advise"), "offer a refund");
    let mut desk = ken.socket("/desk/socket").unwrap();
    let internal = desk.wait_for("snapshot")["chats"][0]["internal"].clone();
    assert_eq!((&internal[0]["unread"], &internal[1]["unread"]), (&Value::Null, &json!(true)));
    let mut page = visit.socket();
    page.wait_for("snapshot");

    // What is none of his advice is no matter: his own note, numbers that he does not have.
    let seen = |entries: Value| ken.does(&format!("/desk/{chat}/seen"), &json!({ "seen": entries }));
    assert_eq!(seen(json!([1, 2, 3, -1])), json!({}));
    assert_eq!(desk.wait_for("seen")["n"], 2);
    let told = adviser.wait_for("read");
    assert_eq!((&told["n"], &told["reading"]["name"]), (&json!(2), &json!("田中 健")));
    let at = told["reading"]["at"].as_i64().unwrap();
    // The first time counts.
    assert_eq!(seen(json!([2])), json!({}));
    assert!(adviser.rest().is_empty());
    assert!(!other.rest().join("\n").contains("read\""));
    assert!(page.rest().is_empty());
    let again = opened(&hana).wait_for("snapshot")["chat"]["internal"][1].clone();
    assert_eq!(again["read"], json!([{ "name": "田中 健", "at": at }]));
    assert_eq!(opened(&aoi).wait_for("snapshot")["chat"]["internal"].as_array().unwrap().len(), 1);
    let internal = ken.socket("/desk/socket").unwrap().wait_for("snapshot")["chats"][0]["internal"].clone();
    assert_eq!((&internal[1]["unread"], &internal[1]["read"]), (&Value::Null, &Value::Null));
    // In somebody else's chat there is nothing to see.
    assert_eq!(server.sign_in("aya").post(&format!("/desk/{chat}/seen"), &json!({ "seen": [1] })).status, 404);
}

#[test]
fn what_is_sent_again_because_the_answer_was_lost_is_there_once() {
    let server = Server::start();
    let (hana, ken) = (server.sign_in("hana"), server.sign_in("ken"));
    let visit = server.visit("Mika", "");
    let chat = visit.chat.clone();
    pick_up(&ken, &chat);
    let say = |path: &str, person: &Person, text: &str| {
        person.does(path, &json!({ "text": text, "once": "0123456789abcdef" }))["n"].clone()
    };
    let public = [(format!("/chat/{chat}/say"), &visit.person), (format!("/desk/{chat}/say"), &ken)];
    for (path, person) in &public {
        let first = say(path, person, "once");
        assert_eq!(say(path, person, "once"), first);
        assert!(first.is_i64());
    }
    // Internal ones have no number to answer with. Each sender has names of their own.
    let noted = json!({ "text": "noted", "once": "ffffffffffffffff" });
    let advised = json!({ "text": "advised", "once": "ffffffffffffffff" });
    for _ in 0..2 {
        ken.does(&format!("/desk/{chat}/note"), &noted);
        hana.does(&format!("/monitored/{chat}/advise"), &advised);
    }
    let server = server.restart();
    let ken = moved_to(&ken, &server);
    assert_eq!(say(&public[1].0, &ken, "once"), json!(3));
    let desk = ken.socket("/desk/socket").unwrap().wait_for("snapshot")["chats"][0].clone();
    let texts = |channel: &str| -> Vec<String> {
        let entries = desk[channel].as_array().unwrap().iter();
        entries.map(|entry| entry["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts("entries"), ["", "once", "once"]);
    assert_eq!(texts("internal"), ["noted", "advised"]);
    for bad in ["", "0123456789abcde", "0123456789abcdeg", "0123456789abcdef0"] {
        let answer = ken.post(&public[1].0, &json!({ "text": "x", "once": bad }));
        assert_eq!((answer.status, &answer.json()["error"]), (422, &json!("bad_request")), "{bad}");
    }
}

#[test]
fn who_waits_is_shown_with_what_they_said_first() {
    let server = Server::start();
    let ken = server.sign_in("ken");
    let mut desk = ken.socket("/desk/socket").unwrap();
    let visit = server.visit("Mika", "");
    assert_eq!(desk.wait_for("waiting")["chat"]["first"], Value::Null);
    visit.says("where is my parcel?");
    assert_eq!(desk.wait_for("waiting")["chat"]["first"], "where is my parcel?");
    visit.says(&"hello? ".repeat(100));
    let server = server.restart();
    let waiting = moved_to(&ken, &server).socket("/desk/socket").unwrap().wait_for("snapshot");
    assert_eq!(waiting["waiting"][0]["first"], "where is my parcel?");
}

#[test]
fn who_watches_is_there_like_who_works_at_the_desk() {
    let server = Server::start();
    let (ken, hana) = (server.sign_in("ken"), server.sign_in("hana"));
    let visit = server.visit("Mika", "");
    pick_up(&ken, &visit.chat);
    let asked = || ken.get("/desk/colleagues").body;
    let away = asked();
    assert!(away.contains("hana") && !away.contains("true"), "{away}");
    let there = ["/desk/socket", &format!("/monitored/{}/socket", visit.chat), "/session/socket"].map(|page| {
        let mut open = hana.socket(page).unwrap();
        if page != "/session/socket" {
            open.wait_for("snapshot");
        }
        let there = asked();
        drop(open);
        // From one page to another, as in one page.
        assert_eq!(asked(), there);
        there
    });
    assert!(there.iter().all(|told| *told != away && *told == there[0]), "{there:?}");
    assert_eq!(server.visit("Taro", "").person.get("/desk/colleagues").status, 303);
}
