//! Chatwoot, <https://www.chatwoot.com/hc/user-guide/articles/1677693021-how-to-use-webhooks>.
//!
//! The shapes are from the vendor's source (github.com/chatwoot/chatwoot: `event_data_presenter.rb`,
//! `webhook_listener.rb`, `automation_rules/action_service.rb`) and its documented samples.
//!
//! A conversation is always whole: without an assignee, nobody attends it. It lies at the top (`conversation_…`, and
//! `automation_event.…` whatever it is about), in `conversation` (`message_…`, typing), or in `current_conversation`.

use std::net::IpAddr;

use chat_monitor::OperatorId;

use super::Vendor;
use crate::facts::{Attendance, Part, State, Told};
use crate::look::{Look, beside};
use crate::message::{Author, Said};
use crate::news::{Contact, Counted, News, Tidings};
use crate::time::Time;

pub(super) const VENDOR: Vendor = Vendor::new("chatwoot", recognise, read);

/// What an event is made of, by its name.
enum About {
    /// A conversation at the top; the event opens it unless it says that it is resolved.
    Conversation,
    /// A conversation within, which is mentioned.
    Within,
    Contact,
    Inbox,
}

fn about(event: &str) -> Option<About> {
    if event.strip_prefix("automation_event.").is_some_and(|event| about(event).is_some()) {
        return Some(About::Conversation);
    }
    match event {
        "conversation_created" | "conversation_updated" | "conversation_status_changed" | "conversation_opened"
        | "conversation_resolved" => Some(About::Conversation),
        "message_created" | "message_updated" | "message_incoming" | "message_outgoing" | "conversation_typing_on"
        | "conversation_typing_off" | "webwidget_triggered" => Some(About::Within),
        "contact_created" | "contact_updated" => Some(About::Contact),
        "inbox_created" | "inbox_updated" => Some(About::Inbox),
        _ => None,
    }
}

fn recognise(look: &Look<'_>) -> bool {
    let event = look.event_name("/event");
    let beginnings = ["conversation_", "message_", "webwidget_", "inbox_", "automation_event."];
    let beside = [
        "/account/id", "/inbox_id", "/inbox/id", "/meta/sender", "/contact_inbox", "/conversation/inbox_id",
        "/conversation/meta", "/message_type", "/channel", "/changed_attributes", "/pubsub_token", "/source_id",
        "/additional_attributes", "/channel_type",
    ];
    let of_a_contact = [
        "/account/id", "/account/name", "/email", "/phone_number", "/identifier", "/thumbnail", "/avatar", "/blocked",
        "/additional_attributes", "/custom_attributes", "/changed_attributes",
    ];
    let count = |fields: &[&str]| fields.iter().filter(|pointer| look.has(pointer)).count();
    let is_contact = event.starts_with("contact_") && count(&of_a_contact) + usize::from(look.is("/type", "contact")) >= 3;
    is_contact || beginnings.iter().any(|beginning| event.starts_with(beginning)) && count(&beside) >= 2
}

fn read(look: &mut Look<'_>) -> Tidings {
    let event = look.event_name("/event");
    match about(event) {
        Some(About::Conversation) => conversation(look, "", true),
        Some(About::Within) => match ["/conversation", "/current_conversation"].into_iter().find(|at| look.has(at)) {
            // The visitor has opened the widget, and not yet said anything.
            Some(at) if event == "webwidget_triggered" && look.told(at).is_none() => beside(event),
            Some(at) => conversation(look, at, false),
            None => conversation(look, "/conversation", false),
        },
        Some(About::Contact) => contact(look),
        Some(About::Inbox) => beside(event),
        None => look.unknown_event("/event"),
    }
}

