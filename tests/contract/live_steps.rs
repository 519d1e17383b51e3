//! Scenes from the life of a live monitor, each for one claim: how watches begin, change and end.

use chat_monitor::EndReason::{
    ChatEnded, Disabled, Forbidden, NoLongerMatches, NoRights, OwnChat, RuleRemoved, Unattended,
};
use chat_monitor::Role::{Administrator, Associate, Supervisor};
use chat_monitor::{
    AddRuleRefusal, Channel, Chat, Command, Criterion, EndReason, Event, OperatorId, Policy, Refusal, Visitor,
};

use super::live_words::{
    add_rule, advise, allow, attend, changed, chat, company_after, email, end, ended, from_email, from_ip,
    hana_has_joined, hana_watches_ken, ip, join, leave, list, not_permitted, refused, remove_operator, remove_rule,
    rule, set_operator, set_rule_enabled, set_visitor, start, started, tell, transfer, unattend,
    unattended_may_be_watched, who, with_operator,
};
use super::parse;

#[test]
fn a_watch_ends_with_the_reason_that_closes_it() {
    let mail = |id| add_rule(id, "hana", from_email("*@example.com"));
    let mika = || start(chat("c1").with_visitor(email("mika@example.com")).attended_by(parse("ken")));
    for (last, reason) in [
        (end("c1"), ChatEnded),
        (join("c1", "hana"), EndReason::Joined),
        (remove_rule("r1"), RuleRemoved),
        (set_rule_enabled("r1", false), Disabled),
        (set_visitor("c1", email("mika@example.org")), NoLongerMatches),
        (set_visitor("c1", Visitor::new()), NoLongerMatches),
        (allow("c1", false), Forbidden),
        (unattend("c1", "ken"), Unattended),
        (set_operator("hana", Associate), NoRights),
        (remove_operator("hana"), NoRights),
        (attend("c1", "hana"), OwnChat),
        (transfer("c1", "ken", "hana"), OwnChat),
        (attend("c1", "emi"), not_permitted("emi")),
        (transfer("c1", "ken", "rin"), not_permitted("rin")),
        (set_operator("ken", Supervisor), not_permitted("ken")),
        (remove_operator("ken"), not_permitted("ken")),
    ] {
        let mut live = company_after([mail("r1"), mika()]);
        assert_eq!(tell(&mut live, last.clone())[0], ended("c1", "hana", reason), "{last:?}");
        assert_eq!(list(&live, "hana"), "", "{last:?}");
    }
}

#[test]
fn a_former_watcher_gets_not_one_event_after_the_change_that_closed_the_watch() {
    let mut live = hana_watches_ken();
    assert_eq!(tell(&mut live, transfer("c1", "ken", "emi")), [ended("c1", "hana", NoLongerMatches)]);
    for command in [
        set_visitor("c1", ip("192.0.2.7")),
        attend("c1", "aya"),
        allow("c1", false),
        allow("c1", true),
        set_rule_enabled("r1", false),
        set_rule_enabled("r1", true),
        remove_rule("r1"),
        unattend("c1", "emi"),
        end("c1"),
    ] {
        assert_eq!(tell(&mut live, command.clone()), [], "{command:?}");
        assert_eq!(live.recipients(&parse("c1"), Channel::Public).watchers().count(), 0);
    }
}

#[test]
fn a_chat_id_used_again_inherits_nothing() {
    let mut live = hana_watches_ken();
    tell(&mut live, add_rule("r2", "emi", from_ip("192.0.2.0/24")));
    tell(&mut live, set_visitor("c1", ip("192.0.2.7")));
    tell(&mut live, join("c1", "hana"));
    tell(&mut live, allow("c1", false));
    assert_eq!(tell(&mut live, end("c1")), []);
    assert_eq!(tell(&mut live, start(chat("c1"))), []);

    let chat = live.chat(&parse("c1")).unwrap();
    assert_eq!(*chat, Chat::new(parse("c1")));
    assert_eq!([list(&live, "hana"), list(&live, "emi")], ["", ""]);
    // Not in any index either: the operator, the visitor and the joined one of before lead nowhere.
    for command in [
        set_rule_enabled("r1", false),
        set_rule_enabled("r2", false),
        set_rule_enabled("r1", true),
        set_rule_enabled("r2", true),
        remove_operator("hana"),
        remove_operator("ken"),
    ] {
        assert_eq!(tell(&mut live, command.clone()), [], "{command:?}");
    }
}

