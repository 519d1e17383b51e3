//! A console to talk to, and people who talk to it.

pub(crate) mod http;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;

use console::{Console, Options, Play};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use http::{Answer, Socket, request};

/// Takes away the tables and columns that came after a file's first three versions.
pub(crate) const WITHOUT_NEW_TABLES: &str =
    "DROP TABLE settings; DROP TABLE disabled; DROP TABLE departments; DROP TABLE rule_notes;
    DROP TABLE sent; DROP INDEX audience_of_entry; ALTER TABLE internal_audience DROP COLUMN read_at;
    ALTER TABLE chats DROP COLUMN hand; ALTER TABLE chats DROP COLUMN hand_by;
    DROP TABLE chat_readers; DROP INDEX ended_chats; DROP INDEX internal_of_chat;
     DROP INDEX audit_of_operator; DROP INDEX audit_of_chat;
     ALTER TABLE audit DROP COLUMN chat_seal; ALTER TABLE audit DROP COLUMN rules_seal;
     ALTER TABLE audit DROP COLUMN detail_seal; ALTER TABLE audit DROP COLUMN hash;
    DROP TABLE keys; DROP TABLE rules_gone; DROP TABLE hooks; DROP TABLE hook_bodies; DROP TABLE hook_messages;
    DROP TABLE hook_agents; DROP TABLE lines_to_erase;
    ALTER TABLE chats DROP COLUMN hook; ALTER TABLE chats DROP COLUMN vendor; ALTER TABLE chats DROP COLUMN vendor_chat;";

