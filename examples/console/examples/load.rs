//! How many visitors one console holds: each says something once a second, a tenth of the chats is watched, and what is
//! measured is the time from sending to the watcher's screen.
//!
//! ```text
//! cargo run --release -p console --example load -- VISITORS [SECONDS]
//! ```
//!
//! The console runs in a process of its own, on the file system of the temporary folder; this program, which plays
//! visitors and watchers over HTTP and web sockets, shares the machine with it.

use std::collections::HashMap;
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// When which text was sent.
type Sent = Arc<Mutex<HashMap<String, Instant>>>;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let visitors: usize = arguments.next().and_then(|text| text.parse().ok()).ok_or("expected a number of visitors")?;
    let seconds: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(20);
    let folder = std::env::temp_dir().join(format!("console-load-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    // The example lies in `examples` beside the program.
    let program = std::env::current_exe()?.parent().and_then(|here| here.parent()).map(|here| here.join("console"));
    let mut console = std::process::Command::new(program.ok_or("expected the console beside this program")?)
        .args(["--port", "0", "--no-dialogues", "--db"])
        .arg(folder.join("load.db"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(console.stdout.take().ok_or("no output")?));
    let mut address = None;
    let mut passwords = HashMap::new();
    while passwords.len() < 6 {
        let line = lines.next().ok_or("the console did not start")??;
        if let Some((_, found)) = line.split_once("http://") {
            address = Some(found.parse::<SocketAddr>()?);
        }
        let mut words = line.split_whitespace().map(str::to_owned);
        if let (true, Some(operator), Some(password)) = (line.starts_with("  "), words.next(), words.next()) {
            passwords.insert(operator, password);
        }
    }
    let address = address.ok_or("the console said no address")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let measured = runtime.block_on(load(address, &passwords, visitors, Duration::from_secs(seconds)));
    console.kill()?;
    console.wait()?;
    std::fs::remove_dir_all(&folder)?;
    measured
}

async fn load(
    address: SocketAddr,
    passwords: &HashMap<String, String>,
    visitors: usize,
    length: Duration,
) -> Outcome<()> {
    // A tenth of the visitors sit in the network that the supervisor watches.
    let hana = sign_in(address, passwords, "hana").await?;
    // The watched chats need an associate; all who can share the picking up, each at the rate that they are allowed.
    let mut operators = Vec::new();
    for operator in ["ken", "aya", "rin", "aoi", "sora"] {
        operators.push(sign_in(address, passwords, operator).await?);
    }
    let rule = r#"{"when":[{"kind":"visitor_ip","value":"127.1.0.0/16"}]}"#;
    let origin = format!("http://{address}");
    Connection::open(address, None).await?.post("/settings/monitoring/rules", &hana, &origin, rule).await?;
    Connection::open(address, None)
        .await?
        .post("/settings/monitoring/rules/hana-1/delete", &hana, &origin, "{}")
        .await?;
    let mut people = Vec::new();
    let mut operator = Connection::open(address, None).await?;
    for n in 0..visitors {
        let [high, low] = u16::try_from(n)?.to_be_bytes();
        let network = if n % 10 == 0 { 1 } else { 2 };
        let from = Ipv4Addr::new(127, network, high, low);
        let mut connection = Connection::open(address, Some(from)).await?;
        let answer = connection.form("/visit", &origin, "name=load").await?;
        let chat = answer.location.ok_or("no chat")?;
        let cookie = answer.cookie.ok_or("no cookie")?;
        let id = chat.trim_start_matches("/chat/").to_owned();
        let picked = format!("/desk/{id}/pick-up");
        let who = if n % 10 == 0 { n / 10 % 3 } else { n % operators.len() };
        let attends = operators.get(who).ok_or("no operator")?;
        while operator.post(&picked, attends, &origin, "{}").await? == 429 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // A visitor's page has its socket open.
        let mut page = Socket::open(address, Some(from), &format!("{chat}/socket"), &cookie, &origin).await?;
        tokio::spawn(async move { while page.text().await.is_ok() {} });
        people.push((from, cookie, chat, n));
    }
    let sent: Sent = Arc::default();
    let times: Arc<Mutex<Vec<Duration>>> = Arc::default();
    let mut screen = Socket::open(address, None, "/monitored/socket", &hana, &origin).await?;
    let (known, measured) = (sent.clone(), times.clone());
    tokio::spawn(async move {
        while let Ok(text) = screen.text().await {
            let now = Instant::now();
            let said = serde_json::from_str::<Value>(&text).ok();
            let said = said.as_ref().and_then(|news| news.pointer("/entry/text")?.as_str().map(str::to_owned));
            let began = said.and_then(|said| known.lock().ok()?.remove(&said));
            if let (Some(began), Ok(mut measured)) = (began, measured.lock()) {
                measured.push(now - began);
            }
        }
    });
    let began = Instant::now();
    let mut talking = Vec::new();
    for (from, cookie, chat, n) in people {
        let (sent, origin) = (sent.clone(), origin.clone());
        talking.push(tokio::spawn(async move {
            let mut acknowledged = 0usize;
            // The one that began the chat has rested too long by now.
            let Ok(mut connection) = Connection::open(address, Some(from)).await else { return 0 };
            let path = format!("{chat}/say");
            let offset = Duration::from_micros(u64::try_from(n * 7919 % 1000).unwrap_or(0) * 1000);
            let mut next = began + offset;
            while next < began + length {
                tokio::time::sleep_until(next.into()).await;
                let text = format!("{n} {acknowledged} and some words, as visitors write them");
                if n % 10 == 0 {
                    if let Ok(mut sent) = sent.lock() {
                        sent.insert(text.clone(), Instant::now());
                    }
                }
                let body = format!(r#"{{"text":"{text}"}}"#);
                if connection.post(&path, &cookie, &origin, &body).await.ok() == Some(200) {
                    acknowledged += 1;
                }
                next += Duration::from_secs(1);
            }
            acknowledged
        }));
    }
    let mut acknowledged = 0;
    for talk in talking {
        acknowledged += talk.await?;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut times = times.lock().map_err(|_| "a task panicked")?.clone();
    times.sort_unstable();
    let at = |percent: usize| times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)));
    let lost = sent.lock().map_err(|_| "a task panicked")?.len();
    println!(
        "{visitors} visitors, {acknowledged} messages in {length:?}; {} seen by the watcher, {lost} not; \
         median {:.1?}, 99th percentile {:.1?}, slowest {:.1?}",
        times.len(),
        at(50).copied().unwrap_or_default(),
        at(99).copied().unwrap_or_default(),
        times.last().copied().unwrap_or_default(),
    );
    Ok(())
}

async fn sign_in(address: SocketAddr, passwords: &HashMap<String, String>, operator: &str) -> Outcome<String> {
    let password = passwords.get(operator).ok_or("no such operator")?;
    let form = format!("operator={operator}&password={password}");
    let answer = Connection::open(address, None).await?.form("/sign-in", &format!("http://{address}"), &form).await?;
    answer.cookie.ok_or_else(|| "not signed in".into())
}

/// A connection that is kept, as a browser does.
struct Connection {
    stream: BufReader<TcpStream>,
}

struct Answer {
    status: u16,
    cookie: Option<String>,
    location: Option<String>,
}

impl Connection {
    async fn open(address: SocketAddr, from: Option<Ipv4Addr>) -> Outcome<Self> {
        let socket = TcpSocket::new_v4()?;
        if let Some(from) = from {
            socket.bind((from, 0).into())?;
        }
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream: BufReader::new(stream) })
    }

    async fn form(&mut self, path: &str, origin: &str, form: &str) -> Outcome<Answer> {
        self.ask(path, "", origin, "application/x-www-form-urlencoded", form).await
    }

    async fn post(&mut self, path: &str, cookie: &str, origin: &str, body: &str) -> Outcome<u16> {
        Ok(self.ask(path, cookie, origin, "application/json", body).await?.status)
    }

    async fn ask(&mut self, path: &str, cookie: &str, origin: &str, kind: &str, body: &str) -> Outcome<Answer> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: load\r\nOrigin: {origin}\r\nCookie: {cookie}\r\nContent-Type: {kind}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).await?;
        let head = read_head(&mut self.stream).await?;
        let mut body = vec![0; head.length];
        self.stream.read_exact(&mut body).await?;
        Ok(head.answer)
    }
}

