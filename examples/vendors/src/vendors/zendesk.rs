//! Zendesk messaging (Sunshine Conversations), version 2,
//! <https://developer.zendesk.com/api-reference/conversations/>.
//!
//! The events are from the documentation, their places as clients of the vendor's read them.
//!
//! Which agent writes is not told but by a name for the visitor to see. So somebody attends whom nobody knows, and
//! nobody may watch.

use serde_json::Value;

use super::Vendor;
use crate::facts::{Attendance, Part, State};
use crate::look::{Look, beside};
use crate::message::{Author, Said};
use crate::news::{News, Tidings};

pub(super) const VENDOR: Vendor = Vendor { parts: events, ..Vendor::new("zendesk", recognise, read) };

fn recognise(look: &Look<'_>) -> bool {
    look.has("/app/id") && look.is("/webhook/version", "v2") && look.get("/events").is_some_and(Value::is_array)
}

fn events(body: &Value) -> Vec<&Value> {
    body.get("events").and_then(Value::as_array).into_iter().flatten().collect()
}

fn read(look: &mut Look<'_>) -> Tidings {
    let event = look.event_name("/type");
    let state = match event {
        "conversation:create" => State::Opens,
        "conversation:remove" => State::Ended,
        "conversation:join" | "conversation:leave" | "conversation:message" | "conversation:postback"
        | "conversation:read" | "conversation:typing" | "conversation:referral" => State::Mentioned,
        _ if event.starts_with("conversation:message:delivery") || event.starts_with("switchboard:") => {
            State::Mentioned
        }
        _ if event.starts_with("user:") || event.starts_with("client:") => return beside("a user's event"),
        _ => return look.unknown_event("/type"),
    };
    let Some(chat) = look.chat(None, &["/payload/conversation/id"]) else { return Tidings::Lost };
    let at = look.time(&["/createdAt"]);
    let mut news = News::of(chat, at);
    news.state = state;
    news.attendance = vec![Attendance::All(Part::Assigned, look.somebody("untold").into_iter().collect())];
    // The user is told where the webhook is set up to; else only in what they write, and without an email.
    news.email = look.email(&["/payload/user/profile/email", "/payload/message/author/user/profile/email"]);
    if event == "conversation:message" {
        news.messages.extend(message(look));
    }
    news.into()
}

fn message(look: &Look<'_>) -> Option<Said> {
    let is_visitor = look.is("/payload/message/author/type", "user");
    let by = if is_visitor { Author::Visitor } else { look.author_untold() };
    let said = look.said("/payload/message/content/text", "/payload/message/id", "/createdAt", by);
    look.said_by("/payload/message/author/displayName", said)
}
