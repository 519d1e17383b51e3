//! The gates' truth table, written from the contract and apart from the code.
//!
//! Every row spells out a chat, a rule and the verdict. Nothing here computes one: laws hold whatever `judge` says, so a
//! gate deleted there would go unnoticed by them.

use chat_monitor::Role::{Administrator, Associate, Supervisor};
use chat_monitor::Verdict::{Disabled, Forbidden, Granted, NoMatch, NoRights, OwnChat, Unattended};
use chat_monitor::{Chat, Criterion, MonitorEngine, Permissions, Policy, Role, Rule, Verdict, Visitor};

use super::parse;

/// What a verdict depends on. The watcher is always hana; the others are named by their roles, and `stranger` is nobody
/// whom the engine knows.
#[derive(Clone, Copy, Debug)]
struct Facts {
    enabled: bool,
    when: &'static [When],
    ip: Option<&'static str>,
    email: Option<&'static str>,
    monitoring_allowed: bool,
    watch_unattended: bool,
    joined_count: bool,
    watcher: Option<Role>,
    operators: &'static [&'static str],
    joined: &'static [&'static str],
    /// The cells that say yes: who may monitor whom.
    permissions: &'static [(Role, Role)],
}

#[derive(Clone, Copy, Debug)]
enum When {
    Operator(&'static str),
    Ip(&'static str),
    Email(&'static str),
}

const DEFAULT_PERMISSIONS: &[(Role, Role)] =
    &[(Administrator, Supervisor), (Administrator, Associate), (Supervisor, Associate)];

/// Every gate is open.
const OPEN: Facts = Facts {
    enabled: true,
    when: &[When::Ip("192.0.2.0/24")],
    ip: Some("192.0.2.7"),
    email: Some("mika@example.com"),
    monitoring_allowed: true,
    watch_unattended: false,
    joined_count: true,
    watcher: Some(Supervisor),
    operators: &["associate"],
    joined: &[],
    permissions: DEFAULT_PERMISSIONS,
};

const ELSEWHERE: Option<&str> = Some("198.51.100.7");

/// Supervisors may monitor one another, so that hana in her own chat closes one gate and not two.
const AMONG_SUPERVISORS: &[(Role, Role)] = &[(Supervisor, Supervisor), (Supervisor, Associate)];

fn not_permitted(operator: &str) -> Verdict {
    Verdict::NotPermitted(parse(operator))
}

/// The verdict, asked for in every way that there is.
fn verdict(facts: Facts) -> Verdict {
    let mut policy = Policy::default();
    policy.watch_unattended = facts.watch_unattended;
    policy.joined_count = facts.joined_count;
    policy.permissions =
        facts.permissions.iter().fold(Permissions::NONE, |all, (watcher, target)| all.with(*watcher, *target, true));

    let mut engine = MonitorEngine::new();
    engine.set_policy(policy);
    engine.set_operator(parse("administrator"), Administrator);
    engine.set_operator(parse("supervisor"), Supervisor);
    engine.set_operator(parse("associate"), Associate);
    if let Some(role) = facts.watcher {
        engine.set_operator(parse("hana"), role);
    }

    let mut criteria = facts.when.iter().map(|when| match when {
        When::Operator(operator) => Criterion::Operator(parse(operator)),
        When::Ip(range) => Criterion::VisitorIp(parse(range)),
        When::Email(pattern) => Criterion::VisitorEmail(parse(pattern)),
    });
    let first = Rule::new(parse("r1"), parse("hana"), criteria.next().unwrap());
    let rule = criteria.fold(first, Rule::and);
    let rule = if facts.enabled { rule } else { rule.disabled() };

    let visitor = facts.ip.iter().fold(Visitor::new(), |visitor, ip| visitor.ip(ip.parse().unwrap()));
    let visitor = facts.email.iter().fold(visitor, |visitor, email| visitor.email(parse(email)));
    let chat = Chat::new(parse("c1")).visitor(visitor).allow_monitoring(facts.monitoring_allowed);
    let chat = facts.operators.iter().fold(chat, |chat, operator| chat.attended_by(parse(operator)));
    let chat = facts.joined.iter().fold(chat, |chat, operator| chat.joined_by(parse(operator)));

    let verdict = engine.judge(&rule, &chat);
    engine.load_rule(rule).unwrap();
    assert!(engine.explain(&chat).map(|(_, explained)| explained).eq([verdict.clone()]), "{facts:?}");
    let watchers = engine.watchers_for(&chat);
    let watchers: Vec<_> = watchers.iter().map(|watcher| (watcher.operator().as_str(), watcher.rules())).collect();
    let granted: &[_] = if verdict == Granted { &[("hana", &[parse("r1")][..])] } else { &[] };
    assert_eq!(watchers, granted, "{facts:?}");
    verdict
}

fn check(rows: impl IntoIterator<Item = (Facts, Verdict)>) {
    for (facts, expected) in rows {
        assert_eq!(verdict(facts), expected, "{facts:?}");
    }
}

#[test]
fn a_chat_is_watched_when_every_gate_is_open() {
    check([(OPEN, Granted), (Facts { permissions: AMONG_SUPERVISORS, ..OPEN }, Granted)]);
}

#[test]
fn each_gate_alone_closes() {
    check([
        (Facts { enabled: false, ..OPEN }, Disabled),
        (Facts { ip: ELSEWHERE, ..OPEN }, NoMatch),
        (Facts { monitoring_allowed: false, ..OPEN }, Forbidden),
        (Facts { operators: &[], ..OPEN }, Unattended),
        // Gate 7 is closed to whoever may monitor nobody, unless there is nobody to be permitted.
        (Facts { watcher: None, operators: &[], watch_unattended: true, ..OPEN }, NoRights),
        (Facts { watcher: Some(Associate), operators: &[], watch_unattended: true, ..OPEN }, NoRights),
        (Facts { watcher: None, operators: &[], joined: &["associate"], joined_count: false, ..OPEN }, NoRights),
        (Facts { operators: &["associate", "hana"], permissions: AMONG_SUPERVISORS, ..OPEN }, OwnChat),
        (Facts { joined: &["hana"], permissions: AMONG_SUPERVISORS, ..OPEN }, OwnChat),
        (Facts { joined: &["hana"], joined_count: false, ..OPEN }, OwnChat),
        (Facts { operators: &["administrator"], ..OPEN }, not_permitted("administrator")),
        (Facts { operators: &["stranger"], ..OPEN }, not_permitted("stranger")),
    ]);
}

/// Gates 4 and 6, and 4 and 7, cannot be closed at once: whoever closes the later one attends.
#[test]
fn the_first_closed_gate_is_the_verdict() {
    let among = Facts { permissions: AMONG_SUPERVISORS, ..OPEN };
    check([
        (Facts { enabled: false, ip: ELSEWHERE, ..OPEN }, Disabled),
        (Facts { enabled: false, monitoring_allowed: false, ..OPEN }, Disabled),
        (Facts { enabled: false, operators: &[], ..OPEN }, Disabled),
        (Facts { enabled: false, watcher: Some(Associate), ..OPEN }, Disabled),
        (Facts { enabled: false, watcher: None, ..OPEN }, Disabled),
        (Facts { enabled: false, joined: &["hana"], ..among }, Disabled),
        (Facts { enabled: false, operators: &["administrator"], ..OPEN }, Disabled),
        (Facts { ip: ELSEWHERE, monitoring_allowed: false, ..OPEN }, NoMatch),
        (Facts { ip: ELSEWHERE, operators: &[], ..OPEN }, NoMatch),
        (Facts { ip: ELSEWHERE, watcher: Some(Associate), ..OPEN }, NoMatch),
        (Facts { ip: ELSEWHERE, watcher: None, ..OPEN }, NoMatch),
        (Facts { ip: ELSEWHERE, joined: &["hana"], ..among }, NoMatch),
        (Facts { ip: ELSEWHERE, operators: &["administrator"], ..OPEN }, NoMatch),
        (Facts { monitoring_allowed: false, operators: &[], ..OPEN }, Forbidden),
        (Facts { monitoring_allowed: false, watcher: Some(Associate), ..OPEN }, Forbidden),
        (Facts { monitoring_allowed: false, watcher: None, ..OPEN }, Forbidden),
        (Facts { monitoring_allowed: false, joined: &["hana"], ..among }, Forbidden),
        (Facts { monitoring_allowed: false, operators: &["administrator"], ..OPEN }, Forbidden),
        (Facts { operators: &[], watcher: Some(Associate), ..OPEN }, Unattended),
        (Facts { operators: &[], watcher: None, ..OPEN }, Unattended),
        (Facts { watcher: Some(Associate), joined: &["hana"], ..among }, NoRights),
        (Facts { watcher: None, joined: &["hana"], ..among }, NoRights),
        (Facts { watcher: Some(Associate), operators: &["administrator"], ..OPEN }, NoRights),
        (Facts { watcher: None, operators: &["stranger"], ..OPEN }, NoRights),
        (Facts { operators: &["administrator", "hana"], ..among }, OwnChat),
        (Facts { operators: &["administrator"], joined: &["hana"], ..OPEN }, OwnChat),
    ]);
}

#[test]
fn with_all_gates_closed_opening_the_first_shows_the_next() {
    let closed = Facts {
        enabled: false,
        ip: ELSEWHERE,
        monitoring_allowed: false,
        operators: &[],
        watcher: Some(Associate),
        ..OPEN
    };
    check([
        (closed, Disabled),
        (Facts { enabled: true, ..closed }, NoMatch),
        (Facts { enabled: true, ip: OPEN.ip, ..closed }, Forbidden),
        (Facts { operators: &[], watcher: Some(Associate), ..OPEN }, Unattended),
        (Facts { operators: &["hana", "administrator"], watcher: Some(Associate), ..OPEN }, NoRights),
        (Facts { operators: &["hana", "administrator"], ..OPEN }, OwnChat),
        (Facts { operators: &["administrator"], ..OPEN }, not_permitted("administrator")),
        (OPEN, Granted),
    ]);
}

#[test]
fn the_permission_table_holds_cell_by_cell() {
    let cell = |watcher, operators| Facts { watcher, operators, ..OPEN };
    check([
        (cell(Some(Administrator), &["administrator"]), not_permitted("administrator")),
        (cell(Some(Administrator), &["supervisor"]), Granted),
        (cell(Some(Administrator), &["associate"]), Granted),
        (cell(Some(Administrator), &["stranger"]), not_permitted("stranger")),
        (cell(Some(Supervisor), &["administrator"]), not_permitted("administrator")),
        (cell(Some(Supervisor), &["supervisor"]), not_permitted("supervisor")),
        (cell(Some(Supervisor), &["associate"]), Granted),
        (cell(Some(Supervisor), &["stranger"]), not_permitted("stranger")),
        (cell(Some(Associate), &["administrator"]), NoRights),
        (cell(Some(Associate), &["supervisor"]), NoRights),
        (cell(Some(Associate), &["associate"]), NoRights),
        (cell(Some(Associate), &["stranger"]), NoRights),
        (cell(None, &["administrator"]), NoRights),
        (cell(None, &["supervisor"]), NoRights),
        (cell(None, &["associate"]), NoRights),
        (cell(None, &["stranger"]), NoRights),
    ]);
}

#[test]
fn a_replaced_table_is_the_one_that_counts() {
    let upside_down = Facts { permissions: &[(Associate, Administrator), (Associate, Associate)], ..OPEN };
    let nobody = Facts { permissions: &[], ..OPEN };
    check([
        (Facts { watcher: Some(Associate), operators: &["administrator"], ..upside_down }, Granted),
        (Facts { watcher: Some(Associate), operators: &["associate"], ..upside_down }, Granted),
        (Facts { watcher: Some(Associate), operators: &["supervisor"], ..upside_down }, not_permitted("supervisor")),
        (Facts { watcher: Some(Associate), operators: &["stranger"], ..upside_down }, not_permitted("stranger")),
        (Facts { watcher: Some(Supervisor), ..upside_down }, NoRights),
        (Facts { watcher: Some(Administrator), ..upside_down }, NoRights),
        (Facts { watcher: Some(Administrator), ..nobody }, NoRights),
        (Facts { watcher: Some(Supervisor), ..nobody }, NoRights),
        (Facts { watcher: Some(Associate), ..nobody }, NoRights),
        (Facts { operators: &["supervisor"], permissions: AMONG_SUPERVISORS, ..OPEN }, Granted),
    ]);
}

#[test]
fn one_cell_opens_for_one_pair_of_roles() {
    let others = |watcher: Role, target: Role| {
        let pairs = Role::ALL.into_iter().flat_map(|from| Role::ALL.map(|to| (from, to)));
        pairs.filter(move |pair| *pair != (watcher, target))
    };
    for (watcher, target) in Role::ALL.into_iter().flat_map(|from| Role::ALL.map(|to| (from, to))) {
        let only = Permissions::NONE.with(watcher, target, true);
        assert!(only.may_monitor(watcher, target));
        assert!(others(watcher, target).all(|(from, to)| !only.may_monitor(from, to)), "{only:?}");
        assert_eq!(Role::ALL.map(|role| only.may_monitor_anybody(role)), Role::ALL.map(|role| role == watcher));
        assert_eq!(only.with(watcher, target, false), Permissions::NONE);
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
        (Facts { operators: &["associate", "supervisor"], watcher: Some(Administrator), ..OPEN }, Granted),
    ]);
}

#[test]
fn those_who_joined_are_named_after_those_who_were_given_the_chat() {
    check([
        (Facts { joined: &["supervisor"], ..OPEN }, not_permitted("supervisor")),
        (Facts { joined: &["stranger"], ..OPEN }, not_permitted("stranger")),
        (Facts { operators: &["supervisor"], joined: &["administrator"], ..OPEN }, not_permitted("supervisor")),
        (Facts { joined: &["supervisor", "administrator"], ..OPEN }, not_permitted("supervisor")),
        (Facts { joined: &["supervisor"], watcher: Some(Administrator), ..OPEN }, Granted),
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
        (Facts { joined: &["administrator"], watcher: Some(Associate), ..exempt }, NoRights),
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
        (Facts { watcher: Some(Administrator), ..refused }, Forbidden),
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
        (Facts { watcher: Some(Administrator), ..given }, OwnChat),
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
        (when(&[When::Operator("Associate")]), NoMatch),
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
                watcher: Some(Administrator),
                ..when(&[OPERATOR, When::Operator("supervisor")])
            },
            Granted,
        ),
        (when(&[OPERATOR, When::Operator("supervisor")]), NoMatch),
    ]);
}
