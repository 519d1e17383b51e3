//! Law 4 by the single step: from any valid state, not only from those that a history reaches.
//!
//! States are written as a saved monitor is, with rules that could not be added any more, operators whom nobody knows and
//! watches in any order, and then loaded. From each, one command of a visitor, an operator or an administrator gives the
//! people in the chats the same, whether or not all rules and watches are erased first; and what watchers do gives them
//! nothing, and undone leaves the state as it was.
//!
//! The check is put to two machines that leak as well, and finds both.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chat_monitor::Role::{Administrator, Associate, Supervisor};
use chat_monitor::{Channel, Chat, ChatId, Command, Event, LiveMonitor, MonitorEngine, Policy, Refusal, Rule};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};
use serde_json::{Value, from_value, json, to_string, to_value};

use super::histories::{OPERATORS, by_a_watcher, criterion, operator, policy, role, visible, visitor, watcher};
use super::laws;
use super::live_words::kind;
use super::parse;

/// What the check needs to know of a machine.
trait Machine: Clone {
    fn of(live: LiveMonitor) -> Self;
    fn apply(&mut self, command: Command) -> Result<Vec<Event>, Refusal>;
    fn live(&self) -> &LiveMonitor;
    /// All that the people in the chats may know, to the byte.
    fn seen(&self) -> String;
}

impl Machine for LiveMonitor {
    fn of(live: LiveMonitor) -> Self {
        live
    }

    fn apply(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        LiveMonitor::apply(self, command)
    }

    fn live(&self) -> &LiveMonitor {
        self
    }

    fn seen(&self) -> String {
        let view = |chat: &ChatId| to_string(&self.participant_view(chat).unwrap()).unwrap() + "\n";
        self.chats().map(|chat| view(chat.id())).collect()
    }
}

/// Leaks by an error: does not hand a chat to one who watches it.
#[derive(Clone)]
struct RefusesWatchers(LiveMonitor);

impl Machine for RefusesWatchers {
    fn of(live: LiveMonitor) -> Self {
        RefusesWatchers(live)
    }

    fn apply(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        match &command {
            Command::Transfer { chat, to, .. } if self.0.monitored_chats(to).any(|line| line.chat().id() == chat) => {
                Err(Refusal::AlreadyGiven(to.clone()))
            }
            _ => self.0.apply(command),
        }
    }

    fn live(&self) -> &LiveMonitor {
        &self.0
    }

    fn seen(&self) -> String {
        self.0.seen()
    }
}

/// Leaks by gaps: numbers what happens, what nobody in the chat may know of included.
#[derive(Clone)]
struct NumbersEverything {
    live: LiveMonitor,
    number: usize,
}

impl Machine for NumbersEverything {
    fn of(live: LiveMonitor) -> Self {
        NumbersEverything { live, number: 0 }
    }

    fn apply(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        let events = self.live.apply(command)?;
        self.number += events.len();
        Ok(events)
    }

    fn live(&self) -> &LiveMonitor {
        &self.live
    }

    fn seen(&self) -> String {
        format!("{} things have happened\n{}", self.number, self.live.seen())
    }
}

/// What one command of a visitor, an operator or an administrator does, with all rules and watches and without.
fn says_the_same_with_and_without<M: Machine>(state: &State, command: &Command) -> Result<(), TestCaseError> {
    let (mut full, mut bare) = (M::of(state.load()), M::of(state.without_watchers().load()));
    prop_assert_eq!(full.seen(), bare.seen(), "seen before");
    prop_assert_eq!(told(full.apply(command.clone())), told(bare.apply(command.clone())), "told");
    prop_assert_eq!(full.seen(), bare.seen(), "seen");
    prop_assert_eq!(State::of(full.live()).without_watchers(), State::of(bare.live()), "what comes of it");
    Ok(())
}

