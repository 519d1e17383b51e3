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
}

impl Watchers {
    /// An empty buffer.
    pub fn new() -> Self {
        Watchers::default()
    }

    pub(super) fn clear(&mut self) {
        self.found.clear();
        self.ends.clear();
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

    /// Takes `number` out of what is behind `start`.
    pub(super) fn remove(&mut self, start: usize, number: Number) {
        let found = self.found.iter().skip(start).position(|found| *found == number);
        if let Some(at) = found {
            self.found.swap_remove(start + at);
        }
    }

    /// Drops what is behind `start` and was there already between `start` and `added`.
    pub(super) fn dedup(&mut self, start: usize, added: usize, numbers: usize) {
        /// So few that comparing each with each is the quickest.
        const FEW: usize = 8;
        let Some(found) = self.found.get_mut(start..) else { return };
        let (old, new) = found.split_at_mut(added - start);
        let mut kept = 0;
        if old.is_empty() {
            return;
        } else if old.len() <= FEW && new.len() <= FEW {
            for at in 0..new.len() {
                let Some(number) = new.get(at).copied() else { continue };
                if !old.contains(&number) {
                    new.swap(kept, at);
                    kept += 1;
                }
            }
        } else {
            let mark = self.seen.next(numbers);
            for number in &*old {
                self.seen.first(*number, mark);
            }
            for at in 0..new.len() {
                let Some(number) = new.get(at).copied() else { continue };
                if self.seen.first(number, mark) {
                    new.swap(kept, at);
                    kept += 1;
                }
            }
        }
        self.found.truncate(added + kept);
    }
}

impl Seen {
    /// A mark that nobody has, with room for all numbers.
    fn next(&mut self, numbers: usize) -> u32 {
        if self.marks.len() < numbers {
            self.marks.resize(numbers, 0);
        }
        self.mark = self.mark.checked_add(1).unwrap_or_else(|| {
            self.marks.fill(0);
            1
        });
        self.mark
    }

    fn first(&mut self, number: Number, mark: u32) -> bool {
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
