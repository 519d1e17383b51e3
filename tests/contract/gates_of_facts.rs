//! The gates' truth table, continued: windows, `unless`, exclusions, samples, departments and attributes of chats, and
//! rows of the policy. Spelled out by hand, as in `gates`.

use chat_monitor::Verdict::{Disabled, Forbidden, Granted, NoMatch, NoRights, OutsideWindow, OwnChat, Unattended};
use chat_monitor::{Chat, ChatId, Criterion, MonitorEngine, Operator, Role, Rule, Sample, Verdict};

use super::gates::{
    ADMINISTRATOR, ASSOCIATE, Facts, LEAD, Never, OPEN, SUPERVISOR, When, check, departments, excluded, not_permitted,
    verdict,
};
use super::parse;

const ELSEWHERE: Option<&str> = Some("198.51.100.7");

#[test]
fn a_window_holds_from_its_first_instant_and_no_longer_at_its_second() {
    let at = |now, from, until| Facts { window: Some((from, until)), now, ..OPEN };
    check([
        (at(Some(9), Some(10), Some(20)), OutsideWindow),
        (at(Some(10), Some(10), Some(20)), Granted),
        (at(Some(11), Some(10), Some(20)), Granted),
        (at(Some(19), Some(10), Some(20)), Granted),
        (at(Some(20), Some(10), Some(20)), OutsideWindow),
        (at(Some(21), Some(10), Some(20)), OutsideWindow),
        // Open at one end.
        (at(Some(9), Some(10), None), OutsideWindow),
        (at(Some(10), Some(10), None), Granted),
        (at(Some(9_007_199_254_740_991), Some(10), None), Granted),
        (at(Some(0), None, Some(20)), Granted),
        (at(Some(19), None, Some(20)), Granted),
        (at(Some(20), None, Some(20)), OutsideWindow),
        // The shortest ones there are.
        (at(Some(0), Some(0), Some(1)), Granted),
        (at(Some(1), Some(0), Some(1)), OutsideWindow),
        (at(Some(0), None, Some(1)), Granted),
        (at(Some(0), None, Some(0)), OutsideWindow),
        (at(Some(9_007_199_254_740_990), Some(9_007_199_254_740_990), Some(9_007_199_254_740_991)), Granted),
        (at(Some(9_007_199_254_740_991), Some(9_007_199_254_740_990), Some(9_007_199_254_740_991)), OutsideWindow),
        (at(Some(9_007_199_254_740_991), Some(9_007_199_254_740_991), None), Granted),
    ]);
}

#[test]
fn until_a_time_is_told_no_window_holds() {
    let untold = |window| Facts { window, now: None, ..OPEN };
    check([
        (untold(Some((Some(0), None))), OutsideWindow),
        (untold(Some((None, Some(9_007_199_254_740_991)))), OutsideWindow),
        (untold(Some((Some(0), Some(9_007_199_254_740_991)))), OutsideWindow),
        // A rule without one asks for no time.
        (untold(None), Granted),
        (Facts { now: Some(0), ..OPEN }, Granted),
    ]);
}

