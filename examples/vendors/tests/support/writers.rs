//! Vendors, as writers of bodies: what they would send when something happens in a chat.

use chat_monitor::{ChatId, OperatorId};
use serde_json::{Value, json};

use super::{Act, World, email, ip};

/// How a vendor tells what happens.
pub(crate) struct Writer {
    pub(crate) vendor: &'static str,
    /// Its chat's id, behind the vendor's name.
    chat: &'static str,
    /// What happens in the vendor's chats.
    pub(crate) acts: &'static [Kind],
    /// The body, after `act` has made the chat what `world` is, `second` seconds after it began.
    pub(crate) write: fn(Act, &World, u64) -> String,
    /// Whether it tells at all who attends.
    pub(crate) tells_who: bool,
    /// Whether an ended chat may be opened again.
    pub(crate) reopens: bool,
    /// Whether its bodies say when it was, so that any beginning of a history comes out the same in any order. Of the
    /// others, only whole chats do.
    pub(crate) timed: bool,
}

const fn writer(
    vendor: &'static str,
    chat: &'static str,
    acts: &'static [Kind],
    write: fn(Act, &World, u64) -> String,
) -> Writer {
    Writer { vendor, chat, acts, write, tells_who: true, reopens: true, timed: true }
}

impl Writer {
    const fn tells_nobody(self) -> Self {
        Writer { tells_who: false, ..self }
    }

    const fn ends_once(self) -> Self {
        Writer { reopens: false, ..self }
    }

    const fn without_times(self) -> Self {
        Writer { timed: false, ..self }
    }

    pub(crate) fn chat(&self) -> ChatId {
        format!("{}:{}", self.vendor, self.chat).parse().unwrap()
    }

    /// What an agent's number becomes.
    pub(crate) fn agent(&self, number: u8) -> OperatorId {
        let id = match self.vendor {
            "amazon-connect" => format!("arn:aws:connect:us-west-2:1:instance/i/agent/{number}"),
            vendor => format!("{vendor}:{number}"),
        };
        id.parse().unwrap()
    }

