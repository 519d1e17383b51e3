//! Random histories of a live monitor.
//!
//! A history is a list of commands, and shrinks to a short one. It is steered: it begins with operators, rules and chats
//! that match, and the world is small, so that people really watch, advise, join, leave and lose rights. How often each
//! thing happens is counted, and rare is a failure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chat_monitor::Role::{Administrator, Associate, Supervisor};
use chat_monitor::{
    Chat, ChatId, Command, Criterion, Event, LiveMonitor, MonitorEngine, OperatorId, Permissions, Policy, Refusal,
    Role, Rule, RuleId, Visitor,
};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::live_words::{from_email, from_ip, kind, set_operator, with_operator};
use super::parse;

/// Two who watch, two who are watched, and one whom nobody knows at first.
pub(super) const OPERATORS: [&str; 5] = ["emi", "hana", "ken", "aya", "rin"];

const ADDRESSES: &[&str] = &["192.0.2.7", "192.0.2.99", "198.51.100.7", "2001:db8::7"];

const RANGES: &[&str] = &["192.0.2.7", "192.0.2.0/24", "192.0.2.64/26", "0.0.0.0/0", "2001:db8::/32", "::/0"];

const EMAILS: &[&str] = &["mika@example.com", "taro@example.com", "mika@sub.example.com"];

const PATTERNS: &[&str] = &["mika@example.com", "*@example.com", "*@sub.example.com"];

#[derive(Clone)]
pub(super) struct History(pub(super) Vec<Command>);

/// One command a line, so that a failure reads as a story.
impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|command| write!(f, "\n  {command:?}"))
    }
}

/// A steered start, and free commands and short scenes after it.
pub(super) fn history() -> impl Strategy<Value = History> {
    let policy = weighted(0.4, policy().prop_map(Command::SetPolicy));
    let roles = [("emi", Administrator), ("hana", Supervisor), ("ken", Associate), ("aya", Associate)];
    let operators = Vec::from(roles.map(|(operator, role)| weighted(0.97, Just(set_operator(operator, role)))));
    let rules = Vec::from(["r1", "r2", "r3", "r4"].map(|id| weighted(0.9, rule(Just(id)).prop_map(Command::AddRule))));
    let chats = Vec::from(["c1", "c2", "c3"].map(|id| weighted(0.9, chat(Just(id)).prop_map(Command::StartChat))));
    let free = prop_oneof![6 => command().prop_map(|command| vec![command]), 1 => scene()];
    (policy, operators, rules, chats, vec(free, 0..60)).prop_map(|(policy, operators, rules, chats, free)| {
        let start = [vec![policy], operators, rules, chats].into_iter().flatten().flatten();
        History(start.chain(free.into_iter().flatten()).collect())
    })
}

/// Something done and undone, with anything in between.
fn scene() -> impl Strategy<Value = Vec<Command>> {
    let operator = || select(&["ken", "aya"][..]).prop_map(parse::<OperatorId>);
    (0..9, chat_id(), watcher(), operator(), operator(), rule_id(), weighted(0.5, command())).prop_map(
        |(kind, chat, watcher, one, other, rule, meanwhile)| {
            let (id, operator) = (|| chat.clone(), watcher.clone());
            let join = Command::Join { chat: id(), watcher: watcher.clone() };
            let (first, last) = match kind {
                0 | 1 => (join, Command::Leave { chat: id(), operator }),
                2 => (join, Command::SetOperator { operator, role: Associate }),
                3 => (join, Command::RemoveOperator { operator }),
                4 => (
                    Command::Transfer { chat: id(), from: one.clone(), to: operator.clone() },
                    Command::Transfer { chat: id(), from: operator, to: one },
                ),
                5 => (
                    Command::SetRuleEnabled { rule: rule.clone(), enabled: false },
                    Command::SetRuleEnabled { rule, enabled: true },
                ),
                _ => {
                    let mut policy = Policy::default();
                    policy.watch_unattended = kind == 8;
                    let [one, other] = [one, other].map(|operator| Command::Unattend { chat: id(), operator });
                    return vec![Command::SetPolicy(policy), one, other, Command::Advise { chat, watcher }];
                }
            };
            [Some(first), meanwhile, Some(last)].into_iter().flatten().collect()
        },
    )
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![34 => visible(), 24 => by_a_watcher()]
}

