//! The owner of the rules: an engine without chats, and which gateways there are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chat_monitor::LiveMonitor;

use super::desk::{Duty, Found};
use super::{Effect, Loaded, Snapshot};
use crate::Time;
use crate::fault::{Fault, planted};
use crate::ids::Ids;
use crate::message::{Answer, Ask, Look, Place, Seen, Sight, ToGateway, Told};
use crate::record::{Entry, Item};
use crate::rules::Rules;
use crate::settings::{GATEWAY_LAPSE, Settings};
use crate::shard::Log;
use crate::snapshot::RulesSnapshot;
use crate::tail::{Broken, Tail};

/// What only the owner of the rules has.
#[derive(Clone, Debug)]
pub struct RulesDuty {
    shards: u16,
    live: LiveMonitor,
    gateways: BTreeMap<String, Gateway>,
    /// Gateways that are to be admitted.
    joining: BTreeSet<String>,
    /// What is durable and not in force yet: its place, who asked, its id.
    waiting: Vec<(u64, String, String)>,
}

/// A gateway that commands wait for.
#[derive(Clone, Copy, Debug)]
struct Gateway {
    /// Up to here the rules are in force at it.
    passed: u64,
    /// When it was heard of.
    heard: Time,
}

impl RulesDuty {
    fn note(&mut self, item: &Item, now: Time) {
        match item {
            Item::Admit { gateway } => {
                self.gateways.insert(gateway.clone(), Gateway { passed: 0, heard: now });
            }
            Item::Dismiss { gateway } => {
                self.gateways.remove(gateway);
            }
            Item::Do(_) | Item::Say { .. } | Item::Advise { .. } => {}
        }
    }
}

impl Duty for RulesDuty {
    fn load(settings: &Settings, _log: Log, loaded: Loaded, now: Time) -> Result<Found<Self>, Broken> {
        let Loaded::Rules { rules, records } = loaded else { return Err(Broken::Form(0)) };
        let mut rules = Arc::unwrap_or_clone(rules);
        for (p, bytes) in records {
            rules.follow(p, &bytes, now)?;
        }
        let Rules { tail, ids, gateways, live, snapshot } = rules;
        let shards = settings.shards;
        let mut duty =
            RulesDuty { shards, live, gateways: BTreeMap::new(), joining: BTreeSet::new(), waiting: Vec::new() };
        gateways.into_iter().for_each(|gateway| duty.note(&Item::Admit { gateway }, now));
        // They may have been remembered by another clock.
        let ids = Ids::load(ids.saved(), now);
        Ok(Found { duty, tail, ids, snapshot })
    }

    fn follow(&self) -> Option<u64> {
        None
    }

    fn g(&self, p: u64) -> u64 {
        p
    }

    fn heard(&self, tail: &Tail) -> u64 {
        tail.p
    }

    fn hear_rules(&mut self, _p: u64, _record: Vec<u8>) {}

    fn prepare(&mut self, now: Time, _told: &mut Vec<Told>, entries: &mut Vec<Entry>) -> Result<(), Broken> {
        let silent = |gateway: &Gateway| now.saturating_sub(gateway.heard) >= GATEWAY_LAPSE;
        let gone = self.gateways.iter().filter(|(_, gateway)| silent(gateway));
        let gone = gone.map(|(gateway, _)| Item::Dismiss { gateway: gateway.clone() });
        let come = std::mem::take(&mut self.joining).into_iter().map(|gateway| Item::Admit { gateway });
        let items: Vec<Item> = gone.chain(come).collect();
        for item in items {
            self.note(&item, now);
            entries.push(Entry { id: String::new(), item });
        }
        Ok(())
    }

    fn is_ready(&self, _ask: &Ask) -> bool {
        true
    }

    fn is_here(&self, item: &Item) -> bool {
        item.chat().is_none()
    }

    fn live(&mut self) -> &mut LiveMonitor {
        &mut self.live
    }

    fn hear_look(&mut self, look: &Look, now: Time) {
        let Sight::Alive { passed, shards } = look.at else { return };
        match self.gateways.get_mut(&look.gateway) {
            Some(gateway) => *gateway = Gateway { passed: gateway.passed.max(passed), heard: now },
            None if shards == self.shards || planted(Fault::OtherShards) => {
                self.joining.insert(look.gateway.clone());
            }
            // Nothing could ever be in force at it.
            None => {}
        }
    }

    /// One that has just come is admitted in the record with which this is answered.
    fn look(&self, look: &Look, tail: &Tail, _told: usize) -> Option<Seen> {
        let Sight::Alive { .. } = look.at else { return None };
        let admitted = self.gateways.contains_key(&look.gateway);
        Some(Seen::Alive { epoch: tail.epoch, admitted, shards: self.shards })
    }

    fn tell(&mut self, _tail: &Tail, _told: Vec<Told>, _out: &mut Vec<Effect>) {}

    fn done(&mut self, p: u64, gateway: String, id: String, out: &mut Vec<Effect>) {
        if planted(Fault::AcknowledgedTooSoon) {
            let message = ToGateway::Answer { id, answer: Answer::Done { p } };
            out.push(Effect::Tell { gateway: Some(gateway), message });
        } else {
            self.waiting.push((p, gateway, id));
        }
    }

    fn again(&self, _tail: &Tail, _gateway: String, _floor: Place, _out: &mut Vec<Effect>) {}

    fn tick(&mut self, _tail: &Tail, _out: &mut Vec<Effect>) {}

    /// Law 3: at every gateway that may deliver.
    fn settle(&mut self, out: &mut Vec<Effect>) {
        if self.waiting.is_empty() {
            return;
        }
        let passed = self.gateways.values().map(|gateway| gateway.passed).min().unwrap_or(u64::MAX);
        let (settled, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(|(p, ..)| *p <= passed);
        self.waiting = waiting;
        let settled: Vec<(u64, String, String)> = settled;
        out.extend(settled.into_iter().map(|(p, gateway, id)| {
            let message = ToGateway::Answer { id, answer: Answer::Done { p } };
            Effect::Tell { gateway: Some(gateway), message }
        }));
    }

    fn snapshot(&self, tail: &Tail, ids: Vec<(String, u64)>) -> Snapshot {
        let gateways = self.gateways.keys().cloned().collect();
        let engine = self.live.engine().clone();
        Snapshot::Rules(Box::new(RulesSnapshot { tail: tail.clone(), ids, gateways, engine }))
    }

    /// What the shards need to read their own logs again is kept.
    fn purge(saved: &[u64], covered: Option<u64>) -> Option<u64> {
        let covered = covered?;
        Some(saved.iter().rev().find(|saved| **saved <= covered).copied().unwrap_or_default())
    }
}