#[test]
fn adding_an_operator_opens_no_gate_for_a_rule_whose_criteria_held_before() {
    let rules = [add_rule("r1", "hana", from_ip("192.0.2.0/24")), add_rule("r2", "emi", from_ip("192.0.2.0/24"))];
    for first in ["ken", "hana", "emi", "rin"] {
        for second in ["ken", "aya", "hana", "emi", "rin"].into_iter().filter(|second| *second != first) {
            let mut live = company_after(rules.clone());
            tell(&mut live, start(chat("c1").with_visitor(ip("192.0.2.7")).attended_by(parse(first))));
            let events = tell(&mut live, attend("c1", second));
            let only_ends = events.iter().all(|event| matches!(event, Event::WatchEnded { .. }));
            assert!(only_ends, "{second} comes to {first}: {events:?}");
        }
    }
}

#[test]
fn a_chat_that_has_ended_leaves_nothing_behind() {
    let mut live = company_after([add_rule("r1", "hana", with_operator("ken"))]);
    let before = live.clone();
    tell(&mut live, start(chat("c1").with_visitor(ip("192.0.2.7")).attended_by(parse("ken"))));
    assert_ne!(live, before);
    assert_eq!(tell(&mut live, end("c1")), [ended("c1", "hana", ChatEnded)]);
    assert_eq!(live, before);
}

#[test]
fn monitors_are_equal_when_engine_chats_and_watches_in_their_order_are() {
    let rules = || [add_rule("r1", "hana", with_operator("ken")), add_rule("r2", "hana", with_operator("aya"))];
    let chats = || [start(chat("c1").attended_by(parse("ken"))), start(chat("c2").attended_by(parse("aya")))];
    let live = || company_after(rules().into_iter().chain(chats()));
    let but = |commands: &[Command]| {
        let mut live = live();
        for command in commands {
            tell(&mut live, command.clone());
        }
        live
    };
    assert_eq!(live(), live());
    assert_ne!(but(&[set_operator("rin", Associate)]), live());
    // A chat that nobody watches, and who it is that attends one.
    assert_ne!(but(&[start(chat("c3"))]), live());
    assert_ne!(but(&[set_visitor("c1", ip("192.0.2.7"))]), live());
    // The same chats in another order, and the same watches.
    let [first, second] = chats();
    assert_ne!(company_after(rules().into_iter().chain([second, first])), live());
    let began_anew = [set_rule_enabled("r1", false), set_rule_enabled("r1", true)];
    assert_ne!(but(&began_anew), live());
    assert_eq!(but(&began_anew), but(&began_anew));
}

/// How many blocks of memory a command takes in the company where `chats` are live.
fn cost(chats: impl IntoIterator<Item = Chat>, command: Command) -> u64 {
    let mut live = company_after(chats.into_iter().map(start));
    let cost = allocation_counter::measure(|| drop(tell(&mut live, command)));
    cost.count_total
}

