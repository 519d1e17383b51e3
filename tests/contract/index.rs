//! The index: whatever a rule is filed under, it is found there, and forgotten when it goes.

use std::collections::BTreeSet;
use std::net::IpAddr;

use chat_monitor::Role::{Associate, Supervisor};
use chat_monitor::{
    Chat, Criterion, IpRange, MonitorEngine, OperatorId, Rule, RuleId, UnknownOperator, UnknownRule, Visitor,
    WatcherBuffer,
};

use super::engine::{chat, operator_rule, staffed, watched_by, watchers};
use super::parse;

#[test]
fn every_way_to_file_a_rule_finds_it_and_forgets_it() {
    let visitor = Visitor::new().with_ip("192.0.2.7".parse().unwrap()).with_email(parse("mika@example.com"));
    let chat = Chat::new(parse("c1")).with_visitor(visitor).attended_by(parse("ken")).joined_by(parse("taro"));
    let mut engine = staffed();
    let criteria = [
        Criterion::Operator(parse("ken")),
        Criterion::Operator(parse("taro")),
        Criterion::VisitorIp(parse("192.0.2.7")),
        Criterion::VisitorIp(parse("192.0.2.0/24")),
        Criterion::VisitorIp(parse("0.0.0.0/0")),
        Criterion::VisitorEmail(parse("mika@example.com")),
        Criterion::VisitorEmail(parse("*@example.com")),
    ];
    // Two of each, so that one taken out must leave the other.
    for (n, criterion) in criteria.iter().chain(&criteria).enumerate() {
        engine.add_rule(Rule::new(RuleId::from(n as u64), parse("hana"), criterion.clone())).unwrap();
    }
    for left in (0..14).rev() {
        assert_eq!(engine.watchers_for(&chat)[0].rules().len(), left + 1);
        engine.remove_rule(&RuleId::from(13 - left as u64)).unwrap();
    }
    assert_eq!(watchers(&engine, &chat), []);
}

#[test]
fn a_network_removed_takes_no_other_of_its_length_along() {
    let mut engine = staffed();
    for (id, range) in [("r1", "198.51.100.0/24"), ("r2", "192.0.2.0/24"), ("r3", "192.0.2.0/24")] {
        engine.add_rule(Rule::new(parse(id), parse("hana"), Criterion::VisitorIp(parse(range)))).unwrap();
    }
    let chat = chat().with_visitor(Visitor::new().with_ip("192.0.2.7".parse().unwrap()));
    engine.remove_rule(&parse("r1")).unwrap();
    assert_eq!(watchers(&engine, &chat), watched_by(&[("hana", &["r2", "r3"])]));
    engine.remove_rule(&parse("r2")).unwrap();
    assert_eq!(watchers(&engine, &chat), watched_by(&[("hana", &["r3"])]));
}

/// Rules on every network around one address: an address that leaves it at some bit lies in all that are wider.
#[test]
fn a_network_of_every_length_is_found_and_forgotten() {
    for (address, bits) in [("192.0.2.7", 32_u8), ("2001:db8:1234:5678:9abc:def0:1357:9bdf", 128)] {
        let address: IpAddr = parse(address);
        let leaving_at = |bit: u8| match address {
            IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() ^ (1 << 31 >> bit)).into()),
            IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() ^ (1 << 127 >> bit)).into()),
        };
        let mut engine = staffed();
        for length in 0..=bits {
            let range = Criterion::VisitorIp(IpRange::new(address, length).unwrap());
            engine.add_rule(Rule::new(u64::from(length).into(), parse("hana"), range)).unwrap();
        }
        let check = |engine: &MonitorEngine, lengths: &[u8]| {
            for bit in 0..bits {
                let chat = Chat::new(parse("c1"))
                    .attended_by(parse("ken"))
                    .with_visitor(Visitor::new().with_ip(leaving_at(bit)));
                let held: Vec<_> = lengths.iter().filter(|length| **length <= bit).map(u8::to_string).collect();
                let watchers = watchers(engine, &chat);
                let rules = watchers.first().map(|(_, rules)| rules.clone()).unwrap_or_default();
                assert_eq!(rules, held, "{address} but for bit {bit}");
                let mut buffer = WatcherBuffer::new();
                assert_eq!(engine.watchers_for_into(&chat, &mut buffer).len(), watchers.len());
            }
        };
        let (kept, removed): (Vec<u8>, Vec<u8>) = (0..=bits).partition(|length| length % 3 == 1);
        check(&engine, &(0..=bits).collect::<Vec<_>>());
        for length in removed {
            engine.remove_rule(&u64::from(length).into()).unwrap();
        }
        check(&engine, &kept);
        for length in kept {
            engine.remove_rule(&u64::from(length).into()).unwrap();
        }
        check(&engine, &[]);
    }
}

