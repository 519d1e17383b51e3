//! One decoded copy of the rules in each process, so that whoever takes over a log need not read a snapshot of them.
//!
//! It is only as far as the oldest of the shards' newest snapshots. A shard's watches are exact only if the chats are taken
//! up under the rules that they were saved under, and the changes since then come in their order: a copy that is further is
//! of no use to that shard, and one that is behind catches up without chats, which is quick.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::load::{reached, read_all};
use super::{Mark, Store, StoreError};
use crate::Time;
use crate::aside::aside;
use crate::fault::{Fault, planted};
use crate::rules::Rules;
use crate::shard::Log;
use crate::snapshot::from_bytes;

/// The copy, once somebody has needed it.
#[derive(Debug)]
pub(crate) struct Spare {
    rules: Mutex<Option<Arc<Rules>>>,
    shards: u16,
}

impl Spare {
    /// For chats in so many shards.
    pub(crate) fn new(shards: u16) -> Self {
        Spare { rules: Mutex::default(), shards }
    }

    /// The rules at a place that is not after `most`, and all records after that, of which one is at `least` or later,
    /// unless that is where the rules are.
    pub(super) async fn rules(
        &self,
        store: &impl Store,
        least: u64,
        most: u64,
        now: Time,
    ) -> Result<(Arc<Rules>, Vec<(u64, Vec<u8>)>), StoreError> {
        let rules = self.kept(store, now).await?;
        if rules.tail.p <= most || planted(Fault::SpareAhead) {
            let records = read_all(store, Log::Rules, rules.tail.p).await?;
            let next = records.first().map_or(rules.tail.p + 1, |(p, _)| *p);
            let last = records.last().map_or(rules.tail.p, |(p, _)| *p);
            // Otherwise it was purged before this copy got there.
            if next == rules.tail.p + 1 && last >= least {
                return Ok((rules, records));
            }
        }
        let rules = newest_rules(store, most, now).await?;
        let records = read_all(store, Log::Rules, rules.tail.p).await?;
        Ok((Arc::new(rules), records))
    }

    /// Whoever comes first reads it, and the others wait for that.
    async fn kept(&self, store: &impl Store, now: Time) -> Result<Arc<Rules>, StoreError> {
        let mut kept = self.rules.lock().await;
        match &*kept {
            Some(rules) => Ok(Arc::clone(rules)),
            None => {
                let rules = Arc::new(newest_rules(store, self.most(store).await?, now).await?);
                *kept = Some(Arc::clone(&rules));
                Ok(rules)
            }
        }
    }

    /// No shard begins with older rules.
    async fn most(&self, store: &impl Store) -> Result<u64, StoreError> {
        let all = reached(store, self.shards, |marks| marks.last()).await?.into_iter();
        let most = if planted(Fault::SpareAhead) { all.max() } else { all.min() };
        Ok(most.unwrap_or_default())
    }

    /// Goes as far as it may.
    pub(crate) async fn follow(&self, store: &impl Store, now: Time) -> Result<(), StoreError> {
        let most = self.most(store).await?;
        let mut at = self.kept(store, now).await?.tail.p;
        while at < most {
            let records = store.read(Log::Rules, at).await?;
            let mut kept = self.rules.lock().await;
            // Somebody is copying it: later.
            let Some(rules) = kept.as_mut().and_then(Arc::get_mut) else { return Ok(()) };
            let mut records = records.into_iter().take_while(|(p, _)| *p <= most).peekable();
            let gone = records.peek().is_none();
            let followed = aside(|| records.try_for_each(|(p, record)| rules.follow(p, &record, now)));
            if gone || followed.is_err() {
                // It was purged before this copy got there, or is half done.
                *kept = None;
                return Ok(());
            }
            at = rules.tail.p;
        }
        Ok(())
    }
}

/// As they were saved last, but not after `most`.
async fn newest_rules(store: &impl Store, most: u64, now: Time) -> Result<Rules, StoreError> {
    for Mark { p, .. } in store.marks(Log::Rules).await?.into_iter().rev().filter(|mark| mark.p <= most) {
        let bytes = store.snapshot(Log::Rules, p).await?;
        if let Some(rules) = bytes.and_then(|bytes| aside(|| Some(Rules::of(from_bytes(&bytes)?, now)))) {
            return Ok(rules);
        }
    }
    Ok(Rules::default())
}
