//! Monitored chats, live: a deterministic state machine around the engine.

mod command;
mod event;
mod index;
mod refusal;
#[cfg(feature = "serde")]
mod saved;
mod view;
mod watches;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;

use foldhash::fast::SeedableRandomState;
use hashbrown::HashMap;

use crate::chat::{Chat, Visitor};
use crate::engine::MonitorEngine;
use crate::filed::Seq;
use crate::id::{ChatId, OperatorId, RuleId};
use crate::role::{Policy, Role};
use crate::rule::Rule;
use crate::verdict::Verdict;
use index::ChatIndex;
use watches::{Watch, Watches};

pub use command::Command;
pub use event::{Audience, EndReason, Event, LeftReason, ParticipantEvent};
pub use refusal::Refusal;
pub use view::{Channel, MonitoredChat, ParticipantView, Recipients};

/// Knows which chats are live, and says who starts and stops watching what, and why.
///
/// One door in: [`apply`](LiveMonitor::apply). Everything that can change the state is a [`Command`], so a log of the
/// accepted ones is the whole state, and a replay gives the same events and the same state.
///
/// These laws hold after every command:
///
/// 1. For every live chat, the watches are exactly [`MonitorEngine::watchers_for`] of that chat.
/// 2. The events, folded, give everyone's [`monitored_chats`](LiveMonitor::monitored_chats).
/// 3. Nobody watches a chat of an operator whom their role may not monitor.
/// 4. Two histories that differ only in rules, watches and advice give the same
///    [`participant_view`](LiveMonitor::participant_view)s and the same [`Event::for_participants`], until somebody
///    joins.
/// 5. A refused command leaves the state as it was, and the refusal names what was wrong.
/// 6. Save, load, and go on: as if never stopped.
/// 7. Switching a rule off and on again gives the same watches by the same rules; those that began anew stand last.
///
/// The order of events within one command: operators who are put out, then chat by chat in the order in which the chats
/// started, and in each the watches that end, in the order in which they began, before those that start or change, in
/// the order of [`MonitorEngine::watchers_for`].
///
/// ```
/// use chat_monitor::{Chat, Command, Criterion, Event, LiveMonitor, MonitorEngine, Role, Rule};
///
/// let mut engine = MonitorEngine::new();
/// engine.set_operator("ken".parse()?, Role::Associate);
/// engine.set_operator("hana".parse()?, Role::Supervisor);
/// engine.add_rule(Rule::new("r1".parse()?, "hana".parse()?, Criterion::Operator("ken".parse()?)))?;
///
/// let mut live = LiveMonitor::new(engine);
/// let events = live.apply(Command::StartChat(Chat::new("c1".parse()?).attended_by("ken".parse()?)))?;
/// assert!(matches!(&events[..], [Event::WatchStarted { .. }]));
/// assert_eq!(live.monitored_chats(&"hana".parse()?).count(), 1);
///
/// // Nobody in the chat can tell.
/// assert!(events.iter().all(|event| event.for_participants().is_none()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct LiveMonitor {
    engine: MonitorEngine,
    /// In the order in which they started. What participants see is made of these alone.
    chats: BTreeMap<Seq, Chat>,
    next_seq: Seq,
    seqs: HashMap<ChatId, Seq, SeedableRandomState>,
    index: ChatIndex,
    watches: Watches,
}

impl LiveMonitor {
    /// A monitor of no chats yet, with these operators and rules.
    pub fn new(engine: MonitorEngine) -> Self {
        let hasher = engine.hasher().clone();
        LiveMonitor {
            engine,
            chats: BTreeMap::new(),
            next_seq: 0,
            index: ChatIndex::new(&hasher),
            watches: Watches::new(&hasher),
            seqs: HashMap::with_hasher(hasher),
        }
    }

