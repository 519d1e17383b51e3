//! The steps in numbers, for peers that work on relations. Bringing texts to numbers is not timed: a present to them.
//!
//! Each rule has one key and each chat a few; a rule can match the chats that have its key. An address has two: itself,
//! and its /16 (IPv6: its /32). A network's rule stands under the latter, and its prefix is compared after the join.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use chat_monitor::{Chat, Command, MonitorEngine, Role, Rule, Visitor};
use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};

use super::Step;
use crate::world;

pub(super) type Id = u32;

/// The kind is in the highest byte.
pub(super) type Key = u64;

/// A prefix of an address's first 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Net {
    pub(super) bits: u64,
    /// 0 where the key says all.
    pub(super) length: u8,
}

impl Net {
    const ANY: Net = Net { bits: 0, length: 0 };

    pub(super) fn holds(self, address: u64) -> bool {
        self.length == 0 || (self.bits ^ address) >> (64 - self.length) == 0
    }
}

/// A step in numbers.
#[derive(Clone, Debug)]
pub(super) enum Coded {
    Start { chat: Id, operators: Vec<Id>, keys: Vec<Key>, address: u64 },
    End { chat: Id },
    SetVisitor { chat: Id, keys: Vec<Key>, address: u64 },
    Transfer { chat: Id, from: Id, to: Id },
    Join { chat: Id, watcher: Id },
    Leave { chat: Id, operator: Id },
    Advise { chat: Id, watcher: Id },
    AddRule { rule: Id, watcher: Id, key: Key, net: Net, enabled: bool },
    RemoveRule { rule: Id },
    SetRuleEnabled { rule: Id, enabled: bool },
    SetOperator { operator: Id, role: u8 },
    Ask { chat: Id },
}

/// Numbers of texts, and back.
#[derive(Default)]
struct Names(HashMap<String, Id>, Vec<String>);

impl Names {
    fn id(&mut self, name: &str) -> Id {
        if let Some(id) = self.0.get(name) {
            return *id;
        }
        let id = self.1.len() as Id;
        self.0.insert(name.to_owned(), id);
        self.1.push(name.to_owned());
        id
    }
}

/// Brings steps to numbers, and watches back to texts.
#[derive(Default)]
pub(super) struct Coder {
    chats: Names,
    operators: Names,
    emails: Names,
    domains: Names,
    /// A rule that is added again is another one: its place in rule order is the last.
    rules: HashMap<String, Id>,
    rule_names: Vec<String>,
}

fn key(kind: u64, value: u64) -> Key {
    kind << 56 | value & 0x00FF_FFFF_FFFF_FFFF
}

pub(super) fn operator_key(operator: Id) -> Key {
    key(1, operator.into())
}

/// Its first 64 bits, and its two keys.
fn address(ip: IpAddr) -> (u64, [Key; 2]) {
    match ip {
        IpAddr::V4(ip) => {
            let bits = u64::from(ip.to_bits());
            (bits << 32, [key(4, bits), key(5, bits >> 16)])
        }
        IpAddr::V6(ip) => {
            let bits = (ip.to_bits() >> 64) as u64;
            let mixed = (bits ^ (ip.to_bits() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)).rotate_left(29);
            (bits, [key(6, mixed), key(7, bits >> 32)])
        }
    }
}

/// A role as a bit.
fn bit(role: &Role) -> u8 {
    match role {
        Role::Administrator => 1,
        Role::Supervisor => 2,
        Role::Associate => 4,
        Role::Named(_) => unreachable!("a world has the built-in roles alone"),
    }
}

/// The roles that may monitor all of these: both are sets of bits.
pub(super) fn permitted(attending: u8) -> u8 {
    match attending {
        0 => 0,
        administrators if administrators & 1 != 0 => 0,
        supervisors if supervisors & 2 != 0 => 1,
        _ => 3,
    }
}

impl Coder {
    fn visitor(&mut self, visitor: &Visitor) -> (Vec<Key>, u64) {
        let (mut keys, mut bits) = (Vec::new(), 0);
        if let Some(email) = visitor.email() {
            keys.push(key(2, self.emails.id(email.as_str()).into()));
            keys.push(key(3, self.domains.id(email.domain()).into()));
        }
        if let Some(ip) = visitor.ip() {
            let (address, both) = address(ip);
            keys.extend(both);
            bits = address;
        }
        (keys, bits)
    }

    fn start(&mut self, chat: &Chat) -> Coded {
        let (keys, address) = self.visitor(chat.visitor());
        let operators = chat.operators().iter().map(|operator| self.operators.id(operator.as_str())).collect();
        Coded::Start { chat: self.chats.id(chat.id().as_str()), operators, keys, address }
    }

