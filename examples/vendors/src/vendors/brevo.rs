//! Brevo Conversations, <https://developers.brevo.com/docs/conversations-webhooks>.
//!
//! The events, messages and agents are from the documentation; in which of the visitor's objects the email lies is
//! inferred, so each of them is looked at.
//!
//! A conversation is the visitor's for ever: its transcript ends it, and another start opens it again. Who writes in it
//! attends it.

use super::Vendor;
use crate::facts::{Attendance, Part, State};
use crate::look::Look;
use crate::message::{Author, Said};
use crate::news::{News, Tidings};

pub(super) const VENDOR: Vendor = Vendor::new("brevo", recognise, read);

fn recognise(look: &Look<'_>) -> bool {
    look.text("/eventName").is_some_and(|event| event.starts_with("conversation"))
        && (look.has("/conversationId") || (look.has("/visitor") && look.has("/messages")))
}

fn read(look: &mut Look<'_>) -> Tidings {
    let state = match look.event_name("/eventName") {
        "conversationStarted" => State::Opens,
        "conversationFragment" => State::Mentioned,
        "conversationTranscript" => State::Ended,
        _ => return look.unknown_event("/eventName"),
    };
    let Some(chat) = look.chat(None, &["/conversationId"]) else { return Tidings::Lost };
    let messages = look.items("/messages");
    let times: Vec<String> = messages.iter().map(|message| format!("{message}/createdAt")).collect();
    let mut pointers: Vec<&str> = times.iter().map(String::as_str).collect();
    pointers.push("/message/createdAt");
    let at = look.time(&pointers);
    let mut news = News::of(chat, at);
    news.state = state;
    let mut agents: Vec<String> = look.items("/agents").iter().map(|agent| format!("{agent}/id")).collect();
    if look.told("/agent").is_some() {
        agents.push("/agent/id".into());
    }
    let mut nobody_knows = None;
    agents.retain(|id| look.told(id).is_some() || { look.missing_operator(id).is_none() });
    for message in messages.iter().map(String::as_str).chain(["/message"]) {
        let writer = format!("{message}/agentId");
        if !look.is(&format!("{message}/type"), "agent") {
            continue;
        }
        match look.key(&writer) {
            Some(_) => agents.push(writer),
            None if agents.is_empty() => nobody_knows = nobody_knows.or_else(|| look.missing_operator(&writer)),
            None => {}
        }
    }
    let mut writers: Vec<_> = agents.iter().filter_map(|id| look.person(id)).chain(nobody_knows).collect();
    writers.sort();
    writers.dedup();
    news.attendance = if state == State::Opens {
        vec![Attendance::All(Part::Assigned, writers)]
    } else {
        writers.into_iter().map(Attendance::OneMore).collect()
    };
    if look.visitor("/visitor") {
        let emails = [
            "/visitor/email", "/visitor/contactAttributes/EMAIL", "/visitor/attributes/EMAIL",
            "/visitor/integrationAttributes/EMAIL", "/visitor/formattedAttributes/EMAIL",
        ];
        news.email = look.email(&emails);
        news.ip = look.ip(&["/visitor/ip"]);
    }
    let all = messages.iter().map(String::as_str).chain(["/message"]);
    news.messages = all.filter_map(|at| message(look, at)).collect();
    news.into()
}

fn message(look: &Look<'_>, at: &str) -> Option<Said> {
    let field = |name: &str| format!("{at}/{name}");
    let agent = field("agentId");
    let by = match look.text(&field("type"))? {
        "visitor" => Author::Visitor,
        "agent" => look.author(&agent),
        _ => return None,
    };
    look.said_by(&field("agentName"), look.said(&field("text"), &field("id"), &field("createdAt"), by))
}
