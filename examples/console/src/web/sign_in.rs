//! Signing in and out.

use std::sync::Arc;
use std::time::Duration;

use axum::Form;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use chat_monitor::OperatorId;
use minijinja::context;
use serde::Deserialize;

use super::caller::Staff;
use super::pages::{Language, own_path};
use super::problem::Problem;
use super::sessions::Session;
use super::{App, Peer, socket};
use crate::entry::now;
use crate::feeds::write;
use crate::limits::Origin;
use crate::office::Office;
use crate::password;
use crate::store::{Archive, ReaderOf};
use crate::view::ToReader;

/// How long a session lasts, in seconds.
const SESSION_LENGTH: i64 = 12 * 60 * 60;

#[derive(Debug, Deserialize)]
pub(super) struct Back {
    back: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SignIn {
    operator: String,
    password: String,
    #[serde(default)]
    back: String,
}

pub(super) async fn home(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Html<String>, Problem> {
    let demonstration = app.hub.read(|office| office.demonstrates()).await?;
    Ok(Html(app.pages.render("home.html", Language::of(&headers), "/", context! { demonstration })))
}

pub(super) async fn page(State(app): State<Arc<App>>, headers: HeaderMap, Query(query): Query<Back>) -> Html<String> {
    let back = query.back.unwrap_or_default();
    Html(form(&app, &headers, &back, "", ""))
}

pub(super) async fn sign_in(
    State(app): State<Arc<App>>,
    peer: Peer,
    headers: HeaderMap,
    Form(SignIn { operator, password, back }): Form<SignIn>,
) -> Result<Response, Problem> {
    let language = Language::of(&headers);
    let name = operator.trim().to_ascii_lowercase();
    let from = Origin::of(app.address(peer.ip(), &headers));
    if name.len() > 32 || password.len() > 200 {
        return Ok((StatusCode::FORBIDDEN, Html(form(&app, &headers, &back, "", language.text("wrong_password"))))
            .into_response());
    }
    // By name, so that one account cannot be tried on and on; and by address, so that not all accounts can.
    let key = (from, name.clone());
    let slowed = |wait: Duration, text: &str| {
        let page = form(&app, &headers, &back, &name, language.text(text));
        let seconds = (wait.as_secs() + 1).to_string();
        (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds)], Html(page)).into_response()
    };
    if let Some(wait) = app.guesses.wait(&key) {
        return Ok(slowed(wait, "sign_in_slowed"));
    }
    // Only wrong ones are counted: a whole office may come from one address.
    if !app.sign_ins.has(&from) {
        return Ok(slowed(Duration::from_secs(5), "sign_in_slowed_address"));
    }
    let Ok(turn) = app.hashing.clone().try_acquire_owned() else {
        return Ok(slowed(Duration::from_secs(2), "sign_in_busy"));
    };
    let id = name.parse::<OperatorId>().ok();
    let account = match id {
        Some(id) => app.hub.read(move |office| office.account(&id)).await?,
        None => None,
    };
    // A disabled account is answered like one that there is not.
    let account = account.filter(|account| account.disabled.is_none());
    let hash = account.as_ref().map_or_else(|| app.nobody.clone(), |account| account.password.clone());
    let verify = move || {
        let right = password::verify(&password, &hash);
        drop(turn);
        right
    };
    let right = tokio::task::spawn_blocking(verify).await.unwrap_or(false);
    let Some(account) = account.filter(|_| right) else {
        app.guesses.wrong(key);
        app.sign_ins.take(from);
        if let Ok(tried) = name.parse::<OperatorId>() {
            app.hub.call(move |office| office.sign_in_failed(&tried)).await?;
        }
        let page = form(&app, &headers, &back, &name, language.text("wrong_password"));
        return Ok((StatusCode::FORBIDDEN, Html(page)).into_response());
    };
    app.guesses.right(&key);
    let token = password::token();
    let digest = password::digest(&token);
    let session = Session::new(account.operator.clone(), now() + SESSION_LENGTH * 1000);
    let (expires, kept) = (session.expires, digest.clone());
    // Before it is kept: who disables the account at this moment ends this session too. Nobody has the token yet.
    app.sessions.add(digest.clone(), session);
    let signed_in =
        app.hub.call(move |office| office.sign_in(&account.operator, &account.password, &kept, expires)).await;
    if let Err(denial) = signed_in {
        app.sessions.remove(&digest);
        return Err(denial.into());
    }
    let cookie = app.cookie(app.session_cookie(), &token, "/", SESSION_LENGTH);
    let to = if back.is_empty() { "/desk" } else { own_path(&back) };
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(to)).into_response())
}

pub(super) async fn sign_out(State(app): State<Arc<App>>, staff: Staff) -> Result<Response, Problem> {
    let Staff { operator, token, .. } = staff;
    app.sessions.remove(&token);
    app.hub.call(move |office| office.sign_out(&operator, &token)).await?;
    Ok(([(header::SET_COOKIE, app.cookie(app.session_cookie(), "", "/", 0))], Redirect::to("/sign-in")).into_response())
}

/// What a page shows of an ended chat, if it does.
#[derive(Debug, Deserialize)]
pub(super) struct Shows {
    ended: Option<String>,
}

/// For pages without a socket of their own: when the session ends, or a chat that they show is deleted, what they show is
/// to go.
pub(super) async fn socket(
    State(app): State<Arc<App>>,
    staff: Staff,
    Query(Shows { ended }): Query<Shows>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let held = app.account_slot(&staff)?;
    let operator = staff.operator.clone();
    let listen = move |office: &mut Office| Ok((office.listen_as_reader(&operator), office.reader_of(&operator)));
    let (feed, reader) = app.hub.read(listen).await?;
    let first = match ended {
        // It may have been deleted while the page was away.
        Some(chat) if !app.readers.watchers.call(shows(reader, &chat)).await? => {
            write(&ToReader::Deleted { chat: &chat })
        }
        Some(_) | None => write(&ToReader::Here),
    };
    Ok(socket::to_operator(&app, upgrade, first, feed, &staff, held))
}

/// Whether a chat can be read.
fn shows(reader: ReaderOf, chat: &str) -> impl FnOnce(&Archive) -> rusqlite::Result<bool> + Send + use<> {
    let chat = chat.parse().ok();
    move |archive| chat.map_or(Ok(false), |chat| Ok(archive.ended_chat(&reader, &chat)?.is_some()))
}

fn form(app: &App, headers: &HeaderMap, back: &str, operator: &str, problem: &str) -> String {
    let path = "/sign-in";
    app.pages.render("sign_in.html", Language::of(headers), path, context! { back, operator, problem })
}
