//! The saved monitor: the engine, the live chats and the order of the watches; in one piece, or in parts.

mod chats;
mod part;

use alloc::vec::Vec;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::watches::Watch;
use super::{Event, LiveMonitor};
use crate::chat::Chat;
use crate::engine::{InvalidEngine, MonitorEngine};
use crate::id::{ChatId, OperatorId};
use crate::wire::{Version, read_as};

use chats::{SavedWatch, WatchForm};

pub use chats::SavedChats;
pub use part::SavedPart;
pub(super) use part::{EngineHead, Head, Part, SavedChat};

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
    chats: SavedChats,
}

impl TryFrom<MonitorForm> for SavedMonitor {
    type Error = InvalidMonitor;

    fn try_from(form: MonitorForm) -> Result<Self, InvalidMonitor> {
        let MonitorForm { version: _, engine, chats, watches } = form;
        Ok(SavedMonitor { engine, chats: SavedChats::of_forms(chats, watches)? })
    }
}

read_as!(SavedMonitor, MonitorForm);

/// Why a saved monitor, saved chats or the parts of them cannot be loaded.
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
    #[error(transparent)]
    Engine(#[from] InvalidEngine),
    #[error("the first part is missing")]
    NoHead,
    #[error("the parts of two savings are mixed")]
    TwoHeads,
    #[error("parts are missing or repeated: of {0} {1} there are {2}")]
    Count(u64, &'static str, u64),
    #[error("two watches have the place {0} in their order")]
    SamePlace(u64),
    #[error("the parts hold no engine")]
    NoEngine,
    #[error("the parts hold an engine")]
    WithEngine,
}

impl SavedMonitor {
    /// An engine, and the chats that were saved without it.
    pub fn new(engine: MonitorEngine, chats: SavedChats) -> Self {
        SavedMonitor { engine, chats }
    }

    /// What was [saved in parts](LiveMonitor::begin_saving), the engine included.
    ///
    /// # Errors
    ///
    /// [`InvalidMonitor`] if a part is missing or there twice, or if the engine in them contradicts itself.
    pub fn of_parts(parts: impl IntoIterator<Item = SavedPart>) -> Result<Self, InvalidMonitor> {
        let (engine, chats) = part::put_together(parts)?;
        let engine = engine.ok_or(Unloadable::NoEngine)?;
        Ok(SavedMonitor { engine: MonitorEngine::try_from(engine).map_err(Unloadable::from)?, chats })
    }

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
    /// [`InvalidMonitor`] if the state contradicts itself: a chat or a watch that is there twice.
    pub fn settle(self) -> Result<(LiveMonitor, Vec<Event>), InvalidMonitor> {
        let mut monitor = LiveMonitor::new(self.engine);
        let events = monitor.take_up(self.chats)?;
        Ok((monitor, events))
    }
}

/// The monitor as it was saved: see [`SavedMonitor::load`].
impl TryFrom<MonitorForm> for LiveMonitor {
    type Error = InvalidMonitor;

    fn try_from(form: MonitorForm) -> Result<Self, InvalidMonitor> {
        SavedMonitor::try_from(form)?.load()
    }
}

read_as!(LiveMonitor, MonitorForm);
