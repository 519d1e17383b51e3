//! The policy's table of roles, by number, as the decision asks it.
//!
//! A role keeps its number as long as it has a row, so operators and lists of watchers hold the number. That makes "which
//! roles may watch this chat" one set of bits: the intersection, over all who count, of the roles that may monitor them.

use alloc::vec::Vec;

use crate::permissions::{MAX_ROLES, Permissions, RoleRow, Within};
use crate::right::{Right, Rights};
use crate::role::Role;

/// A role's number, or that of somebody without a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RoleNumber(u8);

impl RoleNumber {
    /// Of somebody unknown. It is in no set.
    pub(super) const UNKNOWN: RoleNumber = RoleNumber(MAX_ROLES as u8);

    /// How many numbers there can be, the unknown one included.
    pub(super) const COUNT: usize = MAX_ROLES + 1;

    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl Default for RoleNumber {
    fn default() -> Self {
        RoleNumber::UNKNOWN
    }
}

/// A set of roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RoleSet(u32);

impl RoleSet {
    pub(super) const NONE: RoleSet = RoleSet(0);
    pub(super) const ALL: RoleSet = RoleSet(u32::MAX);

    #[inline]
    pub(super) fn contains(self, role: RoleNumber) -> bool {
        u64::from(self.0) >> role.0 & 1 != 0
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// These and one more; nobody's role is none.
    pub(super) fn with(self, role: RoleNumber) -> Self {
        RoleSet(self.0 | (1_u64 << role.0) as u32)
    }

    pub(super) fn and(self, other: RoleSet) -> Self {
        RoleSet(self.0 & other.0)
    }

    pub(super) fn or(self, other: RoleSet) -> Self {
        RoleSet(self.0 | other.0)
    }

    pub(super) fn without(self, other: RoleSet) -> Self {
        RoleSet(self.0 & !other.0)
    }

    pub(super) fn iter(self) -> impl Iterator<Item = RoleNumber> {
        (0..MAX_ROLES as u8).map(RoleNumber).filter(move |role| self.contains(*role))
    }
}

/// Something for each role that has it, and for those without a role.
#[derive(Debug)]
pub(super) struct PerRole<T>([Option<T>; RoleNumber::COUNT]);

impl<T: Copy> PerRole<T> {
    pub(super) fn empty() -> Self {
        PerRole([None; RoleNumber::COUNT])
    }

    pub(super) fn get(&self, role: RoleNumber) -> Option<T> {
        self.0.get(role.index()).copied().flatten()
    }

    /// Keeps what is there already.
    pub(super) fn insert_first(&mut self, role: RoleNumber, value: T) {
        if let Some(place) = self.0.get_mut(role.index()) {
            place.get_or_insert(value);
        }
    }
}

/// The rows of the policy.
#[derive(Clone, Debug)]
pub(super) struct RoleTable {
    /// By number. A number without a role is free.
    roles: Vec<Option<Role>>,
    rows: Vec<Row>,
    /// The roles that may monitor anybody.
    watching: RoleSet,
    /// Those of them that may watch a chat which nobody attends.
    unattended: RoleSet,
    /// Those whose watching is limited to what their operators oversee.
    scoped: RoleSet,
    /// The roles whom advice does not reach.
    deaf: RoleSet,
}

/// What is asked of one row.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    /// Who may monitor operators of this role.
    monitored_by: RoleSet,
    within: Within,
    rights: Rights,
}

impl RoleTable {
    pub(super) fn of(permissions: &Permissions) -> Self {
        let mut table = RoleTable {
            roles: Vec::new(),
            rows: Vec::new(),
            watching: RoleSet::NONE,
            unattended: RoleSet::NONE,
            scoped: RoleSet::NONE,
            deaf: RoleSet::NONE,
        };
        table.update(permissions);
        table
    }

