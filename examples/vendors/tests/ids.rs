//! Ids say what they are counted under, and no two mean the same.

use std::collections::BTreeSet;

use chat_monitor::OperatorId;
use serde_json::json;
use vendors::{Agent, Body, Desk, People, Proxies, Time, vendor_names};

use crate::support::{known, read};

fn conversation(account: u64, id: u64, assignee: serde_json::Value, kind: &str) -> String {
    json!({"event": "conversation_created", "account": {"id": account}, "id": id, "inbox_id": 1, "status": "open",
        "meta": {"sender": {"id": 9, "email": null}, "assignee": assignee, "assignee_type": kind},
        "updated_at": 1_790_000_000})
    .to_string()
}

#[test]
fn a_bot_is_not_the_person_of_the_same_number() {
    for (assignee, kind, expected) in [
        (json!({"id": 41, "type": "user"}), "User", "chatwoot:41"),
        (json!({"id": 41, "type": "agent_bot"}), "AgentBot", "chatwoot:bot:41"),
        // One of two that say so is enough, and so is a kind that is not known.
        (json!({"id": 41, "type": "user"}), "AgentBot", "chatwoot:bot:41"),
        (json!({"id": 41, "type": "agent_bot"}), "User", "chatwoot:bot:41"),
        (json!({"id": 41}), "Captain::Assistant", "chatwoot:bot:41"),
        (json!({"id": 41}), "User", "chatwoot:41"),
    ] {
        let reading = read(&conversation(1, 310, assignee, kind));
        let command = serde_json::to_value(&reading.commands[0]).unwrap();
        assert_eq!(command["start_chat"]["operators"], json!([expected]), "{kind}");
        assert!(reading.warnings.is_empty());
    }
}

#[test]
fn conversations_are_counted_in_each_account() {
    let mut desk = Desk::new(People::new(), Proxies::default());
    for account in [1, 3] {
        let text = conversation(account, 7, json!(null), "User");
        desk.read(&Body::parse(text.as_bytes()).unwrap(), Time::EARLIEST);
    }
    let chats: Vec<String> = known(&desk).into_keys().map(|chat| chat.to_string()).collect();
    assert_eq!(chats, ["chatwoot:1/7", "chatwoot:3/7"]);
}

/// Texts that could run into each other where ids are put together.
fn awkward() -> Vec<String> {
    let mut texts =
        vec!["7", "3/7", "bot:7", "person:7", "unknown:7", "person:bot:7", "%2F", "/", "%", "chatwoot:7", ":"];
    texts.extend(["a/b", "a%2Fb", "7/", "/7", "arn:aws:7", "unreadable", "untold", "unknown:untold"]);
    texts.into_iter().map(str::to_owned).collect()
}

#[test]
fn different_agents_have_different_ids() {
    let mut ids = BTreeSet::new();
    let mut count = 0;
    for vendor in vendor_names() {
        for key in awkward() {
            for agent in [Agent::Person(&key), Agent::Bot(&key)] {
                count += 1;
                assert!(ids.insert(agent.id(vendor).unwrap()), "{vendor}: {agent:?}");
            }
        }
        for why in ["unreadable", "untold"] {
            count += 1;
            assert!(ids.insert(Agent::Unknown(why).id(vendor).unwrap()), "{vendor}: {why}");
        }
    }
    assert!(count >= 600, "{count} agents");
    assert!(Agent::Person("").id("zoho").is_err());
}

#[test]
fn different_chats_have_different_ids() {
    let mut ids = BTreeSet::new();
    let mut count = 0;
    for account in awkward() {
        for session in awkward() {
            let text = json!({"website_id": account, "event": "session:request:initiated", "timestamp": 1_790_000_000_000_u64,
                "data": {"session_id": session}});
            let mut desk = Desk::new(People::new(), Proxies::default());
            desk.read(&Body::parse(text.to_string().as_bytes()).unwrap(), Time::EARLIEST);
            let (chat, _) = desk.chats().next().unwrap();
            count += 1;
            assert!(ids.insert(chat.clone()), "{account} {session}");
        }
    }
    assert_eq!(count, awkward().len().pow(2));
}

#[test]
fn a_plain_id_is_a_person_at_whichever_vendor_and_never_a_bot() {
    let mut people = People::new();
    people.know_plain("41".parse().unwrap());
    let id = |people: &People, vendor: &str, agent: Agent<'_>| people.id(vendor, agent).unwrap().to_string();
    assert_eq!(id(&people, "zoho", Agent::Person("41")), "41");
    assert_eq!(id(&people, "chatwoot", Agent::Person("41")), "41");
    assert_eq!(id(&people, "chatwoot", Agent::Bot("41")), "chatwoot:bot:41");
    assert_eq!(id(&people, "chatwoot", Agent::Person("42")), "chatwoot:42");
    assert_eq!(id(&people, "chatwoot", Agent::Unknown("untold")), "chatwoot:unknown:untold");
    // Somebody whose own id looks like another vendor's agent is not that agent.
    people.know_plain("zoho:7".parse().unwrap());
    assert_eq!(id(&people, "twilio", Agent::Person("zoho:7")), "twilio:zoho:7");
    assert_eq!(id(&people, "twilio", Agent::Person("bot:41")), "twilio:person:bot:41");
}

#[test]
fn the_full_id_counts_before_the_plain_one() {
    let mut people = People::new();
    people.know_plain("41".parse().unwrap());
    people.know_plain("chatwoot:41".parse().unwrap());
    assert_eq!(people.id("chatwoot", Agent::Person("41")).unwrap().as_str(), "chatwoot:41");
    assert_eq!(people.id("zoho", Agent::Person("41")).unwrap().as_str(), "41");
}

#[test]
fn plain_ids_can_be_one_vendors_alone() {
    let mut people = People::new();
    people.know_plain("41".parse().unwrap());
    people.only_of("zoho");
    assert_eq!(people.id("zoho", Agent::Person("41")).unwrap().as_str(), "41");
    assert_eq!(people.id("chatwoot", Agent::Person("41")).unwrap().as_str(), "chatwoot:41");
}

#[test]
fn one_operator_may_have_accounts_at_two_vendors() {
    let mut people = People::new();
    let ken: OperatorId = "ken".parse().unwrap();
    people.know("chatwoot:41".parse().unwrap(), ken.clone());
    people.know("zoho:8000000002041".parse().unwrap(), ken.clone());
    assert_eq!(people.id("chatwoot", Agent::Person("41")), Ok(ken.clone()));
    assert_eq!(people.id("zoho", Agent::Person("8000000002041")), Ok(ken));
}

#[test]
fn an_agent_of_amazon_connect_is_their_arn() {
    let arn = "arn:aws:connect:us-west-2:111122223333:instance/i/agent/a";
    assert_eq!(Agent::Person(arn).id("amazon-connect").unwrap().as_str(), arn);
    assert_eq!(Agent::Person(arn).id("twilio").unwrap().as_str(), format!("twilio:{arn}"));
}