/// What watchers do: nobody in a chat sees it, and undone it has not been.
fn leaves_nothing_behind<M: Machine>(state: &State, command: &Command) -> Result<(), TestCaseError> {
    let mut machine = M::of(state.load());
    let (before, seen, undo) = (State::of(machine.live()), machine.seen(), Undo::of(command, machine.live()));
    let answer = machine.apply(command.clone());
    if answer.is_err() {
        // Told to the watcher who asked, and to nobody else.
        prop_assert_eq!(State::of(machine.live()), before, "what comes of a refusal");
        prop_assert_eq!(machine.seen(), seen, "seen of a refusal");
        return Ok(());
    }
    let joined = match command {
        Command::Join { chat, watcher } => format!(r#"{{"joined":{{"chat":"{chat}","operator":"{watcher}"}}}} "#),
        _ => String::new(),
    };
    prop_assert_eq!(told(answer), &*joined, "told");
    let is_unseen = |machine: &M| !joined.is_empty() || machine.seen() == seen;
    prop_assert!(is_unseen(&machine), "seen: {}", machine.seen());
    if joined.is_empty() {
        let after = State::of(machine.live()).without_watchers();
        prop_assert_eq!(after, before.without_watchers(), "what comes of it");
    }
    let order = match undo {
        Undo::Nothing => return Ok(()),
        Undo::NotNeeded => Order::Kept,
        Undo::By(command, order) => {
            prop_assert!(machine.apply(command).is_ok(), "undone");
            order
        }
    };
    prop_assert!(is_unseen(&machine), "seen, undone: {}", machine.seen());
    let after = State::of(machine.live());
    match order {
        Order::Kept => prop_assert_eq!(after, before, "what comes of it, undone"),
        Order::BegunAnew => prop_assert_eq!(after.in_one_order(), before.in_one_order(), "what comes of it, undone"),
    }
    Ok(())
}

/// How to take back what a watcher has done.
enum Undo {
    /// By nothing: a rule that was removed and is added again is the last.
    Nothing,
    /// Nothing has changed.
    NotNeeded,
    By(Command, Order),
}

/// What becomes of the order of the watches by taking it back: those that began anew stand last, as documented.
enum Order {
    Kept,
    BegunAnew,
}

impl Undo {
    fn of(command: &Command, live: &LiveMonitor) -> Self {
        match command.clone() {
            Command::AddRule(rule) => Undo::By(Command::RemoveRule { rule: rule.id().clone() }, Order::Kept),
            Command::SetRuleEnabled { rule, enabled } => match live.engine().rule(&rule).map(Rule::enabled) {
                Some(before) if before == enabled => Undo::NotNeeded,
                _ => {
                    let order = if enabled { Order::Kept } else { Order::BegunAnew };
                    Undo::By(Command::SetRuleEnabled { rule, enabled: !enabled }, order)
                }
            },
            Command::Join { chat, watcher } => Undo::By(Command::Leave { chat, operator: watcher }, Order::BegunAnew),
            Command::Advise { .. } => Undo::NotNeeded,
            _ => Undo::Nothing,
        }
    }
}

/// What the people in the chats are told, to the byte.
fn told(answer: Result<Vec<Event>, Refusal>) -> String {
    match answer {
        Ok(events) => {
            let events = events.iter().filter_map(Event::for_participants);
            events.map(|event| to_string(&event).unwrap() + " ").collect()
        }
        Err(refusal) => format!("{} {refusal}", to_string(&refusal).unwrap()),
    }
}

/// A saved monitor.
#[derive(Clone, PartialEq)]
struct State(Value);

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl State {
    fn of(live: &LiveMonitor) -> Self {
        State(to_value(live).unwrap())
    }

    fn load(&self) -> LiveMonitor {
        from_value(self.0.clone()).unwrap()
    }

    fn without_watchers(&self) -> Self {
        let State(mut state) = self.clone();
        (state["engine"]["rules"], state["watches"]) = (json!([]), json!([]));
        State(state)
    }

    fn in_one_order(mut self) -> Self {
        let watches = self.0["watches"].as_array_mut().unwrap();
        watches.sort_by_key(Value::to_string);
        self
    }
}

/// Any state that can be loaded, steered so that people watch.
fn state() -> impl Strategy<Value = State> {
    let roles = [Administrator, Supervisor, Associate, Associate, Associate];
    let operators = OPERATORS.into_iter().zip(roles).map(|(operator, usual)| {
        let role = weighted(0.93, prop_oneof![5 => Just(usual), 1 => role()]);
        role.prop_map(move |role| role.map(|role| json!({"operator": operator, "role": role})))
    });
    let operators = operators.collect::<Vec<_>>().prop_map(|operators| operators.into_iter().flatten().collect());
    let rules = (Just(["r1", "r2", "r3", "r4", "r5", "r6"]).prop_shuffle(), vec(rule(), 3..=6));
    let chats = (Just(["c1", "c2", "c3"]).prop_shuffle(), vec(chat(), 2..=3));
    let order = vec(any::<u32>(), OPERATORS.len() * 4);
    (policy(), operators, rules, chats, order).prop_map(
        |(policy, operators, (rule_ids, rules), (ids, chats), order)| {
            let named = |ids: &[&str], values: Vec<Value>| -> Vec<Value> {
                let name = |(id, mut value): (&&str, Value)| {
                    value["id"] = json!(id);
                    value
                };
                ids.iter().zip(values).map(name).collect()
            };
            saved(policy, operators, named(&rule_ids, rules), named(&ids, chats), &order)
        },
    )
}

/// A state of these parts, less who cannot have joined, with all its watches in the order that `order` sorts them to.
fn saved(policy: Policy, operators: Vec<Value>, rules: Vec<Value>, mut chats: Vec<Value>, order: &[u32]) -> State {
    let engine = json!({"version": 1, "policy": policy, "operators": operators, "rules": rules});
    let decides: MonitorEngine = from_value(engine.clone()).unwrap();
    let may_join = |operator: &Value, given: &Value| {
        let role = decides.role(&parse(operator.as_str().unwrap()));
        let has_rights = role.is_some_and(|role| policy.permissions.may_monitor_anybody(role));
        has_rights && !given.as_array().unwrap().contains(operator)
    };
    let mut watches = Vec::new();
    for chat in &mut chats {
        let given = chat["operators"].clone();
        chat["joined"].as_array_mut().unwrap().retain(|operator| may_join(operator, &given));
        for watcher in decides.watchers_for(&from_value(chat.clone()).unwrap()) {
            watches.push(json!({"chat": chat["id"], "watcher": watcher.operator()}));
        }
    }
    let mut watches: Vec<_> = order.iter().zip(watches).collect();
    watches.sort_by_key(|(place, _)| **place);
    let watches: Vec<_> = watches.into_iter().map(|(_, watch)| watch).collect();
    State(json!({"version": 1, "engine": engine, "chats": chats, "watches": watches}))
}

/// A rule, perhaps one that could not be added any more.
fn rule() -> impl Strategy<Value = Value> {
    let when = prop_oneof![6 => vec(criterion(), 1), 1 => vec(criterion(), 2..4)];
    let watcher = prop_oneof![6 => watcher(), 1 => operator()];
    (watcher, when, prop::bool::weighted(0.85))
        .prop_map(|(watcher, when, enabled)| json!({"id": "", "watcher": watcher, "when": when, "enabled": enabled}))
}

fn chat() -> impl Strategy<Value = Value> {
    let some = |most| subsequence(&OPERATORS[..], 0..=most).prop_shuffle();
    let given = prop_oneof![4 => select(&["ken", "aya"][..]).prop_map(|operator| vec![operator]), 1 => some(3)];
    let joined = prop_oneof![3 => Just(vec![]), 2 => some(2)];
    (visitor(), given, joined, prop::bool::weighted(0.9)).prop_map(|(visitor, operators, joined, allowed)| {
        json!({"id": "", "visitor": visitor, "operators": operators, "joined": joined, "monitoring_allowed": allowed})
    })
}

#[test]
fn a_single_step_from_any_state_says_the_same_with_watchers_and_without() {
    laws::run(1024, (state(), visible()), |(state, command)| {
        says_the_same_with_and_without::<LiveMonitor>(&state, &command)
    });
}

#[test]
fn what_watchers_do_in_any_state_leaves_nothing_behind() {
    laws::run(1024, (state(), by_a_watcher()), |(state, command)| {
        leaves_nothing_behind::<LiveMonitor>(&state, &command)
    });
}

/// The same for longer.
#[test]
#[ignore = "takes a minute: cargo test --release single_step -- --ignored"]
fn single_steps_by_the_hundred_thousand() {
    laws::run(200_000, (state(), visible(), by_a_watcher()), |(state, visible, by_a_watcher)| {
        says_the_same_with_and_without::<LiveMonitor>(&state, &visible)?;
        leaves_nothing_behind::<LiveMonitor>(&state, &by_a_watcher)
    });
}

/// The reason that the check gives, and how many steps it took.
fn found<S: Strategy>(strategy: S, check: impl Fn(S::Value) -> Result<(), TestCaseError>) -> (String, u32) {
    let steps = Cell::new(0);
    let failed = Cell::new(false);
    let counted = |value| {
        let checked = check(value);
        steps.set(steps.get() + u32::from(!failed.get()));
        failed.set(failed.get() || checked.is_err());
        checked
    };
    let config = ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() };
    match TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)).run(&strategy, counted) {
        Err(TestError::Fail(reason, _)) => (reason.to_string(), steps.get()),
        other => panic!("the leak is not found: {other:?}"),
    }
}

