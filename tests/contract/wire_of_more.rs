//! The wire form of what is newer: `unless`, windows, departments, attributes, rows, exclusions; and of the answers that
//! services send. What uses nothing of it is held by `wire`, whose golden files are older.

use std::fmt::Debug;

use chat_monitor::{
    AddExclusionRefusal, Attribute, Attributes, Channel, Chat, Command, Criterion, Departments, DuplicateRule,
    Exclusion, LiveMonitor, MonitorEngine, Operator, Oversees, Permissions, Policy, Right, Rights, Role, RoleInUse,
    RoleRow, Rule, Sample, TimeGoesBack, UnknownExclusion, UnknownOperator, UnknownRole, UnknownRule, Verdict, Visitor,
    Window, Within,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_str, json, to_string, to_string_pretty, to_value};

use super::parse;
use super::wire::{check_lines, golden, needs_all};

fn departments(ids: &[&str]) -> Departments {
    Departments::new(ids.iter().map(|id| parse(id))).unwrap()
}

fn attribute(name: &str, value: &str) -> Attribute {
    Attribute::new(name, value).unwrap()
}

fn sample(per_million: u32, salt: &str) -> Criterion {
    Criterion::Sample(Sample::new(per_million, salt).unwrap())
}

fn window(from: impl Into<Option<u64>>, until: impl Into<Option<u64>>) -> Option<Window> {
    Some(Window::new(from.into(), until.into()).unwrap())
}

fn oversees(all: &[(&str, &[Right])]) -> Oversees {
    Oversees::new(all.iter().map(|(id, rights)| (parse(id), rights.iter().copied().collect()))).unwrap()
}

fn hana() -> Operator {
    Operator::new(Role::Supervisor)
        .with_departments(departments(&["desk"]))
        .with_oversees(oversees(&[("support", &Right::ALL), ("sales", &[Right::Watch])]))
}

fn rules() -> [Rule; 4] {
    let of = |id: &str, watcher: &str, criterion| Rule::new(parse(id), parse(watcher), criterion);
    [
        of("r7", "quinn", Criterion::Department(parse("sales")))
            .and(sample(50_000, "qa-7c1e"))
            .and_not(attribute("tag", "vip").into())
            .with_window(window(1_764_547_200_000, 1_767_225_600_000)),
        of("r8", "hana", Criterion::OperatorIn(parse("sales")))
            .with_window(window(None, 1_767_225_600_000))
            .with_enabled(false),
        of("r9", "hana", Criterion::VisitorEmail(parse("*@*.Example.com"))).with_window(window(0, None)),
        of("r10", "hana", attribute("ブランド", "acme").into())
            .and_not(Criterion::Operator(parse("ken")))
            .and_not(sample(1_000_000, "監査")),
    ]
}

fn chats() -> [Chat; 3] {
    let all = |all: &[(&str, &str)]| Attributes::new(all.iter().map(|(name, value)| attribute(name, value))).unwrap();
    [
        Chat::new(parse("c11"))
            .attended_by(parse("ken"))
            .with_attributes(all(&[("tag", "vip"), ("brand", "acme"), ("tag", "refund"), ("tag", "vip")]))
            .with_departments(departments(&["sales"])),
        Chat::new(parse("c12")).with_departments(departments(&["営業", "sales", "desk", "sales"])),
        Chat::new(parse("c13"))
            .with_visitor(Visitor::new().with_ip(parse("192.0.2.7")))
            .with_attributes(all(&[("signal", "help")])),
    ]
}

fn exclusions() -> [Exclusion; 3] {
    [
        Exclusion::new(parse("x-legal"), attribute("tag", "legal").into()).binding(parse("qa")),
        Exclusion::new(parse("x1"), Criterion::Operator(parse("ken"))).and(Criterion::VisitorIp(parse("192.0.2.9/24"))),
        Exclusion::new(parse("x2"), Criterion::Department(parse("hr")))
            .binding(parse("qa"))
            .binding(parse("a"))
            .binding(Role::Associate)
            .binding(Role::Administrator),
    ]
}

