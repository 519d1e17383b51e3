//! The watches that are going on. A watch hangs in its watcher's chain, in the order in which these began; the chat that
//! it is of has it in a list of its own.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::people::People;
use crate::engine::Seq;
use crate::id::RuleId;
use crate::slab::{Place, Slab};

/// One watcher on one chat.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    pub(super) room: Place,
    pub(super) watcher: Place,
    pub(super) rules: Rules,
    /// When it began, among all watches.
    pub(super) seq: Seq,
    older: Place,
    newer: Place,
}

/// The rules of a watch, in rule order. One rule, as most watches have, lies in the watch itself.
#[derive(Clone, Debug)]
pub(super) enum Rules {
    One(RuleId),
    More(Box<[RuleId]>),
}

impl Rules {
    pub(super) fn as_slice(&self) -> &[RuleId] {
        match self {
            Rules::One(rule) => core::slice::from_ref(rule),
            Rules::More(rules) => rules,
        }
    }
}

impl From<&[RuleId]> for Rules {
    fn from(rules: &[RuleId]) -> Self {
        match rules {
            [rule] => Rules::One(rule.clone()),
            rules => Rules::More(rules.into()),
        }
    }
}

/// Every watch.
#[derive(Clone, Debug, Default)]
pub(super) struct Watches {
    watches: Slab<Watch>,
    next_seq: Seq,
}

impl Watches {
    pub(super) fn len(&self) -> usize {
        self.watches.len()
    }

    pub(super) fn get(&self, watch: Place) -> Option<&Watch> {
        self.watches.get(watch)
    }

    pub(super) fn get_mut(&mut self, watch: Place) -> Option<&mut Watch> {
        self.watches.get_mut(watch)
    }

    /// Begins a watch, as the newest of its watcher.
    pub(super) fn start(&mut self, room: Place, watcher: Place, rules: Rules, people: &mut People) -> Place {
        let Some(person) = people.get_mut(watcher) else { return Place::NOWHERE };
        let (seq, older) = (self.next_seq, person.newest);
        self.next_seq += 1;
        let watch = Watch { room, watcher, rules, seq, older, newer: Place::NOWHERE };
        let place = self.watches.insert(watch);
        person.newest = place;
        match self.watches.get_mut(older) {
            Some(older) => older.newer = place,
            None => person.oldest = place,
        }
        place
    }

    /// Ends a watch, and takes it out of its watcher's chain.
    pub(super) fn end(&mut self, watch: Place, people: &mut People) -> Option<Watch> {
        let ended = self.watches.remove(watch)?;
        let person = people.get_mut(ended.watcher);
        match (self.watches.get_mut(ended.older), person) {
            (Some(older), _) => older.newer = ended.newer,
            (None, Some(person)) => person.oldest = ended.newer,
            (None, None) => {}
        }
        let person = people.get_mut(ended.watcher);
        match (self.watches.get_mut(ended.newer), person) {
            (Some(newer), _) => newer.older = ended.older,
            (None, Some(person)) => person.newest = ended.older,
            (None, None) => {}
        }
        Some(ended)
    }

    /// A chain of watches, in the order in which they began.
    pub(super) fn along(&self, oldest: Place) -> impl Iterator<Item = &Watch> {
        let mut next = oldest;
        core::iter::from_fn(move || {
            let watch = self.watches.get(next)?;
            next = watch.newer;
            Some(watch)
        })
    }

    /// Sorts watches by when they began.
    pub(super) fn in_order<'a>(&self, all: impl Iterator<Item = &'a Watch>) -> Vec<&'a Watch> {
        let mut all: Vec<_> = all.collect();
        all.sort_unstable_by_key(|watch| watch.seq);
        all
    }
}
