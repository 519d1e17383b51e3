//! How an owner's log is read.

use super::{Mark, Store, StoreError};
use crate::owner::Loaded;
use crate::shard::{Log, Shard};
use crate::snapshot::{RulesSnapshot, ShardSnapshot, from_bytes};

/// The newest snapshot of `log` that is whole, and all records after it; for a shard those of the rules, too.
pub(crate) async fn load(store: &impl Store, log: Log) -> Result<Loaded, StoreError> {
    match log {
        Log::Rules => {
            let snapshot = newest_rules(store, u64::MAX).await?;
            let records = read_all(store, log, snapshot.as_ref().map_or(0, |snapshot| snapshot.tail.p)).await?;
            Ok(Loaded::Rules { snapshot, records })
        }
        Log::Shard(_) => {
            let snapshot = newest_shard(store, log).await?;
            let (p, g) = snapshot.as_ref().map_or((0, 0), |snapshot| (snapshot.tail.p, snapshot.tail.g));
            let records = read_all(store, log, p).await?;
            let rules = newest_rules(store, g).await?;
            let after = rules.as_ref().map_or(0, |rules| rules.tail.p);
            let rules_records = read_all(store, Log::Rules, after).await?;
            Ok(Loaded::Shard { snapshot, records, rules, rules_records })
        }
    }
}

async fn newest_shard(store: &impl Store, log: Log) -> Result<Option<ShardSnapshot>, StoreError> {
    for Mark { p, .. } in store.marks(log).await?.into_iter().rev() {
        let bytes = store.snapshot(log, p).await?;
        if let Some(snapshot) = bytes.as_deref().and_then(from_bytes) {
            return Ok(Some(snapshot));
        }
    }
    Ok(None)
}

/// The newest one that is not newer than `g`.
async fn newest_rules(store: &impl Store, g: u64) -> Result<Option<RulesSnapshot>, StoreError> {
    for Mark { p, .. } in store.marks(Log::Rules).await?.into_iter().rev().filter(|mark| mark.p <= g) {
        let bytes = store.snapshot(Log::Rules, p).await?;
        if let Some(snapshot) = bytes.as_deref().and_then(from_bytes) {
            return Ok(Some(snapshot));
        }
    }
    Ok(None)
}

async fn read_all(store: &impl Store, log: Log, mut after: u64) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    let mut all = Vec::new();
    loop {
        let mut some = store.read(log, after).await?;
        let Some((last, _)) = some.last() else { return Ok(all) };
        after = *last;
        all.append(&mut some);
    }
}

/// Up to which record of the rules no shard needs them any more: the older of a shard's snapshots is one that it may have
/// to begin with.
pub(crate) async fn covered(store: &impl Store, shards: u16) -> Result<u64, StoreError> {
    let mut least = u64::MAX;
    for shard in Shard::all(shards) {
        let marks = store.marks(Log::Shard(shard)).await?;
        least = least.min(marks.first().map_or(0, |mark| mark.g));
    }
    Ok(least)
}
