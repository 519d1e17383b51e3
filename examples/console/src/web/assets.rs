//! The style sheet and the scripts: part of the program.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

pub(super) async fn asset(Path(name): Path<String>) -> Result<Response, Problem> {
    let (kind, text) = match &*name {
        "console.css" => ("text/css; charset=utf-8", include_str!("../../assets/console.css")),
        "settings.css" => ("text/css; charset=utf-8", include_str!("../../assets/settings.css")),
        "monitored.css" => ("text/css; charset=utf-8", include_str!("../../assets/monitored.css")),
        "audit.css" => ("text/css; charset=utf-8", include_str!("../../assets/audit.css")),
        "icon.svg" => ("image/svg+xml", include_str!("../../assets/icon.svg")),
        "common.js" => (SCRIPT, include_str!("../../assets/common.js")),
        "talk.js" => (SCRIPT, include_str!("../../assets/talk.js")),
        "chat.js" => (SCRIPT, include_str!("../../assets/chat.js")),
        "advice.js" => (SCRIPT, include_str!("../../assets/advice.js")),
        "lists.js" => (SCRIPT, include_str!("../../assets/lists.js")),
        "transfer.js" => (SCRIPT, include_str!("../../assets/transfer.js")),
        "sound.js" => (SCRIPT, include_str!("../../assets/sound.js")),
        "desk.js" => (SCRIPT, include_str!("../../assets/desk.js")),
        "monitored.js" => (SCRIPT, include_str!("../../assets/monitored.js")),
        "alerts.js" => (SCRIPT, include_str!("../../assets/alerts.js")),
        "filters.js" => (SCRIPT, include_str!("../../assets/filters.js")),
        "left.js" => (SCRIPT, include_str!("../../assets/left.js")),
        "row.js" => (SCRIPT, include_str!("../../assets/row.js")),
        "rows.js" => (SCRIPT, include_str!("../../assets/rows.js")),
        "watches.js" => (SCRIPT, include_str!("../../assets/watches.js")),
        "opened.js" => (SCRIPT, include_str!("../../assets/opened.js")),
        "criteria.js" => (SCRIPT, include_str!("../../assets/criteria.js")),
        "exclusions.js" => (SCRIPT, include_str!("../../assets/exclusions.js")),
        "rule_form.js" => (SCRIPT, include_str!("../../assets/rule_form.js")),
        "rule_words.js" => (SCRIPT, include_str!("../../assets/rule_words.js")),
        "why.js" => (SCRIPT, include_str!("../../assets/why.js")),
        "rules.css" => ("text/css; charset=utf-8", include_str!("../../assets/rules.css")),
        "rules.js" => (SCRIPT, include_str!("../../assets/rules.js")),
        "times.js" => (SCRIPT, include_str!("../../assets/times.js")),
        "session.js" => (SCRIPT, include_str!("../../assets/session.js")),
        "ended_list.js" => (SCRIPT, include_str!("../../assets/ended_list.js")),
        "ended.js" => (SCRIPT, include_str!("../../assets/ended.js")),
        "erasure.js" => (SCRIPT, include_str!("../../assets/erasure.js")),
        "audit.js" => (SCRIPT, include_str!("../../assets/audit.js")),
        "people.js" => (SCRIPT, include_str!("../../assets/people.js")),
        "roles.js" => (SCRIPT, include_str!("../../assets/roles.js")),
        "all-chats.js" => (SCRIPT, include_str!("../../assets/all-chats.js")),
        "departments.js" => (SCRIPT, include_str!("../../assets/departments.js")),
        "retention.js" => (SCRIPT, include_str!("../../assets/retention.js")),
        _ => return Err(Problem::NO_PAGE),
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text).into_response())
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
