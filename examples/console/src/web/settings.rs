//! Settings → Permissions → Chat monitoring.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chat_monitor::{Criterion, RuleId};
use minijinja::context;
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::caller::Staff;
use super::desk::Choice;
use super::pages::Language;
use super::problem::Problem;
use crate::criterion::{criterion, network_around, offers};
use crate::denial::Denial;
use crate::office::Office;
use crate::store::Action;

#[derive(Debug, Deserialize)]
pub(super) struct NewRule {
    kind: String,
    value: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Switch {
    enabled: bool,
}

pub(super) async fn page(State(app): State<Arc<App>>, staff: Staff, headers: HeaderMap) -> Result<Response, Problem> {
    let operator = staff.operator.clone();
    let look = move |office: &mut Office| Ok((office.rule_lines(&operator)?, office.monitorable_by(&operator)));
    let (rules, offered) = app.look(&staff.operator, Action::OpenedSettings, None, look).await?;
    let more = context! { rules, offered => Choice::all(offered) };
    app.staff_page(&staff, &headers, ("rules.html", "/settings/monitoring"), more).await
}

/// Says in which form a value would be saved, or what was expected; and which forms may be meant.
pub(super) async fn check(
    State(app): State<Arc<App>>,
    staff: Staff,
    headers: HeaderMap,
    Json(NewRule { kind, value }): Json<NewRule>,
) -> Result<Json<Value>, Problem> {
    let who = staff.operator;
    if !app.operators.take(who.clone()) {
        return Err(Problem::TOO_MANY);
    }
    let may = app.hub.call(move |office| Ok(office.may_monitor(&who))).await?;
    if !may {
        return Err(Denial::NotAllowed.into());
    }
    let language = Language::of(&headers);
    Ok(Json(match criterion(&kind, &value) {
        Ok(criterion) => match network_around(&criterion) {
            Some(network) => json!({
                "canonical": canonical(&criterion),
                "hint": language.text("hint_ipv6"),
                "offers": [network.to_string()],
            }),
            None => json!({ "canonical": canonical(&criterion), "offers": [] }),
        },
        Err(unreadable) => json!({ "problem": language.text(unreadable.key()), "offers": offers(&kind, &value) }),
    }))
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    staff: Staff,
    Json(NewRule { kind, value }): Json<NewRule>,
) -> Result<Json<Value>, Problem> {
    if !app.operators.take(staff.operator.clone()) {
        return Err(Problem::TOO_MANY);
    }
    // Whoever may have no rules is refused before anything is read.
    let read = criterion(&kind, &value).map_err(|why| Problem::unreadable(why.key()));
    let who = staff.operator;
    let read = match read {
        Ok(criterion) => criterion,
        Err(problem) => {
            let may = app.hub.call(move |office| Ok(office.may_monitor(&who))).await?;
            return Err(if may { problem } else { Denial::NotAllowed.into() });
        }
    };
    let id = app.hub.call(move |office| office.add_rule(&who, read)).await?;
    Ok(Json(json!({ "rule": id.as_str() })))
}

pub(super) async fn set_enabled(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(rule): Path<String>,
    Json(Switch { enabled }): Json<Switch>,
) -> Result<Json<Value>, Problem> {
    if !app.operators.take(staff.operator.clone()) {
        return Err(Problem::TOO_MANY);
    }
    let rule: RuleId = rule.parse().map_err(|_| Denial::NoSuchRule)?;
    app.hub.call(move |office| office.set_rule_enabled(&staff.operator, &rule, enabled)).await?;
    Ok(Json(json!({ "enabled": enabled })))
}

pub(super) async fn delete(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(rule): Path<String>,
) -> Result<Json<Value>, Problem> {
    if !app.operators.take(staff.operator.clone()) {
        return Err(Problem::TOO_MANY);
    }
    let rule: RuleId = rule.parse().map_err(|_| Denial::NoSuchRule)?;
    app.hub.call(move |office| office.remove_rule(&staff.operator, &rule)).await?;
    Ok(Json(json!({})))
}

fn canonical(criterion: &Criterion) -> String {
    crate::view::CriterionText::of(criterion, ToString::to_string).value
}
