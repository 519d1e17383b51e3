//! Who watched, advised and joined which chat, when, by which rule; and what was refused.

use chat_monitor::ChatId;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::chain::{Broken, Check, Hash, Seal, Sealed, Verified};
use super::{LoadError, Store};
use crate::entry::{Moment, now};

/// The columns of the chain.
pub(super) const CHAIN: &str = "
ALTER TABLE audit ADD COLUMN chat_seal BLOB;
ALTER TABLE audit ADD COLUMN rules_seal BLOB;
ALTER TABLE audit ADD COLUMN detail_seal BLOB;
ALTER TABLE audit ADD COLUMN hash BLOB;
CREATE INDEX audit_of_operator ON audit (operator);
CREATE INDEX audit_of_chat ON audit (chat) WHERE chat IS NOT NULL;
";

/// Who did what nobody did: the console itself. No operator has an empty id.
pub(crate) const CONSOLE: &str = "";

macro_rules! actions {
    ($($action:ident $name:literal,)+) => {
        /// What somebody did, or tried to do; and what happened by itself.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Action {
            $($action,)+
        }

        impl Action {
            pub(crate) const ALL: &[Action] = &[$(Action::$action,)+];

            /// As it is written, and in the key of its text.
            pub(crate) fn as_str(self) -> &'static str {
                match self {
                    $(Action::$action => $name,)+
                }
            }
        }
    };
}

actions! {
    SignedIn "signed_in",
    SignInFailed "sign_in_failed",
    SignedOut "signed_out",
    AddedRule "added_rule",
    EnabledRule "enabled_rule",
    DisabledRule "disabled_rule",
    RemovedRule "removed_rule",
    WatchStarted "watch_started",
    WatchChanged "watch_changed",
    WatchEnded "watch_ended",
    Opened "opened",
    Advised "advised",
    Joined "joined",
    Left "left",
    OpenedSettings "opened_settings",
    OpenedAudit "opened_audit",
    ChangedSettings "changed_settings",
    OpenedPeople "opened_people",
    OpenedRoles "opened_roles",
    OpenedDepartments "opened_departments",
    OpenedChats "opened_chats",
    OpenedRetention "opened_retention",
    AddedRuleFor "added_rule_for",
    ReplacedRule "replaced_rule",
    NotedRule "noted_rule",
    PreviewedRule "previewed_rule",
    AskedWhy "asked_why",
    AddedExclusion "added_exclusion",
    RemovedExclusion "removed_exclusion",
    AddedPerson "added_person",
    ChangedPerson "changed_person",
    NewPassword "new_password",
    DisabledPerson "disabled_person",
    EnabledPerson "enabled_person",
    SignedOutEverywhere "signed_out_everywhere",
    ChangedPolicy "changed_policy",
    AddedDepartment "added_department",
    RenamedDepartment "renamed_department",
    RemovedDepartment "removed_department",
    AllowedMonitoring "allowed_monitoring",
    ForbadeMonitoring "forbade_monitoring",
    EndedChat "ended_chat",
    ReassignedChat "reassigned_chat",
    SetDepartments "set_departments",
    OpenedList "opened_list",
    ExportedAudit "exported_audit",
    BeganChain "began_chain",
    OpenedEnded "opened_ended",
    DeletedOld "deleted_old",
    SoughtPerson "sought_person",
    ErasedPerson "erased_person",
    MadeHook "made_hook",
    RevokedHook "revoked_hook",
    OpenedHooks "opened_hooks",
    MadeKey "made_key",
    RevokedKey "revoked_key",
    OpenedKeys "opened_keys",
    SetRuleWindow "set_rule_window",
    SetAttributes "set_attributes",
    SetAgent "set_agent",
}

impl Action {
    /// What happens by itself. All else people do.
    pub(crate) const AUTOMATIC: [Action; 5] =
        [Action::WatchStarted, Action::WatchChanged, Action::WatchEnded, Action::BeganChain, Action::DeletedOld];

    pub(crate) fn read(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == name)
    }
}

/// A line to be written.
#[derive(Debug)]
pub(crate) struct NewAuditLine<'a> {
    pub(crate) at: Moment,
    pub(crate) operator: &'a str,
    pub(crate) action: Action,
    pub(crate) chat: Option<&'a ChatId>,
    /// The rules, as they read then.
    pub(crate) rules: String,
    /// What else there is to say: the key of a text, or an id.
    pub(crate) detail: String,
    pub(crate) refused: bool,
}

impl Store {
    pub(crate) fn add_audit(&self, line: &NewAuditLine<'_>) -> rusqlite::Result<()> {
        add(&self.connection, line)
    }
}

