//! The saved monitor: the engine, the live chats and the order of the watches.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use hashbrown::{HashMap, HashSet};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::watches::Watch;
use super::{EndReason, Event, LeftReason, LiveMonitor};
use crate::chat::Chat;
use crate::engine::MonitorEngine;
use crate::id::{ChatId, OperatorId};
use crate::slab::Place;
use crate::verdict::Verdict;
use crate::wire::{Version, read_as};

/// A watch as it is saved: that it is one, and its place in the order. By which rules is for the engine to say.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a watch")]
struct WatchForm {
    chat: ChatId,
    watcher: OperatorId,
}

/// `{"version": 1, "engine": …, "chats": […], "watches": [{"chat": …, "watcher": …}]}`
impl Serialize for LiveMonitor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let chats: Vec<&Chat> = self.chats().collect();
        let form = |watch: &Watch| {
            let chat = self.rooms.get(watch.room)?.chat.id().clone();
            Some(WatchForm { chat, watcher: self.people.id(watch.watcher)?.clone() })
        };
        let watches: Vec<WatchForm> = self.watches_in_order().into_iter().filter_map(form).collect();
        let mut saved = serializer.serialize_struct("LiveMonitor", 4)?;
        saved.serialize_field("version", &Version)?;
        saved.serialize_field("engine", self.engine())?;
        saved.serialize_field("chats", &chats)?;
        saved.serialize_field("watches", &watches)?;
        saved.end()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a saved monitor")]
struct MonitorForm {
    #[expect(dead_code, reason = "reading it is checking it")]
    version: Version,
    engine: MonitorEngine,
    chats: Vec<Chat>,
    watches: Vec<WatchForm>,
}

/// A saved [`LiveMonitor`] that was read, and that is not held to today's decision yet.
///
/// Reading a `LiveMonitor` is strict: the watches that were saved must be those that the engine grants, or else the state
/// was tampered with. A release that mends a gate or a parser decides otherwise than the one that saved, though, and then
/// a host wants its state all the same, and to know what has changed.
///
/// ```
/// use chat_monitor::{Event, SavedMonitor};
///
/// // Saved by a release that let hana watch a chat without a rule.
/// let saved: SavedMonitor = serde_json::from_str(
///     r#"{
///         "version": 1,
///         "engine": {
///             "version": 1,
///             "policy": {
///                 "watch_unattended": false,
///                 "joined_count": true,
///                 "permissions": {"administrator": [], "supervisor": ["associate"], "associate": []}
///             },
///             "operators": [{"operator": "hana", "role": "supervisor"}],
///             "rules": []
///         },
///         "chats": [{"id": "c1"}],
///         "watches": [{"chat": "c1", "watcher": "hana"}]
///     }"#,
/// )?;
/// assert!(saved.clone().load().is_err());
/// let (live, events) = saved.settle()?;
/// assert_eq!(live.watch_count(), 0);
/// assert!(matches!(&events[..], [Event::WatchEnded { .. }]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SavedMonitor {
    engine: MonitorEngine,
    chats: Vec<Chat>,
    watches: Vec<WatchForm>,
}

impl From<MonitorForm> for SavedMonitor {
    fn from(form: MonitorForm) -> Self {
        let MonitorForm { version: _, engine, chats, watches } = form;
        SavedMonitor { engine, chats, watches }
    }
}

read_as!(SavedMonitor, MonitorForm);

/// Why a saved monitor cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct InvalidMonitor(#[from] Unloadable);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Unloadable {
    #[error("chat `{0}` is there twice")]
    DuplicateChat(ChatId),
    #[error("operator `{0}` has joined chat `{1}`, but may not join")]
    JoinedWithoutRights(OperatorId, ChatId),
    #[error("operator `{0}` watches chat `{1}`, which is not there")]
    WatchOfUnknownChat(OperatorId, ChatId),
    #[error("operator `{0}` watches chat `{1}` twice")]
    DuplicateWatch(OperatorId, ChatId),
    #[error("operator `{0}` watches chat `{1}`, and no rule grants it")]
    WatchWithoutGrant(OperatorId, ChatId),
    #[error("the watch of operator `{0}` on chat `{1}` is missing")]
    MissingWatch(OperatorId, ChatId),
}

