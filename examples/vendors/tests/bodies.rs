//! What is found in each vendor's bodies, and that what is not found is as loud as what cannot be read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use vendors::{Body, Time, vendor_names};

use crate::support::{body, desk, read, read_all, warnings};

/// The samples, by their names.
fn samples() -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/webhooks");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let bodies =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "json" || extension == "form"));
    bodies.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap())).collect()
}

#[test]
fn every_vendor_has_samples_and_they_are_read_without_a_warning() {
    let mut vendors = BTreeSet::new();
    for (name, bytes) in samples() {
        let reading = desk().read(&Body::parse(&bytes).unwrap(), Time::EARLIEST);
        let vendor = reading.vendor.unwrap_or_else(|| panic!("{name} is of no vendor"));
        let begins: String = vendor.chars().filter(char::is_ascii_alphanumeric).collect();
        assert!(name.starts_with(&begins), "{name} was taken for {vendor}");
        assert!(!reading.lost, "{name}");
        // One of JivoChat's samples has a word for an email.
        let expected = usize::from(name == "jivochat_3_accepted.json");
        assert_eq!(reading.warnings.len(), expected, "{name}: {:?}", reading.warnings);
        vendors.insert(vendor);
    }
    assert_eq!(vendors, vendor_names().collect());
}

/// Takes away what lies at a pointer.
fn without(body: &Value, pointer: &str) -> String {
    let mut body = body.clone();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(field).unwrap_or_else(|| panic!("{pointer}"));
    body.to_string()
}

