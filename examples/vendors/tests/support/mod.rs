//! What the tests share: desks, bodies, and vendors who write them.

mod writers;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use chat_monitor::{ChatId, Email, LiveMonitor, MonitorEngine, OperatorId};
use vendors::{Body, Desk, People, Proxies, Reading, Time};

pub(crate) use writers::{Kind, VENDORS, Writer};

/// What happens in a chat, seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Open,
    /// To this agent, or to nobody.
    Assign(Option<u8>),
    /// One more agent takes part, or one less.
    Come(u8),
    Go(u8),
    Email(u8),
    Ip(u8),
    Mention,
    End,
}

/// A chat as it really is.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) open: bool,
    /// Whether it has been open before.
    pub(crate) reopened: bool,
    pub(crate) agents: BTreeSet<u8>,
    pub(crate) email: Option<u8>,
    pub(crate) ip: Option<u8>,
}

impl World {
    /// Whether this can happen now.
    pub(crate) fn allows(&self, act: Act) -> bool {
        match act {
            Act::Open => !self.open,
            Act::Assign(agent) => self.open && agent.into_iter().collect::<BTreeSet<_>>() != self.agents,
            Act::Come(agent) => self.open && !self.agents.contains(&agent),
            Act::Go(agent) => self.open && self.agents.contains(&agent),
            Act::Email(_) | Act::Ip(_) | Act::Mention | Act::End => self.open,
        }
    }

    pub(crate) fn apply(&mut self, act: Act) {
        match act {
            Act::Open => self.open = true,
            Act::Assign(agent) => self.agents = agent.into_iter().collect(),
            Act::Come(agent) => _ = self.agents.insert(agent),
            Act::Go(agent) => _ = self.agents.remove(&agent),
            Act::Email(email) => self.email = Some(email),
            Act::Ip(ip) => self.ip = Some(ip),
            Act::Mention => {}
            Act::End => (self.open, self.reopened) = (false, true),
        }
    }
}

pub(crate) fn email(number: u8) -> String {
    format!("mika{number}@example.com")
}

pub(crate) fn ip(number: u8) -> String {
    format!("192.0.2.{number}")
}

pub(crate) fn desk() -> Desk {
    Desk::new(People::new(), Proxies::default())
}

pub(crate) fn body(text: &str) -> Body {
    Body::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

pub(crate) fn read(text: &str) -> Reading {
    desk().read(&body(text), Time::EARLIEST)
}

pub(crate) fn warnings(reading: &Reading) -> Vec<String> {
    reading.warnings.iter().map(ToString::to_string).collect()
}

/// The facts of all chats that go on, whatever the order of their operators.
pub(crate) type Known = BTreeMap<ChatId, (BTreeSet<OperatorId>, Option<IpAddr>, Option<Email>)>;

pub(crate) fn known(desk: &Desk) -> Known {
    let facts = |(chat, facts): (&ChatId, &vendors::Facts)| {
        (chat.clone(), (facts.operators.iter().cloned().collect(), facts.ip, facts.email.clone()))
    };
    desk.chats().map(facts).collect()
}

/// Reads bodies in this order, and applies what follows to a monitor, which must accept it and know the same.
pub(crate) fn read_all<'a>(bodies: impl IntoIterator<Item = &'a str>) -> Known {
    let mut desk = desk();
    let mut live = LiveMonitor::new(MonitorEngine::new());
    let mut received = Time::from_millis(1_900_000_000_000);
    for text in bodies {
        received = received.next();
        for command in desk.read(&body(text), received).commands {
            live.apply(command.clone()).unwrap_or_else(|refusal| panic!("{refusal}: {command:?}"));
        }
    }
    let known = known(&desk);
    let of_monitor: BTreeMap<_, BTreeSet<_>> =
        live.chats().map(|chat| (chat.id().clone(), chat.operators().iter().cloned().collect())).collect();
    assert_eq!(of_monitor, known.iter().map(|(chat, (operators, ..))| (chat.clone(), operators.clone())).collect());
    known
}
