//! Chats that go on by themselves.

use chat_monitor::{ChatId, OperatorId, Role};

use super::Office;
use crate::denial::Denial;

impl Office {
    /// The associates: they have the operators' parts in dialogues.
    pub(crate) fn associates(&self) -> Vec<OperatorId> {
        let operators = self.live.engine().operators().filter(|(_, known)| *known.role() == Role::Associate);
        operators.map(|(id, _)| id.clone()).collect()
    }

    /// Ends the chats that went on by themselves.
    pub(crate) fn end_demonstrations(&mut self) -> Result<(), Denial> {
        let played = self.chats.values().filter(|chat| chat.row.demonstration);
        for chat in played.map(|chat| chat.row.id.clone()).collect::<Vec<_>>() {
            self.end_chat(&chat, None)?;
        }
        Ok(())
    }

    /// Ends a chat that goes on no more, unless somebody has it.
    pub(crate) fn give_up(&mut self, chat: &ChatId) -> Result<(), Denial> {
        let waits = self.live.chat(chat).is_some_and(|chat| chat.operators().is_empty());
        if waits { self.end_chat(chat, None) } else { Ok(()) }
    }
}
