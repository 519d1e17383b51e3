//! Live chats, for administrators. Nothing here tells what is said in them, or who watches.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use chat_monitor::{Attribute, ChatId, Departments, OperatorId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::ByKey;
use super::forms::{AttributeForm, Refused, json_text};
use super::people::check;
use crate::aside;
use crate::office::Head;
use crate::store::Action;
use crate::web::{App, Problem};

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Chats {
    chats: Vec<Head<'static>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Consent {
    allowed: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChatDepartments {
    #[schema(value_type = Vec<String>)]
    departments: Departments,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChatAttributes {
    #[schema(max_items = 64)]
    attributes: Vec<AttributeForm>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reassignment {
    /// Whose place is taken; the first operator's where it is left out.
    #[schema(value_type = Option<String>)]
    from: Option<OperatorId>,
    #[schema(value_type = String)]
    to: OperatorId,
    /// As they were where it is left out.
    #[schema(value_type = Option<Vec<String>>)]
    departments: Option<Departments>,
}

/// Lists every live chat: its people and its visitor.
#[utoipa::path(get, path = "/api/v1/chats", tag = "chats", responses((status = 200, body = Chats), Refused))]
pub(super) async fn list(State(app): State<Arc<App>>, by: ByKey) -> Result<Response, Problem> {
    aside::later().await;
    check(&app, &by, Action::OpenedChats).await?;
    let (_, heads) = app.all_chats(&by.operator).await?;
    Ok(json_text(format!(r#"{{"chats":[{heads}]}}"#)))
}

/// Says whether a chat may be monitored at all. Nobody in it learns of that.
#[utoipa::path(put, path = "/api/v1/chats/{chat}/monitoring", tag = "chats", params(("chat" = String, Path)),
    request_body = Consent, responses((status = 204), Refused))]
pub(super) async fn set_monitoring(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(chat): Path<String>,
    Json(Consent { allowed }): Json<Consent>,
) -> Result<StatusCode, Problem> {
    check(&app, &by, Action::OpenedChats).await?;
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    app.hub().call(move |office| office.allow_monitoring(&by.operator, &chat, allowed)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets the departments of a chat.
#[utoipa::path(put, path = "/api/v1/chats/{chat}/departments", tag = "chats", params(("chat" = String, Path)),
    request_body = ChatDepartments, responses((status = 204), Refused))]
pub(super) async fn set_departments(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(chat): Path<String>,
    Json(ChatDepartments { departments }): Json<ChatDepartments>,
) -> Result<StatusCode, Problem> {
    check(&app, &by, Action::SetDepartments).await?;
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    app.hub().call(move |office| office.set_chat_departments(&by.operator, &chat, departments)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets the attributes of a chat. A hand that is up, `signal` with the value `help`, is the desk's: it stays as it is.
#[utoipa::path(put, path = "/api/v1/chats/{chat}/attributes", tag = "chats", params(("chat" = String, Path)),
    request_body = ChatAttributes, responses((status = 204), Refused))]
pub(super) async fn set_attributes(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(chat): Path<String>,
    Json(ChatAttributes { attributes }): Json<ChatAttributes>,
) -> Result<StatusCode, Problem> {
    check(&app, &by, Action::SetAttributes).await?;
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let attributes: Option<Vec<Attribute>> = attributes.iter().map(AttributeForm::read).collect();
    let attributes = attributes.ok_or(Problem::BAD_VALUE)?;
    app.hub().call(move |office| office.set_chat_attributes(&by.operator, &chat, attributes)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hands a chat from one operator to another, or gives one that waits to somebody.
#[utoipa::path(post, path = "/api/v1/chats/{chat}/reassign", tag = "chats", params(("chat" = String, Path)),
    request_body = Reassignment, responses((status = 204), Refused))]
pub(super) async fn reassign(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(chat): Path<String>,
    Json(Reassignment { from, to, departments }): Json<Reassignment>,
) -> Result<StatusCode, Problem> {
    check(&app, &by, Action::ReassignedChat).await?;
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    app.hub().call(move |office| office.reassign(&by.operator, &chat, (from, to), departments)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a chat.
#[utoipa::path(post, path = "/api/v1/chats/{chat}/end", tag = "chats", params(("chat" = String, Path)),
    responses((status = 204), Refused))]
pub(super) async fn end(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(chat): Path<String>,
) -> Result<StatusCode, Problem> {
    check(&app, &by, Action::EndedChat).await?;
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    app.hub().call(move |office| office.end_as_administrator(&by.operator, &chat)).await?;
    Ok(StatusCode::NO_CONTENT)
}
