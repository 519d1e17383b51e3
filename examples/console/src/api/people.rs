//! People, for administrators. Accounts are made where passwords are shown: on the page.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chat_monitor::OperatorId;
use serde_json::{Value, json};

use super::caller::ByKey;
use super::forms::Refused;
use crate::denial::Denial;
use crate::office::Office;
use crate::store::Action;
use crate::web::{App, Problem};

/// Lists the accounts, with roles and departments.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", responses((status = 200, body = Value), Refused))]
pub(super) async fn list(State(app): State<Arc<App>>, by: ByKey) -> Result<Json<Value>, Problem> {
    let operator = by.operator.clone();
    let look = move |office: &mut Office| {
        office.check_administrator(&operator)?;
        office.person_lines()
    };
    let people = app.look(&by.operator, Action::OpenedPeople, None, look).await?;
    Ok(Json(json!({ "people": people })))
}

/// Disables an account: it cannot sign in, and has no rights. Its chats wait again.
#[utoipa::path(post, path = "/api/v1/people/{operator}/disable", tag = "people", params(("operator" = String, Path)),
    responses((status = 204), Refused))]
pub(super) async fn disable(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(operator): Path<String>,
) -> Result<StatusCode, Problem> {
    let whom: OperatorId = operator.parse().map_err(|_| Denial::NoSuchOperator)?;
    let ended = whom.clone();
    app.hub().call(move |office| office.disable(&by.operator, &whom)).await?;
    app.person_changed(&ended, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Enables an account again, as it was.
#[utoipa::path(post, path = "/api/v1/people/{operator}/enable", tag = "people", params(("operator" = String, Path)),
    responses((status = 204), Refused))]
pub(super) async fn enable(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(operator): Path<String>,
) -> Result<StatusCode, Problem> {
    let whom: OperatorId = operator.parse().map_err(|_| Denial::NoSuchOperator)?;
    let enabled = whom.clone();
    app.hub().call(move |office| office.enable(&by.operator, &whom)).await?;
    app.person_changed(&enabled, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
