//! Plain hash maps: the rules of each key in a list, checked one by one.

use std::hash::BuildHasher;
use std::hint::black_box;
use std::net::IpAddr;

use chat_monitor::{Chat, IpRange, OperatorId};
use hashbrown::HashMap;

use super::Contender;
use super::grants::Grants;
use crate::world::{Key, World};

/// What one would write first, and write well.
///
/// Networks are looked up by each prefix length in use.
pub struct HashMaps<S> {
    operators: HashMap<OperatorId, Vec<u32>, S>,
    emails: HashMap<String, Vec<u32>, S>,
    domains: HashMap<String, Vec<u32>, S>,
    addresses: HashMap<IpAddr, Vec<u32>, S>,
    networks: HashMap<IpRange, Vec<u32>, S>,
    v4_lengths: Vec<u8>,
    v6_lengths: Vec<u8>,
    grants: Grants<S>,
}

impl<S: BuildHasher + Default> HashMaps<S> {
    /// The maps of a world.
    pub fn of(world: &World) -> Self {
        let mut maps = HashMaps {
            operators: HashMap::default(),
            emails: HashMap::default(),
            domains: HashMap::default(),
            addresses: HashMap::default(),
            networks: HashMap::default(),
            v4_lengths: Vec::new(),
            v6_lengths: Vec::new(),
            grants: Grants::of(world),
        };
        for (rule, number) in world.rules.iter().zip(0..) {
            let rules = match Key::of(rule) {
                Key::Operator(operator) => maps.operators.entry_ref(operator).or_default(),
                Key::Email(email) => maps.emails.entry_ref(email).or_default(),
                Key::Domain(domain) => maps.domains.entry_ref(domain).or_default(),
                Key::Address(address) => maps.addresses.entry(address).or_default(),
                Key::Network(network) => {
                    let v4 = network.first().is_ipv4();
                    let lengths = if v4 { &mut maps.v4_lengths } else { &mut maps.v6_lengths };
                    if !lengths.contains(&network.prefix_len()) {
                        lengths.push(network.prefix_len());
                    }
                    maps.networks.entry(network).or_default()
                }
            };
            rules.push(number);
        }
        maps
    }

    #[inline]
    fn ask(&mut self, chat: &Chat) {
        if !self.grants.begin(chat) {
            return;
        }
        for operator in chat.attending() {
            add(&mut self.grants, self.operators.get(operator));
        }
        let visitor = chat.visitor();
        if let Some(email) = visitor.email() {
            add(&mut self.grants, self.emails.get(email.as_str()));
            add(&mut self.grants, self.domains.get(email.domain()));
        }
        if let Some(address) = visitor.ip() {
            add(&mut self.grants, self.addresses.get(&address));
            let lengths = if address.is_ipv4() { &self.v4_lengths } else { &self.v6_lengths };
            for network in lengths.iter().filter_map(|length| IpRange::new(address, *length).ok()) {
                add(&mut self.grants, self.networks.get(&network));
            }
        }
    }
}

fn add<S: BuildHasher + Default>(grants: &mut Grants<S>, rules: Option<&Vec<u32>>) {
    rules.into_iter().flatten().for_each(|rule| grants.add(*rule));
}

impl<'w, S: BuildHasher + Default> Contender<'w> for HashMaps<S> {
    fn answer(&mut self, chats: &'w [Chat]) -> usize {
        let mut watchers = 0;
        for chat in chats {
            self.ask(chat);
            watchers += black_box(self.grants.count());
        }
        watchers
    }

    fn watchers(&mut self, chat: &'w Chat) -> Vec<OperatorId> {
        self.ask(chat);
        self.grants.ids()
    }
}
