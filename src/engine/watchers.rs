//! Answers: with the rules that say so, and without, in a buffer that is used again.

use alloc::vec::Vec;

use super::operators::{Number, Operators};
use crate::id::{OperatorId, RuleId};

/// An operator who may watch a chat, with the rules that say so.
#[doc(alias = "supervisor")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Watcher {
    pub(super) operator: OperatorId,
    pub(super) rules: Vec<RuleId>,
}

impl Watcher {
    /// Who may watch.
    pub fn operator(&self) -> &OperatorId {
        &self.operator
    }

    /// The rules that say so, one at least, in rule order.
    pub fn rules(&self) -> &[RuleId] {
        &self.rules
    }

    /// Who may watch, and the rules that say so.
    pub fn into_parts(self) -> (OperatorId, Vec<RuleId>) {
        (self.operator, self.rules)
    }
}

/// Room for the answers of [`watchers_for_into`](crate::MonitorEngine::watchers_for_into), to be used again and again.
///
/// It holds no answer that could outlive a change of the engine: the answers borrow both. One for each thread is enough.
#[derive(Clone, Debug, Default)]
pub struct WatcherBuffer {
    pub(super) found: Vec<Number>,
    seen: Seen,
}

/// Who stands in the answer already: the mark of the answer, by number.
#[derive(Clone, Debug, Default)]
struct Seen {
    marks: Vec<u32>,
    mark: u32,
    /// Whether all of the answer so far are marked.
    all_marked: bool,
}

impl WatcherBuffer {
    /// An empty buffer.
    pub fn new() -> Self {
        WatcherBuffer::default()
    }

    pub(super) fn clear(&mut self) {
        self.found.clear();
        self.seen.all_marked = false;
    }

    /// What was found.
    pub(super) fn answer<'a>(&'a self, operators: &'a Operators) -> WatcherIds<'a> {
        WatcherIds { found: &self.found, operators }
    }

    /// Takes `numbers` out. There are `all` numbers.
    pub(super) fn remove(&mut self, numbers: impl Iterator<Item = Number>, all: usize) {
        self.seen.forget(all);
        numbers.for_each(|number| _ = self.seen.first(number));
        let kept = keep(&mut self.found, |number| self.seen.first(number));
        self.found.truncate(kept);
        self.seen.all_marked = false;
    }

    /// Drops what is behind `added` and is not to be kept.
    pub(super) fn retain(&mut self, added: usize, is_kept: impl FnMut(Number) -> bool) {
        let kept = self.found.get_mut(added..).map_or(0, |new| keep(new, is_kept));
        self.found.truncate(added + kept);
    }

    /// Drops what is behind `added` and was there already. There are `all` numbers.
    pub(super) fn dedup(&mut self, added: usize, all: usize) {
        /// Up to this many, comparing each with each is fastest.
        const LINEAR: usize = 8;
        let Some((old, new)) = self.found.split_at_mut_checked(added) else { return };
        let kept = if old.len() <= LINEAR && new.len() <= LINEAR {
            keep(new, |number| !old.contains(&number))
        } else {
            if !self.seen.all_marked {
                self.seen.forget(all);
                old.iter().for_each(|number| _ = self.seen.first(*number));
                self.seen.all_marked = true;
            }
            keep(new, |number| self.seen.first(number))
        };
        self.found.truncate(added + kept);
    }
}

/// Moves what is to be kept to the front, and says how much that is.
fn keep(numbers: &mut [Number], mut is_kept: impl FnMut(Number) -> bool) -> usize {
    let mut kept = 0;
    for at in 0..numbers.len() {
        if numbers.get(at).is_some_and(|number| is_kept(*number)) {
            numbers.swap(kept, at);
            kept += 1;
        }
    }
    kept
}

impl Seen {
    /// Forgets all, and makes room for so many numbers.
    fn forget(&mut self, all: usize) {
        if self.marks.len() < all {
            self.marks.resize(all, 0);
        }
        self.mark = self.mark.checked_add(1).unwrap_or_else(|| {
            self.marks.fill(0);
            1
        });
    }

    /// Marks a number, and says whether that is new.
    fn first(&mut self, number: Number) -> bool {
        let mark = self.mark;
        self.marks.get_mut(number.index()).is_some_and(|held| core::mem::replace(held, mark) != mark)
    }
}

/// Who may watch one chat, without the rules that say so: each once, in no order that means anything. The same calls give
/// the same order.
#[derive(Clone, Copy, Debug)]
pub struct WatcherIds<'a> {
    found: &'a [Number],
    operators: &'a Operators,
}

impl<'a> WatcherIds<'a> {
    /// The watchers.
    pub fn iter(&self) -> WatcherIdsIter<'a> {
        WatcherIdsIter { found: self.found.iter(), operators: self.operators }
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether nobody may watch.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

impl<'a> IntoIterator for WatcherIds<'a> {
    type Item = &'a OperatorId;
    type IntoIter = WatcherIdsIter<'a>;

    fn into_iter(self) -> WatcherIdsIter<'a> {
        self.iter()
    }
}

impl<'a> IntoIterator for &WatcherIds<'a> {
    type Item = &'a OperatorId;
    type IntoIter = WatcherIdsIter<'a>;

    fn into_iter(self) -> WatcherIdsIter<'a> {
        self.iter()
    }
}

/// The watchers of one chat, one by one.
#[derive(Clone, Debug)]
pub struct WatcherIdsIter<'a> {
    found: core::slice::Iter<'a, Number>,
    operators: &'a Operators,
}

impl<'a> Iterator for WatcherIdsIter<'a> {
    type Item = &'a OperatorId;

    fn next(&mut self) -> Option<&'a OperatorId> {
        self.operators.id(*self.found.next()?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.found.size_hint()
    }
}

impl ExactSizeIterator for WatcherIdsIter<'_> {}
