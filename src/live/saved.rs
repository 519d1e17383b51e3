//! The saved monitor: the engine, the live chats and the order of the watches.

use alloc::vec::Vec;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::LiveMonitor;
use super::watches::Watch;
use crate::chat::Chat;
use crate::engine::MonitorEngine;
use crate::id::{ChatId, OperatorId};
use crate::wire::{Version, read_as};

/// A watch as it is saved: that it is one, and its place in the order. By which rules is for the engine to say.
#[derive(Serialize, Deserialize)]
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
            let chat = self.chats.get(&watch.chat)?.id().clone();
            Some(WatchForm { chat, watcher: watch.watcher.clone() })
        };
        let watches: Vec<WatchForm> = self.watches.iter().filter_map(form).collect();
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

#[derive(Debug, thiserror::Error)]
enum Unloadable {
    #[error("chat `{0}` is there twice")]
    DuplicateChat(ChatId),
    #[error("operator `{0}` has joined chat `{1}`, but may not monitor anybody")]
    JoinedWithoutRights(OperatorId, ChatId),
    #[error("operator `{0}` watches chat `{1}`, which is not there")]
    WatchOfUnknownChat(OperatorId, ChatId),
    #[error("operator `{0}` watches chat `{1}` twice, or no rule grants it")]
    WatchWithoutGrant(OperatorId, ChatId),
    #[error("the watch of operator `{0}` on chat `{1}` is missing")]
    MissingWatch(OperatorId, ChatId),
}

impl TryFrom<MonitorForm> for LiveMonitor {
    type Error = Unloadable;

    fn try_from(form: MonitorForm) -> Result<Self, Unloadable> {
        let mut monitor = LiveMonitor::new(form.engine);
        for chat in form.chats {
            if monitor.seqs.contains_key(chat.id()) {
                return Err(Unloadable::DuplicateChat(chat.id().clone()));
            }
            if let Some(operator) = chat.joined().iter().find(|operator| !monitor.engine.has_rights(operator)) {
                return Err(Unloadable::JoinedWithoutRights(operator.clone(), chat.id().clone()));
            }
            monitor.insert(chat);
        }
        // The engine says who watches; the saved watches say in which order they began, and must be the same ones.
        let mut granted = hashbrown::HashMap::with_hasher(monitor.seqs.hasher().clone());
        for (seq, chat) in &monitor.chats {
            for watcher in monitor.engine.watchers_for(chat) {
                granted.insert((*seq, watcher.operator().clone()), watcher.rules().to_vec());
            }
        }
        for WatchForm { chat, watcher } in form.watches {
            let Some(&seq) = monitor.seqs.get(&chat) else {
                return Err(Unloadable::WatchOfUnknownChat(watcher, chat));
            };
            let Some(rules) = granted.remove(&(seq, watcher.clone())) else {
                return Err(Unloadable::WatchWithoutGrant(watcher, chat));
            };
            monitor.watches.start(Watch { chat: seq, watcher, rules });
        }
        let missing = granted.into_keys().min();
        let named = missing.and_then(|(seq, watcher)| Some((watcher, monitor.chats.get(&seq)?.id().clone())));
        match named {
            Some((watcher, chat)) => Err(Unloadable::MissingWatch(watcher, chat)),
            None => Ok(monitor),
        }
    }
}

read_as!(LiveMonitor, MonitorForm);
