//! How an owner's log is read.

use super::spare::Spare;
use super::{Mark, Store, StoreError};
use crate::Time;
use crate::aside::aside;
use crate::owner::Loaded;
use crate::shard::{Log, Shard};
use crate::snapshot::{ShardSnapshot, from_bytes};

/// What there is of `log`: its newest snapshot that is whole and all records after it; for a shard also the rules, from
/// before that snapshot.
pub(crate) async fn load(store: &impl Store, log: Log, spare: &Spare, now: Time) -> Result<Loaded, StoreError> {
    match log {
        Log::Rules => {
            // What was purged lies before this.
            let least = store.marks(log).await?.last().map_or(0, |mark| mark.p);
            let (rules, records) = spare.rules(store, least, u64::MAX, now).await?;
            Ok(Loaded::Rules { rules, records })
        }
        Log::Shard(_) => {
            let snapshot = newest_shard(store, log).await?;
            let (p, g) = snapshot.as_ref().map_or((0, 0), |snapshot| (snapshot.tail.p, snapshot.tail.g));
            let records = read_all(store, log, p).await?;
            let (rules, rules_records) = spare.rules(store, g, g, now).await?;
            Ok(Loaded::Shard { snapshot, records, rules, rules_records })
        }
    }
}

async fn newest_shard(store: &impl Store, log: Log) -> Result<Option<ShardSnapshot>, StoreError> {
    for Mark { p, .. } in store.marks(log).await?.into_iter().rev() {
        let bytes = store.snapshot(log, p).await?;
        if let Some(snapshot) = bytes.and_then(|bytes| aside(|| from_bytes(&bytes))) {
            return Ok(Some(snapshot));
        }
    }
    Ok(None)
}

pub(super) async fn read_all(store: &impl Store, log: Log, mut after: u64) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
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
    Ok(reached(store, shards, |marks| marks.first()).await?.into_iter().min().unwrap_or_default())
}

/// The `g` of one snapshot of each shard; 0 where a shard has none.
pub(super) async fn reached(
    store: &impl Store,
    shards: u16,
    which: impl Fn(&[Mark]) -> Option<&Mark>,
) -> Result<Vec<u64>, StoreError> {
    let mut all = Vec::new();
    for shard in Shard::all(shards) {
        let marks = store.marks(Log::Shard(shard)).await?;
        all.push(which(&marks).map_or(0, |mark| mark.g));
    }
    Ok(all)
}
