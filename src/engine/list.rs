//! The watchers who have plain rules filed under one key, each once.

use alloc::boxed::Box;
use alloc::vec::Vec;

use foldhash::fast::SeedableRandomState;
use hashbrown::HashMap;

use super::operators::Number;
use super::roles::{RoleNumber, RoleSet};

/// The distinct watchers of a key, each with their role and how many of their rules are filed here.
///
/// Most keys have one or two: they lie in the list itself, and that in the slot that the look-up of the key reads
/// anyway. Up to sixteen are looked through one by one. More lie apart by role, so that those that a chat permits are copied in
/// whole stretches.
#[derive(Clone, Debug)]
pub(super) enum WatcherList {
    Two(Group<2>),
    Sixteen(Box<Group<16>>),
    Many(Box<Many>),
}

/// Watchers in no order, from the first place on.
#[derive(Clone, Debug)]
pub(super) struct Group<const N: usize> {
    /// How many rules each has here. From the first 0 on the places are free.
    rules: [u8; N],
    roles: [RoleNumber; N],
    watchers: [Number; N],
}

/// Any number of watchers.
#[derive(Clone, Debug)]
pub(super) struct Many {
    by_role: Vec<(RoleNumber, Vec<Number>)>,
    /// Where each watcher lies among those of their role, and how many rules they have here.
    places: HashMap<Number, (u32, u32), SeedableRandomState>,
}

impl Default for WatcherList {
    fn default() -> Self {
        WatcherList::Two(Group::default())
    }
}

impl WatcherList {
    /// Adds one rule of `watcher`.
    pub(super) fn add(&mut self, watcher: Number, role: RoleNumber, hasher: &SeedableRandomState) {
        match self {
            WatcherList::Two(two) => {
                if !two.add(watcher, role) {
                    let mut sixteen = Box::new(Group::default());
                    sixteen.take_over(two);
                    *self = WatcherList::Sixteen(sixteen);
                    self.add(watcher, role, hasher);
                }
            }
            WatcherList::Sixteen(sixteen) => {
                if !sixteen.add(watcher, role) {
                    let places = HashMap::with_hasher(hasher.clone());
                    let mut many = Box::new(Many { by_role: Vec::new(), places });
                    sixteen.iter().for_each(|(held, role, rules)| many.add(held, role, u32::from(rules)));
                    many.add(watcher, role, 1);
                    *self = WatcherList::Many(many);
                }
            }
            WatcherList::Many(many) => many.add(watcher, role, 1),
        }
    }

    /// Takes one rule of `watcher` away.
    pub(super) fn remove(&mut self, watcher: Number, role: RoleNumber) {
        let empty = match self {
            WatcherList::Two(two) => {
                two.remove(watcher);
                false
            }
            WatcherList::Sixteen(sixteen) => sixteen.remove(watcher),
            WatcherList::Many(many) => many.remove(watcher, role),
        };
        if empty {
            *self = WatcherList::default();
        }
    }

    /// Follows a change of `watcher`'s role; they may have followed it already.
    pub(super) fn set_role(&mut self, watcher: Number, before: RoleNumber, after: RoleNumber) {
        match self {
            WatcherList::Two(two) => two.set_role(watcher, after),
            WatcherList::Sixteen(sixteen) => sixteen.set_role(watcher, after),
            WatcherList::Many(many) => many.set_role(watcher, before, after),
        }
    }

    /// Appends the watchers of these roles, each once.
    #[inline]
    pub(super) fn extend(&self, roles: RoleSet, watchers: &mut Vec<Number>) {
        match self {
            WatcherList::Two(two) => two.extend(roles, watchers),
            WatcherList::Sixteen(sixteen) => sixteen.extend(roles, watchers),
            WatcherList::Many(many) => {
                for (_, of_role) in many.by_role.iter().filter(|(role, _)| roles.contains(*role)) {
                    watchers.extend_from_slice(of_role);
                }
            }
        }
    }

    /// Whether there is a watcher of one of these roles.
    pub(super) fn has_any(&self, roles: RoleSet) -> bool {
        match self {
            WatcherList::Two(two) => two.iter().any(|(_, role, _)| roles.contains(role)),
            WatcherList::Sixteen(sixteen) => sixteen.iter().any(|(_, role, _)| roles.contains(role)),
            WatcherList::Many(many) => {
                many.by_role.iter().any(|(role, of_role)| roles.contains(*role) && !of_role.is_empty())
            }
        }
    }
}

impl<const N: usize> Default for Group<N> {
    fn default() -> Self {
        Group { rules: [0; N], roles: [RoleNumber::UNKNOWN; N], watchers: [Number::default(); N] }
    }
}

