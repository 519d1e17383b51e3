//! What the audit says, what is found in it, and what goes out of it.

use std::collections::BTreeSet;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::http::request;
use crate::support::{Person, Server, Visit};

/// The lines that an export has for these filters.
fn lines(aoi: &Person, query: &str) -> Vec<Value> {
    let answer = aoi.get(&format!("/audit/export.jsonl?{query}"));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body.split_terminator('\n').map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn acts(lines: &[Value]) -> BTreeSet<&str> {
    lines.iter().map(|line| line["act"].as_str().unwrap()).collect()
}

fn of<'a>(lines: &'a [Value], field: &str) -> BTreeSet<&'a str> {
    lines.iter().map(|line| line[field].as_str().unwrap_or_default()).collect()
}

/// Hana's rule on Ken has let her watch a chat, which she has opened and advised in.
fn watched(server: &Server) -> (Person, Person, Visit) {
    let (hana, ken) = (server.sign_in("hana"), server.sign_in("ken"));
    let visit = server.visit("Mika", "mika@example.com");
    ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    hana.socket(&format!("/monitored/{}/socket", visit.chat)).unwrap().wait_for("snapshot");
    hana.says(&format!("/monitored/{}/advise", visit.chat), "be quick");
    (hana, ken, visit)
}

#[test]
fn each_filter_finds_what_it_names_and_nothing_else() {
    let server = Server::start();
    let aoi = server.sign_in("aoi");
    let (hana, ken, visit) = watched(&server);
    let other = server.visit("Taro", "");
    ken.does(&format!("/desk/{}/pick-up", other.chat), &json!({}));
    assert_eq!(ken.get("/monitored").status, 403);
    let rule = hana.adds_rule("visitor_ip", "203.0.113.0/24");

    let people = lines(&aoi, "");
    assert!(people.len() >= 7, "{people:?}");
    assert!(!acts(&people).iter().any(|act| act.starts_with("watch_")), "{people:?}");
    let all = lines(&aoi, "show=all");
    assert!(acts(&all).contains("watch_started"));
    assert_eq!(of(&lines(&aoi, "who=hana&show=all"), "operator"), BTreeSet::from(["hana"]));
    let of_chat = lines(&aoi, &format!("chat={}&show=all", visit.chat));
    assert_eq!(acts(&of_chat), BTreeSet::from(["watch_started", "opened", "advised"]));
    assert_eq!(of(&of_chat, "chat"), BTreeSet::from([&*visit.chat]));
    let of_rule = lines(&aoi, &format!("rule={rule}&show=all"));
    assert_eq!(of_rule.len(), 1, "{of_rule:?}");
    assert_eq!(
        of_rule[0]["rules"],
        json!([{ "id": rule, "when": [{ "kind": "visitor_ip", "value": "203.0.113.0/24" }] }])
    );
    // The id of one rule is no part of the id of another.
    assert!(lines(&aoi, "rule=hana&show=all").is_empty());
    assert_eq!(acts(&lines(&aoi, "act=watch_started")), BTreeSet::from(["watch_started"]));
    let refused = lines(&aoi, "show=refused");
    assert_eq!((refused.len(), refused[0]["act"].as_str()), (1, Some("opened_list")), "{refused:?}");
    let both = lines(&aoi, &format!("who=hana&chat={}&act=advised", visit.chat));
    assert_eq!(both.len(), 1);
    assert!(lines(&aoi, "who=nobody").is_empty());
    // The page shows the same.
    let page = aoi.get(&format!("/audit?who=hana&chat={}&act=advised", visit.chat)).body;
    assert_eq!(page.matches("data-line=").count(), 1);
    assert!(page.contains(&format!("data-line=\"{}\"", both[0]["line"])));
    let none = aoi.get("/audit?who=nobody").body;
    assert!(none.contains("No line is like that.") && none.contains("<option selected>nobody</option>"), "{none}");
}

