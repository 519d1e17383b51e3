//! Monitored chats, live: a deterministic state machine around the engine.

mod command;
mod decide;
mod engine_changes;
mod event;
mod index;
mod list;
mod people;
mod refusal;
mod rooms;
#[cfg(feature = "serde")]
mod saved;
#[cfg(feature = "serde")]
mod saving;
mod view;
mod watches;

#[cfg(feature = "serde")]
use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::attribute::Attributes;
use crate::chat::{Chat, Visitor};
use crate::department::Departments;
use crate::engine::MonitorEngine;
use crate::id::{ChatId, OperatorId, RuleId};
use crate::right::Right;
use crate::slab::Place;
use decide::Scratch;
use index::ChatIndex;
use people::People;
use rooms::{Room, Rooms};
use watches::{Watch, Watches};

pub use command::Command;
pub use event::{Audience, EndReason, Event, LeftReason, ParticipantEvent};
pub use refusal::Refusal;
#[cfg(feature = "serde")]
pub use saved::{InvalidMonitor, SavedChats, SavedMonitor, SavedPart};
#[cfg(feature = "serde")]
use saving::Saving;
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
/// 3. Nobody watches a chat of a counted operator whom their role may not monitor.
/// 4. Two histories that differ only in rules, exclusions, windows, times, departments, attributes, rights, watches and
///    advice give the same [`participant_view`](LiveMonitor::participant_view)s and the same
///    [`Event::for_participants`], until somebody joins.
/// 5. A refused command leaves the state as it was, and the refusal names what was wrong.
/// 6. Save, load, and go on: as if never stopped. A replay of the accepted commands gives the same events and state.
/// 7. Switching a rule off and on again, or its window away and back, gives the same watches by the same rules; those
///    that began anew stand last.
/// 8. Nobody watches, advises or joins without that right in [`MonitorEngine::rights`] at that moment.
/// 9. No watch exists on a chat on which an exclusion holds that binds its watcher.
/// 10. Whether a sample holds depends on its salt, its share and the chat's id alone.
/// 11. Telling one time and then a later one leaves the same watches as telling the later one; before
///     [`MonitorEngine::next_deadline`] no time told changes a watch.
/// 12. Who uses no departments, attributes, named roles, exceptions, exclusions, samples and windows gets the same
///     verdicts, watches, events and bytes as before there were these.
/// 13. Chats do not touch each other: spread over several monitors by [`Command::chat`], with the commands on no chat
///     applied to all of them in one order, each chat has the same events.
///
/// The order of events within one command: operators who are put out, then chat by chat in the order in which the chats
/// started, and in each the watches that end, in the order in which they began, before those that start or change, in
/// the order of [`MonitorEngine::watchers_for`].
///
/// ```
/// use chat_monitor::{Chat, Command, Criterion, Event, LiveMonitor, MonitorEngine, Role, Rule};
///
/// let mut engine = MonitorEngine::new();
/// engine.set_operator("ken".parse()?, Role::Associate)?;
/// engine.set_operator("hana".parse()?, Role::Supervisor)?;
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
    rooms: Rooms,
    index: ChatIndex,
    people: People,
    watches: Watches,
    scratch: Scratch,
    /// A saving in parts that is going on. It is no part of the state.
    #[cfg(feature = "serde")]
    saving: Option<Box<Saving>>,
}

