//! Saving in parts while the monitor goes on.
//!
//! What was there when a saving began lies where it always does until it is written. A change to what is not written yet
//! first keeps here how it was. So each part is made of what is kept and of what has not changed, and all of them together
//! are the monitor at one moment.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::LiveMonitor;
use super::people::People;
use super::rooms::Rooms;
use super::saved::{EngineHead, Head, Part, SavedChat, SavedPart};
use super::watches::Watches;
use crate::engine::{MonitorEngine, Number, Seq};
use crate::id::{OperatorId, RuleId};
use crate::operator::Operator;
use crate::operator::form::OwnedLine;
use crate::rule::Rule;
use crate::slab::Place;
use crate::wire::Version;

/// A saving that is going on.
#[derive(Clone, Debug)]
pub(super) struct Saving {
    head: Option<Head>,
    operators: Unwritten<Number, OwnedLine>,
    rules: Unwritten<Place, Rule>,
    chats: Unwritten<Place, SavedChat>,
}

/// What is not written yet of one kind of thing, each with its place in their order.
#[derive(Clone, Debug)]
struct Unwritten<C, T> {
    /// The next one of those that are there now.
    cursor: C,
    /// Whatever comes before is written.
    next: Seq,
    /// Whatever comes from here on came later than the saving began.
    end: Seq,
    /// What has changed, as it was; none where there was nothing.
    kept: BTreeMap<Seq, Option<T>>,
}

impl<C: Copy, T> Unwritten<C, T> {
    fn from(cursor: C, end: Seq) -> Self {
        Unwritten { cursor, next: 0, end, kept: BTreeMap::new() }
    }

    /// Keeps how something was, before the first change to it.
    fn keep(&mut self, at: Seq, as_it_was: impl FnOnce() -> Option<T>) {
        if (self.next..self.end).contains(&at) {
            self.kept.entry(at).or_insert_with(as_it_was);
        }
    }

    /// The next in order; `Some(None)` where there was nothing, and none at the end. `here` says of what is there now its
    /// place in the order and what follows it.
    fn next(
        &mut self,
        here: impl FnOnce(C) -> Option<(Seq, C)>,
        make: impl FnOnce(C) -> Option<T>,
    ) -> Option<Option<T>> {
        let there = here(self.cursor).filter(|(at, _)| *at < self.end);
        let kept = self.kept.first_key_value().map(|(at, _)| *at);
        let at = there.map(|(at, _)| at).into_iter().chain(kept).min()?;
        let cursor = self.cursor;
        if let Some((_, after)) = there.filter(|(there, _)| *there == at) {
            self.cursor = after;
        }
        self.next = at + 1;
        Some(self.kept.remove(&at).unwrap_or_else(|| make(cursor)))
    }
}