/// Many chats that meet the common criterion, and none that meets the rare one.
#[test]
fn a_rule_touches_the_chats_that_meet_its_rarest_criterion() {
    let many =
        || (0..500).map(|n| chat(&format!("c{n}")).with_visitor(ip("192.0.2.7").with_email(parse("mika@example.com"))));
    let with_ken = || many().map(|chat| chat.attended_by(parse("ken")));
    let (address, one_ip) = (|| from_email("rare@example.com"), || from_ip("192.0.2.99"));
    let (domain, network) = (|| from_email("*@example.com"), || from_ip("192.0.2.0/24"));
    for (rare, common) in [
        (address(), with_operator("ken")),
        (address(), network()),
        (address(), domain()),
        (one_ip(), with_operator("ken")),
        (one_ip(), network()),
        (one_ip(), domain()),
        (with_operator("aya"), network()),
        (with_operator("aya"), domain()),
    ] {
        let added = |first: &Criterion, second: &Criterion| {
            Command::AddRule(rule("r1", "hana", first.clone()).and(second.clone()))
        };
        for command in [added(&rare, &common), added(&common, &rare)] {
            let (among_none, among_many) = (cost([], command.clone()), cost(with_ken(), command.clone()));
            assert!(among_many < among_none + 10, "{command:?}: {among_many} blocks, and {among_none} without chats");
        }
    }
    // The measure shows a rule that touches them all.
    assert!(cost(with_ken(), add_rule("r1", "hana", with_operator("ken"))) > 1000);
    assert!(cost(with_ken(), add_rule("r1", "hana", from_ip("2001:db8::/32"))) < 100);
}

#[test]
fn chats_that_have_ended_cost_nothing_any_more() {
    let visitor = || ip("192.0.2.7").with_email(parse("mika@example.com"));
    let mut live = company_after([add_rule("r1", "hana", with_operator("ken"))]);
    let mut hundred_chats = || {
        for n in 0..100 {
            let id = format!("c{n}");
            tell(&mut live, start(chat(&id).with_visitor(visitor()).attended_by(parse("ken"))));
            tell(&mut live, join(&id, "hana"));
            tell(&mut live, transfer(&id, "ken", "aya"));
            tell(&mut live, set_visitor(&id, Visitor::new()));
            tell(&mut live, set_visitor(&id, visitor()));
            tell(&mut live, end(&id));
        }
    };
    hundred_chats();
    let kept = allocation_counter::measure(hundred_chats);
    assert_eq!(kept.count_current, 0, "{kept:?}");
}

#[test]
fn raising_a_watcher_who_attends_no_chat_loses_them_no_watch() {
    let mut live = hana_watches_ken();
    tell(&mut live, add_rule("r2", "hana", from_ip("192.0.2.0/24")));
    tell(&mut live, start(chat("c2").with_visitor(ip("192.0.2.7")).attended_by(parse("hina"))));
    tell(&mut live, set_operator("hina", Supervisor));
    assert_eq!(list(&live, "hana"), "c1 by r1");

    assert_eq!(tell(&mut live, set_operator("hana", Administrator)), [started("c2", "hana", &["r2"])]);
    assert_eq!(list(&live, "hana"), "c1 by r1, c2 by r2");
}

#[test]
fn lowering_a_watcher_gains_them_no_watch() {
    let mut live = company_after([
        add_rule("r1", "emi", with_operator("hana")),
        add_rule("r2", "emi", with_operator("ken")),
        start(chat("c1").attended_by(parse("hana"))),
        start(chat("c2").attended_by(parse("ken"))),
        start(chat("c3").attended_by(parse("ken")).attended_by(parse("rin"))),
    ]);
    assert_eq!(list(&live, "emi"), "c1 by r1, c2 by r2");
    assert_eq!(tell(&mut live, set_operator("emi", Supervisor)), [ended("c1", "emi", not_permitted("hana"))]);
    assert_eq!(tell(&mut live, set_operator("emi", Associate)), [ended("c2", "emi", NoRights)]);
}

#[test]
fn a_role_changed_decides_the_chats_of_that_operator_anew() {
    let mut live = hana_watches_ken();
    assert_eq!(tell(&mut live, set_operator("ken", Supervisor)), [ended("c1", "hana", not_permitted("ken"))]);
    assert_eq!(tell(&mut live, set_operator("ken", Associate)), [started("c1", "hana", &["r1"])]);
    assert_eq!(tell(&mut live, remove_operator("ken")), [ended("c1", "hana", not_permitted("ken"))]);
}