fn permissions() -> [Permissions; 2] {
    let rows = [
        ("triage", RoleRow::new([]).with_within(Within::Chat).with_unattended(true)),
        ("supervisor", RoleRow::new([Role::Associate]).with_within(Within::Chat)),
        ("qa", RoleRow::new([parse("qa"), parse("bot"), Role::Associate])),
        ("bot", RoleRow::default().with_hears_advice(false)),
    ];
    let others = [
        ("administrator", RoleRow::new([]).with_rights(Rights::NONE)),
        (
            "supervisor",
            RoleRow::new([Role::Associate])
                .with_within(Within::Operators)
                .with_rights([Right::Join, Right::Watch].into()),
        ),
        (
            "associate",
            RoleRow::default()
                .with_within(Within::Either)
                .with_rights([Right::Watch].into())
                .with_unattended(true)
                .with_hears_advice(false),
        ),
    ];
    let with = |permissions: Permissions, rows: &[(&str, RoleRow)]| {
        permissions.with_rows(rows.iter().map(|(role, row)| (parse(role), row.clone()))).unwrap()
    };
    [with(Permissions::default(), &rows), with(Permissions::none(), &others)]
}

fn engine() -> MonitorEngine {
    let mut engine = MonitorEngine::new();
    let qa = RoleRow::new([Role::Associate]).with_within(Within::Either).with_rights([Right::Watch].into());
    let permissions = Permissions::default().with_rows([(parse("qa"), qa)]).unwrap();
    engine.set_policy(Policy::default().with_permissions(permissions)).unwrap();
    let ken = Operator::new(Role::Associate).with_departments(departments(&["sales"]));
    // Their own departments with all rights: the default, which is not written.
    engine.set_operator(parse("ken"), ken.with_oversees(oversees(&[("sales", &Right::ALL)]))).unwrap();
    engine.set_operator(parse("quinn"), parse::<Role>("qa")).unwrap();
    engine.set_operator(parse("hana"), hana().with_oversees(oversees(&[("sales", &[Right::Watch])]))).unwrap();
    let rule = Rule::new(parse("r1"), parse("hana"), Criterion::Department(parse("sales")));
    engine.load_rule(rule.and_not(Criterion::Operator(parse("ken"))).with_window(window(10, None))).unwrap();
    engine.add_exclusion(Exclusion::new(parse("x2"), Criterion::Department(parse("hr")))).unwrap();
    let x1 = Exclusion::new(parse("x1"), Criterion::OperatorIn(parse("hr")));
    engine.add_exclusion(x1.binding(parse("qa"))).unwrap();
    engine.set_time(1_764_547_200_000).unwrap();
    engine
}

#[test]
fn what_is_new_is_written_as_the_golden_files_have_it() {
    check_lines("rules_with_more.jsonl", &rules());
    check_lines("chats_with_more.jsonl", &chats());
    check_lines("exclusions.jsonl", &exclusions());
    check_lines("permissions_with_more.jsonl", &permissions());
    check_lines(
        "verdicts_with_more.jsonl",
        &[Verdict::OutsideWindow, Verdict::Excluded(parse("x-legal")), Verdict::OutOfScope],
    );
    check_lines(
        "add_exclusion_refusals.jsonl",
        &[AddExclusionRefusal::DuplicateExclusion(parse("x1")), AddExclusionRefusal::UnknownRole(parse("qa"))],
    );
    let set = |id: &str, operator: Operator| Command::SetOperator { id: parse(id), operator };
    let of = |role: &str| Operator::new(parse(role));
    check_lines(
        "operators.jsonl",
        &[
            set("hana", hana()),
            set("ken", of("associate")),
            set("ken", of("associate").with_departments(departments(&["support", "sales", "sales"]))),
            set("quinn", of("qa").with_departments(departments(&["sales"])).with_oversees(oversees(&[]))),
            set("quinn", of("品質").with_oversees(oversees(&[("sales", &[Right::Advise]), ("desk", &[])]))),
        ],
    );
}

#[test]
fn a_saved_engine_with_everything_is_written_as_the_golden_file_has_it() {
    let golden = golden("engine_with_more.json");
    assert_eq!(to_string_pretty(&engine()).unwrap() + "\n", golden);
    let loaded = from_str::<MonitorEngine>(&golden).unwrap();
    assert_eq!(loaded, engine());
    assert_eq!((loaded.now(), loaded.next_deadline()), (engine().now(), engine().next_deadline()));
}

