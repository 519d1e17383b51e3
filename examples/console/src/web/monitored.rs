//! The watcher's side: the list of monitored chats, and one of them opened.

use std::sync::Arc;

use axum::Json;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chat_monitor::ChatId;
use minijinja::context;
use serde_json::{Value, json};

use super::caller::Staff;
use super::desk::Body;
use super::problem::Problem;
use super::{App, Before, socket};
use crate::aside;
use crate::office::Office;
use crate::reader::Opening;
use crate::said::Said;
use crate::store::Action;

/// How many lines of a list are made at a time.
pub(super) const LINES: usize = 20;

pub(super) async fn page(State(app): State<Arc<App>>, staff: Staff, headers: HeaderMap) -> Result<Response, Problem> {
    aside::later().await;
    let operator = staff.operator.clone();
    app.look(&staff.operator, Action::OpenedList, None, move |office| office.check_may_monitor(&operator)).await?;
    app.staff_page(&staff, &headers, ("monitored.html", "/monitored"), context! {}).await
}

pub(super) async fn socket(
    State(app): State<Arc<App>>,
    staff: Staff,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    aside::later().await;
    let held = app.account_slot(&staff)?;
    let (feed, first) = app.watched(&staff.operator).await?;
    Ok(socket::to_watcher(&app, upgrade, first, feed, &staff, held))
}

/// The same page as of the list: its script opens the chat that the address names.
pub(super) async fn opened_page(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(chat): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    aside::later().await;
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let (operator, id) = (staff.operator.clone(), chat.clone());
    let check = move |office: &mut Office| office.check_opened(&operator, &id).map(drop);
    app.look(&staff.operator, Action::Opened, Some(&chat), check).await?;
    let path = format!("/monitored/{chat}");
    app.staff_page(&staff, &headers, ("monitored.html", &path), context! {}).await
}

pub(super) async fn opened_socket(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(chat): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    aside::later().await;
    let held = app.account_slot(&staff)?;
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let (operator, id) = (staff.operator.clone(), chat.clone());
    let check = move |office: &mut Office| office.check_opened(&operator, &id).map(drop);
    app.look(&staff.operator, Action::Opened, Some(&chat), check).await?;
    let look = app.note_look(&staff.operator, &staff.token, &chat).await?;
    let (operator, id) = (staff.operator.clone(), chat.clone());
    let Opening { feed, head, last } = app.hub.read(move |office| office.listen_to_opened(&operator, &id)).await?;
    let first = app.readers.watchers.opened_snapshot(chat, staff.operator.clone(), head, last).await?;
    Ok(socket::to_watcher(&app, upgrade, first, feed, &staff, (held, look)))
}

/// What was said earlier in a chat that is watched or joined.
pub(super) async fn entries(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(chat): Path<String>,
    Query(before): Query<Before>,
) -> Result<Json<Value>, Problem> {
    aside::later().await;
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let (operator, id) = (staff.operator.clone(), chat.clone());
    let check = move |office: &mut Office| office.check_opened(&operator, &id).map(drop);
    app.look(&staff.operator, Action::Opened, Some(&chat), check).await?;
    app.note_look(&staff.operator, &staff.token, &chat).await?;
    Ok(Json(app.readers.watchers.operator_part(chat, staff.operator, before.before, before.internal).await?))
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
    match &*act {
        "advise" => {
            let Said(text) = Said::of(&body.text).ok_or(Problem::BAD_TEXT)?;
            app.hub.call(move |office| office.advise(&who, &chat, &text, body.once)).await?;
        }
        "join" => app.hub.call(move |office| office.join(&who, &chat)).await?,
        "leave" => app.hub.call(move |office| office.leave(&who, &chat)).await?,
        _ => return Err(Problem::NO_PAGE),
    }
    Ok(Json(json!({})))
}
