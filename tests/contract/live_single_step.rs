//! Law 4 by the single step: from any valid state, not only from those that a history reaches.
//!
//! States are written as a saved monitor is, with rules that could not be added any more, operators whom nobody knows and
//! watches in any order, and then loaded. From each, one command of a visitor, an operator or an administrator gives the
//! people in the chats the same, whether or not all rules, exclusions, windows, times, departments, attributes and watches are
//! erased first; and what watchers and the host do gives them nothing, and undone leaves the state as it was.
//!
//! The check is put to two machines that leak as well, and finds both.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chat_monitor::{
    Channel, Chat, ChatId, Command, Event, LiveMonitor, MonitorEngine, Policy, Refusal, Right, Rule, Verdict,
};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};
use serde_json::{Value, from_value, json, to_string, to_value};

use super::histories::{
    OPERATORS, attributes, by_a_watcher, by_the_host, criterion, departments, exclusion, known, operator, policy,
    usual, visible, visitor, watcher, window,
};
use super::laws;
use super::live_words::variant;
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
    let (mut full, mut bare) = (M::of(state.load()), M::of(state.without_hidden().load()));
    prop_assert_eq!(full.seen(), bare.seen(), "seen before");
    let answer = full.apply(command.clone());
    if let (Command::SetPolicy(_), Err(Refusal::RoleInUse(_))) = (command, &answer) {
        // An exclusion may have named the role. Told to the administrator who asked, and to nobody else.
        prop_assert_eq!(full.seen(), bare.seen(), "seen of a refusal");
        return Ok(());
    }
    prop_assert_eq!(told(answer), told(bare.apply(command.clone())), "told");
    prop_assert_eq!(full.seen(), bare.seen(), "seen");
    let [full, bare] = [&full, &bare].map(|machine| State::of(machine.live()).without_hidden());
    prop_assert_eq!(full, bare, "what comes of it");
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
        let after = State::of(machine.live()).without_hidden();
        prop_assert_eq!(after, before.without_hidden(), "what comes of it");
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
    /// By nothing: a rule that was removed and is added again is the last, and time does not go back.
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
            Command::SetRuleWindow { rule, window } => match live.engine().rule(&rule).map(Rule::window) {
                Some(before) if before == window => Undo::NotNeeded,
                before => {
                    let window = before.flatten();
                    Undo::By(Command::SetRuleWindow { rule, window }, Order::BegunAnew)
                }
            },
            Command::AddExclusion(exclusion) => {
                let exclusion = exclusion.id().clone();
                Undo::By(Command::RemoveExclusion { exclusion }, Order::BegunAnew)
            }
            Command::SetDepartments { chat, .. } => {
                let departments = live.chat(&chat).map(|chat| chat.departments().clone()).unwrap_or_default();
                Undo::By(Command::SetDepartments { chat, departments }, Order::BegunAnew)
            }
            Command::SetAttributes { chat, .. } => {
                let attributes = live.chat(&chat).map(|chat| chat.attributes().clone()).unwrap_or_default();
                Undo::By(Command::SetAttributes { chat, attributes }, Order::BegunAnew)
            }
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

    /// Less rules, exclusions, windows, times, departments, attributes, watches and, as long as nobody has joined,
    /// rights.
    fn without_hidden(&self) -> Self {
        let State(mut state) = self.clone();
        let nobody = |chat: &Value| chat["joined"].as_array().unwrap().is_empty();
        let joined = !state["chats"].as_array().unwrap().iter().all(nobody);
        (state["engine"]["rules"], state["watches"]) = (json!([]), json!([]));
        drop_fields(&mut state["engine"], &["exclusions", "now"]);
        for operator in state["engine"]["operators"].as_array_mut().unwrap() {
            drop_fields(operator, &["departments", "oversees"]);
        }
        for chat in state["chats"].as_array_mut().unwrap() {
            drop_fields(chat, &["departments", "attributes"]);
        }
        for row in state["engine"]["policy"]["permissions"].as_object_mut().unwrap().values_mut() {
            if row.is_array() {
                *row = json!({ "monitors": row.take() });
            }
            drop_fields(row, &["within", "hears_advice"]);
            if !joined {
                drop_fields(row, &["rights"]);
            }
        }
        // The shortest form again, so that what is equal is written alike.
        State::of(&State(state).load())
    }

    fn in_one_order(mut self) -> Self {
        let watches = self.0["watches"].as_array_mut().unwrap();
        watches.sort_by_key(Value::to_string);
        self
    }
}

