//! Chats as the host knows them, and what was said in them.

use std::net::IpAddr;

use chat_monitor::{ChatId, Email, OperatorId};
use rusqlite::{OptionalExtension, Row, params};

use super::{Store, id};
use crate::entry::{Entry, Hand, InternalEntry, Kind, Moment};
use crate::said::Once;

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
    /// Whose webhooks tell of it, where it is answered in another system.
    pub(crate) source: Option<Source>,
}

impl ChatRow {
    /// Whether a visitor has begun it here, on a page of ours.
    pub(crate) fn has_visitor_here(&self) -> bool {
        !self.demonstration && self.source.is_none()
    }
}

/// Where a chat is from.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) hook: i64,
    pub(crate) vendor: String,
    /// Its id there.
    pub(crate) chat: ChatId,
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
            "INSERT INTO chats (chat, visitor, email, ip, key, demonstration, started, ended, hook, vendor, vendor_chat)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
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
            chat.source.as_ref().map(|source| source.hook),
            chat.source.as_ref().map(|source| &source.vendor),
            chat.source.as_ref().map(|source| source.chat.as_str()),
        ])?;
        Ok(())
    }

    pub(crate) fn set_email(&self, chat: &ChatId, email: &Email) -> rusqlite::Result<()> {
        self.connection.execute("UPDATE chats SET email = ?2 WHERE chat = ?1", [chat.as_str(), email.as_str()])?;
        Ok(())
    }

    /// What is known of the visitor now.
    pub(crate) fn set_visitor(&self, chat: &ChatRow) -> rusqlite::Result<()> {
        let mut update =
            self.connection.prepare_cached("UPDATE chats SET visitor = ?2, email = ?3, ip = ?4 WHERE chat = ?1")?;
        let email = chat.email.as_ref().map(Email::as_str);
        update.execute(params![chat.id.as_str(), chat.visitor, email, chat.ip.map(|ip| ip.to_string())])?;
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

    /// What the visitor said first.
    pub(crate) fn first_said(&self, chat: &ChatId) -> rusqlite::Result<Option<String>> {
        let mut select = self.connection.prepare_cached(
            "SELECT text FROM entries WHERE chat = ?1 AND kind = 'said' AND operator IS NULL ORDER BY n LIMIT 1",
        )?;
        select.query_row([chat.as_str()], |row| row.get(0)).optional()
    }

    /// What was said last.
    pub(crate) fn last_said(&self, chat: &ChatId) -> rusqlite::Result<Option<Entry>> {
        let mut select = self.connection.prepare_cached(
            "SELECT n, at, kind, operator, name, text FROM entries
             WHERE chat = ?1 AND kind = 'said' ORDER BY n DESC LIMIT 1",
        )?;
        select.query_row([chat.as_str()], read_entry).optional()
    }

    /// When the visitor said the first thing that nobody has answered.
    pub(crate) fn waiting_since(&self, chat: &ChatId) -> rusqlite::Result<Option<Moment>> {
        let mut select = self.connection.prepare_cached(
            "SELECT min(at) FROM entries WHERE chat = ?1 AND kind = 'said' AND operator IS NULL AND n > (
                 SELECT coalesce(max(n), 0) FROM entries WHERE chat = ?1 AND kind = 'said' AND operator IS NOT NULL)",
        )?;
        select.query_row([chat.as_str()], |row| row.get(0))
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
            let unread = *advice && to != *operator;
            let (operator, name, text) = ((*operator).clone(), (*name).to_owned(), (*text).to_owned());
            Ok(InternalEntry { n, at: *at, operator, name, advice: *advice, text, unread, read: Vec::new() })
        });
        counted.collect()
    }

    /// Writes down that an operator has seen this entry of theirs. Says who gave the advice, and as which of their own
    /// entries; none where it is no advice to them, or was seen before.
    pub(crate) fn read_advice(
        &self,
        chat: &ChatId,
        operator: &OperatorId,
        n: i64,
        at: Moment,
    ) -> rusqlite::Result<Option<(OperatorId, i64)>> {
        let mut update = self.connection.prepare_cached(
            "UPDATE internal_audience SET read_at = ?4
             WHERE chat = ?1 AND operator = ?2 AND n = ?3 AND read_at IS NULL AND EXISTS (
                 SELECT 1 FROM internal_entries e WHERE e.id = entry AND e.advice AND e.operator <> ?2)
             RETURNING entry",
        )?;
        let row = params![chat.as_str(), operator.as_str(), n, at];
        let Some(entry) = update.query_row(row, |row| row.get::<_, i64>(0)).optional()? else { return Ok(None) };
        let mut select = self.connection.prepare_cached(
            "SELECT a.operator, a.n FROM internal_entries e
             JOIN internal_audience a ON a.entry = e.id AND a.operator = e.operator WHERE e.id = ?1",
        )?;
        select.query_row([entry], |row| Ok((id(0, &row.get::<_, String>(0)?)?, row.get(1)?))).optional()
    }
}

