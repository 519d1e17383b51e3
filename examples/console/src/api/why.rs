//! Why a chat is, or is not, in the account's list.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use chat_monitor::ChatId;

use super::caller::ByKey;
use super::forms::Refused;
use crate::aside;
use crate::office::{Office, Why};
use crate::store::Action;
use crate::web::{App, Problem};

/// Says what each of the account's own rules says of a live chat that it may know of.
#[utoipa::path(get, path = "/api/v1/chats/{chat}/why", tag = "why", params(("chat" = String, Path)),
    responses((status = 200, body = Why), Refused))]
pub(super) async fn why(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(chat): Path<String>,
) -> Result<Json<Why>, Problem> {
    aside::later().await;
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let (operator, id) = (by.operator.clone(), chat.clone());
    let look = move |office: &mut Office| office.why(&operator, &id);
    let why = app.look(&by.operator, Action::AskedWhy, Some(&chat), look).await?;
    app.hub().record(move |office| office.note_why(&by.operator, &chat)).await?;
    Ok(Json(why))
}
