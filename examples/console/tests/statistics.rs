//! What each rule has done, as the settings page shows it: exact, and kept.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Database, Person, Server, WITHOUT_NEW_TABLES};

/// What the list says of a rule: chats monitored, chats joined, when last; none where it says that there were none.
fn of_rule(rules: &[Value], rule: &str) -> Option<(u64, u64, Option<u64>)> {
    let rule = rules.iter().find(|known| known["id"] == rule).expect("the rule");
    let last = rule["last_monitored"].as_u64()?;
    let over = !rule["monitoring"].as_bool().unwrap();
    Some((rule["chats_monitored"].as_u64().unwrap(), rule["chats_joined"].as_u64().unwrap(), over.then_some(last)))
}

fn rules(person: &Person) -> Vec<Value> {
    person.rules()
}

#[test]
fn the_page_counts_what_each_rule_has_done_and_a_restart_loses_nothing() {
    let server = Server::start();
    let (hana, ken, aoi) = (server.sign_in("hana"), server.sign_in("ken"), server.sign_in("aoi"));
    // Hana's first rule names Ken, her second a domain.
    assert_eq!(of_rule(&rules(&hana), "hana-1"), None);
    let visits = [server.visit("Mika", ""), server.visit("Taro", "taro@example.net"), server.visit("Rei", "")];
    for visit in &visits {
        ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    }
    let counted = |chats, joined| Some((chats, joined, None));
    assert_eq!(of_rule(&rules(&hana), "hana-1"), counted(3, 0));
    assert_eq!(of_rule(&rules(&hana), "hana-2"), counted(1, 0));
    for act in ["join", "leave", "join"] {
        hana.does(&format!("/monitored/{}/{act}", visits[0].chat), &json!({}));
    }
    ken.does(&format!("/desk/{}/end", visits[0].chat), &json!({}));
    // Twice in the same chat is one; what goes on has no last time.
    assert_eq!(of_rule(&rules(&hana), "hana-1"), counted(3, 1));
    let before = now();
    for visit in &visits[1..] {
        ken.does(&format!("/desk/{}/end", visit.chat), &json!({}));
    }
    let page = rules(&hana);
    let (chats, joined, last) = of_rule(&page, "hana-1").unwrap();
    assert_eq!((chats, joined), (3, 1));
    assert!((before..=now()).contains(&last.unwrap()), "{last:?}");
    // Administrators see everyone's.
    assert_eq!(of_rule(&rules(&aoi), "hana-1"), of_rule(&page, "hana-1"));

    // From the log alone, as after a power cut.
    let copy = Database::new();
    for end in ["", "-wal"] {
        let named = |database: &Database| format!("{}{end}", database.0.display());
        fs::copy(named(&server.database), named(&copy)).unwrap();
    }
    let again = Server::start_with(copy, |_| {});
    assert_eq!(of_rule(&rules(&moved(&hana, &again)), "hana-1"), of_rule(&page, "hana-1"));
    // From what is saved at the end.
    let server = server.restart();
    let hana = moved(&hana, &server);
    assert_eq!(of_rule(&rules(&hana), "hana-1"), of_rule(&page, "hana-1"));
    // A rule that is deleted takes its count with it.
    hana.does("/settings/monitoring/rules/hana-1/delete", &json!({}));
    hana.adds_rule("operator", "ken");
    assert_eq!(of_rule(&rules(&hana), "hana-3"), None);
}

#[test]
fn a_file_of_before_rules_were_counted_is_taken_and_counts_from_here_on() {
    let mut server = Server::start();
    let hana = server.sign_in("hana");
    let file = Database(std::mem::take(&mut server.database.0));
    drop(server);
    let connection = rusqlite::Connection::open(&file.0).unwrap();
    connection.execute_batch(WITHOUT_NEW_TABLES).unwrap();
    connection.execute_batch("ALTER TABLE saved DROP COLUMN statistics; PRAGMA user_version = 1").unwrap();
    drop(connection);
    let server = Server::start_with(file, |_| {});
    let (hana, ken) = (moved(&hana, &server), server.sign_in("ken"));
    assert_eq!(of_rule(&rules(&hana), "hana-1"), None);
    let visit = server.visit("Mika", "");
    ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    let server = server.restart();
    assert_eq!(of_rule(&rules(&moved(&hana, &server)), "hana-1"), Some((1, 0, None)));
}

/// The same person at another console of the same file.
fn moved(person: &Person, server: &Server) -> Person {
    Person { address: server.address, ..person.clone() }
}

fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}
