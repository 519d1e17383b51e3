//! What is deleted for good, and that nothing of it is left.

use std::process::Command;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use serde_json::{Value, json};

use crate::support::{Database, Person, Server};

const DAY: i64 = 24 * 60 * 60 * 1000;

fn quick(options: &mut console::Options) {
    options.limits.retention_every = Duration::from_millis(300);
}

fn now() -> i64 {
    i64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// Whether this stands anywhere in the file or beside it.
pub(crate) fn held(database: &Database, text: &str) -> bool {
    ["", "-wal", "-shm"].iter().any(|end| {
        let mut name = database.0.clone().into_os_string();
        name.push(end);
        // Searched as text, for that is quick in a build for development, too.
        String::from_utf8_lossy(&std::fs::read(name).unwrap_or_default()).contains(text)
    })
}

pub(crate) fn wait_until(what: &str, done: impl Fn() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < Duration::from_secs(120), "{what} never came");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn verify(database: &Database, earlier: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_console"));
    let done = command.arg("--db").arg(&database.0).arg("--verify-audit").args(earlier).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    String::from_utf8(done.stdout).unwrap()
}

fn count(database: &Database, sql: &str) -> i64 {
    Connection::open(&database.0).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn chats_whose_time_is_over_are_deleted_and_no_others_and_nothing_of_them_is_left() {
    let server = Server::start();
    let ken = server.sign_in("ken");
    let live = server.visit("Live", "live@example.com");
    ken.does(&format!("/desk/{}/pick-up", live.chat), &json!({}));
    let (database, _) = server.into_rest();
    // Many chats that went on at the same time: pages of the file are divided, and copies are left where they were.
    let file = Connection::open(&database.0).unwrap();
    file.execute_batch("PRAGMA secure_delete = ON; BEGIN").unwrap();
    for n in 0..60 {
        let ended = now() - if n % 3 == 0 { 91 } else { 89 } * DAY;
        let sql = "INSERT INTO chats (chat, visitor, email, ip, key, demonstration, started, ended)
                   VALUES (?1, ?2, ?3, '192.0.2.7', x'00', 0, ?4, ?4)";
        let (chat, name, email) = (format!("c-{n:04}"), format!("name-{n:04}"), format!("email-{n:04}@example.com"));
        file.execute(sql, params![chat, name, email, ended]).unwrap();
        let sql = "INSERT INTO chat_readers (operator, chat, attended) VALUES ('ken', ?1, 9223372036854775807)";
        file.execute(sql, [chat]).unwrap();
    }
    for line in 0..200 {
        for n in (0..60).map(|n| n * 7 % 60) {
            let said = format!("said-{n:04} {}", "x".repeat((line * 31 + n * 17) % 500));
            let sql = "INSERT INTO entries (chat, n, at, kind, name, text) VALUES (?1, ?2, 0, 'said', 'x', ?3)";
            file.execute(sql, params![format!("c-{n:04}"), line + 1, said]).unwrap();
            if line % 20 == 0 {
                let sql = "INSERT INTO internal_entries (chat, at, operator, name, advice, text) VALUES (?1, 0, 'hana', 'x', 1, ?2)";
                file.execute(sql, params![format!("c-{n:04}"), format!("advice-{n:04}")]).unwrap();
                let sql = "INSERT INTO internal_audience (chat, operator, n, entry) VALUES (?1, 'ken', ?2, last_insert_rowid())";
                file.execute(sql, params![format!("c-{n:04}"), line + 1]).unwrap();
            }
        }
        file.execute_batch("COMMIT; BEGIN").unwrap();
    }
    file.execute_batch("COMMIT").unwrap();
    drop(file);

    let server = Server::start_with(database, quick);
    let ken = Person { address: server.address, ..ken };
    let left = || count(&server.database, "SELECT count(*) FROM chats");
    wait_until("the deletion", || left() == 41);
    // Those that are not due are whole.
    let told = ken.get("/ended/c-0001/transcript").json();
    assert_eq!((told["entries"].as_array().unwrap().len(), told["internal"].as_array().unwrap().len()), (100, 10));
    assert_eq!(count(&server.database, "SELECT count(*) FROM entries"), 40 * 200 + 1);
    assert_eq!(count(&server.database, "SELECT count(*) FROM internal_entries"), 400);
    assert_eq!(count(&server.database, "SELECT count(*) FROM internal_audience"), 400);
    assert_eq!(ken.get("/ended/c-0000/transcript").status, 404);
    let due = |n: &i32| n % 3 == 0;
    wait_until("an empty file", || {
        (0..60).filter(due).all(|n| {
            let texts = [
                format!("said-{n:04}"),
                format!("advice-{n:04}"),
                format!("name-{n:04}"),
                format!("email-{n:04}"),
                format!("c-{n:04}"),
            ];
            // The refused attempt above is in the audit.
            texts.iter().all(|text| text == "c-0000" || !held(&server.database, text))
        })
    });
    assert!((0..60).filter(|n| !due(n)).all(|n| held(&server.database, &format!("said-{n:04}"))));
    // How many is in the audit, and it holds.
    let aoi = server.sign_in("aoi");
    let lines = aoi.get("/audit/export.jsonl?act=deleted_old").body;
    assert!(lines.contains("\"detail\":\"detail_chats 20\"") && lines.contains("\"operator\":\"\""), "{lines}");
    assert!(aoi.get("/audit?act=deleted_old").body.contains("Chats: 20"));
    verify(&server.database, &[]);
    // A shorter time is in force at the next round.
    aoi.does("/settings/retention", &json!({ "retention_days": 30, "gone_minutes": 30 }));
    wait_until("the deletion", || left() == 1);
    wait_until("an empty file", || (0..60).all(|n| !held(&server.database, &format!("said-{n:04}"))));
    assert_eq!(ken.post(&format!("/desk/{}/say", live.chat), &json!({ "text": "still here" })).status, 200);
}

#[test]
fn what_is_kept_of_a_person_is_found_and_erased_and_the_chain_holds() {
    let server = Server::start_with(Database::new(), quick);
    let (aoi, hana, ken) = (server.sign_in("aoi"), server.sign_in("hana"), server.sign_in("ken"));
    let rule = hana.adds_rule("visitor_email", "mika@example.com");
    let [ended, live, other] =
        [("Mika", "mika@example.com"), ("Mika", "Mika@Example.com"), ("Mika", "mika@example.com.example.org")].map(
            |(name, email)| {
                let visit = server.visit(name, email);
                ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
                visit.says(&format!("secret of {}", visit.chat));
                hana.says(&format!("/monitored/{}/advise", visit.chat), &format!("advice of {}", visit.chat));
                visit
            },
        );
    for visit in [&ended, &other] {
        ken.does(&format!("/desk/{}/end", visit.chat), &json!({}));
        assert_eq!(hana.get(&format!("/ended/{}/transcript", visit.chat)).status, 200);
    }
    // What is said of a rule names somebody too.
    let noted = hana.adds_rule("visitor_ip", "192.0.2.7");
    let path = format!("/settings/monitoring/rules/{noted}/note");
    hana.does(&path, &json!({ "name": "", "note": "Twice asked for by Mika@example.com." }));
    let earlier = verify(&server.database, &[]);
    let earlier = earlier.trim_end().rsplit(' ').next().unwrap();

    // Found by each; and nothing of what was said is shown.
    let find = |by: &str, value: &str| aoi.does("/settings/erasure/find", &json!({ "by": by, "value": value }));
    let chats = |found: &Value| {
        let mut chats: Vec<_> =
            found["chats"].as_array().unwrap().iter().map(|chat| chat["chat"].as_str().unwrap().to_owned()).collect();
        chats.sort();
        chats
    };
    let sorted = |visits: &[&crate::support::Visit]| {
        let mut chats: Vec<_> = visits.iter().map(|visit| visit.chat.clone()).collect();
        chats.sort();
        chats
    };
    let by_email = find("email", " ＭＩＫＡ＠example.com");
    assert_eq!(chats(&by_email), sorted(&[&ended, &live]));
    assert_eq!(by_email["rules"], 2);
    assert!(by_email["lines"].as_i64().unwrap() >= 5, "{by_email}");
    assert!(!by_email.to_string().contains("secret"));
    assert_eq!(chats(&find("name", "Mika")), sorted(&[&ended, &live, &other]));
    for part in ["mika", "ＩＫＡ", "ik"] {
        assert_eq!(chats(&find("name", part)), sorted(&[&ended, &live, &other]), "{part}");
    }
    assert_eq!(chats(&find("name", "Mi ka")), Vec::<String>::new());
    assert_eq!(chats(&find("chat", &other.chat)), sorted(&[&other]));

    // Whoever could read it is told, on every page, and nobody else.
    let mut pages = [&hana, &ken].map(|who| who.socket(&format!("/session/socket?ended={}", ended.chat)).unwrap());
    let mut others =
        [hana.socket("/monitored/socket").unwrap(), server.sign_in("rin").socket("/session/socket").unwrap()];
    pages.iter_mut().for_each(|page| drop(page.wait_for("here")));
    others[0].wait_for("snapshot");
    others[1].wait_for("here");
    // The live one stays, the other person's too.
    let done = aoi.does("/settings/erasure/erase", &json!({ "chats": chats(&by_email), "email": "mika@example.com" }));
    assert_eq!((&done["erased"], &done["live"]), (&json!(1), &json!([live.chat])));
    for page in pages.iter_mut().chain([&mut others[0]]) {
        assert_eq!(page.wait_for("deleted")["chat"], *ended.chat);
    }
    assert_eq!(others[1].rest(), Vec::<String>::new());
    // One that comes back, too; and nobody learns by it which chats there are.
    for chat in [&*ended.chat, "c-none", &live.chat] {
        assert_eq!(hana.socket(&format!("/session/socket?ended={chat}")).unwrap().wait_for("deleted")["chat"], *chat);
    }
    for text in [&*ended.chat, &format!("secret of {}", ended.chat), &format!("advice of {}", ended.chat)] {
        wait_until("an empty file", || !held(&server.database, text));
    }
    for visit in [&live, &other] {
        assert!(held(&server.database, &format!("secret of {}", visit.chat)));
    }
    assert_eq!(hana.get(&format!("/ended/{}", ended.chat)).status, 404);
    assert_eq!(hana.get(&format!("/ended/{}", other.chat)).status, 200);
    let page = aoi.get("/audit?show=all").body;
    assert!(page.contains("<small>Erased</small>"), "{page}");
    let verified = verify(&server.database, &["--earlier-hash", earlier]);
    assert!(!verified.contains(" 0 of them with parts erased"), "{verified}");

    // When the rule and the chat are gone as well, so is the address, everywhere.
    for rule in [&rule, &noted] {
        hana.does(&format!("/settings/monitoring/rules/{rule}/delete"), &json!({}));
    }
    live.person.does(&format!("/chat/{}/end", live.chat), &json!({}));
    let rest = find("email", "mika@example.com");
    assert_eq!((chats(&rest), &rest["rules"]), (sorted(&[&live]), &json!(0)));
    let done =
        aoi.does("/settings/erasure/erase", &json!({ "chats": [live.chat, other.chat], "email": "mika@example.com" }));
    assert_eq!((&done["erased"], &done["live"]), (&json!(2), &json!([])));
    for text in ["mika@example.com", "Mika", &live.chat, "secret of", "advice of"] {
        wait_until(text, || !held(&server.database, text));
    }
    verify(&server.database, &["--earlier-hash", earlier]);
    let nothing = find("email", "mika@example.com");
    assert_eq!((&nothing["chats"], &nothing["lines"]), (&json!([]), &json!(0)));
    // Who sought and erased, and how; not whom.
    let lines = aoi.get("/audit/export.jsonl?who=aoi").body;
    assert!(
        lines.contains("\"sought_person\"") && lines.contains("detail_by_email") && lines.contains("\"erased_person\"")
    );
    // All that is left is in order, and stays so.
    let server = server.restart();
    verify(&server.database, &["--earlier-hash", earlier]);
}

#[test]
fn erasing_is_for_administrators_and_what_cannot_be_read_is_refused() {
    let server = Server::start();
    let (aoi, hana, ken) = (server.sign_in("aoi"), server.sign_in("hana"), server.sign_in("ken"));
    let visit = server.visit("Mika", "mika@example.com");
    for who in [&hana, &ken] {
        assert_eq!(who.get("/settings/erasure").status, 403);
        assert_eq!(who.post("/settings/erasure/find", &json!({ "by": "name", "value": "Mika" })).status, 403);
        assert_eq!(who.post("/settings/erasure/erase", &json!({ "chats": [visit.chat] })).status, 403);
    }
    assert_eq!(aoi.get("/settings/erasure").status, 200);
    // By the name as it is shown, whatever stands in it that nobody sees.
    for name in ["Mika \u{2764}\u{fe0f}", "\u{200b}Mi\u{ad}ka\u{feff} Sato"] {
        let visit = server.visit(name, "");
        let found = |value: &str| aoi.does("/settings/erasure/find", &json!({ "by": "name", "value": value }));
        let found = [found(name), found(&name.replace(['\u{200b}', '\u{ad}', '\u{feff}'], ""))];
        assert!(found.iter().all(|found| found["chats"][0]["chat"] == visit.chat.as_str()), "{name}: {found:?}");
    }
    for wrong in [
        json!({ "by": "email", "value": "mika" }),
        json!({ "by": "name", "value": " \u{200b}" }),
        json!({ "by": "chat", "value": "" }),
        json!({ "by": "ip", "value": "192.0.2.7" }),
        json!({}),
    ] {
        assert_eq!(aoi.post("/settings/erasure/find", &wrong).status, 422, "{wrong}");
    }
    for wrong in [
        json!({ "chats": [] }),
        json!({ "chats": [""] }),
        json!({ "chats": vec!["x"; 101] }),
        json!({ "chats": [], "email": "mika" }),
    ] {
        assert_eq!(aoi.post("/settings/erasure/erase", &wrong).status, 422, "{wrong}");
    }
    // Nothing is erased that is not there, or lives.
    let done = aoi.does("/settings/erasure/erase", &json!({ "chats": ["c-1", visit.chat] }));
    assert_eq!((&done["erased"], &done["live"]), (&json!(0), &json!([visit.chat])));
    assert_eq!(visit.says("still here"), 1);
}

#[test]
fn an_erasure_that_a_kill_cuts_short_is_finished_by_the_next_start() {
    let server = Server::start();
    let [aoi, hana, ken] = ["aoi", "hana", "ken"].map(|operator| server.sign_in(operator));
    let visit = server.visit("Mika", "mika@example.com");
    ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    visit.says("secret-of-mika");
    let rule = hana.adds_rule("visitor_email", "mika@example.com");
    hana.does(&format!("/settings/monitoring/rules/{rule}/delete"), &json!({}));
    ken.does(&format!("/desk/{}/end", visit.chat), &json!({}));
    let (database, _) = server.into_rest();
    // So much that it takes many acts.
    let file = Connection::open(&database.0).unwrap();
    let more = "WITH RECURSIVE n(n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM n WHERE n < 60000)
        INSERT INTO entries (chat, n, at, kind, name, text) SELECT ?1, n, 0, 'said', 'x', 'more-of-mika' FROM n";
    file.execute(more, [&visit.chat]).unwrap();
    let mut running = crate::killed::start(&database);
    let address = running.address;
    let chat = visit.chat.clone();
    let cookie = aoi.cookie.clone();
    let erasing = std::thread::spawn(move || {
        let origin = format!("http://{address}");
        let headers = [("Cookie", &*cookie), ("Origin", &*origin), ("Content-Type", "application/json")];
        let body = json!({ "chats": [chat], "email": "mika@example.com" }).to_string();
        crate::support::http::request(address, "POST", "/settings/erasure/erase", &headers, body.as_bytes())
    });
    // As soon as the first act is kept.
    let begun = "SELECT count(*) FROM chats WHERE ended = 0";
    let began = Instant::now();
    while file.query_row(begun, [], |row| row.get::<_, i64>(0)).unwrap() == 0 {
        assert!(began.elapsed() < Duration::from_secs(30), "the erasure never began");
    }
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    assert!(!erasing.join().unwrap().is_ok_and(|answer| answer.status == 200), "it was not cut short");
    let left =
        file.query_row("SELECT count(*) FROM entries WHERE text = 'more-of-mika'", [], |row| row.get::<_, i64>(0));
    assert!(left.unwrap() > 0, "it was not cut short");
    drop(file);

    let server = Server::start_with(database, quick);
    let [aoi, hana] = [aoi, hana].map(|person| Person { address: server.address, ..person });
    // What is left of it is nobody's to read.
    assert_eq!(hana.get(&format!("/ended/{}", visit.chat)).status, 404);
    wait_until("the deletion", || count(&server.database, "SELECT count(*) FROM chats") == 0);
    // The refused attempt above is in the audit, with the chat's id.
    for text in ["secret-of-mika", "more-of-mika", "mika@example.com", "Mika"] {
        wait_until(text, || !held(&server.database, text));
    }
    // Who erased is in the audit all the same, and nothing is left to be found.
    let found = aoi.does("/settings/erasure/find", &json!({ "by": "email", "value": "mika@example.com" }));
    assert_eq!((&found["chats"], &found["lines"]), (&json!([]), &json!(0)));
    assert!(aoi.get("/audit/export.jsonl?who=aoi").body.contains("\"detail\":\"detail_erased 1 "));
    assert!(!verify(&server.database, &[]).contains(" 0 of them with parts erased"));
}
