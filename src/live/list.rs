//! The watches of one chat, in the order in which they began.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, btree_map};
use core::slice;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::engine::Seq;
use crate::short::Short;
use crate::slab::Place;

/// The watches of one chat.
///
/// Few are looked through one by one, and close up when one ends. So many that this would tell lie in a tree by when they
/// began, beside a map by watcher.
#[derive(Clone, Debug)]
pub(super) enum WatchList {
    Few(Short<Held, 4>),
    Many(Box<Many>),
}

/// A watch, with what is asked of it most.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held {
    pub(super) watcher: Place,
    pub(super) watch: Place,
}

#[derive(Clone, Debug)]
pub(super) struct Many {
    by_age: BTreeMap<Seq, Held>,
    /// The numbers of watchers are the monitor's own, so nobody can choose them to collide.
    ages: HashMap<Place, Seq, FixedState>,
    next: Seq,
}

/// The watches of one chat, one by one.
#[derive(Clone, Debug)]
pub(super) enum Iter<'a> {
    Few(slice::Iter<'a, Held>),
    Many(btree_map::Values<'a, Seq, Held>),
}

impl Default for Iter<'_> {
    fn default() -> Self {
        Iter::Few([].iter())
    }
}

impl Iterator for Iter<'_> {
    type Item = Held;

    #[inline]
    fn next(&mut self) -> Option<Held> {
        match self {
            Iter::Few(few) => few.next().copied(),
            Iter::Many(many) => many.next().copied(),
        }
    }
}

/// Up to this many, a linear search is fastest.
const LINEAR: usize = 64;

impl Default for WatchList {
    fn default() -> Self {
        WatchList::Few(Short::default())
    }
}

impl WatchList {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            WatchList::Few(few) => few.as_slice().is_empty(),
            WatchList::Many(many) => many.by_age.is_empty(),
        }
    }

    pub(super) fn iter(&self) -> Iter<'_> {
        match self {
            WatchList::Few(few) => Iter::Few(few.as_slice().iter()),
            WatchList::Many(many) => Iter::Many(many.by_age.values()),
        }
    }

    /// The watch of a watcher.
    pub(super) fn find(&self, watcher: Place) -> Option<Place> {
        match self {
            WatchList::Few(few) => few.as_slice().iter().find(|held| held.watcher == watcher).map(|held| held.watch),
            WatchList::Many(many) => many.by_age.get(many.ages.get(&watcher)?).map(|held| held.watch),
        }
    }

    /// Adds a watch of somebody who has none here.
    pub(super) fn push(&mut self, held: Held) {
        match self {
            WatchList::Few(few) if few.as_slice().len() < LINEAR => few.push(held),
            WatchList::Few(few) => {
                let mut many = Box::new(Many { by_age: BTreeMap::new(), ages: HashMap::default(), next: 0 });
                few.as_slice().iter().chain([&held]).for_each(|held| many.push(*held));
                *self = WatchList::Many(many);
            }
            WatchList::Many(many) => many.push(held),
        }
    }

    /// Takes the watch of a watcher out.
    pub(super) fn remove(&mut self, watcher: Place) -> Option<Place> {
        match self {
            WatchList::Few(few) => few.remove(|held| held.watcher == watcher).map(|held| held.watch),
            WatchList::Many(many) => {
                let removed = many.ages.remove(&watcher).and_then(|age| many.by_age.remove(&age));
                if many.by_age.is_empty() {
                    *self = WatchList::default();
                }
                removed.map(|held| held.watch)
            }
        }
    }
}

impl Many {
    fn push(&mut self, held: Held) {
        self.ages.insert(held.watcher, self.next);
        self.by_age.insert(self.next, held);
        self.next += 1;
    }
}
