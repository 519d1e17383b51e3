//! Values in places that stay theirs, found by hash.
//!
//! A general hash table of places keeps no hash: when it grows it looks at every value, which stops everything for half a
//! second with a million rules. This one keeps a half of each hash beside the place. PERFORMANCE.md has the figures.
//!
//! Entries keep a part of the hash, so that a table that grows spreads them anew without a look at the values.

use alloc::vec::Vec;
use core::hash::{BuildHasher, Hasher};

use foldhash::fast::SeedableRandomState;

use crate::slab::{Place, Slab};

/// What a table keeps of a hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tag(u32);

/// Values found by hash.
#[derive(Clone, Debug)]
pub(super) struct Table<T> {
    /// Each where its tag belongs, or as near behind as there was room; so a look-up ends at the first that is empty.
    entries: Vec<Entry>,
    values: Slab<T>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    tag: Tag,
    /// Nowhere if the entry is empty.
    place: Place,
}

impl Tag {
    pub(super) fn of(key: &str, hasher: &SeedableRandomState) -> Self {
        let mut state = hasher.build_hasher();
        state.write(key.as_bytes());
        Tag((state.finish() >> 32) as u32)
    }
}

impl Entry {
    const EMPTY: Entry = Entry { tag: Tag(0), place: Place::NOWHERE };

    fn is_empty(self) -> bool {
        self.place == Place::NOWHERE
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { entries: Vec::new(), values: Slab::default() }
    }
}

