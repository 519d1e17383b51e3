//! Ended chats, for those who attended or watched them: a list, and one of them, to be read only.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chat_monitor::{ChatId, OperatorId};
use minijinja::context;
use serde::Deserialize;
use serde_json::{Value, json};

use super::caller::Staff;
use super::problem::Problem;
use super::{App, Before};
use crate::aside;
use crate::denial::Denial;
use crate::looks::Look;
use crate::reader::with;
use crate::store::{Action, EndedChat, Part};

/// How many chats a page of the list has.
const CHATS: usize = 50;

/// The longest text that is searched for.
const LONGEST: usize = 300;

/// What is looked for. It comes in the body: a visitor's address would stay in the history and in logs otherwise.
#[derive(Debug, Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    search: String,
    /// The chat that the list goes on after, and when that ended.
    before: Option<(i64, String)>,
}

pub(super) async fn list_page(
    State(app): State<Arc<App>>,
    staff: Staff,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    aside::later().await;
    app.staff_page(&staff, &headers, ("ended_list.html", "/ended"), context! {}).await
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    staff: Staff,
    Json(Search { search, before }): Json<Search>,
) -> Result<Json<Value>, Problem> {
    if !app.operators.take(staff.operator.clone()) {
        return Err(Problem::TOO_MANY);
    }
    let (chats, more) = app.ended_chats(&staff.operator, search, before).await?;
    Ok(Json(json!({ "chats": chats, "more": more })))
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: Staff,
    headers: HeaderMap,
    Path(chat): Path<String>,
) -> Result<Response, Problem> {
    aside::later().await;
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    check(&app, &staff.operator, &chat).await?;
    let path = format!("/ended/{chat}");
    app.staff_page(&staff, &headers, ("ended.html", &path), context! { chat => chat.as_str() }).await
}

/// The last part of what was said, with who took part.
pub(super) async fn transcript(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(chat): Path<String>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(app.ended_transcript(staff.operator, &staff.token, &chat).await?))
}

/// An earlier part.
pub(super) async fn entries(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(chat): Path<String>,
    Query(Before { before, internal }): Query<Before>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(app.ended_entries(staff.operator, &staff.token, &chat, (before, internal)).await?))
}

impl App {
    /// The ended chats that an operator may read, and whether there are more after the last.
    pub(crate) async fn ended_chats(
        &self,
        operator: &OperatorId,
        search: String,
        before: Option<(i64, String)>,
    ) -> Result<(Vec<EndedChat>, bool), Problem> {
        if search.len() > LONGEST {
            return Err(Problem::BAD_VALUE);
        }
        aside::later().await;
        let operator = operator.clone();
        let reader = self.hub.read(move |office| Ok(office.reader_of(&operator))).await?;
        let read = self.readers.watchers.call(move |archive| {
            let before = before.as_ref().map(|(moment, chat)| (*moment, &**chat));
            archive.ended_chats(&reader, &search, before, CHATS + 1)
        });
        let mut chats = read.await?;
        let more = chats.len() > CHATS;
        chats.truncate(CHATS);
        Ok((chats, more))
    }

    /// The last part of what was said, with who took part. `looker` tells one who looks from another.
    pub(crate) async fn ended_transcript(
        &self,
        operator: OperatorId,
        looker: &[u8],
        chat: &str,
    ) -> Result<Value, Problem> {
        let (chat, ended) = open(self, &operator, looker, chat).await?;
        let last = ended.last;
        let read = self.readers.watchers.call(move |archive| {
            let part = archive.operator_part(&chat, &operator, last.saturating_add(1), Part::PAGE)?;
            Ok((archive.people_of(&chat, last)?, part))
        });
        let (people, part) = read.await?;
        Ok(with(json!({ "chat": ended, "people": people }), part))
    }

    pub(crate) async fn ended_entries(
        &self,
        operator: OperatorId,
        looker: &[u8],
        chat: &str,
        (before, internal): (i64, bool),
    ) -> Result<Value, Problem> {
        let (chat, ended) = open(self, &operator, looker, chat).await?;
        let before = if internal { before } else { before.min(ended.last.saturating_add(1)) };
        Ok(self.readers.watchers.operator_part(chat, operator, before, internal).await?)
    }
}

/// Checks that this chat may be read now, and writes down that it is.
async fn open(app: &App, operator: &OperatorId, looker: &[u8], chat: &str) -> Result<(ChatId, EndedChat), Problem> {
    aside::later().await;
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let ended = check(app, operator, &chat).await?;
    let look: Arc<Look> = Arc::new(app.looks.begin(looker, &chat));
    let (operator, id) = (operator.clone(), chat.clone());
    app.hub.record(move |office| office.note_ended_opened(&operator, &id, &look)).await?;
    Ok((chat, ended))
}

/// Asked each time: roles change.
async fn check(app: &App, operator: &OperatorId, chat: &ChatId) -> Result<EndedChat, Problem> {
    let (who, id) = (operator.clone(), chat.clone());
    let reader = app.hub.read(move |office| Ok(office.reader_of(&who))).await?;
    let found = app.readers.watchers.call(move |archive| archive.ended_chat(&reader, &id)).await?;
    if let Some(ended) = found {
        return Ok(ended);
    }
    // One that is not there and one that is not theirs are the same, here and in the audit.
    let (operator, id) = (operator.clone(), chat.clone());
    let refused = app.hub.record(move |office| {
        Err::<EndedChat, _>(office.refused(&operator, Action::OpenedEnded, Some(&id), Denial::NoSuchChat))
    });
    Ok(refused.await?)
}
