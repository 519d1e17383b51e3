//! What an owner has at hand while it serves: the state, which is as far as the log or one record further.

use std::collections::{BTreeMap, VecDeque};

use chat_monitor::{LiveMonitor, Refusal};
use indexmap::IndexMap;

use super::{Effect, Loaded, Snapshot};
use crate::Time;
use crate::allowed::allowed;
use crate::fault::{Fault, planted};
use crate::ids::Ids;
use crate::message::{Answer, Ask, Look, Place, Seen, ToGateway, Told};
use crate::record::{Entry, Item};
use crate::settings::{ID_MEMORY, SNAPSHOT_LIMIT, STORE_LIMIT, Settings};
use crate::shard::Log;
use crate::tail::{Broken, Tail};
use crate::telling::carry_out;

/// How much the items of one record may weigh, in bytes of JSON, before no more are taken: what is told of them must fit
/// into messages, too.
const RECORD_WEIGHT: usize = 256 * 1024;

/// What stays when an owner forgets what it knows.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    pub(super) log: Log,
    pub(super) host: String,
    pub(super) settings: Settings,
    pub(super) ticket: u64,
}

impl Seat {
    /// A number that was not used before, so that an answer to an earlier wish is known as such.
    pub(super) fn ticket(&mut self) -> u64 {
        self.ticket += 1;
        self.ticket
    }
}

/// What was found in a log.
#[derive(Debug)]
pub(crate) struct Found<D> {
    pub(super) duty: D,
    pub(super) tail: Tail,
    pub(super) ids: Ids,
    /// The place of the snapshot that it began with.
    pub(super) snapshot: Option<u64>,
}

/// In what the owner of the rules and that of a shard differ.
pub(crate) trait Duty: Sized {
    /// Reads what there is of the log.
    fn load(settings: &Settings, log: Log, loaded: Loaded, now: Time) -> Result<Found<Self>, Broken>;

    /// After which place the records of the rules are to be heard, if at all.
    fn follow(&self) -> Option<u64>;

    /// The `g` of a record at `p`, if it were added now.
    fn g(&self, p: u64) -> u64;

    /// The last record of the rules that it has heard of.
    fn heard(&self, tail: &Tail) -> u64;

    /// A record of the rules.
    fn hear_rules(&mut self, p: u64, record: Vec<u8>);

    /// What is to be done before the wishes.
    fn prepare(&mut self, now: Time, told: &mut Vec<Told>, entries: &mut Vec<Entry>) -> Result<(), Broken>;

    /// Whether it has applied what the wish presupposes.
    fn is_ready(&self, ask: &Ask) -> bool;

    /// Whether the item belongs in this log.
    fn is_here(&self, item: &Item) -> bool;

    /// The monitor.
    fn live(&mut self) -> &mut LiveMonitor;

    /// What a gateway says of itself when it looks.
    fn hear_look(&mut self, look: &Look, now: Time);

    /// What is to be seen; `tail` is where the log ends then, and `told` how much its last record has yet to tell.
    fn look(&self, look: &Look, tail: &Tail, told: usize) -> Option<Seen>;

    /// What the record at the end of `tail` made happen.
    fn tell(&mut self, tail: &Tail, told: Vec<Told>, out: &mut Vec<Effect>);

    /// The wishes of record `p`, which has just landed: the ids, and the gateways that asked.
    fn landed(&mut self, p: u64, asked: IndexMap<String, String>, out: &mut Vec<Effect>) {
        asked.into_iter().for_each(|(id, gateway)| self.done(p, gateway, id, out));
    }

    /// A wish stands in record `p`.
    fn done(&mut self, p: u64, gateway: String, id: String, out: &mut Vec<Effect>);

    /// What was told after `floor`, again.
    fn again(&self, tail: &Tail, gateway: String, floor: Place, out: &mut Vec<Effect>);

    /// Time passes.
    fn tick(&mut self, tail: &Tail, out: &mut Vec<Effect>);