/// Written for services that send them on; nothing reads them back.
#[test]
fn answers_are_written_as_the_golden_file_has_them() {
    let mut engine = MonitorEngine::new();
    let bot = RoleRow::default().with_hears_advice(false);
    let permissions = Permissions::default().with_rows([(parse("bot"), bot)]).unwrap();
    let permissions = permissions.with(Role::Supervisor, parse("bot"), true).unwrap();
    engine.set_policy(Policy::default().with_permissions(permissions)).unwrap();
    for (id, role) in [("ken", "associate"), ("bot", "bot"), ("hana", "supervisor")] {
        engine.set_operator(parse(id), parse::<Role>(role)).unwrap();
    }
    let rule = |id: &str, criterion| Rule::new(parse(id), parse("hana"), criterion);
    engine.add_rule(rule("r2", Criterion::Operator(parse("ken")))).unwrap();
    engine.add_rule(rule("r1", Criterion::VisitorIp(parse("192.0.2.0/24")))).unwrap();
    let chat = Chat::new(parse("c1"))
        .with_visitor(Visitor::new().with_ip(parse("192.0.2.7")))
        .attended_by(parse("ken"))
        .attended_by(parse("bot"));
    let watcher = engine.watchers_for(&chat).remove(0);
    let mut live = LiveMonitor::new(engine);
    live.apply(Command::StartChat(chat)).unwrap();
    let lines = [
        to_string(&watcher),
        to_string(&live.monitored_chats(&parse("hana")).next().unwrap()),
        to_string(&live.recipients(&parse("c1"), Channel::Public)),
        to_string(&live.recipients(&parse("c1"), Channel::Internal)),
        to_string(&Channel::Public),
        to_string(&Channel::Internal),
    ];
    assert_eq!(lines.map(|line| line.unwrap() + "\n").concat(), golden("answers.jsonl"));
    assert_eq!(
        [r#""public""#, r#""internal""#].map(|text| from_str::<Channel>(text).unwrap()),
        [Channel::Public, Channel::Internal]
    );
}

#[test]
fn small_refusals_are_objects_whose_only_key_is_their_code() {
    let (qa, ken) = (parse::<Role>("qa"), parse("ken"));
    let refusals: [(String, &str); 7] = [
        (to_string(&DuplicateRule(parse("r1"))).unwrap(), DuplicateRule(parse("r1")).code()),
        (to_string(&UnknownRule(parse("r1"))).unwrap(), UnknownRule(parse("r1")).code()),
        (to_string(&UnknownOperator(ken)).unwrap(), UnknownOperator(parse("ken")).code()),
        (to_string(&UnknownExclusion(parse("x1"))).unwrap(), UnknownExclusion(parse("x1")).code()),
        (to_string(&UnknownRole(qa.clone())).unwrap(), UnknownRole(qa.clone()).code()),
        (to_string(&RoleInUse(qa.clone())).unwrap(), RoleInUse(qa).code()),
        (to_string(&TimeGoesBack(1_764_547_200_000)).unwrap(), TimeGoesBack(0).code()),
    ];
    let written: Vec<_> = refusals.iter().map(|(json, _)| json.clone() + "\n").collect();
    assert_eq!(written.concat(), golden("engine_refusals.jsonl"));
    for (json, code) in &refusals {
        let Value::Object(fields) = from_str(json).unwrap() else { panic!("{json}") };
        assert!(fields.keys().eq([code]), "{json} {code}");
    }
}

#[test]
fn the_contracts_examples_of_what_is_new_are_read() {
    let rule = r#"{"id": "r7", "watcher": "quinn", "when": [{"department": "sales"}, {"sample": {"per_million": 50000, "salt": "qa-7c1e"}}], "unless": [{"attribute": {"name": "tag", "value": "vip"}}], "window": {"from": 1764547200000, "until": 1767225600000}, "enabled": true}"#;
    assert_eq!(from_str::<Rule>(rule).unwrap(), rules()[0]);
    let chat = r#"{"id": "c11", "visitor": {}, "operators": ["ken"], "joined": [], "monitoring_allowed": true, "departments": ["sales"], "attributes": {"brand": ["acme"], "tag": ["refund", "vip"]}}"#;
    assert_eq!(from_str::<Chat>(chat).unwrap(), chats()[0]);
    let operator = r#"{"set_operator": {"operator": "hana", "role": "supervisor", "departments": ["desk"], "oversees": {"sales": ["watch"], "support": ["watch", "advise", "join"]}}}"#;
    assert_eq!(from_str::<Command>(operator).unwrap(), Command::SetOperator { id: parse("hana"), operator: hana() });
    let exclusion = r#"{"add_exclusion": {"id": "x-legal", "when": [{"attribute": {"name": "tag", "value": "legal"}}], "roles": ["qa"]}}"#;
    assert_eq!(from_str::<Command>(exclusion).unwrap(), Command::AddExclusion(exclusions()[0].clone()));
    // A row may say what is the default anyway; it is not written.
    let rows = r#"{"administrator": ["supervisor", "associate"], "associate": [],
        "supervisor": {"monitors": ["associate"], "within": "chat", "rights": ["watch", "advise", "join"]},
        "triage": {"monitors": [], "within": "chat", "unattended": true}, "bot": {"monitors": [], "hears_advice": false}}"#;
    let read: Permissions = from_str(rows).unwrap();
    assert_eq!(read.row(&Role::Supervisor), permissions()[0].row(&Role::Supervisor));
    assert_eq!(read.row(&parse("triage")), permissions()[0].row(&parse("triage")));
    assert_eq!(read.row(&parse("bot")), permissions()[0].row(&parse("bot")));
    assert!(read.rows().map(|(role, _)| role.as_str()).eq([
        "administrator",
        "supervisor",
        "associate",
        "bot",
        "triage"
    ]));
}

