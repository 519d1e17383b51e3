//! The gates' truth table, written from the contract and apart from the code.
//!
//! Every row spells out a chat, a rule and the verdict. Nothing here computes one: laws hold whatever `judge` says, so a
//! gate deleted there would go unnoticed by them. What exclusions, windows, samples and departments do stands in
//! `gates_of_facts` and `gates_of_scope`.

use chat_monitor::Verdict::{
    Disabled, Forbidden, Granted, NoMatch, NoRights, OutOfScope, OutsideWindow, OwnChat, Unattended,
};
use chat_monitor::{
    Attribute, Attributes, Chat, Criterion, Departments, Exclusion, MonitorEngine, Operator, Oversees, Permissions,
    Policy, Right, Rights, Role, RoleRow, Rule, Sample, Verdict, Visitor, WatcherBuffer, Window, Within,
};

use super::parse;

pub(super) const ADMINISTRATOR: &str = "administrator";
pub(super) const SUPERVISOR: &str = "supervisor";
pub(super) const ASSOCIATE: &str = "associate";
/// A role of the host's own.
pub(super) const LEAD: &str = "lead";

/// What a verdict depends on. The watcher is always hana; the others are named by their roles, and `stranger` is nobody
/// whom the engine knows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) enabled: bool,
    pub(super) window: Option<(Option<u64>, Option<u64>)>,
    pub(super) now: Option<u64>,
    pub(super) when: &'static [When],
    pub(super) unless: &'static [When],
    pub(super) chat: &'static str,
    pub(super) ip: Option<&'static str>,
    pub(super) email: Option<&'static str>,
    pub(super) departments: &'static [&'static str],
    pub(super) attributes: &'static [(&'static str, &'static str)],
    pub(super) monitoring_allowed: bool,
    pub(super) exclusions: &'static [Never],
    pub(super) watch_unattended: bool,
    pub(super) joined_count: bool,
    pub(super) watcher: Option<&'static str>,
    /// The departments of everybody but hana.
    pub(super) belong: &'static [(&'static str, &'static [&'static str])],
    pub(super) own_departments: &'static [&'static str],
    pub(super) oversees: Option<&'static [(&'static str, &'static [Right])]>,
    pub(super) operators: &'static [&'static str],
    pub(super) joined: &'static [&'static str],
    /// The cells that say yes: who may monitor whom.
    pub(super) permissions: &'static [(&'static str, &'static str)],
    /// What else the row of the watcher's role says.
    pub(super) within: Within,
    pub(super) rights: &'static [Right],
    pub(super) unattended: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    Operator(&'static str),
    Ip(&'static str),
    Email(&'static str),
    Department(&'static str),
    OperatorIn(&'static str),
    Attribute(&'static str, &'static str),
    Sample(u32, &'static str),
}

/// An exclusion: its id, its criteria, and the roles that it binds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Never(
    pub(super) &'static str,
    pub(super) &'static [When],
    pub(super) Option<&'static [&'static str]>,
);

const DEFAULT_PERMISSIONS: &[(&str, &str)] =
    &[(ADMINISTRATOR, SUPERVISOR), (ADMINISTRATOR, ASSOCIATE), (SUPERVISOR, ASSOCIATE)];

/// Every gate is open.
pub(super) const OPEN: Facts = Facts {
    enabled: true,
    window: None,
    now: None,
    when: &[When::Ip("192.0.2.0/24")],
    unless: &[],
    chat: "c1",
    ip: Some("192.0.2.7"),
    email: Some("mika@example.com"),
    departments: &[],
    attributes: &[],
    monitoring_allowed: true,
    exclusions: &[],
    watch_unattended: false,
    joined_count: true,
    watcher: Some(SUPERVISOR),
    belong: &[],
    own_departments: &[],
    oversees: None,
    operators: &["associate"],
    joined: &[],
    permissions: DEFAULT_PERMISSIONS,
    within: Within::Anywhere,
    rights: &[Right::Watch, Right::Advise, Right::Join],
    unattended: false,
};

const ELSEWHERE: Option<&str> = Some("198.51.100.7");

/// SUPERVISORs may monitor one another, so that hana in her own chat closes one gate and not two.
const AMONG_SUPERVISORS: &[(&str, &str)] = &[(SUPERVISOR, SUPERVISOR), (SUPERVISOR, ASSOCIATE)];

const NEVER: &[Never] = &[Never("x1", &[When::Ip("192.0.2.7")], None)];

const NEVER_BY_EMAIL: &[Never] = &[Never("x1", &[When::Email("mika@example.com")], None)];

pub(super) fn not_permitted(operator: &str) -> Verdict {
    Verdict::NotPermitted(parse(operator))
}

pub(super) fn excluded(exclusion: &str) -> Verdict {
    Verdict::Excluded(parse(exclusion))
}

pub(super) fn criterion(when: &When) -> Criterion {
    match *when {
        When::Operator(operator) => Criterion::Operator(parse(operator)),
        When::Ip(range) => Criterion::VisitorIp(parse(range)),
        When::Email(pattern) => Criterion::VisitorEmail(parse(pattern)),
        When::Department(department) => Criterion::Department(parse(department)),
        When::OperatorIn(department) => Criterion::OperatorIn(parse(department)),
        When::Attribute(name, value) => Criterion::Attribute(Attribute::new(name, value).unwrap()),
        When::Sample(per_million, salt) => Criterion::Sample(Sample::new(per_million, salt).unwrap()),
    }
}

pub(super) fn departments(ids: &[&str]) -> Departments {
    Departments::new(ids.iter().map(|id| parse(id))).unwrap()
}

fn policy(facts: Facts) -> Policy {
    let watcher = facts.watcher.unwrap_or(SUPERVISOR);
    let named = [ADMINISTRATOR, SUPERVISOR, ASSOCIATE, LEAD].map(|role| (parse::<Role>(role), RoleRow::default()));
    let permissions = Permissions::none().with_rows(named).unwrap();
    let with = |all: Permissions, (of, to): &(&str, &str)| all.with(parse(of), parse(to), true).unwrap();
    let permissions = facts.permissions.iter().fold(permissions, with);
    let row = permissions.row(&parse(watcher)).unwrap().clone();
    let rights: Rights = facts.rights.iter().copied().collect();
    let row = row.with_within(facts.within).with_rights(rights).with_unattended(facts.unattended);
    let permissions = permissions.with_rows([(parse(watcher), row)]).unwrap();
    Policy::default()
        .with_watch_unattended(facts.watch_unattended)
        .with_count_joined(facts.joined_count)
        .with_permissions(permissions)
}

/// The engine, without the rule, and the chat.
pub(super) fn world(facts: Facts) -> (MonitorEngine, Chat) {
    let mut engine = MonitorEngine::new();
    engine.set_policy(policy(facts)).unwrap();
    for role in [ADMINISTRATOR, SUPERVISOR, ASSOCIATE, LEAD] {
        let belongs = facts.belong.iter().find(|(operator, _)| *operator == role).map(|(_, to)| *to);
        let operator = Operator::new(parse(role)).with_departments(departments(belongs.unwrap_or_default()));
        engine.set_operator(parse(role), operator).unwrap();
    }
    if let Some(role) = facts.watcher {
        let hana = Operator::new(parse(role)).with_departments(departments(facts.own_departments));
        let hana = match facts.oversees {
            None => hana,
            Some(oversees) => {
                let oversees = oversees.iter().map(|(id, rights)| (parse(id), rights.iter().copied().collect()));
                hana.with_oversees(Oversees::new(oversees).unwrap())
            }
        };
        engine.set_operator(parse("hana"), hana).unwrap();
    }
    for Never(id, when, roles) in facts.exclusions {
        let exclusion = Exclusion::all(parse(id), when.iter().map(criterion)).unwrap();
        let bind = |exclusion: Exclusion, role: &&str| exclusion.binding(parse(role));
        engine.add_exclusion(roles.unwrap_or_default().iter().fold(exclusion, bind)).unwrap();
    }
    if let Some(now) = facts.now {
        engine.set_time(now).unwrap();
    }
    let visitor = facts.ip.iter().fold(Visitor::new(), |visitor, ip| visitor.with_ip(ip.parse().unwrap()));
    let visitor = facts.email.iter().fold(visitor, |visitor, email| visitor.with_email(parse(email)));
    let attributes = facts.attributes.iter().map(|(name, value)| Attribute::new(name, value).unwrap());
    let chat = Chat::new(parse(facts.chat))
        .with_visitor(visitor)
        .with_monitoring_allowed(facts.monitoring_allowed)
        .with_departments(departments(facts.departments))
        .with_attributes(Attributes::new(attributes).unwrap());
    let chat = facts.operators.iter().fold(chat, |chat, operator| chat.attended_by(parse(operator)));
    (engine, facts.joined.iter().fold(chat, |chat, operator| chat.joined_by(parse(operator))))
}

/// The verdict, asked for in every way that there is.
pub(super) fn verdict(facts: Facts) -> Verdict {
    let (mut engine, chat) = world(facts);
    let rule = Rule::all(parse("r1"), parse("hana"), facts.when.iter().map(criterion)).unwrap();
    let rule = facts.unless.iter().map(criterion).fold(rule, Rule::and_not).with_enabled(facts.enabled);
    let rule = rule.with_window(facts.window.map(|(from, until)| Window::new(from, until).unwrap()));

    let verdict = engine.judge(&rule, &chat);
    engine.load_rule(rule).unwrap();
    assert!(engine.explain(&chat).map(|(_, explained)| explained).eq([verdict.clone()]), "{facts:?}");
    let watchers = engine.watchers_for(&chat);
    let watchers: Vec<_> = watchers.iter().map(|watcher| (watcher.operator().as_str(), watcher.rules())).collect();
    let granted: &[_] = if verdict == Granted { &[("hana", &[parse("r1")][..])] } else { &[] };
    assert_eq!(watchers, granted, "{facts:?}");
    let mut buffer = WatcherBuffer::new();
    assert_eq!(engine.watchers_for_into(&chat, &mut buffer).len(), granted.len(), "{facts:?}");
    verdict
}

pub(super) fn check(rows: impl IntoIterator<Item = (Facts, Verdict)>) {
    for (facts, expected) in rows {
        assert_eq!(verdict(facts), expected, "{facts:?}");
    }
}

#[test]
fn a_chat_is_watched_when_every_gate_is_open() {
    check([(OPEN, Granted), (Facts { permissions: AMONG_SUPERVISORS, ..OPEN }, Granted)]);
}

/// The list and a match without `_` are made of the same names: a new gate does not compile until it has one.
macro_rules! gates {
    ($($name:ident)*) => {
        const GATES: &[&str] = &[$(stringify!($name)),*];
        const _: fn(&Verdict) = |verdict| match verdict {
            Verdict::Granted => {}
            $(Verdict::$name { .. } => {})*
        };
    };
}

gates! {
    Disabled OutsideWindow NoMatch Forbidden Excluded Unattended NoRights OwnChat NotPermitted OutOfScope
}

#[test]
fn each_gate_alone_closes() {
    let rows = [
        (Facts { enabled: false, ..OPEN }, Disabled),
        (Facts { window: Some((Some(10), None)), ..OPEN }, OutsideWindow),
        (Facts { ip: ELSEWHERE, ..OPEN }, NoMatch),
        (Facts { unless: &[When::Email("*@example.com")], ..OPEN }, NoMatch),
        (Facts { monitoring_allowed: false, ..OPEN }, Forbidden),
        (Facts { exclusions: NEVER, ..OPEN }, excluded("x1")),
        (Facts { operators: &[], ..OPEN }, Unattended),
        // Gate 7 is closed to whoever may monitor nobody, unless there is nobody to be permitted.
        (Facts { watcher: None, operators: &[], watch_unattended: true, ..OPEN }, NoRights),
        (Facts { watcher: Some(ASSOCIATE), operators: &[], watch_unattended: true, ..OPEN }, NoRights),
        (Facts { watcher: None, operators: &[], joined: &["associate"], joined_count: false, ..OPEN }, NoRights),
        (Facts { operators: &["associate", "hana"], permissions: AMONG_SUPERVISORS, ..OPEN }, OwnChat),
        (Facts { joined: &["hana"], permissions: AMONG_SUPERVISORS, ..OPEN }, OwnChat),
        (Facts { joined: &["hana"], joined_count: false, ..OPEN }, OwnChat),
        (Facts { operators: &["administrator"], ..OPEN }, not_permitted("administrator")),
        (Facts { operators: &["stranger"], ..OPEN }, not_permitted("stranger")),
        (Facts { within: Within::Either, ..OPEN }, OutOfScope),
    ];
    let closed = rows.each_ref().map(|(_, verdict)| format!("{verdict:?}"));
    for gate in GATES {
        assert!(closed.iter().any(|verdict| verdict.split('(').next() == Some(gate)), "no row closes gate `{gate}`");
    }
    check(rows);
}

/// Gates 6 and 8, and 6 and 9, cannot be closed at once: whoever closes the later one attends.
#[test]
fn the_first_closed_gate_is_the_verdict() {
    let among = Facts { permissions: AMONG_SUPERVISORS, ..OPEN };
    check([
        (Facts { enabled: false, ip: ELSEWHERE, ..OPEN }, Disabled),
        (Facts { enabled: false, monitoring_allowed: false, ..OPEN }, Disabled),
        (Facts { enabled: false, operators: &[], ..OPEN }, Disabled),
        (Facts { enabled: false, watcher: Some(ASSOCIATE), ..OPEN }, Disabled),
        (Facts { enabled: false, watcher: None, ..OPEN }, Disabled),
        (Facts { enabled: false, joined: &["hana"], ..among }, Disabled),
        (Facts { enabled: false, operators: &["administrator"], ..OPEN }, Disabled),
        (Facts { ip: ELSEWHERE, monitoring_allowed: false, ..OPEN }, NoMatch),
        (Facts { ip: ELSEWHERE, operators: &[], ..OPEN }, NoMatch),
        (Facts { ip: ELSEWHERE, watcher: Some(ASSOCIATE), ..OPEN }, NoMatch),
        (Facts { ip: ELSEWHERE, watcher: None, ..OPEN }, NoMatch),
        (Facts { ip: ELSEWHERE, joined: &["hana"], ..among }, NoMatch),
        (Facts { ip: ELSEWHERE, operators: &["administrator"], ..OPEN }, NoMatch),
        (Facts { monitoring_allowed: false, operators: &[], ..OPEN }, Forbidden),
        (Facts { monitoring_allowed: false, watcher: Some(ASSOCIATE), ..OPEN }, Forbidden),
        (Facts { monitoring_allowed: false, watcher: None, ..OPEN }, Forbidden),
        (Facts { monitoring_allowed: false, joined: &["hana"], ..among }, Forbidden),
        (Facts { monitoring_allowed: false, operators: &["administrator"], ..OPEN }, Forbidden),
        (Facts { operators: &[], watcher: Some(ASSOCIATE), ..OPEN }, Unattended),
        (Facts { operators: &[], watcher: None, ..OPEN }, Unattended),
        (Facts { watcher: Some(ASSOCIATE), joined: &["hana"], ..among }, NoRights),
        (Facts { watcher: None, joined: &["hana"], ..among }, NoRights),
        (Facts { watcher: Some(ASSOCIATE), operators: &["administrator"], ..OPEN }, NoRights),
        (Facts { watcher: None, operators: &["stranger"], ..OPEN }, NoRights),
        (Facts { operators: &["administrator", "hana"], ..among }, OwnChat),
        (Facts { operators: &["administrator"], joined: &["hana"], ..OPEN }, OwnChat),
    ]);
}

/// Each new gate stands where the contract has it: closed together with each of the others, the first of two answers.
#[test]
fn of_two_closed_gates_the_earlier_one_is_the_verdict_for_new_ones_too() {
    let late = Facts { window: Some((Some(10), None)), now: Some(9), ..OPEN };
    let never = Facts { exclusions: NEVER, ..OPEN };
    let outside = Facts { within: Within::Either, ..OPEN };
    let among = Facts { permissions: AMONG_SUPERVISORS, ..outside };
    check([
        (Facts { enabled: false, ..late }, Disabled),
        (Facts { ip: ELSEWHERE, ..late }, OutsideWindow),
        (Facts { monitoring_allowed: false, ..late }, OutsideWindow),
        (Facts { exclusions: NEVER, ..late }, OutsideWindow),
        (Facts { operators: &[], ..late }, OutsideWindow),
        (Facts { watcher: Some(ASSOCIATE), ..late }, OutsideWindow),
        (Facts { watcher: None, ..late }, OutsideWindow),
        (Facts { joined: &["hana"], ..late }, OutsideWindow),
        (Facts { operators: &["administrator"], ..late }, OutsideWindow),
        (Facts { within: Within::Chat, ..late }, OutsideWindow),
        (Facts { enabled: false, ..never }, Disabled),
        (Facts { ip: ELSEWHERE, exclusions: NEVER_BY_EMAIL, ..OPEN }, NoMatch),
        (Facts { monitoring_allowed: false, ..never }, Forbidden),
        (Facts { operators: &[], ..never }, excluded("x1")),
        (Facts { watcher: Some(ASSOCIATE), ..never }, excluded("x1")),
        (Facts { watcher: None, ..never }, excluded("x1")),
        (Facts { joined: &["hana"], ..never }, excluded("x1")),
        (Facts { operators: &["administrator"], ..never }, excluded("x1")),
        (Facts { within: Within::Chat, ..never }, excluded("x1")),
        (Facts { enabled: false, ..outside }, Disabled),
        (Facts { ip: ELSEWHERE, ..outside }, NoMatch),
        (Facts { monitoring_allowed: false, ..outside }, Forbidden),
        (Facts { operators: &[], ..outside }, Unattended),
        (Facts { watcher: Some(ASSOCIATE), ..outside }, NoRights),
        (Facts { joined: &["hana"], ..among }, OwnChat),
        (Facts { operators: &["administrator"], ..outside }, not_permitted("administrator")),
        (Facts { operators: &["stranger"], ..outside }, not_permitted("stranger")),
    ]);
}

#[test]
fn with_all_gates_closed_opening_the_first_shows_the_next() {
    let closed = Facts {
        enabled: false,
        window: Some((None, Some(10))),
        now: Some(10),
        ip: ELSEWHERE,
        monitoring_allowed: false,
        exclusions: NEVER_BY_EMAIL,
        operators: &[],
        watcher: Some(ASSOCIATE),
        within: Within::Chat,
        ..OPEN
    };
    let told = Facts { enabled: true, now: Some(9), window: Some((None, Some(10))), ..OPEN };
    let scoped = Facts { within: Within::Chat, ..told };
    check([
        (closed, Disabled),
        (Facts { enabled: true, ..closed }, OutsideWindow),
        (Facts { enabled: true, now: Some(9), ..closed }, NoMatch),
        (Facts { enabled: true, now: Some(9), ip: OPEN.ip, ..closed }, Forbidden),
        (Facts { enabled: true, now: Some(9), ip: OPEN.ip, monitoring_allowed: true, ..closed }, excluded("x1")),
        (Facts { operators: &[], watcher: Some(ASSOCIATE), ..scoped }, Unattended),
        (Facts { operators: &["hana", "administrator"], watcher: Some(ASSOCIATE), ..scoped }, NoRights),
        (Facts { operators: &["hana", "administrator"], ..scoped }, OwnChat),
        (Facts { operators: &["administrator"], ..scoped }, not_permitted("administrator")),
        (scoped, OutOfScope),
        (Facts { departments: &["sales"], own_departments: &["sales"], ..scoped }, Granted),
        (OPEN, Granted),
    ]);
}

#[test]
fn the_permission_table_holds_cell_by_cell() {
    let cell = |watcher, operators| Facts { watcher, operators, ..OPEN };
    check([
        (cell(Some(ADMINISTRATOR), &["administrator"]), not_permitted("administrator")),
        (cell(Some(ADMINISTRATOR), &["supervisor"]), Granted),
        (cell(Some(ADMINISTRATOR), &["associate"]), Granted),
        (cell(Some(ADMINISTRATOR), &["stranger"]), not_permitted("stranger")),
        (cell(Some(SUPERVISOR), &["administrator"]), not_permitted("administrator")),
        (cell(Some(SUPERVISOR), &["supervisor"]), not_permitted("supervisor")),
        (cell(Some(SUPERVISOR), &["associate"]), Granted),
        (cell(Some(SUPERVISOR), &["stranger"]), not_permitted("stranger")),
        (cell(Some(ASSOCIATE), &["administrator"]), NoRights),
        (cell(Some(ASSOCIATE), &["supervisor"]), NoRights),
        (cell(Some(ASSOCIATE), &["associate"]), NoRights),
        (cell(Some(ASSOCIATE), &["stranger"]), NoRights),
        (cell(None, &["administrator"]), NoRights),
        (cell(None, &["supervisor"]), NoRights),
        (cell(None, &["associate"]), NoRights),
        (cell(None, &["stranger"]), NoRights),
    ]);
}

#[test]
fn a_replaced_table_is_the_one_that_counts() {
    let upside_down = Facts { permissions: &[(ASSOCIATE, ADMINISTRATOR), (ASSOCIATE, ASSOCIATE)], ..OPEN };
    let nobody = Facts { permissions: &[], ..OPEN };
    check([
        (Facts { watcher: Some(ASSOCIATE), operators: &["administrator"], ..upside_down }, Granted),
        (Facts { watcher: Some(ASSOCIATE), operators: &["associate"], ..upside_down }, Granted),
        (Facts { watcher: Some(ASSOCIATE), operators: &["supervisor"], ..upside_down }, not_permitted("supervisor")),
        (Facts { watcher: Some(ASSOCIATE), operators: &["stranger"], ..upside_down }, not_permitted("stranger")),
        (Facts { watcher: Some(SUPERVISOR), ..upside_down }, NoRights),
        (Facts { watcher: Some(ADMINISTRATOR), ..upside_down }, NoRights),
        (Facts { watcher: Some(ADMINISTRATOR), ..nobody }, NoRights),
        (Facts { watcher: Some(SUPERVISOR), ..nobody }, NoRights),
        (Facts { watcher: Some(ASSOCIATE), ..nobody }, NoRights),
        (Facts { operators: &["supervisor"], permissions: AMONG_SUPERVISORS, ..OPEN }, Granted),
    ]);
}

#[test]
fn one_cell_opens_for_one_pair_of_roles() {
    let pairs = || Role::BUILT_IN.into_iter().flat_map(|of| Role::BUILT_IN.map(|to| (of.clone(), to)));
    for (watcher, target) in pairs() {
        let only = Permissions::none().with(watcher.clone(), target.clone(), true).unwrap();
        for (of, to) in pairs() {
            assert_eq!(only.may_monitor(&of, &to), (&of, &to) == (&watcher, &target), "{only:?}");
        }
        assert!(Role::BUILT_IN.iter().all(|role| only.may_monitor_anybody(role) == (*role == watcher)));
        assert_eq!(only.with(watcher, target, false), Ok(Permissions::none()));
    }
}

#[test]
fn of_several_operators_the_first_not_permitted_is_named() {
    check([
        (Facts { operators: &["associate", "stranger"], ..OPEN }, not_permitted("stranger")),
        (Facts { operators: &["associate", "supervisor", "administrator"], ..OPEN }, not_permitted("supervisor")),
        (Facts { operators: &["administrator", "supervisor", "associate"], ..OPEN }, not_permitted("administrator")),
        (Facts { operators: &["stranger", "administrator"], ..OPEN }, not_permitted("stranger")),
        // The chat's order counts, not that of the ids.
        (Facts { operators: &["supervisor", "administrator"], ..OPEN }, not_permitted("supervisor")),
        (Facts { operators: &["associate", "supervisor"], watcher: Some(ADMINISTRATOR), ..OPEN }, Granted),
    ]);
}

#[test]
fn those_who_joined_are_named_after_those_who_were_given_the_chat() {
    check([
        (Facts { joined: &["supervisor"], ..OPEN }, not_permitted("supervisor")),
        (Facts { joined: &["stranger"], ..OPEN }, not_permitted("stranger")),
        (Facts { operators: &["supervisor"], joined: &["administrator"], ..OPEN }, not_permitted("supervisor")),
        (Facts { joined: &["supervisor", "administrator"], ..OPEN }, not_permitted("supervisor")),
        (Facts { joined: &["supervisor"], watcher: Some(ADMINISTRATOR), ..OPEN }, Granted),
        (Facts { operators: &[], joined: &["associate"], ..OPEN }, Granted),
    ]);
}

#[test]
fn joined_operators_can_be_exempt_from_the_permission_and_from_nothing_else() {
    let exempt = Facts { joined_count: false, ..OPEN };
    check([
        (Facts { joined: &["administrator"], ..exempt }, Granted),
        (Facts { joined: &["stranger"], ..exempt }, Granted),
        (Facts { operators: &["supervisor"], joined: &["administrator"], ..exempt }, not_permitted("supervisor")),
        // They attend all the same: the chat is not unattended, and the watcher's own if it is she who joined.
        (Facts { operators: &[], joined: &["administrator"], ..exempt }, Granted),
        (Facts { joined: &["hana"], ..exempt }, OwnChat),
        (Facts { joined: &["supervisor"], when: &[When::Operator("supervisor")], ..exempt }, Granted),
        (Facts { joined: &["administrator"], watcher: Some(ASSOCIATE), ..exempt }, NoRights),
    ]);
}

#[test]
fn an_unattended_chat_is_watched_only_where_the_policy_says_so() {
    let unattended = Facts { operators: &[], ..OPEN };
    check([
        (unattended, Unattended),
        (Facts { watch_unattended: true, ..unattended }, Granted),
        (Facts { watch_unattended: true, ..OPEN }, Granted),
        (Facts { watch_unattended: true, operators: &["supervisor"], ..OPEN }, not_permitted("supervisor")),
        (Facts { watch_unattended: true, monitoring_allowed: false, ..unattended }, Forbidden),
    ]);
}

#[test]
fn without_consent_nobody_watches_whatever_the_policy() {
    let refused = Facts { monitoring_allowed: false, ..OPEN };
    check([
        (refused, Forbidden),
        (Facts { watcher: Some(ADMINISTRATOR), ..refused }, Forbidden),
        (Facts { watch_unattended: true, joined_count: false, permissions: AMONG_SUPERVISORS, ..refused }, Forbidden),
    ]);
}

#[test]
fn a_chat_of_ones_own_is_not_watched_by_any_rule_or_role() {
    let given = Facts { operators: &["associate", "hana"], ..OPEN };
    check([
        (given, OwnChat),
        (Facts { operators: &["hana"], ..OPEN }, OwnChat),
        (Facts { operators: &["hana", "associate"], ..OPEN }, OwnChat),
        (Facts { joined: &["hana"], ..OPEN }, OwnChat),
        (Facts { operators: &[], joined: &["hana"], ..OPEN }, OwnChat),
        (Facts { watcher: Some(ADMINISTRATOR), ..given }, OwnChat),
        (Facts { when: &[When::Operator("associate")], ..given }, OwnChat),
        // A rule loaded from elsewhere may even name its watcher.
        (Facts { when: &[When::Operator("hana")], ..given }, OwnChat),
    ]);
}

#[test]
fn a_fact_that_the_chat_lacks_satisfies_nothing() {
    let unknown = Facts { ip: None, email: None, ..OPEN };
    check([
        (Facts { when: &[When::Ip("192.0.2.7")], ..unknown }, NoMatch),
        (Facts { when: &[When::Ip("0.0.0.0/0")], ..unknown }, NoMatch),
        (Facts { when: &[When::Ip("::/0")], ..unknown }, NoMatch),
        (Facts { when: &[When::Email("mika@example.com")], ..unknown }, NoMatch),
        (Facts { when: &[When::Email("*@example.com")], ..unknown }, NoMatch),
        (Facts { when: &[When::Operator("supervisor")], ..unknown }, NoMatch),
        (Facts { when: &[When::Operator("associate")], ..unknown }, Granted),
    ]);
}

#[test]
fn a_criterion_holds_for_what_it_names_and_nothing_near_it() {
    let when = |when| Facts { when, ..OPEN };
    check([
        (when(&[When::Ip("192.0.2.7")]), Granted),
        (when(&[When::Ip("192.0.2.8")]), NoMatch),
        (when(&[When::Ip("192.0.2.0/29")]), Granted),
        (when(&[When::Ip("192.0.2.8/29")]), NoMatch),
        (when(&[When::Ip("0.0.0.0/0")]), Granted),
        (when(&[When::Ip("::/0")]), NoMatch),
        (when(&[When::Ip("::ffff:192.0.2.0/120")]), Granted),
        (Facts { ip: Some("::ffff:192.0.2.7"), ..OPEN }, Granted),
        (Facts { ip: Some("2001:db8::7"), ..when(&[When::Ip("2001:db8::/32")]) }, Granted),
        (Facts { ip: Some("2001:db8::7"), ..when(&[When::Ip("0.0.0.0/0")]) }, NoMatch),
        (when(&[When::Email("Mika@Example.COM")]), Granted),
        (when(&[When::Email("mika2@example.com")]), NoMatch),
        (when(&[When::Email("*@example.com")]), Granted),
        (when(&[When::Email("*@mail.example.com")]), NoMatch),
        (Facts { email: Some("mika@mail.example.com"), ..when(&[When::Email("*@example.com")]) }, NoMatch),
        (Facts { email: Some("mika@notexample.com"), ..when(&[When::Email("*@example.com")]) }, NoMatch),
        // Neither the dotless i nor the Kelvin sign is the letter that it looks like.
        (Facts { email: Some("m\u{131}ka@example.com"), ..when(&[When::Email("mika@example.com")]) }, NoMatch),
        (Facts { email: Some("mi\u{212A}a@example.com"), ..when(&[When::Email("mika@example.com")]) }, NoMatch),
        (when(&[When::Operator("associate")]), Granted),
        (when(&[When::Operator("ASSOCIATE")]), NoMatch),
        (Facts { joined: &["ken"], joined_count: false, ..when(&[When::Operator("ken")]) }, Granted),
    ]);
}

#[test]
fn all_criteria_of_a_rule_must_hold() {
    const OPERATOR: When = When::Operator("associate");
    const IP: When = When::Ip("192.0.2.0/24");
    const EMAIL: When = When::Email("*@example.com");
    let when = |when| Facts { when, ..OPEN };
    check([
        (when(&[OPERATOR, IP, EMAIL]), Granted),
        (when(&[IP, IP]), Granted),
        (when(&[When::Operator("ken"), IP, EMAIL]), NoMatch),
        (when(&[OPERATOR, When::Ip("198.51.100.0/24"), EMAIL]), NoMatch),
        (when(&[OPERATOR, IP, When::Email("*@example.org")]), NoMatch),
        (Facts { email: None, ..when(&[OPERATOR, IP, EMAIL]) }, NoMatch),
        (Facts { ip: None, ..when(&[OPERATOR, IP, EMAIL]) }, NoMatch),
        // Two criteria of a kind are no alternative: one visitor has one address.
        (when(&[When::Ip("192.0.2.7"), When::Ip("192.0.2.8")]), NoMatch),
        (
            Facts {
                operators: &["associate", "supervisor"],
                watcher: Some(ADMINISTRATOR),
                ..when(&[OPERATOR, When::Operator("supervisor")])
            },
            Granted,
        ),
        (when(&[OPERATOR, When::Operator("supervisor")]), NoMatch),
    ]);
}