#[test]
fn a_network_removed_takes_no_neighbour_along() {
    for (address, bits) in [("192.0.2.7", 32_u8), ("2001:db8:1234:5678:9abc:def0:1357:9bdf", 128)] {
        let address: IpAddr = parse(address);
        for length in 1..bits {
            // The two halves of one network.
            let neighbour = match address {
                IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() ^ (1 << (bits - length))).into()),
                IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() ^ (1 << (bits - length))).into()),
            };
            let mut engine = staffed();
            for (id, ip) in [("r1", address), ("r2", neighbour)] {
                let range = Criterion::VisitorIp(IpRange::new(ip, length).unwrap());
                engine.add_rule(Rule::new(parse(id), parse("hana"), range)).unwrap();
            }
            let granted = |engine: &MonitorEngine, ip| {
                watchers(engine, &chat().with_visitor(Visitor::new().with_ip(ip)))
                    .into_iter()
                    .flat_map(|(_, rules)| rules)
                    .collect()
            };
            let both: [Vec<_>; 2] = [granted(&engine, address), granted(&engine, neighbour)];
            assert_eq!(both, [["r1"], ["r2"]], "{address}/{length}");
            engine.remove_rule(&parse("r2")).unwrap();
            let one: [Vec<_>; 2] = [granted(&engine, address), granted(&engine, neighbour)];
            assert_eq!(one, [vec!["r1"], vec![]], "{address}/{length}");
        }
    }
}

/// Short texts and long ones may be kept in different ways; each is compared to its last byte.
#[test]
fn names_of_every_length_are_told_apart() {
    let mut engine = staffed();
    let name = |length: usize, last: char| "x".repeat(length - 1) + &last.to_string();
    let operator = |length, last| name(length, last).parse::<OperatorId>().unwrap();
    let address = |length: usize, last| {
        let domain = if length <= 60 { "b.jp".to_owned() } else { "x".repeat(length - 60) + ".jp" };
        format!("{}@{domain}", name(length.min(60), last))
    };
    let domain = |length: usize, last| {
        let text = name(length, last);
        let labels: Vec<_> = text.as_bytes().chunks(50).map(|label| std::str::from_utf8(label).unwrap()).collect();
        labels.join(".") + ".com"
    };
    for length in 1..=100 {
        for last in ['a', 'b'] {
            engine.set_operator(operator(length, last), Associate).unwrap();
            let keys = [
                Criterion::Operator(operator(length, last)),
                Criterion::VisitorEmail(parse(&address(length, last))),
                Criterion::VisitorEmail(parse(&format!("*@{}", domain(length, last)))),
            ];
            for (n, key) in keys.into_iter().enumerate() {
                engine.add_rule(Rule::new(parse(&format!("{n} {length}{last}")), parse("hana"), key)).unwrap();
            }
        }
    }
    let granting = |chat: &Chat| watchers(&engine, chat).into_iter().flat_map(|(_, rules)| rules).collect::<Vec<_>>();
    let by_ken = |email: String| chat().with_visitor(Visitor::new().with_email(parse(&email)));
    for length in 1..=100 {
        for last in ['a', 'b'] {
            let attended = Chat::new(parse("c1")).attended_by(operator(length, last));
            assert_eq!(granting(&attended), [format!("0 {length}{last}")]);
            assert_eq!(granting(&by_ken(address(length, last))), [format!("1 {length}{last}")]);
            assert_eq!(granting(&by_ken(format!("a@{}", domain(length, last)))), [format!("2 {length}{last}")]);
            assert_eq!(engine.role(&operator(length, last)), Some(&Associate));
        }
        assert_eq!(granting(&Chat::new(parse("c1")).attended_by(operator(length, 'c'))), [""; 0]);
        assert_eq!(granting(&by_ken(address(length, 'c'))), [""; 0]);
        assert_eq!(granting(&by_ken(format!("a@{}", domain(length, 'c')))), [""; 0]);
        assert_eq!(engine.role(&operator(length, 'c')), None);
    }
}

