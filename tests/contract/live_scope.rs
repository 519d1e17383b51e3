//! Scenes of departments, rights, exclusions and windows, each for one claim, and mostly one that is easily got wrong.

use chat_monitor::EndReason::{Disabled, Excluded, NoLongerMatches, OutOfScope, OutsideWindow, Unattended};
use chat_monitor::Role::{Administrator, Associate, Supervisor};
use chat_monitor::{
    AddRuleRefusal, Channel, Chat, Command, EndReason, Event, LeftReason, LiveMonitor, Permissions, Policy, Refusal,
    Right, Rights, RoleRow, Verdict, Within,
};

use super::live_words::{
    add_exclusion, add_rule, advise, advised, allow, attend, chat, company, company_after, departments, email, end,
    ended, exclusion, from_email, from_ip, hana_has_joined, hana_watches_ken, has, in_department, ip, join, joined,
    leave, left, list, named, policy_with, refused, remove_exclusion, remove_operator, remove_rule, rule, sampled,
    set_attributes, set_departments, set_member, set_operator, set_overseer, set_rule_enabled, set_rule_window,
    set_time, set_visitor, start, started, supervisors_within, tell, transfer, transfer_into, unattend, who, window,
    with_one_of, with_operator,
};
use super::parse;

fn excluded(exclusion: &str) -> EndReason {
    Excluded(parse(exclusion))
}

fn with_ken(id: &str, of: &[&str]) -> Chat {
    chat(id).attended_by(parse("ken")).with_departments(departments(of))
}

/// Supervisors are limited so; hana oversees sales; ken is of sales and aya of support.
fn scoped(within: Within) -> LiveMonitor {
    company_after([
        Command::SetPolicy(supervisors_within(within).with_watch_unattended(true)),
        set_member("hana", Supervisor, &["sales"]),
        set_member("ken", Associate, &["sales"]),
        set_member("aya", Associate, &["support"]),
    ])
}

/// What hana's rule for every chat at this address says of a chat that she would watch.
fn verdict(live: &LiveMonitor, chat: Chat) -> Verdict {
    let rule = rule("r9", "hana", from_ip("192.0.2.0/24"));
    live.engine().judge(&rule, &chat.with_visitor(ip("192.0.2.7")))
}

#[test]
fn one_department_in_common_is_enough() {
    let live = scoped(Within::Chat);
    assert_eq!(verdict(&live, with_ken("c1", &["legal", "sales"])), Verdict::Granted);
    assert_eq!(verdict(&live, with_ken("c1", &["legal"])), Verdict::OutOfScope);
    // Whoever oversees nothing and whatever belongs to nothing have nothing in common.
    assert_eq!(verdict(&live, with_ken("c1", &[])), Verdict::OutOfScope);
}

#[test]
fn every_counted_operator_must_belong_to_what_is_overseen() {
    let live = scoped(Within::Operators);
    assert_eq!(verdict(&live, with_ken("c1", &[])), Verdict::Granted);
    assert_eq!(verdict(&live, with_ken("c1", &[]).attended_by(parse("aya"))), Verdict::OutOfScope);
    assert_eq!(verdict(&live, chat("c1").attended_by(parse("aya"))), Verdict::OutOfScope);
}

#[test]
fn half_of_one_scope_and_half_of_another_is_no_whole() {
    let live = scoped(Within::Either);
    let both = |of: &[&str]| with_ken("c1", of).attended_by(parse("aya"));
    assert_eq!(verdict(&live, both(&["support"])), Verdict::OutOfScope);
    assert_eq!(verdict(&live, both(&["sales"])), Verdict::Granted);
    assert_eq!(verdict(&live, with_ken("c1", &["support"])), Verdict::Granted);
    assert_eq!(
        verdict(&live, chat("c1").attended_by(parse("aya")).with_departments(departments(&["sales"]))),
        Verdict::Granted
    );
}

