//! Rocket.Chat, <https://docs.rocket.chat/docs/webhooks>.
//!
//! The shape is from the vendor's source (github.com/RocketChat/Rocket.Chat, `sendToCRM` and
//! `getLivechatRoomGuestInfo`): the room and its guest come with every event; without an agent, the room waits.
//!
//! A room ends once. `createdAt` is when the room was made, and says nothing of the event; `servedBy.ts` is when the
//! agent took it. Where no such time is in a body, it is taken for the latest news.

use super::Vendor;
use crate::facts::{Attendance, Part, State};
use crate::look::{Look, beside};
use crate::message::{Author, Said};
use crate::news::{News, Tidings};

pub(super) const VENDOR: Vendor = Vendor::new("rocket.chat", recognise, read);

fn recognise(look: &Look<'_>) -> bool {
    let beginnings = ["Livechat", "LeadCapture", "Message"];
    let event = look.event_name("/type");
    let beside = ["/_id", "/label", "/visitor/username", "/visitor/token", "/visitor/_id", "/createdAt", "/messages"];
    beginnings.iter().any(|beginning| event.starts_with(beginning))
        && beside.iter().filter(|pointer| look.has(pointer)).count() >= 3
}

fn read(look: &mut Look<'_>) -> Tidings {
    let event = look.event_name("/type");
    let last_message = format!("/messages/{}", look.length("/messages").saturating_sub(1));
    let closing = format!("{last_message}/closingMessage");
    let state = match event {
        // A test by the settings page is a `LivechatSession` too, and closes nothing. Any event may come after closing.
        "LivechatSession" | "LivechatSessionStart" | "LivechatSessionStarted" | "LivechatSessionTaken"
        | "LivechatSessionQueued" | "LivechatSessionForwarded" | "Message" | "LeadCapture"
            if look.told("/closedAt").is_some() =>
        {
            State::EndedForGood
        }
        // Closed rooms alone are reported when they are edited.
        "LivechatEdit" => State::EndedForGood,
        "Message" if look.has(&closing) && !look.is_false(&closing) => State::EndedForGood,
        "LivechatSession" | "LivechatSessionStart" | "LivechatSessionStarted" | "LivechatSessionTaken"
        | "LivechatSessionQueued" | "LivechatSessionForwarded" | "Message" | "LeadCapture" => State::Mentioned,
        // A form that was filled in while nobody was there.
        "LivechatOfflineMessage" => return beside(event),
        _ => return look.unknown_event("/type"),
    };
    let Some(chat) = look.chat(None, &["/_id"]) else { return Tidings::Lost };
    let at = look.time(&["/servedBy/ts", "/lastMessageAt", "/closedAt", &format!("{last_message}/ts")]);
    let mut news = News::of(chat, at);
    news.state = state;
    // A room may be forwarded to a department, and wait there; but somebody has taken what is taken.
    let is_attended = look.told("/agent").is_some() || event == "LivechatSessionTaken";
    let agent = match look.told("/agent/_id") {
        None if is_attended => look.missing_operator("/agent/_id"),
        _ => look.person("/agent/_id"),
    };
    news.attendance = vec![Attendance::All(Part::Assigned, agent.into_iter().collect())];
    let messages = look.items("/messages");
    news.messages = messages.iter().filter_map(|at| message(look, at)).collect();
    if look.visitor("/visitor") {
        news.ip = look.ip(&["/visitor/ip"]);
        // None, one, or a list of `{address}`.
        news.email = look.email(&["/visitor/email"]);
        if !look.has("/visitor/ip") && !look.has("/visitor/email") {
            look.warn("/visitor/email", "expected the visitor's email or address, found neither");
        }
    }
    news.into()
}

/// Who is not the guest has an `agentId`. What closes the room, or tells which page the guest is on, is no message.
fn message(look: &Look<'_>, at: &str) -> Option<Said> {
    let field = |name: &str| format!("{at}/{name}");
    if look.has(&field("closingMessage")) || look.has(&field("navigation")) {
        return None;
    }
    let agent = field("agentId");
    let by = if look.told(&agent).is_some() { look.author(&agent) } else { Author::Visitor };
    look.said(&field("msg"), &field("_id"), &field("ts"), by)
}
