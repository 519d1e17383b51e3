//! A store in memory: for tests, and for whoever wants to see what a store must do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc};

use super::switchboard::Switchboard;
use super::{Address, Lease, Mark, Store, StoreError};
use crate::fault::{Fault, planted};
use crate::owner::Appended;
use crate::settings::LEASE;
use crate::shard::Log;

/// Logs and snapshots.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    logs: BTreeMap<Log, MemoryLog>,
}

#[derive(Clone, Debug, Default)]
struct MemoryLog {
    last: u64,
    records: BTreeMap<u64, Vec<u8>>,
    snapshots: BTreeMap<Mark, Vec<u8>>,
}

impl Memory {
    pub(crate) fn append(&mut self, log: Log, expected: u64, record: Vec<u8>) -> Appended {
        let log = self.logs.entry(log).or_default();
        if log.last != expected && !planted(Fault::NoFence) {
            return Appended::Refused;
        }
        log.last += 1;
        log.records.insert(log.last, record);
        Appended::At(log.last)
    }

    pub(crate) fn read(&self, log: Log, after: u64) -> Vec<(u64, Vec<u8>)> {
        let records = self.logs.get(&log).map(|log| log.records.range(after + 1..));
        records.into_iter().flatten().take(1_000).map(|(p, record)| (*p, record.clone())).collect()
    }

    pub(crate) fn last(&self, log: Log) -> u64 {
        self.logs.get(&log).map_or(0, |log| log.last)
    }

    pub(crate) fn save(&mut self, log: Log, mark: Mark, snapshot: Vec<u8>) {
        self.logs.entry(log).or_default().snapshots.insert(mark, snapshot);
    }

    pub(crate) fn marks(&self, log: Log) -> Vec<Mark> {
        self.logs.get(&log).map(|log| log.snapshots.keys().copied().collect()).unwrap_or_default()
    }

    pub(crate) fn snapshot(&self, log: Log, p: u64) -> Option<Vec<u8>> {
        let snapshots = &self.logs.get(&log)?.snapshots;
        snapshots.iter().find(|(mark, _)| mark.p == p).map(|(_, snapshot)| snapshot.clone())
    }

    pub(crate) fn purge(&mut self, log: Log, to: u64) {
        let log = self.logs.entry(log).or_default();
        log.records.retain(|p, _| *p > to);
        log.snapshots.retain(|mark, _| mark.p >= to);
    }
}

/// A store in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(Arc<Inside>);

#[derive(Debug, Default)]
struct Inside {
    state: Mutex<State>,
    grown: Notify,
    switchboard: Switchboard,
}

#[derive(Debug, Default)]
struct State {
    memory: Memory,
    leases: BTreeMap<Log, (String, Instant)>,
}

impl MemoryStore {
    /// One with these logs and snapshots.
    #[cfg(test)]
    pub(crate) fn of(memory: Memory) -> Self {
        let state = Mutex::new(State { memory, ..State::default() });
        MemoryStore(Arc::new(Inside { state, ..Inside::default() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    async fn append(&self, log: Log, expected: u64, record: Vec<u8>) -> Appended {
        let appended = self.state().memory.append(log, expected, record);
        if log == Log::Rules {
            self.0.grown.notify_waiters();
        }
        appended
    }

    async fn read(&self, log: Log, after: u64) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        Ok(self.state().memory.read(log, after))
    }

    async fn grown(&self, after: u64) {
        loop {
            let notified = self.0.grown.notified();
            if self.state().memory.last(Log::Rules) > after {
                return;
            }
            notified.await;
        }
    }

    async fn lease(&self, log: Log, host: &str) -> Result<Lease, StoreError> {
        let mut state = self.state();
        let now = Instant::now();
        let lease = match state.leases.get(&log) {
            Some((holder, _)) if holder == host => Lease::Renewed,
            Some((_, until)) if *until > now => return Ok(Lease::Taken),
            Some(_) | None => Lease::Won,
        };
        state.leases.insert(log, (host.to_owned(), now + Duration::from_millis(LEASE)));
        Ok(lease)
    }

    async fn release(&self, log: Log, host: &str) {
        let mut state = self.state();
        if state.leases.get(&log).is_some_and(|(holder, _)| holder == host) {
            state.leases.remove(&log);
        }
    }

    async fn save(&self, log: Log, mark: Mark, snapshot: Vec<u8>) -> Result<(), StoreError> {
        self.state().memory.save(log, mark, snapshot);
        Ok(())
    }

    async fn marks(&self, log: Log) -> Result<Vec<Mark>, StoreError> {
        Ok(self.state().memory.marks(log))
    }

    async fn snapshot(&self, log: Log, p: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.state().memory.snapshot(log, p))
    }

    async fn purge(&self, log: Log, to: u64) -> Result<(), StoreError> {
        self.state().memory.purge(log, to);
        Ok(())
    }

    async fn send(&self, to: Address, message: Vec<u8>) {
        self.0.switchboard.send(&to, &message);
    }

    async fn listen(&self, at: Address) -> Result<mpsc::UnboundedReceiver<Vec<u8>>, StoreError> {
        Ok(self.0.switchboard.listen(at))
    }
}
