//! Which live chats a rule or an exclusion can match, without looking at all chats: the engine's index the other way
//! round.
//!
//! Under each key lies a list of chats in no order, and each chat knows its place in each list that it stands in. So a
//! chat is taken out by moving the last of the list into its place, and telling that one where it stands now.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet, btree_map};
use alloc::vec::Vec;
use core::hash::Hash;
use core::net::IpAddr;

use foldhash::fast::SeedableRandomState;
use hashbrown::hash_map::EntryRef;
use hashbrown::{Equivalent, HashMap};

use super::rooms::{Room, Rooms};
use crate::address::domains_above;
use crate::attribute::Attribute;
use crate::chat::{Chat, Visitor};
use crate::engine::MonitorEngine;
use crate::id::{DepartmentId, OperatorId};
use crate::key::{Fact, Key};
use crate::short::Short;
use crate::slab::{Place, Slab};
use crate::text::Text;

/// A chat's place in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Filed {
    list: Place,
    at: u32,
}

/// A chat's places in all lists that it stands in, each list once, in no order. Most have an email, its domain, an address
/// and three operators at most.
pub(super) type FiledIn = Short<Filed, 6>;

/// The live chats by their facts.
#[derive(Clone, Debug)]
pub(super) struct ChatIndex {
    lists: Slab<List>,
    operators: Lists<Text<22>>,
    emails: Lists<Text<38>>,
    domains: Lists<Text<22>>,
    /// Ordered, so that the chats of a network are one stretch.
    ips: BTreeMap<IpAddr, Place>,
    attributes: Lists<Attribute>,
    departments: Lists<DepartmentId>,
    /// The lists of the domains below each, for those that a pattern can name. Whoever owns a domain can write from any
    /// number below it.
    below: HashMap<Box<str>, BTreeSet<Place>, SeedableRandomState>,
}

/// Lists of chats by key.
type Lists<K> = HashMap<K, Place, SeedableRandomState>;

/// The chats of one key, one at least. Most emails and addresses are of one chat alone.
#[derive(Clone, Debug)]
enum List {
    One(Place),
    More(Vec<Place>),
}

impl List {
    fn as_slice(&self) -> &[Place] {
        match self {
            List::One(room) => core::slice::from_ref(room),
            List::More(rooms) => rooms,
        }
    }

    /// Adds a chat, and says where it stands.
    fn push(&mut self, room: Place) -> u32 {
        match self {
            List::One(first) => {
                *self = List::More(Vec::from([*first, room]));
                1
            }
            List::More(rooms) => {
                rooms.push(room);
                rooms.len() as u32 - 1
            }
        }
    }
}

impl ChatIndex {
    pub(super) fn new(hasher: &SeedableRandomState) -> Self {
        ChatIndex {
            lists: Slab::default(),
            operators: HashMap::with_hasher(hasher.clone()),
            emails: HashMap::with_hasher(hasher.clone()),
            domains: HashMap::with_hasher(hasher.clone()),
            ips: BTreeMap::new(),
            attributes: HashMap::with_hasher(hasher.clone()),
            departments: HashMap::with_hasher(hasher.clone()),
            below: HashMap::with_hasher(hasher.clone()),
        }
    }

    pub(super) fn insert(&mut self, place: Place, room: &mut Room) {
        let Room { chat, filed, .. } = room;
        Fact::of_chat(chat, |fact| self.insert_fact(place, filed, fact));
    }

    /// Takes a chat, which is no longer among the rooms, out of all lists.
    pub(super) fn remove(&mut self, rooms: &mut Rooms, chat: &Chat, filed: &FiledIn) {
        let mut gone = filed.as_slice().iter().filter(|filed| take(&mut self.lists, **filed, rooms)).count();
        // Most often an email and an address are gone, and no operator: what is looked up last may not have to be.
        Fact::of_more(chat, |fact| self.forget_fact(fact, &mut gone));
        chat.attending().for_each(|operator| self.forget_fact(Fact::Operator(operator), &mut gone));
    }

