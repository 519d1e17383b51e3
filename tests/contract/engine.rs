//! What changes an engine, what is refused, and in which order the answers come.

use std::collections::BTreeSet;
use std::net::IpAddr;

use chat_monitor::Role::{Administrator, Associate, Supervisor};
use chat_monitor::Verdict::{Disabled, Granted, NoMatch, NoRights};
use chat_monitor::{
    AddRuleRefusal, Chat, ChatId, Criterion, DuplicateRule, Email, EmailPattern, IpRange, MonitorEngine, OperatorId,
    ParseEmailError, ParseIdError, ParseIpError, Permissions, Policy, Role, Rule, RuleId, UnknownOperator, UnknownRule,
    Verdict, Visitor, Watcher, Watchers,
};

use super::parse;

/// hana supervises, ken and taro serve, aya administers.
fn staffed() -> MonitorEngine {
    staffed_in(MonitorEngine::new())
}

fn staffed_in(mut engine: MonitorEngine) -> MonitorEngine {
    for (operator, role) in [("aya", Administrator), ("hana", Supervisor), ("ken", Associate), ("taro", Associate)] {
        engine.set_operator(parse(operator), role);
    }
    engine
}

fn operator_rule(id: &str, watcher: &str, operator: &str) -> Rule {
    Rule::new(parse(id), parse(watcher), Criterion::Operator(parse(operator)))
}

fn domain_rule(id: &str, watcher: &str) -> Rule {
    Rule::new(parse(id), parse(watcher), Criterion::VisitorEmail(parse("*@example.com")))
}

/// A chat of mika@example.com with ken.
fn chat() -> Chat {
    Chat::new(parse("c1")).visitor(Visitor::new().email(parse("mika@example.com"))).attended_by(parse("ken"))
}

fn watchers(engine: &MonitorEngine, chat: &Chat) -> Vec<(String, Vec<String>)> {
    let rules = |watcher: &Watcher| watcher.rules().iter().map(RuleId::to_string).collect();
    engine.watchers_for(chat).iter().map(|watcher| (watcher.operator().to_string(), rules(watcher))).collect()
}

fn watched_by(watchers: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
    let owned = |rules: &[&str]| rules.iter().map(ToString::to_string).collect();
    watchers.iter().map(|(operator, rules)| (operator.to_string(), owned(rules))).collect()
}

fn verdicts(engine: &MonitorEngine, chat: &Chat) -> Vec<(String, Verdict)> {
    engine.explain(chat).map(|(rule, verdict)| (rule.id().to_string(), verdict)).collect()
}

fn ids<'a>(rules: impl Iterator<Item = &'a Rule>) -> Vec<&'a str> {
    rules.map(|rule| rule.id().as_str()).collect()
}

#[test]
fn a_refused_rule_is_named_and_leaves_the_engine_as_it_was() {
    use AddRuleRefusal::{DuplicateRule, NoRights, NotPermitted, OwnChats, UnknownOperator, UnknownWatcher};

    let mut engine = staffed();
    engine.add_rule(operator_rule("taken", "hana", "ken")).unwrap();
    let before = engine.clone();
    let both = |id, watcher, one, other: &str| operator_rule(id, watcher, one).and(Criterion::Operator(parse(other)));
    let refused = [
        (operator_rule("taken", "hana", "taro"), DuplicateRule(parse("taken"))),
        (operator_rule("r1", "stranger", "ken"), UnknownWatcher(parse("stranger"))),
        (domain_rule("r1", "stranger"), UnknownWatcher(parse("stranger"))),
        (operator_rule("r1", "ken", "taro"), NoRights(parse("ken"))),
        (domain_rule("r1", "ken"), NoRights(parse("ken"))),
        (operator_rule("r1", "hana", "hana"), OwnChats(parse("hana"))),
        (operator_rule("r1", "hana", "stranger"), UnknownOperator(parse("stranger"))),
        (operator_rule("r1", "hana", "aya"), NotPermitted(parse("aya"))),
        // Any criterion is enough, and a rule switched off is refused like any other.
        (both("r1", "hana", "ken", "aya"), NotPermitted(parse("aya"))),
        (domain_rule("r1", "hana").and(Criterion::Operator(parse("stranger"))), UnknownOperator(parse("stranger"))),
        (operator_rule("r1", "hana", "aya").disabled(), NotPermitted(parse("aya"))),
        // Of two reasons the first counts.
        (operator_rule("taken", "stranger", "ken"), DuplicateRule(parse("taken"))),
        (operator_rule("taken", "ken", "ken"), DuplicateRule(parse("taken"))),
        (operator_rule("taken", "hana", "aya"), DuplicateRule(parse("taken"))),
        (operator_rule("r1", "stranger", "stranger"), UnknownWatcher(parse("stranger"))),
        (operator_rule("r1", "stranger", "aya"), UnknownWatcher(parse("stranger"))),
        (operator_rule("r1", "ken", "ken"), NoRights(parse("ken"))),
        (operator_rule("r1", "ken", "stranger"), NoRights(parse("ken"))),
        (operator_rule("r1", "ken", "aya"), NoRights(parse("ken"))),
    ];
    for (rule, refusal) in refused {
        assert_eq!(engine.add_rule(rule.clone()), Err(refusal), "{rule:?}");
        assert_eq!(engine, before, "{rule:?}");
        assert_eq!(verdicts(&engine, &chat()), [("taken".to_owned(), Granted)], "{rule:?}");
    }
}

