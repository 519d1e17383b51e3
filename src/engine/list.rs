//! The watchers who have rules filed under one key, each once.

use alloc::boxed::Box;
use alloc::vec::Vec;

use foldhash::fast::SeedableRandomState;
use hashbrown::HashMap;

use super::rank::{Number, Rank, Ranks};

/// The distinct watchers of a key, each with their rank and how many of their rules are filed here.
///
/// Most keys have one or two: they lie in the list itself, and that in the slot that the look-up of the key reads
/// anyway. Up to sixteen are looked through one by one. More lie apart by rank, so that whom a chat permits is copied in
/// whole stretches.
#[derive(Clone, Debug)]
pub(super) enum WatcherList {
    Few(Group<2>),
    Some(Box<Group<16>>),
    Many(Box<Many>),
}

/// Watchers in no order, from the first place on.
#[derive(Clone, Debug)]
pub(super) struct Group<const N: usize> {
    len: u8,
    /// How many rules each has here.
    rules: [u8; N],
    watchers: [Ranked; N],
}

/// A number with a rank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ranked(u32);

/// Any number of watchers.
#[derive(Clone, Debug)]
pub(super) struct Many {
    by_rank: [Vec<Number>; Rank::COUNT],
    /// Where each watcher lies in their rank, and how many rules they have here.
    places: HashMap<Number, (u32, u32), SeedableRandomState>,
}

impl Default for WatcherList {
    fn default() -> Self {
        WatcherList::Few(Group::default())
    }
}

impl WatcherList {
    /// Adds one rule of `watcher`.
    pub(super) fn add(&mut self, watcher: Number, rank: Rank, hasher: &SeedableRandomState) {
        let ranked = Ranked::new(watcher, rank);
        match self {
            WatcherList::Few(few) => {
                if !few.add(ranked) {
                    let mut some = Box::new(Group::default());
                    some.take_over(few);
                    *self = WatcherList::Some(some);
                    self.add(watcher, rank, hasher);
                }
            }
            WatcherList::Some(some) => {
                if !some.add(ranked) {
                    let places = HashMap::with_hasher(hasher.clone());
                    let mut many = Box::new(Many { by_rank: Default::default(), places });
                    some.iter().for_each(|(held, rules)| many.add(held.number(), held.rank(), u32::from(rules)));
                    many.add(watcher, rank, 1);
                    *self = WatcherList::Many(many);
                }
            }
            WatcherList::Many(many) => many.add(watcher, rank, 1),
        }
    }

    /// Takes one rule of `watcher` away.
    pub(super) fn remove(&mut self, watcher: Number, rank: Rank) {
        let ranked = Ranked::new(watcher, rank);
        let empty = match self {
            WatcherList::Few(few) => {
                few.remove(ranked);
                false
            }
            WatcherList::Some(some) => some.remove(ranked),
            WatcherList::Many(many) => many.remove(watcher, rank),
        };
        if empty {
            *self = WatcherList::default();
        }
    }

    /// Follows a change of `watcher`'s rank; they may have followed it already.
    pub(super) fn set_rank(&mut self, watcher: Number, before: Rank, after: Rank) {
        let (old, new) = (Ranked::new(watcher, before), Ranked::new(watcher, after));
        match self {
            WatcherList::Few(few) => few.replace(old, new),
            WatcherList::Some(some) => some.replace(old, new),
            WatcherList::Many(many) => many.set_rank(watcher, before, after),
        }
    }

    /// Appends the watchers of these ranks, each once.
    #[inline]
    pub(super) fn extend(&self, ranks: Ranks, watchers: &mut Vec<Number>) {
        match self {
            WatcherList::Few(few) => few.extend(ranks, watchers),
            WatcherList::Some(some) => some.extend(ranks, watchers),
            WatcherList::Many(many) => {
                for (of_rank, rank) in many.by_rank.iter().zip(Rank::ALL) {
                    if ranks.contains(rank) {
                        watchers.extend_from_slice(of_rank);
                    }
                }
            }
        }
    }
}

impl<const N: usize> Default for Group<N> {
    fn default() -> Self {
        Group { len: 0, rules: [0; N], watchers: [Ranked::default(); N] }
    }
}

