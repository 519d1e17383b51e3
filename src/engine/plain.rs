//! The plain rules of each key, side by side.
//!
//! A list holds of each rule what the named answer asks, so that it reads one stretch of memory and not rule after rule:
//! a third of the time with a million rules, and a tenth where thousands name one operator. Each rule knows its place in
//! its list, and when it leaves, the last of the list moves there. So a list is nearly in rule order, and an answer sorts.

use super::operators::Number;
use super::rules::{Rules, Seq};
use crate::short::Short;
use crate::slab::Place;

/// A plain rule in the list of its key.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Plain {
    /// Twice its place in rule order, and one more where it is on.
    order: u64,
    pub(super) watcher: Number,
    pub(super) rule: Place,
}

/// The plain rules of one key, one at least.
pub(super) type PlainList = Short<Plain, 1>;

impl Plain {
    pub(super) fn of(seq: Seq, on: bool, watcher: Number, rule: Place) -> Self {
        Plain { order: seq << 1 | u64::from(on), watcher, rule }
    }

    pub(super) fn seq(&self) -> Seq {
        self.order >> 1
    }

    pub(super) fn is_on(&self) -> bool {
        self.order & 1 == 1
    }
}

/// Lists of plain rules, by place.
impl Rules {
    /// The plain rules of a key, nearly in rule order.
    #[inline]
    pub(super) fn plain(&self, list: Place) -> &[Plain] {
        self.plain.get(list).map(Short::as_slice).unwrap_or_default()
    }

    /// Puts a plain rule into the list of its key, which is made where there is none.
    pub(super) fn insert_plain(&mut self, list: &mut Place, rule: Place) {
        if self.plain.get(*list).is_none() {
            *list = self.plain.insert(PlainList::default());
        }
        let Some((plain, slot)) = self.plain.get_mut(*list).zip(self.slots.get_mut(rule)) else { return };
        slot.at = plain.as_slice().len() as u32;
        plain.push(Plain::of(slot.seq, slot.rule.enabled(), slot.watcher, rule));
    }

    /// Takes a plain rule out of the list of its key, which is gone with the last.
    pub(super) fn remove_plain(&mut self, list: &mut Place, rule: Place) {
        let Some((plain, slot)) = self.plain.get_mut(*list).zip(self.slots.get(rule)) else { return };
        let at = slot.at;
        plain.swap_remove(at as usize);
        if let Some(moved) = plain.as_slice().get(at as usize).and_then(|moved| self.slots.get_mut(moved.rule)) {
            moved.at = at;
        }
        if plain.as_slice().is_empty() {
            self.plain.remove(*list);
            *list = Place::NOWHERE;
        }
    }

    /// Says in the list of its key whether a plain rule is on.
    pub(super) fn set_plain(&mut self, list: Place, rule: Place, on: bool) {
        let Some((plain, slot)) = self.plain.get_mut(list).zip(self.slots.get(rule)) else { return };
        if let Some(plain) = plain.as_mut_slice().get_mut(slot.at as usize) {
            *plain = Plain::of(slot.seq, on, slot.watcher, rule);
        }
    }
}
