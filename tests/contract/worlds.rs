//! Random worlds: what becomes of a small company, and the chats that it has.
//!
//! They are small on purpose: few operators, networks that overlap, domains and departments that are shared, so that
//! rules really match.

use std::fmt::Debug;

use chat_monitor::{
    Attribute, Attributes, Chat, Criterion, DepartmentId, Departments, Exclusion, ExclusionId, MonitorEngine, Operator,
    OperatorId, Oversees, Permissions, Policy, Right, Rights, Role, RoleRow, Rule, RuleId, Sample, Visitor, Window,
    Within,
};
use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::parse;

/// The last two are unknown to the engine at first.
const OPERATORS: [&str; 6] = ["ken", "hana", "aya", "taro", "yet-unknown", "stranger"];

const RANGES: [&str; 13] = [
    "192.0.2.7",
    "192.0.2.0/24",
    "192.0.2.0/29",
    "192.0.2.64/26",
    "0.0.0.0/0",
    "::ffff:192.0.2.0/120",
    "2001:db8::7",
    "2001:db8::/32",
    "2001:db8::/33",
    // Others of the same lengths, which one of them removed must not take along.
    "198.51.100.0/24",
    "198.51.100.1",
    "2001:db8:8000::/33",
    "::/0",
];

const ADDRESSES: [&str; 6] =
    ["192.0.2.7", "192.0.2.99", "::ffff:192.0.2.7", "2001:db8::7", "2001:db8:8000::1", "198.51.100.1"];

const EMAILS: [&str; 4] = ["mika@example.com", "Taro@example.com", "mika@example.org", "taro@sub.example.com"];

const PATTERNS: [&str; 5] =
    ["mika@example.com", "MIKA@example.org", "*@example.com", "*@Example.com", "*@sub.example.com"];

const DEPARTMENTS: [&str; 3] = ["sales", "support", "desk"];

const ATTRIBUTES: [(&str, &str); 4] = [("tag", "vip"), ("tag", "refund"), ("brand", "acme"), ("brand", "vip")];

/// Roles of the host's own.
const NAMED: [&str; 2] = ["lead", "qa"];

/// Whether a world has anything of departments, attributes, named roles, `unless`, exclusions, samples and windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    Old,
    New,
}

/// One step in the history of an engine.
#[derive(Clone, Debug)]
pub(super) enum Step {
    SetPolicy(Policy),
    SetOperator(OperatorId, Operator),
    RemoveOperator(OperatorId),
    AddRule(Rule),
    LoadRule(Rule),
    SetRuleEnabled(RuleId, bool),
    SetRuleWindow(RuleId, Option<Window>),
    RemoveRule(RuleId),
    AddExclusion(Exclusion),
    RemoveExclusion(ExclusionId),
    SetTime(u64),
}

/// Every kind of criterion that there is, read off the code: what makes criteria is held to making all of them.
pub(super) fn kinds() -> Vec<&'static str> {
    let (_, kinds) = include_str!("../../src/criterion.rs").split_once("pub enum Criterion {").unwrap();
    let (kinds, _) = kinds.split_once('}').unwrap();
    let kinds = kinds.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    let kinds: Vec<_> = kinds.filter_map(|line| Some(line.split_once('(')?.0)).collect();
    assert!(kinds.len() >= 7 && kinds.contains(&"VisitorEmail"), "{kinds:?}");
    kinds
}

fn operator_ids() -> impl Strategy<Value = OperatorId> {
    select(&OPERATORS[..]).prop_map(parse)
}

/// Mostly those who may watch at first.
fn watchers() -> impl Strategy<Value = OperatorId> {
    prop_oneof![3 => Just(parse("hana")), 3 => Just(parse("aya")), 2 => operator_ids()]
}

/// Mostly those who may be watched at first.
fn watched() -> impl Strategy<Value = OperatorId> {
    prop_oneof![3 => Just(parse("ken")), 3 => Just(parse("taro")), 4 => operator_ids()]
}

fn roles(age: Age) -> BoxedStrategy<Role> {
    let built_in = prop_oneof![2 => Just(Role::Administrator), 3 => Just(Role::Supervisor), 5 => Just(Role::Associate)];
    match age {
        Age::Old => built_in.boxed(),
        Age::New => prop_oneof![3 => built_in, 2 => select(&NAMED[..]).prop_map(parse)].boxed(),
    }
}

fn rule_ids() -> impl Strategy<Value = RuleId> {
    (0..24_u64).prop_map(RuleId::from)
}

