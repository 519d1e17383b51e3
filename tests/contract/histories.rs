//! Random histories of a live monitor.
//!
//! A history is a list of commands, and shrinks to a short one. It is steered: it begins with a policy, operators, rules
//! and chats that match, and the world is small, so that people really watch, advise, join, leave, lose rights, get out
//! of scope, are excluded and are cut off by a window. `histories_measured` counts how often each thing happens.

use std::fmt;

use chat_monitor::Role::{Administrator, Associate, Supervisor};
use chat_monitor::{
    Attributes, Chat, ChatId, Command, Criterion, DepartmentId, Departments, Exclusion, ExclusionId, Operator,
    OperatorId, Oversees, Permissions, Policy, Right, Rights, Role, RoleRow, Rule, RuleId, Visitor, Window, Within,
};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::live_words::{attribute, from_email, from_ip, has, in_department, sampled, with_one_of, with_operator};
use super::parse;

/// Three who watch, two who are watched, and one whom nobody knows at first.
pub(super) const OPERATORS: [&str; 6] = ["emi", "hana", "quinn", "ken", "aya", "rin"];

const WATCHERS: [&str; 3] = ["emi", "hana", "quinn"];

/// The roles that a host names. `lead` and `quality` watch; a `greeter` watches what nobody attends; a `bot` hears nothing.
const NAMED: [&str; 4] = ["lead", "quality", "greeter", "bot"];

const DEPARTMENTS: [&str; 3] = ["sales", "support", "legal"];

const ATTRIBUTES: [(&str, &str); 3] = [("brand", "acme"), ("tag", "legal"), ("tag", "vip")];

const ADDRESSES: &[&str] = &["192.0.2.7", "192.0.2.99", "198.51.100.7", "2001:db8::7"];

const RANGES: &[&str] = &["192.0.2.7", "192.0.2.0/24", "192.0.2.64/26", "0.0.0.0/0", "2001:db8::/32", "::/0"];

const EMAILS: &[&str] = &["mika@example.com", "taro@example.com", "mika@sub.example.com"];

const PATTERNS: &[&str] = &["mika@example.com", "*@example.com", "*@sub.example.com", "*@*.example.com"];

#[derive(Clone)]
pub(super) struct History(pub(super) Vec<Command>);

/// One command a line, so that a failure reads as a story.
impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|command| write!(f, "\n  {command:?}"))
    }
}

/// A steered start, and free commands and short scenes after it.
pub(super) fn history() -> impl Strategy<Value = History> {
    let policy = weighted(0.7, policy().prop_map(Command::SetPolicy));
    let time = weighted(0.5, (0..3_u64).prop_map(|now| Command::SetTime { now }));
    let first = OPERATORS.into_iter().filter(|id| *id != "rin").map(|id| {
        let known = move |operator| Command::SetOperator { id: parse(id), operator };
        weighted(0.97, usual(id).prop_map(known))
    });
    let operators = first.collect::<Vec<_>>();
    let rules = Vec::from(
        ["r1", "r2", "r3", "r4", "r5", "r6"].map(|id| weighted(0.9, rule(Just(id)).prop_map(Command::AddRule))),
    );
    let exclusion = weighted(0.2, exclusion().prop_map(Command::AddExclusion));
    let chats = Vec::from(["c1", "c2", "c3"].map(|id| weighted(0.9, chat(Just(id)).prop_map(Command::StartChat))));
    let free = prop_oneof![4 => command().prop_map(|command| vec![command]), 1 => scene()];
    (policy, time, operators, rules, exclusion, chats, vec(free, 5..90)).prop_map(
        |(policy, time, operators, rules, exclusion, chats, free)| {
            let start = [vec![policy, time], operators, rules, vec![exclusion], chats].into_iter().flatten().flatten();
            History(start.chain(free.into_iter().flatten()).collect())
        },
    )
}