#[test]
fn of_several_refusals_that_of_the_first_criterion_is_the_answer() {
    let naming = |operators: [&str; 3]| {
        let [first, second, third] = operators.map(|operator| Criterion::Operator(parse(operator)));
        Rule::new(parse("r1"), parse("hana"), first).and(second).and(third)
    };
    let refusal = |operators| staffed().add_rule(naming(operators)).unwrap_err();
    assert_eq!(refusal(["ken", "aya", "stranger"]), AddRuleRefusal::NotPermitted(parse("aya")));
    assert_eq!(refusal(["stranger", "aya", "hana"]), AddRuleRefusal::UnknownOperator(parse("stranger")));
    assert_eq!(refusal(["hana", "stranger", "aya"]), AddRuleRefusal::OwnChats(parse("hana")));
}

#[test]
fn whom_a_rule_may_name_follows_the_permissions_in_force() {
    let mut engine = staffed();
    let mut policy = Policy::default();
    policy.permissions = Permissions::NONE.with(Associate, Administrator, true);
    engine.set_policy(policy);
    assert_eq!(engine.add_rule(operator_rule("r1", "hana", "ken")), Err(AddRuleRefusal::NoRights(parse("hana"))));
    assert_eq!(engine.add_rule(operator_rule("r1", "ken", "taro")), Err(AddRuleRefusal::NotPermitted(parse("taro"))));
    assert_eq!(engine.add_rule(operator_rule("r1", "ken", "aya")), Ok(()));
}

#[test]
fn a_repeated_criterion_is_accepted() {
    let mut engine = staffed();
    engine.add_rule(operator_rule("r1", "hana", "ken").and(Criterion::Operator(parse("ken")))).unwrap();
    assert_eq!(watchers(&engine, &chat()), watched_by(&[("hana", &["r1"])]));
    engine.remove_rule(&parse("r1")).unwrap();
    assert_eq!(watchers(&engine, &chat()), []);
}

#[test]
fn rule_order_is_the_order_of_adding_and_one_added_again_is_last() {
    let mut engine = staffed();
    for (id, watcher) in [("b", "hana"), ("a", "aya"), ("c", "hana")] {
        engine.add_rule(operator_rule(id, watcher, "ken")).unwrap();
    }
    assert_eq!(ids(engine.rules()), ["b", "a", "c"]);
    assert_eq!(watchers(&engine, &chat()), watched_by(&[("hana", &["b", "c"]), ("aya", &["a"])]));

    let removed = engine.remove_rule(&parse("b")).unwrap();
    assert_eq!(removed, operator_rule("b", "hana", "ken"));
    assert_eq!(ids(engine.rules()), ["a", "c"]);
    engine.add_rule(removed).unwrap();
    assert_eq!(ids(engine.rules()), ["a", "c", "b"]);
    assert_eq!(ids(engine.rules_of(&parse("hana"))), ["c", "b"]);
    assert_eq!(ids(engine.explain(&chat()).map(|(rule, _)| rule)), ["a", "c", "b"]);
    assert_eq!(watchers(&engine, &chat()), watched_by(&[("aya", &["a"]), ("hana", &["c", "b"])]));
}

#[test]
fn switching_a_rule_keeps_its_place() {
    let mut engine = staffed();
    engine.add_rule(operator_rule("r1", "hana", "ken")).unwrap();
    engine.add_rule(operator_rule("r2", "aya", "ken")).unwrap();
    let before = engine.clone();

    engine.set_rule_enabled(&parse("r1"), false).unwrap();
    assert_eq!(verdicts(&engine, &chat()), [("r1".to_owned(), Disabled), ("r2".to_owned(), Granted)]);
    assert_eq!(watchers(&engine, &chat()), watched_by(&[("aya", &["r2"])]));
    assert_ne!(engine, before);

    engine.set_rule_enabled(&parse("r1"), true).unwrap();
    assert_eq!(engine, before);
    engine.set_rule_enabled(&parse("r1"), true).unwrap();
    assert_eq!(engine, before);
}

