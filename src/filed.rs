//! Sequence numbers, and sets of them filed under keys: what live chats and watches are found by.

use alloc::collections::BTreeSet;
use core::hash::Hash;

use foldhash::fast::SeedableRandomState;
use hashbrown::{Equivalent, HashMap};

/// A place in an order that is given once and never again.
pub(crate) type Seq = u64;

/// Under each key a set of sequence numbers, in order. A key without any is not kept.
#[derive(Clone, Debug)]
pub(crate) struct Filed<K>(HashMap<K, BTreeSet<Seq>, SeedableRandomState>);

impl<K: Eq + Hash> Filed<K> {
    pub(crate) fn new(hasher: &SeedableRandomState) -> Self {
        Filed(HashMap::with_hasher(hasher.clone()))
    }

    pub(crate) fn insert(&mut self, key: K, seq: Seq) {
        self.0.entry(key).or_default().insert(seq);
    }

    pub(crate) fn remove<Q: Hash + Equivalent<K> + ?Sized>(&mut self, key: &Q, seq: Seq) {
        if let Some(seqs) = self.0.get_mut(key) {
            seqs.remove(&seq);
            if seqs.is_empty() {
                self.0.remove(key);
            }
        }
    }

    /// What is filed under `key`, in order.
    pub(crate) fn under<'a, Q: Hash + Equivalent<K> + ?Sized>(
        &'a self,
        key: &Q,
    ) -> impl Iterator<Item = Seq> + use<'a, K, Q> {
        self.0.get(key).into_iter().flatten().copied()
    }
}