#[test]
fn a_rule_matches_when_none_of_its_exceptions_does() {
    let unless = |unless| Facts { unless, departments: &["sales"], attributes: &[("tag", "vip")], ..OPEN };
    check([
        (unless(&[When::Ip("192.0.2.0/24")]), NoMatch),
        (unless(&[When::Ip("198.51.100.0/24")]), Granted),
        (unless(&[When::Email("mika@example.com")]), NoMatch),
        (unless(&[When::Email("*@example.org")]), Granted),
        (unless(&[When::Operator("associate")]), NoMatch),
        (unless(&[When::Operator("supervisor")]), Granted),
        (unless(&[When::Department("sales")]), NoMatch),
        (unless(&[When::Department("support")]), Granted),
        (unless(&[When::Attribute("tag", "vip")]), NoMatch),
        (unless(&[When::Attribute("tag", "refund")]), Granted),
        (unless(&[When::Sample(1_000_000, "qa")]), NoMatch),
        (unless(&[When::Sample(57_574, "qa")]), Granted),
        (unless(&[When::Sample(57_575, "qa")]), NoMatch),
        (Facts { belong: &[("associate", &["sales"])], ..unless(&[When::OperatorIn("sales")]) }, NoMatch),
        (Facts { belong: &[("associate", &["support"])], ..unless(&[When::OperatorIn("sales")]) }, Granted),
        // Of several one is enough.
        (unless(&[When::Ip("198.51.100.0/24"), When::Department("sales")]), NoMatch),
        (unless(&[When::Department("sales"), When::Ip("198.51.100.0/24")]), NoMatch),
        (unless(&[When::Ip("198.51.100.0/24"), When::Department("support")]), Granted),
        // What holds in `when` and in `unless` never matches.
        (Facts { when: &[When::Department("sales")], ..unless(&[When::Department("sales")]) }, NoMatch),
        // An exception by a fact that is not known does not hold.
        (Facts { email: None, ..unless(&[When::Email("*@example.com")]) }, Granted),
        (Facts { ip: None, when: &[When::Department("sales")], ..unless(&[When::Ip("0.0.0.0/0")]) }, Granted),
        (Facts { departments: &[], ..unless(&[When::Department("sales")]) }, Granted),
        (Facts { attributes: &[], ..unless(&[When::Attribute("tag", "vip")]) }, Granted),
        // One of the watcher's own: they attend, so the exception comes first.
        (Facts { joined: &["hana"], ..unless(&[When::Operator("hana")]) }, NoMatch),
        (unless(&[When::Operator("hana")]), Granted),
    ]);
}

#[test]
fn a_chat_has_the_departments_and_attributes_that_it_was_told() {
    let told = Facts {
        departments: &["sales", "support"],
        attributes: &[("tag", "refund"), ("tag", "vip"), ("brand", "acme")],
        ..OPEN
    };
    let when = |when| Facts { when, ..told };
    check([
        (when(&[When::Department("sales")]), Granted),
        (when(&[When::Department("support")]), Granted),
        (when(&[When::Department("sales"), When::Department("support")]), Granted),
        (when(&[When::Department("sales"), When::Department("legal")]), NoMatch),
        (when(&[When::Department("Sales")]), NoMatch),
        (when(&[When::Department("sale")]), NoMatch),
        (when(&[When::Attribute("tag", "refund")]), Granted),
        (when(&[When::Attribute("tag", "vip")]), Granted),
        (when(&[When::Attribute("tag", "vip"), When::Attribute("brand", "acme")]), Granted),
        // A value of another name is another attribute, and so is a part of it.
        (when(&[When::Attribute("brand", "vip")]), NoMatch),
        (when(&[When::Attribute("acme", "brand")]), NoMatch),
        (when(&[When::Attribute("tag", "vi")]), NoMatch),
        (when(&[When::Attribute("tagv", "ip")]), NoMatch),
        (when(&[When::Attribute("tag", "VIP")]), NoMatch),
        // What a chat lacks satisfies nothing.
        (Facts { departments: &[], ..when(&[When::Department("sales")]) }, NoMatch),
        (Facts { attributes: &[], ..when(&[When::Attribute("tag", "vip")]) }, NoMatch),
        (Facts { belong: &[], ..when(&[When::OperatorIn("sales")]) }, NoMatch),
    ]);
}

#[test]
fn an_operator_of_a_department_counts_for_it_given_or_joined() {
    let when = Facts { when: &[When::OperatorIn("sales")], belong: &[("associate", &["sales", "desk"])], ..OPEN };
    let exempt = Facts { joined_count: false, ..when };
    let joined = Facts { operators: &["supervisor"], joined: &["associate"], watcher: Some(ADMINISTRATOR), ..when };
    check([
        (when, Granted),
        (exempt, Granted),
        (joined, Granted),
        (Facts { joined_count: false, ..joined }, Granted),
        (Facts { operators: &[], joined: &["associate"], ..when }, Granted),
        (Facts { operators: &[], joined: &["associate"], ..exempt }, Granted),
        (Facts { when: &[When::OperatorIn("desk")], ..when }, Granted),
        (Facts { when: &[When::OperatorIn("support")], ..when }, NoMatch),
        // The chat's own departments are another thing, and so is what somebody oversees.
        (Facts { departments: &["support"], when: &[When::OperatorIn("support")], ..when }, NoMatch),
        (Facts { when: &[When::Department("sales")], ..when }, NoMatch),
        // Of those who attend one is enough; the watcher themselves attends too.
        (Facts { operators: &["administrator", "associate"], ..when }, not_permitted("administrator")),
        (Facts { joined: &["hana"], own_departments: &["hq"], when: &[When::OperatorIn("hq")], ..when }, OwnChat),
        // Somebody unknown belongs to nothing.
        (Facts { operators: &["stranger"], ..when }, NoMatch),
        (Facts { operators: &[], watch_unattended: true, ..when }, NoMatch),
    ]);
}

