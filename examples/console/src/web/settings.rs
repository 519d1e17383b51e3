//! Settings → Permissions → Chat monitoring: the list of rules, and what is done to them.

use std::sync::Arc;

use axum::Json;
use axum::extract::ws::{Utf8Bytes, WebSocketUpgrade};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chat_monitor::{OperatorId, RuleId};
use minijinja::context;
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::caller::Staff;
use super::drafts::{NewRule, label, shown_warnings};
use super::pages::Language;
use super::problem::Problem;
use super::socket;
use crate::aside;
use crate::criterion::{Typed, Wanted, network_around, offers, read};
use crate::denial::Denial;
use crate::feeds::write;
use crate::office::{Filter, Office, Saved};
use crate::store::Action;
use crate::view::ToRules;

/// How many rules a page of the list has.
const PAGE: usize = 50;

/// In how many rules words are looked for at a time: between them, the people in the chats are served.
const SEARCHED: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Switch {
    enabled: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Note {
    name: String,
    note: String,
}

/// Which rules are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Search {
    q: String,
    kind: String,
    watcher: String,
    page: usize,
}

pub(super) async fn page(State(app): State<Arc<App>>, staff: Staff, headers: HeaderMap) -> Result<Response, Problem> {
    let operator = staff.operator.clone();
    let look = move |office: &mut Office| office.watchers(&operator);
    let watchers = app.look(&staff.operator, Action::OpenedSettings, None, look).await?;
    app.staff_page(&staff, &headers, ("rules.html", "/settings/monitoring"), context! { watchers }).await
}

/// Says when something of the rules has changed.
pub(super) async fn socket(
    State(app): State<Arc<App>>,
    staff: Staff,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    aside::later().await;
    let held = app.account_slot(&staff)?;
    let operator = staff.operator.clone();
    let listen = move |office: &mut Office| Ok((office.listen_to_rules(&operator)?, office.rules_gone(&operator)?));
    let (feed, gone) = app.look(&staff.operator, Action::OpenedSettings, None, listen).await?;
    let first: Utf8Bytes = write(&ToRules::Snapshot { gone: &gone });
    Ok(socket::to_watcher(&app, upgrade, first, feed, &staff, held))
}

/// A page of the rules that one sees, the newest first.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    staff: Staff,
    Query(search): Query<Search>,
) -> Result<Json<Value>, Problem> {
    aside::later().await;
    let Search { q, kind, watcher, page } = search;
    let watcher = match &*watcher {
        "" => None,
        // Nobody has an id that cannot be read.
        written => Some(written.parse().map_err(|_| Problem::BAD_VALUE)?),
    };
    let filter = Filter { kind: Some(kind).filter(|kind| !kind.is_empty()), watcher };
    let operator = staff.operator.clone();
    let look = move |office: &mut Office| office.rule_ids(&operator, &filter);
    let mut found = app.look(&staff.operator, Action::OpenedSettings, None, look).await?;
    if !q.trim().is_empty() {
        let mut with = Vec::new();
        for some in found.chunks(SEARCHED) {
            let (operator, some, words) = (staff.operator.clone(), some.to_vec(), q.clone());
            with.extend(app.hub.read(move |office| office.rules_with(&operator, &some, &words)).await?);
        }
        found = with;
    }
    let total = found.len();
    let pages = total.div_ceil(PAGE).max(1);
    let page = page.min(pages - 1);
    let some: Vec<RuleId> = found.into_iter().skip(page * PAGE).take(PAGE).collect();
    let operator = staff.operator;
    let rules = app.hub.read(move |office| office.rule_lines(&operator, &some)).await?;
    Ok(Json(json!({ "rules": rules, "total": total, "page": page, "pages": pages })))
}