    fn rule(&mut self, rule: &Rule) -> Coded {
        let (key, net) = match world::Key::of(rule) {
            world::Key::Operator(operator) => (operator_key(self.operators.id(operator.as_str())), Net::ANY),
            world::Key::Domain(domain) => (key(3, self.domains.id(domain).into()), Net::ANY),
            world::Key::Email(email) => (key(2, self.emails.id(email).into()), Net::ANY),
            world::Key::Address(ip) => (address(ip).1[0], Net::ANY),
            world::Key::Network(range) => {
                let (bits, [_, wide]) = address(range.first());
                (wide, Net { bits, length: range.prefix_len() })
            }
        };
        let id = self.rule_names.len() as Id;
        self.rules.insert(rule.id().to_string(), id);
        self.rule_names.push(rule.id().to_string());
        let watcher = self.operators.id(rule.watcher().as_str());
        Coded::AddRule { rule: id, watcher, key, net, enabled: rule.enabled() }
    }

    /// All operators, rules and chats.
    pub(super) fn world(&mut self, engine: &MonitorEngine, chats: &[Chat]) -> Vec<Coded> {
        let operators = engine.operators().map(|(id, operator)| Coded::SetOperator {
            operator: self.operators.id(id.as_str()),
            role: bit(operator.role()),
        });
        let mut all: Vec<Coded> = operators.collect();
        all.extend(engine.rules().map(|rule| self.rule(rule)));
        all.extend(chats.iter().map(|chat| self.start(chat)));
        all
    }

    pub(super) fn step(&mut self, step: &Step) -> Coded {
        let command = match step {
            Step::Ask(chat) => return Coded::Ask { chat: self.chats.id(chat.as_str()) },
            Step::Do(command) => command,
        };
        match command {
            Command::StartChat(chat) => self.start(chat),
            Command::EndChat { chat } => Coded::End { chat: self.chats.id(chat.as_str()) },
            Command::SetVisitor { chat, visitor } => {
                let (keys, address) = self.visitor(visitor);
                Coded::SetVisitor { chat: self.chats.id(chat.as_str()), keys, address }
            }
            Command::Transfer { chat, from, to, departments: _ } => Coded::Transfer {
                chat: self.chats.id(chat.as_str()),
                from: self.operators.id(from.as_str()),
                to: self.operators.id(to.as_str()),
            },
            Command::Join { chat, watcher } => {
                Coded::Join { chat: self.chats.id(chat.as_str()), watcher: self.operators.id(watcher.as_str()) }
            }
            Command::Leave { chat, operator } => {
                Coded::Leave { chat: self.chats.id(chat.as_str()), operator: self.operators.id(operator.as_str()) }
            }
            Command::Advise { chat, watcher } => {
                Coded::Advise { chat: self.chats.id(chat.as_str()), watcher: self.operators.id(watcher.as_str()) }
            }
            Command::AddRule(rule) => self.rule(rule),
            Command::RemoveRule { rule } => Coded::RemoveRule { rule: self.rules[rule.as_str()] },
            Command::SetRuleEnabled { rule, enabled } => {
                Coded::SetRuleEnabled { rule: self.rules[rule.as_str()], enabled: *enabled }
            }
            Command::SetOperator { id, operator } => {
                Coded::SetOperator { operator: self.operators.id(id.as_str()), role: bit(operator.role()) }
            }
            other => unreachable!("{other:?} is in no plan"),
        }
    }

    /// Tells one watch by its texts.
    pub(super) fn tell(&self, watch: &mut dyn FnMut(&str, &str, &[&str]), chat: Id, watcher: Id, rules: &[Id]) {
        let rules: Vec<&str> = rules.iter().map(|rule| self.rule_names[*rule as usize].as_str()).collect();
        watch(&self.chats.1[chat as usize], &self.operators.1[watcher as usize], &rules);
    }
}

/// A line in one of the relations.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fact {
    /// This chat has this key; the bits of its address.
    Has(Id, Key, u64),
    /// This operator attends this chat.
    Attends(Id, Id),
    Rule {
        rule: Id,
        watcher: Id,
        key: Key,
        net: Net,
    },
    Role(Id, u8),
}

#[derive(Clone, Debug, Default)]
struct ChatFacts {
    operators: Vec<Id>,
    joined: Vec<Id>,
    keys: Vec<Key>,
    address: u64,
}

/// The facts as they stand, so that a change can say what ceases: any host of a relational peer needs them.
#[derive(Default)]
pub(super) struct Facts {
    chats: HashMap<Id, ChatFacts, FixedState>,
    rules: HashMap<Id, (Fact, bool), FixedState>,
    roles: HashMap<Id, u8, FixedState>,
    joined: BTreeSet<(Id, Id)>,
}

impl Facts {
    pub(super) fn attending(&self, chat: Id) -> impl Iterator<Item = Id> {
        self.chats.get(&chat).into_iter().flat_map(|chat| chat.operators.iter().chain(&chat.joined)).copied()
    }

    pub(super) fn key_of(&self, rule: Id) -> Option<Key> {
        match self.rules.get(&rule) {
            Some((Fact::Rule { key, .. }, _)) => Some(*key),
            _ => None,
        }
    }

