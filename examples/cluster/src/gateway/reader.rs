//! Somebody who is signed in at a gateway.

use std::collections::{BTreeMap, VecDeque};

use chat_monitor::{ChatId, Event};
use serde::{Deserialize, Serialize};

use super::view::Kept;
use crate::Time;
use crate::fault::{Fault, planted};
use crate::message::{Line, Place, Position, What};
use crate::record::Person;
use crate::settings::ASK_AGAIN;
use crate::shard::Shard;

/// One thing for one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Out {
    /// In which shard.
    pub shard: Shard,
    /// Its place there: whoever is cut off says which they have.
    pub at: Place,
    /// What.
    #[serde(flatten)]
    pub paper: Paper,
    /// Whether they have it because they watch.
    #[serde(skip)]
    watching: bool,
}

/// What is brought to people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// What has happened.
    Told(What),
    /// All their chats of the shard, instead of what they knew of it.
    Chats {
        /// The chats that they watch, in the order in which the watches began.
        monitored: Vec<Line>,
        /// The chats that they are in.
        attending: Vec<Line>,
        /// Whether they may have missed something before.
        lost: bool,
    },
}

/// From where on somebody hears what is told in a shard.
#[derive(Clone, Copy, Debug)]
pub(super) enum Begin {
    /// From what they see of it, and that must be asked for.
    Wanted { lost: bool },
    /// That was asked for.
    Asked { number: u64, since: Time, lost: bool },
    /// After this place.
    After(Place),
}

#[derive(Clone, Debug)]
pub(super) struct Reader {
    pub(super) socket: u64,
    outbox: VecDeque<Out>,
    begins: BTreeMap<Shard, Begin>,
}

impl Reader {
    pub(super) fn new(socket: u64) -> Self {
        Reader { socket, outbox: VecDeque::new(), begins: BTreeMap::new() }
    }

    pub(super) fn begin(&mut self, shard: Shard, begin: Begin) {
        self.begins.insert(shard, begin);
    }

    pub(super) fn waiting(&self) -> usize {
        self.outbox.len()
    }

    /// The shard of what comes next.
    pub(super) fn next(&self) -> Option<Shard> {
        self.outbox.front().map(|out| out.shard)
    }

    pub(super) fn take(&mut self) -> Option<Out> {
        self.outbox.pop_front()
    }

    pub(super) fn wants_chats(&self, now: Time) -> impl Iterator<Item = Shard> {
        let late = move |begin: &Begin| match begin {
            Begin::Wanted { .. } => true,
            Begin::Asked { since, .. } => now >= *since + ASK_AGAIN,
            Begin::After(_) => false,
        };
        self.begins.iter().filter(move |(_, begin)| late(begin)).map(|(shard, _)| *shard)
    }

    pub(super) fn asked_chats(&mut self, shard: Shard, number: u64, since: Time) {
        let lost = match self.begins.get(&shard) {
            Some(Begin::Wanted { lost } | Begin::Asked { lost, .. }) => *lost,
            Some(Begin::After(_)) | None => false,
        };
        self.begin(shard, Begin::Asked { number, since, lost });
    }

    /// Something that was told in the shard is lost: what they may see is to be asked for anew, and until then nobody can
    /// tell which of what waits they may still have.
    pub(super) fn begin_anew(&mut self, shard: Shard) {
        self.begin(shard, Begin::Wanted { lost: true });
        self.outbox.retain(|out| out.shard != shard);
    }

    /// What they see in the shard, if this is the answer that they wait for. `kept_from`: all that was told after that
    /// will follow.
    pub(super) fn hear_chats(
        &mut self,
        answered: u64,
        at: &Position,
        monitored: &[Line],
        attending: &[Line],
        kept_from: Place,
    ) -> bool {
        let lost = match self.begins.get(&at.shard) {
            Some(Begin::Asked { number, lost, .. }) if *number == answered => *lost,
            Some(Begin::Asked { .. } | Begin::Wanted { .. } | Begin::After(_)) | None => return false,
        };
        let place = Place::end(at.p);
        if place < kept_from {
            self.begin(at.shard, Begin::Wanted { lost });
            return false;
        }
        self.begin(at.shard, Begin::After(place));
        let paper = Paper::Chats { monitored: monitored.into(), attending: attending.into(), lost };
        self.outbox.push_back(Out { shard: at.shard, at: place, paper, watching: true });
        true
    }

    /// Something was told. If it is for them, it waits for them.
    pub(super) fn hear(&mut self, person: &Person, shard: Shard, kept: &Kept) {
        match self.begins.get(&shard) {
            Some(Begin::After(place)) if kept.at > *place => {}
            Some(Begin::After(_) | Begin::Wanted { .. } | Begin::Asked { .. }) | None => return,
        }
        let watching = match person {
            Person::Operator(operator) => kept.told.watchers.contains(operator),
            Person::Service | Person::Visitor(_) => false,
        };
        if !watching && !kept.told.participants.contains(person) {
            return;
        }
        if let (true, What::Event(Event::WatchEnded { chat, .. })) = (watching, &kept.told.what)
            && !planted(Fault::OutboxKept)
        {
            self.take_back(chat);
        }
        let paper = Paper::Told(kept.told.what.clone());
        self.outbox.push_back(Out { shard, at: kept.at, paper, watching });
    }

    /// What waits of a chat that they may not watch any more is not for them any more.
    fn take_back(&mut self, ended: &ChatId) {
        self.outbox.retain_mut(|out| match &mut out.paper {
            Paper::Told(What::Event(Event::WatchEnded { .. })) => true,
            Paper::Told(what) => !(out.watching && what.chat() == ended),
            Paper::Chats { monitored, .. } => {
                monitored.retain(|line| line.chat != *ended);
                true
            }
        });
    }
}