    /// Forgets a key whose list is gone, if there are such keys.
    fn forget_fact(&mut self, fact: Fact<'_>, gone: &mut usize) {
        if *gone == 0 {
            return;
        }
        let lists = &self.lists;
        *gone -= usize::from(match fact {
            Fact::Operator(operator) => forget(&mut self.operators, operator.as_str().as_bytes(), lists).is_some(),
            Fact::Email(email) => {
                let domain = email.domain();
                if let Some(list) = forget(&mut self.domains, domain.as_bytes(), lists) {
                    forget_below(&mut self.below, domain, list);
                    *gone -= 1;
                }
                forget(&mut self.emails, email.as_str().as_bytes(), lists).is_some()
            }
            Fact::Ip(ip) => match self.ips.entry(ip) {
                btree_map::Entry::Occupied(held) if lists.get(*held.get()).is_none() => {
                    held.remove();
                    true
                }
                btree_map::Entry::Occupied(_) | btree_map::Entry::Vacant(_) => false,
            },
            Fact::Attribute(attribute) => forget(&mut self.attributes, attribute, lists).is_some(),
            Fact::Department(department) => forget(&mut self.departments, department, lists).is_some(),
            Fact::IsChat => false,
        });
    }

    pub(super) fn insert_operator(&mut self, place: Place, room: &mut Room, operator: &OperatorId) {
        self.insert_fact(place, &mut room.filed, Fact::Operator(operator));
    }

    pub(super) fn remove_operator(&mut self, rooms: &mut Rooms, room: Place, operator: &OperatorId) {
        self.remove_fact(rooms, room, Fact::Operator(operator));
    }

    pub(super) fn insert_visitor(&mut self, place: Place, room: &mut Room) {
        let Room { chat, filed, .. } = room;
        Fact::of_visitor(chat.visitor(), |fact| self.insert_fact(place, filed, fact));
    }

    pub(super) fn remove_visitor(&mut self, rooms: &mut Rooms, room: Place, visitor: &Visitor) {
        Fact::of_visitor(visitor, |fact| self.remove_fact(rooms, room, fact));
    }

    /// Puts a chat under what the host tells of it.
    pub(super) fn insert_told(&mut self, place: Place, room: &mut Room) {
        let Room { chat, filed, .. } = room;
        Fact::of_told(chat, |fact| self.insert_fact(place, filed, fact));
    }

    /// Takes a chat out of what the host tells of it.
    pub(super) fn remove_told(&mut self, rooms: &mut Rooms, room: Place, chat: &Chat) {
        Fact::of_told(chat, |fact| self.remove_fact(rooms, room, fact));
    }

    fn insert_fact(&mut self, room: Place, filed: &mut FiledIn, fact: Fact<'_>) {
        let lists = &mut self.lists;
        match fact {
            Fact::Operator(operator) => {
                _ = file(lists, self.operators.entry(operator.as_str().into()), room, filed);
            }
            Fact::Email(email) => {
                _ = file(lists, self.emails.entry(email.as_str().into()), room, filed);
                let domain = email.domain();
                if let Some(new) = file(lists, self.domains.entry(domain.into()), room, filed) {
                    for above in domains_above(domain) {
                        self.below.entry(above.into()).or_default().insert(new);
                    }
                }
            }
            Fact::Ip(ip) => match self.ips.entry(ip) {
                btree_map::Entry::Occupied(list) => append(lists, *list.get(), room, filed),
                btree_map::Entry::Vacant(vacant) => _ = vacant.insert(begin(lists, room, filed)),
            },
            Fact::Attribute(attribute) => _ = file(lists, self.attributes.entry(attribute.clone()), room, filed),
            Fact::Department(department) => _ = file(lists, self.departments.entry(department.clone()), room, filed),
            // Every chat is found without an index.
            Fact::IsChat => {}
        }
    }

    fn remove_fact(&mut self, rooms: &mut Rooms, room: Place, fact: Fact<'_>) {
        let lists = &mut self.lists;
        match fact {
            Fact::Operator(operator) => {
                _ = unfile(lists, &mut self.operators, operator.as_str().as_bytes(), rooms, room);
            }
            Fact::Email(email) => {
                _ = unfile(lists, &mut self.emails, email.as_str().as_bytes(), rooms, room);
                let domain = email.domain();
                if let Some(gone) = unfile(lists, &mut self.domains, domain.as_bytes(), rooms, room) {
                    forget_below(&mut self.below, domain, gone);
                }
            }
            Fact::Ip(ip) => match self.ips.entry(ip) {
                btree_map::Entry::Occupied(held) if leave(lists, *held.get(), rooms, room) => _ = held.remove(),
                btree_map::Entry::Occupied(_) | btree_map::Entry::Vacant(_) => {}
            },
            Fact::Attribute(attribute) => _ = unfile(lists, &mut self.attributes, attribute, rooms, room),
            Fact::Department(department) => _ = unfile(lists, &mut self.departments, department, rooms, room),
            Fact::IsChat => {}
        }
    }

