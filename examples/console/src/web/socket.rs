//! What is live goes out by web sockets; nothing comes in by them.

use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use tokio::time::{interval, timeout};

use crate::feeds::Feed;

/// How long a browser may take to receive one thing.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is asked whether the other end is still there: the same for everybody, whatever happens in a chat.
const PING: Duration = Duration::from_secs(25);

/// Sends a feed until it ends or the other end has gone.
pub(super) fn forward(upgrade: WebSocketUpgrade, feed: Feed) -> Response {
    forward_while(upgrade, feed, || true)
}

/// The same for as long as `may` holds: who has signed out hears nothing more.
pub(super) fn forward_while(
    upgrade: WebSocketUpgrade,
    feed: Feed,
    may: impl Fn() -> bool + Send + Sync + 'static,
) -> Response {
    upgrade.max_message_size(1024).on_upgrade(move |socket| send(socket, feed, may))
}

async fn send(mut socket: WebSocket, mut feed: Feed, may: impl Fn() -> bool + Send) {
    let mut ping = interval(PING);
    ping.tick().await;
    loop {
        let message = tokio::select! {
            news = feed.recv() => match news {
                Some(text) => Message::Text(text),
                None => break,
            },
            _ = ping.tick() => Message::Ping(Default::default()),
            received = socket.recv() => match received {
                // Answers to pings; anything else is of no interest.
                Some(Ok(Message::Pong(_) | Message::Ping(_))) => continue,
                _ => break,
            },
        };
        if !may() {
            break;
        }
        if !matches!(timeout(PATIENCE, socket.send(message)).await, Ok(Ok(()))) {
            return;
        }
    }
    let _ = timeout(PATIENCE, socket.send(Message::Close(None))).await;
}