/// Something done and undone, with anything in between.
fn scene() -> impl Strategy<Value = Vec<Command>> {
    let attending = || select(&["ken", "aya"][..]).prop_map(parse::<OperatorId>);
    let people = (watcher(), attending(), attending());
    let told = (0..6_u64, departments(), exclusion(), policy());
    (0..19, chat_id(), people, rule_id(), told, weighted(0.5, command()))
        .prop_map(|(kind, chat, (watcher, one, other), rule, (now, departments, exclusion, policy), meanwhile)| {
            let (id, operator) = (|| chat.clone(), watcher.clone());
            let join = Command::Join { chat: id(), watcher: watcher.clone() };
            let handed = |from: &OperatorId, to: &OperatorId, departments| {
                let (from, to) = (from.clone(), to.clone());
                Command::Transfer { chat: id(), from, to, departments }
            };
            let (first, last) = match kind {
                0 | 1 => (join, Command::Leave { chat: id(), operator }),
                2 => (join, Command::SetOperator { id: operator, operator: Associate.into() }),
                3 => (join, Command::RemoveOperator { operator }),
                4 => (handed(&one, &operator, None), handed(&operator, &one, None)),
                5 => (
                    Command::SetRuleEnabled { rule: rule.clone(), enabled: false },
                    Command::SetRuleEnabled { rule, enabled: true },
                ),
                6 | 7 => {
                    let window = Window::new(Some(now), Some(now + 1)).ok();
                    let (opens, closes) = (Command::SetTime { now }, Command::SetTime { now: now + 1 });
                    return vec![opens, Command::SetRuleWindow { rule, window }, closes];
                }
                8 => {
                    let id = exclusion.id().clone();
                    (Command::AddExclusion(exclusion), Command::RemoveExclusion { exclusion: id })
                }
                9 => (handed(&one, &other, Some(departments)), handed(&other, &one, Some(Departments::default()))),
                10 => (
                    Command::SetDepartments { chat: id(), departments },
                    Command::SetDepartments { chat: id(), departments: Departments::default() },
                ),
                11 => (join, Command::SetPolicy(policy)),
                12 | 13 | 17 => {
                    return WATCHERS.map(|watcher| Command::Advise { chat: id(), watcher: parse(watcher) }).into();
                }
                14 | 18 => return WATCHERS.map(|watcher| Command::Join { chat: id(), watcher: parse(watcher) }).into(),
                _ => {
                    let policy = Policy::default().with_watch_unattended(kind == 15);
                    let [one, other] = [one, other].map(|operator| Command::Unattend { chat: id(), operator });
                    return vec![Command::SetPolicy(policy), one, other, Command::Advise { chat, watcher }];
                }
            };
            [Some(first), meanwhile, Some(last)].into_iter().flatten().collect()
        })
        .boxed()
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![34 => visible(), 24 => by_a_watcher(), 14 => by_the_host()]
}

/// What visitors, attending operators and administrators do.
pub(super) fn visible() -> impl Strategy<Value = Command> {
    let transfer = (chat_id(), operator(), operator(), weighted(0.3, departments()));
    prop_oneof![
        1 => policy().prop_map(Command::SetPolicy),
        3 => (operator(), known()).prop_map(|(id, operator)| Command::SetOperator { id, operator }),
        1 => operator().prop_map(|operator| Command::RemoveOperator { operator }),
        5 => chat(chat_ids()).prop_map(Command::StartChat),
        4 => (chat_id(), visitor()).prop_map(|(chat, visitor)| Command::SetVisitor { chat, visitor }),
        3 => (chat_id(), operator()).prop_map(|(chat, operator)| Command::Attend { chat, operator }),
        3 => (chat_id(), operator()).prop_map(|(chat, operator)| Command::Unattend { chat, operator }),
        5 => transfer.prop_map(|(chat, from, to, departments)| Command::Transfer { chat, from, to, departments }),
        3 => (chat_id(), prop::bool::weighted(0.7))
            .prop_map(|(chat, allowed)| Command::SetMonitoringAllowed { chat, allowed }),
        2 => chat_id().prop_map(|chat| Command::EndChat { chat }),
        4 => (chat_id(), watcher()).prop_map(|(chat, operator)| Command::Leave { chat, operator }),
    ]
    .boxed()
}

