//! The wire form of departments, named roles, rights, attributes, `unless`, exclusions, samples and windows, in commands,
//! events, refusals and saved monitors. `live_wire` has the rest.

use std::fmt::Debug;

use chat_monitor::Role::{Administrator, Associate, Supervisor};
use chat_monitor::{
    Chat, ChatId, Command, EndReason, Event, LiveMonitor, MonitorEngine, OperatorId, Permissions, Policy, Refusal,
    Right, RoleRow, Rule, Within,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_str, from_value, json, to_string, to_value};

use super::live_wire::{check_lines, kinds, push, push_again};
use super::live_words::{
    add_exclusion, add_rule, attributes, chat, departments, exclusion, has, in_department, join, named, policy_with,
    remove_exclusion, rule, sampled, set_attributes, set_departments, set_member, set_operator, set_overseer,
    set_rule_window, set_time, start, supervisors_within, transfer_into, window, with_one_of, with_operator,
};
use super::parse;

/// Every field of a row that is not the default, and roles in their order.
fn policy() -> Policy {
    let triage = RoleRow::new([]).with_within(Within::Chat).with_unattended(true);
    policy_with([
        (named("triage"), triage),
        (named("bot"), RoleRow::default().with_hears_advice(false)),
        (
            named("qa"),
            RoleRow::new([named("bot"), Associate]).with_within(Within::Either).with_rights([Right::Watch].into()),
        ),
        (named("off"), RoleRow::default().with_rights([].into())),
        (Supervisor, RoleRow::new([Associate]).with_within(Within::Operators)),
    ])
}

#[test]
fn commands_are_written_as_the_golden_file_has_them() {
    let commands = [
        Command::SetPolicy(policy()),
        set_operator("robo", named("bot")),
        set_member("ken", Associate, &["support", "sales"]),
        set_overseer("hana", Supervisor, &["desk"], &[("support", &Right::ALL), ("sales", &[Right::Watch])]),
        set_overseer("hana", Supervisor, &["desk"], &[]),
        set_overseer("hana", Supervisor, &["desk"], &[("desk", &Right::ALL)]),
        Command::AddRule(
            rule("r7", "quinn", in_department("sales"))
                .and(sampled(50_000, "qa-7c1e"))
                .and_not(has("tag", "vip"))
                .with_window(window(1_764_547_200_000, 1_767_225_600_000)),
        ),
        Command::AddRule(rule("r8", "quinn", with_one_of("sales")).and_not(with_operator("ken")).with_enabled(false)),
        add_exclusion("x-all", with_one_of("legal")),
        Command::AddExclusion(exclusion("x-legal", has("tag", "legal")).binding(named("qa")).binding(Administrator)),
        remove_exclusion("x-legal"),
        start(chat("c11").with_departments(departments(&["support", "sales"]))),
        start(chat("c12").with_attributes(attributes(&[("tag", "vip"), ("brand", "acme"), ("tag", "refund")]))),
        transfer_into("c11", "ken", "aya", &["support"]),
        transfer_into("c11", "ken", "aya", &[]),
        set_departments("c11", &["support", "sales"]),
        set_departments("c11", &[]),
        set_attributes("c11", &[("signal", "help")]),
        set_attributes("c11", &[]),
        set_rule_window("r7", window(None, 1_767_225_600_000)),
        set_rule_window("r7", window(0, None)),
        set_rule_window("r7", None),
        set_time(1_764_547_200_000),
    ];
    check_lines("commands_of_scope.jsonl", &commands);
}

#[test]
fn events_are_written_as_the_golden_file_has_them() {
    let (chat, watcher) = (parse::<ChatId>("c11"), parse::<OperatorId>("hana"));
    let reasons = [EndReason::OutsideWindow, EndReason::Excluded(parse("x-legal")), EndReason::OutOfScope];
    let events = reasons.map(|reason| Event::WatchEnded { chat: chat.clone(), watcher: watcher.clone(), reason });
    check_lines("events_of_scope.jsonl", &events);
}