#[test]
fn what_is_unknown_is_refused_by_name_and_changes_nothing() {
    let mut engine = staffed();
    engine.add_rule(operator_rule("r1", "hana", "ken")).unwrap();
    let before = engine.clone();
    assert_eq!(engine.set_rule_enabled(&parse("r2"), false), Err(UnknownRule(parse("r2"))));
    assert_eq!(engine.remove_rule(&parse("r2")), Err(UnknownRule(parse("r2"))));
    assert_eq!(engine.remove_operator(&parse("stranger")), Err(UnknownOperator(parse("stranger"))));
    assert_eq!(engine.load_rule(operator_rule("r1", "aya", "taro")), Err(DuplicateRule(parse("r1"))));
    assert_eq!(engine, before);

    engine.remove_rule(&parse("r1")).unwrap();
    assert_eq!(engine.remove_rule(&parse("r1")), Err(UnknownRule(parse("r1"))));
    assert_eq!(engine.set_rule_enabled(&parse("r1"), true), Err(UnknownRule(parse("r1"))));
}

#[test]
fn the_rules_of_one_who_lost_their_rights_stay_inert_and_come_back_with_the_role() {
    let mut engine = staffed();
    engine.add_rule(operator_rule("r1", "hana", "ken")).unwrap();
    engine.add_rule(domain_rule("r2", "hana")).unwrap();
    let before = engine.clone();
    let inert = [("r1".to_owned(), NoRights), ("r2".to_owned(), NoRights)];

    engine.set_operator(parse("hana"), Associate);
    assert_eq!(verdicts(&engine, &chat()), inert);
    assert_eq!(watchers(&engine, &chat()), []);

    engine.remove_operator(&parse("hana")).unwrap();
    assert_eq!(verdicts(&engine, &chat()), inert);
    assert_eq!(watchers(&engine, &chat()), []);
    assert_eq!(ids(engine.rules_of(&parse("hana"))), ["r1", "r2"]);
    // Their ids stay taken, and they can still be switched and removed.
    assert_eq!(engine.add_rule(operator_rule("r1", "aya", "ken")), Err(AddRuleRefusal::DuplicateRule(parse("r1"))),);

    engine.set_operator(parse("hana"), Supervisor);
    assert_eq!(engine, before);
    assert_eq!(watchers(&engine, &chat()), watched_by(&[("hana", &["r1", "r2"])]));
}

#[test]
fn inert_rules_attach_to_nobody_else() {
    let mut engine = staffed();
    engine.add_rule(operator_rule("r1", "hana", "ken")).unwrap();
    engine.remove_operator(&parse("hana")).unwrap();
    engine.set_operator(parse("hana-2"), Supervisor);
    engine.set_operator(parse("Hana"), Administrator);
    assert_eq!(watchers(&engine, &chat()), []);
    assert_eq!(ids(engine.rules_of(&parse("hana-2"))), [""; 0]);
    assert_eq!(ids(engine.rules_of(&parse("hana"))), ["r1"]);
}

#[test]
fn a_target_who_was_promoted_or_removed_is_watched_no_longer() {
    let mut engine = staffed();
    engine.add_rule(operator_rule("r1", "hana", "ken")).unwrap();
    let not_permitted = [("r1".to_owned(), Verdict::NotPermitted(parse("ken")))];

    engine.set_operator(parse("ken"), Supervisor);
    assert_eq!(verdicts(&engine, &chat()), not_permitted);
    engine.remove_operator(&parse("ken")).unwrap();
    assert_eq!(verdicts(&engine, &chat()), not_permitted);
    engine.set_operator(parse("ken"), Associate);
    assert_eq!(watchers(&engine, &chat()), watched_by(&[("hana", &["r1"])]));
}

#[test]
fn loading_refuses_nothing_but_an_id_that_is_taken() {
    let mut engine = staffed();
    let loaded = [
        operator_rule("r1", "stranger", "ken"),
        operator_rule("r2", "ken", "taro"),
        operator_rule("r3", "hana", "hana"),
        operator_rule("r4", "hana", "stranger"),
        operator_rule("r5", "hana", "aya"),
        domain_rule("r6", "hana").disabled(),
    ];
    for rule in &loaded {
        engine.load_rule(rule.clone()).unwrap();
    }
    assert!(engine.rules().eq(&loaded));
    assert_eq!(
        verdicts(&engine, &chat()).into_iter().map(|(_, verdict)| verdict).collect::<Vec<_>>(),
        [NoRights, NoMatch, NoMatch, NoMatch, NoMatch, Disabled],
    );
    assert_eq!(watchers(&engine, &chat()), []);
}

