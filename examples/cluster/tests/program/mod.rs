//! The program in a folder of its own, and what its users do.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// More than anything takes, however busy the machine is.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// A folder that is removed in the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("cluster-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.0.join("cluster.db")
    }

    pub(crate) async fn token(&self, person: &str) -> String {
        let program = env!("CARGO_BIN_EXE_cluster");
        let made = Command::new(program).args(["token", person]).current_dir(&self.0).output().await.unwrap();
        assert!(made.status.success());
        String::from_utf8(made.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
}

impl Program {
    /// Starts it, and waits until it is ready.
    pub(crate) async fn start(folder: &Folder) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_cluster"))
            .args(["--port", "0"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self::ready(child).await
    }

    /// Waits until one that was started is ready.
    pub(crate) async fn ready(mut child: Child) -> Self {
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = timeout(LONG, lines.next_line()).await.unwrap().unwrap().unwrap();
        let address = line.split("http://").nth(1).unwrap().parse().unwrap();
        let program = Program { child, address };
        let begun = Instant::now();
        while program.get("/ready").await.is_none_or(|(status, _)| status != 200) {
            assert!(begun.elapsed() < LONG, "it never gets ready");
            sleep(Duration::from_millis(20)).await;
        }
        program
    }

    pub(crate) async fn get(&self, path: &str) -> Option<(u16, String)> {
        exchange(self.address, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await
    }

    /// None where there is no answer.
    pub(crate) async fn ask(&self, token: &str, id: &str, item: &Value) -> Option<(u16, Value)> {
        ask(self.address, token, id, item).await
    }

    /// Asks for a command, which must be done.
    pub(crate) async fn done(&self, token: &str, id: &str, command: Value) {
        let (status, answer) = self.ask(token, id, &json!({"do": command})).await.unwrap();
        assert_eq!(status, 200, "{answer}");
    }

    pub(crate) async fn sign_in(&self, token: &str, seen: &Value) -> Reader {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut socket, _) = client_async(format!("ws://{}/socket", self.address), stream).await.unwrap();
        let first = json!({"token": token, "seen": seen}).to_string();
        socket.send(Message::Text(first.into())).await.unwrap();
        Reader(socket)
    }
}

pub(crate) async fn ask(address: SocketAddr, token: &str, id: &str, item: &Value) -> Option<(u16, Value)> {
    let body = json!({"id": id, "item": item}).to_string();
    let head = format!(
        "POST /ask HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let (status, answer) = exchange(address, &(head + &body)).await?;
    Some((status, serde_json::from_str(&answer).ok()?))
}

async fn exchange(address: SocketAddr, request: &str) -> Option<(u16, String)> {
    let talk = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
    };
    timeout(LONG, talk).await.unwrap()
}

pub(crate) struct Reader(WebSocketStream<TcpStream>);

impl Reader {
    pub(crate) async fn send(&mut self, value: &Value) {
        self.0.send(Message::Text(value.to_string().into())).await.unwrap();
    }

    /// The next thing that is no ping.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            let message = timeout(LONG, self.0.next()).await.expect("something comes").unwrap().unwrap();
            if let Message::Text(text) = message {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// The next thing in which `found` finds something.
    pub(crate) async fn find(&mut self, found: impl Fn(&Value) -> bool) -> (Value, Vec<Value>) {
        let mut before = Vec::new();
        loop {
            let next = self.next().await;
            if found(&next) {
                return (next, before);
            }
            before.push(next);
        }
    }
}
