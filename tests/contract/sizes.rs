//! Sizes that somebody chose to hurt: what is asked for grows in proportion, and what is too long is refused by name.
//!
//! Counts of allocations and bytes are compared, never times; `cargo run --release -p sizes` has those, up to a million.

use std::fmt::Debug;

use allocation_counter::{AllocationInfo, measure};
use chat_monitor::{
    Chat, ChatId, Command, Criterion, Email, EmailPattern, Event, IpRange, LiveMonitor, MonitorEngine, OperatorId,
    Permissions, Policy, Role, Rule, RuleId, Visitor, WatcherBuffer,
};

use super::parse;

/// Ten times as much is at most so many times as many allocations and bytes: tables double, so at worst one of the two
/// has just done so.
const MOST: u64 = 20;

/// What a few tables and lists take, however little is in them.
const LITTLE: u64 = 4096;

/// Runs with `n` and with ten times as many, and compares what was allocated.
fn in_proportion(n: usize, run: impl Fn(usize)) {
    let [small, large] = [n, 10 * n].map(|n| measure(|| run(n)));
    let amounts = |info: AllocationInfo| [info.count_total, info.bytes_total, info.bytes_max];
    for (small, large) in amounts(small).into_iter().zip(amounts(large)) {
        assert!(large > 0, "nothing was counted");
        assert!(large <= MOST * small + LITTLE, "{small} at {n}, {large} at {}", 10 * n);
    }
}

fn id<T: std::str::FromStr<Err: Debug>>(name: &str, n: usize) -> T {
    parse(&format!("{name}-{n}"))
}

/// `ken` and `hana`, and so many others.
fn operators(n: usize, name: &str, role: Role) -> MonitorEngine {
    let mut engine = MonitorEngine::new();
    engine.set_operator(parse("ken"), Role::Associate).unwrap();
    engine.set_operator(parse("hana"), Role::Supervisor).unwrap();
    (0..n).for_each(|n| engine.set_operator(id(name, n), role.clone()).unwrap());
    engine
}

fn on(operator: &str) -> Criterion {
    Criterion::Operator(parse(operator))
}

/// How many may watch, asked in every way.
fn watchers(engine: &MonitorEngine, chat: &Chat) -> usize {
    let named = engine.watchers_for(chat).len();
    let mut buffer = WatcherBuffer::new();
    assert_eq!(engine.watchers_for_into(chat, &mut buffer).len(), named);
    named
}

fn apply(live: &mut LiveMonitor, command: Command) -> Vec<Event> {
    live.apply(command).unwrap()
}

#[test]
fn a_thousand_operators_attend_a_chat() {
    in_proportion(100, |n| {
        let mut engine = operators(n, "ken", Role::Associate);
        engine.add_rule(Rule::new(parse("r1"), parse("hana"), on(&format!("ken-{}", n - 1)))).unwrap();
        let chat = (0..n - 1).fold(Chat::new(parse("c1")), |chat, n| chat.attended_by(id("ken", n)));
        let mut live = LiveMonitor::new(engine);
        assert_eq!(apply(&mut live, Command::StartChat(chat)).len(), 0);
        assert_eq!(apply(&mut live, Command::Attend { chat: parse("c1"), operator: id("ken", n - 1) }).len(), 1);
        assert_eq!(apply(&mut live, Command::EndChat { chat: parse("c1") }).len(), 1);
    });
}

#[cfg(feature = "serde")]
#[test]
fn a_chat_of_ten_thousand_operators_is_read_and_decided() {
    in_proportion(1_000, |n| {
        let mut engine = operators(n, "ken", Role::Associate);
        engine.add_rule(Rule::new(parse("r1"), parse("hana"), on(&format!("ken-{}", n - 1)))).unwrap();
        let operators: Vec<OperatorId> = (0..n).map(|n| id("ken", n)).collect();
        let twice = serde_json::json!({ "id": "c1", "operators": operators, "joined": ["ken-0"] });
        let error = serde_json::from_value::<Chat>(twice).unwrap_err();
        assert_eq!(error.to_string(), "operator `ken-0` attends the chat twice");
        let chat = serde_json::from_value::<Chat>(serde_json::json!({ "id": "c1", "operators": operators })).unwrap();
        assert_eq!(chat.operators().len(), n);
        assert_eq!(watchers(&engine, &chat), 1);
    });
}

