//! Settings → Retention.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use minijinja::context;
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::administrator::Administrator;
use super::problem::Problem;
use crate::settings_kept::Settings;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    retention_days: u32,
    gone_minutes: u32,
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let settings = app.hub.read(|office| Ok(office.settings())).await?;
    let more = context! {
        days => settings.retention_days,
        minutes => settings.gone_minutes.unwrap_or_else(|| app.limits.gone_minutes()),
        most_days => Settings::RETENTION_DAYS.end(),
        most_minutes => Settings::GONE_MINUTES.end(),
    };
    app.staff_page(&staff, &headers, ("retention.html", "/settings/retention"), more).await
}

pub(super) async fn set(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    Json(Change { retention_days, gone_minutes }): Json<Change>,
) -> Result<Json<Value>, Problem> {
    let settings = Settings { retention_days, gone_minutes: Some(gone_minutes) };
    app.hub.call(move |office| office.set_settings(&staff.operator, settings)).await?;
    Ok(Json(json!({})))
}
