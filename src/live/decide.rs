//! Deciding chats anew: their watches are made what the engine grants.

use alloc::vec::Vec;

use super::list::Held;
use super::watches::Rules;
use super::{EndReason, Event, LiveMonitor};
#[cfg(feature = "serde")]
use crate::engine::Number;
use crate::engine::{Granting, MonitorEngine};
use crate::id::{OperatorId, RuleId};
use crate::rule::Rule;
use crate::slab::Place;
use crate::verdict::Verdict;

/// Room for deciding one chat, to be used again. It is no part of the state, and a clone has its own.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) granting: Vec<Granting>,
    /// For each that grants the next of the same watcher.
    next: Vec<usize>,
    /// The watchers, in the order of their first rule.
    groups: Vec<Group>,
    /// By engine's number: the group of a watcher.
    by_number: Marks,
    /// By person: who is granted the chat.
    by_person: Marks,
    ended: Vec<(Held, EndReason)>,
}

impl Clone for Scratch {
    fn clone(&self) -> Self {
        Scratch::default()
    }
}

/// The rules that grant one watcher a chat.
#[derive(Clone, Copy, Debug)]
struct Group {
    /// The watcher, if they watch or attend anything yet.
    person: Place,
    first: usize,
    last: usize,
}

/// What is noted of some numbers, forgotten all at once.
#[derive(Debug, Default)]
struct Marks {
    marks: Vec<(u32, u32)>,
    mark: u32,
}

impl Marks {
    /// Forgets all, and makes room for so many numbers.
    fn forget(&mut self, all: usize) {
        if self.marks.len() < all {
            self.marks.resize(all, (0, 0));
        }
        self.mark = self.mark.checked_add(1).unwrap_or_else(|| {
            self.marks.fill((0, 0));
            1
        });
    }

    fn get(&self, number: usize) -> Option<u32> {
        self.marks.get(number).filter(|(mark, _)| *mark == self.mark).map(|(_, noted)| *noted)
    }

    fn note(&mut self, number: usize, noted: u32) {
        if let Some(place) = self.marks.get_mut(number) {
            *place = (self.mark, noted);
        }
    }
}

/// No next one.
const NONE: usize = usize::MAX;

impl Scratch {
    /// Strings together what grants by watcher.
    pub(super) fn group(&mut self, numbers: usize) {
        self.groups.clear();
        self.next.clear();
        self.next.resize(self.granting.len(), NONE);
        self.by_number.forget(numbers);
        for (at, Granting { number, .. }) in self.granting.iter().enumerate() {
            let group = self.by_number.get(number.index());
            match group.and_then(|group| self.groups.get_mut(group as usize)) {
                Some(group) => {
                    if let Some(next) = self.next.get_mut(group.last) {
                        *next = at;
                    }
                    group.last = at;
                }
                None => {
                    self.by_number.note(number.index(), self.groups.len() as u32);
                    self.groups.push(Group { person: Place::NOWHERE, first: at, last: at });
                }
            }
        }
    }

    /// How many are granted the chat.
    #[cfg(feature = "serde")]
    pub(super) fn watchers(&self) -> usize {
        self.groups.len()
    }

    /// The rules of one watcher, if there are any.
    #[cfg(feature = "serde")]
    pub(super) fn rules_of(&self, watcher: Number, engine: &MonitorEngine) -> Option<Rules> {
        let group = self.groups.get(self.by_number.get(watcher.index())? as usize)?;
        let rules: Vec<RuleId> = self.rules(*group, engine).cloned().collect();
        Some(rules.as_slice().into())
    }

    /// The rules of a group, in rule order.
    fn rules<'a>(&'a self, group: Group, engine: &'a MonitorEngine) -> impl Iterator<Item = &'a RuleId> {
        let mut next = group.first;
        core::iter::from_fn(move || {
            let granting = self.granting.get(next)?;
            next = self.next.get(next).copied().unwrap_or(NONE);
            engine.rule_at(granting.place).map(|rule| rule.id())
        })
    }
}

impl LiveMonitor {
    /// Makes the watches of several chats what the engine grants, chat by chat.
    pub(super) fn decide_all(&mut self, places: Vec<Place>, events: &mut Vec<Event>) {
        places.into_iter().for_each(|place| self.decide(place, events));
    }

    /// Makes the watches of one chat what the engine grants: first those that end, in the order in which they began, then
    /// those that start or change, in the order of their first rule.
    pub(super) fn decide(&mut self, place: Place, events: &mut Vec<Event>) {
        let Some(room) = self.rooms.get(place) else { return };
        self.engine.granting(&room.chat, &mut self.scratch.granting);
        if self.scratch.granting.is_empty() && room.watches.is_empty() {
            return;
        }
        self.scratch.group(self.engine.numbers());
        self.find_people();
        self.end_former(place, events);
        for at in 0..self.scratch.groups.len() {
            let Some(group) = self.scratch.groups.get(at).copied() else { continue };
            let watch = self.rooms.get(place).and_then(|room| room.watches.find(group.person));
            let watch = watch.and_then(|place| Some((place, self.watches.get(place)?)));
            let is_same = |before: &[RuleId]| self.scratch.rules(group, &self.engine).eq(before);
            if watch.is_some_and(|(_, watch)| is_same(watch.rules.as_slice())) {
                continue;
            }
            let rules: Vec<RuleId> = self.scratch.rules(group, &self.engine).cloned().collect();
            match watch {
                Some((watch, _)) => self.change(watch, rules, events),
                None => {
                    let first =
                        self.scratch.granting.get(group.first).and_then(|found| self.engine.rule_at(found.place));
                    if let Some(watcher) = first.map(|rule| rule.watcher().clone()) {
                        self.start(place, watcher, rules, events);
                    }
                }
            }
        }
    }

