//! Scenes of joining and advising, and of who learns what, each for one claim.

use chat_monitor::EndReason::{ChatEnded, OwnChat};
use chat_monitor::Role::{Administrator, Associate, Supervisor};
use chat_monitor::{Audience, Channel, Command, EndReason, LeftReason, Permissions, Policy, Refusal};

use super::live_words::{
    add_rule, advise, advised, allow, attend, changed, chat, company_after, end, ended, hana_has_joined,
    hana_watches_ken, join, joined, leave, left, list, not_permitted, refused, remove_operator, remove_rule,
    set_operator, set_rule_enabled, start, started, tell, transfer, unattend, who, with_operator,
};
use super::parse;

#[test]
fn joining_ends_the_watch_is_seen_by_all_and_closes_the_chat_to_lower_watchers() {
    let mut live = hana_watches_ken();
    tell(&mut live, add_rule("r2", "emi", with_operator("ken")));
    let events = tell(&mut live, join("c1", "emi"));
    let expected =
        [ended("c1", "emi", EndReason::Joined), joined("c1", "emi"), ended("c1", "hana", not_permitted("emi"))];
    assert_eq!(events, expected);
    let view = live.participant_view(&parse("c1")).unwrap();
    assert_eq!((who(view.operators()), who(view.joined())), (vec!["ken"], vec!["emi"]));
    assert_eq!(tell(&mut live, leave("c1", "emi"))[0], left("c1", "emi", LeftReason::Asked));
    assert_eq!(list(&live, "hana"), "c1 by r1");
}

#[test]
fn joined_operators_do_not_count_where_the_policy_exempts_them() {
    let mut live = hana_watches_ken();
    tell(&mut live, add_rule("r2", "emi", with_operator("ken")));
    let policy = Policy::default().with_count_joined(false);
    tell(&mut live, Command::SetPolicy(policy));
    assert_eq!(tell(&mut live, join("c1", "emi")), [ended("c1", "emi", EndReason::Joined), joined("c1", "emi")]);
    assert_eq!(list(&live, "hana"), "c1 by r1");
    let back = tell(&mut live, Command::SetPolicy(Policy::default()));
    assert_eq!(back, [ended("c1", "hana", not_permitted("emi"))]);
}

#[test]
fn one_who_joins_can_be_watched_in_turn() {
    let mut live = hana_watches_ken();
    tell(&mut live, add_rule("r2", "emi", with_operator("hana")));
    let events = tell(&mut live, join("c1", "hana"));
    let expected = [ended("c1", "hana", EndReason::Joined), joined("c1", "hana"), started("c1", "emi", &["r2"])];
    assert_eq!(events, expected);
}

#[test]
fn one_who_leaves_watches_again_if_a_rule_still_grants_it() {
    let mut live = hana_has_joined();
    let again = [left("c1", "hana", LeftReason::Asked), started("c1", "hana", &["r1"])];
    assert_eq!(tell(&mut live, leave("c1", "hana")), again);

    let mut live = hana_has_joined();
    tell(&mut live, remove_rule("r1"));
    assert_eq!(tell(&mut live, leave("c1", "hana")), [left("c1", "hana", LeftReason::Asked)]);
    assert!(live.chat(&parse("c1")).is_some());
}

#[test]
fn while_joined_neither_rules_nor_consent_nor_who_comes_puts_anybody_out() {
    let mut live = hana_has_joined();
    for command in [
        set_rule_enabled("r1", false),
        remove_rule("r1"),
        attend("c1", "emi"),
        allow("c1", false),
        set_operator("ken", Administrator),
        unattend("c1", "ken"),
        unattend("c1", "emi"),
        set_operator("hana", Administrator),
    ] {
        assert_eq!(tell(&mut live, command.clone()), [], "{command:?}");
        assert_eq!(who(live.chat(&parse("c1")).unwrap().joined()), ["hana"], "{command:?}");
    }
}

