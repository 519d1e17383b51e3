//! What listeners begin with, and the parts that it is made of.

use chat_monitor::{Channel, ChatId, OperatorId, ParticipantView, RuleId};
use serde::Serialize;
use serde_json::Value;

use super::watching::Standing;
use super::{Attempt, Office};
use crate::denial::Denial;
use crate::feeds::{Feed, Topic};
use crate::line::Line;
use crate::looks::Look;
use crate::reader::{DeskOpening, Opening, with};
use crate::store::Action;
use crate::view::{
    DeskChat, OpenChat, People, Person, RuleText, ToOpened, ToOperator, ToVisitor, VisitorCard, WaitingChat,
};

/// A chat that is watched, and by which rules.
pub(crate) type Watched = (ChatId, Vec<RuleId>);

/// Listening.
impl Office {
    /// One chat, for its visitor.
    pub(crate) fn listen_as_visitor(&mut self, chat: &ChatId) -> Result<Opening, Denial> {
        let ended = match self.chats.get(chat) {
            Some(_) => None,
            None => Some(self.store.chat(chat)?.ok_or(Denial::NoSuchChat)?),
        };
        let live = ended.is_none();
        let known = self.chats.get(chat);
        let row = ended.as_ref().or_else(|| known.map(|known| &*known.row)).ok_or(Denial::NoSuchChat)?;
        let view = self.live.participant_view(chat);
        let head = value(&ToVisitor::Snapshot {
            name: &row.visitor,
            email: row.email.as_ref().map(|email| email.as_str()),
            live,
            operators: view.as_ref().map(|view| self.operator_names(view)).unwrap_or_default(),
        });
        let last = known.map_or(i64::MAX, |known| known.entries);
        // A chat that is over has nothing more to tell.
        let feed = self.feeds.listen(live.then(|| Topic::Visitor(chat.clone())));
        Ok(Opening { feed, head, last })
    }

    /// The chats that wait, and those that this operator attends.
    pub(crate) fn listen_at_desk(&mut self, operator: &OperatorId) -> DeskOpening {
        let waiting = self.live.chats().filter(|chat| chat.operators().is_empty() && !self.is_elsewhere(chat.id()));
        let waiting = waiting.filter_map(|chat| self.waiting_chat(chat.id())).collect();
        let own = self.live.chats().filter(|chat| chat.attends(operator));
        let opened: Vec<_> = own.filter_map(|chat| self.desk_chat(operator, chat.id())).collect();
        let last = |chat: &ChatId| self.chats.get(chat).map_or(0, |known| known.entries);
        let chats = opened.iter().map(|open| (open.chat.chat.clone(), last(open.chat.chat))).collect();
        let head = value(&ToOperator::Snapshot { waiting, chats: opened });
        DeskOpening { feed: self.feeds.listen([Topic::Desk(operator.clone()), Topic::Desks]), head, chats }
    }

    /// The list of this operator's monitored chats: their ids, so that the lines can be had a few at a time.
    pub(crate) fn listen_as_watcher(&mut self, operator: &OperatorId) -> Result<(Feed, Vec<Watched>), Denial> {
        self.check_may_monitor(operator)?;
        let monitored = self.live.monitored_chats(operator);
        let chats = monitored.map(|monitored| (monitored.chat().id().clone(), monitored.rules().to_vec())).collect();
        Ok((self.feeds.listen([Topic::Watcher(operator.clone())]), chats))
    }

    /// What is deleted of the chats that this operator could read.
    pub(crate) fn listen_as_reader(&mut self, operator: &OperatorId) -> Feed {
        self.feeds.listen([Topic::Deleted(operator.clone())])
    }

    /// The lines of some chats, those only that are watched still; what changes in them later comes by the feed.
    pub(crate) fn lines(&self, operator: &OperatorId, chats: Vec<Watched>) -> Vec<Line> {
        let watched =
            |chat: &ChatId| self.live.recipients(chat, Channel::Public).watchers().any(|watcher| watcher == operator);
        let still = chats.into_iter().filter(|(chat, _)| watched(chat));
        still.filter_map(|(chat, rules)| self.line(&chat, rules)).collect()
    }

    /// What this operator's rules say.
    pub(crate) fn own_rule_texts(&self, operator: &OperatorId) -> Vec<RuleText> {
        self.live.engine().rules_of(operator).map(|rule| self.rule_text(rule)).collect()
    }

    /// One chat that this operator watches or has joined.
    pub(crate) fn listen_to_opened(&mut self, operator: &OperatorId, chat: &ChatId) -> Result<Opening, Denial> {
        let standing = self.check_opened(operator, chat)?;
        let rules = self.rule_texts(operator, chat);
        let opened = self.open_chat(chat).ok_or(Denial::NoSuchChat)?;
        let joined = standing == Standing::Joined;
        let hand = self.hand(chat).filter(|_| !joined);
        let head = value(&ToOpened::Snapshot { joined, rules, hand, chat: opened });
        let last = self.chats.get(chat).map_or(0, |known| known.entries);
        Ok(Opening { feed: self.feeds.listen([Topic::Opened(operator.clone(), chat.clone())]), head, last })
    }

