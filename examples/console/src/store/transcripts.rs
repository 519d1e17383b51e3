//! Chats as the host knows them, and what was said in them.

use std::net::IpAddr;

use chat_monitor::{ChatId, Email, OperatorId};
use rusqlite::{OptionalExtension, Row, params};

use super::{Store, id};
use crate::entry::{Entry, InternalEntry, Kind, Moment};

/// What the host knows of a chat beside who is in it.
#[derive(Clone, Debug)]
pub(crate) struct ChatRow {
    pub(crate) id: ChatId,
    /// What the visitor calls themselves.
    pub(crate) visitor: String,
    pub(crate) email: Option<Email>,
    pub(crate) ip: Option<IpAddr>,
    /// The digest of what the visitor's browser proves itself with.
    pub(crate) key: Vec<u8>,
    pub(crate) demonstration: bool,
    pub(crate) started: Moment,
    pub(crate) ended: Option<Moment>,
}

/// What is written to the internal channel.
#[derive(Debug)]
pub(crate) struct NewInternal<'a> {
    pub(crate) chat: &'a ChatId,
    pub(crate) at: Moment,
    pub(crate) operator: &'a OperatorId,
    pub(crate) name: &'a str,
    pub(crate) advice: bool,
    pub(crate) text: &'a str,
}

/// Chats.
impl Store {
    pub(crate) fn add_chat(&self, chat: &ChatRow) -> rusqlite::Result<()> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO chats (chat, visitor, email, ip, key, demonstration, started, ended)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        insert.execute(params![
            chat.id.as_str(),
            chat.visitor,
            chat.email.as_ref().map(Email::as_str),
            chat.ip.map(|ip| ip.to_string()),
            chat.key,
            chat.demonstration,
            chat.started,
            chat.ended,
        ])?;
        Ok(())
    }

    pub(crate) fn set_email(&self, chat: &ChatId, email: &Email) -> rusqlite::Result<()> {
        self.connection.execute("UPDATE chats SET email = ?2 WHERE chat = ?1", [chat.as_str(), email.as_str()])?;
        Ok(())
    }

    pub(crate) fn end_chat(&self, chat: &ChatId, at: Moment) -> rusqlite::Result<()> {
        self.connection.execute("UPDATE chats SET ended = ?2 WHERE chat = ?1", params![chat.as_str(), at])?;
        Ok(())
    }

    pub(crate) fn chat(&self, chat: &ChatId) -> rusqlite::Result<Option<ChatRow>> {
        let mut select = self.connection.prepare_cached(&format!("{CHAT_COLUMNS} WHERE chat = ?1"))?;
        select.query_row([chat.as_str()], read_chat).optional()
    }

    pub(crate) fn live_chats(&self) -> rusqlite::Result<Vec<ChatRow>> {
        let mut select = self.connection.prepare(&format!("{CHAT_COLUMNS} WHERE ended IS NULL"))?;
        select.query_map([], read_chat)?.collect()
    }
}

/// The chat itself.
impl Store {
    pub(crate) fn add_entry(&self, chat: &ChatId, entry: &Entry) -> rusqlite::Result<()> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO entries (chat, n, at, kind, operator, name, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let operator = entry.operator.as_ref().map(OperatorId::as_str);
        let Entry { n, at, kind, operator: _, name, text } = entry;
        insert.execute(params![chat.as_str(), n, at, kind.as_str(), operator, name, text])?;
        Ok(())
    }

    pub(crate) fn last_entry_number(&self, chat: &ChatId) -> rusqlite::Result<i64> {
        let mut select = self.connection.prepare_cached("SELECT coalesce(max(n), 0) FROM entries WHERE chat = ?1")?;
        select.query_row([chat.as_str()], |row| row.get(0))
    }

    /// The highest number in the internal channel.
    pub(crate) fn last_internal_number(&self, chat: &ChatId) -> rusqlite::Result<i64> {
        let mut select =
            self.connection.prepare_cached("SELECT coalesce(max(n), 0) FROM internal_audience WHERE chat = ?1")?;
        select.query_row([chat.as_str()], |row| row.get(0))
    }

    /// What was said last.
    pub(crate) fn last_said(&self, chat: &ChatId) -> rusqlite::Result<Option<Entry>> {
        let mut select = self.connection.prepare_cached(
            "SELECT n, at, kind, operator, name, text FROM entries
             WHERE chat = ?1 AND kind = 'said' ORDER BY n DESC LIMIT 1",
        )?;
        select.query_row([chat.as_str()], read_entry).optional()
    }
}

/// The internal channel.
impl Store {
    /// Adds an entry, and counts it for each of its audience.
    pub(crate) fn add_internal(
        &self,
        new: &NewInternal<'_>,
        audience: &[OperatorId],
    ) -> rusqlite::Result<Vec<InternalEntry>> {
        let NewInternal { chat, at, operator, name, advice, text } = new;
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO internal_entries (chat, at, operator, name, advice, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let entry = insert.insert(params![chat.as_str(), at, operator.as_str(), name, advice, text])?;
        let mut count = self.connection.prepare_cached(
            "INSERT INTO internal_audience (chat, operator, n, entry)
             SELECT ?1, ?2, coalesce(max(n), 0) + 1, ?3 FROM internal_audience WHERE chat = ?1 AND operator = ?2
             RETURNING n",
        )?;
        let counted = audience.iter().map(|to| {
            let n = count.query_row(params![chat.as_str(), to.as_str(), entry], |row| row.get(0))?;
            let (operator, name, text) = ((*operator).clone(), (*name).to_owned(), (*text).to_owned());
            Ok(InternalEntry { n, at: *at, operator, name, advice: *advice, text })
        });
        counted.collect()
    }
}

const CHAT_COLUMNS: &str = "SELECT chat, visitor, email, ip, key, demonstration, started, ended FROM chats";

fn read_chat(row: &Row<'_>) -> rusqlite::Result<ChatRow> {
    Ok(ChatRow {
        id: id(0, &row.get::<_, String>(0)?)?,
        visitor: row.get(1)?,
        email: row.get::<_, Option<String>>(2)?.map(|email| id(2, &email)).transpose()?,
        ip: row.get::<_, Option<String>>(3)?.map(|ip| id(3, &ip)).transpose()?,
        key: row.get(4)?,
        demonstration: row.get(5)?,
        started: row.get(6)?,
        ended: row.get(7)?,
    })
}

pub(super) fn read_entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let kind: String = row.get(2)?;
    Ok(Entry {
        n: row.get(0)?,
        at: row.get(1)?,
        kind: Kind::ALL.into_iter().find(|known| known.as_str() == kind).unwrap_or(Kind::Said),
        operator: row.get::<_, Option<String>>(3)?.map(|operator| id(3, &operator)).transpose()?,
        name: row.get(4)?,
        text: row.get(5)?,
    })
}

pub(super) fn read_internal(row: &Row<'_>) -> rusqlite::Result<InternalEntry> {
    Ok(InternalEntry {
        n: row.get(0)?,
        at: row.get(1)?,
        operator: id(2, &row.get::<_, String>(2)?)?,
        name: row.get(3)?,
        advice: row.get(4)?,
        text: row.get(5)?,
    })
}
