//! The laws of the live monitor, over random histories: 8 to 12. `live_laws` has the first seven.

use chat_monitor::{Chat, Command, Criterion, MonitorEngine, OperatorId, Right, Role, Rule, Sample, Verdict, Visitor};
use proptest::prelude::*;

use super::erased::without_what_is_new;
use super::histories::{History, history};
use super::live_laws::{Run, config, lists_of, new_monitor, operators, run, sorted};
use super::live_words::{attributes, departments, named, with_operator};
use super::model::Model;
use super::parse;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn law_8_nobody_watches_or_advises_or_joins_without_the_right_to_it(History(commands) in history()) {
        let (mut live, mut model) = (new_monitor(), Model::new());
        for command in commands {
            let asks = match &command {
                Command::Advise { chat, watcher } => Some((chat, watcher, Right::Advise)),
                Command::Join { chat, watcher } => Some((chat, watcher, Right::Join)),
                _ => None,
            };
            let has = asks.and_then(|(chat, watcher, right)| {
                Some(model.rights(watcher, live.chat(chat)?).contains(right))
            });
            let answer = live.apply(command.clone());
            prop_assert!(answer.is_err() || has != Some(false), "{command:?}");
            let _ = model.apply(command);
            for watcher in operators() {
                for line in live.monitored_chats(&watcher) {
                    let rights = model.rights(&watcher, line.chat());
                    prop_assert!(rights.contains(Right::Watch), "{watcher} watches {:?}", line.chat());
                    prop_assert_eq!(live.engine().rights(&watcher, line.chat()), rights);
                }
            }
        }
    }

    #[test]
    fn law_9_no_chat_is_watched_by_whom_an_exclusion_binds_that_holds(History(commands) in history()) {
        let (mut live, mut model) = (new_monitor(), Model::new());
        for command in commands {
            let _ = (live.apply(command.clone()), model.apply(command));
            for watcher in operators() {
                for line in live.monitored_chats(&watcher) {
                    prop_assert!(!model.is_excluded(&watcher, line.chat()), "{watcher} watches {:?}", line.chat());
                }
            }
        }
    }

    #[test]
    fn law_10_of_two_rules_with_a_sample_and_unless_it_exactly_one_matches(
        id in "[a-z0-9]{1,12}",
        salt in "[a-z0-9]{1,12}",
        share in 1..=1_000_000_u32,
        wider in 0..=1_000_000_u32,
        seed: u64,
    ) {
        let sample = Sample::new(share, &salt).unwrap();
        let by = |id, watcher: &str| Rule::new(parse(id), parse(watcher), with_operator("ken"));
        let (drawn, rest) = (by("r1", "hana").and(sample.clone().into()), by("r2", "hana").and_not(sample.into()));
        let bare = Chat::new(parse(&id)).attended_by(parse("ken"));
        // Nothing but the chat's id counts, of the chat or of the rule.
        let told = bare.clone().with_visitor(Visitor::new().with_ip([192, 0, 2, 7].into()))
            .with_departments(departments(&["sales"])).with_attributes(attributes(&[("tag", "vip")]));
        let mut verdicts = Vec::new();
        for engine in [MonitorEngine::new(), MonitorEngine::with_hash_seed(seed)] {
            let engine = with_hana_and_ken(engine);
            for chat in [&bare, &told] {
                let [drawn, rest] = [&drawn, &rest].map(|rule| engine.judge(rule, chat));
                prop_assert!(matches!(
                    (&drawn, &rest),
                    (Verdict::Granted, Verdict::NoMatch) | (Verdict::NoMatch, Verdict::Granted)
                ));
                verdicts.push(drawn);
            }
            let wider = Sample::new(share.saturating_add(wider).min(1_000_000), &salt).unwrap();
            let wider = engine.judge(&by("r3", "hana").and(wider.into()), &bare);
            prop_assert!(verdicts[0] != Verdict::Granted || wider == Verdict::Granted);
        }
        prop_assert!(verdicts.iter().all(|verdict| *verdict == verdicts[0]));
    }

    #[test]
    fn law_11_a_time_told_on_the_way_leaves_the_same_watches(
        History(commands) in history(),
        first in 0..8_u64,
        then in 0..8_u64,
    ) {
        let Run { live, .. } = run(new_monitor(), commands);
        let now = live.engine().now().unwrap_or_default();
        let [first, last] = [now + first, now + first + then].map(|now| Command::SetTime { now });
        let (slow, fast) = (run(live.clone(), [first, last.clone()]), run(live, [last]));
        prop_assert!(slow.answers.iter().chain(&fast.answers).all(|(_, answer)| answer.is_ok()));
        prop_assert_eq!(sorted(lists_of(&slow.live)), sorted(lists_of(&fast.live)));
        prop_assert_eq!(slow.live.engine(), fast.live.engine());
    }

    #[test]
    fn law_11_before_the_next_deadline_no_time_told_changes_a_watch(History(commands) in history()) {
        let mut live = new_monitor();
        for command in commands {
            let _ = live.apply(command);
            let now = live.engine().now();
            let deadline = live.engine().next_deadline();
            prop_assert!(deadline > now || deadline.is_none());
            // The window is open or closed all the time, so the first instant and the last say it.
            let last = deadline.map_or(Some(16), |deadline| deadline.checked_sub(1));
            for now in last.into_iter().chain(now).filter(|then| now.is_none_or(|now| now <= *then)) {
                prop_assert_eq!(live.clone().apply(Command::SetTime { now }), Ok(vec![]));
            }
        }
    }

    #[test]
    fn law_12_what_uses_nothing_new_is_decided_by_the_gates_of_before(History(commands) in history()) {
        let mut live = new_monitor();
        for command in commands.into_iter().filter_map(without_what_is_new) {
            let _ = live.apply(command);
            for chat in live.chats() {
                for (rule, verdict) in live.engine().explain(chat) {
                    prop_assert_eq!(verdict, verdict_of_before(live.engine(), rule, chat));
                }
            }
        }
        prop_assert_eq!(live.engine().next_deadline(), None);
    }
}

