//! Hands: an operator asks for help, and none but those who watch can know. And what an operator has seen of advice, which
//! none but its giver can know.

use chat_monitor::{Attribute, Attributes, ChatId, Command, Event, OperatorId};

use super::{Attempt, Office};
use crate::denial::Denial;
use crate::entry::{Hand, Moment, Reading, now};
use crate::feeds::{Topic, write};
use crate::store::Action;
use crate::view::{ToOpened, ToOperator};

/// How many entries are marked at once.
const SEEN_AT_ONCE: usize = 100;

/// What is told of a chat in which a hand is up: rules can be made on it.
pub(crate) fn help() -> Option<Attribute> {
    Attribute::new("signal", "help").ok()
}

impl Office {
    /// Raises the hand of an operator to whom the chat was given, or lowers it.
    pub(crate) fn set_hand(&mut self, operator: &OperatorId, chat: &ChatId, up: bool) -> Result<(), Denial> {
        self.check_given(operator, chat)?;
        if self.hands.contains_key(chat) == up {
            return Ok(());
        }
        let hand = up.then(|| Hand { operator: operator.clone(), since: now() });
        let since = hand.as_ref().map(|hand| hand.since);
        let events = self.put_hand(chat, hand)?;
        self.feeds.push(Topic::Desk(operator.clone()), write(&ToOperator::Hand { chat, hand: since }));
        self.tell_hand(chat, &events)
    }

    /// Lowers a hand whose operator does not have the chat any more.
    pub(super) fn lower_left_hand(&mut self, chat: &ChatId) -> Result<Vec<Event>, Denial> {
        let Some(hand) = self.hands.get(chat) else { return Ok(Vec::new()) };
        match self.live.chat(chat) {
            Some(live) if live.operators().contains(&hand.operator) => Ok(Vec::new()),
            Some(_) => self.put_hand(chat, None),
            None => {
                self.hands.remove(chat);
                Ok(Vec::new())
            }
        }
    }

    /// Sets what else is told of a chat. A hand stays up or down, whatever is said of it here.
    pub(crate) fn set_chat_attributes(
        &mut self,
        by: &OperatorId,
        chat: &ChatId,
        attributes: Vec<Attribute>,
    ) -> Result<(), Denial> {
        self.check_administrator(by)?;
        let known = self.live.chat(chat).ok_or(Denial::NoSuchChat)?.attributes().clone();
        let others = Attributes::new(attributes).map_err(|_| Denial::OutOfBounds)?;
        let attributes = with_hand(&others, self.hands.contains_key(chat));
        if attributes == known {
            return Ok(());
        }
        let words: Vec<_> = attributes.iter().map(|one| format!("{}: {}", one.name(), one.value())).collect();
        let attempt = Attempt { operator: by, action: Action::SetAttributes, chat: Some(chat) };
        self.audit(attempt, String::new(), &format!("[{}]", words.join(", ")))?;
        let events = self.apply(Command::SetAttributes { chat: chat.clone(), attributes })?;
        self.tell_hand(chat, &events)
    }

    fn put_hand(&mut self, chat: &ChatId, hand: Option<Hand>) -> Result<Vec<Event>, Denial> {
        let known = self.live.chat(chat).ok_or(Denial::NoSuchChat)?.attributes();
        let attributes = with_hand(known, hand.is_some());
        let events = self.apply(Command::SetAttributes { chat: chat.clone(), attributes })?;
        self.store.set_hand(chat, hand.as_ref())?;
        match hand {
            Some(hand) => self.hands.insert(chat.clone(), hand),
            None => self.hands.remove(chat),
        };
        Ok(events)
    }

    /// Since when a hand is up, for those who watch.
    pub(super) fn hand(&self, chat: &ChatId) -> Option<Moment> {
        self.hands.get(chat).map(|hand| hand.since)
    }

    /// Since when one's own hand is up.
    pub(super) fn own_hand(&self, operator: &OperatorId, chat: &ChatId) -> Option<Moment> {
        self.hands.get(chat).filter(|hand| hand.operator == *operator).map(|hand| hand.since)
    }

    /// Writes down what an operator has seen of the advice to them, and tells those who gave it.
    pub(crate) fn seen(&mut self, operator: &OperatorId, chat: &ChatId, entries: &[i64]) -> Result<(), Denial> {
        self.check_attends(operator, chat)?;
        let at = now();
        for n in entries.iter().take(SEEN_AT_ONCE) {
            let Some((giver, given)) = self.store.read_advice(chat, operator, *n, at)? else { continue };
            self.feeds.push(Topic::Desk(operator.clone()), write(&ToOperator::Seen { chat, n: *n }));
            let reading = Reading { name: self.name(operator).to_owned(), at };
            self.feeds.push(Topic::Opened(giver, chat.clone()), write(&ToOpened::Read { n: given, reading }));
        }
        Ok(())
    }
}

/// The attributes of a chat in which a hand is up, or none.
fn with_hand(known: &Attributes, up: bool) -> Attributes {
    let others = known.iter().filter(|attribute| Some(*attribute) != help().as_ref()).cloned();
    // Where there is no room for one more, no rule finds the hand. Those who watch see it all the same.
    Attributes::new(others.chain(help().filter(|_| up))).unwrap_or_else(|_| known.clone())
}
