//! Exclusions, for administrators.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chat_monitor::{Exclusion, ExclusionId, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::ByKey;
use super::forms::{CriterionForm, Made, Refused, read_criteria};
use crate::denial::Denial;
use crate::office::Office;
use crate::store::Action;
use crate::web::{App, Problem};

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Exclusions {
    exclusions: Vec<ExclusionForm>,
}

/// A standing "never".
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ExclusionForm {
    id: String,
    when: Vec<CriterionForm>,
    /// Whom it binds; everybody where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<Vec<String>>,
}

impl ExclusionForm {
    pub(crate) fn of(exclusion: &Exclusion) -> Self {
        ExclusionForm {
            id: exclusion.id().to_string(),
            when: exclusion.when().iter().map(CriterionForm::of).collect(),
            roles: exclusion.roles().map(|roles| roles.map(ToString::to_string).collect()),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewExclusion {
    /// All of these hold.
    #[schema(min_items = 1, max_items = 16)]
    when: Vec<CriterionForm>,
    /// Whom it binds; everybody where it is left out or empty.
    #[serde(default)]
    roles: Vec<String>,
}

/// Lists the exclusions.
#[utoipa::path(get, path = "/api/v1/exclusions", tag = "exclusions", responses((status = 200, body = Exclusions), Refused))]
pub(super) async fn list(State(app): State<Arc<App>>, by: ByKey) -> Result<Json<Exclusions>, Problem> {
    let operator = by.operator.clone();
    let look = move |office: &mut Office| office.exclusions_as_written(&operator);
    Ok(Json(Exclusions { exclusions: app.look(&by.operator, Action::OpenedSettings, None, look).await? }))
}

/// Adds an exclusion, in force at once.
#[utoipa::path(post, path = "/api/v1/exclusions", tag = "exclusions", request_body = NewExclusion,
    responses((status = 201, body = Made), Refused))]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    by: ByKey,
    Json(new): Json<NewExclusion>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let operator = by.operator.clone();
    let check = move |office: &mut Office| office.check_administrator(&operator);
    app.look(&by.operator, Action::AddedExclusion, None, check).await?;
    let when = read_criteria(new.when)?;
    let roles: Result<Vec<Role>, _> = new.roles.iter().map(|role| role.parse()).collect();
    let roles = roles.map_err(|_| Problem::BAD_VALUE)?;
    let id = app.hub().call(move |office| office.add_exclusion(&by.operator, &when, &roles)).await?;
    Ok((StatusCode::CREATED, Json(Made { id: id.to_string() })))
}

/// Deletes an exclusion.
#[utoipa::path(delete, path = "/api/v1/exclusions/{exclusion}", tag = "exclusions", params(("exclusion" = String, Path)),
    responses((status = 204), Refused))]
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(exclusion): Path<String>,
) -> Result<StatusCode, Problem> {
    let id: ExclusionId = exclusion.parse().map_err(|_| Denial::NoSuchExclusion)?;
    app.hub().call(move |office| office.remove_exclusion(&by.operator, &id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
