//! The audit page, for administrators.

mod export;
mod filter;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chat_monitor::ChatId;
use minijinja::context;
use serde::Serialize;

use super::App;
use super::caller::Staff;
use super::pages::Language;
use super::problem::Problem;
use crate::denial::Denial;
use crate::office::Office;
use crate::store::{Action, AuditLine, Show};
pub(super) use export::{csv, json_lines};
use filter::{Asked, Wanted};
use words::{Known, Worded, Words};

/// How many lines a page has.
const LINES: usize = 100;

/// Of how many chats the office is asked at a time where they lead to.
const CHATS: usize = 20;

/// A line with where its parts lead to.
#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    words: Worded,
    /// The page of the chat, where there is one that this reader may open.
    to_chat: Option<String>,
    of_chat: String,
    rules_to: Vec<RuleLink>,
}

#[derive(Debug, Serialize)]
struct RuleLink {
    text: String,
    id: String,
    to: Option<String>,
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: Staff,
    headers: HeaderMap,
    asked: Query<Asked>,
) -> Result<Response, Problem> {
    let operator = staff.operator.clone();
    let look = move |office: &mut Office| Known::read(office, &operator);
    let known = app.look(&staff.operator, Action::OpenedAudit, None, look).await?;
    let Wanted { filter, cursor, zone, query } = asked.0.read()?;
    let wanted = filter.clone();
    let found = app.readers.watchers.call(move |archive| archive.audit_page(&wanted, cursor, LINES)).await?;
    let chats = pages_of_chats(&app, &staff, &found.lines).await?;
    let (newest, oldest) = (found.lines.first().map(|line| line.id), found.lines.last().map(|line| line.id));
    let words = Words { language: Language::of(&headers), zone: &zone, known: &known };
    let lines: Vec<_> = found.lines.iter().map(|line| show(line, &words, &query, &chats)).collect();
    let acts: Vec<_> = Action::ALL.iter().map(|action| (action.as_str(), words.action(action.as_str()))).collect();
    let more = context! {
        lines,
        newer => newest.filter(|_| found.newer).map(|id| query.with("after", &id.to_string())),
        older => oldest.filter(|_| found.older).map(|id| query.with("before", &id.to_string())),
        newest => (cursor != crate::store::Cursor::Newest).then(|| query.to_string()),
        hash => found.hash.to_string(),
        asked => asked.0,
        plain => query.is_empty(),
        csv => query.at("/audit/export.csv"),
        json_lines => query.at("/audit/export.jsonl"),
        views => [Show::People, Show::Refused, Show::Everything].map(|show| (show.as_str(), query.with_view(show), show == filter.show)),
        acts,
        everybody => known.everybody.iter().map(|(id, name)| (id.as_str(), name)).collect::<Vec<_>>(),
        zone => zone.name,
    };
    app.staff_page(&staff, &headers, ("audit.html", &query.to_string()), more).await
}

/// Where the chats of these lines can be opened by this reader.
async fn pages_of_chats(app: &App, staff: &Staff, lines: &[AuditLine]) -> Result<BTreeMap<String, String>, Denial> {
    let named = lines.iter().filter_map(|line| line.chat.as_deref()?.parse().ok());
    let mut chats: Vec<ChatId> = named.collect();
    chats.sort();
    chats.dedup();
    let mut pages = BTreeMap::new();
    for some in chats.chunks(CHATS) {
        let (operator, some) = (staff.operator.clone(), some.to_vec());
        let own = app.hub.read(move |office| Ok(office.standing_in(&operator, &some))).await?;
        pages.extend(own.into_iter().map(|chat| (chat.to_string(), format!("/monitored/{chat}"))));
    }
    let operator = staff.operator.clone();
    let reader = app.hub.read(move |office| Ok(office.reader_of(&operator))).await?;
    let ended = app.readers.watchers.call(move |archive| {
        let readable = chats.into_iter().map(|chat| Ok((archive.ended_chat(&reader, &chat)?.is_some(), chat)));
        readable.collect::<Result<Vec<_>, _>>()
    });
    let readable = ended.await?.into_iter().filter(|(readable, _)| *readable);
    pages.extend(readable.map(|(_, chat)| (chat.to_string(), format!("/ended/{chat}"))));
    Ok(pages)
}

fn show(line: &AuditLine, words: &Words<'_>, query: &filter::Link, chats: &BTreeMap<String, String>) -> Shown {
    let chat = line.chat.as_deref().unwrap_or_default();
    let rules = words.rules(line).into_iter().map(|(id, text)| RuleLink {
        to: (!id.is_empty()).then(|| query.only("rule", &id)),
        id,
        text,
    });
    Shown {
        to_chat: chats.get(chat).cloned(),
        of_chat: query.only("chat", chat),
        rules_to: rules.collect(),
        words: words.line(line),
    }
}
