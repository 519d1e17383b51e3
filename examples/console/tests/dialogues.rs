//! `--replay`: what it plays, and what it refuses before anything is made.

use std::fs;
use std::path::PathBuf;

use console::{Console, Failure, Options, Play};

use crate::support::{Database, Server};

/// A file of dialogues that is removed in the end.
struct Dialogues(PathBuf);

impl Dialogues {
    fn new(name: &str, contents: impl AsRef<[u8]>) -> Dialogues {
        let path = std::env::temp_dir().join(format!("console-test-{}-{name}.jsonl", std::process::id()));
        fs::write(&path, contents).unwrap();
        Dialogues(path)
    }
}

impl Drop for Dialogues {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// What the console says of a file, after which it has made nothing.
fn refusal(name: &str, contents: impl AsRef<[u8]>) -> String {
    let (file, database) = (Dialogues::new(name, contents), Database::new());
    let play = Play::File(file.0.clone());
    let options = Options { port: 0, database: database.0.clone(), play, ..Options::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let Err(Failure::Dialogues(why)) = runtime.block_on(Console::start(options)) else { panic!("expected a refusal") };
    assert!(!database.0.exists(), "{name}");
    why.replace(&file.0.display().to_string(), "FILE")
}

#[test]
fn a_file_in_which_a_line_is_no_dialogue_is_refused_and_nothing_is_made() {
    let good = r#"{"id": "d1", "utterances": [{"speaker": "operator_1", "t": 0, "text": "Hello"}]}"#;
    let with = |speaker: &str, t: &str| {
        format!(r#"{{"id": "d2", "utterances": [{{"speaker": "{speaker}", "t": {t}, "text": "secret"}}]}}"#)
    };
    for (n, (line, expected)) in [
        (with("agent", "0"), "utterance 1: expected `speaker` to be"),
        (with("operator_x", "0"), "utterance 1: expected `speaker` to be"),
        (with("customer_1", "\"yesterday\""), "utterance 1: expected `t` in seconds"),
        (with("customer_1", "-1"), "utterance 1: expected `t` in seconds"),
        (with("customer_1", "0").replace("d2\",", "d2\", \"email\": \"mika\","), "`email`: expected an email address"),
        (with("customer_1", "0").replace("d2\",", "d2\", \"ip\": \"192.0.2\","), "expected an IP address as `ip`"),
        (with("customer_1", "0").replace("\"d2\"", "2"), "expected a dialogue with an `id`"),
        ("[".into(), "expected a JSON object, byte 1 is wrong"),
        ("\"d2\"".into(), "expected a dialogue with an `id`"),
    ]
    .into_iter()
    .enumerate()
    {
        let why = refusal(&format!("bad{n}"), format!("{good}\n\n{line}\r\n{good}\n{line}"));
        let lines: Vec<&str> = why.lines().collect();
        let [third, fifth] = *lines else { panic!("expected two lines: {why}") };
        assert!(third.starts_with(&format!("FILE:3: {expected}")), "{why}");
        assert!(fifth.starts_with("FILE:5: ") && !why.contains("secret"), "{why}");
    }
    assert_eq!(refusal("empty", "\n \n"), "FILE: expected at least one dialogue");
    assert_eq!(refusal("bytes", b"\xFF\n"), "FILE:1: expected UTF-8");
    let many = refusal("many", "{}\n".repeat(100));
    assert!(many.lines().count() == 21 && many.ends_with("FILE: and 80 lines more"), "{many}");
}

#[test]
fn a_dialogue_is_played_with_its_times_by_the_calendar() {
    let file = Dialogues::new(
        "calendar",
        "\u{FEFF}{\"id\": \"d1\", \"visitor\": \"Mika\", \"ip\": \"192.0.2.7\", \"utterances\": [\
         {\"speaker\": \"visitor\", \"t\": \"2026-01-31T09:00:00+09:00\", \"text\": \"Hello\"}, \
         {\"speaker\": \"operator\", \"t\": \"2026-01-31T00:00:30Z\", \"text\": \"Good morning\"}]}\r\n",
    );
    let server = Server::start_with(Database::new(), |options| {
        options.play = Play::File(file.0.clone());
        options.speed = 100.0;
    });
    let mut list = server.sign_in("hana").socket("/monitored/socket").unwrap();
    let line = list.wait_for("line")["line"].clone();
    assert_eq!((&line["visitor"]["name"], &line["visitor"]["ip"]), (&"Mika".into(), &"192.0.2.7".into()));
}
