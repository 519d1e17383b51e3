//! What is deleted for good: chats whose time is over, and what is kept of a person who asks for that.

use chat_monitor::{ChatId, OperatorId};
use rusqlite::{OptionalExtension, params};

use super::audit::read_seals;
use super::{Store, id};
use crate::entry::Moment;

/// How many rows are deleted in one act, so that nobody waits long for it.
const ROWS: i64 = 500;

/// How many lines of the audit are changed in one act.
const LINES: i64 = 200;

/// When a chat has ended, as it is written for one that somebody had erased.
const CONDEMNED: Moment = 0;

/// What a chat has in other tables, with what its rows are told apart by.
const TABLES: [(&str, &str); 6] = [
    ("entries", "chat, n"),
    ("internal_audience", "chat, operator, n"),
    ("internal_entries", "id"),
    ("sent", "chat, sender, once"),
    ("hook_messages", "chat, message"),
    ("chat_readers", "operator, chat"),
];

impl Store {
    /// A chat that ended before this moment.
    pub(crate) fn chat_ended_before(&self, moment: Moment) -> rusqlite::Result<Option<ChatId>> {
        let mut select =
            self.connection.prepare_cached("SELECT chat FROM chats WHERE ended IS NOT NULL AND ended < ?1 LIMIT 1")?;
        let chat: Option<String> = select.query_row([moment], |row| row.get(0)).optional()?;
        chat.map(|chat| id(0, &chat)).transpose()
    }

    /// A chat that is being erased.
    pub(crate) fn condemned_chat(&self) -> rusqlite::Result<Option<ChatId>> {
        self.chat_ended_before(CONDEMNED + 1)
    }

    /// Lets an ended chat be erased, with what the audit says of it: how many lines that are. None where there is no such
    /// chat.
    pub(crate) fn condemn_chat(&self, chat: &ChatId) -> rusqlite::Result<Option<usize>> {
        let ended = "UPDATE chats SET ended = ?2 WHERE chat = ?1 AND ended IS NOT NULL";
        if self.connection.execute(ended, params![chat.as_str(), CONDEMNED])? == 0 {
            return Ok(None);
        }
        let lines = "INSERT OR IGNORE INTO lines_to_erase SELECT id FROM audit WHERE chat = ?1";
        self.connection.execute(lines, [chat.as_str()]).map(Some)
    }

    /// Lets these lines of the audit be erased, and says how many that are which were not to be already.
    pub(crate) fn condemn_lines(&self, lines: &[i64]) -> rusqlite::Result<usize> {
        let mut insert = self.connection.prepare_cached("INSERT OR IGNORE INTO lines_to_erase VALUES (?1)")?;
        lines.iter().map(|line| insert.execute([line])).sum()
    }

    /// Lets nobody read a chat any more, and says who could, or could once.
    pub(crate) fn take_from_readers(&self, chat: &ChatId) -> rusqlite::Result<Vec<OperatorId>> {
        let mut delete =
            self.connection.prepare_cached("DELETE FROM chat_readers WHERE chat = ?1 RETURNING operator")?;
        delete.query_map([chat.as_str()], |row| id(0, &row.get::<_, String>(0)?))?.collect()
    }

    /// Deletes a part of an ended chat, and says whether that was the last.
    pub(crate) fn delete_some(&self, chat: &ChatId) -> rusqlite::Result<bool> {
        for (table, key) in TABLES {
            let mut delete = self.connection.prepare_cached(&format!(
                "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE chat = ?1 LIMIT ?2)"
            ))?;
            if delete.execute(params![chat.as_str(), ROWS])? > 0 {
                return Ok(false);
            }
        }
        let mut delete = self.connection.prepare_cached("DELETE FROM chats WHERE chat = ?1 AND ended IS NOT NULL")?;
        delete.execute([chat.as_str()])?;
        Ok(true)
    }

    /// Erases some of the lines that are to be, and says whether there were any.
    pub(crate) fn erase_some_lines(&self) -> rusqlite::Result<bool> {
        let mut select = self.connection.prepare_cached("SELECT line FROM lines_to_erase LIMIT ?1")?;
        let lines: Vec<i64> = select.query_map([LINES], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut done = self.connection.prepare_cached("DELETE FROM lines_to_erase WHERE line = ?1")?;
        for line in &lines {
            self.erase_line(*line)?;
            done.execute([line])?;
        }
        Ok(!lines.is_empty())
    }

    /// Takes chat and rules out of a line of the audit. Their digests stay, so the chain holds.
    fn erase_line(&self, line: i64) -> rusqlite::Result<()> {
        let mut select = self.connection.prepare_cached(
            "SELECT id, at, operator, action, chat, rules, detail, refused, chat_seal, rules_seal, detail_seal
             FROM audit WHERE id = ?1",
        )?;
        let found = select.query_row([line], |row| {
            let parts = (row.get::<_, Option<String>>(4)?, row.get::<_, String>(5)?);
            Ok((parts, read_seals(row)?))
        });
        let Some(((chat, rules), [chat_seal, rules_seal, _])) = found.optional()? else { return Ok(()) };
        let chat = chat.unwrap_or_default();
        // What was empty says nothing, and need not say that it was erased.
        let chat_seal = if chat.is_empty() { chat_seal } else { chat_seal.erased(&chat) };
        let rules_seal = if rules.is_empty() { rules_seal } else { rules_seal.erased(&rules) };
        let mut update = self.connection.prepare_cached(
            "UPDATE audit SET chat = NULL, rules = '', chat_seal = ?2, rules_seal = ?3 WHERE id = ?1",
        )?;
        update.execute(params![line, chat_seal.bytes(), rules_seal.bytes()])?;
        Ok(())
    }
}
