//! Who is told of what has happened. The people in a chat are told what `participant_view`, `for_participants` and the
//! channel's recipients say, and nothing is told that is not kept.

use std::collections::BTreeSet;

use chat_monitor::{Channel, ChatId, Email, EndReason, Event, LeftReason, OperatorId, ParticipantView};

use super::Office;
use super::watching::Standing;
use crate::denial::Denial;
use crate::entry::{Entry, InternalEntry};
use crate::feeds::{Topic, write};
use crate::view::{ToOpened, ToOperator, ToVisitor, ToWatcher, end_reason};

impl Office {
    /// Tells everyone who receives it of an entry of the chat itself.
    pub(super) fn tell_entry(&mut self, chat: &ChatId, entry: &Entry) {
        let recipients = self.live.recipients(chat, Channel::Public);
        let (attending, watchers) = (recipients.attending(), recipients.watchers());
        if recipients.visitor() {
            let news = write(&ToVisitor::Entry { entry: entry.for_visitor() });
            self.feeds.push(Topic::Visitor(chat.clone()), news);
        }
        let news = write(&ToOperator::Entry { chat, entry: entry.for_operator() });
        for operator in attending {
            self.feeds.push(Topic::Desk(operator.clone()), news.clone());
            self.feeds.push(Topic::Opened(operator.clone(), chat.clone()), news.clone());
        }
        for watcher in watchers {
            self.feeds.push(Topic::Watcher(watcher.clone()), news.clone());
            self.feeds.push(Topic::Opened(watcher.clone(), chat.clone()), news.clone());
        }
    }

    /// Tells one of its audience of an entry of the internal channel.
    pub(super) fn tell_internal(&mut self, chat: &ChatId, to: &OperatorId, entry: &InternalEntry) {
        let news = write(&ToOperator::Internal { chat, entry });
        if self.live.chat(chat).is_some_and(|chat| chat.attends(to)) {
            self.feeds.push(Topic::Desk(to.clone()), news.clone());
        }
        self.feeds.push(Topic::Opened(to.clone(), chat.clone()), news);
    }

    /// Tells of a change of who attends a chat: of the difference between two views, and of `entry`, which says why.
    pub(super) fn tell_change(
        &mut self,
        chat: &ChatId,
        before: Option<ParticipantView>,
        entry: Option<&Entry>,
        events: &[Event],
    ) -> Result<(), Denial> {
        let lowered = self.lower_left_hand(chat)?;
        let events = &*[events, &lowered].concat();
        let after = self.live.participant_view(chat);
        let (attended, attends) = (attending(before.as_ref()), attending(after.as_ref()));
        self.note_attending(chat, &given(before.as_ref()), &given(after.as_ref()))?;
        if let Some(entry) = entry {
            let news = write(&ToVisitor::Entry { entry: entry.for_visitor() });
            self.feeds.push(Topic::Visitor(chat.clone()), news);
        }
        if let Some(view) = after.as_ref().filter(|_| attended != attends) {
            let news = write(&ToVisitor::Operators { operators: self.operator_names(view) });
            self.feeds.push(Topic::Visitor(chat.clone()), news);
        }
        for operator in attended.intersection(&attends) {
            self.tell_people(chat, after.as_ref(), entry, Topic::Desk(operator.clone()));
            self.tell_people(chat, after.as_ref(), entry, Topic::Opened(operator.clone(), chat.clone()));
        }
        let had_joined = before.iter().flat_map(|view| view.joined());
        for operator in had_joined.filter(|joined| after.as_ref().is_some_and(|view| view.operators().contains(joined)))
        {
            self.tell_opened(chat, operator, "ended_own_chat");
        }
        for operator in attends.difference(&attended) {
            let topic = Topic::Desk(operator.clone());
            if !self.feeds.has(&topic) {
                continue;
            }
            if let Some(opened) = self.opened_chat(chat, operator)? {
                self.feeds.push(topic, write(&ToOperator::Opened { chat: opened }));
            }
        }
        for operator in attended.difference(&attends) {
            self.feeds.push(Topic::Desk(operator.clone()), write(&ToOperator::Closed { chat }));
        }
        // Whoever watched and joins, or joined and watches again, has the page open all the time.
        for operator in attended.symmetric_difference(&attends) {
            self.tell_people(chat, after.as_ref(), entry, Topic::Opened(operator.clone(), chat.clone()));
        }
        self.tell_waiting(chat, before.as_ref(), after.as_ref());
        self.tell_those_who_watch(chat, after.as_ref(), entry, events);
        self.tell_events(events)?;
        self.tell_administrators(chat);
        if after.is_none() {
            self.feeds.close(Topic::Visitor(chat.clone()));
        }
        Ok(())
    }

