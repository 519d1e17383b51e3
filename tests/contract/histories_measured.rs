//! What happens in the random histories, and how often. What never happens is not tested, so rare is a failure.

use std::collections::{BTreeMap, BTreeSet};

use chat_monitor::{Chat, Command, Criterion, Event, LiveMonitor, MonitorEngine, Refusal, RuleId, Verdict};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::histories::{History, history};
use super::live_words::variant;

/// What must occur, and in how many histories of 1,000 at least.
const OCCURRING: &[(u32, &[&str])] = &[
    (650, &["WatchStarted", "WatchEnded"]),
    (100, &["WatchChanged", "Joined", "Left", "Advised"]),
    (
        25,
        &[
            "WatchEnded ChatEnded",
            "WatchEnded Joined",
            "WatchEnded RuleRemoved",
            "WatchEnded Disabled",
            "WatchEnded OutsideWindow",
            "WatchEnded NoLongerMatches",
            "WatchEnded Forbidden",
            "WatchEnded Excluded",
            "WatchEnded Unattended",
            "WatchEnded NoRights",
            "WatchEnded OwnChat",
            "WatchEnded NotPermitted",
            "WatchEnded OutOfScope",
            "Left Asked",
            "accepted Leave",
            "Left NoRights",
            "Left Removed",
            "refused UnknownChat",
            "refused ChatIsLive",
            "refused StartsWithJoined",
            "refused AlreadyGiven",
            "refused NotGiven",
            "refused NotWatching",
            "refused MayNotAdvise",
            "refused MayNotJoin",
            "refused NotJoined",
            "refused NobodyAttends",
            "refused UnknownRule",
            "refused UnknownOperator",
            "refused UnknownRole",
            "refused RoleInUse",
            "refused DuplicateExclusion",
            "refused UnknownExclusion",
            "refused TimeGoesBack",
            "refused AddRule DuplicateRule",
            "refused AddRule UnknownWatcher",
            "refused AddRule NoRights",
            "refused AddRule OwnChats",
            "refused AddRule UnknownOperator",
            "refused AddRule NotPermitted",
        ],
    ),
    (
        100,
        &[
            "accepted AddExclusion",
            "accepted AddRule",
            "accepted Advise",
            "accepted Attend",
            "accepted EndChat",
            "accepted Join",
            "accepted RemoveExclusion",
            "accepted RemoveOperator",
            "accepted RemoveRule",
            "accepted SetAttributes",
            "accepted SetDepartments",
            "accepted SetMonitoringAllowed",
            "accepted SetOperator",
            "accepted SetPolicy",
            "accepted SetRuleEnabled",
            "accepted SetRuleWindow",
            "accepted SetTime",
            "accepted SetVisitor",
            "accepted StartChat",
            "accepted Transfer",
            "accepted Unattend",
        ],
    ),
    (
        100,
        &[
            "verdict Disabled",
            "verdict OutsideWindow",
            "verdict NoMatch",
            "verdict Forbidden",
            "verdict Excluded",
            "verdict Unattended",
            "verdict NoRights",
            "verdict OwnChat",
            "verdict NotPermitted",
            "verdict OutOfScope",
            "verdict Granted",
        ],
    ),
    (
        50,
        &[
            "watched by Operator",
            "watched by VisitorIp",
            "watched by VisitorEmail",
            "watched by Department",
            "watched by OperatorIn",
            "watched by Attribute",
            "watched by Sample",
            "watched in a window",
        ],
    ),
    (
        25,
        &[
            "watched unless Operator",
            "watched unless VisitorIp",
            "watched unless VisitorEmail",
            "watched unless Department",
            "watched unless OperatorIn",
            "watched unless Attribute",
            "watched unless Sample",
            "excluded by Operator",
            "excluded by VisitorIp",
            "excluded by VisitorEmail",
            "excluded by Department",
            "excluded by OperatorIn",
            "excluded by Attribute",
            "excluded by Sample",
            "excluded as all are",
            "excluded by role",
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
        let mut kinds = BTreeSet::new();
        let last = commands.len() - 1;
        for (number, command) in commands.into_iter().enumerate() {
            let answer = live.apply(command.clone());
            kinds.extend(kinds_of(&command, &answer));
            let started = answer.iter().flatten().filter_map(|event| match event {
                Event::WatchStarted { rules, .. } => Some(rules),
                _ => None,
            });
            kinds.extend(started.flatten().flat_map(|rule| ways(live.engine(), rule)));
            if number % 8 == 0 || number == last {
                kinds.extend(live.chats().flat_map(|chat| verdicts(live.engine(), chat)));
            }
        }
        kinds.into_iter().for_each(|kind| *seen.entry(kind).or_default() += 1);
    }
    let mut rare = Vec::new();
    for (floor, kinds) in OCCURRING {
        for kind in *kinds {
            let often = seen.remove(*kind).unwrap_or_default();
            if often < *floor {
                rare.push(format!("{kind} occurs in {often} histories of 1,000, less than {floor}"));
            }
        }
    }
    assert!(rare.is_empty(), "{rare:#?}");
    assert!(seen.is_empty(), "these occur and should be counted: {seen:?}");
}

fn kinds_of(command: &Command, answer: &Result<Vec<Event>, Refusal>) -> Vec<String> {
    let of_event = |event: &Event| match event {
        Event::WatchEnded { reason, .. } => vec![variant(event), format!("WatchEnded {}", variant(reason))],
        Event::Left { reason, .. } => vec![variant(event), format!("Left {}", variant(reason))],
        _ => vec![variant(event)],
    };
    match answer {
        Ok(events) => {
            let accepted = format!("accepted {}", variant(command));
            events.iter().flat_map(of_event).chain([accepted]).collect()
        }
        Err(Refusal::AddRule(refusal)) => vec![format!("refused AddRule {}", variant(refusal))],
        Err(refusal) => vec![format!("refused {}", variant(refusal))],
    }
}

/// What the rules say of a chat, and what excludes it.
fn verdicts(engine: &MonitorEngine, chat: &Chat) -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    for (_, verdict) in engine.explain(chat) {
        kinds.insert(format!("verdict {}", variant(&verdict)));
        if let Verdict::Excluded(exclusion) = verdict {
            let exclusion = engine.exclusion(&exclusion).unwrap();
            kinds.extend(exclusion.when().iter().map(|criterion| format!("excluded by {}", variant(criterion))));
            let whom = if exclusion.roles().is_some() { "by role" } else { "as all are" };
            kinds.insert(format!("excluded {whom}"));
        }
    }
    kinds
}

/// By what a rule that grants a chat found it.
fn ways(engine: &MonitorEngine, rule: &RuleId) -> Vec<String> {
    let Some(rule) = engine.rule(rule) else { return Vec::new() };
    let with = |word: &'static str| move |criterion: &Criterion| format!("watched {word} {}", variant(criterion));
    let (when, unless) = (rule.when().iter().map(with("by")), rule.unless().iter().map(with("unless")));
    let window = rule.window().map(|_| "watched in a window".to_owned());
    when.chain(unless).chain(window).collect()
}
