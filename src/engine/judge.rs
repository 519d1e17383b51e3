//! The gates. They stand here and nowhere else.

use core::cell::{Cell, OnceCell};

use foldhash::fast::SeedableRandomState;
use hashbrown::HashSet;

use super::MonitorEngine;
use crate::chat::Chat;
use crate::id::OperatorId;
use crate::role::{Policy, Role};
use crate::rule::Rule;
use crate::verdict::Verdict;

/// Among so few a search one by one is the quickest.
const FEW: usize = 8;

/// What rules are asked of one chat: who attends it is looked up once for all of them.
pub(super) struct Judge<'a> {
    policy: &'a Policy,
    chat: &'a Chat,
    /// How often it was asked whether somebody attends, up to [`FEW`].
    asked: Cell<usize>,
    /// Who attends, if they are many and asked about often.
    many: OnceCell<HashSet<&'a OperatorId, SeedableRandomState>>,
    hasher: &'a SeedableRandomState,
    /// For each role the first who attends and whom it may not monitor.
    closed_to: [(Role, Option<&'a OperatorId>); 3],
}

impl<'a> Judge<'a> {
    pub(super) fn of(engine: &'a MonitorEngine, chat: &'a Chat) -> Self {
        let (policy, permissions) = (engine.policy(), engine.policy().permissions);
        let joined = if policy.joined_count { chat.joined() } else { &[] };
        let mut closed_to = Role::ALL.map(|role| (role, None));
        for operator in chat.operators().iter().chain(joined) {
            let target = engine.role(operator);
            for (role, first) in &mut closed_to {
                if !target.is_some_and(|target| permissions.may_monitor(*role, target)) {
                    first.get_or_insert(operator);
                }
            }
        }
        Judge { policy, chat, asked: Cell::new(0), many: OnceCell::new(), hasher: engine.hasher(), closed_to }
    }

    /// What a rule says, whose watcher has this role: the first closed gate, or [`Verdict::Granted`].
    pub(super) fn verdict(&self, rule: &Rule, watcher: Option<Role>) -> Verdict {
        let Policy { watch_unattended, joined_count: _, permissions } = self.policy;
        if !rule.enabled() {
            return Verdict::Disabled;
        }
        if !rule.when().iter().all(|criterion| criterion.holds(self.chat.known_visitor(), |id| self.attends(id))) {
            return Verdict::NoMatch;
        }
        if !self.chat.monitoring_allowed() {
            return Verdict::Forbidden;
        }
        if !watch_unattended && self.chat.attending().next().is_none() {
            return Verdict::Unattended;
        }
        let Some(watcher) = watcher.filter(|role| permissions.may_monitor_anybody(*role)) else {
            return Verdict::NoRights;
        };
        if self.attends(rule.watcher()) {
            return Verdict::OwnChat;
        }
        match self.closed_to.into_iter().find_map(|(role, first)| first.filter(|_| role == watcher)) {
            Some(operator) => Verdict::NotPermitted(operator.clone()),
            None => Verdict::Granted,
        }
    }

    fn attends(&self, operator: &OperatorId) -> bool {
        if self.chat.operators().len() + self.chat.joined().len() <= FEW {
            return self.chat.attends(operator);
        }
        if self.asked.get() < FEW {
            self.asked.set(self.asked.get() + 1);
            return self.chat.attends(operator);
        }
        let many = self.many.get_or_init(|| {
            let mut many = HashSet::with_hasher(self.hasher.clone());
            many.extend(self.chat.attending());
            many
        });
        many.contains(operator)
    }
}