#[test]
fn rules_of_a_removed_watcher_are_inert_until_they_are_back() {
    let mut live = hana_watches_ken();
    assert_eq!(tell(&mut live, remove_operator("hana")), [ended("c1", "hana", NoRights)]);
    assert_eq!(tell(&mut live, start(chat("c2").attended_by(parse("ken")))), []);
    let events = tell(&mut live, set_operator("hana", Supervisor));
    assert_eq!(events, [started("c1", "hana", &["r1"]), started("c2", "hana", &["r1"])]);
}

#[test]
fn two_rules_of_one_watcher_make_one_watch() {
    let mut live = hana_watches_ken();
    tell(&mut live, add_rule("r2", "hana", from_ip("192.0.2.0/24")));
    let events = tell(&mut live, set_visitor("c1", ip("192.0.2.7")));
    assert_eq!(events, [changed("c1", "hana", &["r1", "r2"])]);
    assert_eq!(list(&live, "hana"), "c1 by r1 r2");
    assert_eq!(who(live.recipients(&parse("c1"), Channel::Public).watchers()), ["hana"]);

    assert_eq!(tell(&mut live, remove_rule("r1")), [changed("c1", "hana", &["r2"])]);
    assert_eq!(tell(&mut live, remove_rule("r2")), [ended("c1", "hana", RuleRemoved)]);
}

#[test]
fn the_rules_of_a_watch_stand_in_rule_order_however_they_came() {
    let mut live = hana_watches_ken();
    tell(&mut live, add_rule("r2", "hana", from_ip("192.0.2.0/24")));
    tell(&mut live, add_rule("r0", "hana", from_email("*@example.com")));
    tell(&mut live, set_visitor("c1", ip("192.0.2.7").with_email(parse("mika@example.com"))));
    assert_eq!(list(&live, "hana"), "c1 by r1 r2 r0");

    assert_eq!(tell(&mut live, set_rule_enabled("r1", false)), [changed("c1", "hana", &["r2", "r0"])]);
    assert_eq!(tell(&mut live, set_rule_enabled("r1", true)), [changed("c1", "hana", &["r1", "r2", "r0"])]);
    tell(&mut live, remove_rule("r1"));
    tell(&mut live, add_rule("r1", "hana", with_operator("ken")));
    assert_eq!(list(&live, "hana"), "c1 by r2 r0 r1");
}

#[test]
fn of_several_rules_that_close_at_once_the_first_says_why_and_the_watch_ends_once() {
    let mut live = hana_watches_ken();
    tell(&mut live, add_rule("r2", "hana", from_ip("192.0.2.0/24")));
    tell(&mut live, set_visitor("c1", ip("192.0.2.7")));
    // By r1 nothing matches any more, by r2 aya may not be monitored.
    tell(&mut live, set_operator("aya", Administrator));
    assert_eq!(tell(&mut live, transfer("c1", "ken", "aya")), [ended("c1", "hana", NoLongerMatches)]);

    let mut live = company_after([
        add_rule("r1", "hana", from_ip("192.0.2.0/24")),
        add_rule("r2", "hana", with_operator("ken")),
        set_operator("aya", Administrator),
        start(chat("c1").with_visitor(ip("192.0.2.7")).attended_by(parse("ken"))),
    ]);
    assert_eq!(tell(&mut live, transfer("c1", "ken", "aya")), [ended("c1", "hana", not_permitted("aya"))]);
}

