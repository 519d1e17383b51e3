//! The owner of a shard: its chats, and all the rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use chat_monitor::LiveMonitor;
use indexmap::IndexMap;

use super::desk::{Duty, Found};
use super::sent::Sent;
use super::{Effect, Loaded, Snapshot};
use crate::Time;
use crate::fault::{Fault, planted};
use crate::ids::Ids;
use crate::message::{Answer, Ask, Look, Place, Position, Seen, Sight, ToGateway, Told};
use crate::record::{Entry, Item, Record};
use crate::settings::Settings;
use crate::shard::{Log, Shard};
use crate::snapshot::ShardSnapshot;
use crate::tail::{Broken, Tail};
use crate::telling::{carry_out, chats_of};

/// What only the owner of a shard has.
#[derive(Clone, Debug)]
pub struct ShardDuty {
    shard: Shard,
    shards: u16,
    live: LiveMonitor,
    /// How far the rules are applied.
    rules: Tail,
    /// Records of the rules that are not applied yet.
    coming: BTreeMap<u64, Vec<u8>>,
    sent: Sent,
}

impl ShardDuty {
    /// Applies the record of the rules that follows.
    fn apply_rules(&mut self, record: &[u8], told: &mut Vec<Told>) -> Result<(), Broken> {
        let p = self.rules.p + 1;
        let record = self.rules.follow(p, record)?;
        apply(&mut self.live, p, &record, told)
    }

    fn apply_rules_to(&mut self, g: u64, told: &mut Vec<Told>) -> Result<(), Broken> {
        while self.rules.p < g {
            let p = self.rules.p + 1;
            let record = self.coming.remove(&p).ok_or(Broken::Gap(p))?;
            self.apply_rules(&record, told)?;
        }
        Ok(())
    }

    fn position(&self, tail: &Tail, after: Place) -> Position {
        Position { shard: self.shard, p: tail.p, g: tail.g, epoch: tail.epoch, after }
    }

    fn passed(&self, tail: &Tail) -> ToGateway {
        ToGateway::Passed(self.position(tail, self.sent.last()))
    }
}

fn apply(live: &mut LiveMonitor, p: u64, record: &Record, told: &mut Vec<Told>) -> Result<(), Broken> {
    for entry in &record.items {
        told.extend(carry_out(live, &entry.item).map_err(|_| Broken::Refused(p))?);
    }
    Ok(())
}

impl Duty for ShardDuty {
    fn load(settings: &Settings, log: Log, loaded: Loaded, now: Time) -> Result<Found<Self>, Broken> {
        let (Log::Shard(shard), Loaded::Shard { snapshot, records, rules, rules_records }) = (log, loaded) else {
            return Err(Broken::Form(0));
        };
        let place = snapshot.as_ref().map(|snapshot| snapshot.tail.p);
        let (mut tail, last, ids, chats) = match snapshot {
            Some(ShardSnapshot { tail, told, ids, chats }) => (tail, told, ids, Some(chats)),
            None => (Tail::default(), Place::default(), Vec::new(), None),
        };
        let (rules, live) = match Arc::try_unwrap(rules) {
            Ok(rules) => (rules.tail, rules.live),
            Err(rules) => (rules.tail.clone(), rules.live.clone()),
        };
        let mut ids = Ids::load(ids, now);
        let mut duty = ShardDuty {
            shard,
            shards: settings.shards,
            live,
            rules,
            coming: rules_records.into_iter().collect(),
            sent: Sent::new(shard, last, settings.deliveries_kept),
        };
        duty.apply_rules_to(tail.g, &mut Vec::new())?;
        if let Some(chats) = chats {
            // Under the same engine nothing changes.
            let changed = duty.live.take_up(chats).map_err(|_| Broken::Form(tail.p))?;
            if duty.rules.p != tail.g || !changed.is_empty() {
                return Err(Broken::Form(tail.p));
            }
        }
        for (p, bytes) in records {
            let record = tail.follow(p, &bytes)?;
            let mut told = Vec::new();
            duty.apply_rules_to(record.g, &mut told)?;
            apply(&mut duty.live, p, &record, &mut told)?;
            record.items.iter().for_each(|entry| ids.remember(&entry.id, p, now));
            duty.sent.push(p, told);
        }
        Ok(Found { duty, tail, ids, snapshot: place })
    }