fn add(connection: &Connection, line: &NewAuditLine<'_>) -> rusqlite::Result<()> {
    let NewAuditLine { at, operator, action, chat, rules, detail, refused } = line;
    let mut select = connection.prepare_cached("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1")?;
    let last = select.query_row([], |row| Ok((row.get::<_, i64>(0)?, read_hash(row, 1)?))).optional()?;
    let (last, previous) = last.unwrap_or((0, Hash::START));
    let chat = chat.map(ChatId::as_str);
    let seals @ [chat_seal, rules_seal, detail_seal] = [Seal::new(), Seal::new(), Seal::new()];
    let [a, b, c] = seals;
    let parts = [(chat.unwrap_or_default(), a), (&**rules, b), (&**detail, c)];
    let id = last + 1;
    let sealed = Sealed { id, at: *at, operator, action: action.as_str(), refused: *refused, parts };
    let hash = sealed.hash(previous);
    let mut insert = connection.prepare_cached(
        "INSERT INTO audit
         (id, at, operator, action, chat, rules, detail, refused, chat_seal, rules_seal, detail_seal, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    insert.execute(params![
        id,
        at,
        operator,
        action.as_str(),
        chat,
        rules,
        detail,
        refused,
        chat_seal.bytes(),
        rules_seal.bytes(),
        detail_seal.bytes(),
        hash.as_ref().map(Hash::bytes),
    ])?;
    Ok(())
}

/// Takes the lines of an older file into the chain, and notes that they were not in it before.
pub(super) fn begin_chain(connection: &Connection) -> rusqlite::Result<()> {
    // An older version could lose a number, by an act that failed: the lines are counted anew.
    let mut lines =
        connection.prepare("SELECT id, at, operator, action, chat, rules, detail, refused FROM audit ORDER BY id")?;
    let mut seal = connection.prepare(
        "UPDATE audit SET id = ?2, chat_seal = ?3, rules_seal = ?4, detail_seal = ?5, hash = ?6 WHERE id = ?1",
    )?;
    let lines: Vec<AuditLine> = lines.query_map([], read_line)?.collect::<Result<_, _>>()?;
    let mut last = Hash::START;
    for (line, id) in lines.iter().zip(1..) {
        let seals @ [a, b, c] = [Seal::new(), Seal::new(), Seal::new()];
        let parts = [(line.chat.as_deref().unwrap_or_default(), a), (&*line.rules, b), (&*line.detail, c)];
        let AuditLine { at, operator, action, refused, .. } = line;
        let sealed = Sealed { id, at: *at, operator, action, refused: *refused, parts };
        last = sealed.hash(last).unwrap_or(last);
        let [a, b, c] = seals.each_ref().map(Seal::bytes);
        seal.execute(params![line.id, id, a, b, c, last.bytes()])?;
    }
    if lines.is_empty() {
        return Ok(());
    }
    let detail = format!("detail_lines {}", lines.len());
    let (operator, action) = (CONSOLE, Action::BeganChain);
    add(
        connection,
        &NewAuditLine { at: now(), operator, action, chat: None, rules: String::new(), detail, refused: false },
    )
}

/// A line as it was written.
#[derive(Debug)]
pub(crate) struct AuditLine {
    pub(crate) id: i64,
    pub(crate) at: Moment,
    pub(crate) operator: String,
    pub(crate) action: String,
    pub(crate) chat: Option<String>,
    pub(crate) rules: String,
    pub(crate) detail: String,
    pub(crate) refused: bool,
    /// Whether the chat, the rules, the detail have been erased.
    pub(crate) erased: [bool; 3],
    /// None for a line of an older version that has not been taken into the chain yet.
    pub(crate) hash: Option<Hash>,
}

/// Reads a line without what belongs to the chain.
pub(super) fn read_line(row: &Row<'_>) -> rusqlite::Result<AuditLine> {
    Ok(AuditLine {
        id: row.get(0)?,
        at: row.get(1)?,
        operator: row.get(2)?,
        action: row.get(3)?,
        chat: row.get(4)?,
        rules: row.get(5)?,
        detail: row.get(6)?,
        refused: row.get(7)?,
        erased: [false; 3],
        hash: None,
    })
}

/// Goes along all lines, and says where they are not as they were written.
pub(super) fn verify(connection: &Connection, sought: Option<Hash>) -> Result<Result<Verified, Broken>, LoadError> {
    let mut select = connection.prepare(
        "SELECT id, at, operator, action, chat, rules, detail, refused, chat_seal, rules_seal, detail_seal, hash
         FROM audit ORDER BY id",
    )?;
    let mut rows = select.query([])?;
    let mut check = Check::begin(sought);
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        // Who tampers may leave something that cannot even be read.
        let read = read_line(row).and_then(|line| Ok((line, read_seals(row)?, read_hash(row, 11)?)));
        let refused: Result<i64, _> = row.get(7);
        // What reads alike and is not what this program writes.
        let read = read.ok().filter(|(line, ..)| line.chat.as_deref() != Some("") && matches!(refused, Ok(0 | 1)));
        let line = read.as_ref().map(|(line, [a, b, c], hash)| {
            let parts = [(line.chat.as_deref().unwrap_or_default(), *a), (&*line.rules, *b), (&*line.detail, *c)];
            let AuditLine { id, at, operator, action, refused, .. } = line;
            (Sealed { id: *id, at: *at, operator, action, refused: *refused, parts }, *hash)
        });
        if let Err(broken) = check.line(id, line) {
            return Ok(Err(broken));
        }
    }
    Ok(check.end())
}

/// The hash of the last line.
pub(super) fn last_hash(connection: &Connection) -> rusqlite::Result<Hash> {
    let mut select = connection.prepare_cached("SELECT hash FROM audit ORDER BY id DESC LIMIT 1")?;
    Ok(select.query_row([], |row| read_hash(row, 0)).optional()?.unwrap_or(Hash::START))
}

pub(super) fn read_seals(row: &Row<'_>) -> rusqlite::Result<[Seal; 3]> {
    let seal = |column: usize| {
        let bytes: Vec<u8> = row.get(column)?;
        Seal::read(&bytes).ok_or(rusqlite::Error::InvalidQuery)
    };
    Ok([seal(8)?, seal(9)?, seal(10)?])
}

pub(super) fn read_hash(row: &Row<'_>, column: usize) -> rusqlite::Result<Hash> {
    let bytes: Vec<u8> = row.get(column)?;
    Hash::read(&bytes).ok_or(rusqlite::Error::InvalidQuery)
}
