//! The audit's chain: what `--verify-audit` finds, and what it accepts.

use std::path::Path;
use std::process::Command;

use rusqlite::Connection;
use serde_json::json;

use crate::support::{Database, Server};

/// What the command says, and with which code it ends.
fn verify(file: &Path, more: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_console"));
    let done = command.arg("--db").arg(file).arg("--verify-audit").args(more).output().unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.code().unwrap(), String::from_utf8(said).unwrap())
}

fn last_hash(said: &str) -> &str {
    said.trim_end().rsplit("last hash: ").next().unwrap()
}

/// A file with some lines in its audit.
fn written() -> (Database, String) {
    let server = Server::start();
    let (hana, ken) = (server.sign_in("hana"), server.sign_in("ken"));
    let visit = server.visit("Mika", "");
    ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    hana.adds_rule("visitor_email", "mika@example.com");
    hana.says(&format!("/monitored/{}/advise", visit.chat), "be quick");
    ken.get("/monitored");
    // While the console works on it.
    let (code, said) = verify(&server.database.0, &[]);
    assert_eq!(code, 0, "{said}");
    let aoi = server.sign_in("aoi");
    assert!(!aoi.get("/audit").body.contains(last_hash(&said)), "another line has come");
    let (_, said) = verify(&server.database.0, &[]);
    let hash = last_hash(&said).to_owned();
    assert!(aoi.get("/audit").body.contains(&hash), "{said}");
    (server.into_rest().0, hash)
}

#[test]
fn a_chain_as_it_was_written_holds_and_goes_on() {
    let (database, hash) = written();
    let (code, said) = verify(&database.0, &["--earlier-hash", &hash]);
    assert_eq!(code, 0, "{said}");
    let server = Server::start_with(database, |_| {});
    server.sign_in("aoi");
    let (code, said) = verify(&server.database.0, &["--earlier-hash", &hash.to_uppercase()]);
    assert_eq!(code, 0, "{said}");
    assert_ne!(last_hash(&said), hash);
    assert!(said.contains("lines as they were written, 0 of them with parts erased"), "{said}");
    let (code, said) = verify(&server.database.0, &["--earlier-hash", "12ab"]);
    assert_eq!((code, said.contains("64 digits")), (2, true), "{said}");
}

