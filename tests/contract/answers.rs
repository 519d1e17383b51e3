//! The quick answers are the named ones without the rules.

use std::collections::BTreeSet;

use chat_monitor::{Chat, Criterion, MonitorEngine, OperatorId, Policy, Role, Rule, RuleId, Visitor, Watchers};
use proptest::collection::vec;
use proptest::prelude::*;

use super::laws::{after, chats, histories, run};
use super::parse;

fn named(engine: &MonitorEngine, chat: &Chat) -> BTreeSet<OperatorId> {
    engine.watchers_for(chat).iter().map(|watcher| watcher.operator().clone()).collect()
}

/// The quick answer, each watcher of which must stand there once.
fn quick(engine: &MonitorEngine, chat: &Chat, buffer: &mut Watchers) -> BTreeSet<OperatorId> {
    let granted = engine.watchers_for_into(chat, buffer);
    let watchers: BTreeSet<_> = granted.iter().cloned().collect();
    assert_eq!(granted.len(), watchers.len());
    assert_eq!(granted.is_empty(), watchers.is_empty());
    watchers
}

#[test]
fn the_quick_answer_is_the_named_one_without_the_rules() {
    run(500, (histories(), vec(chats(), 40)), |(history, chats)| {
        let (engine, _) = after(&history);
        let mut buffer = Watchers::new();
        let expected: Vec<_> = chats.iter().map(|chat| named(&engine, chat)).collect();
        let found: Vec<_> = chats.iter().map(|chat| quick(&engine, chat, &mut buffer)).collect();
        prop_assert_eq!(&found, &expected);
        let many: Vec<BTreeSet<OperatorId>> =
            engine.watchers_for_many(&chats, &mut buffer).map(|granted| granted.iter().cloned().collect()).collect();
        prop_assert_eq!(&many, &expected);
        Ok(())
    });
}

/// One change in a world where many watch the same operator.
#[derive(Clone, Debug)]
enum Change {
    /// Adds a rule of a watcher, or removes the one that there is.
    Toggle {
        watcher: usize,
        copy: usize,
    },
    Switch {
        watcher: usize,
        copy: usize,
        enabled: bool,
    },
    Rank {
        watcher: usize,
        role: Option<Role>,
    },
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let watcher = || 0..40_usize;
    let role = prop_oneof![3 => Just(Some(Role::Supervisor)), 1 => Just(Some(Role::Administrator)),
        1 => Just(Some(Role::Associate)), 1 => Just(None)];
    let change = prop_oneof![
        6 => (watcher(), 0..2_usize).prop_map(|(watcher, copy)| Change::Toggle { watcher, copy }),
        2 => (watcher(), 0..2_usize, any::<bool>())
            .prop_map(|(watcher, copy, enabled)| Change::Switch { watcher, copy, enabled }),
        2 => (watcher(), role).prop_map(|(watcher, role)| Change::Rank { watcher, role }),
    ];
    vec(change, 200)
}

/// Lists of watchers change their form as they grow; whatever the form, they say what the rules say.
#[test]
fn however_many_watch_an_operator_the_answers_agree() {
    let most = std::cell::Cell::new(0);
    run(60, changes(), |changes| {
        let mut engine = MonitorEngine::new();
        engine.set_operator(parse("ken"), Role::Associate);
        let watcher = |n: usize| -> OperatorId { parse(&format!("watcher-{n}")) };
        // Steered: of people whose roles came by chance alone, too few would watch at once.
        (0..40).for_each(|n| engine.set_operator(watcher(n), Role::Supervisor));
        let rule = |n: usize, copy: usize| -> RuleId { parse(&format!("rule-{n}-{copy}")) };
        let chat = Chat::new(parse("c1")).attended_by(parse("ken"));
        let mut buffer = Watchers::new();
        for change in changes {
            match change {
                Change::Toggle { watcher: n, copy } => {
                    if engine.remove_rule(&rule(n, copy)).is_err() {
                        let rule = Rule::new(rule(n, copy), watcher(n), Criterion::Operator(parse("ken")));
                        prop_assert_eq!(engine.load_rule(rule), Ok(()));
                    }
                }
                Change::Switch { watcher, copy, enabled } => {
                    let _ = engine.set_rule_enabled(&rule(watcher, copy), enabled);
                }
                Change::Rank { watcher: n, role: Some(role) } => engine.set_operator(watcher(n), role),
                Change::Rank { watcher: n, role: None } => {
                    let _ = engine.remove_operator(&watcher(n));
                }
            }
            let expected = named(&engine, &chat);
            most.set(most.get().max(expected.len()));
            prop_assert_eq!(quick(&engine, &chat, &mut buffer), expected);
        }
        Ok(())
    });
    assert!(most.get() > 16, "never more than {} watchers", most.get());
}