#[test]
fn an_exclusion_for_everybody_binds_every_role_and_the_unknown_watcher_too() {
    let never = Facts { exclusions: &[Never("x1", &[When::Ip("192.0.2.7")], None)], ..OPEN };
    check([
        (never, excluded("x1")),
        (Facts { watcher: Some(ADMINISTRATOR), ..never }, excluded("x1")),
        (Facts { watcher: Some(ASSOCIATE), ..never }, excluded("x1")),
        (Facts { watcher: Some(LEAD), ..never }, excluded("x1")),
        (Facts { watcher: None, ..never }, excluded("x1")),
        (Facts { ip: None, when: &[When::Email("*@example.com")], ..never }, Granted),
        (Facts { ip: ELSEWHERE, when: &[When::Email("*@example.com")], ..never }, Granted),
    ]);
}

#[test]
fn an_exclusion_for_roles_binds_their_operators_and_nobody_else() {
    const NEVER: &[Never] = &[Never("x1", &[When::Ip("192.0.2.7")], Some(&["supervisor", "lead"]))];
    let lead = Facts { watcher: Some(LEAD), permissions: &[(LEAD, ASSOCIATE)], ..OPEN };
    check([
        (Facts { exclusions: NEVER, ..OPEN }, excluded("x1")),
        (Facts { exclusions: NEVER, ..lead }, excluded("x1")),
        (Facts { exclusions: NEVER, watcher: Some(ADMINISTRATOR), ..OPEN }, Granted),
        (Facts { exclusions: NEVER, watcher: Some(ASSOCIATE), ..OPEN }, NoRights),
        (Facts { exclusions: NEVER, watcher: None, ..OPEN }, NoRights),
        (Facts { exclusions: &[Never("x1", &[When::Ip("192.0.2.7")], Some(&["associate"]))], ..OPEN }, Granted),
        (Facts { exclusions: &[Never("x1", &[When::Ip("192.0.2.7")], Some(&["supervisor"]))], ..lead }, Granted),
    ]);
}

#[test]
fn the_first_exclusion_that_holds_and_binds_is_named() {
    const HOLDS: &[When] = &[When::Ip("192.0.2.7")];
    const HOLDS_TOO: &[When] = &[When::Email("*@example.com")];
    const DOES_NOT: &[When] = &[When::Ip("192.0.2.7"), When::Email("*@example.org")];
    let by = |exclusions| Facts { exclusions, ..OPEN };
    check([
        (by(&[Never("x1", HOLDS, None), Never("x2", HOLDS_TOO, None)]), excluded("x1")),
        (by(&[Never("x2", HOLDS_TOO, None), Never("x1", HOLDS, None)]), excluded("x2")),
        // The order is that of adding, not that of the ids or of where they are filed.
        (by(&[Never("b", HOLDS, None), Never("a", HOLDS, None)]), excluded("b")),
        (by(&[Never("x1", DOES_NOT, None), Never("x2", HOLDS, None)]), excluded("x2")),
        (by(&[Never("x1", HOLDS, Some(&["associate"])), Never("x2", HOLDS, None)]), excluded("x2")),
        (by(&[Never("x1", HOLDS, Some(&["associate"])), Never("x2", HOLDS, Some(&["supervisor"]))]), excluded("x2")),
        (by(&[Never("x1", HOLDS, Some(&["supervisor"])), Never("x2", HOLDS, None)]), excluded("x1")),
        (
            Facts {
                watcher: None,
                ..by(&[Never("x1", HOLDS, Some(&["supervisor"])), Never("x2", HOLDS, None), Never("x3", HOLDS, None)])
            },
            excluded("x2"),
        ),
        (by(&[Never("x1", DOES_NOT, None)]), Granted),
    ]);
}