impl SavedMonitor {
    /// The monitor as it was saved.
    ///
    /// # Errors
    ///
    /// [`InvalidMonitor`] if the state contradicts itself or today's decision.
    pub fn load(self) -> Result<LiveMonitor, InvalidMonitor> {
        let (monitor, events) = self.settle()?;
        let unloadable = events.into_iter().find_map(|event| match event {
            Event::Left { chat, operator, .. } => Some(Unloadable::JoinedWithoutRights(operator, chat)),
            Event::WatchEnded { chat, watcher, .. } => Some(Unloadable::WatchWithoutGrant(watcher, chat)),
            Event::WatchStarted { chat, watcher, .. } => Some(Unloadable::MissingWatch(watcher, chat)),
            // No such event comes of settling.
            Event::WatchChanged { .. } | Event::Joined { .. } | Event::Advised { .. } => None,
        });
        unloadable.map_or(Ok(monitor), |unloadable| Err(unloadable.into()))
    }

    /// The monitor as it is by today's decision, and what has changed by that: operators who must leave a chat that they
    /// had joined, watches that ended and watches that started, in the order of the events of one command.
    ///
    /// By which rules somebody watches was not saved. Where a watch stays by other rules than before, no event says so,
    /// so a host shows the lists of monitored chats anew.
    ///
    /// # Errors
    ///
    /// [`InvalidMonitor`] if the state contradicts itself: a chat or a watch that is there twice, a watch of a chat that
    /// is not.
    pub fn settle(self) -> Result<(LiveMonitor, Vec<Event>), InvalidMonitor> {
        let SavedMonitor { engine, chats, watches } = self;
        let mut monitor = LiveMonitor::new(engine);
        for chat in chats {
            if monitor.rooms.find(chat.id()).is_some() {
                return Err(Unloadable::DuplicateChat(chat.id().clone()).into());
            }
            monitor.insert(chat);
        }
        let mut events = Vec::new();
        let all: Vec<Place> = monitor.rooms.places().collect();
        for &place in &all {
            let must_leave = |engine: &MonitorEngine, operator: &_| !engine.may_stay_joined(operator);
            monitor.put_out(place, must_leave, LeftReason::NoRights, &mut events);
        }
        let ended = monitor.resume(watches)?;
        for place in all {
            for watcher in ended.get(&place).into_iter().flatten() {
                if let Some(room) = monitor.rooms.get(place) {
                    let (reason, watcher) = (monitor.why_not(watcher, &room.chat), watcher.clone());
                    events.push(Event::WatchEnded { chat: room.chat.id().clone(), watcher, reason });
                }
            }
            monitor.decide(place, &mut events);
        }
        Ok((monitor, events))
    }
}

impl LiveMonitor {
    /// Takes up the saved watches that the engine still grants, in their order, and says which it does not.
    fn resume(&mut self, watches: Vec<WatchForm>) -> Result<BTreeMap<Place, Vec<OperatorId>>, Unloadable> {
        let hasher = self.engine.hasher();
        let mut granted = HashMap::with_hasher(hasher.clone());
        for place in self.rooms.places() {
            let watchers = self.rooms.get(place).map(|room| self.engine.watchers_for(&room.chat));
            for watcher in watchers.into_iter().flatten() {
                let (watcher, rules) = watcher.into_parts();
                granted.insert((place, watcher), rules);
            }
        }
        let mut ended: BTreeMap<Place, Vec<OperatorId>> = BTreeMap::new();
        let mut seen = HashSet::with_hasher(hasher.clone());
        // Nobody is told: these began before.
        let mut begun = Vec::new();
        for WatchForm { chat, watcher } in watches {
            let Some(place) = self.rooms.find(&chat) else {
                return Err(Unloadable::WatchOfUnknownChat(watcher, chat));
            };
            if !seen.insert((place, watcher.clone())) {
                return Err(Unloadable::DuplicateWatch(watcher, chat));
            }
            match granted.remove(&(place, watcher.clone())) {
                Some(rules) => self.start(place, watcher, rules, &mut begun),
                None => ended.entry(place).or_default().push(watcher),
            }
            begun.clear();
        }
        Ok(ended)
    }

    /// Why none of an operator's rules grants a chat: the gate that closes the first one which matches it.
    fn why_not(&self, watcher: &OperatorId, chat: &Chat) -> EndReason {
        let verdicts = || self.engine.rules_of(watcher).map(|rule| self.engine.judge(rule, chat));
        let does_not_match =
            |verdict: &Verdict| matches!(verdict, Verdict::Disabled | Verdict::OutsideWindow | Verdict::NoMatch);
        let closed = verdicts().find(|verdict| !does_not_match(verdict)).or_else(|| verdicts().next());
        closed.and_then(EndReason::of).unwrap_or(EndReason::RuleRemoved)
    }
}

/// The monitor as it was saved: see [`SavedMonitor::load`].
impl TryFrom<MonitorForm> for LiveMonitor {
    type Error = InvalidMonitor;

    fn try_from(form: MonitorForm) -> Result<Self, InvalidMonitor> {
        SavedMonitor::from(form).load()
    }
}

read_as!(LiveMonitor, MonitorForm);
