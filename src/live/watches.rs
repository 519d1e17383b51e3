//! The watches that are going on, in the order in which they began.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use foldhash::fast::SeedableRandomState;
use hashbrown::HashMap;

use crate::filed::{Filed, Seq};
use crate::id::{OperatorId, RuleId};

/// One watcher on one chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Watch {
    pub(super) chat: Seq,
    pub(super) watcher: OperatorId,
    /// In rule order, one at least.
    pub(super) rules: Vec<RuleId>,
}

/// Every watch, each (chat, watcher) once.
#[derive(Clone, Debug)]
pub(super) struct Watches {
    next_seq: Seq,
    watches: BTreeMap<Seq, Watch>,
    seqs: HashMap<(Seq, OperatorId), Seq, SeedableRandomState>,
    by_chat: Filed<Seq>,
    by_watcher: Filed<OperatorId>,
}

impl Watches {
    pub(super) fn new(hasher: &SeedableRandomState) -> Self {
        Watches {
            next_seq: 0,
            watches: BTreeMap::new(),
            seqs: HashMap::with_hasher(hasher.clone()),
            by_chat: Filed::new(hasher),
            by_watcher: Filed::new(hasher),
        }
    }

    pub(super) fn start(&mut self, watch: Watch) {
        let seq = self.next_seq;
        self.next_seq += 1;
        self.seqs.insert((watch.chat, watch.watcher.clone()), seq);
        self.by_chat.insert(watch.chat, seq);
        self.by_watcher.insert(watch.watcher.clone(), seq);
        self.watches.insert(seq, watch);
    }

    pub(super) fn end(&mut self, chat: Seq, watcher: &OperatorId) -> Option<Watch> {
        let seq = self.seqs.remove(&(chat, watcher.clone()))?;
        self.by_chat.remove(&chat, seq);
        self.by_watcher.remove(watcher, seq);
        self.watches.remove(&seq)
    }

    pub(super) fn find(&self, chat: Seq, watcher: &OperatorId) -> Option<&Watch> {
        self.watches.get(self.seqs.get(&(chat, watcher.clone()))?)
    }

    pub(super) fn find_mut(&mut self, chat: Seq, watcher: &OperatorId) -> Option<&mut Watch> {
        self.watches.get_mut(self.seqs.get(&(chat, watcher.clone()))?)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Watch> {
        self.watches.values()
    }

    pub(super) fn of_chat(&self, chat: Seq) -> impl Iterator<Item = &Watch> {
        self.by_chat.under(&chat).filter_map(|seq| self.watches.get(&seq))
    }

    pub(super) fn of_watcher<'a>(&'a self, watcher: &OperatorId) -> impl Iterator<Item = &'a Watch> + use<'a> {
        self.by_watcher.under(watcher).filter_map(|seq| self.watches.get(&seq))
    }
}
