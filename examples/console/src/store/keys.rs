//! Keys by which other programs act as an operator.

use chat_monitor::OperatorId;
use rusqlite::{Row, params};

use super::{Store, id};
use crate::entry::Moment;

/// A key, as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct KeyRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// As whom it acts.
    pub(crate) operator: OperatorId,
    /// The digest of the key itself.
    pub(crate) digest: Vec<u8>,
    pub(crate) by: OperatorId,
    pub(crate) made: Moment,
    /// When it was used last, to the minute.
    pub(crate) used: Option<Moment>,
}

impl Store {
    pub(crate) fn add_key(&self, key: &KeyRow) -> rusqlite::Result<i64> {
        let KeyRow { id: _, name, operator, digest, by, made, used: _ } = key;
        let mut insert = self
            .connection
            .prepare_cached("INSERT INTO keys (name, operator, digest, by, made) VALUES (?1, ?2, ?3, ?4, ?5)")?;
        insert.insert(params![name, operator.as_str(), digest, by.as_str(), made])
    }

    pub(crate) fn remove_key(&self, key: i64) -> rusqlite::Result<()> {
        self.connection.execute("DELETE FROM keys WHERE id = ?1", [key])?;
        Ok(())
    }

    pub(crate) fn use_key(&self, key: i64, at: Moment) -> rusqlite::Result<()> {
        self.connection.execute("UPDATE keys SET used = ?2 WHERE id = ?1", params![key, at])?;
        Ok(())
    }

    pub(crate) fn keys(&self) -> rusqlite::Result<Vec<KeyRow>> {
        let mut select =
            self.connection.prepare("SELECT id, name, operator, digest, by, made, used FROM keys ORDER BY id")?;
        let read = |row: &Row<'_>| {
            Ok(KeyRow {
                id: row.get(0)?,
                name: row.get(1)?,
                operator: id(2, &row.get::<_, String>(2)?)?,
                digest: row.get(3)?,
                by: id(4, &row.get::<_, String>(4)?)?,
                made: row.get(5)?,
                used: row.get(6)?,
            })
        };
        select.query_map([], read)?.collect()
    }
}
