//! tawk.to, <https://developer.tawk.to/webhooks/>.
//!
//! The events are from the documentation; the transcript's shape is as clients of the vendor's read it.
//!
//! Who attends is never told. So somebody does whom nobody knows, and nobody may watch: a chat that seems to wait may
//! have been taken by anybody.

use super::Vendor;
use crate::facts::{Attendance, Part, State};
use crate::look::{Look, beside};
use crate::message::{Author, Said};
use crate::news::{News, Tidings};

pub(super) const VENDOR: Vendor = Vendor::new("tawk.to", recognise, read);

fn recognise(look: &Look<'_>) -> bool {
    let beside = ["/property", "/chatId", "/visitor", "/chat", "/message", "/ticket", "/requester"];
    let event = look.event_name("/event");
    (event.starts_with("chat:") || event.starts_with("ticket:")) && beside.iter().any(|pointer| look.has(pointer))
}

fn read(look: &mut Look<'_>) -> Tidings {
    let (state, visitor) = match look.event_name("/event") {
        "chat:start" => (State::Opens, "/visitor"),
        "chat:end" => (State::Ended, "/visitor"),
        "chat:transcript_created" => (State::Ended, "/chat/visitor"),
        "ticket:create" => return beside("a ticket"),
        _ => return look.unknown_event("/event"),
    };
    let Some(chat) = look.chat(None, &["/chatId", "/chat/id"]) else { return Tidings::Lost };
    let at = look.time(&["/time"]);
    let mut news = News::of(chat, at);
    news.state = state;
    news.attendance = vec![Attendance::All(Part::Assigned, look.somebody("untold").into_iter().collect())];
    let transcript = look.items("/chat/messages");
    news.messages = transcript.iter().filter_map(|at| message(look, at, "sender/t", "msg", &format!("{at}/time"))).collect();
    news.messages.extend(message(look, "/message", "sender/type", "text", "/time"));
    if look.visitor(visitor) {
        // Without an email, the field is not there.
        news.email = look.email(&[&format!("{visitor}/email")]);
    }
    news.into()
}

/// The transcript and the first message name the same things differently. Neither has an id.
fn message(look: &Look<'_>, at: &str, sender: &str, text: &str, time: &str) -> Option<Said> {
    let field = |name: &str| format!("{at}/{name}");
    if !look.is(&field("type"), "msg") {
        return None;
    }
    let by = match look.text(&field(sender))? {
        "v" | "visitor" => Author::Visitor,
        "a" | "agent" => look.author_untold(),
        _ => return None,
    };
    look.said_by(&field("sender/n"), look.said(&field(text), &field("id"), time, by))
}
