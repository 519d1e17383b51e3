//! What people may ask of the hosts of a cluster: which log is where, and to move one.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, timeout_at};

use crate::driver::{Moved, Word};
use crate::nats::Nats;
use crate::program::Failure;
use crate::settings::LEASE;
use crate::shard::Log;
use crate::store::{Address, JetStreamStore, Store};

/// How long a log may take to get to another host.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which host owns which logs, one line each.
///
/// # Errors
///
/// [`Failure`] if the servers cannot be reached.
pub async fn status(nats: &Nats) -> Result<String, Failure> {
    let store = JetStreamStore::connect(nats, "status").await?;
    let mut words = store.listen(Address::Hosts).await?;
    let until = Instant::now() + Duration::from_millis(LEASE / 2);
    let mut hosts = BTreeMap::new();
    while let Some((host, stays, owns)) = next(&mut words, until).await {
        if stays {
            hosts.insert(host, owns)
        } else {
            hosts.remove(&host)
        };
    }
    let mut text = String::new();
    for (host, owns) in hosts {
        let owns: Vec<String> = owns.iter().map(Log::to_string).collect();
        // Writing to a string does not fail.
        let _ = writeln!(text, "{host}: {}", if owns.is_empty() { "nothing".to_owned() } else { owns.join(", ") });
    }
    Ok(if text.is_empty() { "there is no host\n".to_owned() } else { text })
}

/// Moves a log to the host whose name begins so, and waits until that one owns it.
///
/// # Errors
///
/// [`Failure`] if there is no such host, or it does not come to own the log in time.
pub async fn move_log(nats: &Nats, log: Log, to: &str) -> Result<String, Failure> {
    let store = JetStreamStore::connect(nats, "move").await?;
    let mut words = store.listen(Address::Hosts).await?;
    let is_it = |host: &str| host.starts_with(to);
    let soon = Instant::now() + Duration::from_millis(LEASE / 2);
    loop {
        let heard = next(&mut words, soon).await;
        let (host, stays, _) = heard.ok_or_else(|| Failure::Moving(format!("there is no host `{to}`")))?;
        if stays && is_it(&host) {
            break;
        }
    }
    let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let moved = Moved { log, host: to.to_owned(), at: u64::try_from(at).unwrap_or(u64::MAX) };
    // Nothing in a word fails to be written.
    store.send(Address::Hosts, serde_json::to_vec(&Word::Move(moved)).unwrap_or_default()).await;
    let begun = Instant::now();
    while let Some((host, _, owns)) = next(&mut words, begun + PATIENCE).await {
        if is_it(&host) && owns.contains(&log) {
            return Ok(format!("{host} owns {log}, after {} ms\n", begun.elapsed().as_millis()));
        }
    }
    Err(Failure::Moving(format!("{log} has not come to `{to}` in time")))
}

/// What the next host says: who, whether it stays, and what it owns.
async fn next(words: &mut UnboundedReceiver<Vec<u8>>, until: Instant) -> Option<(String, bool, Vec<Log>)> {
    loop {
        let word = timeout_at(until, words.recv()).await.ok()??;
        if let Ok(Word::Alive { host, stays, owns, moved: _ }) = serde_json::from_slice(&word) {
            return Some((host, stays, owns));
        }
    }
}
