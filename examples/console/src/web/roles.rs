//! Settings → Permissions → Roles: who may monitor whom.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use chat_monitor::Policy;
use minijinja::context;
use serde_json::{Value, json};

use super::App;
use super::administrator::Administrator;
use super::problem::Problem;
use crate::denial::Denial;

/// A policy as the crate writes it. What cannot be one cannot be read.
type Sent = Result<Json<Policy>, JsonRejection>;

pub(super) async fn page(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let known = app.hub.read(|office| Ok(office.policy())).await?.to_string();
    app.staff_page(&staff, &headers, ("roles.html", "/settings/roles"), context! { known }).await
}

/// Says what a change would bring about.
pub(super) async fn preview(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    sent: Sent,
) -> Result<Json<Value>, Problem> {
    let policy = read(sent)?;
    let look = app.hub.read(move |office| office.preview_policy(&staff.operator, policy)).await?;
    let told = tokio::task::spawn_blocking(look).await.map_err(|_| Denial::Closed)?;
    Ok(Json(told?))
}

pub(super) async fn set(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    sent: Sent,
) -> Result<Json<Value>, Problem> {
    let policy = read(sent)?;
    app.hub.call(move |office| office.set_policy(&staff.operator, policy)).await?;
    // What roles may do concerns everybody.
    app.sessions.renew(|_| true);
    Ok(Json(json!({})))
}

fn read(sent: Sent) -> Result<Policy, Problem> {
    sent.map(|Json(policy)| policy).map_err(|_| Problem::unreadable("bad_policy"))
}
