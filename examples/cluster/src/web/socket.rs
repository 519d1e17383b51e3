//! One socket for one person: what they want comes in, and what they may hear goes out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::SinkExt;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, interval, sleep_until, timeout};

use super::{Became, LARGEST, Reply, Web, Wish, now};
use crate::driver::{Heard, Socket};
use crate::message::Place;
use crate::shard::Shard;
use crate::token::Token;

/// How long somebody may take to say who they are, or to receive one thing and the answers that go with it.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often the other end is asked whether it is there: the same for everybody, whatever happens.
const PING: Duration = Duration::from_secs(20);

/// After so long everybody signs in again, whatever their token says.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Most wishes are shorter. Each socket keeps a buffer of this size, and clears it for every read.
const READ_AT_ONCE: usize = 1024;

/// How many wishes of one socket may be without an answer.
const WISHES: usize = 64;

/// The first thing that is sent: the token, and after which places to go on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    token: String,
    #[serde(default)]
    seen: BTreeMap<Shard, Place>,
}

pub(super) async fn open(State(web): State<Arc<Web>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.max_message_size(LARGEST).read_buffer_size(READ_AT_ONCE).on_upgrade(move |socket| async move {
        // Whatever ends it, they sign in again.
        let _ = serve(&web, socket).await;
    })
}

async fn serve(web: &Arc<Web>, mut socket: WebSocket) -> Option<()> {
    let first = timeout(PATIENCE, socket.recv()).await.ok()??.ok()?;
    let sign_in: Option<SignIn> = first.to_text().ok().and_then(|text| serde_json::from_str(text).ok());
    let signed = sign_in.and_then(|sign_in| Some((web.person(&sign_in.token)?, sign_in.seen)));
    let Some((token, seen)) = signed else {
        return send(&mut socket, json!({"error": "a token that is valid is expected"}).to_string()).await;
    };
    let Token { person, expires } = token;
    let ends = sleep_until(Instant::now() + Duration::from_secs(expires.saturating_sub(now())).min(LONGEST));
    let mut ends = std::pin::pin!(ends);
    let mut pings = interval(PING);
    let mut unanswered = 0;
    let reader = web.door.sign_in(person.clone(), seen);
    send(&mut socket, json!({"signed_in": person}).to_string()).await?;
    loop {
        tokio::select! {
            () = &mut ends => return send(&mut socket, json!({"error": "the token has ended"}).to_string()).await,
            heard = reader.next() => match heard {
                Some(heard) => unanswered -= timeout(PATIENCE, write(&mut socket, &reader, heard)).await.ok()??,
                None => return send(&mut socket, json!({"error": "closed: signed in elsewhere, or too slow"}).to_string()).await,
            },
            _ = pings.tick() => timeout(PATIENCE, socket.send(Message::Ping(Default::default()))).await.ok()?.ok()?,
            message = socket.recv(), if unanswered < WISHES => match message?.ok()? {
                Message::Text(text) => match wish(&text) {
                    Ok(Wish { id, g, item }) => {
                        unanswered += 1;
                        reader.ask(id, g, item);
                    }
                    Err(wrong) => send(&mut socket, wrong).await?,
                },
                Message::Close(_) => return None,
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) => {}
            },
        }
    }
}

/// What they want, or what they are told instead.
fn wish(text: &str) -> Result<Wish, String> {
    let wish: Wish = serde_json::from_str(text).map_err(|wrong| json!({"error": wrong.to_string()}).to_string())?;
    match wish.wrong() {
        Some(wrong) => {
            let reply = Reply { id: wish.id, what: Became::Error(wrong) };
            // Nothing in it fails to be written.
            Err(serde_json::to_string(&reply).unwrap_or_default())
        }
        None => Ok(wish),
    }
}

/// Writes it, and the answers that are there: as often as not one comes with what it made happen. Nothing more, for what is
/// written cannot be taken back. Says how many answers there were.
async fn write(socket: &mut WebSocket, reader: &Socket, heard: Heard) -> Option<usize> {
    let (mut next, mut answers) = (Some(heard), 0);
    while let Some(heard) = next {
        answers += usize::from(matches!(heard, Heard::Answer { .. }));
        let text = match heard {
            Heard::Out(out) => serde_json::to_string(&out),
            Heard::Answer { id, answer } => serde_json::to_string(&Reply { id, what: Became::of(answer) }),
        };
        socket.feed(Message::text(text.ok()?)).await.ok()?;
        next = reader.answer();
    }
    socket.flush().await.ok()?;
    Some(answers)
}

async fn send(socket: &mut WebSocket, text: String) -> Option<()> {
    timeout(PATIENCE, socket.send(Message::text(text))).await.ok()?.ok()
}
