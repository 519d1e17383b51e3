//! What operators do in the chats that they attend.

use chat_monitor::{Channel, ChatId, Command, Departments, OperatorId};

use super::{LiveChat, Office};
use crate::denial::Denial;
use crate::entry::{Kind, now};
use crate::limits::Origin;
use crate::said::Once;
use crate::store::NewInternal;

impl Office {
    /// Takes a chat that waits.
    pub(crate) fn pick_up(&mut self, operator: &OperatorId, chat: &ChatId) -> Result<(), Denial> {
        self.role(operator).ok_or(Denial::NotAllowed)?;
        // Somebody else's, over, or made up: that makes no difference to who asks.
        let before = self.live.participant_view(chat).filter(|view| view.operators().is_empty());
        let before = before.filter(|_| !self.is_elsewhere(chat)).ok_or(Denial::PickedUp)?;
        let events = self.apply(Command::Attend { chat: chat.clone(), operator: operator.clone() })?;
        let entry = self.add_entry(chat, Kind::PickedUp, Some(operator), "")?;
        self.tell_change(chat, Some(before), Some(&entry), &events)
    }

    /// Hands a chat on to somebody else, and to other departments if it is to belong to others.
    pub(crate) fn transfer(
        &mut self,
        operator: &OperatorId,
        chat: &ChatId,
        to: &OperatorId,
        departments: Option<Departments>,
    ) -> Result<(), Denial> {
        self.check_given(operator, chat)?;
        self.check_answered_here(chat)?;
        self.role(to).ok_or(Denial::NoSuchOperator)?;
        self.check_are_known(departments.iter().flat_map(|departments| departments.iter()))?;
        let before = self.live.participant_view(chat);
        let (from, id) = (operator.clone(), chat.clone());
        let events = self.apply(Command::Transfer { chat: id, from, to: to.clone(), departments })?;
        let name = self.name(to).to_owned();
        let entry = self.add_entry(chat, Kind::Transferred, Some(operator), &name)?;
        self.tell_change(chat, before, Some(&entry), &events)
    }

    /// Says something to everyone in the chat.
    pub(crate) fn say(
        &mut self,
        operator: &OperatorId,
        chat: &ChatId,
        text: &str,
        once: Option<Once>,
    ) -> Result<i64, Denial> {
        self.check_attends(operator, chat)?;
        if let Some(n) = self.sent(chat, Some(operator), once)? {
            return Ok(n);
        }
        self.check_answered_here(chat)?;
        let entry = self.add_entry(chat, Kind::Said, Some(operator), text)?;
        self.remember_sent(chat, Some(operator), once, entry.n)?;
        self.tell_entry(chat, &entry);
        Ok(entry.n)
    }

    /// Writes to the internal channel, as one who attends.
    pub(crate) fn note(
        &mut self,
        operator: &OperatorId,
        chat: &ChatId,
        text: &str,
        once: Option<Once>,
    ) -> Result<(), Denial> {
        self.check_attends(operator, chat)?;
        if self.sent(chat, Some(operator), once)?.is_some() {
            return Ok(());
        }
        let recipients = self.live.recipients(chat, Channel::Internal);
        let audience: Vec<_> = recipients.attending().chain(recipients.watchers()).cloned().collect();
        self.add_internal(operator, chat, false, text, &audience)?;
        self.remember_sent(chat, Some(operator), once, 0)
    }

    /// The number of what this sender has sent under this name before; a visitor has no id.
    pub(super) fn sent(
        &self,
        chat: &ChatId,
        sender: Option<&OperatorId>,
        once: Option<Once>,
    ) -> Result<Option<i64>, Denial> {
        let sender = sender.map_or("", OperatorId::as_str);
        Ok(once.map(|once| self.store.sent(chat, sender, once)).transpose()?.flatten())
    }

    pub(super) fn remember_sent(
        &self,
        chat: &ChatId,
        sender: Option<&OperatorId>,
        once: Option<Once>,
        n: i64,
    ) -> Result<(), Denial> {
        let sender = sender.map_or("", OperatorId::as_str);
        Ok(once.map_or(Ok(()), |once| self.store.add_sent(chat, sender, once, n))?)
    }

    pub(crate) fn end(&mut self, operator: &OperatorId, chat: &ChatId) -> Result<(), Denial> {
        self.check_given(operator, chat)?;
        self.check_answered_here(chat)?;
        self.end_chat(chat, Some(operator))
    }

    /// Ends a chat that is live.
    pub(super) fn end_chat(&mut self, chat: &ChatId, operator: Option<&OperatorId>) -> Result<(), Denial> {
        self.end_chat_as(chat, Kind::Ended, operator)
    }

    /// Ends a chat; `kind` says in it why.
    pub(super) fn end_chat_as(
        &mut self,
        chat: &ChatId,
        kind: Kind,
        operator: Option<&OperatorId>,
    ) -> Result<(), Denial> {
        let before = self.live.participant_view(chat).ok_or(Denial::NoSuchChat)?;
        self.note_ending(chat)?;
        let entry = self.add_entry(chat, kind, operator, "")?;
        // They are told before the monitor forgets who they are; nobody hears it before it is kept.
        self.tell_entry(chat, &entry);
        let events = self.apply(Command::EndChat { chat: chat.clone() })?;
        self.store.end_chat(chat, entry.at)?;
        self.store.forget_sent(chat)?;
        let told = self.tell_change(chat, Some(before), None, &events);
        if let Some(LiveChat { row, .. }) = self.chats.remove(chat) {
            self.hooks.remove(&row);
            if row.source.is_some() {
                self.store.forget_messages(chat)?;
            }
            if let Some(count) = self.live_from.get_mut(&Origin::of(row.ip)).filter(|_| row.has_visitor_here()) {
                *count -= 1;
                if *count == 0 {
                    self.live_from.remove(&Origin::of(row.ip));
                }
            }
        }
        told
    }

    /// Adds to the internal channel, and tells `audience`.
    pub(super) fn add_internal(
        &mut self,
        operator: &OperatorId,
        chat: &ChatId,
        advice: bool,
        text: &str,
        audience: &[OperatorId],
    ) -> Result<(), Denial> {
        let limit = self.limits.entries_per_chat;
        if self.chats.get(chat).is_none_or(|known| known.internal >= limit) {
            return Err(Denial::ChatFull);
        }
        let name = self.name(operator);
        let new = NewInternal { chat, at: now(), operator, name, advice, text };
        let counted = self.store.add_internal(&new, audience)?;
        if let Some(known) = self.chats.get_mut(chat) {
            known.internal = counted.iter().map(|entry| entry.n).fold(known.internal, i64::max);
        }
        for (to, entry) in audience.iter().zip(&counted) {
            self.tell_internal(chat, to, entry);
        }
        Ok(())
    }

    /// Whether somebody attends who is no watcher is all that this looks at: so the answer tells of no watcher.
    pub(crate) fn check_attends(&self, operator: &OperatorId, chat: &ChatId) -> Result<(), Denial> {
        let attends = self.live.chat(chat).is_some_and(|chat| chat.attends(operator));
        if attends { Ok(()) } else { Err(Denial::NoSuchChat) }
    }

    pub(super) fn check_given(&self, operator: &OperatorId, chat: &ChatId) -> Result<(), Denial> {
        let given = self.live.chat(chat).is_some_and(|chat| chat.operators().contains(operator));
        if given { Ok(()) } else { Err(Denial::NoSuchChat) }
    }
}