    /// The chats that `operator` attends, in no order.
    pub(super) fn attended_by(&self, operator: &OperatorId) -> &[Place] {
        self.chats(self.operators.get(operator.as_str().as_bytes()))
    }

    /// Every chat that has a key, in the order in which they started; some may not meet the criterion that it is the key
    /// of.
    pub(super) fn candidates(&self, key: Key<'_>, engine: &MonitorEngine, rooms: &Rooms) -> Vec<Place> {
        let mut candidates: Vec<Place> = match key {
            Key::Operator(operator) => self.attended_by(operator).into(),
            Key::Email(address) => self.chats(self.emails.get(address.as_bytes())).into(),
            Key::Domain(domain) => self.chats(self.domains.get(domain.as_bytes())).into(),
            Key::Below(domain) => {
                let below = self.below.get(domain).into_iter().flatten();
                below.flat_map(|list| self.chats(Some(list))).copied().collect()
            }
            Key::Address(ip) => self.chats(self.ips.get(&ip)).into(),
            Key::Network(range) => {
                let lists = self.ips.range(range.first()..=range.last()).map(|(_, list)| list);
                lists.flat_map(|list| self.chats(Some(list))).copied().collect()
            }
            Key::Attribute(attribute) => self.chats(self.attributes.get(attribute)).into(),
            Key::Department(department) => self.chats(self.departments.get(department)).into(),
            Key::OperatorIn(department) => {
                engine.members(department).flat_map(|operator| self.attended_by(operator)).copied().collect()
            }
            Key::Every => rooms.places().collect(),
        };
        rooms.sort(&mut candidates);
        candidates
    }

    fn chats(&self, list: Option<&Place>) -> &[Place] {
        list.and_then(|list| self.lists.get(*list)).map(List::as_slice).unwrap_or_default()
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        let ChatIndex { lists, operators, emails, domains, ips, attributes, departments, below } = self;
        lists.len() == 0
            && operators.is_empty()
            && emails.is_empty()
            && domains.is_empty()
            && ips.is_empty()
            && attributes.is_empty()
            && departments.is_empty()
            && below.is_empty()
    }
}

type Entry<'a, K> = hashbrown::hash_map::Entry<'a, K, Place, SeedableRandomState>;

/// Puts a chat under a key; returns the list if the key is new.
fn file<K: Hash>(lists: &mut Slab<List>, entry: Entry<'_, K>, room: Place, filed: &mut FiledIn) -> Option<Place> {
    match entry {
        Entry::Occupied(held) => {
            append(lists, *held.get(), room, filed);
            None
        }
        Entry::Vacant(vacant) => Some(*vacant.insert(begin(lists, room, filed))),
    }
}

/// Takes a chat from under a key; returns the list that was if the key is gone.
fn unfile<K: Hash + Eq, Q: Hash + Equivalent<K> + ?Sized>(
    lists: &mut Slab<List>,
    keyed: &mut Lists<K>,
    key: &Q,
    rooms: &mut Rooms,
    room: Place,
) -> Option<Place> {
    match keyed.entry_ref(key) {
        EntryRef::Occupied(held) if leave(lists, *held.get(), rooms, room) => Some(held.remove()),
        EntryRef::Occupied(_) | EntryRef::Vacant(_) => None,
    }
}

/// A list of this chat alone.
fn begin(lists: &mut Slab<List>, room: Place, filed: &mut FiledIn) -> Place {
    let list = lists.insert(List::One(room));
    filed.push(Filed { list, at: 0 });
    list
}

fn append(lists: &mut Slab<List>, list: Place, room: Place, filed: &mut FiledIn) {
    if let Some(rooms) = lists.get_mut(list) {
        let at = rooms.push(room);
        filed.push(Filed { list, at });
    }
}

