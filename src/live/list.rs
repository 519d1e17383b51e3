//! The watches of one chat, in the order in which they began.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::engine::Seq;
use crate::slab::Place;

/// The watches of one chat.
///
/// Few are looked through one by one, and close up when one ends. So many that this would tell lie in a tree by when they
/// began, beside a map by watcher.
#[derive(Clone, Debug)]
pub(super) enum WatchList {
    Few(Vec<Held>),
    Many(Box<Many>),
}

/// A watch, with what is asked of it most.
#[derive(Clone, Copy, Debug)]
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

/// Up to this many, a linear search is fastest.
const LINEAR: usize = 64;

impl Default for WatchList {
    fn default() -> Self {
        WatchList::Few(Vec::new())
    }
}

impl WatchList {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            WatchList::Few(few) => few.is_empty(),
            WatchList::Many(many) => many.by_age.is_empty(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Held> {
        let (few, many) = match self {
            WatchList::Few(few) => (Some(few), None),
            WatchList::Many(many) => (None, Some(&many.by_age)),
        };
        few.into_iter().flatten().copied().chain(many.into_iter().flat_map(|many| many.values()).copied())
    }

    /// The watch of a watcher.
    pub(super) fn find(&self, watcher: Place) -> Option<Place> {
        match self {
            WatchList::Few(few) => few.iter().find(|held| held.watcher == watcher).map(|held| held.watch),
            WatchList::Many(many) => many.by_age.get(many.ages.get(&watcher)?).map(|held| held.watch),
        }
    }

    /// Adds a watch of somebody who has none here.
    pub(super) fn push(&mut self, held: Held) {
        match self {
            WatchList::Few(few) if few.len() < LINEAR => few.push(held),
            WatchList::Few(few) => {
                let mut many = Box::new(Many { by_age: BTreeMap::new(), ages: HashMap::default(), next: 0 });
                few.drain(..).chain([held]).for_each(|held| many.push(held));
                *self = WatchList::Many(many);
            }
            WatchList::Many(many) => many.push(held),
        }
    }

    /// Takes the watch of a watcher out.
    pub(super) fn remove(&mut self, watcher: Place) -> Option<Place> {
        match self {
            WatchList::Few(few) => {
                let at = few.iter().position(|held| held.watcher == watcher)?;
                Some(few.remove(at).watch)
            }
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
