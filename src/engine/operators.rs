//! The operators that the engine knows or that its rules name, by id and by number.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use foldhash::fast::SeedableRandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::filing::{Filed, Filing};
use super::roles::RoleNumber;
use super::rules::Chain;
use super::scope::{DepartmentNumbers, Scope};
use crate::id::{DepartmentId, OperatorId};
use crate::operator::Operator;
use crate::text::{Text, hash};

/// An operator's number: lists of watchers hold it in the id's place. It is given anew when nothing knows the operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Number(pub(super) u32);

impl Number {
    pub(crate) const LEAST: Number = Number(0);
    const GREATEST: Number = Number(u32::MAX);

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }

    /// The one that follows.
    #[cfg(feature = "serde")]
    pub(crate) fn next(self) -> Number {
        Number(self.0.saturating_add(1))
    }
}

/// What is known of one operator, in the slot that the look-up of their id reads: a cache line of its own.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(super) struct OperatorSlot {
    id: Text<22>,
    pub(super) number: Number,
    pub(super) role: RoleNumber,
    /// The rules that name them.
    pub(super) filed: Filing,
}

/// A slot is one cache line.
const _: [(); 64] = [(); size_of::<OperatorSlot>()];

/// Every operator who has a role, or a rule, or a rule that names them.
#[derive(Clone, Debug)]
pub(super) struct Operators {
    slots: HashTable<OperatorSlot>,
    /// By number.
    numbered: Vec<Numbered>,
    free: Vec<Number>,
    /// Those with a role.
    by_role: BTreeSet<(RoleNumber, Number)>,
    departments: DepartmentNumbers,
}

/// What a watcher's number leads to.
#[derive(Clone, Debug)]
pub(super) struct Numbered {
    pub(super) id: OperatorId,
    pub(super) role: RoleNumber,
    /// The rules that they have made.
    own: Chain,
    /// Where they stand among the departments, if anywhere.
    pub(super) scope: Option<Box<Scope>>,
}

impl OperatorSlot {
    #[inline]
    fn is(&self, id: &OperatorId) -> bool {
        self.id.as_bytes() == id.as_str().as_bytes()
    }
}

impl Operators {
    pub(super) fn new(hasher: &SeedableRandomState) -> Self {
        Operators {
            slots: HashTable::new(),
            numbered: Vec::new(),
            free: Vec::new(),
            by_role: BTreeSet::new(),
            departments: DepartmentNumbers::new(hasher.clone()),
        }
    }

    #[inline]
    pub(super) fn find(&self, id: &OperatorId, hasher: &SeedableRandomState) -> Option<&OperatorSlot> {
        self.slots.find(hash(hasher, id.as_str().as_bytes()), |slot| slot.is(id))
    }

    pub(super) fn find_mut(&mut self, id: &OperatorId, hasher: &SeedableRandomState) -> Option<&mut OperatorSlot> {
        self.slots.find_mut(hash(hasher, id.as_str().as_bytes()), |slot| slot.is(id))
    }

    /// The operator's slot, made where there is none.
    pub(super) fn intern(&mut self, id: &OperatorId, hasher: &SeedableRandomState) -> &mut OperatorSlot {
        let rehash = |slot: &OperatorSlot| hash(hasher, slot.id.as_bytes());
        match self.slots.entry(hash(hasher, id.as_str().as_bytes()), |slot| slot.is(id), rehash) {
            Entry::Occupied(slot) => slot.into_mut(),
            Entry::Vacant(vacant) => {
                let role = RoleNumber::UNKNOWN;
                let numbered = Numbered { id: id.clone(), role, own: Chain::default(), scope: None };
                let free = self.free.pop().and_then(|number| Some((number, self.numbered.get_mut(number.index())?)));
                let number = match free {
                    Some((number, place)) => {
                        *place = numbered;
                        number
                    }
                    None => {
                        self.numbered.push(numbered);
                        Number(self.numbered.len() as u32 - 1)
                    }
                };
                let slot = OperatorSlot { id: id.as_str().into(), number, role, filed: Filing::default() };
                vacant.insert(slot).into_mut()
            }
        }
    }

