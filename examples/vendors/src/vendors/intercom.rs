//! Intercom, <https://developers.intercom.com/docs/references/webhooks/webhook-models>.
//!
//! Two shapes of a conversation, both from the documentation: that of API version 1, with `user` and `assignee`, and
//! that of the versions 2, with `source.author`, `contacts` and `admin_assignee_id`. A team is nobody yet.

use chat_monitor::{Email, OperatorId};

use super::Vendor;
use crate::facts::{Attendance, Part, State, Told};
use crate::look::{Look, beside};
use crate::message::{Author, Said, plain};
use crate::news::{News, Tidings};

pub(super) const VENDOR: Vendor = Vendor::new("intercom", recognise, read);

const ITEM: &str = "/data/item";

fn recognise(look: &Look<'_>) -> bool {
    look.is("/type", "notification_event") && look.text("/topic").is_some() && look.is_object("/data")
}

fn read(look: &mut Look<'_>) -> Tidings {
    let topic = look.event_name("/topic");
    // A part has an id of its own, which is no conversation's: `conversation_part.…` tells of tags and what was redacted.
    if !topic.starts_with("conversation.") || look.is("/data/item/type", "conversation_part") {
        return beside("a topic other than `conversation`");
    }
    let Some(chat) = look.chat(None, &["/data/item/id", "/data/item/conversation_id"]) else { return Tidings::Lost };
    let at = look.time(&["/created_at"]).or_else(|| look.time(&["/data/item/updated_at"]));
    let mut news = News::of(chat, at);
    let is_closed = look.is("/data/item/state", "closed") || look.is_false("/data/item/open");
    news.state = match topic.rsplit('.').next() {
        Some("closed" | "deleted") => State::Ended,
        _ if is_closed => State::Ended,
        Some("created" | "opened" | "assigned" | "replied" | "unsnoozed") => State::Opens,
        _ => State::Mentioned,
    };
    // What is deleted is told by its id alone.
    if topic.ends_with(".deleted") {
        return news.into();
    }
    news.attendance = assignee(look);
    news.email = email(look);
    let parts = ["/data/item/conversation_parts/conversation_parts", "/data/item/conversation_parts"];
    let parts = parts.into_iter().flat_map(|at| look.items(at));
    let parts: Vec<_> = parts.filter(|part| look.is(&format!("{part}/part_type"), "comment")).collect();
    let first = ["/data/item/source", "/data/item/conversation_message"].map(str::to_owned);
    news.messages = first.iter().chain(&parts).filter_map(|at| message(look, at)).collect();
    news.into()
}

/// The message that a conversation began with, or a part of it that is a comment: other parts are notes and the like.
fn message(look: &Look<'_>, at: &str) -> Option<Said> {
    let field = |name: &str| format!("{at}/{name}");
    let author = field("author/id");
    let by = match look.text(&field("author/type"))? {
        "admin" => look.author(&author),
        "user" | "lead" | "contact" => Author::Visitor,
        _ => look.author_bot(&author),
    };
    let said = look.said(&field("body"), &field("id"), &field("created_at"), by)?;
    let text = plain(&said.text);
    look.said_by(&field("author/name"), (!text.is_empty()).then_some(Said { text, ..said }))
}

fn assignee(look: &mut Look<'_>) -> Vec<Attendance> {
    let all = |operator: Option<OperatorId>| vec![Attendance::All(Part::Assigned, operator.into_iter().collect())];
    if look.has("/data/item/admin_assignee_id") {
        let id = "/data/item/admin_assignee_id";
        let is_nobody = look.key(id).is_some_and(|id| id == "0");
        return all(if is_nobody { None } else { look.person(id) });
    }
    if !look.has("/data/item/assignee") {
        let somebody = look.missing_operator("/data/item/admin_assignee_id");
        return somebody.map(Attendance::OneMore).into_iter().collect();
    }
    let id = "/data/item/assignee/id";
    match look.text("/data/item/assignee/type") {
        _ if look.told("/data/item/assignee").is_none() => all(None),
        Some("team" | "nobody_admin" | "nobody") => all(None),
        Some("admin") if look.told(id).is_some() => all(look.person(id)),
        Some(_) if look.told(id).is_some() => all(look.bot(id)),
        _ => all(look.missing_operator(id)),
    }
}

/// The visitor is the user (1), or the author of the first message unless staff wrote it, or among the contacts (2).
fn email(look: &mut Look<'_>) -> Told<Email> {
    let author_is_visitor = matches!(look.text("/data/item/source/author/type"), Some("user" | "lead" | "contact"));
    let contacts = look.items("/data/item/contacts/contacts");
    let contacts: Vec<String> = contacts.iter().map(|contact| format!("{contact}/email")).collect();
    let mut pointers = vec!["/data/item/user/email"];
    if author_is_visitor {
        pointers.push("/data/item/source/author/email");
    }
    pointers.extend(contacts.iter().map(String::as_str));
    if !look.is_object("/data/item/user") && !author_is_visitor && contacts.is_empty() {
        look.warn("/data/item/source/author", "expected the visitor here, in contacts or in user, found none");
    } else if (look.is_object("/data/item/user") || author_is_visitor) && !pointers.iter().any(|at| look.has(at)) {
        let at = if author_is_visitor { "source/author" } else { "user" };
        look.warn(&format!("{ITEM}/{at}/email"), "expected the visitor's email, found none");
    }
    look.email(&pointers)
}