/// Takes a chat out of a list, and says whether the list was of that chat alone and is gone.
fn leave(lists: &mut Slab<List>, list: Place, rooms: &mut Rooms, room: Place) -> bool {
    let filed = rooms.get_mut(room).and_then(|room| room.filed.remove(|filed| filed.list == list));
    filed.is_some_and(|filed| take(lists, filed, rooms))
}

/// Empties a place of a list, and says whether that was the last and the list is gone.
fn take(lists: &mut Slab<List>, filed: Filed, rooms: &mut Rooms) -> bool {
    let Filed { list, at } = filed;
    match lists.get_mut(list) {
        Some(List::More(chats)) if chats.len() > 1 => {
            chats.swap_remove(at as usize);
            let moved = chats.get(at as usize).and_then(|moved| rooms.get_mut(*moved));
            if let Some(moved) =
                moved.and_then(|moved| moved.filed.as_mut_slice().iter_mut().find(|filed| filed.list == list))
            {
                moved.at = at;
            }
            false
        }
        _ => {
            lists.remove(list);
            true
        }
    }
}

/// Forgets a key whose list is gone, and returns that.
fn forget<K: Hash + Eq, Q: Hash + Equivalent<K> + ?Sized>(
    keyed: &mut Lists<K>,
    key: &Q,
    lists: &Slab<List>,
) -> Option<Place> {
    match keyed.entry_ref(key) {
        EntryRef::Occupied(held) if lists.get(*held.get()).is_none() => Some(held.remove()),
        EntryRef::Occupied(_) | EntryRef::Vacant(_) => None,
    }
}

/// Forgets a domain whose list is gone among those below others.
fn forget_below(below: &mut HashMap<Box<str>, BTreeSet<Place>, SeedableRandomState>, domain: &str, gone: Place) {
    for above in domains_above(domain) {
        if let Some(lists) = below.get_mut(above) {
            lists.remove(&gone);
            if lists.is_empty() {
                below.remove(above);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use alloc::format;
    use alloc::vec::Vec;
    use core::error::Error;

    use crate::attribute::{Attribute, Attributes};
    use crate::chat::{Chat, Visitor};
    use crate::criterion::Criterion;
    use crate::department::Departments;
    use crate::engine::MonitorEngine;
    use crate::live::{Command, LiveMonitor};
    use crate::role::Role;
    use crate::rule::Rule;

    /// Chats share some facts and have others alone; some change on the way, and they end in another order than they began.
    #[test]
    fn what_is_over_leaves_nothing_in_any_list() -> Result<(), Box<dyn Error>> {
        let mut engine = MonitorEngine::new();
        engine.set_operator("hana".parse()?, Role::Supervisor)?;
        engine.set_operator("ken".parse()?, Role::Associate)?;
        engine.add_rule(Rule::new("r1".parse()?, "hana".parse()?, Criterion::Operator("ken".parse()?)))?;
        let mut live = LiveMonitor::new(engine);
        for n in 0..20_u64 {
            let visitor = Visitor::new().with_ip([192, 0, 2, (n % 3) as u8].into());
            let visitor = visitor.with_email(format!("mika@mail{}.example.com", n % 4).parse()?);
            let departments = Departments::new([(n % 2).into(), (100 + n).into()])?;
            let chat = Chat::new(n.into()).with_visitor(visitor).with_departments(departments);
            live.apply(Command::StartChat(chat.attended_by("ken".parse()?).attended_by((n % 5).into())))?;
        }
        for n in 0..20_u64 {
            let attributes = Attributes::new([Attribute::new("brand", &format!("b{}", n % 3))?])?;
            live.apply(Command::SetAttributes { chat: n.into(), attributes })?;
            live.apply(Command::Unattend { chat: n.into(), operator: (n % 5).into() })?;
            live.apply(Command::Join { chat: n.into(), watcher: "hana".parse()? })?;
            let visitor = Visitor::new().with_email(format!("mika{n}@example.com").parse()?);
            live.apply(Command::SetVisitor { chat: n.into(), visitor })?;
        }
        assert!(!live.index.is_empty());
        let ids: Vec<_> = (0..20_u64).map(|n| n * 7 % 20).collect();
        for n in ids {
            live.apply(Command::EndChat { chat: n.into() })?;
        }
        assert!(live.index.is_empty(), "{:?}", live.index);
        assert_eq!((live.people.len(), live.watch_count(), live.chat_count()), (0, 0, 0));
        Ok(())
    }
}
