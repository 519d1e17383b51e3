//! Killed with SIGKILL under load, again and again: nothing that was acknowledged is lost.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::http::request;
use crate::support::{Database, Person};

const ROUNDS: usize = 20;
const WRITERS: usize = 4;

/// What a writer was told is kept.
#[derive(Clone, Debug, Default)]
struct Acknowledged {
    /// Chats: the visitor's cookie, the chat, and what was said in it.
    chats: Vec<(String, String, Vec<String>)>,
    rules: Vec<String>,
    notes: Vec<(String, String)>,
}

pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    passwords: Vec<(String, String)>,
}

pub(crate) fn start(database: &Database) -> Running {
    let new = !database.0.exists();
    let mut child = Command::new(env!("CARGO_BIN_EXE_console"))
        .args(["--port", "0", "--no-dialogues", "--trusted-proxy", "127.0.0.1", "--db"])
        .arg(&database.0)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(|line| line.unwrap());
    let address = lines.next().unwrap().split("http://").nth(1).unwrap().parse().unwrap();
    let told = if new { 11 } else { 0 };
    let known = lines.take(told).filter(|line| line.starts_with("  "));
    let passwords = known.map(|line| {
        let mut words = line.split_whitespace().map(str::to_owned);
        (words.next().unwrap(), words.next().unwrap())
    });
    let passwords = passwords.take(7).collect();
    Running { child, address, passwords }
}

fn form(address: SocketAddr, path: &str, form: &str, from: usize) -> Option<crate::support::http::Answer> {
    let origin = format!("http://{address}");
    // One address may have so many live chats; none of these ends.
    let from = format!("192.0.2.{}", from + 1);
    let kind = "application/x-www-form-urlencoded";
    let headers = [("Origin", &*origin), ("Content-Type", kind), ("X-Forwarded-For", &*from)];
    request(address, "POST", path, &headers, form.as_bytes()).ok()
}

fn post(person: &Person, path: &str, body: &Value) -> Option<Value> {
    let origin = format!("http://{}", person.address);
    let headers = [("Cookie", &*person.cookie), ("Origin", &*origin), ("Content-Type", "application/json")];
    let answer = request(person.address, "POST", path, &headers, body.to_string().as_bytes()).ok()?;
    (answer.status == 200).then(|| answer.json())
}

/// Does one thing after the other until the server is gone, and notes what was acknowledged.
fn write(round: usize, writer: usize, ken: &Person, hana: &Person, noted: &Mutex<Acknowledged>) -> Option<()> {
    let address = ken.address;
    for turn in 0.. {
        let begun = form(address, "/visit", "name=load&email=load%40example.com", 10 * round + writer)?;
        if begun.status == 429 {
            thread::sleep(Duration::from_millis(20));
            continue;
        }
        let chat = begun.header("location")?.trim_start_matches("/chat/").to_owned();
        let place = {
            let mut noted = noted.lock().unwrap();
            noted.chats.push((begun.cookie(), chat.clone(), Vec::new()));
            noted.chats.len() - 1
        };
        let visitor = Person { address, cookie: begun.cookie() };
        post(ken, &format!("/desk/{chat}/pick-up"), &json!({}));
        for n in 0..8 {
            let text = format!("{round}-{writer}-{turn}-{n}");
            post(&visitor, &format!("/chat/{chat}/say"), &json!({ "text": text }))?;
            noted.lock().unwrap().chats[place].2.push(text);
        }
        if post(hana, &format!("/monitored/{chat}/advise"), &json!({ "text": chat })).is_some() {
            noted.lock().unwrap().notes.push((chat.clone(), chat));
        }
        let value = format!("192.0.2.{}", turn % 200);
        // The same value comes again, which is asked about unless it is confirmed.
        let rule = json!({ "when": [{ "kind": "visitor_ip", "value": value }], "confirmed": true });
        if let Some(rule) = post(hana, "/settings/monitoring/rules", &rule) {
            noted.lock().unwrap().rules.push(rule["rule"].as_str()?.to_owned());
        }
    }
    None
}

#[test]
fn nothing_acknowledged_is_lost_when_it_is_killed_twenty_times() {
    let database = Database::new();
    let noted = Arc::new(Mutex::new(Acknowledged::default()));
    let mut cookies: Option<(String, String)> = None;
    for round in 0..ROUNDS {
        let mut running = start(&database);
        let address = running.address;
        let sign_in = |operator: &str| {
            let password = &running.passwords.iter().find(|(known, _)| known == operator).unwrap().1;
            form(address, "/sign-in", &format!("operator={operator}&password={password}"), round).unwrap().cookie()
        };
        // Sessions are kept too: who signed in before the first kill is signed in after the last.
        let (ken, hana) = cookies.get_or_insert_with(|| (sign_in("ken"), sign_in("hana"))).clone();
        let (ken, hana) = (Person { address, cookie: ken }, Person { address, cookie: hana });
        check(&noted.lock().unwrap(), &ken, &hana);
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (ken, hana, noted) = (ken.clone(), hana.clone(), noted.clone());
                thread::spawn(move || write(round, writer, &ken, &hana, &noted))
            })
            .collect();
        thread::sleep(Duration::from_millis(150 + 37 * (round as u64 % 7)));
        running.child.kill().unwrap();
        running.child.wait().unwrap();
        for writer in writers {
            let _ = writer.join().unwrap();
        }
    }
    let mut running = start(&database);
    let (ken, hana) = cookies.unwrap();
    let address = running.address;
    let noted = noted.lock().unwrap();
    check(&noted, &Person { address, cookie: ken }, &Person { address, cookie: hana });
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    let said: usize = noted.chats.iter().map(|(_, _, said)| said.len()).sum();
    println!(
        "killed {ROUNDS} times: {} chats, {said} messages, {} advices and {} rules acknowledged, none lost",
        noted.chats.len(),
        noted.notes.len(),
        noted.rules.len()
    );
    assert!(noted.chats.len() > ROUNDS && said > 10 * ROUNDS && noted.rules.len() > ROUNDS, "too little load");
}

/// Everything that was acknowledged is there.
fn check(noted: &Acknowledged, ken: &Person, hana: &Person) {
    let desk = ken.socket("/desk/socket").unwrap().wait_for("snapshot");
    let chats = desk["chats"].as_array().unwrap();
    for (chat, text) in &noted.notes {
        let found = chats.iter().find(|known| known["chat"] == chat.as_str()).unwrap();
        assert!(found["internal"].as_array().unwrap().iter().any(|entry| entry["text"] == text.as_str()));
    }
    let listed = hana.rules();
    for rule in &noted.rules {
        assert!(listed.iter().any(|known| known["id"] == rule.as_str()), "{rule} is lost");
    }
    for (cookie, chat, said) in &noted.chats {
        let visitor = Person { address: ken.address, cookie: cookie.clone() };
        let snapshot = visitor.socket(&format!("/chat/{chat}/socket")).unwrap().wait_for("snapshot");
        let entries = snapshot["entries"].as_array().unwrap();
        let texts: Vec<_> =
            entries.iter().filter(|entry| entry["kind"] == "said").filter_map(|e| e["text"].as_str()).collect();
        // What was on its way when it was killed may be kept without having been acknowledged.
        assert!(texts.len() <= said.len() + 1, "{texts:?}");
        assert_eq!(texts[..said.len()], said[..]);
    }
}
