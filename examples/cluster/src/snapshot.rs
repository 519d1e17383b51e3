//! What is saved now and then, so that the log before it can go.

use std::collections::BTreeSet;

use chat_monitor::{MonitorEngine, SavedChats};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::message::Place;
use crate::record::Digest;
use crate::tail::Tail;

/// A shard after one of its records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShardSnapshot {
    /// After which.
    pub tail: Tail,
    /// The last place at which something was told.
    pub told: Place,
    /// The ids that were done, and where.
    pub ids: Vec<(String, u64)>,
    /// The chats and the order of their watches. The engine is that of the rules at `tail.g`.
    pub chats: SavedChats,
}

/// The rules after one of their records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulesSnapshot {
    /// After which.
    pub tail: Tail,
    /// The ids that were done, and where.
    pub ids: Vec<(String, u64)>,
    /// The gateways that are admitted.
    pub gateways: BTreeSet<String>,
    /// Operators, rules, exclusions, the policy and the time.
    pub engine: MonitorEngine,
}

/// A snapshot as it is stored: its digest, a line break, and what it holds as JSON.
pub(crate) fn to_bytes<T: Serialize>(snapshot: &T) -> Vec<u8> {
    // Nothing in a snapshot fails to be written.
    let json = serde_json::to_vec(snapshot).unwrap_or_default();
    let mut bytes = format!("{}\n", Digest::of(&json)).into_bytes();
    bytes.extend(json);
    bytes
}

/// The snapshot, unless a byte of it is wrong.
pub(crate) fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let (digest, json) = bytes.split_at_checked(64)?;
    let json = json.strip_prefix(b"\n")?;
    if digest != Digest::of(json).to_string().as_bytes() {
        return None;
    }
    serde_json::from_slice(json).ok()
}
