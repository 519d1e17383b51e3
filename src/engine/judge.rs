//! The gates. They stand here and nowhere else.

use core::cell::OnceCell;

use alloc::vec::Vec;

use super::attending::Attending;
use super::exclusions::Exclusions;
use super::operators::Numbered;
use super::roles::{PerRole, RoleNumber, RoleTable};
use super::scope::DepartmentNumber;
use crate::id::{ExclusionId, OperatorId};
use crate::permissions::Within;
use crate::policy::Policy;
use crate::right::{Right, Rights};
use crate::rule::Rule;
use crate::verdict::Verdict;

/// What rules are asked of one chat. What they have in common is found once for all of them.
#[derive(Debug)]
pub(super) struct Judge<'a> {
    pub(super) attending: Attending<'a>,
    pub(super) policy: &'a Policy,
    pub(super) roles: &'a RoleTable,
    pub(super) exclusions: Option<&'a Exclusions>,
    pub(super) now: Option<u64>,
    cache: Cache<'a>,
}

/// What depends on the chat alone.
#[derive(Debug, Default)]
struct Cache<'a> {
    /// For each role the first exclusion that holds and binds it.
    excluded: OnceCell<PerRole<&'a ExclusionId>>,
    /// For each role, the first counted operator that it may not monitor.
    closed_by: OnceCell<PerRole<&'a OperatorId>>,
    /// The chat's departments.
    departments: OnceCell<Vec<DepartmentNumber>>,
    /// The departments of each counted operator, without those that are the same.
    of_counted: OnceCell<Vec<&'a [DepartmentNumber]>>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        attending: Attending<'a>,
        policy: &'a Policy,
        roles: &'a RoleTable,
        exclusions: Option<&'a Exclusions>,
        now: Option<u64>,
    ) -> Self {
        Judge { attending, policy, roles, exclusions, now, cache: Cache::default() }
    }

    /// What a rule says, of whose watcher this is known: the first closed gate, or [`Verdict::Granted`].
    pub(super) fn verdict(&self, rule: &Rule, watcher: Option<&Numbered>) -> Verdict {
        let role = watcher.map(|watcher| watcher.role).unwrap_or_default();
        if !rule.enabled() {
            return Verdict::Disabled;
        }
        if !rule.window().is_none_or(|window| self.now.is_some_and(|now| window.holds_at(now))) {
            return Verdict::OutsideWindow;
        }
        if !self.matches(rule) {
            return Verdict::NoMatch;
        }
        if !self.attending.chat.monitoring_allowed() {
            return Verdict::Forbidden;
        }
        if let Some(exclusion) = self.exclusion(role) {
            return Verdict::Excluded(exclusion.clone());
        }
        if self.attending.are_none() && !self.policy.watch_unattended() && !self.roles.unattended().contains(role) {
            return Verdict::Unattended;
        }
        if !self.roles.watching().contains(role) {
            return Verdict::NoRights;
        }
        if self.attending.contain(rule.watcher()) {
            return Verdict::OwnChat;
        }
        if let Some(operator) = self.closed_by(role) {
            return Verdict::NotPermitted(operator.clone());
        }
        if !self.rights(watcher).contains(Right::Watch) {
            return Verdict::OutOfScope;
        }
        Verdict::Granted
    }

    /// What a watcher may do in the chat, whether or not they watch it. Nothing else combines rights.
    pub(super) fn rights(&self, watcher: Option<&Numbered>) -> Rights {
        let Some(watcher) = watcher else { return Rights::NONE };
        let scope = match self.roles.within(watcher.role) {
            Within::Anywhere => Rights::ALL,
            Within::Chat => self.rights_by_chat(watcher),
            Within::Operators => self.rights_by_operators(watcher),
            Within::Either => self.rights_by_chat(watcher) | self.rights_by_operators(watcher),
        };
        self.roles.rights(watcher.role) & scope
    }

    /// Whether all criteria of `when` hold and none of `unless` does.
    fn matches(&self, rule: &Rule) -> bool {
        rule.when().iter().all(|criterion| self.attending.meet(criterion))
            && !rule.unless().iter().any(|criterion| self.attending.meet(criterion))
    }

    /// The first exclusion that holds and binds a role.
    fn exclusion(&self, role: RoleNumber) -> Option<&'a ExclusionId> {
        let exclusions = self.exclusions?;
        let excluded = self.cache.excluded.get_or_init(|| {
            let mut first = PerRole::empty();
            for exclusion in exclusions.holding(&self.attending) {
                exclusion.bound().for_each(|role| first.insert_first(role, exclusion.id()));
            }
            first
        });
        excluded.get(role)
    }

    /// The first counted operator that a role may not monitor.
    fn closed_by(&self, role: RoleNumber) -> Option<&'a OperatorId> {
        let closed_by = self.cache.closed_by.get_or_init(|| {
            let mut first = PerRole::empty();
            let mut open = self.roles.watching();
            for (operator, slot) in self.attending.counted(self.policy.count_joined()) {
                let monitoring = self.roles.monitoring(slot.map(|slot| slot.role).unwrap_or_default());
                open.without(monitoring).iter().for_each(|role| first.insert_first(role, operator));
                open = open.and(monitoring);
            }
            first
        });
        closed_by.get(role)
    }

    /// What the watcher may do in any department of the chat.
    fn rights_by_chat(&self, watcher: &Numbered) -> Rights {
        let Some(scope) = watcher.scope.as_deref() else { return Rights::NONE };
        let departments = self.cache.departments.get_or_init(|| {
            let known = self.attending.operators.departments();
            self.attending.chat.departments().iter().filter_map(|department| known.number(department)).collect()
        });
        scope.rights_in_any(departments)
    }

    /// What the watcher may do with every counted operator; nothing where nobody is counted.
    fn rights_by_operators(&self, watcher: &Numbered) -> Rights {
        let Some(scope) = watcher.scope.as_deref() else { return Rights::NONE };
        let of_counted = self.cache.of_counted.get_or_init(|| {
            let counted = self.attending.counted(self.policy.count_joined());
            let mut all: Vec<_> = counted.map(|(_, slot)| self.attending.departments_of(slot)).collect();
            all.sort_unstable();
            all.dedup();
            all
        });
        let with_each = of_counted.iter().map(|departments| scope.rights_in_any(departments));
        with_each.reduce(|all, rights| all & rights).unwrap_or_default()
    }
}
