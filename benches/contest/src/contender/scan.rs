//! A linear scan: every rule is asked, in the words of the design.

use std::collections::{BTreeSet, HashMap};

use chat_monitor::{Chat, OperatorId, Permissions, Role, Rule};

use super::Contender;
use crate::world::{Key, World};

/// What all others must agree with.
pub struct Scan<'w> {
    roles: HashMap<&'w OperatorId, &'w Role>,
    rules: &'w [Rule],
    permissions: Permissions,
}

impl<'w> Scan<'w> {
    /// The rules of a world.
    pub fn of(world: &'w World) -> Self {
        Scan {
            roles: world.operators.iter().map(|(operator, role)| (operator, role)).collect(),
            rules: &world.rules,
            permissions: Permissions::default(),
        }
    }

    fn watching(&self, chat: &Chat) -> BTreeSet<&'w OperatorId> {
        let granted =
            self.rules.iter().filter(|rule| rule.enabled() && matches(rule, chat) && self.permits(rule, chat));
        granted.map(Rule::watcher).collect()
    }

    /// Whether the chat may be watched at all, and the rule's watcher may monitor everyone who attends, but not
    /// themselves.
    fn permits(&self, rule: &Rule, chat: &Chat) -> bool {
        let role = self.roles[rule.watcher()];
        let may = |target: &OperatorId| {
            self.roles.get(target).is_some_and(|target| self.permissions.may_monitor(role, target))
        };
        chat.monitoring_allowed()
            && chat.attending().next().is_some()
            && !chat.attends(rule.watcher())
            && chat.attending().all(may)
    }
}

fn matches(rule: &Rule, chat: &Chat) -> bool {
    let visitor = chat.visitor();
    let email = || visitor.email();
    match Key::of(rule) {
        Key::Operator(operator) => chat.attends(operator),
        Key::Email(wanted) => email().is_some_and(|email| email.as_str() == wanted),
        Key::Domain(wanted) => email().is_some_and(|email| email.domain() == wanted),
        Key::Address(wanted) => visitor.ip() == Some(wanted),
        Key::Network(wanted) => visitor.ip().is_some_and(|address| wanted.contains(address)),
    }
}

impl<'w> Contender<'w> for Scan<'w> {
    fn answer(&mut self, chats: &'w [Chat]) -> usize {
        chats.iter().map(|chat| self.watching(chat).len()).sum()
    }

    fn watchers(&mut self, chat: &'w Chat) -> Vec<OperatorId> {
        self.watching(chat).into_iter().cloned().collect()
    }
}
