//! `differential-dataflow`: the watches as a dataflow, by one worker in this thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hint::black_box;
use std::rc::Rc;
use std::time::Instant;

use chat_monitor::{Chat, MonitorEngine};
use differential_dataflow::input::InputSession;
use foldhash::fast::FixedState;
use timely::WorkerConfig;
use timely::communication::allocator::{Allocator, thread::Thread};
use timely::dataflow::ProbeHandle;
use timely::worker::Worker;

use super::coded::{Coded, Coder, Fact, Facts, Id, Key, Net, permitted};
use super::{Keeper, Step};

/// A watch with its rules, that begins or ceases.
type Change = ((Id, Id), Vec<Id>, isize);

/// What has come out of the dataflow is kept by chat, since a host asks for it.
pub(super) struct Differential {
    coder: Coder,
    facts: Facts,
    worker: Worker,
    has: InputSession<u64, (Key, (Id, u64)), isize>,
    attends: InputSession<u64, (Id, Id), isize>,
    rules: InputSession<u64, (Id, (Key, Id, Net)), isize>,
    roles: InputSession<u64, (Id, u8), isize>,
    probe: ProbeHandle<u64>,
    time: u64,
    out: Rc<RefCell<Vec<Change>>>,
    held: HashMap<Id, Vec<(Id, Vec<Id>)>, FixedState>,
    at_once: usize,
    steps: Vec<Coded>,
}

impl Differential {
    /// It lets the dataflow come to rest after so many commands, and at the end of every batch.
    pub(super) fn of(engine: &MonitorEngine, chats: &[Chat], at_once: usize) -> Self {
        let (mut has, mut attends) = (InputSession::new(), InputSession::new());
        let (mut rules, mut roles) = (InputSession::new(), InputSession::new());
        let probe = ProbeHandle::new();
        let out = Rc::new(RefCell::new(Vec::new()));
        let thread = Allocator::Thread(Thread::default());
        let mut worker = Worker::new(WorkerConfig::default(), thread, Some(Instant::now()));
        let seen = out.clone();
        worker.dataflow::<u64, _, _>(|scope| {
            let has = has.to_collection(scope);
            let attends = attends.to_collection(scope);
            let rules = rules.to_collection(scope);
            let roles = roles.to_collection(scope).arrange_by_key();
            // Whom the attending operators let watch, and who they are.
            let open = attends
                .map(|(chat, operator): (Id, Id)| (operator, chat))
                .arrange_by_key()
                .join_core(roles.clone(), |operator, chat, role| Some((*chat, (*operator, *role))))
                .reduce(|_, attending, open: &mut Vec<((u8, Vec<Id>), isize)>| {
                    let roles = attending.iter().fold(0, |roles, (attends, _)| roles | attends.1);
                    let ids = attending.iter().map(|(attends, _)| attends.0).collect();
                    if permitted(roles) != 0 {
                        open.push(((permitted(roles), ids), 1));
                    }
                });
            // The rules with the roles of their watchers, by key.
            let rules = rules
                .map(|(watcher, rule): (Id, (Key, Id, Net))| (watcher, rule))
                .arrange_by_key()
                .join_core(roles, |watcher, (key, rule, net), role| Some((*key, (*watcher, *rule, *net, *role))));
            let matching = has.arrange_by_key().join_core(
                rules.arrange_by_key(),
                |_, (chat, address), (watcher, rule, net, role)| {
                    (permitted(4) & role != 0 && net.holds(*address)).then_some((*chat, (*watcher, *rule, *role)))
                },
            );
            let granted =
                matching.arrange_by_key().join_core(open.arrange_by_key(), |chat, (watcher, rule, role), open| {
                    let (permitted, attending) = open;
                    (role & permitted != 0 && !attending.contains(watcher)).then_some(((*chat, *watcher), *rule))
                });
            granted
                .reduce(|_, rules, watch: &mut Vec<(Vec<Id>, isize)>| {
                    watch.push((rules.iter().map(|(rule, _)| **rule).collect(), 1));
                })
                .inspect(move |((watch, rules), _, sign)| seen.borrow_mut().push((*watch, rules.clone(), *sign)))
                .probe_with(&probe);
        });
        let (coder, facts, held, steps) = (Coder::default(), Facts::default(), HashMap::default(), Vec::new());
        let mut made = Differential {
            coder,
            facts,
            worker,
            has,
            attends,
            rules,
            roles,
            probe,
            time: 0,
            out,
            held,
            at_once,
            steps,
        };
        made.coder.world(engine, chats).into_iter().for_each(|coded| made.enter(coded));
        made.settle();
        made
    }

    fn enter(&mut self, coded: Coded) {
        let Differential { facts, has, attends, rules, roles, .. } = self;
        facts.apply(coded, &mut |fact, sign| match fact {
            Fact::Has(chat, key, address) => has.update((key, (chat, address)), sign),
            Fact::Attends(chat, operator) => attends.update((chat, operator), sign),
            Fact::Rule { rule, watcher, key, net } => rules.update((watcher, (key, rule, net)), sign),
            Fact::Role(operator, role) => roles.update((operator, role), sign),
        });
    }

    /// Lets the dataflow come to rest, and takes in what has changed.
    fn settle(&mut self) -> usize {
        self.time += 1;
        self.has.advance_to(self.time);
        self.attends.advance_to(self.time);
        self.rules.advance_to(self.time);
        self.roles.advance_to(self.time);
        self.has.flush();
        self.attends.flush();
        self.rules.flush();
        self.roles.flush();
        while self.probe.less_than(&self.time) {
            self.worker.step();
        }
        let mut changes = self.out.take();
        changes.sort_by_key(|(_, _, sign)| *sign);
        let events = changes.len();
        for ((chat, watcher), rules, sign) in changes.drain(..) {
            if sign > 0 {
                self.held.entry(chat).or_default().push((watcher, rules));
            } else if let Some(watches) = self.held.get_mut(&chat) {
                watches.retain(|(held, held_rules)| *held != watcher || *held_rules != rules);
                if watches.is_empty() {
                    self.held.remove(&chat);
                }
            }
        }
        self.out.replace(changes);
        events
    }
}

impl Keeper for Differential {
    fn prepare(&mut self, steps: &[Step]) {
        self.steps = steps.iter().map(|step| self.coder.step(step)).collect();
    }

    fn run(&mut self) -> usize {
        let (mut out, mut entered) = (0, 0);
        for coded in std::mem::take(&mut self.steps) {
            match coded {
                Coded::Ask { chat } => {
                    let watchers = self.held.get(&chat).into_iter().flatten().map(|(watcher, _)| *watcher);
                    out += self.facts.attending(chat).chain(watchers).map(black_box).count();
                }
                Coded::Advise { chat, watcher } => {
                    let held = self.held.get(&chat);
                    out += usize::from(held.is_some_and(|held| held.iter().any(|(held, _)| *held == watcher)));
                }
                coded => {
                    self.enter(coded);
                    entered += 1;
                    if entered == self.at_once {
                        out += self.settle();
                        entered = 0;
                    }
                }
            }
        }
        if entered > 0 {
            out += self.settle();
        }
        out
    }

    fn tell(&self, watch: &mut dyn FnMut(&str, &str, &[&str])) -> bool {
        for (chat, watches) in &self.held {
            watches.iter().for_each(|(watcher, rules)| self.coder.tell(watch, *chat, *watcher, rules));
        }
        true
    }
}
