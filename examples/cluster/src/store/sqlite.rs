//! Everything in one SQLite file, for one process.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fs4::FileExt;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use tokio::sync::{Notify, mpsc};
use tokio::task::spawn_blocking;

use super::switchboard::Switchboard;
use super::{Address, Lease, Mark, Store, StoreError};
use crate::owner::Appended;
use crate::shard::Log;

/// `cmcl`, so that no other program's file is taken for one of these.
const APPLICATION: i64 = 0x636d_636c;

const SCHEMA: &str = "
    CREATE TABLE head (log TEXT PRIMARY KEY, p INTEGER NOT NULL) STRICT;
    CREATE TABLE record (log TEXT NOT NULL, p INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (log, p)) STRICT;
    CREATE TABLE snapshot (
        log TEXT NOT NULL, p INTEGER NOT NULL, g INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (log, p)
    ) STRICT;
    CREATE TABLE shards (number INTEGER NOT NULL) STRICT;
";

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SqliteError {
    /// Another process works on it.
    #[error("another process works on this file")]
    InUse,
    /// It is no file of this program.
    #[error("the file is that of another program")]
    Foreign,
    /// Its chats are divided otherwise, and that can never change.
    #[error("the file has {0} shards")]
    Shards(u16),
    /// It cannot be read or written.
    #[error("the file cannot be used: {0}")]
    Database(#[from] rusqlite::Error),
    /// The file beside it cannot be had.
    #[error("the file cannot be used: {0}")]
    File(#[from] std::io::Error),
}

/// Logs and snapshots in one file. The process that has it open has every lease.
#[derive(Clone, Debug)]
pub struct SqliteStore(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    connection: Mutex<Connection>,
    grown: Notify,
    switchboard: Switchboard,
    /// Locked for as long as the file is in use.
    _lock: File,
}

impl SqliteStore {
    /// Opens the file, or makes it, for chats in so many shards.
    ///
    /// # Errors
    ///
    /// [`SqliteError`] if it cannot be used.
    pub fn open(path: &Path, shards: u16) -> Result<Self, SqliteError> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".lock");
        let lock = owners_file().open(beside)?;
        FileExt::try_lock(&lock).map_err(|_| SqliteError::InUse)?;
        keep_to_its_owner(path)?;
        let mut connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let found: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        if found == 0 {
            let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            if tables > 0 {
                return Err(SqliteError::Foreign);
            }
            let transaction = connection.transaction()?;
            transaction.execute_batch(SCHEMA)?;
            transaction.execute("INSERT INTO shards VALUES (?1)", [shards])?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.commit()?;
        } else if found != APPLICATION {
            return Err(SqliteError::Foreign);
        }
        let there: u16 = connection.query_row("SELECT number FROM shards", [], |row| row.get(0))?;
        if there != shards {
            return Err(SqliteError::Shards(there));
        }
        let (connection, grown, switchboard) = (Mutex::new(connection), Notify::new(), Switchboard::default());
        Ok(SqliteStore(Arc::new(Inside { connection, grown, switchboard, _lock: lock })))
    }

    /// Does something with the file, where nobody else waits for it.
    async fn with<T: Send + 'static>(
        &self,
        what: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inside = Arc::clone(&self.0);
        let done = spawn_blocking(move || what(&mut inside.connection())).await;
        done.map_err(StoreError::new)?.map_err(StoreError::new)
    }
}