#[test]
fn an_id_that_is_also_the_key_of_a_text_is_shown_as_it_is() {
    let server = Server::start();
    let aoi = server.sign_in("aoi");
    aoi.does("/settings/people", &json!({ "id": "visitor", "name": "Mai", "role": "associate" }));
    aoi.does("/settings/people/visitor/disable", &json!({}));
    let lines = aoi.page_in("ja", "/audit/export.csv?act=disabled_person");
    assert!(lines.contains(",visitor,") && !lines.contains("訪問者"), "{lines}");
}

#[test]
fn a_day_is_one_of_the_readers_zone() {
    let server = Server::start();
    let aoi = server.sign_in("aoi");
    let file = Connection::open(&server.database.0).unwrap();
    // Half past eleven in the evening in London, half past eight in the morning of the next day in Tokyo.
    let at = 1_772_407_800_000_i64;
    assert_eq!(file.execute("UPDATE audit SET at = ?1 WHERE id = 1", [at]).unwrap(), 1);
    for (query, found, time) in [
        ("from=2026-03-02&until=2026-03-02&zone=Asia/Tokyo", 1, "2026-03-02T08:30:00+09:00"),
        ("from=2026-03-01&until=2026-03-01&zone=Asia/Tokyo", 0, ""),
        ("from=2026-03-01&until=2026-03-01&zone=Europe/London", 1, "2026-03-01T23:30:00+00:00"),
        ("until=2026-03-01", 1, "2026-03-01T23:30:00+00:00"),
        ("until=2026-02-28", 0, ""),
        ("from=2026-03-01&until=2026-03-02&zone=America/St_Johns", 1, "2026-03-01T20:00:00-03:30"),
    ] {
        let lines = lines(&aoi, query);
        assert_eq!(lines.len(), found, "{query}: {lines:?}");
        if found == 1 {
            assert_eq!(lines[0]["time"], time, "{query}");
            let page = aoi.get(&format!("/audit?{query}")).body;
            assert!(page.contains(&format!("datetime=\"{time}\"")), "{page}");
        }
    }
    for wrong in ["from=yesterday", "until=2026-02-30", "zone=Mars/Olympus", "act=slept", "show=x", "until=9999-12-31"]
    {
        let answer = aoi.get(&format!("/audit?{wrong}"));
        assert_eq!(answer.status, 422, "{wrong}");
        assert_eq!(aoi.get(&format!("/audit/export.csv?{wrong}")).status, 422, "{wrong}");
    }
    assert_eq!(aoi.get("/audit?before=x").status, 400);
}

#[test]
fn older_and_newer_are_offered_where_there_are_such_lines() {
    let server = Server::start();
    let aoi = server.sign_in("aoi");
    let (_server, aoi) = filled(server, &aoi, 250);
    let offered = |path: &str| {
        let page = aoi.get(path).body;
        let link = |id: &str| {
            let at = page.split_once(&format!("id=\"{id}\" href=\""))?.1;
            Some(at.split('"').next().unwrap().replace("&amp;", "&").replace("&#x2f;", "/").replace("&#x3d;", "="))
        };
        let ids: Vec<i64> =
            page.split("data-line=\"").skip(1).map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect();
        (ids, link("newer"), link("older"))
    };
    let (first, newer, older) = offered("/audit?who=hana");
    assert_eq!((first.len(), newer), (100, None));
    assert!(first.is_sorted_by(|a, b| a > b));
    let (second, newer, older) = offered(&older.unwrap());
    assert_eq!(second.len(), 100);
    assert!(second[0] < first[99]);
    let (third, back, end) = offered(&older.unwrap());
    assert!(third.len() == 50 && back.is_some());
    assert_eq!(end, None);
    assert_eq!(third.last(), Some(&1));
    // Back again: the same lines.
    assert_eq!(offered(&back.unwrap()).0, second);
    let (again, none, _) = offered(&newer.unwrap());
    assert_eq!((again, none), (first, None));
    // Few lines offer nothing.
    let (few, newer, older) = offered("/audit?act=began_chain");
    assert_eq!((few.len(), newer, older), (1, None, None));
}

