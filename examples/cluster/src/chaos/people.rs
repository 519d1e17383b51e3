//! People: some ask, and some read.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_monitor::{Channel, Chat, Command, Criterion, Operator, OperatorId, Role, Rule};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::record::Notes;
use super::{Cluster, PATIENCE};
use crate::check::Happened;
use crate::gateway::{Out, Paper};
use crate::local::http;
use crate::message::Place;
use crate::program::Failure;
use crate::record::{Item, Person};
use crate::shard::{Log, Shard};
use crate::token::Token;

/// How many have chats and talk.
const TALKERS: usize = 8;

/// How many operators there are, and watchers, whose rights come and go.
const OPERATORS: usize = 4;
const WATCHERS: usize = 2;

/// How long talkers rest after an answer.
const REST: Duration = Duration::from_millis(20);

/// How long a socket may be silent until its reader tries another gateway: there is always something to read. Every other
/// reader waits for longer than a gateway is waited for, and so hears what it says when it goes on.
const SILENCE: Duration = Duration::from_secs(4);
const LONG_SILENCE: Duration = Duration::from_secs(12);

/// What was written to a socket before an acknowledgement was is there to be read by then.
const ARRIVED: Duration = Duration::from_millis(5);

/// Those who ask and those who read.
#[derive(Debug)]
pub(super) struct People {
    readers: Vec<(Person, JoinHandle<()>)>,
    askers: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

/// Somebody who asks as the host's own service.
#[derive(Clone, Debug)]
pub(crate) struct Asker {
    doors: Vec<SocketAddr>,
    token: String,
    notes: Arc<Notes>,
    shards: u16,
    door: usize,
}

impl People {
    pub(super) async fn begin(cluster: &Cluster, key: &[u8], shards: u16, notes: &Arc<Notes>) -> Result<Self, Failure> {
        let doors: Vec<SocketAddr> = (0..Cluster::GATEWAYS).filter_map(|nth| cluster.gateway(nth)).collect();
        let token = |person: Person| Token { person, expires: u64::MAX }.signed(key);
        let (stop, stopped) = watch::channel(false);
        let asker = |door| Asker::new(&doors, token(Person::Service), notes, shards, door);
        let mut first = asker(0);
        for (kind, role, count) in [("op", Role::Associate, OPERATORS), ("w", Role::Supervisor, WATCHERS)] {
            for nth in 0..count {
                let operator_set = Operator::new(role.clone());
                let set = Item::Do(Command::SetOperator { id: operator(kind, nth)?, operator: operator_set });
                let id = format!("first-{kind}{nth}");
                timeout(PATIENCE, first.ask(&id, &set, false)).await.map_err(|_| wrong("nobody answers"))?;
            }
        }
        let mut readers = Vec::new();
        for (kind, count) in [("w", WATCHERS), ("op", OPERATORS)] {
            for nth in 0..count {
                let person = Person::Operator(operator(kind, nth)?);
                let reader = Reader::new(readers.len(), &doors, token(person.clone()), notes);
                readers.push((person, tokio::spawn(reader.read(nth))));
            }
        }
        let mut askers = Vec::new();
        for nth in 0..TALKERS {
            askers.push(tokio::spawn(talk(asker(nth), nth, operator("op", nth % OPERATORS)?, stopped.clone())));
        }
        for nth in 0..WATCHERS {
            let (watcher, watched) = (operator("w", nth)?, operator("op", nth)?);
            askers.push(tokio::spawn(give_and_take(asker(nth), watcher, watched, stopped.clone())));
        }
        Ok(People { readers, askers, stop })
    }

    pub(super) fn all(&self) -> Vec<Person> {
        self.readers.iter().map(|(person, _)| person.clone()).collect()
    }

