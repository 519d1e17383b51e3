//! The wire form: what is written, to the byte, what is read, and what a refusal never says.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::path::Path;

use chat_monitor::Role::{Administrator, Associate, Supervisor};
use chat_monitor::{
    AddExclusionRefusal, AddRuleRefusal, Chat, Command, Criterion, Email, EmailPattern, Exclusion, IpRange,
    MonitorEngine, OperatorId, Permissions, Policy, Role, Rule, Verdict, Visitor,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_str, from_value, json, to_string, to_string_pretty};

use super::parse;

/// Whether the whole can be read without each of its fields: only without those that it may lack. How many there are.
pub(super) fn needs_all<T: Serialize + DeserializeOwned>(whole: &T, may_lack: &[&str]) -> usize {
    let Value::Object(whole) = serde_json::to_value(whole).unwrap() else { panic!("not an object") };
    for field in whole.keys() {
        let mut lacking = whole.clone();
        lacking.remove(field);
        assert_eq!(from_value::<T>(Value::Object(lacking)).is_ok(), may_lack.contains(&field.as_str()), "{field}");
    }
    whole.len()
}

pub(super) fn golden(name: &str) -> String {
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

fn operator(id: &str) -> Criterion {
    Criterion::Operator(parse(id))
}

fn ip(range: &str) -> Criterion {
    Criterion::VisitorIp(parse(range))
}

fn email(pattern: &str) -> Criterion {
    Criterion::VisitorEmail(parse(pattern))
}

/// hana's three rules, of which the last is inert since ken was promoted, and one whose watcher has left.
fn engine() -> MonitorEngine {
    let mut engine = MonitorEngine::new();
    engine.set_operator(parse("ken"), Supervisor).unwrap();
    engine.set_operator(parse("hana"), Supervisor).unwrap();
    engine.set_operator(parse("aya"), Administrator).unwrap();
    engine.load_rule(Rule::new(parse("r2"), parse("hana"), ip("192.0.2.0/24"))).unwrap();
    engine.load_rule(Rule::new(parse("r1"), parse("hana"), email("*@example.com")).with_enabled(false)).unwrap();
    engine.load_rule(Rule::new(parse("r3"), parse("hana"), operator("ken")).and(ip("2001:db8::/32"))).unwrap();
    engine.load_rule(Rule::new(parse("r4"), parse("gone"), operator("aya"))).unwrap();
    let permissions = Permissions::default().with(Associate, Associate, true).unwrap();
    let policy = Policy::default().with_watch_unattended(true).with_permissions(permissions);
    engine.set_policy(policy).unwrap();
    engine
}

#[test]
fn chats_are_written_as_the_golden_file_has_them() {
    let visitor = Visitor::new().with_ip("192.0.2.7".parse().unwrap()).with_email(parse("mika@example.com"));
    check_lines(
        "chats.jsonl",
        &[
            Chat::new(parse("c9")).with_visitor(visitor).attended_by(parse("ken")),
            Chat::new(parse("c10")).attended_by(parse("ken")).joined_by(parse("hana")).with_monitoring_allowed(false),
            Chat::new(parse("11")).with_visitor(Visitor::new().with_ip("::ffff:192.0.2.7".parse().unwrap())),
            Chat::new(parse("c12")).with_visitor(Visitor::new().with_ip("2001:db8::1".parse().unwrap())),
            Chat::new(parse("c13")).with_visitor(Visitor::new().with_email(parse(r#""Mika \"M\""@Example.com"#))),
            Chat::new(parse("チャット")).attended_by(parse("ken")).attended_by(parse("aya")),
        ],
    );
}

#[test]
fn rules_are_written_as_the_golden_file_has_them() {
    check_lines(
        "rules.jsonl",
        &[
            Rule::new(parse("r1"), parse("hana"), ip("192.0.2.99/24")),
            Rule::new(parse("r2"), parse("hana"), operator("ken")).and(email("*@Example.com")),
            Rule::new(parse("r3"), parse("hana"), ip("192.0.2.7/32"))
                .and(ip("::ffff:10.0.0.0/104"))
                .with_enabled(false),
            Rule::new(parse("r4"), parse("aya"), email("Mika@example.com")).and(ip("2001:db8::/32")),
        ],
    );
}

#[test]
fn verdicts_and_refusals_are_written_as_the_golden_files_have_them() {
    check_lines(
        "verdicts.jsonl",
        &[
            Verdict::Disabled,
            Verdict::NoMatch,
            Verdict::Forbidden,
            Verdict::Unattended,
            Verdict::NoRights,
            Verdict::OwnChat,
            Verdict::NotPermitted(parse("ken")),
            Verdict::Granted,
        ],
    );
    check_lines(
        "add_rule_refusals.jsonl",
        &[
            AddRuleRefusal::DuplicateRule(parse("r1")),
            AddRuleRefusal::UnknownWatcher(parse("hana")),
            AddRuleRefusal::NoRights(parse("ken")),
            AddRuleRefusal::OwnChats(parse("hana")),
            AddRuleRefusal::UnknownOperator(parse("ken")),
            AddRuleRefusal::NotPermitted(parse("aya")),
        ],
    );
}

#[test]
fn policies_and_permissions_are_written_as_the_golden_files_have_them() {
    let permissions = Permissions::none().with(Associate, Supervisor, true).unwrap();
    let permissions = permissions.with(Associate, Administrator, true).unwrap();
    let other = Policy::default().with_watch_unattended(true).with_count_joined(false).with_permissions(permissions);
    check_lines("policies.jsonl", &[Policy::default(), other]);
    check_lines("permissions.jsonl", &[Permissions::default(), Permissions::none()]);
    check_lines("roles.jsonl", &Role::BUILT_IN);
}

#[test]
fn a_saved_engine_is_written_as_the_golden_file_has_it() {
    let golden = golden("engine.json");
    assert_eq!(to_string_pretty(&engine()).unwrap() + "\n", golden);
    assert_eq!(from_str::<MonitorEngine>(&golden).unwrap(), engine());
}

#[test]
fn a_saved_engine_keeps_its_inert_rules_and_goes_on_as_before() {
    let chat = Chat::new(parse("c1"))
        .with_visitor(Visitor::new().with_ip("192.0.2.7".parse().unwrap()).with_email(parse("mika@example.com")))
        .attended_by(parse("ken"));
    let (mut kept, mut loaded) = (engine(), from_str::<MonitorEngine>(&to_string(&engine()).unwrap()).unwrap());
    for engine in [&mut kept, &mut loaded] {
        engine.remove_rule(&parse("r2")).unwrap();
        engine.set_operator(parse("gone"), Supervisor).unwrap();
        engine.set_operator(parse("ken"), Associate).unwrap();
        engine.add_rule(Rule::new(parse("r2"), parse("aya"), email("mika@example.com"))).unwrap();
        engine.set_rule_enabled(&parse("r1"), true).unwrap();
    }
    assert_eq!(loaded, kept);
    assert!(loaded.explain(&chat).eq(kept.explain(&chat)));
    let watchers = loaded.watchers_for(&chat);
    assert_eq!(watchers, kept.watchers_for(&chat));
    assert_eq!(watchers.iter().map(|watcher| watcher.operator().as_str()).collect::<Vec<_>>(), ["hana", "aya"]);
}

#[test]
fn the_contracts_examples_are_read() {
    let rule: Rule =
        from_str(r#"{"id": "r1", "watcher": "hana", "when": [{"visitor_ip": "192.0.2.0/24"}], "enabled": true}"#)
            .unwrap();
    assert_eq!(rule, Rule::new(parse("r1"), parse("hana"), ip("192.0.2.0/24")));

    let given: Chat =
        from_str(r#"{"id": "c9", "visitor": {"ip": "192.0.2.7", "email": "mika@example.com"}, "operators": ["ken"]}"#)
            .unwrap();
    let visitor = Visitor::new().with_ip("192.0.2.7".parse().unwrap()).with_email(parse("mika@example.com"));
    assert_eq!(given, Chat::new(parse("c9")).with_visitor(visitor).attended_by(parse("ken")));

    let joined: Chat = from_str(
        r#"{"id": "c10", "visitor": {}, "operators": ["ken"], "joined": ["hana"], "monitoring_allowed": false}"#,
    )
    .unwrap();
    let expected =
        Chat::new(parse("c10")).attended_by(parse("ken")).joined_by(parse("hana")).with_monitoring_allowed(false);
    assert_eq!(joined, expected);

    let policy: Policy = from_str(
        r#"{"watch_unattended": false, "joined_count": true,
"permissions": {"administrator": ["supervisor", "associate"], "supervisor": ["associate"], "associate": []}}"#,
    )
    .unwrap();
    assert_eq!(policy, Policy::default());
}

#[test]
fn what_has_a_default_may_be_left_out() {
    let rule = |json| from_str::<Rule>(json).unwrap();
    assert_eq!(
        rule(r#"{"id": "r2", "watcher": "hana", "when": [{"operator": "ken"}, {"visitor_email": "*@example.com"}]}"#),
        Rule::new(parse("r2"), parse("hana"), operator("ken")).and(email("*@example.com")),
    );
    let chat = |json| from_str::<Chat>(json).unwrap();
    assert_eq!(chat(r#"{"id": "c1"}"#), Chat::new(parse("c1")));
    assert_eq!(chat(r#"{"joined": ["hana"], "id": "c1"}"#), Chat::new(parse("c1")).joined_by(parse("hana")));
    assert_eq!(from_str::<Visitor>("{}").unwrap(), Visitor::new());
    assert_eq!(
        from_str::<Visitor>(r#"{"email": "mika@example.com"}"#).unwrap(),
        Visitor::new().with_email(parse("mika@example.com")),
    );
}

/// A switch that is silently off or a permission that is silently none would go unnoticed, so these are always whole.
#[test]
fn nothing_else_may_be_left_out() {
    let chat = Chat::new(parse("c1"));
    let fields = [
        needs_all(&chat, &["visitor", "operators", "joined", "monitoring_allowed"]),
        needs_all(&Rule::new(parse("r1"), parse("hana"), operator("ken")), &["enabled"]),
        needs_all(&Policy::default(), &[]),
        needs_all(&Permissions::default(), &[]),
        needs_all(&engine(), &[]),
    ];
    assert_eq!(fields, [5, 4, 3, 3, 4]);
}

#[test]
fn a_value_is_brought_to_its_one_form_when_it_is_read() {
    assert_eq!(from_str::<Email>(r#""Ｍika@Example.COM""#).unwrap(), parse("mika@example.com"));
    assert_eq!(from_str::<EmailPattern>(r#""*@Example.COM""#).unwrap(), parse("*@example.com"));
    assert_eq!(from_str::<IpRange>(r#""192.0.2.99/24""#).unwrap(), parse("192.0.2.0/24"));
    let visitor: Visitor = from_str(r#"{"ip": "：：ffff:192.0.2.7"}"#).unwrap();
    assert_eq!(visitor.ip(), Some([192, 0, 2, 7].into()));
    assert_eq!(from_str::<OperatorId>(r#""ＫＥＮ""#).unwrap().as_str(), "ＫＥＮ");
}

#[test]
fn a_role_that_is_listed_twice_may_be_monitored_like_one_listed_once() {
    let twice = r#"{"administrator": [], "supervisor": ["associate", "associate"], "associate": []}"#;
    assert_eq!(from_str::<Permissions>(twice).unwrap(), Permissions::none().with(Supervisor, Associate, true).unwrap());
}

#[test]
fn a_list_whose_length_is_known_is_read_into_one_block() {
    let blocks = |operators: u64| {
        let ids = (0..operators).map(|n| n.to_string()).collect::<Vec<_>>();
        let chat = json!({"id": "c1", "operators": ids});
        let read = allocation_counter::measure(|| drop(from_value::<Chat>(chat).unwrap()));
        read.count_total
    };
    // Each id has one of its own.
    assert_eq!(blocks(1000) - blocks(1), 999);
}

type Reader = fn(Value) -> Result<(), String>;

/// Whole values of every kind that is read, in which to put something wrong.
fn wholes() -> Vec<(Value, Reader)> {
    fn reader<T: DeserializeOwned>(value: Value) -> Result<(), String> {
        // By way of a text and of a value: these report what they find in different ways.
        let text = from_str::<T>(&value.to_string()).map(drop).map_err(|error| error.to_string());
        let tree = from_value::<T>(value).map(drop).map_err(|error| error.to_string());
        assert_eq!(text.is_ok(), tree.is_ok(), "{text:?} {tree:?}");
        text.or_else(|text| tree.map_err(|tree| format!("{text}; {tree}")))
    }
    let first = |name| serde_json::Deserializer::from_str(&golden(name)).into_iter().next().unwrap().unwrap();
    vec![
        (
            json!({"id": "c1", "visitor": {"ip": "192.0.2.7", "email": "mika@example.com"}, "operators": ["ken"],
                "joined": ["hana"], "monitoring_allowed": true}),
            reader::<Chat>,
        ),
        (
            json!({"id": "r1", "watcher": "hana", "enabled": true,
                "when": [{"operator": "ken"}, {"visitor_ip": "192.0.2.7"}, {"visitor_email": "*@example.com"}]}),
            reader::<Rule>,
        ),
        (json!({"not_permitted": "ken"}), reader::<Verdict>),
        (json!("granted"), reader::<Verdict>),
        (json!({"own_chats": "hana"}), reader::<AddRuleRefusal>),
        (serde_json::to_value(engine()).unwrap(), reader::<MonitorEngine>),
        (first("engine_with_more.json"), reader::<MonitorEngine>),
        (first("rules_with_more.jsonl"), reader::<Rule>),
        (first("chats_with_more.jsonl"), reader::<Chat>),
        (first("exclusions.jsonl"), reader::<Exclusion>),
        (first("operators.jsonl"), reader::<Command>),
        (first("permissions_with_more.jsonl"), reader::<Permissions>),
        (json!({"excluded": "x1"}), reader::<Verdict>),
        (json!({"unknown_role": "qa"}), reader::<AddExclusionRefusal>),
    ]
}

/// Where things stand in a value, as JSON pointers.
fn places(value: &Value) -> Vec<String> {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(n, value)| (n.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    let deeper = inside
        .into_iter()
        .flat_map(|(step, value)| places(value).into_iter().map(move |place| format!("/{step}{place}")));
    std::iter::once(String::new()).chain(deeper).collect()
}

/// The value with `wrong` in one of its places.
fn spoilt(whole: &Value, place: &str, wrong: Value) -> Value {
    let mut spoilt = whole.clone();
    *spoilt.pointer_mut(place).unwrap() = wrong;
    spoilt
}

#[test]
fn an_unknown_field_is_refused_everywhere_and_named() {
    let mut objects = 0;
    for (whole, read) in wholes() {
        read(whole.clone()).unwrap();
        for place in places(&whole) {
            let mut more = whole.clone();
            // Keys of these are names of the host's.
            let is_map = ["/permissions", "/oversees", "/attributes"].iter().any(|map| place.ends_with(map));
            let is_map = is_map || more.get("administrator").is_some() && place.is_empty();
            if is_map {
                continue;
            }
            if let Value::Object(fields) = more.pointer_mut(&place).unwrap() {
                objects += 1;
                // First, because serde_json says nothing of what stands behind the one key of an enum.
                let known = std::mem::take(fields);
                fields.insert("a_colour".to_owned(), json!(1));
                fields.extend(known);
                let error = read(more).unwrap_err();
                assert!(error.contains("`a_colour`") || error.contains("single key"), "{place}: {error}");
            }
        }
    }
    assert!(objects >= 50, "{objects} objects");
}

/// What serde derives would take the fields' values in a row, so that a field added later would shift them.
#[test]
fn a_list_is_not_read_for_an_object() {
    let mut objects = 0;
    for (whole, read) in wholes() {
        for place in places(&whole) {
            if let Some(Value::Object(fields)) = whole.pointer(&place) {
                objects += 1;
                let list = fields.values().cloned().collect();
                assert!(read(spoilt(&whole, &place, list)).is_err(), "{place}");
            }
        }
    }
    assert!(objects >= 50, "{objects} objects");
}

#[test]
fn an_unknown_kind_is_named() {
    let named = |error: String| assert!(error.contains("`visitor_phone`"), "{error}");
    named(from_str::<Criterion>(r#"{"visitor_phone": "1"}"#).unwrap_err().to_string());
    named(from_str::<Criterion>(r#""visitor_phone""#).unwrap_err().to_string());
    let rule = r#"{"id": "r1", "watcher": "hana", "when": [{"operator": "ken"}, {"visitor_phone": "1"}]}"#;
    named(from_str::<Rule>(rule).unwrap_err().to_string());
}

#[test]
fn a_refusal_repeats_nothing_of_what_stands_in_the_wrong_place() {
    // An address as text, as a key, inside a list, as what an enum carries; and a card number, which is no text.
    let secrets = [
        json!("mika@example.com"),
        json!({"mika@example.com": 1}),
        json!({"mika@example.com": {"ip": "192.0.2.7"}}),
        json!([["mika@example.com"]]),
        json!({"associate": "mika@example.com"}),
        json!({"granted": "mika@example.com"}),
        json!({"operator": {"mika@example.com": "mika@example.com"}}),
        json!({"ip": ["mika@example.com"], "email": {"mika@example.com": 1}}),
        json!(4_111_111_111_111_111_u64),
        json!([4_111_111_111_111_111_u64]),
        json!({"operator": 4_111_111_111_111_111_u64}),
        json!({"supervisor": 4_111_111_111_111_111_u64}),
    ];
    let (mut refused, mut repeated) = (0, BTreeMap::new());
    for (whole, read) in wholes() {
        for place in places(&whole) {
            for secret in &secrets {
                if let Err(error) = read(spoilt(&whole, &place, secret.clone())) {
                    refused += 1;
                    if error.contains("mika") || error.contains("4111111111111111") {
                        repeated.insert(secret.to_string(), format!("{place}: {error}"));
                    }
                }
            }
        }
    }
    assert!(refused > 700, "{refused} refused");
    assert!(repeated.is_empty(), "these repeat their input: {repeated:#?}");
}

#[test]
fn a_refusal_does_not_grow_with_the_input() {
    let long = "mika".repeat(250_000);
    let mut refused = 0;
    for (whole, read) in wholes() {
        for place in places(&whole) {
            for wrong in
                [json!(long), json!({ long.as_str(): 1 }), json!({"granted": long}), json!({"associate": long})]
            {
                if let Err(error) = read(spoilt(&whole, &place, wrong)) {
                    refused += 1;
                    assert!(error.len() < 1000, "{place}: {} bytes", error.len());
                }
            }
        }
    }
    assert!(refused > 200, "{refused} refused");
}

#[test]
fn a_value_can_stand_inside_what_a_host_has_of_its_own() {
    #[derive(serde::Deserialize)]
    struct Call {
        #[serde(flatten)]
        chat: Chat,
    }
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Either {
        Rule(Rule),
        Chat(Chat),
    }
    let expected = Chat::new(parse("c1")).attended_by(parse("ken"));
    assert_eq!(from_str::<Call>(r#"{"id": "c1", "operators": ["ken"]}"#).unwrap().chat, expected);
    let Either::Chat(chat) = from_str(r#"{"id": "c1", "operators": ["ken"]}"#).unwrap() else { panic!("no chat") };
    assert_eq!(chat, expected);
    let rule = r#"{"id": "r1", "watcher": "hana", "when": [{"operator": "ken"}]}"#;
    let Either::Rule(rule) = from_str(rule).unwrap() else { panic!("no rule") };
    assert_eq!(rule, Rule::new(parse("r1"), parse("hana"), operator("ken")));
}
