//! Zoho SalesIQ's chat monitors, imported and exported.

use chat_monitor::{Command, Event, OperatorId, Rule};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use vendors::monitors::{Left, export, import};
use vendors::{People, Statistics, Time};

fn watchers(names: &[&str]) -> Vec<OperatorId> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn rule(value: Value) -> Rule {
    serde_json::from_value(value).unwrap()
}

fn lines(rules: &[Rule]) -> Vec<Value> {
    rules.iter().map(|rule| serde_json::to_value(rule).unwrap()).collect()
}

#[test]
fn a_monitor_is_a_rule_for_each_watcher() {
    let listed = json!({"url": "/api/v2/demo/chatmonitors", "object": "list", "data": [
        {"id": "8000000006005", "enabled": true, "monitoring": {"type": "visitor_ip", "visitor_ip": "192.0.2.7"},
            "stats": {"chats_joined": "120", "chats_monitored": "30", "last_monitored_time": "12345678"}},
        {"id": "8000000010001", "enabled": false,
            "monitoring": {"type": "visitor_email", "visitor_email": "mika@example.com"}},
        {"id": 8_000_000_017_009_u64, "enabled": "true", "monitoring": {"type": "operator",
            "operator_email": "ken@example.org", "operator_id": "8000000002007", "operator_name": "Ken"}},
    ]});
    let imported = import(&listed, &watchers(&["hana", "mori"]), &People::new());
    assert_eq!(imported.wrong, []);
    assert_eq!(
        lines(&imported.rules),
        [
            json!({"id": "8000000006005/hana", "watcher": "hana", "when": [{"visitor_ip": "192.0.2.7"}], "enabled": true}),
            json!({"id": "8000000006005/mori", "watcher": "mori", "when": [{"visitor_ip": "192.0.2.7"}], "enabled": true}),
            json!({"id": "8000000010001/hana", "watcher": "hana", "when": [{"visitor_email": "mika@example.com"}], "enabled": false}),
            json!({"id": "8000000010001/mori", "watcher": "mori", "when": [{"visitor_email": "mika@example.com"}], "enabled": false}),
            json!({"id": "8000000017009/hana", "watcher": "hana", "when": [{"operator": "zoho:8000000002007"}], "enabled": true}),
            json!({"id": "8000000017009/mori", "watcher": "mori", "when": [{"operator": "zoho:8000000002007"}], "enabled": true}),
        ]
    );
}

#[test]
fn a_list_an_answer_and_one_object_are_read_and_the_create_call_too() {
    let one = json!({"type": "operator", "operator": "8000000002007"});
    for value in [one.clone(), json!([one]), json!({"data": [one]}), json!({"data": one})] {
        let mut people = People::new();
        people.know_plain("8000000002007".parse().unwrap());
        let imported = import(&value, &watchers(&["hana"]), &people);
        assert_eq!(
            lines(&imported.rules),
            [json!({"id": "new-1/hana", "watcher": "hana",
            "when": [{"operator": "8000000002007"}], "enabled": true})]
        );
    }
}

#[test]
fn wrong_objects_are_one_line_each_without_a_value() {
    let monitoring = |value: Value| json!({"id": "1", "enabled": true, "monitoring": value});
    let wrong = [
        (json!("secret"), "monitor: expected an object"),
        (json!({"id": "1"}), "type: expected"),
        (json!({"id": "1", "monitoring": "secret"}), "monitoring: expected an object"),
        (monitoring(json!({"type": "secret"})), "type: expected"),
        (monitoring(json!({"type": "operator"})), "operator_id: expected"),
        (monitoring(json!({"type": "operator", "operator_id": "secret"})), "operator_id: expected"),
        (monitoring(json!({"type": "operator", "operator_id": "-1"})), "operator_id: expected"),
        (monitoring(json!({"type": "visitor_ip", "visitor_ip": "192.0.2.0/24"})), "visitor_ip: expected one"),
        (monitoring(json!({"type": "visitor_ip", "visitor_ip": 1})), "visitor_ip: expected one"),
        (
            monitoring(json!({"type": "visitor_email", "visitor_email": "*@secret.example.com"})),
            "visitor_email: expected",
        ),
        (json!({"id": "secret", "monitoring": {"type": "visitor_ip", "visitor_ip": "192.0.2.7"}}), "id: expected"),
        (
            json!({"id": "1", "enabled": 3, "monitoring": {"type": "visitor_ip", "visitor_ip": "192.0.2.7"}}),
            "enabled: ",
        ),
    ];
    let objects: Vec<Value> = wrong.iter().map(|(object, _)| object.clone()).collect();
    let imported = import(&objects.into(), &watchers(&["hana"]), &People::new());
    assert!(imported.rules.is_empty());
    assert_eq!(imported.wrong.len(), wrong.len());
    for (found, (_, expected)) in imported.wrong.iter().zip(&wrong) {
        let text = found.to_string();
        assert!(text.contains(expected), "{text}: {expected}");
        assert!(!text.contains("secret") && !text.contains("192.0.2.0") && !text.contains('\n'), "{text}");
    }
    let numbers: Vec<usize> = imported.wrong.iter().map(|wrong| wrong.number).collect();
    assert_eq!(numbers, (1..=wrong.len()).collect::<Vec<_>>());
}

#[test]
fn an_id_counts_once_and_nobody_watches_their_own_chats() {
    let monitor = json!({"id": "1", "enabled": true, "monitoring": {"type": "operator", "operator_id": "7"}});
    let imported = import(&json!([monitor, monitor]), &watchers(&["zoho:7", "hana"]), &People::new());
    assert_eq!(imported.rules.len(), 1);
    assert_eq!(imported.wrong.len(), 1);
    assert!(imported.wrong[0].to_string().starts_with("monitor 2: id: expected each id once"));
}

