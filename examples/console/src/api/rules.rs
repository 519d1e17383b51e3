//! Rules: one's own; for administrators, everybody's.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chat_monitor::RuleId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::ByKey;
use super::forms::{CriterionForm, Made, Refused, RuleForm, WindowForm, read_criteria, read_label};
use crate::denial::Denial;
use crate::office::{Draft, Office, Saved};
use crate::password;
use crate::store::Action;
use crate::web::{App, Problem};

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Rules {
    rules: Vec<RuleForm>,
}

/// A rule to be added. Its id is made by the console.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRule {
    /// Whose list it fills: the key's own account where it is left out, which is all but for administrators.
    watcher: Option<String>,
    /// All of these hold.
    #[schema(min_items = 1, max_items = 16)]
    when: Vec<CriterionForm>,
    /// None of these does.
    #[serde(default)]
    #[schema(max_items = 16)]
    unless: Vec<CriterionForm>,
    window: Option<WindowForm>,
    /// What people call it.
    #[serde(default)]
    #[schema(max_length = 60)]
    name: String,
    #[serde(default)]
    #[schema(max_length = 500)]
    note: String,
    /// A rule that goes when this one comes.
    replaces: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Switch {
    enabled: bool,
}

/// When a rule is to count: always where that is null.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWindow {
    // Must be written, so that nobody takes a period away by leaving it out.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true)]
    window: Option<WindowForm>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewNote {
    #[schema(max_length = 60)]
    name: String,
    #[schema(max_length = 500)]
    note: String,
}

/// Lists the rules.
#[utoipa::path(get, path = "/api/v1/rules", tag = "rules", responses((status = 200, body = Rules), Refused))]
pub(super) async fn list(State(app): State<Arc<App>>, by: ByKey) -> Result<Json<Rules>, Problem> {
    let operator = by.operator.clone();
    let look = move |office: &mut Office| office.rules_as_written(&operator);
    Ok(Json(Rules { rules: app.look(&by.operator, Action::OpenedSettings, None, look).await? }))
}

/// Shows one rule.
#[utoipa::path(get, path = "/api/v1/rules/{rule}", tag = "rules", params(("rule" = String, Path)),
    responses((status = 200, body = RuleForm), Refused))]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(rule): Path<String>,
) -> Result<Json<RuleForm>, Problem> {
    let (operator, rule) = (by.operator.clone(), rule.parse::<RuleId>().map_err(|_| Denial::NoSuchRule)?);
    let look = move |office: &mut Office| office.rule_as_written(&operator, &rule);
    Ok(Json(app.look(&by.operator, Action::OpenedSettings, None, look).await?))
}

/// Adds a rule, in force at once.
#[utoipa::path(post, path = "/api/v1/rules", tag = "rules", request_body = NewRule,
    responses((status = 201, body = Made), Refused))]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    by: ByKey,
    Json(new): Json<NewRule>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let (name, note) = read_label(&new.name, &new.note)?;
    let watcher = new.watcher.map(|watcher| watcher.parse().map_err(|_| Denial::NoSuchOperator)).transpose()?;
    let draft = Draft {
        watcher: watcher.unwrap_or_else(|| by.operator.clone()),
        when: read_criteria(new.when)?,
        unless: read_criteria(new.unless)?,
        window: new.window.map(WindowForm::read).transpose()?,
        name,
        note,
        replaces: new.replaces.map(|rule| rule.parse().map_err(|_| Denial::NoSuchRule)).transpose()?,
        mark: password::token(),
    };
    // What a page asks first is for people to answer: a program says what it means.
    let saved = app.hub().call(move |office| office.save_rule(&by.operator, &draft, true)).await?;
    match saved {
        Saved::Rule(id) => Ok((StatusCode::CREATED, Json(Made { id: id.to_string() }))),
        Saved::Asked(_) => Err(Problem::BAD_VALUE),
    }
}

/// Switches a rule on or off.
#[utoipa::path(put, path = "/api/v1/rules/{rule}/enabled", tag = "rules", params(("rule" = String, Path)),
    request_body = Switch, responses((status = 204), Refused))]
pub(super) async fn set_enabled(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(rule): Path<String>,
    Json(Switch { enabled }): Json<Switch>,
) -> Result<StatusCode, Problem> {
    let rule: RuleId = rule.parse().map_err(|_| Denial::NoSuchRule)?;
    app.hub().call(move |office| office.set_rule_enabled(&by.operator, &rule, enabled)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets when a rule counts. It stays the same rule.
#[utoipa::path(put, path = "/api/v1/rules/{rule}/window", tag = "rules", params(("rule" = String, Path)),
    request_body = NewWindow, responses((status = 204), Refused))]
pub(super) async fn set_window(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(rule): Path<String>,
    Json(NewWindow { window }): Json<NewWindow>,
) -> Result<StatusCode, Problem> {
    let rule: RuleId = rule.parse().map_err(|_| Denial::NoSuchRule)?;
    let window = window.map(WindowForm::read).transpose()?;
    app.hub().call(move |office| office.set_rule_window(&by.operator, &rule, window)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets what a rule is called, and what is said of it.
#[utoipa::path(put, path = "/api/v1/rules/{rule}/note", tag = "rules", params(("rule" = String, Path)),
    request_body = NewNote, responses((status = 204), Refused))]
pub(super) async fn set_note(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(rule): Path<String>,
    Json(NewNote { name, note }): Json<NewNote>,
) -> Result<StatusCode, Problem> {
    let rule: RuleId = rule.parse().map_err(|_| Denial::NoSuchRule)?;
    let (name, note) = read_label(&name, &note)?;
    app.hub().call(move |office| office.note_rule(&by.operator, &rule, name, note)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a rule.
#[utoipa::path(delete, path = "/api/v1/rules/{rule}", tag = "rules", params(("rule" = String, Path)),
    responses((status = 204), Refused))]
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    by: ByKey,
    Path(rule): Path<String>,
) -> Result<StatusCode, Problem> {
    let rule: RuleId = rule.parse().map_err(|_| Denial::NoSuchRule)?;
    app.hub().call(move |office| office.remove_rule(&by.operator, &rule)).await?;
    Ok(StatusCode::NO_CONTENT)
}