#[test]
fn what_is_not_found_is_a_warning_that_names_the_field() {
    let samples = samples();
    let lost = true;
    let mut tried = 0;
    for (sample, pointer, field, is_lost) in [
        ("amazonconnect_1_initiated.json", "/detail/contactId", "detail.contactId", lost),
        ("amazonconnect_2_connected.json", "/detail/agentInfo", "detail.agentInfo.agentArn", !lost),
        ("amazonconnect_2_connected.json", "/detail/channel", "detail.channel", !lost),
        ("amazonconnect_2_connected.json", "/detail/eventType", "detail.eventType", !lost),
        ("brevo_1_started.json", "/conversationId", "body", lost),
        ("brevo_1_started.json", "/visitor", "visitor", !lost),
        ("chatwoot_1_created.json", "/id", "id", lost),
        ("chatwoot_1_created.json", "/account", "account.id", !lost),
        ("chatwoot_1_created.json", "/meta", "meta", !lost),
        ("chatwoot_1_created.json", "/meta/sender", "meta.sender", !lost),
        ("chatwoot_1_created.json", "/meta/assignee/id", "meta.assignee.id", !lost),
        ("chatwoot_5_late_message.json", "/conversation", "conversation.id", lost),
        ("chatwoot_5_late_message.json", "/conversation/id", "conversation.id", lost),
        ("chatwoot_3_contact.json", "/id", "id", lost),
        ("crisp_1_initiated.json", "/data/session_id", "data.session_id", lost),
        ("crisp_2_network.json", "/data/network", "data.network.ip", !lost),
        ("crisp_3_routed.json", "/data/routing_id", "data.routing_id", !lost),
        ("crisp_4_email.json", "/data/email", "data.email", !lost),
        ("crisp_5_resolved.json", "/data/state", "data.state", !lost),
        ("freshchat_1_message.json", "/data/message/conversation_id", "data.message.conversation_id", lost),
        (
            "freshchat_2_assigned.json",
            "/data/assignment/conversation",
            "data.assignment.conversation.conversation_id",
            lost,
        ),
        ("genesys_1_start.json", "/eventBody/conversationId", "eventBody.conversationId", lost),
        ("genesys_2_user.json", "/detail/eventBody/userId", "detail.eventBody.userId", !lost),
        ("intercom_2_assigned.json", "/data/item/id", "data.item.id", lost),
        ("intercom_2_assigned.json", "/data/item/assignee", "data.item.admin_assignee_id", !lost),
        ("intercom_2_assigned.json", "/data/item/assignee/id", "data.item.assignee.id", !lost),
        ("intercom_2_assigned.json", "/data/item/user", "data.item.source.author", !lost),
        ("intercom_2_assigned.json", "/data/item/user/email", "data.item.user.email", !lost),
        ("intercom2_1_assigned.json", "/data/item/admin_assignee_id", "data.item.admin_assignee_id", !lost),
        ("intercom2_1_assigned.json", "/data/item/source/author/email", "data.item.source.author.email", !lost),
        ("jivochat_1_accepted.json", "/chat_id", "chat_id", lost),
        ("jivochat_1_accepted.json", "/widget_id", "widget_id", !lost),
        ("jivochat_1_accepted.json", "/agent", "agent.id", !lost),
        ("jivochat_1_accepted.json", "/agent/id", "agent.id", !lost),
        ("jivochat_1_accepted.json", "/visitor", "visitor", !lost),
        ("jivochat_1_accepted.json", "/visitor/email", "visitor.email", !lost),
        ("livechat_1_incoming.json", "/payload/chat/id", "payload.chat.id", lost),
        ("livechat_1_incoming.json", "/payload/chat/thread", "payload.chat.thread.id", lost),
        ("livechat_1_incoming.json", "/payload/chat/users", "payload.chat.users", !lost),
        ("livechat_1_incoming.json", "/payload/chat/users/1/id", "payload.chat.users.1.id", !lost),
        ("livechat_2_added.json", "/payload/user", "payload.user.id", !lost),
        ("livechat_3_removed.json", "/payload/user_id", "payload.user_id", !lost),
        ("livechat_4_deactivated.json", "/payload/thread_id", "payload.thread_id", lost),
        ("olark_1_transcript.json", "/id", "id", lost),
        ("olark_1_transcript.json", "/operators", "operators", !lost),
        ("olark_1_transcript.json", "/visitor", "visitor", !lost),
        ("rocketchat_2_taken.json", "/_id", "_id", lost),
        ("rocketchat_2_taken.json", "/agent", "agent._id", !lost),
        ("rocketchat_2_taken.json", "/agent/_id", "agent._id", !lost),
        ("rocketchat_2_taken.json", "/visitor", "visitor", !lost),
        ("tawkto_1_start.json", "/chatId", "chatId", lost),
        ("tawkto_1_start.json", "/visitor", "visitor", !lost),
        ("tawkto_3_transcript.json", "/chat/id", "chatId", lost),
        ("zoho_1_created.json", "/org_id", "org_id", !lost),
        ("zoho_1_created.json", "/entity/visitor", "entity.visitor", !lost),
        ("zoho_1_created.json", "/entity/visitor/email_id", "entity.visitor.email_id", !lost),
        ("zoho_2_attender.json", "/entity/owner/id", "entity.owner.id", !lost),
    ] {
        tried += 1;
        let whole: Value = serde_json::from_slice(&samples[sample]).unwrap();
        let reading = read(&without(&whole, pointer));
        let warned = reading.warnings.iter().any(|warning| warning.field == field);
        assert!(warned, "{sample} without {pointer}: {:?}", warnings(&reading));
        assert_eq!(reading.lost, is_lost, "{sample} without {pointer}");
    }
    assert!(tried >= 55, "{tried}");
}

#[test]
fn a_form_without_its_fields_warns_too() {
    let start = "AccountSid=AC1&EventType=";
    for (form, field, lost) in [
        ("onParticipantAdded&Identity=41", "ConversationSid", true),
        ("onParticipantAdded&ConversationSid=CH1", "Identity", false),
        ("onConversationStateUpdated&ConversationSid=CH1", "StateTo", false),
        ("onSomethingNew&ConversationSid=CH1", "EventType", false),
    ] {
        let reading = read(&format!("{start}{form}"));
        assert!(reading.warnings.iter().any(|warning| warning.field == field), "{form}: {:?}", warnings(&reading));
        assert_eq!(reading.lost, lost, "{form}");
    }
}

