//! The owners that a process may become: it contends for the lease of every log.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use super::pace::Pace;
use super::placement::{Placement, Word};
use super::{Clock, Post, TICK, apart};
use crate::aside::aside;
use crate::owner::{Appended, Duty, Effect, Input, Owner, RulesDuty, ShardDuty, Snapshot, Status};
use crate::settings::{RENEW, RETRY, SNAPSHOT_LIMIT, STORE_LIMIT, Settings};
use crate::shard::Log;
use crate::snapshot::to_bytes;
use crate::store::{Address, Lease, Mark, Spare, Store, covered, load};

const LIMIT: Duration = Duration::from_millis(STORE_LIMIT);
/// How many renewals a host that a log is not for waits before it tries to have it all the same, if nobody has it; and for
/// how many it must be for another before it is given up.
const STRANGER: u32 = 10;
const SETTLED: u32 = 4;

const PAUSE: Duration = Duration::from_millis(RETRY);
const LONG: Duration = Duration::from_millis(SNAPSHOT_LIMIT);

/// How often the spare copy of the rules goes on.
const FOLLOW: Duration = Duration::from_secs(5);

/// What a process is of the logs' owners.
#[derive(Debug)]
pub struct Host {
    logs: Vec<(Log, Arc<Mutex<Status>>)>,
    stopping: watch::Sender<bool>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Host {
    /// Begins to contend for all logs.
    pub fn start<S: Store>(store: &Arc<S>, name: &str, settings: &Settings) -> Self {
        let (stopping, stopped) = watch::channel(false);
        let clock = Clock::start();
        let (mut logs, mut tasks) = (Vec::new(), Vec::new());
        let placement = Arc::new(Placement::new(name));
        tokio::spawn(meet(Arc::clone(store), Arc::clone(&placement), stopped.clone()));
        let spare = Arc::new(Spare::new(settings.shards));
        tokio::spawn(keep(Arc::clone(store), Arc::clone(&spare), clock, stopped.clone()));
        for log in Log::all(settings.shards) {
            let status = Arc::new(Mutex::new(Status::default()));
            logs.push((log, Arc::clone(&status)));
            let around = Around {
                store: Arc::clone(store),
                name: name.to_owned(),
                settings: settings.clone(),
                placement: Arc::clone(&placement),
                spare: Arc::clone(&spare),
                clock,
            };
            let stopped = stopped.clone();
            tasks.push(match log {
                Log::Rules => tokio::spawn(Seat::<S, RulesDuty>::run(around, log, status, stopped)),
                Log::Shard(_) => tokio::spawn(Seat::<S, ShardDuty>::run(around, log, status, stopped)),
            });
        }
        Host { logs, stopping, tasks: Mutex::new(tasks) }
    }

    /// How it stands with each log.
    pub fn status(&self) -> Vec<(Log, Status)> {
        let read = |status: &Arc<Mutex<Status>>| *status.lock().unwrap_or_else(PoisonError::into_inner);
        self.logs.iter().map(|(log, status)| (*log, read(status))).collect()
    }

    /// Gives up the leases, so that others need not wait.
    pub async fn stop(&self) {
        let _ = self.stopping.send(true);
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            let _ = task.await;
        }
    }
}

/// What all owners of a process share.
struct Around<S> {
    store: Arc<S>,
    name: String,
    settings: Settings,
    placement: Arc<Placement>,
    spare: Arc<Spare>,
    clock: Clock,
}

impl<S> Clone for Around<S> {
    fn clone(&self) -> Self {
        Around {
            store: Arc::clone(&self.store),
            name: self.name.clone(),
            settings: self.settings.clone(),
            placement: Arc::clone(&self.placement),
            spare: Arc::clone(&self.spare),
            clock: self.clock,
        }
    }
}

/// One owner and what it waits for.
struct Seat<S, D> {
    around: Around<S>,
    log: Log,
    owner: Owner<D>,
    post: Post,
    inputs: mpsc::UnboundedSender<Input>,
    /// Brings the records of the rules.
    follower: Option<JoinHandle<()>>,
    /// Brings messages, while it has the lease.
    listener: Option<JoinHandle<()>>,
    pace: Pace,
}