/// More rules of one watcher than a short list can count, added and taken away again.
#[test]
fn a_watcher_stays_until_the_last_of_their_rules_goes() {
    let mut engine = MonitorEngine::new();
    engine.set_operator(parse("ken"), Role::Associate);
    engine.set_operator(parse("hana"), Role::Supervisor);
    let chat = Chat::new(parse("c1")).attended_by(parse("ken"));
    let mut buffer = Watchers::new();
    for n in 0..600 {
        engine.add_rule(Rule::new(RuleId::from(n), parse("hana"), Criterion::Operator(parse("ken")))).unwrap();
    }
    for n in 0..600 {
        assert_eq!(quick(&engine, &chat, &mut buffer), BTreeSet::from([parse("hana")]));
        engine.remove_rule(&RuleId::from(n)).unwrap();
    }
    assert_eq!(quick(&engine, &chat, &mut buffer), BTreeSet::new());
}

/// Each key of a chat has `size` watchers, some of them the same, so that an answer is put together of all.
#[test]
fn whoever_watches_by_several_keys_stands_in_the_answer_once() {
    let ip = |ip: &str| Criterion::VisitorIp(parse(ip));
    let email = |pattern: &str| Criterion::VisitorEmail(parse(pattern));
    let operators: Vec<OperatorId> = (0..6).map(|n| parse(&format!("ken-{n}"))).collect();
    let mut keys: Vec<Criterion> = operators.iter().cloned().map(Criterion::Operator).collect();
    keys.extend([
        email("mika@example.com"),
        email("*@example.com"),
        ip("192.0.2.7"),
        ip("192.0.2.0/24"),
        ip("0.0.0.0/0"),
    ]);
    let visitor = Visitor::new().ip(parse("192.0.2.7")).email(parse("mika@example.com"));
    let mut buffer = Watchers::new();
    for size in [1, 2, 3, 4, 8, 9, 16, 17, 40, 300] {
        let mut engine = MonitorEngine::new();
        let watcher = |n: usize| parse::<OperatorId>(&format!("hana-{n}"));
        operators.iter().for_each(|operator| engine.set_operator(operator.clone(), Role::Associate));
        (0..5 * size).for_each(|n| engine.set_operator(watcher(n), Role::Supervisor));
        let of_key = |key: usize| (key * size / 3)..(key * size / 3 + size);
        for (key, criterion) in keys.iter().enumerate() {
            for n in of_key(key) {
                let id = parse(&format!("{key}-{n}"));
                engine.add_rule(Rule::new(id, watcher(n), criterion.clone())).unwrap();
            }
        }
        let bare = Chat::new(parse("bare"));
        let chats: Vec<Chat> = (0..=6)
            .map(|attending| operators[..attending].iter().cloned().fold(bare.clone(), Chat::attended_by))
            .flat_map(|chat| [chat.clone(), chat.visitor(visitor.clone())])
            .collect();
        let expected: Vec<BTreeSet<OperatorId>> = chats
            .iter()
            .map(|chat| {
                let holds = |key: &usize| keys[*key].holds_for(chat) && !chat.operators().is_empty();
                (0..keys.len()).filter(holds).flat_map(of_key).map(watcher).collect()
            })
            .collect();
        for (chat, expected) in chats.iter().zip(&expected) {
            assert_eq!(quick(&engine, chat, &mut buffer), *expected, "{size}: {chat:?}");
            assert_eq!(named(&engine, chat), *expected, "{size}: {chat:?}");
        }
        // More chats than are looked up at a time.
        let many: Vec<_> = chats.iter().cycle().take(50).cloned().collect();
        let found: Vec<Vec<_>> =
            engine.watchers_for_many(&many, &mut buffer).map(|granted| granted.iter().cloned().collect()).collect();
        assert_eq!(found.len(), many.len());
        for (found, expected) in found.iter().zip(expected.iter().cycle()) {
            assert_eq!(found.len(), expected.len());
            assert!(found.iter().all(|watcher| expected.contains(watcher)));
        }
    }
}