fn exclusion_ids() -> impl Strategy<Value = ExclusionId> {
    (0..4_u64).prop_map(ExclusionId::from)
}

fn department_ids() -> impl Strategy<Value = DepartmentId> {
    select(&DEPARTMENTS[..]).prop_map(parse)
}

/// Those of `all` whose bits are set.
fn some_of<T: Clone>(all: &[T], bits: u32) -> Vec<T> {
    (0..).zip(all).filter(|(n, _)| bits >> n & 1 != 0).map(|(_, one)| one.clone()).collect()
}

fn departments() -> impl Strategy<Value = Departments> {
    let bits = prop_oneof![2 => Just(0_u32), 4 => (0..3_u32).prop_map(|n| 1 << n), 3 => 0..8_u32];
    bits.prop_map(|bits| Departments::new(some_of(&DEPARTMENTS, bits).into_iter().map(parse)).unwrap())
}

fn rights() -> impl Strategy<Value = Rights> {
    prop_oneof![
        6 => Just(Rights::ALL),
        2 => Just(Rights::from([Right::Watch])),
        1 => Just(Rights::from([Right::Watch, Right::Join])),
        1 => Just(Rights::from([Right::Advise])),
    ]
}

fn all_attributes() -> [Attribute; 4] {
    ATTRIBUTES.map(|(name, value)| Attribute::new(name, value).unwrap())
}

fn operators(age: Age) -> BoxedStrategy<Operator> {
    let oversees = vec((department_ids(), rights()), 0..3).prop_map(|all| Oversees::new(all).unwrap());
    match age {
        Age::Old => roles(age).prop_map(Operator::from).boxed(),
        Age::New => (roles(age), departments(), option::weighted(0.3, oversees))
            .prop_map(|(role, departments, oversees)| {
                let operator = Operator::new(role).with_departments(departments);
                oversees.into_iter().fold(operator, Operator::with_oversees)
            })
            .boxed(),
    }
}

fn criteria(age: Age) -> BoxedStrategy<Criterion> {
    let old = prop_oneof![
        4 => watched().prop_map(Criterion::Operator),
        2 => select(&RANGES[..]).prop_map(|range| Criterion::VisitorIp(parse(range))),
        2 => select(&PATTERNS[..]).prop_map(|pattern| Criterion::VisitorEmail(parse(pattern))),
    ];
    let samples = (select(&[333_334_u32, 666_667, 1_000_000][..]), select(&["qa", "b"][..]));
    let new = prop_oneof![
        2 => department_ids().prop_map(Criterion::Department),
        2 => department_ids().prop_map(Criterion::OperatorIn),
        2 => (0..4_usize).prop_map(|n| Criterion::Attribute(all_attributes()[n].clone())),
        2 => samples.prop_map(|(share, salt)| Criterion::Sample(Sample::new(share, salt).unwrap())),
        1 => Just(Criterion::VisitorEmail(parse("*@*.example.com"))),
    ];
    match age {
        Age::Old => old.boxed(),
        Age::New => prop_oneof![old, new].boxed(),
    }
}

/// As many as one of `counts` says, at most three.
pub(super) fn few<T: Debug>(counts: &'static [usize], of: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    (select(counts), vec(of, 3)).prop_map(|(count, mut all)| {
        all.truncate(count);
        all
    })
}

fn windows() -> impl Strategy<Value = Window> {
    (0..100_u64, 1..100_u64, 0..3).prop_map(|(from, length, kind)| match kind {
        0 => Window::new(Some(from), None).unwrap(),
        1 => Window::new(None, Some(from)).unwrap(),
        _ => Window::new(Some(from), Some(from + length)).unwrap(),
    })
}

pub(super) fn rules(age: Age) -> BoxedStrategy<Rule> {
    let more = few(&[0, 0, 0, 0, 0, 0, 1, 1, 2], criteria(age));
    let rules =
        (rule_ids(), watchers(), criteria(age), more, weighted(0.1)).prop_map(|(id, watcher, first, more, off)| {
            more.into_iter().fold(Rule::new(id, watcher, first), Rule::and).with_enabled(!off)
        });
    let unless = few(&[0, 0, 0, 1, 1, 2], criteria(age));
    match age {
        Age::Old => rules.boxed(),
        Age::New => (rules, unless, option::weighted(0.25, windows()))
            .prop_map(|(rule, unless, window)| unless.into_iter().fold(rule, Rule::and_not).with_window(window))
            .boxed(),
    }
}

