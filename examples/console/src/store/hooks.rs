//! Where vendors' webhooks come in, and what they have told.

use chat_monitor::{ChatId, OperatorId};
use rusqlite::{OptionalExtension, Row, params};

use super::{Store, id};
use crate::entry::Moment;

/// A hook, as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct HookRow {
    pub(crate) id: i64,
    pub(crate) vendor: String,
    pub(crate) name: String,
    /// The digest of what its address ends with.
    pub(crate) secret: Vec<u8>,
    /// What the vendor signs with. It is kept as it is, for signatures are made with it anew.
    pub(crate) key: Option<String>,
    pub(crate) by: OperatorId,
    pub(crate) made: Moment,
    /// When a body came last.
    pub(crate) last: Option<Moment>,
}

impl Store {
    pub(crate) fn add_hook(&self, hook: &HookRow) -> rusqlite::Result<i64> {
        let HookRow { id: _, vendor, name, secret, key, by, made, last } = hook;
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO hooks (vendor, name, secret, key, by, made, last) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        insert.insert(params![vendor, name, secret, key, by.as_str(), made, last])
    }

    /// Forgets a hook and what its bodies have told of chats. The chats themselves stay.
    pub(crate) fn remove_hook(&self, hook: i64) -> rusqlite::Result<()> {
        self.connection.execute("DELETE FROM hooks WHERE id = ?1", [hook])?;
        self.connection.execute("DELETE FROM hook_bodies WHERE hook = ?1", [hook])?;
        self.connection.execute("DELETE FROM hook_agents WHERE hook = ?1", [hook])?;
        Ok(())
    }

    /// Whom a hook's vendor calls what.
    pub(crate) fn hook_agents(&self, hook: i64) -> rusqlite::Result<Vec<(String, OperatorId)>> {
        let mut select = self.connection.prepare("SELECT agent, operator FROM hook_agents WHERE hook = ?1")?;
        select.query_map([hook], |row| Ok((row.get(0)?, id(1, &row.get::<_, String>(1)?)?)))?.collect()
    }

    pub(crate) fn set_hook_agent(&self, hook: i64, agent: &str, operator: Option<&OperatorId>) -> rusqlite::Result<()> {
        self.connection.execute("DELETE FROM hook_agents WHERE hook = ?1 AND agent = ?2", params![hook, agent])?;
        if let Some(operator) = operator {
            let mut insert =
                self.connection.prepare("INSERT INTO hook_agents (hook, agent, operator) VALUES (?1, ?2, ?3)")?;
            insert.execute(params![hook, agent, operator.as_str()])?;
        }
        Ok(())
    }

    pub(crate) fn hooks(&self) -> rusqlite::Result<Vec<HookRow>> {
        let mut select =
            self.connection.prepare("SELECT id, vendor, name, secret, key, by, made, last FROM hooks ORDER BY id")?;
        let read = |row: &Row<'_>| {
            Ok(HookRow {
                id: row.get(0)?,
                vendor: row.get(1)?,
                name: row.get(2)?,
                secret: row.get(3)?,
                key: row.get(4)?,
                by: id(5, &row.get::<_, String>(5)?)?,
                made: row.get(6)?,
                last: row.get(7)?,
            })
        };
        select.query_map([], read)?.collect()
    }

    /// Keeps a body until what it told is saved.
    pub(crate) fn add_hook_body(&self, hook: i64, at: Moment, body: &[u8]) -> rusqlite::Result<()> {
        let mut insert =
            self.connection.prepare_cached("INSERT INTO hook_bodies (hook, at, body) VALUES (?1, ?2, ?3)")?;
        insert.execute(params![hook, at, body])?;
        self.connection.execute("UPDATE hooks SET last = ?2 WHERE id = ?1", params![hook, at])?;
        Ok(())
    }

    /// Saves what a hook's bodies have told; the bodies are not needed any more.
    pub(crate) fn save_hook(&self, hook: i64, desk: &str) -> rusqlite::Result<()> {
        self.connection.execute("UPDATE hooks SET desk = ?2 WHERE id = ?1", params![hook, desk])?;
        self.connection.execute("DELETE FROM hook_bodies WHERE hook = ?1", [hook])?;
        Ok(())
    }

    /// What a hook's bodies had told when that was saved last.
    pub(crate) fn saved_hook(&self, hook: i64) -> rusqlite::Result<Option<String>> {
        self.connection.query_row("SELECT desk FROM hooks WHERE id = ?1", [hook], |row| row.get(0))
    }

    /// The bodies that came since.
    pub(crate) fn hook_bodies(&self, hook: i64) -> rusqlite::Result<Vec<(Moment, Vec<u8>)>> {
        let mut select = self.connection.prepare("SELECT at, body FROM hook_bodies WHERE hook = ?1 ORDER BY id")?;
        select.query_map([hook], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    }

    /// Whether a message of a vendor has not come before.
    pub(crate) fn is_new_message(&self, chat: &ChatId, message: &str) -> rusqlite::Result<bool> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO hook_messages (chat, message) VALUES (?1, ?2) ON CONFLICT DO NOTHING RETURNING 1",
        )?;
        Ok(insert.query_row(params![chat.as_str(), message], |_| Ok(())).optional()?.is_some())
    }

    /// What vendors call the messages of a chat is of use only while it is live.
    pub(crate) fn forget_messages(&self, chat: &ChatId) -> rusqlite::Result<()> {
        self.connection.execute("DELETE FROM hook_messages WHERE chat = ?1", [chat.as_str()])?;
        Ok(())
    }
}