#[test]
fn a_rule_has_ten_thousand_criteria() {
    in_proportion(1_000, |n| {
        let mut engine = operators(0, "", Role::Associate);
        let network = |n: usize| Criterion::VisitorIp(parse(&format!("1.0.0.0/{}", 1 + n % 24)));
        let rule = (1..n).fold(Rule::new(parse("r1"), parse("hana"), network(0)), |rule, n| rule.and(network(n)));
        engine.add_rule(rule).unwrap();
        let chat = Chat::new(parse("c1")).attended_by(parse("ken"));
        assert_eq!(watchers(&engine, &chat), 0);
        let chat = chat.with_visitor(Visitor::new().with_ip([1, 0, 0, 7].into()));
        assert_eq!(watchers(&engine, &chat), 1);
        assert_eq!(engine.remove_rule(&parse("r1")).unwrap().when().len(), n);
    });
}

#[test]
fn ten_thousand_rules_are_on_one_operator_or_address() {
    for criterion in [on("ken"), Criterion::VisitorIp(parse("192.0.2.7"))] {
        in_proportion(1_000, |n| {
            let mut engine = operators(n, "hana", Role::Supervisor);
            for n in 0..n {
                engine.add_rule(Rule::new(id("r", n), id("hana", n), criterion.clone())).unwrap();
            }
            let visitor = Visitor::new().with_ip([192, 0, 2, 7].into());
            let mut live = LiveMonitor::new(engine);
            let chat = Chat::new(parse("c1")).attended_by(parse("ken")).with_visitor(visitor);
            assert_eq!(watchers(live.engine(), &chat), n);
            assert_eq!(apply(&mut live, Command::StartChat(chat)).len(), n);
            let removed = (0..n).rev().map(|n| Command::RemoveRule { rule: id("r", n) });
            let ended: usize = removed.map(|remove| apply(&mut live, remove).len()).sum();
            assert_eq!(ended, n);
        });
    }
}

#[test]
fn one_watcher_has_ten_thousand_rules() {
    in_proportion(1_000, |n| {
        let mut engine = operators(0, "", Role::Associate);
        for n in 0..n {
            engine.add_rule(Rule::new(id("r", n), parse("hana"), on("ken"))).unwrap();
        }
        let mut live = LiveMonitor::new(engine);
        apply(&mut live, Command::StartChat(Chat::new(parse("c1")).attended_by(parse("ken"))));
        for (role, events) in [(Role::Associate, 1), (Role::Administrator, 1), (Role::Supervisor, 0)] {
            let set = Command::SetOperator { id: parse("hana"), operator: role.into() };
            assert_eq!(apply(&mut live, set).len(), events);
        }
        assert_eq!(live.monitored_chats(&parse("hana")).next().unwrap().rules().len(), n);
    });
}

#[test]
fn one_operator_attends_ten_thousand_chats() {
    in_proportion(1_000, |n| {
        let mut live = LiveMonitor::new(operators(0, "", Role::Associate));
        for n in 0..n {
            let chat = Chat::new(ChatId::from(n as u64)).attended_by(parse("ken"));
            apply(&mut live, Command::StartChat(chat));
        }
        let rule = Rule::new(parse("r1"), parse("hana"), on("ken"));
        assert_eq!(apply(&mut live, Command::AddRule(rule)).len(), n);
        assert_eq!(apply(&mut live, Command::RemoveOperator { operator: parse("ken") }).len(), n);
        let back = Command::SetOperator { id: parse("ken"), operator: Role::Associate.into() };
        assert_eq!(apply(&mut live, back).len(), n);
        assert_eq!(live.monitored_chats(&parse("hana")).count(), n);
        let ended = (0..n).map(|n| apply(&mut live, Command::EndChat { chat: ChatId::from(n as u64) }).len());
        assert_eq!(ended.sum::<usize>(), n);
    });
}

