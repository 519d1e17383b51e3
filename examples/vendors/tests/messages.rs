//! What was said, as each vendor tells it, and what of it is nobody's but the agents'.

use std::path::Path;

use serde_json::json;
use vendors::{Author, Body, Desk, Reading, Time};

use crate::support::{body, desk, read, read_all};

/// Each message as `who: text`, who being `-` for the visitor.
fn said(reading: &Reading) -> Vec<String> {
    let words = reading.messages.iter().map(|message| match &message.by {
        Author::Visitor => format!("-: {}", message.text),
        Author::Operator(operator) => format!("{operator}: {}", message.text),
    });
    words.collect()
}

fn sample(name: &str) -> Reading {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/webhooks").join(name);
    desk().read(&Body::parse(&std::fs::read(path).unwrap()).unwrap(), Time::EARLIEST)
}

#[test]
fn what_was_said_is_in_the_samples_of_those_who_send_it() {
    let reading = sample("chatwoot_5_late_message.json");
    assert_eq!(said(&reading), ["-: thanks, bye"]);
    let message = &reading.messages[0];
    assert_eq!((message.chat.as_str(), message.id.as_deref()), ("chatwoot:3/7", Some("9001")));
    assert_eq!(message.at, Some("2026-01-01T00:09:50Z".parse().unwrap()));
    assert_eq!(said(&sample("brevo_3_transcript.json")), ["-: Hello", "-: Bye"]);
    assert_eq!(said(&sample("zendesk_1_batch.json")), ["-: Hello"]);
    assert_eq!(sample("zendesk_1_batch.json").messages[0].name.as_deref(), Some("Sho"));
    assert_eq!(said(&sample("freshchat_1_message.json")), ["-: Hello"]);
    assert_eq!(said(&sample("tawkto_3_transcript.json")), ["-: Hello", "tawk.to:unknown:untold: Hi"]);
}

#[test]
fn notes_among_agents_are_no_messages() {
    let chatwoot = |more: serde_json::Value| {
        let mut text = json!({
            "event": "message_created", "id": 5, "content": "hm", "message_type": "outgoing", "private": false,
            "account": {"id": 3}, "sender": {"id": 41, "type": "user", "name": "Ken"}, "inbox": {"id": 5},
            "conversation": {"id": 7, "status": "open", "inbox_id": 5, "meta": {"assignee": null, "sender": {"id": 1, "email": null}}},
        });
        text.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        said(&read(&text.to_string()))
    };
    assert_eq!(chatwoot(json!({})), ["chatwoot:41: hm"]);
    assert_eq!(chatwoot(json!({"sender": {"id": 2, "type": "agent_bot"}})), ["chatwoot:bot:2: hm"]);
    assert_eq!(chatwoot(json!({"private": true})), [""; 0]);
    assert_eq!(chatwoot(json!({"private": null})), [""; 0]);
    assert_eq!(chatwoot(json!({"message_type": "activity"})), [""; 0]);
    assert_eq!(chatwoot(json!({"event": "message_updated"})), [""; 0]);

    let livechat = |event: serde_json::Value| {
        let text = json!({"webhook_id": "1", "secret_key": "k", "action": "incoming_event",
            "payload": {"chat_id": "P", "thread_id": "T", "event": event}});
        said(&read(&text.to_string()))
    };
    assert_eq!(livechat(json!({"type": "message", "text": "14", "id": "T_3", "author_id": "345f8235"})), ["-: 14"]);
    let agent = json!({"type": "message", "text": "hi", "author_id": "ken@example.org", "recipients": "all"});
    assert_eq!(livechat(agent), ["livechat:ken@example.org: hi"]);
    assert_eq!(
        livechat(json!({"type": "message", "text": "psst", "author_id": "k@x.org", "recipients": "agents"})),
        [""; 0]
    );
    assert_eq!(
        livechat(json!({"type": "message", "text": "psst", "author_id": "k@x.org", "visibility": "agents"})),
        [""; 0]
    );
    assert_eq!(livechat(json!({"type": "system_message", "text": "left", "author_id": "k@x.org"})), [""; 0]);

    let freshchat = |kind: &str| {
        let text = json!({"action": "message_create", "action_time": "2026-01-01T00:00:00Z",
            "actor": {"actor_type": "agent", "actor_id": "a1"}, "data": {"message": {"id": "m", "conversation_id": "c",
            "message_type": kind, "actor_type": "agent", "actor_id": "a1", "message_parts": [{"text": {"content": "psst"}}]}}});
        said(&read(&text.to_string()))
    };
    assert_eq!(freshchat("normal"), ["freshchat:a1: psst"]);
    assert_eq!(freshchat("private"), [""; 0]);

    let crisp = |event: &str, kind: &str| {
        let text = json!({"event": event, "website_id": "w", "timestamp": 1_767_225_600_000_u64, "data": {"session_id": "s",
            "type": kind, "content": "hi", "fingerprint": 9, "user": {"user_id": "u1", "nickname": "Ken"}}});
        said(&read(&text.to_string()))
    };
    assert_eq!(crisp("message:send", "text"), ["-: hi"]);
    assert_eq!(crisp("message:received", "text"), ["crisp:u1: hi"]);
    assert_eq!(crisp("message:received", "note"), [""; 0]);
}

