//! The watcher's side: the list of monitored chats, and one of them opened.

use std::sync::Arc;

use axum::Json;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chat_monitor::ChatId;
use minijinja::context;
use serde_json::{Value, json};

use super::caller::Staff;
use super::desk::Body;
use super::problem::Problem;
use super::{App, socket};
use crate::said::Said;

pub(super) async fn page(State(app): State<Arc<App>>, staff: Staff, headers: HeaderMap) -> Result<Response, Problem> {
    let operator = staff.operator.clone();
    app.hub.call(move |office| office.listen_as_watcher(&operator).map(drop)).await?;
    app.staff_page(&staff, &headers, ("monitored.html", "/monitored"), context! {}).await
}

pub(super) async fn socket(
    State(app): State<Arc<App>>,
    staff: Staff,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let operator = staff.operator.clone();
    let feed = app.hub.call(move |office| office.listen_as_watcher(&operator)).await?;
    Ok(socket::to_staff(&app, upgrade, Some(feed), &staff))
}

pub(super) async fn opened_page(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(chat): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let (operator, id) = (staff.operator.clone(), chat.clone());
    app.hub.call(move |office| office.check_page(&operator, &id)).await?;
    let path = format!("/monitored/{chat}");
    app.staff_page(&staff, &headers, ("opened.html", &path), context! { chat => chat.as_str() }).await
}

pub(super) async fn opened_socket(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(chat): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let operator = staff.operator.clone();
    let feed = app.hub.call(move |office| office.listen_to_opened(&operator, &chat)).await?;
    Ok(socket::to_staff(&app, upgrade, Some(feed), &staff))
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
            app.hub.call(move |office| office.advise(&who, &chat, &text)).await?;
        }
        "join" => app.hub.call(move |office| office.join(&who, &chat)).await?,
        "leave" => app.hub.call(move |office| office.leave(&who, &chat)).await?,
        _ => return Err(Problem::NO_PAGE),
    }
    Ok(Json(json!({})))
}
