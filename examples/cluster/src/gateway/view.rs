//! What a gateway knows of a shard.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::Time;
use crate::fault::{Fault, planted};
use crate::message::{Delivery, Place, Position, Told};
use crate::settings::{ASK_AGAIN, RETRY};
use crate::shard::Shard;

/// Something that was told, and where.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) at: Place,
    pub(super) told: Arc<Told>,
}

/// Whether it is known how far the shard is.
#[derive(Clone, Copy, Debug)]
enum Known {
    /// The gateway was not trusted for a while, and what was told meanwhile may not have come.
    No,
    /// It was asked.
    Asked { number: u64, since: Time },
    /// It is, and everything up to there must have come first.
    From(Place),
    /// Everything has come.
    Yes,
}

#[derive(Clone, Debug)]
pub(super) struct View {
    shard: Shard,
    epoch: u64,
    /// The last place that has come, and nothing before it is missing; none before the gateway knows where to begin.
    floor: Option<Place>,
    passed: u64,
    known: Known,
    recent: VecDeque<Kept>,
    /// What was told after this is in `recent`.
    kept_from: Place,
    limit: usize,
    asked_again: Option<Time>,
}

impl View {
    pub(super) fn new(shard: Shard, limit: usize) -> Self {
        View {
            shard,
            epoch: 0,
            floor: None,
            passed: 0,
            known: Known::No,
            recent: VecDeque::new(),
            kept_from: Place::default(),
            limit,
            asked_again: None,
        }
    }

    pub(super) fn shard(&self) -> Shard {
        self.shard
    }

    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(super) fn set_epoch(&mut self, epoch: u64) {
        self.epoch = epoch;
    }

    /// Up to here the rules are in force.
    pub(super) fn passed(&self) -> u64 {
        self.passed
    }

    pub(super) fn has_begun(&self) -> bool {
        self.floor.is_some()
    }

    pub(super) fn kept_from(&self) -> Place {
        self.kept_from
    }

    /// Whether what was told may go out.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.known, Known::Yes)
    }

    pub(super) fn close(&mut self) {
        self.known = Known::No;
    }

    pub(super) fn wants_position(&self, now: Time) -> bool {
        match self.known {
            Known::No => true,
            Known::Asked { since, .. } => now >= since + ASK_AGAIN,
            Known::From(_) | Known::Yes => false,
        }
    }

    pub(super) fn asked_position(&mut self, number: u64, since: Time) {
        self.known = Known::Asked { number, since };
    }

    /// The last place that has come, where something is known to be missing after it.
    pub(super) fn behind(&self) -> Option<Place> {
        match self.known {
            Known::From(_) => self.floor,
            Known::No | Known::Asked { .. } | Known::Yes => None,
        }
    }

    /// Whether it is time to ask again for what is missing.
    pub(super) fn asks_again(&mut self, now: Time) -> bool {
        let due = self.asked_again.is_none_or(|at| now >= at + RETRY);
        if due {
            self.asked_again = Some(now);
        }
        due
    }

    pub(super) fn hear_position(&mut self, answered: u64, position: &Position) {
        match self.known {
            Known::Asked { number, .. } if number == answered => {}
            Known::No | Known::Asked { .. } | Known::From(_) | Known::Yes => return,
        }
        if self.floor.is_none() {
            (self.floor, self.kept_from, self.passed) = (Some(position.after), position.after, position.g);
        }
        self.known = Known::From(position.after);
        self.catch_up();
    }

    /// What was told after `floor`, and where more is missing: where it ends.
    pub(super) fn hear_passed(&mut self, position: &Position) -> Option<Place> {
        let floor = self.floor?;
        if position.after > floor && !planted(Fault::GapIgnored) {
            return Some(floor);
        }
        self.passed = self.passed.max(position.g);
        None
    }

    /// The last place that has come, if something between it and the delivery is missing.
    pub(super) fn misses(&self, delivery: &Delivery) -> Option<Place> {
        let floor = self.floor?;
        let careless = planted(Fault::GapIgnored) || planted(Fault::NoFloor);
        (delivery.after > floor && !careless).then_some(floor)
    }

    /// Takes what has not come yet.
    pub(super) fn take(&mut self, delivery: Delivery) -> Vec<Kept> {
        let Some(floor) = self.floor else { return Vec::new() };
        let first = delivery.first;
        let places = (first.i..).map(|i| Place { p: first.p, i });
        let all = places.zip(delivery.told).map(|(at, told)| Kept { at, told: Arc::new(told) });
        let news: Vec<Kept> = all.filter(|kept| kept.at > floor || planted(Fault::NoFloor)).collect();
        if let Some(last) = news.last() {
            self.floor = Some(last.at);
        }
        self.recent.extend(news.iter().cloned());
        while self.recent.len() > self.limit {
            if let Some(dropped) = self.recent.pop_front() {
                self.kept_from = dropped.at;
            }
        }
        self.catch_up();
        news
    }

    /// Some of what was told is not to be had again. Whether that is news.
    pub(super) fn skip_to(&mut self, position: &Position) -> bool {
        if self.floor.is_none_or(|floor| position.after <= floor) {
            return false;
        }
        (self.floor, self.kept_from) = (Some(position.after), position.after);
        self.passed = self.passed.max(position.g);
        self.recent.clear();
        self.catch_up();
        true
    }

    fn catch_up(&mut self) {
        match (self.known, self.floor) {
            (Known::From(place), Some(floor)) if floor >= place => self.known = Known::Yes,
            (Known::No | Known::Asked { .. } | Known::From(_) | Known::Yes, _) => {}
        }
    }

    /// What was told after a place, as far as it is kept.
    pub(super) fn after(&self, place: Place) -> impl Iterator<Item = &Kept> {
        self.recent.iter().filter(move |kept| kept.at > place)
    }
}