pub(super) fn exclusions() -> impl Strategy<Value = Exclusion> {
    (exclusion_ids(), criteria(Age::New), few(&[0, 1, 1, 2], criteria(Age::New)), few(&[0, 1, 2], roles(Age::New)))
        .prop_map(|(id, first, more, roles)| {
            let exclusion = more.into_iter().fold(Exclusion::new(id, first), Exclusion::and);
            roles.into_iter().fold(exclusion, Exclusion::binding)
        })
}

fn rows() -> impl Strategy<Value = RoleRow> {
    let within = prop_oneof![
        2 => Just(Within::Anywhere),
        2 => Just(Within::Chat),
        2 => Just(Within::Operators),
        2 => Just(Within::Either),
    ];
    let rights = prop_oneof![6 => Just(Rights::ALL), 2 => Just(Rights::from([Right::Watch])), 1 => Just(Rights::NONE)];
    let monitors = prop_oneof![1 => Just(0_u32), 4 => Just(0b11100), 3 => 0..32_u32];
    (monitors, within, rights, weighted(0.3), weighted(0.8)).prop_map(
        |(monitors, within, rights, unattended, hears)| {
            RoleRow::new(some_of(&every_role(), monitors))
                .with_within(within)
                .with_rights(rights)
                .with_unattended(unattended)
                .with_hears_advice(hears)
        },
    )
}

fn every_role() -> [Role; 5] {
    [Role::Administrator, Role::Supervisor, Role::Associate, parse(NAMED[0]), parse(NAMED[1])]
}

fn policies(age: Age) -> BoxedStrategy<Policy> {
    let cells = few(&[0, 0, 1, 2], (roles(Age::Old), roles(Age::Old), weighted(0.7)));
    let old = (any::<bool>(), any::<bool>(), cells).prop_map(|(watch_unattended, count_joined, cells)| {
        let with = |all: Permissions, (of, to, may)| all.with(of, to, may).unwrap();
        let permissions = cells.into_iter().fold(Permissions::default(), with);
        Policy::default()
            .with_watch_unattended(watch_unattended)
            .with_count_joined(count_joined)
            .with_permissions(permissions)
    });
    let named = (rows(), rows(), weighted(0.95), option::weighted(0.4, (0..3_usize, rows())));
    match age {
        Age::Old => old.boxed(),
        Age::New => (old, named)
            .prop_map(|(policy, (lead, qa, both, other))| {
                let other = other.map(|(n, row)| (every_role()[n].clone(), row));
                let rows = [(parse("lead"), lead)].into_iter().chain(both.then(|| (parse("qa"), qa))).chain(other);
                // A row that may monitor a role which has none is left out with it.
                let with = policy.permissions().clone().with_rows(rows);
                with.map(|permissions| policy.clone().with_permissions(permissions)).unwrap_or(policy)
            })
            .boxed(),
    }
}

pub(super) fn steps(age: Age) -> BoxedStrategy<Step> {
    let old = prop_oneof![
        1 => policies(age).prop_map(Step::SetPolicy),
        2 => (operator_ids(), operators(age)).prop_map(|(id, operator)| Step::SetOperator(id, operator)),
        1 => operator_ids().prop_map(Step::RemoveOperator),
        8 => rules(age).prop_map(Step::AddRule),
        8 => rules(age).prop_map(Step::LoadRule),
        2 => (rule_ids(), any::<bool>()).prop_map(|(rule, enabled)| Step::SetRuleEnabled(rule, enabled)),
        4 => rule_ids().prop_map(Step::RemoveRule),
    ];
    let new = prop_oneof![
        2 => exclusions().prop_map(Step::AddExclusion),
        2 => exclusion_ids().prop_map(Step::RemoveExclusion),
        2 => (rule_ids(), option::weighted(0.7, windows())).prop_map(|(rule, window)| Step::SetRuleWindow(rule, window)),
        2 => (0..120_u64).prop_map(Step::SetTime),
    ];
    match age {
        Age::Old => old.boxed(),
        Age::New => prop_oneof![4 => old, 1 => new].boxed(),
    }
}

/// A company as it is at first, and what became of it.
pub(super) fn histories(age: Age) -> impl Strategy<Value = Vec<Step>> {
    let roles = [Role::Associate, Role::Supervisor, Role::Administrator, Role::Associate];
    let first: Vec<_> = OPERATORS
        .into_iter()
        .zip(roles)
        .map(|(id, role)| {
            let departments = if age == Age::New { vec![parse("sales"), parse("support")] } else { Vec::new() };
            let operator = Operator::new(role).with_departments(Departments::new(departments).unwrap());
            Step::SetOperator(parse(id), operator)
        })
        .collect();
    (policies(age), vec(steps(age), 0..60)).prop_map(move |(policy, steps)| {
        let policy = (age == Age::New).then_some(Step::SetPolicy(policy));
        policy.into_iter().chain(first.iter().cloned()).chain(steps).collect()
    })
}

