//! Settings → Permissions → Departments.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chat_monitor::DepartmentId;
use minijinja::context;
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::administrator::Administrator;
use super::problem::Problem;
use crate::account::{self, short_id};
use crate::denial::Denial;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Department {
    /// Of a new one alone: it never changes.
    #[serde(default)]
    id: String,
    name: String,
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let departments = app.hub.read(|office| Ok(office.departments())).await?;
    app.staff_page(&staff, &headers, ("departments.html", "/settings/departments"), context! { departments }).await
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    Json(Department { id, name }): Json<Department>,
) -> Result<Json<Value>, Problem> {
    let (id, name): (DepartmentId, _) = (short_id(&id)?, account::name(&name)?);
    app.hub.call(move |office| office.add_department(&staff.operator, id, name)).await?;
    app.tell_administrators().await?;
    Ok(Json(json!({})))
}

pub(super) async fn rename(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    Path(id): Path<String>,
    Json(Department { name, .. }): Json<Department>,
) -> Result<Json<Value>, Problem> {
    let id: DepartmentId = id.parse().map_err(|_| Denial::NoSuchDepartment)?;
    let name = account::name(&name)?;
    app.hub.call(move |office| office.rename_department(&staff.operator, &id, name)).await?;
    app.tell_administrators().await?;
    Ok(Json(json!({})))
}

pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let id: DepartmentId = id.parse().map_err(|_| Denial::NoSuchDepartment)?;
    app.hub.call(move |office| office.remove_department(&staff.operator, &id)).await?;
    app.tell_administrators().await?;
    Ok(Json(json!({})))
}
