//! How often: buckets that drain with time. What is limited is whoever asks, so no limit depends on a watcher.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many keys are kept before those that are full again are forgotten.
const MANY: usize = 10_000;

/// Who is counted as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    V4(Ipv4Addr),
    /// The first 64 bits: a household has as many addresses behind them as it likes.
    V6([u8; 8]),
    /// All those together of whom a trusted proxy does not say where they are. They keep nobody else out.
    Unknown,
}

impl Origin {
    pub(crate) fn of(address: Option<IpAddr>) -> Self {
        match address.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(address)) => Origin::V4(address),
            Some(IpAddr::V6(address)) => {
                let [one, two, three, four, five, six, seven, eight, ..] = address.octets();
                Origin::V6([one, two, three, four, five, six, seven, eight])
            }
            None => Origin::Unknown,
        }
    }
}

/// One bucket for each key.
#[derive(Debug)]
pub(crate) struct Buckets<K> {
    /// How many at once.
    burst: f64,
    /// How many a second in the long run.
    rate: f64,
    buckets: Mutex<HashMap<K, (f64, Instant)>>,
}

impl<K: Eq + Hash> Buckets<K> {
    pub(crate) fn new(burst: f64, rate: f64) -> Self {
        Buckets { burst, rate, buckets: Mutex::default() }
    }

    /// Whether there is one, without taking it.
    pub(crate) fn has(&self, key: &K) -> bool {
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let level = buckets.get(key).map(|(level, since)| level + since.elapsed().as_secs_f64() * self.rate);
        level.unwrap_or(self.burst) >= 1.0
    }

    /// Takes one, or says that there is none.
    pub(crate) fn take(&self, key: K) -> bool {
        let now = Instant::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let filled =
            |level: f64, since: Instant| (level + now.duration_since(since).as_secs_f64() * self.rate).min(self.burst);
        if buckets.len() > MANY {
            buckets.retain(|_, (level, since)| filled(*level, *since) < self.burst);
        }
        let (level, since) = buckets.entry(key).or_insert((self.burst, now));
        *level = filled(*level, *since);
        *since = now;
        let enough = *level >= 1.0;
        if enough {
            *level -= 1.0;
        }
        enough
    }
}

/// Slows down those who guess passwords: after each wrong one it takes twice as long until the next is looked at.
#[derive(Debug)]
pub(crate) struct Guesses<K>(Mutex<HashMap<K, (u32, Instant)>>);

impl<K: Eq + Hash> Guesses<K> {
    const FIRST: Duration = Duration::from_millis(500);
    const LONGEST: Duration = Duration::from_secs(60);
    const FORGOTTEN: Duration = Duration::from_secs(15 * 60);

    pub(crate) fn new() -> Self {
        Guesses(Mutex::default())
    }

    /// How long until the next guess is looked at, if not now.
    pub(crate) fn wait(&self, key: &K) -> Option<Duration> {
        let guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (wrong, since) = guesses.get(key)?;
        pause(*wrong).checked_sub(since.elapsed()).filter(|wait| !wait.is_zero())
    }

    pub(crate) fn wrong(&self, key: K) {
        let mut guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if guesses.len() > MANY {
            guesses.retain(|_, (_, since)| since.elapsed() < Self::FORGOTTEN);
        }
        let (wrong, since) = guesses.entry(key).or_insert((0, Instant::now()));
        if since.elapsed() > Self::FORGOTTEN {
            *wrong = 0;
        }
        *wrong = wrong.saturating_add(1);
        *since = Instant::now();
    }

    pub(crate) fn right(&self, key: &K) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

/// Two wrong ones are free: people mistype.
fn pause(wrong: u32) -> Duration {
    match wrong.checked_sub(3) {
        None => Duration::ZERO,
        Some(doublings) => (Guesses::<()>::FIRST * 2u32.saturating_pow(doublings.min(16))).min(Guesses::<()>::LONGEST),
    }
}
