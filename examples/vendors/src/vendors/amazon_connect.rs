//! Amazon Connect, <https://docs.aws.amazon.com/connect/latest/adminguide/contact-events.html>.
//!
//! The shape is from the documentation: a contact event, in the `detail` of a bus's envelope or by itself. A transfer
//! makes a new contact, which is another chat. Neither the visitor's email nor their address is ever told.

use super::Vendor;
use crate::facts::{Attendance, Part, State};
use crate::look::{Look, beside};
use crate::news::{News, Tidings};

pub(super) const VENDOR: Vendor = Vendor::new("amazon-connect", recognise, read);

fn recognise(look: &Look<'_>) -> bool {
    let is_enveloped = look.is("/source", "aws.connect") && look.is_object("/detail");
    let is_bare = look.text("/eventType").is_some() && look.has("/contactId") && look.has("/instanceArn");
    is_enveloped || is_bare
}

fn read(look: &mut Look<'_>) -> Tidings {
    let at = if look.is_object("/detail") { "/detail" } else { "" };
    let field = |name: &str| format!("{at}/{name}");
    if look.has("/detail-type") && !look.is("/detail-type", "Amazon Connect Contact Event") {
        return beside("what is no contact event");
    }
    match look.text(&field("channel")) {
        Some(channel) if !channel.eq_ignore_ascii_case("CHAT") => return beside("another channel"),
        Some(_) => {}
        None => look.warn(&field("channel"), "expected the contact's channel, found none; taken for a chat"),
    }
    let event = look.event_name(&field("eventType"));
    let state = match event {
        "INITIATED" | "CONNECTED_TO_SYSTEM" | "QUEUED" | "CONNECTED_TO_AGENT" => State::Opens,
        "DISCONNECTED" | "COMPLETED" => State::EndedForGood,
        // What is noted of a contact that is over.
        "CONTACT_DATA_UPDATED" | "CHAT_DATA_UPDATED" if look.told(&field("disconnectTimestamp")).is_some() => {
            State::EndedForGood
        }
        "PAUSED" | "RESUMED" | "CONTACT_DATA_UPDATED" | "CHAT_DATA_UPDATED" => State::Mentioned,
        _ => return look.unknown_event(&field("eventType")),
    };
    let Some(chat) = look.chat(None, &[&field("contactId")]) else { return Tidings::Lost };
    let happened = ["disconnectTimestamp", "agentInfo/connectedToAgentTimestamp", "queueInfo/enqueueTimestamp",
        "connectedToSystemTimestamp", "initiationTimestamp"].map(field);
    let time = look.time(&["/time"]).or_else(|| {
        let pointers: Vec<&str> = happened.iter().map(String::as_str).collect();
        look.time(&pointers)
    });
    let mut news = News::of(chat, time);
    news.state = state;
    // Whoever has the contact is told with later events too.
    let agent = field("agentInfo/agentArn");
    if event == "CONNECTED_TO_AGENT" || look.told(&field("agentInfo")).is_some() {
        let operator = if look.told(&agent).is_some() { look.person(&agent) } else { look.missing_operator(&agent) };
        news.attendance = vec![Attendance::All(Part::Assigned, operator.into_iter().collect())];
    }
    news.into()
}
