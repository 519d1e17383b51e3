//! A saved monitor in parts, each small enough to be made between two commands.

use alloc::vec::Vec;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{SavedChats, SavedWatch, Unloadable};
use crate::chat::Chat;
use crate::engine::{EngineForm, Seq};
use crate::exclusion::Exclusion;
use crate::id::OperatorId;
use crate::operator::form::OwnedLine;
use crate::policy::Policy;
use crate::rule::Rule;
use crate::wire::{Version, entries, read_as};

/// A part of a saved monitor: see [`LiveMonitor::begin_saving`](crate::LiveMonitor::begin_saving).
///
/// A host writes each as it comes, a line of JSON for instance, and reads them back in the same order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedPart(pub(in super::super) Part);

/// `{"head": {"version": 1, "engine": {"policy": …, "operators": 2, "rules": 1}, "chats": 1, "watches": 1}}`, and behind
/// it, as many times as it takes, `{"operators": […]}`, `{"rules": […]}` and
/// `{"chats": [{"chat": …, "watches": {"hana": 0}}]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields, expecting = "a part of a saved monitor")]
pub(in super::super) enum Part {
    Head(Head),
    Operators(Vec<OwnedLine>),
    Rules(Vec<Rule>),
    Chats(Vec<SavedChat>),
}

/// What stands first: all that is not many, and how much comes behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the first part")]
pub(in super::super) struct Head {
    pub(in super::super) version: Version,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in super::super) engine: Option<EngineHead>,
    pub(in super::super) chats: u64,
    pub(in super::super) watches: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "what an engine holds")]
pub(in super::super) struct EngineHead {
    pub(in super::super) policy: Policy,
    pub(in super::super) operators: u64,
    pub(in super::super) rules: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in super::super) exclusions: Vec<Exclusion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in super::super) now: Option<u64>,
}

/// A chat with its watches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a chat with its watches")]
pub(in super::super) struct SavedChat {
    pub(in super::super) chat: Chat,
    /// Who watches it, each with the watch's place among all watches.
    #[serde(serialize_with = "write_watches", deserialize_with = "read_watches")]
    pub(in super::super) watches: Vec<(OperatorId, Seq)>,
}

fn write_watches<S: Serializer>(watches: &[(OperatorId, Seq)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(watches.iter().map(|(watcher, place)| (watcher, place)))
}

fn read_watches<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(OperatorId, Seq)>, D::Error> {
    entries::read(deserializer, "an object with the place of each watch")
}

impl Serialize for SavedPart {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl From<Part> for SavedPart {
    fn from(part: Part) -> Self {
        SavedPart(part)
    }
}

read_as!(SavedPart, Part);

/// The engine, if there is one, and the chats of all parts of one saving.
pub(super) fn put_together(
    parts: impl IntoIterator<Item = SavedPart>,
) -> Result<(Option<EngineForm>, SavedChats), Unloadable> {
    let mut parts = parts.into_iter();
    let Some(SavedPart(Part::Head(head))) = parts.next() else { return Err(Unloadable::NoHead) };
    let (mut operators, mut rules) = (Vec::new(), Vec::new());
    let (mut chats, mut watches) = (Vec::<Chat>::new(), Vec::new());
    for SavedPart(part) in parts {
        match part {
            Part::Head(_) => return Err(Unloadable::TwoHeads),
            Part::Operators(more) => operators.extend(more),
            Part::Rules(more) => rules.extend(more),
            Part::Chats(more) => {
                for SavedChat { chat, watches: of_chat } in more {
                    let saved = |(watcher, place)| (place, SavedWatch { chat: chats.len(), watcher });
                    watches.extend(of_chat.into_iter().map(saved));
                    chats.push(chat);
                }
            }
        }
    }
    let (of_operators, of_rules) = head.engine.as_ref().map_or((0, 0), |engine| (engine.operators, engine.rules));
    let counts = [
        (of_operators, "operators", operators.len()),
        (of_rules, "rules", rules.len()),
        (head.chats, "chats", chats.len()),
        (head.watches, "watches", watches.len()),
    ];
    if let Some((all, what, found)) = counts.into_iter().find(|(all, _, found)| *all != *found as u64) {
        return Err(Unloadable::Count(all, what, found as u64));
    }
    watches.sort_by_key(|(place, _)| *place);
    let mut pairs = watches.iter().zip(watches.iter().skip(1));
    if let Some(((place, _), _)) = pairs.find(|((one, _), (next, _))| one == next) {
        return Err(Unloadable::SamePlace(*place));
    }
    let engine = head.engine.map(|EngineHead { policy, exclusions, now, .. }| EngineForm {
        version: head.version,
        policy,
        operators,
        rules,
        exclusions: Some(exclusions),
        now,
    });
    Ok((engine, SavedChats { chats, watches: watches.into_iter().map(|(_, watch)| watch).collect() }))
}
