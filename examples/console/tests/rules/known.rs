//! What is known before a rule is saved, and of a chat that is in no list; and what nobody learns by that.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::{PREVIEW, RULES, now, pick_up, rule_of, shown_by, text, typed};
use crate::support::{Person, Server, Visit};

fn previewed(preview: &Value) -> BTreeSet<String> {
    preview["chats"].as_array().unwrap().iter().map(|chat| text(&chat["chat"])).collect()
}

#[test]
fn a_preview_shows_exactly_what_saving_shows() {
    let server = Server::start();
    let people = ["aoi", "hana", "sora", "ken", "aya", "rin"].map(|id| server.sign_in(id));
    let [aoi, hana, sora, ..] = &people;
    let emails = ["", "mika@example.com", "taro@example.net", "rei@mail.example.com"];
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = move |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % u64::try_from(below).unwrap()).unwrap()
    };
    let mut visits = Vec::new();
    for n in 0..18 {
        let visit = server.visit(&format!("Visitor {n}"), emails[next(emails.len())]);
        // Some wait, and everybody attends some.
        if let Some(operator) = people.get(next(people.len() + 1)) {
            pick_up(operator, &visit);
        }
        visits.push(visit);
    }
    aoi.does(
        "/settings/exclusions",
        &json!({ "when": [typed("visitor_email", "taro@example.net")], "roles": ["supervisor"] }),
    );
    aoi.does(
        "/settings/exclusions",
        &json!({ "when": [typed("operator", "rin"), typed("visitor_email", "*@example.com")] }),
    );
    let criteria = [
        typed("operator", "ken"),
        typed("operator", "aya"),
        typed("operator", "rin"),
        typed("visitor_ip", "127.0.0.0/8"),
        typed("visitor_ip", "198.51.100.0/24"),
        typed("visitor_email", "*@example.com"),
        typed("visitor_email", "*@*.example.com"),
        typed("visitor_email", "taro@example.net"),
        typed("sample", "50"),
        typed("sample", "75.5"),
    ];
    let (mut empty, mut full) = (0, 0);
    for round in 0..40 {
        let person = [aoi, hana, sora][next(3)];
        let some = |count: usize, next: &mut dyn FnMut(usize) -> usize| -> Vec<Value> {
            (0..count).map(|_| criteria[next(criteria.len())].clone()).collect()
        };
        let (when, unless) = (some(1 + next(2), &mut next), some(next(2), &mut next));
        let window = [json!(null), json!(now() + 3_600_000)][next(2)].clone();
        let from = [json!(null), json!(now() - 1), json!(now() + 1_800_000)][next(3)].clone();
        let mut rule =
            json!({ "when": when, "unless": unless, "until": window, "from": from, "draft": format!("d{round}") });
        let preview = person.does(PREVIEW, &rule);
        rule["confirmed"] = json!(true);
        let id = text(&person.does(RULES, &rule)["rule"]);
        let shown = shown_by(person, &id);
        assert_eq!(previewed(&preview), shown, "{rule}");
        assert_eq!(preview["count"], shown.len());
        if shown.is_empty() {
            empty += 1
        } else {
            full += 1
        }
        person.does(&format!("{RULES}/{id}/delete"), &json!({}));
        std::thread::sleep(Duration::from_millis(60));
    }
    assert!(empty > 4 && full > 8, "{empty} previews were empty, {full} were not");
}