#[test]
fn nobody_left_to_count_is_not_everybody() {
    let mut live = scoped(Within::Operators);
    assert_eq!(verdict(&live, chat("c1").with_departments(departments(&["sales"]))), Verdict::OutOfScope);
    tell(&mut live, Command::SetPolicy(supervisors_within(Within::Operators).with_count_joined(false)));
    assert_eq!(verdict(&live, chat("c1").joined_by(parse("ken"))), Verdict::OutOfScope);
    tell(&mut live, Command::SetPolicy(supervisors_within(Within::Operators)));
    assert_eq!(verdict(&live, chat("c1").joined_by(parse("ken"))), Verdict::Granted);
}

#[test]
fn adding_an_operator_opens_no_gate_of_scope() {
    for within in [Within::Anywhere, Within::Chat, Within::Operators, Within::Either] {
        for of in [&[][..], &["sales"], &["support"], &["sales", "support"]] {
            for first in ["ken", "aya", "hana", "emi", "rin"] {
                for second in ["ken", "aya", "hana", "emi", "rin"].into_iter().filter(|second| *second != first) {
                    let mut live = scoped(within);
                    tell(&mut live, add_rule("r1", "hana", from_ip("192.0.2.0/24")));
                    tell(&mut live, add_exclusion("x1", with_one_of("support")));
                    let begun = chat("c1").with_visitor(ip("192.0.2.7")).with_departments(departments(of));
                    tell(&mut live, start(begun.attended_by(parse(first))));
                    let events = tell(&mut live, attend("c1", second));
                    let only_ends = events.iter().all(|event| matches!(event, Event::WatchEnded { .. }));
                    assert!(only_ends, "{within:?}, {of:?}: {second} comes to {first}: {events:?}");
                }
            }
        }
    }
}

#[test]
fn who_says_nothing_oversees_their_own_departments_and_nothing_else() {
    let mut live = scoped(Within::Chat);
    let c1 = with_ken("c1", &["sales"]);
    assert_eq!(live.engine().rights(&parse("hana"), &c1), Rights::ALL);
    assert_eq!(live.engine().rights(&parse("hana"), &with_ken("c1", &["support"])), Rights::NONE);
    tell(&mut live, set_overseer("hana", Supervisor, &["sales"], &[]));
    assert_eq!(live.engine().rights(&parse("hana"), &c1), Rights::NONE);
    // The default written out is the default, and an entry without rights is none.
    let written = set_overseer("hana", Supervisor, &["sales"], &[("sales", &Right::ALL), ("support", &[])]);
    assert_eq!(written, set_member("hana", Supervisor, &["sales"]));
    assert_eq!(live.engine().rights(&parse("rin"), &c1), Rights::NONE);
}

#[test]
fn rights_are_what_the_row_and_the_departments_together_give() {
    let row = RoleRow::new([Associate]).with_within(Within::Chat).with_rights([Right::Watch, Right::Join].into());
    let mut live = company_after([
        Command::SetPolicy(policy_with([(Supervisor, row)])),
        set_overseer(
            "hana",
            Supervisor,
            &[],
            &[("sales", &[Right::Watch, Right::Advise]), ("support", &[Right::Watch])],
        ),
        add_rule("r1", "hana", with_operator("ken")),
        start(with_ken("c1", &["sales", "support"])),
    ]);
    assert_eq!(live.engine().rights(&parse("hana"), live.chat(&parse("c1")).unwrap()), Rights::from([Right::Watch]));
    assert_eq!(refused(&mut live, advise("c1", "hana")), Refusal::MayNotAdvise(parse("hana")));
    assert_eq!(refused(&mut live, join("c1", "hana")), Refusal::MayNotJoin(parse("hana")));
    assert_eq!(refused(&mut live, join("c1", "emi")), Refusal::NotWatching(parse("emi")));
    tell(&mut live, set_overseer("hana", Supervisor, &[], &[("sales", &[Right::Watch]), ("support", &Right::ALL)]));
    assert_eq!(tell(&mut live, join("c1", "hana")), [ended("c1", "hana", EndReason::Joined), joined("c1", "hana")]);
}

