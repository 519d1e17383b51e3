//! What owners and gateways tell each other. Any of it may be lost, come twice, or come late.

use chat_monitor::{Channel, ChatId, Event, OperatorId, Refusal, RuleId};
use serde::{Deserialize, Serialize};

use crate::record::{Item, Person};
use crate::shard::Shard;

/// The `i`-th thing that record `p` of a shard made happen. It only rises within a shard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "(u64, u32)", into = "(u64, u32)")]
pub struct Place {
    /// The record.
    pub p: u64,
    /// What of it, from 0.
    pub i: u32,
}

impl Place {
    /// Behind all that record `p` made happen.
    pub fn end(p: u64) -> Self {
        Place { p, i: u32::MAX }
    }
}

impl From<(u64, u32)> for Place {
    fn from((p, i): (u64, u32)) -> Self {
        Place { p, i }
    }
}

impl From<Place> for (u64, u32) {
    fn from(place: Place) -> Self {
        (place.p, place.i)
    }
}

/// From a gateway to the owner of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ToOwner {
    /// To do something.
    Ask(Ask),
    /// To tell again what was told after a place.
    Again {
        /// Who asks.
        gateway: String,
        /// The last place that it has.
        floor: Place,
    },
    /// To say how things stand.
    Look(Look),
}

/// A wish for something to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// Where the answer goes.
    pub gateway: String,
    /// The owner that is meant. Another one does not do it: so what one owner has refused, no late copy makes another
    /// one do.
    pub epoch: u64,
    /// Made up by whoever asks; it is done once.
    pub id: String,
    /// Who asks.
    pub by: Person,
    /// It waits until the rules are applied up to here.
    #[serde(default)]
    pub g: u64,
    /// What.
    pub item: Item,
}

/// A question to an owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// Who asks.
    pub gateway: String,
    /// Made up by whoever asks; it stands in the answer.
    pub number: u64,
    /// What.
    pub at: Sight,
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Sight {
    /// How far a shard is.
    Position,
    /// What this person may see in a shard.
    Chats(Person),
    /// To the owner of the rules: that a gateway lives, and up to where the rules are in force at it.
    Alive {
        /// No less than this in every shard, and nothing before it is missing.
        passed: u64,
        /// Into how many shards it divides the chats.
        shards: u16,
    },
}

/// From an owner to a gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ToGateway {
    /// What has happened.
    Told(Delivery),
    /// Nothing but what lies up to `after` is to be told of the records up to `p`.
    Passed(Position),
    /// These wishes are done, durably: their ids, of every gateway.
    Done {
        /// The place of their record.
        p: u64,
        /// Which.
        ids: Vec<String>,
    },
    /// What became of a wish otherwise, or was asked for again.
    Answer {
        /// Its id.
        id: String,
        /// What.
        answer: Answer,
    },
    /// What was asked for again is not there any more: everything up to this position counts as told, and what people
    /// may see is to be asked for anew.
    Lost(Position),
    /// What was looked at.
    Seen {
        /// The number in the question.
        number: u64,
        /// What.
        seen: Seen,
    },
}

/// How far a shard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Which one.
    pub shard: Shard,
    /// Its last record.
    pub p: u64,
    /// The rules are applied up to here.
    pub g: u64,
    /// Its owner.
    pub epoch: u64,
    /// The last place at which something was told.
    pub after: Place,
}

/// Some of what one record made happen, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// In which shard.
    pub shard: Shard,
    /// The last place before, at which something was told. A gateway that lacks it has missed something.
    pub after: Place,
    /// The place of the first one; the others follow it one by one.
    pub first: Place,
    /// What.
    pub told: Vec<Told>,
}

impl Delivery {
    /// The place of the last one.
    pub fn last(&self) -> Place {
        let more = u32::try_from(self.told.len().saturating_sub(1)).unwrap_or(u32::MAX);
        Place { p: self.first.p, i: self.first.i.saturating_add(more) }
    }
}

/// One thing that has happened, and who may know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// People in the chat, who must not learn of the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<Person>,
    /// Its watchers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watchers: Vec<OperatorId>,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// To a watcher: an event of the monitor.
    Event(Event),
    /// Something was said.
    Said {
        /// Where.
        chat: ChatId,
        /// To all, or among operators.
        channel: Channel,
        /// By whom.
        from: Person,
        /// What.
        text: String,
    },
    /// Somebody advises.
    Advised {
        /// Where.
        chat: ChatId,
        /// Who.
        watcher: OperatorId,
        /// What they say, where the command brought it along.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// To the people in a chat: who is in it from now on.
    Attending {
        /// Which.
        chat: ChatId,
        /// To whom it was given.
        operators: Vec<OperatorId>,
        /// Who joined.
        joined: Vec<OperatorId>,
    },
    /// To the people in a chat: it is over.
    Ended {
        /// Which.
        chat: ChatId,
    },
}

impl What {
    /// The chat that it is about.
    pub fn chat(&self) -> &ChatId {
        match self {
            What::Event(event) => event.chat(),
            What::Said { chat, .. }
            | What::Advised { chat, .. }
            | What::Attending { chat, .. }
            | What::Ended { chat } => chat,
        }
    }
}

/// What became of a wish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// It is done, durably; one on the rules is in force at every gateway.
    Done {
        /// The place of its record: for the rules it is `g`.
        p: u64,
    },
    /// It is not done, and will not be.
    Refused {
        /// Why.
        refusal: Refusal,
        /// The last record that was considered.
        p: u64,
        /// The rules were applied up to here.
        g: u64,
        /// The owner who says so.
        epoch: u64,
    },
    /// Another owner has the log now: ask that one.
    Moved {
        /// Its epoch.
        epoch: u64,
    },
}

/// What was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Seen {
    /// How far the shard is.
    Position(Position),
    /// What the person may see in the shard.
    Chats {
        /// How far the shard was then.
        at: Position,
        /// The chats that they watch, in the order in which the watches began.
        monitored: Vec<Line>,
        /// The chats that they are in.
        attending: Vec<Line>,
    },
    /// The owner of the rules has heard; `admitted` says whether the gateway is one that commands wait for.
    Alive {
        /// The owner's epoch.
        epoch: u64,
        /// Whether it may deliver.
        admitted: bool,
        /// Into how many shards the owners divide the chats.
        shards: u16,
    },
}

/// A chat as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Which.
    pub chat: ChatId,
    /// To whom it was given.
    pub operators: Vec<OperatorId>,
    /// Who joined.
    pub joined: Vec<OperatorId>,
    /// To a watcher: by which rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleId>,
}