/// Seen from the chat: 129 lengths of IPv6 networks around one address, or 33 of IPv4.
#[test]
fn networks_are_nested_as_deep_as_there_are_bits() {
    for (address, bits) in [("192.0.2.7", 32), ("2001:db8::7", 128)] {
        let mut engine = operators(0, "", Role::Associate);
        for length in 0..=bits {
            let network: IpRange = parse(&format!("{address}/{length}"));
            engine.add_rule(Rule::new(id("r", length), parse("hana"), Criterion::VisitorIp(network))).unwrap();
        }
        let mut live = LiveMonitor::new(engine);
        for n in 0..200 {
            let visitor = Visitor::new().with_ip(parse(address));
            let chat = Chat::new(ChatId::from(n)).attended_by(parse("ken")).with_visitor(visitor);
            let events = apply(&mut live, Command::StartChat(chat));
            assert!(matches!(&events[..], [Event::WatchStarted { rules, .. }] if rules.len() == bits + 1));
        }
        let narrowest = Command::RemoveRule { rule: id("r", bits) };
        assert_eq!(apply(&mut live, narrowest).len(), 200);
    }
}

#[test]
fn a_thousand_joined_operators_are_put_out_at_once() {
    in_proportion(100, |n| {
        let mut engine = operators(n, "hana", Role::Supervisor);
        let policy = Policy::default().with_count_joined(false);
        engine.set_policy(policy.clone()).unwrap();
        let mut live = LiveMonitor::new(engine);
        apply(&mut live, Command::StartChat(Chat::new(parse("c1")).attended_by(parse("ken"))));
        for n in 0..n {
            // A rule that is gone again once its watcher has joined leaves few to decide.
            apply(&mut live, Command::AddRule(Rule::new(parse("r1"), id("hana", n), on("ken"))));
            apply(&mut live, Command::Join { chat: parse("c1"), watcher: id("hana", n) });
            apply(&mut live, Command::RemoveRule { rule: parse("r1") });
        }
        let policy = policy.with_permissions(Permissions::none());
        let events = apply(&mut live, Command::SetPolicy(policy));
        let left: Vec<_> = events.iter().filter(|event| matches!(event, Event::Left { .. })).collect();
        assert_eq!(left.len(), n);
        assert!(matches!(left[n - 1], Event::Left { operator, .. } if *operator == id::<OperatorId>("hana", n - 1)));
        assert_eq!(live.chat(&parse("c1")).unwrap().joined().len(), 0);
    });
}

/// Chats that come and go leave nothing behind.
#[test]
fn a_log_of_ten_thousand_commands_holds_no_memory() {
    let held = |commands: usize| {
        let mut live = LiveMonitor::new(operators(0, "", Role::Associate));
        apply(&mut live, Command::AddRule(Rule::new(parse("r1"), parse("hana"), on("ken"))));
        let run = |live: &mut LiveMonitor, from: usize, to: usize| {
            for n in from..to {
                let visitor = Visitor::new().with_email(parse(&format!("visitor-{n}@example.com")));
                let chat = Chat::new(ChatId::from(n as u64)).attended_by(parse("ken")).with_visitor(visitor);
                apply(live, Command::StartChat(chat));
                apply(live, Command::EndChat { chat: ChatId::from(n as u64) });
            }
        };
        run(&mut live, 0, 100);
        measure(|| run(&mut live, 100, 100 + commands / 2))
    };
    let (few, many) = (held(1_000), held(10_000));
    assert!(many.count_total > 9 * few.count_total);
    assert!(many.bytes_max < few.bytes_max + LITTLE, "{} and {}", few.bytes_max, many.bytes_max);
    assert!(many.bytes_current < LITTLE as i64, "{} bytes are left", many.bytes_current);
}

#[test]
fn ids_of_the_full_length_differ_in_their_last_byte() {
    let long = |last: char| format!("{}{last}", "x".repeat(255));
    let mut engine = operators(0, "", Role::Associate);
    let letters: Vec<char> = ('!'..='~').collect();
    for &last in &letters {
        engine.set_operator(parse(&long(last)), Role::Associate).unwrap();
        engine.add_rule(Rule::new(parse(&long(last)), parse("hana"), on(&long(last)))).unwrap();
    }
    assert_eq!(engine.operators().count(), letters.len() + 2);
    for &last in &letters {
        let found = engine.watchers_for(&Chat::new(parse(&long(last))).attended_by(parse(&long(last))));
        assert_eq!(found[0].rules(), [parse::<RuleId>(&long(last))]);
    }
}

