//! Zoho SalesIQ, <https://www.zoho.com/salesiq/help/webhook-events-conversation.html>.
//!
//! The envelope and the entities of `attender.updated`, `completed`, `missed` and the replies are as a client of the
//! vendor's reads them (github.com/botpress/growth, `WebhookBaseSchema`); the names of the events are from the
//! documentation. Where `participants` and an address lie is inferred: from the lists that the other entities have, and
//! from the documented conditions of workflows, which name an IP address. So is `end_time`, by which a late body says that
//! its conversation is over.
//!
//! Supervisors are those who watch by the vendor's own means. They do not attend, as watchers do not here.

use chat_monitor::OperatorId;
use serde_json::Value;

use super::Vendor;
use crate::facts::{Attendance, Part, State};
use crate::look::{Look, beside};
use crate::news::{News, Tidings};

pub(super) const VENDOR: Vendor = Vendor::new("zoho", recognise, read);

fn recognise(look: &Look<'_>) -> bool {
    let envelope = ["/entity_type", "/entity_id", "/org_id", "/app_id", "/webhook/id", "/event_time"];
    let is_dotted = look.text("/event").is_some_and(|event| event.contains('.'));
    is_dotted && look.is_object("/entity") && envelope.iter().filter(|pointer| look.has(pointer)).count() >= 3
}

fn read(look: &mut Look<'_>) -> Tidings {
    let Some(event) = look.event_name("/event").strip_prefix("conversation.") else {
        return beside("no `conversation` event");
    };
    // Whether it is the news who attends; and whether the visitor is always in it.
    let (state, is_of_operators) = match event {
        "created" | "reopened" => (State::Opens, false),
        "attender.updated" | "transfer.accepted" => (State::Opens, true),
        "participants.added" | "participants.deleted" => (State::Mentioned, true),
        // A missed chat was never attended, and nobody can attend it any more.
        "missed" | "completed" => (State::Ended, false),
        "rated" | "metrics" => return beside(event),
        "operator.replied" | "visitor.replied" | "transfer.initiated" | "transfer.rejected" | "supervisor.added"
        | "message.edited" | "message.deleted" => (State::Mentioned, false),
        _ => return look.unknown_event("/event"),
    };
    let org = look.account(&["/org_id"]);
    let Some(chat) = look.chat(org.as_deref(), &["/entity_id", "/entity/id"]) else { return Tidings::Lost };
    let at = look.time(&["/event_time"]);
    let mut news = News::of(chat, at);
    // What is said of a conversation after its end. A reopened one may still say when it had ended.
    let is_over = look.told("/entity/end_time").is_some() && !matches!(event, "reopened");
    news.state = if is_over { State::Ended } else { state };
    news.attendance = attendance(look, is_of_operators);
    if look.visitor("/entity/visitor") {
        news.email = look.email(&["/entity/visitor/email_id", "/entity/visitor/email"]);
        news.ip = look.ip(&["/entity/visitor/ip", "/entity/visitor/ip_address"]);
        if !look.has("/entity/visitor/email_id") && !look.has("/entity/visitor/email") {
            look.warn("/entity/visitor/email_id", "expected the visitor's email, found none");
        }
    }
    news.into()
}

/// The owner has the chat, and so has whoever attends it, if that is said apart; participants attend it besides. Each
/// of the two lists is whole where it is told.
fn attendance(look: &mut Look<'_>, is_of_operators: bool) -> Vec<Attendance> {
    let mut attendance = Vec::new();
    let assigned = ["/entity/owner", "/entity/attender"].map(|at| (at, look.has(at)));
    if assigned.iter().any(|(_, is_there)| *is_there) {
        let operators = assigned.iter().filter_map(|(at, _)| someone(look, at)).collect();
        attendance.push(Attendance::All(Part::Assigned, operators));
    }
    if look.has("/entity/participants") {
        let participants = look.items("/entity/participants");
        let participants = participants.iter().filter_map(|one| someone(look, one)).collect();
        attendance.push(Attendance::All(Part::Participants, participants));
    }
    if attendance.is_empty() && is_of_operators {
        let somebody = look.missing_operator("/entity/owner/id");
        attendance.extend(somebody.map(Attendance::OneMore));
    }
    attendance
}

/// Whoever has the type of a person attends as one; of any other type, as a bot; without an id, as nobody knows who.
fn someone(look: &mut Look<'_>, at: &str) -> Option<OperatorId> {
    look.told(at)?;
    let id = format!("{at}/id");
    if look.told(&id).is_none() {
        return look.missing_operator(&id);
    }
    let is_bot = look.get(&format!("{at}/is_bot")).and_then(Value::as_bool) == Some(true);
    match look.text(&format!("{at}/type")) {
        Some("operator") | None if !is_bot => look.person(&id),
        _ => look.bot(&id),
    }
}
