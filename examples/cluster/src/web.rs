//! What a gateway speaks: HTTP and web sockets, JSON in both.

mod socket;
mod state;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chat_monitor::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::timeout;

use crate::driver::Door;
use crate::message::Answer;
use crate::record::{Item, Person};
use crate::token::Token;

pub(crate) use state::state;

/// The largest request, in bytes.
const LARGEST: usize = 64 * 1024;

/// The longest id, in bytes.
const LONGEST_ID: usize = 100;

/// How long a request waits for its answer; at a socket it is [`ASK_LIMIT`](crate::ASK_LIMIT). Whoever gets none asks again
/// with the same id.
const PATIENCE: Duration = Duration::from_secs(20);

/// What those who serve people can reach.
#[derive(Debug)]
pub(crate) struct Web {
    /// The gateway.
    pub(crate) door: Door,
    /// That of the tokens.
    pub(crate) key: Vec<u8>,
}

/// The routes for people.
pub(crate) fn people(web: Web) -> Router {
    Router::new()
        .route("/ask", post(ask))
        .route("/socket", get(socket::open))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(Arc::new(web))
}

/// A wish as people send it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// Theirs alone: others may use the same.
    id: String,
    #[serde(default)]
    g: u64,
    item: Item,
}

/// What became of it.
#[derive(Debug, Serialize)]
struct Reply {
    id: String,
    #[serde(flatten)]
    what: Became,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Became {
    Done { p: u64 },
    Refused { code: &'static str, message: String, refusal: Refusal },
    Unknown(&'static str),
    Error(&'static str),
}

impl Wish {
    /// What is wrong with it, if anything.
    fn wrong(&self) -> Option<&'static str> {
        (self.id.is_empty() || self.id.len() > LONGEST_ID).then_some("an id has 1 to 100 bytes")
    }
}

impl Became {
    fn of(answer: Option<Answer>) -> Self {
        match answer {
            Some(Answer::Done { p }) => Became::Done { p },
            Some(Answer::Refused { refusal, .. }) => {
                let (code, message) = (refusal.code(), refusal.to_string());
                Became::Refused { code, message, refusal }
            }
            Some(Answer::Moved { .. }) | None => Became::Unknown("ask again with the same id"),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Became::Done { .. } => StatusCode::OK,
            Became::Refused { .. } => StatusCode::CONFLICT,
            Became::Unknown(_) => StatusCode::SERVICE_UNAVAILABLE,
            Became::Error(_) => StatusCode::BAD_REQUEST,
        }
    }
}

impl Web {
    fn person(&self, token: &str) -> Option<Token> {
        Token::read(token, &self.key, now())
    }

    /// What became of a wish, as people read it.
    async fn ask(&self, by: Person, wish: Wish) -> Reply {
        if let Some(wrong) = wish.wrong() {
            return Reply { id: wish.id, what: Became::Error(wrong) };
        }
        let Wish { id, g, item } = wish;
        let answer = timeout(PATIENCE, self.door.ask(&id, by, g, item)).await;
        Reply { id, what: Became::of(answer.ok().flatten()) }
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(u64::MAX, |since| since.as_secs())
}

async fn ask(State(web): State<Arc<Web>>, headers: HeaderMap, wish: Result<Json<Wish>, JsonRejection>) -> Response {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let Some(token) = bearer.and_then(|token| web.person(token)) else {
        return (StatusCode::UNAUTHORIZED, Json(json!({"error": "a token that is valid is expected"}))).into_response();
    };
    match wish {
        Ok(Json(wish)) => {
            let reply = web.ask(token.person, wish).await;
            (reply.what.status(), Json(reply)).into_response()
        }
        Err(wrong) => (wrong.status(), Json(json!({"error": wrong.body_text()}))).into_response(),
    }
}