#[test]
fn a_sample_is_the_same_in_preview_and_rule_has_another_part_and_a_salt_that_nobody_sees() {
    let server = Server::start();
    let (sora, hana, aya) = (server.sign_in("sora"), server.sign_in("hana"), server.sign_in("aya"));
    for n in 0..12 {
        pick_up(&aya, &server.visit(&format!("Visitor {n}"), ""));
    }
    let aya_too = typed("operator", "aya");
    let half = json!({ "when": [aya_too, typed("sample", "５０．０００１％")], "draft": "one" });
    let first = text(&sora.does(RULES, &half)["rule"]);
    assert_eq!(rule_of(&sora, &first)["when"][1], json!({ "kind": "sample", "value": "50.0001 %" }));
    let of = json!({ "rule": first, "nth": 0 });
    let same = json!({ "kind": "sample", "of": of });
    let rest = text(&sora.does(RULES, &json!({ "when": [aya_too], "unless": [same] }))["rule"]);
    let (one, other) = (shown_by(&sora, &first), shown_by(&sora, &rest));
    assert_eq!((one.intersection(&other).count(), one.union(&other).count()), (0, 12));
    // A narrower share of the same draw has none that the wider one lacks.
    let fewer = json!({ "when": [aya_too, { "kind": "sample", "value": "20", "of": of }] });
    let fewer = text(&sora.does(RULES, &fewer)["rule"]);
    assert!(shown_by(&sora, &fewer).is_subset(&one));
    // Editing keeps the draw.
    let edited = json!({ "when": [aya_too, same], "unless": [typed("operator", "rin")], "replaces": first });
    let edited = text(&sora.does(RULES, &edited)["rule"]);
    assert_eq!(shown_by(&sora, &edited), one);
    // A sample of somebody else's rule is none for her, like one of no rule.
    let of = |rule: &str| json!({ "when": [aya_too, { "kind": "sample", "value": "5", "of": { "rule": rule } }] });
    let (theirs, nobodys) = (hana.post(PREVIEW, &of(&edited)), hana.post(PREVIEW, &of("sora-99")));
    assert_eq!((theirs.status, &theirs.body), (404, &nobodys.body));
    let choices = sora.get("/settings/monitoring/choices").body;
    assert_eq!(hana.get("/settings/monitoring/choices").json()["samples"], json!([]));
    let told = [sora.get("/settings/monitoring/list").body, choices, server.sign_in("aoi").get("/audit").body];
    let aoi = server.sign_in("aoi").get("/settings/monitoring/list").body;
    let (database, _) = server.into_rest();
    let kept = rusqlite::Connection::open(&database.0).unwrap();
    let state: String = kept.query_row("SELECT state FROM saved", [], |row| row.get(0)).unwrap();
    let salts: Vec<_> = state.split("\"salt\":\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(salts.len() >= 3 && salts.iter().all(|salt| salt.len() >= 32 && !salt.contains("one")));
    for told in told.iter().chain([&aoi]) {
        assert!(!salts.iter().any(|salt| told.contains(salt)) && !told.contains("salt"), "{told}");
    }
}

#[test]
fn what_is_hardly_meant_is_asked_first() {
    let server = Server::start();
    let (hana, sora) = (server.sign_in("hana"), server.sign_in("sora"));
    let asked = |rule: Value| -> Vec<String> {
        let warnings = hana.does(RULES, &rule)["warnings"].clone();
        warnings.as_array().into_iter().flatten().map(|warning| text(&warning["key"])).collect()
    };
    assert_eq!(asked(json!({ "when": [typed("visitor_ip", "0.0.0.0/0")] })), ["everybody"]);
    assert_eq!(asked(json!({ "when": [typed("sample", "100"), typed("visitor_ip", "::/0")] })), ["everybody"]);
    assert_eq!(asked(json!({ "when": [typed("operator", "ken")] })), ["duplicate"]);
    assert_eq!(asked(json!({ "when": [typed("operator", "ken"), typed("operator", "ken")] })), ["duplicate"]);
    let never = json!({ "when": [typed("visitor_ip", "192.0.2.7"), typed("visitor_ip", "198.51.100.0/24")] });
    assert_eq!(asked(never), ["never"]);
    let never = json!({ "when": [typed("visitor_ip", "192.0.2.7")], "unless": [typed("visitor_ip", "192.0.2.0/24")] });
    assert_eq!(asked(never), ["never"]);
    assert_eq!(asked(json!({ "when": [typed("department", "nowhere")] })), ["department"]);
    let count = |person: &Person| person.rules().len();
    assert_eq!(count(&hana), 2);
    let again = hana.does(RULES, &json!({ "when": [typed("operator", "ken")], "confirmed": true }));
    assert!(again["rule"].is_string() && count(&hana) == 3);
    // The same rule of somebody else is none of hers.
    let sora = sora.does(RULES, &json!({ "when": [typed("operator", "ken")] }));
    assert!(sora["rule"].is_string());
    for (language, words) in [("ja", "同じ条件のルールがすでにあります"), ("en", "such a rule already")]
    {
        let answer = hana.post_in(language, PREVIEW, &json!({ "when": [typed("operator", "ken")] })).json();
        assert!(text(&answer["warnings"][0]["text"]).contains(words), "{answer}");
    }
}

#[test]
fn a_supervisor_learns_nothing_of_the_rules_and_chats_of_others() {
    let server = Server::start();
    let (aoi, hana, sora, ken) =
        (server.sign_in("aoi"), server.sign_in("hana"), server.sign_in("sora"), server.sign_in("ken"));
    aoi.does(&format!("{RULES}/hana-1/note"), &json!({ "name": "秘密", "note": "極秘" }));
    let (of_ken, of_aoi) = (server.visit("Mika", "mika@example.com"), server.visit("Taro", "taro@example.com"));
    pick_up(&ken, &of_ken);
    pick_up(&aoi, &of_aoi);
    for path in ["list", "list?q=%E7%A7%98%E5%AF%86", "list?watcher=hana", "choices", "chats"] {
        let body = sora.get(&format!("/settings/monitoring/{path}")).body;
        for word in ["hana-", "秘密", "極秘", "田中 健\",\"kind", "Mika", "Taro"] {
            assert!(!body.contains(word), "{path}: {word} in {body}");
        }
    }
    // What others' rules are like makes no difference to whatever sora tries.
    let edit = |rule: &str| json!({ "when": [typed("operator", "aya")], "replaces": rule });
    for path in [RULES, PREVIEW] {
        let (theirs, nobodys) = (sora.post(path, &edit("hana-1")), sora.post(path, &edit("hana-99")));
        assert_eq!((theirs.status, &theirs.body), (404, &nobodys.body));
    }
    for rule in ["hana-1", "hana-99"] {
        assert_eq!(sora.post(&format!("{RULES}/{rule}/note"), &json!({ "name": "x", "note": "" })).status, 404);
    }
    // The preview counts what sora may watch, and nothing beside it: not the chat of an administrator.
    let preview = sora.does(PREVIEW, &json!({ "when": [typed("visitor_ip", "127.0.0.1")] }));
    assert_eq!((&preview["count"], previewed(&preview)), (&json!(1), BTreeSet::from([of_ken.chat.clone()])));
    // A chat that sora does not know of is none; hana watches the one of ken.
    let why = |person: &Person, chat: &str| person.get_json(&format!("/settings/monitoring/why/{chat}"));
    let (unknown, nowhere) = (why(&sora, &of_ken.chat), why(&sora, "c-0000000000000000"));
    assert_eq!((unknown.status, &unknown.body), (404, &nowhere.body));
    assert_eq!(why(&hana, &of_aoi.chat).body, nowhere.body);
    assert_eq!(why(&hana, &of_ken.chat).json()["watching"], true);
    // Associates have no such page, whichever the chat.
    assert_eq!(why(&ken, &of_ken.chat).status, 403);
    assert_eq!(why(&ken, &of_ken.chat).body, why(&ken, "c-0").body);
    for path in ["list", "choices", "chats"] {
        assert_eq!(ken.get(&format!("/settings/monitoring/{path}")).status, 403);
    }
    assert_eq!(ken.socket("/settings/monitoring/socket").unwrap_err(), 403);
    assert_eq!(ken.post(PREVIEW, &json!({ "when": [typed("nonsense", "")] })).status, 403);
    // The page of rules hears of one's own alone.
    let mut page = sora.socket("/settings/monitoring/socket").unwrap();
    page.wait_for("snapshot");
    hana.does(&format!("{RULES}/hana-1/delete"), &json!({}));
    aoi.adds_rule("operator", "rin");
    assert_eq!(page.rest(), Vec::<String>::new());
}

#[test]
fn why_a_chat_is_in_no_list_is_said_rule_by_rule() {
    let server = Server::start();
    let (aoi, hana, ken) = (server.sign_in("aoi"), server.sign_in("hana"), server.sign_in("ken"));
    let why = |person: &Person, visit: &Visit, rule: &str| {
        let told = person.get_json(&format!("/settings/monitoring/why/{}", visit.chat)).json();
        let reasons = told["reasons"].as_array().unwrap().clone();
        reasons.into_iter().find(|reason| reason["rule"]["id"] == rule).unwrap_or_else(|| panic!("{told}"))
    };
    let verdict = |person: &Person, visit: &Visit, rule: &str| text(&why(person, visit, rule)["verdict"]);
    let waiting = server.visit("Mika", "mika@example.net");
    assert_eq!(verdict(&hana, &waiting, "hana-1"), "why_unattended");
    pick_up(&ken, &waiting);
    let elsewhere = hana.adds_rule("operator", "aya");
    assert_eq!(verdict(&hana, &waiting, &elsewhere), "why_no_match");
    assert_eq!(verdict(&hana, &waiting, "hana-2"), "why_granted");
    hana.does(&format!("{RULES}/hana-1/enabled"), &json!({ "enabled": false }));
    assert_eq!(verdict(&hana, &waiting, "hana-1"), "why_disabled");
    let rule = json!({ "when": [typed("operator", "ken")], "from": now() + 3_600_000 });
    let later = text(&hana.does(RULES, &rule)["rule"]);
    assert_eq!(verdict(&hana, &waiting, &later), "why_outside_window");
    ken.does(&format!("/desk/{}/transfer", waiting.chat), &json!({ "to": "hana" }));
    assert_eq!(verdict(&hana, &waiting, "hana-2"), "why_own_chat");
    // An administrator knows of every chat: here one of an administrator, whom nobody may monitor, and one excluded.
    let of_hana = aoi.adds_rule("visitor_ip", "127.0.0.1");
    assert_eq!(verdict(&aoi, &waiting, &of_hana), "why_granted");
    let excluded = text(
        &aoi.does("/settings/exclusions", &json!({ "when": [typed("visitor_email", "*@example.net")] }))["exclusion"],
    );
    let reason = why(&aoi, &waiting, &of_hana);
    assert_eq!(reason["verdict"], "why_excluded");
    assert!(text(&reason["text"]).contains(&excluded), "{reason}");
    // Of two people the one who closes the gate is named, as people call them.
    let other = server.visit("Taro", "");
    pick_up(&hana, &other);
    let by_all = hana.adds_rule("visitor_ip", "127.0.0.1");
    assert_eq!(verdict(&hana, &other, &by_all), "why_own_chat");
    let told = aoi.get_json(&format!("/settings/monitoring/why/{}", other.chat)).json();
    assert!(told["reasons"].as_array().unwrap().iter().all(|reason| text(&reason["rule"]["id"]).starts_with("aoi-")));
    for (language, words) in [("ja", "モニタリングされない理由を確認"), ("en", "Asked why a chat is not monitored")]
    {
        assert!(aoi.page_in(language, "/audit").contains(words));
    }
    let known = |person: &Person| person.get("/settings/monitoring/chats").json()["chats"].as_array().unwrap().len();
    assert_eq!((known(&aoi), known(&server.sign_in("sora"))), (2, 0));
    assert_eq!(aoi.get("/settings/monitoring/chats?q=taro").json()["chats"][0]["chat"], other.chat.as_str());
}

/// Departments, attributes and consent are told to nobody in a chat, and not by a roundabout way either.
#[test]
fn who_is_in_a_chat_learns_nothing_of_it_by_rules_that_would_match() {
    let server = Server::start();
    let (aoi, hana, sora, ken) =
        (server.sign_in("aoi"), server.sign_in("hana"), server.sign_in("sora"), server.sign_in("ken"));
    aoi.does("/settings/departments", &json!({ "id": "sales", "name": "営業" }));
    let hand = json!({ "when": [{ "kind": "attribute", "name": "signal", "value": "help" }] });
    let ids = |person: &Person| {
        let rules = [hand.clone(), json!({ "when": [typed("department", "sales")] })];
        // The demonstration may have such a rule already.
        let rules = rules.map(|rule| json!({ "when": rule["when"], "confirmed": true }));
        rules.map(|rule| text(&person.does(RULES, &rule)["rule"]))
    };
    let (by_hana, by_sora) = (ids(&hana), ids(&sora));
    let line = rule_of(&sora, &by_sora[1]);
    assert_eq!((&line["when"][0]["value"], &line["typed"]["when"][0]["value"]), (&json!("営業"), &json!("sales")));
    let visit = server.visit("Mika", "");
    pick_up(&ken, &visit);
    let by_name = sora.adds_rule("operator", "ken");
    let told = |person: &Person| {
        let why = person.get_json(&format!("/settings/monitoring/why/{}", visit.chat));
        let choices = person.get_json("/settings/monitoring/choices").json();
        (why.body, choices["attributes"].to_string(), person.get_json("/settings/monitoring/chats").body)
    };
    // Sora is in the chat with Ken.
    sora.does(&format!("/monitored/{}/join", visit.chat), &json!({}));
    let before = told(&sora);
    assert!(before.0.contains("why_own_chat") && !before.0.contains("why_no_match"), "{}", before.0);
    ken.does(&format!("/desk/{}/raise", visit.chat), &json!({}));
    aoi.does(&format!("/settings/chats/{}/departments", visit.chat), &json!({ "departments": ["sales"] }));
    assert_eq!(told(&sora), before);
    aoi.does(&format!("/settings/chats/{}/monitoring", visit.chat), &json!({ "allowed": false }));
    assert_eq!(told(&sora), before);
    aoi.does(&format!("/settings/chats/{}/monitoring", visit.chat), &json!({ "allowed": true }));
    assert_eq!(sora.does(PREVIEW, &hand)["count"], 0);
    // Who may watch it sees both, in the preview and by the rules.
    sora.does(&format!("/monitored/{}/leave", visit.chat), &json!({}));
    for person in [&hana, &sora] {
        assert_eq!(person.does(PREVIEW, &hand)["count"], 1);
        for id in if person.cookie == hana.cookie { &by_hana } else { &by_sora } {
            assert_eq!(shown_by(person, id), BTreeSet::from([visit.chat.clone()]));
        }
    }
    assert_eq!(shown_by(&sora, &by_name), BTreeSet::from([visit.chat.clone()]));
    // An administrator knows of the chat, and hears of consent what closes it to all rules.
    aoi.does(&format!("/settings/chats/{}/monitoring", visit.chat), &json!({ "allowed": false }));
    let why = aoi.get_json(&format!("/settings/monitoring/why/{}", visit.chat)).json();
    let reasons = why["reasons"].as_array().unwrap();
    assert!(!reasons.is_empty() && reasons.iter().all(|reason| reason["verdict"] == "why_forbidden"), "{why}");
}
