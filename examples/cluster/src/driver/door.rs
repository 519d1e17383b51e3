//! A gateway and the sockets that it holds.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indexmap::IndexMap;
use tokio::sync::{Notify, oneshot, watch};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::{Clock, Post, TICK, apart};
use crate::gateway::{Gateway, GatewayEffect, GatewayInput, GatewayStatus, Out};
use crate::message::{Answer, Place};
use crate::record::{Item, Person};
use crate::settings::{RETRY, Settings};
use crate::shard::Shard;
use crate::store::{Address, Store};

/// A gateway that runs.
#[derive(Clone, Debug)]
pub struct Door(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    state: Mutex<State>,
    /// Into how many shards the owners divide the chats, if that is not what the gateway was told.
    unfit: watch::Sender<Option<u16>>,
    clock: Clock,
    post: Post,
}

#[derive(Debug)]
struct State {
    gateway: Gateway,
    /// Those that are open.
    sockets: HashMap<u64, Line>,
    last_socket: u64,
    /// Who waits for the answer to an id.
    waiting: HashMap<String, Vec<Waiter>>,
}

#[derive(Debug)]
struct Line {
    /// Says that there is something to read, or that the socket is closed.
    bell: Arc<Notify>,
    answers: VecDeque<(String, Option<Answer>)>,
}

/// Who waits for an answer.
#[derive(Debug)]
enum Waiter {
    Request(oneshot::Sender<Option<Answer>>),
    /// Somebody at a socket, under this id of their own.
    Socket(u64, String),
}

/// What somebody hears at a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Something for them.
    Out(Out),
    /// What became of a wish.
    Answer {
        /// Its id, as they made it up.
        id: String,
        /// None where nobody knows: it may be asked again.
        answer: Option<Answer>,
    },
}

impl Door {
    /// Begins to serve under a name that no other gateway ever had.
    pub fn start<S: Store>(store: &Arc<S>, name: &str, settings: &Settings) -> Self {
        let gateway = Gateway::new(name, settings.clone());
        let state = State { gateway, sockets: HashMap::new(), last_socket: 0, waiting: HashMap::new() };
        let post = Post::start(Arc::clone(store));
        let (state, unfit) = (Mutex::new(state), watch::Sender::new(None));
        let door = Door(Arc::new(Inside { state, unfit, clock: Clock::start(), post }));
        for address in [Address::Gateways, Address::Gateway(name.to_owned())] {
            tokio::spawn(hear(Arc::clone(store), address, door.clone()));
        }
        tokio::spawn(tick(door.clone()));
        door
    }

    /// What people may know.
    pub fn status(&self) -> GatewayStatus {
        self.state().gateway.status()
    }

    /// Waits until it is known that the owners divide the chats otherwise, and says into how many shards.
    pub async fn unfit(&self) -> u16 {
        let mut unfit = self.0.unfit.subscribe();
        let found = unfit.wait_for(Option::is_some).await.ok().and_then(|found| *found);
        match found {
            Some(shards) => shards,
            // It is never known.
            None => std::future::pending().await,
        }
    }

    /// Asks for something, and waits for what becomes of it. None where nobody knows: it may be asked again. The id is made
    /// up by whoever asks; others may use the same.
    pub async fn ask(&self, id: &str, by: Person, g: u64, item: Item) -> Option<Answer> {
        let (sender, answer) = oneshot::channel();
        self.want(by.wish(id), by, g, item, Waiter::Request(sender));
        answer.await.ok().flatten()
    }

    /// A socket for somebody who has seen so much.
    pub fn sign_in(&self, person: Person, seen: BTreeMap<Shard, Place>) -> Socket {
        let bell = Arc::new(Notify::new());
        let number = {
            let mut state = self.state();
            state.last_socket += 1;
            let number = state.last_socket;
            state.sockets.insert(number, Line { bell: Arc::clone(&bell), answers: VecDeque::new() });
            number
        };
        self.handle([GatewayInput::SignIn { person: person.clone(), socket: number, seen }]);
        Socket { door: self.clone(), person, number, bell }
    }