    /// Writes down that a chat is opened by one who watches it, unless that is one look with what is written down already.
    pub(crate) fn note_opened(&mut self, operator: &OperatorId, chat: &ChatId, look: &Look) -> Result<(), Denial> {
        if self.check_opened(operator, chat)? == Standing::Watching {
            let rules = self.rules_in_words(&self.rules_of_watch(operator, chat));
            if look.is_new(&rules) {
                self.audit(Attempt { operator, action: Action::Opened, chat: Some(chat) }, rules, "")?;
            }
        }
        Ok(())
    }

    pub(crate) fn check_opened(&self, operator: &OperatorId, chat: &ChatId) -> Result<Standing, Denial> {
        self.check_may_monitor(operator)?;
        self.standing(operator, chat).ok_or(Denial::NoSuchChat)
    }
}

/// Parts.
impl Office {
    pub(super) fn rule_texts(&self, operator: &OperatorId, chat: &ChatId) -> Vec<RuleText> {
        self.texts_of(&self.rules_of_watch(operator, chat))
    }

    pub(super) fn texts_of(&self, rules: &[RuleId]) -> Vec<RuleText> {
        rules.iter().filter_map(|id| self.live.engine().rule(id)).map(|rule| self.rule_text(rule)).collect()
    }

    /// With the last that was said, for one to whom it is new.
    pub(super) fn opened_chat(&self, chat: &ChatId, operator: &OperatorId) -> Result<Option<Value>, Denial> {
        let Some(opened) = self.desk_chat(operator, chat) else { return Ok(None) };
        Ok(Some(with(value(&opened), self.store.last_part(chat, operator)?)))
    }

    fn open_chat<'a>(&'a self, chat: &'a ChatId) -> Option<OpenChat<'a>> {
        let (visitor, view) = self.visitor_card(chat).zip(self.live.participant_view(chat))?;
        Some(OpenChat { chat, visitor, people: self.people(&view) })
    }

    fn desk_chat<'a>(&'a self, operator: &OperatorId, chat: &'a ChatId) -> Option<DeskChat<'a>> {
        Some(DeskChat { chat: self.open_chat(chat)?, hand: self.own_hand(operator, chat) })
    }

    pub(super) fn line(&self, chat: &ChatId, rules: Vec<RuleId>) -> Option<Line> {
        let hand = self.hand(chat);
        let (known, chat) = self.chats.get(chat).zip(self.live.chat(chat))?;
        let persons = |ids: &[OperatorId]| {
            let known = ids.iter().filter_map(|id| self.names.get_key_value(id));
            known.map(|(id, name)| (id.clone(), name.clone())).collect()
        };
        Some(Line {
            row: known.row.clone(),
            gone: known.presence.gone(),
            operators: persons(chat.operators()),
            joined: persons(chat.joined()),
            rules,
            departments: chat.departments().iter().map(|id| self.department(id)).collect(),
            attributes: chat.attributes().clone(),
            last: known.last.clone(),
            waiting: known.waiting,
            hand,
        })
    }

    pub(super) fn waiting_chat<'a>(&'a self, chat: &'a ChatId) -> Option<WaitingChat<'a>> {
        let first = self.chats.get(chat)?.first.as_deref();
        Some(WaitingChat { chat, visitor: self.visitor_card(chat)?, first })
    }

    pub(super) fn visitor_card(&self, chat: &ChatId) -> Option<VisitorCard<'_>> {
        self.chats.get(chat).map(|known| VisitorCard::of(&known.row, known.presence.gone()))
    }

    pub(super) fn people(&self, view: &ParticipantView) -> People<'_> {
        let persons = |ids: &[OperatorId]| ids.iter().filter_map(|id| self.person_of(id)).collect();
        People { operators: persons(view.operators()), joined: persons(view.joined()) }
    }

    fn person_of(&self, operator: &OperatorId) -> Option<Person<'_>> {
        self.names.get_key_value(operator).map(|(id, name)| Person { id, name })
    }

    pub(super) fn operator_names(&self, view: &ParticipantView) -> Vec<&str> {
        let attending = view.operators().iter().chain(view.joined());
        attending.filter_map(|operator| self.names.get(operator)).map(String::as_str).collect()
    }
}

fn value(head: &impl Serialize) -> Value {
    // Texts, numbers and lists of them: there is nothing in these that JSON could not hold.
    serde_json::to_value(head).unwrap_or_default()
}