    /// Whoever attends where that is never told.
    pub(crate) fn somebody(&self) -> OperatorId {
        format!("{}:unknown:untold", self.vendor).parse().unwrap()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Assign,
    Unassign,
    Come,
    Go,
    Email,
    Ip,
    Mention,
}

use Kind::{Assign, Come, Email, Go, Ip, Mention, Unassign};

pub(crate) const VENDORS: &[Writer] = &[
    writer("amazon-connect", "contact", &[Assign, Mention], amazon_connect).ends_once(),
    writer("brevo", "conversation", &[Come, Email, Mention], brevo),
    writer("chatwoot", "3/7", &[Assign, Unassign, Email, Ip, Mention], chatwoot),
    writer("chatwoot", "3/7", &[Assign, Unassign, Email, Ip, Mention], chatwoot_until_2026),
    writer("crisp", "site/session", &[Assign, Unassign, Email, Ip, Mention], crisp),
    writer("freshchat", "conversation", &[Assign, Unassign, Mention], freshchat),
    writer("genesys", "conversation", &[Come, Go, Mention], genesys),
    writer("hubspot", "62515/7001", &[Assign, Unassign, Mention], hubspot),
    writer("intercom", "777", &[Assign, Unassign, Email, Mention], intercom_1),
    writer("intercom", "777", &[Assign, Unassign, Email, Mention], intercom_2),
    writer("jivochat", "widget/7481", &[Assign, Email, Ip, Mention], jivochat).ends_once().without_times(),
    writer("livechat", "chat/thread", &[Come, Go, Mention], livechat).ends_once().without_times(),
    // While nobody leaves, the order does not matter.
    writer("livechat", "chat/thread", &[Come, Mention], livechat).ends_once(),
    writer("olark", "transcript", &[], olark).ends_once().without_times(),
    writer("rocket.chat", "room", &[Assign, Email, Ip, Mention], rocket_chat).ends_once(),
    writer("tawk.to", "chat", &[], tawk_to).tells_nobody(),
    writer("twilio", "CH1", &[Come, Go, Mention], twilio_form),
    writer("twilio", "CH1", &[Come, Go, Mention], twilio_stream),
    writer("zendesk", "conversation", &[Email, Mention], zendesk).tells_nobody(),
    writer("zoho", "600/2000", &[Assign, Come, Go, Email, Ip, Mention], zoho),
];

const BEGAN: u64 = 1_790_000_000;

fn iso(second: u64) -> String {
    vendors::Time::from_millis((BEGAN + second) * 1000).to_string()
}

fn millis(second: u64) -> u64 {
    (BEGAN + second) * 1000
}

fn an_email(world: &World) -> Value {
    world.email.map_or(Value::Null, |number| email(number).into())
}

fn an_ip(world: &World) -> Value {
    world.ip.map_or(Value::Null, |number| ip(number).into())
}

fn agent(world: &World) -> Option<u8> {
    world.agents.first().copied()
}

fn amazon_connect(act: Act, world: &World, second: u64) -> String {
    let instance = "arn:aws:connect:us-west-2:1:instance/i";
    let event = match act {
        Act::Open => "INITIATED",
        Act::Assign(_) => "CONNECTED_TO_AGENT",
        Act::End => "DISCONNECTED",
        _ => "CONTACT_DATA_UPDATED",
    };
    let agent = agent(world).map(|agent| json!({"agentArn": format!("{instance}/agent/{agent}")}));
    json!({"source": "aws.connect", "detail-type": "Amazon Connect Contact Event", "time": iso(second),
        "detail": {"eventType": event, "contactId": "contact", "channel": "CHAT", "instanceArn": instance,
            "agentInfo": agent}})
    .to_string()
}

fn brevo(act: Act, world: &World, second: u64) -> String {
    let event = match act {
        Act::Open => "conversationStarted",
        Act::End => "conversationTranscript",
        _ => "conversationFragment",
    };
    let agents: Vec<_> = match act {
        Act::Come(agent) => vec![json!({"id": agent.to_string()})],
        _ => Vec::new(),
    };
    let message = json!({"type": "visitor", "createdAt": millis(second)});
    // A conversation that starts again starts without agents, and the writer's world keeps them: so it names them.
    let agents = if act == Act::Open {
        world.agents.iter().map(|agent| json!({"id": agent.to_string()})).collect()
    } else {
        agents
    };
    json!({"eventName": event, "conversationId": "conversation", "messages": [message], "agents": agents,
        "visitor": {"id": "v", "attributes": {"EMAIL": an_email(world)}}})
    .to_string()
}

fn chatwoot(act: Act, world: &World, second: u64) -> String {
    let event = match act {
        Act::Open if world.reopened => "conversation_opened",
        Act::Open => "conversation_created",
        Act::End => "conversation_resolved",
        Act::Assign(_) => "automation_event.conversation_updated",
        Act::Email(_) | Act::Ip(_) => "conversation_updated",
        _ => "message_created",
    };
    let assignee = agent(world).map(|agent| json!({"id": agent, "type": "user"}));
    let conversation = json!({"id": 7, "inbox_id": 5, "status": if world.open { "open" } else { "resolved" },
        "meta": {"sender": {"id": 901, "email": an_email(world),
            "additional_attributes": {"created_at_ip": "198.51.100.1", "updated_at_ip": an_ip(world)}},
            "assignee": assignee, "assignee_type": assignee.as_ref().map(|_| "User")},
        "timestamp": BEGAN, "updated_at": (BEGAN + second) as f64 + 0.25});
    let mut body = if event == "message_created" {
        json!({"id": 9001, "message_type": "incoming", "conversation": conversation, "inbox": {"id": 5}})
    } else {
        conversation
    };
    body["event"] = event.into();
    body["account"] = json!({"id": 3});
    body.to_string()
}

/// Only the first body, and messages, say which account it is; an email is told of the contact.
fn chatwoot_until_2026(act: Act, world: &World, second: u64) -> String {
    if let Act::Email(_) = act {
        return json!({"event": "contact_updated", "account": {"id": 3}, "id": 901, "email": an_email(world),
            "additional_attributes": {}, "changed_attributes": [{"email": {"current_value": an_email(world)}},
                {"updated_at": {"current_value": iso(second)}}]})
        .to_string();
    }
    let mut body: Value = serde_json::from_str(&chatwoot(act, world, second)).unwrap();
    if body["event"] != "message_created" {
        body.as_object_mut().unwrap().remove("account");
        body["meta"]["sender"].as_object_mut().unwrap().remove("email");
    } else {
        body["conversation"]["meta"]["sender"].as_object_mut().unwrap().remove("email");
    }
    if act == Act::Open && !world.reopened {
        body["messages"] = json!([{"id": 1, "account_id": 3}]);
    }
    body.to_string()
}

fn crisp(act: Act, world: &World, second: u64) -> String {
    let (event, data) = match act {
        Act::Open if world.reopened => ("session:set_state", json!({"state": "unresolved"})),
        Act::Open => ("session:request:initiated", json!({})),
        Act::End => ("session:set_state", json!({"state": "resolved"})),
        Act::Assign(agent) => ("session:set_routing", json!({"routing_id": agent.map(|agent| agent.to_string())})),
        Act::Email(_) => ("session:set_email", json!({"email": an_email(world)})),
        Act::Ip(_) => ("session:sync:network", json!({"network": {"ip": an_ip(world)}})),
        _ => ("message:send", json!({"from": "user", "type": "text"})),
    };
    let mut body = json!({"website_id": "site", "event": event, "data": data, "timestamp": millis(second)});
    body["data"]["session_id"] = "session".into();
    body.to_string()
}

fn freshchat(act: Act, world: &World, second: u64) -> String {
    let conversation = json!({"conversation_id": "conversation", "app_id": "a"});
    let (action, data) = match act {
        Act::Open if world.reopened => ("conversation_reopen", json!({"reopen": {"conversation": conversation}})),
        Act::End => ("conversation_resolution", json!({"resolve": {"conversation": conversation}})),
        Act::Assign(agent) => {
            let to = agent.map_or(String::new(), |agent| agent.to_string());
            ("conversation_assignment", json!({"assignment": {"to_agent_id": to, "conversation": conversation}}))
        }
        _ => ("message_create", json!({"message": {"conversation_id": "conversation"}})),
    };
    json!({"actor": {"actor_type": "user", "actor_id": "u"}, "action": action, "action_time": iso(second), "data": data})
        .to_string()
}

fn genesys(act: Act, _: &World, second: u64) -> String {
    let (event, user) = match act {
        Act::Open => ("customer.start", None),
        Act::End => ("customer.end", None),
        Act::Come(agent) => ("user.start", Some(agent.to_string())),
        Act::Go(agent) => ("user.end", Some(agent.to_string())),
        _ => ("acd.start", None),
    };
    json!({"topicName": format!("v2.detail.events.conversation.conversation.{event}"), "version": "2",
        "eventBody": {"eventTime": millis(second), "conversationId": "conversation", "mediaType": "CHAT",
            "userId": user}})
    .to_string()
}

fn hubspot(act: Act, world: &World, second: u64) -> String {
    let mut event = json!({"eventId": second, "subscriptionId": 11, "portalId": 62515, "appId": 12, "objectId": 7001,
        "occurredAt": millis(second), "attemptNumber": 0});
    let change = |property: &str, value: String| ("propertyChange", Some((property.to_owned(), value)));
    let (kind, property) = match act {
        Act::Open if world.reopened => change("status", "OPEN".into()),
        Act::Open => ("creation", None),
        Act::End => change("status", "CLOSED".into()),
        Act::Assign(agent) => change("assignedTo", agent.map_or(String::new(), |agent| format!("A-{agent}"))),
        _ => ("newMessage", None),
    };
    event["subscriptionType"] = format!("conversation.{kind}").into();
    if let Some((property, value)) = property {
        event["propertyName"] = property.into();
        event["propertyValue"] = value.into();
    }
    json!([event]).to_string()
}

fn intercom(act: Act, world: &World, second: u64, item: Value) -> String {
    let topic = match act {
        Act::Open if world.reopened => "conversation.admin.opened",
        Act::Open => "conversation.user.created",
        Act::End => "conversation.admin.closed",
        Act::Assign(_) => "conversation.admin.assigned",
        Act::Email(_) => "conversation.user.replied",
        _ => "conversation.admin.noted",
    };
    let mut body = json!({"type": "notification_event", "app_id": "demo", "topic": topic, "created_at": BEGAN + second,
        "data": {"type": "notification_event_data", "item": item}});
    body["data"]["item"]["id"] = "777".into();
    body["data"]["item"]["open"] = world.open.into();
    body.to_string()
}

fn intercom_1(act: Act, world: &World, second: u64) -> String {
    let email = world.email.map_or(String::new(), email);
    let assignee = match agent(world) {
        Some(agent) => json!({"type": "admin", "id": agent.to_string()}),
        None => json!({"type": "nobody_admin", "id": null}),
    };
    intercom(act, world, second, json!({"user": {"type": "lead", "id": "u", "email": email}, "assignee": assignee}))
}

fn intercom_2(act: Act, world: &World, second: u64) -> String {
    let state = if world.open { "open" } else { "closed" };
    let author = json!({"type": "user", "id": "u", "email": an_email(world)});
    intercom(
        act,
        world,
        second,
        json!({"source": {"author": author}, "contacts": {"contacts": [{"id": "u"}]},
        "admin_assignee_id": agent(world).unwrap_or(0), "team_assignee_id": 0, "state": state}),
    )
}

fn jivochat(act: Act, world: &World, _: u64) -> String {
    let event = match act {
        Act::Open => "chat_assigned",
        Act::Assign(_) => "chat_accepted",
        Act::End => "chat_finished",
        _ => "chat_updated",
    };
    let agent = agent(world).map(|agent| json!({"id": agent}));
    json!({"event_name": event, "chat_id": 7481, "widget_id": "widget", "visitor": {"email": an_email(world)},
        "agent": agent, "session": {"ip_addr": an_ip(world)}})
    .to_string()
}

fn livechat(act: Act, world: &World, second: u64) -> String {
    let user = |agent: u8| json!({"id": agent.to_string(), "type": "agent", "present": true});
    let (action, mut payload) = match act {
        Act::Open => {
            let customer = json!({"id": "c", "type": "customer", "email": an_email(world),
                "last_visit": {"ip": an_ip(world)}});
            let thread = json!({"id": "thread", "active": true, "created_at": iso(second)});
            ("incoming_chat", json!({"chat": {"id": "chat", "users": [customer], "thread": thread}}))
        }
        Act::End => ("chat_deactivated", json!({"user_id": "1"})),
        Act::Come(agent) => ("user_added_to_chat", json!({"user": user(agent), "user_type": "agent"})),
        Act::Go(agent) => ("user_removed_from_chat", json!({"user_id": agent.to_string(), "user_type": "agent"})),
        _ => ("incoming_event", json!({"event": {"type": "message"}})),
    };
    if action != "incoming_chat" {
        payload["chat_id"] = "chat".into();
        payload["thread_id"] = "thread".into();
    }
    json!({"webhook_id": "w", "secret_key": "s", "action": action, "payload": payload}).to_string()
}

fn olark(_: Act, world: &World, second: u64) -> String {
    json!({"kind": "Conversation", "id": "transcript", "items": [{"timestamp": format!("{}.5", BEGAN + second)}],
        "visitor": {"emailAddress": an_email(world), "ip": "not available"}, "operators": {"41": {"id": "41"}}})
    .to_string()
}

fn rocket_chat(act: Act, world: &World, second: u64) -> String {
    let event = match act {
        Act::Open => "LivechatSessionStart",
        Act::Assign(_) => "LivechatSessionTaken",
        Act::End => "LivechatSession",
        _ => "Message",
    };
    let agent = agent(world).map(|agent| json!({"_id": agent.to_string(), "username": "a"}));
    let email = world.email.map_or(Value::Null, |number| json!([{"address": email(number)}]));
    json!({"_id": "room", "label": "l", "type": event, "createdAt": iso(0), "lastMessageAt": iso(second),
        "visitor": {"_id": "v", "username": "guest-1", "email": email, "ip": an_ip(world)}, "agent": agent,
        "closedAt": if act == Act::End { json!(iso(second)) } else { Value::Null }, "messages": []})
    .to_string()
}

fn tawk_to(act: Act, world: &World, second: u64) -> String {
    let property = json!({"id": "p", "name": "n"});
    let visitor = json!({"name": "Rin", "email": an_email(world)});
    match act {
        Act::End if second % 2 == 0 => json!({"event": "chat:transcript_created", "time": iso(second),
            "property": property, "chat": {"id": "chat", "visitor": visitor, "messages": []}}),
        _ => json!({"event": if act == Act::End { "chat:end" } else { "chat:start" }, "chatId": "chat",
            "time": iso(second), "visitor": visitor, "property": property}),
    }
    .to_string()
}

fn twilio_form(act: Act, _: &World, second: u64) -> String {
    let mut form = form_urlencoded_pairs(&[("AccountSid", "AC1"), ("ConversationSid", "CH1")]);
    let when = iso(second);
    let more: Vec<(&str, String)> = match act {
        Act::Open if second == 0 => vec![("EventType", "onConversationAdded".into()), ("DateCreated", when)],
        Act::Open => vec![
            ("EventType", "onConversationStateUpdated".into()),
            ("StateTo", "active".into()),
            ("StateUpdated", when),
        ],
        Act::End => vec![
            ("EventType", "onConversationStateUpdated".into()),
            ("StateTo", "closed".into()),
            ("StateUpdated", when),
        ],
        Act::Come(agent) => {
            vec![("EventType", "onParticipantAdded".into()), ("Identity", agent.to_string()), ("DateCreated", when)]
        }
        Act::Go(agent) => vec![
            ("EventType", "onParticipantRemoved".into()),
            ("Identity", agent.to_string()),
            ("DateCreated", iso(0)),
            ("DateRemoved", when),
        ],
        _ => vec![("EventType", "onMessageAdded".into()), ("DateCreated", when)],
    };
    for (name, value) in more {
        form.push_str(&form_urlencoded_pairs(&[(name, &value)]));
    }
    form
}

/// `&name=value…`, with what forms need to be escaped in times.
fn form_urlencoded_pairs(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(name, value)| format!("&{name}={}", value.replace(':', "%3A"))).collect()
}