    /// Everything that was asked for is answered.
    pub(super) async fn stop_asking(&mut self) -> Result<(), Failure> {
        let _ = self.stop.send(true);
        for asker in self.askers.drain(..) {
            timeout(PATIENCE, asker).await.map_err(|_| wrong("a wish is never answered"))?.map_err(wrong)?;
        }
        Ok(())
    }

    pub(super) fn stop_reading(&self) {
        self.readers.iter().for_each(|(_, reader)| reader.abort());
    }
}

fn wrong(why: impl ToString) -> Failure {
    Failure::Chaos(why.to_string())
}

fn operator(kind: &str, nth: usize) -> Result<OperatorId, Failure> {
    format!("{kind}{nth}").parse().map_err(wrong)
}

impl Asker {
    /// Begins at this door.
    pub(crate) fn new(doors: &[SocketAddr], token: String, notes: &Arc<Notes>, shards: u16, door: usize) -> Self {
        Asker { doors: doors.to_vec(), token, notes: Arc::clone(notes), shards, door }
    }

    /// Asks until there is an answer: again at the same gateway for as long as that lives, under the same id.
    pub(crate) async fn ask(&mut self, id: &str, item: &Item, revocation: bool) -> bool {
        let (begun, log) = (Instant::now(), item.log(self.shards));
        let body = json!({"id": id, "item": item}).to_string();
        self.notes.asked(id, begun);
        loop {
            let door = self.doors.get(self.door % self.doors.len()).copied();
            let Some(door) = door else { return false };
            let answer = http::ask(door, &self.token, &body).await;
            let answer = answer.and_then(|(status, body)| Some((status, serde_json::from_str::<Value>(&body).ok()?)));
            let whole = Person::Service.wish(id);
            match answer {
                Some((200, answer)) => {
                    let p = answer.pointer("/done/p").and_then(Value::as_u64).unwrap_or_default();
                    self.notes.answered(id, begun, log, revocation);
                    self.notes.note(Happened::Done { id: whole, log, p });
                    if log == Log::Rules {
                        self.notes.in_force.send_if_modified(|g| p > std::mem::replace(g, p.max(*g)));
                    }
                    return true;
                }
                Some((409, _)) => {
                    self.notes.answered(id, begun, log, revocation);
                    self.notes.note(Happened::Refused { id: whole, item: item.clone(), at: None, least: (0, 0) });
                    return false;
                }
                Some(_) => {}
                // It is gone, and with it the wish.
                None => self.door += 1,
            }
            sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Has one chat after the other.
async fn talk(mut asker: Asker, nth: usize, operator: OperatorId, stopped: watch::Receiver<bool>) {
    for turn in 0.. {
        let Ok(chat) = format!("c{nth}-{}", turn / 8).parse() else { return };
        let item = match turn % 8 {
            0 => Item::Do(Command::StartChat(Chat::new(chat).attended_by(operator.clone()))),
            7 => Item::Do(Command::EndChat { chat }),
            // It is there already: refused.
            3 if nth == 0 => Item::Do(Command::StartChat(Chat::new(chat))),
            _ => Item::Say { chat, channel: Channel::Public, from: Person::Service, text: turn.to_string() },
        };
        asker.ask(&format!("t{nth}-{turn}"), &item, false).await;
        if *stopped.borrow() {
            return;
        }
        sleep(REST).await;
    }
}

/// Gives a watcher a right, and takes it back.
async fn give_and_take(mut asker: Asker, watcher: OperatorId, watched: OperatorId, stopped: watch::Receiver<bool>) {
    for turn in 0.. {
        let Ok(rule) = format!("{watcher}-{turn}").parse() else { return };
        let add = Rule::new(rule, watcher.clone(), Criterion::Operator(watched.clone()));
        let set = |role| Item::Do(Command::SetOperator { id: watcher.clone(), operator: Operator::new(role) });
        asker.ask(&format!("{watcher}-add-{turn}"), &Item::Do(Command::AddRule(add.clone())), false).await;
        sleep(3 * REST).await;
        // By its rule, or by the role.
        if turn % 3 == 2 {
            asker.ask(&format!("{watcher}-down-{turn}"), &set(Role::Associate), true).await;
            sleep(2 * REST).await;
            asker.ask(&format!("{watcher}-up-{turn}"), &set(Role::Supervisor), false).await;
        }
        let remove = Command::RemoveRule { rule: add.id().clone() };
        asker.ask(&format!("{watcher}-remove-{turn}"), &Item::Do(remove), true).await;
        if *stopped.borrow() {
            return;
        }
        sleep(REST).await;
    }
}

/// Somebody who reads.
#[derive(Debug)]
pub(crate) struct Reader {
    who: usize,
    doors: Vec<SocketAddr>,
    token: String,
    notes: Arc<Notes>,
    silence: Duration,
    seen: BTreeMap<Shard, Place>,
    in_force: u64,
}

impl Reader {
    /// What they read is noted under a number.
    pub(crate) fn new(who: usize, doors: &[SocketAddr], token: String, notes: &Arc<Notes>) -> Self {
        let (doors, notes) = (doors.to_vec(), Arc::clone(notes));
        let silence = if who.is_multiple_of(2) { SILENCE } else { LONG_SILENCE };
        Reader { who, doors, token, notes, silence, seen: BTreeMap::new(), in_force: 0 }
    }

    pub(crate) async fn read(mut self, first: usize) {
        for turn in first.. {
            let door = self.doors.get(turn % self.doors.len().max(1)).copied();
            if let Some(socket) = timeout(SILENCE, self.sign_in(door)).await.ok().flatten() {
                self.read_all(socket).await;
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    async fn sign_in(&self, door: Option<SocketAddr>) -> Option<WebSocketStream<TcpStream>> {
        let door = door?;
        let stream = TcpStream::connect(door).await.ok()?;
        let (mut socket, _) = client_async(format!("ws://{door}/socket"), stream).await.ok()?;
        let seen = serde_json::to_value(&self.seen).ok()?;
        let first = json!({"token": self.token, "seen": seen}).to_string();
        socket.send(Message::Text(first.into())).await.ok()?;
        self.notes.signed_in();
        if self.seen.is_empty() {
            self.notes.note(Happened::Begun { who: self.who });
        }
        Some(socket)
    }

    /// Until the socket breaks, or nothing comes.
    async fn read_all(&mut self, mut socket: WebSocketStream<TcpStream>) {
        let mut in_force = self.notes.in_force.subscribe();
        loop {
            tokio::select! {
                biased;
                message = timeout(self.silence, socket.next()) => match message {
                    Ok(Some(Ok(Message::Text(text)))) => self.hear(&text),
                    Ok(Some(Ok(_))) => {}
                    Ok(Some(Err(_)) | None) | Err(_) => return,
                },
                // What was on its way when it was acknowledged is read first.
                Ok(()) = in_force.changed() => {
                    let g = *in_force.borrow_and_update();
                    let arrived = sleep(ARRIVED);
                    let mut arrived = std::pin::pin!(arrived);
                    loop {
                        tokio::select! {
                            () = &mut arrived => break,
                            message = socket.next() => match message {
                                Some(Ok(Message::Text(text))) => self.hear(&text),
                                Some(Ok(_)) => {}
                                Some(Err(_)) | None => return,
                            },
                        }
                    }
                    self.in_force = g;
                }
            }
        }
    }

    fn hear(&mut self, text: &str) {
        // What is no paper is about the socket.
        let Ok(out) = serde_json::from_str::<Out>(text) else { return };
        let seen = self.seen.entry(out.shard).or_default();
        // A list says where it begins; what was told only leads on.
        *seen = if matches!(out.paper, Paper::Chats { .. }) { out.at } else { out.at.max(*seen) };
        self.notes.note(Happened::Read { who: self.who, out, in_force: self.in_force });
    }
}
