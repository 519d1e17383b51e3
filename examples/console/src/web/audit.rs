//! The audit page, for administrators.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chat_monitor::OperatorId;
use minijinja::context;
use serde::{Deserialize, Serialize};

use super::App;
use super::caller::Staff;
use super::pages::Language;
use super::problem::Problem;
use crate::office::Office;
use crate::store::{Action, AuditLine};
use crate::words;

#[derive(Debug, Deserialize)]
pub(super) struct Page {
    before: Option<i64>,
    #[serde(default)]
    refused: bool,
}

#[derive(Debug, Serialize)]
struct Shown {
    at: i64,
    operator: String,
    action: &'static str,
    chat: String,
    rules: String,
    detail: String,
    refused: bool,
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: Staff,
    headers: HeaderMap,
    Query(Page { before, refused }): Query<Page>,
) -> Result<Response, Problem> {
    let operator = staff.operator.clone();
    let before = before.unwrap_or(i64::MAX);
    let check = move |office: &mut Office| office.check_administrator(&operator);
    app.look(&staff.operator, Action::OpenedAudit, None, check).await?;
    let lines = app.readers.watchers.call(move |archive| archive.audit(before, refused, 100)).await?;
    let names = app.hub.read(|office| Ok(office.names())).await?;
    let language = Language::of(&headers);
    let oldest = lines.last().map(|line| line.id).filter(|id| *id > 1);
    let shown: Vec<_> = lines.into_iter().map(|line| show(line, language, &names)).collect();
    let path = if refused { "/audit?refused=true" } else { "/audit" };
    app.staff_page(&staff, &headers, ("audit.html", path), context! { lines => shown, oldest, refused }).await
}

fn show(line: AuditLine, language: Language, names: &HashMap<OperatorId, String>) -> Shown {
    let operator = names.get(line.operator.as_str()).unwrap_or(&line.operator).clone();
    let worded = language.text(&line.detail);
    Shown {
        at: line.at,
        operator,
        action: language.text(&format!("audit_{}", line.action)),
        chat: line.chat.unwrap_or_default(),
        rules: words::shown(&line.rules, |key| language.text(key)),
        detail: if worded.is_empty() { line.detail } else { worded.to_owned() },
        refused: line.refused,
    }
}
