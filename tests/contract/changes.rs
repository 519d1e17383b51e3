//! Changes of what is newer than operators and rules: rows of the policy, departments, exclusions, windows and the time.
//! What is refused, in which order, and that a refused change leaves the engine equal.

use chat_monitor::{
    AddExclusionRefusal, AddRuleRefusal, Attribute, Chat, Criterion, Departments, Exclusion, ExclusionId,
    MonitorEngine, Operator, OperatorId, Oversees, Permissions, Policy, Right, Rights, Role, RoleInUse, RoleRow, Rule,
    RuleId, Sample, TimeGoesBack, UnknownExclusion, UnknownRole, UnknownRule, Verdict, Window, Within,
};
use proptest::collection::vec;
use proptest::prelude::*;

use super::laws::run;
use super::parse;
use super::worlds::{Age, after, chats, histories};

fn departments(ids: &[&str]) -> Departments {
    Departments::new(ids.iter().map(|id| parse(id))).unwrap()
}

fn policy(rows: impl IntoIterator<Item = (&'static str, RoleRow)>) -> Policy {
    let rows = rows.into_iter().map(|(role, row)| (parse(role), row));
    Policy::default().with_permissions(Permissions::default().with_rows(rows).unwrap())
}

fn every_chat() -> Criterion {
    Criterion::Sample(Sample::new(1_000_000, "every").unwrap())
}

fn on(operator: &str) -> Criterion {
    Criterion::Operator(parse(operator))
}

fn rule(id: &str, watcher: &str, criterion: Criterion) -> Rule {
    Rule::new(parse(id), parse(watcher), criterion)
}

fn window(from: impl Into<Option<u64>>, until: impl Into<Option<u64>>) -> Option<Window> {
    Some(Window::new(from.into(), until.into()).unwrap())
}

/// ken and taro serve in sales and support, hana oversees sales as far as her role is bound, aya administers.
fn staffed() -> MonitorEngine {
    let mut engine = MonitorEngine::new();
    let lead = RoleRow::new([Role::Associate, parse("lead")]).with_within(Within::Operators);
    engine.set_policy(policy([("lead", lead), ("triage", RoleRow::new([]).with_unattended(true))])).unwrap();
    let mut set = |id: &str, role: &str, of: &[&str]| {
        let operator = Operator::new(parse(role)).with_departments(departments(of));
        engine.set_operator(parse(id), operator).unwrap();
    };
    set("aya", "administrator", &[]);
    set("hana", "lead", &["sales"]);
    set("ken", "associate", &["sales"]);
    set("taro", "associate", &["support"]);
    set("rin", "associate", &[]);
    set("emi", "triage", &[]);
    engine
}

/// The change is refused by this, and the engine is as it was.
fn refused<T: std::fmt::Debug + PartialEq, E: std::fmt::Debug + PartialEq>(
    engine: &MonitorEngine,
    refusal: E,
    change: impl FnOnce(&mut MonitorEngine) -> Result<T, E>,
) {
    let mut changed = engine.clone();
    assert_eq!(change(&mut changed), Err(refusal));
    assert_eq!(changed, *engine);
}

#[test]
fn an_operator_is_set_only_with_a_role_that_has_a_row() {
    let mut engine = staffed();
    let stranger: Role = parse("stranger");
    refused(&engine, UnknownRole(stranger.clone()), |engine| engine.set_operator(parse("new"), stranger.clone()));
    // Also where another role is replaced.
    refused(&engine, UnknownRole(stranger.clone()), |engine| engine.set_operator(parse("ken"), stranger.clone()));
    assert_eq!(engine.role(&parse("ken")), Some(&Role::Associate));
    engine.set_operator(parse("new"), Role::Associate).unwrap();
    engine.set_operator(parse("new"), parse::<Role>("lead")).unwrap();
    assert_eq!(engine.operator(&parse("new")), Some(Operator::new(parse("lead"))));
}

#[test]
fn an_operator_is_replaced_whole() {
    let mut engine = staffed();
    let oversees = Oversees::new([(parse("support"), Rights::from([Right::Watch]))]).unwrap();
    let hana = Operator::new(parse("lead")).with_departments(departments(&["desk"])).with_oversees(oversees);
    engine.set_operator(parse("hana"), hana.clone()).unwrap();
    assert_eq!(engine.operator(&parse("hana")), Some(hana.clone()));
    assert!(engine.operators().any(|(id, operator)| *id == "hana" && operator == hana));
    // By the role alone: nothing is left of the departments.
    engine.set_operator(parse("hana"), Role::Associate).unwrap();
    assert_eq!(engine.operator(&parse("hana")), Some(Role::Associate.into()));
    engine.remove_operator(&parse("hana")).unwrap();
    assert_eq!(engine.operator(&parse("hana")), None);
    assert_eq!(engine.operator_count(), 5);
}

#[test]
fn a_policy_keeps_the_row_of_a_role_that_somebody_has() {
    let mut engine = staffed();
    let lead_alone = policy([("lead", RoleRow::new([Role::Associate]))]);
    // Several at once: the first by its bytes.
    refused(&engine, RoleInUse(parse("lead")), |engine| engine.set_policy(Policy::default()));
    refused(&engine, RoleInUse(parse("triage")), |engine| engine.set_policy(lead_alone.clone()));
    engine.remove_operator(&parse("emi")).unwrap();
    assert_eq!(engine.set_policy(lead_alone.clone()), Ok(()));
    // A row may change as it likes, also to one by which nobody may be watched.
    assert_eq!(engine.set_policy(policy([("lead", RoleRow::default())])), Ok(()));
    engine.remove_operator(&parse("hana")).unwrap();
    assert_eq!(engine.set_policy(Policy::default()), Ok(()));
    assert_eq!(*engine.policy(), Policy::default());
    refused(&engine, UnknownRole(parse("lead")), |engine| engine.set_operator(parse("hana"), parse::<Role>("lead")));
}

#[test]
fn a_policy_keeps_the_row_of_a_role_that_an_exclusion_names() {
    let mut engine = MonitorEngine::new();
    let row = || RoleRow::new([Role::Associate]);
    engine.set_policy(policy([("b", row()), ("a", row()), ("é", row()), ("z", row())])).unwrap();
    engine.add_exclusion(Exclusion::new(parse("x1"), every_chat()).binding(parse("z")).binding(parse("b"))).unwrap();
    engine.set_operator(parse("hana"), parse::<Role>("é")).unwrap();
    refused(&engine, RoleInUse(parse("b")), |engine| engine.set_policy(Policy::default()));
    refused(&engine, RoleInUse(parse("z")), |engine| engine.set_policy(policy([("b", row())])));
    refused(&engine, RoleInUse(parse("é")), |engine| engine.set_policy(policy([("b", row()), ("z", row())])));
    engine.set_operator(parse("ken"), parse::<Role>("a")).unwrap();
    refused(&engine, RoleInUse(parse("a")), |engine| engine.set_policy(policy([("b", row()), ("z", row())])));
    engine.remove_operator(&parse("ken")).unwrap();
    engine.remove_operator(&parse("hana")).unwrap();
    engine.remove_exclusion(&parse("x1")).unwrap();
    assert_eq!(engine.set_policy(Policy::default()), Ok(()));
}

/// A number that a role had is another's later: nothing of the first sticks to it.
#[test]
fn a_role_that_takes_the_place_of_another_inherits_nothing() {
    let mut engine = MonitorEngine::new();
    engine.set_operator(parse("ken"), Role::Associate).unwrap();
    let chat = Chat::new(parse("c1")).attended_by(parse("ken"));
    for n in 0..80 {
        let role: Role = format!("role-{n}").parse().unwrap();
        let row = if n % 2 == 0 { RoleRow::new([Role::Associate]) } else { RoleRow::default() };
        let permissions = Permissions::default().with_rows([(role.clone(), row)]).unwrap();
        engine.set_policy(Policy::default().with_permissions(permissions)).unwrap();
        engine.set_operator(parse("hana"), role.clone()).unwrap();
        engine.load_rule(rule("r1", "hana", on("ken"))).unwrap();
        assert_eq!(engine.watchers_for(&chat).len(), usize::from(n % 2 == 0), "{role}");
        engine.add_exclusion(Exclusion::new(parse("x1"), on("ken")).binding(role)).unwrap();
        assert!(engine.watchers_for(&chat).is_empty());
        engine.remove_exclusion(&parse("x1")).unwrap();
        engine.remove_operator(&parse("hana")).unwrap();
        engine.remove_rule(&parse("r1")).unwrap();
    }
}

#[test]
fn a_rule_is_refused_for_its_exceptions_last_and_only_if_they_name_somebody_unknown() {
    use AddRuleRefusal::{DuplicateRule, NoRights, NotPermitted, OwnChats, UnknownOperator, UnknownWatcher};

    let mut engine = staffed();
    engine.add_rule(rule("taken", "aya", on("ken"))).unwrap();
    let unless = |id: &str, watcher: &str, when: &str, unless: &str| rule(id, watcher, on(when)).and_not(on(unless));
    let refusals = [
        (unless("taken", "stranger", "stranger", "nobody"), DuplicateRule(parse("taken"))),
        (unless("r1", "stranger", "stranger", "nobody"), UnknownWatcher(parse("stranger"))),
        (unless("r1", "ken", "stranger", "nobody"), NoRights(parse("ken"))),
        (unless("r1", "aya", "aya", "nobody"), OwnChats(parse("aya"))),
        (unless("r1", "aya", "stranger", "nobody"), UnknownOperator(parse("stranger"))),
        (unless("r1", "hana", "aya", "nobody"), NotPermitted(parse("aya"))),
        (unless("r1", "aya", "ken", "nobody"), UnknownOperator(parse("nobody"))),
        (unless("r1", "aya", "ken", "ken").and_not(on("nobody")), UnknownOperator(parse("nobody"))),
        (rule("r1", "aya", every_chat()).and_not(on("nobody")), UnknownOperator(parse("nobody"))),
    ];
    for (rule, refusal) in refusals {
        refused(&engine, refusal, |engine| engine.add_rule(rule));
    }
    // An exception may name the watcher, or somebody whom they may not monitor.
    engine.add_rule(rule("r1", "hana", every_chat()).and_not(on("hana")).and_not(on("aya"))).unwrap();
}

#[test]
fn a_watcher_bound_to_operators_makes_rules_on_those_of_their_departments_alone() {
    let mut engine = staffed();
    let taken = |engine: &MonitorEngine, operator: &str| engine.clone().add_rule(rule("r1", "hana", on(operator)));
    let not_permitted = |operator: &str| Err(AddRuleRefusal::NotPermitted(parse(operator)));
    assert_eq!(taken(&engine, "ken"), Ok(()));
    assert_eq!(taken(&engine, "taro"), not_permitted("taro"));
    assert_eq!(taken(&engine, "rin"), not_permitted("rin"));
    // By role first: an administrator of sales is none the less out of reach.
    engine
        .set_operator(parse("aya"), Operator::new(Role::Administrator).with_departments(departments(&["sales"])))
        .unwrap();
    assert_eq!(taken(&engine, "aya"), not_permitted("aya"));
    // Overseeing without the right to watch is not enough.
    let oversees = |rights| Oversees::new([(parse("sales"), rights)]).unwrap();
    let hana = Operator::new(parse("lead")).with_departments(departments(&["sales"]));
    engine
        .set_operator(parse("hana"), hana.clone().with_oversees(oversees([Right::Advise, Right::Join].into())))
        .unwrap();
    assert_eq!(taken(&engine, "ken"), not_permitted("ken"));
    engine.set_operator(parse("hana"), hana.clone().with_oversees(oversees([Right::Watch].into()))).unwrap();
    assert_eq!(taken(&engine, "ken"), Ok(()));
    engine.set_operator(parse("hana"), hana.with_oversees(Oversees::default())).unwrap();
    assert_eq!(taken(&engine, "ken"), not_permitted("ken"));
    // A rule that asks for other things is nobody's target.
    assert_eq!(engine.add_rule(rule("r2", "hana", Criterion::OperatorIn(parse("support")))), Ok(()));
    // The other scopes limit what is watched, not what can be wished.
    for within in [Within::Anywhere, Within::Chat, Within::Either] {
        let lead = RoleRow::new([Role::Associate, parse("lead")]).with_within(within);
        let triage = RoleRow::new([]).with_unattended(true);
        engine.set_policy(policy([("lead", lead), ("triage", triage)])).unwrap();
        assert_eq!(taken(&engine, "taro"), Ok(()), "{within:?}");
    }
}

#[test]
fn one_who_may_watch_unattended_chats_alone_makes_rules_on_nobody() {
    let mut engine = staffed();
    assert_eq!(engine.clone().add_rule(rule("r1", "emi", on("ken"))), Err(AddRuleRefusal::NotPermitted(parse("ken"))));
    assert_eq!(engine.monitorable_by(&parse("emi")).len(), 0);
    assert_eq!(engine.add_rule(rule("r1", "emi", every_chat())), Ok(()));
    let rights = |rights: Rights| {
        let lead = RoleRow::new([Role::Associate, parse("lead")]).with_rights(rights);
        policy([("lead", lead), ("triage", RoleRow::new([]).with_unattended(true).with_rights(rights))])
    };
    engine.set_policy(rights(Rights::NONE)).unwrap();
    assert_eq!(engine.add_rule(rule("r2", "emi", every_chat())), Err(AddRuleRefusal::NoRights(parse("emi"))));
    assert_eq!(engine.add_rule(rule("r2", "hana", on("ken"))), Err(AddRuleRefusal::NoRights(parse("hana"))));
    assert_eq!(engine.monitorable_by(&parse("hana")).len(), 0);
}

#[test]
fn an_exclusion_is_refused_for_its_id_and_then_for_its_roles() {
    let mut engine = staffed();
    let x1 = || Exclusion::new(parse("x1"), on("ken"));
    engine.add_exclusion(x1()).unwrap();
    let duplicate = AddExclusionRefusal::DuplicateExclusion(parse("x1"));
    refused(&engine, duplicate.clone(), |engine| engine.add_exclusion(x1()));
    refused(&engine, duplicate, |engine| engine.add_exclusion(x1().binding(parse("nobody"))));
    let x2 = || Exclusion::new(parse("x2"), on("ken"));
    let unknown = |role: &str| AddExclusionRefusal::UnknownRole(parse(role));
    refused(&engine, unknown("nobody"), |engine| engine.add_exclusion(x2().binding(parse("nobody"))));
    let several = x2().binding(parse("z")).binding(parse("lead")).binding(parse("b")).binding(Role::Associate);
    refused(&engine, unknown("b"), |engine| engine.add_exclusion(several));
    refused(&engine, UnknownExclusion(parse("x2")), |engine| engine.remove_exclusion(&parse("x2")));
    // Whom it names need not be known: an exclusion may come before the operator.
    engine.add_exclusion(Exclusion::new(parse("x2"), on("nobody")).binding(parse("lead"))).unwrap();
    assert_eq!(engine.remove_exclusion(&parse("x1")), Ok(x1()));
    refused(&engine, UnknownExclusion(parse("x1")), |engine| engine.remove_exclusion(&parse("x1")));
}

#[test]
fn exclusions_keep_the_order_of_adding_and_one_added_again_is_last() {
    let mut engine = staffed();
    let ids = |engine: &MonitorEngine| engine.exclusions().map(|x| x.id().to_string()).collect::<Vec<_>>();
    for id in ["b", "c", "a"] {
        engine.add_exclusion(Exclusion::new(parse(id), on("ken"))).unwrap();
    }
    engine.add_rule(rule("r1", "aya", on("ken"))).unwrap();
    let chat = Chat::new(parse("c1")).attended_by(parse("ken"));
    let verdict = |engine: &MonitorEngine| engine.explain(&chat).next().unwrap().1;
    assert_eq!(
        (ids(&engine), verdict(&engine)),
        (["b", "c", "a"].map(str::to_owned).into(), Verdict::Excluded(parse("b")))
    );
    let b = engine.remove_exclusion(&parse("b")).unwrap();
    assert_eq!(verdict(&engine), Verdict::Excluded(parse("c")));
    engine.add_exclusion(b).unwrap();
    assert_eq!(ids(&engine), ["c", "a", "b"]);
    assert_eq!(engine.exclusion(&parse("a")).map(Exclusion::id), Some(&parse::<ExclusionId>("a")));
    assert_eq!(engine.exclusion(&parse("d")), None);
    assert_ne!(engine, staffed());
}

#[test]
fn the_time_never_goes_back() {
    let mut engine = staffed();
    assert_eq!(engine.now(), None);
    engine.set_time(10).unwrap();
    refused(&engine, TimeGoesBack(10), |engine| engine.set_time(9));
    refused(&engine, TimeGoesBack(10), |engine| engine.set_time(0));
    let before = engine.clone();
    assert_eq!(engine.set_time(10), Ok(()));
    assert_eq!(engine, before);
    engine.set_time(11).unwrap();
    assert_ne!(engine, before);
    // The last instant that there is, and what lies beyond it.
    engine.set_time(u64::MAX).unwrap();
    assert_eq!(engine.now(), Some((1 << 53) - 1));
    engine.set_time((1 << 53) - 1).unwrap();
    refused(&engine, TimeGoesBack((1 << 53) - 1), |engine| engine.set_time((1 << 53) - 2));
}

#[test]
fn a_window_is_a_switch_and_not_a_target() {
    let mut engine = staffed();
    engine.add_rule(rule("r1", "aya", on("ken"))).unwrap();
    engine.add_rule(rule("r2", "aya", on("ken"))).unwrap();
    let before = engine.clone();
    let chat = Chat::new(parse("c1")).attended_by(parse("ken"));
    let granting = |engine: &MonitorEngine| -> Vec<String> {
        engine.watchers_for(&chat).iter().flat_map(|watcher| watcher.rules()).map(RuleId::to_string).collect()
    };
    refused(&engine, UnknownRule(parse("r3")), |engine| engine.set_rule_window(&parse("r3"), window(1, 2)));
    engine.set_rule_window(&parse("r1"), window(10, 20)).unwrap();
    assert_eq!((granting(&engine), engine.next_deadline()), (vec!["r2".to_owned()], Some(10)));
    engine.set_time(10).unwrap();
    assert_eq!((granting(&engine), engine.next_deadline()), (vec!["r1".to_owned(), "r2".to_owned()], Some(20)));
    // One that is over is accepted.
    engine.set_rule_window(&parse("r1"), window(1, 2)).unwrap();
    assert_eq!((granting(&engine), engine.next_deadline()), (vec!["r2".to_owned()], None));
    engine.set_rule_window(&parse("r1"), None).unwrap();
    assert_eq!(granting(&engine), ["r1", "r2"]);
    assert!(engine.rules().eq(before.rules()));
}

#[test]
fn the_next_deadline_is_the_first_bound_of_an_enabled_rule_that_is_yet_to_come() {
    let mut engine = staffed();
    assert_eq!(engine.next_deadline(), None);
    engine.add_rule(rule("r1", "aya", on("ken")).with_window(window(20, 30))).unwrap();
    // Before a time was told, every bound is to come; a window without a beginning opens at whatever is told first.
    assert_eq!(engine.next_deadline(), Some(20));
    engine.add_rule(rule("r2", "aya", on("ken")).with_window(window(None, 25))).unwrap();
    assert_eq!(engine.next_deadline(), Some(0));
    engine.set_rule_enabled(&parse("r2"), false).unwrap();
    assert_eq!(engine.next_deadline(), Some(20));
    engine.set_rule_enabled(&parse("r2"), true).unwrap();
    engine.add_rule(rule("r3", "aya", on("ken")).with_window(window(0, None))).unwrap();
    for (now, next) in [(0, Some(20)), (19, Some(20)), (20, Some(25)), (24, Some(25)), (25, Some(30)), (30, None)] {
        engine.set_time(now).unwrap();
        assert_eq!(engine.next_deadline(), next, "at {now}");
    }
    engine.set_rule_window(&parse("r1"), window(31, None)).unwrap();
    assert_eq!(engine.next_deadline(), Some(31));
    // Two rules with one bound: the first removed must not take it along.
    engine.set_rule_window(&parse("r2"), window(31, None)).unwrap();
    engine.remove_rule(&parse("r1")).unwrap();
    assert_eq!(engine.next_deadline(), Some(31));
    engine.remove_rule(&parse("r2")).unwrap();
    assert_eq!(engine.next_deadline(), None);
    assert_eq!(engine.reseeded(7).next_deadline(), None);
}

#[test]
fn what_names_an_operator_is_found() {
    let mut engine = staffed();
    engine.add_rule(rule("r1", "aya", on("ken"))).unwrap();
    engine.add_rule(rule("r2", "aya", every_chat()).and_not(on("ken"))).unwrap();
    engine.add_rule(rule("r3", "aya", on("taro")).and(every_chat()).and(on("ken"))).unwrap();
    engine.load_rule(rule("r4", "ken", every_chat())).unwrap();
    engine.add_rule(rule("r5", "aya", on("taro")).and_not(on("rin"))).unwrap();
    let rules_on = |id: &str| engine.rules_on(&parse(id)).map(|rule| rule.id().to_string()).collect::<Vec<_>>();
    assert_eq!(rules_on("ken"), ["r1", "r2", "r3"]);
    assert_eq!(rules_on("rin"), ["r5"]);
    assert_eq!(rules_on("aya"), [""; 0]);
    assert_eq!(rules_on("nobody"), [""; 0]);
    let mut engine = engine.clone();
    engine.add_exclusion(Exclusion::new(parse("x2"), on("ken")).and(on("taro"))).unwrap();
    engine.add_exclusion(Exclusion::new(parse("x1"), every_chat()).and(on("ken"))).unwrap();
    engine.add_exclusion(Exclusion::new(parse("x3"), every_chat())).unwrap();
    let on = |id: &str| engine.exclusions_on(&parse(id)).map(|x| x.id().to_string()).collect::<Vec<_>>();
    assert_eq!((on("ken"), on("taro")), (["x2", "x1"].map(str::to_owned).into(), vec!["x2".to_owned()]));
    assert_eq!(on("nobody"), [""; 0]);
}

#[test]
fn whom_a_settings_page_offers_is_taken_and_nobody_else_in_any_world() {
    let offered = std::cell::Cell::new((0, 0));
    run(400, histories(Age::New), |history| {
        let (engine, _) = after(&history);
        let everybody: Vec<OperatorId> = ["ken", "hana", "aya", "taro", "yet-unknown", "stranger"].map(parse).into();
        for watcher in &everybody {
            let page: Vec<_> = engine.monitorable_by(watcher).cloned().collect();
            prop_assert!(page.is_sorted() && page.windows(2).all(|two| two[0] != two[1]));
            for operator in &everybody {
                let rule = Rule::new(parse("new"), watcher.clone(), Criterion::Operator(operator.clone()));
                let taken = engine.clone().add_rule(rule).is_ok();
                prop_assert_eq!(page.contains(operator), taken, "{} on {}", watcher, operator);
                let (yes, no) = offered.get();
                offered.set((yes + u32::from(taken), no + u32::from(!taken)));
            }
        }
        Ok(())
    });
    let (yes, no) = offered.get();
    assert!(yes > 200 && no > 2_000, "{yes} offered, {no} not");
}

#[test]
fn before_the_next_deadline_no_time_told_changes_an_answer() {
    let (told, changed) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    run(400, (histories(Age::New), vec(chats(Age::New), 6), 0..200_u64), |(history, chats, now)| {
        let (engine, _) = after(&history);
        let mut later = engine.clone();
        if later.set_time(now).is_ok() {
            let same = chats.iter().all(|chat| later.watchers_for(chat) == engine.watchers_for(chat));
            if engine.next_deadline().is_none_or(|deadline| now < deadline) {
                told.set(told.get() + 1);
                prop_assert!(same);
            } else if !same {
                changed.set(changed.get() + 1);
            }
            prop_assert!(later.next_deadline().is_none_or(|deadline| now < deadline));
        }
        Ok(())
    });
    assert!(told.get() >= 10 && changed.get() >= 10, "{told:?} {changed:?}");
}

#[test]
fn an_engine_with_another_seed_is_the_same() {
    run(60, histories(Age::New), |history| {
        let (engine, _) = after(&history);
        let reseeded = engine.clone().reseeded(99);
        prop_assert_eq!(&reseeded, &engine);
        prop_assert_eq!(reseeded.next_deadline(), engine.next_deadline());
        prop_assert_eq!(reseeded.rule_count(), engine.rules().count());
        prop_assert_eq!(reseeded.operator_count(), engine.operators().len());
        Ok(())
    });
}

/// What has come and gone leaves no memory behind, under whatever key it was filed.
#[test]
fn departments_roles_and_exclusions_that_are_gone_take_no_memory() {
    let mut engine = staffed();
    let mut names = 0_u64;
    let mut come_and_go = || {
        for _ in 0..100 {
            names += 1;
            let department = || names.into();
            let ken = Operator::new(Role::Associate).with_departments(department_of(names));
            engine.set_operator(names.into(), ken).unwrap();
            let criteria = [
                Criterion::Department(department()),
                Criterion::OperatorIn(department()),
                Criterion::Attribute(Attribute::new("case", &names.to_string()).unwrap()),
                Criterion::VisitorEmail(parse(&format!("*@*.{names}.example.com"))),
                Criterion::Operator(names.into()),
                every_chat(),
            ];
            for (n, criterion) in (0_u64..).zip(criteria) {
                engine.load_rule(Rule::new(n.into(), names.into(), criterion.clone())).unwrap();
                engine.add_exclusion(Exclusion::new(n.into(), criterion)).unwrap();
            }
            engine.set_operator(names.into(), Role::Associate).unwrap();
            (0..6_u64).for_each(|n| drop(engine.remove_exclusion(&n.into()).unwrap()));
            (0..6_u64).for_each(|n| drop(engine.remove_rule(&n.into()).unwrap()));
            engine.remove_operator(&names.into()).unwrap();
        }
    };
    come_and_go();
    let kept = allocation_counter::measure(|| (0..5).for_each(|_| come_and_go()));
    assert!(kept.count_current < 50 && kept.bytes_current < 50_000, "{kept:?}");
    assert_eq!(engine, staffed());
}

fn department_of(n: u64) -> Departments {
    Departments::new([n.into(), (n + 1).into()]).unwrap()
}
