//! The gates' truth table, continued: what an operator oversees, and `rights(w, c)` as a table of its own.

use chat_monitor::Right::{Advise, Join, Watch};
use chat_monitor::Verdict::{Granted, OutOfScope, Unattended};
use chat_monitor::{Departments, Operator, Oversees, Right, Rights, Role, Within};

use super::gates::{ADMINISTRATOR, ASSOCIATE, Facts, LEAD, OPEN, check, departments, not_permitted, world};
use super::parse;

const ALL: &[Right] = &[Watch, Advise, Join];

/// hana is of sales and oversees it; nobody else is of anything, and the chat is of nothing.
const HANA_OF_SALES: Facts = Facts { own_departments: &["sales"], ..OPEN };

/// By chat, by operators, by both, by neither.
const BY_CHAT: Facts = Facts { departments: &["sales"], ..HANA_OF_SALES };
const BY_OPERATORS: Facts = Facts { belong: &[("associate", &["sales"])], ..HANA_OF_SALES };
const BY_BOTH: Facts = Facts { departments: &["sales"], ..BY_OPERATORS };
const BY_NEITHER: Facts = HANA_OF_SALES;

#[test]
fn each_scope_asks_for_what_it_names() {
    const ANYWHERE: Within = Within::Anywhere;
    const CHAT: Within = Within::Chat;
    const OPERATORS: Within = Within::Operators;
    const EITHER: Within = Within::Either;
    let within = |within, facts| Facts { within, ..facts };
    check([
        (within(ANYWHERE, BY_NEITHER), Granted),
        (within(ANYWHERE, BY_CHAT), Granted),
        (within(ANYWHERE, BY_OPERATORS), Granted),
        (within(ANYWHERE, BY_BOTH), Granted),
        (within(CHAT, BY_NEITHER), OutOfScope),
        (within(CHAT, BY_CHAT), Granted),
        (within(CHAT, BY_OPERATORS), OutOfScope),
        (within(CHAT, BY_BOTH), Granted),
        (within(OPERATORS, BY_NEITHER), OutOfScope),
        (within(OPERATORS, BY_CHAT), OutOfScope),
        (within(OPERATORS, BY_OPERATORS), Granted),
        (within(OPERATORS, BY_BOTH), Granted),
        (within(EITHER, BY_NEITHER), OutOfScope),
        (within(EITHER, BY_CHAT), Granted),
        (within(EITHER, BY_OPERATORS), Granted),
        (within(EITHER, BY_BOTH), Granted),
    ]);
}

#[test]
fn one_department_in_common_is_enough_for_a_chat() {
    let chat = |departments, own_departments| Facts { within: Within::Chat, departments, own_departments, ..OPEN };
    check([
        (chat(&["sales", "support"], &["sales"]), Granted),
        (chat(&["sales"], &["sales", "support"]), Granted),
        (chat(&["sales", "support"], &["support", "desk"]), Granted),
        (chat(&["sales", "support"], &["desk"]), OutOfScope),
        (chat(&["sales"], &[]), OutOfScope),
        (chat(&[], &["sales"]), OutOfScope),
        (chat(&[], &[]), OutOfScope),
        // A department that no operator has to do with is no department of anybody.
        (chat(&["legal"], &["sales"]), OutOfScope),
        (chat(&["Sales"], &["sales"]), OutOfScope),
    ]);
}

#[test]
fn every_counted_operator_must_be_overseen() {
    const OVERSEEN: Facts = Facts {
        within: Within::Operators,
        watcher: Some(ADMINISTRATOR),
        own_departments: &["sales", "support"],
        belong: &[("associate", &["sales"]), ("supervisor", &["support", "desk"]), ("lead", &["desk"])],
        permissions: &[(ADMINISTRATOR, "supervisor"), (ADMINISTRATOR, ASSOCIATE), (ADMINISTRATOR, LEAD)],
        ..OPEN
    };
    let by = |operators, joined| Facts { operators, joined, ..OVERSEEN };
    let exempt = |operators, joined| Facts { operators, joined, joined_count: false, ..OVERSEEN };
    check([
        (by(&["associate"], &[]), Granted),
        // Each by a department of their own.
        (by(&["associate", "supervisor"], &[]), Granted),
        (by(&["associate", "lead"], &[]), OutOfScope),
        (by(&["lead", "associate"], &[]), OutOfScope),
        (by(&["associate"], &["supervisor"]), Granted),
        (by(&["associate"], &["lead"]), OutOfScope),
        (by(&["lead"], &["associate"]), OutOfScope),
        (by(&[], &["associate"]), Granted),
        (by(&[], &["lead"]), OutOfScope),
        // Those who joined need not count.
        (exempt(&["associate"], &["lead"]), Granted),
        (exempt(&["lead"], &["associate"]), OutOfScope),
        // Somebody unknown belongs to nothing, but the gate before is closed already.
        (by(&["associate", "stranger"], &[]), not_permitted("stranger")),
        (exempt(&["associate"], &["stranger"]), Granted),
    ]);
}

