//! The tables.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{LoadError, audit, readers};

/// The version that a new file begins with.
const BASE: i64 = 3;

const TABLES: &str = "
CREATE TABLE counts (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;

-- The monitor: its state saved last, with what each rule had done, and the commands accepted since.
CREATE TABLE saved (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL, state TEXT NOT NULL, statistics TEXT);
CREATE TABLE commands (seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, command TEXT NOT NULL);

CREATE TABLE accounts (
    operator TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    password TEXT NOT NULL,
    -- Empty for those of the demonstration, NULL for others.
    demonstration TEXT
) WITHOUT ROWID;
CREATE TABLE sessions (token BLOB PRIMARY KEY, operator TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE chats (
    chat TEXT PRIMARY KEY,
    visitor TEXT NOT NULL,
    email TEXT,
    ip TEXT,
    key BLOB NOT NULL,
    demonstration INTEGER NOT NULL,
    started INTEGER NOT NULL,
    ended INTEGER
) WITHOUT ROWID;
CREATE INDEX live_chats ON chats (started) WHERE ended IS NULL;

-- The two channels lie apart: nothing that reads the one can come upon the other.
CREATE TABLE entries (
    chat TEXT NOT NULL,
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    operator TEXT,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (chat, n)
) WITHOUT ROWID;
CREATE TABLE internal_entries (
    id INTEGER PRIMARY KEY,
    chat TEXT NOT NULL,
    at INTEGER NOT NULL,
    operator TEXT NOT NULL,
    name TEXT NOT NULL,
    advice INTEGER NOT NULL,
    text TEXT NOT NULL
);
-- Whom an internal entry was brought to; nobody else ever sees it. Counted for each of them.
CREATE TABLE internal_audience (
    chat TEXT NOT NULL,
    operator TEXT NOT NULL,
    n INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (chat, operator, n)
) WITHOUT ROWID;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    operator TEXT NOT NULL,
    action TEXT NOT NULL,
    chat TEXT,
    rules TEXT NOT NULL,
    detail TEXT NOT NULL,
    refused INTEGER NOT NULL
);
";

/// What each version adds to the one before, from the first on. A new one stands at the end, and is never changed again.
const ADDED: &[&str] = &[
    "ALTER TABLE saved ADD COLUMN statistics TEXT;",
    // The demonstration's passwords stood here. What is overwritten must not stay in the file.
    "UPDATE accounts SET demonstration = '' WHERE demonstration IS NOT NULL;",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
     -- Accounts that cannot sign in, and what the monitor is to know of them when they can again.
     CREATE TABLE disabled (operator TEXT PRIMARY KEY, known TEXT NOT NULL) WITHOUT ROWID;
     CREATE TABLE departments (department TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;",
    // What people say of a rule beside what it watches. The monitor never sees it.
    "CREATE TABLE rule_notes (
        rule TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        note TEXT NOT NULL,
        -- Who made it for its watcher, and who switched it last, where that was somebody else.
        made_by TEXT,
        switched_by TEXT
    ) WITHOUT ROWID;",
    // When an operator raised a hand in a chat, and who; when advice was read; and what was sent under which name, for as
    // long as it may be sent again.
    "ALTER TABLE chats ADD COLUMN hand INTEGER;
     ALTER TABLE chats ADD COLUMN hand_by TEXT;
     ALTER TABLE internal_audience ADD COLUMN read_at INTEGER;
     CREATE INDEX audience_of_entry ON internal_audience (entry);
     CREATE TABLE sent (
         chat TEXT NOT NULL,
         sender TEXT NOT NULL,
         once INTEGER NOT NULL,
         n INTEGER NOT NULL,
         PRIMARY KEY (chat, sender, once)
     ) WITHOUT ROWID;",
    audit::CHAIN,
    readers::READERS,
    // Vendors' webhooks: where they come in, what was told since that was saved, and which messages are known.
    "CREATE TABLE hooks (
        id INTEGER PRIMARY KEY AUTOINCREMENT, vendor TEXT NOT NULL, name TEXT NOT NULL, secret BLOB NOT NULL UNIQUE, key TEXT,
        by TEXT NOT NULL, made INTEGER NOT NULL, last INTEGER, desk TEXT
    );
    CREATE TABLE hook_bodies (id INTEGER PRIMARY KEY, hook INTEGER NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL);
    CREATE TABLE hook_messages (chat TEXT NOT NULL, message TEXT NOT NULL, PRIMARY KEY (chat, message)) WITHOUT ROWID;
    ALTER TABLE chats ADD COLUMN hook INTEGER;
    ALTER TABLE chats ADD COLUMN vendor TEXT;
    ALTER TABLE chats ADD COLUMN vendor_chat TEXT;",
    "CREATE TABLE keys (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, operator TEXT NOT NULL, digest BLOB NOT NULL UNIQUE,
        by TEXT NOT NULL, made INTEGER NOT NULL, used INTEGER
    );",
    // Which watchers are still to be told that somebody else deleted a rule of theirs: the line of the audit says the rest.
    "CREATE TABLE rules_gone (audit INTEGER PRIMARY KEY, watcher TEXT NOT NULL);",
    "CREATE TABLE hook_agents (
        hook INTEGER NOT NULL, agent TEXT NOT NULL, operator TEXT NOT NULL, PRIMARY KEY (hook, agent)
    ) WITHOUT ROWID;",
    // The lines of the audit that are still to lose what they say of a person.
    "CREATE TABLE lines_to_erase (line INTEGER PRIMARY KEY);",
];

const VERSION: i64 = 1 + ADDED.len() as i64;

/// Checks that a file is one of this program, and says whether it has all that this version adds.
pub(super) fn check(connection: &Connection) -> Result<bool, LoadError> {
    match connection.pragma_query_value(None, "user_version", |row| row.get(0))? {
        VERSION => Ok(true),
        1..VERSION => Ok(false),
        0 => Err(LoadError::Foreign),
        other => Err(LoadError::Version(other)),
    }
}

/// Makes the tables in a new file, adds to an older one what it lacks, and refuses one of a version that is not known.
pub(super) fn prepare(connection: &Connection) -> Result<(), LoadError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    // Before anything else is done to it: what another program keeps is left alone.
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    if found == 0 && tables > 0 {
        return Err(LoadError::Foreign);
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", true)?;
    let after = |version: i64| ADDED.iter().skip(usize::try_from(version - 1).unwrap_or_default()).copied();
    let missing: String = match found {
        VERSION => return Ok(()),
        0 => std::iter::once(TABLES).chain(after(BASE)).collect(),
        1..VERSION => after(found).collect(),
        other => return Err(LoadError::Version(other)),
    };
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    transaction.execute_batch(&missing)?;
    if missing.contains(audit::CHAIN) {
        audit::begin_chain(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    if found != 0 {
        // Nor in pages that are free, or in the log.
        connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")?;
    }
    Ok(())
}
