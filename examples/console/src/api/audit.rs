//! The audit, for administrators.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::ByKey;
use super::forms::Refused;
use crate::office::Office;
use crate::store::{Action, AuditLine, Cursor, Filter, Show};
use crate::web::{App, Problem};

/// How many lines at once.
const LINES: usize = 100;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Lines before this one only.
    before: Option<i64>,
    /// Refused attempts only; otherwise what happened by itself, too.
    #[serde(default)]
    refused: bool,
    /// Of this operator.
    who: Option<String>,
    /// About this chat.
    chat: Option<String>,
    /// Since this moment, and before this one, in milliseconds since 1970.
    from: Option<i64>,
    until: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Lines {
    /// The newest first.
    lines: Vec<LineForm>,
}

#[derive(Debug, Serialize, ToSchema)]
struct LineForm {
    id: i64,
    /// In milliseconds since 1970.
    at: i64,
    operator: String,
    action: String,
    chat: Option<String>,
    rules: String,
    detail: String,
    refused: bool,
}

impl From<AuditLine> for LineForm {
    fn from(line: AuditLine) -> Self {
        let AuditLine { id, at, operator, action, chat, rules, detail, refused, .. } = line;
        LineForm { id, at, operator, action, chat, rules, detail, refused }
    }
}

/// Lists who did what, a hundred lines at a time.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(Which), responses((status = 200, body = Lines), Refused))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    by: ByKey,
    Query(Which { before, refused, who, chat, from, until }): Query<Which>,
) -> Result<Json<Lines>, Problem> {
    let operator = by.operator.clone();
    let check = move |office: &mut Office| office.check_administrator(&operator);
    app.look(&by.operator, Action::OpenedAudit, None, check).await?;
    let show = if refused { Show::Refused } else { Show::Everything };
    let filter = Filter { who, chat, rule: None, action: None, show, from, until };
    let cursor = before.map_or(Cursor::Newest, Cursor::OlderThan);
    let found = app.readers().watchers.call(move |archive| archive.audit_page(&filter, cursor, LINES)).await?;
    Ok(Json(Lines { lines: found.lines.into_iter().map(LineForm::from).collect() }))
}
