//! Answers: with the rules that say so, and without, in buffers that are used again.

use alloc::vec::Vec;

use super::operators::Operators;
use super::rank::Number;
use crate::id::{OperatorId, RuleId};

/// An operator who may watch a chat, with the rules that say so.
#[doc(alias = "supervisor")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
}

/// Room for the answers of [`watchers_for_into`](crate::MonitorEngine::watchers_for_into) and
/// [`watchers_for_many`](crate::MonitorEngine::watchers_for_many), to be used again and again.
///
/// It holds no answer that could outlive a change of the engine: the answers borrow both.
#[derive(Clone, Debug, Default)]
pub struct Watchers {
    pub(super) found: Vec<Number>,
    /// Where the answer of each chat ends in `found`.
    pub(super) ends: Vec<usize>,
    seen: Seen,
}

/// Who stands in the answer already: the mark of the answer, by number.
#[derive(Clone, Debug, Default)]
struct Seen {
    marks: Vec<u32>,
    mark: u32,
    /// Where the answer begins whose watchers are all noted.
    noted: Option<usize>,
}

impl Watchers {
    /// An empty buffer.
    pub fn new() -> Self {
        Watchers::default()
    }

    pub(super) fn clear(&mut self) {
        self.found.clear();
        self.ends.clear();
        self.seen.noted = None;
    }

    /// What was found since the last answer is the next one.
    pub(super) fn end_answer(&mut self) {
        self.ends.push(self.found.len());
    }

    /// The answers, in the order in which they were found.
    pub(super) fn answers<'a>(&'a self, operators: &'a Operators) -> impl Iterator<Item = Granted<'a>> + use<'a> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let found = self.found.get(start..end).unwrap_or_default();
            start = end;
            Granted { found, operators }
        })
    }

    /// All that was found, as one answer.
    pub(super) fn only<'a>(&'a self, operators: &'a Operators) -> Granted<'a> {
        Granted { found: &self.found, operators }
    }

    /// Takes `numbers` out of what is behind `start`. There are `all` numbers.
    pub(super) fn remove(&mut self, start: usize, numbers: impl Iterator<Item = Number>, all: usize) {
        self.seen.forget(all);
        numbers.for_each(|number| _ = self.seen.first(number));
        let kept = keep(self.found.get_mut(start..), |number| self.seen.first(number));
        self.found.truncate(start + kept);
        self.seen.noted = None;
    }

    /// Drops what is behind `added` and was there already since `start`, where an answer begins. There are `all` numbers.
    pub(super) fn dedup(&mut self, start: usize, added: usize, all: usize) {
        /// So few that comparing each with each is the quickest.
        const FEW: usize = 8;
        let Some((old, new)) = self.found.get_mut(start..).and_then(|found| found.split_at_mut_checked(added - start))
        else {
            return;
        };
        let kept = if old.len() <= FEW && new.len() <= FEW {
            keep(Some(new), |number| !old.contains(&number))
        } else {
            // What was noted for this answer before need not be noted again.
            if self.seen.noted != Some(start) {
                self.seen.forget(all);
                old.iter().for_each(|number| _ = self.seen.first(*number));
                self.seen.noted = Some(start);
            }
            keep(Some(new), |number| self.seen.first(number))
        };
        self.found.truncate(added + kept);
    }
}

/// Moves what is to be kept to the front, and says how much that is.
fn keep(numbers: Option<&mut [Number]>, mut is_kept: impl FnMut(Number) -> bool) -> usize {
    let Some(numbers) = numbers else { return 0 };
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

    /// Notes a number, and says whether that is new.
    fn first(&mut self, number: Number) -> bool {
        let mark = self.mark;
        self.marks.get_mut(number.index()).is_some_and(|held| core::mem::replace(held, mark) != mark)
    }
}

/// Who may watch one chat, without the rules that say so.
#[derive(Clone, Copy, Debug)]
pub struct Granted<'a> {
    pub(super) found: &'a [Number],
    pub(super) operators: &'a Operators,
}

impl<'a> Granted<'a> {
    /// The watchers, each once, in no order that means anything. The same calls give the same order.
    pub fn iter(&self) -> impl Iterator<Item = &'a OperatorId> + use<'a> {
        let operators = self.operators;
        self.found.iter().filter_map(|number| operators.id(*number))
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
