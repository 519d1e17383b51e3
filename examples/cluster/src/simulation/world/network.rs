//! The network and the store, and what owners and gateways do with them.

use std::sync::Arc;

use chat_monitor::Command;

use super::vocabulary::brief;
use super::{Cargo, Host, Pending, World, ready};
use crate::check::Happened;
use crate::gateway::{GatewayEffect, GatewayInput};
use crate::message::Answer;
use crate::owner::{Appended, Effect, Input, Loaded, Snapshot};
use crate::record::Item;
use crate::settings::Time;
use crate::shard::{Log, Shard};
use crate::snapshot::to_bytes;
use crate::store::{Mark, MemoryStore, covered, load};

/// How long a host leaves a log that it gave away to others.
const GIVEN: Time = 2_000;

/// The network and the store.
impl World {
    pub(in crate::simulation) fn deliver(&mut self, nth: usize) -> Option<String> {
        let nth = self.pick(nth)?;
        self.counts.overtaken += u64::from(nth > 0);
        let cargo = self.net.remove(nth);
        let said = format!("arrives: {}", brief(&cargo));
        self.arrive(cargo);
        Some(said)
    }

    pub(in crate::simulation) fn lose(&mut self, nth: usize) -> Option<String> {
        let said = match self.net.get(nth)? {
            Cargo::ToOwner(..) | Cargo::ToGateway(..) => {
                self.counts.lost += 1;
                format!("is lost: {}", brief(&self.net.remove(nth)))
            }
            Cargo::Append { .. } => {
                let cargo = self.net.remove(nth);
                let said = format!("has no answer: {}", brief(&cargo));
                let Cargo::Append { host, log, ticket, expected, record } = cargo else { return None };
                // Half of them land.
                if expected % 2 == 0 {
                    self.land(log, expected, record);
                    self.counts.appends_unknown_landed += 1;
                } else {
                    self.counts.appends_unknown_lost += 1;
                }
                let input = Input::Appended { ticket, appended: Appended::Unknown };
                self.net.push(Cargo::Answer { host, log, input });
                said
            }
            Cargo::Save { .. } | Cargo::Purge { .. } | Cargo::AskCovered { .. } | Cargo::Follow { .. } => {
                self.counts.lost += 1;
                format!("is lost: {}", brief(&self.net.remove(nth)))
            }
            Cargo::Load { host, log, ticket } => {
                let nothing = Input::Loaded { ticket: *ticket, loaded: None };
                let answer = Cargo::Answer { host: *host, log: *log, input: nothing };
                self.counts.lost += 1;
                format!("finds nothing: {}", brief(&std::mem::replace(self.net.get_mut(nth)?, answer)))
            }
            // The lease would end by itself.
            Cargo::Release { .. } => return None,
            Cargo::Answer { input, .. } => match input {
                // Whoever follows a log hears all of it; this may come late, but it comes. So does what was read.
                Input::Rules { .. } | Input::Loaded { .. } | Input::LeaseLost => return None,
                _ => {
                    self.counts.lost += 1;
                    format!("is lost: {}", brief(&self.net.remove(nth)))
                }
            },
        };
        Some(said)
    }

    pub(in crate::simulation) fn twice(&mut self, nth: usize) -> Option<String> {
        let nth = self.pick(nth)?;
        let cargo = match self.net.get(nth)? {
            cargo @ (Cargo::ToOwner(..) | Cargo::ToGateway(..) | Cargo::Answer { .. } | Cargo::Purge { .. }) => {
                cargo.clone()
            }
            Cargo::Append { .. }
            | Cargo::Load { .. }
            | Cargo::Save { .. }
            | Cargo::AskCovered { .. }
            | Cargo::Release { .. }
            | Cargo::Follow { .. } => return None,
        };
        self.counts.twice += 1;
        let said = format!("arrives, and will once more: {}", brief(&cargo));
        self.arrive(cargo);
        Some(said)
    }

    pub(in crate::simulation) fn land(&mut self, log: Log, expected: u64, record: Vec<u8>) -> Appended {
        let appended = self.memory.append(log, expected, record.clone());
        match appended {
            Appended::At(p) => {
                self.archive.entry(log).or_default().push(record.clone());
                if log == Log::Rules {
                    self.tell_followers(p, &record);
                }
            }
            Appended::Refused | Appended::Unknown => self.counts.appends_refused += 1,
        }
        appended
    }

