//! Accounts and sessions.

use chat_monitor::OperatorId;
use rusqlite::{Row, params};

use super::{Store, id};
use crate::entry::Moment;

/// Who can sign in.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) operator: OperatorId,
    pub(crate) name: String,
    /// The hash in PHC form.
    pub(crate) password: String,
    pub(crate) demonstration: bool,
}

impl Store {
    pub(crate) fn add_account(&self, account: &Account) -> rusqlite::Result<()> {
        let Account { operator, name, password, demonstration } = account;
        self.connection.execute(
            "INSERT INTO accounts (operator, name, password, demonstration) VALUES (?1, ?2, ?3, ?4)",
            params![operator.as_str(), name, password, demonstration.then_some("")],
        )?;
        Ok(())
    }

    pub(crate) fn set_password(&self, operator: &OperatorId, password: &str) -> rusqlite::Result<()> {
        let parameters = [operator.as_str(), password];
        self.connection.execute("UPDATE accounts SET password = ?2 WHERE operator = ?1", parameters)?;
        Ok(())
    }

    /// Removes an account with its sessions.
    pub(crate) fn remove_account(&self, operator: &OperatorId) -> rusqlite::Result<()> {
        self.connection.execute("DELETE FROM accounts WHERE operator = ?1", [operator.as_str()])?;
        self.connection.execute("DELETE FROM sessions WHERE operator = ?1", [operator.as_str()])?;
        Ok(())
    }

    pub(crate) fn accounts(&self) -> rusqlite::Result<Vec<Account>> {
        let mut select = self
            .connection
            .prepare("SELECT operator, name, password, demonstration FROM accounts ORDER BY operator")?;
        let read = |row: &Row<'_>| {
            Ok(Account {
                operator: id(0, &row.get::<_, String>(0)?)?,
                name: row.get(1)?,
                password: row.get(2)?,
                demonstration: row.get::<_, Option<String>>(3)?.is_some(),
            })
        };
        select.query_map([], read)?.collect()
    }

    pub(crate) fn add_session(&self, token: &[u8], operator: &OperatorId, expires: Moment) -> rusqlite::Result<()> {
        self.connection.execute(
            "INSERT INTO sessions (token, operator, expires) VALUES (?1, ?2, ?3)",
            params![token, operator.as_str(), expires],
        )?;
        Ok(())
    }

    pub(crate) fn remove_session(&self, token: &[u8]) -> rusqlite::Result<()> {
        self.connection.execute("DELETE FROM sessions WHERE token = ?1", [token])?;
        Ok(())
    }

    /// The sessions that have not expired; the others are forgotten.
    pub(crate) fn sessions(&self, now: Moment) -> rusqlite::Result<Vec<(Vec<u8>, OperatorId, Moment)>> {
        self.connection.execute("DELETE FROM sessions WHERE expires <= ?1", [now])?;
        let mut select = self.connection.prepare("SELECT token, operator, expires FROM sessions")?;
        let read = |row: &Row<'_>| Ok((row.get(0)?, id(1, &row.get::<_, String>(1)?)?, row.get(2)?));
        select.query_map([], read)?.collect()
    }
}