/// A console in this process, on a port and a file of its own.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) passwords: Vec<(String, String)>,
    pub(crate) database: Database,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start() -> Server {
        Server::start_with(Database::new(), |_| {})
    }

    pub(crate) fn start_with(database: Database, change: impl FnOnce(&mut Options)) -> Server {
        let mut options = Options { port: 0, database: database.0.clone(), play: Play::Nothing, ..Options::default() };
        change(&mut options);
        let (stop, stopped) = oneshot::channel::<()>();
        let (sender, receiver) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let console = Console::start(options).await.expect("the console starts");
                let passwords = console.passwords().iter();
                let passwords: Vec<_> =
                    passwords.map(|known| (known.operator.clone(), known.password.clone())).collect();
                sender.send((console.address(), passwords)).expect("the test waits");
                let served = console.serve(async { drop(stopped.await) }).await;
                served.expect("the console stops well");
            });
        });
        let (address, passwords) = receiver.recv().expect("the console starts");
        let passwords = remembered(&database.0, passwords);
        Server { address, passwords, database, stop: Some(stop), thread: Some(thread) }
    }

    /// Stops the console, and starts it again on the same file.
    pub(crate) fn restart(self) -> Server {
        let (database, _) = self.into_rest();
        Server::start_with(database, |_| {})
    }

    /// Stops the console; what remains is its file, and the port that its pages know.
    pub(crate) fn into_rest(mut self) -> (Database, u16) {
        self.stop();
        let database = Database(std::mem::take(&mut self.database.0));
        (database, self.address.port())
    }

    fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the console stops well");
        }
    }

    pub(crate) fn sign_in(&self, operator: &str) -> Person {
        let password = self.passwords.iter().find(|(known, _)| known == operator);
        let password = &password.expect("a known operator").1;
        let answer = self.post_form("/sign-in", &format!("operator={operator}&password={password}"), &[]);
        assert_eq!(answer.status, 303, "{answer:?}");
        Person { address: self.address, cookie: answer.cookie() }
    }

    /// A visitor begins a chat.
    pub(crate) fn visit(&self, name: &str, email: &str) -> Visit {
        let answer = self.post_form("/visit", &format!("name={}&email={}", encode(name), encode(email)), &[]);
        assert_eq!(answer.status, 303, "{answer:?}");
        let path = answer.header("location").expect("a place to go to").to_owned();
        let chat = path.trim_start_matches("/chat/").to_owned();
        Visit { person: Person { address: self.address, cookie: answer.cookie() }, chat }
    }

    pub(crate) fn post_form(&self, path: &str, form: &str, more: &[(&str, &str)]) -> Answer {
        let origin = format!("http://{}", self.address);
        let mut headers = vec![("Origin", &*origin), ("Content-Type", "application/x-www-form-urlencoded")];
        headers.extend(more);
        request(self.address, "POST", path, &headers, form.as_bytes()).expect("an answer")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The passwords of a file's demonstration. The console tells them once.
fn remembered(database: &Path, told: Vec<(String, String)>) -> Vec<(String, String)> {
    static TOLD: Mutex<BTreeMap<PathBuf, Vec<(String, String)>>> = Mutex::new(BTreeMap::new());
    let mut known = TOLD.lock().expect("no test has failed with it");
    if !told.is_empty() {
        known.insert(database.to_owned(), told);
    }
    known.get(database).cloned().unwrap_or_default()
}

/// A file that is removed in the end.
#[derive(Debug)]
pub(crate) struct Database(pub(crate) PathBuf);

impl Database {
    pub(crate) fn new() -> Database {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("console-test-{}-{number}.db", std::process::id());
        Database(std::env::temp_dir().join(name))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.0 == Path::new("") {
            return;
        }
        for end in ["", "-wal", "-shm", "-lock"] {
            let mut path = self.0.clone().into_os_string();
            path.push(end);
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Database {
    /// Takes out what versions after the second have added, as if one of them had written the file.
    pub(crate) fn make_older(&self) {
        let file = rusqlite::Connection::open(&self.0).expect("a database");
        let undone = file.execute_batch(&format!("{WITHOUT_NEW_TABLES} PRAGMA user_version = 2;"));
        undone.expect("what this version adds");
    }
}

/// Somebody with a cookie.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) address: SocketAddr,
    pub(crate) cookie: String,
}

impl Person {
    pub(crate) fn get(&self, path: &str) -> Answer {
        let headers = [("Cookie", &*self.cookie), ("Accept", "text/html")];
        request(self.address, "GET", path, &headers, b"").expect("an answer")
    }

    /// Asks as a script does.
    pub(crate) fn get_json(&self, path: &str) -> Answer {
        request(self.address, "GET", path, &[("Cookie", &*self.cookie)], b"").expect("an answer")
    }

    /// What a page holds, in this language.
    pub(crate) fn page_in(&self, language: &str, path: &str) -> String {
        let headers = [("Cookie", &*self.cookie), ("Accept", "text/html"), ("Accept-Language", language)];
        request(self.address, "GET", path, &headers, b"").expect("an answer").body
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        let origin = format!("http://{}", self.address);
        let headers = [("Cookie", &*self.cookie), ("Origin", &*origin), ("Content-Type", "application/json")];
        request(self.address, "POST", path, &headers, body.to_string().as_bytes()).expect("an answer")
    }

    /// Posts as a browser that prefers this language.
    pub(crate) fn post_in(&self, language: &str, path: &str, body: &Value) -> Answer {
        let origin = format!("http://{}", self.address);
        let headers = [
            ("Cookie", &*self.cookie),
            ("Origin", &*origin),
            ("Content-Type", "application/json"),
            ("Accept-Language", language),
        ];
        request(self.address, "POST", path, &headers, body.to_string().as_bytes()).expect("an answer")
    }

    /// Posts what must be done.
    pub(crate) fn does(&self, path: &str, body: &Value) -> Value {
        let answer = self.post(path, body);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    pub(crate) fn says(&self, path: &str, text: &str) -> Value {
        self.does(path, &json!({ "text": text }))
    }

    pub(crate) fn socket(&self, path: &str) -> Result<Socket, u16> {
        let origin = format!("http://{}", self.address);
        Socket::open(self.address, path, &[("Cookie", &*self.cookie), ("Origin", &*origin)])
    }

    /// All the rules that they see, the newest first.
    pub(crate) fn rules(&self) -> Vec<Value> {
        let mut rules = Vec::new();
        for page in 0.. {
            let list = self.get(&format!("/settings/monitoring/list?page={page}"));
            assert_eq!(list.status, 200, "{list:?}");
            let list = list.json();
            rules.extend(list["rules"].as_array().expect("a list").iter().cloned());
            if list["pages"].as_u64() <= Some(page + 1) {
                break;
            }
        }
        rules
    }

    /// Adds a rule and returns its id.
    pub(crate) fn adds_rule(&self, kind: &str, value: &str) -> String {
        let added = self.does(
            "/settings/monitoring/rules",
            &json!({ "when": [{ "kind": kind, "value": value }], "confirmed": true }),
        );
        added.get("rule").and_then(Value::as_str).expect("a rule").to_owned()
    }
}

/// A visitor's chat.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) person: Person,
    pub(crate) chat: String,
}

impl Visit {
    pub(crate) fn says(&self, text: &str) -> i64 {
        let said = self.person.says(&format!("/chat/{}/say", self.chat), text);
        said.get("n").and_then(Value::as_i64).expect("a number")
    }

    pub(crate) fn socket(&self) -> Socket {
        self.person.socket(&format!("/chat/{}/socket", self.chat)).expect("their own chat")
    }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
