//! Ended chats: who may read which, up to where, and that it is written down.

use serde_json::{Value, json};

use crate::support::http::request;
use crate::support::{Person, Server, Visit};

fn transcript(who: &Person, chat: &str) -> Option<Value> {
    let answer = who.get(&format!("/ended/{chat}/transcript"));
    // The page and the parts before are for the same people.
    assert_eq!(who.get(&format!("/ended/{chat}")).status, answer.status, "{chat}");
    assert_eq!(who.get(&format!("/ended/{chat}/entries?before=99")).status, answer.status, "{chat}");
    match answer.status {
        200 => Some(answer.json()),
        404 => None,
        other => panic!("{other}: {answer:?}"),
    }
}

/// What they read that was said; none where they may not.
fn reads(who: &Person, chat: &str) -> Option<Vec<String>> {
    let said = transcript(who, chat)?;
    let entries = said["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "said");
    Some(entries.map(|entry| entry["text"].as_str().unwrap().to_owned()).collect())
}

fn list(who: &Person, search: &str) -> Vec<Value> {
    who.does("/ended/list", &json!({ "search": search }))["chats"].as_array().unwrap().clone()
}

fn begin(server: &Server, by: &Person, name: &str, email: &str) -> Visit {
    let visit = server.visit(name, email);
    by.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    visit.says("one");
    visit
}

fn end(by: &Person, visit: &Visit) {
    by.does(&format!("/desk/{}/end", visit.chat), &json!({}));
}

fn all(texts: &[&str]) -> Option<Vec<String>> {
    Some(texts.iter().map(|text| (*text).to_owned()).collect())
}

#[test]
fn each_reads_what_they_attended_or_watched_and_no_further() {
    let server = Server::start();
    let people = ["aoi", "hana", "sora", "ken", "aya", "rin"].map(|id| server.sign_in(id));
    let [aoi, hana, sora, ken, aya, rin] = &people;

    // Hana's rule on Ken watches to the end.
    let watched = begin(&server, ken, "Mika", "mika@example.com");
    assert_eq!(transcript(ken, &watched.chat), None, "it is live");
    assert_eq!(transcript(hana, &watched.chat), None, "it is live");
    end(ken, &watched);
    // Ken hands on to Aya: he, and Hana with him, see it up to there.
    let handed = begin(&server, ken, "Taro", "taro@example.com");
    ken.does(&format!("/desk/{}/transfer", handed.chat), &json!({ "to": "aya" }));
    handed.says("two");
    end(aya, &handed);
    // Sora's rule is deleted before the end, Hana joins and leaves.
    let left = begin(&server, ken, "Jiro", "");
    let rule = sora.adds_rule("visitor_ip", "127.0.0.1");
    left.says("two");
    hana.does(&format!("/monitored/{}/join", left.chat), &json!({}));
    sora.does(&format!("/settings/monitoring/rules/{rule}/delete"), &json!({}));
    left.says("three");
    hana.does(&format!("/monitored/{}/leave", left.chat), &json!({}));
    left.says("four");
    end(ken, &left);
    // Handed to one who watched it, and back: both see all of it.
    let back = begin(&server, ken, "Shiro", "");
    ken.does(&format!("/desk/{}/transfer", back.chat), &json!({ "to": "hana" }));
    back.says("two");
    hana.does(&format!("/desk/{}/transfer", back.chat), &json!({ "to": "ken" }));
    back.says("three");
    end(ken, &back);
    // Nobody watches this one.
    let unwatched = begin(&server, rin, "Goro", "");
    end(rin, &unwatched);
    // Nobody answered this one.
    let unanswered = server.visit("Roku", "");
    unanswered.says("one");
    unanswered.person.does(&format!("/chat/{}/end", unanswered.chat), &json!({}));

    let (one, two, three, four) =
        (all(&["one"]), all(&["one", "two"]), all(&["one", "two", "three"]), all(&["one", "two", "three", "four"]));
    let none = || None;
    let matrix = [
        (&watched, [none(), one.clone(), none(), one.clone(), none(), none()]),
        (&handed, [none(), one.clone(), none(), one.clone(), two.clone(), none()]),
        (&left, [none(), four.clone(), two.clone(), four, none(), none()]),
        (&back, [none(), three.clone(), none(), three, none(), none()]),
        (&unwatched, [none(), none(), none(), none(), none(), one]),
        (&unanswered, [none(), none(), none(), none(), none(), none()]),
    ];
    for (visit, expected) in &matrix {
        for (who, expected) in people.iter().zip(expected) {
            assert_eq!(&reads(who, &visit.chat), expected, "{} of {who:?}", visit.chat);
        }
    }
    // The list has what can be opened, the newest first.
    let names =
        |who: &Person| list(who, "").iter().map(|chat| chat["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(hana), ["Shiro", "Jiro", "Taro", "Mika"]);
    assert_eq!(names(aya), ["Taro"]);
    assert_eq!(names(rin), ["Goro"]);
    assert_eq!(names(aoi), Vec::<String>::new());
    // Whoever sees a part does not see, or find by it, what may have become known later.
    let part = &list(hana, "taro")[0];
    assert_eq!((&part["whole"], &part["email"], &part["ip"]), (&json!(false), &Value::Null, &Value::Null));
    assert!(list(hana, "taro@example.com").is_empty());
    assert_eq!(list(aya, "TARO@example")[0]["chat"], handed.chat.as_str());
    assert_eq!(list(hana, "mika@EXAMPLE.com")[0]["chat"], watched.chat.as_str());
    assert_eq!(list(hana, &watched.chat).len(), 1);
    assert_eq!(list(ken, "%").len() + list(ken, "_").len(), 0);
    // It outlasts a restart.
    let server = server.restart();
    let hana = Person { address: server.address, ..hana.clone() };
    assert_eq!(reads(&hana, &handed.chat), all(&["one"]));
}

#[test]
fn one_that_is_not_theirs_and_one_that_is_not_there_are_the_same() {
    let server = Server::start();
    let (aoi, ken, aya) = (server.sign_in("aoi"), server.sign_in("ken"), server.sign_in("aya"));
    let visit = begin(&server, &ken, "Mika", "");
    end(&ken, &visit);
    for end in ["", "/transcript", "/entries?before=9"] {
        let theirs = aya.get(&format!("/ended/{}{end}", visit.chat));
        let nobodys = aya.get(&format!("/ended/c-0000000000000000{end}"));
        assert_eq!((theirs.status, theirs.body.replace(&visit.chat, "c-0000000000000000")), (404, nobodys.body));
        assert_eq!(
            request(server.address, "GET", &format!("/ended/{}{end}", visit.chat), &[], b"").unwrap().status,
            401
        );
        // The visitor has no way in here.
        assert_eq!(visit.person.get(&format!("/ended/{}{end}", visit.chat)).status, 303);
    }
    let refused = aoi.get("/audit/export.jsonl?show=refused&who=aya").body;
    assert_eq!(refused.matches("\"opened_ended\"").count(), 6, "{refused}");
    let stranger =
        request(server.address, "POST", "/ended/list", &[("Origin", &format!("http://{}", server.address))], b"{}");
    assert_eq!(stranger.unwrap().status, 401);
}

#[test]
fn reading_is_written_down_once_a_look() {
    let server = Server::start();
    let (aoi, hana, ken) = (server.sign_in("aoi"), server.sign_in("hana"), server.sign_in("ken"));
    let visit = begin(&server, &ken, "Mika", "");
    end(&ken, &visit);
    for _ in 0..3 {
        assert!(reads(&hana, &visit.chat).is_some());
    }
    assert!(reads(&ken, &visit.chat).is_some());
    let lines = aoi.get(&format!("/audit/export.jsonl?act=opened_ended&chat={}", visit.chat)).body;
    let who: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["operator"].clone()).collect();
    assert_eq!(who, ["hana", "ken"], "{lines}");
}

#[test]
fn internal_entries_are_read_by_those_they_were_brought_to() {
    let server = Server::start();
    let (hana, ken, aya) = (server.sign_in("hana"), server.sign_in("ken"), server.sign_in("aya"));
    let visit = begin(&server, &ken, "Mika", "");
    hana.says(&format!("/monitored/{}/advise", visit.chat), "for ken alone");
    ken.does(&format!("/desk/{}/transfer", visit.chat), &json!({ "to": "aya" }));
    aya.says(&format!("/desk/{}/note", visit.chat), "to myself");
    end(&aya, &visit);
    let internal = |who: &Person| {
        let told = transcript(who, &visit.chat).unwrap();
        told["internal"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["text"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(internal(&hana), ["for ken alone"]);
    assert_eq!(internal(&ken), ["for ken alone"]);
    assert_eq!(internal(&aya), ["to myself"]);
    assert_eq!(transcript(&hana, &visit.chat).unwrap()["people"], json!(["田中 健"]));
    assert_eq!(transcript(&aya, &visit.chat).unwrap()["people"], json!(["田中 健", "鈴木 彩"]));
}

#[test]
fn a_long_list_and_a_long_chat_come_in_parts() {
    let server = Server::start();
    let ken = server.sign_in("ken");
    let visit = begin(&server, &ken, "Mika", "");
    end(&ken, &visit);
    let file = rusqlite::Connection::open(&server.database.0).unwrap();
    file.execute_batch("BEGIN").unwrap();
    for n in 0..120 {
        // Some end at the same moment.
        let sql = "INSERT INTO chats (chat, visitor, email, ip, key, demonstration, started, ended) SELECT ?1, 'Visitor ' || ?2, email, ip, key, demonstration, started, ?3 FROM chats LIMIT 1";
        file.execute(sql, rusqlite::params![format!("c-{n:03}"), n, 1_700_000_000_000_i64 + n / 7]).unwrap();
        let sql = "INSERT INTO chat_readers (operator, chat, attended) VALUES ('ken', ?1, 9223372036854775807)";
        file.execute(sql, [format!("c-{n:03}")]).unwrap();
    }
    for n in 10..300 {
        let sql = "INSERT INTO entries (chat, n, at, kind, name, text) VALUES (?1, ?2, 0, 'said', 'Mika', ?3)";
        file.execute(sql, rusqlite::params![visit.chat, n, format!("line {n}")]).unwrap();
    }
    file.execute_batch("COMMIT").unwrap();
    let (mut seen, mut before, mut parts) = (Vec::new(), Value::Null, 0);
    loop {
        let part = ken.does("/ended/list", &json!({ "search": "", "before": before }));
        let chats = part["chats"].as_array().unwrap();
        seen.extend(chats.iter().map(|chat| chat["chat"].as_str().unwrap().to_owned()));
        let last = chats.last().unwrap();
        before = json!([last["ended"], last["chat"]]);
        parts += 1;
        if part["more"] == false {
            break;
        }
    }
    let expected: Vec<_> = (0..120).rev().map(|n| format!("c-{n:03}")).collect();
    assert_eq!((parts, &seen[0], &seen[1..]), (3, &visit.chat, &*expected));
    let told = transcript(&ken, &visit.chat).unwrap();
    let texts = |part: &Value| {
        part["entries"].as_array().unwrap().iter().map(|entry| entry["n"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((texts(&told), &told["more"]), ((200..300).collect(), &json!(true)));
    let earlier = ken.get(&format!("/ended/{}/entries?before=200", visit.chat)).json();
    assert_eq!(texts(&earlier), (100..200).collect::<Vec<_>>());
    // Too much, or nothing that can be read.
    assert_eq!(ken.post("/ended/list", &json!({ "search": "x".repeat(301) })).status, 422);
    assert_eq!(ken.post("/ended/list", &json!({ "before": "x" })).status, 422);
    assert_eq!(ken.post("/ended/list", &json!({ "before": [i64::MIN, ""] })).json()["chats"], json!([]));
}

#[test]
fn an_older_file_says_who_read_a_chat_to_its_end() {
    let server = Server::start();
    let (hana, ken, aya) = (server.sign_in("hana"), server.sign_in("ken"), server.sign_in("aya"));
    let watched = begin(&server, &ken, "Mika", "");
    end(&ken, &watched);
    let handed = begin(&server, &ken, "Taro", "");
    ken.does(&format!("/desk/{}/transfer", handed.chat), &json!({ "to": "aya" }));
    let live = begin(&server, &ken, "Jiro", "");
    let (database, _) = server.into_rest();
    database.make_older();
    let server = Server::start_with(database, |_| {});
    let [hana, ken, aya] = [hana, ken, aya].map(|who| Person { address: server.address, ..who });
    end(&aya, &handed);
    end(&ken, &live);
    assert_eq!(reads(&hana, &watched.chat), all(&["one"]));
    assert_eq!(reads(&ken, &watched.chat), all(&["one"]));
    assert_eq!(reads(&aya, &watched.chat), None);
    // Where it is not certain up to which line, nobody reads; who had it in the end does.
    assert_eq!(reads(&hana, &handed.chat), None);
    assert_eq!(reads(&ken, &handed.chat), None);
    assert_eq!(reads(&aya, &handed.chat), all(&["one"]));
    assert_eq!(reads(&hana, &live.chat), all(&["one"]));
    assert_eq!(reads(&ken, &live.chat), all(&["one"]));
}