#[test]
fn intercom_tells_html_and_only_comments_are_said() {
    let part = |kind: &str, author: &str, body: &str| json!({"id": body.len(), "part_type": kind, "body": body, "created_at": 1_767_225_700, "author": {"type": author, "id": "814", "name": "Ken"}});
    let parts = [
        part("comment", "admin", "<p>One &lt; two &amp;amp; three</p><p>Next<br/>line</p>"),
        part("note", "admin", "<p>psst</p>"),
        part("comment", "bot", "beep"),
        part("comment", "user", "<div class=\"x\">bye</div>"),
        part("comment", "user", "<p></p>"),
    ];
    let text = json!({"type": "notification_event", "topic": "conversation.admin.replied", "created_at": 1_767_225_720,
        "data": {"item": {"type": "conversation", "id": "1", "open": true, "state": "open", "admin_assignee_id": 814,
        "source": {"id": "9", "body": "<p>Hello</p>", "author": {"type": "user", "id": "c", "email": "mika@example.com"}},
        "conversation_parts": {"conversation_parts": parts}}}});
    let expected = ["-: Hello", "intercom:814: One < two &amp; three\nNext\nline", "intercom:bot:814: beep", "-: bye"];
    assert_eq!(said(&read(&text.to_string())), expected);
}

#[test]
fn twilio_tells_who_by_identity_or_number_in_both_shapes() {
    let form = |author: &str| {
        said(&read(&format!(
            "EventType=onMessageAdded&AccountSid=AC1&ConversationSid=CH1&MessageSid=IM1&Body=hi&Author={author}"
        )))
    };
    assert_eq!(form("%2B819012345678"), ["-: hi"]);
    assert_eq!(form("whatsapp%3A%2B819012345678"), ["-: hi"]);
    assert_eq!(form("ken"), ["twilio:ken: hi"]);
    let stream = json!([{"type": "com.twilio.conversations.message.added", "data": {"ConversationSid": "CH1", "AccountSid": "AC1",
        "MessageSid": "IM1", "MessageBody": "Ahoy!", "Author": "system", "DateCreated": "2025-01-01T00:00:00Z"}}]);
    assert_eq!(said(&read(&stream.to_string())), ["twilio:bot:system: Ahoy!"]);
}

#[test]
fn rocket_chat_and_jivochat_tell_what_was_said_in_lists() {
    let room = json!({"type": "Message", "_id": "r", "label": "Yuki", "visitor": {"username": "guest-3", "ip": "192.0.2.8"}, "messages": [
        {"_id": "m1", "msg": "hello", "ts": "2026-01-01T00:00:00Z", "username": "guest-3"},
        {"_id": "m2", "msg": "hi", "ts": "2026-01-01T00:00:01Z", "username": "ken", "agentId": "ken-jq3"},
        {"_id": "m3", "msg": "page", "navigation": {"page": 1}},
    ]});
    assert_eq!(said(&read(&room.to_string())), ["-: hello", "rocket.chat:ken-jq3: hi"]);
    let finished = json!({"event_name": "chat_finished", "chat_id": 7, "widget_id": "w", "visitor": {"email": "m@example.com"},
        "chat": {"messages": [{"message": "hello", "timestamp": 1_767_225_600, "type": "visitor"},
        {"message": "hi", "timestamp": 1_767_225_601, "type": "agent", "agent_id": "41"}]}});
    assert_eq!(said(&read(&finished.to_string())), ["-: hello", "jivochat:41: hi"]);
}

#[test]
fn a_desk_that_was_saved_goes_on_as_if_it_had_not_been() {
    let late = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/webhooks/chatwoot_5_late_message.json"),
    );
    let late = late.unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/webhooks");
    let bodies = ["chatwoot_1_created", "chatwoot_2_assigned", "chatwoot_3_contact", "chatwoot_4_resolved"];
    let bodies = bodies.map(|name| std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap());
    let mut kept = desk();
    for (received, text) in (1_u64..).zip(&bodies) {
        let time = Time::from_millis(received);
        // What is told next depends on all that was told before.
        let mut loaded: Desk = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
        let again = loaded.read(&body(text), time).commands;
        assert_eq!(kept.read(&body(text), time).commands, again);
    }
    let mut loaded: Desk = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
    let reading = loaded.read(&body(&late), Time::from_millis(9));
    assert_eq!(reading.commands, []);
    assert!(reading.nothing.iter().any(|why| why.ends_with("is over")) || !reading.messages.is_empty());
    assert!(read_all(bodies.iter().map(String::as_str)).is_empty());
}

#[test]
fn a_body_is_of_a_vendor_only_as_a_whole() {
    let tawk = r#"{"event": "chat:end", "chatId": "c1", "time": "2026-01-31T09:00:00Z", "visitor": {}}"#;
    assert!(body(tawk).is_of("tawk.to"));
    assert!(!body(tawk).is_of("zoho"));
    assert!(!body(&format!("[{tawk}, {{}}]")).is_of("tawk.to"));
    assert!(body(&format!("[{tawk}, {tawk}]")).is_of("tawk.to"));
    assert!(!body("[]").is_of("tawk.to"));
    assert!(!body("{}").is_of(""));
}
