//! Leases: a key for each log, which ends by itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_nats::jetstream::kv::{CreateErrorKind, Operation, Store, UpdateErrorKind};

use super::{Lease, StoreError};
use crate::shard::Log;

#[derive(Debug)]
pub(super) struct Leases {
    keys: Store,
    /// The revisions by which this process has leases.
    held: Mutex<HashMap<(Log, String), u64>>,
}

impl Leases {
    pub(super) fn new(keys: Store) -> Self {
        Leases { keys, held: Mutex::default() }
    }

    /// Renewed only by the revision that was held: so nobody else had it in between.
    pub(super) async fn lease(&self, log: Log, host: &str) -> Result<Lease, StoreError> {
        let held = self.held(log, host);
        let Some(revision) = held else { return self.win(log, host).await };
        match self.keys.update(key(log), host.to_owned().into(), revision).await {
            Ok(revision) => {
                self.hold(log, host, Some(revision));
                Ok(Lease::Renewed)
            }
            // An update that was not heard of may have come before this one; then it is won anew.
            Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => {
                self.hold(log, host, None);
                self.win(log, host).await
            }
            Err(error) => Err(StoreError::new(error)),
        }
    }

    async fn win(&self, log: Log, host: &str) -> Result<Lease, StoreError> {
        let won = match self.keys.entry(key(log)).await.map_err(StoreError::new)? {
            Some(entry) if entry.operation == Operation::Put && entry.value != host.as_bytes() => {
                return Ok(Lease::Taken);
            }
            // Its own, or given up.
            Some(entry) => match self.keys.update(key(log), host.to_owned().into(), entry.revision).await {
                Ok(revision) => revision,
                Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => return Ok(Lease::Taken),
                Err(error) => return Err(StoreError::new(error)),
            },
            None => match self.keys.create(key(log), host.to_owned().into()).await {
                Ok(revision) => revision,
                Err(error) if error.kind() == CreateErrorKind::AlreadyExists => return Ok(Lease::Taken),
                Err(error) => return Err(StoreError::new(error)),
            },
        };
        self.hold(log, host, Some(won));
        Ok(Lease::Won)
    }

    /// If it fails, the lease ends by itself.
    pub(super) async fn release(&self, log: Log, host: &str) {
        if let Some(revision) = self.held(log, host) {
            self.hold(log, host, None);
            let _ = self.keys.delete_expect_revision(key(log), Some(revision)).await;
        }
    }

    fn held(&self, log: Log, host: &str) -> Option<u64> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).get(&(log, host.to_owned())).copied()
    }

    fn hold(&self, log: Log, host: &str, revision: Option<u64>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (log, host.to_owned());
        match revision {
            Some(revision) => _ = held.insert(key, revision),
            None => _ = held.remove(&key),
        }
    }
}

fn key(log: Log) -> String {
    log.to_string()
}