    pub(in crate::simulation) fn tell_followers(&mut self, p: u64, record: &[u8]) {
        for (nth, host) in self.hosts.iter().enumerate() {
            for log in host.follows.keys() {
                let input = Input::Rules { p, record: record.to_vec() };
                self.net.push(Cargo::Answer { host: nth, log: *log, input });
            }
        }
    }

    pub(in crate::simulation) fn arrive(&mut self, cargo: Cargo) {
        match cargo {
            Cargo::ToOwner(host, log, message) => self.owner(host, log, Input::Messages(vec![message])),
            Cargo::ToGateway(door, message) => self.gateway(door, GatewayInput::Message(message)),
            Cargo::Answer { host, log, input } => {
                if let (Input::LeaseLost, Some(host)) = (&input, self.hosts.get_mut(host)) {
                    host.leases.remove(&log);
                    host.follows.remove(&log);
                }
                self.owner(host, log, input);
            }
            Cargo::Append { host, log, ticket, expected, record } => {
                let appended = self.land(log, expected, record);
                self.net.push(Cargo::Answer { host, log, input: Input::Appended { ticket, appended } });
            }
            Cargo::Load { host, log, ticket } => {
                let Some(Host { spare, .. }) = self.hosts.get(host) else { return };
                let store = MemoryStore::of(self.memory.clone());
                let loaded = ready(load(&store, log, spare, self.now)).ok().map(Box::new);
                let (from_snapshot, rules) = match loaded.as_deref() {
                    Some(Loaded::Shard { snapshot, rules, .. }) => (snapshot.is_some(), Some(rules)),
                    Some(Loaded::Rules { rules, .. }) => (rules.snapshot.is_some(), Some(rules)),
                    None => (false, None),
                };
                let left = match loaded.as_deref() {
                    Some(Loaded::Shard { records, .. } | Loaded::Rules { records, .. }) => records.len(),
                    None => 0,
                };
                self.left.insert(log, left);
                self.counts.loaded_snapshots += u64::from(from_snapshot);
                let spare = rules.is_some_and(|rules| rules.tail.p > 0 && Arc::strong_count(rules) > 1);
                self.counts.loaded_spares += u64::from(spare);
                self.net.push(Cargo::Answer { host, log, input: Input::Loaded { ticket, loaded } });
            }
            Cargo::Save { host, log, mark, bytes } => {
                self.memory.save(log, mark, bytes);
                self.counts.snapshots += 1;
                self.net.push(Cargo::Answer { host, log, input: Input::Saved { p: mark.p } });
            }
            Cargo::Purge { log, to } => {
                self.counts.purges += 1;
                self.memory.purge(log, to);
            }
            Cargo::Release { host, log } => {
                if self.leases.get(&log).is_some_and(|(holder, _)| *holder == host) {
                    self.leases.remove(&log);
                }
                if let Some(host) = self.hosts.get_mut(host) {
                    host.given.insert(log, self.now + GIVEN);
                }
                self.counts.given += 1;
                self.net.push(Cargo::Answer { host, log, input: Input::LeaseLost });
            }
            Cargo::Follow { host } => {
                let store = MemoryStore::of(self.memory.clone());
                if let Some(host) = self.hosts.get(host) {
                    // The store in memory does not fail.
                    let _ = ready(host.spare.follow(&store, self.now));
                }
            }
            Cargo::AskCovered { host } => {
                let store = MemoryStore::of(self.memory.clone());
                let g = ready(covered(&store, self.settings.shards)).unwrap_or_default();
                self.net.push(Cargo::Answer { host, log: Log::Rules, input: Input::Covered { g } });
            }
        }
    }

    pub(in crate::simulation) fn owner(&mut self, nth: usize, log: Log, input: Input) {
        let Some(host) = self.hosts.get_mut(nth).filter(|host| host.alive && host.awake) else { return };
        let mut out = Vec::new();
        let before = host.take_overs(log);
        match log {
            Log::Rules => host.rules.handle(self.now, input, &mut out),
            Log::Shard(Shard(shard)) => {
                if let Some(owner) = host.shards.get_mut(usize::from(shard)) {
                    owner.handle(self.now, input, &mut out);
                }
            }
        }
        self.counts.take_overs += host.take_overs(log) - before;
        out.into_iter().for_each(|effect| self.do_it(nth, log, effect));
    }

