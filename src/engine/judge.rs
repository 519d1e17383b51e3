//! The gates. They stand here and nowhere else.

use foldhash::fast::SeedableRandomState;
use hashbrown::HashSet;

use super::MonitorEngine;
use crate::chat::Chat;
use crate::id::OperatorId;
use crate::role::{Policy, Role};
use crate::rule::Rule;
use crate::verdict::Verdict;

/// Up to this many who attend are looked through one by one.
const FEW: usize = 8;

/// What rules are asked of one chat: who attends it is looked up once for all of them.
pub(super) struct Judge<'a> {
    policy: &'a Policy,
    chat: &'a Chat,
    /// Who attends, if they are many.
    many: Option<HashSet<&'a OperatorId, SeedableRandomState>>,
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
        let many = (chat.attending().count() > FEW).then(|| {
            let mut many = HashSet::with_hasher(engine.hasher().clone());
            many.extend(chat.attending());
            many
        });
        Judge { policy, chat, many, closed_to }
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
        match &self.many {
            Some(many) => many.contains(operator),
            None => self.chat.attends(operator),
        }
    }
}
