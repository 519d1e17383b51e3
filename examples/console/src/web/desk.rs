//! The operator's side: chats that wait, and chats that they attend.

use std::sync::Arc;

use axum::Json;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chat_monitor::{ChatId, Departments, OperatorId};
use minijinja::context;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::caller::Staff;
use super::problem::Problem;
use super::{App, Before, socket};
use crate::office::Office;
use crate::reader::DeskOpening;
use crate::said::{Once, Said};

/// What an operator sends with an act.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Body {
    pub(super) text: String,
    pub(super) once: Option<Once>,
    to: String,
    departments: Option<Departments>,
    seen: Vec<i64>,
}

/// Somebody to choose.
#[derive(Debug, Serialize)]
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) name: String,
}

/// Somebody who can be given a chat.
#[derive(Debug, Serialize)]
struct Colleague {
    id: OperatorId,
    name: String,
    /// Whether they have a page open, whichever that is.
    here: bool,
}

impl Choice {
    pub(super) fn all(people: Vec<(OperatorId, String)>) -> Vec<Choice> {
        people.into_iter().map(|(id, name)| Choice { id: id.to_string(), name }).collect()
    }
}

pub(super) async fn page(State(app): State<Arc<App>>, staff: Staff, headers: HeaderMap) -> Result<Response, Problem> {
    app.staff_page(&staff, &headers, ("desk.html", "/desk"), context! {}).await
}

/// To whom a chat can be transferred, and to which departments.
pub(super) async fn colleagues(State(app): State<Arc<App>>, staff: Staff) -> Result<Json<Value>, Problem> {
    let look = move |office: &mut Office| Ok((office.colleagues(&staff.operator), office.departments()));
    let (people, departments) = app.hub.read(look).await?;
    let people = people.into_iter().map(|(id, name)| Colleague { here: app.presence.is_there(&id), id, name });
    Ok(Json(json!({ "people": people.collect::<Vec<_>>(), "departments": departments })))
}

pub(super) async fn socket(
    State(app): State<Arc<App>>,
    staff: Staff,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let held = app.account_slot(&staff)?;
    let operator = staff.operator.clone();
    let DeskOpening { feed, head, chats } = app.hub.read(move |office| Ok(office.listen_at_desk(&operator))).await?;
    let first = app.readers.participants.desk_snapshot(staff.operator.clone(), head, chats).await?;
    Ok(socket::to_operator(&app, upgrade, first, feed, &staff, held))
}

/// What was said earlier in a chat that they attend.
pub(super) async fn entries(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(chat): Path<String>,
    Query(before): Query<Before>,
) -> Result<Json<Value>, Problem> {
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let (operator, id) = (staff.operator.clone(), chat.clone());
    app.hub.read(move |office| office.check_attends(&operator, &id)).await?;
    Ok(Json(app.readers.participants.operator_part(chat, staff.operator, before.before, before.internal).await?))
}

pub(super) async fn act(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path((chat, act)): Path<(String, String)>,
    Json(body): Json<Body>,
) -> Result<Json<Value>, Problem> {
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let who = staff.operator;
    if !app.operators.take(who.clone()) {
        return Err(Problem::TOO_MANY);
    }
    let hub = &app.hub;
    match &*act {
        "say" => {
            let Said(text) = Said::of(&body.text).ok_or(Problem::BAD_TEXT)?;
            let n = hub.call(move |office| office.say(&who, &chat, &text, body.once)).await?;
            return Ok(Json(json!({ "n": n })));
        }
        "note" => {
            let Said(text) = Said::of(&body.text).ok_or(Problem::BAD_TEXT)?;
            hub.call(move |office| office.note(&who, &chat, &text, body.once)).await?;
        }
        "transfer" => {
            let to: OperatorId = body.to.parse().map_err(|_| Problem::BAD_VALUE)?;
            hub.call(move |office| office.transfer(&who, &chat, &to, body.departments)).await?;
        }
        "pick-up" => hub.call(move |office| office.pick_up(&who, &chat)).await?,
        "raise" => hub.call(move |office| office.set_hand(&who, &chat, true)).await?,
        "lower" => hub.call(move |office| office.set_hand(&who, &chat, false)).await?,
        // Nobody in the chat waits for this, and no transaction begins with it.
        "seen" => hub.record(move |office| office.seen(&who, &chat, &body.seen)).await?,
        "end" => hub.call(move |office| office.end(&who, &chat)).await?,
        _ => return Err(Problem::NO_PAGE),
    }
    Ok(Json(json!({})))
}
