//! Which rules and watchers a chat can concern at all, without looking at all of them.
//!
//! Every rule is filed under the [`Key`] of its narrowest criterion. A chat meets all criteria of a rule only if it meets
//! that one, so what is filed under the keys that the chat's facts lead to is all there is to look at:
//!
//! ```text
//!  chat                 look-ups                       what is filed there
//!  ├─ ken  ───────────▶ operators ─▶ role of ken,  ┌─ watchers  hana·2  yuki·1      whose plain rules are switched on
//!  ├─ aya  ───────────▶ operators ─▶ role of aya   │
//!  ├─ mika@example.com ▶ emails ──────────────────▶┤
//!  │      └ example.com ▶ domains                  ├─ plain     r2  r7              rules whose key is all that they ask
//!  └─ 192.0.2.7 ──────▶ networks                   └─ more      r9                  rules that ask for more
//! ```
//!
//! * The **watchers** are all that most questions need: each once, however many rules they have there, with their role,
//!   so that the roles permitted to monitor all who attend pick whole stretches of the list.
//! * The **plain** rules are asked only when somebody wants to know by which rules. They lie in a list, each with its
//!   watcher.
//! * **More** is a chain through the rules themselves, which are judged one by one.
//!
//! An operator's role lies where their key does, so the permission check costs no look-up of its own. Every change finds
//! its key as a question does, and changes what is filed there in place.
//!
//! What may be taken out, and what that costs: PERFORMANCE.md has the figures. Without lists of watchers an answer in the
//! busiest world costs a hundred times more; with a plain map of networks an address costs a look-up for each length.
//! Keys that lie in their slots ([`text`](crate::text)), and rules in a table of their own ([`table`](super::table)), buy
//! less than a factor of two.

use foldhash::fast::SeedableRandomState;

use super::filing::Filing;
use super::operators::{OperatorSlot, Operators};
use super::tables::Tables;
use crate::criterion::Criterion;
use crate::id::OperatorId;
use crate::key::Key;

/// What is filed under every key.
#[derive(Clone, Debug)]
pub(super) struct Index {
    pub(super) hasher: SeedableRandomState,
    pub(super) operators: Operators,
    pub(super) tables: Tables<Filing>,
}

impl Index {
    pub(super) fn new(hasher: SeedableRandomState) -> Self {
        Index { operators: Operators::new(&hasher), hasher, tables: Tables::default() }
    }

    /// What is filed under the key of a criterion, to file more there.
    pub(super) fn file(&mut self, criterion: &Criterion) -> &mut Filing {
        match self.tables.file(Key::of(criterion), &self.hasher) {
            Ok(filed) => filed,
            Err(operator) => &mut self.operators.intern(operator, &self.hasher).filed,
        }
    }

    /// What is filed under the key of a criterion already.
    pub(super) fn find_mut(&mut self, criterion: &Criterion) -> Option<&mut Filing> {
        match self.tables.find_mut(Key::of(criterion), &self.hasher) {
            Ok(filed) => filed,
            Err(operator) => self.operators.find_mut(operator, &self.hasher).map(|slot| &mut slot.filed),
        }
    }

    /// Forgets the key of a criterion if nothing is filed under it any more.
    pub(super) fn release(&mut self, criterion: &Criterion) {
        if let Err(operator) = self.tables.release(Key::of(criterion), &self.hasher) {
            self.operators.release(operator, &self.hasher);
        }
    }

    #[inline]
    pub(super) fn of_operator(&self, operator: &OperatorId) -> Option<&OperatorSlot> {
        self.operators.find(operator, &self.hasher)
    }
}