#[test]
fn a_joined_operator_is_put_out_by_neither_departments_nor_exclusions_nor_windows() {
    let mut live = scoped(Within::Chat);
    tell(&mut live, set_time(5));
    tell(&mut live, Command::AddRule(rule("r1", "hana", with_operator("ken")).with_window(window(None, 9))));
    tell(&mut live, start(with_ken("c1", &["sales"])));
    tell(&mut live, join("c1", "hana"));
    for command in [
        set_departments("c1", &["support"]),
        set_overseer("hana", Supervisor, &[], &[]),
        add_exclusion("x1", with_operator("ken")),
        set_time(9),
        set_attributes("c1", &[("tag", "legal")]),
    ] {
        assert_eq!(tell(&mut live, command.clone()), [], "{command:?}");
        assert_eq!(who(live.chat(&parse("c1")).unwrap().joined()), ["hana"], "{command:?}");
    }
    assert_eq!(tell(&mut live, leave("c1", "hana")), [left("c1", "hana", LeftReason::Asked)]);
}

#[test]
fn a_joined_operator_is_put_out_with_the_right_to_join_in_their_row() {
    for rights in [[Right::Watch, Right::Advise].into(), Rights::NONE] {
        let mut live = hana_has_joined();
        let policy = policy_with([(Supervisor, RoleRow::new([Associate]).with_rights(rights))]);
        let events = tell(&mut live, Command::SetPolicy(policy));
        assert_eq!(events[0], left("c1", "hana", LeftReason::NoRights));
        // Whom a rule still grants the chat, watches it again at once.
        let back = if rights.contains(Right::Watch) { vec![started("c1", "hana", &["r1"])] } else { vec![] };
        assert_eq!(events[1..], back);
    }
}

#[test]
fn an_exclusion_by_a_fact_that_is_not_known_yet_does_not_hold() {
    let mut live = hana_watches_ken();
    assert_eq!(tell(&mut live, add_exclusion("x1", from_email("*@example.com"))), []);
    assert_eq!(tell(&mut live, set_visitor("c1", email("mika@example.com"))), [ended("c1", "hana", excluded("x1"))]);
    assert_eq!(tell(&mut live, set_visitor("c1", email("mika@example.org"))), [started("c1", "hana", &["r1"])]);
    for unknown in [in_department("sales"), with_one_of("sales"), has("tag", "vip"), from_ip("::/0")] {
        let live = company_after([add_exclusion("x1", unknown), add_rule("r1", "hana", with_operator("ken"))]);
        assert_eq!(live.engine().watchers_for(&chat("c1").attended_by(parse("ken"))).len(), 1);
    }
}

#[test]
fn an_exclusion_binds_the_roles_that_it_names_and_one_for_everybody_an_unknown_watcher_too() {
    let mut live = hana_watches_ken();
    tell(&mut live, add_rule("r2", "emi", with_operator("ken")));
    let for_supervisors = exclusion("x1", with_operator("ken")).binding(Supervisor);
    assert_eq!(tell(&mut live, Command::AddExclusion(for_supervisors)), [ended("c1", "hana", excluded("x1"))]);
    assert_eq!(list(&live, "emi"), "c1 by r2");
    let verdict_of_r1 = |live: &LiveMonitor| {
        let chat = live.chat(&parse("c1")).unwrap();
        live.engine().explain(chat).next().unwrap().1
    };
    tell(&mut live, remove_operator("hana"));
    assert_eq!(verdict_of_r1(&live), Verdict::NoRights);
    assert_eq!(tell(&mut live, add_exclusion("x2", with_operator("ken"))), [ended("c1", "emi", excluded("x2"))]);
    assert_eq!(verdict_of_r1(&live), Verdict::Excluded(parse("x2")));
    // The first that holds and binds says why.
    tell(&mut live, set_operator("hana", Supervisor));
    assert_eq!(verdict_of_r1(&live), Verdict::Excluded(parse("x1")));
    let both = [remove_exclusion("x1"), remove_exclusion("x2")].map(|command| tell(&mut live, command));
    assert_eq!(both, [vec![], vec![started("c1", "hana", &["r1"]), started("c1", "emi", &["r2"])]]);
}

