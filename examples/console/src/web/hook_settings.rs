//! Settings → Webhooks, for administrators: the addresses to which vendors send what happens in their chats.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
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
use crate::password;
use crate::signature::CHECKED;
use crate::store::HookRow;

/// The longest key that a vendor signs with, in bytes.
const LONGEST_KEY: usize = 256;

#[derive(Debug, Deserialize)]
pub(super) struct NewHook {
    vendor: String,
    name: String,
    #[serde(default)]
    key: String,
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    shown(&app, &staff, &headers, None).await
}

/// The new address is in the answer, and nowhere afterwards.
pub(super) async fn make(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    headers: HeaderMap,
    Form(NewHook { vendor, name, key }): Form<NewHook>,
) -> Result<Response, Problem> {
    let vendor = vendors::vendor_names().find(|known| *known == vendor).ok_or(Problem::BAD_VALUE)?;
    let name = account::name(&name)?;
    let key = Some(key.trim().to_owned()).filter(|key| !key.is_empty());
    // A key that nothing is checked with would look like a safeguard.
    if key.as_ref().is_some_and(|key| key.len() > LONGEST_KEY || !CHECKED.contains(&vendor)) {
        return Err(Problem::BAD_VALUE);
    }
    let (secret, by) = (password::token(), staff.operator.clone());
    let (digest, kept) = (password::digest(&secret), vendor.to_owned());
    let row = HookRow { id: 0, vendor: kept, name, secret: digest, key, by, made: now(), last: None };
    let row = app.hub.call(move |office| office.make_hook(row)).await?;
    app.hooks.open(row);
    let origin = app.origins.first().map(String::as_str).unwrap_or_default();
    shown(&app, &staff, &headers, Some(format!("{origin}/hooks/{vendor}/{secret}"))).await
}

pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    Path(hook): Path<i64>,
) -> Result<Response, Problem> {
    let secret = app.hub.call(move |office| office.revoke_hook(&staff.operator, hook)).await?;
    app.hooks.close(&secret);
    Ok(Redirect::to("/settings/hooks").into_response())
}

#[derive(Debug, Deserialize)]
pub(super) struct KnownAgent {
    agent: String,
    /// Nobody where it is empty.
    #[serde(default)]
    operator: String,
}

pub(super) async fn set_agent(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    Path(hook): Path<i64>,
    Form(KnownAgent { agent, operator }): Form<KnownAgent>,
) -> Result<Response, Problem> {
    let named = Some(operator).filter(|operator| !operator.is_empty());
    let operator = named.map(|operator| operator.parse().map_err(|_| Denial::NoSuchOperator)).transpose()?;
    let agent = agent.trim().to_owned();
    app.hub.call(move |office| office.set_agent(&staff.operator, hook, &agent, operator.as_ref())).await?;
    Ok(Redirect::to("/settings/hooks").into_response())
}

async fn shown(app: &App, staff: &Staff, headers: &HeaderMap, address: Option<String>) -> Result<Response, Problem> {
    let operator = staff.operator.clone();
    let (hooks, people) = app.hub.read(move |office| Ok((office.hook_lines(&operator)?, office.everybody()))).await?;
    let vendors: Vec<_> = vendors::vendor_names().collect();
    let more = context! { hooks, people => Choice::all(people), vendors, checked => CHECKED, address };
    app.staff_page(staff, headers, ("hooks.html", "/settings/hooks"), more).await
}
