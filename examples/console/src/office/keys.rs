//! Keys by which other programs act as an operator, with that operator's rights and no others.

use std::collections::HashMap;

use chat_monitor::OperatorId;
use serde::Serialize;

use super::{Attempt, Office};
use crate::denial::Denial;
use crate::entry::{Moment, now};
use crate::store::{Action, KeyRow};

/// How exactly it is kept when a key was used, in milliseconds: not each request writes.
const USED_EXACTLY: Moment = 60_000;

/// The keys, by their digests.
pub(crate) type Keys = HashMap<Vec<u8>, KeyRow>;

/// A key as its page lists it.
#[derive(Debug, Serialize)]
pub(crate) struct KeyLine {
    id: i64,
    name: String,
    operator: String,
    operator_name: String,
    by: String,
    made: Moment,
    used: Option<Moment>,
    /// Whether the account can act at all.
    works: bool,
}

impl Office {
    pub(crate) fn key_lines(&self, operator: &OperatorId) -> Result<Vec<KeyLine>, Denial> {
        self.check_administrator(operator)?;
        let mut rows: Vec<_> = self.keys.values().collect();
        rows.sort_by_key(|row| row.id);
        let line = |row: &KeyRow| KeyLine {
            id: row.id,
            name: row.name.clone(),
            operator: row.operator.to_string(),
            operator_name: self.name(&row.operator).to_owned(),
            by: self.name(&row.by).to_owned(),
            made: row.made,
            used: row.used,
            works: self.role(&row.operator).is_some(),
        };
        Ok(rows.into_iter().map(line).collect())
    }

    /// Makes a key for an account. Who has the file makes one without being an administrator.
    pub(crate) fn make_key(&mut self, mut row: KeyRow) -> Result<(), Denial> {
        self.role(&row.operator).ok_or(Denial::NoSuchOperator)?;
        row.id = self.store.add_key(&row)?;
        let by = row.by.clone();
        let attempt = Attempt { operator: &by, action: Action::MadeKey, chat: None };
        self.audit(attempt, String::new(), &format!("{} ({})", row.name, row.operator))?;
        self.keys.insert(row.digest.clone(), row);
        Ok(())
    }

    pub(crate) fn revoke_key(&mut self, operator: &OperatorId, key: i64) -> Result<(), Denial> {
        self.check_administrator(operator)?;
        let digest = self.keys.values().find(|row| row.id == key).map(|row| row.digest.clone());
        let row = digest.and_then(|digest| self.keys.remove(&digest)).ok_or(Denial::NoSuchKey)?;
        self.store.remove_key(key)?;
        let attempt = Attempt { operator, action: Action::RevokedKey, chat: None };
        self.audit(attempt, String::new(), &format!("{} ({})", row.name, row.operator))
    }

    /// As whom a key acts, if it is known and the account can act at all; and whether that it was used is to be kept.
    pub(crate) fn by_key(&self, digest: &[u8]) -> Option<(OperatorId, bool)> {
        let row = self.keys.get(digest)?;
        self.role(&row.operator)?;
        let is_due = row.used.is_none_or(|used| now() - used >= USED_EXACTLY);
        Some((row.operator.clone(), is_due))
    }

    /// Keeps that a key was used.
    pub(crate) fn note_key(&mut self, digest: &[u8]) -> Result<(), Denial> {
        if let Some(row) = self.keys.get_mut(digest) {
            row.used = Some(now());
            self.store.use_key(row.id, now())?;
        }
        Ok(())
    }

    /// A key acts as nobody else once its account is removed, whoever has that id later.
    pub(super) fn remove_keys_of(&mut self, operator: &OperatorId) -> Result<(), Denial> {
        let theirs: Vec<_> = self.keys.values().filter(|row| row.operator == *operator).cloned().collect();
        for row in theirs {
            self.keys.remove(&row.digest);
            self.store.remove_key(row.id)?;
        }
        Ok(())
    }
}
