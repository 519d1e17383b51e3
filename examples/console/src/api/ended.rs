//! Ended chats, for those who attended or watched them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::caller::ByKey;
use super::forms::Refused;
use super::monitored::{Before, Entries};
use crate::aside;
use crate::entry::{ForOperator, InternalEntry};
use crate::store::EndedChat;
use crate::web::{App, Problem};

/// Where the list goes on: after this chat, which ended at this moment.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct After {
    ended: Option<i64>,
    chat: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EndedChats {
    /// The one that ended last comes first.
    chats: Vec<EndedChat>,
    /// Whether there are more after the last.
    more: bool,
}

/// An ended chat with the last part of what was said in it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EndedTranscript {
    chat: EndedChat,
    /// The names of those who took part.
    people: Vec<String>,
    entries: Vec<ForOperator<'static>>,
    more: bool,
    internal: Vec<InternalEntry>,
    internal_more: bool,
}

/// Lists the ended chats that the account may read.
#[utoipa::path(get, path = "/api/v1/ended", tag = "ended", params(After),
    responses((status = 200, body = EndedChats), Refused))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    by: ByKey,
    Query(After { ended, chat }): Query<After>,
) -> Result<Json<EndedChats>, Problem> {
    let (chats, more) = app.ended_chats(&by.operator, String::new(), ended.zip(chat)).await?;
    Ok(Json(EndedChats { chats, more }))
}

/// Reads an ended chat. The audit has this before it is shown.
#[utoipa::path(get, path = "/api/v1/ended/{chat}", tag = "ended", params(("chat" = String, Path)),
    responses((status = 200, body = EndedTranscript), Refused))]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(chat): Path<String>,
) -> Result<Json<Value>, Problem> {
    aside::later().await;
    Ok(Json(app.ended_transcript(by.operator, &by.digest, &chat).await?))
}

/// Shows what was said earlier in an ended chat.
#[utoipa::path(get, path = "/api/v1/ended/{chat}/entries", tag = "ended", params(("chat" = String, Path), Before),
    responses((status = 200, body = Entries), Refused))]
pub(super) async fn entries(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(chat): Path<String>,
    Query(Before { before, internal }): Query<Before>,
) -> Result<Json<Value>, Problem> {
    aside::later().await;
    Ok(Json(app.ended_entries(by.operator, &by.digest, &chat, (before, internal)).await?))
}
