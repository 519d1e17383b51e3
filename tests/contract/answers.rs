//! The quick answers are the named ones without the rules.

use std::collections::BTreeSet;

use chat_monitor::{
    Chat, Criterion, MonitorEngine, OperatorId, Permissions, Policy, Role, Rule, RuleId, Visitor, WatcherBuffer,
};
use proptest::collection::vec;
use proptest::prelude::*;

use super::laws::run;
use super::parse;
use super::worlds::{Age, after, chats, histories};

fn named(engine: &MonitorEngine, chat: &Chat) -> BTreeSet<OperatorId> {
    engine.watchers_for(chat).iter().map(|watcher| watcher.operator().clone()).collect()
}

/// The quick answer, each watcher of which must stand there once.
fn quick(engine: &MonitorEngine, chat: &Chat, buffer: &mut WatcherBuffer) -> BTreeSet<OperatorId> {
    let granted = engine.watchers_for_into(chat, buffer);
    let watchers: BTreeSet<_> = granted.iter().cloned().collect();
    assert_eq!(granted.len(), watchers.len());
    assert_eq!(granted.is_empty(), watchers.is_empty());
    watchers
}

#[test]
fn the_quick_answer_is_the_named_one_without_the_rules() {
    run(500, (histories(Age::New), vec(chats(Age::New), 40)), |(history, chats)| {
        let (engine, _) = after(&history);
        let mut buffer = WatcherBuffer::new();
        let expected: Vec<_> = chats.iter().map(|chat| named(&engine, chat)).collect();
        let found: Vec<_> = chats.iter().map(|chat| quick(&engine, chat, &mut buffer)).collect();
        prop_assert_eq!(&found, &expected);
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
        engine.set_operator(parse("ken"), Role::Associate).unwrap();
        let watcher = |n: usize| -> OperatorId { parse(&format!("watcher-{n}")) };
        // Steered: of people whose roles came by chance alone, too few would watch at once.
        (0..40).for_each(|n| engine.set_operator(watcher(n), Role::Supervisor).unwrap());
        let rule = |n: usize, copy: usize| -> RuleId { parse(&format!("rule-{n}-{copy}")) };
        let chat = Chat::new(parse("c1")).attended_by(parse("ken"));
        let mut buffer = WatcherBuffer::new();
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
                Change::Rank { watcher: n, role: Some(role) } => engine.set_operator(watcher(n), role).unwrap(),
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
    engine.set_operator(parse("ken"), Role::Associate).unwrap();
    engine.set_operator(parse("hana"), Role::Supervisor).unwrap();
    let chat = Chat::new(parse("c1")).attended_by(parse("ken"));
    let mut buffer = WatcherBuffer::new();
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
    let visitor = Visitor::new().with_ip(parse("192.0.2.7")).with_email(parse("mika@example.com"));
    let mut buffer = WatcherBuffer::new();
    for size in [1, 2, 3, 4, 8, 9, 16, 17, 40, 300] {
        let mut engine = MonitorEngine::new();
        let watcher = |n: usize| parse::<OperatorId>(&format!("hana-{n}"));
        operators.iter().for_each(|operator| engine.set_operator(operator.clone(), Role::Associate).unwrap());
        (0..5 * size).for_each(|n| engine.set_operator(watcher(n), Role::Supervisor).unwrap());
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
            .flat_map(|chat| [chat.clone(), chat.with_visitor(visitor.clone())])
            .collect();
        let meets = |key: &Criterion, chat: &Chat| match key {
            Criterion::Operator(operator) => chat.attends(operator),
            _ => *chat.visitor() == visitor,
        };
        let expected: Vec<BTreeSet<OperatorId>> = chats
            .iter()
            .map(|chat| {
                let holds = |key: &usize| meets(&keys[*key], chat) && !chat.operators().is_empty();
                (0..keys.len()).filter(holds).flat_map(of_key).map(watcher).collect()
            })
            .collect();
        for (chat, expected) in chats.iter().zip(&expected) {
            assert_eq!(quick(&engine, chat, &mut buffer), *expected, "{size}: {chat:?}");
            assert_eq!(named(&engine, chat), *expected, "{size}: {chat:?}");
        }
    }
}

/// Those who attend are taken out of an answer that is full of others.
#[test]
fn nobody_is_in_the_answer_for_a_chat_that_they_attend() {
    let permissions = Permissions::default().with(Role::Supervisor, Role::Supervisor, true).unwrap();
    let policy = Policy::default().with_permissions(permissions);
    let mut buffer = WatcherBuffer::new();
    for size in [1, 2, 3, 16, 17, 60] {
        let mut engine = MonitorEngine::new();
        engine.set_policy(policy.clone()).unwrap();
        let watchers: Vec<OperatorId> = (0..size).map(|n| parse(&format!("hana-{n}"))).collect();
        for watcher in &watchers {
            engine.set_operator(watcher.clone(), Role::Supervisor).unwrap();
            let id = parse(watcher.as_str());
            engine.add_rule(Rule::new(id, watcher.clone(), Criterion::VisitorEmail(parse("*@example.com")))).unwrap();
        }
        let visitor = Visitor::new().with_email(parse("mika@example.com"));
        let mut chat = Chat::new(parse("c1")).with_visitor(visitor);
        for (n, watcher) in watchers.iter().enumerate() {
            chat = if n % 2 == 0 { chat.attended_by(watcher.clone()) } else { chat.joined_by(watcher.clone()) };
            let others: BTreeSet<_> = watchers[n + 1..].iter().cloned().collect();
            assert_eq!(quick(&engine, &chat, &mut buffer), others, "{size}, {n}");
            assert_eq!(named(&engine, &chat), others, "{size}, {n}");
        }
    }
}

#[test]
fn a_warm_buffer_allocates_nothing() {
    let cold_ones = std::cell::Cell::new(0);
    run(20, (histories(Age::Old), vec(chats(Age::Old), 40)), |(history, chats)| {
        let (engine, _) = after(&history);
        let mut buffer = WatcherBuffer::new();
        let ask = |buffer: &mut WatcherBuffer| -> usize {
            chats.iter().map(|chat| engine.watchers_for_into(chat, buffer).len()).sum()
        };
        let cold = allocation_counter::measure(|| {
            ask(&mut buffer);
        });
        let warm = allocation_counter::measure(|| {
            ask(&mut buffer);
        });
        cold_ones.set(cold_ones.get() + cold.count_total);
        prop_assert_eq!(warm.count_total, 0);
        Ok(())
    });
    assert!(cold_ones.get() > 5, "{cold_ones:?}");
}

/// So many supervisors watch ken, and somebody else is watched by nobody.
fn watching_ken(watchers: u64) -> MonitorEngine {
    let mut engine = MonitorEngine::new();
    ["ken", "taro"].into_iter().for_each(|operator| engine.set_operator(parse(operator), Role::Associate).unwrap());
    for n in 0..watchers {
        engine.set_operator(n.into(), Role::Supervisor).unwrap();
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
            assert_eq!(engine.watchers_for_into(&chat, &mut WatcherBuffer::new()).len(), 100);
        });
        // The answer itself.
        assert_eq!(allocated.count_total, 1, "{chat:?}");
    }
}