#[test]
fn a_transfer_leaves_no_gap_in_a_watch() {
    let mut live = company_after([
        add_rule("r1", "hana", from_ip("192.0.2.0/24")),
        start(chat("c1").with_visitor(ip("192.0.2.7")).attended_by(parse("ken"))),
    ]);
    assert_eq!(tell(&mut live, transfer("c1", "ken", "aya")), []);
    assert_eq!(list(&live, "hana"), "c1 by r1");
    assert_eq!(who(live.chat(&parse("c1")).unwrap().operators()), ["aya"]);

    tell(&mut live, add_rule("r2", "hana", with_operator("ken")));
    tell(&mut live, add_rule("r3", "hana", with_operator("aya")));
    assert_eq!(list(&live, "hana"), "c1 by r1 r3");
    assert_eq!(tell(&mut live, transfer("c1", "aya", "ken")), [changed("c1", "hana", &["r1", "r2"])]);
}

#[test]
fn a_transfer_puts_the_new_operator_in_the_place_of_the_old_one() {
    let mut live = company_after([start(chat("c1").attended_by(parse("ken")).attended_by(parse("emi")))]);
    tell(&mut live, transfer("c1", "ken", "aya"));
    assert_eq!(who(live.chat(&parse("c1")).unwrap().operators()), ["aya", "emi"]);
}

#[test]
fn an_operator_rule_follows_the_operator_to_their_next_chat() {
    let mut live = hana_watches_ken();
    let events = tell(&mut live, start(chat("c2").attended_by(parse("ken"))));
    assert_eq!(events, [started("c2", "hana", &["r1"])]);
    assert_eq!(tell(&mut live, start(chat("c3").attended_by(parse("aya")))), []);
    assert_eq!(tell(&mut live, attend("c3", "ken")), [started("c3", "hana", &["r1"])]);
    assert_eq!(list(&live, "hana"), "c1 by r1, c2 by r1, c3 by r1");
}

#[test]
fn a_visitor_rule_follows_the_visitor_and_takes_hold_when_the_email_is_learned() {
    let mut live = company_after([
        add_rule("r1", "hana", from_email("mika@example.com")),
        start(chat("c1").attended_by(parse("ken"))),
    ]);
    assert_eq!(list(&live, "hana"), "");
    let events = tell(&mut live, set_visitor("c1", email("Mika@Example.com")));
    assert_eq!(events, [started("c1", "hana", &["r1"])]);
    assert_eq!(tell(&mut live, transfer("c1", "ken", "aya")), []);
    // With nobody there, nothing is watched; the next operator is watched from the first moment.
    assert_eq!(tell(&mut live, unattend("c1", "aya")), [ended("c1", "hana", Unattended)]);
    assert_eq!(tell(&mut live, attend("c1", "ken")), [started("c1", "hana", &["r1"])]);
}

#[test]
fn a_chat_handed_to_its_watcher_is_their_own_and_comes_back_when_handed_on() {
    let mut live = company_after([
        add_rule("r1", "hana", from_ip("192.0.2.0/24")),
        add_rule("r2", "emi", from_ip("192.0.2.0/24")),
        start(chat("c1").with_visitor(ip("192.0.2.7")).attended_by(parse("ken"))),
    ]);
    assert_eq!(tell(&mut live, transfer("c1", "ken", "hana")), [ended("c1", "hana", OwnChat)]);
    assert_eq!(list(&live, "emi"), "c1 by r2");
    assert_eq!(tell(&mut live, transfer("c1", "hana", "aya")), [started("c1", "hana", &["r1"])]);
}

#[test]
fn the_list_is_in_the_order_in_which_the_watches_began() {
    let mut live = hana_watches_ken();
    tell(&mut live, start(chat("c0").attended_by(parse("ken"))));
    assert_eq!(list(&live, "hana"), "c1 by r1, c0 by r1");
    tell(&mut live, allow("c1", false));
    tell(&mut live, allow("c1", true));
    assert_eq!(list(&live, "hana"), "c0 by r1, c1 by r1");
    // All at once: in the order in which the chats started.
    tell(&mut live, set_rule_enabled("r1", false));
    tell(&mut live, set_rule_enabled("r1", true));
    assert_eq!(list(&live, "hana"), "c1 by r1, c0 by r1");
}