#[test]
fn nobody_left_to_count_is_not_everybody() {
    const QUEUED: Facts = Facts { operators: &[], watch_unattended: true, ..HANA_OF_SALES };
    let joined = Facts { joined: &["associate"], joined_count: false, ..QUEUED };
    check([
        (Facts { within: Within::Operators, ..QUEUED }, OutOfScope),
        (Facts { within: Within::Either, ..QUEUED }, OutOfScope),
        (Facts { within: Within::Either, departments: &["sales"], ..QUEUED }, Granted),
        (Facts { within: Within::Chat, departments: &["sales"], ..QUEUED }, Granted),
        (Facts { within: Within::Anywhere, ..QUEUED }, Granted),
        // A joined operator who is exempt leaves nobody either, even if they are overseen.
        (Facts { within: Within::Operators, belong: &[("associate", &["sales"])], ..joined }, OutOfScope),
        (Facts { within: Within::Either, belong: &[("associate", &["sales"])], ..joined }, OutOfScope),
        // A row for unattended chats is bound by its scope as any other.
        (Facts { watch_unattended: false, unattended: true, within: Within::Chat, ..QUEUED }, OutOfScope),
        (Facts { watch_unattended: false, unattended: true, within: Within::Chat, ..BY_CHAT }.queued(), Granted),
        (Facts { watch_unattended: false, within: Within::Chat, ..BY_CHAT }.queued(), Unattended),
    ]);
}

impl Facts {
    fn queued(self) -> Facts {
        Facts { operators: &[], ..self }
    }
}

#[test]
fn what_was_said_of_overseeing_takes_the_place_of_ones_own_departments() {
    let oversees = |oversees| Facts { within: Within::Chat, oversees, ..BY_CHAT };
    check([
        // Left out: their own departments, with all rights.
        (oversees(None), Granted),
        (oversees(Some(&[("sales", ALL)])), Granted),
        (oversees(Some(&[("sales", &[Watch])])), Granted),
        // Nothing, something else, and an entry without the right to watch, or without any.
        (oversees(Some(&[])), OutOfScope),
        (oversees(Some(&[("support", ALL)])), OutOfScope),
        (oversees(Some(&[("sales", &[Advise, Join])])), OutOfScope),
        (oversees(Some(&[("sales", &[])])), OutOfScope),
        // One need not belong to what one oversees.
        (Facts { own_departments: &["desk"], ..oversees(Some(&[("sales", &[Watch])])) }, Granted),
        (Facts { own_departments: &[], ..oversees(Some(&[("sales", &[Watch])])) }, Granted),
        (Facts { own_departments: &[], ..oversees(Some(&[])) }, OutOfScope),
        (Facts { own_departments: &[], ..oversees(None) }, OutOfScope),
        // Named twice, the rights add up.
        (oversees(Some(&[("sales", &[Advise]), ("sales", &[Watch])])), Granted),
    ]);
}

#[test]
fn half_of_one_scope_and_half_of_another_is_no_whole() {
    let half = Facts {
        within: Within::Either,
        departments: &["support"],
        oversees: Some(&[("sales", &[Watch]), ("support", &[Advise])]),
        watcher: Some(ADMINISTRATOR),
        operators: &["associate", "supervisor"],
        belong: &[("associate", &["sales"])],
        ..OPEN
    };
    check([
        // One of two operators is overseen, and the chat is overseen without the right to watch.
        (half, OutOfScope),
        (Facts { operators: &["associate"], ..half }, Granted),
        (Facts { departments: &["sales"], ..half }, Granted),
    ]);
}

fn rights(facts: Facts) -> Rights {
    let (engine, chat) = world(facts);
    engine.rights(&parse("hana"), &chat)
}

