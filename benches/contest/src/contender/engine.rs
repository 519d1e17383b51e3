//! This crate, asked in each of its ways.

use std::hint::black_box;

use chat_monitor::{Chat, MonitorEngine, OperatorId, WatcherBuffer};

use super::Contender;

/// `watchers_for_into`: who may watch, one chat after the other.
pub struct OneCall<'w>(pub &'w MonitorEngine, pub WatcherBuffer);

/// `watchers_for_into`, and every watcher's id is read.
pub struct IdsRead<'w>(pub &'w MonitorEngine, pub WatcherBuffer);

/// `watchers_for`: who may watch, and by which rules.
pub struct RulesNamed<'w>(pub &'w MonitorEngine);

impl<'w> Contender<'w> for OneCall<'w> {
    fn answer(&mut self, chats: &'w [Chat]) -> usize {
        let OneCall(engine, buffer) = self;
        chats.iter().map(|chat| black_box(engine.watchers_for_into(chat, buffer)).len()).sum()
    }

    fn watchers(&mut self, chat: &'w Chat) -> Vec<OperatorId> {
        self.0.watchers_for_into(chat, &mut self.1).iter().cloned().collect()
    }
}

impl<'w> Contender<'w> for IdsRead<'w> {
    fn answer(&mut self, chats: &'w [Chat]) -> usize {
        let IdsRead(engine, buffer) = self;
        let mut watchers = 0;
        for chat in chats {
            for id in engine.watchers_for_into(chat, buffer).iter() {
                black_box(id.as_str().as_bytes().first());
                watchers += 1;
            }
        }
        watchers
    }

    fn watchers(&mut self, chat: &'w Chat) -> Vec<OperatorId> {
        self.0.watchers_for_into(chat, &mut self.1).iter().cloned().collect()
    }
}

impl<'w> Contender<'w> for RulesNamed<'w> {
    fn answer(&mut self, chats: &'w [Chat]) -> usize {
        chats.iter().map(|chat| black_box(self.0.watchers_for(chat)).len()).sum()
    }

    fn watchers(&mut self, chat: &'w Chat) -> Vec<OperatorId> {
        self.0.watchers_for(chat).iter().map(|watcher| watcher.operator().clone()).collect()
    }

    fn rules_named(&self, chat: &'w Chat) -> Option<usize> {
        Some(self.0.watchers_for(chat).iter().map(|watcher| watcher.rules().len()).sum())
    }
}
