//! The rules, each in a slot of its own, strung together in rule order, by watcher and by key.

use alloc::vec::Vec;

use foldhash::fast::SeedableRandomState;
use hashbrown::HashTable;

use super::key::hash;
use super::rank::Number;
use crate::filed::Seq;
use crate::id::RuleId;
use crate::rule::Rule;

/// Where a rule lies; another rule may lie there once it is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(u32);

/// Behind the last rule of a chain.
const NOWHERE: Place = Place(u32::MAX);

/// What rules are strung together by. Each rule hangs in one chain of each.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    Order,
    Watcher,
    Key,
}

/// A ring of rules: its first, whose neighbour before is the last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    first: Place,
}

impl Default for Chain {
    fn default() -> Self {
        Chain { first: NOWHERE }
    }
}

impl Chain {
    pub(super) fn is_empty(&self) -> bool {
        self.first == NOWHERE
    }
}

#[derive(Clone, Debug)]
pub(super) struct RuleSlot {
    pub(super) rule: Rule,
    pub(super) watcher: Number,
    pub(super) seq: Seq,
    links: [Link; 3],
}

#[derive(Clone, Copy, Debug)]
struct Link {
    before: Place,
    after: Place,
}

/// Every rule.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    slots: Vec<Option<RuleSlot>>,
    free: Vec<Place>,
    ids: HashTable<Place>,
    order: Chain,
    next_seq: Seq,
}

impl Rules {
    pub(super) fn find(&self, id: &RuleId, hasher: &SeedableRandomState) -> Option<(Place, &RuleSlot)> {
        let is = |place: &Place| self.get(*place).is_some_and(|slot| slot.rule.id() == id);
        let place = *self.ids.find(hash(hasher, id.as_str()), is)?;
        Some((place, self.get(place)?))
    }

    pub(super) fn get(&self, place: Place) -> Option<&RuleSlot> {
        self.slots.get(place.0 as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, place: Place) -> Option<&mut RuleSlot> {
        self.slots.get_mut(place.0 as usize)?.as_mut()
    }

    /// Adds a rule whose id is new, as the last in rule order.
    pub(super) fn insert(&mut self, rule: Rule, watcher: Number, hasher: &SeedableRandomState) -> Place {
        let id = hash(hasher, rule.id().as_str());
        let slot = RuleSlot { rule, watcher, seq: self.next_seq, links: [Link { before: NOWHERE, after: NOWHERE }; 3] };
        self.next_seq += 1;
        let free = self.free.pop().and_then(|place| Some((place, self.slots.get_mut(place.0 as usize)?)));
        let place = match free {
            Some((place, vacant)) => {
                *vacant = Some(slot);
                place
            }
            None => {
                self.slots.push(Some(slot));
                Place(self.slots.len() as u32 - 1)
            }
        };
        let slots = &self.slots;
        self.ids.insert_unique(id, place, |place| {
            let slot = slots.get(place.0 as usize).and_then(Option::as_ref);
            slot.map_or(0, |slot| hash(hasher, slot.rule.id().as_str()))
        });
        let mut order = self.order;
        self.push_back(&mut order, By::Order, place);
        self.order = order;
        place
    }

    /// Removes a rule that hangs in no chain any more but that of the order.
    pub(super) fn remove(&mut self, place: Place, hasher: &SeedableRandomState) -> Option<Rule> {
        let mut order = self.order;
        self.unlink(&mut order, By::Order, place);
        self.order = order;
        let slot = self.slots.get_mut(place.0 as usize)?.take()?;
        if let Ok(entry) = self.ids.find_entry(hash(hasher, slot.rule.id().as_str()), |other| *other == place) {
            entry.remove();
        }
        self.free.push(place);
        Some(slot.rule)
    }

    /// Every rule, in rule order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.along(self.order, By::Order).map(|slot| &slot.rule)
    }

    /// The rules of a chain, from its first.
    pub(super) fn along(&self, chain: Chain, by: By) -> impl Iterator<Item = &RuleSlot> {
        let mut next = chain.first;
        core::iter::from_fn(move || {
            let slot = self.get(next)?;
            let after = slot.link(by).after;
            next = if after == chain.first { NOWHERE } else { after };
            Some(slot)
        })
    }

    pub(super) fn push_back(&mut self, chain: &mut Chain, by: By, place: Place) {
        let first = chain.first;
        let last = self.link_mut(by, first).map(|link| core::mem::replace(&mut link.before, place));
        if let Some(link) = last.and_then(|last| self.link_mut(by, last)) {
            link.after = place;
        }
        if chain.is_empty() {
            chain.first = place;
        }
        self.set_link(by, place, Link { before: last.unwrap_or(place), after: chain.first });
    }

    pub(super) fn push_front(&mut self, chain: &mut Chain, by: By, place: Place) {
        self.push_back(chain, by, place);
        chain.first = place;
    }

    pub(super) fn unlink(&mut self, chain: &mut Chain, by: By, place: Place) {
        let Some(Link { before, after }) = self.link_mut(by, place).copied() else { return };
        if let Some(link) = self.link_mut(by, before) {
            link.after = after;
        }
        if let Some(link) = self.link_mut(by, after) {
            link.before = before;
        }
        if chain.first == place {
            chain.first = if after == place { NOWHERE } else { after };
        }
    }

    fn set_link(&mut self, by: By, place: Place, link: Link) {
        if let Some(held) = self.link_mut(by, place) {
            *held = link;
        }
    }

    fn link_mut(&mut self, by: By, place: Place) -> Option<&mut Link> {
        let [order, watcher, key] = &mut self.get_mut(place)?.links;
        Some(match by {
            By::Order => order,
            By::Watcher => watcher,
            By::Key => key,
        })
    }
}

impl RuleSlot {
    /// Whether the rule's watcher stands on the list of its key: the key is all that it asks, and it is on.
    pub(super) fn is_listed(&self) -> bool {
        self.rule.enabled() && !self.has_more_criteria()
    }

    /// Whether the rule asks for more than its key.
    pub(super) fn has_more_criteria(&self) -> bool {
        self.rule.when().len() > 1
    }

    fn link(&self, by: By) -> Link {
        let [order, watcher, key] = self.links;
        match by {
            By::Order => order,
            By::Watcher => watcher,
            By::Key => key,
        }
    }
}
