//! Monitored chats, as the account's pages have them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use chat_monitor::{ChatId, OperatorId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::caller::ByKey;
use super::forms::{Refused, check_length, json_text};
use crate::aside;
use crate::entry::{ForOperator, InternalEntry, Moment};
use crate::line::Written;
use crate::office::Office;
use crate::reader::Opening;
use crate::said::Said;
use crate::store::Action;
use crate::view::{People, RuleText, VisitorCard};
use crate::web::{App, Problem};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Advice {
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
}

/// The list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Monitored {
    #[schema(pattern = "^snapshot$")]
    r#type: String,
    chats: Vec<Written<'static>>,
}

/// A chat that is watched, or was joined.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Opened {
    #[schema(pattern = "^snapshot$")]
    r#type: String,
    joined: bool,
    /// Those by which it is watched.
    rules: Vec<RuleText>,
    /// Since when an operator asks for help.
    hand: Option<Moment>,
    chat: OpenedChat,
}

/// A chat with the last part of what was said in it.
#[derive(Debug, Serialize, ToSchema)]
struct OpenedChat {
    chat: String,
    visitor: VisitorCard<'static>,
    people: People<'static>,
    entries: Vec<ForOperator<'static>>,
    /// Whether there are earlier ones.
    more: bool,
    /// Of the internal channel, as far as it was brought to this account.
    internal: Vec<InternalEntry>,
    internal_more: bool,
}

/// A part of what was said, in one of the channels.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Entries {
    entries: Vec<EntryForm>,
    /// Whether there are earlier ones.
    more: bool,
}

/// An entry of the public channel or of the internal one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the document alone has it: entries go out as they are read")]
enum EntryForm {
    Public(ForOperator<'static>),
    Internal(InternalEntry),
}

/// Which earlier part of a chat.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Before {
    /// The number of the first entry that is known.
    pub(super) before: i64,
    /// Of the internal channel, as far as it was brought to this account.
    #[serde(default)]
    pub(super) internal: bool,
}

/// Lists the chats that the account watches now, with the rules by which it does.
#[utoipa::path(get, path = "/api/v1/monitored", tag = "monitored", responses((status = 200, body = Monitored), Refused))]
pub(super) async fn list(State(app): State<Arc<App>>, by: ByKey) -> Result<Response, Problem> {
    aside::later().await;
    let (_, snapshot) = app.watched(&by.operator).await?;
    Ok(json_text(snapshot.as_str().to_owned()))
}

/// Opens a chat that the account watches or has joined: its people, its visitor, and the last of what was said. The audit
/// has this before it is shown.
#[utoipa::path(get, path = "/api/v1/monitored/{chat}", tag = "monitored", params(("chat" = String, Path)),
    responses((status = 200, body = Opened), Refused))]
pub(super) async fn one(State(app): State<Arc<App>>, by: ByKey, Path(chat): Path<String>) -> Result<Response, Problem> {
    aside::later().await;
    let chat = check_opened(&app, &by.operator, &chat).await?;
    let _look = app.note_look(&by.operator, &by.digest, &chat).await?;
    let (operator, id) = (by.operator.clone(), chat.clone());
    let Opening { head, last, .. } = app.hub().read(move |office| office.listen_to_opened(&operator, &id)).await?;
    let shown = app.readers().watchers.opened_snapshot(chat, by.operator, head, last).await?;
    Ok(json_text(shown.as_str().to_owned()))
}

/// Shows what was said earlier.
#[utoipa::path(get, path = "/api/v1/monitored/{chat}/entries", tag = "monitored", params(("chat" = String, Path), Before),
    responses((status = 200, body = Entries), Refused))]
pub(super) async fn entries(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(chat): Path<String>,
    Query(Before { before, internal }): Query<Before>,
) -> Result<Json<Value>, Problem> {
    aside::later().await;
    let chat = check_opened(&app, &by.operator, &chat).await?;
    let _look = app.note_look(&by.operator, &by.digest, &chat).await?;
    Ok(Json(app.readers().watchers.operator_part(chat, by.operator, before, internal).await?))
}

/// Says something to the attending operators alone.
#[utoipa::path(post, path = "/api/v1/monitored/{chat}/advise", tag = "monitored", params(("chat" = String, Path)),
    request_body = Advice, responses((status = 204), Refused))]
pub(super) async fn advise(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(chat): Path<String>,
    Json(Advice { text }): Json<Advice>,
) -> Result<StatusCode, Problem> {
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    check_length(&text, Said::LONGEST)?;
    let Said(text) = Said::of(&text).ok_or(Problem::BAD_TEXT)?;
    app.hub().call(move |office| office.advise(&by.operator, &chat, &text, None)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Enters the chat, seen by all.
#[utoipa::path(post, path = "/api/v1/monitored/{chat}/join", tag = "monitored", params(("chat" = String, Path)),
    responses((status = 204), Refused))]
pub(super) async fn join(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(chat): Path<String>,
) -> Result<StatusCode, Problem> {
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    app.hub().call(move |office| office.join(&by.operator, &chat)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Goes back to silence.
#[utoipa::path(post, path = "/api/v1/monitored/{chat}/leave", tag = "monitored", params(("chat" = String, Path)),
    responses((status = 204), Refused))]
pub(super) async fn leave(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(chat): Path<String>,
) -> Result<StatusCode, Problem> {
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    app.hub().call(move |office| office.leave(&by.operator, &chat)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn check_opened(app: &App, operator: &OperatorId, chat: &str) -> Result<ChatId, Problem> {
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let (who, id) = (operator.clone(), chat.clone());
    let check = move |office: &mut Office| office.check_opened(&who, &id).map(drop);
    app.look(operator, Action::Opened, Some(&chat), check).await?;
    Ok(chat)
}