#[test]
fn an_exclusion_can_be_by_every_kind_of_fact_and_all_its_criteria_must_hold() {
    const TOLD: Facts = Facts {
        departments: &["hr"],
        attributes: &[("tag", "legal")],
        belong: &[("associate", &["desk"])],
        when: &[When::Operator("associate")],
        ..OPEN
    };
    let by = |exclusions| Facts { exclusions, ..TOLD };
    check([
        (by(&[Never("x1", &[When::Operator("associate")], None)]), excluded("x1")),
        (by(&[Never("x1", &[When::Operator("supervisor")], None)]), Granted),
        (by(&[Never("x1", &[When::Ip("192.0.2.0/24")], None)]), excluded("x1")),
        (by(&[Never("x1", &[When::Ip("::/0")], None)]), Granted),
        (by(&[Never("x1", &[When::Email("mika@example.com")], None)]), excluded("x1")),
        (by(&[Never("x1", &[When::Email("*@example.com")], None)]), excluded("x1")),
        (by(&[Never("x1", &[When::Email("*@*.example.com")], None)]), Granted),
        (by(&[Never("x1", &[When::Department("hr")], None)]), excluded("x1")),
        (by(&[Never("x1", &[When::Department("desk")], None)]), Granted),
        (by(&[Never("x1", &[When::OperatorIn("desk")], None)]), excluded("x1")),
        (by(&[Never("x1", &[When::OperatorIn("hr")], None)]), Granted),
        (by(&[Never("x1", &[When::Attribute("tag", "legal")], None)]), excluded("x1")),
        (by(&[Never("x1", &[When::Attribute("tag", "vip")], None)]), Granted),
        (by(&[Never("x1", &[When::Sample(57_575, "qa")], None)]), excluded("x1")),
        (by(&[Never("x1", &[When::Sample(57_574, "qa")], None)]), Granted),
        (by(&[Never("x1", &[When::Department("hr"), When::Attribute("tag", "legal")], None)]), excluded("x1")),
        (by(&[Never("x1", &[When::Department("hr"), When::Attribute("tag", "vip")], None)]), Granted),
        (by(&[Never("x1", &[When::Attribute("tag", "vip"), When::Department("hr")], None)]), Granted),
        // By a fact that is not known yet it does not hold yet.
        (Facts { email: None, ..by(&[Never("x1", &[When::Email("*@example.com")], None)]) }, Granted),
        (Facts { ip: None, ..by(&[Never("x1", &[When::Ip("0.0.0.0/0")], None)]) }, Granted),
        (Facts { departments: &[], ..by(&[Never("x1", &[When::Department("hr")], None)]) }, Granted),
        // A joined operator is as much of the chat as one to whom it was given.
        (
            Facts {
                joined: &["administrator"],
                joined_count: false,
                ..by(&[Never("x1", &[When::Operator("administrator")], None)])
            },
            excluded("x1"),
        ),
    ]);
}

#[test]
fn a_row_may_watch_unattended_chats_where_the_policy_keeps_others_from_it() {
    const QUEUED: Facts = Facts { operators: &[], ..OPEN };
    const TRIAGE: Facts = Facts { watcher: Some(LEAD), permissions: &[], unattended: true, ..QUEUED };
    check([
        (QUEUED, Unattended),
        (Facts { unattended: true, ..QUEUED }, Granted),
        (Facts { watch_unattended: true, ..QUEUED }, Granted),
        // Unattended chats alone: a role that monitors nobody.
        (TRIAGE, Granted),
        (Facts { watch_unattended: true, ..TRIAGE }, Granted),
        (Facts { unattended: false, ..TRIAGE }, Unattended),
        (Facts { unattended: false, watch_unattended: true, ..TRIAGE }, NoRights),
        (Facts { operators: &["associate"], ..TRIAGE }, not_permitted("associate")),
        (Facts { operators: &["stranger"], ..TRIAGE }, not_permitted("stranger")),
        (Facts { joined: &["associate"], ..TRIAGE }, not_permitted("associate")),
        // One who joined attends, and need not count.
        (Facts { joined: &["associate"], joined_count: false, ..TRIAGE }, Granted),
        (Facts { joined: &["hana"], ..TRIAGE }, OwnChat),
        (Facts { monitoring_allowed: false, ..TRIAGE }, Forbidden),
        (Facts { enabled: false, ..TRIAGE }, Disabled),
        (Facts { rights: &[], ..TRIAGE }, NoRights),
        (Facts { watcher: None, watch_unattended: true, ..QUEUED }, NoRights),
    ]);
}