/// Saving in parts.
impl LiveMonitor {
    /// Begins to save the monitor as it is now, in parts; gives up a saving that is going on.
    ///
    /// Between the parts the monitor goes on, so a host with very many chats never waits long. It takes time in proportion
    /// to the exclusions alone. Until the last part is taken, each chat, rule and operator that changes for the first
    /// time and is not written yet is copied first. A clone goes on saving by itself.
    ///
    /// ```
    /// use chat_monitor::{Chat, Command, LiveMonitor, MonitorEngine, SavedMonitor};
    ///
    /// let mut live = LiveMonitor::new(MonitorEngine::new());
    /// live.apply(Command::StartChat(Chat::new("c1".parse()?)))?;
    /// let then = live.clone();
    ///
    /// live.begin_saving();
    /// let mut parts = Vec::new();
    /// while let Some(part) = live.save_part(1_000) {
    ///     parts.push(part);
    ///     // Whatever comes meanwhile is done, and is not saved.
    ///     live.apply(Command::StartChat(Chat::new((parts.len() as u64).into())))?;
    /// }
    /// assert_eq!(SavedMonitor::of_parts(parts)?.load()?, then);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn begin_saving(&mut self) {
        let engine = EngineHead {
            policy: self.engine.policy().clone(),
            operators: self.engine.operator_count() as u64,
            rules: self.engine.rule_count() as u64,
            exclusions: self.engine.exclusions().cloned().collect(),
            now: self.engine.now(),
        };
        self.begin_saving_with(Some(engine), self.engine.numbers() as u64, self.engine.next_seq());
    }

    /// The same without the engine: for [`SavedChats::of_parts`](crate::SavedChats::of_parts).
    pub fn begin_saving_chats(&mut self) {
        self.begin_saving_with(None, 0, 0);
    }

    fn begin_saving_with(&mut self, engine: Option<EngineHead>, operators: Seq, rules: Seq) {
        let (chats, watches) = (self.chat_count() as u64, self.watch_count() as u64);
        self.saving = Some(Box::new(Saving {
            head: Some(Head { version: Version, engine, chats, watches }),
            operators: Unwritten::from(Number::LEAST, operators),
            rules: Unwritten::from(self.engine.oldest_rule(), rules),
            chats: Unwritten::from(self.rooms.oldest(), self.rooms.next_seq()),
        }));
    }

    /// The next part, of so many lines at most and at least one: a line is an operator, a rule, or a chat with its
    /// watches. None once all is saved, and where no saving was begun.
    pub fn save_part(&mut self, lines: usize) -> Option<SavedPart> {
        let Self { saving, engine, rooms, people, watches, .. } = self;
        let part =
            saving.as_mut()?.part(lines.max(1), engine, |place| saved_chat(place, rooms, people, watches), rooms);
        if part.is_none() {
            *saving = None;
        }
        part.map(SavedPart)
    }

    /// Called before a chat changes.
    pub(super) fn keep_chat(&mut self, place: Place) {
        let Self { saving: Some(saving), rooms, people, watches, .. } = self else { return };
        if let Some(room) = rooms.get(place) {
            saving.chats.keep(room.seq, || saved_chat(place, rooms, people, watches));
        }
    }

    /// Called before a chat ends.
    pub(super) fn keep_ending(&mut self, place: Place) {
        self.keep_chat(place);
        let Some(saving) = &mut self.saving else { return };
        if saving.chats.cursor == place {
            saving.chats.cursor = self.rooms.after(place);
        }
    }

    /// Called before a rule changes.
    pub(super) fn keep_rule(&mut self, rule: &RuleId) {
        let Self { saving: Some(saving), engine, .. } = self else { return };
        if let Some((rule, seq)) = engine.rule(rule).zip(engine.seq(rule)) {
            saving.rules.keep(seq, || Some(rule.clone()));
        }
    }

    /// Called before a rule is removed.
    pub(super) fn keep_removed(&mut self, rule: &RuleId) {
        self.keep_rule(rule);
        let Some(saving) = &mut self.saving else { return };
        let place = self.engine.place_of(rule).filter(|place| *place == saving.rules.cursor);
        if let Some((_, after)) = place.and_then(|place| self.engine.rule_there(place)) {
            saving.rules.cursor = after;
        }
    }

    /// Called when an operator changes who has a number, with what was known of them.
    pub(super) fn keep_operator(&mut self, id: &OperatorId, before: Option<Operator>) {
        let Some(saving) = &mut self.saving else { return };
        if let Some(number) = self.engine.number(id) {
            saving.operators.keep(number.index() as u64, || before.map(|operator| OwnedLine(id.clone(), operator)));
        }
    }
}

impl Saving {
    fn part(
        &mut self,
        lines: usize,
        engine: &MonitorEngine,
        saved_chat: impl Fn(Place) -> Option<SavedChat>,
        rooms: &Rooms,
    ) -> Option<Part> {
        if let Some(head) = self.head.take() {
            return Some(Part::Head(head));
        }
        let operator = |number: Number| {
            let (id, operator) = engine.operator_there(number)?;
            Some(OwnedLine(id.clone(), operator))
        };
        let operators = &mut self.operators;
        let lines_of_operators =
            take(lines, || operators.next(|number| Some((number.index() as u64, number.next())), operator));
        if !lines_of_operators.is_empty() {
            return Some(Part::Operators(lines_of_operators));
        }
        let rules =
            take(lines, || self.rules.next(|place| engine.rule_there(place), |place| engine.rule_at(place).cloned()));
        if !rules.is_empty() {
            return Some(Part::Rules(rules));
        }
        let here = |place| Some((rooms.get(place)?.seq, rooms.after(place)));
        let chats = take(lines, || self.chats.next(here, &saved_chat));
        (!chats.is_empty()).then_some(Part::Chats(chats))
    }
}

/// Up to so many, as long as there are some.
fn take<T>(lines: usize, next: impl FnMut() -> Option<Option<T>>) -> Vec<T> {
    core::iter::from_fn(next).flatten().take(lines).collect()
}

/// A chat with its watches as they are.
fn saved_chat(place: Place, rooms: &Rooms, people: &People, watches: &Watches) -> Option<SavedChat> {
    let room = rooms.get(place)?;
    let held = room.watches.iter();
    let watches = held.filter_map(|held| Some((people.id(held.watcher)?.clone(), watches.get(held.watch)?.seq)));
    Some(SavedChat { chat: room.chat.clone(), watches: watches.collect() })
}
