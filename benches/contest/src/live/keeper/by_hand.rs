//! What a careful user writes in a day: the engine, a map of the chats, one of their watches, and a comparison of the
//! watches before and after each command. When a rule or a role changes, it looks at every live chat.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hint::black_box;

use chat_monitor::{
    Chat, ChatId, Command, EndReason, Event, LeftReason, MonitorEngine, OperatorId, Role, Rule, RuleId, Visitor,
};

use super::{Keeper, Step, tell_ids};
use crate::world::Key;

/// It names the rules, and leaves out the refusals, the reasons and the order.
pub(crate) struct ByHand {
    engine: MonitorEngine,
    chats: HashMap<ChatId, Chat>,
    watches: HashMap<ChatId, HashMap<OperatorId, Vec<RuleId>>>,
    lists: HashMap<OperatorId, BTreeSet<ChatId>>,
    steps: Vec<Step>,
}

impl ByHand {
    pub(crate) fn of(engine: &MonitorEngine, chats: &[Chat]) -> Self {
        let (engine, steps) = (engine.clone(), Vec::new());
        let (known, watches, lists) = (HashMap::new(), HashMap::new(), HashMap::new());
        let mut hand = ByHand { engine, chats: known, watches, lists, steps };
        chats.iter().for_each(|chat| _ = hand.apply(Command::StartChat(chat.clone())));
        hand
    }

    /// Decides one chat anew.
    fn decide(&mut self, id: &ChatId, events: &mut Vec<Event>) {
        let granted = self.chats.get(id).map(|chat| self.engine.watchers_for(chat)).unwrap_or_default();
        let new: HashMap<OperatorId, Vec<RuleId>> = granted.into_iter().map(|watcher| watcher.into_parts()).collect();
        let old = self.watches.remove(id).unwrap_or_default();
        for watcher in old.keys().filter(|watcher| !new.contains_key(*watcher)) {
            if let Some(list) = self.lists.get_mut(watcher) {
                list.remove(id);
            }
            let reason = EndReason::NoLongerMatches;
            events.push(Event::WatchEnded { chat: id.clone(), watcher: watcher.clone(), reason });
        }
        for (watcher, rules) in &new {
            match old.get(watcher) {
                None => {
                    self.lists.entry(watcher.clone()).or_default().insert(id.clone());
                    let (chat, watcher, rules) = (id.clone(), watcher.clone(), rules.clone());
                    events.push(Event::WatchStarted { chat, watcher, rules });
                }
                Some(before) if before != rules => {
                    let (chat, watcher, rules) = (id.clone(), watcher.clone(), rules.clone());
                    events.push(Event::WatchChanged { chat, watcher, rules });
                }
                Some(_) => {}
            }
        }
        if !new.is_empty() {
            self.watches.insert(id.clone(), new);
        }
    }

    fn decide_where(&mut self, touched: impl Fn(&Chat) -> bool, events: &mut Vec<Event>) {
        let touched = self.chats.values().filter(|chat| touched(chat)).map(|chat| chat.id().clone());
        touched.collect::<Vec<_>>().iter().for_each(|id| self.decide(id, events));
    }

    fn change(&mut self, id: &ChatId, change: impl FnOnce(Parts) -> Parts, events: &mut Vec<Event>) {
        let chat = self.chats.remove(id).expect("the chat is live");
        self.chats.insert(id.clone(), change(Parts::of(&chat)).chat());
        self.decide(id, events);
    }