impl LiveMonitor {
    /// A monitor of no chats yet, with these operators and rules.
    pub fn new(engine: MonitorEngine) -> Self {
        let hasher = engine.hasher().clone();
        LiveMonitor {
            engine,
            rooms: Rooms::new(&hasher),
            index: ChatIndex::new(&hasher),
            people: People::new(&hasher),
            watches: Watches::default(),
            scratch: Scratch::default(),
            #[cfg(feature = "serde")]
            saving: None,
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
        let mut events = Vec::new();
        self.apply_into(command, &mut events)?;
        Ok(events)
    }

    /// The same, appending the events to those that are there.
    ///
    /// # Errors
    ///
    /// A [`Refusal`]; nothing has changed then, and nothing was appended.
    pub fn apply_into(&mut self, command: Command, events: &mut Vec<Event>) -> Result<(), Refusal> {
        match command {
            Command::SetPolicy(policy) => self.set_policy(policy, events),
            Command::SetOperator { id, operator } => self.set_operator(id, operator, events),
            Command::RemoveOperator { operator } => self.remove_operator(&operator, events),
            Command::AddRule(rule) => self.add_rule(rule, events),
            Command::SetRuleEnabled { rule, enabled } => self.set_rule_enabled(&rule, enabled, events),
            Command::SetRuleWindow { rule, window } => self.set_rule_window(&rule, window, events),
            Command::RemoveRule { rule } => self.remove_rule(&rule, events),
            Command::AddExclusion(exclusion) => self.add_exclusion(exclusion, events),
            Command::RemoveExclusion { exclusion } => self.remove_exclusion(&exclusion, events),
            Command::SetTime { now } => self.set_time(now, events),
            Command::StartChat(chat) => self.start_chat(chat, events),
            Command::SetVisitor { chat, visitor } => self.set_visitor(&chat, visitor, events),
            Command::Attend { chat, operator } => self.attend(&chat, operator, events),
            Command::Unattend { chat, operator } => self.unattend(&chat, &operator, events),
            Command::Transfer { chat, from, to, departments } => self.transfer(&chat, &from, to, departments, events),
            Command::SetDepartments { chat, departments } => self.set_departments(&chat, departments, events),
            Command::SetAttributes { chat, attributes } => self.set_attributes(&chat, attributes, events),
            Command::SetMonitoringAllowed { chat, allowed } => self.set_monitoring_allowed(&chat, allowed, events),
            Command::EndChat { chat } => self.end_chat(&chat, events),
            Command::Join { chat, watcher } => self.join(&chat, watcher, events),
            Command::Leave { chat, operator } => self.leave(&chat, &operator, events),
            Command::Advise { chat, watcher } => self.advise(chat, watcher, events),
        }
    }
}

/// Looking.
impl LiveMonitor {
    /// The engine: operators, rules, exclusions, policy.
    pub fn engine(&self) -> &MonitorEngine {
        &self.engine
    }

    /// The engine, without the chats.
    pub fn into_engine(self) -> MonitorEngine {
        self.engine
    }

    /// The same monitor with a hash seed of the host's: for one that was loaded, as
    /// [`MonitorEngine::reseeded`] is for an engine.
    #[must_use]
    pub fn reseeded(self, seed: u64) -> Self {
        let mut live = LiveMonitor::new(self.engine.clone().reseeded(seed));
        self.chats().for_each(|chat| _ = live.insert(chat.clone()));
        for watch in self.watches_in_order() {
            let room = self.rooms.get(watch.room).and_then(|room| live.rooms.find(room.chat.id()));
            if let Some((room, watcher)) = room.zip(self.people.id(watch.watcher)) {
                live.begin(room, watcher, watch.rules.clone());
            }
        }
        live
    }

    /// How many chats are live.
    pub fn chat_count(&self) -> usize {
        self.rooms.len()
    }

    /// How many watches are going on.
    pub fn watch_count(&self) -> usize {
        self.watches.len()
    }

    /// A live chat.
    pub fn chat(&self, chat: &ChatId) -> Option<&Chat> {
        self.rooms.get(self.rooms.find(chat)?).map(|room| &room.chat)
    }

    /// Every live chat, in the order in which they started.
    pub fn chats(&self) -> impl Iterator<Item = &Chat> {
        self.rooms.iter().map(|room| &room.chat)
    }