    fn follow(&self) -> Option<u64> {
        Some(self.heard(&self.rules))
    }

    fn g(&self, _p: u64) -> u64 {
        self.rules.p
    }

    fn heard(&self, _tail: &Tail) -> u64 {
        self.coming.last_key_value().map_or(self.rules.p, |(p, _)| *p)
    }

    fn hear_rules(&mut self, p: u64, record: Vec<u8>) {
        if p > self.rules.p {
            self.coming.insert(p, record);
        }
    }

    fn prepare(&mut self, _now: Time, told: &mut Vec<Told>, _entries: &mut Vec<Entry>) -> Result<(), Broken> {
        while let Some(record) = self.coming.remove(&(self.rules.p + 1)) {
            self.apply_rules(&record, told)?;
        }
        Ok(())
    }

    fn is_ready(&self, ask: &Ask) -> bool {
        ask.g <= self.rules.p
    }

    fn is_here(&self, item: &Item) -> bool {
        item.chat().is_some_and(|chat| Shard::of(chat, self.shards) == self.shard || planted(Fault::OtherHash))
    }

    fn live(&mut self) -> &mut LiveMonitor {
        &mut self.live
    }

    fn hear_look(&mut self, _look: &Look, _now: Time) {}

    fn look(&self, look: &Look, tail: &Tail, told: usize) -> Option<Seen> {
        let after = match u32::try_from(told) {
            Ok(0) => self.sent.last(),
            Ok(told) => Place { p: tail.p, i: told - 1 },
            Err(_) => Place::end(tail.p),
        };
        let at = self.position(tail, after);
        match &look.at {
            Sight::Position => Some(Seen::Position(at)),
            Sight::Chats(person) => {
                let (monitored, attending) = chats_of(&self.live, person);
                Some(Seen::Chats { at, monitored, attending })
            }
            Sight::Alive { .. } => None,
        }
    }

    fn tell(&mut self, tail: &Tail, told: Vec<Told>, out: &mut Vec<Effect>) {
        let made = self.sent.push(tail.p, told);
        let told = self.sent.newest(made).cloned().map(ToGateway::Told);
        out.extend(told.map(|message| Effect::Tell { gateway: None, message }));
        out.push(Effect::Tell { gateway: None, message: self.passed(tail) });
    }

    /// All gateways hear everything that is told; what is done goes along.
    fn landed(&mut self, p: u64, asked: IndexMap<String, String>, out: &mut Vec<Effect>) {
        if !asked.is_empty() {
            let ids = asked.into_keys().collect();
            out.push(Effect::Tell { gateway: None, message: ToGateway::Done { p, ids } });
        }
    }

    fn done(&mut self, p: u64, gateway: String, id: String, out: &mut Vec<Effect>) {
        let message = ToGateway::Answer { id, answer: Answer::Done { p } };
        out.push(Effect::Tell { gateway: Some(gateway), message });
    }

    fn again(&self, tail: &Tail, gateway: String, floor: Place, out: &mut Vec<Effect>) {
        let to = |message| Effect::Tell { gateway: Some(gateway.clone()), message };
        match self.sent.since(floor) {
            Some(told) => {
                out.extend(told.cloned().map(ToGateway::Told).map(to));
                out.push(to(self.passed(tail)));
            }
            None => out.push(to(ToGateway::Lost(self.position(tail, self.sent.last())))),
        }
    }

    fn tick(&mut self, tail: &Tail, out: &mut Vec<Effect>) {
        out.push(Effect::Tell { gateway: None, message: self.passed(tail) });
        // One before these was lost on the way.
        if self.coming.first_key_value().is_some_and(|(p, _)| *p > self.rules.p + 1) {
            out.push(Effect::Follow { after: self.rules.p });
        }
    }

    fn settle(&mut self, _out: &mut Vec<Effect>) {}

    fn snapshot(&self, tail: &Tail, ids: Vec<(String, u64)>) -> Snapshot {
        let chats = self.live.saved_chats();
        Snapshot::Shard(Box::new(ShardSnapshot { tail: tail.clone(), told: self.sent.last(), ids, chats }))
    }

    /// Two snapshots are kept, and the log from the older one.
    fn purge(saved: &[u64], _covered: Option<u64>) -> Option<u64> {
        Some(saved.iter().rev().nth(1).copied().unwrap_or_default())
    }
}
