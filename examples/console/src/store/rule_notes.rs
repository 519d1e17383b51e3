//! What people say of their rules: names and notes. They are no part of the monitor's state.

use std::collections::HashMap;

use chat_monitor::{OperatorId, RuleId};
use rusqlite::{Row, params};

use super::{Store, id};

/// What is said of a rule. Its watcher and administrators see it, and nobody else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RuleNote {
    pub(crate) name: String,
    pub(crate) note: String,
    /// Who made it, where that was not its watcher.
    pub(crate) made_by: Option<OperatorId>,
    /// Who switched it on or off last, where that was not its watcher.
    pub(crate) switched_by: Option<OperatorId>,
}

impl Store {
    pub(crate) fn set_rule_note(&self, rule: &RuleId, note: &RuleNote) -> rusqlite::Result<()> {
        let RuleNote { name, note, made_by, switched_by } = note;
        let (made_by, switched_by) =
            (made_by.as_ref().map(OperatorId::as_str), switched_by.as_ref().map(OperatorId::as_str));
        let mut replace = self.connection.prepare_cached(
            "INSERT OR REPLACE INTO rule_notes (rule, name, note, made_by, switched_by) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        replace.execute(params![rule.as_str(), name, note, made_by, switched_by])?;
        Ok(())
    }

    pub(crate) fn remove_rule_note(&self, rule: &RuleId) -> rusqlite::Result<()> {
        self.connection.execute("DELETE FROM rule_notes WHERE rule = ?1", [rule.as_str()])?;
        Ok(())
    }

    /// Remembers to tell a watcher of the deletion that the audit's last line is about.
    pub(crate) fn add_rule_gone(&self, watcher: &OperatorId) -> rusqlite::Result<()> {
        let insert = "INSERT INTO rules_gone (audit, watcher) SELECT max(id), ?1 FROM audit";
        self.connection.execute(insert, [watcher.as_str()])?;
        Ok(())
    }

    /// By whom rules of a watcher were deleted, and what these said, unless that has been erased.
    pub(crate) fn rules_gone(&self, watcher: &OperatorId) -> rusqlite::Result<Vec<(OperatorId, String)>> {
        let mut select = self.connection.prepare_cached(
            "SELECT audit.operator, audit.rules FROM rules_gone JOIN audit ON audit.id = rules_gone.audit
             WHERE rules_gone.watcher = ?1 ORDER BY audit.id",
        )?;
        let read = |row: &Row<'_>| Ok((id(0, &row.get::<_, String>(0)?)?, row.get(1)?));
        select.query_map([watcher.as_str()], read)?.collect()
    }

    pub(crate) fn forget_rules_gone(&self, watcher: &OperatorId) -> rusqlite::Result<()> {
        self.connection.execute("DELETE FROM rules_gone WHERE watcher = ?1", [watcher.as_str()])?;
        Ok(())
    }

    pub(crate) fn rule_notes(&self) -> rusqlite::Result<HashMap<RuleId, RuleNote>> {
        let mut select = self.connection.prepare("SELECT rule, name, note, made_by, switched_by FROM rule_notes")?;
        let operator = |row: &Row<'_>, column: usize| {
            row.get::<_, Option<String>>(column)?.map(|text| id(column, &text)).transpose()
        };
        let read = |row: &Row<'_>| {
            let note = RuleNote {
                name: row.get(1)?,
                note: row.get(2)?,
                made_by: operator(row, 3)?,
                switched_by: operator(row, 4)?,
            };
            Ok((id(0, &row.get::<_, String>(0)?)?, note))
        };
        select.query_map([], read)?.collect()
    }
}
