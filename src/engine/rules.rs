//! The rules, strung together by age, by watcher and by key.

use alloc::vec::Vec;

use super::operators::Number;
use super::plain::PlainList;
use super::table::{Table, Tag};
use crate::id::RuleId;
use crate::key::Key;
use crate::rule::Rule;
use crate::slab::{Place, Slab};

/// A place in an order that is given once and never again.
pub(crate) type Seq = u64;

/// What rules are strung together by. Each rule hangs in one chain of each, but plain ones in none by key: those lie in
/// lists ([`plain`](super::plain)).
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    Age,
    Watcher,
    Key,
}

/// Rules strung together, by its newest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    newest: Place,
}

impl Default for Chain {
    fn default() -> Self {
        Chain { newest: Place::NOWHERE }
    }
}

impl Chain {
    pub(super) fn is_empty(&self) -> bool {
        self.newest == Place::NOWHERE
    }
}

#[derive(Clone, Debug)]
pub(super) struct RuleSlot {
    pub(super) rule: Rule,
    pub(super) watcher: Number,
    pub(super) seq: Seq,
    /// Where it stands in the list of its key, if it is plain.
    pub(super) at: u32,
    links: [Link; 3],
}

#[derive(Clone, Copy, Debug)]
struct Link {
    newer: Place,
    older: Place,
}

impl Link {
    const LOOSE: Link = Link { newer: Place::NOWHERE, older: Place::NOWHERE };
}

/// Every rule.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) slots: Table<RuleSlot>,
    pub(super) plain: Slab<PlainList>,
    all: Chain,
    oldest: Place,
    next_seq: Seq,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            slots: Table::default(),
            plain: Slab::default(),
            all: Chain::default(),
            oldest: Place::NOWHERE,
            next_seq: 0,
        }
    }
}

impl Rules {
    pub(super) fn find(&self, tag: Tag, id: &RuleId) -> Option<(Place, &RuleSlot)> {
        self.slots.find(tag, |slot| slot.rule.id() == id)
    }

    pub(super) fn get(&self, place: Place) -> Option<&RuleSlot> {
        self.slots.get(place)
    }

    pub(super) fn get_mut(&mut self, place: Place) -> Option<&mut RuleSlot> {
        self.slots.get_mut(place)
    }

    #[cfg(any(feature = "serde", test))]
    pub(super) fn reserve(&mut self, more: usize) {
        self.slots.reserve(more);
    }

    /// Adds a rule whose id is new, as the last in rule order.
    pub(super) fn insert(&mut self, tag: Tag, rule: Rule, watcher: Number) -> Place {
        let slot = RuleSlot { rule, watcher, seq: self.next_seq, at: 0, links: [Link::LOOSE; 3] };
        self.next_seq += 1;
        let place = self.slots.insert(tag, slot);
        if self.all.is_empty() {
            self.oldest = place;
        }
        let mut all = self.all;
        self.link(&mut all, By::Age, place);
        self.all = all;
        place
    }

