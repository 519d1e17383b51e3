//! The quick answer: who may watch a chat, without the rules that say so.
//!
//! It comes to what [`judge`](MonitorEngine::judge) grants, found in another order. Gates 3 and 4 are the chat's alone.
//! Gates 5 and 7 ask for nothing but the watcher's role, so they come down to a set of permitted ranks. Gates 1 and 2
//! are open for whoever stands on the list of one of the chat's keys, and rules of more criteria are judged one by one.
//! Gate 6 takes out at the end who attends.
//!
//! Looking up is waiting for memory. Many chats are therefore looked up in stages: the same key of sixteen chats, one
//! after the other, so that the processor waits for all of them at once.

use core::array;

use super::MonitorEngine;
use super::filing::Filing;
use super::index::Index;
use super::judge::Judge;
use super::operators::OperatorSlot;
use super::rank::{Rank, Ranks};
use super::rules::{By, RuleSlot};
use super::watchers::{Granted, Watchers};
use crate::chat::Chat;
use crate::role::Policy;
use crate::verdict::Verdict;

/// Up to this many attending operators are looked up but once.
const FEW: usize = 4;

/// How many chats are looked up at a time.
const GROUP: usize = 16;

impl MonitorEngine {
    /// Every operator who may watch `chat`, without the rules that say so: the same as
    /// [`watchers_for`](MonitorEngine::watchers_for) names, at little more than the cost of looking the chat up.
    ///
    /// Nothing is allocated once `buffer` has grown to what it needs, unless more than eight operators attend and rules of
    /// several criteria have to look for them.
    ///
    /// ```
    /// use chat_monitor::{Chat, Criterion, MonitorEngine, Role, Rule, Watchers};
    ///
    /// let mut engine = MonitorEngine::new();
    /// engine.set_operator("ken".parse()?, Role::Associate);
    /// engine.set_operator("hana".parse()?, Role::Supervisor);
    /// engine.add_rule(Rule::new("r1".parse()?, "hana".parse()?, Criterion::Operator("ken".parse()?)))?;
    ///
    /// let mut buffer = Watchers::new();
    /// let chat = Chat::new("c1".parse()?).attended_by("ken".parse()?);
    /// let granted = engine.watchers_for_into(&chat, &mut buffer);
    /// assert!(granted.iter().eq([&"hana".parse()?]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn watchers_for_into<'a>(&'a self, chat: &Chat, buffer: &'a mut Watchers) -> Granted<'a> {
        buffer.clear();
        if let Some(mut looked) = self.look_up_attending(chat) {
            looked.email = self.index.of_email(chat);
            looked.domain = self.index.of_domain(chat);
            looked.address = self.index.of_address(chat);
            self.answer(chat, &looked, buffer);
        }
        buffer.only(&self.index.operators)
    }

    /// The same for many chats: an answer for each, in their order. It takes less than asking one by one.
    ///
    /// It allocates no more than that does.
    ///
    /// ```
    /// use chat_monitor::{Chat, MonitorEngine, Watchers};
    ///
    /// let engine = MonitorEngine::new();
    /// let chats = [Chat::new("c1".parse()?), Chat::new("c2".parse()?)];
    /// let mut buffer = Watchers::new();
    /// let watched = engine.watchers_for_many(&chats, &mut buffer).filter(|granted| !granted.is_empty());
    /// assert_eq!(watched.count(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn watchers_for_many<'a>(
        &'a self,
        chats: &[Chat],
        buffer: &'a mut Watchers,
    ) -> impl Iterator<Item = Granted<'a>> + use<'a> {
        buffer.clear();
        for group in chats.chunks(GROUP) {
            let mut looked: [Option<Looked<'_>>; GROUP] = array::from_fn(|n| self.look_up_attending(group.get(n)?));
            let mut stage = |look_up: fn(&'a Index, &Chat, &mut Looked<'a>)| {
                for (chat, looked) in group.iter().zip(&mut looked) {
                    looked.iter_mut().for_each(|looked| look_up(&self.index, chat, looked));
                }
            };
            stage(|index, chat, looked| looked.email = index.of_email(chat));
            stage(|index, chat, looked| looked.domain = index.of_domain(chat));
            stage(|index, chat, looked| looked.address = index.of_address(chat));
            for (chat, looked) in group.iter().zip(&looked) {
                looked.iter().for_each(|looked| self.answer(chat, looked, buffer));
                buffer.end_answer();
            }
        }
        buffer.answers(&self.index.operators)
    }

    /// Looks up who attends; none if nobody may watch for what that says, or for what the chat is.
    #[inline]
    fn look_up_attending(&self, chat: &Chat) -> Option<Looked<'_>> {
        let Policy { watch_unattended, joined_count, permissions: _ } = self.policy;
        let unattended = chat.operators().is_empty() && chat.joined().is_empty();
        if !chat.monitoring_allowed() || (unattended && !watch_unattended) {
            return None;
        }
        let mut permitted = self.permitted.to_anybody();
        let mut ranks = Ranks::NONE;
        let mut attending = [None; FEW];
        for (n, operator) in chat.attending().enumerate() {
            let slot = self.index.of_operator(operator);
            if n < chat.operators().len() || joined_count {
                permitted = permitted.and(self.permitted.to_monitor(slot.and_then(|slot| slot.role)));
            }
            if let Some(place) = attending.get_mut(n) {
                *place = slot;
            }
            ranks = ranks.with(slot.map(|slot| Rank::of(slot.role)));
        }
        let own_chat = permitted.and(ranks) != Ranks::NONE;
        let looked = Looked { permitted, attending, own_chat, email: None, domain: None, address: None };
        (permitted != Ranks::NONE).then_some(looked)
    }

    /// Appends the watchers of a chat that has been looked up.
    #[inline]
    fn answer(&self, chat: &Chat, looked: &Looked<'_>, buffer: &mut Watchers) {
        let Looked { permitted, attending, own_chat, email, domain, address } = looked;
        let start = buffer.found.len();
        let mut answer = Answer { engine: self, chat, permitted: *permitted, start, buffer };
        attending.iter().flatten().for_each(|slot| answer.take(&slot.filed));
        if chat.operators().len() + chat.joined().len() > FEW {
            let more = chat.attending().skip(FEW).filter_map(|operator| self.index.of_operator(operator));
            more.for_each(|slot| answer.take(&slot.filed));
        }
        [email, domain, address].into_iter().copied().flatten().for_each(|filed| answer.take(filed));
        self.index.of_networks(chat, &mut |filed| answer.take(filed));
        if *own_chat {
            let attending = chat.attending().filter_map(|operator| self.index.of_operator(operator));
            buffer.remove(start, attending.map(|slot| slot.number), self.index.operators.numbers());
        }
    }
}

