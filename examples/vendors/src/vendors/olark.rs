//! Olark, <https://www.olark.com/help/webhooks/>.
//!
//! The shape is from the documentation: a transcript, sent when the chat is over, as JSON or in a form's field `data`.
//! A chat that is over is never started, so there is nothing to watch.

use super::Vendor;
use crate::facts::{Attendance, Part, State};
use crate::look::Look;
use crate::news::{News, Tidings};

pub(super) const VENDOR: Vendor = Vendor::new("olark", recognise, read);

fn recognise(look: &Look<'_>) -> bool {
    let beside = ["/items", "/visitor", "/operators", "/groups", "/tags"];
    matches!(look.text("/kind"), Some("Conversation" | "conversation"))
        && beside.iter().filter(|pointer| look.has(pointer)).count() >= 2
}

fn read(look: &mut Look<'_>) -> Tidings {
    let Some(chat) = look.chat(None, &["/id"]) else { return Tidings::Lost };
    let times: Vec<String> = look.items("/items").iter().map(|item| format!("{item}/timestamp")).collect();
    let times: Vec<&str> = times.iter().map(String::as_str).collect();
    let at = look.time(&times);
    let mut news = News::of(chat, at);
    news.state = State::EndedForGood;
    // The ids are the names of the fields.
    let ids: Vec<String> =
        look.get("/operators").and_then(|all| all.as_object()).into_iter().flat_map(|all| all.keys().cloned()).collect();
    if !look.is_object("/operators") {
        look.warn("/operators", "expected those who attended, found none");
    }
    let operators = ids.iter().filter_map(|id| look.person_named("/operators", id)).collect();
    news.attendance = vec![Attendance::All(Part::Assigned, operators)];
    if look.visitor("/visitor") {
        news.ip = look.ip(&["/visitor/ip"]);
        news.email = look.email(&["/visitor/emailAddress"]);
    }
    news.into()
}
