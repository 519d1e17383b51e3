//! The wire form of commands, events, refusals and saved monitors, and saved monitors that lie.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::Path;

use chat_monitor::Role::{Administrator, Associate, Supervisor};
use chat_monitor::{
    AddRuleRefusal, ChatId, Command, EndReason, Event, LeftReason, LiveMonitor, MonitorEngine, OperatorId,
    ParticipantEvent, Permissions, Policy, Refusal, RuleId, Visitor,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_str, from_value, json, to_string};

use super::live_words::{
    add_rule, advise, allow, attend, chat, email, end, from_email, from_ip, ip, join, kind, leave, remove_operator,
    remove_rule, rule, set_operator, set_rule_enabled, set_visitor, transfer, unattend, with_operator,
};
use super::parse;

fn golden(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Each value is written as its line of the file, and the line is read as the value.
pub(super) fn check_lines<T: Serialize + DeserializeOwned + PartialEq + Debug>(name: &str, values: &[T]) {
    let golden = golden(name);
    let written: String = values.iter().map(|value| to_string(value).unwrap() + "\n").collect();
    assert_eq!(written, golden, "{name}");
    let read: Vec<T> = golden.lines().map(|line| from_str(line).unwrap()).collect();
    assert_eq!(read, values, "{name}");
}

pub(super) fn kinds<'a, T: Debug + 'a>(values: impl IntoIterator<Item = &'a T>) -> BTreeSet<String> {
    values.into_iter().map(|value| kind(value)).collect()
}

#[test]
fn commands_are_written_as_the_golden_file_has_them() {
    let permissions = Permissions::default().with(Supervisor, Supervisor, true).unwrap();
    let policy = Policy::default().with_permissions(permissions);
    let mika = ip("192.0.2.7").with_email(parse("mika@example.com"));
    let commands = [
        Command::SetPolicy(policy),
        set_operator("hana", Supervisor),
        remove_operator("hana"),
        Command::AddRule(rule("r2", "hana", with_operator("ken")).and(from_email("*@example.com"))),
        Command::AddRule(rule("r3", "hana", from_ip("192.0.2.0/24")).with_enabled(false)),
        set_rule_enabled("r2", false),
        remove_rule("r2"),
        Command::StartChat(chat("c9").with_visitor(mika.clone()).attended_by(parse("ken"))),
        Command::StartChat(chat("c10")),
        set_visitor("c9", mika),
        set_visitor("c9", Visitor::new()),
        attend("c9", "aya"),
        unattend("c9", "aya"),
        transfer("c9", "ken", "aya"),
        allow("c9", false),
        end("c9"),
        join("c9", "hana"),
        leave("c9", "hana"),
        advise("c9", "hana"),
    ];
    check_lines("commands.jsonl", &commands);
    // A new kind does not compile here until it has its line above.
    for command in &commands {
        match command {
            Command::SetPolicy(_)
            | Command::SetOperator { .. }
            | Command::RemoveOperator { .. }
            | Command::AddRule(_)
            | Command::SetRuleEnabled { .. }
            | Command::RemoveRule { .. }
            | Command::StartChat(_)
            | Command::SetVisitor { .. }
            | Command::Attend { .. }
            | Command::Unattend { .. }
            | Command::Transfer { .. }
            | Command::SetMonitoringAllowed { .. }
            | Command::EndChat { .. }
            | Command::Join { .. }
            | Command::Leave { .. }
            | Command::Advise { .. } => {}
            Command::SetRuleWindow { .. }
            | Command::AddExclusion(_)
            | Command::RemoveExclusion { .. }
            | Command::SetTime { .. }
            | Command::SetDepartments { .. }
            | Command::SetAttributes { .. } => panic!("`live_wire_scope` has these"),
        }
    }
    assert_eq!(kinds(&commands).len(), 16);
}

#[test]
fn what_has_a_default_may_be_left_out_of_a_command() {
    let full = r#"{"start_chat":{"id":"c1","visitor":{},"operators":[],"joined":[],"monitoring_allowed":true}}"#;
    assert_eq!(from_str::<Command>(full).unwrap(), from_str(r#"{"start_chat": {"id": "c1"}}"#).unwrap());
    let rule = r#"{"add_rule": {"id": "r1", "watcher": "hana", "when": [{"operator": "ken"}]}}"#;
    assert_eq!(from_str::<Command>(rule).unwrap(), add_rule("r1", "hana", with_operator("ken")));
}

#[test]
fn a_command_with_an_unknown_kind_or_field_is_none() {
    for (text, expected) in [
        (r#"{"forget_chat": {"chat": "c1"}}"#, "unknown kind `forget_chat`, expected one of"),
        (r#"{"end_chat": {"chat": "c1", "reason": "x"}}"#, "unknown field `reason`, expected one of `chat`"),
        (r#"{"set_visitor": {"chat": "c1", "visitor": {"name": "x"}}}"#, "unknown field `name`, expected one of"),
        (r#"{"start_chat": {"id": "c1", "watchers": []}}"#, "unknown field `watchers`, expected one of"),
        (r#"{"attend": {"chat": "c1"}}"#, "missing field `operator`"),
        (r#"{"attend": {"chat": "c1", "operator": ""}}"#, "expected an id of 1 to 256 bytes"),
        (r#"{"start_chat": {"id": "c1", "operators": ["ken"], "joined": ["ken"]}}"#, "`ken` attends the chat twice"),
    ] {
        let error = from_str::<Command>(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn events_are_written_as_the_golden_file_has_them() {
    let (chat, watcher, operator) = (parse::<ChatId>("c9"), parse::<OperatorId>("hana"), parse::<OperatorId>("hana"));
    let rules = || vec![parse::<RuleId>("r1"), parse("r2")];
    let reasons = [
        EndReason::ChatEnded,
        EndReason::Joined,
        EndReason::RuleRemoved,
        EndReason::Disabled,
        EndReason::NoLongerMatches,
        EndReason::Forbidden,
        EndReason::Unattended,
        EndReason::NoRights,
        EndReason::OwnChat,
        EndReason::NotPermitted(parse("ken")),
    ];
    let left = [LeftReason::Asked, LeftReason::NoRights, LeftReason::Removed];
    let mut events = vec![
        Event::WatchStarted { chat: chat.clone(), watcher: watcher.clone(), rules: rules() },
        Event::WatchChanged { chat: chat.clone(), watcher: watcher.clone(), rules: rules() },
    ];
    for reason in reasons.clone() {
        events.push(Event::WatchEnded { chat: chat.clone(), watcher: watcher.clone(), reason });
    }
    events.push(Event::Joined { chat: chat.clone(), operator: operator.clone() });
    for reason in left {
        events.push(Event::Left { chat: chat.clone(), operator: operator.clone(), reason });
    }
    events.push(Event::Advised { chat, watcher, to: vec![parse("ken"), parse("aya")] });
    check_lines("events.jsonl", &events);

    for reason in &reasons {
        match reason {
            EndReason::ChatEnded
            | EndReason::Joined
            | EndReason::RuleRemoved
            | EndReason::Disabled
            | EndReason::NoLongerMatches
            | EndReason::Forbidden
            | EndReason::Unattended
            | EndReason::NoRights
            | EndReason::OwnChat
            | EndReason::NotPermitted(_) => {}
            EndReason::OutsideWindow | EndReason::Excluded(_) | EndReason::OutOfScope => {
                panic!("`live_wire_scope` has these")
            }
        }
    }
    for event in &events {
        match event {
            Event::WatchStarted { .. } | Event::WatchChanged { .. } | Event::WatchEnded { .. } => {}
            Event::Joined { .. } | Event::Advised { .. } => {}
            Event::Left { reason: LeftReason::Asked | LeftReason::NoRights | LeftReason::Removed, .. } => {}
        }
    }
    assert_eq!((kinds(&events).len(), kinds(&reasons).len(), kinds(&left).len()), (6, 10, 3));
}

#[test]
fn what_participants_see_is_written_as_the_golden_file_has_it() {
    let (chat, operator) = (parse::<ChatId>("c9"), parse::<OperatorId>("hana"));
    let joined = Event::Joined { chat: chat.clone(), operator: operator.clone() };
    let left = Event::Left { chat, operator, reason: LeftReason::NoRights };
    let events = [joined, left].map(|event| event.for_participants().unwrap());
    check_lines("participant_events.jsonl", &events);
    for event in &events {
        match event {
            ParticipantEvent::Joined { .. } | ParticipantEvent::Left { .. } => {}
        }
    }
    assert_eq!(kinds(&events).len(), 2);

    let view = monitor().participant_view(&parse("c2")).unwrap();
    assert_eq!(to_string(&view).unwrap(), r#"{"chat":"c2","operators":["ken"],"joined":["emi"]}"#);
}

#[test]
fn refusals_are_written_as_the_golden_file_has_them() {
    let (chat, operator, rule) = (|| parse("c9"), || parse("ken"), || parse("r1"));
    let refusals = [
        Refusal::UnknownChat(chat()),
        Refusal::ChatIsLive(chat()),
        Refusal::StartsWithJoined(operator()),
        Refusal::AlreadyGiven(operator()),
        Refusal::NotGiven(operator()),
        Refusal::NotWatching(operator()),
        Refusal::NotJoined(operator()),
        Refusal::NobodyAttends(chat()),
        Refusal::UnknownRule(rule()),
        Refusal::UnknownOperator(operator()),
        Refusal::AddRule(AddRuleRefusal::DuplicateRule(rule())),
        Refusal::AddRule(AddRuleRefusal::UnknownWatcher(operator())),
        Refusal::AddRule(AddRuleRefusal::NoRights(operator())),
        Refusal::AddRule(AddRuleRefusal::OwnChats(operator())),
        Refusal::AddRule(AddRuleRefusal::UnknownOperator(operator())),
        Refusal::AddRule(AddRuleRefusal::NotPermitted(operator())),
    ];
    check_lines("refusals.jsonl", &refusals);
    for refusal in &refusals {
        match refusal {
            Refusal::UnknownChat(_) | Refusal::ChatIsLive(_) | Refusal::NobodyAttends(_) => {}
            Refusal::StartsWithJoined(_) | Refusal::AlreadyGiven(_) | Refusal::NotGiven(_) => {}
            Refusal::NotWatching(_) | Refusal::NotJoined(_) | Refusal::UnknownOperator(_) => {}
            Refusal::UnknownRule(_) | Refusal::AddRule(AddRuleRefusal::DuplicateRule(_)) => {}
            Refusal::AddRule(
                AddRuleRefusal::UnknownWatcher(_)
                | AddRuleRefusal::NoRights(_)
                | AddRuleRefusal::OwnChats(_)
                | AddRuleRefusal::UnknownOperator(_)
                | AddRuleRefusal::NotPermitted(_),
            ) => {}
            Refusal::MayNotAdvise(_) | Refusal::MayNotJoin(_) | Refusal::UnknownRole(_) | Refusal::RoleInUse(_) => {
                panic!("`live_wire_scope` has these")
            }
            Refusal::DuplicateExclusion(_) | Refusal::UnknownExclusion(_) | Refusal::TimeGoesBack(_) => {
                panic!("`live_wire_scope` has these")
            }
        }
    }
    assert_eq!(kinds(&refusals).len(), 16);
}

/// hana watches c1 by two rules, and c3, which began first; emi has joined c2.
fn monitor() -> LiveMonitor {
    let mut live = LiveMonitor::new(MonitorEngine::new());
    for command in [
        set_operator("emi", Administrator),
        set_operator("hana", Supervisor),
        set_operator("ken", Associate),
        add_rule("r2", "hana", from_email("*@example.com")),
        add_rule("r1", "hana", with_operator("ken")),
        add_rule("r3", "emi", with_operator("hana")),
        add_rule("r4", "emi", from_ip("192.0.2.0/24")),
        Command::StartChat(
            chat("c1").with_visitor(email("mika@example.com")).attended_by(parse("ken")).with_monitoring_allowed(false),
        ),
        Command::StartChat(chat("c2").with_visitor(ip("192.0.2.7")).attended_by(parse("ken"))),
        Command::StartChat(chat("c3").attended_by(parse("ken"))),
        join("c2", "emi"),
        allow("c1", true),
    ] {
        live.apply(command).unwrap();
    }
    live
}

#[test]
fn saved_monitors_are_written_as_the_golden_file_has_them() {
    check_lines("monitor.jsonl", &[LiveMonitor::new(MonitorEngine::new()), monitor()]);
}

#[test]
fn a_saved_state_for_which_there_is_no_room_is_an_error() {
    let (monitor, length) = (monitor(), to_string(&monitor()).unwrap().len());
    for room in 0..=length {
        let written = serde_json::to_writer(&mut vec![0; room][..], &monitor);
        assert_eq!(written.is_ok(), room == length, "{room} of {length} bytes");
    }
}

/// The saved form of [`monitor`], changed.
fn lying(change: impl FnOnce(&mut Value)) -> Result<LiveMonitor, String> {
    let mut saved = serde_json::to_value(monitor()).unwrap();
    change(&mut saved);
    from_value(saved).map_err(|error| error.to_string())
}

#[track_caller]
fn is_refused(change: impl FnOnce(&mut Value), expected: &str) {
    assert_eq!(lying(change).expect_err(expected), expected);
}

pub(super) fn push(list: &mut Value, value: Value) {
    list.as_array_mut().unwrap().push(value);
}

pub(super) fn push_again(list: &mut Value) {
    let again = list[0].clone();
    push(list, again);
}

#[test]
fn what_is_saved_can_be_loaded() {
    assert_eq!(lying(|_| {}), Ok(monitor()));
}

#[test]
fn a_saved_watch_that_is_none_is_refused() {
    let watch =
        |chat, watcher| move |saved: &mut Value| push(&mut saved["watches"], json!({"chat": chat, "watcher": watcher}));
    is_refused(watch("c9", "hana"), "operator `hana` watches chat `c9`, which is not there");
    let no_grant = |watcher, chat| format!("operator `{watcher}` watches chat `{chat}`, and no rule grants it");
    is_refused(watch("c1", "emi"), &no_grant("emi", "c1"));
    is_refused(watch("c1", "rin"), &no_grant("rin", "c1"));
    is_refused(|saved| push_again(&mut saved["watches"]), "operator `hana` watches chat `c3` twice");
    // emi has joined, so the watch that her rule would grant is none.
    is_refused(watch("c2", "emi"), &no_grant("emi", "c2"));
}

#[test]
fn a_saved_watch_that_is_missing_is_missed() {
    let missing = "the watch of operator `hana` on chat `c1` is missing";
    is_refused(|saved| saved["watches"] = json!([{"chat": "c3", "watcher": "hana"}]), missing);
    is_refused(|saved| saved["watches"] = json!([]), missing);
}

#[test]
fn the_order_of_saved_watches_is_taken_as_it_is() {
    let live = lying(|saved| saved["watches"].as_array_mut().unwrap().reverse()).unwrap();
    assert_ne!(live, monitor());
    let list: Vec<_> = live.monitored_chats(&parse("hana")).map(|line| line.chat().id().to_string()).collect();
    assert_eq!(list, ["c1", "c3"]);
}

#[test]
fn a_saved_joined_operator_without_rights_is_refused() {
    let cannot = |operator: &str| format!("operator `{operator}` has joined chat `c2`, but may not join");
    let joined = |operator| move |saved: &mut Value| saved["chats"][1]["joined"] = json!([operator]);
    is_refused(joined("rin"), &cannot("rin"));
    is_refused(|saved| saved["engine"]["operators"][0]["role"] = json!("associate"), &cannot("emi"));
    let nobody = Policy::default().with_permissions(Permissions::none());
    is_refused(|saved| saved["engine"]["policy"] = serde_json::to_value(nobody).unwrap(), &cannot("emi"));
}

#[test]
fn a_saved_id_that_is_there_twice_is_refused() {
    is_refused(|saved| push_again(&mut saved["chats"]), "chat `c1` is there twice");
    is_refused(|saved| push_again(&mut saved["engine"]["rules"]), "rule `r2` exists already");
    is_refused(|saved| push_again(&mut saved["engine"]["operators"]), "operator `emi` is there twice");
    let twice = "operator `ken` attends the chat twice";
    is_refused(|saved| saved["chats"][0]["operators"] = json!(["ken", "ken"]), twice);
    is_refused(|saved| saved["chats"][0]["joined"] = json!(["ken"]), twice);
    is_refused(|saved| saved["chats"][0]["joined"] = json!(["emi", "emi"]), "operator `emi` attends the chat twice");
}

#[test]
fn a_saved_state_of_another_version_is_refused_as_that() {
    let newer = "the saved state has version 2, this crate reads version 1";
    is_refused(|saved| saved["version"] = json!(2), newer);
    is_refused(|saved| saved["engine"]["version"] = json!(2), newer);
    // Whatever stands behind the version, it is not what is wrong.
    let error = from_str::<LiveMonitor>(r#"{"version": 2, "rooms": []}"#).unwrap_err().to_string();
    assert!(error.starts_with(newer), "{error}");
    assert!(lying(|saved| drop(saved.as_object_mut().unwrap().remove("version"))).unwrap_err().contains("version"));
}

#[test]
fn an_unknown_field_in_a_saved_state_is_refused() {
    for path in ["", "/engine", "/engine/policy", "/engine/operators/0", "/engine/rules/0", "/chats/0", "/watches/0"] {
        let error = lying(|saved| saved.pointer_mut(path).unwrap()["since"] = json!(1)).unwrap_err();
        assert!(error.starts_with("unknown field `since`, expected one of"), "{path}: {error}");
    }
}

/// Every part of a saved state left out or replaced by something else is an error or a state, never a panic.
#[test]
fn a_saved_state_with_any_part_spoilt_is_refused_or_read_but_never_a_panic() {
    let saved = serde_json::to_value(monitor()).unwrap();
    let (mut spoilt, mut refused) = (0, 0);
    for path in paths(&saved, String::new()) {
        for other in [json!(null), json!(7), json!(""), json!("ken"), json!([]), json!([null]), json!({}), json!(true)]
        {
            let mut saved = saved.clone();
            *saved.pointer_mut(&path).unwrap() = other;
            spoilt += 1;
            match from_value::<LiveMonitor>(saved) {
                Ok(live) => assert_eq!(from_value::<LiveMonitor>(serde_json::to_value(&live).unwrap()).unwrap(), live),
                Err(error) => {
                    refused += 1;
                    assert!(!error.to_string().contains("mika@"), "{error}");
                }
            }
        }
    }
    assert!(spoilt > 500 && refused * 10 > spoilt * 9, "{refused} of {spoilt}");
}

fn paths(value: &Value, path: String) -> Vec<String> {
    let parts: Vec<(String, &Value)> = match value {
        Value::Array(values) => values.iter().enumerate().map(|(place, value)| (place.to_string(), value)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    let below = parts.into_iter().flat_map(|(part, value)| paths(value, format!("{path}/{part}")));
    below.chain([path.clone()]).collect()
}