    /// Does what is asked, and says what has happened in consequence.
    ///
    /// Setting what is set already is accepted and nothing happens. The time it takes is in proportion to the chats and
    /// rules that are touched, not to how many there are.
    ///
    /// # Errors
    ///
    /// A [`Refusal`]; nothing has changed then.
    pub fn apply(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::SetPolicy(policy) => Ok(self.set_policy(policy)),
            Command::SetOperator { operator, role } => Ok(self.set_operator(operator, role)),
            Command::RemoveOperator { operator } => self.remove_operator(&operator),
            Command::AddRule(rule) => self.add_rule(rule),
            Command::SetRuleEnabled { rule, enabled } => self.set_rule_enabled(&rule, enabled),
            Command::RemoveRule { rule } => self.remove_rule(&rule),
            Command::StartChat(chat) => self.start_chat(chat),
            Command::SetVisitor { chat, visitor } => self.set_visitor(&chat, visitor),
            Command::Attend { chat, operator } => self.attend(&chat, operator),
            Command::Unattend { chat, operator } => self.unattend(&chat, &operator),
            Command::Transfer { chat, from, to } => self.transfer(&chat, &from, to),
            Command::SetMonitoringAllowed { chat, allowed } => self.set_monitoring_allowed(&chat, allowed),
            Command::EndChat { chat } => self.end_chat(&chat),
            Command::Join { chat, watcher } => self.join(&chat, watcher),
            Command::Leave { chat, operator } => self.leave(&chat, &operator),
            Command::Advise { chat, watcher } => self.advise(chat, watcher),
        }
    }
}

/// Looking.
impl LiveMonitor {
    /// The engine: operators, rules, policy.
    pub fn engine(&self) -> &MonitorEngine {
        &self.engine
    }

    /// A live chat.
    pub fn chat(&self, chat: &ChatId) -> Option<&Chat> {
        self.chats.get(self.seqs.get(chat)?)
    }

    /// Every live chat, in the order in which they started.
    pub fn chats(&self) -> impl Iterator<Item = &Chat> {
        self.chats.values()
    }

    /// The list of `watcher`'s monitored chats, in the order in which the watches began, with the rules that name each.
    pub fn monitored_chats<'a>(&'a self, watcher: &OperatorId) -> impl Iterator<Item = MonitoredChat<'a>> + use<'a> {
        self.watches.of_watcher(watcher).filter_map(|watch| {
            let chat = self.chats.get(&watch.chat)?;
            Some(MonitoredChat { chat, rules: &watch.rules })
        })
    }

    /// Who receives a message in `chat`; nobody where that is not live.
    pub fn recipients(&self, chat: &ChatId, channel: Channel) -> Recipients<'_> {
        let found = self.seqs.get(chat).and_then(|seq| Some((*seq, self.chats.get(seq)?)));
        let Some((seq, chat)) = found else { return Recipients::default() };
        Recipients {
            visitor: match channel {
                Channel::Public => true,
                Channel::Internal => false,
            },
            attending: chat.attending().collect(),
            watchers: self.watches.of_chat(seq).map(|watch| &watch.watcher).collect(),
        }
    }

    /// All that the people in `chat` may know of who is in it.
    pub fn participant_view(&self, chat: &ChatId) -> Option<ParticipantView> {
        self.chat(chat).map(ParticipantView::of)
    }
}

/// Monitors are equal when they hold equal engines, the same chats in the same order and the same watches in the same
/// order.
impl PartialEq for LiveMonitor {
    fn eq(&self, other: &Self) -> bool {
        fn watches(live: &LiveMonitor) -> impl Iterator<Item = (Option<&Chat>, &OperatorId, &[RuleId])> {
            live.watches.iter().map(|watch| (live.chats.get(&watch.chat), &watch.watcher, &*watch.rules))
        }
        self.engine == other.engine && self.chats().eq(other.chats()) && watches(self).eq(watches(other))
    }
}

impl Eq for LiveMonitor {}

/// Changes to the engine.
impl LiveMonitor {
    fn set_policy(&mut self, policy: Policy) -> Vec<Event> {
        if *self.engine.policy() == policy {
            return Vec::new();
        }
        self.engine.set_policy(policy);
        let mut events = Vec::new();
        let all: Vec<Seq> = self.chats.keys().copied().collect();
        for &seq in &all {
            let without_rights = |engine: &MonitorEngine, operator: &_| !engine.has_rights(operator);
            self.put_out(seq, without_rights, LeftReason::NoRights, &mut events);
        }
        for seq in all {
            self.decide(seq, &mut events);
        }
        events
    }

    fn set_operator(&mut self, operator: OperatorId, role: Role) -> Vec<Event> {
        if self.engine.role(&operator) == Some(role) {
            return Vec::new();
        }
        self.engine.set_operator(operator.clone(), role);
        self.role_changed(&operator, LeftReason::NoRights)
    }

