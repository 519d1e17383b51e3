//! Runs owners and gateways against a store: the only place with a clock and with waiting.

mod door;
mod host;
mod placement;

use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::sync::mpsc;

use crate::Time;
use crate::store::{Address, Store};

pub use door::{Door, Socket};
pub use host::Host;
pub(crate) use placement::{Moved, Word};

/// How often owners and gateways are told the time.
const TICK: Duration = Duration::from_millis(100);

/// A clock that never goes back.
#[derive(Clone, Copy, Debug)]
struct Clock(Instant);

impl Clock {
    fn start() -> Self {
        Clock(Instant::now())
    }

    /// Never 0: that is before everything.
    fn now(self) -> Time {
        Time::try_from(self.0.elapsed().as_millis()).unwrap_or(Time::MAX).saturating_add(1)
    }
}

/// Sends messages one after the other, in the order in which they were posted.
#[derive(Clone, Debug)]
struct Post(mpsc::UnboundedSender<(Address, Vec<u8>)>);

impl Post {
    fn start<S: Store>(store: std::sync::Arc<S>) -> Self {
        let (sender, mut posted) = mpsc::unbounded_channel::<(Address, Vec<u8>)>();
        tokio::spawn(async move {
            while let Some((to, message)) = posted.recv().await {
                store.send(to, message).await;
            }
        });
        Post(sender)
    }

    fn send(&self, to: Address, message: &impl Serialize) {
        // Nothing in a message fails to be written. Nobody is left to send it when the program ends.
        let _ = serde_json::to_vec(message).map(|bytes| self.0.send((to, bytes)));
    }
}
