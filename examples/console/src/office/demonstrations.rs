//! Chats that go on by themselves, and what is made for nobody in particular.

use chat_monitor::{ChatId, Command, Exclusion, ExclusionId, OperatorId, Permissions, Role, RoleRow};

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

    /// Adds a role, or takes away one that nothing names.
    pub(crate) fn put_role(&mut self, role: &Role, row: Option<RoleRow>) -> Result<(), Denial> {
        let policy = self.live.engine().policy().clone();
        let others = policy.permissions().rows().filter(|(known, _)| *known != role);
        let rows = others.map(|(role, row)| (role.clone(), row.clone())).chain(row.map(|row| (role.clone(), row)));
        let permissions = Permissions::none().with_rows(rows.collect::<Vec<_>>());
        // Another row may say whom the role is monitored by.
        let Ok(permissions) = permissions else { return Ok(()) };
        match self.set_policy_of_nobody(policy.with_permissions(permissions)) {
            Err(Denial::Refused(_) | Denial::RoleInUse) => Ok(()),
            done => done,
        }
    }

    pub(crate) fn put_exclusion(&mut self, exclusion: Exclusion) -> Result<(), Denial> {
        let events = self.apply(Command::AddExclusion(exclusion))?;
        self.tell_events(&events)
    }

    pub(crate) fn drop_exclusion(&mut self, id: &ExclusionId) -> Result<(), Denial> {
        if self.live.engine().exclusion(id).is_some() {
            let events = self.apply(Command::RemoveExclusion { exclusion: id.clone() })?;
            self.tell_events(&events)?;
        }
        Ok(())
    }
}