fn twilio_stream(act: Act, _: &World, second: u64) -> String {
    let (event, data) = match act {
        Act::Open if second == 0 => ("conversation.added", json!({"State": "active"})),
        Act::Open => ("conversation-state.updated", json!({"StateTo": "active"})),
        Act::End => ("conversation-state.updated", json!({"StateTo": "closed"})),
        Act::Come(agent) => ("participant.added", json!({"Identity": agent.to_string()})),
        Act::Go(agent) => ("participant.removed", json!({"Identity": agent.to_string()})),
        _ => ("message.added", json!({"Author": "system"})),
    };
    let mut event = json!({"type": format!("com.twilio.conversations.{event}"), "time": iso(second), "data": data});
    event["data"]["ConversationSid"] = "CH1".into();
    json!([event]).to_string()
}

fn zendesk(act: Act, world: &World, second: u64) -> String {
    let kind = match act {
        Act::Open => "conversation:create",
        Act::End => "conversation:remove",
        _ => "conversation:message",
    };
    let event = json!({"id": second.to_string(), "createdAt": iso(second), "type": kind,
        "payload": {"conversation": {"id": "conversation"}, "user": {"profile": {"email": an_email(world)}}}});
    json!({"app": {"id": "a"}, "webhook": {"id": "w", "version": "v2"}, "events": [event]}).to_string()
}

fn zoho(act: Act, world: &World, second: u64) -> String {
    let event = match act {
        Act::Open if world.reopened => "reopened",
        Act::Open => "created",
        Act::End => "completed",
        Act::Assign(_) => "attender.updated",
        Act::Come(_) => "participants.added",
        Act::Go(_) => "participants.deleted",
        _ => "visitor.replied",
    };
    let someone = |agent: &u8| json!({"id": agent.to_string(), "type": "operator"});
    let mut agents = world.agents.iter().map(someone);
    let owner = agents.next();
    let email = world.email.map_or(String::new(), email);
    json!({"event": format!("conversation.{event}"), "entity_type": "conversation", "entity_id": "2000",
        "org_id": "600", "app_id": "1", "event_time": millis(second).to_string(), "webhook": {"id": "9"},
        "entity": {"id": "2000", "owner": owner, "participants": agents.collect::<Vec<_>>(),
            "visitor": {"email_id": email, "ip": an_ip(world)}}})
    .to_string()
}
