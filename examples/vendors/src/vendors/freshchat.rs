//! Freshchat, <https://crmsupport.freshworks.com/support/solutions/articles/50000004461>.
//!
//! The shape is from the documentation, as github.com/api-evangelist/freshchat (`freshchat-asyncapi.yml`) quotes it.
//! Neither the visitor's email nor their address is ever told.

use super::Vendor;
use crate::facts::{Attendance, Part, State};
use crate::look::Look;
use crate::message::{Author, Said};
use crate::news::{News, Tidings};

pub(super) const VENDOR: Vendor = Vendor::new("freshchat", recognise, read);

fn recognise(look: &Look<'_>) -> bool {
    look.text("/action").is_some() && look.has("/actor/actor_type") && look.has("/action_time") && look.has("/data")
}

fn read(look: &mut Look<'_>) -> Tidings {
    let (state, at) = match look.event_name("/action") {
        "message_create" => (State::Mentioned, "/data/message"),
        "conversation_assignment" => (State::Opens, "/data/assignment"),
        "conversation_resolution" => (State::Ended, "/data/resolve"),
        "conversation_reopen" => (State::Opens, "/data/reopen"),
        _ => return look.unknown_event("/action"),
    };
    let conversation = format!("{at}/conversation");
    let ids = [format!("{conversation}/conversation_id"), format!("{at}/conversation_id")];
    let ids = if at == "/data/message" { [&*ids[1], &*ids[0]] } else { [&*ids[0], &*ids[1]] };
    let Some(chat) = look.chat(None, &ids) else { return Tidings::Lost };
    let time = look.time(&["/action_time"]);
    let mut news = News::of(chat, time);
    news.state = if look.is(&format!("{conversation}/status"), "resolved") { State::Ended } else { state };
    if at == "/data/message" {
        news.messages.extend(message(look));
    }
    let assigned = [format!("{at}/to_agent_id"), format!("{conversation}/assigned_agent_id")];
    // The new agent counts first, even where it is nobody: the conversation may be as it was before.
    let assigned = if look.has(&assigned[0]) { [assigned[0].clone(), assigned[0].clone()] } else { assigned };
    // Empty is assigned to nobody: to a group, or back to all. Without the fields, nobody can know to whom.
    let operator = match look.first(&[&*assigned[0], &*assigned[1]]) {
        Some(pointer) => look.person(pointer),
        None if at != "/data/assignment" => return news.into(),
        None if assigned.iter().any(|pointer| look.has(pointer)) => None,
        None => look.missing_operator(&assigned[0]),
    };
    news.attendance = vec![Attendance::All(Part::Assigned, operator.into_iter().collect())];
    news.into()
}

/// The first part that has a text. A private message is a note among agents.
fn message(look: &Look<'_>) -> Option<Said> {
    if look.is("/data/message/message_type", "private") {
        return None;
    }
    let by = match look.text("/data/message/actor_type")? {
        "user" => Author::Visitor,
        "agent" => look.author("/data/message/actor_id"),
        _ => look.author_bot("/data/message/actor_id"),
    };
    let parts = look.items("/data/message/message_parts");
    let text = parts.iter().map(|part| format!("{part}/text/content")).find(|text| look.told(text).is_some())?;
    look.said(&text, "/data/message/id", "/data/message/created_time", by)
}
