//! What is kept: one SQLite file, written by one thread.

mod accounts;
mod archive;
mod audit;
mod chain;
mod departments;
mod ended;
mod erasure;
mod hooks;
mod keys;
mod lines;
mod readers;
mod rule_notes;
mod schema;
mod scrub;
mod settings;
mod transcripts;

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use chat_monitor::{ChatId, Command, LiveMonitor, MonitorEngine, OperatorId};
use fs4::{FileExt, TryLockError};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use vendors::{Statistics, Time};

use crate::entry::{Moment, now};

pub(crate) use accounts::Account;
pub(crate) use archive::{Archive, Part};
pub(crate) use audit::{Action, AuditLine, CONSOLE, NewAuditLine};
pub(crate) use chain::Hash;
pub use chain::{Broken, Verified};
pub(crate) use ended::{EndedChat, PersonBy, ReaderOf, names};
pub(crate) use hooks::HookRow;
pub(crate) use keys::KeyRow;
pub(crate) use lines::{Cursor, Filter, Show};
pub(crate) use readers::Reads;
pub(crate) use rule_notes::RuleNote;
pub(crate) use transcripts::{ChatRow, NewInternal, Source};

/// How many commands are logged before the state is saved anew.
const COMMANDS_BETWEEN_SAVES: i64 = 1000;

/// The database.
#[derive(Debug)]
pub(crate) struct Store {
    connection: Connection,
    path: PathBuf,
    /// Locked for as long as the file is in use.
    _lock: File,
    /// The commands logged since the state was saved.
    unsaved: i64,
}

/// Why the state could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Another console works on the file.
    #[error("a console works on this database: stop it first")]
    InUse,
    /// The file cannot be read or written, or is no database of this program.
    #[error("the database cannot be used: {0}")]
    Database(rusqlite::Error),
    /// What was saved is not what this program writes.
    #[error("the saved state cannot be read: {0}")]
    Form(#[from] serde_json::Error),
    /// The log holds a command that was never accepted.
    #[error("command {0} of the log is refused: {1}")]
    Refused(i64, chat_monitor::Refusal),
    /// A file beside the database cannot be had.
    #[error("the database cannot be used: {0}")]
    File(#[source] io::Error),
    /// No thread can be had.
    #[error("no thread can be started: {0}")]
    Thread(#[source] io::Error),
    /// The file is somebody else's.
    #[error("the file is a database of another program")]
    Foreign,
    /// An older version wrote the file, and no newer one has worked on it since.
    #[error("the audit of this file has no chain yet: start the console on it once")]
    Older,
    /// A newer version wrote the file.
    #[error("the database has version {0}, which this program does not know")]
    Version(i64),
}

impl From<rusqlite::Error> for LoadError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => LoadError::InUse,
            _ => LoadError::Database(error),
        }
    }
}

impl Store {
    pub(crate) fn open(path: &Path) -> Result<Self, LoadError> {
        let lock = lock(path)?;
        keep_to_its_owner(path).map_err(LoadError::File)?;
        let connection = Connection::open(path)?;
        connection.set_prepared_statement_cache_capacity(64);
        schema::prepare(&connection)?;
        Ok(Store { connection, path: path.to_owned(), _lock: lock, unsaved: 0 })
    }

    /// Where the file lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The last part of a chat, as this operator sees it.
    pub(crate) fn last_part(&self, chat: &ChatId, operator: &OperatorId) -> rusqlite::Result<serde_json::Value> {
        archive::operator_part(&self.connection, chat, operator, i64::MAX, Part::DESK)
    }

    pub(crate) fn begin(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("BEGIN IMMEDIATE")
    }

    pub(crate) fn commit(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("COMMIT")
    }

    /// Logs an accepted command.
    pub(crate) fn log(&mut self, at: Moment, command: &Command) -> Result<(), rusqlite::Error> {
        let text =
            serde_json::to_string(command).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let mut insert = self.connection.prepare_cached("INSERT INTO commands (at, command) VALUES (?1, ?2)")?;
        insert.execute(params![at, text])?;
        self.unsaved += 1;
        Ok(())
    }