impl<S: Store, D: Duty + Send + 'static> Seat<S, D> {
    async fn run(around: Around<S>, log: Log, status: Arc<Mutex<Status>>, mut stopped: watch::Receiver<bool>) {
        let (inputs, mut coming) = mpsc::unbounded_channel();
        let released = Arc::new(Notify::new());
        let contender = tokio::spawn(contend(around.clone(), log, Arc::clone(&released), inputs.clone()));
        let owner = Owner::<D>::new(log, around.name.clone(), around.settings.clone());
        let post = Post::start(Arc::clone(&around.store));
        let mut seat = Seat { around, log, owner, post, inputs, follower: None, listener: None, pace: Pace::default() };
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stopping = false;
        loop {
            let rested = seat.pace.rested();
            let inputs = tokio::select! {
                Some(input) = coming.recv() => match seat.pace.come(Instant::now(), input) {
                    Some(input) => vec![input],
                    None => continue,
                },
                Some(()) = rested => seat.pace.take(),
                _ = ticks.tick() => vec![Input::Tick],
                _ = stopped.changed(), if !stopping => {
                    stopping = true;
                    vec![Input::Leave]
                }
            };
            let end = seat.hear(inputs);
            let now = seat.owner.status();
            seat.around.placement.owns(log, now.serves);
            *status.lock().unwrap_or_else(PoisonError::into_inner) = now;
            match end {
                None => {}
                Some(End::Released) if stopping => break,
                Some(End::Released) => released.notify_one(),
                Some(End::Broken) => {
                    contender.abort();
                    seat.around.store.release(log, &seat.around.name).await;
                }
            }
        }
        contender.abort();
        seat.hear(vec![Input::LeaseLost]);
        seat.around.store.release(log, &seat.around.name).await;
    }

    fn hear(&mut self, inputs: Vec<Input>) -> Option<End> {
        inputs.iter().for_each(|input| self.connect(input));
        let mut out = Vec::new();
        let now = self.around.clock.now();
        if inputs.iter().any(|input| matches!(input, Input::Loaded { .. })) {
            aside(|| self.owner.handle_all(now, inputs, &mut out));
        } else {
            self.owner.handle_all(now, inputs, &mut out);
        }
        // All of them are carried out.
        out.into_iter().filter_map(|effect| self.carry_out(effect)).last()
    }

    /// Listens for as long as it has the lease.
    fn connect(&mut self, input: &Input) {
        match input {
            Input::LeaseRenewed { .. } | Input::LeaseWon { .. } if self.listener.is_none() => {
                tracing::info!("{} has the lease of {}", self.around.name, self.log);
                let (store, inputs) = (Arc::clone(&self.around.store), self.inputs.clone());
                self.listener = Some(tokio::spawn(listen(store, self.log, inputs)));
            }
            Input::LeaseLost => {
                self.listener.take().into_iter().chain(self.follower.take()).for_each(|task| task.abort());
            }
            _ => {}
        }
    }

    fn carry_out(&mut self, effect: Effect) -> Option<End> {
        let (store, log, inputs) = (Arc::clone(&self.around.store), self.log, self.inputs.clone());
        // Where nobody hears an answer any more, the owner is gone.
        let answer = move |input| _ = inputs.send(input);
        match effect {
            Effect::Load { ticket } => {
                let (spare, now) = (Arc::clone(&self.around.spare), self.around.clock.now());
                spawn(async move {
                    let loaded = match timeout(LONG, load(&*store, log, &spare, now)).await {
                        Ok(Ok(loaded)) => Some(Box::new(loaded)),
                        Ok(Err(error)) => {
                            tracing::warn!("{log} cannot be read: {error}");
                            None
                        }
                        Err(_) => None,
                    };
                    answer(Input::Loaded { ticket, loaded });
                });
            }
            Effect::Follow { after } => {
                let follower = tokio::spawn(follow(store, after, self.inputs.clone()));
                if let Some(before) = self.follower.replace(follower) {
                    before.abort();
                }
            }
            Effect::Append { ticket, expected, record } => {
                self.pace.begin(Instant::now(), ticket);
                spawn(async move {
                    let appended = timeout(LIMIT, store.append(log, expected, record)).await;
                    answer(Input::Appended { ticket, appended: appended.unwrap_or(Appended::Unknown) });
                });
            }
            Effect::Tell { gateway, message } => {
                self.post.send(gateway.map_or(Address::Gateways, Address::Gateway), &message);
            }
            Effect::Save(snapshot) => spawn(async move {
                let Ok((mark, bytes)) = tokio::task::spawn_blocking(move || written(snapshot)).await else { return };
                match store.save(log, mark, bytes).await {
                    Ok(()) => answer(Input::Saved { p: mark.p }),
                    Err(error) => tracing::warn!("{log} cannot be saved: {error}"),
                }
            }),
            Effect::Purge { to } => spawn(async move {
                if let Err(error) = store.purge(log, to).await {
                    tracing::warn!("{log} cannot be purged: {error}");
                }
            }),
            Effect::AskCovered => {
                let shards = self.around.settings.shards;
                spawn(async move {
                    if let Ok(g) = covered(&*store, shards).await {
                        answer(Input::Covered { g });
                    }
                });
            }
            Effect::Release => {
                tracing::info!("{} gives {log} away", self.around.name);
                return Some(End::Released);
            }
            Effect::Stop(broken) => {
                tracing::error!("{} stops owning {log}: {broken}", self.around.name);
                return Some(End::Broken);
            }
        }
        None
    }
}