/// What watchers do, and what becomes of their rules.
pub(super) fn by_a_watcher() -> impl Strategy<Value = Command> {
    prop_oneof![
        5 => rule(rule_ids()).prop_map(Command::AddRule),
        4 => (rule_id(), any::<bool>()).prop_map(|(rule, enabled)| Command::SetRuleEnabled { rule, enabled }),
        2 => (rule_id(), weighted(0.6, window())).prop_map(|(rule, window)| Command::SetRuleWindow { rule, window }),
        2 => rule_id().prop_map(|rule| Command::RemoveRule { rule }),
        8 => (chat_id(), watcher()).prop_map(|(chat, watcher)| Command::Join { chat, watcher }),
        5 => (chat_id(), watcher()).prop_map(|(chat, watcher)| Command::Advise { chat, watcher }),
    ]
    .boxed()
}

/// What the host tells, and nobody in a chat may notice.
pub(super) fn by_the_host() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => exclusion().prop_map(Command::AddExclusion),
        4 => exclusion_id().prop_map(|exclusion| Command::RemoveExclusion { exclusion }),
        2 => instant().prop_map(|now| Command::SetTime { now }),
        4 => (chat_id(), departments()).prop_map(|(chat, departments)| Command::SetDepartments { chat, departments }),
        3 => (chat_id(), attributes()).prop_map(|(chat, attributes)| Command::SetAttributes { chat, attributes }),
    ]
    .boxed()
}

pub(super) fn watcher() -> impl Strategy<Value = OperatorId> {
    prop_oneof![10 => select(&WATCHERS[..]), 1 => select(&OPERATORS[..])].prop_map(parse)
}

pub(super) fn operator() -> impl Strategy<Value = OperatorId> {
    let watching = prop_oneof![Just("hana"), Just("emi"), Just("quinn")];
    prop_oneof![4 => Just("ken"), 3 => Just("aya"), 4 => watching, 1 => Just("rin")].prop_map(parse)
}

/// What is known of this operator at first.
pub(super) fn usual(id: &str) -> impl Strategy<Value = Operator> + use<> {
    let role = match id {
        "emi" => Just(Administrator).boxed(),
        "hana" => Just(Supervisor).boxed(),
        "quinn" => prop_oneof![4 => Just("lead"), 4 => Just("quality"), 2 => Just("greeter")].prop_map(parse).boxed(),
        _ => prop_oneof![9 => Just(Associate), 1 => Just(parse("bot"))].boxed(),
    };
    let more = weighted(if WATCHERS.contains(&id) { 0.6 } else { 0.0001 }, (rights(), oversees()));
    (role, departments(), more).prop_map(|(role, departments, more)| {
        let oversees = more.and_then(|(in_sales, oversees)| {
            let others = oversees.iter().map(|(department, rights)| (department.clone(), rights));
            Oversees::new(others.chain([(parse("sales"), in_sales)]).collect::<Vec<_>>()).ok()
        });
        operator_of((role, departments, oversees))
    })
}

pub(super) fn known() -> impl Strategy<Value = Operator> {
    (role(), departments(), weighted(0.4, oversees())).prop_map(operator_of).boxed()
}

fn operator_of((role, departments, oversees): (Role, Departments, Option<Oversees>)) -> Operator {
    oversees.into_iter().fold(Operator::new(role).with_departments(departments), Operator::with_oversees)
}

fn role() -> impl Strategy<Value = Role> {
    let named = select(&NAMED[..]).prop_map(parse);
    prop_oneof![3 => Just(Associate), 3 => Just(Supervisor), 2 => Just(Administrator), 2 => named]
}

fn department() -> impl Strategy<Value = DepartmentId> {
    prop_oneof![5 => Just("sales"), 4 => Just("support"), 1 => Just("legal")].prop_map(parse)
}

pub(super) fn departments() -> impl Strategy<Value = Departments> {
    vec(department(), 0..=3).prop_map(|ids| Departments::new(ids).unwrap_or_default())
}