#[test]
fn a_rule_can_be_judged_before_it_is_added() {
    let engine = staffed();
    assert_eq!(engine.judge(&operator_rule("r1", "hana", "ken"), &chat()), Granted);
    assert_eq!(engine, staffed());
}

#[test]
fn a_settings_page_offers_whom_the_watcher_may_monitor() {
    let mut engine = staffed();
    engine.set_operator(parse("hana-2"), Supervisor);
    let offered = |engine: &MonitorEngine, watcher| {
        engine.monitorable_by(&parse(watcher)).map(OperatorId::to_string).collect::<Vec<_>>()
    };
    assert_eq!(offered(&engine, "aya"), ["hana", "hana-2", "ken", "taro"]);
    assert_eq!(offered(&engine, "hana"), ["ken", "taro"]);
    assert_eq!(offered(&engine, "ken"), [""; 0]);
    assert_eq!(offered(&engine, "stranger"), [""; 0]);

    // Where supervisors may monitor one another, still nobody is offered themselves.
    let mut policy = Policy::default();
    policy.permissions = policy.permissions.with(Supervisor, Supervisor, true);
    engine.set_policy(policy);
    assert_eq!(offered(&engine, "hana"), ["hana-2", "ken", "taro"]);
}

#[test]
fn whom_a_settings_page_offers_can_be_added_and_nobody_else() {
    let engine = staffed();
    for watcher in ["aya", "hana", "ken", "taro", "stranger"] {
        let offered: Vec<_> = engine.monitorable_by(&parse(watcher)).map(OperatorId::as_str).collect();
        for operator in ["aya", "hana", "ken", "taro", "stranger"] {
            let added = engine.clone().add_rule(operator_rule("r1", watcher, operator));
            assert_eq!(added.is_ok(), offered.contains(&operator), "{watcher} {operator} {added:?}");
        }
    }
}

#[test]
fn operators_and_rules_can_be_looked_up() {
    let mut engine = staffed();
    engine.add_rule(domain_rule("r1", "hana")).unwrap();
    let operators: Vec<_> = engine.operators().map(|(operator, role)| (operator.as_str(), role)).collect();
    assert_eq!(operators, [("aya", Administrator), ("hana", Supervisor), ("ken", Associate), ("taro", Associate)]);
    assert_eq!(engine.role(&parse("hana")), Some(Supervisor));
    assert_eq!(engine.role(&parse("stranger")), None);
    assert_eq!(engine.rule(&parse("r1")), Some(&domain_rule("r1", "hana")));
    assert_eq!(engine.rule(&parse("r2")), None);
    assert_eq!(*engine.policy(), Policy::default());
}

#[test]
fn watchers_come_in_the_order_of_the_first_rule_that_grants() {
    let mut engine = staffed();
    engine.set_operator(parse("hana-2"), Supervisor);
    engine.add_rule(operator_rule("r1", "aya", "hana")).unwrap();
    engine.add_rule(operator_rule("r2", "hana-2", "ken").disabled()).unwrap();
    engine.add_rule(domain_rule("r3", "hana")).unwrap();
    engine.add_rule(operator_rule("r4", "hana-2", "ken")).unwrap();
    engine.add_rule(domain_rule("r5", "aya")).unwrap();
    engine.add_rule(operator_rule("r6", "hana", "ken")).unwrap();
    assert_eq!(
        watchers(&engine, &chat()),
        watched_by(&[("hana", &["r3", "r6"]), ("hana-2", &["r4"]), ("aya", &["r5"])]),
    );
    engine.set_rule_enabled(&parse("r2"), true).unwrap();
    assert_eq!(
        watchers(&engine, &chat()),
        watched_by(&[("hana-2", &["r2", "r4"]), ("hana", &["r3", "r6"]), ("aya", &["r5"])]),
    );
}