    fn attend(&self, chat: Id, operator: Id, sign: isize, change: &mut dyn FnMut(Fact, isize)) {
        change(Fact::Attends(chat, operator), sign);
        change(Fact::Has(chat, operator_key(operator), self.chats[&chat].address), sign);
    }

    fn chat(&mut self, chat: Id) -> &mut ChatFacts {
        self.chats.get_mut(&chat).expect("the chat is live")
    }

    fn leave(&mut self, chat: Id, operator: Id, change: &mut dyn FnMut(Fact, isize)) {
        self.chat(chat).joined.retain(|joined| *joined != operator);
        self.joined.remove(&(operator, chat));
        self.attend(chat, operator, -1, change);
    }

    /// Tells `change` every fact that begins (1) or ceases (-1).
    pub(super) fn apply(&mut self, coded: Coded, change: &mut dyn FnMut(Fact, isize)) {
        match coded {
            Coded::Start { chat, operators, keys, address } => {
                keys.iter().for_each(|key| change(Fact::Has(chat, *key, address), 1));
                self.chats.insert(chat, ChatFacts { operators: operators.clone(), joined: vec![], keys, address });
                operators.iter().for_each(|operator| self.attend(chat, *operator, 1, change));
            }
            Coded::End { chat } => {
                let facts = self.chats[&chat].clone();
                let attending = facts.operators.iter().chain(&facts.joined);
                attending.for_each(|operator| self.attend(chat, *operator, -1, change));
                facts.keys.iter().for_each(|key| change(Fact::Has(chat, *key, facts.address), -1));
                facts.joined.iter().for_each(|operator| _ = self.joined.remove(&(*operator, chat)));
                self.chats.remove(&chat);
            }
            Coded::SetVisitor { chat, keys, address } => self.set_visitor(chat, keys, address, change),
            Coded::Transfer { chat, from, to } => {
                let facts = self.chat(chat);
                facts.operators.iter_mut().filter(|given| **given == from).for_each(|given| *given = to);
                let had_joined = facts.joined.contains(&to);
                facts.joined.retain(|joined| *joined != to);
                self.attend(chat, from, -1, change);
                if had_joined {
                    self.joined.remove(&(to, chat));
                } else {
                    self.attend(chat, to, 1, change);
                }
            }
            Coded::Join { chat, watcher } => {
                self.chat(chat).joined.push(watcher);
                self.joined.insert((watcher, chat));
                self.attend(chat, watcher, 1, change);
            }
            Coded::Leave { chat, operator } => self.leave(chat, operator, change),
            Coded::AddRule { rule, watcher, key, net, enabled } => {
                let fact = Fact::Rule { rule, watcher, key, net };
                self.rules.insert(rule, (fact, enabled));
                if enabled {
                    change(fact, 1);
                }
            }
            Coded::RemoveRule { rule } => {
                if let Some((fact, true)) = self.rules.remove(&rule) {
                    change(fact, -1);
                }
            }
            Coded::SetRuleEnabled { rule, enabled } => {
                let (fact, before) = self.rules.get_mut(&rule).expect("the rule is there");
                if std::mem::replace(before, enabled) != enabled {
                    change(*fact, if enabled { 1 } else { -1 });
                }
            }
            Coded::SetOperator { operator, role } => self.set_operator(operator, role, change),
            Coded::Advise { .. } | Coded::Ask { .. } => {}
        }
    }

    fn set_visitor(&mut self, chat: Id, keys: Vec<Key>, address: u64, change: &mut dyn FnMut(Fact, isize)) {
        let facts = self.chat(chat);
        let old_keys = std::mem::replace(&mut facts.keys, keys);
        let old = std::mem::replace(&mut facts.address, address);
        old_keys.iter().for_each(|key| change(Fact::Has(chat, *key, old), -1));
        facts.keys.iter().for_each(|key| change(Fact::Has(chat, *key, address), 1));
        if old != address {
            // The bits of the address stand beside every key of the chat.
            for operator in facts.operators.iter().chain(&facts.joined) {
                change(Fact::Has(chat, operator_key(*operator), old), -1);
                change(Fact::Has(chat, operator_key(*operator), address), 1);
            }
        }
    }

    fn set_operator(&mut self, operator: Id, role: u8, change: &mut dyn FnMut(Fact, isize)) {
        let before = self.roles.insert(operator, role);
        if before == Some(role) {
            return;
        }
        if let Some(before) = before {
            change(Fact::Role(operator, before), -1);
        }
        change(Fact::Role(operator, role), 1);
        if role == bit(&Role::Associate) {
            let joined = self.joined.range((operator, 0)..=(operator, Id::MAX)).map(|(_, chat)| *chat);
            joined.collect::<Vec<_>>().into_iter().for_each(|chat| self.leave(chat, operator, change));
        }
    }
}
