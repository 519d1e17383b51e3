//! What stands in the logs.

use std::fmt;

use chat_monitor::{Channel, ChatId, Command, OperatorId};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::shard::{Log, Shard};

/// One record: what one owner added in one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// In the log of a shard: all records of the rules up to this place were applied before the items. In that of the
    /// rules: the record's own place.
    pub g: u64,
    /// Which owner of the log, counted from the first. It rises with each one that takes over.
    pub epoch: u64,
    /// Who: for people who read logs.
    pub owner: String,
    /// Of the record before; a replica that has lost its middle is noticed by it.
    pub previous: Digest,
    /// What was accepted, in order. None where a new owner begins, or where `g` rose and nothing else happened.
    pub items: Vec<Entry>,
}

/// One thing that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Made up by whoever asked, so that asking again is safe. Empty where an owner did it unasked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// What.
    pub item: Item,
}

/// What can be accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Item {
    /// A command to the monitor.
    Do(Command),
    /// Something said in a chat. It has its place among the changes of rights, and is for whoever may hear it there.
    Say {
        /// Where.
        chat: ChatId,
        /// To all, or among operators.
        channel: Channel,
        /// By whom.
        from: Person,
        /// What.
        text: String,
    },
    /// Advice and its text.
    Advise {
        /// Where.
        chat: ChatId,
        /// By whom.
        watcher: OperatorId,
        /// What.
        text: String,
    },
    /// From here on a command on the rules is in force only when this gateway, too, says so.
    Admit {
        /// Its name, never used twice.
        gateway: String,
    },
    /// This gateway is gone, or must be admitted anew before it delivers anything.
    Dismiss {
        /// Its name.
        gateway: String,
    },
}

impl Item {
    /// The chat that it is about; none where the log of the rules is its place.
    pub fn chat(&self) -> Option<&ChatId> {
        match self {
            Item::Do(command) => command.chat(),
            Item::Say { chat, .. } | Item::Advise { chat, .. } => Some(chat),
            Item::Admit { .. } | Item::Dismiss { .. } => None,
        }
    }

    /// The log that it belongs in.
    pub fn log(&self, shards: u16) -> Log {
        self.chat().map_or(Log::Rules, |chat| Log::Shard(Shard::of(chat, shards)))
    }
}

/// Who signs in at a gateway.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Person {
    /// The host's own service, which may ask for everything.
    Service,
    /// An operator.
    Operator(OperatorId),
    /// The visitor of a chat.
    Visitor(ChatId),
}

impl Person {
    /// The id in the logs of what they ask for under an `id` of their own. It is nobody else's, for no id of an operator or
    /// a chat has a tab in it.
    pub fn wish(&self, id: &str) -> String {
        format!("{self}\t{id}")
    }
}

/// For people who read logs. No two persons have the same.
impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Person::Service => f.write_str("service"),
            Person::Operator(operator) => write!(f, "operator:{operator}"),
            Person::Visitor(chat) => write!(f, "visitor:{chat}"),
        }
    }
}

/// The SHA-256 of a record as it stands in its log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// That of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Digest(Sha256::digest(bytes).into())
    }
}

/// In hexadecimal digits.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut digest = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(D::Error::custom("64 hexadecimal digits are expected"));
        }
        for (byte, nth) in digest.iter_mut().zip((0..64).step_by(2)) {
            let digits = text.get(nth..nth + 2).unwrap_or_default();
            *byte = u8::from_str_radix(digits, 16).map_err(D::Error::custom)?;
        }
        Ok(Digest(digest))
    }
}

#[cfg(test)]
mod tests {
    use super::Person;

    #[test]
    fn nobody_asks_under_an_id_of_somebody_else() {
        let wish = |operator: &str, id| Person::Operator(operator.parse().expect("an id")).wish(id);
        assert_ne!(wish("a", "b/1"), wish("a/b", "1"));
        assert_ne!(wish("a", "b\t1"), wish("a:b", "1"));
        assert!("a\tb".parse::<chat_monitor::OperatorId>().is_err());
    }
}
