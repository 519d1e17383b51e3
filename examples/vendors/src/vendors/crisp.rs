//! Crisp, <https://docs.crisp.chat/references/web-hooks/v1/>.
//!
//! The envelope is from the documentation; the data of each event are from the vendor's own client
//! (github.com/crisp-im/go-crisp-api, `events_receive.go`). The list of the other events is not from either and may lack
//! some: one that it lacks is a warning.
//!
//! A session is a chat. It has one operator to whom it is routed; an operator who writes in it attends it too, until it
//! is routed anew.

use super::Vendor;
use crate::facts::{Attendance, Part, State};
use crate::look::{Look, beside};
use crate::message::{Author, Said};
use crate::news::{News, Tidings};

pub(super) const VENDOR: Vendor = Vendor::new("crisp", recognise, read);

/// The other events of a session.
const MENTIONING: [&str; 39] = [
    "message:acknowledge:delivered", "message:acknowledge:ignored", "message:acknowledge:read:received",
    "message:acknowledge:read:send", "message:acknowledge:unread:send", "message:compose:receive",
    "message:compose:send", "message:notify:unread:received", "message:notify:unread:send", "message:received",
    "message:removed", "message:send", "message:updated", "session:error", "session:set_address", "session:set_avatar",
    "session:set_block", "session:set_closed", "session:set_data", "session:set_email", "session:set_inbox",
    "session:set_mentions", "session:set_nickname", "session:set_opened", "session:set_participants",
    "session:set_phone", "session:set_routing", "session:set_segments", "session:set_subject",
    "session:sync:capabilities", "session:sync:events", "session:sync:geolocation", "session:sync:locales",
    "session:sync:network", "session:sync:pages", "session:sync:rating", "session:sync:system",
    "session:sync:timezone", "session:update_availability",
];

fn recognise(look: &Look<'_>) -> bool {
    look.text("/event").is_some_and(|event| event.contains(':'))
        && look.text("/website_id").is_some()
        && look.is_object("/data")
}

fn read(look: &mut Look<'_>) -> Tidings {
    let event = look.event_name("/event");
    let state = match event {
        "session:request:initiated" => State::Opens,
        "session:removed" => State::Ended,
        "session:set_state" => match look.text("/data/state") {
            Some("resolved") => State::Ended,
            Some("pending" | "unresolved") => State::Opens,
            _ => {
                look.warn("/data/state", "expected `pending`, `unresolved` or `resolved`");
                State::Mentioned
            }
        },
        _ if MENTIONING.contains(&event) => State::Mentioned,
        _ if event.starts_with("session:") || event.starts_with("message:") => return look.unknown_event("/event"),
        _ => return beside("what is no `session` or `message` event"),
    };
    let website = look.account(&["/website_id"]);
    let Some(chat) = look.chat(website.as_deref(), &["/data/session_id"]) else { return Tidings::Lost };
    let at = look.time(&["/timestamp"]);
    let mut news = News::of(chat, at);
    news.state = state;
    match event {
        "session:set_email" => {
            if !look.has("/data/email") {
                look.warn("/data/email", "expected the visitor's email, found none");
            }
            news.email = look.email(&["/data/email"]);
        }
        "session:sync:network" => {
            if !look.has("/data/network/ip") {
                look.warn("/data/network/ip", "expected the visitor's address, found none");
            }
            news.ip = look.ip(&["/data/network/ip"]);
        }
        "session:set_routing" => {
            // `null` is routed to nobody; without the field, nobody can know to whom.
            let operator = match look.has("/data/routing_id") {
                true => look.person("/data/routing_id"),
                false => look.missing_operator("/data/routing_id"),
            };
            news.attendance = vec![Attendance::All(Part::Assigned, operator.into_iter().collect())];
        }
        "session:set_participants" => {
            if !look.has("/data/participants") {
                look.warn("/data/participants", "expected those who take part, found none");
            }
            let participants = look.items("/data/participants");
            // The others are known by an email or a phone number: visitors who were added.
            let operators = participants.iter().filter(|one| look.is(&format!("{one}/type"), "operator"));
            let targets: Vec<String> = operators.map(|one| format!("{one}/target")).collect();
            let operators = targets.iter().filter_map(|target| look.person(target)).collect();
            news.attendance = vec![Attendance::All(Part::Participants, operators)];
        }
        // What the operator sends; what the visitor sends is `message:send`.
        "message:received" if look.get("/data/automated").and_then(|is| is.as_bool()) != Some(true) => {
            let writer = match look.told("/data/user/user_id") {
                Some(_) => look.person("/data/user/user_id"),
                None => look.missing_operator("/data/user/user_id"),
            };
            news.attendance.extend(writer.map(Attendance::OneMore));
        }
        _ => {}
    }
    if matches!(event, "message:send" | "message:received") {
        news.messages.extend(message(look, event));
    }
    news.into()
}

/// Notes among operators and files have other types than `text`. What the visitor sends is `message:send`.
fn message(look: &Look<'_>, event: &str) -> Option<Said> {
    if !look.is("/data/type", "text") {
        return None;
    }
    let automated = look.get("/data/automated").and_then(|is| is.as_bool()) == Some(true);
    let by = match event {
        "message:send" => Author::Visitor,
        _ if automated => look.author_bot("/data/user/user_id"),
        _ => look.author("/data/user/user_id"),
    };
    look.said_by("/data/user/nickname", look.said("/data/content", "/data/fingerprint", "/data/timestamp", by))
}