fn oversees() -> impl Strategy<Value = Oversees> {
    vec((department(), rights()), 0..=3).prop_map(|entries| Oversees::new(entries).unwrap_or_default())
}

fn rights() -> impl Strategy<Value = Rights> {
    let (advise, join) = ([Right::Watch, Right::Advise], [Right::Watch, Right::Join]);
    let some = [Rights::NONE, [Right::Watch].into(), [Right::Watch].into(), advise.into(), join.into()];
    prop_oneof![4 => Just(Rights::ALL), 5 => select(some.to_vec())]
}

pub(super) fn attributes() -> impl Strategy<Value = Attributes> {
    let all = ATTRIBUTES.map(|(name, value)| attribute(name, value)).to_vec();
    subsequence(all, 0..=2).prop_map(|some| Attributes::new(some).unwrap_or_default())
}

fn instant() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0..6_u64, 1 => 6..12_u64]
}

pub(super) fn window() -> impl Strategy<Value = Window> {
    (weighted(0.7, instant()), weighted(0.7, instant())).prop_map(|(from, until)| {
        Window::new(from, until).or(Window::new(None, from.or(until))).or(Window::new(Some(0), None)).expect("a window")
    })
}

fn chat_id() -> impl Strategy<Value = ChatId> {
    chat_ids().prop_map(parse)
}

fn chat_ids() -> impl Strategy<Value = &'static str> {
    prop_oneof![8 => Just("c1"), 8 => Just("c2"), 8 => Just("c3"), 1 => Just("c4")]
}

fn rule_id() -> impl Strategy<Value = RuleId> {
    rule_ids().prop_map(parse)
}

fn rule_ids() -> impl Strategy<Value = &'static str> {
    select(&["r1", "r2", "r3", "r4", "r5", "r6"][..])
}

fn exclusion_id() -> impl Strategy<Value = ExclusionId> {
    select(&["x1", "x2", "x3"][..]).prop_map(parse)
}

/// Mostly one with all the named roles, a row of its own for some of the built-in ones, and now and then another cell.
pub(super) fn policy() -> impl Strategy<Value = Policy> {
    let cell = (built_in(), built_in(), any::<bool>());
    let greeter = RoleRow::new([]).with_within(Within::Chat).with_unattended(true);
    let rows = (row(), row(), weighted(0.4, row()), weighted(0.15, row())).prop_map(
        move |(lead, quality, supervisor, administrator)| {
            let bot = RoleRow::default().with_hears_advice(false);
            let rows = [("lead", lead), ("quality", quality), ("greeter", greeter.clone()), ("bot", bot)];
            let built_in = [supervisor.map(|row| (Supervisor, row)), administrator.map(|row| (Administrator, row))];
            rows.map(|(role, row)| (parse(role), row)).into_iter().chain(built_in.into_iter().flatten()).collect()
        },
    );
    let rows = prop_oneof![1 => Just(Vec::<(Role, RoleRow)>::new()), 4 => rows];
    (prop::bool::weighted(0.6), prop::bool::weighted(0.7), vec(cell, 0..3), rows)
        .prop_map(|(unattended, counts, cells, rows)| {
            let named = Permissions::default().with_rows(rows).expect("rows for all the roles that they name");
            let permissions = cells
                .into_iter()
                .fold(named, |all, (watcher, target, may)| all.with(watcher, target, may).expect("built-in roles"));
            Policy::default().with_watch_unattended(unattended).with_count_joined(counts).with_permissions(permissions)
        })
        .boxed()
}

fn built_in() -> impl Strategy<Value = Role> {
    prop_oneof![3 => Just(Associate), 3 => Just(Supervisor), 2 => Just(Administrator)]
}

