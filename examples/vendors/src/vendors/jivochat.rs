//! JivoChat, <https://www.jivochat.com/docs/webhooks/>.
//!
//! The events are from the documentation. Ids are text in some events and numbers in others. Who has accepted a chat
//! has it alone.
//!
//! No body says when it was: who attends is as it was told last, and `null` takes away nothing that another body told.
//! A chat ends once.

use super::Vendor;
use crate::facts::{Attendance, Part, State, Told};
use crate::look::{Look, beside};
use crate::message::{Author, Said};
use crate::news::{News, Tidings};

pub(super) const VENDOR: Vendor = Vendor::new("jivochat", recognise, read);

fn recognise(look: &Look<'_>) -> bool {
    let beside = ["/widget_id", "/visitor", "/agent", "/agents", "/session", "/chat_id", "/offline_message_id"];
    look.text("/event_name").is_some() && beside.iter().filter(|pointer| look.has(pointer)).count() >= 2
}

fn read(look: &mut Look<'_>) -> Tidings {
    let event = look.event_name("/event_name");
    let state = match event {
        "chat_accepted" | "chat_assigned" | "chat_updated" => State::Mentioned,
        "chat_finished" => State::EndedForGood,
        // Calls have a `chat_id` too.
        "offline_message" | "call_event" | "client_updated" => return beside(event),
        _ => return look.unknown_event("/event_name"),
    };
    let widget = look.account(&["/widget_id"]);
    let Some(chat) = look.chat(widget.as_deref(), &["/chat_id"]) else { return Tidings::Lost };
    let mut news = News::of(chat, None);
    news.state = state;
    let agents = look.items("/agents");
    let at: Vec<String> = if agents.is_empty() && look.told("/agent").is_some() { vec!["/agent".into()] } else { agents };
    let operators = at.iter().filter_map(|agent| {
        let id = format!("{agent}/id");
        if look.told(&id).is_some() { look.person(&id) } else { look.missing_operator(&id) }
    });
    let operators: Vec<_> = operators.collect();
    if operators.is_empty() && event == "chat_accepted" {
        let somebody = look.missing_operator("/agent/id");
        news.attendance.extend(somebody.map(Attendance::OneMore));
    } else if !operators.is_empty() {
        news.attendance = vec![Attendance::All(Part::Assigned, operators)];
    }
    let messages = look.items("/chat/messages");
    news.messages = messages.iter().filter_map(|at| message(look, at)).collect();
    if look.visitor("/visitor") {
        if !look.has("/visitor/email") {
            look.warn("/visitor/email", "expected the visitor's email, found none");
        }
        news.email = if look.told("/visitor/email").is_some() { look.email(&["/visitor/email"]) } else { Told::Untold };
        news.ip = if look.told("/session/ip_addr").is_some() { look.ip(&["/session/ip_addr"]) } else { Told::Untold };
    }
    news.into()
}

/// Only the end of a chat tells what was said in it.
fn message(look: &Look<'_>, at: &str) -> Option<Said> {
    let field = |name: &str| format!("{at}/{name}");
    let by = match look.text(&field("type"))? {
        "visitor" => Author::Visitor,
        "agent" => look.author(&field("agent_id")),
        _ => return None,
    };
    look.said(&field("message"), &field("id"), &field("timestamp"), by)
}
