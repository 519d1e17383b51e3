//! What is noted while it goes on.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::sleep;

use super::outages::{Struck, Wait, table};
use crate::check::Happened;
use crate::shard::Log;
use crate::store::{JetStreamStore, Store};

/// How often the logs are looked at, so that nothing is purged before it was read.
const LOOK: Duration = Duration::from_millis(200);

/// Nobody waits so long when all is well.
const HURTS: Duration = Duration::from_secs(1);

/// What a server that comes back makes happen begins some seconds later.
const CALM: Duration = Duration::from_secs(10);

/// What people have seen.
#[derive(Debug)]
pub(crate) struct Notes {
    state: Mutex<State>,
    /// The rules that are acknowledged as in force.
    pub(crate) in_force: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    history: Vec<Happened>,
    last_read: Instant,
    waits: Vec<Wait>,
    struck: Vec<Struck>,
    /// What is asked for and not answered yet, and since when.
    open: BTreeMap<String, Instant>,
    /// When somebody last had waited for long.
    last_hurt: Option<Instant>,
    reads: u64,
    sign_ins: u64,
}

impl Notes {
    pub(super) fn new() -> Self {
        let state = State {
            history: Vec::new(),
            last_read: Instant::now(),
            waits: Vec::new(),
            struck: Vec::new(),
            open: BTreeMap::new(),
            last_hurt: None,
            reads: 0,
            sign_ins: 0,
        };
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

    pub(super) fn asked(&self, id: &str, begun: Instant) {
        self.state().open.insert(id.to_owned(), begun);
    }

    pub(super) fn answered(&self, id: &str, begun: Instant, log: Log, revocation: bool) {
        let mut state = self.state();
        state.open.remove(id);
        if begun.elapsed() > HURTS {
            state.last_hurt = Some(Instant::now());
        }
        state.waits.push(Wait { log, begun, answered: Instant::now(), revocation });
    }

    /// Something happens.
    pub(super) fn struck(&self, what: String) {
        let alone = self.is_calm();
        self.state().struck.push(Struck { what, at: Instant::now(), alone });
    }

    /// Whether nobody has waited for long, for some time.
    pub(super) fn is_calm(&self) -> bool {
        let state = self.state();
        state.last_hurt.is_none_or(|last| last.elapsed() > CALM)
            && state.open.values().all(|begun| begun.elapsed() < HURTS)
    }

    pub(super) fn quiet_for(&self) -> Duration {
        self.state().last_read.elapsed()
    }

    /// What was noted after so much of it.
    pub(crate) fn after(&self, known: usize) -> Vec<Happened> {
        self.state().history.iter().skip(known).cloned().collect()
    }

    pub(super) fn history(&self) -> Vec<Happened> {
        self.state().history.clone()
    }

    /// Whether enough happened for the checks to say anything.
    pub(super) fn suffice(&self) -> Result<(), &'static str> {
        let state = self.state();
        let revocations = state.waits.iter().filter(|wait| wait.revocation).count();
        if revocations == 0 {
            return Err("no revocation was acknowledged");
        }
        if state.reads < revocations as u64 {
            return Err("hardly anything was read");
        }
        Ok(())
    }

    pub(super) fn table(&self, begun: Instant, records: usize, figures: &BTreeMap<&'static str, u64>) -> String {
        let state = self.state();
        let refused = state.history.iter().filter(|happened| matches!(happened, Happened::Refused { .. })).count();
        let all = state.waits.len();
        let slowest = state.waits.iter().max_by_key(|wait| wait.length()).map_or("none".to_owned(), |wait| {
            format!("for {}, from {:.1} s on", wait.log, wait.begun.saturating_duration_since(begun).as_secs_f64())
        });
        let revocations: Vec<Wait> = state.waits.iter().filter(|wait| wait.revocation).copied().collect();
        let rows = [
            ("seconds", begun.elapsed().as_secs().to_string()),
            ("commands answered", all.to_string()),
            ("acknowledged", (all - refused.min(all)).to_string()),
            ("refused", refused.to_string()),
            ("median, 99 %, longest wait for an answer", lengths(&state.waits)),
            ("the longest wait", slowest),
            ("revocations acknowledged", revocations.len().to_string()),
            ("median, 99 %, longest wait for one", lengths(&revocations)),
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
        text + &table(&state.struck, &state.waits)
    }
}

fn lengths(waits: &[Wait]) -> String {
    let mut sorted: Vec<Duration> = waits.iter().map(Wait::length).collect();
    sorted.sort_unstable();
    let at = |hundredths: usize| sorted.get((sorted.len() * hundredths / 100).min(sorted.len().saturating_sub(1)));
    let text = |wait: Option<&Duration>| wait.map_or("none".to_owned(), |wait| format!("{} ms", wait.as_millis()));
    format!("{}, {}, {}", text(at(50)), text(at(99)), text(sorted.last()))
}

/// Every record of every log, read before it is purged.
#[derive(Debug)]
pub(super) struct Archive(Mutex<BTreeMap<Log, Vec<Vec<u8>>>>);

impl Archive {
    pub(super) fn new(shards: u16) -> Self {
        Archive(Mutex::new(Log::all(shards).map(|log| (log, Vec::new())).collect()))
    }

    fn logs(&self) -> MutexGuard<'_, BTreeMap<Log, Vec<Vec<u8>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take(&self) -> BTreeMap<Log, Vec<Vec<u8>>> {
        std::mem::take(&mut *self.logs())
    }

    fn len(&self, log: Log) -> u64 {
        self.logs().get(&log).map_or(0, Vec::len) as u64
    }

    /// None where a record is missing.
    fn add(&self, log: Log, records: Vec<(u64, Vec<u8>)>) -> Option<()> {
        let mut logs = self.logs();
        let known = logs.entry(log).or_default();
        for (p, record) in records {
            match p.cmp(&(known.len() as u64 + 1)) {
                Ordering::Less => {}
                Ordering::Equal => known.push(record),
                Ordering::Greater => return None,
            }
        }
        Some(())
    }

    /// Reads a log from one server, for as long as it is there: another knows more when that one is cut off. Each log by
    /// itself, for one that cannot be read is waited for, and the others are purged meanwhile.
    pub(super) async fn read(
        self: Arc<Self>,
        store: Arc<JetStreamStore>,
        log: Log,
        stop: watch::Receiver<bool>,
    ) -> Result<(), String> {
        loop {
            let last = *stop.borrow();
            loop {
                match store.read(log, self.len(log)).await {
                    Ok(more) if more.is_empty() => break,
                    Ok(more) => self.add(log, more).ok_or_else(|| {
                        format!("two snapshots are kept, and the log from the older one: {log} was purged too far")
                    })?,
                    // The next look may find it; the last one must.
                    Err(_) if !last => break,
                    Err(_) => sleep(LOOK).await,
                }
            }
            if last {
                return Ok(());
            }
            sleep(LOOK).await;
        }
    }
}
