//! What is deleted for good: chats whose time is over, and what is kept of a person who asks for that.

use chat_monitor::ChatId;
use rusqlite::{OptionalExtension, params};

use super::audit::read_seals;
use super::{Store, id};
use crate::entry::Moment;

/// How many rows are deleted in one act, so that nobody waits long for it.
const ROWS: i64 = 500;

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

    /// Lets an ended chat be deleted, and nobody read it meanwhile. Says whether there is such a chat.
    pub(crate) fn condemn_chat(&self, chat: &ChatId) -> rusqlite::Result<bool> {
        let ended = "UPDATE chats SET ended = 0 WHERE chat = ?1 AND ended IS NOT NULL";
        let there = self.connection.execute(ended, [chat.as_str()])? > 0;
        if there {
            self.connection.execute("DELETE FROM chat_readers WHERE chat = ?1", [chat.as_str()])?;
        }
        Ok(there)
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

    /// Takes chat and rules out of a line of the audit. Their digests stay, so the chain holds.
    pub(crate) fn erase_line(&self, line: i64) -> rusqlite::Result<()> {
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

    /// Writes all that is kept into the file anew, so that nothing of what was deleted is left between it: SQLite overwrites
    /// what it deletes, but not the copies that it made of it when it divided pages. Not within a transaction.
    pub(crate) fn rewrite(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("VACUUM")
    }

    /// Empties the log into the file. Says whether that was done: it is not while somebody reads.
    pub(crate) fn empty_log(&self) -> rusqlite::Result<bool> {
        self.connection.busy_timeout(std::time::Duration::ZERO)?;
        let busy = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
        self.connection.busy_timeout(std::time::Duration::from_secs(5))?;
        Ok(!busy?)
    }
}
