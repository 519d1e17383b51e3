//! What people read at their sockets.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use crate::program::{Folder, LONG, Program};

fn said(text: &'static str) -> impl Fn(&Value) -> bool {
    move |value| value["told"]["said"]["text"] == text
}

fn say(text: &str) -> Value {
    json!({"say": {"chat": "c1", "channel": "public", "from": "service", "text": text}})
}

async fn world(program: &Program, service: &str) {
    program.done(service, "1", json!({"set_operator": {"operator": "ken", "role": "associate"}})).await;
    program.done(service, "2", json!({"set_operator": {"operator": "hana", "role": "supervisor"}})).await;
    let rule = json!({"add_rule": {"id": "r1", "watcher": "hana", "when": [{"operator": "ken"}]}});
    program.done(service, "3", rule).await;
    program.done(service, "4", json!({"start_chat": {"id": "c1", "operators": ["ken"]}})).await;
}

#[tokio::test]
async fn a_watcher_reads_until_the_right_is_revoked_and_nothing_after_that() {
    let folder = Folder::new();
    let program = Program::start(&folder).await;
    let service = folder.token("service").await;
    world(&program, &service).await;
    let mut hana = program.sign_in(&folder.token("operator:hana").await, &json!({})).await;
    let mut visitor = program.sign_in(&folder.token("visitor:c1").await, &json!({})).await;
    let (list, _) = hana.find(|value| value["chats"]["monitored"][0]["chat"] == "c1").await;
    assert_eq!(list["chats"]["monitored"][0]["rules"], json!(["r1"]));
    visitor.find(|value| value["chats"]["attending"][0]["chat"] == "c1").await;

    assert_eq!(program.ask(&service, "5", &say("one")).await.unwrap().0, 200);
    hana.find(said("one")).await;
    program.done(&service, "6", json!({"remove_rule": {"rule": "r1"}})).await;
    assert_eq!(program.ask(&service, "7", &say("two")).await.unwrap().0, 200);
    assert_eq!(program.ask(&service, "8", &say("three")).await.unwrap().0, 200);

    let (_, before) = visitor.find(said("three")).await;
    assert!(before.iter().any(said("two")), "{before:?}");
    assert!(!before.iter().any(|value| value.to_string().contains("hana")), "nobody in the chat learns of her");
    hana.find(|value| value["told"]["event"].get("watch_ended").is_some()).await;
    let more = timeout(Duration::from_millis(500), hana.next()).await;
    assert!(more.is_err(), "{more:?}");
}

#[tokio::test]
async fn whoever_was_cut_off_goes_on_where_they_were() {
    let folder = Folder::new();
    let program = Program::start(&folder).await;
    let (service, hana) = (folder.token("service").await, folder.token("operator:hana").await);
    world(&program, &service).await;
    let mut before = program.sign_in(&hana, &json!({})).await;
    before.find(|value| value["chats"]["monitored"][0]["chat"] == "c1").await;
    program.ask(&service, "5", &say("one")).await.unwrap();
    let (one, _) = before.find(said("one")).await;
    drop(before);

    program.ask(&service, "6", &say("two")).await.unwrap();
    let shard = one["shard"].to_string();
    let mut after = program.sign_in(&hana, &json!({shard.as_str(): one["at"]})).await;
    let (_, more) = after.find(said("two")).await;
    assert!(!more.iter().any(said("one")), "{more:?}");
    // What she has of that shard is not sent again.
    assert!(!more.iter().any(|value| value["shard"] == one["shard"] && value.get("chats").is_some()), "{more:?}");
}

#[tokio::test]
async fn each_asks_for_what_is_theirs_and_once() {
    let folder = Folder::new();
    let program = Program::start(&folder).await;
    let (service, hana) = (folder.token("service").await, folder.token("operator:hana").await);
    world(&program, &service).await;

    // The same id again is the same wish, with the same answer.
    let start = json!({"do": {"start_chat": {"id": "c1", "operators": ["ken"]}}});
    let first = program.ask(&service, "4", &start).await.unwrap();
    assert_eq!((first.0, program.ask(&service, "4", &start).await.unwrap()), (200, first.clone()));
    let (status, refused) = program.ask(&service, "9", &start).await.unwrap();
    assert_eq!((status, &refused["refused"]["code"]), (409, &json!("chat_is_live")));

    // What is not theirs is refused as what does not exist.
    let item = |chat: &str| json!({"do": {"end_chat": {"chat": chat}}});
    for chat in ["c1", "c2"] {
        let (status, refused) = program.ask(&hana, &format!("end {chat}"), &item(chat)).await.unwrap();
        assert_eq!((status, &refused["refused"]["code"]), (409, &json!("unknown_chat")));
    }
    let admit = json!({"admit": {"gateway": "mine"}});
    assert_eq!(program.ask(&service, "admit", &admit).await.unwrap().0, 409);
    assert_eq!(program.ask("", "x", &start).await.unwrap().0, 401);
    assert_eq!(program.ask(&service, "", &start).await.unwrap().0, 400);
    assert_eq!(program.ask(&service, "x", &json!({"do": "nothing"})).await.unwrap().0, 422);

    // Wishes come in by the socket, too.
    let mut socket = program.sign_in(&hana, &json!({})).await;
    socket.send(&json!({"id": "a1", "item": {"advise": {"chat": "c1", "watcher": "hana", "text": "slowly"}}})).await;
    let (answer, _) = socket.find(|value| value["id"] == "a1").await;
    assert!(answer["done"]["p"].is_u64(), "{answer}");
    socket.send(&json!({"id": "a2"})).await;
    socket.find(|value| value["error"].is_string()).await;
    let mut stranger = program.sign_in("7b7d.00", &json!({})).await;
    assert!(stranger.next().await["error"].is_string());

    let (status, metrics) = program.get("/metrics").await.unwrap();
    assert!(status == 200 && metrics.contains("cluster_serves{log=\"rules\"} 1\n"), "{metrics}");
    assert!(!metrics.contains("hana"));
    assert_eq!(program.get("/health").await.unwrap().0, 200);
}

#[cfg(unix)]
#[tokio::test]
async fn it_ends_when_it_is_told_to() {
    let folder = Folder::new();
    let mut program = Program::start(&folder).await;
    let _reader = program.sign_in(&folder.token("operator:hana").await, &json!({})).await;
    let id = program.child.id().unwrap().to_string();
    tokio::process::Command::new("kill").arg(&id).status().await.unwrap();
    assert!(timeout(LONG, program.child.wait()).await.unwrap().unwrap().success());
}
