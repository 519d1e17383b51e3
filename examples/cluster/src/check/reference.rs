//! The logs, merged by `g`, through one monitor: what should have been told, and to whom (law 2).

use std::collections::{BTreeMap, BTreeSet};

use chat_monitor::{ChatId, Event, LiveMonitor, MonitorEngine, OperatorId};

use super::{Course, Happened};
use crate::gateway::Paper;
use crate::message::{Line, Place, Told, What};
use crate::record::{Item, Person, Record};
use crate::shard::{Log, Shard};
use crate::tail::Tail;
use crate::telling::{carry_out, chats_of};

/// What was told at one place.
#[derive(Clone, Debug)]
pub(super) struct Happening {
    pub(super) at: Place,
    pub(super) told: Told,
}

/// The end of a watch.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) at: Place,
    /// The command on the rules that made it happen; none where something in the shard did.
    pub(super) by_rules: Option<u64>,
}

#[derive(Debug, Default)]
pub(super) struct Reference {
    pub(super) told: BTreeMap<Shard, Vec<Happening>>,
    /// The ends of watches.
    ends: BTreeMap<(Shard, OperatorId, ChatId), Vec<End>>,
    /// Which records hold an id.
    pub(super) places: BTreeMap<String, Vec<(Log, u64)>>,
    /// What operators watched after those records after which lists were read.
    pub(super) watched: BTreeMap<(Shard, u64, OperatorId), Vec<ChatId>>,
}

/// Reads the archive; what is wrong with it is an error that names the check.
pub(super) fn reference(course: &Course<'_>) -> Result<Reference, String> {
    let mut logs = BTreeMap::new();
    for log in Log::all(course.shards) {
        logs.insert(log, records(course, log)?);
    }
    let mut made = Making {
        one: LiveMonitor::new(MonitorEngine::new()),
        course,
        lists: course.history.iter().filter_map(list).collect(),
        waiting: BTreeMap::new(),
        made: Reference::default(),
    };
    let rules = logs.remove(&Log::Rules).unwrap_or_default();
    let mut next: BTreeMap<Shard, usize> = BTreeMap::new();
    for g in 0..=rules.len() {
        if let Some(record) = g.checked_sub(1).and_then(|nth| rules.get(nth)) {
            made.rules(g as u64, record)?;
        }
        for shard in Shard::all(course.shards) {
            let records = logs.get(&Log::Shard(shard)).map(Vec::as_slice).unwrap_or_default();
            let nth = next.entry(shard).or_default();
            while let Some(record) = records.get(*nth).filter(|record| record.g == g as u64) {
                *nth += 1;
                made.shard(shard, *nth as u64, record)?;
            }
        }
    }
    Ok(made.made)
}

fn records(course: &Course<'_>, log: Log) -> Result<Vec<Record>, String> {
    let mut tail = Tail::default();
    let all = course.archive.get(&log).map(Vec::as_slice).unwrap_or_default();
    let read = |(bytes, p): (&Vec<u8>, u64)| tail.follow(p, bytes);
    let records: Result<Vec<Record>, _> = all.iter().zip(1..).map(read).collect();
    let records = records.map_err(|broken| format!("the logs chain: {log}: {broken}"))?;
    for entry in records.iter().flat_map(|record| &record.items) {
        if entry.item.log(course.shards) != log {
            return Err(format!("items stand in the log of their shard: {} stands in {log}", entry.id));
        }
    }
    Ok(records)
}

fn list(happened: &Happened) -> Option<(Shard, u64)> {
    match happened {
        Happened::Read { out, .. } if matches!(out.paper, Paper::Chats { .. }) => Some((out.shard, out.at.p)),
        Happened::Read { .. } | Happened::Done { .. } | Happened::Refused { .. } | Happened::Begun { .. } => None,
    }
}

struct Making<'a> {
    one: LiveMonitor,
    course: &'a Course<'a>,
    /// After which records lists were read.
    lists: BTreeSet<(Shard, u64)>,
    /// What the rules made happen, until the next record of the shard.
    waiting: BTreeMap<Shard, Vec<(Told, Option<u64>)>>,
    made: Reference,
}

impl Making<'_> {
    fn carry_out(&mut self, log: Log, p: u64, id: &str, item: &Item) -> Result<Vec<Told>, String> {
        if !id.is_empty() {
            self.made.places.entry(id.to_owned()).or_default().push((log, p));
        }
        carry_out(&mut self.one, item)
            .map_err(|refusal| format!("one monitor accepts what is in the logs: {id} in {log} at {p}: {refusal}"))
    }

    fn rules(&mut self, g: u64, record: &Record) -> Result<(), String> {
        for entry in &record.items {
            for told in self.carry_out(Log::Rules, g, &entry.id, &entry.item)? {
                let shard = Shard::of(told.what.chat(), self.course.shards);
                self.waiting.entry(shard).or_default().push((told, Some(g)));
            }
        }
        Ok(())
    }

    fn shard(&mut self, shard: Shard, p: u64, record: &Record) -> Result<(), String> {
        let mut all = self.waiting.remove(&shard).unwrap_or_default();
        for entry in &record.items {
            let told = self.carry_out(Log::Shard(shard), p, &entry.id, &entry.item)?;
            all.extend(told.into_iter().map(|told| (told, None)));
        }
        let happenings = all.into_iter().zip(0..);
        for ((told, by_rules), i) in happenings {
            let at = Place { p, i };
            if let What::Event(Event::WatchEnded { chat, watcher, .. }) = &told.what {
                let ends = self.made.ends.entry((shard, watcher.clone(), chat.clone())).or_default();
                ends.push(End { at, by_rules });
            }
            self.made.told.entry(shard).or_default().push(Happening { at, told });
        }
        if !self.lists.contains(&(shard, p)) {
            return Ok(());
        }
        for person in &self.course.people {
            let Person::Operator(operator) = person else { continue };
            let (monitored, _) = chats_of(&self.one, person);
            let here = |line: &Line| Shard::of(&line.chat, self.course.shards) == shard;
            let chats = monitored.into_iter().filter(here).map(|line| line.chat).collect();
            self.made.watched.insert((shard, p, operator.clone()), chats);
        }
        Ok(())
    }
}

impl Reference {
    pub(super) fn at(&self, shard: Shard, place: Place) -> Option<&Happening> {
        let told = self.told.get(&shard)?;
        told.binary_search_by_key(&place, |happening| happening.at).ok().and_then(|nth| told.get(nth))
    }

    /// The first end of `operator`'s watch of `chat` after a place.
    pub(super) fn end(&self, shard: Shard, after: Place, operator: &OperatorId, chat: &ChatId) -> Option<&End> {
        let ends = self.ends.get(&(shard, operator.clone(), chat.clone()))?;
        ends.get(ends.partition_point(|end| end.at <= after))
    }
}
