//! Values in places that stay theirs, and that are used again once the value is removed.

use alloc::vec::Vec;

/// Where a value lies in its slab. Another may lie there once it is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place(u32);

impl Place {
    pub(crate) const LEAST: Place = Place(0);

    /// No place.
    pub(crate) const NOWHERE: Place = Place(u32::MAX);

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

impl Default for Place {
    fn default() -> Self {
        Place::NOWHERE
    }
}

/// Values by place. Free places are threaded through the slots that they are.
#[derive(Clone, Debug)]
pub(crate) struct Slab<T> {
    slots: Vec<Slot<T>>,
    /// The first place that is free.
    free: Place,
    len: usize,
}

#[derive(Clone, Debug)]
enum Slot<T> {
    Held(T),
    /// Free, with the next that is.
    Free(Place),
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Slab { slots: Vec::new(), free: Place::NOWHERE, len: 0 }
    }
}

impl<T> Slab<T> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// How many places there have been at most at one time.
    pub(crate) fn places(&self) -> usize {
        self.slots.len()
    }

    #[inline]
    pub(crate) fn get(&self, place: Place) -> Option<&T> {
        match self.slots.get(place.index())? {
            Slot::Held(value) => Some(value),
            Slot::Free(_) => None,
        }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, place: Place) -> Option<&mut T> {
        match self.slots.get_mut(place.index())? {
            Slot::Held(value) => Some(value),
            Slot::Free(_) => None,
        }
    }

    #[inline]
    pub(crate) fn insert(&mut self, value: T) -> Place {
        self.len += 1;
        if let Some(slot) = self.slots.get_mut(self.free.index()) {
            let place = self.free;
            if let Slot::Free(next) = core::mem::replace(slot, Slot::Held(value)) {
                self.free = next;
            }
            return place;
        }
        if self.slots.len() == self.slots.capacity() {
            // Doubling would leave half of the memory unused.
            self.slots.reserve_exact((self.slots.len() / 4).max(4));
        }
        self.slots.push(Slot::Held(value));
        Place(self.slots.len() as u32 - 1)
    }

    #[inline]
    pub(crate) fn remove(&mut self, place: Place) -> Option<T> {
        let slot = self.slots.get_mut(place.index()).filter(|slot| matches!(slot, Slot::Held(_)))?;
        let removed = core::mem::replace(slot, Slot::Free(self.free));
        self.free = place;
        self.len -= 1;
        match removed {
            Slot::Held(value) => Some(value),
            Slot::Free(_) => None,
        }
    }

    /// Makes room for so many values more.
    #[cfg(any(feature = "serde", test))]
    pub(crate) fn reserve(&mut self, more: usize) {
        self.slots.reserve_exact(more);
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::Slab;

    #[test]
    fn a_place_is_used_again_and_holds_one_value_at_a_time() {
        let mut slab = Slab::default();
        let places: Vec<_> = (0..100).map(|value| slab.insert(value)).collect();
        assert!(places.iter().enumerate().all(|(value, place)| slab.get(*place) == Some(&value)));
        for (value, place) in places.iter().enumerate() {
            assert_eq!((slab.remove(*place), slab.remove(*place), slab.get(*place)), (Some(value), None, None));
        }
        let again: Vec<_> = (100..200).map(|value| slab.insert(value)).collect();
        assert_eq!((slab.len(), slab.places()), (100, 100));
        assert!(again.iter().zip(100..).all(|(place, value)| slab.get(*place) == Some(&value)));
    }

    #[test]
    fn it_grows_by_parts_and_not_beyond_what_it_needs() {
        let mut slab = Slab::default();
        let mut capacities: Vec<_> = (0..112)
            .map(|value| {
                slab.insert(value);
                slab.slots.capacity()
            })
            .collect();
        capacities.dedup();
        assert_eq!(capacities, [4, 8, 12, 16, 20, 25, 31, 38, 47, 58, 72, 90, 112]);
        slab.reserve(288);
        let again = allocation_counter::measure(|| slab.reserve(288));
        assert_eq!((slab.slots.capacity(), again.count_total), (400, 0));
    }
}