#[test]
fn every_way_to_file_a_rule_finds_it_and_forgets_it() {
    let visitor = Visitor::new().ip("192.0.2.7".parse().unwrap()).email(parse("mika@example.com"));
    let chat = Chat::new(parse("c1")).visitor(visitor).attended_by(parse("ken")).joined_by(parse("taro"));
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
    let chat = chat().visitor(Visitor::new().ip("192.0.2.7".parse().unwrap()));
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
                let chat = Chat::new(parse("c1")).attended_by(parse("ken")).visitor(Visitor::new().ip(leaving_at(bit)));
                let held: Vec<_> = lengths.iter().filter(|length| **length <= bit).map(u8::to_string).collect();
                let watchers = watchers(engine, &chat);
                let rules = watchers.first().map(|(_, rules)| rules.clone()).unwrap_or_default();
                assert_eq!(rules, held, "{address} but for bit {bit}");
                let mut buffer = Watchers::new();
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
                watchers(engine, &chat().visitor(Visitor::new().ip(ip)))
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
            engine.set_operator(operator(length, last), Associate);
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
    let by_ken = |email: String| chat().visitor(Visitor::new().email(parse(&email)));
    for length in 1..=100 {
        for last in ['a', 'b'] {
            let attended = Chat::new(parse("c1")).attended_by(operator(length, last));
            assert_eq!(granting(&attended), [format!("0 {length}{last}")]);
            assert_eq!(granting(&by_ken(address(length, last))), [format!("1 {length}{last}")]);
            assert_eq!(granting(&by_ken(format!("a@{}", domain(length, last)))), [format!("2 {length}{last}")]);
            assert_eq!(engine.role(&operator(length, last)), Some(Associate));
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
            engine.set_operator(operator(n), Associate);
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
            engine.set_operator(n.into(), Supervisor);
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

#[test]
fn a_hash_seed_shows_in_no_answer() {
    let filled = |engine| {
        let mut engine = staffed_in(engine);
        for n in 0..50 {
            engine
                .add_rule(operator_rule(&format!("r{n}"), ["hana", "aya"][n % 2], ["ken", "taro"][n % 3 % 2]))
                .unwrap();
        }
        engine
    };
    let engine = filled(MonitorEngine::new());
    for seed in [0, 1, u64::MAX] {
        let seeded = filled(MonitorEngine::with_hash_seed(seed));
        assert_eq!(seeded, engine);
        assert_eq!(seeded.watchers_for(&chat()), engine.watchers_for(&chat()));
        assert!(seeded.rules_of(&parse("aya")).eq(engine.rules_of(&parse("aya"))));
    }
}

#[test]
fn a_hash_seed_is_the_one_that_the_host_gives() {
    let seeded = |seed| format!("{:?}", MonitorEngine::with_hash_seed(seed));
    assert_eq!(seeded(7), seeded(7));
    assert_ne!(seeded(7), seeded(8));
}

#[test]
fn engines_are_equal_when_policy_operators_and_rules_in_order_are() {
    let two_rules = |first, second| {
        let mut engine = staffed();
        engine.add_rule(operator_rule(first, "hana", "ken")).unwrap();
        engine.add_rule(operator_rule(second, "hana", "ken")).unwrap();
        engine
    };
    assert_eq!(two_rules("r1", "r2"), two_rules("r1", "r2"));
    assert_ne!(two_rules("r1", "r2"), two_rules("r2", "r1"));

    let mut other_role = staffed();
    other_role.set_operator(parse("ken"), Supervisor);
    assert_ne!(other_role, staffed());
    let mut other_policy = staffed();
    other_policy.set_policy({
        let mut policy = Policy::default();
        policy.joined_count = false;
        policy
    });
    assert_ne!(other_policy, staffed());
    assert_eq!(MonitorEngine::default(), MonitorEngine::new());
}

#[test]
fn a_chat_names_nobody_twice() {
    let chat =
        chat().attended_by(parse("ken")).joined_by(parse("ken")).joined_by(parse("hana")).joined_by(parse("hana"));
    assert_eq!((chat.operators(), chat.joined()), (&[parse("ken")][..], &[parse("hana")][..]));
    let given = chat.attended_by(parse("hana"));
    assert_eq!((given.operators(), given.joined()), (&[parse("ken"), parse("hana")][..], &[][..]));
}

#[test]
fn everything_public_can_cross_threads() {
    fn crosses<T: Send + Sync + 'static>() {}
    crosses::<(ChatId, OperatorId, RuleId)>();
    crosses::<(Email, EmailPattern, IpRange)>();
    crosses::<(Chat, Visitor, Criterion, Rule, Verdict)>();
    crosses::<(MonitorEngine, Watcher, Role, Permissions, Policy)>();
    crosses::<(AddRuleRefusal, DuplicateRule, UnknownRule, UnknownOperator)>();
    crosses::<(ParseEmailError, ParseIdError, ParseIpError)>();
}
