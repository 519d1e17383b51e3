//! The operators that the engine knows or that its rules name, by id and by number.

use alloc::vec::Vec;

use foldhash::fast::SeedableRandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::filing::Filing;
use super::key::{Text, hash};
use super::rank::{Number, Rank};
use super::rules::Chain;
use crate::id::OperatorId;
use crate::role::Role;

/// What is known of one operator, in the slot that the look-up of their id reads: a cache line of its own.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(super) struct OperatorSlot {
    id: Text<22>,
    pub(super) number: Number,
    pub(super) role: Option<Role>,
    /// The rules that name them.
    pub(super) filed: Filing,
}

/// Every operator who has a role, or a rule, or a rule that names them.
#[derive(Clone, Debug, Default)]
pub(super) struct Operators {
    slots: HashTable<OperatorSlot>,
    /// By number.
    numbered: Vec<Numbered>,
    free: Vec<Number>,
}

#[derive(Clone, Debug)]
struct Numbered {
    id: OperatorId,
    rank: Rank,
    /// The rules that they have made.
    own: Chain,
}

impl OperatorSlot {
    #[inline]
    fn is(&self, id: &OperatorId) -> bool {
        self.id.as_bytes() == id.as_str().as_bytes()
    }
}

impl Operators {
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
                let numbered = Numbered { id: id.clone(), rank: Rank::Unknown, own: Chain::default() };
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
                let slot = OperatorSlot { id: id.as_str().into(), number, role: None, filed: Filing::default() };
                vacant.insert(slot).into_mut()
            }
        }
    }

    /// Forgets an operator without a role, of whom no rule knows.
    pub(super) fn release(&mut self, id: &OperatorId, hasher: &SeedableRandomState) {
        let found = self.slots.find_entry(hash(hasher, id.as_str().as_bytes()), |slot| slot.is(id));
        let Ok(entry) = found else { return };
        let slot = entry.get();
        let has_rules = self.numbered.get(slot.number.index()).is_some_and(|numbered| !numbered.own.is_empty());
        if slot.role.is_none() && slot.filed.is_empty() && !has_rules {
            self.free.push(slot.number);
            entry.remove();
        }
    }

    /// The same by number, and without a look-up where they have a role or a rule.
    pub(super) fn release_unused(&mut self, number: Number, hasher: &SeedableRandomState) {
        let unused = |numbered: &&Numbered| numbered.rank == Rank::Unknown && numbered.own.is_empty();
        if let Some(id) = self.numbered.get(number.index()).filter(unused).map(|numbered| numbered.id.clone()) {
            self.release(&id, hasher);
        }
    }

    pub(super) fn id(&self, number: Number) -> Option<&OperatorId> {
        self.numbered.get(number.index()).map(|numbered| &numbered.id)
    }

    pub(super) fn rank(&self, number: Number) -> Rank {
        self.numbered.get(number.index()).map(|numbered| numbered.rank).unwrap_or_default()
    }

    pub(super) fn role(&self, number: Number) -> Option<Role> {
        self.rank(number).role()
    }

    /// Sets the role of an operator who has a slot; returns their number, and their rank before.
    pub(super) fn set_role(
        &mut self,
        id: &OperatorId,
        role: Option<Role>,
        hasher: &SeedableRandomState,
    ) -> Option<(Number, Rank)> {
        let slot = self.slots.find_mut(hash(hasher, id.as_str().as_bytes()), |slot| slot.is(id))?;
        slot.role = role;
        let numbered = self.numbered.get_mut(slot.number.index())?;
        Some((slot.number, core::mem::replace(&mut numbered.rank, Rank::of(role))))
    }

    /// The rules that an operator has made.
    pub(super) fn own(&self, number: Number) -> Chain {
        self.numbered.get(number.index()).map(|numbered| numbered.own).unwrap_or_default()
    }

    pub(super) fn own_mut(&mut self, number: Number) -> Option<&mut Chain> {
        self.numbered.get_mut(number.index()).map(|numbered| &mut numbered.own)
    }

    /// How many numbers have been given.
    pub(super) fn numbers(&self) -> usize {
        self.numbered.len()
    }

    /// Those with a role, by id.
    pub(super) fn known(&self) -> impl Iterator<Item = (&OperatorId, Role)> {
        let mut known: Vec<_> =
            self.slots.iter().filter_map(|slot| Some((self.id(slot.number)?, slot.role?))).collect();
        known.sort_unstable();
        known.into_iter()
    }
}
