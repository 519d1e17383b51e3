//! Every history, of any length, of two small worlds: laws 1, 3 and 4 without chance.
//!
//! In one, two watchers (emi, an administrator, and hana, a supervisor), two operators (ken and aya), two chats and three
//! rules. In the other, the same people, one chat, two departments, an exclusion, a window, and a hana who is limited to
//! what she oversees. Every kind of command. From each state every command is tried, until no state is new. States are the same when the
//! model's are, which holds everything but what an index remembers of the way; random histories see to that.
//!
//! Law 4 needs no pairs of histories: it holds when what is visible after a visible command depends on nothing but what
//! was visible before, and a hidden command changes nothing visible (Goguen and Meseguer call it unwinding).

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Instant;

use chat_monitor::Role::{Administrator, Associate, Supervisor};
use chat_monitor::{
    Attributes, Chat, Command, Departments, Event, LiveMonitor, MonitorEngine, OperatorId, ParticipantEvent, Policy,
    Refusal, Right, Role, Within,
};

use super::live_words::{
    add_rule, advise, allow, attend, chat, departments, email, end, exclusion, from_email, has, in_department,
    is_hidden, join, leave, monitored_chats, remove_exclusion, remove_operator, remove_rule, rule, sampled,
    set_attributes, set_departments, set_member, set_operator, set_overseer, set_rule_enabled, set_rule_window,
    set_time, set_visitor, supervisors_within, transfer, transfer_into, unattend, variant, window, with_one_of,
    with_operator,
};
use super::model::Model;
use super::parse;

/// What is there at the beginning.
fn start_of_three_roles() -> Vec<Command> {
    vec![
        set_operator("emi", Administrator),
        set_operator("hana", Supervisor),
        set_operator("ken", Associate),
        set_operator("aya", Associate),
        add_rule("r1", "hana", with_operator("ken")),
        add_rule("r2", "hana", from_email("*@example.com")),
        add_rule("r3", "emi", with_operator("hana")),
    ]
}

/// What can happen, at any time and in any order.
fn alphabet_of_three_roles() -> Vec<Command> {
    let lax = Policy::default().with_watch_unattended(true).with_count_joined(false);
    let mut all = vec![
        Command::SetPolicy(Policy::default()),
        Command::SetPolicy(lax),
        set_operator("ken", Supervisor),
        set_operator("ken", Associate),
        remove_operator("hana"),
        set_operator("hana", Supervisor),
        remove_rule("r1"),
        add_rule("r1", "hana", with_operator("ken")),
        set_rule_enabled("r2", false),
        set_rule_enabled("r2", true),
        Command::StartChat(chat("c1").attended_by(parse("ken"))),
        Command::StartChat(chat("c2").with_visitor(email("mika@example.com")).attended_by(parse("aya"))),
        set_visitor("c1", email("mika@example.com")),
        transfer("c1", "ken", "aya"),
        transfer("c1", "aya", "ken"),
        transfer("c1", "ken", "hana"),
        transfer("c1", "hana", "ken"),
        attend("c1", "ken"),
        unattend("c1", "ken"),
        allow("c1", false),
        allow("c1", true),
        end("c1"),
        end("c2"),
    ];
    for (chat, watcher) in [("c1", "emi"), ("c1", "hana"), ("c2", "hana")] {
        all.extend([join(chat, watcher), leave(chat, watcher), advise(chat, watcher)]);
    }
    all
}

/// hana oversees one department of the chat's two and may only read along there, or both with all rights.
fn start_of_two_departments() -> Vec<Command> {
    vec![
        Command::SetPolicy(supervisors_within(Within::Chat)),
        set_operator("emi", Administrator),
        set_overseer("hana", Supervisor, &[], &[("sales", &[Right::Watch])]),
        set_member("ken", Associate, &["sales"]),
        set_member("aya", Associate, &["support"]),
        Command::AddRule(rule("r1", "hana", with_one_of("sales")).with_window(window(1, 2))),
        Command::AddRule(rule("r2", "hana", in_department("support")).and_not(has("tag", "vip"))),
        add_rule("r3", "emi", sampled(1_000_000, "qa")),
    ]
}

