//! What changes of people and of the policy bring about in chats: watches begin and end, and people are put out of chats
//! that they joined.

use std::collections::BTreeMap;

use chat_monitor::{ChatId, Command, Event, OperatorId};

use super::Office;
use crate::denial::Denial;
use crate::entry::Kind;
use crate::feeds::Topic;

impl Office {
    /// Applies a command on operators or the policy, and tells everyone whom it concerns.
    pub(super) fn apply_to_people(&mut self, command: Command) -> Result<(), Denial> {
        let joined = self.live.chats().filter(|chat| !chat.joined().is_empty());
        let before = joined.filter_map(|chat| Some((chat.id().clone(), self.live.participant_view(chat.id())?)));
        let mut before: BTreeMap<_, _> = before.collect();
        let watched: Vec<_> = self.live.engine().operators().map(|(id, _)| id.clone()).collect();
        let mut events = self.apply(command)?;
        for (chat, operators) in put_out(&events) {
            let (of_chat, others) = events.into_iter().partition(|event| *event.chat() == chat);
            events = others;
            let mut last = None;
            for operator in operators {
                if let Some(entry) = last.replace(self.add_entry(&chat, Kind::Left, Some(&operator), "")?) {
                    self.tell_entry(&chat, &entry);
                }
            }
            self.tell_change(&chat, before.remove(&chat), last.as_ref(), &of_chat)?;
        }
        self.tell_events(&events)?;
        // Whose role has no list and no rules any more, hears nothing more of them. Their page finds out why.
        for operator in watched {
            if !self.may_monitor(&operator) {
                self.feeds.close(Topic::Rules(operator.clone()));
                self.feeds.close(Topic::Watcher(operator));
            }
        }
        Ok(())
    }
}

/// Who was put out of which chat.
fn put_out(events: &[Event]) -> BTreeMap<ChatId, Vec<OperatorId>> {
    let mut left = BTreeMap::<_, Vec<_>>::new();
    for event in events {
        if let Event::Left { chat, operator, .. } = event {
            left.entry(chat.clone()).or_default().push(operator.clone());
        }
    }
    left
}
