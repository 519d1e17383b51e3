//! This crate's [`LiveMonitor`].

use std::hint::black_box;

use chat_monitor::{Channel, Chat, Command, Event, LiveMonitor, MonitorEngine};

use super::{Keeper, Step, tell_ids};

/// Every event goes into one vector, which is used again.
pub(crate) struct Monitor {
    live: LiveMonitor,
    events: Vec<Event>,
    steps: Vec<Step>,
}

impl Monitor {
    pub(crate) fn of(engine: &MonitorEngine, chats: &[Chat]) -> Self {
        let mut live = LiveMonitor::new(engine.clone());
        let mut events = Vec::new();
        for chat in chats {
            live.apply_into(Command::StartChat(chat.clone()), &mut events).expect("no chat starts twice");
            events.clear();
        }
        Monitor { live, events, steps: Vec::new() }
    }
}

impl Keeper for Monitor {
    fn prepare(&mut self, steps: &[Step]) {
        self.steps = steps.to_vec();
    }

    fn run(&mut self) -> usize {
        let mut out = 0;
        for step in std::mem::take(&mut self.steps) {
            match step {
                Step::Do(command) => {
                    self.live.apply_into(command, &mut self.events).expect("every step is acceptable");
                    out += black_box(&self.events).len();
                    self.events.clear();
                }
                Step::Ask(chat) => {
                    let to = self.live.recipients(&chat, Channel::Public);
                    out += to.attending().chain(to.watchers()).map(black_box).count();
                }
            }
        }
        out
    }

    fn tell(&self, watch: &mut dyn FnMut(&str, &str, &[&str])) -> bool {
        for (operator, _) in self.live.engine().operators() {
            for line in self.live.monitored_chats(operator) {
                tell_ids(watch, line.chat().id(), operator, line.rules());
            }
        }
        true
    }
}