    /// Removes a rule that hangs in no chain any more but that of all.
    pub(super) fn remove(&mut self, tag: Tag, place: Place) -> Option<Rule> {
        if self.oldest == place {
            self.oldest = self.get(place)?.link(By::Age).newer;
        }
        let mut all = self.all;
        self.unlink(&mut all, By::Age, place);
        self.all = all;
        self.slots.remove(tag, place).map(|slot| slot.rule)
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    #[cfg(feature = "serde")]
    pub(super) fn oldest(&self) -> Place {
        self.oldest
    }

    #[cfg(feature = "serde")]
    pub(super) fn next_seq(&self) -> Seq {
        self.next_seq
    }

    /// Every rule, in rule order.
    pub(super) fn slots(&self) -> impl Iterator<Item = &RuleSlot> {
        let mut next = self.oldest;
        core::iter::from_fn(move || {
            let slot = self.get(next)?;
            next = slot.link(By::Age).newer;
            Some(slot)
        })
    }

    /// The rules of a chain with their places, the newest first.
    #[inline]
    pub(super) fn along(&self, chain: Chain, by: By) -> impl Iterator<Item = (Place, &RuleSlot)> {
        let mut next = chain.newest;
        core::iter::from_fn(move || {
            let place = next;
            let slot = self.get(place)?;
            next = slot.link(by).older;
            Some((place, slot))
        })
    }

    /// The rules of a chain, in rule order.
    pub(super) fn in_order(&self, chain: Chain, by: By) -> impl Iterator<Item = &Rule> {
        let newest_first: Vec<_> = self.along(chain, by).map(|(_, slot)| &slot.rule).collect();
        newest_first.into_iter().rev()
    }

    /// Hangs a rule in a chain, as its newest.
    pub(super) fn link(&mut self, chain: &mut Chain, by: By, place: Place) {
        let older = core::mem::replace(&mut chain.newest, place);
        if let Some(link) = self.link_mut(by, older) {
            link.newer = place;
        }
        if let Some(link) = self.link_mut(by, place) {
            *link = Link { newer: Place::NOWHERE, older };
        }
    }

    /// Takes a rule out of the chain that it hangs in.
    pub(super) fn unlink(&mut self, chain: &mut Chain, by: By, place: Place) {
        let Some(Link { newer, older }) = self.link_mut(by, place).copied() else { return };
        if let Some(link) = self.link_mut(by, older) {
            link.newer = newer;
        }
        match self.link_mut(by, newer) {
            Some(link) => link.older = older,
            None => chain.newest = older,
        }
    }

    fn link_mut(&mut self, by: By, place: Place) -> Option<&mut Link> {
        let [age, watcher, key] = &mut self.get_mut(place)?.links;
        Some(match by {
            By::Age => age,
            By::Watcher => watcher,
            By::Key => key,
        })
    }
}

impl RuleSlot {
    /// Whether the rule's watcher stands on the list of its key: the rule is plain, and it is on.
    pub(super) fn is_listed(&self) -> bool {
        self.rule.enabled() && self.is_plain()
    }

    /// Whether the key is all that the rule asks: one criterion, no exception, at any time.
    pub(super) fn is_plain(&self) -> bool {
        self.rule.only_criterion().is_some_and(Key::is_whole)
    }

    /// The rule that follows in rule order.
    #[cfg(feature = "serde")]
    pub(super) fn newer(&self) -> Place {
        self.link(By::Age).newer
    }

    fn link(&self, by: By) -> Link {
        let [age, watcher, key] = self.links;
        match by {
            By::Age => age,
            By::Watcher => watcher,
            By::Key => key,
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Number, Rule, Rules, Tag};
    use crate::criterion::Criterion;
    use crate::id::{OperatorId, RuleId};

    #[test]
    fn rules_whose_ids_share_a_hash_are_told_apart() {
        let (tag, mut rules) = (Tag::default(), Rules::default());
        let rule = |n: u64| Rule::new(n.into(), OperatorId::from(1), Criterion::Operator(OperatorId::from(2)));
        let places = [1, 2, 3].map(|n| rules.insert(tag, rule(n), Number(0)));
        let found = |rules: &Rules, n: u64| rules.find(tag, &RuleId::from(n)).map(|(place, _)| place);
        assert_eq!([1, 2, 3].map(|n| found(&rules, n)), places.map(Some));
        assert_eq!(found(&rules, 4), None);
        let [first, second, third] = places;
        assert_eq!(rules.remove(tag, second), Some(rule(2)));
        assert_eq!([1, 2, 3].map(|n| found(&rules, n)), [Some(first), None, Some(third)]);
    }

    #[test]
    fn rules_that_room_was_made_for_take_no_more() {
        let mut rules = Rules::default();
        let rule = |n: u64| Rule::new(n.into(), OperatorId::from(1), Criterion::Operator(OperatorId::from(2)));
        let hundred: Vec<_> = (0..100).map(rule).collect();
        rules.reserve(100);
        let taken = allocation_counter::measure(|| {
            hundred.into_iter().for_each(|rule| _ = rules.insert(Tag::default(), rule, Number(0)));
        });
        assert_eq!(taken.count_total, 0);
    }
}