#[test]
fn one_command_tells_of_chats_in_the_order_they_started_and_of_ends_before_starts() {
    let mut live = company_after([
        add_rule("r1", "emi", with_operator("ken")),
        add_rule("r2", "hana", with_operator("ken")),
        add_rule("r3", "emi", with_operator("aya")),
        start(chat("c2").attended_by(parse("ken"))),
        start(chat("c1").attended_by(parse("ken"))),
    ]);
    let events = tell(&mut live, set_operator("ken", Supervisor));
    assert_eq!(events, ["c2", "c1"].map(|chat| ended(chat, "hana", not_permitted("ken"))));
    tell(&mut live, set_operator("emi", Supervisor));
    let events = tell(&mut live, set_operator("ken", Associate));
    let both = ["c2", "c1"].map(|chat| [started(chat, "emi", &["r1"]), started(chat, "hana", &["r2"])]);
    assert_eq!(events, both.concat());

    tell(&mut live, remove_rule("r1"));
    let events = tell(&mut live, transfer("c1", "ken", "aya"));
    assert_eq!(events, [ended("c1", "hana", NoLongerMatches), started("c1", "emi", &["r3"])]);
}

#[test]
fn each_refusal_names_what_was_wrong_and_changes_nothing() {
    let ken = || parse::<OperatorId>("ken");
    let mut live = hana_watches_ken();
    for unknown in [
        set_visitor("c9", Visitor::new()),
        attend("c9", "ken"),
        unattend("c9", "ken"),
        transfer("c9", "ken", "aya"),
        allow("c9", true),
        end("c9"),
        join("c9", "hana"),
        leave("c9", "hana"),
        advise("c9", "hana"),
    ] {
        assert_eq!(refused(&mut live, unknown.clone()), Refusal::UnknownChat(parse("c9")), "{unknown:?}");
    }
    for (command, refusal) in [
        (start(chat("c1")), Refusal::ChatIsLive(parse("c1"))),
        (start(chat("c2").joined_by(parse("hana"))), Refusal::StartsWithJoined(parse("hana"))),
        (attend("c1", "ken"), Refusal::AlreadyGiven(ken())),
        (unattend("c1", "aya"), Refusal::NotGiven(parse("aya"))),
        (transfer("c1", "aya", "emi"), Refusal::NotGiven(parse("aya"))),
        (transfer("c1", "ken", "ken"), Refusal::AlreadyGiven(ken())),
        (join("c1", "emi"), Refusal::NotWatching(parse("emi"))),
        (join("c1", "ken"), Refusal::NotWatching(ken())),
        (advise("c1", "rin"), Refusal::NotWatching(parse("rin"))),
        (leave("c1", "hana"), Refusal::NotJoined(parse("hana"))),
        (leave("c1", "ken"), Refusal::NotJoined(ken())),
        (set_rule_enabled("r9", true), Refusal::UnknownRule(parse("r9"))),
        (remove_rule("r9"), Refusal::UnknownRule(parse("r9"))),
        (remove_operator("rin"), Refusal::UnknownOperator(parse("rin"))),
    ] {
        assert_eq!(refused(&mut live, command.clone()), refusal, "{command:?}");
    }
    for (id, watcher, operator, refusal) in [
        ("r1", "rin", "rin", AddRuleRefusal::DuplicateRule(parse("r1"))),
        ("r2", "rin", "rin", AddRuleRefusal::UnknownWatcher(parse("rin"))),
        ("r2", "ken", "ken", AddRuleRefusal::NoRights(ken())),
        ("r2", "hana", "hana", AddRuleRefusal::OwnChats(parse("hana"))),
        ("r2", "hana", "rin", AddRuleRefusal::UnknownOperator(parse("rin"))),
        ("r2", "hana", "emi", AddRuleRefusal::NotPermitted(parse("emi"))),
    ] {
        let command = add_rule(id, watcher, with_operator(operator));
        assert_eq!(refused(&mut live, command), Refusal::AddRule(refusal));
    }

    let mut live = hana_has_joined();
    assert_eq!(refused(&mut live, join("c1", "hana")), Refusal::NotWatching(parse("hana")));
    assert_eq!(refused(&mut live, unattend("c1", "hana")), Refusal::NotGiven(parse("hana")));

    let mut live = company_after([
        unattended_may_be_watched(),
        add_rule("r1", "hana", from_ip("192.0.2.0/24")),
        start(chat("c1").with_visitor(ip("192.0.2.7"))),
    ]);
    assert_eq!(list(&live, "hana"), "c1 by r1");
    assert_eq!(refused(&mut live, advise("c1", "hana")), Refusal::NobodyAttends(parse("c1")));
}