#[test]
fn rights_are_those_of_the_row_within_its_scope() {
    const CHAT: Facts = Facts { within: Within::Chat, ..BY_CHAT };
    let of = |rights: &'static [Right]| Rights::from_iter(rights.iter().copied());
    let table: [(Facts, &[Right]); 26] = [
        (OPEN, ALL),
        (Facts { rights: &[Watch], ..OPEN }, &[Watch]),
        (Facts { rights: &[Watch, Advise], ..OPEN }, &[Watch, Advise]),
        (Facts { rights: &[Watch, Join], ..OPEN }, &[Watch, Join]),
        (Facts { rights: &[], ..OPEN }, &[]),
        (Facts { watcher: None, ..OPEN }, &[]),
        // A role that may monitor nobody has rights all the same: the gates are asked elsewhere.
        (Facts { watcher: Some(ASSOCIATE), ..OPEN }, ALL),
        (Facts { monitoring_allowed: false, joined: &["hana"], operators: &["administrator"], ..OPEN }, ALL),
        (CHAT, ALL),
        (Facts { rights: &[Watch], ..CHAT }, &[Watch]),
        (Facts { departments: &[], ..CHAT }, &[]),
        (Facts { oversees: Some(&[("sales", &[Watch, Join])]), ..CHAT }, &[Watch, Join]),
        (Facts { oversees: Some(&[("sales", &[Advise])]), ..CHAT }, &[Advise]),
        // The row and the scope limit each other.
        (Facts { rights: &[Watch, Advise], oversees: Some(&[("sales", &[Watch, Join])]), ..CHAT }, &[Watch]),
        // By the chat, what one may do in any of its departments; by operators, what one may do with each of them.
        (
            Facts {
                departments: &["sales", "support"],
                oversees: Some(&[("sales", &[Watch]), ("support", &[Advise])]),
                ..CHAT
            },
            &[Watch, Advise],
        ),
        (
            Facts {
                within: Within::Operators,
                operators: &["associate", "lead"],
                belong: &[("associate", &["sales"]), ("lead", &["support"])],
                oversees: Some(&[("sales", &[Watch, Advise]), ("support", &[Watch, Join])]),
                ..OPEN
            },
            &[Watch],
        ),
        (
            Facts {
                within: Within::Operators,
                belong: &[("associate", &["sales", "support"])],
                oversees: Some(&[("sales", &[Watch]), ("support", &[Join])]),
                ..OPEN
            },
            &[Watch, Join],
        ),
        (
            Facts {
                within: Within::Operators,
                operators: &["associate", "lead"],
                belong: &[("associate", &["sales"]), ("lead", &["support"])],
                oversees: Some(&[("sales", &[Watch]), ("support", &[Advise])]),
                ..OPEN
            },
            &[],
        ),
        (Facts { within: Within::Operators, operators: &["stranger"], ..HANA_OF_SALES }, &[]),
        (Facts { within: Within::Operators, ..BY_OPERATORS }, ALL),
        (Facts { within: Within::Operators, joined: &["lead"], ..BY_OPERATORS }, &[]),
        (Facts { within: Within::Operators, joined: &["lead"], joined_count: false, ..BY_OPERATORS }, ALL),
        (Facts { within: Within::Operators, operators: &[], ..BY_OPERATORS }, &[]),
        // Either: what both give, together.
        (
            Facts {
                within: Within::Either,
                departments: &["support"],
                oversees: Some(&[("sales", &[Watch]), ("support", &[Advise])]),
                ..BY_OPERATORS
            },
            &[Watch, Advise],
        ),
        (Facts { within: Within::Either, ..BY_NEITHER }, &[]),
        (Facts { within: Within::Either, operators: &[], departments: &["sales"], ..HANA_OF_SALES }, ALL),
    ];
    for (facts, expected) in table {
        assert_eq!(rights(facts), of(expected), "{facts:?}");
    }
}

#[test]
fn overseeing_ones_own_departments_with_all_rights_is_the_default_and_nothing_is_not() {
    let sales = || Operator::new(Role::Supervisor).with_departments(departments(&["sales"]));
    let oversees = |all: &[(&str, Rights)]| Oversees::new(all.iter().map(|(id, rights)| (parse(id), *rights))).unwrap();
    assert_eq!(sales().with_oversees(oversees(&[("sales", Rights::ALL)])), sales());
    assert_eq!(sales().with_oversees(oversees(&[("sales", Rights::ALL), ("desk", Rights::NONE)])), sales());
    assert_ne!(sales().with_oversees(oversees(&[])), sales());
    assert_ne!(sales().with_oversees(oversees(&[("sales", [Watch].into())])), sales());
    assert_ne!(sales().with_oversees(oversees(&[("sales", Rights::ALL), ("desk", Rights::ALL)])), sales());
    assert_eq!(oversees(&[("sales", Rights::NONE)]), oversees(&[]));
    // Whichever is said first.
    let nothing = Operator::new(Role::Supervisor).with_oversees(Oversees::default());
    assert_eq!(nothing.with_departments(departments(&["sales"])), sales().with_oversees(Oversees::default()));
    // Departments given later are overseen where nothing was said.
    assert_eq!(sales().with_departments(departments(&["desk"])).rights_in(&parse("desk")), Rights::ALL);
    assert_eq!(Operator::new(Role::Associate).with_departments(Departments::default()), Role::Associate.into());
}
