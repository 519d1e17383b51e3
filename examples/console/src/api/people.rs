//! People, for administrators.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chat_monitor::{Departments, OperatorId, Oversees, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::ByKey;
use super::forms::{Refused, read_name};
use crate::account::{self, short_id};
use crate::denial::Denial;
use crate::office::{Office, PersonLine};
use crate::store::Action;
use crate::web::{App, Problem};

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Accounts {
    people: Vec<PersonLine>,
}

/// What an account is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonForm {
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    #[schema(value_type = String, example = "supervisor")]
    role: Role,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    departments: Departments,
    /// With which rights they oversee which departments; their own with all rights where it is left out.
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, Vec<String>>>)]
    oversees: Option<Oversees>,
}

/// A new account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPerson {
    #[schema(pattern = "^[a-z0-9-]{1,32}$")]
    id: String,
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    #[schema(value_type = String, example = "supervisor")]
    role: Role,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    departments: Departments,
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, Vec<String>>>)]
    oversees: Option<Oversees>,
    /// One is made where it is left out.
    #[schema(min_length = 8, max_length = 200)]
    password: Option<String>,
}

/// A new account's id, and the password where that was made here: it is told this once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadePerson {
    id: String,
    password: Option<String>,
}

/// A password that was made. It is told this once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NewPassword {
    password: Option<String>,
}

/// Lists the accounts, with roles and departments.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", responses((status = 200, body = Accounts), Refused))]
pub(super) async fn list(State(app): State<Arc<App>>, by: ByKey) -> Result<Json<Accounts>, Problem> {
    let operator = by.operator.clone();
    let look = move |office: &mut Office| {
        office.check_administrator(&operator)?;
        office.person_lines()
    };
    Ok(Json(Accounts { people: app.look(&by.operator, Action::OpenedPeople, None, look).await? }))
}

/// Adds an account.
#[utoipa::path(post, path = "/api/v1/people", tag = "people", request_body = NewPerson,
    responses((status = 201, body = MadePerson), Refused))]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    by: ByKey,
    Json(NewPerson { id, name, role, departments, oversees, password }): Json<NewPerson>,
) -> Result<(StatusCode, Json<MadePerson>), Problem> {
    check(&app, &by, Action::AddedPerson).await?;
    let (operator, name): (OperatorId, _) = (short_id(&id)?, read_name(&name)?);
    let known = account::operator(role, departments, oversees);
    let (hash, password) = app.new_password(password).await?;
    let account = account::account(operator, name, hash, false);
    app.hub().call(move |office| office.add_person(&by.operator, &account, known)).await?;
    app.tell_administrators().await?;
    Ok((StatusCode::CREATED, Json(MadePerson { id, password })))
}

/// Sets an account's name, role and departments, in force at once.
#[utoipa::path(put, path = "/api/v1/people/{operator}", tag = "people", params(("operator" = String, Path)),
    request_body = PersonForm, responses((status = 204), Refused))]
pub(super) async fn change(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(operator): Path<String>,
    Json(PersonForm { name, role, departments, oversees }): Json<PersonForm>,
) -> Result<StatusCode, Problem> {
    check(&app, &by, Action::ChangedPerson).await?;
    let (whom, name, known) = (whom(&operator)?, read_name(&name)?, account::operator(role, departments, oversees));
    let changed = whom.clone();
    let done = app.hub().call(move |office| office.change_person(&by.operator, &whom, &name, known)).await;
    done.map_err(nobody)?;
    app.person_changed(&changed, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a new password for an account, and ends its sessions.
#[utoipa::path(post, path = "/api/v1/people/{operator}/password", tag = "people", params(("operator" = String, Path)),
    responses((status = 200, body = NewPassword), Refused))]
pub(super) async fn new_password(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(operator): Path<String>,
) -> Result<Json<NewPassword>, Problem> {
    check(&app, &by, Action::NewPassword).await?;
    let whom = whom(&operator)?;
    let (hash, password) = app.new_password(None).await?;
    let changed = whom.clone();
    let done = app.hub().call(move |office| office.new_password(&by.operator, &whom, &hash, &[])).await;
    done.map_err(nobody)?;
    app.person_changed(&changed, true).await?;
    Ok(Json(NewPassword { password }))
}

/// Disables an account: it cannot sign in, and has no rights. Its chats wait again.
#[utoipa::path(post, path = "/api/v1/people/{operator}/disable", tag = "people", params(("operator" = String, Path)),
    responses((status = 204), Refused))]
pub(super) async fn disable(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(operator): Path<String>,
) -> Result<StatusCode, Problem> {
    check(&app, &by, Action::DisabledPerson).await?;
    let whom = whom(&operator)?;
    let changed = whom.clone();
    app.hub().call(move |office| office.disable(&by.operator, &whom)).await.map_err(nobody)?;
    app.person_changed(&changed, true).await?;
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
    check(&app, &by, Action::EnabledPerson).await?;
    let whom = whom(&operator)?;
    let changed = whom.clone();
    app.hub().call(move |office| office.enable(&by.operator, &whom)).await.map_err(nobody)?;
    app.person_changed(&changed, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Checks before a value is read that it is an administrator's key: others learn nothing of what would be wrong.
pub(super) async fn check(app: &App, by: &ByKey, action: Action) -> Result<(), Problem> {
    let operator = by.operator.clone();
    Ok(app.look(&by.operator, action, None, move |office| office.check_administrator(&operator)).await?)
}

fn whom(operator: &str) -> Result<OperatorId, Problem> {
    operator.parse().map_err(|_| Problem::NO_OPERATOR)
}

/// Whoever the address names is not there.
fn nobody(denial: Denial) -> Problem {
    match denial {
        Denial::NoSuchOperator => Problem::NO_OPERATOR,
        other => other.into(),
    }
}