#[test]
fn what_cannot_be_said_is_told_by_its_reason() {
    let a_rule = |id: &str, when: Value| json!({"id": id, "watcher": "hana", "when": when});
    let rules = [
        (a_rule("a", json!([{"operator": "zoho:7"}, {"visitor_ip": "192.0.2.7"}])), Left::MoreCriteria),
        (a_rule("b", json!([{"visitor_ip": "192.0.2.0/24"}])), Left::Network),
        (a_rule("c", json!([{"visitor_email": "*@example.com"}])), Left::Domain),
        (a_rule("d", json!([{"operator": "chatwoot:7"}])), Left::OtherOperator),
        (a_rule("e", json!([{"operator": "zoho:bot:7"}])), Left::OtherOperator),
        (a_rule("f", json!([{"operator": "ken"}])), Left::OtherOperator),
        (a_rule("1/hana", json!([{"visitor_ip": "192.0.2.7"}])), Left::Differs),
        (a_rule("2/hana", json!([{"visitor_ip": "192.0.2.7"}])), Left::SwitchedDifferently),
        (json!({"id": "1/mori", "watcher": "mori", "when": [{"visitor_ip": "192.0.2.8"}]}), Left::Differs),
        (
            json!({"id": "2/mori", "watcher": "mori", "enabled": false, "when": [{"visitor_ip": "192.0.2.7"}]}),
            Left::SwitchedDifferently,
        ),
    ];
    let built: Vec<Rule> = rules.iter().map(|(value, _)| rule(value.clone())).collect();
    let exported = export(&built, &Statistics::new(), &People::new());
    assert!(exported.monitors.is_empty());
    let left: Vec<Left> = exported.left.iter().map(|(_, why)| *why).collect();
    assert_eq!(left, rules.map(|(_, why)| why));
}

#[test]
fn rules_that_monitor_the_same_are_one_monitor_without_an_id() {
    let rules = ["hana", "mori"].map(|watcher| {
        rule(json!({"id": format!("own-{watcher}"), "watcher": watcher, "when": [{"operator": "zoho:7"}]}))
    });
    let exported = export(&rules, &Statistics::new(), &People::new());
    assert_eq!(
        exported.monitors,
        [json!({"enabled": true, "monitoring": {"type": "operator", "operator_id": "7"},
        "stats": {"chats_monitored": "0", "chats_joined": "0"}})]
    );
}

#[test]
fn the_statistics_are_the_sums_of_the_rules_as_text() {
    let mut statistics = Statistics::new();
    let imported = import(
        &json!({"id": "1", "enabled": true, "monitoring": {"type": "operator", "operator_id": "7"}}),
        &watchers(&["hana", "mori"]),
        &People::new(),
    );
    for (rule, at) in imported.rules.iter().zip([1_767_225_600_000, 1_767_225_700_000]) {
        let chat: chat_monitor::ChatId = format!("c{at}").parse().unwrap();
        let watch =
            Event::WatchStarted { chat: chat.clone(), watcher: rule.watcher().clone(), rules: vec![rule.id().clone()] };
        let join = Command::Join { chat, watcher: rule.watcher().clone() };
        statistics.record(Time::from_millis(at), &Command::AddRule(rule.clone()), &[watch]);
        statistics.record(Time::from_millis(at), &join, &[]);
    }
    let exported = export(&imported.rules, &statistics, &People::new());
    assert_eq!(
        exported.monitors,
        [json!({"id": "1", "enabled": true,
        "monitoring": {"type": "operator", "operator_id": "7"},
        "stats": {"chats_monitored": "2", "chats_joined": "2", "last_monitored_time": "1767225700000"}})]
    );
}

fn a_monitor() -> impl Strategy<Value = Value> {
    let monitored = prop_oneof![
        any::<u32>().prop_map(|id| json!({"type": "operator", "operator_id": id.to_string()})),
        any::<u8>().prop_map(|last| json!({"type": "visitor_ip", "visitor_ip": format!("192.0.2.{last}")})),
        any::<u8>().prop_map(|one| json!({"type": "visitor_email", "visitor_email": format!("mika{one}@example.com")})),
    ];
    (monitored, any::<bool>()).prop_map(|(monitoring, enabled)| json!({"enabled": enabled, "monitoring": monitoring}))
}

proptest! {
    #[test]
    fn import_export_import_is_the_same(
        monitors in vec(a_monitor(), 0..8),
        of in proptest::sample::subsequence(vec!["hana", "mori", "sora/x"], 1..=3),
        plain in any::<bool>(),
    ) {
        let mut monitors = monitors;
        for (id, monitor) in monitors.iter_mut().enumerate() {
            monitor["id"] = (8_000_000_006_000 + id as u64).to_string().into();
        }
        let mut people = People::new();
        if plain {
            for monitor in &monitors {
                if let Some(operator) = monitor["monitoring"]["operator_id"].as_str() {
                    people.know_plain(operator.parse().unwrap());
                }
            }
        }
        let count = monitors.len();
        let first = import(&monitors.into(), &watchers(&of), &people);
        prop_assert_eq!(first.rules.len(), count * of.len());
        let exported = export(&first.rules, &Statistics::new(), &people);
        prop_assert!(exported.left.is_empty());
        prop_assert_eq!(exported.monitors.len(), count);
        let again = import(&json!({"data": exported.monitors}), &watchers(&of), &people);
        prop_assert_eq!(again.rules, first.rules);
        prop_assert!(again.wrong.is_empty());
    }
}
