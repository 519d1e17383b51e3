//! Those who watch or attend live chats, by number, so that no watch and no list holds a copy of an id.

use foldhash::fast::SeedableRandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::id::OperatorId;
use crate::slab::{Place, Slab};
use crate::text::{Text, hash};

/// Everyone who watches a live chat or attends one.
#[derive(Clone, Debug)]
pub(super) struct People {
    hasher: SeedableRandomState,
    numbers: HashTable<(Text<22>, Place)>,
    people: Slab<Person>,
}

/// Somebody who watches or attends.
#[derive(Clone, Debug)]
pub(super) struct Person {
    id: OperatorId,
    /// How many watches and attended chats there are of theirs.
    uses: u32,
    /// The watches, strung together in the order in which they began.
    pub(super) oldest: Place,
    pub(super) newest: Place,
}

impl People {
    pub(super) fn new(hasher: &SeedableRandomState) -> Self {
        People { hasher: hasher.clone(), numbers: HashTable::new(), people: Slab::default() }
    }

    pub(super) fn find(&self, id: &OperatorId) -> Option<Place> {
        let text = id.as_str().as_bytes();
        self.numbers.find(hash(&self.hasher, text), |(held, _)| held.as_bytes() == text).map(|(_, place)| *place)
    }

    pub(super) fn get(&self, person: Place) -> Option<&Person> {
        self.people.get(person)
    }

    pub(super) fn get_mut(&mut self, person: Place) -> Option<&mut Person> {
        self.people.get_mut(person)
    }

    pub(super) fn id(&self, person: Place) -> Option<&OperatorId> {
        self.people.get(person).map(|person| &person.id)
    }

    /// How many numbers there have been at most at one time.
    pub(super) fn numbers(&self) -> usize {
        self.people.places()
    }

    /// Uses a person once more, who is new or not.
    pub(super) fn enter(&mut self, id: &OperatorId) -> Place {
        let text = id.as_str().as_bytes();
        let rehash = |(held, _): &(Text<22>, Place)| hash(&self.hasher, held.as_bytes());
        match self.numbers.entry(hash(&self.hasher, text), |(held, _)| held.as_bytes() == text, rehash) {
            Entry::Occupied(held) => {
                let place = held.get().1;
                if let Some(person) = self.people.get_mut(place) {
                    person.uses += 1;
                }
                place
            }
            Entry::Vacant(vacant) => {
                let (oldest, newest) = (Place::NOWHERE, Place::NOWHERE);
                let place = self.people.insert(Person { id: id.clone(), uses: 1, oldest, newest });
                vacant.insert((id.as_str().into(), place));
                place
            }
        }
    }

    /// Uses a person once less, and forgets them after the last time.
    pub(super) fn leave(&mut self, place: Place) {
        let Some(person) = self.people.get_mut(place) else { return };
        person.uses -= 1;
        if person.uses > 0 {
            return;
        }
        let text = person.id.as_str().as_bytes();
        if let Ok(held) = self.numbers.find_entry(hash(&self.hasher, text), |(_, held)| *held == place) {
            held.remove();
        }
        self.people.remove(place);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.people.len()
    }
}