fn alphabet_of_two_departments() -> Vec<Command> {
    let mut all = vec![
        Command::SetPolicy(supervisors_within(Within::Chat)),
        Command::SetPolicy(supervisors_within(Within::Either)),
        set_overseer("hana", Supervisor, &[], &[("sales", &[Right::Watch])]),
        set_overseer("hana", Supervisor, &[], &[("sales", &Right::ALL), ("support", &Right::ALL)]),
        set_time(1),
        set_time(2),
        set_rule_window("r1", None),
        set_rule_window("r1", window(1, 2)),
        Command::AddExclusion(exclusion("x1", has("tag", "vip")).binding(Supervisor)),
        remove_exclusion("x1"),
        Command::StartChat(chat("c1").attended_by(parse("ken")).with_departments(departments(&["sales"]))),
        set_departments("c1", &[]),
        set_departments("c1", &["sales", "support"]),
        set_attributes("c1", &[]),
        set_attributes("c1", &[("tag", "vip")]),
        transfer_into("c1", "ken", "aya", &["support"]),
        transfer("c1", "aya", "ken"),
        end("c1"),
    ];
    for watcher in ["emi", "hana"] {
        all.extend([join("c1", watcher), leave("c1", watcher), advise("c1", watcher)]);
    }
    all
}

/// All that a visible command may depend on.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Visible {
    policy: Policy,
    /// Not what they oversee.
    operators: Vec<(OperatorId, Role)>,
    /// Less departments and attributes.
    chats: Vec<Chat>,
}

impl Visible {
    fn of(live: &LiveMonitor) -> Self {
        let engine = live.engine();
        Visible {
            policy: engine.policy().clone(),
            operators: engine.operators().map(|(id, operator)| (id.clone(), operator.role().clone())).collect(),
            chats: live.chats().cloned().map(bare).collect(),
        }
    }
}

fn bare(chat: Chat) -> Chat {
    chat.with_departments(Departments::default()).with_attributes(Attributes::default())
}

/// Gives every visible state its number.
#[derive(Default)]
struct Numbers(HashMap<Visible, usize>);

impl Numbers {
    fn of(&mut self, live: &LiveMonitor) -> usize {
        let next = self.0.len();
        *self.0.entry(Visible::of(live)).or_insert(next)
    }
}

/// What participants see of a command, and the number of what is visible after it.
type Outcome = (Result<Vec<ParticipantEvent>, Refusal>, usize);

/// The way to a state: the state before, and the command.
type Step = Option<(usize, usize)>;

/// States, those of them that differ to the people in the chats, transitions, and how many of them were compared.
type Found = (usize, usize, u64, u64);

#[test]
fn every_history_of_a_small_world_keeps_laws_1_and_3_and_4() {
    let commands = alphabet_of_three_roles();
    assert_eq!(commands.iter().map(variant).collect::<HashSet<_>>().len(), 16, "every kind of command of before");
    assert_eq!(search(&start_of_three_roles(), &commands), (27_852, 4_292, 891_264, 526_465));
}

#[test]
fn every_history_of_a_small_world_with_two_departments_keeps_laws_1_and_3_and_4() {
    let commands = alphabet_of_two_departments();
    let new = ["SetRuleWindow", "AddExclusion", "RemoveExclusion", "SetTime", "SetDepartments", "SetAttributes"];
    let kinds: HashSet<_> = commands.iter().map(variant).collect();
    assert!(new.iter().all(|kind| kinds.contains(*kind)), "every new kind of command");
    assert_eq!(search(&start_of_two_departments(), &commands), (2_992, 18, 71_808, 31_624));
}

