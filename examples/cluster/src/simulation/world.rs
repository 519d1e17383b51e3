//! Hosts, gateways and people, and a network and a store between them that lose, repeat, reorder and delay.

mod network;
mod people;
mod vocabulary;
mod weather;

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::check::{Course, Happened};
use crate::gateway::Gateway;
use crate::message::{Place, ToGateway, ToOwner};
use crate::owner::{Input, RulesOwner, ShardOwner};
use crate::record::{Item, Person};
use crate::settings::{Settings, Time};
use crate::shard::{Log, Shard};
use crate::store::{Mark, Memory, Spare};

/// What happens next. A number that is too large counts from the beginning again, so that steps can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The oldest message or answer of those on their way arrives.
    Next,
    /// The newest one arrives before all others.
    Last,
    /// So many arrive, the oldest first.
    Rush(usize),
    /// Another one arrives before.
    Deliver(usize),
    /// A message is lost; an append lands and nobody hears of it, or does not land.
    Lose(usize),
    /// An append, if one is on its way, has no answer.
    LoseAppend(usize),
    /// A message arrives, and will arrive once more.
    Twice(usize),
    /// Time passes, in milliseconds.
    Pass(u64),
    /// The service asks for something through a gateway.
    Act(usize, usize),
    /// It asks again for what it has no answer to.
    AskAgain(usize, usize),
    /// A host ends.
    Crash(usize),
    /// It stands still.
    Pause(usize),
    /// It goes on, or begins anew.
    Wake(usize),
    /// It cannot renew its leases for a while.
    NoLease(usize),
    /// Somebody who owns a log is to give it away.
    Leave(usize),
    /// A gateway ends, and another begins.
    GatewayCrash(usize),
    /// It stands still.
    GatewayPause(usize),
    /// It goes on.
    GatewayWake(usize),
    /// All that is on its way to a gateway is lost.
    GatewayCut(usize),
    /// Somebody signs in at a gateway, with what they have seen.
    SignIn(usize, usize),
    /// Their socket breaks.
    Cut(usize),
    /// They read one thing.
    Read(usize),
}

#[derive(Clone, Debug)]
pub(super) enum Cargo {
    ToOwner(usize, Log, ToOwner),
    ToGateway(usize, ToGateway),
    /// Wishes to the store, with the host and the log of whoever has them.
    Append {
        host: usize,
        log: Log,
        ticket: u64,
        expected: u64,
        record: Vec<u8>,
    },
    Load {
        host: usize,
        log: Log,
        ticket: u64,
    },
    Save {
        host: usize,
        log: Log,
        mark: Mark,
        bytes: Vec<u8>,
    },
    Purge {
        log: Log,
        to: u64,
    },
    AskCovered {
        host: usize,
    },
    Release {
        host: usize,
        log: Log,
    },
    /// The spare copy of the rules goes on.
    Follow {
        host: usize,
    },
    /// What the store answers.
    Answer {
        host: usize,
        log: Log,
        input: Input,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Host {
    /// Which of those that ran there one after the other.
    pub(super) run: u32,
    pub(super) alive: bool,
    pub(super) awake: bool,
    deaf_until: Time,
    rules: RulesOwner,
    shards: Vec<ShardOwner>,
    /// The leases that it believes to have, and when it last asked for them.
    leases: BTreeMap<Log, Time>,
    /// Up to where its shards follow the rules.
    follows: BTreeMap<Log, u64>,
    /// Logs that it gave away, and until when it does not want them back.
    given: BTreeMap<Log, Time>,
    spare: Arc<Spare>,
    /// When that last went on.
    followed: Time,
}

#[derive(Clone, Debug)]
pub(super) struct Door {
    pub(super) gateway: Gateway,
    pub(super) awake: bool,
}

/// Somebody with a socket.
#[derive(Clone, Debug)]
pub(super) struct Somebody {
    pub(super) person: Person,
    /// The gateway and the socket.
    at: Option<(usize, u64)>,
    seen: BTreeMap<Shard, Place>,
}

/// A wish of the service.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) item: Item,
    /// The records and rules that were acknowledged when it was first asked.
    least: (u64, u64),
    /// The gateway that was asked, until that says that it does not know. Whoever asks two of them at once may be told
    /// that it was refused and yet find it done.
    door: Option<(usize, String)>,
}

/// How often something really happened.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) steps: u64,
    pub(super) lost: u64,
    pub(super) twice: u64,
    pub(super) overtaken: u64,
    pub(super) crashes: u64,
    pub(super) pauses: u64,
    pub(super) gateway_crashes: u64,
    pub(super) appends_unknown_landed: u64,
    pub(super) appends_unknown_lost: u64,
    pub(super) appends_refused: u64,
    pub(super) snapshots: u64,
    pub(super) purges: u64,
    pub(super) loaded_snapshots: u64,
    pub(super) loaded_spares: u64,
    pub(super) given: u64,
    pub(super) unfit: u64,
    pub(super) take_overs: u64,
    pub(super) resumed: u64,
    pub(super) done: u64,
    pub(super) refused: u64,
    pub(super) read: u64,
    pub(super) gaps: u64,
    pub(super) stale: u64,
    pub(super) not_to_be_had: u64,
    pub(super) revocations: u64,
}