/// What visitors, attending operators and administrators do.
pub(super) fn visible() -> impl Strategy<Value = Command> {
    prop_oneof![
        1 => policy().prop_map(Command::SetPolicy),
        3 => (operator(), role()).prop_map(|(operator, role)| Command::SetOperator { operator, role }),
        1 => operator().prop_map(|operator| Command::RemoveOperator { operator }),
        5 => chat(chat_ids()).prop_map(Command::StartChat),
        4 => (chat_id(), visitor()).prop_map(|(chat, visitor)| Command::SetVisitor { chat, visitor }),
        3 => (chat_id(), operator()).prop_map(|(chat, operator)| Command::Attend { chat, operator }),
        3 => (chat_id(), operator()).prop_map(|(chat, operator)| Command::Unattend { chat, operator }),
        5 => (chat_id(), operator(), operator()).prop_map(|(chat, from, to)| Command::Transfer { chat, from, to }),
        3 => (chat_id(), prop::bool::weighted(0.7))
            .prop_map(|(chat, allowed)| Command::SetMonitoringAllowed { chat, allowed }),
        2 => chat_id().prop_map(|chat| Command::EndChat { chat }),
        4 => (chat_id(), watcher()).prop_map(|(chat, operator)| Command::Leave { chat, operator }),
    ]
}

/// What watchers do, and what becomes of their rules.
pub(super) fn by_a_watcher() -> impl Strategy<Value = Command> {
    prop_oneof![
        5 => rule(rule_ids()).prop_map(Command::AddRule),
        4 => (rule_id(), any::<bool>()).prop_map(|(rule, enabled)| Command::SetRuleEnabled { rule, enabled }),
        2 => rule_id().prop_map(|rule| Command::RemoveRule { rule }),
        8 => (chat_id(), watcher()).prop_map(|(chat, watcher)| Command::Join { chat, watcher }),
        5 => (chat_id(), watcher()).prop_map(|(chat, watcher)| Command::Advise { chat, watcher }),
    ]
}

pub(super) fn watcher() -> impl Strategy<Value = OperatorId> {
    prop_oneof![10 => select(&["emi", "hana"][..]), 1 => select(&OPERATORS[..])].prop_map(parse)
}

pub(super) fn operator() -> impl Strategy<Value = OperatorId> {
    prop_oneof![4 => Just("ken"), 3 => Just("aya"), 2 => Just("hana"), 2 => Just("emi"), 1 => Just("rin")]
        .prop_map(parse)
}

pub(super) fn role() -> impl Strategy<Value = Role> {
    prop_oneof![3 => Just(Associate), 3 => Just(Supervisor), 2 => Just(Administrator)]
}

fn chat_id() -> impl Strategy<Value = ChatId> {
    chat_ids().prop_map(parse)
}

fn chat_ids() -> impl Strategy<Value = &'static str> {
    prop_oneof![8 => Just("c1"), 8 => Just("c2"), 8 => Just("c3"), 1 => Just("c4")]
}

fn rule_id() -> impl Strategy<Value = RuleId> {
    rule_ids().prop_map(parse)
}

fn rule_ids() -> impl Strategy<Value = &'static str> {
    select(&["r1", "r2", "r3", "r4", "r5", "r6"][..])
}

pub(super) fn policy() -> impl Strategy<Value = Policy> {
    let cells = vec((role(), role(), any::<bool>()), 0..3);
    (prop::bool::weighted(0.7), prop::bool::weighted(0.7), cells).prop_map(|(unattended, joined_count, cells)| {
        let mut policy = Policy::default();
        (policy.watch_unattended, policy.joined_count) = (unattended, joined_count);
        let default = Permissions::default();
        policy.permissions =
            cells.into_iter().fold(default, |all, (watcher, target, may)| all.with(watcher, target, may));
        policy
    })
}

pub(super) fn visitor() -> impl Strategy<Value = Visitor> {
    (weighted(0.7, select(ADDRESSES)), weighted(0.6, select(EMAILS))).prop_map(|(ip, email)| {
        let visitor = ip.into_iter().fold(Visitor::new(), |visitor, ip| visitor.ip(parse(ip)));
        email.into_iter().fold(visitor, |visitor, email| visitor.email(parse(email)))
    })
}

