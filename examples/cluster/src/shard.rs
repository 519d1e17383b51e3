//! Which log a chat belongs to.

use std::fmt;

use chat_monitor::ChatId;
use serde::{Deserialize, Serialize};

/// One of the parts that the chats are divided into, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shard(pub u16);

impl Shard {
    /// The shard of `chat` among `shards` of them: FNV-1a of its id, the same on every machine and in every version.
    pub fn of(chat: &ChatId, shards: u16) -> Self {
        let hash = chat.as_str().bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        // The remainder is below `shards`.
        Shard(u16::try_from(hash % u64::from(shards.max(1))).unwrap_or_default())
    }

    /// All of them, in order.
    pub fn all(shards: u16) -> impl Iterator<Item = Shard> {
        (0..shards).map(Shard)
    }
}

/// One log: that of the rules, or that of a shard. Each has one owner at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Log {
    /// The commands on operators, rules, exclusions, the policy and the time.
    Rules,
    /// The commands on the chats of one shard, and what is said in them.
    Shard(Shard),
}

impl Log {
    /// That of the rules first, then those of the shards.
    pub fn all(shards: u16) -> impl Iterator<Item = Log> {
        std::iter::once(Log::Rules).chain(Shard::all(shards).map(Log::Shard))
    }
}

/// `rules`, or the number of the shard.
impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Log::Rules => f.write_str("rules"),
            Log::Shard(Shard(number)) => write!(f, "{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Shard;

    /// Another hash would look for every chat in a log where it is not.
    #[test]
    fn the_hash_is_fixed() {
        let of = |chat: &str| Shard::of(&chat.parse().expect("an id"), 64);
        assert_eq!(["c1", "c2", "42", "チャット1"].map(of), [Shard(25), Shard(0), Shard(35), Shard(9)]);
    }
}
