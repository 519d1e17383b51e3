//! The logs, merged by `g`, through one monitor: what should have been told, and to whom (law 2).

use std::collections::BTreeMap;

use chat_monitor::{ChatId, Event, LiveMonitor, MonitorEngine, OperatorId};

use super::world::{World, log_of};
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
    /// The command on the rules that made it happen; none where something in the shard did.
    pub(super) by_rules: Option<u64>,
}

#[derive(Debug, Default)]
pub(super) struct Reference {
    pub(super) told: BTreeMap<Shard, Vec<Happening>>,
    /// Which records hold an id.
    pub(super) places: BTreeMap<String, Vec<(Log, u64)>>,
    /// What operators watched after a record.
    pub(super) watched: BTreeMap<(Shard, u64, OperatorId), Vec<ChatId>>,
}

/// Reads the archive; what is wrong with it is an error that names the check.
pub(super) fn reference(world: &World) -> Result<Reference, String> {
    let mut logs = BTreeMap::new();
    for log in Log::all(world.settings.shards) {
        logs.insert(log, records(world, log)?);
    }
    let mut made = Making {
        one: LiveMonitor::new(MonitorEngine::new()),
        world,
        waiting: BTreeMap::new(),
        made: Reference::default(),
    };
    let rules = logs.remove(&Log::Rules).unwrap_or_default();
    let mut next: BTreeMap<Shard, usize> = BTreeMap::new();
    for g in 0..=rules.len() {
        if let Some(record) = g.checked_sub(1).and_then(|nth| rules.get(nth)) {
            made.rules(g as u64, record)?;
        }
        for shard in Shard::all(world.settings.shards) {
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

fn records(world: &World, log: Log) -> Result<Vec<Record>, String> {
    let mut tail = Tail::default();
    let all = world.archive.get(&log).map(Vec::as_slice).unwrap_or_default();
    let read = |(bytes, p): (&Vec<u8>, u64)| tail.follow(p, bytes);
    let records: Result<Vec<Record>, _> = all.iter().zip(1..).map(read).collect();
    let records = records.map_err(|broken| format!("the logs chain: {log}: {broken}"))?;
    for entry in records.iter().flat_map(|record| &record.items) {
        if log_of(&entry.item, world.settings.shards) != log {
            return Err(format!("items stand in the log of their shard: {} stands in {log}", entry.id));
        }
    }
    Ok(records)
}

struct Making<'a> {
    one: LiveMonitor,
    world: &'a World,
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
                let shard = Shard::of(told.what.chat(), self.world.settings.shards);
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
        let happenings = happenings.map(|((told, by_rules), i)| Happening { at: Place { p, i }, told, by_rules });
        self.made.told.entry(shard).or_default().extend(happenings);
        for somebody in &self.world.people {
            let Person::Operator(operator) = &somebody.person else { continue };
            let (monitored, _) = chats_of(&self.one, &somebody.person);
            let here = |line: &Line| Shard::of(&line.chat, self.world.settings.shards) == shard;
            let chats = monitored.into_iter().filter(here).map(|line| line.chat).collect();
            self.made.watched.insert((shard, p, operator.clone()), chats);
        }
        Ok(())
    }
}

impl Reference {
    /// The first end of `operator`'s watch of `chat` after a place.
    pub(super) fn end(&self, shard: Shard, after: Place, operator: &OperatorId, chat: &ChatId) -> Option<&Happening> {
        let told = self.told.get(&shard)?;
        told.iter().filter(|happening| happening.at > after).find(|happening| match &happening.told.what {
            What::Event(Event::WatchEnded { chat: ended, watcher, .. }) => ended == chat && watcher == operator,
            What::Event(_) | What::Said { .. } | What::Advised { .. } | What::Attending { .. } | What::Ended { .. } => {
                false
            }
        })
    }
}