fn conversation(look: &mut Look<'_>, at: &str, event_opens: bool) -> Tidings {
    let account = first_key(look, ["/account/id", &format!("{at}/account_id"), &format!("{at}/messages/0/account_id")]);
    let inbox = first_key(look, [&format!("{at}/inbox_id"), &format!("{at}/contact_inbox/inbox_id"), "/inbox/id"]);
    let counted_in: Vec<&str> = match (&account, &inbox) {
        (Some(account), _) => vec![account],
        // An inbox is one account's, but its number is none of an account.
        (None, Some(inbox)) => vec!["inbox", inbox],
        (None, None) => Vec::new(),
    };
    let ids = [format!("{at}/id"), format!("{at}/display_id")];
    let ids = [&*ids[0], &*ids[1]];
    let Some(chat) = look.chat(counted_in, &ids) else { return Tidings::Lost };
    let Some(number) = first_key(look, ids) else { return Tidings::Lost };
    let mut news = News::of(chat, time(look, at));
    news.counted = Some(Counted { account, inbox, number });
    news.state = match look.text(&format!("{at}/status")) {
        // The event counts first: the documented sample of a `conversation_resolved` still has the status `open`.
        _ if look.event_name("/event").ends_with("conversation_resolved") => State::Ended,
        Some("resolved") => State::Ended,
        Some(_) if event_opens => State::Opens,
        _ => State::Mentioned,
    };
    let meta = format!("{at}/meta");
    if look.is_object(&meta) {
        let assignee = assignee(look, &meta);
        news.attendance = vec![Attendance::All(Part::Assigned, assignee.into_iter().collect())];
        let sender = format!("{meta}/sender");
        if look.visitor(&sender) {
            news.email = look.email(&[&format!("{sender}/email")]);
            news.ip = ip(look, &format!("{sender}/additional_attributes"));
            news.contact = look.key(&format!("{sender}/id"));
        }
    } else {
        look.warn(&meta, "expected the assignee and the visitor, found neither; nobody may watch the chat");
        news.attendance = look.somebody("unreadable").map(Attendance::OneMore).into_iter().collect();
    }
    if look.is("/event", "message_created") {
        news.messages.extend(message(look));
    }
    news.into()
}

/// A message lies at the top. Private ones are notes among the agents; what is no text of a person or a bot, such as
/// `activity`, tells what the rest of the body tells too.
fn message(look: &Look<'_>) -> Option<Said> {
    if !look.is_false("/private") {
        return None;
    }
    let by = match (look.text("/message_type")?, look.text("/sender/type")) {
        ("incoming", _) => Author::Visitor,
        ("outgoing" | "template", Some("user")) => look.author("/sender/id"),
        ("outgoing" | "template", Some(_)) => look.author_bot("/sender/id"),
        ("outgoing" | "template", None) => look.author_untold(),
        _ => return None,
    };
    look.said_by("/sender/name", look.said("/content", "/id", "/created_at", by))
}

/// `updated_at` is that of the conversation, to the microsecond. Earlier versions had only times of what happened in
/// it.
fn time(look: &mut Look<'_>, at: &str) -> Option<Time> {
    look.time(&[&format!("{at}/updated_at")]).or_else(|| {
        let within = ["timestamp", "last_activity_at", "agent_last_seen_at", "contact_last_seen_at", "created_at"];
        let within = within.map(|field| format!("{at}/{field}"));
        let mut pointers: Vec<&str> = within.iter().map(String::as_str).collect();
        pointers.push("/created_at");
        look.time(&pointers)
    })
}

/// Bots are counted apart from people. Whatever is not said to be a person counts as a bot.
fn assignee(look: &mut Look<'_>, meta: &str) -> Option<OperatorId> {
    let assignee = format!("{meta}/assignee");
    let id = format!("{assignee}/id");
    // `null` is nobody; without the field, nobody can know who.
    if !look.has(&assignee) {
        return look.missing_operator(&assignee);
    }
    look.told(&assignee)?;
    if look.told(&id).is_none() {
        return look.missing_operator(&id);
    }
    let kinds = [look.text(&format!("{assignee}/type")), look.text(&format!("{meta}/assignee_type"))];
    let is_person = kinds.into_iter().flatten().all(|kind| kind.eq_ignore_ascii_case("user"));
    if is_person { look.person(&id) } else { look.bot(&id) }
}

/// Where the visitor was last, rather than where they were when they first came.
fn ip(look: &mut Look<'_>, attributes: &str) -> Told<IpAddr> {
    look.ip(&[&format!("{attributes}/updated_at_ip"), &format!("{attributes}/created_at_ip")])
}

fn contact(look: &mut Look<'_>) -> Tidings {
    let account = look.account(&["/account/id"]);
    let Some(id) = look.key("/id") else {
        look.warn("/id", "expected the contact's id, found none");
        return Tidings::Lost;
    };
    // Each changed attribute is an object with its own name as the only field; when it was changed is among them.
    let changes = look.items("/changed_attributes");
    let times: Vec<String> = changes.iter().map(|change| format!("{change}/updated_at/current_value")).collect();
    let mut pointers: Vec<&str> = times.iter().map(String::as_str).collect();
    pointers.push("/changed_attributes/updated_at/current_value");
    let at = look.time(&pointers);
    let email = look.email(&["/email"]);
    let ip = ip(look, "/additional_attributes");
    if !look.has("/email") && !look.has("/additional_attributes") {
        look.warn("/email", "expected the contact's email and attributes, found neither");
    }
    Tidings::Contact(Box::new(Contact { account, id, at, ip, email }))
}

fn first_key<const N: usize>(look: &Look<'_>, pointers: [&str; N]) -> Option<String> {
    look.first(&pointers).and_then(|pointer| look.key(pointer))
}
