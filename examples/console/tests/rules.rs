//! Rules of all kinds: made, replaced, excluded, listed.

mod known;

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::support::{Person, Server, Visit};

const RULES: &str = "/settings/monitoring/rules";
/// How many rules one watcher has who has many.
const MANY: usize = 5_000;

const PREVIEW: &str = "/settings/monitoring/preview";

fn typed(kind: &str, value: &str) -> Value {
    json!({ "kind": kind, "value": value })
}

fn now() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// The visitors whose chats somebody's list shows by this rule.
fn shown_by(person: &Person, rule: &str) -> BTreeSet<String> {
    let snapshot = person.socket("/monitored/socket").unwrap().wait_for("snapshot");
    let by = |chat: &&Value| chat["rules"].as_array().unwrap().iter().any(|known| known["id"] == rule);
    snapshot["chats"].as_array().unwrap().iter().filter(by).map(|chat| text(&chat["chat"])).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn pick_up(operator: &Person, visit: &Visit) {
    operator.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
}

fn rule_of(person: &Person, id: &str) -> Value {
    person.rules().into_iter().find(|rule| rule["id"] == id).unwrap_or_else(|| panic!("no rule {id}"))
}

#[test]
fn a_rule_of_several_criteria_shows_what_meets_all_of_them_and_none_of_what_it_leaves_out() {
    let server = Server::start();
    let (sora, aya, rin) = (server.sign_in("sora"), server.sign_in("aya"), server.sign_in("rin"));
    let visits = [
        server.visit("Mika", "mika@example.com"),
        server.visit("Taro", "taro@example.org"),
        server.visit("Rei", "rei@example.com"),
        server.visit("Yui", "yui@example.com"),
    ];
    for (operator, visit) in [&aya, &aya, &rin, &aya].into_iter().zip(&visits) {
        pick_up(operator, visit);
    }
    let rule = json!({
        "when": [typed("operator", "aya"), typed("visitor_email", "*@example.com"), typed("visitor_ip", "127.0.0.0/8")],
        "unless": [typed("visitor_email", "yui@example.com"), typed("operator", "sora")],
        "name": "彩さんの研修", "note": "二週間\nだけ",
    });
    let id = text(&sora.does(RULES, &rule)["rule"]);
    assert_eq!(shown_by(&sora, &id), BTreeSet::from([visits[0].chat.clone()]));
    let line = rule_of(&sora, &id);
    assert_eq!((&line["name"], &line["note"]), (&json!("彩さんの研修"), &json!("二週間\nだけ")));
    assert_eq!(line["when"][0], json!({ "kind": "operator", "value": "鈴木 彩" }));
    assert_eq!(line["typed"]["when"][0], typed("operator", "aya"));
    assert_eq!(line["unless"][1], json!({ "kind": "operator", "value": "石井 空" }));
    // The visitor who is left out is let in as soon as it is learned that they are another.
    let mut list = sora.socket("/monitored/socket").unwrap();
    list.wait_for("snapshot");
    visits[3].person.does(&format!("/chat/{}/email", visits[3].chat), &json!({ "email": "u@example.com" }));
    assert_eq!(list.wait_for("line")["line"]["rules"][0]["unless"][0]["value"], "yui@example.com");
    // Other kinds are kept as they are typed.
    let rule = json!({
        "when": [typed("department", "sales"), typed("operator_in", "営業"), { "kind": "attribute", "name": "brand", "value": "acme" }],
        "confirmed": true,
    });
    let id = text(&sora.does(RULES, &rule)["rule"]);
    let line = rule_of(&sora, &id);
    assert_eq!(line["when"][2], json!({ "kind": "attribute", "value": "brand: acme" }));
    assert_eq!(line["typed"]["when"][2], rule["when"][2]);
    for (rule, error) in [
        (json!({ "when": [] }), "no_criterion"),
        (json!({ "when": vec![typed("operator", "aya"); 17] }), "too_many_criteria"),
        (json!({ "when": [typed("operator", "aya")], "name": "x".repeat(61) }), "bad_label"),
        (json!({ "when": [typed("operator", "aya")], "from": 9, "until": 9 }), "bad_window"),
        (json!({ "when": [typed("operator", "aya")], "until": u64::MAX }), "bad_window"),
        (json!({ "when": [typed("operator", "aya"), typed("sample", "0")] }), "bad_share_nothing"),
        (json!({ "when": [typed("operator", "aya")], "unless": [typed("operator", "nobody")] }), "no_such_operator"),
    ] {
        let answer = sora.post(RULES, &rule);
        assert_eq!((answer.status, &answer.json()["error"]), (422, &json!(error)), "{rule}");
    }
    assert_eq!(sora.post(RULES, &json!({ "when": [typed("operator", "aya")], "salt": "x" })).status, 422);
}

#[test]
fn a_window_opens_and_closes_by_itself_and_over_a_restart() {
    let server = Server::start();
    let (sora, aya) = (server.sign_in("sora"), server.sign_in("aya"));
    let visit = server.visit("Mika", "");
    pick_up(&aya, &visit);
    let mut list = sora.socket("/monitored/socket").unwrap();
    list.wait_for("snapshot");
    let begins = now() + 1_500;
    let rule = |from: u64, until: u64| json!({ "when": [typed("operator", "aya")], "from": from, "until": until });
    let soon = rule(begins, begins + 1_500);
    assert_eq!(sora.does(PREVIEW, &soon)["count"], 0);
    let id = text(&sora.does(RULES, &soon)["rule"]);
    assert_eq!(shown_by(&sora, &id), BTreeSet::new());
    assert_eq!(list.wait_for("line")["line"]["rules"][0]["id"], id.as_str());
    assert!(now() >= begins);
    assert_eq!(list.wait_for("ended")["reason"], "ended_outside_window");
    assert!(now() >= begins + 1_500);

    // One that is open already shows at once; one that ends while nobody works is over at the start.
    let short = json!({ "when": [typed("operator", "aya")], "until": now() + 3_000 });
    assert_eq!(sora.does(PREVIEW, &short)["count"], 1);
    let id = text(&sora.does(RULES, &short)["rule"]);
    assert_eq!(shown_by(&sora, &id).len(), 1);
    let (database, _) = server.into_rest();
    std::thread::sleep(Duration::from_millis(3_100));
    let server = Server::start_with(database, |_| {});
    let moved = Person { address: server.address, ..sora };
    assert_eq!(shown_by(&moved, &id), BTreeSet::new());
    let over = json!({ "when": [typed("operator", "aya"), typed("visitor_ip", "127.0.0.1")], "until": now() - 1 });
    assert_eq!(moved.does(RULES, &over)["warnings"][0]["key"], "ended");
    // Whatever time was told last: one that is over shows nothing, not for a moment either.
    let confirmed = |until: u64| json!({ "when": [typed("operator", "aya")], "until": until, "confirmed": true });
    moved.does(RULES, &confirmed(now() + 3_600_000));
    let mut list = moved.socket("/monitored/socket").unwrap();
    list.wait_for("snapshot");
    let told_last = now();
    while now() < told_last + 30 {
        std::thread::sleep(Duration::from_millis(5));
    }
    moved.does(RULES, &confirmed(now() - 10));
    assert_eq!(list.rest(), Vec::<String>::new());
}

#[test]
fn an_exclusion_ends_watches_at_once_and_only_administrators_know_what_it_is() {
    let server = Server::start();
    let (aoi, hana, ken) = (server.sign_in("aoi"), server.sign_in("hana"), server.sign_in("ken"));
    let visit = server.visit("Mika", "mika@example.net");
    pick_up(&ken, &visit);
    let mut list = hana.socket("/monitored/socket").unwrap();
    assert_eq!(list.wait_for("snapshot")["chats"].as_array().unwrap().len(), 1);
    let exclusion =
        json!({ "when": [typed("operator", "ken"), typed("visitor_email", "*@example.net")], "roles": ["supervisor"] });
    for (person, status) in [(&hana, 403), (&ken, 403)] {
        assert_eq!(person.post("/settings/exclusions", &exclusion).status, status);
        assert_eq!(person.get("/settings/exclusions").status, status);
        assert_eq!(person.get("/settings/exclusions/list").status, status);
        assert_eq!(person.post("/settings/exclusions/x-1/delete", &json!({})).status, status);
    }
    let id = text(&aoi.does("/settings/exclusions", &exclusion)["exclusion"]);
    assert_eq!(list.wait_for("ended")["reason"], "ended_excluded");
    for word in ["ken", "example", "net", "supervisor"] {
        assert!(!id.contains(word), "{id}");
    }
    let listed = aoi.get("/settings/exclusions/list").json();
    // Behind that of the demonstration.
    assert_eq!(listed["exclusions"][1]["roles"], json!(["supervisor"]));
    // It binds supervisors alone.
    let rule = text(&aoi.does(RULES, &json!({ "when": [typed("operator", "ken")] }))["rule"]);
    assert_eq!(shown_by(&aoi, &rule).len(), 1);
    // Hers says which exclusion it is, where she may know of the chat, and nothing of what it is.
    ken.does(&format!("/desk/{}/transfer", visit.chat), &json!({ "to": "hana" }));
    assert_eq!(hana.get(&format!("/settings/monitoring/why/{}", visit.chat)).status, 200);
    hana.does(&format!("/desk/{}/transfer", visit.chat), &json!({ "to": "ken" }));
    aoi.does(&format!("/settings/exclusions/{id}/delete"), &json!({}));
    list.wait_for("line");
    let made_up = aoi.post("/settings/exclusions/x-00000000/delete", &json!({}));
    assert_eq!((made_up.status, &made_up.json()["error"]), (404, &json!("no_such_exclusion")));
    let nobody = aoi.post("/settings/exclusions", &json!({ "when": [] }));
    assert_eq!((nobody.status, &nobody.json()["error"]), (422, &json!("no_criterion")));
    for (language, words) in [("ja", "除外設定を追加"), ("en", "Added an exclusion")] {
        assert!(aoi.page_in(language, "/audit").contains(words));
    }
}

/// Whatever the world and the rule: what the preview names is what the list shows by the rule once it is saved.
#[test]
fn a_rule_is_replaced_in_one_act_and_named_without_being_touched() {
    let server = Server::start();
    let (hana, ken, aoi) = (server.sign_in("hana"), server.sign_in("ken"), server.sign_in("aoi"));
    let visit = server.visit("Mika", "");
    pick_up(&ken, &visit);
    let mut list = hana.socket("/monitored/socket").unwrap();
    list.wait_for("snapshot");
    hana.does(&format!("{RULES}/hana-1/note"), &json!({ "name": "健さん", "note": "見習い" }));
    assert_eq!(rule_of(&hana, "hana-1")["chats_monitored"], 1);
    let edited = json!({
        "when": [typed("operator", "ken")], "unless": [typed("visitor_email", "*@example.org")],
        "name": "健さん", "replaces": "hana-1",
    });
    let id = text(&hana.does(RULES, &edited)["rule"]);
    // The chat stays in the list: it only has another reason.
    let told = list.json().unwrap();
    assert_eq!((&told["type"], &told["line"]["rules"][0]["id"]), (&json!("line"), &json!(id)));
    let rest = list.rest();
    assert!(rest.iter().all(|told| !told.contains("ended")), "{rest:?}");
    let ids: Vec<_> = hana.rules().iter().map(|rule| text(&rule["id"])).collect();
    assert_eq!(ids, [id.as_str(), "hana-2"]);
    // What is off stays off, and an administrator who edits a rule leaves it to its watcher.
    hana.does(&format!("{RULES}/{id}/enabled"), &json!({ "enabled": false }));
    let by_aoi = json!({ "when": [typed("operator", "aya")], "watcher": "aoi", "replaces": id });
    assert_eq!(aoi.does(PREVIEW, &by_aoi)["count"], 0);
    let by_aoi = text(&aoi.does(RULES, &by_aoi)["rule"]);
    let line = rule_of(&hana, &by_aoi);
    assert_eq!((&line["enabled"], &line["watcher_id"]), (&json!(false), &json!("hana")));
    for (language, words) in [
        ("ja", ["ルールを変更", "担当者名: 田中 健（除外: 訪問者のメールアドレス: *@example.org）"]),
        ("en", ["Replaced a rule", "Operator: 田中 健 unless Visitor&#x27;s email: *@example.org"]),
    ] {
        let page = aoi.page_in(language, "/audit");
        let told = page.split_once("<main").unwrap().1;
        assert!(words.iter().all(|word| told.contains(word)), "{words:?}: {told}");
    }
}

#[test]
fn an_administrator_makes_rules_for_others_who_see_who_did_what() {
    let server = Server::start();
    let (aoi, hana, sora) = (server.sign_in("aoi"), server.sign_in("hana"), server.sign_in("sora"));
    let mut page = hana.socket("/settings/monitoring/socket").unwrap();
    page.wait_for("snapshot");
    let rule = json!({ "when": [typed("operator", "aya")], "watcher": "hana", "name": "お願いします" });
    for person in [&sora, &hana] {
        let other = json!({ "when": [typed("operator", "aya")], "watcher": "aoi" });
        assert_eq!(person.post(RULES, &other).json()["error"], "not_allowed");
        assert_eq!(person.post(PREVIEW, &other).json()["error"], "not_allowed");
        assert_eq!(person.get("/settings/monitoring/choices?watcher=aoi").status, 403);
        assert_eq!(person.get("/settings/monitoring/choices?watcher=nobody").status, 403);
    }
    let id = text(&aoi.does(RULES, &rule)["rule"]);
    page.wait_for("changed");
    let line = rule_of(&hana, &id);
    assert_eq!(
        (&line["own"], &line["made_by"], &line["name"]),
        (&json!(true), &json!("木村 葵"), &json!("お願いします"))
    );
    aoi.does(&format!("{RULES}/{id}/enabled"), &json!({ "enabled": false }));
    page.wait_for("changed");
    assert_eq!(rule_of(&hana, &id)["switched_by"], "木村 葵");
    hana.does(&format!("{RULES}/{id}/enabled"), &json!({ "enabled": true }));
    assert_eq!(rule_of(&hana, &id)["switched_by"], Value::Null);
    aoi.does(&format!("{RULES}/{id}/delete"), &json!({}));
    let removed = page.wait_for("removed");
    assert_eq!((&removed["rule"], &removed["by"]), (&json!(id), &json!("木村 葵")));
    // Whoever was away is told when they come back, until they say that they know.
    let snapshot = |who: &Person| who.socket("/settings/monitoring/socket").unwrap().wait_for("snapshot");
    let told = snapshot(&hana);
    assert_eq!((&told["gone"][0]["by"], &told["gone"][0]["rule"]["id"]), (&json!("木村 葵"), &json!(id)));
    for other in [&sora, &aoi] {
        assert_eq!(snapshot(other)["gone"], json!([]));
        other.does("/settings/monitoring/gone", &json!({}));
    }
    assert_eq!(snapshot(&hana)["gone"].as_array().map(Vec::len), Some(1));
    hana.does("/settings/monitoring/gone", &json!({}));
    assert_eq!(snapshot(&hana)["gone"], json!([]));
    assert_eq!(server.sign_in("ken").post("/settings/monitoring/gone", &json!({})).status, 403);
    // What the rule may be is a question of whom it is for.
    let supervisor = json!({ "when": [typed("operator", "sora")], "watcher": "hana" });
    assert_eq!(aoi.post(RULES, &supervisor).json()["error"], "not_permitted");
    let associate = json!({ "when": [typed("operator", "aya")], "watcher": "ken" });
    assert_eq!(aoi.post(RULES, &associate).json()["error"], "watcher_may_not_monitor");
    for (language, words) in [("ja", "他の人のルールを追加"), ("en", "Added a rule for somebody else")] {
        let page = aoi.page_in(language, "/audit");
        assert!(page.contains(words) && page.contains(&format!("森 花 · {id}")), "{page}");
    }
    // Names and notes outlive a restart.
    hana.does(&format!("{RULES}/hana-2/note"), &json!({ "name": "名前", "note": "" }));
    let server = server.restart();
    assert_eq!(rule_of(&Person { address: server.address, ..hana }, "hana-2")["name"], "名前");
}

#[test]
fn many_rules_are_shown_a_page_at_a_time_and_found_by_what_they_say() {
    let server = Server::start();
    let (hana, aoi) = (server.sign_in("hana"), server.sign_in("aoi"));
    hana.does(&format!("{RULES}/hana-1/note"), &json!({ "name": "第１号", "note": "ずっと" }));
    let (database, _) = server.into_rest();
    // More than anybody may make, as if many had made them.
    let mut file = rusqlite::Connection::open(&database.0).unwrap();
    let log = file.transaction().unwrap();
    for n in 0..MANY {
        let value = format!("10.{}.{}.{}", n / 65_536, n / 256 % 256, n % 256);
        let rule = json!({ "id": format!("many-{n}"), "watcher": "hana", "when": [{ "visitor_ip": value }] });
        let command = json!({ "add_rule": rule }).to_string();
        log.execute("INSERT INTO commands (at, command) VALUES (1, ?1)", [command]).unwrap();
    }
    log.commit().unwrap();
    drop(file);
    let server = Server::start_with(database, |_| {});
    let (hana, aoi) = (Person { address: server.address, ..hana }, Person { address: server.address, ..aoi });
    let list = |person: &Person, search: &str| person.get(&format!("/settings/monitoring/list?{search}")).json();
    let first = list(&hana, "");
    assert_eq!((&first["total"], &first["pages"]), (&json!(MANY + 2), &json!(101)));
    let rules = first["rules"].as_array().unwrap();
    assert_eq!((rules.len(), &rules[0]["id"]), (50, &json!(format!("many-{}", MANY - 1))));
    let last = list(&hana, "page=999");
    assert_eq!((&last["page"], last["rules"].as_array().unwrap().len()), (&json!(100), 2));
    let found = |person: &Person, search: &str| list(person, search)["total"].as_u64().unwrap();
    // Full width, both words, in whatever order.
    assert_eq!(found(&hana, "q=%EF%BC%91%EF%BC%90.0.7.7%E3%80%80MANY-1799"), 1);
    assert_eq!((found(&hana, "q=10.0.7."), found(&hana, "q=KEN")), (256, 1));
    assert_eq!((found(&hana, "q=%E7%94%B0%E4%B8%AD"), found(&hana, "q=%E3%81%9A%E3%81%A3%E3%81%A8")), (1, 1));
    assert_eq!((found(&hana, "kind=visitor_email"), found(&hana, "kind=sample")), (1, 0));
    let of_sora = u64::try_from(server.sign_in("sora").rules().len()).unwrap();
    assert_eq!((found(&aoi, "watcher=sora"), found(&aoi, "watcher=hana&kind=operator")), (of_sora, 1));
    assert_eq!((found(&aoi, "q=%E7%9F%B3%E4%BA%95"), found(&aoi, "watcher=nobody")), (of_sora + 1, 0));
    let visit = server.visit("Mika", "");
    let preview = hana.post(PREVIEW, &json!({ "when": [typed("visitor_ip", "127.0.0.1")] }));
    assert_eq!(preview.json()["error"], "too_many_rules");
    let why = hana.get_json(&format!("/settings/monitoring/why/{}", visit.chat)).json();
    assert_eq!(why["reasons"].as_array().unwrap().len(), 2 + MANY);
}