/// Stops the build when a gate is added that this file does not know of.
const _: fn(Verdict) = |verdict| match verdict {
    // On no list.
    Verdict::Disabled | Verdict::NoMatch => {}
    // `look_up_attending`.
    Verdict::Forbidden | Verdict::Unattended | Verdict::NoRights | Verdict::NotPermitted(_) => {}
    // `answer`, at its end.
    Verdict::OwnChat => {}
    Verdict::Granted => {}
};

/// What has been looked up of a chat: who attends, whom they let watch, and what is filed under its other keys.
#[derive(Clone, Copy, Debug)]
struct Looked<'a> {
    permitted: Ranks,
    /// The first of those who attend.
    attending: [Option<&'a OperatorSlot>; FEW],
    /// Whether somebody attends whose rank may watch, as far as ranks go.
    own_chat: bool,
    email: Option<&'a Filing>,
    domain: Option<&'a Filing>,
    address: Option<&'a Filing>,
}

/// An answer in the making.
struct Answer<'a> {
    engine: &'a MonitorEngine,
    chat: &'a Chat,
    permitted: Ranks,
    /// Where it begins in the buffer.
    start: usize,
    buffer: &'a mut Watchers,
}

impl Answer<'_> {
    /// Adds the watchers of one of the chat's keys.
    #[inline]
    fn take(&mut self, filed: &Filing) {
        let added = self.buffer.found.len();
        filed.watchers.extend(self.permitted, &mut self.buffer.found);
        if added > self.start && self.buffer.found.len() > added {
            self.buffer.dedup(self.start, added, self.engine.index.operators.numbers());
        }
        if !filed.more.is_empty() {
            self.judge(filed);
        }
    }

    /// Adds those whose rules ask for more than the key, and are granted.
    #[cold]
    fn judge(&mut self, filed: &Filing) {
        let MonitorEngine { index, rules, .. } = self.engine;
        let judge = Judge::of(self.engine, self.chat);
        for RuleSlot { rule, watcher, .. } in rules.along(filed.more, By::Key) {
            let role = index.operators.role(*watcher);
            if judge.verdict(rule, role) == Verdict::Granted {
                self.buffer.found.push(*watcher);
                let added = self.buffer.found.len() - 1;
                self.buffer.dedup(self.start, added, index.operators.numbers());
            }
        }
    }
}
