//! Twilio Conversations, <https://www.twilio.com/docs/conversations/conversations-webhooks> and
//! <https://www.twilio.com/docs/events/event-types/conversations>.
//!
//! Two shapes, both documented: webhooks are forms with an `EventType`; event streams send lists of events with a
//! `type` and their `data`. The fields are the same.
//!
//! A participant with an identity is a person with an account and attends as an operator; one without, known by their
//! phone number, is the visitor. Where visitors have accounts too, they are taken for operators whom nobody knows, and
//! nobody can watch: a host that gives them identities tells them apart here. Neither shape tells a visitor's email or
//! address.

use super::Vendor;
use crate::facts::{Attendance, State};
use crate::look::{Look, beside};
use crate::message::{Author, Said};
use crate::news::{News, Tidings};

pub(super) const VENDOR: Vendor = Vendor::new("twilio", recognise, read);

const STREAM: &str = "com.twilio.conversations.";

fn recognise(look: &Look<'_>) -> bool {
    let is_stream = look.event_name("/type").starts_with(STREAM) && look.is_object("/data");
    // The first letters of a SID say what it is of.
    let is_sid = |pointer: &str, of: &str| look.text(pointer).is_some_and(|sid| sid.starts_with(of));
    let has_sids = is_sid("/AccountSid", "AC") || is_sid("/ConversationSid", "CH");
    let is_form = look.event_name("/EventType").starts_with("on") && has_sids;
    is_stream || is_form
}

/// What has happened, whichever shape says it.
enum Happened {
    Added,
    Removed,
    StateUpdated,
    ParticipantAdded,
    ParticipantRemoved,
    Mentioned,
    /// It is about to happen, and the host is asked whether it may.
    NotYet,
    Elsewhere,
}

fn happened(event: &str) -> Option<Happened> {
    Some(match event.strip_prefix(STREAM).unwrap_or(event) {
        "conversation.added" | "onConversationAdded" => Happened::Added,
        "conversation.removed" | "onConversationRemoved" => Happened::Removed,
        "conversation-state.updated" | "onConversationStateUpdated" => Happened::StateUpdated,
        "participant.added" | "onParticipantAdded" => Happened::ParticipantAdded,
        "participant.removed" | "onParticipantRemoved" => Happened::ParticipantRemoved,
        "conversation.updated" | "onConversationUpdated" | "participant.updated" | "onParticipantUpdated"
        | "message.added" | "onMessageAdded" | "message.updated" | "onMessageUpdated" | "message.removed"
        | "onMessageRemoved" | "delivery.updated" | "message.delivery.updated" | "onDeliveryUpdated" => {
            Happened::Mentioned
        }
        "onConversationAdd" | "onConversationRemove" | "onConversationUpdate" | "onParticipantAdd"
        | "onParticipantRemove" | "onParticipantUpdate" | "onMessageAdd" | "onMessageRemove" | "onMessageUpdate"
        | "onUserUpdate" => Happened::NotYet,
        "user.added" | "user.updated" | "onUserAdded" | "onUserUpdated" => Happened::Elsewhere,
        _ => return None,
    })
}

fn read(look: &mut Look<'_>) -> Tidings {
    let is_stream = look.is_object("/data") && look.event_name("/type").starts_with(STREAM);
    let (at, name) = if is_stream { ("/data", "/type") } else { ("", "/EventType") };
    let happened = match happened(look.event_name(name)) {
        None => return look.unknown_event(name),
        Some(Happened::NotYet) => return Tidings::Nothing("it has not happened yet".into()),
        Some(Happened::Elsewhere) => return beside("what happens to a user"),
        Some(happened) => happened,
    };
    let field = |name: &str| format!("{at}/{name}");
    let Some(chat) = look.chat(None, &[&field("ConversationSid")]) else { return Tidings::Lost };
    let when = match happened {
        Happened::Removed | Happened::ParticipantRemoved => "DateRemoved",
        Happened::StateUpdated => "StateUpdated",
        _ => "DateCreated",
    };
    let time = look.time(&["/time"]).or_else(|| look.time(&[&field(when), &field("DateUpdated")]));
    let mut news = News::of(chat, time);
    let identity = field("Identity");
    // The visitor is known by a phone number or the like.
    let bound = ["MessagingBinding", "MessagingBinding.Address", "MessagingBinding.Type"];
    let is_bound = bound.iter().any(|name| look.has(&field(name)));
    match happened {
        Happened::Added if look.is(&field("State"), "closed") => news.state = State::Ended,
        Happened::Added => news.state = State::Opens,
        Happened::Removed => news.state = State::Ended,
        Happened::StateUpdated => match look.text(&field("StateTo")).or(look.text(&field("State"))) {
            Some("closed") => news.state = State::Ended,
            Some(_) => news.state = State::Opens,
            None => look.warn(&field("StateTo"), "expected the conversation's state, found none"),
        },
        Happened::ParticipantAdded => {
            let operator = match look.told(&identity) {
                Some(_) => look.person(&identity),
                None if is_bound => None,
                None => look.missing_operator(&identity),
            };
            news.attendance.extend(operator.map(Attendance::OneMore));
        }
        Happened::ParticipantRemoved => {
            if look.told(&identity).is_none() && !is_bound {
                look.warn(&identity, "expected an operator's id, found none; whoever left still counts");
            }
            let operator = look.person(&identity);
            news.attendance.extend(operator.map(Attendance::OneLess));
        }
        Happened::Mentioned if look.is(&field("State"), "closed") => news.state = State::Ended,
        Happened::Mentioned | Happened::NotYet | Happened::Elsewhere => {}
    }
    if matches!(look.event_name(name), "onMessageAdded" | "com.twilio.conversations.message.added") {
        news.messages.extend(message(look, at));
    }
    news.into()
}

/// The author is an identity, a visitor's number or address, or `system`.
fn message(look: &Look<'_>, at: &str) -> Option<Said> {
    let field = |name: &str| format!("{at}/{name}");
    let author = field("Author");
    let by = match look.text(&author)? {
        "system" => look.author_bot(&author),
        bound if bound.starts_with('+') || bound.contains(":+") => Author::Visitor,
        _ => look.author(&author),
    };
    let text = if look.has(&field("MessageBody")) { "MessageBody" } else { "Body" };
    look.said(&field(text), &field("MessageSid"), &field("DateCreated"), by)
}
