//! Departments, for administrators.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chat_monitor::DepartmentId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::ByKey;
use super::forms::{Made, Refused, read_name};
use super::people::check;
use crate::account::short_id;
use crate::denial::Denial;
use crate::office::DepartmentLine;
use crate::store::Action;
use crate::web::{App, Problem};

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Departments {
    departments: Vec<DepartmentLine>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDepartment {
    #[schema(pattern = "^[a-z0-9-]{1,32}$")]
    id: String,
    #[schema(min_length = 1, max_length = 60)]
    name: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DepartmentName {
    #[schema(min_length = 1, max_length = 60)]
    name: String,
}

/// Lists the departments.
#[utoipa::path(get, path = "/api/v1/departments", tag = "departments",
    responses((status = 200, body = Departments), Refused))]
pub(super) async fn list(State(app): State<Arc<App>>, by: ByKey) -> Result<Json<Departments>, Problem> {
    check(&app, &by, Action::OpenedDepartments).await?;
    Ok(Json(Departments { departments: app.hub().read(|office| Ok(office.departments())).await? }))
}

/// Adds a department.
#[utoipa::path(post, path = "/api/v1/departments", tag = "departments", request_body = NewDepartment,
    responses((status = 201, body = Made), Refused))]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    by: ByKey,
    Json(NewDepartment { id, name }): Json<NewDepartment>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    check(&app, &by, Action::AddedDepartment).await?;
    let (department, name): (DepartmentId, _) = (short_id(&id)?, read_name(&name)?);
    app.hub().call(move |office| office.add_department(&by.operator, department, name)).await?;
    app.tell_administrators().await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Gives a department another name.
#[utoipa::path(put, path = "/api/v1/departments/{department}", tag = "departments", params(("department" = String, Path)),
    request_body = DepartmentName, responses((status = 204), Refused))]
pub(super) async fn rename(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(department): Path<String>,
    Json(DepartmentName { name }): Json<DepartmentName>,
) -> Result<StatusCode, Problem> {
    check(&app, &by, Action::RenamedDepartment).await?;
    let id: DepartmentId = department.parse().map_err(|_| Denial::NoSuchDepartment)?;
    let name = read_name(&name)?;
    app.hub().call(move |office| office.rename_department(&by.operator, &id, name)).await?;
    app.tell_administrators().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a department that nothing names.
#[utoipa::path(delete, path = "/api/v1/departments/{department}", tag = "departments",
    params(("department" = String, Path)), responses((status = 204), Refused))]
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(department): Path<String>,
) -> Result<StatusCode, Problem> {
    check(&app, &by, Action::RemovedDepartment).await?;
    let id: DepartmentId = department.parse().map_err(|_| Denial::NoSuchDepartment)?;
    app.hub().call(move |office| office.remove_department(&by.operator, &id)).await?;
    app.tell_administrators().await?;
    Ok(StatusCode::NO_CONTENT)
}