#[test]
fn refusals_are_written_as_the_golden_file_has_them() {
    let refusals = [
        Refusal::MayNotAdvise(parse("ken")),
        Refusal::MayNotJoin(parse("ken")),
        Refusal::UnknownRole(named("qa")),
        Refusal::RoleInUse(named("qa")),
        Refusal::DuplicateExclusion(parse("x1")),
        Refusal::UnknownExclusion(parse("x1")),
        Refusal::TimeGoesBack(1_764_547_200_000),
    ];
    check_lines("refusals_of_scope.jsonl", &refusals);
    assert_eq!(kinds(&refusals).len(), 7);
    for refusal in &refusals {
        let written = to_value(refusal).unwrap();
        assert_eq!(written.as_object().unwrap().keys().collect::<Vec<_>>(), [refusal.code()]);
    }
}

/// quinn, of quality, watches c1 in a window; hana, who oversees sales, has joined c2; an exclusion keeps c3 to itself.
fn monitor() -> LiveMonitor {
    let mut live = LiveMonitor::new(MonitorEngine::new());
    let of = |id, of: &[&str]| chat(id).attended_by(parse("ken")).with_departments(departments(of));
    for command in [
        Command::SetPolicy(supervisors_within(Within::Chat)),
        Command::SetPolicy(policy_with([
            (named("qa"), RoleRow::new([Associate]).with_rights([Right::Watch].into())),
            (Supervisor, RoleRow::new([Associate]).with_within(Within::Chat)),
        ])),
        set_overseer("hana", Supervisor, &["desk"], &[("sales", &Right::ALL)]),
        set_member("ken", Associate, &["sales"]),
        set_operator("quinn", named("qa")),
        Command::AddRule(rule("r1", "quinn", sampled(500_000, "qa")).with_window(window(5, 9))),
        Command::AddRule(rule("r2", "hana", in_department("sales")).and_not(has("tag", "vip"))),
        Command::AddExclusion(exclusion("x1", has("tag", "legal")).binding(named("qa"))),
        add_exclusion("x2", with_one_of("legal")),
        set_time(6),
        start(of("c1", &["support"])),
        start(of("c2", &["sales"])),
        start(of("c3", &[]).with_attributes(attributes(&[("tag", "legal")]))),
        join("c2", "hana"),
    ] {
        live.apply(command.clone()).unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
    }
    live
}

#[test]
fn saved_monitors_are_written_as_the_golden_file_has_them() {
    check_lines("monitor_of_scope.jsonl", &[monitor()]);
}

