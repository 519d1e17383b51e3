//! How many at the same time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many for each key.
#[derive(Debug)]
pub(crate) struct Slots<K> {
    most: usize,
    taken: Arc<Taken<K>>,
}

type Taken<K> = Mutex<HashMap<K, usize>>;

/// One of them, for as long as it lives.
#[derive(Debug)]
pub(crate) struct Slot<K: Eq + Hash> {
    key: K,
    taken: Arc<Taken<K>>,
}

impl<K: Clone + Eq + Hash> Slots<K> {
    pub(crate) fn new(most: usize) -> Self {
        Slots { most, taken: Arc::default() }
    }

    /// Takes one, unless all of this key are taken.
    pub(crate) fn take(&self, key: K) -> Option<Slot<K>> {
        let mut taken = lock(&self.taken);
        let count = taken.entry(key.clone()).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Slot { key, taken: self.taken.clone() })
    }
}

impl<K: Eq + Hash> Drop for Slot<K> {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        if let Some(count) = taken.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.key);
            }
        }
    }
}

fn lock<K>(taken: &Taken<K>) -> MutexGuard<'_, HashMap<K, usize>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}
