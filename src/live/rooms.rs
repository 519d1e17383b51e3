//! The live chats, by place and by id, in the order in which they started.

use alloc::vec::Vec;

use foldhash::fast::SeedableRandomState;
use hashbrown::HashTable;

use super::index::FiledIn;
use super::list::WatchList;
use crate::chat::Chat;
use crate::engine::Seq;
use crate::id::ChatId;
use crate::slab::{Place, Slab};
use crate::text::{Text, hash};

/// Every live chat.
#[derive(Clone, Debug)]
pub(super) struct Rooms {
    hasher: SeedableRandomState,
    places: HashTable<(Text<22>, Place)>,
    rooms: Slab<Room>,
    oldest: Place,
    newest: Place,
    next_seq: Seq,
}

/// A live chat. What participants see is made of `chat` alone.
#[derive(Clone, Debug)]
pub(super) struct Room {
    pub(super) chat: Chat,
    /// When it started, among all chats.
    pub(super) seq: Seq,
    older: Place,
    newer: Place,
    pub(super) watches: WatchList,
    /// Where the chat stands in the lists of the index.
    pub(super) filed: FiledIn,
}

impl Rooms {
    pub(super) fn new(hasher: &SeedableRandomState) -> Self {
        Rooms {
            hasher: hasher.clone(),
            places: HashTable::new(),
            rooms: Slab::default(),
            oldest: Place::NOWHERE,
            newest: Place::NOWHERE,
            next_seq: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rooms.len()
    }

    #[cfg(feature = "serde")]
    pub(super) fn reserve(&mut self, more: usize) {
        self.rooms.reserve(more);
        let rehash = |(held, _): &(Text<22>, Place)| hash(&self.hasher, held.as_bytes());
        self.places.reserve(more, rehash);
    }

    #[cfg(feature = "serde")]
    pub(super) fn oldest(&self) -> Place {
        self.oldest
    }

    /// The chat that started next.
    #[cfg(feature = "serde")]
    pub(super) fn after(&self, place: Place) -> Place {
        self.get(place).map(|room| room.newer).unwrap_or_default()
    }

    /// What the next chat to start gets.
    #[cfg(feature = "serde")]
    pub(super) fn next_seq(&self) -> Seq {
        self.next_seq
    }

    pub(super) fn find(&self, id: &ChatId) -> Option<Place> {
        let text = id.as_str().as_bytes();
        self.places.find(hash(&self.hasher, text), |(held, _)| held.as_bytes() == text).map(|(_, place)| *place)
    }

    pub(super) fn get(&self, place: Place) -> Option<&Room> {
        self.rooms.get(place)
    }

    pub(super) fn get_mut(&mut self, place: Place) -> Option<&mut Room> {
        self.rooms.get_mut(place)
    }

    /// Adds a chat whose id is new, as the last.
    pub(super) fn insert(&mut self, chat: Chat) -> Place {
        let text: Text<22> = chat.id().as_str().into();
        let (seq, older) = (self.next_seq, self.newest);
        self.next_seq += 1;
        let (newer, watches, filed) = (Place::NOWHERE, WatchList::default(), FiledIn::default());
        let place = self.rooms.insert(Room { chat, seq, older, newer, watches, filed });
        match self.rooms.get_mut(older) {
            Some(older) => older.newer = place,
            None => self.oldest = place,
        }
        self.newest = place;
        let rehash = |(held, _): &(Text<22>, Place)| hash(&self.hasher, held.as_bytes());
        self.places.insert_unique(hash(&self.hasher, text.as_bytes()), (text, place), rehash);
        place
    }

    pub(super) fn remove(&mut self, place: Place) -> Option<Room> {
        let room = self.rooms.remove(place)?;
        match self.rooms.get_mut(room.older) {
            Some(older) => older.newer = room.newer,
            None => self.oldest = room.newer,
        }
        match self.rooms.get_mut(room.newer) {
            Some(newer) => newer.older = room.older,
            None => self.newest = room.older,
        }
        let text = room.chat.id().as_str().as_bytes();
        if let Ok(held) = self.places.find_entry(hash(&self.hasher, text), |(_, held)| *held == place) {
            held.remove();
        }
        Some(room)
    }

    /// Every place, in the order in which the chats started.
    pub(super) fn places(&self) -> impl Iterator<Item = Place> {
        let mut next = self.oldest;
        core::iter::from_fn(move || {
            let place = next;
            next = self.rooms.get(place)?.newer;
            Some(place)
        })
    }

    /// Every chat, in the order in which they started.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Room> {
        self.places().filter_map(|place| self.get(place))
    }

    /// Sorts places by when their chats started, each once.
    pub(super) fn sort(&self, places: &mut Vec<Place>) {
        let seq = |place: &Place| self.get(*place).map(|room| room.seq);
        places.sort_unstable_by_key(seq);
        places.dedup();
    }
}
