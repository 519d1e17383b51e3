//! A gateway and the sockets that it holds.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

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
    sockets: HashMap<u64, Arc<Bell>>,
    last_socket: u64,
    /// Who waits for the answer to an id.
    waiting: HashMap<String, Vec<oneshot::Sender<Option<Answer>>>>,
}

/// Says that there is something to read.
#[derive(Debug, Default)]
struct Bell {
    rings: Notify,
    closed: AtomicBool,
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

    /// Asks for something, and waits for what becomes of it. None where nobody knows: it may be asked again.
    pub async fn ask(&self, id: String, by: Person, g: u64, item: Item) -> Option<Answer> {
        let (sender, answer) = oneshot::channel();
        self.state().waiting.entry(id.clone()).or_default().push(sender);
        self.handle(GatewayInput::Ask { id, by, g, item });
        answer.await.ok().flatten()
    }

    /// A socket for somebody who has seen so much.
    pub fn sign_in(&self, person: Person, seen: BTreeMap<Shard, Place>) -> Socket {
        let bell = Arc::new(Bell::default());
        let number = {
            let mut state = self.state();
            state.last_socket += 1;
            let number = state.last_socket;
            state.sockets.insert(number, Arc::clone(&bell));
            number
        };
        self.handle(GatewayInput::SignIn { person, socket: number, seen });
        Socket { door: self.clone(), number, bell }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, input: GatewayInput) {
        let mut out = Vec::new();
        let mut state = self.state();
        state.gateway.handle(self.0.clock.now(), input, &mut out);
        for effect in out {
            match effect {
                GatewayEffect::Tell { log, message } => self.0.post.send(Address::Owner(log), &message),
                GatewayEffect::Ready { socket } => {
                    if let Some(bell) = state.sockets.get(&socket) {
                        bell.rings.notify_one();
                    }
                }
                GatewayEffect::Close { socket } => {
                    if let Some(bell) = state.sockets.remove(&socket) {
                        bell.closed.store(true, Ordering::Release);
                        bell.rings.notify_one();
                    }
                }
                GatewayEffect::Unfit { shards } => _ = self.0.unfit.send_replace(Some(shards)),
                GatewayEffect::Answer { id, answer } => {
                    let waiting = state.waiting.remove(&id).into_iter().flatten();
                    // Whoever does not wait any more asks again.
                    waiting.for_each(|sender| _ = sender.send(answer.clone()));
                }
            }
        }
    }
}

/// A socket of somebody. Dropped, it is closed.
#[derive(Debug)]
pub struct Socket {
    door: Door,
    number: u64,
    bell: Arc<Bell>,
}

impl Socket {
    /// The next thing for them; none when the socket is to be closed.
    pub async fn next(&self) -> Option<Out> {
        loop {
            if self.bell.closed.load(Ordering::Acquire) {
                return None;
            }
            let now = self.door.0.clock.now();
            if let Some(out) = self.door.state().gateway.take(now, self.number) {
                return Some(out);
            }
            self.bell.rings.notified().await;
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.door.state().sockets.remove(&self.number);
        self.door.handle(GatewayInput::SignOut { socket: self.number });
    }
}

async fn hear<S: Store>(store: Arc<S>, address: Address, door: Door) {
    loop {
        if let Ok(mut messages) = store.listen(address.clone()).await {
            while let Some(bytes) = messages.recv().await {
                // What this version cannot read, it cannot pass on.
                apart(&bytes).for_each(|message| door.handle(GatewayInput::Message(message)));
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
        door.handle(GatewayInput::Tick);
    }
}
