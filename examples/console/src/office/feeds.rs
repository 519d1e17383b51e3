//! What listeners begin with, and the parts that it is made of.

use chat_monitor::{ChatId, OperatorId, ParticipantView};

use super::watching::Standing;
use super::{Attempt, Office};
use crate::denial::Denial;
use crate::entry::Entry;
use crate::feeds::{Feed, Topic};
use crate::store::{Action, ChatRow};
use crate::view::{
    LastSaid, Line, OpenChat, People, Person, RuleText, ToOpened, ToOperator, ToVisitor, ToWatcher, VisitorCard,
    WaitingChat,
};

/// Listening.
impl Office {
    /// One chat, for its visitor.
    pub(crate) fn listen_as_visitor(&mut self, chat: &ChatId) -> Result<Feed, Denial> {
        let ended = match self.chats.get(chat) {
            Some(_) => None,
            None => Some(self.store.chat(chat)?.ok_or(Denial::NoSuchChat)?),
        };
        let live = ended.is_none();
        let row = ended.as_ref().or_else(|| self.chats.get(chat).map(|known| &known.row)).ok_or(Denial::NoSuchChat)?;
        let view = self.live.participant_view(chat);
        let entries = self.store.entries(chat)?;
        let snapshot = ToVisitor::Snapshot {
            name: &row.visitor,
            email: row.email.as_ref().map(|email| email.as_str()),
            live,
            operators: view.as_ref().map(|view| self.operator_names(view)).unwrap_or_default(),
            entries: entries.iter().map(Entry::for_visitor).collect(),
        };
        let snapshot = serde_json::to_value(snapshot).unwrap_or_default();
        // A chat that is over has nothing more to tell.
        Ok(self.feeds.listen(live.then(|| Topic::Visitor(chat.clone())), &snapshot))
    }

    /// The chats that wait, and those that this operator attends.
    pub(crate) fn listen_at_desk(&mut self, operator: &OperatorId) -> Result<Feed, Denial> {
        let waiting = self.live.chats().filter(|chat| chat.operators().is_empty());
        let waiting = waiting.filter_map(|chat| self.waiting_chat(chat.id())).collect();
        let own = self.live.chats().filter(|chat| chat.attends(operator));
        let mut chats = Vec::new();
        for chat in own {
            let entries = self.store.entries(chat.id())?;
            chats.push((chat.id(), entries));
        }
        let mut opened = Vec::new();
        for (chat, entries) in &chats {
            opened.extend(self.open_chat_with(chat, operator, entries)?);
        }
        let snapshot = serde_json::to_value(ToOperator::Snapshot { waiting, chats: opened }).unwrap_or_default();
        Ok(self.feeds.listen([Topic::Desk(operator.clone()), Topic::Desks], &snapshot))
    }

    /// The list of this operator's monitored chats.
    pub(crate) fn listen_as_watcher(&mut self, operator: &OperatorId) -> Result<Feed, Denial> {
        let allowed = self.check_may_monitor(operator);
        self.audited(Attempt { operator, action: Action::Opened, chat: None }, allowed)?;
        let mut chats = Vec::new();
        for monitored in self.live.monitored_chats(operator) {
            chats.extend(self.line(operator, monitored.chat().id())?);
        }
        let snapshot = serde_json::to_value(ToWatcher::Snapshot { chats }).unwrap_or_default();
        Ok(self.feeds.listen([Topic::Watcher(operator.clone())], &snapshot))
    }

    /// One chat that this operator watches or has joined.
    pub(crate) fn listen_to_opened(&mut self, operator: &OperatorId, chat: &ChatId) -> Result<Feed, Denial> {
        let standing = self.open(operator, chat)?;
        let snapshot = self.opened_snapshot(operator, chat, standing)?.ok_or(Denial::NoSuchChat)?;
        let snapshot = serde_json::to_value(snapshot).unwrap_or_default();
        Ok(self.feeds.listen([Topic::Opened(operator.clone(), chat.clone())], &snapshot))
    }