    fn remove_operator(&mut self, operator: &OperatorId) -> Result<Vec<Event>, Refusal> {
        self.engine.remove_operator(operator)?;
        Ok(self.role_changed(operator, LeftReason::Removed))
    }

    /// Decides anew what depends on the role of `operator`: the chats that they attend, and those that their own rules
    /// match.
    fn role_changed(&mut self, operator: &OperatorId, without_rights: LeftReason) -> Vec<Event> {
        let mut events = Vec::new();
        let attended = self.index.attended_by(operator);
        if !self.engine.has_rights(operator) {
            for &seq in &attended {
                self.put_out(seq, |_, joined| joined == operator, without_rights, &mut events);
            }
        }
        let mut watched: BTreeMap<Seq, Vec<RuleId>> = BTreeMap::new();
        for rule in self.engine.rules_of(operator) {
            for seq in self.index.candidates(rule).difference(&attended) {
                let granting = watched.entry(*seq).or_default();
                if self.grants(rule, *seq) {
                    granting.push(rule.id().clone());
                }
            }
        }
        let touched: BTreeSet<Seq> = attended.iter().chain(watched.keys()).copied().collect();
        for seq in touched {
            match watched.remove(&seq) {
                Some(rules) => self.settle(seq, operator, &rules, &mut events),
                None => self.decide(seq, &mut events),
            }
        }
        events
    }

    fn add_rule(&mut self, rule: Rule) -> Result<Vec<Event>, Refusal> {
        let id = rule.id().clone();
        self.engine.add_rule(rule)?;
        Ok(self.rule_changed(&id))
    }

    fn set_rule_enabled(&mut self, rule: &RuleId, enabled: bool) -> Result<Vec<Event>, Refusal> {
        self.engine.set_rule_enabled(rule, enabled)?;
        Ok(self.rule_changed(rule))
    }

    fn rule_changed(&mut self, rule: &RuleId) -> Vec<Event> {
        let Some(rule) = self.engine.rule(rule).cloned() else { return Vec::new() };
        let mut events = Vec::new();
        for seq in self.index.candidates(&rule) {
            let rules = self.rules_with(seq, &rule, self.grants(&rule, seq));
            self.settle(seq, rule.watcher(), &rules, &mut events);
        }
        events
    }

    fn remove_rule(&mut self, rule: &RuleId) -> Result<Vec<Event>, Refusal> {
        let rule = self.engine.remove_rule(rule)?;
        let mut events = Vec::new();
        for seq in self.index.candidates(&rule) {
            let rules = self.rules_with(seq, &rule, false);
            self.settle(seq, rule.watcher(), &rules, &mut events);
        }
        Ok(events)
    }
}

/// Changes to a chat.
impl LiveMonitor {
    fn start_chat(&mut self, chat: Chat) -> Result<Vec<Event>, Refusal> {
        if self.seqs.contains_key(chat.id()) {
            return Err(Refusal::ChatIsLive(chat.id().clone()));
        }
        if let Some(operator) = chat.joined().first() {
            return Err(Refusal::StartsWithJoined(operator.clone()));
        }
        let seq = self.insert(chat);
        Ok(self.decided(seq))
    }

    fn insert(&mut self, chat: Chat) -> Seq {
        let seq = self.next_seq;
        self.next_seq += 1;
        self.seqs.insert(chat.id().clone(), seq);
        self.index.insert(seq, &chat);
        self.chats.insert(seq, chat);
        seq
    }

    fn set_visitor(&mut self, chat: &ChatId, visitor: Visitor) -> Result<Vec<Event>, Refusal> {
        let (seq, chat) = live(&self.seqs, &mut self.chats, chat)?;
        self.index.remove_visitor(seq, chat.known_visitor());
        self.index.insert_visitor(seq, &visitor);
        chat.set_visitor(visitor);
        Ok(self.decided(seq))
    }

    fn attend(&mut self, chat: &ChatId, operator: OperatorId) -> Result<Vec<Event>, Refusal> {
        let (seq, chat) = live(&self.seqs, &mut self.chats, chat)?;
        if chat.operators().contains(&operator) {
            return Err(Refusal::AlreadyGiven(operator));
        }
        self.index.insert_operator(seq, &operator);
        chat.give_to(operator);
        Ok(self.decided(seq))
    }

