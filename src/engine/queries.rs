//! What can be asked of an engine beside its decisions.

use alloc::vec::Vec;

use foldhash::fast::SeedableRandomState;

use super::MonitorEngine;
use super::operators::Number;
use super::roles::RoleSet;
use super::rules::{By, Seq};

use crate::exclusion::Exclusion;
use crate::id::{DepartmentId, ExclusionId, OperatorId, RuleId};
use crate::operator::Operator;
use crate::permissions::Within;
use crate::policy::Policy;
use crate::role::Role;
use crate::rule::Rule;
use crate::slab::Place;

/// Looking around.
impl MonitorEngine {
    /// The policy in force.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The time told last, in milliseconds since 1970.
    pub fn now(&self) -> Option<u64> {
        self.now
    }

    /// The next instant at which the window of a rule that is on opens or closes, in milliseconds since 1970: a host
    /// tells the time then. Before it, no time told changes an answer. Until a time is told, a window without a beginning
    /// opens at whatever is told first, so the instant is 0.
    #[must_use]
    pub fn next_deadline(&self) -> Option<u64> {
        let later = self.now.map_or(0, |now| now + 1);
        self.bounds.range((later, Place::LEAST)..).next().map(|(bound, _)| *bound)
    }

    /// The role of an operator, if known.
    pub fn role(&self, operator: &OperatorId) -> Option<&Role> {
        self.roles.role(self.index.of_operator(operator)?.role)
    }

    /// What is known of an operator.
    pub fn operator(&self, operator: &OperatorId) -> Option<Operator> {
        self.known(self.index.of_operator(operator)?.number)
    }

    pub(super) fn known(&self, number: Number) -> Option<Operator> {
        let known = self.index.operators.get(number)?;
        match known.scope.as_deref() {
            Some(scope) => Some(scope.operator.clone()),
            None => self.roles.role(known.role).cloned().map(Operator::new),
        }
    }

    /// How many operators are known.
    pub fn operator_count(&self) -> usize {
        self.index.operators.count()
    }

    /// Every known operator, by id.
    pub fn operators(&self) -> impl ExactSizeIterator<Item = (&OperatorId, Operator)> {
        let known = self.index.operators.known();
        let mut known: Vec<_> =
            known.filter_map(|(_, number)| Some((self.index.operators.id(number)?, self.known(number)?))).collect();
        known.sort_unstable_by_key(|(id, _)| *id);
        known.into_iter()
    }

    /// The operators that a settings page offers to `watcher`, by id: exactly those that
    /// [`add_rule`](MonitorEngine::add_rule) takes as the only criterion of a new rule. None for an unknown watcher, or for
    /// one who may monitor nobody.
    pub fn monitorable_by(&self, watcher: &OperatorId) -> impl ExactSizeIterator<Item = &OperatorId> {
        let operators = &self.index.operators;
        let mut monitorable: Vec<Number> = Vec::new();
        if let Some(slot) = self.index.of_operator(watcher).filter(|slot| self.roles.watching().contains(slot.role)) {
            let may = |target: &Number| *target != slot.number && self.may_target(slot.number, *target);
            match operators.get(slot.number).map(|known| (self.roles.within(known.role), known.scope.as_deref())) {
                // Only members of the departments that they oversee can be offered, often few.
                Some((Within::Operators, scope)) => {
                    let overseen = scope.into_iter().flat_map(|scope| scope.overseen());
                    monitorable.extend(overseen.flat_map(|department| operators.members(department)).filter(may));
                    monitorable.sort_unstable();
                    monitorable.dedup();
                }
                _ => {
                    let roles = RoleSet::ALL.iter().filter(|role| self.roles.monitoring(*role).contains(slot.role));
                    monitorable.extend(roles.flat_map(|role| operators.of_role(role)).filter(may));
                }
            }
        }
        let mut ids: Vec<_> = monitorable.into_iter().filter_map(|number| operators.id(number)).collect();
        ids.sort_unstable();
        ids.into_iter()
    }

    /// The rule with this id.
    pub fn rule(&self, rule: &RuleId) -> Option<&Rule> {
        self.find(rule).ok().map(|(_, slot)| &slot.rule)
    }

    /// How many rules there are.
    pub fn rule_count(&self) -> usize {
        self.rules.len()
    }

    /// Every rule, in rule order.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.slots().map(|slot| &slot.rule)
    }

    /// The rules of one watcher, in rule order.
    pub fn rules_of(&self, watcher: &OperatorId) -> impl Iterator<Item = &Rule> {
        let own = self.index.of_operator(watcher).map(|slot| self.index.operators.own(slot.number));
        self.rules.in_order(own.unwrap_or_default(), By::Watcher)
    }

    /// The rules that name an operator in `when` or in `unless`, in rule order. It looks at every rule.
    pub fn rules_on(&self, operator: &OperatorId) -> impl Iterator<Item = &Rule> {
        self.rules().filter(move |rule| {
            rule.when().iter().chain(rule.unless()).any(|criterion| criterion.operator() == Some(operator))
        })
    }

    /// The exclusion with this id.
    pub fn exclusion(&self, exclusion: &ExclusionId) -> Option<&Exclusion> {
        self.exclusions.as_ref()?.get(exclusion)
    }

    /// Every exclusion, in the order in which they were added.
    pub fn exclusions(&self) -> impl Iterator<Item = &Exclusion> {
        self.exclusions.iter().flat_map(|exclusions| exclusions.iter())
    }

    /// The exclusions that name an operator, in the order in which they were added.
    pub fn exclusions_on(&self, operator: &OperatorId) -> impl Iterator<Item = &Exclusion> {
        self.exclusions()
            .filter(move |exclusion| exclusion.when().iter().any(|criterion| criterion.operator() == Some(operator)))
    }

    /// A rule that was found.
    pub(crate) fn rule_at(&self, place: Place) -> Option<&Rule> {
        self.rules.get(place).map(|slot| &slot.rule)
    }

    /// The number of an operator whom the engine knows or a rule names.
    #[cfg(feature = "serde")]
    pub(crate) fn number(&self, operator: &OperatorId) -> Option<Number> {
        self.index.of_operator(operator).map(|slot| slot.number)
    }

    /// How many numbers there are among which those of watchers lie.
    pub(crate) fn numbers(&self) -> usize {
        self.index.operators.numbers()
    }

    /// A rule's place in rule order.
    pub(crate) fn seq(&self, rule: &RuleId) -> Option<Seq> {
        self.find(rule).ok().map(|(_, slot)| slot.seq)
    }

    /// Whether an operator who has joined a chat may stay in it.
    pub(crate) fn may_stay_joined(&self, operator: &OperatorId) -> bool {
        self.index.of_operator(operator).is_some_and(|slot| self.roles.may_stay_joined(slot.role))
    }

    /// Whether advice reaches an operator.
    pub(crate) fn hears_advice(&self, operator: &OperatorId) -> bool {
        // Most hosts have no bots, and who hears need not be looked up.
        if self.roles.all_hear_advice() {
            return true;
        }
        let role = self.index.of_operator(operator).map(|slot| slot.role).unwrap_or_default();
        self.roles.hears_advice(role)
    }

    /// The operators who belong to a department, in no order that means anything.
    pub(crate) fn members(&self, department: &DepartmentId) -> impl Iterator<Item = &OperatorId> {
        self.index.operators.members(department).filter_map(|number| self.index.operators.id(number))
    }

    pub(crate) fn hasher(&self) -> &SeedableRandomState {
        &self.index.hasher
    }
}
