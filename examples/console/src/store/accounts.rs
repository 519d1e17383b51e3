//! Accounts and sessions.

use chat_monitor::{Command, Operator, OperatorId};
use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, params};

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
    /// What the monitor is to know of them when they can sign in again; none for those who can.
    pub(crate) disabled: Option<Operator>,
}

impl Store {
    pub(crate) fn add_account(&self, account: &Account) -> rusqlite::Result<()> {
        let Account { operator, name, password, demonstration, disabled: _ } = account;
        self.connection.execute(
            "INSERT INTO accounts (operator, name, password, demonstration) VALUES (?1, ?2, ?3, ?4)",
            params![operator.as_str(), name, password, demonstration.then_some("")],
        )?;
        Ok(())
    }

    pub(crate) fn set_name(&self, operator: &OperatorId, name: &str) -> rusqlite::Result<()> {
        self.connection.execute("UPDATE accounts SET name = ?2 WHERE operator = ?1", [operator.as_str(), name])?;
        Ok(())
    }

    /// Disables an account, or enables it.
    pub(crate) fn set_disabled(&self, operator: &OperatorId, known: Option<&Operator>) -> rusqlite::Result<()> {
        let Some(known) = known else {
            self.connection.execute("DELETE FROM disabled WHERE operator = ?1", [operator.as_str()])?;
            return Ok(());
        };
        // As the command that makes them known again.
        let command = Command::SetOperator { id: operator.clone(), operator: known.clone() };
        let text =
            serde_json::to_string(&command).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        self.connection.execute(
            "INSERT INTO disabled (operator, known) VALUES (?1, ?2)
             ON CONFLICT (operator) DO UPDATE SET known = excluded.known",
            [operator.as_str(), &text],
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
        self.connection.execute("DELETE FROM disabled WHERE operator = ?1", [operator.as_str()])?;
        self.connection.execute("DELETE FROM sessions WHERE operator = ?1", [operator.as_str()])?;
        self.forget_rules_gone(operator)?;
        self.forget_reader(operator)?;
        Ok(())
    }

    pub(crate) fn accounts(&self) -> rusqlite::Result<Vec<Account>> {
        let mut select = self.connection.prepare(&format!("{ACCOUNTS} ORDER BY operator"))?;
        select.query_map([], read_account)?.collect()
    }

    pub(crate) fn account(&self, operator: &OperatorId) -> rusqlite::Result<Option<Account>> {
        let mut select = self.connection.prepare_cached(&format!("{ACCOUNTS} WHERE operator = ?1"))?;
        select.query_row([operator.as_str()], read_account).optional()
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

    /// All sessions of an account but this one.
    pub(crate) fn remove_sessions(&self, operator: &OperatorId, kept: &[u8]) -> rusqlite::Result<()> {
        self.connection
            .execute("DELETE FROM sessions WHERE operator = ?1 AND token <> ?2", params![operator.as_str(), kept])?;
        Ok(())
    }

    /// How many sessions each account has.
    pub(crate) fn session_counts(&self, now: Moment) -> rusqlite::Result<Vec<(OperatorId, i64)>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT operator, count(*) FROM sessions WHERE expires > ?1 GROUP BY operator")?;
        select.query_map([now], |row| Ok((id(0, &row.get::<_, String>(0)?)?, row.get(1)?)))?.collect()
    }

    /// The sessions that have not expired; the others are forgotten.
    pub(crate) fn sessions(&self, now: Moment) -> rusqlite::Result<Vec<(Vec<u8>, OperatorId, Moment)>> {
        self.connection.execute("DELETE FROM sessions WHERE expires <= ?1", [now])?;
        let mut select = self.connection.prepare("SELECT token, operator, expires FROM sessions")?;
        let read = |row: &Row<'_>| Ok((row.get(0)?, id(1, &row.get::<_, String>(1)?)?, row.get(2)?));
        select.query_map([], read)?.collect()
    }
}

const ACCOUNTS: &str =
    "SELECT operator, name, password, demonstration, known FROM accounts LEFT JOIN disabled USING (operator)";

fn read_account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        operator: id(0, &row.get::<_, String>(0)?)?,
        name: row.get(1)?,
        password: row.get(2)?,
        demonstration: row.get::<_, Option<String>>(3)?.is_some(),
        disabled: row.get::<_, Option<String>>(4)?.map(|known| read_known(&known)).transpose()?,
    })
}

fn read_known(text: &str) -> rusqlite::Result<Operator> {
    let wrong =
        |why: Box<dyn std::error::Error + Send + Sync>| rusqlite::Error::FromSqlConversionFailure(4, Type::Text, why);
    match serde_json::from_str(text).map_err(|error| wrong(error.into()))? {
        Command::SetOperator { operator, .. } => Ok(operator),
        _ => Err(wrong("expected an operator".into())),
    }
}
