//! Chats that the rules of a world meet, and such that they do not.

use std::collections::HashSet;
use std::net::IpAddr;

use chat_monitor::{Chat, IpRange, OperatorId, Role, Rule, Visitor};

use super::random::Random;
use super::{Key, names};

/// How many chats in a hundred are made to meet a rule that is switched on. Of some of them nobody may monitor all who
/// attend, and a few of the others meet a rule by chance: seven in ten are watched.
const MEETING: usize = 73;

/// How many hot chats in a hundred are attended by the operators whom most rules name; the others by anybody.
const HOT: usize = 45;

/// What the rules that are switched on ask for, and what they do not.
pub(super) struct Keys<'a> {
    everyone: Vec<&'a OperatorId>,
    named: Vec<&'a OperatorId>,
    unnamed: Vec<&'a OperatorId>,
    emails: Vec<&'a str>,
    domains: Vec<&'a str>,
    addresses: Vec<IpAddr>,
    networks: Vec<IpRange>,
    rules: usize,
}

impl<'a> Keys<'a> {
    pub(super) fn of(everyone: &'a [(OperatorId, Role)], rules: &'a [Rule]) -> Self {
        let mut keys = Keys {
            everyone: everyone.iter().map(|(operator, _)| operator).collect(),
            named: Vec::new(),
            unnamed: Vec::new(),
            emails: Vec::new(),
            domains: Vec::new(),
            addresses: Vec::new(),
            networks: Vec::new(),
            rules: rules.len(),
        };
        let mut named = HashSet::new();
        for rule in rules.iter().filter(|rule| rule.enabled()) {
            match Key::of(rule) {
                Key::Operator(operator) => {
                    named.insert(operator);
                }
                Key::Email(email) => keys.emails.push(email),
                Key::Domain(domain) => keys.domains.push(domain),
                Key::Address(address) => keys.addresses.push(address),
                Key::Network(network) => keys.networks.push(network),
            }
        }
        (keys.named, keys.unnamed) = keys.everyone.iter().copied().partition(|id| named.contains(id));
        keys
    }

    /// A chat of 1 to 3 operators (80, 15, 5%) with a visitor of whom everything is known.
    pub(super) fn chat(&self, n: usize, random: &mut Random) -> Chat {
        let mut email = names::email(self.rules + n, self.rules);
        let mut address = names::address(random);
        let mut from = &self.unnamed;
        if random.chance(MEETING) {
            from = &self.everyone;
            // By which key: as many as there are rules on each kind.
            match random.below(100) {
                60..85 => email = (*random.pick(&self.emails)).to_owned(),
                85..90 => email = format!("visitor{n}@{}", random.pick(&self.domains)),
                90..98 => address = *random.pick(&self.addresses),
                98.. => address = names::address_in(*random.pick(&self.networks), random),
                _ => from = &self.named,
            }
        }
        let attending = attending(random, |random| (*random.pick(from)).clone());
        chat(n, attending, &email, address)
    }

    /// A chat of the operators whom most rules name, with a visitor whom none does.
    pub(super) fn hot_chat(&self, n: usize, random: &mut Random) -> Chat {
        let email = names::email(self.rules + n, self.rules);
        let address = names::address(random);
        let hot = random.chance(HOT);
        let attending = attending(random, |random| {
            let count = self.everyone.len();
            let rank = if hot { random.zipf(count) } else { random.below(count) };
            self.everyone[rank].clone()
        });
        chat(n, attending, &email, address)
    }
}

fn attending(random: &mut Random, mut draw: impl FnMut(&mut Random) -> OperatorId) -> Vec<OperatorId> {
    let count = match random.below(100) {
        0..80 => 1,
        80..95 => 2,
        _ => 3,
    };
    (0..count).map(|_| draw(random)).collect()
}

/// Nothing in it is shared with the rules: it lies where a host's chats lie.
fn chat(n: usize, attending: Vec<OperatorId>, email: &str, address: IpAddr) -> Chat {
    let visitor = Visitor::new().with_ip(address).with_email(email.parse().expect("a made-up email is right"));
    let own = |id: OperatorId| id.as_str().parse().expect("an id is right");
    attending.into_iter().map(own).fold(Chat::new(names::chat(n)).with_visitor(visitor), Chat::attended_by)
}