#[test]
fn setting_what_is_set_is_accepted_and_nothing_happens() {
    let mut live = hana_watches_ken();
    tell(&mut live, set_visitor("c1", ip("192.0.2.7")));
    tell(&mut live, Command::AddRule(rule("r2", "hana", with_operator("aya")).with_enabled(false)));
    for command in [
        Command::SetPolicy(Policy::default()),
        set_operator("hana", Supervisor),
        set_operator("ken", Associate),
        set_rule_enabled("r1", true),
        set_rule_enabled("r2", false),
        set_visitor("c1", ip("::ffff:192.0.2.7")),
        allow("c1", true),
    ] {
        let before = live.clone();
        assert_eq!(tell(&mut live, command.clone()), [], "{command:?}");
        assert_eq!(live, before, "{command:?}");
    }
}

#[test]
fn watches_that_end_together_are_told_in_the_order_in_which_they_began() {
    let mut live = hana_watches_ken();
    tell(&mut live, add_rule("r2", "emi", with_operator("ken")));
    for last in [allow("c1", false), unattend("c1", "ken"), end("c1")] {
        let ends = tell(&mut live.clone(), last.clone());
        let watchers = ends.iter().map(|event| match event {
            Event::WatchEnded { watcher, .. } => watcher.as_str(),
            other => panic!("{other:?}"),
        });
        assert_eq!(watchers.collect::<Vec<_>>(), ["hana", "emi"], "{last:?}");
    }
}

/// So many that they lie in a tree.
#[test]
fn each_of_many_watchers_of_a_chat_is_found_and_they_stand_as_they_began() {
    let mut live = company_after([start(chat("c1").attended_by(parse("ken")))]);
    let watchers: Vec<_> = (0..70).map(|n| format!("w{}", n * 11 % 70)).collect();
    for watcher in &watchers {
        tell(&mut live, set_operator(watcher, Supervisor));
        let events = tell(&mut live, add_rule(&format!("r-{watcher}"), watcher, with_operator("ken")));
        assert_eq!(events.len(), 1, "{watcher}");
    }
    let receiving = live.recipients(&parse("c1"), Channel::Public);
    assert!(receiving.watchers().map(OperatorId::as_str).eq(watchers.iter().map(String::as_str)));
    for watcher in &watchers {
        assert_eq!(tell(&mut live, advise("c1", watcher)).len(), 1, "{watcher}");
        let events = tell(&mut live, set_rule_enabled(&format!("r-{watcher}"), false));
        assert_eq!(events, [ended("c1", watcher, Disabled)]);
    }
    assert_eq!(live.watch_count(), 0);
}

#[test]
fn an_unknown_operator_may_attend_and_then_nobody_may_watch() {
    let mut live = hana_watches_ken();
    assert_eq!(tell(&mut live, attend("c1", "rin")), [ended("c1", "hana", not_permitted("rin"))]);
    assert_eq!(tell(&mut live, set_operator("rin", Associate)), [started("c1", "hana", &["r1"])]);
}