/// As the whole is, with fields taken out or set to null.
fn read<T: DeserializeOwned + Debug>(whole: &impl Serialize, changes: Value) -> Result<T, String> {
    let mut value = to_value(whole).unwrap();
    let Value::Object(changes) = changes else { panic!("no fields") };
    for (field, change) in changes {
        value[field] = change;
    }
    let text = from_str::<T>(&value.to_string()).map_err(|error| error.to_string());
    let tree = serde_json::from_value::<T>(value).map_err(|error| error.to_string());
    assert_eq!(text.is_ok(), tree.is_ok(), "{text:?} {tree:?}");
    text
}

#[test]
fn what_is_new_may_be_left_out_and_nothing_else() {
    let fields = [
        needs_all(&rules()[0], &["unless", "window", "enabled"]),
        needs_all(&rules()[0].window().unwrap(), &["from", "until"]),
        needs_all(&chats()[0], &["visitor", "operators", "joined", "monitoring_allowed", "departments", "attributes"]),
        needs_all(&exclusions()[0], &["roles"]),
        needs_all(&engine(), &["exclusions", "now"]),
        needs_all(&attribute("tag", "vip"), &[]),
        needs_all(&Sample::new(1, "qa").unwrap(), &[]),
        needs_all(&RoleRow::default().with_within(Within::Chat).with_unattended(true), &["within", "unattended"]),
    ];
    assert_eq!(fields, [6, 2, 7, 3, 6, 2, 2, 3]);
    // A role by which somebody else may be monitored is named there, so its row cannot be left out.
    assert_eq!(needs_all(&permissions()[0], &["qa", "triage"]), 6);
}

#[test]
fn null_is_as_left_out_for_what_is_new() {
    let bare = Rule::new(parse("r1"), parse("hana"), Criterion::Operator(parse("ken")));
    assert_eq!(read::<Rule>(&bare, json!({"unless": null, "window": null})), Ok(bare.clone()));
    assert_eq!(read::<Rule>(&bare, json!({"unless": []})), Ok(bare.clone()));
    assert_eq!(
        read::<Rule>(&bare, json!({"window": {"from": 5, "until": null}})),
        Ok(bare.with_window(window(5, None)))
    );
    let chat = Chat::new(parse("c1"));
    assert_eq!(read::<Chat>(&chat, json!({"departments": null, "attributes": null})), Ok(chat.clone()));
    assert_eq!(read::<Chat>(&chat, json!({"departments": [], "attributes": {}})), Ok(chat.clone()));
    assert_eq!(read::<Chat>(&chat, json!({"attributes": {"tag": []}})), Ok(chat));
    let everybody = Exclusion::new(parse("x1"), Criterion::Operator(parse("ken")));
    assert_eq!(read::<Exclusion>(&everybody, json!({"roles": null})), Ok(everybody));
    let saved = MonitorEngine::new();
    assert_eq!(read::<MonitorEngine>(&saved, json!({"exclusions": null, "now": null})), Ok(saved));
    let row =
        json!({"monitors": ["associate"], "within": null, "rights": null, "unattended": null, "hears_advice": null});
    assert_eq!(read::<Permissions>(&Permissions::default(), json!({"supervisor": row})), Ok(Permissions::default()));
    let set = r#"{"set_operator": {"operator": "ken", "role": "associate", "departments": null, "oversees": null}}"#;
    let plain = Command::SetOperator { id: parse("ken"), operator: Role::Associate.into() };
    assert_eq!(from_str::<Command>(set).unwrap(), plain);
    // What there was before has no null.
    assert!(read::<Chat>(&Chat::new(parse("c1")), json!({"visitor": null})).is_err());
    assert!(read::<Chat>(&Chat::new(parse("c1")), json!({"operators": null})).is_err());
}