    /// The list of `watcher`'s monitored chats, in the order in which the watches began, with the rules that name each.
    pub fn monitored_chats<'a>(&'a self, watcher: &OperatorId) -> impl Iterator<Item = MonitoredChat<'a>> + use<'a> {
        let person = self.people.find(watcher).and_then(|person| self.people.get(person));
        let oldest = person.map(|person| person.oldest).unwrap_or_default();
        self.watches.along(oldest).filter_map(|watch| {
            let room = self.rooms.get(watch.room)?;
            Some(MonitoredChat { chat: &room.chat, rules: watch.rules.as_slice() })
        })
    }

    /// Who receives a message in `chat`; nobody where that is not live. Nothing is allocated.
    pub fn recipients(&self, chat: &ChatId, channel: Channel) -> Recipients<'_> {
        Recipients { live: self, room: self.rooms.find(chat).and_then(|place| self.rooms.get(place)), channel }
    }

    /// All that the people in `chat` may know of who is in it.
    pub fn participant_view(&self, chat: &ChatId) -> Option<ParticipantView> {
        self.chat(chat).map(ParticipantView::of)
    }

    /// The watches of every chat, in the order in which they began.
    fn watches_in_order(&self) -> Vec<&Watch> {
        let all = self.rooms.iter().flat_map(|room| room.watches.iter());
        self.watches.in_order(all.filter_map(|held| self.watches.get(held.watch)))
    }
}

#[cfg(test)]
impl LiveMonitor {
    /// Whether nothing is left of any fact of a chat.
    pub(crate) fn has_forgotten_facts(&self) -> bool {
        self.index.is_empty()
    }
}

impl Default for LiveMonitor {
    fn default() -> Self {
        LiveMonitor::new(MonitorEngine::default())
    }
}

impl From<MonitorEngine> for LiveMonitor {
    fn from(engine: MonitorEngine) -> Self {
        LiveMonitor::new(engine)
    }
}

/// Monitors are equal when they hold equal engines, the same chats in the same order and the same watches in the same
/// order.
impl PartialEq for LiveMonitor {
    fn eq(&self, other: &Self) -> bool {
        fn watches(live: &LiveMonitor) -> Vec<(Option<&ChatId>, Option<&OperatorId>, &[RuleId])> {
            let of = |watch: &&Watch| live.rooms.get(watch.room).map(|room| room.chat.id());
            let watches = live.watches_in_order();
            let named = |watch: &Watch| live.people.id(watch.watcher);
            watches.into_iter().map(|watch| (of(&watch), named(watch), watch.rules.as_slice())).collect()
        }
        self.engine == other.engine && self.chats().eq(other.chats()) && watches(self) == watches(other)
    }
}

impl Eq for LiveMonitor {}

/// Changes of a chat.
impl LiveMonitor {
    fn start_chat(&mut self, chat: Chat, events: &mut Vec<Event>) -> Result<(), Refusal> {
        if self.rooms.find(chat.id()).is_some() {
            return Err(Refusal::ChatIsLive(chat.id().clone()));
        }
        if let Some(operator) = chat.joined().first() {
            return Err(Refusal::StartsWithJoined(operator.clone()));
        }
        let place = self.insert(chat);
        self.decide(place, events);
        Ok(())
    }

    fn insert(&mut self, chat: Chat) -> Place {
        let place = self.rooms.insert(chat);
        self.file(place);
        place
    }

    /// Puts a chat that is among the rooms into the index.
    fn file(&mut self, place: Place) {
        if let Some(room) = self.rooms.get_mut(place) {
            self.index.insert(place, room);
        }
    }

    /// Puts a chat under one operator more in the index.
    fn file_operator(&mut self, place: Place, operator: &OperatorId) {
        if let Some(room) = self.rooms.get_mut(place) {
            self.index.insert_operator(place, room, operator);
        }
    }

    fn set_visitor(&mut self, chat: &ChatId, visitor: Visitor, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let (place, chat) = self.live(chat)?;
        if *chat.visitor() != visitor {
            let before = chat.set_visitor(visitor);
            self.index.remove_visitor(&mut self.rooms, place, &before);
            if let Some(room) = self.rooms.get_mut(place) {
                self.index.insert_visitor(place, room);
            }
            self.decide(place, events);
        }
        Ok(())
    }

