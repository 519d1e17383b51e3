//! Which ids were done, for as long as somebody may ask again.

use std::collections::{BTreeMap, VecDeque};

use crate::Time;

/// The ids of what was accepted, with the place of the record that holds it.
///
/// How long an id is remembered is counted by the owner who remembers it; one who takes over begins to count anew.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ids {
    places: BTreeMap<String, u64>,
    order: VecDeque<(Time, String)>,
}

impl Ids {
    pub(crate) fn load(saved: Vec<(String, u64)>, now: Time) -> Self {
        let order = saved.iter().map(|(id, _)| (now, id.clone())).collect();
        Ids { places: saved.into_iter().collect(), order }
    }

    /// In the order in which they were done.
    pub(crate) fn saved(&self) -> Vec<(String, u64)> {
        self.order.iter().filter_map(|(_, id)| Some((id.clone(), *self.places.get(id)?))).collect()
    }

    pub(crate) fn find(&self, id: &str) -> Option<u64> {
        self.places.get(id).copied()
    }

    /// What an owner did unasked has no id.
    pub(crate) fn remember(&mut self, id: &str, p: u64, now: Time) {
        if !id.is_empty() && self.places.insert(id.to_owned(), p).is_none() {
            self.order.push_back((now, id.to_owned()));
        }
    }

    /// Forgets those that were done before `then`.
    pub(crate) fn forget(&mut self, then: Time) {
        while self.order.front().is_some_and(|(at, _)| *at < then) {
            if let Some((_, id)) = self.order.pop_front() {
                self.places.remove(&id);
            }
        }
    }
}