#[test]
fn a_named_role_monitors_and_is_monitored_by_its_row() {
    const LEADS: Facts =
        Facts { watcher: Some(LEAD), permissions: &[(LEAD, ASSOCIATE), (LEAD, LEAD), (SUPERVISOR, LEAD)], ..OPEN };
    check([
        (LEADS, Granted),
        (Facts { operators: &["lead"], ..LEADS }, Granted),
        (Facts { operators: &["supervisor"], ..LEADS }, not_permitted("supervisor")),
        (Facts { operators: &["associate", "administrator", "stranger"], ..LEADS }, not_permitted("administrator")),
        (Facts { watcher: Some(SUPERVISOR), operators: &["lead"], ..LEADS }, Granted),
        (Facts { watcher: Some(SUPERVISOR), ..LEADS }, not_permitted("associate")),
        (Facts { watcher: Some(ADMINISTRATOR), operators: &["lead"], ..LEADS }, NoRights),
        (Facts { operators: &["lead"], ..OPEN }, not_permitted("lead")),
        (Facts { watcher: Some(LEAD), ..OPEN }, NoRights),
    ]);
}

#[test]
fn a_row_without_rights_may_monitor_nobody() {
    check([
        (Facts { rights: &[], ..OPEN }, NoRights),
        (Facts { rights: &[], unattended: true, operators: &[], ..OPEN }, NoRights),
        (Facts { rights: &[chat_monitor::Right::Watch], ..OPEN }, Granted),
        (Facts { rights: &[], joined: &["hana"], ..OPEN }, NoRights),
    ]);
}

/// The buckets of the contract: `c1` 57574, `c2` 449778, `c3` 14610 and `42` 205495 for the salt `qa`; `チャット1` 545984 for
/// `監査`.
#[test]
fn a_sample_draws_the_chats_of_the_contract() {
    let when = |chat, when| Facts { chat, when, ..OPEN };
    check([
        (when("c1", &[When::Sample(57_574, "qa")]), NoMatch),
        (when("c1", &[When::Sample(57_575, "qa")]), Granted),
        (when("c2", &[When::Sample(449_778, "qa")]), NoMatch),
        (when("c2", &[When::Sample(449_779, "qa")]), Granted),
        (when("c3", &[When::Sample(14_610, "qa")]), NoMatch),
        (when("c3", &[When::Sample(14_611, "qa")]), Granted),
        (when("42", &[When::Sample(205_495, "qa")]), NoMatch),
        (when("42", &[When::Sample(205_496, "qa")]), Granted),
        (when("チャット1", &[When::Sample(545_984, "監査")]), NoMatch),
        (when("チャット1", &[When::Sample(545_985, "監査")]), Granted),
        (when("c1", &[When::Sample(1, "qa")]), NoMatch),
        (when("c1", &[When::Sample(1_000_000, "qa")]), Granted),
        (when("c1", &[When::Sample(1_000_000, "another salt")]), Granted),
        (when("c1", &[When::Sample(57_575, "qa"), When::Ip("192.0.2.0/24")]), Granted),
        (when("c1", &[When::Sample(57_574, "qa"), When::Ip("192.0.2.0/24")]), NoMatch),
        (when("c1", &[When::Sample(57_575, "qa"), When::Ip("198.51.100.0/24")]), NoMatch),
    ]);
}

