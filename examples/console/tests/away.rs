//! Whoever was away, or goes away: nothing goes on as if it were live.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::support::{Database, Server};

#[test]
fn signing_out_ends_every_socket_of_the_session_at_once() {
    let server = Server::start();
    let hana = server.sign_in("hana");
    let mut pages: Vec<_> =
        ["/monitored/socket", "/desk/socket", "/session/socket"].map(|path| hana.socket(path).unwrap()).into();
    let elsewhere = server.sign_in("hana");
    assert_eq!(hana.post("/sign-out", &json!({})).status, 303);
    for page in &mut pages {
        page.wait_for("signed_out");
        assert_eq!(page.close_code(), Some(1008));
    }
    assert_eq!(hana.socket("/session/socket").unwrap_err(), 401);
    assert!(elsewhere.socket("/session/socket").is_ok());
}

#[test]
fn a_socket_whose_other_end_answers_no_pings_is_closed() {
    let server = Server::start_with(Database::new(), |options| options.limits.ping = Duration::from_millis(50));
    let visit = server.visit("Mika", "");
    // This one never answers.
    let mut page = visit.socket();
    page.wait_for("snapshot");
    page.wait_for("alive");
    let began = std::time::Instant::now();
    assert_eq!(page.close_code(), None);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[test]
fn whoever_listens_for_other_machines_is_warned() {
    let said = |arguments: &[&str]| {
        let database = Database::new();
        let mut child = Command::new(env!("CARGO_BIN_EXE_console"))
            .args(["--port", "0", "--no-dialogues", "--no-demonstration", "--db"])
            .arg(&database.0)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Said after it listens, or never.
        let stderr = std::io::BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in std::io::BufRead::lines(stderr).map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut said = String::new();
        while let Ok(line) = lines.recv_timeout(Duration::from_secs(if said.is_empty() { 20 } else { 1 })) {
            said += &line;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        said
    };
    for address in ["0.0.0.0", "::"] {
        let warning = said(&["--address", address]);
        assert!(warning.contains("--origin must say where browsers see this server"), "{warning}");
        assert!(warning.contains("Nothing is encrypted") && warning.contains("--remove-demonstration"), "{warning}");
    }
    for quiet in [&["--address", "127.0.0.1"][..], &["--address", "0.0.0.0", "--origin", "https://chat.example.com"]] {
        let said = said(quiet);
        assert!(!said.is_empty() && !said.contains("--origin"), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn a_service_manager_stops_it_in_order() {
    let server = Server::start();
    let (visit, (database, _)) = (server.visit("Mika", ""), server.into_rest());
    let mut child = Command::new(env!("CARGO_BIN_EXE_console"))
        .args(["--port", "0", "--no-dialogues", "--db"])
        .arg(&database.0)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let address = lines.next().unwrap().unwrap().split("http://").nth(1).unwrap().parse().unwrap();
    let person = crate::support::Person { address, ..visit.person };
    let mut page = person.socket(&format!("/chat/{}/socket", visit.chat)).unwrap();
    page.wait_for("snapshot");
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(page.close_code(), Some(1001));
    assert!(child.wait().unwrap().success());
}
