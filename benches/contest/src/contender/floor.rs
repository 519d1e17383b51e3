//! The floor: the bare look-ups that no answer can do without.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use chat_monitor::{Chat, OperatorId};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use ip_network_table_deps_treebitmap::IpLookupTable;

use crate::world::{Key, World};

type Map<K> = HashMap<K, u32, RandomState>;

/// One probe for each attending operator, for the email and for its domain, and one longest-prefix match of the address.
///
/// The tables hold the keys of the rules, and every operator, since an answer depends on the roles of those who attend.
/// What is found is a number and nothing else.
pub struct Floor {
    operators: Map<OperatorId>,
    emails: Map<Box<str>>,
    domains: Map<Box<str>>,
    v4: IpLookupTable<Ipv4Addr, u32>,
    v6: IpLookupTable<Ipv6Addr, u32>,
}

impl Floor {
    /// The tables of a world.
    pub fn of(world: &World) -> Self {
        let mut floor = Floor {
            operators: world.operators.iter().map(|(operator, _)| (own(operator), 1)).collect(),
            emails: Map::default(),
            domains: Map::default(),
            v4: IpLookupTable::new(),
            v6: IpLookupTable::new(),
        };
        for (rule, number) in world.rules.iter().zip(1..) {
            match Key::of(rule) {
                // They are there already.
                Key::Operator(_) => {}
                Key::Email(email) => {
                    floor.emails.insert(email.into(), number);
                }
                Key::Domain(domain) => {
                    floor.domains.insert(domain.into(), number);
                }
                Key::Address(IpAddr::V4(v4)) => floor.add_v4(v4, 32, number),
                Key::Address(IpAddr::V6(v6)) => floor.add_v6(v6, 128, number),
                Key::Network(network) => match network.first() {
                    IpAddr::V4(v4) => floor.add_v4(v4, network.prefix_len(), number),
                    IpAddr::V6(v6) => floor.add_v6(v6, network.prefix_len(), number),
                },
            }
        }
        floor
    }

    fn add_v4(&mut self, first: Ipv4Addr, length: u8, number: u32) {
        self.v4.insert(first, length.into(), number);
    }

    fn add_v6(&mut self, first: Ipv6Addr, length: u8, number: u32) {
        self.v6.insert(first, length.into(), number);
    }

    /// Looks up all that is known of the chats.
    pub fn look_up(&self, chats: &[Chat]) -> u32 {
        chats.iter().fold(0, |sum, chat| sum.wrapping_add(self.look_up_one(chat)))
    }

    /// The sum of the numbers found.
    #[inline]
    pub fn look_up_one(&self, chat: &Chat) -> u32 {
        let mut sum = 0u32;
        for operator in chat.attending() {
            sum = sum.wrapping_add(self.operators.get(operator).copied().unwrap_or_default());
        }
        let visitor = chat.visitor();
        if let Some(email) = visitor.email() {
            sum = sum.wrapping_add(self.emails.get(email.as_str()).copied().unwrap_or_default());
            sum = sum.wrapping_add(self.domains.get(email.domain()).copied().unwrap_or_default());
        }
        let longest = match visitor.ip() {
            Some(IpAddr::V4(v4)) => self.v4.longest_match(v4).map(|(_, _, number)| *number),
            Some(IpAddr::V6(v6)) => self.v6.longest_match(v6).map(|(_, _, number)| *number),
            None => None,
        };
        sum.wrapping_add(longest.unwrap_or_default())
    }
}

/// A copy that shares no memory.
fn own(operator: &OperatorId) -> OperatorId {
    operator.as_str().parse().expect("an id is right")
}