impl Inside {
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes the file if it is not there, and lets nobody else on the machine read it. SQLite gives what it makes beside it the
/// same rights.
fn keep_to_its_owner(path: &Path) -> io::Result<()> {
    owners_file().open(path)?;
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
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn last(connection: &Connection, log: Log) -> rusqlite::Result<u64> {
    let mut query = connection.prepare_cached("SELECT p FROM head WHERE log = ?1")?;
    let last: Option<i64> = query.query_row([log.to_string()], |row| row.get(0)).optional()?;
    Ok(place(last.unwrap_or_default()))
}

fn append(connection: &mut Connection, log: Log, expected: u64, record: &[u8]) -> rusqlite::Result<Appended> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if last(&transaction, log)? != expected {
        return Ok(Appended::Refused);
    }
    let p = expected + 1;
    let head = "INSERT INTO head VALUES (?1, ?2) ON CONFLICT (log) DO UPDATE SET p = excluded.p";
    transaction.prepare_cached(head)?.execute(params![log.to_string(), number(p)])?;
    let insert = "INSERT INTO record VALUES (?1, ?2, ?3)";
    transaction.prepare_cached(insert)?.execute(params![log.to_string(), number(p), record])?;
    transaction.commit()?;
    Ok(Appended::At(p))
}

/// SQLite counts to 2^63 − 1, and no log is longer.
fn number(p: u64) -> i64 {
    i64::try_from(p).unwrap_or(i64::MAX)
}

fn place(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

impl Store for SqliteStore {
    async fn append(&self, log: Log, expected: u64, record: Vec<u8>) -> Appended {
        let appended = self.with(move |connection| append(connection, log, expected, &record)).await;
        if log == Log::Rules {
            self.0.grown.notify_waiters();
        }
        appended.unwrap_or_else(|error| {
            tracing::warn!("a record of {log} may not have been added: {error}");
            Appended::Unknown
        })
    }

    async fn read(&self, log: Log, after: u64) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        self.with(move |connection| {
            let some = "SELECT p, bytes FROM record WHERE log = ?1 AND p > ?2 ORDER BY p LIMIT 1000";
            let mut query = connection.prepare_cached(some)?;
            let rows = query
                .query_map(params![log.to_string(), number(after)], |row| Ok((place(row.get(0)?), row.get(1)?)))?;
            rows.collect()
        })
        .await
    }

    async fn grown(&self, after: u64) {
        loop {
            // It hears of what happens from here on.
            let notified = self.0.grown.notified();
            if self.with(move |connection| last(connection, Log::Rules)).await.is_ok_and(|last| last > after) {
                return;
            }
            notified.await;
        }
    }

    /// Nobody else can have the file open.
    async fn lease(&self, _log: Log, _host: &str) -> Result<Lease, StoreError> {
        Ok(Lease::Renewed)
    }

    async fn release(&self, _log: Log, _host: &str) {}

    async fn save(&self, log: Log, mark: Mark, snapshot: Vec<u8>) -> Result<(), StoreError> {
        self.with(move |connection| {
            let row = params![log.to_string(), number(mark.p), number(mark.g), snapshot];
            connection.execute("INSERT OR REPLACE INTO snapshot VALUES (?1, ?2, ?3, ?4)", row).map(drop)
        })
        .await
    }

    async fn marks(&self, log: Log) -> Result<Vec<Mark>, StoreError> {
        self.with(move |connection| {
            let mut query = connection.prepare_cached("SELECT p, g FROM snapshot WHERE log = ?1 ORDER BY p")?;
            let mark = |row: &rusqlite::Row<'_>| Ok(Mark { p: place(row.get(0)?), g: place(row.get(1)?) });
            query.query_map([log.to_string()], mark)?.collect()
        })
        .await
    }

    async fn snapshot(&self, log: Log, p: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(move |connection| {
            let mut query = connection.prepare_cached("SELECT bytes FROM snapshot WHERE log = ?1 AND p = ?2")?;
            query.query_row(params![log.to_string(), number(p)], |row| row.get(0)).optional()
        })
        .await
    }

    async fn purge(&self, log: Log, to: u64) -> Result<(), StoreError> {
        self.with(move |connection| {
            let transaction = connection.transaction()?;
            let place = params![log.to_string(), number(to)];
            transaction.execute("DELETE FROM record WHERE log = ?1 AND p <= ?2", place)?;
            transaction.execute("DELETE FROM snapshot WHERE log = ?1 AND p < ?2", place)?;
            transaction.commit()
        })
        .await
    }

    async fn send(&self, to: Address, message: Vec<u8>) {
        self.0.switchboard.send(&to, &message);
    }

    async fn listen(&self, at: Address) -> Result<mpsc::UnboundedReceiver<Vec<u8>>, StoreError> {
        Ok(self.0.switchboard.listen(at))
    }
}
