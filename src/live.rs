//! Monitored chats, live: a deterministic state machine around the engine.

mod command;
mod decide;
mod event;
mod index;
mod list;
mod people;
mod refusal;
mod rooms;
#[cfg(feature = "serde")]
mod saved;
mod view;
mod watches;

use alloc::vec::Vec;

use crate::attribute::Attributes;
use crate::chat::{Chat, Visitor};
use crate::department::Departments;
use crate::engine::MonitorEngine;
use crate::exclusion::Exclusion;
use crate::id::{ChatId, ExclusionId, OperatorId, RuleId};
use crate::key::Key;
use crate::operator::Operator;
use crate::policy::Policy;
use crate::right::Right;
use crate::rule::Rule;
use crate::slab::Place;
use crate::window::Window;
use decide::Scratch;
use index::ChatIndex;
use people::People;
use rooms::{Room, Rooms};
use watches::{Watch, Watches};

pub use command::Command;
pub use event::{Audience, EndReason, Event, LeftReason, ParticipantEvent};
pub use refusal::Refusal;
#[cfg(feature = "serde")]
pub use saved::{InvalidMonitor, SavedMonitor};
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
                // Nobody is told: the watch goes on.
                live.start(room, watcher.clone(), watch.rules.as_slice().into(), &mut Vec::new());
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

/// Changes of operators and of the policy.
impl LiveMonitor {
    fn set_policy(&mut self, policy: Policy, events: &mut Vec<Event>) -> Result<(), Refusal> {
        if *self.engine.policy() == policy {
            return Ok(());
        }
        self.engine.set_policy(policy)?;
        let all: Vec<Place> = self.rooms.places().collect();
        for &place in &all {
            let must_leave = |engine: &MonitorEngine, operator: &_| !engine.may_stay_joined(operator);
            self.put_out(place, must_leave, LeftReason::NoRights, events);
        }
        self.decide_all(all, events);
        Ok(())
    }

    fn set_operator(&mut self, id: OperatorId, operator: Operator, events: &mut Vec<Event>) -> Result<(), Refusal> {
        if self.engine.operator(&id).as_ref() != Some(&operator) {
            self.engine.set_operator(id.clone(), operator)?;
            self.operator_changed(&id, LeftReason::NoRights, events);
        }
        Ok(())
    }

    fn remove_operator(&mut self, operator: &OperatorId, events: &mut Vec<Event>) -> Result<(), Refusal> {
        self.engine.remove_operator(operator)?;
        self.operator_changed(operator, LeftReason::Removed, events);
        Ok(())
    }

    /// Decides anew what depends on what is known of `operator`: the chats that they attend, and those that their own
    /// rules match.
    fn operator_changed(&mut self, operator: &OperatorId, must_leave: LeftReason, events: &mut Vec<Event>) {
        let mut attended: Vec<Place> = self.index.attended_by(operator).into();
        self.rooms.sort(&mut attended);
        if !self.engine.may_stay_joined(operator) {
            for &place in &attended {
                self.put_out(place, |_, joined| joined == operator, must_leave, events);
            }
        }
        let own = self.granted_by_own(operator);
        let mut touched: Vec<Place> = own.iter().map(|(place, _)| *place).chain(attended.iter().copied()).collect();
        self.rooms.sort(&mut touched);
        let mut own = own.into_iter().peekable();
        let mut attended = attended.into_iter().peekable();
        for place in touched {
            let rules = own.next_if(|(granted, _)| *granted == place).map(|(_, rules)| rules).unwrap_or_default();
            match attended.next_if(|attended| *attended == place) {
                Some(_) => self.decide(place, events),
                None => self.settle(place, operator, &rules, events),
            }
        }
    }

    /// The chats that a watcher's own rules can match, in the order in which they started, each with the rules that grant
    /// it.
    fn granted_by_own(&self, watcher: &OperatorId) -> Vec<(Place, Vec<RuleId>)> {
        let mut candidates: Vec<(Place, &Rule)> = Vec::new();
        for rule in self.engine.rules_of(watcher) {
            let places = self.index.candidates(Key::of(rule.key()), &self.engine, &self.rooms);
            candidates.extend(places.into_iter().map(|place| (place, rule)));
        }
        // A stable sort: in each chat the rules stay in rule order.
        candidates.sort_by_key(|(place, _)| self.rooms.get(*place).map(|room| room.seq));
        let chats = candidates.chunk_by(|(one, _), (next, _)| one == next);
        let granted = chats.filter_map(|of_chat| {
            let (place, _) = of_chat.first()?;
            let asked = self.engine.asking(&self.rooms.get(*place)?.chat);
            let granting = of_chat.iter().filter(|(_, rule)| asked(rule).is_granted());
            Some((*place, granting.map(|(_, rule)| rule.id().clone()).collect()))
        });
        granted.collect()
    }
}

/// Changes of rules.
impl LiveMonitor {
    fn add_rule(&mut self, rule: Rule, events: &mut Vec<Event>) -> Result<(), Refusal> {
        self.engine.add_rule(rule.clone())?;
        self.rule_changed(&rule, true, events);
        Ok(())
    }

    fn set_rule_enabled(&mut self, rule: &RuleId, enabled: bool, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let was_enabled = self.engine.rule(rule).map(Rule::enabled);
        self.engine.set_rule_enabled(rule, enabled)?;
        match self.engine.rule(rule).cloned() {
            Some(rule) if was_enabled != Some(enabled) => self.rule_changed(&rule, true, events),
            _ => {}
        }
        Ok(())
    }