/// What comes where something else was inherits nothing of it.
#[test]
fn operators_and_rules_that_come_and_go_leave_the_others_as_they_are() {
    let mut engine = staffed();
    let (operator, rule) = (|n: u64| OperatorId::from(n), |n: u64| RuleId::from(n));
    let (mut operators, mut rules) = (BTreeSet::new(), Vec::new());
    for step in 0..2_000_u64 {
        let n = step * 7 % 97;
        if operators.remove(&n) {
            engine.remove_operator(&operator(n)).unwrap();
            assert_eq!(engine.remove_operator(&operator(n)), Err(UnknownOperator(operator(n))));
        } else {
            operators.insert(n);
            engine.set_operator(operator(n), Associate).unwrap();
        }
        let n = step * 11 % 89;
        if let Some(place) = rules.iter().position(|held| *held == n) {
            rules.remove(place);
            assert_eq!(engine.remove_rule(&rule(n)).unwrap().id(), &rule(n));
            assert_eq!(engine.remove_rule(&rule(n)), Err(UnknownRule(rule(n))));
        } else {
            rules.push(n);
            let watcher = ["hana", "aya"][(n % 2) as usize];
            engine.load_rule(Rule::new(rule(n), parse(watcher), Criterion::Operator(operator(n % 13)))).unwrap();
        }
        if step % 50 == 0 {
            let expected: BTreeSet<_> = operators.iter().map(|n| n.to_string()).collect();
            let known: BTreeSet<_> =
                engine.operators().map(|(id, _)| id.to_string()).filter(|id| id.parse::<u64>().is_ok()).collect();
            assert_eq!(known, expected);
            let ids: Vec<_> = rules.iter().map(|n| rule(*n)).collect();
            assert!(engine.rules().map(Rule::id).eq(&ids));
            assert!(ids.iter().all(|id| engine.rule(id).is_some_and(|rule| rule.id() == id)));
            for (watcher, parity) in [("hana", 0), ("aya", 1)] {
                let own = rules.iter().filter(|n| **n % 2 == parity).map(|n| rule(*n)).collect::<Vec<_>>();
                assert!(engine.rules_of(&parse(watcher)).map(Rule::id).eq(&own));
            }
            for target in 0..13 {
                let chat = Chat::new(parse("c1")).attended_by(operator(target));
                let granted = rules.iter().filter(|n| **n % 13 == target && operators.contains(&target));
                let found: BTreeSet<_> = watchers(&engine, &chat).into_iter().flat_map(|(_, rules)| rules).collect();
                assert_eq!(found, granted.map(|n| n.to_string()).collect::<BTreeSet<_>>());
            }
        }
    }
}