    fn want(&self, id: String, by: Person, g: u64, item: Item, waiter: Waiter) {
        self.state().waiting.entry(id.clone()).or_default().push(waiter);
        self.handle([GatewayInput::Ask { id, by, g, item }]);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hears what has come together, and then tells each socket once that there is something to read.
    fn handle(&self, inputs: impl IntoIterator<Item = GatewayInput>) {
        // In the order in which they are ready: whoever is in a chat before its watchers.
        let (mut out, mut bells) = (Vec::new(), IndexMap::new());
        let mut state = self.state();
        let now = self.0.clock.now();
        inputs.into_iter().for_each(|input| state.gateway.handle(now, input, &mut out));
        out.into_iter().for_each(|effect| self.carry_out(&mut state, effect, &mut bells));
        drop(state);
        bells.values().for_each(|bell: &Arc<Notify>| bell.notify_one());
    }

    fn carry_out(&self, state: &mut State, effect: GatewayEffect, bells: &mut IndexMap<u64, Arc<Notify>>) {
        let mut ring = |socket, line: &Line| _ = bells.insert(socket, Arc::clone(&line.bell));
        match effect {
            GatewayEffect::Tell { log, message } => self.0.post.send(Address::Owner(log), &message),
            GatewayEffect::Ready { socket } => {
                state.sockets.get(&socket).into_iter().for_each(|line| ring(socket, line));
            }
            GatewayEffect::Close { socket } => {
                state.sockets.remove(&socket).into_iter().for_each(|line| ring(socket, &line));
            }
            GatewayEffect::Unfit { shards } => _ = self.0.unfit.send_replace(Some(shards)),
            GatewayEffect::Answer { id, answer } => {
                for waiter in state.waiting.remove(&id).into_iter().flatten() {
                    match waiter {
                        // Whoever does not wait any more asks again.
                        Waiter::Request(sender) => _ = sender.send(answer.clone()),
                        Waiter::Socket(socket, id) => {
                            if let Some(line) = state.sockets.get_mut(&socket) {
                                line.answers.push_back((id, answer.clone()));
                                ring(socket, line);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A socket of somebody. Dropped, it is closed.
#[derive(Debug)]
pub struct Socket {
    door: Door,
    person: Person,
    number: u64,
    bell: Arc<Notify>,
}

impl Socket {
    /// Asks for something, under an id that they made up. What becomes of it is [heard](Self::next).
    pub fn ask(&self, id: String, g: u64, item: Item) {
        let waiter = Waiter::Socket(self.number, id.clone());
        self.door.want(self.person.wish(&id), self.person.clone(), g, item, waiter);
    }

    /// Waits for the next thing; none when the socket is to be closed.
    pub async fn next(&self) -> Option<Heard> {
        loop {
            if let Some(out) = self.take()? {
                return Some(Heard::Out(out));
            }
            if let Some(answer) = self.answer() {
                return Some(answer);
            }
            self.bell.notified().await;
        }
    }

    fn take(&self) -> Option<Option<Out>> {
        let mut state = self.door.state();
        let now = self.door.0.clock.now();
        state.sockets.contains_key(&self.number).then(|| state.gateway.take(now, self.number))
    }

    /// What became of a wish, if that is known by now.
    pub fn answer(&self) -> Option<Heard> {
        let (id, answer) = self.door.state().sockets.get_mut(&self.number)?.answers.pop_front()?;
        Some(Heard::Answer { id, answer })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.door.state().sockets.remove(&self.number);
        self.door.handle([GatewayInput::SignOut { socket: self.number }]);
    }
}

async fn hear<S: Store>(store: Arc<S>, address: Address, door: Door) {
    loop {
        if let Ok(mut messages) = store.listen(address.clone()).await {
            while let Some(bytes) = messages.recv().await {
                // What this version cannot read, it cannot pass on.
                let messages: Vec<_> = apart(&bytes).map(GatewayInput::Message).collect();
                door.handle(messages);
            }
        }
        sleep(Duration::from_millis(RETRY)).await;
    }
}

async fn tick(door: Door) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        door.handle([GatewayInput::Tick]);
    }
}