    fn apply(&mut self, command: Command) -> Vec<Event> {
        let mut events = Vec::new();
        match command {
            Command::StartChat(chat) => {
                let id = chat.id().clone();
                self.chats.insert(id.clone(), chat);
                self.decide(&id, &mut events);
            }
            Command::EndChat { chat } => {
                self.chats.remove(&chat);
                self.decide(&chat, &mut events);
            }
            Command::SetVisitor { chat, visitor } => {
                let known = self.chats.remove(&chat).expect("the chat is live").with_visitor(visitor);
                self.chats.insert(chat.clone(), known);
                self.decide(&chat, &mut events);
            }
            Command::Transfer { chat, from, to, departments: _ } => {
                let hand_on = |mut parts: Parts| {
                    parts.joined.retain(|joined| *joined != to);
                    parts.operators.iter_mut().filter(|given| **given == from).for_each(|given| *given = to.clone());
                    parts
                };
                self.change(&chat, hand_on, &mut events);
            }
            Command::Join { chat, watcher } => {
                let known = self.chats.remove(&chat).expect("the chat is live").joined_by(watcher.clone());
                self.chats.insert(chat.clone(), known);
                events.push(Event::Joined { chat: chat.clone(), operator: watcher });
                self.decide(&chat, &mut events);
            }
            Command::Leave { chat, operator } => {
                self.change(&chat, |parts| parts.without(&operator), &mut events);
                events.push(Event::Left { chat, operator, reason: LeftReason::Asked });
            }
            Command::Advise { chat, watcher } => {
                assert!(self.watches.get(&chat).is_some_and(|watches| watches.contains_key(&watcher)));
                let to = self.chats.get(&chat).expect("the chat is live").attending().cloned().collect();
                events.push(Event::Advised { chat, watcher, to });
            }
            Command::AddRule(rule) => {
                self.engine.add_rule(rule.clone()).expect("the rule is acceptable");
                let own = Own::of([&rule]);
                self.decide_where(|chat| own.can_match(chat), &mut events);
            }
            Command::RemoveRule { rule } => {
                let rule = self.engine.remove_rule(&rule).expect("the rule is there");
                let own = Own::of([&rule]);
                self.decide_where(|chat| own.can_match(chat), &mut events);
            }
            Command::SetRuleEnabled { rule, enabled } => {
                self.engine.set_rule_enabled(&rule, enabled).expect("the rule is there");
                let rule = self.engine.rule(&rule).expect("the rule is there").clone();
                let own = Own::of([&rule]);
                self.decide_where(|chat| own.can_match(chat), &mut events);
            }
            Command::SetOperator { id, operator } => {
                let puts_out = *operator.role() == Role::Associate;
                self.engine.set_operator(id.clone(), operator).expect("the built-in roles are always there");
                if puts_out {
                    let joined = self.chats.values().filter(|chat| chat.joined().contains(&id));
                    for chat in joined.map(|chat| chat.id().clone()).collect::<Vec<_>>() {
                        self.change(&chat, |parts| parts.without(&id), &mut events);
                    }
                }
                let own: Vec<Rule> = self.engine.rules_of(&id).cloned().collect();
                let own = Own::of(&own);
                self.decide_where(|chat| chat.attends(&id) || own.can_match(chat), &mut events);
            }
            other => unreachable!("{other:?} is in no plan"),
        }
        events
    }
}

/// The keys of some rules.
#[derive(Default)]
struct Own<'r> {
    operators: HashSet<&'r OperatorId>,
    emails: HashSet<&'r str>,
    domains: HashSet<&'r str>,
    addresses: HashSet<std::net::IpAddr>,
    networks: Vec<chat_monitor::IpRange>,
}

impl<'r> Own<'r> {
    fn of(rules: impl IntoIterator<Item = &'r Rule>) -> Self {
        let mut own = Own::default();
        for rule in rules {
            match Key::of(rule) {
                Key::Operator(operator) => _ = own.operators.insert(operator),
                Key::Email(email) => _ = own.emails.insert(email),
                Key::Domain(domain) => _ = own.domains.insert(domain),
                Key::Address(address) => _ = own.addresses.insert(address),
                Key::Network(network) => own.networks.push(network),
            }
        }
        own
    }

    fn can_match(&self, chat: &Chat) -> bool {
        let visitor = chat.visitor();
        let email = || {
            let email = visitor.email();
            email.is_some_and(|email| self.emails.contains(email.as_str()) || self.domains.contains(email.domain()))
        };
        let address = || {
            let ip = visitor.ip();
            ip.is_some_and(|ip| self.addresses.contains(&ip) || self.networks.iter().any(|range| range.contains(ip)))
        };
        !self.operators.is_empty() && chat.attending().any(|operator| self.operators.contains(operator))
            || !(self.emails.is_empty() && self.domains.is_empty()) && email()
            || !(self.addresses.is_empty() && self.networks.is_empty()) && address()
    }
}

/// A chat taken apart: from outside nothing can be taken out of one.
struct Parts {
    id: ChatId,
    visitor: Visitor,
    operators: Vec<OperatorId>,
    joined: Vec<OperatorId>,
}

impl Parts {
    fn of(chat: &Chat) -> Self {
        Parts {
            id: chat.id().clone(),
            visitor: chat.visitor().clone(),
            operators: chat.operators().to_vec(),
            joined: chat.joined().to_vec(),
        }
    }

    fn without(mut self, operator: &OperatorId) -> Self {
        self.joined.retain(|joined| joined != operator);
        self
    }

    fn chat(self) -> Chat {
        let chat = Chat::new(self.id).with_visitor(self.visitor);
        let chat = self.operators.into_iter().fold(chat, Chat::attended_by);
        self.joined.into_iter().fold(chat, Chat::joined_by)
    }
}

impl Keeper for ByHand {
    fn prepare(&mut self, steps: &[Step]) {
        self.steps = steps.to_vec();
    }

    fn run(&mut self) -> usize {
        let mut out = 0;
        for step in std::mem::take(&mut self.steps) {
            match step {
                Step::Do(command) => out += black_box(self.apply(command)).len(),
                Step::Ask(id) => {
                    let attending = self.chats.get(&id).into_iter().flat_map(Chat::attending);
                    let watchers = self.watches.get(&id).into_iter().flat_map(HashMap::keys);
                    out += attending.chain(watchers).map(black_box).count();
                }
            }
        }
        out
    }

    fn tell(&self, watch: &mut dyn FnMut(&str, &str, &[&str])) -> bool {
        for (chat, watches) in &self.watches {
            watches.iter().for_each(|(watcher, rules)| tell_ids(watch, chat, watcher, rules));
        }
        true
    }
}