impl Counts {
    /// What happens in the usual runs at least, with its name.
    pub(super) fn least(&self) -> [(&'static str, u64, u64); 20] {
        [
            ("a loss", self.lost, 100),
            ("a message that comes twice", self.twice, 40),
            ("a message that overtakes", self.overtaken, 2_000),
            ("a crash", self.crashes, 25),
            ("a pause", self.pauses, 40),
            ("a crash of a gateway", self.gateway_crashes, 15),
            ("an append without an answer that landed", self.appends_unknown_landed, 4),
            ("an append without an answer that did not land", self.appends_unknown_lost, 4),
            ("an append that was refused", self.appends_refused, 20),
            ("a snapshot", self.snapshots, 100),
            ("a purge", self.purges, 60),
            ("a take-over from a snapshot", self.loaded_snapshots, 60),
            ("a take-over with the spare rules", self.loaded_spares, 40),
            ("a log that is given away", self.given, 25),
            ("a resumed socket", self.resumed, 100),
            ("something done", self.done, 1_000),
            ("something read", self.read, 600),
            ("a gap", self.gaps, 30),
            ("something that is not to be had again", self.not_to_be_had, 3),
            ("a revocation", self.revocations, 80),
        ]
    }

    pub(super) fn add(&mut self, more: &Counts) {
        self.steps += more.steps;
        self.lost += more.lost;
        self.twice += more.twice;
        self.overtaken += more.overtaken;
        self.crashes += more.crashes;
        self.pauses += more.pauses;
        self.gateway_crashes += more.gateway_crashes;
        self.appends_unknown_landed += more.appends_unknown_landed;
        self.appends_unknown_lost += more.appends_unknown_lost;
        self.appends_refused += more.appends_refused;
        self.snapshots += more.snapshots;
        self.purges += more.purges;
        self.loaded_snapshots += more.loaded_snapshots;
        self.loaded_spares += more.loaded_spares;
        self.given += more.given;
        self.take_overs += more.take_overs;
        self.resumed += more.resumed;
        self.done += more.done;
        self.refused += more.refused;
        self.read += more.read;
        self.gaps += more.gaps;
        self.stale += more.stale;
        self.not_to_be_had += more.not_to_be_had;
        self.revocations += more.revocations;
    }
}

#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) settings: Settings,
    pub(super) now: Time,
    pub(super) memory: Memory,
    /// Every record that was ever added.
    pub(super) archive: BTreeMap<Log, Vec<Vec<u8>>>,
    pub(super) leases: BTreeMap<Log, (usize, Time)>,
    pub(super) hosts: Vec<Host>,
    pub(super) doors: Vec<Door>,
    pub(super) people: Vec<Somebody>,
    pub(super) net: Vec<Cargo>,
    pub(super) pending: BTreeMap<String, Pending>,
    pub(super) history: Vec<Happened>,
    acknowledged: BTreeMap<Log, u64>,
    pub(super) counts: Counts,
    /// How many records of a log were left to read when it was last read.
    pub(super) left: BTreeMap<Log, usize>,
    number: u64,
    acts: u64,
    pub(super) broken: Option<String>,
}

