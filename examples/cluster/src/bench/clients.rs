//! People who ask for one thing after the other, each at a web socket of their own.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chat_monitor::{Channel, Chat, Command, Criterion, Operator, Role, Rule};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::Samples;
use super::bed::Bed;
use crate::program::Failure;
use crate::record::{Item, Person};
use crate::token::Token;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is asked for before this is not counted.
const WARM_UP: Duration = Duration::from_secs(1);

/// How many wishes one socket may have without an answer.
const AT_ONCE: usize = 64;

/// How many people ask, and how long each rests after an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    clients: usize,
    rest: Duration,
}

impl Load {
    pub(super) const FEW: Load = Load { clients: 24, rest: Duration::from_millis(5) };
    pub(super) const MANY: Load = Load { clients: 400, rest: Duration::ZERO };
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.clients)?;
        if self.rest.is_zero() { Ok(()) } else { write!(f, ", who rest {} ms", self.rest.as_millis()) }
    }
}

/// What came of a load.
#[derive(Debug)]
pub(super) struct Measured {
    /// The median of the seconds.
    pub(super) a_second: usize,
    pub(super) commands: Samples,
    pub(super) revocations: Samples,
}

/// Operators with a chat of their own each, and a supervisor whose rule comes and goes.
#[derive(Debug)]
pub(super) struct People {
    operators: Vec<Client>,
    supervisor: Client,
}

impl People {
    /// Makes them, and signs them in.
    pub(super) async fn begin(bed: &Bed) -> Result<Self, Failure> {
        let doors: Vec<SocketAddr> = bed.doors().collect();
        let sign_in = async |person: Person, nth: usize| {
            let door = doors.get(nth % doors.len().max(1)).copied().ok_or_else(|| wrong("no gateway"))?;
            let token = Token { person, expires: u64::MAX }.signed(&bed.key);
            Client::sign_in(door, &token).await
        };
        let mut service = sign_in(Person::Service, 0).await?;
        let operator = |nth: usize| format!("op{nth}").parse().map_err(wrong);
        let (mut accounts, mut chats) = (Vec::new(), Vec::new());
        accounts
            .push(Command::SetOperator { id: "w".parse().map_err(wrong)?, operator: Operator::new(Role::Supervisor) });
        for nth in 0..Load::MANY.clients {
            accounts.push(Command::SetOperator { id: operator(nth)?, operator: Operator::new(Role::Associate) });
            let chat = Chat::new(format!("c{nth}").parse().map_err(wrong)?);
            chats.push(Command::StartChat(chat.attended_by(operator(nth)?)));
        }
        service.ask_all(accounts).await?;
        service.ask_all(chats).await?;
        let mut operators = Vec::new();
        for nth in 0..Load::MANY.clients {
            operators.push(sign_in(Person::Operator(operator(nth)?), nth).await?);
        }
        Ok(People { operators, supervisor: sign_in(Person::Operator("w".parse().map_err(wrong)?), 0).await? })
    }

    /// As many as that ask for so long.
    pub(super) async fn work(&mut self, load: Load, time: Duration) -> Result<Measured, Failure> {
        let from = Instant::now() + WARM_UP;
        let stop = Arc::new(AtomicBool::new(false));
        let rest = self.operators.split_off(load.clients.min(self.operators.len()));
        let mut talkers: Vec<JoinHandle<_>> = Vec::new();
        for (nth, client) in self.operators.drain(..).enumerate() {
            talkers.push(tokio::spawn(talk(client, nth, load.rest, Arc::clone(&stop))));
        }
        let watching = give_and_take(&mut self.supervisor, from + time);
        let revocations = counted(watching.await?, from, time);
        stop.store(true, Ordering::Relaxed);
        let mut commands = Vec::new();
        for talker in talkers {
            let (client, waits) = talker.await.map_err(wrong)??;
            self.operators.push(client);
            commands.extend(counted(waits, from, time));
        }
        self.operators.extend(rest);
        let mut seconds: Vec<usize> = vec![0; usize::try_from(time.as_secs()).unwrap_or_default()];
        for (at, _) in &commands {
            let second = usize::try_from(at.duration_since(from).as_secs()).unwrap_or_default();
            seconds.get_mut(second).into_iter().for_each(|count| *count += 1);
        }
        seconds.sort_unstable();
        let a_second = seconds.get(seconds.len() / 2).copied().unwrap_or_default();
        let waits = |all: Vec<Wait>| Samples(all.into_iter().map(|(_, wait)| wait).collect());
        Ok(Measured { a_second, commands: waits(commands), revocations: waits(revocations) })
    }
}