/// Finding.
impl<T> Table<T> {
    /// The value of this tag that `is` the one, and its place.
    pub(super) fn find(&self, tag: Tag, is: impl Fn(&T) -> bool) -> Option<(Place, &T)> {
        let mut at = self.home(tag);
        loop {
            let entry = self.entries.get(at).filter(|entry| !entry.is_empty())?;
            if entry.tag == tag {
                if let Some(value) = self.get(entry.place).filter(|value| is(value)) {
                    return Some((entry.place, value));
                }
            }
            at = self.behind(at);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(super) fn get(&self, place: Place) -> Option<&T> {
        self.values.get(place)
    }

    pub(super) fn get_mut(&mut self, place: Place) -> Option<&mut T> {
        self.values.get_mut(place)
    }

    /// Where a tag belongs: tags in their order spread over all entries.
    fn home(&self, tag: Tag) -> usize {
        ((u64::from(tag.0) * self.entries.len() as u64) >> u32::BITS) as usize
    }

    fn behind(&self, at: usize) -> usize {
        if at + 1 < self.entries.len() { at + 1 } else { 0 }
    }
}

/// Changing.
impl<T> Table<T> {
    /// Adds a value that is not there yet.
    pub(super) fn insert(&mut self, tag: Tag, value: T) -> Place {
        if 4 * (self.len() + 1) > 3 * self.entries.len() {
            self.spread((self.entries.len() * 3 / 2).max(4));
        }
        let place = self.values.insert(value);
        self.enter(Entry { tag, place });
        place
    }

    /// Removes the value that lies at `place` under `tag`.
    pub(super) fn remove(&mut self, tag: Tag, place: Place) -> Option<T> {
        let removed = self.values.remove(place)?;
        self.leave(tag, place);
        Some(removed)
    }

    /// Makes room for so many values more.
    #[cfg(any(feature = "serde", test))]
    pub(super) fn reserve(&mut self, more: usize) {
        self.values.reserve(more);
        let entries = (self.len() + more) * 3 / 2;
        if entries > self.entries.len() {
            self.spread(entries);
        }
    }

    /// Spreads what there is over so many entries.
    fn spread(&mut self, entries: usize) {
        let wider = core::iter::repeat_n(Entry::EMPTY, entries).collect();
        let held = core::mem::replace(&mut self.entries, wider);
        held.into_iter().filter(|entry| !entry.is_empty()).for_each(|entry| self.enter(entry));
    }

    fn enter(&mut self, entry: Entry) {
        let mut at = self.home(entry.tag);
        while let Some(held) = self.entries.get_mut(at) {
            if held.is_empty() {
                *held = entry;
                return;
            }
            at = self.behind(at);
        }
    }

    /// Empties the entry of `place`, and moves those behind it nearer to where they belong.
    fn leave(&mut self, tag: Tag, place: Place) {
        let mut hole = self.home(tag);
        while self.entries.get(hole).is_some_and(|entry| entry.place != place) {
            hole = self.behind(hole);
        }
        let mut at = self.behind(hole);
        while let Some(entry) = self.entries.get(at).copied().filter(|entry| !entry.is_empty()) {
            if self.steps(self.home(entry.tag), at) >= self.steps(hole, at) {
                self.put(hole, entry);
                hole = at;
            }
            at = self.behind(at);
        }
        self.put(hole, Entry::EMPTY);
    }

    fn put(&mut self, at: usize, entry: Entry) {
        if let Some(held) = self.entries.get_mut(at) {
            *held = entry;
        }
    }

    /// How far `to` lies behind `from`.
    fn steps(&self, from: usize, to: usize) -> usize {
        if to >= from { to - from } else { to + self.entries.len() - from }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Place, SeedableRandomState, Table, Tag};

    /// Held to a list, with tags so few that entries are pushed far from where they belong, around the end too.
    #[test]
    fn what_was_put_in_is_found_until_it_is_taken_out() {
        for spread in [1, 3, 40, 1 << 26] {
            let tag = |value: u32| Tag((value % 61).wrapping_mul(spread).wrapping_sub(7));
            let (mut table, mut list) = (Table::default(), Vec::<(u32, Place)>::new());
            let mut found = 0;
            for step in 0_u32..4_000 {
                let value = step * 7 % 997;
                let held = list.iter().position(|(held, _)| *held == value);
                let expected = held.and_then(|at| list.get(at)).map(|(value, place)| (*place, value));
                assert_eq!(table.find(tag(value), |held| *held == value), expected, "{value} at step {step}");
                match held {
                    Some(at) if step % 3 > 0 => {
                        let (value, place) = list.swap_remove(at);
                        assert_eq!(table.remove(tag(value), place), Some(value));
                        assert_eq!(table.remove(tag(value), place), None);
                        found += 1;
                    }
                    Some(_) => {}
                    None => list.push((value, table.insert(tag(value), value))),
                }
            }
            assert!(found > 1_000, "{found}");
            for (value, place) in list {
                assert_eq!(table.find(tag(value), |held| *held == value), Some((place, &value)));
            }
        }
    }

    #[test]
    fn tags_spread_over_all_entries() {
        let mut table = Table::<()>::default();
        table.spread(64);
        assert!((0..64).all(|n: u32| table.home(Tag(n << 26)) == n as usize));
        let hasher = SeedableRandomState::with_seed(7, foldhash::SharedSeed::global_fixed());
        let names: Vec<_> = (0..1_000).map(|n| alloc::format!("r{n}")).collect();
        let mut homes: Vec<_> = names.iter().map(|name| table.home(Tag::of(name, &hasher))).collect();
        homes.sort_unstable();
        homes.dedup();
        assert_eq!(homes.len(), 64);
    }

    #[test]
    fn a_table_grows_by_parts_and_not_beyond_what_it_needs() {
        let mut table = Table::default();
        let entries: Vec<_> = (0..10)
            .map(|value| {
                table.insert(Tag(value), value);
                table.entries.len()
            })
            .collect();
        assert_eq!(entries, [4, 4, 4, 6, 9, 9, 13, 13, 13, 19]);
        table.reserve(390);
        assert_eq!(table.entries.len(), 600);
        let again = allocation_counter::measure(|| table.reserve(390));
        assert_eq!(again.count_total, 0);
    }
}
