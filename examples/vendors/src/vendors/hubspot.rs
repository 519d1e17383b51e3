//! HubSpot conversations, <https://developers.hubspot.com/docs/api/webhooks>.
//!
//! The shape is from the documentation: a list of events, each with a few words. Nothing is ever told of the visitor. That
//! `0-11` stands for conversations among the generic `object.…` events is inferred.

use chat_monitor::OperatorId;

use super::Vendor;
use crate::facts::{Attendance, Part, State};
use crate::look::{Look, beside};
use crate::news::{News, Tidings};

pub(super) const VENDOR: Vendor = Vendor::new("hubspot", recognise, read);

fn recognise(look: &Look<'_>) -> bool {
    let beside = ["/portalId", "/subscriptionId", "/appId", "/occurredAt", "/eventId", "/attemptNumber"];
    look.text("/subscriptionType").is_some_and(|event| event.contains('.'))
        && beside.iter().filter(|pointer| look.has(pointer)).count() >= 3
}

/// What all objects' events call a conversation.
const CONVERSATION: &str = "0-11";

fn read(look: &mut Look<'_>) -> Tidings {
    if look.key("/objectTypeId").is_some_and(|of| of == CONVERSATION)
        && look.event_name("/subscriptionType").starts_with("object.")
    {
        return look.unknown_event("/subscriptionType");
    }
    let Some(event) = look.event_name("/subscriptionType").strip_prefix("conversation.") else {
        return beside("no `conversation` event");
    };
    if !matches!(event, "creation" | "deletion" | "privacyDeletion" | "newMessage" | "propertyChange") {
        return look.unknown_event("/subscriptionType");
    }
    let portal = look.account(&["/portalId"]);
    let Some(chat) = look.chat(portal.as_deref(), &["/objectId"]) else { return Tidings::Lost };
    let at = look.time(&["/occurredAt"]);
    let mut news = News::of(chat, at);
    let property = look.event_name("/propertyName");
    let value = look.text("/propertyValue").unwrap_or_default();
    match (event, property) {
        ("creation", _) => news.state = State::Opens,
        ("deletion" | "privacyDeletion", _) => news.state = State::Ended,
        ("propertyChange", "status") => match value {
            "OPEN" => news.state = State::Opens,
            "CLOSED" => news.state = State::Ended,
            _ => look.warn("/propertyValue", "expected `OPEN` or `CLOSED`"),
        },
        ("propertyChange", "isArchived") => match value {
            "true" => news.state = State::Ended,
            "false" => news.state = State::Opens,
            _ => look.warn("/propertyValue", "expected `true` or `false`"),
        },
        ("propertyChange", "assignedTo") => {
            let operator = assignee(look);
            news.attendance = vec![Attendance::All(Part::Assigned, operator.into_iter().collect())];
        }
        ("propertyChange", _) => _ = look.unknown_event("/propertyName"),
        _ => {}
    }
    news.into()
}

/// An actor: `A-` and the number of a user; other letters are for bots and the like. Empty is nobody.
fn assignee(look: &mut Look<'_>) -> Option<OperatorId> {
    if !look.has("/propertyValue") {
        return look.missing_operator("/propertyValue");
    }
    let actor = look.key("/propertyValue");
    match actor.as_deref().map(|actor| actor.strip_prefix("A-").unwrap_or(actor)) {
        Some(user) if user.bytes().all(|byte| byte.is_ascii_digit()) => look.person_named("/propertyValue", user),
        _ => look.bot("/propertyValue"),
    }
}