#[test]
fn one_who_loses_the_rights_or_is_removed_is_out_at_once() {
    let nobody = Policy::default().with_permissions(Permissions::none());
    for (command, reason) in [
        (set_operator("hana", Associate), LeftReason::NoRights),
        (Command::SetPolicy(nobody), LeftReason::NoRights),
        (remove_operator("hana"), LeftReason::Removed),
    ] {
        let mut live = hana_has_joined();
        assert_eq!(tell(&mut live, command.clone()), [left("c1", "hana", reason)], "{command:?}");
        assert_eq!(who(live.chat(&parse("c1")).unwrap().attending()), ["ken"]);
    }
}

#[test]
fn whoever_is_put_out_is_out_of_every_chat_before_any_watch_is_told_of() {
    let mut live = company_after([
        add_rule("r1", "emi", with_operator("ken")),
        add_rule("r2", "hana", with_operator("ken")),
        start(chat("c1").attended_by(parse("ken"))),
        start(chat("c2").attended_by(parse("ken"))),
        join("c1", "emi"),
        join("c2", "emi"),
    ]);
    let out = ["c1", "c2"].map(|chat| left(chat, "emi", LeftReason::Removed));
    let back = ["c1", "c2"].map(|chat| started(chat, "hana", &["r2"]));
    assert_eq!(tell(&mut live, remove_operator("emi")), [out, back].concat());
}

#[test]
fn a_joined_operator_to_whom_the_chat_is_given_attends_it_like_any_other_and_never_left() {
    for (command, operators) in
        [(attend("c1", "hana"), vec!["ken", "hana"]), (transfer("c1", "ken", "hana"), vec!["hana"])]
    {
        let mut live = hana_has_joined();
        assert_eq!(tell(&mut live, command.clone()), [], "{command:?}");
        let given = live.chat(&parse("c1")).unwrap();
        assert_eq!((who(given.operators()), who(given.joined())), (operators, vec![]));
        assert_eq!(refused(&mut live, leave("c1", "hana")), Refusal::NotJoined(parse("hana")));
        // Nor is she put out with her rights.
        assert_eq!(tell(&mut live, set_operator("hana", Associate)), []);
        assert!(live.chat(&parse("c1")).unwrap().attends(&parse("hana")));
    }
}

#[test]
fn the_end_of_a_chat_ends_each_watch_and_nobody_leaves() {
    let mut live = hana_has_joined();
    tell(&mut live, add_rule("r2", "emi", with_operator("hana")));
    tell(&mut live, set_operator("mai", Administrator));
    tell(&mut live, add_rule("r3", "mai", with_operator("ken")));
    let events = tell(&mut live, end("c1"));
    assert_eq!(events, [ended("c1", "emi", ChatEnded), ended("c1", "mai", ChatEnded)]);
    assert_eq!(live.chats().count(), 0);
}

#[test]
fn advice_reaches_everyone_who_attends_and_changes_nothing() {
    let mut live = hana_watches_ken();
    tell(&mut live, set_operator("mai", Supervisor));
    tell(&mut live, add_rule("r2", "emi", with_operator("ken")));
    tell(&mut live, add_rule("r3", "mai", with_operator("ken")));
    tell(&mut live, attend("c1", "aya"));
    assert_eq!(tell(&mut live, advise("c1", "hana")), [advised("c1", "hana", &["ken", "aya"])]);
    tell(&mut live, join("c1", "mai"));
    let before = live.clone();
    assert_eq!(tell(&mut live, advise("c1", "emi")), [advised("c1", "emi", &["ken", "aya", "mai"])]);
    assert_eq!(live, before);
}