    pub(in crate::simulation) fn do_it(&mut self, host: usize, log: Log, effect: Effect) {
        let cargo = match effect {
            Effect::Load { ticket } => Cargo::Load { host, log, ticket },
            Effect::Append { ticket, expected, record } => Cargo::Append { host, log, ticket, expected, record },
            Effect::Follow { after } => {
                if let Some(host) = self.hosts.get_mut(host) {
                    host.follows.insert(log, after);
                }
                for (p, record) in self.memory.read(Log::Rules, after) {
                    self.net.push(Cargo::Answer { host, log, input: Input::Rules { p, record } });
                }
                return;
            }
            Effect::Tell { gateway, message } => {
                for (nth, door) in self.doors.iter().enumerate() {
                    if gateway.as_deref().is_none_or(|name| door.gateway.name() == name) {
                        self.net.push(Cargo::ToGateway(nth, message.clone()));
                    }
                }
                return;
            }
            Effect::Save(snapshot) => {
                let (tail, bytes) = match snapshot {
                    Snapshot::Shard(snapshot) => (snapshot.tail.clone(), to_bytes(&*snapshot)),
                    Snapshot::Rules(snapshot) => (snapshot.tail.clone(), to_bytes(&*snapshot)),
                };
                Cargo::Save { host, log, mark: Mark { p: tail.p, g: tail.g }, bytes }
            }
            Effect::Purge { to } => Cargo::Purge { log, to },
            Effect::AskCovered => Cargo::AskCovered { host },
            Effect::Release => Cargo::Release { host, log },
            Effect::Stop(broken) => {
                self.broken.get_or_insert(format!("the owner of {log} stops: {broken}"));
                return;
            }
        };
        self.net.push(cargo);
    }

    pub(in crate::simulation) fn gateway(&mut self, nth: usize, input: GatewayInput) {
        let Some(door) = self.doors.get_mut(nth).filter(|door| door.awake) else { return };
        let mut out = Vec::new();
        let before = door.gateway.status();
        door.gateway.handle(self.now, input, &mut out);
        let after = door.gateway.status();
        self.counts.gaps += after.gaps - before.gaps;
        self.counts.stale += after.stale - before.stale;
        self.counts.not_to_be_had += after.lost - before.lost;
        for effect in out {
            match effect {
                GatewayEffect::Tell { log, message } => {
                    let hears = |host: &Host| host.alive && host.leases.contains_key(&log);
                    let hosts = self.hosts.iter().enumerate().filter(|(_, host)| hears(host));
                    self.net.extend(hosts.map(|(nth, _)| Cargo::ToOwner(nth, log, message.clone())));
                }
                GatewayEffect::Ready { .. } => {}
                GatewayEffect::Unfit { .. } => self.counts.unfit += 1,
                GatewayEffect::Close { socket } => {
                    for somebody in &mut self.people {
                        somebody.at = somebody.at.filter(|at| *at != (nth, socket));
                    }
                }
                GatewayEffect::Answer { id, answer } => self.answered(id, answer),
            }
        }
    }

    pub(in crate::simulation) fn answered(&mut self, id: String, answer: Option<Answer>) {
        let Some(Pending { item, least, .. }) = self.pending.get(&id).cloned() else { return };
        let log = item.log(self.settings.shards);
        match answer {
            Some(Answer::Done { p }) => {
                let known = self.acknowledged.entry(log).or_default();
                *known = p.max(*known);
                self.counts.done += 1;
                self.counts.revocations += u64::from(matches!(item, Item::Do(Command::RemoveRule { .. })));
                self.history.push(Happened::Done { id: id.clone(), log, p });
            }
            Some(Answer::Refused { p, g, .. }) => {
                self.counts.refused += 1;
                self.history.push(Happened::Refused { id: id.clone(), item, at: Some((p, g)), least });
            }
            // Nobody knows: it will be asked again.
            Some(Answer::Moved { .. }) | None => {
                if let Some(pending) = self.pending.get_mut(&id) {
                    pending.door = None;
                }
                return;
            }
        }
        self.pending.remove(&id);
    }
}