/// The same console, with so many lines of Hana's in its audit: as an older version would have left them.
fn filled(server: Server, aoi: &Person, count: i64) -> (Server, Person) {
    let (database, _) = server.into_rest();
    database.make_older();
    let file = Connection::open(&database.0).unwrap();
    file.execute_batch("DELETE FROM audit; BEGIN").unwrap();
    for n in 0..count {
        file.execute(
            "INSERT INTO audit (at, operator, action, chat, rules, detail, refused)
             VALUES (?1, 'hana', 'opened', 'c-1', 'Ken, a@b.example', ?2, 0)",
            rusqlite::params![1_700_000_000_000_i64 + n, format!("d{n}")],
        )
        .unwrap();
    }
    file.execute_batch("COMMIT").unwrap();
    drop(file);
    let server = Server::start_with(database, |_| {});
    let aoi = Person { address: server.address, ..aoi.clone() };
    (server, aoi)
}

#[test]
fn csv_is_read_as_it_was_meant_and_no_spreadsheet_takes_it_for_formulas() {
    let server = Server::start();
    let aoi = server.sign_in("aoi");
    watched(&server);
    // Anybody can write such names into the audit, by a sign-in that fails.
    let names = ["=1+1", "+1", "-1", "@sum(a1)", "a,\"b\"", "森", "＝1+1"];
    for (name, typed) in
        names.iter().zip(["%3D1%2B1", "%2B1", "-1", "%40sum(a1)", "a%2C%22b%22", "%E6%A3%AE", "%EF%BC%9D1%2B1"])
    {
        let answer = server.post_form("/sign-in", &format!("operator={typed}&password=x"), &[]);
        assert_eq!(answer.status, 403, "{name}");
    }
    let headers = [("Cookie", &*aoi.cookie), ("Accept-Language", "ja")];
    let answer = request(server.address, "GET", "/audit/export.csv?show=all", &headers, b"").unwrap();
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"audit.csv\""));
    let body = &answer.body;
    assert!(body.starts_with('\u{FEFF}') && body.ends_with("\r\n"), "{body}");
    assert_eq!(body.matches('\n').count(), body.matches("\r\n").count());
    let mut reader = csv::Reader::from_reader(body.trim_start_matches('\u{FEFF}').as_bytes());
    let columns: Vec<_> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(columns[..5], ["line", "time", "operator", "name", "act"]);
    let rows: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    let failed: Vec<_> = rows.iter().filter(|row| row[4] == "sign_in_failed").map(|row| &*row[2]).collect();
    assert_eq!(failed, ["'=1+1", "'+1", "'-1", "'@sum(a1)", "a,\"b\"", "森", "'＝1+1"]);
    assert!(rows.iter().flatten().all(|field| !field.starts_with(['=', '+', '-', '@'])));
    let advised = rows.iter().find(|row| row[4] == "advised").unwrap();
    assert_eq!((&*advised[3], &*advised[5], &*advised[8]), ("森 花", "アドバイス", "担当者名: 田中 健"));
    // The export itself is in the audit, and in the file.
    assert_eq!(rows.last().unwrap()[4], "exported_audit");
    let numbers: Vec<i64> = rows.iter().map(|row| row[0].parse().unwrap()).collect();
    assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
}

#[test]
fn a_long_export_is_whole() {
    let server = Server::start();
    let aoi = server.sign_in("aoi");
    let (_server, aoi) = filled(server, &aoi, 1700);
    let found = lines(&aoi, "act=opened&chat=c-1");
    let details: Vec<_> = found.iter().map(|line| line["detail"].as_str().unwrap().to_owned()).collect();
    assert_eq!(details, (0..1700).map(|n| format!("d{n}")).collect::<Vec<_>>());
    assert_eq!(found[0]["rules"], "Ken, a@b.example");
}