    /// Forgets an operator who has no role and whom no rule names.
    pub(super) fn release(&mut self, id: &OperatorId, hasher: &SeedableRandomState) {
        let found = self.slots.find_entry(hash(hasher, id.as_str().as_bytes()), |slot| slot.is(id));
        let Ok(entry) = found else { return };
        let slot = entry.get();
        let has_rules = self.numbered.get(slot.number.index()).is_some_and(|numbered| !numbered.own.is_empty());
        if slot.role == RoleNumber::UNKNOWN && slot.filed.is_empty() && !has_rules {
            self.free.push(slot.number);
            entry.remove();
        }
    }

    /// The same by number, and without a look-up where they have a role or a rule.
    pub(super) fn release_unused(&mut self, number: Number, hasher: &SeedableRandomState) {
        let unused = |numbered: &&Numbered| numbered.role == RoleNumber::UNKNOWN && numbered.own.is_empty();
        if let Some(id) = self.get(number).filter(unused).map(|numbered| numbered.id.clone()) {
            self.release(&id, hasher);
        }
    }

    pub(super) fn get(&self, number: Number) -> Option<&Numbered> {
        self.numbered.get(number.index())
    }

    pub(super) fn id(&self, number: Number) -> Option<&OperatorId> {
        self.get(number).map(|numbered| &numbered.id)
    }

    pub(super) fn role(&self, number: Number) -> RoleNumber {
        self.get(number).map(|numbered| numbered.role).unwrap_or_default()
    }

    /// Says what is known of an operator who has a slot, and of which role that is; returns their number, and their role
    /// before.
    pub(super) fn set(
        &mut self,
        id: &OperatorId,
        known: Option<(Operator, RoleNumber)>,
        hasher: &SeedableRandomState,
    ) -> Option<(Number, RoleNumber)> {
        let (operator, role) = known.unzip();
        let role = role.unwrap_or_default();
        let slot = self.slots.find_mut(hash(hasher, id.as_str().as_bytes()), |slot| slot.is(id))?;
        let number = slot.number;
        slot.role = role;
        let numbered = self.numbered.get_mut(number.index())?;
        if let Some(scope) = numbered.scope.take() {
            self.departments.leave(number, &scope.operator);
        }
        numbered.scope = operator.and_then(|operator| self.departments.enter(number, operator));
        let before = core::mem::replace(&mut numbered.role, role);
        self.by_role.remove(&(before, number));
        if role != RoleNumber::UNKNOWN {
            self.by_role.insert((role, number));
        }
        Some((number, before))
    }

    /// The rules that an operator has made.
    pub(super) fn own(&self, number: Number) -> Chain {
        self.get(number).map(|numbered| numbered.own).unwrap_or_default()
    }

    pub(super) fn own_mut(&mut self, number: Number) -> Option<&mut Chain> {
        self.numbered.get_mut(number.index()).map(|numbered| &mut numbered.own)
    }

    /// How many numbers have been given.
    pub(super) fn numbers(&self) -> usize {
        self.numbered.len()
    }

    /// How many have a role.
    pub(super) fn count(&self) -> usize {
        self.by_role.len()
    }

    /// Those with a role, by role and then in no order that means anything.
    pub(super) fn known(&self) -> impl Iterator<Item = (RoleNumber, Number)> {
        self.by_role.iter().copied()
    }

    /// Those of a role, in no order that means anything.
    pub(super) fn of_role(&self, role: RoleNumber) -> impl Iterator<Item = Number> + use<'_> {
        self.by_role.range((role, Number::LEAST)..=(role, Number::GREATEST)).map(|(_, number)| *number)
    }

    pub(super) fn departments(&self) -> &DepartmentNumbers {
        &self.departments
    }

    /// Those who belong to a department, in no order that means anything.
    pub(super) fn members(&self, department: &DepartmentId) -> impl Iterator<Item = Number> + use<'_> {
        self.departments.members(department)
    }
}
