//! What owners and gateways share, behind one trait: logs, leases, snapshots and messages.
//!
//! Safety lies in [`append`](Store::append) alone: it must never add a record where another stands or was expected. All
//! else may fail, be late or be wrong about who has a lease, and then less is done, never something wrong; only that an
//! owner refuses what it should not depends on a lease being given to one at a time.

mod jetstream;
mod load;
mod memory;
mod spare;
mod sqlite;
mod switchboard;

use std::fmt;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::owner::Appended;
use crate::shard::Log;

pub use jetstream::JetStreamStore;
pub(crate) use load::{covered, load};
#[cfg(test)]
pub(crate) use memory::Memory;
pub use memory::MemoryStore;
pub(crate) use spare::Spare;
pub use sqlite::{SqliteError, SqliteStore};

/// Where a message goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    /// To whoever listens as the owner of a log.
    Owner(Log),
    /// To every host.
    Hosts,
    /// To every gateway.
    Gateways,
    /// To one gateway.
    Gateway(String),
}

/// A snapshot that is stored: after which record, and its `g`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mark {
    /// The place of the record.
    pub p: u64,
    /// Up to here the rules were applied.
    pub g: u64,
}

/// Who has the lease of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lease {
    /// Whoever asked, and nobody else since they last had it.
    Renewed,
    /// Whoever asked; others may have had it before.
    Won,
    /// Somebody else.
    Taken,
}

/// Why the store did not do what it was asked. It may be asked again.
#[derive(Debug)]
pub struct StoreError(Box<dyn std::error::Error + Send + Sync>);

impl StoreError {
    /// For this reason.
    pub fn new(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        StoreError(why.into())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
    }
}

/// What owners and gateways share.
pub trait Store: Send + Sync + 'static {
    /// Adds a record durably, if the last one is at `expected`. [`Appended::Refused`] only if it is sure that nothing was
    /// added and nothing will be; after any other failure [`Appended::Unknown`].
    fn append(&self, log: Log, expected: u64, record: Vec<u8>) -> impl Future<Output = Appended> + Send;

    /// The next records after a place, in order; none at the end. What was purged is left out.
    fn read(&self, log: Log, after: u64) -> impl Future<Output = Result<Vec<(u64, Vec<u8>)>, StoreError>> + Send;

    /// Waits until there may be a record of the rules after that place. Nobody follows other logs.
    fn grown(&self, after: u64) -> impl Future<Output = ()> + Send;

    /// Gives `host` the lease of a log, or renews it, for [`LEASE`](crate::LEASE) from now on.
    fn lease(&self, log: Log, host: &str) -> impl Future<Output = Result<Lease, StoreError>> + Send;

    /// Ends a lease, so that another need not wait.
    fn release(&self, log: Log, host: &str) -> impl Future<Output = ()> + Send;

    /// Stores a snapshot durably.
    fn save(&self, log: Log, mark: Mark, snapshot: Vec<u8>) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The snapshots that are stored, the oldest first.
    fn marks(&self, log: Log) -> impl Future<Output = Result<Vec<Mark>, StoreError>> + Send;

    /// The snapshot after record `p`; none where it is not there any more.
    fn snapshot(&self, log: Log, p: u64) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>> + Send;

    /// Removes the records up to `to` and the snapshots before it. The next record is counted on from the last one all
    /// the same.
    fn purge(&self, log: Log, to: u64) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Sends a message. It may be lost; whoever sent it does not hear of that.
    fn send(&self, to: Address, message: Vec<u8>) -> impl Future<Output = ()> + Send;

    /// What is sent to an address from now on, for as long as the receiver is kept.
    fn listen(&self, at: Address) -> impl Future<Output = Result<mpsc::UnboundedReceiver<Vec<u8>>, StoreError>> + Send;
}