#[test]
fn the_audit_and_its_exports_are_for_administrators() {
    let server = Server::start();
    let (aoi, hana, ken) = (server.sign_in("aoi"), server.sign_in("hana"), server.sign_in("ken"));
    for path in ["/audit", "/audit/export.csv", "/audit/export.jsonl"] {
        assert_eq!(hana.get(path).status, 403);
        assert_eq!(ken.get(path).status, 403);
        assert_eq!(request(server.address, "GET", path, &[], b"").unwrap().status, 401);
    }
    let refused = lines(&aoi, "show=refused&act=exported_audit");
    assert_eq!(refused.len(), 4, "{refused:?}");
    assert_eq!(refused[0]["detail"], "not_allowed");
}

#[test]
fn the_words_say_what_was_done() {
    let server = Server::start();
    let aoi = server.sign_in("aoi");
    server.post_form("/sign-in", "operator=ken&password=wrong", &[]);
    let ken = server.sign_in("ken");
    assert_eq!(ken.get("/monitored").status, 403);
    let page = |language: &str| {
        let headers = [("Cookie", &*aoi.cookie), ("Accept", "text/html"), ("Accept-Language", language)];
        request(server.address, "GET", "/audit?show=refused", &headers, b"").unwrap().body
    };
    for (language, expected) in [
        ("en", ["Wrong password", "Opened the list", "Your role does not allow this."]),
        ("ja", ["パスワードの誤り", "一覧を開く", "この操作は許可されていません。"]),
    ] {
        let page = page(language);
        let table = page.split_once("<tbody>").unwrap().1;
        for words in expected {
            assert!(table.contains(words), "{words}: {table}");
        }
        assert_eq!(table.matches("class=\"refused\"").count(), 2);
    }
}

#[test]
fn a_page_whose_connection_comes_and_goes_is_one_opening() {
    let server = Server::start();
    let aoi = server.sign_in("aoi");
    let (hana, ken, visit) = watched(&server);
    let path = format!("/monitored/{}/socket", visit.chat);
    for _ in 0..5 {
        hana.socket(&path).unwrap().wait_for("snapshot");
    }
    assert_eq!(hana.get(&format!("/monitored/{}/entries?before=9", visit.chat)).status, 200);
    let openings = |aoi: &Person| lines(aoi, &format!("act=opened&chat={}", visit.chat)).len();
    assert_eq!(openings(&aoi), 1);
    // Another session of hers is another look; so is one by other rules.
    let elsewhere = server.sign_in("hana");
    elsewhere.socket(&path).unwrap().wait_for("snapshot");
    assert_eq!(openings(&aoi), 2);
    elsewhere.adds_rule("visitor_ip", "127.0.0.1");
    elsewhere.socket(&path).unwrap().wait_for("snapshot");
    assert_eq!(openings(&aoi), 3);
    // What was said earlier is not to be had without a line.
    let aya = server.sign_in("sora");
    aya.adds_rule("visitor_ip", "127.0.0.1");
    assert_eq!(aya.get(&format!("/monitored/{}/entries?before=9", visit.chat)).status, 200);
    assert_eq!(lines(&aoi, &format!("act=opened&who=sora&chat={}", visit.chat)).len(), 1);
    // One who has the chat is no watcher, and opens nothing.
    assert_eq!(ken.get(&format!("/desk/{}/entries?before=9", visit.chat)).status, 200);
    assert_eq!(openings(&aoi), 4);
}

#[test]
fn a_chat_is_a_link_where_the_reader_may_open_it() {
    let server = Server::start();
    let aoi = server.sign_in("aoi");
    let (_, _, visit) = watched(&server);
    let link = format!("href=\"&#x2f;monitored&#x2f;{}\"", visit.chat);
    let page = |aoi: &Person| aoi.get("/audit?show=all").body;
    assert!(!page(&aoi).contains(&link));
    aoi.adds_rule("operator", "ken");
    assert!(page(&aoi).contains(&link), "{}", page(&aoi));
}