impl<const N: usize> Group<N> {
    /// Adds one rule, if there is room for it.
    fn add(&mut self, watcher: Ranked) -> bool {
        let at = self.position(watcher).unwrap_or(usize::from(self.len));
        let Some((rules, held)) = self.rules.get_mut(at).zip(self.watchers.get_mut(at)) else { return false };
        let Some(more) = rules.checked_add(1) else { return false };
        (*rules, *held) = (more, watcher);
        self.len = self.len.max(at as u8 + 1);
        true
    }

    /// Takes over those of a smaller group.
    fn take_over<const M: usize>(&mut self, other: &Group<M>) {
        let places = self.rules.iter_mut().zip(&mut self.watchers);
        places.zip(other.iter()).for_each(|((rules, held), (watcher, more))| (*rules, *held) = (more, watcher));
        self.len = other.len;
    }

    /// Takes one rule away, and says whether that was the last of all.
    fn remove(&mut self, watcher: Ranked) -> bool {
        if let Some(at) = self.position(watcher) {
            let last = usize::from(self.len) - 1;
            if let Some(rules) = self.rules.get_mut(at) {
                *rules -= 1;
                if *rules == 0 {
                    self.rules.swap(at, last);
                    self.watchers.swap(at, last);
                    self.len -= 1;
                }
            }
        }
        self.len == 0
    }

    fn replace(&mut self, old: Ranked, new: Ranked) {
        let held = self.position(old).and_then(|at| self.watchers.get_mut(at));
        held.into_iter().for_each(|held| *held = new);
    }

    fn position(&self, watcher: Ranked) -> Option<usize> {
        self.iter().position(|(held, _)| held == watcher)
    }

    #[inline]
    fn iter(&self) -> impl Iterator<Item = (Ranked, u8)> {
        self.watchers.iter().copied().zip(self.rules).take(usize::from(self.len))
    }

    #[inline]
    fn extend(&self, ranks: Ranks, watchers: &mut Vec<Number>) {
        let held = self.watchers.get(..usize::from(self.len)).unwrap_or_default();
        watchers.extend(held.iter().filter(|held| ranks.contains(held.rank())).map(|held| held.number()));
    }
}

impl Ranked {
    const RANK_SHIFT: u32 = 30;

    fn new(number: Number, rank: Rank) -> Self {
        Ranked(number.0 | (rank as u32) << Self::RANK_SHIFT)
    }

    fn number(self) -> Number {
        Number(self.0 & ((1 << Self::RANK_SHIFT) - 1))
    }

    fn rank(self) -> Rank {
        match self.0 >> Self::RANK_SHIFT {
            0 => Rank::Administrator,
            1 => Rank::Supervisor,
            2 => Rank::Associate,
            _ => Rank::Unknown,
        }
    }
}

impl Many {
    fn add(&mut self, watcher: Number, rank: Rank, rules: u32) {
        let of_rank = rank.of_mut(&mut self.by_rank);
        let (_, held) = self.places.entry(watcher).or_insert_with(|| {
            of_rank.push(watcher);
            (of_rank.len() as u32 - 1, 0)
        });
        *held += rules;
    }

    /// Takes one rule away, and says whether that was the last of all.
    fn remove(&mut self, watcher: Number, rank: Rank) -> bool {
        if let Some((_, rules)) = self.places.get_mut(&watcher) {
            *rules -= 1;
            if *rules == 0 {
                self.take(watcher, rank);
                self.places.remove(&watcher);
            }
        }
        self.places.is_empty()
    }

    fn set_rank(&mut self, watcher: Number, before: Rank, after: Rank) {
        if self.take(watcher, before) {
            let of_rank = after.of_mut(&mut self.by_rank);
            of_rank.push(watcher);
            if let Some((place, _)) = self.places.get_mut(&watcher) {
                *place = of_rank.len() as u32 - 1;
            }
        }
    }

    /// Takes `watcher` out of a rank, if they lie there; the last one there takes the place.
    fn take(&mut self, watcher: Number, rank: Rank) -> bool {
        let of_rank = rank.of_mut(&mut self.by_rank);
        let Some((place, _)) = self.places.get(&watcher).copied() else { return false };
        if of_rank.get(place as usize) != Some(&watcher) {
            return false;
        }
        of_rank.swap_remove(place as usize);
        if let Some(moved) = of_rank.get(place as usize) {
            if let Some((moved_to, _)) = self.places.get_mut(moved) {
                *moved_to = place;
            }
        }
        true
    }
}