    /// Tells that the visitor's email is known now.
    pub(super) fn tell_visitor_card(&mut self, chat: &ChatId, email: &Email, events: &[Event]) -> Result<(), Denial> {
        self.feeds.push(Topic::Visitor(chat.clone()), write(&ToVisitor::Email { email: email.as_str() }));
        self.tell_visitor(chat, events);
        self.tell_events(events)
    }

    /// Tells operators what is known of the visitor now.
    pub(super) fn tell_visitor(&mut self, chat: &ChatId, events: &[Event]) {
        let Some(visitor) = self.visitor_card(chat) else { return };
        let news = write(&ToOperator::Visitor { chat, visitor });
        let recipients = self.live.recipients(chat, Channel::Public);
        for operator in recipients.attending() {
            self.feeds.push(Topic::Desk(operator.clone()), news.clone());
            self.feeds.push(Topic::Opened(operator.clone(), chat.clone()), news.clone());
        }
        for watcher in recipients.watchers() {
            self.feeds.push(Topic::Opened(watcher.clone(), chat.clone()), news.clone());
        }
        if let Some(view) = self.live.participant_view(chat).filter(|view| view.operators().is_empty()) {
            self.tell_waiting(chat, None, Some(&view));
        }
        for watcher in &self.unaffected(chat, events) {
            self.tell_line(chat, watcher);
        }
        self.tell_administrators(chat);
    }

    /// Tells everybody in a chat, and those who watch it, what the people in it are called now.
    pub(super) fn tell_names(&mut self, chat: &ChatId) {
        let Some(view) = self.live.participant_view(chat) else { return };
        let news = write(&ToVisitor::Operators { operators: self.operator_names(&view) });
        self.feeds.push(Topic::Visitor(chat.clone()), news);
        for operator in attending(Some(&view)) {
            self.tell_people(chat, Some(&view), None, Topic::Desk(operator.clone()));
            self.tell_people(chat, Some(&view), None, Topic::Opened(operator, chat.clone()));
        }
        self.tell_those_who_watch(chat, Some(&view), None, &[]);
    }

    /// Tells each watcher of what has happened to their watches, and whoever joined or left what they see now.
    pub(super) fn tell_events(&mut self, events: &[Event]) -> Result<(), Denial> {
        self.audit_events(events)?;
        for event in events {
            self.note_watching(event)?;
            match event {
                Event::WatchStarted { chat, watcher, .. } => {
                    self.rules_changed(watcher);
                    self.tell_line(chat, watcher);
                    self.tell_opened(chat, watcher, "");
                }
                Event::WatchChanged { chat, watcher, .. } => {
                    self.rules_changed(watcher);
                    self.tell_line(chat, watcher);
                    self.tell_opened(chat, watcher, "");
                }
                Event::WatchEnded { chat, watcher, reason } => {
                    self.rules_changed(watcher);
                    let ended = ToWatcher::Ended { chat, reason: end_reason(reason) };
                    self.feeds.push(Topic::Watcher(watcher.clone()), write(&ended));
                    if *reason != EndReason::Joined {
                        self.tell_opened(chat, watcher, end_reason(reason));
                    }
                }
                Event::Joined { chat, operator } => self.tell_opened(chat, operator, ""),
                Event::Left { chat, operator, reason } => {
                    let reason = match reason {
                        LeftReason::Asked => "ended_left",
                        LeftReason::NoRights | LeftReason::Removed => "ended_no_rights",
                    };
                    self.tell_opened(chat, operator, reason);
                }
                // Its text is told where that is kept.
                Event::Advised { .. } => {}
            }
        }
        Ok(())
    }

