//! From the rules that match to those who may watch: what every contender but this crate must be given beside it.

use std::hash::BuildHasher;

use chat_monitor::{Chat, OperatorId, Permissions, Role};
use hashbrown::{HashMap, HashSet};

use crate::world::World;

/// Checks rules that match a chat, and keeps each watcher once.
pub(super) struct Grants<S> {
    /// Everyone's number.
    numbers: HashMap<OperatorId, u32, S>,
    /// By number.
    operators: Vec<(OperatorId, Role)>,
    /// By rule.
    rules: Vec<(u32, bool)>,
    permissions: Permissions,
    attending: Vec<u32>,
    seen: HashSet<u32, S>,
    granted: Vec<u32>,
}

impl<S: BuildHasher + Default> Grants<S> {
    pub(super) fn of(world: &World) -> Self {
        let numbers: HashMap<_, _, S> = world.operators.iter().map(|(id, _)| id.clone()).zip(0..).collect();
        let rules = world.rules.iter().map(|rule| (numbers[rule.watcher()], rule.enabled())).collect();
        Grants {
            numbers,
            operators: world.operators.clone(),
            rules,
            permissions: Permissions::default(),
            attending: Vec::new(),
            seen: HashSet::default(),
            granted: Vec::new(),
        }
    }

    /// Begins with a chat; false if nobody may watch it.
    pub(super) fn begin(&mut self, chat: &Chat) -> bool {
        self.attending.clear();
        self.seen.clear();
        self.granted.clear();
        for operator in chat.attending() {
            let Some(number) = self.numbers.get(operator).copied() else { return false };
            self.attending.push(number);
        }
        chat.monitoring_allowed() && !self.attending.is_empty()
    }

    /// Adds the watcher of a rule that matches, if they may watch.
    pub(super) fn add(&mut self, rule: u32) {
        let (watcher, enabled) = self.rules[rule as usize];
        let role = &self.operators[watcher as usize].1;
        let may = |operator: &u32| {
            *operator != watcher && self.permissions.may_monitor(role, &self.operators[*operator as usize].1)
        };
        if enabled && self.attending.iter().all(may) && self.seen.insert(watcher) {
            self.granted.push(watcher);
        }
    }

    pub(super) fn count(&self) -> usize {
        self.granted.len()
    }

    pub(super) fn ids(&self) -> Vec<OperatorId> {
        self.granted.iter().map(|number| self.operators[*number as usize].0.clone()).collect()
    }
}
