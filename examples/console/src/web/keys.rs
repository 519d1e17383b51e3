//! Settings → API keys, for administrators.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use chat_monitor::OperatorId;
use minijinja::context;
use serde::Deserialize;

use super::App;
use super::administrator::Administrator;
use super::caller::Staff;
use super::desk::Choice;
use super::problem::Problem;
use crate::account;
use crate::denial::Denial;
use crate::entry::now;
use crate::office::Office;
use crate::password;
use crate::store::KeyRow;

#[derive(Debug, Deserialize)]
pub(super) struct NewKey {
    name: String,
    operator: String,
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    shown(&app, &staff, &headers, None).await
}

/// The key is in the answer, and nowhere afterwards.
pub(super) async fn make(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    headers: HeaderMap,
    Form(NewKey { name, operator }): Form<NewKey>,
) -> Result<Response, Problem> {
    let name = account::name(&name)?;
    let operator: OperatorId = operator.parse().map_err(|_| Denial::NoSuchOperator)?;
    let by = staff.operator.clone();
    let (key, digest) = password::key();
    let row = KeyRow { id: 0, name, operator, digest, by, made: now(), used: None };
    let make = move |office: &mut Office| {
        office.check_administrator(&row.by)?;
        office.make_key(row)
    };
    app.hub.call(make).await?;
    shown(&app, &staff, &headers, Some(key)).await
}

pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    Path(key): Path<i64>,
) -> Result<Response, Problem> {
    app.hub.call(move |office| office.revoke_key(&staff.operator, key)).await?;
    Ok(Redirect::to("/settings/keys").into_response())
}

async fn shown(app: &App, staff: &Staff, headers: &HeaderMap, key: Option<String>) -> Result<Response, Problem> {
    let operator = staff.operator.clone();
    let (keys, people) = app.hub.read(move |office| Ok((office.key_lines(&operator)?, office.everybody()))).await?;
    let more = context! { keys, people => Choice::all(people), key };
    app.staff_page(staff, headers, ("keys.html", "/settings/keys"), more).await
}
