//! What is live goes out by web sockets; nothing comes in by them.

use std::future::{Future, pending};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use chat_monitor::OperatorId;
use tokio::runtime::{self, Handle, Runtime};
use tokio::sync::watch;
use tokio::time::{interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::App;
use super::caller::Staff;
use super::presence::OpenPage;
use super::problem::Problem;
use crate::aside;
use crate::denial::Denial;
use crate::entry::now;
use crate::feeds::Feed;
use crate::slots::Slot;

/// How long a browser may take to receive one thing.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many questions whether it is still there the other end may leave without an answer.
const UNANSWERED: u32 = 2;

/// What a page hears every now and then: when it hears nothing, it is off line. A script does not see pings.
const ALIVE: &str = r#"{"type":"alive"}"#;

/// Who they are, or what they may do, is not what the page says.
const RENEWED: &str = r#"{"type":"renewed"}"#;

const SIGNED_OUT: &str = r#"{"type":"signed_out"}"#;

/// Where the sockets of watchers are served: beside those of the people in the chats, who do not wait for them.
#[derive(Debug)]
pub(super) struct Watching(Option<Runtime>);

impl Watching {
    pub(super) fn start() -> Result<Self, Denial> {
        let mut runtime = runtime::Builder::new_multi_thread();
        runtime.worker_threads(1).thread_name("watchers").on_thread_start(aside::step_back).enable_all();
        runtime.build().map(|runtime| Watching(Some(runtime))).map_err(|_| Denial::Closed)
    }

    /// Has something made there.
    pub(super) async fn run<T: Send + 'static>(&self, make: impl FnOnce() -> T + Send + 'static) -> Result<T, Denial> {
        let runtime = self.0.as_ref().ok_or(Denial::Closed)?;
        runtime.spawn_blocking(make).await.map_err(|_| Denial::Closed)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl App {
    /// Room for one more page of an account: whoever has one open is there.
    pub(super) fn account_slot(&self, staff: &Staff) -> Result<(Slot<OperatorId>, OpenPage), Problem> {
        let slot = self.account_slot_of(&staff.operator)?;
        Ok((slot, self.presence.open(&staff.operator)))
    }
}

/// Sends a visitor a feed until it ends or the other end has gone.
pub(super) fn to_visitor(
    app: &App,
    upgrade: WebSocketUpgrade,
    first: Utf8Bytes,
    feed: Feed,
    held: impl Send + 'static,
) -> Response {
    forward(app, upgrade, (first, feed), (pending(), None), Handle::current(), held)
}

/// The same for an operator, and for as long as their session lasts: who has signed out hears nothing more.
pub(super) fn to_operator(
    app: &App,
    upgrade: WebSocketUpgrade,
    first: Utf8Bytes,
    feed: Feed,
    staff: &Staff,
    held: impl Send + 'static,
) -> Response {
    forward(app, upgrade, (first, feed), of_session(staff), Handle::current(), held)
}

/// The same for what an operator watches.
pub(super) fn to_watcher(
    app: &App,
    upgrade: WebSocketUpgrade,
    first: Utf8Bytes,
    feed: Feed,
    staff: &Staff,
    held: impl Send + 'static,
) -> Response {
    let handle = app.watching.0.as_ref().map_or_else(Handle::current, |runtime| runtime.handle().clone());
    forward(app, upgrade, (first, feed), of_session(staff), handle, held)
}

/// When a session ends, and when who has it is not what they were.
type OfSession<F> = (F, Option<watch::Receiver<()>>);

fn of_session(staff: &Staff) -> OfSession<impl Future<Output = ()> + Send + 'static> {
    (signed_out(staff), Some(staff.renewed.clone()))
}

fn signed_out(staff: &Staff) -> impl Future<Output = ()> + Send + 'static {
    let left = Duration::from_millis(u64::try_from(staff.expires - now()).unwrap_or_default());
    let ended = staff.ended.clone();
    async move {
        tokio::select! {
            () = ended.cancelled() => {}
            () = sleep(left) => {}
        }
    }
}

fn forward(
    app: &App,
    upgrade: WebSocketUpgrade,
    feed: (Utf8Bytes, Feed),
    of_session: OfSession<impl Future<Output = ()> + Send + 'static>,
    place: Handle,
    held: impl Send + 'static,
) -> Response {
    let (stopping, ping) = (app.stopping.clone(), app.limits.ping);
    let open = (app.sockets.token(), held);
    // Nothing but answers to pings comes in; the usual buffer for reading has 128 KiB for each socket.
    upgrade.max_message_size(1024).read_buffer_size(1024).on_upgrade(move |socket| async move {
        place.spawn(async move {
            send(socket, feed, of_session, stopping, ping).await;
            drop(open);
        });
    })
}

async fn send(
    mut socket: WebSocket,
    (first, mut feed): (Utf8Bytes, Feed),
    (signed_out, mut renewed): OfSession<impl Future<Output = ()>>,
    stopping: CancellationToken,
    every: Duration,
) {
    if !matches!(timeout(PATIENCE, socket.send(Message::Text(first))).await, Ok(Ok(()))) {
        return;
    }
    let mut ping = interval(every);
    ping.tick().await;
    tokio::pin!(signed_out);
    let mut unanswered = 0;
    let close = loop {
        let messages = tokio::select! {
            biased;
            () = stopping.cancelled() => break Some(CloseFrame { code: close_code::AWAY, reason: "".into() }),
            () = &mut signed_out => {
                let _ = timeout(PATIENCE, socket.send(Message::Text(Utf8Bytes::from_static(SIGNED_OUT)))).await;
                break Some(CloseFrame { code: close_code::POLICY, reason: "".into() });
            }
            received = socket.recv() => match received {
                Some(Ok(Message::Pong(_) | Message::Ping(_))) => {
                    unanswered = 0;
                    continue;
                }
                // Anything else is of no interest.
                _ => break None,
            },
            () = renewal(&mut renewed) => [Some(Message::Text(Utf8Bytes::from_static(RENEWED))), None],
            _ = ping.tick() => {
                if unanswered == UNANSWERED {
                    return;
                }
                unanswered += 1;
                [Some(Message::Ping(Default::default())), Some(Message::Text(Utf8Bytes::from_static(ALIVE)))]
            }
            news = feed.recv() => match news {
                Some(text) => [Some(Message::Text(text)), None],
                None => break None,
            },
        };
        for message in messages.into_iter().flatten() {
            if !matches!(timeout(PATIENCE, socket.send(message)).await, Ok(Ok(()))) {
                return;
            }
        }
    };
    let _ = timeout(PATIENCE, socket.send(Message::Close(close))).await;
}

async fn renewal(renewed: &mut Option<watch::Receiver<()>>) {
    if let Some(renewed) = renewed {
        if renewed.changed().await.is_ok() {
            return;
        }
    }
    pending().await
}