/// Each line of section 6 is read, and written as it stands there.
#[test]
fn the_examples_of_the_contract_are_read_and_written_back() {
    fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(line: &str) {
        let value: T = from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(to_string(&value).unwrap(), line.replace(": ", ":").replace(", ", ","));
        assert_eq!(from_str::<T>(&to_string(&value).unwrap()).unwrap(), value);
    }
    check::<Rule>(r#"{"id": "r1", "watcher": "hana", "when": [{"visitor_ip": "192.0.2.0/24"}], "enabled": true}"#);
    check::<Command>(r#"{"transfer": {"chat": "c9", "from": "ken", "to": "aya"}}"#);
    check::<Event>(r#"{"watch_started": {"chat": "c9", "watcher": "hana", "rules": ["r1"]}}"#);
    check::<Rule>(concat!(
        r#"{"id": "r7", "watcher": "quinn", "when": [{"department": "sales"}, {"sample": {"per_million": 50000, "#,
        r#""salt": "qa-7c1e"}}], "unless": [{"attribute": {"name": "tag", "value": "vip"}}], "#,
        r#""window": {"from": 1764547200000, "until": 1767225600000}, "enabled": true}"#
    ));
    check::<Chat>(concat!(
        r#"{"id": "c11", "visitor": {}, "operators": ["ken"], "joined": [], "monitoring_allowed": true, "#,
        r#""departments": ["sales"], "attributes": {"brand": ["acme"], "tag": ["refund", "vip"]}}"#
    ));
    check::<Command>(concat!(
        r#"{"set_operator": {"operator": "hana", "role": "supervisor", "departments": ["desk"], "#,
        r#""oversees": {"sales": ["watch"], "support": ["watch", "advise", "join"]}}}"#
    ));
    check::<Command>(
        r#"{"add_exclusion": {"id": "x-legal", "when": [{"attribute": {"name": "tag", "value": "legal"}}], "roles": ["qa"]}}"#,
    );
    check::<Command>(r#"{"transfer": {"chat": "c11", "from": "ken", "to": "aya", "departments": ["support"]}}"#);
    check::<Command>(r#"{"set_departments": {"chat": "c11", "departments": ["sales", "support"]}}"#);
    check::<Command>(r#"{"set_attributes": {"chat": "c11", "attributes": {"signal": ["help"]}}}"#);
    check::<Command>(r#"{"set_rule_window": {"rule": "r7", "window": {"until": 1767225600000}}}"#);
    check::<Command>(r#"{"set_time": {"now": 1764547200000}}"#);
    check::<Event>(r#"{"watch_ended": {"chat": "c11", "watcher": "hana", "reason": {"excluded": "x-legal"}}}"#);
}

/// With the built-in rows that it leaves out: a table is always whole.
#[test]
fn the_rows_of_the_contract_are_read_and_written_without_their_defaults() {
    let rows = concat!(
        r#"{"supervisor": {"monitors": ["associate"], "within": "chat", "rights": ["watch", "advise", "join"]}, "#,
        r#""triage": {"monitors": [], "within": "chat", "unattended": true}, "#,
        r#""bot": {"monitors": [], "hears_advice": false}"#
    );
    assert!(from_str::<Permissions>(&format!("{rows}}}")).is_err(), "two built-in rows are missing");
    let whole = format!(r#"{rows}, "administrator": ["associate"], "associate": []}}"#);
    let written = concat!(
        r#"{"administrator":["associate"],"supervisor":{"monitors":["associate"],"within":"chat"},"associate":[],"#,
        r#""bot":{"monitors":[],"hears_advice":false},"triage":{"monitors":[],"within":"chat","unattended":true}}"#
    );
    assert_eq!(to_string(&from_str::<Permissions>(&whole).unwrap()).unwrap(), written);
}

#[test]
fn null_is_as_left_out_but_for_the_window_that_must_be_said() {
    for (with_null, left_out) in [
        (
            r#"{"add_rule": {"id": "r1", "watcher": "hana", "when": [{"operator": "ken"}], "unless": null, "window": null}}"#,
            r#"{"add_rule": {"id": "r1", "watcher": "hana", "when": [{"operator": "ken"}]}}"#,
        ),
        (
            r#"{"set_operator": {"operator": "ken", "role": "associate", "departments": null, "oversees": null}}"#,
            r#"{"set_operator": {"operator": "ken", "role": "associate"}}"#,
        ),
        (r#"{"start_chat": {"id": "c1", "departments": null, "attributes": null}}"#, r#"{"start_chat": {"id": "c1"}}"#),
        (
            r#"{"transfer": {"chat": "c1", "from": "ken", "to": "aya", "departments": null}}"#,
            r#"{"transfer": {"chat": "c1", "from": "ken", "to": "aya"}}"#,
        ),
        (
            r#"{"add_exclusion": {"id": "x1", "when": [{"operator": "ken"}], "roles": null}}"#,
            r#"{"add_exclusion": {"id": "x1", "when": [{"operator": "ken"}]}}"#,
        ),
        (
            r#"{"set_rule_window": {"rule": "r1", "window": {"from": null, "until": 5}}}"#,
            r#"{"set_rule_window": {"rule": "r1", "window": {"until": 5}}}"#,
        ),
    ] {
        assert_eq!(from_str::<Command>(with_null).unwrap(), from_str::<Command>(left_out).unwrap(), "{with_null}");
    }
    let row =
        |row: &str| from_str::<Permissions>(&format!(r#"{{"administrator":{row},"supervisor":[],"associate":[]}}"#));
    let null = r#"{"monitors": [], "within": null, "rights": null, "unattended": null, "hears_advice": null}"#;
    assert_eq!(row(null).unwrap(), Permissions::none());
    assert_eq!(lying(|saved| saved["engine"]["now"] = json!(null)).map_err(drop), Err(()), "then no window is open");

    let window = |text: &str| from_str::<Command>(text).map_err(|error| error.to_string());
    assert_eq!(window(r#"{"set_rule_window": {"rule": "r1", "window": null}}"#), Ok(set_rule_window("r1", None)));
    let error = window(r#"{"set_rule_window": {"rule": "r1"}}"#).unwrap_err();
    assert!(error.starts_with("missing field `window`"), "{error}");
    assert_ne!(
        from_str::<Command>(r#"{"transfer": {"chat": "c1", "from": "ken", "to": "aya", "departments": []}}"#).unwrap(),
        from_str::<Command>(r#"{"transfer": {"chat": "c1", "from": "ken", "to": "aya"}}"#).unwrap(),
    );
}

#[test]
fn order_and_repetition_mean_nothing_where_a_set_is_read() {
    for (one, other) in [
        (
            r#"{"set_departments": {"chat": "c1", "departments": ["support", "sales", "support"]}}"#,
            r#"{"set_departments": {"chat": "c1", "departments": ["sales", "support"]}}"#,
        ),
        (
            r#"{"set_attributes": {"chat": "c1", "attributes": {"tag": ["vip", "legal", "vip"], "brand": ["acme"]}}}"#,
            r#"{"set_attributes": {"chat": "c1", "attributes": {"brand": ["acme"], "tag": ["legal", "vip"]}}}"#,
        ),
        (
            r#"{"set_operator": {"operator": "ken", "role": "qa", "oversees": {"sales": ["join", "watch"], "legal": []}}}"#,
            r#"{"set_operator": {"operator": "ken", "role": "qa", "oversees": {"sales": ["watch", "join"]}}}"#,
        ),
        (
            r#"{"set_operator": {"operator": "ken", "role": "qa", "oversees": {}}}"#,
            r#"{"set_operator": {"operator": "ken", "role": "qa"}}"#,
        ),
        (
            r#"{"add_exclusion": {"id": "x1", "when": [{"operator": "ken"}], "roles": ["qa", "supervisor", "qa"]}}"#,
            r#"{"add_exclusion": {"id": "x1", "when": [{"operator": "ken"}], "roles": ["supervisor", "qa"]}}"#,
        ),
    ] {
        assert_eq!(from_str::<Command>(one).unwrap(), from_str::<Command>(other).unwrap(), "{one}");
    }
}

#[test]
fn what_cannot_be_built_cannot_be_read() {
    for (text, expected) in [
        (r#"{"set_departments": {"chat": "c1"}}"#, "missing field `departments`"),
        (r#"{"set_attributes": {"chat": "c1", "attributes": {"tag": ["vip"], "tag": []}}}"#, ""),
        (r#"{"set_operator": {"operator": "ken", "role": "qa", "oversees": {"sales": [], "sales": ["watch"]}}}"#, ""),
        (r#"{"add_exclusion": {"id": "x1", "when": []}}"#, ""),
        (r#"{"add_exclusion": {"id": "x1", "when": [{"operator": "ken"}], "roles": []}}"#, "`roles`"),
        (r#"{"add_exclusion": {"id": "x1", "when": [{"operator": "ken"}], "unless": []}}"#, "unknown field `unless`"),
        (r#"{"set_rule_window": {"rule": "r1", "window": {}}}"#, "`from`, `until` or both"),
        (r#"{"set_rule_window": {"rule": "r1", "window": {"from": 5, "until": 5}}}"#, "`from` is before its `until`"),
        (r#"{"set_rule_window": {"rule": "r1", "window": {"until": 9007199254740992}}}"#, "9007199254740991"),
        (r#"{"set_time": {"now": 9007199254740992}}"#, "9007199254740991"),
        (r#"{"set_time": {"now": -1}}"#, ""),
        (r#"{"set_time": {"now": 1.5}}"#, ""),
        (
            r#"{"add_rule": {"id": "r1", "watcher": "hana", "when": [{"sample": {"per_million": 0, "salt": "qa"}}]}}"#,
            "1 to 1000000",
        ),
        (
            r#"{"add_rule": {"id": "r1", "watcher": "hana", "when": [{"sample": {"per_million": 5}}]}}"#,
            "missing field `salt`",
        ),
        (
            r#"{"add_rule": {"id": "r1", "watcher": "hana", "when": [{"attribute": {"name": "", "value": "x"}}]}}"#,
            "1 to 256",
        ),
        (r#"{"add_rule": {"id": "r1", "watcher": "hana", "when": [], "unless": [{"operator": "ken"}]}}"#, "criterion"),
    ] {
        let error = from_str::<Command>(text).expect_err(text).to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    // At the bounds themselves they are read.
    for text in [
        r#"{"set_time": {"now": 0}}"#,
        r#"{"set_time": {"now": 9007199254740991}}"#,
        r#"{"set_rule_window": {"rule": "r1", "window": {"from": 9007199254740990, "until": 9007199254740991}}}"#,
    ] {
        assert!(from_str::<Command>(text).is_ok(), "{text}");
    }
}

#[test]
fn a_table_that_is_not_whole_or_names_a_role_without_a_row_is_refused() {
    let table = |more: &str| format!(r#"{{"administrator":[],"supervisor":[],"associate":[]{more}}}"#);
    assert!(from_str::<Permissions>(&table("")).is_ok());
    for more in [
        r#","qa":["lead"]"#,
        r#","qa":{"monitors":[],"rights":["join"]}"#,
        r#","qa":{"within":"chat"}"#,
        r#","qa":{"monitors":[],"whispers":true}"#,
        r#","qa":[],"qa":[]"#,
        r#","qa":{"monitors":[],"within":"chat","within":"chat"}"#,
        r#","administrator":[]"#,
        r#","":[]"#,
    ] {
        assert!(from_str::<Permissions>(&table(more)).is_err(), "{more}");
    }
    let many = |count: usize| table(&(0..count).map(|n| format!(r#","role{n}":[]"#)).collect::<String>());
    assert!(from_str::<Permissions>(&many(29)).is_ok());
    assert!(from_str::<Permissions>(&many(30)).is_err());
}

#[test]
fn more_than_64_of_a_kind_are_refused_once_counted() {
    let list = |count: usize| (0..count).map(|n| format!(r#""d{n}""#)).collect::<Vec<_>>().join(",");
    let told =
        |list: String| from_str::<Command>(&format!(r#"{{"set_departments":{{"chat":"c1","departments":[{list}]}}}}"#));
    assert!(told(list(64)).is_ok() && told(list(65)).is_err());
    assert!(told(format!("{},{}", list(64), list(64))).is_ok(), "counted after merging");
    let told = |list: String| {
        from_str::<Command>(&format!(r#"{{"set_attributes":{{"chat":"c1","attributes":{{"tag":[{list}]}}}}}}"#))
    };
    assert!(told(list(64)).is_ok() && told(list(65)).is_err());
    let known = |more: String| {
        from_str::<Command>(&format!(r#"{{"set_operator":{{"operator":"hana","role":"supervisor",{more}}}}}"#))
    };
    let belongs = |count| known(format!(r#""departments":[{}]"#, list(count)));
    assert!(belongs(64).is_ok() && belongs(65).is_err());
    let each = |count: usize| (0..count).map(|n| format!(r#""d{n}":["watch"]"#)).collect::<Vec<_>>().join(",");
    let oversees = |count, more: &str| known(format!(r#""oversees":{{{}{more}}}"#, each(count)));
    assert!(oversees(64, "").is_ok() && oversees(65, "").is_err());
    assert!(oversees(64, r#","nothing":[]"#).is_ok(), "counted without those of no right");
}

/// The saved form of [`monitor`], changed.
fn lying(change: impl FnOnce(&mut Value)) -> Result<LiveMonitor, String> {
    let mut saved = to_value(monitor()).unwrap();
    change(&mut saved);
    from_value(saved).map_err(|error| error.to_string())
}

#[test]
fn a_saved_state_that_lies_about_what_is_new_is_refused() {
    assert_eq!(lying(|_| {}), Ok(monitor()));
    let is_refused = |change: &dyn Fn(&mut Value), expected: &str| {
        let error = lying(change).expect_err(expected);
        assert!(error.contains(expected), "{error}");
    };
    is_refused(&|saved| saved["engine"]["operators"][2]["role"] = json!("lead"), "`lead`");
    is_refused(&|saved| drop(saved["engine"]["policy"]["permissions"].as_object_mut().unwrap().remove("qa")), "`qa`");
    is_refused(&|saved| saved["engine"]["exclusions"][0]["roles"] = json!(["lead"]), "`lead`");
    is_refused(&|saved| push_again(&mut saved["engine"]["exclusions"]), "exclusion `x1`");
    let row = json!({"monitors": ["associate"], "within": "chat", "rights": ["watch"]});
    let cannot_stay = "operator `hana` has joined chat `c2`, but may not join";
    is_refused(&|saved| saved["engine"]["policy"]["permissions"]["supervisor"] = row.clone(), cannot_stay);
    let no_grant = "operator `quinn` watches chat `c1`, and no rule grants it";
    is_refused(&|saved| saved["engine"]["now"] = json!(9), no_grant);
    is_refused(&|saved| drop(saved["engine"].as_object_mut().unwrap().remove("now")), no_grant);
    let granted = "the watch of operator `quinn` on chat `c3` is missing";
    is_refused(&|saved| saved["engine"]["exclusions"] = json!([]), granted);
    is_refused(&|saved| push(&mut saved["watches"], json!({"chat": "c3", "watcher": "quinn"})), "`c3`, and no rule");
    is_refused(&|saved| saved["chats"][0]["attributes"] = json!({"tag": ["legal"]}), no_grant);
}

#[test]
fn a_repeated_key_in_a_saved_state_is_an_error() {
    let saved = to_string(&monitor()).unwrap();
    for key in [r#""now":6"#, r#""departments":["sales"]"#, r#""window":{"from":5,"until":9}"#, r#""roles":["qa"]"#] {
        assert!(saved.contains(key), "{key}: {saved}");
        let twice = saved.replacen(key, &format!("{key},{key}"), 1);
        assert!(from_str::<LiveMonitor>(&twice).is_err(), "{key}");
    }
}

#[test]
fn what_is_not_used_is_not_written() {
    let plain = to_string(&LiveMonitor::default()).unwrap();
    for word in ["exclusions", "now", "departments", "attributes", "unless", "window", "oversees"] {
        assert!(!plain.contains(word), "{word}");
    }
    assert_eq!(from_str::<LiveMonitor>(&plain).unwrap(), LiveMonitor::default());
}

#[test]
fn rules_that_could_not_be_added_any_more_are_loaded() {
    let mut live = LiveMonitor::default();
    for command in
        [set_operator("hana", Supervisor), set_operator("ken", Associate), add_rule("r1", "hana", with_operator("ken"))]
    {
        live.apply(command).unwrap();
    }
    live.apply(Command::SetPolicy(supervisors_within(Within::Operators))).unwrap();
    let loaded: LiveMonitor = from_value(to_value(&live).unwrap()).unwrap();
    assert_eq!(loaded, live);
}