#[test]
fn a_window_is_open_from_its_first_instant_and_no_longer_at_its_last() {
    let mut live = hana_watches_ken();
    assert_eq!(tell(&mut live, set_rule_window("r1", window(5, 7))), [ended("c1", "hana", OutsideWindow)]);
    for (now, events) in [
        (4, vec![]),
        (5, vec![started("c1", "hana", &["r1"])]),
        (6, vec![]),
        (7, vec![ended("c1", "hana", OutsideWindow)]),
        (8, vec![]),
    ] {
        let deadline = live.engine().next_deadline();
        assert_eq!(deadline, [5, 7].into_iter().find(|bound| *bound >= now), "at {now}");
        assert_eq!(tell(&mut live, set_time(now)), events, "at {now}");
    }
    assert_eq!(refused(&mut live, set_time(7)), Refusal::TimeGoesBack(8));
    assert_eq!(tell(&mut live, set_time(8)), []);
    assert_eq!(live.engine().next_deadline(), None);
    assert_eq!(tell(&mut live, set_rule_window("r1", None)), [started("c1", "hana", &["r1"])]);
}

#[test]
fn until_a_time_is_told_no_window_is_open() {
    let mut live = hana_watches_ken();
    assert_eq!(tell(&mut live, set_rule_window("r1", window(None, 9))), [ended("c1", "hana", OutsideWindow)]);
    assert_eq!(live.engine().next_deadline(), Some(0));
    assert_eq!(tell(&mut live.clone(), set_time(9)), []);
    assert_eq!(tell(&mut live, set_time(0)), [started("c1", "hana", &["r1"])]);
    assert_eq!(live.engine().next_deadline(), Some(9));
    tell(&mut live, set_rule_enabled("r1", false));
    assert_eq!(live.engine().next_deadline(), None);
}

#[test]
fn boundaries_passed_at_once_are_one_moment() {
    let mut live = hana_watches_ken();
    tell(&mut live, set_time(0));
    tell(&mut live, set_rule_window("r1", window(None, 5)));
    tell(&mut live, Command::AddRule(rule("r2", "hana", with_operator("ken")).with_window(window(5, 9))));
    assert_eq!(tell(&mut live.clone(), set_time(5)), [started("c1", "hana", &["r2"])].map(changed_from_started));
    assert_eq!(tell(&mut live.clone(), set_time(9)), [ended("c1", "hana", OutsideWindow)]);
    tell(&mut live, set_rule_enabled("r2", false));
    tell(&mut live, Command::AddRule(rule("r3", "hana", with_operator("ken")).with_window(window(6, 8))));
    assert_eq!(tell(&mut live, set_time(8)), [ended("c1", "hana", OutsideWindow)]);
}

#[test]
fn each_of_the_boundaries_passed_at_once_decides_its_own_chats() {
    let mut live = hana_watches_ken();
    tell(&mut live, start(chat("c2").attended_by(parse("aya"))));
    tell(&mut live, set_time(0));
    tell(&mut live, set_rule_window("r1", window(None, 5)));
    tell(&mut live, Command::AddRule(rule("r2", "hana", with_operator("aya")).with_window(window(7, 9))));
    let events = tell(&mut live, set_time(8));
    assert_eq!(events, [ended("c1", "hana", OutsideWindow), started("c2", "hana", &["r2"])]);
}

fn changed_from_started(event: Event) -> Event {
    match event {
        Event::WatchStarted { chat, watcher, rules } => Event::WatchChanged { chat, watcher, rules },
        other => other,
    }
}

#[test]
fn a_transfer_into_departments_is_one_moment() {
    // mai oversees support and ken's successor is aya: neither she nor hana sees half of it.
    let mut live = scoped(Within::Chat);
    tell(&mut live, set_member("mai", Supervisor, &["support"]));
    for (rule, watcher) in [("r1", "hana"), ("r2", "mai")] {
        tell(&mut live, add_rule(rule, watcher, from_ip("192.0.2.0/24")));
    }
    // Nor does rin, of sales as hana, who waits for aya.
    tell(&mut live, set_member("rin", Supervisor, &["sales"]));
    tell(&mut live, add_rule("r3", "rin", with_operator("aya")));
    tell(&mut live, start(with_ken("c1", &["sales"]).with_visitor(ip("192.0.2.7"))));
    let handed = [ended("c1", "hana", OutOfScope), started("c1", "mai", &["r2"])];
    assert_eq!(tell(&mut live.clone(), transfer_into("c1", "ken", "aya", &["support"])), handed);
    assert_eq!(tell(&mut live.clone(), transfer_into("c1", "ken", "aya", &[])), [ended("c1", "hana", OutOfScope)]);
    // Left out, they are as they were.
    assert_eq!(tell(&mut live, transfer("c1", "ken", "aya")), [started("c1", "rin", &["r3"])]);
    assert_eq!(*live.chat(&parse("c1")).unwrap().departments(), departments(&["sales"]));
}