    fn set_rule_window(
        &mut self,
        rule: &RuleId,
        window: Option<Window>,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        self.engine.set_rule_window(rule, window)?;
        if let Some(rule) = self.engine.rule(rule).cloned() {
            self.rule_changed(&rule, true, events);
        }
        Ok(())
    }

    fn remove_rule(&mut self, rule: &RuleId, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let rule = self.engine.remove_rule(rule)?;
        self.rule_changed(&rule, false, events);
        Ok(())
    }

    /// Decides anew, in every chat that a rule can match, whether the rule grants it.
    fn rule_changed(&mut self, rule: &Rule, is_there: bool, events: &mut Vec<Event>) {
        for place in self.index.candidates(Key::of(rule.key()), &self.engine, &self.rooms) {
            let Some(room) = self.rooms.get(place) else { continue };
            let granted = is_there && self.engine.judge(rule, &room.chat).is_granted();
            let watch = self.people.find(rule.watcher()).and_then(|watcher| room.watches.find(watcher));
            let before = watch.and_then(|watch| self.watches.get(watch)).map(|watch| watch.rules.as_slice());
            let before = before.unwrap_or_default();
            if before.contains(rule.id()) != granted {
                let mut rules: Vec<RuleId> = before.iter().filter(|other| *other != rule.id()).cloned().collect();
                if granted {
                    let seq = self.engine.seq(rule.id());
                    let at = rules.partition_point(|other| self.engine.seq(other) < seq);
                    rules.insert(at, rule.id().clone());
                }
                self.settle(place, rule.watcher(), &rules, events);
            }
        }
    }
}

/// Changes of exclusions and of the time.
impl LiveMonitor {
    fn add_exclusion(&mut self, exclusion: Exclusion, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let touched = self.index.candidates(Key::of(exclusion.key()), &self.engine, &self.rooms);
        self.engine.add_exclusion(exclusion)?;
        self.decide_all(touched, events);
        Ok(())
    }

    fn remove_exclusion(&mut self, exclusion: &ExclusionId, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let removed = self.engine.remove_exclusion(exclusion)?;
        let touched = self.index.candidates(Key::of(removed.key()), &self.engine, &self.rooms);
        self.decide_all(touched, events);
        Ok(())
    }

    fn set_time(&mut self, now: u64, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let bounded = self.engine.rules_bounded_until(now);
        self.engine.set_time(now)?;
        let rules = bounded.iter().filter_map(|rule| self.engine.rule(rule));
        let candidates = |rule: &Rule| self.index.candidates(Key::of(rule.key()), &self.engine, &self.rooms);
        let mut touched: Vec<Place> = rules.flat_map(candidates).collect();
        self.rooms.sort(&mut touched);
        self.decide_all(touched, events);
        Ok(())
    }
}

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
        let place = self.rooms.insert(chat.clone());
        self.index.insert(&mut self.rooms, place, &chat);
        place
    }

    fn set_visitor(&mut self, chat: &ChatId, visitor: Visitor, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let (place, chat) = self.live(chat)?;
        if *chat.visitor() != visitor {
            let before = chat.set_visitor(visitor.clone());
            self.index.remove_visitor(&mut self.rooms, place, &before);
            self.index.insert_visitor(&mut self.rooms, place, &visitor);
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
            self.index.insert_operator(&mut self.rooms, place, &operator);
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
            self.index.insert_operator(&mut self.rooms, place, &to);
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
        let after = room.chat.told_alone();
        self.index.remove_told(&mut self.rooms, place, &before);
        self.index.insert_told(&mut self.rooms, place, &after);
    }

    fn set_monitoring_allowed(&mut self, chat: &ChatId, allowed: bool, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let (place, chat) = self.live(chat)?;
        chat.set_monitoring_allowed(allowed);
        self.decide(place, events);
        Ok(())
    }

    fn end_chat(&mut self, id: &ChatId, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let place = self.rooms.find(id).ok_or_else(|| Refusal::UnknownChat(id.clone()))?;
        let Some(Room { chat, watches, filed, .. }) = self.rooms.remove(place) else { return Ok(()) };
        for held in watches.iter() {
            self.watches.end(held.watch, &mut self.people);
            if let Some(watcher) = self.people.id(held.watcher).cloned() {
                events.push(Event::WatchEnded { chat: chat.id().clone(), watcher, reason: EndReason::ChatEnded });
            }
            self.people.leave(held.watcher);
        }
        self.index.remove(&mut self.rooms, &chat, filed);
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
        if let Some(room) = self.rooms.get_mut(place) {
            room.chat.join(watcher.clone());
        }
        self.index.insert_operator(&mut self.rooms, place, &watcher);
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
        let to: Vec<_> = self.recipients(&id, Channel::Internal).attending().cloned().collect();
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
        let Some(chat) = self.rooms.get_mut(place).map(|room| &mut room.chat) else { return };
        if chat.joined().is_empty() {
            return;
        }
        let id = chat.id().clone();
        for operator in chat.put_out(|joined| leaves(&self.engine, joined)) {
            self.index.remove_operator(&mut self.rooms, place, &operator);
            events.push(Event::Left { chat: id.clone(), operator, reason });
        }
    }

    /// A live chat, to be changed.
    fn live(&mut self, id: &ChatId) -> Result<(Place, &mut Chat), Refusal> {
        let found = self.rooms.find(id).and_then(|place| Some((place, &mut self.rooms.get_mut(place)?.chat)));
        found.ok_or_else(|| Refusal::UnknownChat(id.clone()))
    }
}