fn drop_fields(object: &mut Value, names: &[&str]) {
    let fields = object.as_object_mut().unwrap();
    names.iter().for_each(|name| drop(fields.remove(*name)));
}

/// Any state that can be loaded, steered so that people watch.
fn state() -> impl Strategy<Value = State> {
    let operators = OPERATORS.map(|id| {
        let known = prop_oneof![5 => usual(id), 1 => known()];
        let line = move |operator| to_value(Command::SetOperator { id: parse(id), operator }).unwrap();
        weighted(0.93, known).prop_map(move |known| known.map(|known| line(known)["set_operator"].take()))
    });
    let operators = Vec::from(operators).prop_map(|operators| operators.into_iter().flatten().collect()).boxed();
    let rules = (Just(["r1", "r2", "r3", "r4", "r5", "r6"]).prop_shuffle(), vec(rule().boxed(), 5..=6)).boxed();
    let exclusions = vec(exclusion(), 0..=2).prop_map(|some| to_value(some).unwrap());
    let chats = (Just(["c1", "c2", "c3"]).prop_shuffle(), vec(chat().boxed(), 2..=3)).boxed();
    let order = vec(any::<u32>(), OPERATORS.len() * 4);
    (policy(), operators, rules, exclusions, weighted(0.7, 0..8_u64), chats, order).prop_map(
        |(policy, operators, (rule_ids, rules), exclusions, now, (ids, chats), order)| {
            let named = |ids: &[&str], values: Vec<Value>| -> Vec<Value> {
                let name = |(id, mut value): (&&str, Value)| {
                    value["id"] = json!(id);
                    value
                };
                ids.iter().zip(values).map(name).collect()
            };
            let (rules, chats) = (named(&rule_ids, rules), named(&ids, chats));
            let exclusions = named(&["x1", "x2"], exclusions.as_array().unwrap().clone());
            let engine = json!({"version": 1, "policy": policy, "operators": with_a_row(&policy, operators, "role"),
                "rules": rules, "exclusions": with_a_row(&policy, exclusions, "roles"), "now": now});
            saved(&policy, engine, chats, &order)
        },
    )
}

/// Those whose roles all have a row.
fn with_a_row(policy: &Policy, mut values: Vec<Value>, field: &str) -> Vec<Value> {
    let has_row = |role: &Value| policy.permissions().row(&parse(role.as_str().unwrap())).is_some();
    values.retain(|value| match &value[field] {
        Value::Array(roles) => roles.iter().all(has_row),
        Value::Null => true,
        role => has_row(role),
    });
    values
}