#[test]
fn what_is_altered_taken_out_or_put_in_is_named() {
    let (database, hash) = written();
    let file = Connection::open(&database.0).unwrap();
    let last: i64 = file.query_row("SELECT max(id) FROM audit", [], |row| row.get(0)).unwrap();
    let refused: i64 = file.query_row("SELECT max(id) FROM audit WHERE refused", [], |row| row.get(0)).unwrap();
    let refused = format!("line {refused}");
    let copy = Database::new();
    let end = format!("line {}", last + 1);
    for (sql, expected) in [
        ("UPDATE audit SET operator = 'sora' WHERE id = 3", "line 3"),
        ("UPDATE audit SET at = at + 1 WHERE id = 3", "line 3"),
        ("UPDATE audit SET action = 'joined' WHERE id = 3", "line 3"),
        ("UPDATE audit SET refused = 1 - refused WHERE id = 3", "line 3"),
        ("UPDATE audit SET refused = 2 WHERE id = (SELECT max(id) FROM audit WHERE refused)", &*refused),
        ("UPDATE audit SET chat = '' WHERE id = 1", "line 1"),
        ("UPDATE audit SET chat = 'c-0000000000000000' WHERE id = 3", "line 3"),
        ("UPDATE audit SET rules = '[]' WHERE id = 3", "line 3"),
        ("UPDATE audit SET detail = 'x' WHERE id = 3", "line 3"),
        ("UPDATE audit SET detail_seal = zeroblob(16) WHERE id = 3", "line 3"),
        ("UPDATE audit SET detail_seal = NULL WHERE id = 3", "line 3"),
        ("UPDATE audit SET rules_seal = zeroblob(32), rules = '' WHERE id = 3", "line 3"),
        ("UPDATE audit SET hash = zeroblob(32) WHERE id = 3", "line 3"),
        ("UPDATE audit SET hash = NULL WHERE id = 3", "line 3"),
        ("UPDATE audit SET at = 'yesterday' WHERE id = 3", "line 3"),
        ("DELETE FROM audit WHERE id = 3", "line 3 of the audit is missing"),
        ("DELETE FROM audit WHERE id = 1", "line 1 of the audit is missing"),
        ("DELETE FROM audit WHERE id = 3; UPDATE audit SET id = id - 1 WHERE id > 3", "line 3"),
        ("UPDATE audit SET id = -id WHERE id IN (3, 4); UPDATE audit SET id = 7 + id WHERE id < 0", "line 3"),
        (
            "INSERT INTO audit SELECT max(id) + 1, at, operator, action, chat, rules, detail, refused, chat_seal, rules_seal, detail_seal, hash FROM audit",
            &*end,
        ),
        (
            "INSERT INTO audit (id, at, operator, action, chat, rules, detail, refused)
             SELECT max(id) + 1, at, operator, action, chat, rules, detail, refused FROM audit",
            &*end,
        ),
    ] {
        let _ = std::fs::remove_file(&copy.0);
        file.execute("VACUUM INTO ?1", [copy.0.to_str().unwrap()]).unwrap();
        Connection::open(&copy.0).unwrap().execute_batch(sql).unwrap();
        let (code, said) = verify(&copy.0, &[]);
        assert!(code == 1 && said.contains(expected), "{sql}: {code} {said}");
    }
    // Lines off the end: whoever kept the last hash sees it.
    let _ = std::fs::remove_file(&copy.0);
    file.execute("VACUUM INTO ?1", [copy.0.to_str().unwrap()]).unwrap();
    Connection::open(&copy.0).unwrap().execute("DELETE FROM audit WHERE id = ?1", [last]).unwrap();
    assert_eq!(verify(&copy.0, &[]).0, 0);
    let (code, said) = verify(&copy.0, &["--earlier-hash", &hash]);
    assert!(code == 1 && said.contains("earlier hash"), "{said}");
    assert_eq!(verify(&database.0, &["--earlier-hash", &hash]).0, 0);
}

#[test]
fn lines_of_an_older_file_are_taken_into_the_chain_and_that_is_said() {
    let (database, _) = written();
    database.make_older();
    let (code, said) = verify(&database.0, &[]);
    assert!(code == 2 && said.contains("has no chain yet"), "{said}");
    let file = Connection::open(&database.0).unwrap();
    // An act that failed has left a gap.
    file.execute_batch("UPDATE audit SET id = id + 10 WHERE id = (SELECT max(id) FROM audit)").unwrap();
    let before: i64 = file.query_row("SELECT count(*) FROM audit", [], |row| row.get(0)).unwrap();
    drop(file);
    let server = Server::start_with(database, |_| {});
    let (code, said) = verify(&server.database.0, &[]);
    assert!(code == 0 && said.starts_with(&format!("{} lines", before + 1)), "{said}");
    let aoi = server.sign_in("aoi");
    let page = aoi.get("/audit?act=began_chain").body;
    assert!(
        page.contains(&format!("Lines that no hash covered before: {before}")) && page.contains("The console"),
        "{page}"
    );
    // Older lines are held by it from now on, each of them.
    let (database, _) = server.into_rest();
    let file = Connection::open(&database.0).unwrap();
    file.execute("UPDATE audit SET operator = 'sora' WHERE id = 2", []).unwrap();
    drop(file);
    assert!(verify(&database.0, &[]).1.contains("line 2 of the audit"));
}

#[test]
fn a_file_that_is_none_is_no_broken_chain() {
    let (code, said) = verify(Path::new("/nonexistent/console.db"), &[]);
    assert_eq!(code, 2, "{said}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_console"));
    let done = command.args(["--earlier-hash", "x"]).output().unwrap();
    assert_eq!(done.status.code(), Some(2));
}
