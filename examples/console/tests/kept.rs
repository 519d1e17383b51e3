//! What lies on the disk, and who can read it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rusqlite::Connection;
use serde_json::json;

use crate::support::{Database, Server, WITHOUT_NEW_TABLES};

fn beside(database: &Database, end: &str) -> PathBuf {
    let mut path = database.0.clone().into_os_string();
    path.push(end);
    path.into()
}

fn console(arguments: &[&str], database: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_console")).args(arguments).arg("--db").arg(database).output().unwrap()
}

#[cfg(unix)]
#[test]
fn nobody_else_on_the_machine_can_read_the_database() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let database = Database::new();
    // One that was made too open is closed.
    std::fs::write(&database.0, "").unwrap();
    std::fs::set_permissions(&database.0, PermissionsExt::from_mode(0o644)).unwrap();
    let server = Server::start_with(database, |_| {});
    server.visit("Mika", "mika@example.com");
    for end in ["", "-wal", "-shm", "-lock"] {
        let mode = std::fs::metadata(beside(&server.database, end)).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600, "{end}: {mode:o}");
    }
}

#[test]
fn passwords_of_the_demonstration_are_nowhere_on_the_disk_and_told_once() {
    let server = Server::start();
    let passwords = server.passwords.clone();
    assert_eq!(passwords.len(), 7);
    let held = |database: &Database, text: &str| {
        let files = ["", "-wal"].map(|end| std::fs::read(beside(database, end)).unwrap_or_default());
        files.iter().any(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
    };
    for (_, password) in &passwords {
        assert!(!held(&server.database, password));
    }
    let (database, _) = server.into_rest();
    // An older file has them: they are taken out of it.
    let file = Connection::open(&database.0).unwrap();
    file.execute_batch(WITHOUT_NEW_TABLES).unwrap();
    file.execute_batch("UPDATE accounts SET demonstration = 'maple-river-123456'; PRAGMA user_version = 2;").unwrap();
    drop(file);
    assert!(held(&database, "maple-river-123456"));
    let server = Server::start_with(database, |options| options.new_passwords = true);
    assert!(!held(&server.database, "maple-river-123456"));
    // New ones are told when they are asked for, and the old ones do not do any more.
    let (operator, old) = &passwords[0];
    assert_eq!(server.post_form("/sign-in", &format!("operator={operator}&password={old}"), &[]).status, 403);
    server.sign_in(operator);
}

#[test]
fn the_demonstration_can_be_removed() {
    let server = Server::start();
    let (hana, visit) = (server.sign_in("hana"), server.visit("Mika", ""));
    server.sign_in("ken").does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    let (database, _) = server.into_rest();
    let removed = console(&["--remove-demonstration"], &database.0);
    assert_eq!(String::from_utf8_lossy(&removed.stdout), "7 accounts of the demonstration removed\n", "{removed:?}");
    let server = Server::start_with(database, |options| options.demonstration = false);
    let moved = |person: &crate::support::Person| crate::support::Person { address: server.address, ..person.clone() };
    assert_eq!(moved(&hana).get("/desk").status, 303);
    let snapshot = moved(&visit.person).socket(&format!("/chat/{}/socket", visit.chat)).unwrap().wait_for("snapshot");
    assert_eq!(snapshot["live"], false);
    let file = Connection::open(&server.database.0).unwrap();
    let left: i64 = file.query_row("SELECT count(*) FROM accounts", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
    // Nor is anything else of it in force.
    let saved: String = file.query_row("SELECT state FROM saved", [], |row| row.get(0)).unwrap();
    assert!(!saved.contains("\"qa\"") && !saved.contains("example.org"), "{saved}");
}

#[test]
fn the_demonstration_has_a_role_of_its_own_and_an_exclusion_that_binds_it() {
    let server = Server::start();
    let [aoi, mei, sora, ken] = ["aoi", "mei", "sora", "ken"].map(|operator| server.sign_in(operator));
    let policy = aoi.get("/settings/roles").body;
    assert!(policy.contains("qa") && aoi.get("/settings/exclusions/list").body.contains("*@example.org"));
    sora.adds_rule("visitor_ip", "127.0.0.1");
    mei.adds_rule("visitor_ip", "127.0.0.1");
    let [seen, excluded] = ["mika@example.com", "emma@example.org"].map(|email| {
        let visit = server.visit("Mika", email);
        ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
        visit.chat
    });
    let opens = |who: &crate::support::Person, chat: &str| who.get(&format!("/monitored/{chat}")).status;
    assert_eq!((opens(&mei, &seen), opens(&mei, &excluded)), (200, 404));
    assert_eq!((opens(&sora, &seen), opens(&sora, &excluded)), (200, 200));
    let advice = |who: &crate::support::Person| {
        who.post(&format!("/monitored/{seen}/advise"), &json!({ "text": "psst" })).status
    };
    assert_eq!((advice(&mei), advice(&sora)), (403, 200));
}

#[test]
fn a_running_console_can_be_copied_and_the_copy_has_everything() {
    let server = Server::start();
    let visit = server.visit("Mika", "");
    for n in 0..10 {
        visit.says(&format!("message {n}"));
    }
    let copy = Database::new();
    let to = copy.0.to_str().unwrap();
    let done = console(&["--backup", to], &server.database.0);
    assert!(done.status.success(), "{done:?}");
    visit.says("after the copy");
    // Nothing is written over, and what works on the file says so.
    assert!(!console(&["--backup", to], &server.database.0).status.success());
    let second = console(&["--port", "0"], &server.database.0);
    assert!(String::from_utf8_lossy(&second.stderr).contains("a console works on this database"), "{second:?}");
    let restored = Server::start_with(copy, |_| {});
    let mika = crate::support::Person { address: restored.address, ..visit.person };
    let snapshot = mika.socket(&format!("/chat/{}/socket", visit.chat)).unwrap().wait_for("snapshot");
    assert_eq!(snapshot["entries"].as_array().unwrap().len(), 10);
}

#[test]
fn another_programs_database_is_left_alone() {
    let database = Database::new();
    let file = Connection::open(&database.0).unwrap();
    file.execute_batch("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine');").unwrap();
    drop(file);
    let before = std::fs::read(&database.0).unwrap();
    for arguments in [&["--port", "0"][..], &["--backup", "/nonexistent/copy"]] {
        let refused = console(arguments, &database.0);
        assert!(String::from_utf8_lossy(&refused.stderr).contains("of another program"), "{refused:?}");
    }
    assert_eq!(std::fs::read(&database.0).unwrap(), before);
}