fn chat(id: impl Strategy<Value = &'static str>) -> impl Strategy<Value = Chat> {
    let operators = prop_oneof![
        1 => Just(Vec::new()),
        4 => select(&["ken", "aya"][..]).prop_map(|operator| vec![parse(operator)]),
        2 => vec(operator(), 1..3),
    ];
    (id.prop_map(parse), visitor(), operators, weighted(0.03, operator()), prop::bool::weighted(0.95)).prop_map(
        |(id, visitor, operators, joined, allowed)| {
            let chat = Chat::new(id).visitor(visitor).allow_monitoring(allowed);
            let chat = operators.into_iter().fold(chat, Chat::attended_by);
            joined.into_iter().fold(chat, Chat::joined_by)
        },
    )
}

pub(super) fn criterion() -> impl Strategy<Value = Criterion> {
    prop_oneof![
        4 => select(&["ken", "aya"][..]).prop_map(with_operator),
        1 => operator().prop_map(Criterion::Operator),
        4 => select(RANGES).prop_map(from_ip),
        3 => select(PATTERNS).prop_map(from_email),
    ]
}

fn rule(id: impl Strategy<Value = &'static str>) -> impl Strategy<Value = Rule> {
    let on = prop::bool::weighted(0.9);
    (id.prop_map(parse), watcher(), criterion(), weighted(0.2, criterion()), on).prop_map(
        |(id, watcher, first, second, on)| {
            let rule = second.into_iter().fold(Rule::new(id, watcher, first), Rule::and);
            if on { rule } else { rule.disabled() }
        },
    )
}

/// What must occur, and in how many histories of 1,000 at least.
const OCCURRING: &[(u32, &[&str])] = &[
    (700, &["WatchStarted", "WatchEnded"]),
    (100, &["WatchChanged", "Joined", "Left", "Advised"]),
    (
        25,
        &[
            "WatchEnded ChatEnded",
            "WatchEnded Joined",
            "WatchEnded RuleRemoved",
            "WatchEnded Disabled",
            "WatchEnded NoLongerMatches",
            "WatchEnded Forbidden",
            "WatchEnded Unattended",
            "WatchEnded NoRights",
            "WatchEnded OwnChat",
            "WatchEnded NotPermitted",
            "Left Asked",
            "Left NoRights",
            "Left Removed",
            "refused UnknownChat",
            "refused ChatIsLive",
            "refused StartsWithJoined",
            "refused AlreadyGiven",
            "refused NotGiven",
            "refused NotWatching",
            "refused NotJoined",
            "refused NobodyAttends",
            "refused UnknownRule",
            "refused UnknownOperator",
            "refused AddRule DuplicateRule",
            "refused AddRule UnknownWatcher",
            "refused AddRule NoRights",
            "refused AddRule OwnChats",
            "refused AddRule UnknownOperator",
            "refused AddRule NotPermitted",
        ],
    ),
];

#[test]
fn everything_happens_in_the_histories_and_nothing_is_rare() {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let mut runner = TestRunner::deterministic();
    for _ in 0..1000 {
        let History(commands) = history().new_tree(&mut runner).unwrap().current();
        let mut live = LiveMonitor::new(MonitorEngine::new());
        let answers = commands.into_iter().map(|command| live.apply(command));
        let kinds: BTreeSet<String> = answers.flat_map(kinds).collect();
        kinds.into_iter().for_each(|kind| *seen.entry(kind).or_default() += 1);
    }
    for (floor, kinds) in OCCURRING {
        for kind in *kinds {
            let often = seen.remove(*kind).unwrap_or_default();
            assert!(often >= *floor, "{kind} occurs in {often} histories of 1,000");
        }
    }
    assert!(seen.is_empty(), "these occur and should be counted: {seen:?}");
}

fn kinds(answer: Result<Vec<Event>, Refusal>) -> Vec<String> {
    let of_event = |event: &Event| match event {
        Event::WatchEnded { reason, .. } => vec![kind(event), format!("WatchEnded {}", kind(reason))],
        Event::Left { reason, .. } => vec![kind(event), format!("Left {}", kind(reason))],
        _ => vec![kind(event)],
    };
    match answer {
        Ok(events) => events.iter().flat_map(of_event).collect(),
        Err(refusal) => vec![format!("refused {}", kind(&refusal))],
    }
}