#[test]
fn an_operator_who_cannot_be_read_attends_and_is_nobody() {
    let samples = samples();
    for (sample, pointer) in [
        ("amazonconnect_2_connected.json", "/detail/agentInfo/agentArn"),
        ("brevo_2_fragment.json", "/agents/0/id"),
        ("chatwoot_2_assigned.json", "/meta/assignee/id"),
        ("crisp_3_routed.json", "/data/routing_id"),
        ("freshchat_2_assigned.json", "/data/assignment/to_agent_id"),
        ("genesys_2_user.json", "/detail/eventBody/userId"),
        ("intercom_2_assigned.json", "/data/item/assignee/id"),
        ("intercom2_1_assigned.json", "/data/item/admin_assignee_id"),
        ("jivochat_1_accepted.json", "/agent/id"),
        ("livechat_1_incoming.json", "/payload/chat/users/1/id"),
        ("rocketchat_2_taken.json", "/agent/_id"),
        ("zoho_2_attender.json", "/entity/owner/id"),
        ("zoho_3_participant.json", "/entity/participants/0/id"),
    ] {
        for junk in
            [json!(-1), json!(1.5), json!([1]), json!({}), json!(true), json!("x".repeat(1000)), json!("a\u{0}b")]
        {
            let mut body: Value = serde_json::from_slice(&samples[sample]).unwrap();
            *body.pointer_mut(pointer).unwrap() = junk.clone();
            let mut desk = desk();
            let reading = desk.read(&Body::parse(body.to_string().as_bytes()).unwrap(), Time::EARLIEST);
            assert!(!reading.warnings.is_empty(), "{sample}: {junk}");
            let (_, facts) = desk.chats().next().unwrap();
            let is_nobody = |id: &str| id.ends_with(":unknown:unreadable");
            assert!(facts.operators.iter().any(|operator| is_nobody(operator.as_str())), "{sample}: {facts:?}");
        }
    }
}

#[test]
fn a_body_that_merely_resembles_a_vendors_is_no_known_vendors() {
    for text in [
        r#"{"event": "message_created", "text": "hi"}"#,
        r#"{"event": "conversation_created", "id": 7}"#,
        r#"{"event": "conversation.created", "entity": {"id": 7}}"#,
        r#"{"event": "chat:start"}"#,
        r#"{"event": "order:created", "chatId": "c1", "visitor": {}}"#,
        r#"{"event_name": "chat_accepted", "chat_id": 7}"#,
        r#"{"type": "Message", "_id": "x", "text": "hi"}"#,
        r#"{"type": "notification_event", "data": {}}"#,
        r#"{"action": "incoming_chat", "payload": {}}"#,
        r#"{"kind": "Conversation", "id": "x"}"#,
        r#"{"eventName": "conversationStarted"}"#,
        r#"{"eventName": "orderCompleted", "conversationId": "x"}"#,
        r#"{"subscriptionType": "conversation.creation", "objectId": 7}"#,
        r#"{"source": "aws.s3", "detail": {}}"#,
        r#"{"events": [], "app": {"id": "a"}}"#,
        r#"{"type": "com.twilio.messaging.message.sent", "data": {}}"#,
        r#"{"EventType": "onMessageAdded", "ConversationSid": "7"}"#,
        r#"{"event": "contact_created", "account": {"id": 1}, "email": "mika@example.com"}"#,
        r#"{"topicName": "v2.users.x.presence", "eventBody": {}}"#,
        "{}",
        "[]",
        "7",
        "null",
        "\"text\"",
        "[[]]",
        "EventType=onMessageAdded&ConversationSid=7",
        "a=b",
    ] {
        let reading = read(text);
        assert_eq!(reading.vendor, None, "{text}");
        assert!(reading.lost && reading.commands.is_empty() && !reading.warnings.is_empty(), "{text}");
    }
}