/// Counted in bytes asked for: four times as many rules ask for four times as much, give or take how room grows.
#[test]
fn adding_a_rule_costs_no_more_among_many() {
    let network = |n: u64| IpAddr::V4(u32::try_from(n << 8).unwrap().into());
    let kinds: [(&str, &dyn Fn(u64) -> Criterion); 5] = [
        ("operators", &|n| Criterion::Operator(n.into())),
        ("addresses", &|n| Criterion::VisitorIp(network(n).into())),
        ("networks", &|n| Criterion::VisitorIp(IpRange::new(network(n), 24).unwrap())),
        ("emails", &|n| Criterion::VisitorEmail(parse(&format!("mika-{n}@example.com")))),
        ("one key", &|_| Criterion::VisitorEmail(parse("mika@example.com"))),
    ];
    for (kind, key) in kinds {
        let bytes = |rules: u64| {
            let mut engine = staffed();
            let add = |n: u64| engine.load_rule(Rule::new(n.into(), parse("hana"), key(n))).unwrap();
            allocation_counter::measure(|| (0..rules).for_each(add)).bytes_total
        };
        let (few, many) = (bytes(2_000), bytes(8_000));
        assert!(many < 7 * few, "{kind}: {few} bytes for 2,000 rules, {many} for 8,000");
    }
}

#[test]
fn the_id_of_an_operator_lies_in_memory_once() {
    let mut engine = staffed();
    engine.add_rule(operator_rule("r1", "hana", "ken")).unwrap();
    engine.add_rule(operator_rule("r2", "hana", "ken").and(Criterion::Operator(parse("ken")))).unwrap();
    engine.add_rule(operator_rule("r3", "aya", "hana")).unwrap();
    let mut texts = BTreeSet::new();
    for rule in engine.rules() {
        texts.insert(rule.watcher().as_str().as_ptr());
        texts.extend(rule.when().iter().filter_map(|criterion| match criterion {
            Criterion::Operator(operator) => Some(operator.as_str().as_ptr()),
            _ => None,
        }));
    }
    assert_eq!(texts.len(), 3);
}

/// Names that come once and never again must not pile up.
#[test]
fn what_has_been_removed_takes_no_memory() {
    let mut engine = staffed();
    let mut names = 0_u64;
    let mut hundred_come_and_go = || {
        let these = names..names + 100;
        names += 100;
        let rule = |n: u64, key: u64| RuleId::from(n * 5 + key);
        for n in these.clone() {
            engine.set_operator(n.into(), Supervisor).unwrap();
            let address = IpAddr::V4(u32::try_from(n << 12).unwrap().into());
            let keys = [
                Criterion::Operator(format!("rin-{n}").parse().unwrap()),
                Criterion::VisitorEmail(parse(&format!("mika-{n}@example.com"))),
                Criterion::VisitorEmail(parse(&format!("*@{n}.example.com"))),
                Criterion::VisitorIp(address.into()),
                Criterion::VisitorIp(IpRange::new(address, 24).unwrap()),
            ];
            for (key, criterion) in (0..).zip(keys) {
                engine.load_rule(Rule::new(rule(n, key), n.into(), criterion)).unwrap();
            }
        }
        for n in these {
            // The operator goes before their rules or after them.
            let removed = (0..5).map(|key| engine.remove_rule(&rule(n, key)).is_ok());
            assert!(removed.take(if n % 2 == 0 { 5 } else { 3 }).all(|removed| removed));
            engine.remove_operator(&n.into()).unwrap();
            let removed = (0..5).map(|key| engine.remove_rule(&rule(n, key)).is_ok());
            assert_eq!(removed.filter(|removed| *removed).count(), if n % 2 == 0 { 0 } else { 2 });
        }
    };
    (0..10).for_each(|_| hundred_come_and_go());
    let kept = allocation_counter::measure(|| (0..10).for_each(|_| hundred_come_and_go()));
    assert!(kept.count_current < 50 && kept.bytes_current < 50_000, "{kept:?}");
    assert_eq!(engine, staffed());
}
