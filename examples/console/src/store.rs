//! What is kept: one SQLite file, written by one thread.

mod accounts;
mod audit;
mod schema;
mod transcripts;

use std::path::Path;

use chat_monitor::{Command, LiveMonitor, MonitorEngine};
use rusqlite::{Connection, OptionalExtension, params};

use crate::entry::{Moment, now};

pub(crate) use accounts::Account;
pub(crate) use audit::{Action, AuditLine, NewAuditLine};
pub(crate) use transcripts::{ChatRow, NewInternal};

/// How many commands are logged before the state is saved anew.
const COMMANDS_BETWEEN_SAVES: i64 = 1000;

/// The database.
#[derive(Debug)]
pub(crate) struct Store {
    connection: Connection,
    /// The commands logged since the state was saved.
    unsaved: i64,
}

/// Why the state could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read or written, or is no database of this program.
    #[error("the database cannot be used: {0}")]
    Database(#[from] rusqlite::Error),
    /// What was saved is not what this program writes.
    #[error("the saved state cannot be read: {0}")]
    Form(#[from] serde_json::Error),
    /// The log holds a command that was never accepted.
    #[error("command {0} of the log is refused: {1}")]
    Refused(i64, chat_monitor::Refusal),
    /// A newer version wrote the file.
    #[error("the database has version {0}, which this program does not know")]
    Version(i64),
}

impl Store {
    pub(crate) fn open(path: &Path) -> Result<Self, LoadError> {
        let connection = Connection::open(path)?;
        // One more process would have a state of its own, and each would overlook what the other does.
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.set_prepared_statement_cache_capacity(64);
        schema::prepare(&connection)?;
        Ok(Store { connection, unsaved: 0 })
    }

    pub(crate) fn begin(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("BEGIN IMMEDIATE")
    }

    pub(crate) fn commit(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("COMMIT")
    }

    /// Logs an accepted command.
    pub(crate) fn log(&mut self, command: &Command) -> Result<(), rusqlite::Error> {
        let text =
            serde_json::to_string(command).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let mut insert = self.connection.prepare_cached("INSERT INTO commands (at, command) VALUES (?1, ?2)")?;
        insert.execute(params![now(), text])?;
        self.unsaved += 1;
        Ok(())
    }

    /// Saves the state and drops the log up to there, when that has grown long.
    pub(crate) fn save_if_due(&mut self, live: &LiveMonitor) -> rusqlite::Result<()> {
        if self.unsaved < COMMANDS_BETWEEN_SAVES { Ok(()) } else { self.save(live) }
    }

    pub(crate) fn save(&mut self, live: &LiveMonitor) -> rusqlite::Result<()> {
        let state =
            serde_json::to_string(live).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        self.connection.execute(
            "INSERT INTO saved (id, at, state) VALUES (1, ?1, ?2)
             ON CONFLICT (id) DO UPDATE SET at = excluded.at, state = excluded.state",
            params![now(), state],
        )?;
        self.connection.execute("DELETE FROM commands", [])?;
        self.unsaved = 0;
        Ok(())
    }

    /// The state saved last, with what was logged since.
    pub(crate) fn load(&mut self) -> Result<LiveMonitor, LoadError> {
        let saved: Option<String> =
            self.connection.query_row("SELECT state FROM saved", [], |row| row.get(0)).optional()?;
        let mut live = match saved {
            Some(state) => serde_json::from_str(&state)?,
            None => LiveMonitor::new(MonitorEngine::new()),
        };
        let mut select = self.connection.prepare("SELECT seq, command FROM commands ORDER BY seq")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let seq = row.get(0)?;
            let command: Command = serde_json::from_str(&row.get::<_, String>(1)?)?;
            live.apply(command).map_err(|refusal| LoadError::Refused(seq, refusal))?;
            self.unsaved += 1;
        }
        Ok(live)
    }

    /// The next number of a count that never goes back.
    pub(crate) fn next_number(&self, count: &str) -> rusqlite::Result<i64> {
        let mut update = self.connection.prepare_cached(
            "INSERT INTO counts (name, number) VALUES (?1, 1)
             ON CONFLICT (name) DO UPDATE SET number = number + 1 RETURNING number",
        )?;
        update.query_row([count], |row| row.get(0))
    }

    /// When the state was saved last.
    pub(crate) fn saved_at(&self) -> rusqlite::Result<Option<Moment>> {
        self.connection.query_row("SELECT at FROM saved", [], |row| row.get(0)).optional()
    }
}

/// Reads an id that this program has written.
fn id<T: std::str::FromStr>(column: usize, text: &str) -> rusqlite::Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse().map_err(|error: T::Err| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
    })
}