/// How an owner ends.
enum End {
    Released,
    Broken,
}

fn spawn(what: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(what);
}

fn written(snapshot: Snapshot) -> (Mark, Vec<u8>) {
    let (tail, bytes) = match &snapshot {
        Snapshot::Shard(snapshot) => (&snapshot.tail, to_bytes(&**snapshot)),
        Snapshot::Rules(snapshot) => (&snapshot.tail, to_bytes(&**snapshot)),
    };
    (Mark { p: tail.p, g: tail.g }, bytes)
}

async fn contend<S: Store>(around: Around<S>, log: Log, released: Arc<Notify>, inputs: mpsc::UnboundedSender<Input>) {
    let Around { store, name, placement, clock, .. } = around;
    let mut renewals = interval(Duration::from_millis(RENEW));
    renewals.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut held, mut leaves, mut elsewhere) = (false, false, 0);
    loop {
        tokio::select! {
            _ = renewals.tick() => {}
            () = released.notified() => {
                // Whoever it is for finds it free at once; what was asked for here is asked for there.
                (held, leaves, elsewhere) = (false, false, 1);
                store.release(log, &name).await;
                if inputs.send(Input::LeaseLost).is_err() {
                    return;
                }
                continue;
            }
        }
        elsewhere = if placement.is_for(log) { 0 } else { elsewhere + 1 };
        if held && !leaves && elsewhere >= SETTLED && placement.may_give() {
            leaves = true;
            if inputs.send(Input::Leave).is_err() {
                return;
            }
        }
        if !held && elsewhere % STRANGER != 0 {
            continue;
        }
        let sent = clock.now();
        let input = match timeout(LIMIT, store.lease(log, &name)).await {
            Ok(Ok(Lease::Renewed)) => Input::LeaseRenewed { sent },
            Ok(Ok(Lease::Won)) => Input::LeaseWon { sent },
            Ok(Ok(Lease::Taken)) => Input::LeaseLost,
            // Nobody knows: it is trusted for as long as the last one was.
            Ok(Err(_)) | Err(_) => continue,
        };
        held = !matches!(input, Input::LeaseLost);
        leaves &= held;
        if inputs.send(input).is_err() {
            return;
        }
    }
}

/// Keeps the spare copy of the rules current.
async fn keep<S: Store>(store: Arc<S>, spare: Arc<Spare>, clock: Clock, mut stopped: watch::Receiver<bool>) {
    loop {
        if let Ok(Err(error)) = timeout(LONG, spare.follow(&*store, clock.now())).await {
            tracing::warn!("the spare copy of the rules is not current: {error}");
        }
        tokio::select! {
            () = sleep(FOLLOW) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Tells the other hosts that this one lives, and hears of them.
async fn meet<S: Store>(store: Arc<S>, placement: Arc<Placement>, mut stopped: watch::Receiver<bool>) {
    let mut beats = interval(Duration::from_millis(RENEW));
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let say = async |stays: bool| {
        // Nothing in a word fails to be written.
        let word = serde_json::to_vec(&placement.word(stays)).unwrap_or_default();
        store.send(Address::Hosts, word).await;
    };
    loop {
        let Ok(mut words) = store.listen(Address::Hosts).await else {
            sleep(PAUSE).await;
            continue;
        };
        loop {
            tokio::select! {
                word = words.recv() => match word {
                    // What this version cannot read is not for it.
                    Some(word) => _ = serde_json::from_slice::<Word>(&word).map(|word| placement.hear(word)),
                    None => break,
                },
                _ = beats.tick() => say(true).await,
                _ = stopped.changed() => return say(false).await,
            }
        }
    }
}

async fn listen<S: Store>(store: Arc<S>, log: Log, inputs: mpsc::UnboundedSender<Input>) {
    loop {
        if let Ok(mut messages) = store.listen(Address::Owner(log)).await {
            while let Some(bytes) = messages.recv().await {
                // What this version cannot read, it cannot answer.
                if inputs.send(Input::Messages(apart(&bytes).collect())).is_err() {
                    return;
                }
            }
        }
        sleep(PAUSE).await;
    }
}

async fn follow<S: Store>(store: Arc<S>, mut after: u64, inputs: mpsc::UnboundedSender<Input>) {
    loop {
        match store.read(Log::Rules, after).await {
            Ok(records) if records.is_empty() => store.grown(after).await,
            Ok(records) => {
                for (p, record) in records {
                    after = p;
                    if inputs.send(Input::Rules { p, record }).is_err() {
                        return;
                    }
                }
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
}
