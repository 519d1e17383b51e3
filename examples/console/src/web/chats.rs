//! Settings → Live chats: every chat, for administrators.

use std::sync::Arc;

use axum::Json;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chat_monitor::{ChatId, Departments, OperatorId};
use minijinja::context;
use serde::Deserialize;
use serde_json::{Value, json};

use super::administrator::Administrator;
use super::desk::Choice;
use super::problem::Problem;
use super::{App, socket};
use crate::aside;
use crate::denial::Denial;
use crate::feeds::Feed;
use crate::office::Office;

/// How many heads are made at a time.
const HEADS: usize = 20;

/// What is sent with an act.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Act {
    allowed: Option<bool>,
    /// Whose place is taken; the first operator's where it is left out.
    from: Option<OperatorId>,
    to: Option<OperatorId>,
    /// As they were where it is left out.
    departments: Option<Departments>,
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let operator = staff.operator.clone();
    let look = move |office: &mut Office| Ok((office.everybody(), office.departments()));
    let (people, departments) = app.hub.read(look).await?;
    let known = json!({ "departments": departments }).to_string();
    let more = context! { people => Choice::all(people), departments, known, me => operator.as_str() };
    app.staff_page(&staff, &headers, ("chats.html", "/settings/chats"), more).await
}

pub(super) async fn socket(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    aside::later().await;
    let held = app.account_slot(&staff)?;
    let (feed, heads) = app.all_chats(&staff.operator).await?;
    let first = format!(r#"{{"type":"snapshot","chats":[{heads}]}}"#);
    Ok(socket::to_watcher(&app, upgrade, first.into(), feed, &staff, held))
}

pub(super) async fn act(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    Path((chat, act)): Path<(String, String)>,
    Json(Act { allowed, from, to, departments }): Json<Act>,
) -> Result<Json<Value>, Problem> {
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let by = staff.operator;
    match (&*act, allowed, to, departments) {
        ("monitoring", Some(allowed), None, None) => {
            app.hub.call(move |office| office.allow_monitoring(&by, &chat, allowed)).await?;
        }
        ("departments", None, None, Some(departments)) => {
            app.hub.call(move |office| office.set_chat_departments(&by, &chat, departments)).await?;
        }
        ("reassign", None, Some(to), departments) => {
            app.hub.call(move |office| office.reassign(&by, &chat, (from, to), departments)).await?;
        }
        ("end", None, None, None) => app.hub.call(move |office| office.end_as_administrator(&by, &chat)).await?,
        ("monitoring" | "departments" | "reassign" | "end", ..) => return Err(Problem::BAD_VALUE),
        _ => return Err(Denial::NoSuchChat.into()),
    }
    Ok(Json(json!({})))
}

impl App {
    /// The heads of all live chats, with commas between them, and what changes in them from then on.
    pub(crate) async fn all_chats(&self, operator: &OperatorId) -> Result<(Feed, String), Problem> {
        let who = operator.clone();
        let (feed, chats) = self.hub.read(move |office| office.listen_to_all_chats(&who)).await?;
        // A few at a time: between them, the people in the chats are served.
        let mut heads = Vec::with_capacity(chats.len());
        for some in chats.chunks(HEADS) {
            let (who, some) = (operator.clone(), some.to_vec());
            heads.extend(self.hub.read(move |office| office.heads(&who, &some)).await?);
        }
        let heads: Vec<&str> = heads.iter().map(|head| head.as_str()).collect();
        Ok((feed, heads.join(",")))
    }
}