    fn unattend(&mut self, chat: &ChatId, operator: &OperatorId) -> Result<Vec<Event>, Refusal> {
        let (seq, chat) = live(&self.seqs, &mut self.chats, chat)?;
        if !chat.operators().contains(operator) {
            return Err(Refusal::NotGiven(operator.clone()));
        }
        self.index.remove_operator(seq, operator);
        chat.take_from(operator);
        Ok(self.decided(seq))
    }

    fn transfer(&mut self, chat: &ChatId, from: &OperatorId, to: OperatorId) -> Result<Vec<Event>, Refusal> {
        let (seq, chat) = live(&self.seqs, &mut self.chats, chat)?;
        if !chat.operators().contains(from) {
            return Err(Refusal::NotGiven(from.clone()));
        }
        if chat.operators().contains(&to) {
            return Err(Refusal::AlreadyGiven(to));
        }
        self.index.remove_operator(seq, from);
        self.index.insert_operator(seq, &to);
        chat.transfer(from, to);
        Ok(self.decided(seq))
    }

    fn set_monitoring_allowed(&mut self, chat: &ChatId, allowed: bool) -> Result<Vec<Event>, Refusal> {
        let (seq, chat) = live(&self.seqs, &mut self.chats, chat)?;
        chat.set_monitoring_allowed(allowed);
        Ok(self.decided(seq))
    }

    fn end_chat(&mut self, id: &ChatId) -> Result<Vec<Event>, Refusal> {
        let (seq, _) = live(&self.seqs, &mut self.chats, id)?;
        let mut events = Vec::new();
        for watcher in self.watchers_of(seq) {
            self.end_watch(seq, &watcher, EndReason::ChatEnded, &mut events);
        }
        self.seqs.remove(id);
        if let Some(chat) = self.chats.remove(&seq) {
            self.index.remove(seq, &chat);
        }
        Ok(events)
    }
}

/// What watchers do.
impl LiveMonitor {
    fn join(&mut self, id: &ChatId, watcher: OperatorId) -> Result<Vec<Event>, Refusal> {
        let (seq, chat) = live(&self.seqs, &mut self.chats, id)?;
        if self.watches.find(seq, &watcher).is_none() {
            return Err(Refusal::NotWatching(watcher));
        }
        self.index.insert_operator(seq, &watcher);
        chat.join(watcher.clone());
        let mut events = Vec::new();
        self.end_watch(seq, &watcher, EndReason::Joined, &mut events);
        events.push(Event::Joined { chat: id.clone(), operator: watcher });
        self.decide(seq, &mut events);
        Ok(events)
    }

    fn leave(&mut self, chat: &ChatId, operator: &OperatorId) -> Result<Vec<Event>, Refusal> {
        let (seq, chat) = live(&self.seqs, &mut self.chats, chat)?;
        if !chat.joined().contains(operator) {
            return Err(Refusal::NotJoined(operator.clone()));
        }
        let mut events = Vec::new();
        self.put_out(seq, |_, joined| joined == operator, LeftReason::Asked, &mut events);
        self.decide(seq, &mut events);
        Ok(events)
    }

    fn advise(&mut self, id: ChatId, watcher: OperatorId) -> Result<Vec<Event>, Refusal> {
        let (seq, chat) = live(&self.seqs, &mut self.chats, &id)?;
        if self.watches.find(seq, &watcher).is_none() {
            return Err(Refusal::NotWatching(watcher));
        }
        let to: Vec<_> = chat.attending().cloned().collect();
        if to.is_empty() {
            return Err(Refusal::NobodyAttends(id));
        }
        Ok(vec![Event::Advised { chat: id, watcher, to }])
    }

    /// Takes those out of a chat who had joined and must leave; the caller decides the chat anew.
    fn put_out(
        &mut self,
        seq: Seq,
        leaves: impl Fn(&MonitorEngine, &OperatorId) -> bool,
        reason: LeftReason,
        events: &mut Vec<Event>,
    ) {
        let Some(chat) = self.chats.get_mut(&seq) else { return };
        for operator in chat.put_out(|joined| leaves(&self.engine, joined)) {
            self.index.remove_operator(seq, &operator);
            events.push(Event::Left { chat: chat.id().clone(), operator, reason });
        }
    }
}

