//! The visitor's side: one chat, and nothing of what its operators do among themselves.

use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Form, Json};
use chat_monitor::ChatId;
use minijinja::context;
use serde::Deserialize;
use serde_json::{Value, json};

use super::caller::VisitorKey;
use super::open_page::OpenPage;
use super::pages::Language;
use super::problem::Problem;
use super::{App, Before, Peer, socket};
use crate::criterion::{email, tidy};
use crate::denial::Denial;
use crate::limits::Origin;
use crate::office::NewChat;
use crate::password;
use crate::reader::{Opening, visitor_part};
use crate::said::{Name, Once, Said};
use crate::store::Part;

#[derive(Debug, Deserialize)]
pub(super) struct Start {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Say {
    text: String,
    #[serde(default)]
    once: Option<Once>,
}

#[derive(Debug, Deserialize)]
pub(super) struct NewEmail {
    email: String,
}

pub(super) async fn start_page(State(app): State<Arc<App>>, headers: HeaderMap) -> Html<String> {
    Html(start_form(&app, &headers, &Start { name: String::new(), email: String::new() }, ""))
}

pub(super) async fn start(
    State(app): State<Arc<App>>,
    peer: Peer,
    headers: HeaderMap,
    Form(start): Form<Start>,
) -> Result<Response, Problem> {
    let ip = app.address(peer.ip(), &headers);
    if !app.chats.take(Origin::of(ip)) {
        return Err(Problem::TOO_MANY);
    }
    let typed = tidy(&start.email);
    let email = match email(typed) {
        Ok(email) => Some(email),
        Err(_) if typed.is_empty() => None,
        Err(why) => {
            let problem = Language::of(&headers).text(why.key());
            let page = start_form(&app, &headers, &start, problem);
            return Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response());
        }
    };
    let Some(Name(name)) = Name::of(&start.name) else { return Err(Problem::BAD_TEXT) };
    // Made here for each chat: a cookie that somebody planted opens nothing.
    let token = password::token();
    let id: ChatId = password::chat_name().parse().map_err(|_| Problem::NO_CHAT)?;
    let to = format!("/chat/{id}");
    let new = NewChat { id, name, email, ip, key: password::digest(&token), demonstration: false };
    app.hub.call(move |office| office.start_chat(new)).await?;
    Ok(([(header::SET_COOKIE, app.cookie(app.visitor_cookie(), &token, &to, 30 * 24 * 60 * 60))], Redirect::to(&to))
        .into_response())
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    Path(chat): Path<String>,
    VisitorKey(key): VisitorKey,
    headers: HeaderMap,
) -> Result<Html<String>, Problem> {
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let path = format!("/chat/{chat}");
    let id = chat.clone();
    app.hub.read(move |office| office.check_visitor(&chat, &key)).await?;
    Ok(Html(app.pages.render("chat.html", Language::of(&headers), &path, context! { chat => id.as_str() })))
}

pub(super) async fn socket(
    State(app): State<Arc<App>>,
    Path(chat): Path<String>,
    VisitorKey(key): VisitorKey,
    peer: Peer,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let origin = Origin::of(app.address(peer.ip(), &headers));
    let of_address = app.of_address.take(origin).ok_or(Problem::TOO_MANY)?;
    let id = chat.clone();
    let mut page = OpenPage::of(app.hub.clone());
    let opening = app.hub.read(move |office| {
        office.check_visitor(&id, &key)?;
        let opening = office.listen_as_visitor(&id)?;
        page.opened(office, id);
        Ok((opening, page))
    });
    let (Opening { feed, head, last }, page) = opening.await?;
    // Counted for those alone whose chat it is.
    let of_chat = app.of_chat.take(chat.clone()).ok_or(Problem::TOO_MANY)?;
    let first = app.readers.participants.visitor_snapshot(chat, head, last).await?;
    Ok(socket::to_visitor(&app, upgrade, first, feed, (of_address, of_chat, page)))
}

/// What was said earlier.
pub(super) async fn entries(
    State(app): State<Arc<App>>,
    Path(chat): Path<String>,
    VisitorKey(key): VisitorKey,
    Query(Before { before, .. }): Query<Before>,
) -> Result<Json<Value>, Problem> {
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let id = chat.clone();
    app.hub.read(move |office| office.check_visitor(&id, &key)).await?;
    let part = app.readers.participants.call(move |archive| archive.part(&chat, before, Part::PAGE)).await?;
    Ok(Json(visitor_part(&part)))
}

pub(super) async fn say(
    State(app): State<Arc<App>>,
    Path(chat): Path<String>,
    VisitorKey(key): VisitorKey,
    Json(say): Json<Say>,
) -> Result<Json<Value>, Problem> {
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let Said(text) = Said::of(&say.text).ok_or(Problem::BAD_TEXT)?;
    let theirs = app.clone();
    let said = app.hub.call(move |office| {
        office.check_visitor(&chat, &key)?;
        theirs.may_write(&chat)?;
        office.say_as_visitor(&chat, &text, say.once)
    });
    Ok(Json(json!({ "n": said.await? })))
}

pub(super) async fn set_email(
    State(app): State<Arc<App>>,
    Path(chat): Path<String>,
    VisitorKey(key): VisitorKey,
    Json(new): Json<NewEmail>,
) -> Result<Json<Value>, Problem> {
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let email = email(&new.email).map_err(|why| Problem::unreadable(why.key()))?;
    let theirs = app.clone();
    let set = app.hub.call(move |office| {
        office.check_visitor(&chat, &key)?;
        theirs.may_write(&chat)?;
        office.set_email(&chat, email)
    });
    set.await?;
    Ok(Json(json!({})))
}

pub(super) async fn end(
    State(app): State<Arc<App>>,
    Path(chat): Path<String>,
    VisitorKey(key): VisitorKey,
) -> Result<Json<Value>, Problem> {
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let ended = app.hub.call(move |office| {
        office.check_visitor(&chat, &key)?;
        office.end_as_visitor(&chat)
    });
    ended.await?;
    Ok(Json(json!({})))
}

impl App {
    /// Counts what a visitor writes. Only where the chat is theirs: nobody else can use up what they may.
    fn may_write(&self, chat: &ChatId) -> Result<(), Denial> {
        if self.visitors.take(chat.clone()) { Ok(()) } else { Err(Denial::TooMany) }
    }
}

fn start_form(app: &App, headers: &HeaderMap, start: &Start, problem: &str) -> String {
    let Start { name, email } = start;
    app.pages.render("visit.html", Language::of(headers), "/visit", context! { name, email, problem })
}