    /// Takes other rows. Roles that have one still keep their numbers.
    pub(super) fn update(&mut self, permissions: &Permissions) {
        for place in &mut self.roles {
            if place.as_ref().is_some_and(|role| permissions.row(role).is_none()) {
                *place = None;
            }
        }
        for (role, _) in permissions.rows() {
            if self.number(role).is_none() {
                match self.roles.iter_mut().find(|place| place.is_none()) {
                    Some(place) => *place = Some(role.clone()),
                    None => self.roles.push(Some(role.clone())),
                }
            }
        }
        self.rows = self.roles.iter().map(|role| self.row_of(role.as_ref(), permissions)).collect();
        let numbered = || (0_u8..).map(RoleNumber).zip(&self.roles);
        let those = |are: &dyn Fn(&RoleRow) -> bool| {
            let rows = numbered().filter_map(|(number, role)| Some((number, permissions.row(role.as_ref()?)?)));
            rows.filter(|(_, row)| are(row)).fold(RoleSet::NONE, |set, (number, _)| set.with(number))
        };
        let watching = those(&RoleRow::may_monitor_anybody);
        let unattended = those(&RoleRow::unattended);
        let scoped = those(&|row| row.within() != Within::Anywhere);
        let deaf = those(&|row| !row.hears_advice());
        (self.watching, self.unattended, self.scoped, self.deaf) = (watching, unattended, scoped, deaf);
    }

    fn row_of(&self, role: Option<&Role>, permissions: &Permissions) -> Row {
        let Some((role, row)) = role.and_then(|role| Some((role, permissions.row(role)?))) else {
            return Row::default();
        };
        let monitoring = (0_u8..).map(RoleNumber).zip(&self.roles);
        let monitoring = monitoring
            .filter(|(_, watcher)| watcher.as_ref().is_some_and(|watcher| permissions.may_monitor(watcher, role)));
        Row {
            monitored_by: monitoring.fold(RoleSet::NONE, |set, (number, _)| set.with(number)),
            within: row.within(),
            rights: row.rights(),
        }
    }

    pub(super) fn number(&self, role: &Role) -> Option<RoleNumber> {
        let place = self.roles.iter().position(|held| held.as_ref() == Some(role))?;
        Some(RoleNumber(place as u8))
    }

    pub(super) fn role(&self, number: RoleNumber) -> Option<&Role> {
        self.roles.get(number.index())?.as_ref()
    }

    /// The roles that may monitor anybody.
    pub(super) fn watching(&self) -> RoleSet {
        self.watching
    }

    /// The roles that may watch a chat which nobody attends, whatever the policy says to others.
    pub(super) fn unattended(&self) -> RoleSet {
        self.unattended
    }

    /// The roles whose watching is limited to what their operators oversee.
    pub(super) fn scoped(&self) -> RoleSet {
        self.scoped
    }

    /// The roles that may monitor operators of this one; nobody may monitor somebody unknown.
    #[inline]
    pub(super) fn monitoring(&self, target: RoleNumber) -> RoleSet {
        self.rows.get(target.index()).map_or(RoleSet::NONE, |row| row.monitored_by)
    }

    pub(super) fn within(&self, role: RoleNumber) -> Within {
        self.rows.get(role.index()).map_or(Within::Anywhere, |row| row.within)
    }

    /// What the role may do at most; somebody unknown nothing.
    pub(super) fn rights(&self, role: RoleNumber) -> Rights {
        self.rows.get(role.index()).map_or(Rights::NONE, |row| row.rights)
    }

    /// Whether advice reaches operators of this role. Somebody unknown hears it.
    pub(super) fn hears_advice(&self, role: RoleNumber) -> bool {
        !self.deaf.contains(role)
    }

    /// Whether advice reaches operators of every role.
    pub(super) fn all_hear_advice(&self) -> bool {
        self.deaf.is_empty()
    }

    /// Whether an operator of this role who has joined a chat may stay in it.
    pub(super) fn may_stay_joined(&self, role: RoleNumber) -> bool {
        self.watching.contains(role) && self.rights(role).contains(Right::Join)
    }
}