/// Those who attend are taken out of an answer that is full of others.
#[test]
fn nobody_is_in_the_answer_for_a_chat_that_they_attend() {
    let mut policy = Policy::default();
    policy.permissions = policy.permissions.with(Role::Supervisor, Role::Supervisor, true);
    let mut buffer = Watchers::new();
    for size in [1, 2, 3, 16, 17, 60] {
        let mut engine = MonitorEngine::new();
        engine.set_policy(policy);
        let watchers: Vec<OperatorId> = (0..size).map(|n| parse(&format!("hana-{n}"))).collect();
        for watcher in &watchers {
            engine.set_operator(watcher.clone(), Role::Supervisor);
            let id = parse(watcher.as_str());
            engine.add_rule(Rule::new(id, watcher.clone(), Criterion::VisitorEmail(parse("*@example.com")))).unwrap();
        }
        let visitor = Visitor::new().email(parse("mika@example.com"));
        let mut chat = Chat::new(parse("c1")).visitor(visitor);
        for (n, watcher) in watchers.iter().enumerate() {
            chat = if n % 2 == 0 { chat.attended_by(watcher.clone()) } else { chat.joined_by(watcher.clone()) };
            let others: BTreeSet<_> = watchers[n + 1..].iter().cloned().collect();
            assert_eq!(quick(&engine, &chat, &mut buffer), others, "{size}, {n}");
            assert_eq!(named(&engine, &chat), others, "{size}, {n}");
            let twice = [chat.clone(), chat.clone()];
            let counts: Vec<_> = engine.watchers_for_many(&twice, &mut buffer).map(|granted| granted.len()).collect();
            assert_eq!(counts, [others.len(); 2]);
        }
    }
}

#[test]
fn a_warm_buffer_allocates_nothing() {
    run(20, (histories(), vec(chats(), 40)), |(history, chats)| {
        let (engine, _) = after(&history);
        let mut buffer = Watchers::new();
        let ask = |buffer: &mut Watchers| {
            let one: usize = chats.iter().map(|chat| engine.watchers_for_into(chat, buffer).len()).sum();
            let many: usize = engine.watchers_for_many(&chats, buffer).map(|granted| granted.len()).sum();
            (one, many)
        };
        let cold = allocation_counter::measure(|| {
            ask(&mut buffer);
        });
        let warm = allocation_counter::measure(|| {
            ask(&mut buffer);
        });
        prop_assert!(cold.count_total > 0);
        prop_assert_eq!(warm.count_total, 0);
        Ok(())
    });
}

/// So many supervisors watch ken, and somebody else is watched by nobody.
fn watching_ken(watchers: u64) -> MonitorEngine {
    let mut engine = MonitorEngine::new();
    ["ken", "taro"].into_iter().for_each(|operator| engine.set_operator(parse(operator), Role::Associate));
    for n in 0..watchers {
        engine.set_operator(n.into(), Role::Supervisor);
        engine.add_rule(Rule::new(n.into(), n.into(), Criterion::Operator(parse("ken")))).unwrap();
    }
    engine
}

