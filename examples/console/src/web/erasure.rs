//! Settings → Erasure: what is kept of a person is found without being read, and deleted.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chat_monitor::{ChatId, Email, OperatorId};
use minijinja::context;
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::administrator::Administrator;
use super::problem::Problem;
use crate::criterion::{email, tidy};
use crate::denial::Denial;
use crate::office::Condemned;
use crate::said::Name;
use crate::store::PersonBy;

/// How many chats are shown, and erased at a time.
const CHATS: usize = 100;

/// Comes in the body: it would stay in the history and in logs otherwise.
#[derive(Debug, Deserialize)]
pub(super) struct Sought {
    by: String,
    value: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Erase {
    chats: Vec<String>,
    /// Whose address is to go from what the audit says of rules.
    email: Option<String>,
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.staff_page(&staff, &headers, ("erasure.html", "/settings/erasure"), context! {}).await
}

pub(super) async fn find(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    Json(Sought { by, value }): Json<Sought>,
) -> Result<Json<Value>, Problem> {
    let by = match &*by {
        "email" => PersonBy::Email(email(&value).map_err(|why| Problem::unreadable(why.key()))?),
        "name" => {
            // Read as a visitor's own: one that ends with an emoji ends with a character that nobody sees.
            let name = Name::of(&value).filter(|Name(name)| !name.is_empty());
            PersonBy::Name(name.ok_or(Problem::BAD_VALUE)?.0)
        }
        "chat" => PersonBy::Chat(tidy(&value).parse().map_err(|_| Problem::BAD_VALUE)?),
        _ => return Err(Problem::BAD_VALUE),
    };
    let address = match &by {
        PersonBy::Email(email) => Some(email.clone()),
        PersonBy::Name(_) | PersonBy::Chat(_) => None,
    };
    let (operator, sought) = (staff.operator.clone(), by.clone());
    app.hub.record(move |office| office.note_search(&operator, &sought)).await?;
    let named = address.clone();
    let read = app.readers.watchers.call(move |archive| {
        let lines = named.map_or(Ok(0), |email| archive.lines_that_name(&email).map(|lines| lines.len()))?;
        Ok((archive.chats_of_person(&by, CHATS + 1)?, lines))
    });
    let (mut chats, lines) = read.await?;
    let more = chats.len() > CHATS;
    chats.truncate(CHATS);
    let rules = match address {
        Some(email) => app.hub.read(move |office| Ok(office.rules_that_name(&email))).await?,
        None => 0,
    };
    Ok(Json(json!({ "chats": chats, "more": more, "lines": lines, "rules": rules })))
}

pub(super) async fn erase(
    State(app): State<Arc<App>>,
    Administrator(staff): Administrator,
    Json(Erase { chats, email: address }): Json<Erase>,
) -> Result<Json<Value>, Problem> {
    let chats: Vec<ChatId> =
        chats.iter().map(|chat| chat.parse()).collect::<Result<_, _>>().map_err(|_| Problem::BAD_VALUE)?;
    let address = address.map(|address| email(&address)).transpose().map_err(|why| Problem::unreadable(why.key()))?;
    if chats.len() > CHATS || (chats.is_empty() && address.is_none()) {
        return Err(Problem::BAD_VALUE);
    }
    // It goes on to its end even when whoever asked does not wait for it.
    let task = tokio::spawn(async move { erase_all(&app, staff.operator, chats, address).await });
    Ok(Json(task.await.map_err(|_| Denial::Closed)??))
}

async fn erase_all(
    app: &App,
    operator: OperatorId,
    chats: Vec<ChatId>,
    address: Option<Email>,
) -> Result<Value, Denial> {
    let named = match address {
        Some(email) => app.readers.watchers.call(move |archive| archive.lines_that_name(&email)).await?,
        None => Vec::new(),
    };
    let Condemned { chats, lines, live } =
        app.hub.call(move |office| office.condemn(&operator, &chats, &named)).await?;
    while app.hub.call(|office| office.erase_some()).await? {}
    Ok(json!({ "erased": chats, "lines": lines, "live": live }))
}
