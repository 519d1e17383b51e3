//! Values in places that stay theirs, found by hash.
//!
//! Entries keep a part of the hash, so that a table that grows spreads them anew without a look at the values.

use alloc::vec::Vec;
use core::hash::{BuildHasher, Hasher};

use foldhash::fast::SeedableRandomState;

/// Where a value lies in its table. Another may lie there once it is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(u32);

/// No place.
pub(super) const NOWHERE: Place = Place(u32::MAX);

/// What a table keeps of a hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tag(u32);

/// Values found by hash.
#[derive(Clone, Debug)]
pub(super) struct Table<T> {
    /// Each where its tag belongs, or as near behind as there was room; so a look-up ends at the first that is empty.
    entries: Vec<Entry>,
    values: Vec<Held<T>>,
    /// The first place that is free.
    free: Place,
    len: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    tag: Tag,
    /// [`NOWHERE`] where the entry is empty.
    place: Place,
}

#[derive(Clone, Debug)]
enum Held<T> {
    Value(T),
    /// Free, with the next that is.
    Free(Place),
}

impl Place {
    fn index(self) -> usize {
        self.0 as usize
    }
}

impl Tag {
    pub(super) fn of(key: &str, hasher: &SeedableRandomState) -> Self {
        let mut state = hasher.build_hasher();
        state.write(key.as_bytes());
        Tag((state.finish() >> 32) as u32)
    }
}

impl Entry {
    const EMPTY: Entry = Entry { tag: Tag(0), place: NOWHERE };

    fn is_empty(self) -> bool {
        self.place == NOWHERE
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { entries: Vec::new(), values: Vec::new(), free: NOWHERE, len: 0 }
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

    pub(super) fn get(&self, place: Place) -> Option<&T> {
        match self.values.get(place.index())? {
            Held::Value(value) => Some(value),
            Held::Free(_) => None,
        }
    }

    pub(super) fn get_mut(&mut self, place: Place) -> Option<&mut T> {
        match self.values.get_mut(place.index())? {
            Held::Value(value) => Some(value),
            Held::Free(_) => None,
        }
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
        if 4 * (self.len + 1) > 3 * self.entries.len() {
            self.spread((self.entries.len() * 3 / 2).max(4));
        }
        let place = match self.values.get_mut(self.free.index()) {
            Some(held) => {
                let place = self.free;
                if let Held::Free(next) = core::mem::replace(held, Held::Value(value)) {
                    self.free = next;
                }
                place
            }
            None => {
                if self.values.len() == self.values.capacity() {
                    // Doubling would leave half of the memory unused.
                    self.values.reserve_exact((self.values.len() / 4).max(4));
                }
                self.values.push(Held::Value(value));
                Place(self.values.len() as u32 - 1)
            }
        };
        self.len += 1;
        self.enter(Entry { tag, place });
        place
    }

    /// Removes the value that lies at `place` under `tag`.
    pub(super) fn remove(&mut self, tag: Tag, place: Place) -> Option<T> {
        let held = self.values.get_mut(place.index()).filter(|held| matches!(held, Held::Value(_)))?;
        let removed = core::mem::replace(held, Held::Free(self.free));
        self.free = place;
        self.len -= 1;
        self.leave(tag, place);
        match removed {
            Held::Value(value) => Some(value),
            Held::Free(_) => None,
        }
    }

    /// Makes room for so many values more.
    #[cfg(any(feature = "serde", test))]
    pub(super) fn reserve(&mut self, more: usize) {
        self.values.reserve_exact(more);
        let entries = (self.len + more) * 3 / 2;
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
        self.entries.get_mut(at).into_iter().for_each(|held| *held = entry);
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
    fn a_place_is_used_again() {
        let mut table = Table::default();
        let places: Vec<_> = (0..100).map(|value| table.insert(Tag(value), value)).collect();
        for (value, place) in places.iter().enumerate() {
            assert_eq!(table.remove(Tag(value as u32), *place), Some(value as u32));
        }
        (0..100).for_each(|value| _ = table.insert(Tag(value), value));
        assert_eq!(table.values.len(), 100);
    }

    #[test]
    fn tags_spread_over_all_entries() {
        let mut table = Table::<()>::default();
        table.spread(64);
        assert!((0..64).all(|n: u32| table.home(Tag(n << 26)) == n as usize));
        let hasher = SeedableRandomState::random();
        let names: Vec<_> = (0..1_000).map(|n| alloc::format!("r{n}")).collect();
        let mut homes: Vec<_> = names.iter().map(|name| table.home(Tag::of(name, &hasher))).collect();
        homes.sort_unstable();
        homes.dedup();
        assert_eq!(homes.len(), 64);
    }

    #[test]
    fn a_table_grows_by_parts_and_not_beyond_what_it_needs() {
        let mut table = Table::default();
        let sizes: Vec<_> = (0..112)
            .map(|value| {
                table.insert(Tag(value), value);
                (table.entries.len(), table.values.capacity())
            })
            .collect();
        let entries: Vec<_> = sizes.iter().map(|(entries, _)| *entries).take(10).collect();
        assert_eq!(entries, [4, 4, 4, 6, 9, 9, 13, 13, 13, 19]);
        let mut capacities: Vec<_> = sizes.iter().map(|(_, capacity)| *capacity).collect();
        capacities.dedup();
        assert_eq!(capacities, [4, 8, 12, 16, 20, 25, 31, 38, 47, 58, 72, 90, 112]);
        table.reserve(288);
        assert_eq!((table.entries.len(), table.values.capacity()), (600, 400));
        let again = allocation_counter::measure(|| table.reserve(288));
        assert_eq!(again.count_total, 0);
    }
}