/// The limits that the crate sets: 256 bytes of an id; 254 of an email, 64 of them before the `@`.
#[test]
fn what_is_too_long_is_refused_by_name() {
    for (length, accepted) in [(256, true), (257, false)] {
        let text = "é".repeat(128) + &"x".repeat(length - 256);
        assert_eq!(text.parse::<OperatorId>().is_ok(), accepted);
        assert_eq!(text.parse::<ChatId>().is_ok(), accepted);
        assert_eq!(text.parse::<RuleId>().is_ok(), accepted);
    }
    let error = "x".repeat(257).parse::<RuleId>().unwrap_err();
    assert_eq!(error.to_string(), "expected an id of 1 to 256 bytes");

    let email = |local: usize, labels: usize, last: usize| {
        format!("{}@{}{}.jp", "m".repeat(local), format!("{}.", "d".repeat(61)).repeat(labels), "d".repeat(last))
    };
    assert_eq!(email(64, 2, 61).len(), 253);
    for (text, accepted) in
        [(email(64, 2, 61), true), (email(64, 2, 62), true), (email(64, 2, 63), false), (email(65, 1, 1), false)]
    {
        assert_eq!(text.parse::<Email>().is_ok(), accepted, "{} bytes", text.len());
        assert_eq!(text.parse::<EmailPattern>().is_ok(), accepted, "{} bytes", text.len());
    }
    let error = email(65, 1, 1).parse::<Email>().unwrap_err();
    assert_eq!(error.to_string(), "expected an email address of at most 254 bytes, 64 of them before the `@`");
}

/// Wrong input is given up where it is known to be wrong: nothing is copied of a text that is too long.
#[test]
fn a_megabyte_of_nonsense_costs_no_more_than_a_kilobyte() {
    fn cost<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> u64 {
        measure(|| assert!(text.parse::<T>().err().unwrap().to_string().len() < 200)).bytes_total
    }
    let costs: [fn(&str) -> u64; 5] =
        [cost::<OperatorId>, cost::<ChatId>, cost::<RuleId>, cost::<Email>, cost::<EmailPattern>];
    for unit in ["x", "é", "@", ".", "xn--", "。"] {
        let [small, large] = [2_000, 1_000_000].map(|n| unit.repeat(n));
        for cost in costs {
            assert_eq!(cost(&large), cost(&small), "{unit}");
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn long_or_deep_json_is_given_up_in_few_bytes() {
    let nonsense = |n: usize| {
        let long = "x".repeat(n);
        [
            format!(r#"{{"end_chat":{{"chat":"{long}"}}}}"#),
            format!(r#"{{"set_visitor":{{"chat":"c1","visitor":{{"email":"{long}@example.com"}}}}}}"#),
            format!(r#"{{"set_visitor":{{"chat":"c1","visitor":{{"ip":"{long}"}}}}}}"#),
            format!(r#"{{"end_chat":{{"{long}":1}}}}"#),
            format!(r#"{{"{long}":1}}"#),
            format!(r#"{{"add_rule":{}"#, "[".repeat(n)),
            r#"{"add_rule":"#.repeat(n),
            format!(r#"{{"end_chat":{{"chat":{}}}}}"#, "[".repeat(n)),
        ]
    };
    for (small, large) in nonsense(1_000).iter().zip(&nonsense(300_000)) {
        let [small, large] = [small, large].map(|text| {
            measure(|| {
                let error = serde_json::from_str::<Command>(text).unwrap_err().to_string();
                assert!(error.len() < 400, "an error of {} bytes", error.len());
            })
        });
        // A column is written in more digits.
        assert!(large.bytes_total <= small.bytes_total + 100, "{} and {}", small.bytes_total, large.bytes_total);
    }
}