fn search(start: &[Command], commands: &[Command]) -> Found {
    let began = Instant::now();
    let (mut live, mut model) = (LiveMonitor::new(MonitorEngine::new()), Model::new());
    for command in start {
        let answer = live.apply(command.clone());
        assert!(answer.is_ok(), "{command:?}");
        assert_eq!(answer, model.apply(command.clone()));
    }
    let mut steps: Vec<Step> = vec![None];
    let mut seen = HashSet::from([model.clone()]);
    let mut queue = VecDeque::from([(live, model)]);
    let (mut numbers, mut outcomes) = (Numbers::default(), HashMap::<(usize, usize), Outcome>::new());
    let (mut state, mut transitions, mut compared) = (0, 0, 0);
    while let Some((before, model_before)) = queue.pop_front() {
        let visible = numbers.of(&before);
        let (mut live, mut model) = (before.clone(), model_before.clone());
        for (number, command) in commands.iter().enumerate() {
            let story = || story(start, &steps, commands, (state, number));
            let answer = live.apply(command.clone());
            assert_eq!(answer, model.apply(command.clone()), "law 1, after{}", story());
            transitions += 1;

            let changed = model != model_before;
            let after = if changed { numbers.of(&live) } else { visible };
            let public = answer.map(|events| events.iter().filter_map(Event::for_participants).collect::<Vec<_>>());
            match command {
                // What a watcher asks is answered to the watcher.
                Command::Join { .. } if public.is_err() => assert_eq!(after, visible, "law 4, after{}", story()),
                command if is_hidden(command) => {
                    assert_eq!((after, public.unwrap_or_default()), (visible, vec![]), "law 4, after{}", story());
                }
                _ => match outcomes.entry((visible, number)) {
                    Entry::Occupied(known) => {
                        assert_eq!(*known.get(), (public, after), "law 4, after{}", story());
                        compared += 1;
                    }
                    Entry::Vacant(first) => drop(first.insert((public, after))),
                },
            }
            if changed {
                if !seen.contains(&model) {
                    check(&live, &model, story);
                    steps.push(Some((state, number)));
                    seen.insert(model.clone());
                    queue.push_back((live, model));
                }
                (live, model) = (before.clone(), model_before.clone());
            } else {
                assert!(live == before, "law 1, after{}", story());
            }
        }
        state += 1;
    }
    let visible = numbers.0.len();
    println!(
        "{state} states ({visible} to those in the chats), {transitions} transitions, {compared} of them compared"
    );
    println!("in {:?}", began.elapsed());
    (state, visible, transitions, compared)
}

/// Laws 1 and 3, and what participants see, in one state.
fn check(live: &LiveMonitor, model: &Model, story: impl Fn() -> String) {
    let watchers = ["emi", "hana"].map(parse::<OperatorId>);
    for watcher in &watchers {
        assert_eq!(monitored_chats(live, watcher), model.monitored_chats(watcher), "law 1, after{}", story());
    }
    for chat in live.chats() {
        let granted = live.engine().watchers_for(chat);
        for watcher in &watchers {
            let by = granted.iter().find(|granted| granted.operator() == watcher).map(|granted| granted.rules());
            let watch = live.monitored_chats(watcher).find(|line| line.chat() == chat);
            assert_eq!(watch.map(|line| line.rules()), by, "law 1, after{}", story());
            if watch.is_some() {
                let counted = if live.engine().policy().count_joined() { chat.joined() } else { &[] };
                for operator in chat.operators().iter().chain(counted) {
                    let roles = (live.engine().role(watcher), live.engine().role(operator));
                    assert!(may_monitor(roles), "law 3, after{}", story());
                }
            }
        }
        let view = live.participant_view(chat.id()).unwrap();
        let seen = (view.chat(), view.operators(), view.joined());
        assert_eq!(seen, (chat.id(), chat.operators(), chat.joined()), "law 4, after{}", story());
    }
}

/// The table, spelled out.
fn may_monitor(roles: (Option<&Role>, Option<&Role>)) -> bool {
    matches!(roles, (Some(Administrator), Some(Supervisor | Associate)) | (Some(Supervisor), Some(Associate)))
}

/// The commands from the start to here, one a line.
fn story(start: &[Command], steps: &[Step], commands: &[Command], last: (usize, usize)) -> String {
    let way = std::iter::successors(Some(last), |(state, _)| steps[*state]);
    let way: Vec<_> = way.map(|(_, command)| &commands[command]).collect();
    start.iter().chain(way.into_iter().rev()).map(|command| format!("\n  {command:?}")).collect()
}
