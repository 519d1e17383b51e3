//! Who may read a chat when it has ended: whoever attended it, watched it or joined it, up to where they could while it
//! was live.

use std::collections::BTreeSet;

use chat_monitor::{ChatId, EndReason, Event, OperatorId};

use super::{Attempt, Office};
use crate::denial::Denial;
use crate::looks::Look;
use crate::store::{Action, ReaderOf, Reads};

impl Office {
    /// Writes down who attends a chat now, and who does not any more.
    pub(super) fn note_attending(
        &self,
        chat: &ChatId,
        attended: &BTreeSet<OperatorId>,
        attends: &BTreeSet<OperatorId>,
    ) -> Result<(), Denial> {
        for operator in attends.difference(attended) {
            self.store.let_read(operator, chat, Reads::AsAttending)?;
        }
        // When it has ended, those who attended to the end read all of it.
        if let Some(known) = self.chats.get(chat).filter(|_| self.live.chat(chat).is_some()) {
            for operator in attended.difference(attends) {
                self.store.limit_reading(operator, chat, Reads::AsAttending, Some(known.entries))?;
            }
        }
        Ok(())
    }

    /// Writes down who watches or has joined, and who does not any more.
    pub(super) fn note_watching(&self, event: &Event) -> Result<(), Denial> {
        match event {
            Event::WatchStarted { chat, watcher, .. } => self.store.let_read(watcher, chat, Reads::AsWatching)?,
            Event::WatchEnded { reason: EndReason::ChatEnded | EndReason::Joined, .. } => {}
            Event::WatchEnded { chat, watcher, reason: EndReason::Forbidden | EndReason::Excluded(_) } => {
                self.store.limit_reading(watcher, chat, Reads::AsWatching, None)?;
            }
            Event::WatchEnded { chat, watcher: operator, .. } | Event::Left { chat, operator, .. } => {
                // Whoever left may watch again, and what is said of both may come in any order.
                if self.standing(operator, chat).is_none() {
                    let last = self.chats.get(chat).map(|known| known.entries);
                    self.store.limit_reading(operator, chat, Reads::AsWatching, last)?;
                }
            }
            Event::WatchChanged { .. } | Event::Joined { .. } | Event::Advised { .. } => {}
        }
        Ok(())
    }

    /// Before a chat ends: where monitoring is not allowed in the end, nobody reads it for having watched it before.
    pub(super) fn note_ending(&self, chat: &ChatId) -> Result<(), Denial> {
        let Some(ending) = self.live.chat(chat) else { return Ok(()) };
        if !ending.monitoring_allowed() {
            self.store.forbid_watchers(chat)?;
        }
        // Of chats that began under an older version, nothing was written down.
        for operator in ending.operators() {
            self.store.let_read(operator, chat, Reads::AsAttending)?;
        }
        Ok(())
    }

    /// As whom somebody reads ended chats, at this moment.
    pub(crate) fn reader_of(&self, operator: &OperatorId) -> ReaderOf {
        ReaderOf { operator: operator.clone(), may_monitor: self.may_monitor(operator) }
    }

    /// Writes down that an ended chat is opened, unless that is one look with what is written down already.
    pub(crate) fn note_ended_opened(&self, operator: &OperatorId, chat: &ChatId, look: &Look) -> Result<(), Denial> {
        if look.is_new("ended") {
            self.audit(Attempt { operator, action: Action::OpenedEnded, chat: Some(chat) }, String::new(), "")?;
        }
        Ok(())
    }
}