/// When it was answered, and after how long.
type Wait = (Instant, Duration);

fn counted(mut waits: Vec<Wait>, from: Instant, time: Duration) -> Vec<Wait> {
    waits.retain(|(at, _)| (from..from + time).contains(at));
    waits
}

/// Says one thing after the other in a chat.
async fn talk(
    mut client: Client,
    nth: usize,
    rest: Duration,
    stop: Arc<AtomicBool>,
) -> Result<(Client, Vec<Wait>), Failure> {
    let from = Person::Operator(format!("op{nth}").parse().map_err(wrong)?);
    let chat = format!("c{nth}").parse().map_err(wrong)?;
    let text = "Thank you, I see your order now.".to_owned();
    let item = json_of(&Item::Say { chat, channel: Channel::Public, from, text })?;
    let mut waits = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        waits.push(client.ask(&item).await?);
        if !rest.is_zero() {
            sleep(rest).await;
        }
    }
    Ok((client, waits))
}

/// Gives the supervisor a rule and takes it away. Says how long it took each time until that was in force.
async fn give_and_take(client: &mut Client, until: Instant) -> Result<Vec<Wait>, Failure> {
    let id = |text: &str| text.parse().map_err(wrong);
    let rule = Rule::new(id("r")?, "w".parse().map_err(wrong)?, Criterion::Operator("op0".parse().map_err(wrong)?));
    let remove = json_of(&Item::Do(Command::RemoveRule { rule: rule.id().clone() }))?;
    let add = json_of(&Item::Do(Command::AddRule(rule)))?;
    let mut waits = Vec::new();
    while Instant::now() < until {
        client.ask(&add).await?;
        waits.push(client.ask(&remove).await?);
    }
    Ok(waits)
}

fn json_of(item: &Item) -> Result<String, Failure> {
    serde_json::to_string(item).map_err(wrong)
}

fn wrong(why: impl ToString) -> Failure {
    Failure::Bench(why.to_string())
}

/// Somebody at a socket.
#[derive(Debug)]
struct Client {
    socket: WebSocketStream<TcpStream>,
    asked: u64,
}

/// What is of interest of an answer; other things that are read have no id.
#[derive(Debug, Deserialize)]
struct Answer {
    id: Option<String>,
    done: Option<IgnoredAny>,
}

impl Client {
    async fn sign_in(door: SocketAddr, token: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(door).await?;
        stream.set_nodelay(true)?;
        // A larger buffer would be cleared for every read.
        let config = WebSocketConfig::default().read_buffer_size(1024);
        let opened = client_async_with_config(format!("ws://{door}/socket"), stream, Some(config));
        let (mut socket, _) = opened.await.map_err(wrong)?;
        socket.send(Message::Text(json!({"token": token}).to_string().into())).await.map_err(wrong)?;
        Ok(Client { socket, asked: 0 })
    }

    /// Asks for something that must be accepted. When that was, and after how long.
    async fn ask(&mut self, item: &str) -> Result<Wait, Failure> {
        let begun = Instant::now();
        self.send(item).await?;
        timeout(PATIENCE, self.answer()).await.map_err(|_| wrong("a wish is not answered"))??;
        Ok((Instant::now(), begun.elapsed()))
    }

    async fn ask_all(&mut self, commands: Vec<Command>) -> Result<(), Failure> {
        for some in commands.chunks(AT_ONCE) {
            for command in some {
                self.send(&json_of(&Item::Do(command.clone()))?).await?;
            }
            for _ in some {
                timeout(PATIENCE, self.answer()).await.map_err(|_| wrong("a wish is not answered"))??;
            }
        }
        Ok(())
    }

    async fn send(&mut self, item: &str) -> Result<(), Failure> {
        self.asked += 1;
        let wish = format!(r#"{{"id":"{}","item":{item}}}"#, self.asked);
        self.socket.send(Message::Text(wish.into())).await.map_err(wrong)
    }

    /// The next answer. Everything else that comes is read and left.
    async fn answer(&mut self) -> Result<(), Failure> {
        loop {
            let message = self.socket.next().await.ok_or_else(|| wrong("a socket is closed"))?.map_err(wrong)?;
            let Message::Text(text) = message else { continue };
            match serde_json::from_str(&text).map_err(wrong)? {
                Answer { id: Some(_), done: Some(_) } => return Ok(()),
                Answer { id: Some(_), done: None } => return Err(wrong(format!("not done: {text}"))),
                Answer { id: None, .. } => {}
            }
        }
    }
}
