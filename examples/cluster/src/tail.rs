//! The end of a log as its owner knows it.

use serde::{Deserialize, Serialize};

use crate::record::{Digest, Entry, Record};

/// Where a log ends, and what the next record must say of that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tail {
    /// The place of the last record.
    pub p: u64,
    /// Its epoch.
    pub epoch: u64,
    /// Its `g`.
    pub g: u64,
    /// Its digest.
    pub digest: Digest,
}

/// Why a record cannot be the next one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// One before it is missing: what was read is stale or was purged meanwhile.
    #[error("record {0} is missing")]
    Gap(u64),
    /// It does not follow the record that is there.
    #[error("record {0} does not follow the one before it: its hash or its counts are wrong")]
    Chain(u64),
    /// It is no record.
    #[error("record {0} cannot be read")]
    Form(u64),
    /// What stands in it was never accepted.
    #[error("an item of record {0} is refused")]
    Refused(u64),
}

impl Tail {
    /// Goes on to the record at `p`, if that is the next one.
    pub(crate) fn follow(&mut self, p: u64, bytes: &[u8]) -> Result<Record, Broken> {
        if p != self.p + 1 {
            return Err(Broken::Gap(self.p + 1));
        }
        let record: Record = serde_json::from_slice(bytes).map_err(|_| Broken::Form(p))?;
        if record.previous != self.digest || record.epoch < self.epoch || record.g < self.g {
            return Err(Broken::Chain(p));
        }
        *self = Tail { p, epoch: record.epoch, g: record.g, digest: Digest::of(bytes) };
        Ok(record)
    }

    /// The next record, and the end as it will be then.
    pub(crate) fn next(&self, owner: &str, epoch: u64, g: u64, items: Vec<Entry>) -> (Vec<u8>, Tail) {
        let record = Record { g, epoch, owner: owner.to_owned(), previous: self.digest, items };
        // Nothing in a record fails to be written.
        let bytes = serde_json::to_vec(&record).unwrap_or_default();
        let tail = Tail { p: self.p + 1, epoch, g, digest: Digest::of(&bytes) };
        (bytes, tail)
    }
}
