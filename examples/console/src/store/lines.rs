//! Lines of the audit, found again.

use rusqlite::{Row, ToSql, params_from_iter};

use super::Archive;
use super::audit::{Action, AuditLine, last_hash, read_hash, read_line, read_seals};
use super::chain::{Hash, Seal};
use crate::entry::Moment;

/// Which lines are wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) who: Option<String>,
    pub(crate) chat: Option<String>,
    pub(crate) rule: Option<String>,
    pub(crate) action: Option<Action>,
    pub(crate) show: Show,
    /// The first moment, and the one after the last.
    pub(crate) from: Option<Moment>,
    pub(crate) until: Option<Moment>,
}

/// Which kind of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Show {
    /// What people did or tried to do.
    #[default]
    People,
    /// What was refused.
    Refused,
    /// What happened by itself, too.
    Everything,
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cursor {
    Newest,
    /// Behind the line of this number, which is newer.
    OlderThan(i64),
    NewerThan(i64),
}

/// Some lines, the newest first.
#[derive(Debug)]
pub(crate) struct Lines {
    pub(crate) lines: Vec<AuditLine>,
    pub(crate) newer: bool,
    pub(crate) older: bool,
    /// The hash of the last line of all.
    pub(crate) hash: Hash,
}

const COLUMNS: &str = "SELECT id, at, operator, action, chat, rules, detail, refused,
     chat_seal, rules_seal, detail_seal, hash FROM audit";

impl Archive {
    /// A page of lines.
    pub(crate) fn audit_page(&self, filter: &Filter, cursor: Cursor, count: usize) -> rusqlite::Result<Lines> {
        let mut lines = match cursor {
            Cursor::Newest => self.lines(filter, "id < ? ORDER BY id DESC", i64::MAX, count + 1)?,
            Cursor::OlderThan(id) => self.lines(filter, "id < ? ORDER BY id DESC", id, count + 1)?,
            Cursor::NewerThan(id) => self.lines(filter, "id > ? ORDER BY id", id, count + 1)?,
        };
        let more = lines.len() > count;
        lines.truncate(count);
        if let Cursor::NewerThan(_) = cursor {
            lines.reverse();
        }
        let beyond = |condition: &str, line: Option<&AuditLine>| match line {
            Some(line) => Ok(!self.lines(filter, condition, line.id, 1)?.is_empty()),
            None => Ok::<_, rusqlite::Error>(false),
        };
        let (newer, older) = match cursor {
            Cursor::Newest => (false, more),
            Cursor::OlderThan(_) => (beyond("id > ? ORDER BY id", lines.first())?, more),
            Cursor::NewerThan(_) => (more, beyond("id < ? ORDER BY id DESC", lines.last())?),
        };
        Ok(Lines { lines, newer, older, hash: last_hash(&self.0)? })
    }

    /// Some lines after one, the oldest first.
    pub(crate) fn audit_part(&self, filter: &Filter, after: i64, count: usize) -> rusqlite::Result<Vec<AuditLine>> {
        self.lines(filter, "id > ? ORDER BY id", after, count)
    }

    /// The number of the last line.
    pub(crate) fn last_audit_line(&self) -> rusqlite::Result<i64> {
        self.0.query_row("SELECT coalesce(max(id), 0) FROM audit", [], |row| row.get(0))
    }

    fn lines(&self, filter: &Filter, beyond: &str, id: i64, count: usize) -> rusqlite::Result<Vec<AuditLine>> {
        let (mut conditions, mut values) = filter.conditions();
        conditions.push(beyond.to_owned());
        values.push(Box::new(id));
        let query = format!("{COLUMNS} WHERE {} LIMIT {count}", conditions.join(" AND "));
        let mut select = self.0.prepare_cached(&query)?;
        select.query_map(params_from_iter(values), read)?.collect()
    }
}

impl Filter {
    fn conditions(&self) -> (Vec<String>, Vec<Box<dyn ToSql>>) {
        let Filter { who, chat, rule, action, show, from, until } = self;
        let mut conditions: Vec<String> = Vec::new();
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        for (condition, value) in [("operator = ?", who), ("chat = ?", chat)] {
            if let Some(value) = value {
                conditions.push(condition.into());
                values.push(Box::new(value.clone()));
            }
        }
        if let Some(rule) = rule {
            // Lines of older versions have a rule's id as the detail of what was done with it.
            conditions.push("(instr(rules, ?) OR detail = ?)".into());
            values.push(Box::new(format!("\"id\":{}", serde_json::Value::from(rule.as_str()))));
            values.push(Box::new(rule.clone()));
        }
        for (condition, moment) in [("at >= ?", from), ("at < ?", until)] {
            if let Some(moment) = moment {
                conditions.push(condition.into());
                values.push(Box::new(*moment));
            }
        }
        match (action, show) {
            (Some(action), _) => {
                conditions.push("action = ?".into());
                values.push(Box::new(action.as_str()));
            }
            (None, Show::People) => {
                conditions.push(format!("action NOT IN ({})", ["?"; Action::AUTOMATIC.len()].join(", ")));
                values.extend(Action::AUTOMATIC.map(|action| Box::new(action.as_str()) as Box<dyn ToSql>));
            }
            (None, Show::Refused | Show::Everything) => {}
        }
        if *show == Show::Refused {
            conditions.push("refused".into());
        }
        (conditions, values)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<AuditLine> {
    let erased = read_seals(row)?.map(|seal| matches!(seal, Seal::Erased(_)));
    Ok(AuditLine { erased, hash: Some(read_hash(row, 11)?), ..read_line(row)? })
}
