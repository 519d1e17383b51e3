//! Which ids were done, for as long as somebody may ask again.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::Time;

/// The ids of what was accepted, with the place of the record that holds it.
///
/// How long an id is remembered is counted by the owner who remembers it; one who takes over begins to count anew.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ids {
    places: HashMap<Arc<str>, u64>,
    order: VecDeque<(Time, Arc<str>)>,
}

impl Ids {
    pub(crate) fn load(saved: Vec<(String, u64)>, now: Time) -> Self {
        let saved = saved.into_iter().map(|(id, p)| (Arc::from(id), p));
        let places: Vec<(Arc<str>, u64)> = saved.collect();
        let order = places.iter().map(|(id, _)| (now, Arc::clone(id))).collect();
        Ids { places: places.into_iter().collect(), order }
    }

    /// In the order in which they were done.
    pub(crate) fn saved(&self) -> Vec<(String, u64)> {
        self.order.iter().filter_map(|(_, id)| Some((id.to_string(), *self.places.get(id)?))).collect()
    }

    pub(crate) fn find(&self, id: &str) -> Option<u64> {
        self.places.get(id).copied()
    }

    /// What an owner did unasked has no id.
    pub(crate) fn remember(&mut self, id: &str, p: u64, now: Time) {
        if id.is_empty() {
            return;
        }
        let id: Arc<str> = id.into();
        if self.places.insert(Arc::clone(&id), p).is_none() {
            self.order.push_back((now, id));
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