    fn attend(&mut self, chat: &ChatId, operator: OperatorId, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let (place, chat) = self.live(chat)?;
        if chat.operators().contains(&operator) {
            return Err(Refusal::AlreadyGiven(operator));
        }
        let had_joined = chat.joined().contains(&operator);
        chat.give_to(operator.clone());
        if !had_joined {
            self.file_operator(place, &operator);
        }
        self.decide(place, events);
        Ok(())
    }

    fn unattend(&mut self, chat: &ChatId, operator: &OperatorId, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let (place, chat) = self.live(chat)?;
        if !chat.operators().contains(operator) {
            return Err(Refusal::NotGiven(operator.clone()));
        }
        chat.take_from(operator);
        self.index.remove_operator(&mut self.rooms, place, operator);
        self.decide(place, events);
        Ok(())
    }

    fn transfer(
        &mut self,
        chat: &ChatId,
        from: &OperatorId,
        to: OperatorId,
        departments: Option<Departments>,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let (place, chat) = self.live(chat)?;
        if !chat.operators().contains(from) {
            return Err(Refusal::NotGiven(from.clone()));
        }
        if chat.operators().contains(&to) {
            return Err(Refusal::AlreadyGiven(to));
        }
        let had_joined = chat.joined().contains(&to);
        chat.transfer(from, to.clone());
        self.index.remove_operator(&mut self.rooms, place, from);
        if !had_joined {
            self.file_operator(place, &to);
        }
        if let Some(departments) = departments {
            self.tell(place, |chat| chat.set_departments(departments));
        }
        self.decide(place, events);
        Ok(())
    }

    fn set_departments(
        &mut self,
        chat: &ChatId,
        departments: Departments,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let (place, chat) = self.live(chat)?;
        if *chat.departments() != departments {
            self.tell(place, |chat| chat.set_departments(departments));
            self.decide(place, events);
        }
        Ok(())
    }

    fn set_attributes(
        &mut self,
        chat: &ChatId,
        attributes: Attributes,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let (place, chat) = self.live(chat)?;
        if *chat.attributes() != attributes {
            self.tell(place, |chat| chat.set_attributes(attributes));
            self.decide(place, events);
        }
        Ok(())
    }

    /// Changes what the host tells of a chat.
    fn tell(&mut self, place: Place, change: impl FnOnce(&mut Chat)) {
        let Some(room) = self.rooms.get_mut(place) else { return };
        let before = room.chat.told_alone();
        change(&mut room.chat);
        self.index.remove_told(&mut self.rooms, place, &before);
        if let Some(room) = self.rooms.get_mut(place) {
            self.index.insert_told(place, room);
        }
    }

    fn set_monitoring_allowed(&mut self, chat: &ChatId, allowed: bool, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let (place, chat) = self.live(chat)?;
        chat.set_monitoring_allowed(allowed);
        self.decide(place, events);
        Ok(())
    }

    fn end_chat(&mut self, id: &ChatId, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let place = self.rooms.find(id).ok_or_else(|| Refusal::UnknownChat(id.clone()))?;
        self.keep_ending(place);
        let Some(Room { chat, watches, filed, .. }) = self.rooms.remove(place) else { return Ok(()) };
        for held in watches.iter() {
            self.watches.end(held.watch, &mut self.people);
            if let Some(watcher) = self.people.id(held.watcher).cloned() {
                events.push(Event::WatchEnded { chat: chat.id().clone(), watcher, reason: EndReason::ChatEnded });
            }
            self.people.leave(held.watcher);
        }
        self.index.remove(&mut self.rooms, &chat, &filed);
        Ok(())
    }
}

