//! Settings → Permissions → Exclusions, for administrators.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chat_monitor::{ExclusionId, Role};
use minijinja::context;
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::caller::Staff;
use super::drafts::criteria;
use super::problem::Problem;
use crate::criterion::Typed;
use crate::denial::Denial;
use crate::office::Office;
use crate::store::Action;

/// An exclusion as a form sends it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewExclusion {
    when: Vec<Typed>,
    /// Everybody, where that is empty.
    #[serde(default)]
    roles: Vec<String>,
}

pub(super) async fn page(State(app): State<Arc<App>>, staff: Staff, headers: HeaderMap) -> Result<Response, Problem> {
    let operator = staff.operator.clone();
    let look = move |office: &mut Office| {
        office.check_administrator(&operator)?;
        Ok(office.roles())
    };
    let roles = app.look(&staff.operator, Action::OpenedSettings, None, look).await?;
    app.staff_page(&staff, &headers, ("exclusions.html", "/settings/exclusions"), context! { roles }).await
}

pub(super) async fn list(State(app): State<Arc<App>>, staff: Staff) -> Result<Json<Value>, Problem> {
    let operator = staff.operator.clone();
    let look = move |office: &mut Office| office.exclusion_lines(&operator);
    let lines = app.look(&staff.operator, Action::OpenedSettings, None, look).await?;
    Ok(Json(json!({ "exclusions": lines })))
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    staff: Staff,
    Json(new): Json<NewExclusion>,
) -> Result<Json<Value>, Problem> {
    app.limited(&staff.operator)?;
    let operator = staff.operator.clone();
    let check = move |office: &mut Office| office.check_administrator(&operator);
    app.look(&staff.operator, Action::AddedExclusion, None, check).await?;
    let when = criteria(&new.when)?;
    let roles: Result<Vec<Role>, _> = new.roles.iter().map(|role| role.parse()).collect();
    let roles = roles.map_err(|_| Problem::BAD_VALUE)?;
    let id = app.hub.call(move |office| office.add_exclusion(&staff.operator, &when, &roles)).await?;
    Ok(Json(json!({ "exclusion": id.as_str() })))
}

pub(super) async fn delete(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(exclusion): Path<String>,
) -> Result<Json<Value>, Problem> {
    app.limited(&staff.operator)?;
    let id: ExclusionId = exclusion.parse().map_err(|_| Denial::NoSuchExclusion)?;
    app.hub.call(move |office| office.remove_exclusion(&staff.operator, &id)).await?;
    Ok(Json(json!({})))
}
