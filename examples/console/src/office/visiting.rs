//! What visitors do.

use std::net::IpAddr;
use std::sync::Arc;

use chat_monitor::{Chat, ChatId, Command, Email, Visitor};

use super::presence::Presence;
use super::{LiveChat, Office};
use crate::denial::Denial;
use crate::entry::{Kind, now};
use crate::limits::Origin;
use crate::said::Once;
use crate::store::ChatRow;

/// What a visitor begins with.
#[derive(Debug)]
pub(crate) struct NewChat {
    pub(crate) id: ChatId,
    pub(crate) name: String,
    pub(crate) email: Option<Email>,
    pub(crate) ip: Option<IpAddr>,
    pub(crate) key: Vec<u8>,
    pub(crate) demonstration: bool,
}

impl Office {
    pub(crate) fn start_chat(&mut self, new: NewChat) -> Result<(), Denial> {
        let count = self.live_from.get(&Origin::of(new.ip)).copied().unwrap_or_default();
        if !new.demonstration && count >= self.limits.chats_per_address {
            return Err(Denial::TooManyChats);
        }
        let NewChat { id, name, email, ip, key, demonstration } = new;
        let row =
            ChatRow { id, visitor: name, email, ip, key, demonstration, started: now(), ended: None, source: None };
        let chat = Chat::new(row.id.clone()).with_visitor(visitor(&row));
        let events = self.apply(Command::StartChat(chat))?;
        self.store.add_chat(&row)?;
        if row.has_visitor_here() {
            *self.live_from.entry(Origin::of(row.ip)).or_default() += 1;
        }
        let id = row.id.clone();
        let presence = Presence::since(row.started);
        let row = Arc::new(row);
        let chat = LiveChat { row, entries: 0, internal: 0, first: None, last: None, waiting: None, presence };
        self.chats.insert(id.clone(), chat);
        self.tell_change(&id, None, None, &events)
    }

    pub(crate) fn set_email(&mut self, chat: &ChatId, email: Email) -> Result<(), Denial> {
        let known = self.chats.get_mut(chat).ok_or(Denial::Over)?;
        Arc::make_mut(&mut known.row).email = Some(email.clone());
        let visitor = visitor(&known.row);
        let events = self.apply(Command::SetVisitor { chat: chat.clone(), visitor })?;
        self.store.set_email(chat, &email)?;
        self.tell_visitor_card(chat, &email, &events)
    }

    pub(crate) fn say_as_visitor(&mut self, chat: &ChatId, text: &str, once: Option<Once>) -> Result<i64, Denial> {
        let spoke = self.chats.get(chat).ok_or(Denial::Over)?.first.is_some();
        if let Some(n) = self.sent(chat, None, once)? {
            return Ok(n);
        }
        let entry = self.add_entry(chat, Kind::Said, None, text)?;
        self.remember_sent(chat, None, once, entry.n)?;
        self.tell_entry(chat, &entry);
        if !spoke && self.live.chat(chat).is_some_and(|chat| chat.operators().is_empty()) {
            self.tell_desks(chat);
        }
        Ok(entry.n)
    }

    pub(crate) fn end_as_visitor(&mut self, chat: &ChatId) -> Result<(), Denial> {
        if !self.chats.contains_key(chat) {
            return Err(Denial::Over);
        }
        self.end_chat(chat, None)
    }

    /// Checks that whoever holds this key is the visitor of this chat.
    pub(crate) fn check_visitor(&self, chat: &ChatId, key: &[u8]) -> Result<(), Denial> {
        let is_theirs = match self.chats.get(chat) {
            Some(known) => known.row.key == key,
            None => self.store.chat(chat)?.is_some_and(|row| row.key == key),
        };
        if is_theirs { Ok(()) } else { Err(Denial::NoSuchChat) }
    }
}

/// What the monitor may know of the visitor.
fn visitor(row: &ChatRow) -> Visitor {
    let visitor = row.ip.map_or_else(Visitor::new, |ip| Visitor::new().with_ip(ip));
    match &row.email {
        Some(email) => visitor.with_email(email.clone()),
        None => visitor,
    }
}
