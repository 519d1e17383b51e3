//! LiveChat, <https://platform.text.com/docs/management/webhooks/>, in its versions 2 to 3.
//!
//! The shapes are from the documentation and the vendor's own client (github.com/livechat/lc-sdk-go).
//!
//! A chat there lasts for ever and has one thread after the other; a thread is what is a chat here, and it ends once.
//! Most bodies do not say when it was: who attends is then as it was told last.

use chat_monitor::OperatorId;

use super::Vendor;
use crate::facts::{Attendance, Part, State};
use crate::look::{Look, beside};
use crate::message::{Author, Said};
use crate::news::{News, Tidings};
use crate::time::Time;

pub(super) const VENDOR: Vendor = Vendor::new("livechat", recognise, read);

fn recognise(look: &Look<'_>) -> bool {
    let beside = ["/webhook_id", "/secret_key", "/license_id", "/organization_id", "/additional_data"];
    look.text("/action").is_some()
        && look.is_object("/payload")
        && beside.iter().filter(|pointer| look.has(pointer)).count() >= 2
}

fn read(look: &mut Look<'_>) -> Tidings {
    let action = look.event_name("/action");
    match action {
        "incoming_chat" => return incoming(look),
        "chat_deactivated" | "chat_user_added" | "user_added_to_chat" | "chat_user_removed"
        | "user_removed_from_chat" | "incoming_event" => {}
        // Who attends after a transfer is told by those who are added and removed.
        "chat_transferred" | "event_updated" | "incoming_rich_message_postback" | "chat_properties_updated"
        | "chat_properties_deleted" | "thread_properties_updated" | "thread_properties_deleted"
        | "event_properties_updated" | "event_properties_deleted" | "thread_tagged" | "thread_untagged"
        | "chat_thread_tagged" | "chat_thread_untagged" | "access_granted" | "access_revoked" | "access_set"
        | "chat_access_granted" | "chat_access_revoked" | "chat_access_updated" | "events_marked_as_seen"
        | "routing_status_set" | "agent_status_changed" | "agent_created" | "agent_updated" | "agent_deleted"
        | "agent_suspended" | "agent_unsuspended" | "agent_approved" | "customer_created" | "incoming_customer"
        | "customer_updated" | "customer_session_fields_updated" | "customer_banned" | "event_deleted" => {
            return beside(action);
        }
        _ => return look.unknown_event("/action"),
    }
    let chat = look.key("/payload/chat_id").or_else(|| look.key("/payload/chat/id"));
    if chat.is_none() {
        look.warn("/payload/chat_id", "expected the chat's id, found none; nobody can know whose news this is");
        return Tidings::Lost;
    }
    let Some(thread) = look.chat(chat.as_deref(), &["/payload/thread_id"]) else { return Tidings::Lost };
    let mut news = News::of(thread, None);
    match action {
        "chat_deactivated" => news.state = State::EndedForGood,
        // The names before version 3 of the API and since.
        "chat_user_added" | "user_added_to_chat" if look.is_object("/payload/user") => {
            let operator = user(look, "/payload/user", &mut news);
            news.attendance.extend(operator.map(Attendance::OneMore));
        }
        "chat_user_added" | "user_added_to_chat" => {
            let somebody = look.missing_operator("/payload/user/id");
            news.attendance.extend(somebody.map(Attendance::OneMore));
        }
        "chat_user_removed" | "user_removed_from_chat" if !look.is("/payload/user_type", "customer") => {
            if look.told("/payload/user_id").is_none() {
                look.warn("/payload/user_id", "expected an operator's id, found none; whoever left still counts");
            }
            let operator = look.person("/payload/user_id");
            news.attendance.extend(operator.map(Attendance::OneLess));
        }
        "incoming_event" => news.messages.extend(message(look, "/payload/event")),
        _ => {}
    }
    news.into()
}

/// What is for agents alone is no message of the chat. Agents are known by their email, customers by a number.
fn message(look: &Look<'_>, at: &str) -> Option<Said> {
    let field = |name: &str| format!("{at}/{name}");
    if !look.is(&field("type"), "message") || look.is(&field("recipients"), "agents") || look.is(&field("visibility"), "agents") {
        return None;
    }
    let author = field("author_id");
    let is_agent = look.text(&author).is_some_and(|author| author.contains('@'));
    let by = if is_agent { look.author(&author) } else { Author::Visitor };
    look.said(&field("text"), &field("id"), &field("created_at"), by)
}

fn incoming(look: &mut Look<'_>) -> Tidings {
    let chat = look.key("/payload/chat/id");
    if chat.is_none() {
        look.warn("/payload/chat/id", "expected the chat's id, found none; nobody can know whose news this is");
        return Tidings::Lost;
    }
    let Some(thread) = look.chat(chat.as_deref(), &["/payload/chat/thread/id"]) else { return Tidings::Lost };
    // Whoever is added or removed, and whatever else is told without a time, was so later than the beginning.
    let mut news = News::of(thread, Some(Time::EARLIEST));
    news.state = if look.is_false("/payload/chat/thread/active") { State::EndedForGood } else { State::Mentioned };
    let users = look.items("/payload/chat/users");
    match users.iter().filter(|user| look.is(&format!("{user}/type"), "customer")).count() {
        1 => {}
        0 => look.warn("/payload/chat/users", "expected the visitor among them, found none"),
        _ => look.warn("/payload/chat/users", "expected one visitor among them, found more; the last was taken"),
    }
    let operators = users.iter().filter_map(|one| user(look, one, &mut news)).collect();
    news.attendance = vec![Attendance::All(Part::Assigned, operators)];
    let events = look.items("/payload/chat/thread/events");
    news.messages = events.iter().filter_map(|event| message(look, event)).collect();
    news.into()
}

/// An agent is an operator, a customer is the visitor.
fn user(look: &mut Look<'_>, at: &str, news: &mut News) -> Option<OperatorId> {
    let id = format!("{at}/id");
    match look.text(&format!("{at}/type")) {
        // Agents may have left the chat, or supervise it unseen by LiveChat's own means: those do not attend it.
        Some("agent") if look.is_false(&format!("{at}/present")) => None,
        Some("agent") if look.is(&format!("{at}/visibility"), "agents") => None,
        Some("agent") if look.told(&id).is_none() => look.missing_operator(&id),
        Some("agent") => look.person(&id),
        Some("customer") => {
            news.ip = look.ip(&[&format!("{at}/last_visit/ip")]);
            news.email = look.email(&[&format!("{at}/email")]);
            None
        }
        _ => {
            look.warn(&format!("{at}/type"), "expected `agent` or `customer`; nobody may watch the chat");
            look.somebody("unreadable")
        }
    }
}