#[test]
fn salt_and_id_do_not_run_into_each_other() {
    let drawn = |salt: &str, chat: &str| -> Vec<bool> {
        let chats = (0..64).map(|n| parse::<ChatId>(&format!("{chat}{n}")));
        chats.map(|chat| Sample::new(500_000, salt).unwrap().contains(&chat)).collect()
    };
    assert_eq!(drawn("qa", "c"), drawn("qa", "c"));
    assert_ne!(drawn("qa", "c"), drawn("q", "ac"));
    assert_ne!(drawn("qa", "c"), drawn("qac", ""));
    assert_ne!(drawn("qa", "c"), drawn("qb", "c"));
}

/// Three supervisors share a department out: by 333334, by 666667 unless 333334, and by unless 666667.
#[test]
fn three_supervisors_share_a_department_out() {
    let sample = |share| Criterion::Sample(Sample::new(share, "split").unwrap());
    let sales = || Criterion::Department(parse("sales"));
    let mut engine = MonitorEngine::new();
    engine.set_operator(parse("ken"), Operator::new(Role::Associate)).unwrap();
    let rules = [
        Rule::new(parse("r1"), parse("s1"), sales()).and(sample(333_334)),
        Rule::new(parse("r2"), parse("s2"), sales()).and(sample(666_667)).and_not(sample(333_334)),
        Rule::new(parse("r3"), parse("s3"), sales()).and_not(sample(666_667)),
    ];
    for rule in rules {
        engine.set_operator(rule.watcher().clone(), Role::Supervisor).unwrap();
        engine.add_rule(rule).unwrap();
    }
    let mut shares = [0_u32; 3];
    for n in 0..3_000_u64 {
        let chat = Chat::new(n.into()).attended_by(parse("ken")).with_departments(departments(&["sales"]));
        let watchers = engine.watchers_for(&chat);
        assert_eq!(watchers.len(), 1, "chat {n} has one watcher");
        let place = ["s1", "s2", "s3"].iter().position(|id| watchers[0].operator() == id).unwrap();
        shares[place] += 1;
    }
    assert!(shares.iter().all(|share| (900..1_100).contains(share)), "{shares:?}");
}

/// A wider share has all chats of a narrower one, and draws what it says.
#[test]
fn a_wider_share_holds_wherever_a_narrower_one_does() {
    let shares = [1, 1_000, 50_000, 333_334, 500_000, 666_667, 999_999, 1_000_000];
    let samples = shares.map(|share| Sample::new(share, "qa").unwrap());
    let mut drawn = [0_u32; 8];
    for chat in (0..20_000_u64).map(ChatId::from) {
        let held = samples.clone().map(|sample| sample.contains(&chat));
        assert!(held.is_sorted(), "{chat} {held:?}");
        drawn.iter_mut().zip(held).for_each(|(count, held)| *count += u32::from(held));
    }
    for (share, drawn) in shares.into_iter().zip(drawn) {
        let expected = f64::from(share) / 1e6 * 20_000.0;
        assert!((f64::from(drawn) - expected).abs() < 300.0, "{drawn} of 20000 for {share}");
    }
    assert_eq!(drawn[7], 20_000);
}

/// Whatever else a rule asks: a sample in `when` and the same in `unless` split the chats that meet the rest.
#[test]
fn a_sample_and_its_complement_match_every_chat_once() {
    for n in 0..12_u64 {
        let chat = || Facts { chat: ["c1", "c2", "c3", "42"][(n % 4) as usize], ..OPEN };
        let share: &'static [When] = match n % 3 {
            0 => &[When::Ip("192.0.2.0/24"), When::Sample(100_000, "qa")],
            1 => &[When::Ip("192.0.2.0/24"), When::Sample(333_333, "qa")],
            _ => &[When::Ip("192.0.2.0/24"), When::Sample(500_000, "qa")],
        };
        let with = verdict(Facts { when: share, ..chat() });
        let without = verdict(Facts { unless: &share[1..], ..chat() });
        let granted = [with, without].iter().filter(|verdict| **verdict == Verdict::Granted).count();
        assert_eq!(granted, 1, "{n}");
    }
}
