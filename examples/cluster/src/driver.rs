//! Runs owners and gateways against a store: the only place with a clock and with waiting.

mod door;
mod host;
mod pace;
mod placement;

use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;
use tokio::task::yield_now;

use crate::Time;
use crate::store::{Address, Store};

pub use door::{Door, Heard, Socket};
pub use host::Host;
pub(crate) use placement::{Moved, Word};

/// How often owners and gateways are told the time.
const TICK: Duration = Duration::from_millis(100);

/// How many messages are looked at together.
const MOST: usize = 1_024;

/// How many bytes go together: well below what servers take. A message that is larger goes alone.
const LARGEST: usize = 256 * 1024;

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

/// Sends messages one after the other, in the order in which they were posted. Those that wait for the same address go
/// together, a line each: so under load few are sent, and none waits when there is none.
#[derive(Clone, Debug)]
struct Post(mpsc::UnboundedSender<(Address, Vec<u8>)>);

impl Post {
    fn start<S: Store>(store: std::sync::Arc<S>) -> Self {
        let (sender, mut posted) = mpsc::unbounded_channel::<(Address, Vec<u8>)>();
        tokio::spawn(async move {
            let mut waiting = Vec::new();
            while posted.recv_many(&mut waiting, MOST).await > 0 {
                // Whoever is about to post does so first.
                yield_now().await;
                while let (true, Ok(more)) = (waiting.len() < MOST, posted.try_recv()) {
                    waiting.push(more);
                }
                for (to, together) in together(waiting.drain(..)) {
                    store.send(to, together).await;
                }
            }
        });
        Post(sender)
    }

    fn send(&self, to: Address, message: &impl Serialize) {
        // Nothing in a message fails to be written. Nobody is left to send it when the program ends.
        let _ = serde_json::to_vec(message).map(|bytes| self.0.send((to, bytes)));
    }
}

/// Puts together what goes to one address, in order.
fn together(messages: impl Iterator<Item = (Address, Vec<u8>)>) -> Vec<(Address, Vec<u8>)> {
    let mut all: Vec<(Address, Vec<u8>)> = Vec::new();
    for (to, message) in messages {
        let same = all.iter_mut().rev().find(|(address, _)| *address == to);
        match same.filter(|(_, before)| before.len() + message.len() < LARGEST) {
            Some((_, before)) => {
                before.push(b'\n');
                before.extend(message);
            }
            None => all.push((to, message)),
        }
    }
    all
}

/// The messages that came together. What this version cannot read is left out.
fn apart<T: DeserializeOwned>(together: &[u8]) -> impl Iterator<Item = T> {
    together.split(|byte| *byte == b'\n').filter_map(|message| serde_json::from_slice(message).ok())
}

#[cfg(test)]
mod tests {
    use super::{LARGEST, apart, together};
    use crate::store::Address;

    #[test]
    fn messages_to_one_address_go_together_and_come_apart_in_order() {
        let to = |name: &str| Address::Gateway(name.to_owned());
        let long = format!("\"{}\"", "x".repeat(LARGEST));
        let messages =
            [("a", "\"1\\n\""), ("b", "\"2\""), ("a", "nothing"), ("a", "\"3\""), ("a", &long), ("a", "\"4\"")];
        let messages = messages.map(|(name, text)| (to(name), text.as_bytes().to_vec()));
        let sent = together(messages.into_iter());
        let counts: Vec<usize> = sent.iter().map(|(_, together)| apart::<String>(together).count()).collect();
        assert_eq!((sent.len(), counts), (4, vec![2, 1, 1, 1]));
        let of = |name: &str| sent.iter().filter(|(address, _)| *address == to(name)).collect::<Vec<_>>();
        let read: Vec<String> = of("a").into_iter().flat_map(|(_, together)| apart::<String>(together)).collect();
        let (short, longer): (Vec<String>, Vec<String>) = read.into_iter().partition(|text| text.len() < 9);
        assert_eq!((short, longer.len()), (["1\n", "3", "4"].map(str::to_owned).to_vec(), 1));
    }
}
