//! `a-tree`: boolean expressions in one tree.
//!
//! Its integers have 64 bits, so that networks are ranges of IPv4 addresses and of the upper halves of IPv6 ones; single
//! addresses are strings.

use std::net::IpAddr;

use a_tree::{ATree, AttributeDefinition, Event};
use chat_monitor::{Chat, IpRange};

use super::matching::{Matcher, Matching};
use super::{Contender, Patience};
use crate::world::{Key, World};

pub(super) fn build<'w>(world: &'w World, patience: &Patience) -> Result<Box<dyn Contender<'w> + 'w>, String> {
    let attributes = [
        AttributeDefinition::string_list("operators"),
        AttributeDefinition::string("email"),
        AttributeDefinition::string("domain"),
        AttributeDefinition::string("address"),
        AttributeDefinition::integer("v4"),
        AttributeDefinition::integer("v6"),
    ];
    let mut tree = ATree::new(&attributes).map_err(|error| error.to_string())?;
    for (number, rule) in world.rules.iter().enumerate().filter(|(_, rule)| rule.enabled()) {
        let expression = expression(Key::of(rule));
        tree.insert(&(number as u32), &expression).map_err(|error| error.to_string())?;
        patience.check(number, world.rules.len())?;
    }
    Ok(Box::new(Matching::of(world, tree)))
}

fn expression(key: Key) -> String {
    match key {
        Key::Operator(operator) => format!(r#"operators one of ["{operator}"]"#),
        Key::Email(email) => format!(r#"email = "{email}""#),
        Key::Domain(domain) => format!(r#"domain = "{domain}""#),
        Key::Address(address) => format!(r#"address = "{address}""#),
        Key::Network(network) => network_expression(network),
    }
}

fn network_expression(network: IpRange) -> String {
    let (name, first) = number(network.first());
    let (_, last) = number(network.last());
    format!("{name} >= {first} and {name} <= {last}")
}

/// An address as a signed integer, in the same order.
fn number(address: IpAddr) -> (&'static str, i64) {
    match address {
        IpAddr::V4(v4) => ("v4", v4.to_bits().into()),
        IpAddr::V6(v6) => ("v6", ((v6.to_bits() >> 64) as u64 ^ 1 << 63) as i64),
    }
}

impl<'w> Matcher<'w> for ATree<u32> {
    type Event = Event;

    fn event(&self, chat: &'w Chat) -> Event {
        let attributes = "the attributes are those of the tree";
        let mut event = self.make_event();
        let operators: Vec<&str> = chat.attending().map(|operator| operator.as_str()).collect();
        event.with_string_list("operators", &operators).expect(attributes);
        if let Some(email) = chat.visitor().email() {
            event.with_string("email", email.as_str()).expect(attributes);
            event.with_string("domain", email.domain()).expect(attributes);
        }
        if let Some(address) = chat.visitor().ip() {
            event.with_string("address", &address.to_string()).expect(attributes);
            let (name, number) = number(address);
            event.with_integer(name, number).expect(attributes);
        }
        event.build().expect("all that is missing is undefined")
    }

    fn matching(&self, event: &Event, found: impl FnMut(u32)) {
        let report = self.search(event).expect("the event is of this tree");
        report.matches().iter().map(|number| **number).for_each(found);
    }
}