#[test]
fn what_cannot_be_is_not_read() {
    let refusal = |error: String| error.split(" at line").next().unwrap().to_owned();
    let bare = Rule::new(parse("r1"), parse("hana"), Criterion::Operator(parse("ken")));
    let of_rule = |changes| refusal(read::<Rule>(&bare, changes).unwrap_err());
    assert_eq!(of_rule(json!({"window": {}})), "expected a window with `from`, `until` or both");
    assert_eq!(
        of_rule(json!({"window": {"from": null, "until": null}})),
        "expected a window with `from`, `until` or both"
    );
    let empty = "expected a window whose `from` is before its `until`";
    assert_eq!(of_rule(json!({"window": {"from": 5, "until": 5}})), empty);
    assert_eq!(of_rule(json!({"window": {"from": 6, "until": 5}})), empty);
    let beyond = "expected milliseconds since 1970, at most 9007199254740991";
    assert_eq!(of_rule(json!({"window": {"until": 9_007_199_254_740_992_u64}})), beyond);
    assert_eq!(of_rule(json!({"window": {"from": 9_007_199_254_740_992_u64}})), beyond);
    assert!(read::<Rule>(&bare, json!({"window": {"until": 9_007_199_254_740_991_u64}})).is_ok());
    assert!(read::<Rule>(&bare, json!({"window": {"from": -1}})).is_err());
    assert!(read::<Rule>(&bare, json!({"window": {"from": 1.5}})).is_err());
    assert!(read::<Rule>(&bare, json!({"window": {"since": 1}})).is_err());

    let everybody = Exclusion::new(parse("x1"), Criterion::Operator(parse("ken")));
    let of_exclusion = |changes| refusal(read::<Exclusion>(&everybody, changes).unwrap_err());
    let no_role = "expected at least one role in `roles`, or no `roles` for everybody";
    assert_eq!(of_exclusion(json!({"roles": []})), no_role);
    assert_eq!(of_exclusion(json!({"when": []})), "expected at least one criterion in `when`");
    assert_eq!(
        of_exclusion(json!({"watcher": "hana"})),
        "unknown field `watcher`, expected one of `id`, `when`, `roles`",
    );

    let saved = engine();
    let of_engine = |changes| refusal(read::<MonitorEngine>(&saved, changes).unwrap_err());
    assert_eq!(of_engine(json!({"now": 9_007_199_254_740_992_u64})), beyond);
    let x1 = json!({"id": "x1", "when": [{"operator": "ken"}]});
    assert_eq!(of_engine(json!({"exclusions": [x1, x1]})), "exclusion `x1` exists already");
    let x1 = json!({"id": "x1", "when": [{"operator": "ken"}], "roles": ["stranger"]});
    assert_eq!(of_engine(json!({"exclusions": [x1]})), "role `stranger` has no row in the policy");
    let hana = json!([{"operator": "hana", "role": "stranger"}]);
    assert_eq!(of_engine(json!({"operators": hana})), "role `stranger` has no row in the policy");
    // A name that does not read like one may be something else in the wrong place.
    let hana = json!([{"operator": "hana", "role": "mika@example.com"}]);
    assert_eq!(of_engine(json!({"operators": hana})), "role has no row in the policy");
}

