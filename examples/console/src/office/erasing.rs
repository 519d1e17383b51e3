//! What is deleted for good: when its time is over, and when a person asks for it.

use chat_monitor::{ChatId, Email, OperatorId, RuleId};
use tracing::warn;

use super::{Attempt, Office};
use crate::denial::Denial;
use crate::entry::now;
use crate::feeds::{Topic, write};
use crate::store::{Action, CONSOLE, NewAuditLine, PersonBy, Store};
use crate::view::ToReader;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// The name under which it outlasts a restart that the file is to be scrubbed.
const DUE: &str = "rewriting_due";

/// What there is to do that the file may hold nothing of what was deleted.
#[derive(Debug)]
pub(super) struct Scrubbing {
    /// The page at which it goes on.
    next: Option<u32>,
    log_due: bool,
}

/// How far the deletion of what is due has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deleted {
    Nothing,
    Part,
    Chat,
}

/// What is erased on request from here on.
#[derive(Debug)]
pub(crate) struct Condemned {
    pub(crate) chats: usize,
    /// Lines of the audit.
    pub(crate) lines: usize,
    /// These are not: they are live.
    pub(crate) live: Vec<ChatId>,
}

impl Scrubbing {
    /// Goes on with what was left when the console ended.
    pub(super) fn begin(store: &Store) -> rusqlite::Result<Self> {
        let due = store.setting(DUE)?.as_deref() == Some("1");
        Ok(Scrubbing { next: due.then_some(1), log_due: true })
    }
}

impl Office {
    /// Deletes a part of what was to be erased on request, or of a chat whose time is over.
    pub(crate) fn delete_some_due(&mut self) -> Result<Deleted, Denial> {
        if self.erase_some()? {
            return Ok(Deleted::Part);
        }
        let due = now() - i64::from(self.settings.retention_days) * DAY;
        let Some(chat) = self.store.chat_ended_before(due)? else { return Ok(Deleted::Nothing) };
        // Nobody reads what is there in part.
        self.take_from_readers(&chat)?;
        Ok(if self.delete_some(&chat)? { Deleted::Chat } else { Deleted::Part })
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
        self.scrub_anew()
    }

    /// Something was deleted: copies of it may lie in any page.
    fn scrub_anew(&mut self) -> Result<(), Denial> {
        self.scrubbing.next = Some(1);
        Ok(self.store.set_setting(DUE, "1")?)
    }

    /// Whether there are pages to be scrubbed, and can be.
    pub(crate) fn has_to_scrub(&self) -> Result<bool, Denial> {
        Ok(self.scrubbing.next.is_some() && self.store.can_scrub()?)
    }

    /// Scrubs some pages of the file.
    pub(crate) fn scrub_some(&mut self) -> Result<(), Denial> {
        let Some(page) = self.scrubbing.next else { return Ok(()) };
        self.scrubbing.next = self.store.scrub(page)?;
        if self.scrubbing.next.is_none() {
            self.store.set_setting(DUE, "0")?;
            self.scrubbing.log_due = true;
        }
        Ok(())
    }

    /// Does what remains when the file is scrubbed, or if it cannot be. Not within a transaction. What fails here, such as for
    /// want of room, stops nobody's chat: the file is tried again after the next deletion and at the next start.
    pub(crate) fn finish_scrubbing(&mut self) -> Result<(), Denial> {
        if self.scrubbing.next.take().is_some() {
            match self.store.rewrite().and_then(|()| self.store.set_setting(DUE, "0")) {
                Ok(()) => self.scrubbing.log_due = true,
                Err(error) => warn!(%error, "what was deleted may be left in the file: it could not be written anew"),
            }
        }
        if self.scrubbing.log_due {
            match self.store.empty_log() {
                Ok(emptied) => self.scrubbing.log_due = !emptied,
                Err(error) => warn!(%error, "what was deleted may be left in the log: it could not be emptied"),
            }
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

    /// Lets these chats be erased, and these lines of the audit. Nobody can read them from here on, and what is left when
    /// the console is stopped goes after the next start. The audit says how many, and not whose.
    pub(crate) fn condemn(
        &mut self,
        operator: &OperatorId,
        chats: &[ChatId],
        lines: &[i64],
    ) -> Result<Condemned, Denial> {
        self.check_administrator(operator)?;
        let lines = self.store.condemn_lines(lines)?;
        let mut condemned = Condemned { chats: 0, lines, live: Vec::new() };
        for chat in chats {
            if self.chats.contains_key(chat) {
                condemned.live.push(chat.clone());
            } else if let Some(lines) = self.store.condemn_chat(chat)? {
                condemned.chats += 1;
                condemned.lines += lines;
                self.take_from_readers(chat)?;
            }
        }
        let detail = format!("detail_erased {} {}", condemned.chats, condemned.lines);
        self.audit(Attempt { operator, action: Action::ErasedPerson, chat: None }, String::new(), &detail)?;
        self.forget()?;
        Ok(condemned)
    }

    /// Erases a part of what is to be, and says whether there was anything.
    pub(crate) fn erase_some(&mut self) -> Result<bool, Denial> {
        if self.store.erase_some_lines()? {
            self.scrub_anew()?;
            return Ok(true);
        }
        let Some(chat) = self.store.condemned_chat()? else { return Ok(false) };
        self.delete_some(&chat)?;
        Ok(true)
    }

    /// Deletes a part of a chat, and says whether that was the last.
    fn delete_some(&mut self, chat: &ChatId) -> Result<bool, Denial> {
        self.scrub_anew()?;
        Ok(self.store.delete_some(chat)?)
    }

    /// Lets nobody read a chat any more. It leaves the pages that show it.
    fn take_from_readers(&mut self, chat: &ChatId) -> Result<(), Denial> {
        let news = write(&ToReader::Deleted { chat: chat.as_str() });
        for operator in self.store.take_from_readers(chat)? {
            self.feeds.push(Topic::Watcher(operator.clone()), news.clone());
            self.feeds.push(Topic::Deleted(operator), news.clone());
        }
        Ok(())
    }
}
