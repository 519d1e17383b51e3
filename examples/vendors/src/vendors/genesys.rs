//! Genesys Cloud, detail events, <https://developer.genesys.cloud/notificationsalerts/notifications/available-topics>.
//!
//! The topics are from the documentation, the fields of an event from the vendor's own client
//! (github.com/MyPureCloud/platform-client-sdk-go, `Userstartdetaileventtopicuserstartevent`). An event comes as a
//! notification, or in the `detail` of a bus's envelope. Neither the visitor's email nor their address is ever told.

use super::Vendor;
use crate::facts::{Attendance, State};
use crate::look::{Look, beside};
use crate::news::{News, Tidings};

pub(super) const VENDOR: Vendor = Vendor::new("genesys", recognise, read);

const TOPIC: &str = "v2.detail.events.conversation.";

/// Where the topic and the event lie.
fn place(look: &Look<'_>) -> Option<&'static str> {
    let is_there = |at: &str| {
        look.event_name(&format!("{at}/topicName")).starts_with(TOPIC) && look.is_object(&format!("{at}/eventBody"))
    };
    ["", "/detail"].into_iter().find(|at| is_there(at))
}

fn recognise(look: &Look<'_>) -> bool {
    place(look).is_some()
}

fn read(look: &mut Look<'_>) -> Tidings {
    let at = place(look).unwrap_or_default();
    let topic = format!("{at}/topicName");
    let body = |name: &str| format!("{at}/eventBody/{name}");
    // Behind the conversation's id, which has no dot, stands what has happened.
    let event = look.event_name(&topic).strip_prefix(TOPIC).and_then(|rest| rest.split_once('.'));
    let event = event.map_or("", |(_, event)| event);
    let media = look.text(&body("mediaType")).unwrap_or_default().to_ascii_uppercase();
    if matches!(media.as_str(), "VOICE" | "CALLBACK" | "EMAIL" | "COBROWSE" | "VIDEO" | "SCREENSHARE") {
        return beside("another medium");
    }
    let state = match event {
        "customer.start" => State::Opens,
        "customer.end" => State::Ended,
        "user.start" | "user.end" | "acd.start" | "acd.end" | "flow.start" | "flow.end" | "contact" => State::Mentioned,
        "acw" | "wrapup" | "attributes" | "outbound" | "voicemail.start" | "voicemail.end" => {
            return beside("what is noted beside a conversation");
        }
        _ => return look.unknown_event(&topic),
    };
    let Some(chat) = look.chat(None, &[&body("conversationId")]) else { return Tidings::Lost };
    let time = look.time(&[&body("eventTime")]);
    let mut news = News::of(chat, time);
    news.state = state;
    let user = body("userId");
    match event {
        "user.start" => {
            let operator = if look.told(&user).is_some() { look.person(&user) } else { look.missing_operator(&user) };
            news.attendance.extend(operator.map(Attendance::OneMore));
        }
        "user.end" => {
            if look.told(&user).is_none() {
                look.warn(&user, "expected an operator's id, found none; whoever left still counts");
            }
            let operator = look.person(&user);
            news.attendance.extend(operator.map(Attendance::OneLess));
        }
        _ => {}
    }
    news.into()
}
