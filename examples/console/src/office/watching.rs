//! What watchers do.

use chat_monitor::{ChatId, Command, Event, OperatorId, RuleId, Watcher};

use super::{Attempt, Office};
use crate::denial::Denial;
use crate::entry::Kind;
use crate::said::Once;
use crate::store::Action;

/// How an operator sees a chat that is not given to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Watching,
    Joined,
}

impl Office {
    /// Says something to the attending operators alone.
    pub(crate) fn advise(
        &mut self,
        operator: &OperatorId,
        chat: &ChatId,
        text: &str,
        once: Option<Once>,
    ) -> Result<(), Denial> {
        let attempt = Attempt { operator, action: Action::Advised, chat: Some(chat) };
        let standing = self.standing(operator, chat).ok_or(Denial::NoSuchChat);
        self.audited(attempt, standing)?;
        if self.sent(chat, Some(operator), once)?.is_some() {
            return Ok(());
        }
        let rules = self.rules_of_watch(operator, chat);
        let advised = self.apply(Command::Advise { chat: chat.clone(), watcher: operator.clone() });
        for event in self.audited(attempt, advised)? {
            if let Event::Advised { to, .. } = event {
                let audience: Vec<_> = to.into_iter().chain([operator.clone()]).collect();
                self.add_internal(operator, chat, true, text, &audience)?;
            }
        }
        self.remember_sent(chat, Some(operator), once, 0)?;
        self.audit(attempt, self.rules_in_words(&rules), "")
    }

    /// Enters the chat, seen by all.
    pub(crate) fn join(&mut self, operator: &OperatorId, chat: &ChatId) -> Result<(), Denial> {
        let attempt = Attempt { operator, action: Action::Joined, chat: Some(chat) };
        let standing = self.standing(operator, chat).ok_or(Denial::NoSuchChat);
        self.audited(attempt, standing)?;
        let here = self.check_answered_here(chat);
        self.audited(attempt, here)?;
        let rules = self.rules_of_watch(operator, chat);
        let before = self.live.participant_view(chat);
        let joined = self.apply(Command::Join { chat: chat.clone(), watcher: operator.clone() });
        let events = self.audited(attempt, joined)?;
        self.audit(attempt, self.rules_in_words(&rules), "")?;
        let entry = self.add_entry(chat, Kind::Joined, Some(operator), "")?;
        self.tell_change(chat, before, Some(&entry), &events)
    }

    /// Goes back to silence.
    pub(crate) fn leave(&mut self, operator: &OperatorId, chat: &ChatId) -> Result<(), Denial> {
        let attempt = Attempt { operator, action: Action::Left, chat: Some(chat) };
        let standing = self.standing(operator, chat).ok_or(Denial::NoSuchChat);
        self.audited(attempt, standing)?;
        let before = self.live.participant_view(chat);
        let left = self.apply(Command::Leave { chat: chat.clone(), operator: operator.clone() });
        let events = self.audited(attempt, left)?;
        let entry = self.add_entry(chat, Kind::Left, Some(operator), "")?;
        self.tell_change(chat, before, Some(&entry), &events)
    }

    /// The rules by which this operator watches this chat; none where they do not.
    pub(super) fn rules_of_watch(&self, operator: &OperatorId, chat: &ChatId) -> Vec<RuleId> {
        let Some(chat) = self.live.chat(chat) else { return Vec::new() };
        // The watches of a live chat are these watchers, by these rules. A list may have thousands of other chats.
        let watchers = self.live.engine().watchers_for(chat).into_iter().map(Watcher::into_parts);
        watchers.filter(|(watcher, _)| watcher == operator).map(|(_, rules)| rules).next().unwrap_or_default()
    }

    pub(super) fn standing(&self, operator: &OperatorId, chat: &ChatId) -> Option<Standing> {
        if self.live.chat(chat)?.joined().contains(operator) {
            return Some(Standing::Joined);
        }
        (!self.rules_of_watch(operator, chat).is_empty()).then_some(Standing::Watching)
    }
}