fn visitors() -> impl Strategy<Value = Visitor> {
    let ip = option::weighted(0.8, select(&ADDRESSES[..]));
    let email = option::weighted(0.8, select(&EMAILS[..]));
    (ip, email).prop_map(|(ip, email)| {
        let visitor = ip.iter().fold(Visitor::new(), |visitor, ip| visitor.with_ip(ip.parse().unwrap()));
        email.iter().fold(visitor, |visitor, email| visitor.with_email(parse(email)))
    })
}

pub(super) fn chats(age: Age) -> BoxedStrategy<Chat> {
    let given = few(&[0, 0, 1, 1, 1, 1, 1, 1, 2, 3], watched());
    let joined = few(&[0, 0, 0, 0, 1, 2], operator_ids());
    let chats = (visitors(), given, joined, weighted(0.9)).prop_map(|(visitor, given, joined, allowed)| {
        let chat = Chat::new(parse("c1")).with_visitor(visitor).with_monitoring_allowed(allowed);
        let chat = given.into_iter().fold(chat, Chat::attended_by);
        joined.into_iter().fold(chat, Chat::joined_by)
    });
    match age {
        Age::Old => chats.boxed(),
        Age::New => (chats, 0..40_u64, departments(), 0..16_u32)
            .prop_map(|(chat, id, departments, bits)| {
                let again = Chat::new(id.into())
                    .with_visitor(chat.visitor().clone())
                    .with_monitoring_allowed(chat.monitoring_allowed())
                    .with_departments(departments)
                    .with_attributes(Attributes::new(some_of(&all_attributes(), bits)).unwrap());
                let again = chat.operators().iter().cloned().fold(again, Chat::attended_by);
                chat.joined().iter().cloned().fold(again, Chat::joined_by)
            })
            .boxed(),
    }
}

/// Whether the engine takes the step.
pub(super) fn take(engine: &mut MonitorEngine, step: Step) -> bool {
    match step {
        Step::SetPolicy(policy) => engine.set_policy(policy).is_ok(),
        Step::SetOperator(id, operator) => engine.set_operator(id, operator).is_ok(),
        Step::RemoveOperator(operator) => engine.remove_operator(&operator).is_ok(),
        Step::AddRule(rule) => engine.add_rule(rule).is_ok(),
        Step::LoadRule(rule) => engine.load_rule(rule).is_ok(),
        Step::SetRuleEnabled(rule, enabled) => engine.set_rule_enabled(&rule, enabled).is_ok(),
        Step::SetRuleWindow(rule, window) => engine.set_rule_window(&rule, window).is_ok(),
        Step::RemoveRule(rule) => engine.remove_rule(&rule).is_ok(),
        Step::AddExclusion(exclusion) => engine.add_exclusion(exclusion).is_ok(),
        Step::RemoveExclusion(exclusion) => engine.remove_exclusion(&exclusion).is_ok(),
        Step::SetTime(now) => engine.set_time(now).is_ok(),
    }
}

/// The engine after a history, and the rules that it should hold, in rule order.
pub(super) fn after(history: &[Step]) -> (MonitorEngine, Vec<RuleId>) {
    let mut engine = MonitorEngine::with_hash_seed(1);
    let mut order = Vec::new();
    for step in history.iter().cloned() {
        let (added, removed) = match &step {
            Step::AddRule(rule) | Step::LoadRule(rule) => (Some(rule.id().clone()), None),
            Step::RemoveRule(rule) => (None, Some(rule.clone())),
            _ => (None, None),
        };
        if take(&mut engine, step) {
            order.extend(added);
            order.retain(|rule| Some(rule) != removed.as_ref());
        }
    }
    (engine, order)
}

/// The same engine, without its history.
pub(super) fn afresh(engine: &MonitorEngine) -> MonitorEngine {
    let mut fresh = MonitorEngine::with_hash_seed(2);
    fresh.set_policy(engine.policy().clone()).unwrap();
    engine.operators().for_each(|(id, operator)| fresh.set_operator(id.clone(), operator).unwrap());
    engine.rules().for_each(|rule| fresh.load_rule(rule.clone()).unwrap());
    engine.exclusions().for_each(|exclusion| fresh.add_exclusion(exclusion.clone()).unwrap());
    engine.now().into_iter().for_each(|now| fresh.set_time(now).unwrap());
    fresh
}
