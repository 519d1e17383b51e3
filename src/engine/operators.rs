//! The operators that the engine knows or that its rules name, by id and by number.

use alloc::vec::Vec;

use foldhash::fast::SeedableRandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::index::{Filed, hash};
use super::rules::Chain;
use super::text::Text;
use crate::id::OperatorId;
use crate::role::{Permissions, Role};

/// An operator's number: lists of watchers hold it in the id's place. It is given anew when nothing knows the operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Number(pub(super) u32);

impl Number {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A role, or that of somebody unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Rank {
    Administrator,
    Supervisor,
    Associate,
    #[default]
    Unknown,
}

impl Rank {
    pub(super) const COUNT: usize = 4;
    pub(super) const ALL: [Rank; Rank::COUNT] = [Rank::Administrator, Rank::Supervisor, Rank::Associate, Rank::Unknown];

    pub(super) fn of(role: Option<Role>) -> Self {
        match role {
            Some(Role::Administrator) => Rank::Administrator,
            Some(Role::Supervisor) => Rank::Supervisor,
            Some(Role::Associate) => Rank::Associate,
            None => Rank::Unknown,
        }
    }

    /// This rank's part of what is kept by rank.
    pub(super) fn of_mut<T>(self, [administrator, supervisor, associate, unknown]: &mut [T; Rank::COUNT]) -> &mut T {
        match self {
            Rank::Administrator => administrator,
            Rank::Supervisor => supervisor,
            Rank::Associate => associate,
            Rank::Unknown => unknown,
        }
    }
}

/// A set of ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ranks(u8);

impl Ranks {
    pub(super) const NONE: Ranks = Ranks(0);

    pub(super) fn contains(self, rank: Rank) -> bool {
        self.0 & 1 << rank as u8 != 0
    }

    /// These and one more.
    pub(super) fn with(self, rank: Option<Rank>) -> Self {
        rank.map_or(self, |rank| Ranks(self.0 | 1 << rank as u8))
    }

    pub(super) fn and(self, other: Ranks) -> Self {
        Ranks(self.0 & other.0)
    }
}

/// The table of permissions, the other way round: who may monitor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Permitted {
    anybody: Ranks,
    administrator: Ranks,
    supervisor: Ranks,
    associate: Ranks,
}

impl Permitted {
    pub(super) fn by(permissions: &Permissions) -> Self {
        let who = |may: &dyn Fn(Role) -> bool| {
            let roles = Role::ALL.into_iter().filter(|role| may(*role));
            Ranks(roles.fold(0, |ranks, role| ranks | 1 << Rank::of(Some(role)) as u8))
        };
        Permitted {
            anybody: who(&|role| permissions.may_monitor_anybody(role)),
            administrator: who(&|role| permissions.may_monitor(role, Role::Administrator)),
            supervisor: who(&|role| permissions.may_monitor(role, Role::Supervisor)),
            associate: who(&|role| permissions.may_monitor(role, Role::Associate)),
        }
    }

    /// Who may monitor anybody at all.
    pub(super) fn to_anybody(self) -> Ranks {
        self.anybody
    }

    /// Who may monitor an operator of this role; nobody may monitor somebody unknown.
    #[inline]
    pub(super) fn to_monitor(self, role: Option<Role>) -> Ranks {
        match role {
            Some(Role::Administrator) => self.administrator,
            Some(Role::Supervisor) => self.supervisor,
            Some(Role::Associate) => self.associate,
            None => Ranks::NONE,
        }
    }
}

/// What is known of one operator, in the slot that the look-up of their id reads: a cache line of its own.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(super) struct OperatorSlot {
    id: Text<22>,
    pub(super) number: Number,
    pub(super) role: Option<Role>,
    /// The rules that name them.
    pub(super) filed: Filed,
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
    /// The rules that they have made, in rule order.
    own: Chain,
}

impl Operators {
    #[inline]
    pub(super) fn find(&self, id: &OperatorId, hasher: &SeedableRandomState) -> Option<&OperatorSlot> {
        self.slots.find(hash(hasher, id.as_str().as_bytes()), |slot| slot.id.as_bytes() == id.as_str().as_bytes())
    }

    pub(super) fn find_mut(&mut self, id: &OperatorId, hasher: &SeedableRandomState) -> Option<&mut OperatorSlot> {
        self.slots.find_mut(hash(hasher, id.as_str().as_bytes()), |slot| slot.id.as_bytes() == id.as_str().as_bytes())
    }

    /// The operator's slot, made where there is none.
    pub(super) fn intern(&mut self, id: &OperatorId, hasher: &SeedableRandomState) -> &mut OperatorSlot {
        let rehash = |slot: &OperatorSlot| hash(hasher, slot.id.as_bytes());
        match self.slots.entry(
            hash(hasher, id.as_str().as_bytes()),
            |slot| slot.id.as_bytes() == id.as_str().as_bytes(),
            rehash,
        ) {
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
                let slot = OperatorSlot { id: id.as_str().into(), number, role: None, filed: Filed::default() };
                vacant.insert(slot).into_mut()
            }
        }
    }

    /// Forgets an operator without a role, of whom no rule knows.
    pub(super) fn release(&mut self, id: &OperatorId, hasher: &SeedableRandomState) {
        let Ok(entry) = self
            .slots
            .find_entry(hash(hasher, id.as_str().as_bytes()), |slot| slot.id.as_bytes() == id.as_str().as_bytes())
        else {
            return;
        };
        let slot = entry.get();
        let has_rules = self.numbered.get(slot.number.index()).is_some_and(|numbered| !numbered.own.is_empty());
        if slot.role.is_none() && slot.filed.is_empty() && !has_rules {
            self.free.push(slot.number);
            entry.remove();
        }
    }

    pub(super) fn id(&self, number: Number) -> Option<&OperatorId> {
        self.numbered.get(number.index()).map(|numbered| &numbered.id)
    }

    pub(super) fn rank(&self, number: Number) -> Rank {
        self.numbered.get(number.index()).map(|numbered| numbered.rank).unwrap_or_default()
    }

    /// Sets the role of an operator who has a slot; returns their number, and their rank before.
    pub(super) fn set_role(
        &mut self,
        id: &OperatorId,
        role: Option<Role>,
        hasher: &SeedableRandomState,
    ) -> Option<(Number, Rank)> {
        let slot = self
            .slots
            .find_mut(hash(hasher, id.as_str().as_bytes()), |slot| slot.id.as_bytes() == id.as_str().as_bytes())?;
        slot.role = role;
        let numbered = self.numbered.get_mut(slot.number.index())?;
        Some((slot.number, core::mem::replace(&mut numbered.rank, Rank::of(role))))
    }

    /// The rules that an operator has made, in rule order.
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
