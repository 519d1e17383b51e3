//! The floor: find the chat, ask who may watch it without the rules' names, and write two numbers for each of them.

use std::hint::black_box;

use chat_monitor::{Chat, ChatId, Command, MonitorEngine, WatcherBuffer};
use foldhash::fast::RandomState;
use hashbrown::HashMap;

use super::{Keeper, Step};

/// It keeps no watches, so that it says nothing of what has ended; and of rules and roles it changes the engine alone.
pub(crate) struct Floor {
    engine: MonitorEngine,
    chats: HashMap<ChatId, Chat, RandomState>,
    buffer: WatcherBuffer,
    events: Vec<(u32, u32)>,
    steps: Vec<Step>,
}

impl Floor {
    pub(crate) fn of(engine: &MonitorEngine, chats: &[Chat]) -> Self {
        Floor {
            engine: engine.clone(),
            chats: chats.iter().map(|chat| (chat.id().clone(), chat.clone())).collect(),
            buffer: WatcherBuffer::new(),
            events: Vec::new(),
            steps: Vec::new(),
        }
    }

    fn apply(&mut self, command: Command) -> usize {
        self.events.clear();
        let Floor { engine, chats, buffer, events, .. } = self;
        let mut decide = |engine: &MonitorEngine, chat: &Chat| {
            let granted = engine.watchers_for_into(chat, buffer).len() as u32;
            events.extend((0..granted).map(|number| (number, number)));
        };
        match command {
            Command::StartChat(chat) => {
                decide(engine, &chat);
                chats.insert(chat.id().clone(), chat);
            }
            Command::EndChat { chat } => _ = chats.remove(&chat),
            Command::SetVisitor { chat, visitor } => {
                let known = chats.get_mut(&chat).expect("the chat is live");
                let before = std::mem::replace(known, Chat::new(chat));
                *known = before.with_visitor(visitor);
                decide(engine, known);
            }
            Command::Transfer { chat, .. } | Command::Leave { chat, .. } | Command::Join { chat, .. } => {
                decide(engine, &chats[&chat]);
            }
            Command::Advise { chat, .. } => events.extend(chats[&chat].attending().map(|_| (0, 0))),
            Command::AddRule(rule) => engine.add_rule(rule).expect("the rule is acceptable"),
            Command::RemoveRule { rule } => _ = engine.remove_rule(&rule).expect("the rule is there"),
            Command::SetRuleEnabled { rule, enabled } => {
                engine.set_rule_enabled(&rule, enabled).expect("the rule is there");
            }
            Command::SetOperator { id, operator } => {
                engine.set_operator(id, operator).expect("the built-in roles are always there");
            }
            other => unreachable!("{other:?} is in no plan"),
        }
        black_box(&self.events).len()
    }
}

impl Keeper for Floor {
    fn prepare(&mut self, steps: &[Step]) {
        self.steps = steps.to_vec();
    }

    fn run(&mut self) -> usize {
        let mut out = 0;
        for step in std::mem::take(&mut self.steps) {
            match step {
                Step::Do(command) => out += self.apply(command),
                Step::Ask(id) => out += self.chats[&id].attending().map(black_box).count(),
            }
        }
        out
    }

    fn tell(&self, _: &mut dyn FnMut(&str, &str, &[&str])) -> bool {
        false
    }
}