/// The seven gates that there were before there was anything else.
fn verdict_of_before(engine: &MonitorEngine, rule: &Rule, chat: &Chat) -> Verdict {
    let (watcher, policy) = (rule.watcher(), engine.policy());
    let holds = |criterion: &Criterion| match criterion {
        Criterion::Operator(operator) => chat.attends(operator),
        Criterion::VisitorIp(range) => chat.visitor().ip().is_some_and(|ip| range.contains(ip)),
        Criterion::VisitorEmail(pattern) => chat.visitor().email().is_some_and(|email| pattern.matches(email)),
        other => panic!("{other:?} is new"),
    };
    let monitors = |target: Option<&Role>| {
        let row = engine.role(watcher).and_then(|role| policy.permissions().row(role));
        row.is_some_and(|row| row.monitors().any(|role| target.is_none_or(|target| role == target)))
    };
    let joined = if policy.count_joined() { chat.joined() } else { &[] };
    let mut counted = chat.operators().iter().chain(joined);
    let above = counted.find(|operator| engine.role(operator).is_none() || !monitors(engine.role(operator)));
    if !rule.enabled() {
        Verdict::Disabled
    } else if !rule.when().iter().all(holds) {
        Verdict::NoMatch
    } else if !chat.monitoring_allowed() {
        Verdict::Forbidden
    } else if chat.attending().next().is_none() && !policy.watch_unattended() {
        Verdict::Unattended
    } else if !monitors(None) {
        Verdict::NoRights
    } else if chat.attends(watcher) {
        Verdict::OwnChat
    } else {
        above.cloned().map_or(Verdict::Granted, Verdict::NotPermitted)
    }
}

fn with_hana_and_ken(mut engine: MonitorEngine) -> MonitorEngine {
    for (operator, role) in [("hana", Role::Supervisor), ("ken", Role::Associate)] {
        engine.set_operator(parse::<OperatorId>(operator), role).unwrap();
    }
    engine
}

#[test]
fn a_role_that_nobody_named_is_none_of_before() {
    let command = Command::SetOperator { id: parse("ken"), operator: named("lead").into() };
    let expected = Command::SetOperator { id: parse("ken"), operator: Role::Supervisor.into() };
    assert_eq!(without_what_is_new(command), Some(expected));
}

/// The laws of what is written.
#[cfg(feature = "serde")]
mod written {
    use serde_json::{json, to_string, to_value};

    use super::*;

    /// The keys, roles and verdicts that there were not before.
    const NEW: [&str; 16] = [
        "\"departments\"",
        "\"attributes\"",
        "\"oversees\"",
        "\"unless\"",
        "\"window\"",
        "\"exclusions\"",
        "\"now\"",
        "\"monitors\"",
        "\"within\"",
        "\"rights\"",
        "\"unattended\":true",
        "\"hears_advice\"",
        "\"roles\"",
        "\"outside_window\"",
        "\"excluded\"",
        "\"out_of_scope\"",
    ];

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn law_12_what_uses_nothing_new_is_written_without_a_word_of_it(History(commands) in history()) {
            let mut live = chat_monitor::LiveMonitor::default();
            for command in commands.into_iter().filter_map(without_what_is_new) {
                let written = to_string(&command).unwrap();
                let answer = live.apply(command);
                let events = to_string(&answer.ok()).unwrap();
                for text in [&written, &events] {
                    prop_assert!(NEW.iter().all(|word| !text.contains(word)), "{text}");
                }
            }
            let text = to_string(&live).unwrap();
            prop_assert!(NEW.iter().all(|word| !text.contains(word)), "{text}");
            let saved = to_value(&live).unwrap();
            prop_assert_eq!((&saved["version"], &saved["engine"]["version"]), (&json!(1), &json!(1)));
        }
    }
}