#[test]
fn who_receives_a_message_depends_on_the_channel_and_the_visitor_is_never_in_the_internal_one() {
    let mut live = hana_watches_ken();
    tell(&mut live, add_rule("r2", "emi", with_operator("ken")));
    tell(&mut live, set_operator("mai", Supervisor));
    tell(&mut live, add_rule("r3", "mai", with_operator("ken")));
    tell(&mut live, join("c1", "hana"));
    for (channel, visitor) in [(Channel::Public, true), (Channel::Internal, false)] {
        let recipients = live.recipients(&parse("c1"), channel);
        assert_eq!(
            (recipients.visitor(), who(recipients.attending()), who(recipients.watchers())),
            (visitor, vec!["ken", "hana"], vec!["emi"])
        );
    }
}

#[test]
fn asking_who_receives_a_message_allocates_nothing() {
    let mut live = hana_watches_ken();
    for n in 0..100 {
        let watcher = format!("w{n}");
        tell(&mut live, set_operator(&watcher, Supervisor));
        tell(&mut live, add_rule(&format!("r-{watcher}"), &watcher, with_operator("ken")));
    }
    let chat = parse("c1");
    for channel in [Channel::Public, Channel::Internal] {
        let mut reached = 0;
        let taken = allocation_counter::measure(|| {
            let recipients = live.recipients(&chat, channel);
            reached = recipients.attending().count() + recipients.watchers().count();
        });
        assert_eq!((reached, taken.count_total), (102, 0), "{channel:?}");
    }
}

#[test]
fn a_message_in_an_unknown_chat_reaches_nobody_and_there_is_nothing_to_see() {
    let live = hana_watches_ken();
    for channel in [Channel::Public, Channel::Internal] {
        let recipients = live.recipients(&parse("c9"), channel);
        assert!(!recipients.visitor());
        assert_eq!((recipients.attending().count(), recipients.watchers().count()), (0, 0));
    }
    assert_eq!(live.participant_view(&parse("c9")), None);
    assert_eq!(live.chat(&parse("c9")), None);
    assert_eq!(list(&live, "rin"), "");
}

#[test]
fn an_event_is_for_its_audience_and_for_participants_only_if_it_is_for_everyone() {
    let (chat, hana, ken) = (parse("c1"), parse("hana"), [parse("ken")]);
    for event in [started("c1", "hana", &["r1"]), changed("c1", "hana", &["r1"]), ended("c1", "hana", OwnChat)] {
        assert_eq!((event.audience(), event.for_participants()), (Audience::Watcher(&hana), None));
    }
    let event = advised("c1", "hana", &["ken"]);
    assert_eq!((event.audience(), event.for_participants()), (Audience::Advice { watcher: &hana, to: &ken }, None));
    for event in [joined("c1", "hana"), left("c1", "hana", LeftReason::Asked)] {
        assert_eq!(event.audience(), Audience::Everyone(&chat));
        assert!(event.for_participants().is_some());
    }
}

#[test]
fn what_participants_see_has_neither_a_watcher_nor_a_rule_nor_a_reason() {
    let mut live = hana_watches_ken();
    tell(&mut live, add_rule("r2", "emi", with_operator("ken")));
    let view = live.participant_view(&parse("c1")).unwrap();
    assert_eq!((view.chat(), who(view.operators()), who(view.joined())), (&parse("c1"), vec!["ken"], vec![]));
    let text = format!("{view:?}");
    assert!(text.contains("ken"), "{text}");
    assert!(["emi", "hana", "r1", "r2", "watch"].iter().all(|hidden| !text.contains(hidden)), "{text}");

    tell(&mut live, join("c1", "emi"));
    let view = live.participant_view(&parse("c1")).unwrap();
    assert!(!format!("{view:?}").contains("hana"));
    let all = LeftReason::Asked;
    let others = [LeftReason::NoRights, LeftReason::Removed];
    let seen = left("c1", "emi", all).for_participants();
    assert!(others.iter().all(|reason| left("c1", "emi", *reason).for_participants() == seen));
    assert_eq!(format!("{:?}", seen.unwrap()), r#"Left { chat: ChatId("c1"), operator: OperatorId("emi") }"#);
}
