//! What is written down of what people do and of what happens to watchers.

use chat_monitor::{ChatId, Event, OperatorId};

use super::Office;
use crate::denial::Denial;
use crate::entry::now;
use crate::store::{Action, NewAuditLine};

/// What an attempt was about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt<'a> {
    pub(super) operator: &'a OperatorId,
    pub(super) action: Action,
    pub(super) chat: Option<&'a ChatId>,
}

/// The audit.
impl Office {
    /// Writes down that an attempt was refused, if it was.
    pub(super) fn audited<T>(&mut self, attempt: Attempt<'_>, result: Result<T, Denial>) -> Result<T, Denial> {
        if let Err(denial) = &result {
            let Attempt { operator, action, chat } = attempt;
            // Whoever tries on and on would fill the file.
            if !self.refusals.take(operator.clone()) {
                return Err(Denial::TooMany);
            }
            // An id that somebody made up is none of a chat, but it is what they tried.
            let (rules, detail) = (String::new(), denial.key().to_owned());
            let line =
                NewAuditLine { at: now(), operator: operator.as_str(), action, chat, rules, detail, refused: true };
            self.store.add_audit(&line)?;
        }
        result
    }

    pub(super) fn audit(&self, attempt: Attempt<'_>, rules: String, detail: &str) -> Result<(), Denial> {
        let Attempt { operator, action, chat } = attempt;
        let line = NewAuditLine {
            at: now(),
            operator: operator.as_str(),
            action,
            chat,
            rules,
            detail: detail.into(),
            refused: false,
        };
        Ok(self.store.add_audit(&line)?)
    }

    /// Writes down what the monitor said has happened to watchers.
    pub(super) fn audit_events(&self, events: &[Event]) -> Result<(), Denial> {
        for event in events {
            let (operator, action, chat, rules, detail) = match event {
                Event::WatchStarted { chat, watcher, rules } => (watcher, Action::WatchStarted, chat, &**rules, ""),
                Event::WatchChanged { chat, watcher, rules } => (watcher, Action::WatchChanged, chat, &**rules, ""),
                Event::WatchEnded { chat, watcher, reason } => {
                    (watcher, Action::WatchEnded, chat, &[][..], crate::view::end_reason(reason))
                }
                Event::Left { chat, operator, .. } => (operator, Action::Left, chat, &[][..], ""),
                // These are written with the rules of the watch, by whoever applied the command.
                Event::Joined { .. } | Event::Advised { .. } => continue,
            };
            self.audit(Attempt { operator, action, chat: Some(chat) }, self.rules_in_words(rules), detail)?;
        }
        Ok(())
    }

    /// Writes down that somebody was refused a look at something.
    pub(crate) fn refused(
        &mut self,
        operator: &OperatorId,
        action: Action,
        chat: Option<&ChatId>,
        denial: Denial,
    ) -> Denial {
        match self.audited(Attempt { operator, action, chat }, Err::<(), _>(denial)) {
            Err(denial) => denial,
            Ok(()) => Denial::NotAllowed,
        }
    }

    /// What all operators are called, those too whose accounts are disabled.
    pub(crate) fn names(&self) -> Vec<(OperatorId, String)> {
        let mut everybody: Vec<_> = self.names.iter().map(|(id, name)| (id.clone(), name.clone())).collect();
        everybody.sort();
        everybody
    }

    /// Which of these chats this operator watches or has joined.
    pub(crate) fn standing_in(&self, operator: &OperatorId, chats: &[ChatId]) -> Vec<ChatId> {
        let own = chats.iter().filter(|chat| self.standing(operator, chat).is_some());
        own.cloned().collect()
    }

    /// Writes down that the audit goes out.
    pub(crate) fn note_export(&self, operator: &OperatorId, detail: &str) -> Result<(), Denial> {
        self.check_administrator(operator)?;
        self.audit(Attempt { operator, action: Action::ExportedAudit, chat: None }, String::new(), detail)
    }
}
