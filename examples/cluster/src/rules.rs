//! The rules after one of their records, decoded: what every owner begins with.

use std::collections::BTreeSet;

use chat_monitor::{LiveMonitor, MonitorEngine};

use crate::Time;
use crate::ids::Ids;
use crate::record::{Entry, Item};
use crate::settings::ID_MEMORY;
use crate::snapshot::RulesSnapshot;
use crate::tail::{Broken, Tail};
use crate::telling::carry_out;

/// Operators, rules, exclusions, the policy and the time, without chats; and what the owner of the rules must know besides.
#[derive(Clone, Debug)]
pub struct Rules {
    pub(crate) tail: Tail,
    pub(crate) ids: Ids,
    pub(crate) gateways: BTreeSet<String>,
    pub(crate) live: LiveMonitor,
    /// The place of the snapshot that they were read from.
    pub(crate) snapshot: Option<u64>,
}

/// Before the first record.
impl Default for Rules {
    fn default() -> Self {
        Rules {
            tail: Tail::default(),
            ids: Ids::default(),
            gateways: BTreeSet::new(),
            live: LiveMonitor::new(MonitorEngine::new()),
            snapshot: None,
        }
    }
}

impl Rules {
    /// As they were saved.
    pub(crate) fn of(snapshot: RulesSnapshot, now: Time) -> Self {
        let RulesSnapshot { tail, ids, gateways, engine } = snapshot;
        let (snapshot, ids, live) = (Some(tail.p), Ids::load(ids, now), LiveMonitor::new(engine));
        Rules { tail, ids, gateways, live, snapshot }
    }

    /// Goes on to the record at `p`, if that is the next one. After an error they are of no use any more.
    pub(crate) fn follow(&mut self, p: u64, bytes: &[u8], now: Time) -> Result<(), Broken> {
        for Entry { id, item } in self.tail.follow(p, bytes)?.items {
            carry_out(&mut self.live, &item).map_err(|_| Broken::Refused(p))?;
            match item {
                Item::Admit { gateway } => _ = self.gateways.insert(gateway),
                Item::Dismiss { gateway } => _ = self.gateways.remove(&gateway),
                Item::Do(_) | Item::Say { .. } | Item::Advise { .. } => {}
            }
            self.ids.remember(&id, p, now);
        }
        self.ids.forget(now.saturating_sub(ID_MEMORY));
        Ok(())
    }
}