#[test]
fn an_event_that_no_file_knows_is_a_warning() {
    for text in [
        r#"{"event": "conversation_merged", "account": {"id": 1}, "id": 7, "inbox_id": 3, "meta": {}}"#,
        r#"{"event": "conversation.new_thing", "entity_type": "c", "org_id": "1", "app_id": "2", "entity": {}}"#,
        r#"{"event_name": "chat_merged", "widget_id": "w", "chat_id": 7}"#,
        r#"{"action": "chat_merged", "webhook_id": "w", "secret_key": "s", "payload": {}}"#,
        r#"{"event": "chat:moved", "chatId": "c1", "property": {}}"#,
    ] {
        let reading = read(text);
        assert!(reading.vendor.is_some() && reading.commands.is_empty(), "{text}");
        assert!(warnings(&reading)[0].contains("not one of the events that are read"), "{text}");
    }
}

#[test]
fn of_several_emails_the_first_is_taken_and_the_rest_are_named() {
    let room = |email: Value| {
        json!({"_id": "room", "label": "l", "type": "LivechatSessionTaken", "agent": {"_id": "42"},
            "visitor": {"_id": "v", "username": "guest-1", "ip": null, "email": email}})
        .to_string()
    };
    for (email, expected, warned) in [
        (json!(null), None, vec![]),
        (json!(""), None, vec![]),
        (json!([]), None, vec![]),
        (json!("mika@example.com"), Some("mika@example.com"), vec![]),
        (json!([{"address": "mika@example.com"}]), Some("mika@example.com"), vec![]),
        (json!(["mika@example.com"]), Some("mika@example.com"), vec![]),
        (
            json!([{"address": "old@example.net"}, {"address": "mika@example.com"}]),
            Some("old@example.net"),
            vec!["visitor.email.1.address"],
        ),
        (
            json!([{"address": "old@example.net"}, "a@example.com", {"address": "b@example.com"}]),
            Some("old@example.net"),
            vec!["visitor.email.1", "visitor.email.2.address"],
        ),
        (json!([{"address": "mika@example.com"}, {"address": "MIKA@example.com"}]), Some("mika@example.com"), vec![]),
        (json!([null, {"address": "mika@example.com"}]), Some("mika@example.com"), vec![]),
        (json!("mika at example.com"), None, vec!["visitor.email"]),
        (json!({"verified": true}), None, vec!["visitor.email"]),
        (json!(7), None, vec!["visitor.email"]),
    ] {
        let text = room(email.clone());
        let fields: Vec<String> = read(&text).warnings.into_iter().map(|warning| warning.field).collect();
        assert_eq!(fields, warned, "{email}");
        let known = read_all([text.as_str()]);
        let (_, (_, _, found)) = known.iter().next().unwrap();
        assert_eq!(found.as_ref().map(ToString::to_string).as_deref(), expected, "{email}");
    }
}

#[test]
fn a_body_that_says_that_its_chat_is_over_never_starts_it() {
    for (name, bytes) in samples() {
        let is_end = [
            "closed",
            "finished",
            "transcript",
            "resolved",
            "disconnected",
            "_end",
            "completed",
            "removed",
            "deactivated",
            "rated",
        ];
        if is_end.iter().any(|end| name.contains(end)) && name != "livechat_3_removed.json" {
            let reading = desk().read(&Body::parse(&bytes).unwrap(), Time::EARLIEST);
            assert!(reading.commands.is_empty(), "{name}: {:?}", reading.commands);
            assert!(reading.nothing[0].ends_with("is over"), "{name}: {:?}", reading.nothing);
        }
    }
}

#[test]
fn what_is_older_is_said_to_be_old() {
    let chatwoot = |at: f64, assignee: u64, email: &str| {
        json!({"event": "conversation_updated", "account": {"id": 1}, "id": 7, "inbox_id": 1, "status": "open",
            "meta": {"sender": {"id": 9, "email": email}, "assignee": {"id": assignee, "type": "user"}},
            "updated_at": at})
        .to_string()
    };
    let mut desk = desk();
    let first = desk.read(&body(&chatwoot(1_790_000_000.5, 41, "a@example.com")), Time::EARLIEST);
    assert_eq!((first.commands.len(), first.old.len()), (1, 0));
    let late = desk.read(&body(&chatwoot(1_790_000_000.25, 42, "b@example.com")), Time::EARLIEST);
    assert!(late.commands.is_empty());
    assert_eq!(late.old, ["operators", "email"]);
    assert_eq!(late.nothing, ["something later is known"]);
}