#[test]
fn an_answer_of_one_key_is_copied_and_not_searched_for_doubles() {
    let engine = watching_ken(100);
    let given_to =
        |operators: [&str; 2]| operators.map(parse).into_iter().fold(Chat::new(parse("c1")), Chat::attended_by);
    for chat in [given_to(["ken", "taro"]), given_to(["taro", "ken"])] {
        let allocated = allocation_counter::measure(|| {
            assert_eq!(engine.watchers_for_into(&chat, &mut Watchers::new()).len(), 100);
        });
        // The answer itself.
        assert_eq!(allocated.count_total, 1, "{chat:?}");
    }
}

#[test]
fn a_table_of_who_attends_is_made_only_for_many_who_are_asked_about_often() {
    let tables = |attending: u64, questions: usize| {
        let mut engine = watching_ken(0);
        engine.set_operator(parse("hana"), Role::Supervisor);
        let on = |operator| Criterion::Operator(parse(operator));
        let rule = Rule::new(parse("r1"), parse("hana"), on("ken"));
        // Only taro, the last to be asked about, does not attend.
        let rule = (2..questions).fold(rule, |rule, _| rule.and(on("ken"))).and(on("taro"));
        engine.add_rule(rule).unwrap();
        (0..attending).for_each(|n| engine.set_operator(n.into(), Role::Associate));
        let chat = Chat::new(parse("c1")).attended_by(parse("ken"));
        let chat = (1..attending).fold(chat, |chat, n| chat.attended_by(n.into()));
        let mut buffer = Watchers::new();
        allocation_counter::measure(|| assert!(engine.watchers_for_into(&chat, &mut buffer).is_empty())).count_total
    };
    assert_eq!([tables(8, 100), tables(9, 8), tables(9, 9), tables(9, 100)], [0, 0, 1, 1]);
}

#[test]
fn few_watchers_are_compared_without_memory_for_it() {
    let allocations = |ken: u64, taro: u64| {
        let mut engine = watching_ken(ken);
        engine.set_operator(parse("emi"), Role::Associate);
        for n in 0..100 {
            engine.set_operator(n.into(), Role::Supervisor);
            let on = |operator| Criterion::Operator(parse(operator));
            engine.add_rule(Rule::new((1_000 + n).into(), n.into(), on("emi"))).unwrap();
            if n < taro {
                engine.add_rule(Rule::new((2_000 + n).into(), n.into(), on("taro"))).unwrap();
            }
        }
        let emi = Chat::new(parse("c1")).attended_by(parse("emi"));
        let both = Chat::new(parse("c1")).attended_by(parse("ken")).attended_by(parse("taro"));
        let mut buffer = Watchers::new();
        assert_eq!(engine.watchers_for_into(&emi, &mut buffer).len(), 100);
        let most = ken.max(taro) as usize;
        allocation_counter::measure(|| assert_eq!(engine.watchers_for_into(&both, &mut buffer).len(), most)).count_total
    };
    assert_eq!([allocations(8, 8), allocations(9, 8), allocations(8, 9)], [0, 1, 1]);
}

#[test]
fn the_watchers_of_a_key_take_memory_of_their_own_from_the_third_and_give_it_back() {
    let mut engine = watching_ken(40);
    let ids: Vec<RuleId> = (0..40).map(RuleId::from).collect();
    let mut switch = |n: usize, on| engine.set_rule_enabled(&ids[n], on).unwrap();
    (0..40).for_each(|n| switch(n, false));
    let allocations: Vec<u64> = (0..40).map(|n| allocation_counter::measure(|| switch(n, true)).count_total).collect();
    assert_eq!(allocations[..16], [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert!(allocations[16] > 1 && allocations[17..].contains(&0), "{allocations:?}");
    let twice = allocation_counter::measure(|| {
        (0..40).for_each(|n| switch(n, false));
        [2, 20].into_iter().for_each(|most| {
            (0..most).for_each(|n| switch(n, true));
            (0..most).for_each(|n| switch(n, false));
        });
        (0..40).for_each(|n| switch(n, true));
    });
    assert_eq!(twice.count_current, 0, "{twice:?}");
}
