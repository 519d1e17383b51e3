//! What is deleted for good: when its time is over, and when a person asks for it.

use std::time::{Duration, Instant};

use chat_monitor::{ChatId, Email, OperatorId, RuleId};
use tracing::warn;

use super::{Attempt, Office};
use crate::denial::Denial;
use crate::entry::now;
use crate::store::{Action, CONSOLE, NewAuditLine, PersonBy, Store};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// The name under which a rewriting that is due outlasts a restart.
const DUE: &str = "rewriting_due";

/// What there is to do that the file may hold nothing of what was deleted.
#[derive(Debug)]
pub(super) struct Rewriting {
    /// When somebody acted last: everybody waits while the file is written anew.
    last_act: Instant,
    file_due: bool,
    log_due: bool,
}

/// How far the deletion of what is due has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deleted {
    Nothing,
    Part,
    Chat,
}

impl Rewriting {
    /// Does at once what was left when the console ended: nobody waits yet.
    pub(super) fn begin(store: &Store) -> rusqlite::Result<Self> {
        let file_due = store.setting(DUE)?.as_deref() == Some("1");
        let mut rewriting = Rewriting { last_act: Instant::now(), file_due, log_due: false };
        rewriting.go_on(store);
        Ok(rewriting)
    }

    /// What fails here, such as for want of room, stops nobody's chat. It is tried again after the next deletion, and at
    /// the next start.
    fn go_on(&mut self, store: &Store) {
        if self.file_due {
            self.file_due = false;
            match store.rewrite().and_then(|()| store.set_setting(DUE, "0")) {
                Ok(()) => self.log_due = true,
                Err(error) => warn!(%error, "what was deleted may be left in the file: it could not be written anew"),
            }
        }
        if self.log_due {
            match store.empty_log() {
                Ok(emptied) => self.log_due = !emptied,
                Err(error) => warn!(%error, "what was deleted may be left in the log: it could not be emptied"),
            }
        }
    }
}

impl Office {
    pub(crate) fn note_act(&mut self) {
        self.rewriting.last_act = Instant::now();
    }

    /// Deletes a part of a chat whose time is over.
    pub(crate) fn delete_some_due(&mut self) -> Result<Deleted, Denial> {
        let due = now() - i64::from(self.settings.retention_days) * DAY;
        let Some(chat) = self.store.chat_ended_before(due)? else { return Ok(Deleted::Nothing) };
        Ok(if self.store.delete_some(&chat)? { Deleted::Chat } else { Deleted::Part })
    }

    /// Writes down how many chats were deleted, and lets nothing be left of them.
    pub(crate) fn note_deleted(&mut self, chats: u64) -> Result<(), Denial> {
        let (action, detail) = (Action::DeletedOld, format!("detail_chats {chats}"));
        let rules = String::new();
        self.store.add_audit(&NewAuditLine {
            at: now(),
            operator: CONSOLE,
            action,
            chat: None,
            rules,
            detail,
            refused: false,
        })?;
        self.forget()
    }

    /// The log of commands has visitors' addresses, until the state is saved; so have the hooks.
    fn forget(&mut self) -> Result<(), Denial> {
        self.forget_hooks_visitors()?;
        self.store.save(&self.live, &self.statistics)?;
        self.store.set_setting(DUE, "1")?;
        self.rewriting.file_due = true;
        Ok(())
    }

    /// Writes the file anew if that is due, and nobody has acted for so long. Not within a transaction.
    pub(crate) fn rewrite_if_due(&mut self, quiet: Duration) -> Result<(), Denial> {
        if self.rewriting.last_act.elapsed() >= quiet {
            self.rewriting.go_on(&self.store);
        }
        Ok(())
    }

    /// Writes down that an administrator looks for a person's chats: not for whose.
    pub(crate) fn note_search(&self, operator: &OperatorId, by: &PersonBy) -> Result<(), Denial> {
        self.check_administrator(operator)?;
        let detail = match by {
            PersonBy::Email(_) => "detail_by_email",
            PersonBy::Name(_) => "detail_by_name",
            PersonBy::Chat(_) => "detail_by_chat",
        };
        self.audit(Attempt { operator, action: Action::SoughtPerson, chat: None }, String::new(), detail)
    }

    /// How many rules and exclusions name this address, in what is said of them too.
    pub(crate) fn rules_that_name(&self, email: &Email) -> usize {
        let names =
            |text: Result<String, serde_json::Error>| text.is_ok_and(|text| crate::store::names(&text, email.as_str()));
        let noted = |rule: &RuleId| {
            let note = self.rule_notes.get(rule);
            note.is_some_and(|note| [&note.name, &note.note].into_iter().any(|text| names(Ok(text.to_lowercase()))))
        };
        let rules = self.live.engine().rules();
        let rules = rules.filter(|rule| names(serde_json::to_string(rule)) || noted(rule.id())).count();
        let exclusions = self.live.engine().exclusions();
        rules + exclusions.filter(|exclusion| names(serde_json::to_string(exclusion))).count()
    }

    /// Lets these chats be deleted. Those that are live are not, and are returned.
    pub(crate) fn condemn(
        &mut self,
        operator: &OperatorId,
        chats: &[ChatId],
    ) -> Result<(Vec<ChatId>, Vec<ChatId>), Denial> {
        self.check_administrator(operator)?;
        let (mut condemned, mut live) = (Vec::new(), Vec::new());
        for chat in chats {
            if self.chats.contains_key(chat) {
                live.push(chat.clone());
            } else if self.store.condemn_chat(chat)? {
                condemned.push(chat.clone());
            }
        }
        Ok((condemned, live))
    }

    /// Deletes a part of a chat, and says whether that was the last.
    pub(crate) fn delete_some(&mut self, chat: &ChatId) -> Result<bool, Denial> {
        Ok(self.store.delete_some(chat)?)
    }

    /// Takes out of lines of the audit what may be a person's.
    pub(crate) fn erase_lines(&mut self, operator: &OperatorId, lines: &[i64]) -> Result<(), Denial> {
        self.check_administrator(operator)?;
        lines.iter().try_for_each(|line| Ok(self.store.erase_line(*line)?))
    }

    /// Writes down that chats were erased on request: how many, and not whose.
    pub(crate) fn note_erased(&mut self, operator: &OperatorId, chats: usize, lines: usize) -> Result<(), Denial> {
        let attempt = Attempt { operator, action: Action::ErasedPerson, chat: None };
        self.audit(attempt, String::new(), &format!("detail_erased {chats} {lines}"))?;
        self.forget()
    }
}