#[test]
fn what_a_chat_is_told_decides_all_rules_anew_whatever_they_are_found_by() {
    let mut live = scoped(Within::Chat);
    for (id, when) in [("r1", with_operator("ken")), ("r2", from_ip("192.0.2.7")), ("r3", sampled(1_000_000, "qa"))] {
        tell(&mut live, add_rule(id, "hana", when));
    }
    tell(&mut live, Command::AddRule(rule("r4", "hana", with_operator("ken")).and_not(has("tag", "vip"))));
    tell(&mut live, start(with_ken("c1", &["support"]).with_visitor(ip("192.0.2.7"))));
    assert_eq!(list(&live, "hana"), "");
    let all = tell(&mut live, set_departments("c1", &["sales"]));
    assert_eq!(all, [started("c1", "hana", &["r1", "r2", "r3", "r4"])]);
    tell(&mut live, set_attributes("c1", &[("tag", "vip")]));
    assert_eq!(list(&live, "hana"), "c1 by r1 r2 r3");
    assert_eq!(tell(&mut live, set_departments("c1", &[])), [ended("c1", "hana", OutOfScope)]);
}

#[test]
fn what_an_operator_belongs_to_decides_the_chats_that_they_attend_anew() {
    let mut live = scoped(Within::Operators);
    tell(&mut live, add_rule("r1", "hana", with_operator("ken")));
    tell(&mut live, add_rule("r2", "emi", with_one_of("sales")));
    tell(&mut live, start(with_ken("c1", &[])));
    let moved = tell(&mut live, set_member("ken", Associate, &["support"]));
    assert_eq!(moved, [ended("c1", "hana", OutOfScope), ended("c1", "emi", NoLongerMatches)]);
    let overseen = tell(&mut live, set_member("hana", Supervisor, &["support"]));
    assert_eq!(overseen, [started("c1", "hana", &["r1"])]);
}

#[test]
fn an_operator_of_a_department_attends_by_joining_too_whatever_the_policy_counts() {
    let policy = Policy::default().with_count_joined(false);
    let mut live = company_after([
        Command::SetPolicy(policy),
        set_member("hana", Supervisor, &["desk"]),
        add_rule("r1", "hana", with_operator("ken")),
        add_rule("r2", "emi", with_one_of("desk")),
        start(chat("c1").attended_by(parse("ken"))),
    ]);
    assert_eq!(tell(&mut live, join("c1", "hana"))[2..], [started("c1", "emi", &["r2"])]);
    // With ken gone nobody counts, and somebody attends.
    assert_eq!(tell(&mut live, unattend("c1", "ken")), []);
    assert_eq!(tell(&mut live, leave("c1", "hana"))[1..], [ended("c1", "emi", NoLongerMatches)]);
}

#[test]
fn a_role_may_watch_unattended_chats_of_its_own_departments() {
    let greeter = RoleRow::new([]).with_within(Within::Chat).with_unattended(true);
    let mut live = company_after([
        Command::SetPolicy(policy_with([(named("greeter"), greeter)])),
        set_member("gil", named("greeter"), &["sales"]),
        add_rule("r1", "gil", from_ip("192.0.2.0/24")),
        add_rule("r2", "emi", from_ip("192.0.2.0/24")),
    ]);
    let waiting = chat("c1").with_visitor(ip("192.0.2.7")).with_departments(departments(&["sales"]));
    assert_eq!(tell(&mut live, start(waiting)), [started("c1", "gil", &["r1"])]);
    assert_eq!(refused(&mut live, advise("c1", "gil")), Refusal::NobodyAttends(parse("c1")));
    let taken = [ended("c1", "gil", EndReason::NotPermitted(parse("ken"))), started("c1", "emi", &["r2"])];
    assert_eq!(tell(&mut live, attend("c1", "ken")), taken);
    let back = [ended("c1", "emi", Unattended), started("c1", "gil", &["r1"])];
    assert_eq!(tell(&mut live, unattend("c1", "ken")), back);
}