#[test]
fn a_table_of_who_attends_is_made_only_for_many_who_are_asked_about_often() {
    let tables = |attending: u64, questions: usize| {
        let mut engine = watching_ken(0);
        engine.set_operator(parse("hana"), Role::Supervisor).unwrap();
        let on = |operator| Criterion::Operator(parse(operator));
        let rule = Rule::new(parse("r1"), parse("hana"), on("ken"));
        // Only taro, the last to be asked about, does not attend.
        let rule = (2..questions).fold(rule, |rule, _| rule.and(on("ken"))).and(on("taro"));
        engine.add_rule(rule).unwrap();
        (0..attending).for_each(|n| engine.set_operator(n.into(), Role::Associate).unwrap());
        let chat = Chat::new(parse("c1")).attended_by(parse("ken"));
        let chat = (1..attending).fold(chat, |chat, n| chat.attended_by(n.into()));
        let mut buffer = WatcherBuffer::new();
        allocation_counter::measure(|| assert!(engine.watchers_for_into(&chat, &mut buffer).is_empty())).count_total
    };
    assert_eq!([tables(8, 100), tables(9, 8), tables(9, 9), tables(9, 100)], [0, 0, 1, 1]);
}

#[test]
fn few_watchers_are_compared_without_memory_for_it() {
    let allocations = |ken: u64, taro: u64| {
        let mut engine = watching_ken(ken);
        engine.set_operator(parse("emi"), Role::Associate).unwrap();
        for n in 0..100 {
            engine.set_operator(n.into(), Role::Supervisor).unwrap();
            let on = |operator| Criterion::Operator(parse(operator));
            engine.add_rule(Rule::new((1_000 + n).into(), n.into(), on("emi"))).unwrap();
            if n < taro {
                engine.add_rule(Rule::new((2_000 + n).into(), n.into(), on("taro"))).unwrap();
            }
        }
        let emi = Chat::new(parse("c1")).attended_by(parse("emi"));
        let both = Chat::new(parse("c1")).attended_by(parse("ken")).attended_by(parse("taro"));
        let mut buffer = WatcherBuffer::new();
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