struct Head {
    answer: Answer,
    length: usize,
}

async fn read_head(stream: &mut BufReader<TcpStream>) -> Outcome<Head> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("no status line")?;
    let mut head = Head { answer: Answer { status, cookie: None, location: None }, length: 0 };
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 || line.trim().is_empty() {
            return Ok(head);
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match &*name.to_ascii_lowercase() {
            "content-length" => head.length = value.parse()?,
            "set-cookie" => head.answer.cookie = value.split(';').next().map(str::to_owned),
            "location" => head.answer.location = Some(value.to_owned()),
            _ => {}
        }
    }
}

/// A web socket that is only read, but for the answers to pings.
struct Socket {
    stream: BufReader<TcpStream>,
}

impl Socket {
    async fn open(
        address: SocketAddr,
        from: Option<Ipv4Addr>,
        path: &str,
        cookie: &str,
        origin: &str,
    ) -> Outcome<Self> {
        let mut stream = Connection::open(address, from).await?.stream;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: load\r\nOrigin: {origin}\r\nCookie: {cookie}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.get_mut().write_all(request.as_bytes()).await?;
        let status = read_head(&mut stream).await?.answer.status;
        if status == 101 { Ok(Socket { stream }) } else { Err(format!("{path}: {status}").into()) }
    }

    async fn text(&mut self) -> Outcome<String> {
        loop {
            let kind = self.stream.read_u8().await?;
            let length = match self.stream.read_u8().await? & 0x7f {
                126 => u64::from(self.stream.read_u16().await?),
                127 => self.stream.read_u64().await?,
                short => u64::from(short),
            };
            let mut payload = vec![0; usize::try_from(length)?];
            self.stream.read_exact(&mut payload).await?;
            match kind & 0x0f {
                1 => return Ok(String::from_utf8(payload)?),
                8 => return Err("closed".into()),
                // A pong, as browsers send it; the pings are empty.
                9 => self.stream.get_mut().write_all(&[0x8a, 0x80, 0, 0, 0, 0]).await?,
                _ => {}
            }
        }
    }
}