#[test]
fn a_machine_hears_no_advice_and_nobody_else_to_hear_it_is_a_refusal() {
    let bot = || (named("bot"), RoleRow::default().with_hears_advice(false));
    let supervisor = (Supervisor, RoleRow::new([Associate, named("bot")]));
    let mut live = company_after([
        Command::SetPolicy(policy_with([bot(), supervisor])),
        set_operator("robo", named("bot")),
        add_rule("r1", "hana", from_ip("192.0.2.0/24")),
        start(chat("c1").with_visitor(ip("192.0.2.7")).attended_by(parse("robo"))),
    ]);
    assert_eq!(refused(&mut live, advise("c1", "hana")), Refusal::NobodyAttends(parse("c1")));
    tell(&mut live, attend("c1", "ken"));
    assert_eq!(tell(&mut live, advise("c1", "hana")), [advised("c1", "hana", &["ken"])]);
    let received = |channel| {
        let found = live.recipients(&live.chats().next().unwrap().id().clone(), channel);
        (who(found.attending()), who(found.watchers()))
    };
    assert_eq!(received(Channel::Internal), (vec!["ken"], vec!["hana"]));
    assert_eq!(received(Channel::Public), (vec!["robo", "ken"], vec!["hana"]));
}

#[test]
fn a_role_is_known_by_its_row_and_the_row_stays_while_the_role_is_in_use() {
    let (lead, quality) = (|| named("lead"), || named("quality"));
    let mut live = company();
    let unknown = set_operator("hana", lead());
    assert_eq!(refused(&mut live, unknown.clone()), Refusal::UnknownRole(lead()));
    let for_leads = Command::AddExclusion(exclusion("x1", with_operator("ken")).binding(quality()).binding(lead()));
    assert_eq!(refused(&mut live, for_leads.clone()), Refusal::UnknownRole(lead()));
    let both = [(lead(), RoleRow::default()), (quality(), RoleRow::default())];
    tell(&mut live, Command::SetPolicy(policy_with(both)));
    tell(&mut live, for_leads.clone());
    assert_eq!(refused(&mut live, for_leads), Refusal::DuplicateExclusion(parse("x1")));
    assert_eq!(refused(&mut live, Command::SetPolicy(Policy::default())), Refusal::RoleInUse(lead()));
    tell(&mut live, unknown);
    tell(&mut live, remove_exclusion("x1"));
    assert_eq!(refused(&mut live, remove_exclusion("x1")), Refusal::UnknownExclusion(parse("x1")));
    let only_quality = policy_with([(quality(), RoleRow::default())]);
    assert_eq!(refused(&mut live, Command::SetPolicy(only_quality)), Refusal::RoleInUse(lead()));
    tell(&mut live, set_operator("hana", Supervisor));
    assert_eq!(tell(&mut live, Command::SetPolicy(Policy::default())), []);
}

#[test]
fn a_rule_on_an_operator_whom_a_limited_watcher_does_not_oversee_is_refused() {
    let mut live = scoped(Within::Operators);
    let aya = || Refusal::AddRule(AddRuleRefusal::NotPermitted(parse("aya")));
    assert_eq!(refused(&mut live, add_rule("r1", "hana", with_operator("aya"))), aya());
    assert_eq!(who(live.engine().monitorable_by(&parse("hana"))), ["ken"]);
    let mut without_watch = live.clone();
    tell(&mut without_watch, set_overseer("hana", Supervisor, &[], &[("sales", &[Right::Advise])]));
    let ken = Refusal::AddRule(AddRuleRefusal::NotPermitted(parse("ken")));
    assert_eq!(refused(&mut without_watch, add_rule("r1", "hana", with_operator("ken"))), ken);
    // An operator in `unless` need only be known, and may be the watcher.
    let unless = |operator| Command::AddRule(rule("r1", "hana", with_operator("ken")).and_not(with_operator(operator)));
    let rin = Refusal::AddRule(AddRuleRefusal::UnknownOperator(parse("rin")));
    assert_eq!(refused(&mut live, unless("rin")), rin);
    tell(&mut live, unless("hana"));
    assert_eq!(list(&live, "hana"), "");
}