impl<const N: usize> Group<N> {
    fn len(&self) -> usize {
        self.rules.iter().position(|rules| *rules == 0).unwrap_or(N)
    }

    /// Adds one rule, if there is room for it.
    fn add(&mut self, watcher: Number, role: RoleNumber) -> bool {
        let at = self.position(watcher).unwrap_or(self.len());
        let Some(rules) = self.rules.get_mut(at) else { return false };
        let Some(more) = rules.checked_add(1) else { return false };
        *rules = more;
        self.put(at, watcher, role);
        true
    }

    fn put(&mut self, at: usize, watcher: Number, role: RoleNumber) {
        if let Some((held, held_role)) = self.watchers.get_mut(at).zip(self.roles.get_mut(at)) {
            (*held, *held_role) = (watcher, role);
        }
    }

    /// Takes over those of a smaller group.
    fn take_over<const M: usize>(&mut self, other: &Group<M>) {
        for (at, (watcher, role, rules)) in other.iter().enumerate() {
            if let Some(place) = self.rules.get_mut(at) {
                *place = rules;
            }
            self.put(at, watcher, role);
        }
    }

    /// Takes one rule away, and says whether that was the last of all.
    fn remove(&mut self, watcher: Number) -> bool {
        if let Some(at) = self.position(watcher) {
            let last = self.len() - 1;
            if let Some(rules) = self.rules.get_mut(at) {
                *rules -= 1;
                if *rules == 0 {
                    self.rules.swap(at, last);
                    self.roles.swap(at, last);
                    self.watchers.swap(at, last);
                }
            }
        }
        self.len() == 0
    }

    fn set_role(&mut self, watcher: Number, role: RoleNumber) {
        if let Some(at) = self.position(watcher) {
            self.put(at, watcher, role);
        }
    }

    fn position(&self, watcher: Number) -> Option<usize> {
        self.iter().position(|(held, ..)| held == watcher)
    }

    #[inline]
    fn iter(&self) -> impl Iterator<Item = (Number, RoleNumber, u8)> {
        let places = self.watchers.iter().zip(&self.roles).zip(&self.rules);
        places.map(|((watcher, role), rules)| (*watcher, *role, *rules)).take_while(|(_, _, rules)| *rules > 0)
    }

    #[inline]
    fn extend(&self, roles: RoleSet, watchers: &mut Vec<Number>) {
        watchers.extend(self.iter().filter(|(_, role, _)| roles.contains(*role)).map(|(watcher, ..)| watcher));
    }
}

impl Many {
    fn of_role(&mut self, role: RoleNumber) -> Option<&mut Vec<Number>> {
        self.by_role.iter_mut().find(|(held, _)| *held == role).map(|(_, of_role)| of_role)
    }

    /// Puts a watcher behind those of a role, and says where that is.
    fn push(&mut self, watcher: Number, role: RoleNumber) -> u32 {
        match self.of_role(role) {
            Some(of_role) => {
                of_role.push(watcher);
                of_role.len() as u32 - 1
            }
            None => {
                self.by_role.push((role, Vec::from([watcher])));
                0
            }
        }
    }

    fn add(&mut self, watcher: Number, role: RoleNumber, rules: u32) {
        match self.places.get_mut(&watcher) {
            Some((_, held)) => *held += rules,
            None => {
                let place = self.push(watcher, role);
                self.places.insert(watcher, (place, rules));
            }
        }
    }

    /// Takes one rule away, and says whether that was the last of all.
    fn remove(&mut self, watcher: Number, role: RoleNumber) -> bool {
        if let Some((_, rules)) = self.places.get_mut(&watcher) {
            *rules -= 1;
            if *rules == 0 {
                self.take(watcher, role);
                self.places.remove(&watcher);
            }
        }
        self.places.is_empty()
    }

    fn set_role(&mut self, watcher: Number, before: RoleNumber, after: RoleNumber) {
        if self.take(watcher, before) {
            let place = self.push(watcher, after);
            if let Some((held, _)) = self.places.get_mut(&watcher) {
                *held = place;
            }
        }
    }

    /// Takes `watcher` out of a role, if they lie there; the last one there takes the place.
    fn take(&mut self, watcher: Number, role: RoleNumber) -> bool {
        let Some((place, _)) = self.places.get(&watcher).copied() else { return false };
        let Some(of_role) = self.of_role(role).filter(|of_role| of_role.get(place as usize) == Some(&watcher)) else {
            return false;
        };
        of_role.swap_remove(place as usize);
        let moved = of_role.get(place as usize).copied();
        if of_role.is_empty() {
            self.by_role.retain(|(held, _)| *held != role);
        }
        if let Some((moved_to, _)) = moved.and_then(|moved| self.places.get_mut(&moved)) {
            *moved_to = place;
        }
        true
    }
}
