//! What is filed under a key, in the slot that the look-up of the key reads.

use core::hash::Hash;

use foldhash::fast::SeedableRandomState;
use hashbrown::hash_table::Entry;
use hashbrown::{Equivalent, HashTable};

use super::list::WatcherList;
use super::rules::{By, Chain, RuleSlot, Rules};
use crate::slab::Place;
use crate::text::{Text, hash};

/// What can be filed under keys. A key under which nothing is filed any more is forgotten.
pub(super) trait Filed: Default {
    fn is_empty(&self) -> bool;
}

/// The rules filed under a key.
#[derive(Clone, Debug, Default)]
pub(super) struct Filing {
    /// Whose plain rules are switched on here.
    pub(super) watchers: WatcherList,
    /// The list of the plain rules: the key is all that they ask. Nowhere if there are none.
    pub(super) plain: Place,
    /// The rules that ask for more than the key.
    pub(super) more: Chain,
}

impl Filed for Filing {
    fn is_empty(&self) -> bool {
        self.plain == Place::NOWHERE && self.more.is_empty()
    }
}

impl Filing {
    pub(super) fn insert(&mut self, rule: Place, rules: &mut Rules) {
        if rules.get(rule).is_some_and(RuleSlot::is_plain) {
            rules.insert_plain(&mut self.plain, rule);
        } else {
            rules.link(&mut self.more, By::Key, rule);
        }
    }

    pub(super) fn remove(&mut self, rule: Place, rules: &mut Rules) {
        if rules.get(rule).is_some_and(RuleSlot::is_plain) {
            rules.remove_plain(&mut self.plain, rule);
        } else {
            rules.unlink(&mut self.more, By::Key, rule);
        }
    }
}

/// What is filed under keys of one kind, each in the slot of its key.
#[derive(Clone, Debug)]
pub(super) struct Keyed<K, F>(HashTable<Slot<K, F>>);

/// A key and what is filed under it: a cache line of its own.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Slot<K, F> {
    key: K,
    filed: F,
}

/// A slot with the longest key that lies in place is one cache line.
const _: [(); 64] = [(); size_of::<Slot<Text<38>, Filing>>()];

impl<K, F> Default for Keyed<K, F> {
    fn default() -> Self {
        Keyed(HashTable::new())
    }
}

impl<K: Hash + Eq, F: Filed> Keyed<K, F> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[inline]
    pub(super) fn find<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q, hasher: &SeedableRandomState) -> Option<&F> {
        self.0.find(hash(hasher, key), |slot| key.equivalent(&slot.key)).map(|slot| &slot.filed)
    }

    pub(super) fn find_mut<Q: Hash + Equivalent<K> + ?Sized>(
        &mut self,
        key: &Q,
        hasher: &SeedableRandomState,
    ) -> Option<&mut F> {
        self.0.find_mut(hash(hasher, key), |slot| key.equivalent(&slot.key)).map(|slot| &mut slot.filed)
    }

    /// What is filed under `key`, and whether the key is new.
    pub(super) fn file(&mut self, key: K, hasher: &SeedableRandomState) -> (&mut F, bool) {
        match self.0.entry(hash(hasher, &key), |slot| slot.key == key, |slot| hash(hasher, &slot.key)) {
            Entry::Occupied(slot) => (&mut slot.into_mut().filed, false),
            Entry::Vacant(vacant) => (&mut vacant.insert(Slot { key, filed: F::default() }).into_mut().filed, true),
        }
    }

    /// Forgets `key` if nothing is filed under it, and says whether it did.
    pub(super) fn release<Q: Hash + Equivalent<K> + ?Sized>(&mut self, key: &Q, hasher: &SeedableRandomState) -> bool {
        let found = self.0.find_entry(hash(hasher, key), |slot| key.equivalent(&slot.key));
        found.is_ok_and(|entry| {
            let unused = entry.get().filed.is_empty();
            if unused {
                entry.remove();
            }
            unused
        })
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;
    use core::hash::{Hash, Hasher};

    use foldhash::fast::SeedableRandomState;

    use super::{Filing, Keyed};
    use crate::engine::operators::Number;
    use crate::engine::roles::{RoleNumber, RoleSet};

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct Same(u32);

    /// All alike.
    impl Hash for Same {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }

    #[test]
    fn keys_that_share_a_hash_are_told_apart() {
        let role = RoleSet::ALL.iter().next().unwrap_or(RoleNumber::UNKNOWN);
        let (hasher, mut keyed) = (SeedableRandomState::random(), Keyed::<Same, Filing>::default());
        let watchers = |keyed: &Keyed<Same, Filing>, key| {
            let mut found = Vec::new();
            keyed.find(&Same(key), &hasher)?.watchers.extend(RoleSet::ALL, &mut found);
            Some(found)
        };
        for key in 0..40 {
            let (filed, new) = keyed.file(Same(key), &hasher);
            assert!(new);
            filed.watchers.add(Number(key), role, &hasher);
        }
        assert!((0..40).all(|key| !keyed.file(Same(key), &hasher).1));
        assert!((0..40).all(|key| watchers(&keyed, key) == Some([Number(key)].into())));
        assert!(watchers(&keyed, 40).is_none());
        assert!(keyed.find_mut(&Same(40), &hasher).is_none());
        for key in 0..40 {
            if let Some(filed) = keyed.find_mut(&Same(key), &hasher) {
                filed.watchers.remove(Number(key), role);
            }
            assert_eq!(watchers(&keyed, key), Some([].into()));
        }
        assert!(keyed.release(&Same(7), &hasher) && !keyed.release(&Same(7), &hasher));
        assert!((0..40).all(|key| watchers(&keyed, key).is_none() == (key == 7)));
    }
}