    /// Tells those who went on watching who is in the chat now.
    fn tell_those_who_watch(
        &mut self,
        chat: &ChatId,
        after: Option<&ParticipantView>,
        entry: Option<&Entry>,
        events: &[Event],
    ) {
        for watcher in &self.unaffected(chat, events) {
            self.tell_people(chat, after, entry, Topic::Opened(watcher.clone(), chat.clone()));
            self.tell_line(chat, watcher);
        }
    }

    /// Those who went on watching as before: of the others' watches the events tell.
    fn unaffected(&self, chat: &ChatId, events: &[Event]) -> Vec<OperatorId> {
        let began = |watcher: &OperatorId| {
            events.iter().any(|event| matches!(event, Event::WatchStarted { watcher: who, .. } if who == watcher))
        };
        let watchers = self.live.recipients(chat, Channel::Public).watchers();
        watchers.filter(|watcher| !began(watcher)).cloned().collect()
    }

    /// Tells those who watch that a hand went up or down.
    pub(super) fn tell_hand(&mut self, chat: &ChatId, events: &[Event]) -> Result<(), Denial> {
        for watcher in &self.unaffected(chat, events) {
            self.tell_line(chat, watcher);
            self.tell_opened(chat, watcher, "");
        }
        self.tell_events(events)
    }

    fn tell_people(&mut self, chat: &ChatId, after: Option<&ParticipantView>, entry: Option<&Entry>, topic: Topic) {
        if let Some(entry) = entry {
            let news = write(&ToOperator::Entry { chat, entry: entry.for_operator() });
            self.feeds.push(topic.clone(), news);
        }
        if let Some(view) = after {
            let news = write(&ToOperator::People { chat, people: self.people(view) });
            self.feeds.push(topic, news);
        }
    }

    fn tell_waiting(&mut self, chat: &ChatId, before: Option<&ParticipantView>, after: Option<&ParticipantView>) {
        if self.is_elsewhere(chat) {
            return;
        }
        let waits = |view: Option<&ParticipantView>| view.is_some_and(|view| view.operators().is_empty());
        match (waits(before), waits(after)) {
            (false, true) => self.tell_desks(chat),
            (true, false) => self.feeds.push(Topic::Desks, write(&ToOperator::NoLongerWaiting { chat })),
            (true, true) | (false, false) => {}
        }
    }

    /// Tells every desk of a chat that waits.
    pub(super) fn tell_desks(&mut self, chat: &ChatId) {
        if let Some(waiting) = self.waiting_chat(chat) {
            let news = write(&ToOperator::Waiting { chat: waiting });
            self.feeds.push(Topic::Desks, news);
        }
    }

    fn tell_line(&mut self, chat: &ChatId, watcher: &OperatorId) {
        let topic = Topic::Watcher(watcher.clone());
        if !self.feeds.has(&topic) {
            return;
        }
        let rules = self.rules_of_watch(watcher, chat);
        let texts = self.texts_of(&rules);
        // Whose watch began and ended in one step has nothing to see.
        if let Some(line) = self.line(chat, rules).filter(|_| !texts.is_empty()) {
            self.feeds.push(topic, write(&ToWatcher::Line { line: &line.written(&texts) }));
        }
    }

    /// Tells one who has the chat opened how they see it now, or says for which reason it is closed to them.
    fn tell_opened(&mut self, chat: &ChatId, operator: &OperatorId, reason: &'static str) {
        let topic = Topic::Opened(operator.clone(), chat.clone());
        if !self.feeds.has(&topic) {
            return;
        }
        match self.standing(operator, chat) {
            Some(standing @ (Standing::Watching | Standing::Joined)) => {
                let joined = standing == Standing::Joined;
                let hand = self.hand(chat).filter(|_| !joined);
                let news = write(&ToOpened::Standing { joined, rules: self.rule_texts(operator, chat), hand });
                self.feeds.push(topic, news);
            }
            None => {
                self.feeds.push(topic.clone(), write(&ToOpened::Ended { reason }));
                self.feeds.close(topic);
            }
        }
    }
}

fn given(view: Option<&ParticipantView>) -> BTreeSet<OperatorId> {
    view.into_iter().flat_map(ParticipantView::operators).cloned().collect()
}

fn attending(view: Option<&ParticipantView>) -> BTreeSet<OperatorId> {
    view.into_iter().flat_map(|view| view.operators().iter().chain(view.joined())).cloned().collect()
}