    /// Answers what is in force by now, under a valid lease, and when nothing is in the state that is not durable.
    fn settle(&mut self, out: &mut Vec<Effect>);

    /// The state after the last record.
    fn snapshot(&self, tail: &Tail, ids: Vec<(String, u64)>) -> Snapshot;

    /// Up to where the log may be purged: `saved` are the places of durable snapshots, in order. None where it must be
    /// found out first what the shards need.
    fn purge(saved: &[u64], covered: Option<u64>) -> Option<u64>;
}

/// An append that is on its way.
#[derive(Clone, Debug)]
struct Flight {
    ticket: u64,
    since: Time,
    tail: Tail,
    batch: Batch,
}

/// What goes into one record, and what is answered when it has landed.
#[derive(Clone, Debug, Default)]
struct Batch {
    entries: Vec<Entry>,
    told: Vec<Told>,
    /// The ids of what is in it, and the gateways that asked.
    asked: IndexMap<String, String>,
    refused: IndexMap<String, (String, Refusal)>,
    answers: Vec<(String, ToGateway)>,
}

impl Batch {
    fn has(&self, asked: &str) -> bool {
        self.asked.contains_key(asked) || self.refused.contains_key(asked)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Desk<D> {
    pub(super) duty: D,
    tail: Tail,
    epoch: u64,
    ids: Ids,
    /// What this owner has refused: asking again gets the same answer.
    refused: BTreeMap<String, (Time, Answer)>,
    pub(super) asked: VecDeque<Ask>,
    pub(super) looks: Vec<Look>,
    flight: Option<Flight>,
    /// The places of the snapshots, in order.
    saved: Vec<u64>,
    /// Since when a snapshot is on its way.
    saving: Option<Time>,
    saved_at: Time,
    /// Another owner is to begin with a snapshot at this place or later.
    leaves_at: Option<u64>,
}

impl<D: Duty> Desk<D> {
    /// Reads what there is, and adds the record that fences others off.
    pub(super) fn open(seat: &mut Seat, loaded: Loaded, now: Time, out: &mut Vec<Effect>) -> Result<Self, Broken> {
        let Found { duty, tail, ids, snapshot } = D::load(&seat.settings, seat.log, loaded, now)?;
        let mut desk = Desk {
            epoch: tail.epoch + 1,
            duty,
            tail,
            ids,
            refused: BTreeMap::new(),
            asked: VecDeque::new(),
            looks: Vec::new(),
            flight: None,
            saved: snapshot.into_iter().collect(),
            saving: None,
            saved_at: now,
            leaves_at: None,
        };
        if let Some(after) = desk.duty.follow() {
            out.push(Effect::Follow { after });
        }
        desk.append(seat, now, Batch::default(), out);
        Ok(desk)
    }

    pub(super) fn tail(&self) -> &Tail {
        &self.tail
    }

    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Whether no other owner can add anything any more without this one noticing.
    pub(super) fn is_fenced(&self) -> bool {
        self.tail.epoch == self.epoch
    }

    /// Whether an append takes too long.
    pub(super) fn is_late(&self, now: Time) -> bool {
        self.flight.as_ref().is_some_and(|flight| now.saturating_sub(flight.since) >= STORE_LIMIT)
    }

    pub(super) fn flies(&self, ticket: u64) -> bool {
        self.flight.as_ref().is_some_and(|flight| flight.ticket == ticket)
    }

    pub(super) fn tick(&mut self, now: Time, out: &mut Vec<Effect>) {
        let then = now.saturating_sub(ID_MEMORY);
        self.ids.forget(then);
        self.refused.retain(|_, (at, _)| *at >= then);
        if self.saving.is_some_and(|since| now.saturating_sub(since) >= SNAPSHOT_LIMIT) {
            self.saving = None;
        }
        if self.is_fenced() {
            self.duty.tick(&self.tail, out);
        }
    }

    pub(super) fn again(&self, gateway: String, floor: Place, out: &mut Vec<Effect>) {
        if self.is_fenced() {
            self.duty.again(&self.tail, gateway, floor, out);
        }
    }

    /// The append has landed: only now anybody hears of it. Says how many wishes were in it.
    pub(super) fn landed(&mut self, p: u64, now: Time, out: &mut Vec<Effect>) -> u64 {
        let Some(Flight { tail, batch, .. }) = self.flight.take() else { return 0 };
        self.tail = Tail { p, ..tail };
        self.duty.tell(&self.tail, batch.told, out);
        let accepted = batch.asked.len() as u64;
        batch.asked.keys().for_each(|id| self.ids.remember(id, p, now));
        self.duty.landed(p, batch.asked, out);
        out.extend(batch.answers.into_iter().map(tell));
        accepted
    }

    /// Takes what waits, unless an append is on its way. Says how many wishes were refused.
    pub(super) fn go_on(
        &mut self,
        seat: &mut Seat,
        now: Time,
        valid: bool,
        out: &mut Vec<Effect>,
    ) -> Result<u64, Broken> {
        if self.flight.is_some() {
            return Ok(0);
        }
        let looks = std::mem::take(&mut self.looks);
        looks.iter().for_each(|look| self.duty.hear_look(look, now));
        let valid = valid || planted(Fault::StaleRefusal);
        if valid {
            self.duty.settle(out);
        }
        self.save(&seat.settings, now, out);
        let mut batch = Batch::default();
        self.duty.prepare(now, &mut batch.told, &mut batch.entries)?;
        self.take_asked(&seat.settings, &mut batch, out);
        // Law 6: what leaves no trace in the log is answered under a valid lease, or when the next append has landed.
        let traceless = batch.answers.len() + batch.refused.len() + looks.len();
        let unsure = !valid && traceless > 0;
        let rose = self.duty.g(self.tail.p) > self.tail.g;
        let appends = !batch.entries.is_empty() || rose || unsure;
        let p = if appends { self.tail.p + 1 } else { self.tail.p };
        let seen = Tail { p, epoch: self.epoch, g: self.duty.g(p), ..self.tail };
        for look in looks {
            if let Some(seen) = self.duty.look(&look, &seen, batch.told.len()) {
                batch.answers.push((look.gateway, ToGateway::Seen { number: look.number, seen }));
            }
        }
        let refused = self.note_refused(&mut batch, &seen, now);
        if appends {
            self.append(seat, now, batch, out);
        } else {
            out.extend(batch.answers.into_iter().map(tell));
        }
        Ok(refused)
    }

    fn take_asked(&mut self, settings: &Settings, batch: &mut Batch, out: &mut Vec<Effect>) {
        let mut weight = 0;
        let mut later = VecDeque::new();
        while batch.entries.len() < settings.batch && weight < RECORD_WEIGHT {
            let Some(ask) = self.asked.pop_front() else { break };
            if let Some(p) = self.ids.find(&ask.id) {
                self.duty.done(p, ask.gateway, ask.id, out);
            } else if batch.has(&ask.id) {
                // It was decided for this very record: whoever asked hears of that.
            } else if let Some((_, answer)) = self.refused.get(&ask.id) {
                batch.answers.push((ask.gateway, ToGateway::Answer { id: ask.id, answer: answer.clone() }));
            } else if !self.duty.is_ready(&ask) {
                later.push_back(ask);
            } else if self.duty.is_here(&ask.item) {
                weight += self.take(ask, batch);
            }
        }
        later.append(&mut self.asked);
        self.asked = later;
    }

    /// Says what it weighs in the record.
    fn take(&mut self, ask: Ask, batch: &mut Batch) -> usize {
        let Ask { gateway, id, by, item, .. } = ask;
        let live = self.duty.live();
        match allowed(live, &by, &item).and_then(|()| carry_out(live, &item)) {
            Ok(told) => {
                let weight = serde_json::to_vec(&item).map_or(0, |json| json.len());
                batch.told.extend(told);
                batch.asked.insert(id.clone(), gateway);
                batch.entries.push(Entry { id, item });
                weight
            }
            Err(refusal) => {
                batch.refused.insert(id, (gateway, refusal));
                0
            }
        }
    }

    fn note_refused(&mut self, batch: &mut Batch, seen: &Tail, now: Time) -> u64 {
        let refused = std::mem::take(&mut batch.refused);
        let count = refused.len() as u64;
        for (id, (gateway, refusal)) in refused {
            let answer = Answer::Refused { refusal, p: seen.p, g: seen.g, epoch: self.epoch };
            self.refused.insert(id.clone(), (now, answer.clone()));
            batch.answers.push((gateway, ToGateway::Answer { id, answer }));
        }
        count
    }

    fn append(&mut self, seat: &mut Seat, now: Time, mut batch: Batch, out: &mut Vec<Effect>) {
        let expected = self.tail.p;
        let entries = std::mem::take(&mut batch.entries);
        let (record, tail) = self.tail.next(&seat.host, self.epoch, self.duty.g(expected + 1), entries);
        if planted(Fault::AnsweredTooSoon) {
            let answer = Answer::Done { p: tail.p };
            let done = |(id, gateway): (&String, &String)| {
                tell((gateway.clone(), ToGateway::Answer { id: id.clone(), answer: answer.clone() }))
            };
            out.extend(batch.asked.iter().map(done));
        }
        let ticket = seat.ticket();
        out.push(Effect::Append { ticket, expected, record });
        self.flight = Some(Flight { ticket, since: now, tail, batch });
    }
}

/// Snapshots.
impl<D: Duty> Desk<D> {
    /// Another owner is to have the log soon.
    pub(super) fn leave(&mut self) {
        self.leaves_at = Some(self.tail.p);
    }

    /// Whether little is left to read for another owner, and nothing is on its way.
    pub(super) fn may_leave(&self) -> bool {
        self.flight.is_none() && self.leaves_at.is_some_and(|p| self.newest_saved() >= p)
    }

    fn newest_saved(&self) -> u64 {
        self.saved.last().copied().unwrap_or_default()
    }

    /// Saves the state if it is time. Nothing that is not durable is in it.
    fn save(&mut self, settings: &Settings, now: Time, out: &mut Vec<Effect>) {
        let more = self.tail.p.saturating_sub(self.newest_saved());
        let leaves = self.leaves_at.is_some_and(|p| self.newest_saved() < p);
        let late = now.saturating_sub(self.saved_at) >= settings.snapshot_time;
        let due = more >= settings.snapshot_records || late || leaves;
        if self.saving.is_some() || more == 0 || !due || !self.is_fenced() {
            return;
        }
        (self.saving, self.saved_at) = (Some(now), now);
        let ids = if planted(Fault::SnapshotWithoutIds) { Vec::new() } else { self.ids.saved() };
        if planted(Fault::PurgedTooSoon) {
            out.push(Effect::Purge { to: self.tail.p });
        }
        out.push(Effect::Save(self.duty.snapshot(&self.tail, ids)));
    }

    pub(super) fn saved(&mut self, p: u64, out: &mut Vec<Effect>) {
        self.saving = None;
        if self.saved.last().is_none_or(|last| *last < p) {
            self.saved.push(p);
            match D::purge(&self.saved, None) {
                Some(to) => self.purge(to, out),
                None => out.push(Effect::AskCovered),
            }
        }
    }

    pub(super) fn covered(&mut self, g: u64, out: &mut Vec<Effect>) {
        if let Some(to) = D::purge(&self.saved, Some(g)) {
            self.purge(to, out);
        }
    }

    fn purge(&mut self, to: u64, out: &mut Vec<Effect>) {
        self.saved.retain(|saved| *saved >= to);
        if to > 0 {
            out.push(Effect::Purge { to });
        }
    }
}

fn tell((gateway, message): (String, ToGateway)) -> Effect {
    Effect::Tell { gateway: Some(gateway), message }
}