/// What watchers do.
impl LiveMonitor {
    fn join(&mut self, id: &ChatId, watcher: OperatorId, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let (place, room) = self.watched(id, &watcher)?;
        if !self.engine.rights(&watcher, &room.chat).contains(Right::Join) {
            return Err(Refusal::MayNotJoin(watcher));
        }
        self.keep_chat(place);
        if let Some(room) = self.rooms.get_mut(place) {
            room.chat.join(watcher.clone());
        }
        self.file_operator(place, &watcher);
        self.end_watch(place, &watcher, EndReason::Joined, events);
        events.push(Event::Joined { chat: id.clone(), operator: watcher });
        self.decide(place, events);
        Ok(())
    }

    fn leave(&mut self, chat: &ChatId, operator: &OperatorId, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let (place, chat) = self.live(chat)?;
        if !chat.joined().contains(operator) {
            return Err(Refusal::NotJoined(operator.clone()));
        }
        self.put_out(place, |_, joined| joined == operator, LeftReason::Asked, events);
        self.decide(place, events);
        Ok(())
    }

    fn advise(&mut self, id: ChatId, watcher: OperatorId, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let (_, room) = self.watched(&id, &watcher)?;
        if !self.engine.rights(&watcher, &room.chat).contains(Right::Advise) {
            return Err(Refusal::MayNotAdvise(watcher));
        }
        let recipients = Recipients { live: self, room: Some(room), channel: Channel::Internal };
        let to: Vec<_> = recipients.attending().cloned().collect();
        if to.is_empty() {
            return Err(Refusal::NobodyAttends(id));
        }
        events.push(Event::Advised { chat: id, watcher, to });
        Ok(())
    }

    /// A live chat that `watcher` watches.
    fn watched(&self, chat: &ChatId, watcher: &OperatorId) -> Result<(Place, &Room), Refusal> {
        let place = self.rooms.find(chat).ok_or_else(|| Refusal::UnknownChat(chat.clone()))?;
        let room = self.rooms.get(place).ok_or_else(|| Refusal::UnknownChat(chat.clone()))?;
        match self.people.find(watcher).and_then(|person| room.watches.find(person)) {
            Some(_) => Ok((place, room)),
            None => Err(Refusal::NotWatching(watcher.clone())),
        }
    }

    /// Takes those out of a chat who had joined and must leave; the caller decides the chat anew.
    fn put_out(
        &mut self,
        place: Place,
        leaves: impl Fn(&MonitorEngine, &OperatorId) -> bool,
        reason: LeftReason,
        events: &mut Vec<Event>,
    ) {
        if self.rooms.get(place).is_none_or(|room| room.chat.joined().is_empty()) {
            return;
        }
        self.keep_chat(place);
        let Some(chat) = self.rooms.get_mut(place).map(|room| &mut room.chat) else { return };
        let id = chat.id().clone();
        for operator in chat.put_out(|joined| leaves(&self.engine, joined)) {
            self.index.remove_operator(&mut self.rooms, place, &operator);
            events.push(Event::Left { chat: id.clone(), operator, reason });
        }
    }

    /// A live chat, to be changed.
    fn live(&mut self, id: &ChatId) -> Result<(Place, &mut Chat), Refusal> {
        let found = self.rooms.find(id).ok_or_else(|| Refusal::UnknownChat(id.clone()));
        found.and_then(|place| {
            self.keep_chat(place);
            let room = self.rooms.get_mut(place).ok_or_else(|| Refusal::UnknownChat(id.clone()))?;
            Ok((place, &mut room.chat))
        })
    }
}

/// Without the wire form nothing is saved.
#[cfg(not(feature = "serde"))]
impl LiveMonitor {
    fn keep_chat(&mut self, _: Place) {}

    fn keep_ending(&mut self, _: Place) {}

    fn keep_rule(&mut self, _: &RuleId) {}

    fn keep_removed(&mut self, _: &RuleId) {}

    fn keep_operator(&mut self, _: &OperatorId, _: Option<crate::operator::Operator>) {}
}