    /// Finds the people to whom the chat is granted.
    fn find_people(&mut self) {
        let Self { scratch, people, engine, .. } = self;
        scratch.by_person.forget(people.numbers());
        for group in &mut scratch.groups {
            let first = scratch.granting.get(group.first).and_then(|found| engine.rule_at(found.place));
            group.person = first.and_then(|rule| people.find(rule.watcher())).unwrap_or_default();
            scratch.by_person.note(group.person.index(), 0);
        }
    }

    /// Ends the watches of a chat that nothing grants any more.
    fn end_former(&mut self, place: Place, events: &mut Vec<Event>) {
        let mut ended = core::mem::take(&mut self.scratch.ended);
        self.note_former(place, &mut ended);
        ended.drain(..).for_each(|(held, reason)| self.end(place, held, reason, events));
        self.scratch.ended = ended;
    }

    /// Notes which watches of a chat nothing grants any more, and why.
    fn note_former(&self, place: Place, ended: &mut Vec<(Held, EndReason)>) {
        let Some(room) = self.rooms.get(place) else { return };
        let asked = self.engine.asking(&room.chat);
        for held in room.watches.iter() {
            if self.scratch.by_person.get(held.watcher.index()).is_none() {
                let rules = self.watches.get(held.watch).map(|watch| watch.rules.as_slice()).unwrap_or_default();
                ended.extend(self.reason(rules, &asked).map(|reason| (held, reason)));
            }
        }
    }

    /// Why a watch ends when its rules no longer grant it: the first of them in rule order says.
    fn reason(&self, rules: &[RuleId], asked: impl Fn(&Rule) -> Verdict) -> Option<EndReason> {
        rules.iter().find_map(|rule| match self.engine.rule(rule) {
            Some(rule) => EndReason::of(asked(rule)),
            None => Some(EndReason::RuleRemoved),
        })
    }

    /// Makes one watch what `rules` say: started, changed, ended, or left as it is.
    pub(super) fn settle(&mut self, place: Place, watcher: &OperatorId, rules: &[RuleId], events: &mut Vec<Event>) {
        let Some(room) = self.rooms.get(place) else { return };
        let person = self.people.find(watcher);
        let watch = person.and_then(|person| room.watches.find(person));
        match watch.and_then(|place| Some((place, self.watches.get(place)?))) {
            None if rules.is_empty() => {}
            None => self.start(place, watcher.clone(), rules.into(), events),
            Some((_, watch)) if watch.rules.as_slice() == rules => {}
            Some((held, watch)) if rules.is_empty() => {
                let reason = self.reason(watch.rules.as_slice(), self.engine.asking(&room.chat));
                let held = Held { watcher: watch.watcher, watch: held };
                if let Some(reason) = reason {
                    self.end(place, held, reason, events);
                }
            }
            Some((watch, _)) => self.change(watch, rules.into(), events),
        }
    }

    fn start(&mut self, place: Place, watcher: OperatorId, rules: Vec<RuleId>, events: &mut Vec<Event>) {
        self.keep_chat(place);
        self.begin(place, &watcher, rules.as_slice().into());
        if let Some(room) = self.rooms.get(place) {
            events.push(Event::WatchStarted { chat: room.chat.id().clone(), watcher, rules });
        }
    }

    /// Begins a watch, and tells nobody.
    pub(super) fn begin(&mut self, place: Place, watcher: &OperatorId, rules: Rules) {
        let Some(room) = self.rooms.get_mut(place) else { return };
        let person = self.people.enter(watcher);
        let watch = self.watches.start(place, person, rules, &mut self.people);
        room.watches.push(Held { watcher: person, watch });
    }

    fn change(&mut self, watch: Place, rules: Vec<RuleId>, events: &mut Vec<Event>) {
        let Some(watch) = self.watches.get_mut(watch) else { return };
        watch.rules = rules.as_slice().into();
        if let Some((room, watcher)) = self.rooms.get(watch.room).zip(self.people.id(watch.watcher)) {
            let (chat, watcher) = (room.chat.id().clone(), watcher.clone());
            events.push(Event::WatchChanged { chat, watcher, rules });
        }
    }

    /// Ends the watch of a watcher, if they have one.
    pub(super) fn end_watch(&mut self, place: Place, watcher: &OperatorId, reason: EndReason, events: &mut Vec<Event>) {
        let person = self.people.find(watcher);
        let watch = person.and_then(|person| Some((person, self.rooms.get(place)?.watches.find(person)?)));
        if let Some((watcher, watch)) = watch {
            self.end(place, Held { watcher, watch }, reason, events);
        }
    }

    fn end(&mut self, place: Place, held: Held, reason: EndReason, events: &mut Vec<Event>) {
        self.keep_chat(place);
        let Some(room) = self.rooms.get_mut(place) else { return };
        room.watches.remove(held.watcher);
        self.watches.end(held.watch, &mut self.people);
        if let Some(watcher) = self.people.id(held.watcher).cloned() {
            events.push(Event::WatchEnded { chat: room.chat.id().clone(), watcher, reason });
        }
        self.people.leave(held.watcher);
    }
}