/// Raised hands.
impl Store {
    pub(crate) fn set_hand(&self, chat: &ChatId, hand: Option<&Hand>) -> rusqlite::Result<()> {
        let (since, by) = hand.map(|hand| (hand.since, hand.operator.as_str())).unzip();
        self.connection
            .execute("UPDATE chats SET hand = ?2, hand_by = ?3 WHERE chat = ?1", params![chat.as_str(), since, by])?;
        Ok(())
    }

    /// Those that are up.
    pub(crate) fn hands(&self) -> rusqlite::Result<Vec<(ChatId, Hand)>> {
        let mut select = self.connection.prepare(
            "SELECT chat, hand_by, hand FROM chats
             WHERE ended IS NULL AND hand IS NOT NULL AND hand_by IS NOT NULL",
        )?;
        let hands = select.query_map([], |row| {
            let operator = id(1, &row.get::<_, String>(1)?)?;
            Ok((id(0, &row.get::<_, String>(0)?)?, Hand { operator, since: row.get(2)? }))
        })?;
        hands.collect()
    }
}

/// What was sent under a name of its own. A visitor's sender is empty: no operator has such an id.
impl Store {
    /// The number that it got when it was sent before.
    pub(crate) fn sent(&self, chat: &ChatId, sender: &str, Once(once): Once) -> rusqlite::Result<Option<i64>> {
        let mut select =
            self.connection.prepare_cached("SELECT n FROM sent WHERE chat = ?1 AND sender = ?2 AND once = ?3")?;
        select.query_row(params![chat.as_str(), sender, once], |row| row.get(0)).optional()
    }

    pub(crate) fn add_sent(&self, chat: &ChatId, sender: &str, Once(once): Once, n: i64) -> rusqlite::Result<()> {
        let mut insert =
            self.connection.prepare_cached("INSERT INTO sent (chat, sender, once, n) VALUES (?1, ?2, ?3, ?4)")?;
        insert.execute(params![chat.as_str(), sender, once, n])?;
        Ok(())
    }

    /// Nothing more can be sent to this chat.
    pub(crate) fn forget_sent(&self, chat: &ChatId) -> rusqlite::Result<()> {
        let mut delete = self.connection.prepare_cached("DELETE FROM sent WHERE chat = ?1")?;
        delete.execute([chat.as_str()])?;
        Ok(())
    }
}

const CHAT_COLUMNS: &str =
    "SELECT chat, visitor, email, ip, key, demonstration, started, ended, hook, vendor, vendor_chat
     FROM chats";

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
        source: read_source(row)?,
    })
}

fn read_source(row: &Row<'_>) -> rusqlite::Result<Option<Source>> {
    let (Some(hook), Some(vendor), Some(chat)) = (row.get(8)?, row.get(9)?, row.get::<_, Option<String>>(10)?) else {
        return Ok(None);
    };
    Ok(Some(Source { hook, vendor, chat: id(10, &chat)? }))
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

/// For the operator that it was brought to, whose id is column 6.
pub(super) fn read_internal(row: &Row<'_>) -> rusqlite::Result<InternalEntry> {
    let (from, to): (String, String) = (row.get(2)?, row.get(6)?);
    let advice = row.get(4)?;
    let read: Option<String> = row.get(8)?;
    let read = read
        .map(|read| serde_json::from_str(&read))
        .transpose()
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(8, rusqlite::types::Type::Text, error.into()))?;
    Ok(InternalEntry {
        n: row.get(0)?,
        at: row.get(1)?,
        unread: advice && from != to && row.get::<_, Option<i64>>(7)?.is_none(),
        operator: id(2, &from)?,
        name: row.get(3)?,
        advice,
        text: row.get(5)?,
        read: read.unwrap_or_default(),
    })
}