/// Deciding anew.
impl LiveMonitor {
    fn decided(&mut self, seq: Seq) -> Vec<Event> {
        let mut events = Vec::new();
        self.decide(seq, &mut events);
        events
    }

    /// Makes the watches of one chat what the engine says they are.
    fn decide(&mut self, seq: Seq, events: &mut Vec<Event>) {
        let Some(chat) = self.chats.get(&seq) else { return };
        let granted = self.engine.watchers_for(chat);
        let staying: BTreeSet<&OperatorId> = granted.iter().map(|watcher| watcher.operator()).collect();
        for former in self.watchers_of(seq).iter().filter(|watcher| !staying.contains(watcher)) {
            self.settle(seq, former, &[], events);
        }
        for watcher in &granted {
            self.settle(seq, watcher.operator(), watcher.rules(), events);
        }
    }

    /// Makes one watch what `rules` say: started, changed, ended, or left as it is.
    fn settle(&mut self, seq: Seq, watcher: &OperatorId, rules: &[RuleId], events: &mut Vec<Event>) {
        let Some(chat) = self.chats.get(&seq) else { return };
        match self.watches.find_mut(seq, watcher) {
            None if rules.is_empty() => {}
            None => {
                self.watches.start(Watch { chat: seq, watcher: watcher.clone(), rules: rules.into() });
                let (chat, watcher) = (chat.id().clone(), watcher.clone());
                events.push(Event::WatchStarted { chat, watcher, rules: rules.into() });
            }
            Some(watch) if watch.rules == rules => {}
            Some(watch) if rules.is_empty() => {
                let why = |id| match self.engine.rule(id) {
                    Some(rule) => EndReason::of(self.engine.judge(rule, chat)),
                    None => Some(EndReason::RuleRemoved),
                };
                if let Some(reason) = watch.rules.iter().find_map(why) {
                    self.end_watch(seq, watcher, reason, events);
                }
            }
            Some(watch) => {
                watch.rules = rules.into();
                let (chat, watcher) = (chat.id().clone(), watcher.clone());
                events.push(Event::WatchChanged { chat, watcher, rules: rules.into() });
            }
        }
    }

    fn end_watch(&mut self, seq: Seq, watcher: &OperatorId, reason: EndReason, events: &mut Vec<Event>) {
        let ended = self.watches.end(seq, watcher).and_then(|watch| Some((watch, self.chats.get(&seq)?)));
        if let Some((watch, chat)) = ended {
            events.push(Event::WatchEnded { chat: chat.id().clone(), watcher: watch.watcher, reason });
        }
    }

    fn watchers_of(&self, seq: Seq) -> Vec<OperatorId> {
        self.watches.of_chat(seq).map(|watch| watch.watcher.clone()).collect()
    }

    fn grants(&self, rule: &Rule, seq: Seq) -> bool {
        self.chats.get(&seq).is_some_and(|chat| self.engine.judge(rule, chat) == Verdict::Granted)
    }

    /// The rules of the watch that `rule` belongs to, with it or without it, in rule order.
    fn rules_with(&self, seq: Seq, rule: &Rule, granted: bool) -> Vec<RuleId> {
        let others = self.watches.find(seq, rule.watcher()).map(|watch| &*watch.rules).unwrap_or_default();
        let mut rules: Vec<RuleId> = others.iter().filter(|other| *other != rule.id()).cloned().collect();
        if granted {
            let place = rules.partition_point(|other| self.engine.seq(other) < self.engine.seq(rule.id()));
            rules.insert(place, rule.id().clone());
        }
        rules
    }
}

/// Finds a live chat, leaving the other fields of the monitor free.
fn live<'a>(
    seqs: &HashMap<ChatId, Seq, SeedableRandomState>,
    chats: &'a mut BTreeMap<Seq, Chat>,
    id: &ChatId,
) -> Result<(Seq, &'a mut Chat), Refusal> {
    let found = seqs.get(id).and_then(|seq| Some((*seq, chats.get_mut(seq)?)));
    found.ok_or_else(|| Refusal::UnknownChat(id.clone()))
}