pub(super) const SHARDS: u16 = 2;

fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => unreachable!("the store in memory never waits"),
    }
}

impl World {
    /// What is to be checked.
    pub(super) fn course(&self) -> Course<'_> {
        Course {
            shards: self.settings.shards,
            archive: &self.archive,
            people: self.people.iter().map(|somebody| somebody.person.clone()).collect(),
            history: &self.history,
            broken: self.broken.as_deref(),
        }
    }

    pub(super) fn new(hosts: usize, gateways: usize, settings: Settings) -> Self {
        let mut world = World {
            now: 1,
            memory: Memory::default(),
            archive: BTreeMap::new(),
            leases: BTreeMap::new(),
            hosts: Vec::new(),
            doors: Vec::new(),
            people: Vec::new(),
            net: Vec::new(),
            pending: BTreeMap::new(),
            history: Vec::new(),
            acknowledged: BTreeMap::new(),
            counts: Counts::default(),
            left: BTreeMap::new(),
            number: 0,
            acts: 0,
            broken: None,
            settings,
        };
        world.hosts = (0..hosts).map(|host| world.host(host, 0)).collect();
        world.doors = (0..gateways).map(|_| world.door()).collect();
        let operator = |name: &str| Person::Operator(name.parse().expect("an id"));
        let visitor = |name: &str| Person::Visitor(name.parse().expect("an id"));
        let people = ["w0", "w1", "op0", "op1", "op2"].map(operator).into_iter().chain([visitor("c1")]);
        world.people = people.map(|person| Somebody { person, at: None, seen: BTreeMap::new() }).collect();
        world
    }

    fn host(&self, nth: usize, run: u32) -> Host {
        let name = format!("h{nth}.{run}");
        let shards = Shard::all(self.settings.shards);
        let owner = |shard| ShardOwner::new(Log::Shard(shard), name.clone(), self.settings.clone());
        Host {
            run,
            alive: true,
            awake: true,
            deaf_until: 0,
            rules: RulesOwner::new(Log::Rules, name.clone(), self.settings.clone()),
            shards: shards.map(owner).collect(),
            leases: BTreeMap::new(),
            follows: BTreeMap::new(),
            given: BTreeMap::new(),
            spare: Arc::new(Spare::new(self.settings.shards)),
            followed: 0,
        }
    }

    fn door(&mut self) -> Door {
        self.number += 1;
        Door { gateway: Gateway::new(format!("g{}", self.number), self.settings.clone()), awake: true }
    }

    /// Whether it can arrive now.
    fn can_arrive(&self, cargo: &Cargo) -> bool {
        match cargo {
            Cargo::ToOwner(host, ..) | Cargo::Answer { host, .. } => {
                self.hosts.get(*host).is_some_and(|host| host.awake)
            }
            Cargo::ToGateway(door, _) => self.doors.get(*door).is_some_and(|door| door.awake),
            Cargo::Append { .. }
            | Cargo::Load { .. }
            | Cargo::Save { .. }
            | Cargo::Purge { .. }
            | Cargo::AskCovered { .. }
            | Cargo::Follow { .. }
            | Cargo::Release { .. } => true,
        }
    }

    pub(super) fn arrivals(&self) -> Vec<usize> {
        self.net.iter().enumerate().filter(|(_, cargo)| self.can_arrive(cargo)).map(|(nth, _)| nth).collect()
    }

    fn pick(&self, nth: usize) -> Option<usize> {
        let arrivals = self.arrivals();
        arrivals.get(nth.checked_rem(arrivals.len())?).copied()
    }

    /// Does one step, and says in words what that was; none where nothing happened.
    pub(super) fn step(&mut self, step: Step) -> Option<String> {
        self.counts.steps += 1;
        match step {
            Step::Next => self.deliver(0),
            Step::Last => self.deliver(self.arrivals().len().checked_sub(1)?),
            Step::Rush(count) => {
                let said: Vec<String> = (0..count).map_while(|_| self.deliver(0)).collect();
                (!said.is_empty()).then(|| said.join("\n  "))
            }
            Step::Deliver(nth) => self.deliver(nth),
            Step::Lose(nth) => self.pick(nth).and_then(|nth| self.lose(nth)),
            Step::LoseAppend(nth) => {
                let appends = self.net.iter().enumerate().filter(|(_, cargo)| matches!(cargo, Cargo::Append { .. }));
                let appends: Vec<usize> = appends.map(|(nth, _)| nth).collect();
                let nth = *appends.get(nth.checked_rem(appends.len())?)?;
                self.lose(nth)
            }
            Step::Twice(nth) => self.twice(nth),
            Step::Pass(ms) => {
                self.pass(ms);
                Some(format!("{ms} ms pass: {}", self.now))
            }
            Step::Act(what, door) => self.act(what, door),
            Step::AskAgain(nth, door) => self.ask_again(nth, door),
            Step::Crash(nth) => self.crash(nth),
            Step::Pause(nth) => self.pause(nth),
            Step::Wake(nth) => self.wake(nth),
            Step::NoLease(nth) => self.no_lease(nth),
            Step::Leave(nth) => self.leave(nth),
            Step::GatewayCrash(nth) => self.gateway_crash(nth),
            Step::GatewayPause(nth) => self.gateway_sleep(nth, false),
            Step::GatewayWake(nth) => self.gateway_sleep(nth, true),
            Step::GatewayCut(nth) => self.gateway_cut(nth),
            Step::SignIn(who, door) => self.sign_in(who, door),
            Step::Cut(who) => self.cut(who),
            Step::Read(who) => self.read(who),
        }
    }
}