#[test]
fn a_former_watcher_gets_not_one_event_after_scope_or_time_or_an_exclusion_closed_the_watch() {
    let mut live = scoped(Within::Chat);
    tell(&mut live, set_time(5));
    tell(&mut live, add_rule("r1", "hana", with_operator("ken")));
    for (closing, reason) in [
        (set_departments("c1", &["support"]), OutOfScope),
        (add_exclusion("x1", with_operator("ken")), excluded("x1")),
        (set_rule_window("r1", window(None, 5)), OutsideWindow),
        (set_rule_enabled("r1", false), Disabled),
    ] {
        let mut live = live.clone();
        tell(&mut live, start(with_ken("c1", &["sales"])));
        assert_eq!(tell(&mut live, closing), [ended("c1", "hana", reason)]);
        for command in [
            set_attributes("c1", &[("tag", "vip")]),
            set_visitor("c1", ip("192.0.2.7")),
            attend("c1", "aya"),
            allow("c1", false),
            set_time(9),
            remove_rule("r1"),
            end("c1"),
        ] {
            assert_eq!(tell(&mut live, command.clone()), [], "{command:?}");
            assert_eq!(live.recipients(&parse("c1"), Channel::Public).watchers().count(), 0);
        }
    }
}

#[test]
fn a_chat_id_used_again_inherits_neither_departments_nor_attributes() {
    let mut live = scoped(Within::Anywhere);
    for (id, when) in [("r1", in_department("sales")), ("r2", has("tag", "vip")), ("r3", with_one_of("sales"))] {
        tell(&mut live, add_rule(id, "hana", when));
    }
    tell(&mut live, start(with_ken("c1", &["sales"])));
    tell(&mut live, set_attributes("c1", &[("tag", "vip")]));
    assert_eq!(list(&live, "hana"), "c1 by r1 r2 r3");
    tell(&mut live, end("c1"));
    assert_eq!(tell(&mut live, start(chat("c1").attended_by(parse("aya")))), []);
    assert_eq!(*live.chat(&parse("c1")).unwrap(), chat("c1").attended_by(parse("aya")));
    for rule in ["r1", "r2", "r3"] {
        assert_eq!(tell(&mut live, set_rule_enabled(rule, false)), []);
        assert_eq!(tell(&mut live, set_rule_enabled(rule, true)), []);
    }
    assert_eq!(tell(&mut live, add_exclusion("x1", has("tag", "vip"))), []);
}

#[test]
fn raising_loses_no_watch_and_lowering_gains_none_with_an_exclusion_for_everybody() {
    let mut live = company_after([
        add_exclusion("x1", has("tag", "legal")),
        add_rule("r1", "hana", with_operator("ken")),
        start(chat("c1").attended_by(parse("ken"))),
        start(chat("c2").attended_by(parse("ken"))),
        set_attributes("c2", &[("tag", "legal")]),
    ]);
    assert_eq!(list(&live, "hana"), "c1 by r1");
    assert_eq!(tell(&mut live, set_operator("hana", Administrator)), []);
    assert_eq!(tell(&mut live, set_operator("hana", Supervisor)), []);
    assert_eq!(tell(&mut live, set_operator("hana", Associate)), [ended("c1", "hana", EndReason::NoRights)]);
}

#[test]
fn a_table_in_which_nobody_may_monitor_anybody_leaves_no_watch() {
    let mut live = hana_watches_ken();
    let nobody = Policy::default().with_permissions(Permissions::none());
    assert_eq!(tell(&mut live, Command::SetPolicy(nobody)), [ended("c1", "hana", EndReason::NoRights)]);
}