    /// Saves the state and drops the log up to there, when that has grown long.
    pub(crate) fn save_if_due(&mut self, live: &LiveMonitor, statistics: &Statistics) -> rusqlite::Result<()> {
        if self.unsaved < COMMANDS_BETWEEN_SAVES { Ok(()) } else { self.save(live, statistics) }
    }

    pub(crate) fn save(&mut self, live: &LiveMonitor, statistics: &Statistics) -> rusqlite::Result<()> {
        let unwritten = |error: serde_json::Error| rusqlite::Error::ToSqlConversionFailure(error.into());
        let state = serde_json::to_string(live).map_err(unwritten)?;
        let statistics = serde_json::to_string(statistics).map_err(unwritten)?;
        self.connection.execute(
            "INSERT INTO saved (id, at, state, statistics) VALUES (1, ?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET at = excluded.at, state = excluded.state, statistics = excluded.statistics",
            params![now(), state, statistics],
        )?;
        self.connection.execute("DELETE FROM commands", [])?;
        self.unsaved = 0;
        Ok(())
    }

    /// The state saved last, with what was logged since; and what each rule has done, counted in the same way.
    pub(crate) fn load(&mut self) -> Result<(LiveMonitor, Statistics), LoadError> {
        let mut select = self.connection.prepare("SELECT state, statistics FROM saved")?;
        let saved = select.query_row([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?)));
        let (mut live, mut statistics) = match saved.optional()? {
            // A file of before they were counted has none.
            Some((state, None)) => (serde_json::from_str(&state)?, Statistics::new()),
            Some((state, Some(statistics))) => (serde_json::from_str(&state)?, serde_json::from_str(&statistics)?),
            None => (LiveMonitor::new(MonitorEngine::new()), Statistics::new()),
        };
        let mut select = self.connection.prepare("SELECT seq, at, command FROM commands ORDER BY seq")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (seq, at) = (row.get(0)?, row.get(1)?);
            let command: Command = serde_json::from_str(&row.get::<_, String>(2)?)?;
            let events = live.apply(command.clone()).map_err(|refusal| LoadError::Refused(seq, refusal))?;
            statistics.record(time(at), &command, &events);
            self.unsaved += 1;
        }
        Ok((live, statistics))
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

/// A moment as statistics have it.
pub(crate) fn time(at: Moment) -> Time {
    Time::from_millis(u64::try_from(at).unwrap_or_default())
}

/// Checks that the audit is as it was written, whether a console works on the file or not.
pub(crate) fn verify_audit(file: &Path, earlier: Option<Hash>) -> Result<Result<Verified, Broken>, LoadError> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    if !schema::check(&connection)? {
        return Err(LoadError::Older);
    }
    audit::verify(&connection, earlier)
}

/// Copies the database as it is at this moment, whether a console works on it or not.
pub(crate) fn backup(from: &Path, to: &Path) -> Result<(), LoadError> {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    schema::check(&source)?;
    owners_file().create_new(true).open(to).map_err(LoadError::File)?;
    let mut copy = Connection::open(to)?;
    // In one step, so that what is written meanwhile does not make it begin again. In WAL mode nobody waits for it.
    match Backup::new(&source, &mut copy)?.step(-1)? {
        StepResult::Done => Ok(()),
        _ => Err(LoadError::InUse),
    }
}

/// Makes the file if it is not there, and lets nobody else on the machine read it. SQLite gives what it makes beside it
/// the same rights.
fn keep_to_its_owner(path: &Path) -> io::Result<()> {
    owners_file().create(true).append(true).open(path)?;
    #[cfg(unix)]
    for end in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        match std::fs::set_permissions(&name, std::os::unix::fs::PermissionsExt::from_mode(0o600)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

fn owners_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// One more process would have a state of its own, and each would overlook what the other does. The lock lies beside the
/// database, whose own locks SQLite needs.
fn lock(path: &Path) -> Result<File, LoadError> {
    let mut name = path.as_os_str().to_owned();
    name.push("-lock");
    let file = owners_file().create(true).append(true).open(name).map_err(LoadError::File)?;
    match FileExt::try_lock(&file) {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LoadError::InUse),
        Err(TryLockError::Error(error)) => Err(LoadError::File(error)),
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