#[test]
fn what_is_told_of_one_moment_twice_lets_nobody_watch_who_may_not() {
    let intercom = |admin: u64, email: &str, topic: &str| {
        json!({"type": "notification_event", "topic": topic, "created_at": 1_790_000_000, "data": {"item": {
            "id": "7", "state": "open", "admin_assignee_id": admin,
            "source": {"author": {"type": "user", "email": email}}}}})
        .to_string()
    };
    let bodies = [
        intercom(1, "a@example.com", "conversation.admin.assigned"),
        intercom(2, "b@example.com", "conversation.admin.assigned"),
    ];
    for order in [[0, 1], [1, 0]] {
        let known = read_all(order.map(|place| bodies[place].as_str()));
        let (operators, _, email) = &known["intercom:7"];
        assert_eq!((operators.len(), email), (2, &None));
    }
    let closed = intercom(1, "a@example.com", "conversation.admin.closed");
    assert!(read_all([closed.as_str(), bodies[0].as_str()]).is_empty());
    assert!(read_all([bodies[0].as_str(), closed.as_str()]).is_empty());
}

#[test]
fn what_opens_a_chat_without_saying_when_does_not_open_it_again() {
    let chatwoot = |event: &str, status: &str, at: &str| {
        format!(
            r#"{{"event": "{event}", "account": {{"id": 1}}, "id": 7, "inbox_id": 1, "status": "{status}"{at},
            "meta": {{"sender": {{"id": 9, "email": null}}, "assignee": null}}}}"#
        )
    };
    let resolved = chatwoot("conversation_resolved", "resolved", r#", "updated_at": 1790000000"#);
    let untimed = chatwoot("conversation_opened", "open", "");
    let later = chatwoot("conversation_opened", "open", r#", "updated_at": 1790000001"#);
    let message = later.replace("conversation_opened", "conversation_typing_on");
    assert!(read_all([resolved.as_str(), &untimed]).is_empty());
    assert!(read_all([untimed.as_str(), &resolved]).is_empty());
    assert!(read_all([resolved.as_str(), &message]).is_empty());
    assert_eq!(read_all([resolved.as_str(), &later]).len(), 1);
    assert_eq!(read_all([later.as_str(), &resolved]).len(), 1);
}

#[test]
fn a_chat_is_forgotten_when_it_is_over_and_long_ago() {
    let end = r#"{"event": "chat:end", "chatId": "c1", "time": "2026-01-01T00:09:00Z", "visitor": {}, "property": {}}"#;
    let start =
        r#"{"event": "chat:start", "chatId": "c1", "time": "2026-01-01T00:00:00Z", "visitor": {}, "property": {}}"#;
    let mut desk = desk();
    desk.read(&body(end), Time::EARLIEST);
    desk.forget("2026-01-01T00:09:00Z".parse().unwrap());
    assert!(desk.read(&body(start), Time::EARLIEST).commands.is_empty());
    desk.forget("2026-01-02T00:00:00Z".parse().unwrap());
    // Now nobody knows any more that it was over.
    assert_eq!(desk.read(&body(start), Time::EARLIEST).commands.len(), 1);
}

#[test]
fn the_page_and_the_help_name_every_vendor() {
    let read = |file: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let (page, program) = (read("README.md"), read("src/bin/webhooks.rs"));
    let rows = page.lines().filter(|line| vendor_names().any(|vendor| line.starts_with(&format!("| {vendor} |"))));
    assert_eq!(rows.count(), vendor_names().count());
    for vendor in vendor_names() {
        assert!(program.contains(&format!("{vendor},")) || program.contains(&format!("{vendor}.")), "{vendor}");
    }
    assert!(read("../../README.md").contains("sixteen chat vendors") && vendor_names().count() == 16);
}

#[test]
fn a_chat_whose_account_is_told_late_is_one_chat() {
    let conversation = r#"{"event": "conversation_created", "id": 7, "inbox_id": 5, "status": "open", "updated_at": 1790000000.5,
        "meta": {"sender": {"id": 9, "email": null}, "assignee": {"id": 41, "type": "user"}}}"#;
    let other = conversation.replace(r#""inbox_id": 5"#, r#""inbox_id": 6"#);
    let message = r#"{"event": "message_created", "id": 1, "message_type": "incoming", "account": {"id": 3}, "inbox": {"id": 5},
        "conversation": {"id": 7, "inbox_id": 5, "status": "open", "updated_at": 1790000010.5,
            "meta": {"sender": {"id": 9, "email": null}, "assignee": {"id": 42, "type": "user"}}}}"#;
    let mut desk = desk();
    assert_eq!(warnings(&desk.read(&body(conversation), Time::EARLIEST)).len(), 1);
    // The number is another chat's in another inbox, as far as anybody knows.
    desk.read(&body(&other), Time::EARLIEST);
    let chats = |desk: &vendors::Desk| desk.chats().map(|(chat, _)| chat.to_string()).collect::<Vec<_>>();
    assert_eq!(chats(&desk), ["chatwoot:inbox/5/7", "chatwoot:inbox/6/7"]);
    desk.read(&body(message), Time::EARLIEST);
    assert_eq!(chats(&desk), ["chatwoot:3/7", "chatwoot:inbox/6/7"]);
    // From now on it is known whose inbox 5 is.
    assert!(warnings(&desk.read(&body(conversation), Time::EARLIEST)).is_empty());
    assert_eq!(chats(&desk), ["chatwoot:3/7", "chatwoot:inbox/6/7"]);
    let (_, facts) = desk.chats().next().unwrap();
    assert_eq!(facts.operators[0].as_str(), "chatwoot:42");
    // Two installations have an inbox 5, so it is not known any more.
    desk.read(&body(&message.replace(r#""account": {"id": 3}"#, r#""account": {"id": 4}"#)), Time::EARLIEST);
    assert_eq!(warnings(&desk.read(&body(conversation), Time::EARLIEST)).len(), 1);
    desk.read(&body(message), Time::EARLIEST);
    assert_eq!(chats(&desk), ["chatwoot:3/7", "chatwoot:4/7", "chatwoot:inbox/5/7", "chatwoot:inbox/6/7"]);
}

#[test]
fn a_contact_without_a_time_is_news_of_its_chats() {
    let conversation = r#"{"event": "conversation_created", "account": {"id": 1}, "id": 7, "inbox_id": 5, "status": "open",
        "updated_at": 1790000000.5, "meta": {"sender": {"id": 9, "email": null}, "assignee": null}}"#;
    let contact = r#"{"event": "contact_updated", "account": {"id": 1}, "id": 9, "type": "contact", "name": "Mika",
        "email": "mika@example.com"}"#;
    let known = read_all([conversation, contact]);
    assert_eq!(known["chatwoot:1/7"].2, Some("mika@example.com".parse().unwrap()));
    let elsewhere = contact.replace(r#""id": 1"#, r#""id": 3"#);
    let known = read_all([conversation, &elsewhere]);
    assert_eq!(known["chatwoot:1/7"].2, None);
}

/// What a body does and says that comes alone: its commands, and the fields of its warnings.
fn alone(body: &str) -> (String, Vec<String>) {
    let reading = desk().read(&Body::parse(body.as_bytes()).unwrap(), Time::EARLIEST);
    (serde_json::to_string(&reading.commands).unwrap(), reading.warnings.into_iter().map(|one| one.field).collect())
}

/// A sample with fields of these values besides.
fn with(sample: &str, fields: &[(&str, Value)]) -> String {
    let mut body: Value = serde_json::from_slice(&samples()[sample]).unwrap();
    for (pointer, value) in fields {
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[field] = value.clone();
    }
    body.to_string()
}

#[test]
fn whatever_says_that_its_chat_is_over_starts_nothing() {
    let then = || json!("2026-01-31T08:50:00Z");
    let connect = [("/detail/eventType", json!("CONTACT_DATA_UPDATED")), ("/detail/disconnectTimestamp", then())];
    let room = json!({"type": "LivechatSessionTaken", "_id": "r1", "label": "", "createdAt": then(), "closedAt": then(),
        "agent": {"_id": "41"}, "visitor": {"username": "guest-1", "email": null}});
    let salesiq = json!({"event": "conversation.operator.replied", "entity_type": "conversation", "entity_id": "1",
        "org_id": "2", "event_time": "1769850000000", "entity": {"owner": {"id": "41", "type": "operator"},
        "end_time": "1769849000000", "visitor": {"email_id": "mika@example.com"}}});
    for body in [
        with("amazonconnect_1_initiated.json", &connect),
        "EventType=onConversationUpdated&ConversationSid=CH1&AccountSid=AC1&State=closed".to_owned(),
        room.to_string(),
        salesiq.to_string(),
    ] {
        assert_eq!(alone(&body), ("[]".to_owned(), Vec::new()), "{body}");
    }
}

#[test]
fn a_part_of_a_conversation_is_no_chat() {
    for topic in ["conversation_part.tag.created", "conversation_part.tag.deleted", "conversation_part.redacted"] {
        let part = json!({"type": "conversation_part", "id": "9001", "conversation_id": "77"});
        let body = json!({"type": "notification_event", "topic": topic, "created_at": 1, "data": {"item": part}});
        assert_eq!(alone(&body.to_string()), ("[]".to_owned(), Vec::new()), "{topic}");
    }
}

#[test]
fn whoever_a_body_names_attends_whichever_event_it_is() {
    let connect = with("amazonconnect_2_connected.json", &[("/detail/eventType", json!("CONTACT_DATA_UPDATED"))]);
    let connected = String::from_utf8(samples()["amazonconnect_2_connected.json"].clone()).unwrap();
    assert_eq!(alone(&connect), alone(&connected));
    assert!(alone(&connect).0.contains(":connect:"));

    let fragment = |message: Value| {
        json!({"eventName": "conversationFragment", "conversationId": "b1", "visitor": {"email": null},
            "messages": [message]})
    };
    let (commands, warned) = alone(&fragment(json!({"type": "agent", "agentId": "41"})).to_string());
    assert!(commands.contains(r#""operators":["brevo:41"]"#) && warned.is_empty(), "{commands}");
    let (commands, warned) = alone(&fragment(json!({"type": "agent"})).to_string());
    assert!(commands.contains("brevo:unknown:unreadable"), "{commands}");
    assert_eq!(warned, ["messages.0.agentId"]);
    // To a group: the conversation still says who had it before.
    let assignment = json!({"action": "conversation_assignment", "actor": {"actor_type": "agent"},
        "action_time": "2026-01-31T09:00:00Z", "data": {"assignment": {"to_agent_id": "", "to_group_id": "g",
        "conversation": {"conversation_id": "f1", "assigned_agent_id": "41"}}}});
    let (commands, warned) = alone(&assignment.to_string());
    assert!(commands.contains(r#""operators":[]"#) && warned.is_empty(), "{commands}");
}

#[test]
fn whoever_is_not_named_and_events_of_other_names_are_warned_of() {
    let hubspot = json!([{"subscriptionType": "object.propertyChange", "objectTypeId": "0-11", "objectId": 5,
        "portalId": 3, "subscriptionId": 2, "appId": 4, "propertyName": "assignedTo", "propertyValue": "A-41"}]);
    let crisp = json!({"website_id": "w", "event": "session:reassigned", "data": {"session_id": "s"}, "timestamp": 1});
    let chatwoot = without(&serde_json::from_slice(&samples()["chatwoot_1_created.json"]).unwrap(), "/meta/assignee");
    for (body, field) in [
        (hubspot.to_string(), "subscriptionType"),
        (crisp.to_string(), "event"),
        (chatwoot, "meta.assignee"),
        ("EventType=onParticipantRemoved&ConversationSid=CH1&AccountSid=AC1".to_owned(), "Identity"),
    ] {
        assert_eq!(alone(&body).1, [field], "{body}");
    }
}