#[test]
fn a_key_that_stands_there_twice_is_refused() {
    let refusals = [
        from_str::<Chat>(r#"{"id": "c1", "attributes": {"tag": ["a"], "brand": [], "tag": ["b"]}}"#).unwrap_err(),
        from_str::<Chat>(r#"{"id": "c1", "departments": [], "departments": []}"#).unwrap_err(),
        from_str::<Rule>(r#"{"id": "r1", "watcher": "hana", "when": [], "unless": [], "unless": []}"#).unwrap_err(),
        from_str::<Rule>(r#"{"window": {"from": 1, "from": 2}}"#).unwrap_err(),
        from_str::<Permissions>(r#"{"supervisor": [], "associate": [], "supervisor": []}"#).unwrap_err(),
        from_str::<Permissions>(r#"{"supervisor": {"monitors": [], "monitors": []}}"#).unwrap_err(),
        from_str::<Exclusion>(r#"{"id": "x1", "roles": ["qa"], "roles": ["qa"]}"#).unwrap_err(),
        from_str::<Criterion>(r#"{"attribute": {"name": "a", "name": "b", "value": "c"}}"#).unwrap_err(),
        from_str::<Criterion>(r#"{"sample": {"per_million": 1, "per_million": 2, "salt": "c"}}"#).unwrap_err(),
        from_str::<Command>(
            r#"{"set_operator": {"operator": "a", "role": "qa", "oversees": {"sales": [], "desk": [], "sales": []}}}"#,
        )
        .unwrap_err(),
    ];
    for refusal in refusals.map(|error| error.to_string()) {
        assert!(refusal.contains("twice") || refusal.contains("duplicate field"), "{refusal}");
    }
    // Values and members are sets: these merge.
    assert!(from_str::<Chat>(r#"{"id": "c1", "departments": ["a", "a"], "attributes": {"tag": ["b", "b"]}}"#).is_ok());
}

#[test]
fn sets_are_counted_after_merging() {
    let names = |count: usize| (0..count).map(|n| format!("n{}", n % 64 + n / 128)).collect::<Vec<_>>();
    let chat = |field: &str, value: Value| from_str::<Chat>(&json!({"id": "c1", field: value}).to_string());
    // 128 names, 64 different ones; then one more.
    let one_more = |mut names: Vec<String>| {
        names.push("more".to_owned());
        names
    };
    assert_eq!(chat("departments", json!(names(128))).unwrap().departments().iter().len(), 64);
    let too_many = "expected at most 64 departments";
    assert!(chat("departments", json!(one_more(names(128)))).unwrap_err().to_string().starts_with(too_many));
    assert_eq!(chat("attributes", json!({"tag": names(128)})).unwrap().attributes().iter().len(), 64);
    let too_many = "expected at most 64 attributes";
    assert!(
        chat("attributes", json!({"tag": names(64), "brand": ["a"]})).unwrap_err().to_string().starts_with(too_many)
    );
    let operator = |field: &str, value: Value| {
        let set = json!({"set_operator": {"operator": "ken", "role": "associate", field: value}});
        from_str::<Command>(&set.to_string()).map_err(|error| error.to_string())
    };
    let overseen = |count: usize, more: Value| {
        let all = names(count).into_iter().map(|id| (id, json!(["watch"]))).chain([("more".to_owned(), more)]);
        json!(serde_json::Map::from_iter(all))
    };
    assert!(operator("departments", json!(names(128))).is_ok());
    assert!(operator("departments", json!(one_more(names(64)))).is_err());
    // An entry without rights is read as none, and does not count.
    assert!(operator("oversees", overseen(64, json!([]))).is_ok());
    assert!(operator("oversees", overseen(64, json!(["join"]))).unwrap_err().contains("at most 64 departments"));
    assert!(operator("oversees", overseen(63, json!(["join"]))).is_ok());

    let rows = |named: usize| {
        let named = (0..named).map(|n| (format!("role-{n}"), json!([])));
        let built_in = ["administrator", "supervisor", "associate"].map(|role| (role.to_owned(), json!([])));
        from_str::<Permissions>(&json!(serde_json::Map::from_iter(named.chain(built_in))).to_string())
    };
    assert_eq!(rows(29).unwrap().rows().len(), 32);
    assert!(rows(30).unwrap_err().to_string().starts_with("expected at most 32 roles"));
}