/// A state of these parts, less who cannot have joined, with all its watches in the order that `order` sorts them to.
fn saved(policy: &Policy, engine: Value, mut chats: Vec<Value>, order: &[u32]) -> State {
    let decides: MonitorEngine = from_value(engine.clone()).unwrap();
    let may_join = |operator: &Value, given: &Value| {
        let role = decides.role(&parse(operator.as_str().unwrap()));
        let row = role.and_then(|role| policy.permissions().row(role));
        let somebody = row.is_some_and(|row| row.unattended() || row.monitors().len() > 0);
        let joins = row.is_some_and(|row| row.rights().contains(Right::Join));
        somebody && joins && !given.as_array().unwrap().contains(operator)
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
    let common = select(&["ken", "aya"][..]).prop_map(|operator| vec![super::live_words::with_operator(operator)]);
    let when = prop_oneof![4 => common, 5 => vec(criterion(), 1), 1 => vec(criterion(), 2..4)];
    let unless = prop_oneof![12 => Just(vec![]), 1 => vec(criterion(), 1..3)];
    let watcher = prop_oneof![6 => watcher(), 1 => operator()];
    (watcher, when, unless, weighted(0.1, window()), prop::bool::weighted(0.85)).prop_map(
        |(watcher, when, unless, window, enabled)| {
            json!({"id": "", "watcher": watcher, "when": when, "unless": unless, "window": window, "enabled": enabled})
        },
    )
}

fn chat() -> impl Strategy<Value = Value> {
    let some = |most| subsequence(&OPERATORS[..], 0..=most).prop_shuffle();
    let given = prop_oneof![4 => select(&["ken", "aya"][..]).prop_map(|operator| vec![operator]), 1 => some(3)];
    let joined = prop_oneof![1 => Just(vec![]), 2 => some(3)];
    (visitor(), given, joined, prop::bool::weighted(0.9), departments(), attributes()).prop_map(
        |(visitor, operators, joined, allowed, departments, attributes)| {
            json!({"id": "", "visitor": visitor, "operators": operators, "joined": joined,
                "monitoring_allowed": allowed, "departments": departments, "attributes": attributes})
        },
    )
}

/// What nobody in a chat may notice.
fn hidden() -> impl Strategy<Value = Command> {
    let asks = by_a_watcher()
        .prop_filter("neither", |command| matches!(command, Command::Join { .. } | Command::Advise { .. }));
    prop_oneof![4 => by_a_watcher(), 2 => by_the_host(), 5 => asks]
}

#[test]
fn a_single_step_from_any_state_says_the_same_with_watchers_and_without() {
    laws::run(1024, (state(), visible()), |(state, command)| {
        says_the_same_with_and_without::<LiveMonitor>(&state, &command)
    });
}

#[test]
fn what_nobody_may_notice_in_any_state_leaves_nothing_behind() {
    laws::run(1024, (state(), hidden()), |(state, command)| leaves_nothing_behind::<LiveMonitor>(&state, &command));
}

/// The same for longer.
#[test]
#[ignore = "takes a minute: cargo test --release single_step -- --ignored"]
fn single_steps_by_the_hundred_thousand() {
    laws::run(200_000, (state(), visible(), hidden()), |(state, visible, hidden)| {
        says_the_same_with_and_without::<LiveMonitor>(&state, &visible)?;
        leaves_nothing_behind::<LiveMonitor>(&state, &hidden)
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
    let (reason, steps) = found((state(), hidden()), check);
    assert!(reason.contains("things have happened"), "{reason}");
    assert!(steps < 64, "after {steps} steps");
}

/// What must occur, and in how many steps of 1,000 at least.
const OCCURRING: &[(u32, &[&str])] = &[
    (
        120,
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
        40,
        &[
            "two watch one chat",
            "by two rules",
            "a joined operator's chat is watched",
            "a watch is older than one on a chat before its own",
            "a chat may not be monitored",
            "nobody attends a chat",
            "somebody unknown attends",
            "a chat is excluded",
            "a rule is outside its window",
            "a chat is out of scope",
        ],
    ),
    (8, &["hidden: Joined", "hidden: Advised"]),
    (15, &["visible: WatchStarted", "visible: WatchEnded", "hidden: WatchEnded"]),
    (
        3,
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
        let (state, visible, hidden) = (state(), visible(), hidden()).new_tree(&mut runner).unwrap().current();
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
                    marks.extend(events.iter().map(|event| format!("{side}: {}", variant(event))));
                }
                Err(_) => drop(marks.insert(format!("{side}: refused"))),
            }
        }
        marks.into_iter().for_each(|mark| *seen.entry(mark).or_default() += 1);
    }
    let mut rare = Vec::new();
    for (floor, marks) in OCCURRING {
        for mark in *marks {
            let often = seen.remove(*mark).unwrap_or_default();
            rare.extend((often < *floor).then(|| format!("{mark}: in {often} steps of 1,000, less than {floor}")));
        }
    }
    assert!(rare.is_empty(), "{rare:#?}");
    assert!(seen.is_empty(), "these occur and should be counted: {seen:?}");
}

/// What is so in a state.
fn marks_of(live: &LiveMonitor) -> Vec<&'static str> {
    let engine = live.engine();
    let watchers = |chat: &Chat| live.recipients(chat.id(), Channel::Internal).watchers().count();
    let watched: usize = live.chats().map(watchers).sum();
    let lists: Vec<Vec<_>> = engine.operators().map(|(operator, _)| live.monitored_chats(operator).collect()).collect();
    let place = |id: &ChatId| live.chats().position(|chat| chat.id() == id);
    let inert = |rule: &Rule| {
        !engine.role(rule.watcher()).is_some_and(|role| engine.policy().permissions().may_monitor_anybody(role))
    };
    let is = |which: &dyn Fn(&Verdict) -> bool| {
        live.chats().any(|chat| engine.explain(chat).any(|(_, verdict)| which(&verdict)))
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
        (is(&|verdict| matches!(verdict, Verdict::Excluded(_))), "a chat is excluded"),
        (is(&|verdict| *verdict == Verdict::OutsideWindow), "a rule is outside its window"),
        (is(&|verdict| *verdict == Verdict::OutOfScope), "a chat is out of scope"),
        (live.chats().any(|chat| !chat.monitoring_allowed()), "a chat may not be monitored"),
        (live.chats().any(|chat| chat.attending().next().is_none()), "nobody attends a chat"),
    ];
    marks.into_iter().filter(|(so, _)| *so).map(|(_, mark)| mark).collect()
}
