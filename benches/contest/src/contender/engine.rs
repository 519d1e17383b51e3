//! This crate, asked in each of its ways.

use std::hint::black_box;

use chat_monitor::{Chat, MonitorEngine, OperatorId, Watchers};

use super::Contender;

/// How many chats stand in one call of [`Many`].
const GROUP: usize = 256;

/// `watchers_for_into`: who may watch, one chat after the other.
pub struct OneCall<'w>(pub &'w MonitorEngine, pub Watchers);

/// `watchers_for_many`: who may watch, 256 chats in a call.
pub struct Many<'w>(pub &'w MonitorEngine, pub Watchers);

/// `watchers_for_into`, and every watcher's id is read.
pub struct IdsRead<'w>(pub &'w MonitorEngine, pub Watchers);

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

impl<'w> Contender<'w> for Many<'w> {
    fn answer(&mut self, chats: &'w [Chat]) -> usize {
        let Many(engine, buffer) = self;
        let mut watchers = 0;
        for group in chats.chunks(GROUP) {
            watchers += engine.watchers_for_many(group, buffer).map(|granted| black_box(granted).len()).sum::<usize>();
        }
        watchers
    }

    fn watchers(&mut self, chat: &'w Chat) -> Vec<OperatorId> {
        // Among others, as when it is timed.
        let group = [chat.clone(), Chat::new("other".parse().expect("an id is right")), chat.clone()];
        let answers = self.0.watchers_for_many(&group, &mut self.1);
        answers.last().into_iter().flat_map(|granted| granted.iter().cloned().collect::<Vec<_>>()).collect()
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
}
