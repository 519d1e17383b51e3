//! What is noted while it goes on.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::sleep;

use crate::check::Happened;
use crate::shard::Log;
use crate::store::{JetStreamStore, Store};

/// How often the logs are looked at, so that nothing is purged before it was read.
const LOOK: Duration = Duration::from_millis(200);

/// What people have seen.
#[derive(Debug)]
pub(super) struct Notes {
    state: Mutex<State>,
    /// The rules that are acknowledged as in force.
    pub(super) in_force: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    history: Vec<Happened>,
    last_read: Instant,
    waits: Vec<Duration>,
    revocations: Vec<Duration>,
    /// The log of the longest wait, and when it began.
    slowest: Option<(Duration, Log, Instant)>,
    reads: u64,
    sign_ins: u64,
}

impl Notes {
    pub(super) fn new() -> Self {
        let (history, waits, revocations) = (Vec::new(), Vec::new(), Vec::new());
        let state =
            State { history, last_read: Instant::now(), waits, revocations, slowest: None, reads: 0, sign_ins: 0 };
        Notes { state: Mutex::new(state), in_force: watch::Sender::new(0) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note(&self, happened: Happened) {
        let mut state = self.state();
        if matches!(happened, Happened::Read { .. }) {
            state.last_read = Instant::now();
            state.reads += 1;
        }
        state.history.push(happened);
    }

    pub(super) fn signed_in(&self) {
        self.state().sign_ins += 1;
    }

    pub(super) fn answered(&self, begun: Instant, log: Log, revocation: bool) {
        let (mut state, after) = (self.state(), begun.elapsed());
        if state.slowest.is_none_or(|(slowest, ..)| slowest < after) {
            state.slowest = Some((after, log, begun));
        }
        state.waits.push(after);
        if revocation {
            state.revocations.push(after);
        }
    }

    pub(super) fn quiet_for(&self) -> Duration {
        self.state().last_read.elapsed()
    }

    pub(super) fn history(&self) -> Vec<Happened> {
        self.state().history.clone()
    }

    /// Whether enough happened for the checks to say anything.
    pub(super) fn suffice(&self) -> Result<(), &'static str> {
        let state = self.state();
        if state.revocations.is_empty() {
            return Err("no revocation was acknowledged");
        }
        if state.reads < state.revocations.len() as u64 {
            return Err("hardly anything was read");
        }
        Ok(())
    }

    pub(super) fn table(&self, begun: Instant, records: usize, figures: &BTreeMap<&'static str, u64>) -> String {
        let mut state = self.state();
        let refused = state.history.iter().filter(|happened| matches!(happened, Happened::Refused { .. })).count();
        let all = state.waits.len();
        state.waits.sort_unstable();
        state.revocations.sort_unstable();
        let slowest = state.slowest.map_or("none".to_owned(), |(_, log, at)| {
            format!("for {log}, from {:.1} s on", at.saturating_duration_since(begun).as_secs_f64())
        });
        let rows = [
            ("seconds", begun.elapsed().as_secs().to_string()),
            ("commands answered", all.to_string()),
            ("acknowledged", (all - refused.min(all)).to_string()),
            ("refused", refused.to_string()),
            ("median, 99 %, longest wait for an answer", waits(&state.waits)),
            ("the longest wait", slowest),
            ("revocations acknowledged", state.revocations.len().to_string()),
            ("median, 99 %, longest wait for one", waits(&state.revocations)),
            ("things read", state.reads.to_string()),
            ("sign-ins", state.sign_ins.to_string()),
            ("records in the logs", records.to_string()),
        ];
        let mut text = String::new();
        for (name, value) in rows {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{name:45} {value}");
        }
        for (name, value) in figures {
            let _ = writeln!(text, "{:45} {value}", format!("{name}, since the last starts"));
        }
        text
    }
}

fn waits(sorted: &[Duration]) -> String {
    let at = |hundredths: usize| sorted.get((sorted.len() * hundredths / 100).min(sorted.len().saturating_sub(1)));
    let text = |wait: Option<&Duration>| wait.map_or("none".to_owned(), |wait| format!("{} ms", wait.as_millis()));
    format!("{}, {}, {}", text(at(50)), text(at(99)), text(sorted.last()))
}

/// Every record of every log, read before it is purged.
pub(super) async fn archive(
    store: Arc<JetStreamStore>,
    shards: u16,
    mut stopped: watch::Receiver<bool>,
) -> BTreeMap<Log, Vec<Vec<u8>>> {
    let mut all: BTreeMap<Log, Vec<Vec<u8>>> = Log::all(shards).map(|log| (log, Vec::new())).collect();
    loop {
        let last = *stopped.borrow_and_update();
        for (log, records) in &mut all {
            loop {
                match store.read(*log, records.len() as u64).await {
                    Ok(more) if more.is_empty() => break,
                    Ok(more) => records.extend(more.into_iter().map(|(_, record)| record)),
                    // The next look may find it; the last one must.
                    Err(_) if !last => break,
                    Err(_) => sleep(LOOK).await,
                }
            }
        }
        if last {
            return all;
        }
        tokio::select! {
            () = sleep(LOOK) => {}
            _ = stopped.changed() => {}
        }
    }
}