/// Everything heals, and whatever waits is done. False if that does not end.
impl World {
    pub(super) fn settle(&mut self) -> bool {
        (0..self.hosts.len()).for_each(|nth| {
            self.wake(nth);
        });
        (0..self.doors.len()).for_each(|nth| {
            self.gateway_sleep(nth, true);
        });
        let mut quiet = 0;
        for _ in 0..400 {
            while self.deliver(0).is_some() {}
            if self.broken.is_some() {
                return false;
            }
            for who in 0..self.people.len() {
                if self.people.get(who).is_some_and(|somebody| somebody.at.is_none()) {
                    self.sign_in(who, who);
                }
            }
            let mut read = false;
            for who in 0..self.people.len() {
                while self.read(who).is_some() {
                    read = true;
                }
            }
            (0..self.pending.len()).for_each(|nth| {
                self.ask_again(nth, nth);
            });
            let done = !read && self.pending.is_empty() && self.is_even();
            quiet = if done { quiet + 1 } else { 0 };
            if quiet > 15 {
                return true;
            }
            self.pass(100);
        }
        false
    }

    /// What is wrong if it never settles.
    pub(super) fn unsettled(&self) -> String {
        let doors: Vec<_> = self.doors.iter().map(|door| door.gateway.status()).collect();
        let owners = |host: &Host| {
            let shards = host.shards.iter().map(ShardOwner::status);
            std::iter::once(host.rules.status()).chain(shards).collect::<Vec<_>>()
        };
        let owners: Vec<_> = self.hosts.iter().map(owners).collect();
        format!("everything is answered in the end: {:?} is not: {doors:?} {owners:?}", self.pending.keys().next())
    }

    /// Whether every log has an owner, and every gateway may deliver and has heard of all rules. Without an owner, nobody
    /// who waits for a list can get it.
    fn is_even(&self) -> bool {
        let last = self.memory.last(Log::Rules);
        let owned = self.hosts.iter().any(|host| host.rules.status().serves)
            && (0..usize::from(SHARDS)).all(|nth| {
                self.hosts.iter().any(|host| host.shards.get(nth).is_some_and(|owner| owner.status().serves))
            });
        let even = |door: &Door| {
            let status = door.gateway.status();
            status.open && status.behind == 0 && status.passed == last
        };
        owned && self.doors.iter().all(even)
    }
}

impl Host {
    fn take_overs(&self, log: Log) -> u64 {
        match log {
            Log::Rules => self.rules.status().take_overs,
            Log::Shard(Shard(shard)) => {
                self.shards.get(usize::from(shard)).map_or(0, |owner| owner.status().take_overs)
            }
        }
    }
}
