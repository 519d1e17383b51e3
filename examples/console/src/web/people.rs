//! Settings → Permissions → People.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chat_monitor::{Departments, OperatorId, Oversees, Role};
use minijinja::context;
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::administrator::Administrator;
use super::problem::Problem;
use crate::account::{self, Fault, check_password, short_id};
use crate::denial::Denial;
use crate::office::Office;
use crate::password;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    /// Of a new one alone: it never changes.
    #[serde(default)]
    id: String,
    name: String,
    role: Role,
    #[serde(default)]
    departments: Departments,
    /// None where they oversee their own departments, with all rights.
    #[serde(default)]
    oversees: Option<Oversees>,
    /// Of a new one alone; none is made.
    #[serde(default)]
    password: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Act {
    #[serde(default)]
    password: Option<String>,
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let look = |office: &mut Office| Ok((office.person_lines()?, office.roles(), office.departments()));
    let (people, roles, departments) = app.hub.read(look).await?;
    let known = json!({ "people": people, "roles": roles, "departments": departments }).to_string();
    app.staff_page(&staff, &headers, ("people.html", "/settings/people"), context! { known, roles, departments }).await
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    Json(Person { id, name, role, departments, oversees, password }): Json<Person>,
) -> Result<Json<Value>, Problem> {
    let operator: OperatorId = short_id(&id)?;
    let (name, known) = (account::name(&name)?, account::operator(role, departments, oversees));
    let (hash, told) = app.new_password(password).await?;
    let account = account::account(operator, name, hash, false);
    app.hub.call(move |office| office.add_person(&staff.operator, &account, known)).await?;
    app.tell_administrators().await?;
    Ok(Json(json!({ "password": told })))
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    Path(whom): Path<String>,
    Json(Person { name, role, departments, oversees, .. }): Json<Person>,
) -> Result<Json<Value>, Problem> {
    let whom: OperatorId = whom.parse().map_err(|_| Denial::NoSuchOperator)?;
    let (name, known) = (account::name(&name)?, account::operator(role, departments, oversees));
    let changed = whom.clone();
    app.hub.call(move |office| office.change_person(&staff.operator, &whom, &name, known)).await?;
    app.sessions.renew(|operator| *operator == changed);
    app.tell_administrators().await?;
    Ok(Json(json!({})))
}

pub(super) async fn act(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    Path((whom, act)): Path<(String, String)>,
    Json(Act { password }): Json<Act>,
) -> Result<Json<Value>, Problem> {
    let whom: OperatorId = whom.parse().map_err(|_| Denial::NoSuchOperator)?;
    let (by, id) = (staff.operator, whom.clone());
    let mut answer = json!({});
    match &*act {
        "password" => {
            let (hash, told) = app.new_password(password).await?;
            // Whoever changes their own stays to see it.
            let kept = staff.token.clone();
            app.hub.call(move |office| office.new_password(&by, &id, &hash, &kept)).await?;
            app.sessions.end(&whom, &staff.token);
            answer = json!({ "password": told });
        }
        "sign-out" => {
            app.hub.call(move |office| office.sign_out_everywhere(&by, &id)).await?;
            app.sessions.end(&whom, &[]);
        }
        "disable" => {
            app.hub.call(move |office| office.disable(&by, &id)).await?;
            app.sessions.end(&whom, &[]);
        }
        "enable" => app.hub.call(move |office| office.enable(&by, &id)).await?,
        _ => return Err(Problem::NO_PAGE),
    }
    app.tell_administrators().await?;
    Ok(Json(answer))
}

impl App {
    /// The hash of a new password, and that itself where it was made here: it is told this once.
    pub(crate) async fn new_password(&self, typed: Option<String>) -> Result<(String, Option<String>), Problem> {
        let made = typed.is_none().then(password::strong);
        let password = typed.or_else(|| made.clone()).unwrap_or_default();
        check_password(&password)?;
        let turn = self.hashing.clone().try_acquire_owned().map_err(|_| Problem::TOO_MANY)?;
        let hash = account::hash(password).await.ok_or(Denial::Closed)?;
        drop(turn);
        Ok((hash, made))
    }

    /// Has the administrators' pages show what is so now.
    pub(crate) async fn tell_administrators(&self) -> Result<(), Problem> {
        let administrators = self.hub.read(|office| Ok(office.administrators())).await?;
        self.sessions.renew(|operator| administrators.contains(operator));
        Ok(())
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Problem::unreadable(fault.key())
    }
}
