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
use tokio::sync::mpsc;
use tokio::time::{Instant, interval, sleep_until, timeout};

use super::{LARGEST, Web, Wish, now};
use crate::message::Place;
use crate::shard::Shard;
use crate::token::Token;

/// How long somebody may take to say who they are, or to receive one thing.
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
    let (answers, mut answered) = mpsc::channel::<String>(WISHES);
    let reader = web.door.sign_in(person.clone(), seen);
    send(&mut socket, json!({"signed_in": person}).to_string()).await?;
    loop {
        tokio::select! {
            () = &mut ends => return send(&mut socket, json!({"error": "the token has ended"}).to_string()).await,
            out = reader.next() => match out {
                Some(out) => {
                    feed(&mut socket, serde_json::to_string(&out).ok()?).await?;
                    // As often as not the answer to what made it happen is there, too: both are written together.
                    while let Ok(answer) = answered.try_recv() {
                        feed(&mut socket, answer).await?;
                    }
                    flush(&mut socket).await?;
                }
                None => return send(&mut socket, json!({"error": "closed: signed in elsewhere, or too slow"}).to_string()).await,
            },
            Some(answer) = answered.recv() => send(&mut socket, answer).await?,
            _ = pings.tick() => timeout(PATIENCE, socket.send(Message::Ping(Default::default()))).await.ok()?.ok()?,
            message = socket.recv() => match message?.ok()? {
                Message::Text(text) => match serde_json::from_str::<Wish>(&text) {
                    Ok(wish) => {
                        let room = answers.clone().reserve_owned().await.ok()?;
                        let (web, person) = (Arc::clone(web), person.clone());
                        tokio::spawn(async move {
                            let reply = web.ask(person, wish).await.1;
                            // Nothing in a reply fails to be written.
                            _ = room.send(serde_json::to_string(&reply).unwrap_or_default());
                        });
                    }
                    Err(wrong) => send(&mut socket, json!({"error": wrong.to_string()}).to_string()).await?,
                },
                Message::Close(_) => return None,
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) => {}
            },
        }
    }
}

async fn send(socket: &mut WebSocket, text: String) -> Option<()> {
    feed(socket, text).await?;
    flush(socket).await
}

async fn feed(socket: &mut WebSocket, text: String) -> Option<()> {
    timeout(PATIENCE, socket.feed(Message::Text(text.into()))).await.ok()?.ok()
}

async fn flush(socket: &mut WebSocket) -> Option<()> {
    timeout(PATIENCE, socket.flush()).await.ok()?.ok()
}
