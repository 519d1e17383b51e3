//! What changes an engine, what is refused, and in which order the answers come.

use chat_monitor::Role::{Administrator, Associate, Supervisor};
use chat_monitor::Verdict::{Disabled, Granted, NoMatch, NoRights};
use chat_monitor::{
    AddRuleRefusal, Chat, ChatId, Criterion, DuplicateRule, Email, EmailPattern, IpRange, MonitorEngine, OperatorId,
    ParseEmailError, ParseIdError, ParseIpError, Permissions, Policy, Role, Rule, RuleId, UnknownOperator, UnknownRule,
    Verdict, Visitor, Watcher,
};

use super::parse;

/// hana supervises, ken and taro serve, aya administers.
pub(super) fn staffed() -> MonitorEngine {
    staffed_in(MonitorEngine::new())
}

fn staffed_in(mut engine: MonitorEngine) -> MonitorEngine {
    for (operator, role) in [("aya", Administrator), ("hana", Supervisor), ("ken", Associate), ("taro", Associate)] {
        engine.set_operator(parse(operator), role).unwrap();
    }
    engine
}

pub(super) fn operator_rule(id: &str, watcher: &str, operator: &str) -> Rule {
    Rule::new(parse(id), parse(watcher), Criterion::Operator(parse(operator)))
}

fn domain_rule(id: &str, watcher: &str) -> Rule {
    Rule::new(parse(id), parse(watcher), Criterion::VisitorEmail(parse("*@example.com")))
}

/// A chat of mika@example.com with ken.
pub(super) fn chat() -> Chat {
    Chat::new(parse("c1")).with_visitor(Visitor::new().with_email(parse("mika@example.com"))).attended_by(parse("ken"))
}

pub(super) fn watchers(engine: &MonitorEngine, chat: &Chat) -> Vec<(String, Vec<String>)> {
    let rules = |watcher: &Watcher| watcher.rules().iter().map(RuleId::to_string).collect();
    engine.watchers_for(chat).iter().map(|watcher| (watcher.operator().to_string(), rules(watcher))).collect()
}

pub(super) fn watched_by(watchers: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
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
        (operator_rule("r1", "hana", "aya").with_enabled(false), NotPermitted(parse("aya"))),
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
    let permissions = Permissions::none().with(Associate, Administrator, true).unwrap();
    engine.set_policy(Policy::default().with_permissions(permissions)).unwrap();
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

    engine.set_operator(parse("hana"), Associate).unwrap();
    assert_eq!(verdicts(&engine, &chat()), inert);
    assert_eq!(watchers(&engine, &chat()), []);

    engine.remove_operator(&parse("hana")).unwrap();
    assert_eq!(verdicts(&engine, &chat()), inert);
    assert_eq!(watchers(&engine, &chat()), []);
    assert_eq!(ids(engine.rules_of(&parse("hana"))), ["r1", "r2"]);
    // Their ids stay taken, and they can still be switched and removed.
    assert_eq!(engine.add_rule(operator_rule("r1", "aya", "ken")), Err(AddRuleRefusal::DuplicateRule(parse("r1"))),);

    engine.set_operator(parse("hana"), Supervisor).unwrap();
    assert_eq!(engine, before);
    assert_eq!(watchers(&engine, &chat()), watched_by(&[("hana", &["r1", "r2"])]));
}

#[test]
fn inert_rules_attach_to_nobody_else() {
    let mut engine = staffed();
    engine.add_rule(operator_rule("r1", "hana", "ken")).unwrap();
    engine.remove_operator(&parse("hana")).unwrap();
    engine.set_operator(parse("hana-2"), Supervisor).unwrap();
    engine.set_operator(parse("Hana"), Administrator).unwrap();
    assert_eq!(watchers(&engine, &chat()), []);
    assert_eq!(ids(engine.rules_of(&parse("hana-2"))), [""; 0]);
    assert_eq!(ids(engine.rules_of(&parse("hana"))), ["r1"]);
}

#[test]
fn a_target_who_was_promoted_or_removed_is_watched_no_longer() {
    let mut engine = staffed();
    engine.add_rule(operator_rule("r1", "hana", "ken")).unwrap();
    let not_permitted = [("r1".to_owned(), Verdict::NotPermitted(parse("ken")))];

    engine.set_operator(parse("ken"), Supervisor).unwrap();
    assert_eq!(verdicts(&engine, &chat()), not_permitted);
    engine.remove_operator(&parse("ken")).unwrap();
    assert_eq!(verdicts(&engine, &chat()), not_permitted);
    engine.set_operator(parse("ken"), Associate).unwrap();
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
        domain_rule("r6", "hana").with_enabled(false),
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
    engine.set_operator(parse("hana-2"), Supervisor).unwrap();
    let offered = |engine: &MonitorEngine, watcher| {
        engine.monitorable_by(&parse(watcher)).map(OperatorId::to_string).collect::<Vec<_>>()
    };
    assert_eq!(offered(&engine, "aya"), ["hana", "hana-2", "ken", "taro"]);
    assert_eq!(offered(&engine, "hana"), ["ken", "taro"]);
    assert_eq!(offered(&engine, "ken"), [""; 0]);
    assert_eq!(offered(&engine, "stranger"), [""; 0]);

    // Where supervisors may monitor one another, still nobody is offered themselves.
    let permissions = Permissions::default().with(Supervisor, Supervisor, true).unwrap();
    engine.set_policy(Policy::default().with_permissions(permissions)).unwrap();
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
    let operators: Vec<_> = engine.operators().map(|(id, operator)| (id.as_str(), operator.role().clone())).collect();
    assert_eq!(operators, [("aya", Administrator), ("hana", Supervisor), ("ken", Associate), ("taro", Associate)]);
    assert_eq!(engine.role(&parse("hana")), Some(&Supervisor));
    assert_eq!(engine.role(&parse("stranger")), None);
    assert_eq!(engine.rule(&parse("r1")), Some(&domain_rule("r1", "hana")));
    assert_eq!(engine.rule(&parse("r2")), None);
    assert_eq!(*engine.policy(), Policy::default());
}

#[test]
fn watchers_come_in_the_order_of_the_first_rule_that_grants() {
    let mut engine = staffed();
    engine.set_operator(parse("hana-2"), Supervisor).unwrap();
    engine.add_rule(operator_rule("r1", "aya", "hana")).unwrap();
    engine.add_rule(operator_rule("r2", "hana-2", "ken").with_enabled(false)).unwrap();
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
    other_role.set_operator(parse("ken"), Supervisor).unwrap();
    assert_ne!(other_role, staffed());
    let mut other_policy = staffed();
    other_policy.set_policy(Policy::default().with_count_joined(false)).unwrap();
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