/// Says in which form a value would be saved, or what was expected; and which forms may be meant.
pub(super) async fn check(
    State(app): State<Arc<App>>,
    staff: Staff,
    headers: HeaderMap,
    Json(typed): Json<Typed>,
) -> Result<Json<Value>, Problem> {
    app.limited(&staff.operator)?;
    app.check_may_monitor(&staff.operator).await?;
    let language = Language::of(&headers);
    Ok(Json(match read(&typed) {
        Ok(wanted) => {
            let network = match &wanted {
                Wanted::Plain(criterion) => network_around(criterion),
                Wanted::Sample { .. } => None,
            };
            match network {
                Some(network) => json!({
                    "canonical": wanted.canonical(),
                    "hint": language.text("hint_ipv6"),
                    "offers": [network.to_string()],
                }),
                None => json!({ "canonical": wanted.canonical(), "offers": [] }),
            }
        }
        Err(unreadable) => {
            json!({ "problem": language.text(unreadable.key()), "offers": offers(&typed.kind, &typed.value) })
        }
    }))
}

/// Saves a rule, or says what is to be asked first.
pub(super) async fn add(
    State(app): State<Arc<App>>,
    staff: Staff,
    headers: HeaderMap,
    Json(new): Json<NewRule>,
) -> Result<Json<Value>, Problem> {
    app.limited(&staff.operator)?;
    let confirmed = new.confirmed();
    let draft = match new.read(&staff.operator) {
        Ok(draft) => draft,
        Err(problem) => {
            // Whoever may have no rules hears of that first.
            app.check_may_monitor(&staff.operator).await?;
            return Err(problem);
        }
    };
    let who = staff.operator;
    let saved = app.hub.call(move |office| office.save_rule(&who, &draft, confirmed)).await?;
    Ok(Json(match saved {
        Saved::Rule(id) => json!({ "rule": id.as_str() }),
        Saved::Asked(warnings) => json!({ "warnings": shown_warnings(&warnings, Language::of(&headers)) }),
    }))
}

pub(super) async fn set_enabled(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(rule): Path<String>,
    Json(Switch { enabled }): Json<Switch>,
) -> Result<Json<Value>, Problem> {
    app.limited(&staff.operator)?;
    let rule: RuleId = rule.parse().map_err(|_| Denial::NoSuchRule)?;
    app.hub.call(move |office| office.set_rule_enabled(&staff.operator, &rule, enabled)).await?;
    Ok(Json(json!({ "enabled": enabled })))
}

pub(super) async fn delete(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(rule): Path<String>,
) -> Result<Json<Value>, Problem> {
    app.limited(&staff.operator)?;
    let rule: RuleId = rule.parse().map_err(|_| Denial::NoSuchRule)?;
    app.hub.call(move |office| office.remove_rule(&staff.operator, &rule)).await?;
    Ok(Json(json!({})))
}

/// Sets what a rule is called, and what is said of it.
pub(super) async fn set_note(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(rule): Path<String>,
    Json(Note { name, note }): Json<Note>,
) -> Result<Json<Value>, Problem> {
    app.limited(&staff.operator)?;
    let rule: RuleId = rule.parse().map_err(|_| Denial::NoSuchRule)?;
    let (name, note) = label(&name, &note)?;
    app.hub.call(move |office| office.note_rule(&staff.operator, &rule, name, note)).await?;
    Ok(Json(json!({})))
}

/// They know which of their rules somebody else has deleted.
pub(super) async fn told_of_deleted(State(app): State<Arc<App>>, staff: Staff) -> Result<Json<Value>, Problem> {
    app.limited(&staff.operator)?;
    app.hub.call(move |office| office.told_of_rules_gone(&staff.operator)).await?;
    Ok(Json(json!({})))
}

impl App {
    /// Refuses whoever does too much.
    pub(super) fn limited(&self, operator: &OperatorId) -> Result<(), Problem> {
        if self.operators.take(operator.clone()) { Ok(()) } else { Err(Problem::TOO_MANY) }
    }

    pub(super) async fn check_may_monitor(&self, operator: &OperatorId) -> Result<(), Problem> {
        let operator = operator.clone();
        Ok(self.hub.read(move |office| office.check_may_monitor(&operator)).await?)
    }
}
