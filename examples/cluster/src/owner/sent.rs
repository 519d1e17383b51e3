//! What a shard has told, for gateways that missed it.

use std::collections::VecDeque;

use crate::message::{Delivery, Place, Told};
use crate::shard::Shard;

/// How much goes into one message.
const IN_ONE: usize = 128;

/// The last deliveries. All of them follow from the log again; this is a cache.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    shard: Shard,
    deliveries: VecDeque<Delivery>,
    last: Place,
    kept: usize,
}

impl Sent {
    /// Nothing, after what was told up to `last`.
    pub(super) fn new(shard: Shard, last: Place, kept: usize) -> Self {
        Sent { shard, deliveries: VecDeque::new(), last, kept }
    }

    /// The place of the last thing told.
    pub(super) fn last(&self) -> Place {
        self.last
    }

    /// What record `p` made happen. Says how many deliveries it makes.
    pub(super) fn push(&mut self, p: u64, told: Vec<Told>) -> usize {
        let mut told = told.into_iter().peekable();
        let (mut made, mut i) = (0, 0);
        while told.peek().is_some() {
            let some: Vec<Told> = told.by_ref().take(IN_ONE).collect();
            let first = Place { p, i };
            i = i.saturating_add(u32::try_from(some.len()).unwrap_or(u32::MAX));
            let delivery = Delivery { shard: self.shard, after: self.last, first, told: some };
            self.last = delivery.last();
            self.deliveries.push_back(delivery);
            made += 1;
        }
        let surplus = self.deliveries.len().saturating_sub(self.kept.max(made));
        self.deliveries.drain(..surplus);
        made
    }

    /// The last `count` deliveries.
    pub(super) fn newest(&self, count: usize) -> impl Iterator<Item = &Delivery> {
        self.deliveries.iter().skip(self.deliveries.len().saturating_sub(count))
    }

    /// What was told after `floor`; none if some of that is not here any more.
    pub(super) fn since(&self, floor: Place) -> Option<impl Iterator<Item = &Delivery>> {
        let from = self.deliveries.front().map_or(self.last, |delivery| delivery.after);
        (floor >= from).then(|| self.deliveries.iter().filter(move |delivery| delivery.last() > floor))
    }
}
