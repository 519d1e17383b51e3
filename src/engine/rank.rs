//! Operators as lists of watchers hold them: by number and rank.

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

    pub(super) fn role(self) -> Option<Role> {
        match self {
            Rank::Administrator => Some(Role::Administrator),
            Rank::Supervisor => Some(Role::Supervisor),
            Rank::Associate => Some(Role::Associate),
            Rank::Unknown => None,
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
