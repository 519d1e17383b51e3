//! What was said, read without a way to change it.

use std::path::Path;

use chat_monitor::{ChatId, OperatorId};
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Error, OpenFlags, params};
use serde_json::{Value, json};

use super::LoadError;
use super::transcripts::{read_entry, read_internal};
use crate::entry::{Entry, InternalEntry};

/// A connection that can only read.
#[derive(Debug)]
pub(crate) struct Archive(pub(super) Connection);

/// The last entries before some moment, the oldest first, and whether there are more before them.
#[derive(Debug)]
pub(crate) struct Part<T> {
    pub(crate) entries: Vec<T>,
    pub(crate) more: bool,
}

/// How large a part may be. One entry always fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    entries: usize,
    bytes: usize,
}

impl Part<()> {
    /// For a page of one chat.
    pub(crate) const PAGE: Size = Size { entries: 100, bytes: 64 * 1024 };
    /// For each of many chats on one page.
    pub(crate) const DESK: Size = Size { entries: 30, bytes: 16 * 1024 };
}

/// A text as it is searched: in small letters, and without wide ones. SQLite's own `lower` knows ASCII alone.
pub(super) fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    text.chars().map(narrow).flat_map(char::to_lowercase).collect()
}

impl Archive {
    pub(crate) fn open(path: &Path) -> Result<Self, LoadError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.set_prepared_statement_cache_capacity(16);
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        connection.create_scalar_function("plain", 1, flags, |call| {
            Ok(call.get_raw(0).as_str_or_null().map_err(|error| Error::UserFunctionError(error.into()))?.map(plain))
        })?;
        Ok(Archive(connection))
    }

    /// Entries of the chat itself, before the one numbered `before`.
    pub(crate) fn part(&self, chat: &ChatId, before: i64, size: Size) -> rusqlite::Result<Part<Entry>> {
        part(&self.0, chat, before, size)
    }

    /// Entries of the internal channel that were brought to this operator.
    pub(crate) fn internal_part(
        &self,
        chat: &ChatId,
        operator: &OperatorId,
        before: i64,
        size: Size,
    ) -> rusqlite::Result<Part<InternalEntry>> {
        internal_part(&self.0, chat, operator, before, size)
    }

    /// Both, as operators see them.
    pub(crate) fn operator_part(
        &self,
        chat: &ChatId,
        operator: &OperatorId,
        before: i64,
        size: Size,
    ) -> rusqlite::Result<Value> {
        operator_part(&self.0, chat, operator, before, size)
    }
}

pub(super) fn operator_part(
    connection: &Connection,
    chat: &ChatId,
    operator: &OperatorId,
    before: i64,
    size: Size,
) -> rusqlite::Result<Value> {
    let public = part(connection, chat, before, size)?;
    let internal = internal_part(connection, chat, operator, i64::MAX, size)?;
    Ok(json!({
        "entries": public.entries.iter().map(Entry::for_operator).collect::<Vec<_>>(),
        "more": public.more,
        "internal": internal.entries,
        "internal_more": internal.more,
    }))
}

fn part(connection: &Connection, chat: &ChatId, before: i64, size: Size) -> rusqlite::Result<Part<Entry>> {
    let mut select = connection.prepare_cached(
        "SELECT n, at, kind, operator, name, text FROM entries WHERE chat = ?1 AND n < ?2 ORDER BY n DESC",
    )?;
    let rows = select.query_map(params![chat.as_str(), before], read_entry)?;
    gather(rows, size, |entry| entry.text.len())
}

fn internal_part(
    connection: &Connection,
    chat: &ChatId,
    operator: &OperatorId,
    before: i64,
    size: Size,
) -> rusqlite::Result<Part<InternalEntry>> {
    let mut select = connection.prepare_cached(
        "SELECT a.n, e.at, e.operator, e.name, e.advice, e.text, a.operator, a.read_at,
             CASE WHEN e.advice AND e.operator = a.operator THEN (
                 SELECT json_group_array(json_object('name', coalesce(c.name, r.operator), 'at', r.read_at))
                 FROM internal_audience r LEFT JOIN accounts c ON c.operator = r.operator
                 WHERE r.entry = e.id AND r.read_at IS NOT NULL) END
         FROM internal_audience a JOIN internal_entries e ON e.id = a.entry
         WHERE a.chat = ?1 AND a.operator = ?2 AND a.n < ?3 ORDER BY a.n DESC",
    )?;
    let rows = select.query_map(params![chat.as_str(), operator.as_str(), before], read_internal)?;
    gather(rows, size, |entry| entry.text.len())
}

/// From the newest back, for as long as there is room.
fn gather<T>(
    rows: impl Iterator<Item = rusqlite::Result<T>>,
    size: Size,
    length: impl Fn(&T) -> usize,
) -> rusqlite::Result<Part<T>> {
    let mut entries = Vec::new();
    let (mut bytes, mut more) = (0, false);
    for entry in rows {
        let entry = entry?;
        bytes += length(&entry);
        if entries.len() == size.entries || (bytes > size.bytes && !entries.is_empty()) {
            more = true;
            break;
        }
        entries.push(entry);
    }
    entries.reverse();
    Ok(Part { entries, more })
}