#[test]
fn an_error_that_depends_on_a_hidden_watcher_is_found() {
    let check = |(state, command)| says_the_same_with_and_without::<RefusesWatchers>(&state, &command);
    let (reason, steps) = found((state(), visible()), check);
    assert!(reason.contains("told") && reason.contains("already_given"), "{reason}");
    assert!(steps < 512, "after {steps} steps");
}

#[test]
fn a_number_with_gaps_where_watchers_were_is_found() {
    let check = |(state, command)| says_the_same_with_and_without::<NumbersEverything>(&state, &command);
    let (reason, steps) = found((state(), visible()), check);
    assert!(reason.contains("things have happened"), "{reason}");
    assert!(steps < 64, "after {steps} steps");

    let check = |(state, command)| leaves_nothing_behind::<NumbersEverything>(&state, &command);
    let (reason, steps) = found((state(), by_a_watcher()), check);
    assert!(reason.contains("things have happened"), "{reason}");
    assert!(steps < 64, "after {steps} steps");
}

/// What must occur, and in how many steps of 1,000 at least.
const OCCURRING: &[(u32, &[&str])] = &[
    (
        200,
        &[
            "somebody watches",
            "several watches",
            "somebody has joined",
            "a rule is off",
            "a rule is inert",
            "visible: accepted",
            "visible: refused",
            "hidden: accepted",
            "hidden: refused",
        ],
    ),
    (
        60,
        &[
            "two watch one chat",
            "by two rules",
            "a joined operator's chat is watched",
            "a watch is older than one on a chat before its own",
            "a chat may not be monitored",
            "nobody attends a chat",
            "somebody unknown attends",
        ],
    ),
    (25, &["visible: WatchStarted", "visible: WatchEnded", "hidden: WatchEnded", "hidden: Joined", "hidden: Advised"]),
    (
        5,
        &[
            "given to a watcher",
            "visible: WatchChanged",
            "visible: Left",
            "hidden: WatchStarted",
            "hidden: WatchChanged",
        ],
    ),
];