fn row() -> impl Strategy<Value = RoleRow> {
    let others = [Supervisor, parse("lead"), parse("bot")];
    let within = prop_oneof![
        2 => Just(Within::Anywhere), 3 => Just(Within::Chat), 3 => Just(Within::Operators), 3 => Just(Within::Either)
    ];
    let (unattended, hears) = (prop::bool::weighted(0.3), prop::bool::weighted(0.8));
    (weighted(0.95, Just(Associate)), subsequence(others.to_vec(), 0..=2), within, rights(), unattended, hears)
        .prop_map(|(associate, others, within, rights, unattended, hears)| {
            let row = RoleRow::new(associate.into_iter().chain(others)).with_within(within).with_rights(rights);
            row.with_unattended(unattended).with_hears_advice(hears)
        })
        .boxed()
}

pub(super) fn visitor() -> impl Strategy<Value = Visitor> {
    (weighted(0.7, select(ADDRESSES)), weighted(0.6, select(EMAILS))).prop_map(|(ip, email)| {
        let visitor = ip.into_iter().fold(Visitor::new(), |visitor, ip| visitor.with_ip(parse(ip)));
        email.into_iter().fold(visitor, |visitor, email| visitor.with_email(parse(email)))
    })
}

fn chat(id: impl Strategy<Value = &'static str> + 'static) -> impl Strategy<Value = Chat> {
    let operators = prop_oneof![
        1 => Just(Vec::new()),
        4 => select(&["ken", "aya"][..]).prop_map(|operator| vec![parse(operator)]),
        2 => vec(operator(), 1..3),
    ];
    let told = (departments(), attributes());
    (id.prop_map(parse), visitor(), operators, weighted(0.03, operator()), prop::bool::weighted(0.95), told)
        .prop_map(|(id, visitor, operators, joined, allowed, (departments, attributes))| {
            let chat = Chat::new(id).with_visitor(visitor).with_monitoring_allowed(allowed);
            let chat = chat.with_departments(departments).with_attributes(attributes);
            let chat = operators.into_iter().fold(chat, Chat::attended_by);
            joined.into_iter().fold(chat, Chat::joined_by)
        })
        .boxed()
}

pub(super) fn criterion() -> impl Strategy<Value = Criterion> {
    prop_oneof![
        6 => select(&["ken", "aya"][..]).prop_map(with_operator),
        2 => operator().prop_map(Criterion::Operator),
        5 => select(RANGES).prop_map(from_ip),
        4 => select(PATTERNS).prop_map(from_email),
        3 => select(&DEPARTMENTS[..]).prop_map(in_department),
        3 => select(&DEPARTMENTS[..]).prop_map(with_one_of),
        3 => select(&ATTRIBUTES[..]).prop_map(|(name, value)| has(name, value)),
        4 => sample(),
    ]
    .boxed()
}

/// Of the chats `c1` to `c3`, the first share has two and the second all.
fn sample() -> impl Strategy<Value = Criterion> {
    select(&[(333_334, "qa"), (333_334, "qa"), (1_000_000, "qa"), (500_000, "qa-7c1e")][..])
        .prop_map(|(per_million, salt)| sampled(per_million, salt))
}

fn rule(id: impl Strategy<Value = &'static str> + 'static) -> impl Strategy<Value = Rule> {
    let (second, not) = (weighted(0.12, criterion()), weighted(0.3, criterion()));
    let (window, on) = (weighted(0.12, window()), prop::bool::weighted(0.92));
    (id.prop_map(parse), watcher(), criterion(), second, not, window, on)
        .prop_map(|(id, watcher, first, second, not, window, on)| {
            let rule = second.into_iter().fold(Rule::new(id, watcher, first), Rule::and);
            not.into_iter().fold(rule, Rule::and_not).with_window(window).with_enabled(on)
        })
        .boxed()
}

pub(super) fn exclusion() -> impl Strategy<Value = Exclusion> {
    let roles = [Administrator, Supervisor, parse("lead"), parse("quality")];
    let roles = prop_oneof![3 => Just(Vec::new()), 2 => subsequence(roles.to_vec(), 1..=2)];
    (exclusion_id(), criterion(), weighted(0.25, criterion()), roles)
        .prop_map(|(id, first, second, roles)| {
            let exclusion = second.into_iter().fold(Exclusion::new(id, first), Exclusion::and);
            roles.into_iter().fold(exclusion, Exclusion::binding)
        })
        .boxed()
}
