//! How a process is, for those who run it.

mod metrics;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::driver::{Door, Host};

/// What of a cluster there is in the process.
#[derive(Clone, Debug)]
struct Parts {
    door: Option<Door>,
    host: Option<Arc<Host>>,
}

/// The routes for those who run it.
pub(crate) fn state(door: Option<Door>, host: Option<Arc<Host>>) -> Router {
    Router::new()
        .route("/metrics", get(metrics::metrics))
        .route("/health", get(health))
        .route("/ready", get(ready))
        .with_state(Parts { door, host })
}

/// Whether the process is to go on: not if one of its owners found its log broken.
async fn health(State(parts): State<Parts>) -> (StatusCode, &'static str) {
    let broken = parts.host.is_some_and(|host| host.status().iter().any(|(_, status)| status.broken));
    if broken { (StatusCode::INTERNAL_SERVER_ERROR, "a log is broken\n") } else { (StatusCode::OK, "well\n") }
}

/// Whether people are to be sent here; a host is always ready for its turn.
async fn ready(State(parts): State<Parts>) -> (StatusCode, &'static str) {
    let ready = parts.door.is_none_or(|door| {
        let status = door.status();
        status.open && status.behind == 0
    });
    if ready { (StatusCode::OK, "ready\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready\n") }
}