#[test]
fn the_states_and_steps_are_worth_it() {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let mut runner = TestRunner::deterministic();
    for _ in 0..1000 {
        let (state, visible, hidden) = (state(), visible(), by_a_watcher()).new_tree(&mut runner).unwrap().current();
        let live = state.load();
        let mut marks: BTreeSet<String> = marks_of(&live).into_iter().map(str::to_owned).collect();
        if let Command::Transfer { chat, to, .. } | Command::Attend { chat, operator: to } = &visible {
            let watches = live.monitored_chats(to).any(|line| line.chat().id() == chat);
            marks.extend(watches.then(|| "given to a watcher".to_owned()));
        }
        for (side, command) in [("visible", visible), ("hidden", hidden)] {
            match live.clone().apply(command) {
                Ok(events) => {
                    marks.insert(format!("{side}: accepted"));
                    marks.extend(events.iter().map(|event| format!("{side}: {}", kind(event))));
                }
                Err(_) => drop(marks.insert(format!("{side}: refused"))),
            }
        }
        marks.into_iter().for_each(|mark| *seen.entry(mark).or_default() += 1);
    }
    for (floor, marks) in OCCURRING {
        for mark in *marks {
            let often = seen.remove(*mark).unwrap_or_default();
            assert!(often >= *floor, "{mark}: in {often} steps of 1,000");
        }
    }
    assert!(seen.is_empty(), "these occur and should be counted: {seen:?}");
}

/// What is so in a state.
fn marks_of(live: &LiveMonitor) -> Vec<&'static str> {
    let engine = live.engine();
    let watchers = |chat: &Chat| live.recipients(chat.id(), Channel::Internal).watchers.len();
    let watched: usize = live.chats().map(watchers).sum();
    let lists: Vec<Vec<_>> = engine.operators().map(|(operator, _)| live.monitored_chats(operator).collect()).collect();
    let place = |id: &ChatId| live.chats().position(|chat| chat.id() == id);
    let inert = |rule: &Rule| {
        !engine.role(rule.watcher()).is_some_and(|role| engine.policy().permissions.may_monitor_anybody(role))
    };
    let marks = [
        (watched > 0, "somebody watches"),
        (watched > 1, "several watches"),
        (live.chats().any(|chat| watchers(chat) > 1), "two watch one chat"),
        (lists.iter().flatten().any(|line| line.rules().len() > 1), "by two rules"),
        (live.chats().any(|chat| !chat.joined().is_empty()), "somebody has joined"),
        (
            live.chats().any(|chat| !chat.joined().is_empty() && watchers(chat) > 0),
            "a joined operator's chat is watched",
        ),
        (
            lists.iter().any(|list| !list.iter().map(|line| place(line.chat().id())).is_sorted()),
            "a watch is older than one on a chat before its own",
        ),
        (engine.rules().any(|rule| !rule.enabled()), "a rule is off"),
        (engine.rules().any(inert), "a rule is inert"),
        (
            live.chats().any(|chat| chat.attending().any(|operator| engine.role(operator).is_none())),
            "somebody unknown attends",
        ),
        (live.chats().any(|chat| !chat.monitoring_allowed()), "a chat may not be monitored"),
        (live.chats().any(|chat| chat.attending().next().is_none()), "nobody attends a chat"),
    ];
    marks.into_iter().filter(|(so, _)| *so).map(|(_, mark)| mark).collect()
}
