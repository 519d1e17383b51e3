//! Peers that tell which rules match; who may watch is then for us to say.

use chat_monitor::{Chat, OperatorId};
use foldhash::fast::RandomState;

use super::Contender;
use super::grants::Grants;
use crate::world::World;

/// A library that matches rules to events. It holds the rules that are switched on, by number.
pub(super) trait Matcher<'w> {
    /// What it takes for a chat.
    type Event;

    fn event(&self, chat: &'w Chat) -> Self::Event;

    fn matching(&self, event: &Self::Event, found: impl FnMut(u32));
}

/// A matcher with the permission check behind it.
pub(super) struct Matching<'w, M: Matcher<'w>> {
    matcher: M,
    events: Vec<M::Event>,
    grants: Grants<RandomState>,
}

impl<'w, M: Matcher<'w>> Matching<'w, M> {
    pub(super) fn of(world: &World, matcher: M) -> Self {
        Matching { matcher, events: Vec::new(), grants: Grants::of(world) }
    }

    fn ask(&mut self, chat: &Chat, event: usize) {
        if self.grants.begin(chat) {
            self.matcher.matching(&self.events[event], |rule| self.grants.add(rule));
        }
    }
}

impl<'w, M: Matcher<'w>> Contender<'w> for Matching<'w, M> {
    fn prepare(&mut self, chats: &'w [Chat]) {
        self.events = chats.iter().map(|chat| self.matcher.event(chat)).collect();
    }

    fn answer(&mut self, chats: &'w [Chat]) -> usize {
        let mut watchers = 0;
        for (event, chat) in chats.iter().enumerate() {
            self.ask(chat, event);
            watchers += self.grants.count();
        }
        watchers
    }

    fn watchers(&mut self, chat: &'w Chat) -> Vec<OperatorId> {
        self.events = vec![self.matcher.event(chat)];
        self.ask(chat, 0);
        self.grants.ids()
    }
}