    /// Checks that a chat may be opened, and writes down that it was.
    fn open(&mut self, operator: &OperatorId, chat: &ChatId) -> Result<Standing, Denial> {
        let attempt = Attempt { operator, action: Action::Opened, chat: Some(chat) };
        let standing = self.check_opened(operator, chat);
        let standing = self.audited(attempt, standing)?;
        if standing == Standing::Watching {
            let rules = self.rules_of_watch(operator, chat);
            self.audit(attempt, self.rules_in_words(&rules), "")?;
        }
        Ok(standing)
    }

    /// Checks that a chat may be opened, for its page.
    pub(crate) fn check_page(&mut self, operator: &OperatorId, chat: &ChatId) -> Result<(), Denial> {
        let attempt = Attempt { operator, action: Action::Opened, chat: Some(chat) };
        let standing = self.check_opened(operator, chat);
        self.audited(attempt, standing).map(drop)
    }

    fn check_opened(&self, operator: &OperatorId, chat: &ChatId) -> Result<Standing, Denial> {
        self.check_may_monitor(operator)?;
        self.standing(operator, chat).ok_or(Denial::NoSuchChat)
    }
}

/// Parts.
impl Office {
    pub(super) fn opened_snapshot(
        &self,
        operator: &OperatorId,
        chat: &ChatId,
        standing: Standing,
    ) -> Result<Option<serde_json::Value>, Denial> {
        let rules = self.rule_texts(operator, chat);
        let entries = self.store.entries(chat)?;
        let opened = self.open_chat_with(chat, operator, &entries)?;
        let snapshot = opened.map(|chat| ToOpened::Snapshot { joined: standing == Standing::Joined, rules, chat });
        Ok(snapshot.map(|snapshot| serde_json::to_value(snapshot).unwrap_or_default()))
    }

    pub(super) fn rule_texts(&self, operator: &OperatorId, chat: &ChatId) -> Vec<RuleText<'_>> {
        let rules = self.rules_of_watch(operator, chat);
        rules.iter().filter_map(|id| self.live.engine().rule(id)).map(|rule| self.rule_text(rule)).collect()
    }

    pub(super) fn open_chat<'a>(
        &'a self,
        chat: &'a ChatId,
        operator: &OperatorId,
    ) -> Result<Option<serde_json::Value>, Denial> {
        let entries = self.store.entries(chat)?;
        let opened = self.open_chat_with(chat, operator, &entries)?;
        Ok(opened.map(|opened| serde_json::to_value(opened).unwrap_or_default()))
    }

    fn open_chat_with<'a>(
        &'a self,
        chat: &'a ChatId,
        operator: &OperatorId,
        entries: &'a [Entry],
    ) -> Result<Option<OpenChat<'a>>, Denial> {
        let Some((visitor, view)) = self.visitor_card(chat).zip(self.live.participant_view(chat)) else {
            return Ok(None);
        };
        let internal = self.store.internal_for(chat, operator)?;
        let entries = entries.iter().map(Entry::for_operator).collect();
        Ok(Some(OpenChat { chat, visitor, people: self.people(&view), entries, internal }))
    }

    pub(super) fn line<'a>(&'a self, watcher: &OperatorId, chat: &'a ChatId) -> Result<Option<Line<'a>>, Denial> {
        let Some((visitor, view)) = self.visitor_card(chat).zip(self.live.participant_view(chat)) else {
            return Ok(None);
        };
        let last = self.store.last_said(chat)?;
        let last = last.map(|entry| LastSaid { at: entry.at, name: entry.name, text: entry.text });
        Ok(Some(Line { chat, visitor, people: self.people(&view), rules: self.rule_texts(watcher, chat), last }))
    }

    pub(super) fn waiting_chat<'a>(&'a self, chat: &'a ChatId) -> Option<WaitingChat<'a>> {
        Some(WaitingChat { chat, visitor: self.visitor_card(chat)? })
    }

    pub(super) fn visitor_card(&self, chat: &ChatId) -> Option<VisitorCard<'_>> {
        let ChatRow { visitor, email, ip, started, demonstration, .. } = &self.chats.get(chat)?.row;
        Some(VisitorCard {
            name: visitor,
            email: email.as_ref().map(|email| email.as_str()),
            ip: ip.map(|ip| ip.to_string()),
            started: *started,
            demonstration: *demonstration,
        })
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
