//! How long a log has nobody when there are very many rules: a host is killed, comes back, and takes its part again,
//! while everything else goes on.

mod load;
mod probe;

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::Command;
use tokio::time::{sleep, timeout};

use crate::local::{Process, Servers, free_ports, http};
use crate::program::Failure;
use crate::record::Person;
use crate::shard::{Log, Shard};
use crate::store::{JetStreamStore, Store};
use crate::token::Token;

use probe::Probe;

/// How long anything may take that must come in the end.
const PATIENCE: Duration = Duration::from_secs(300);

/// How long it is looked at what goes on when nothing happens.
const QUIET: Duration = Duration::from_secs(10);

/// How often it is looked whether something has come.
const LOOK: Duration = Duration::from_millis(100);

/// A snapshot after so many records, so that the rules are saved meanwhile.
const RECORDS: u64 = 400;

/// What is to be measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakeoverOptions {
    /// How many rules there are.
    pub rules: usize,
    /// How many operators.
    pub operators: usize,
    /// Into how many parts the chats are divided.
    pub shards: u16,
    /// How many servers there are, with everything on each.
    pub replicas: usize,
    /// The program `nats-server`.
    pub nats: PathBuf,
}

/// Measures, and prints a table.
///
/// # Errors
///
/// [`Failure`] if nothing could be measured.
pub async fn takeover(options: &TakeoverOptions, say: fn(&str)) -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("cluster-takeover-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let done = run(options, &folder, say).await;
    std::fs::remove_dir_all(&folder)?;
    done
}

fn wrong(why: impl ToString) -> Failure {
    Failure::Chaos(why.to_string())
}

/// A host or the gateway.
struct Member {
    address: SocketAddr,
    process: Process,
}

/// How members are started.
struct Members<'a> {
    options: &'a TakeoverOptions,
    folder: &'a Path,
    servers: String,
}

impl Members<'_> {
    fn start(&self, role: &str, name: &str, more: &[&str]) -> Result<Member, Failure> {
        let port = free_ports(1)?.first().copied().unwrap_or_default();
        let log = File::options().append(true).create(true).open(self.folder.join(format!("{name}.log")))?;
        let shards = self.options.shards.to_string();
        let mut command = Command::new(std::env::current_exe()?);
        command.args([role, "--name", name, "--servers", &self.servers, "--port", &port.to_string()]);
        command.args(["--shards", &shards]).args(more).current_dir(self.folder).stdout(Stdio::null()).stderr(log);
        Ok(Member { address: ([127, 0, 0, 1], port).into(), process: Process::start(&mut command)? })
    }

    fn host(&self, name: &str) -> Result<Member, Failure> {
        let (replicas, records) = (self.options.replicas.to_string(), RECORDS.to_string());
        self.start("host", name, &["--replicas", &replicas, "--snapshot-records", &records])
    }
}

async fn run(options: &TakeoverOptions, folder: &Path, say: fn(&str)) -> Result<(), Failure> {
    let key = crate::program::key(&folder.join("cluster.key"))?;
    let servers = Servers::start(&options.nats, folder, options.replicas, "")?;
    let store = JetStreamStore::open(&servers.addresses().into(), "takeover", options.shards, options.replicas).await?;
    let loaded = load::load(&store, options).await?;
    say(&loaded.told(options));
    let members = Members { options, folder, servers: servers.addresses().join(",") };
    let begun = Instant::now();
    let (mut first, mut second) = (members.host("one")?, members.host("two")?);
    let gateway = members.start("gateway", "gateway", &[])?;
    until(async || http::get(gateway.address, "/ready").await.is_some_and(|(status, _)| status == 200)).await?;
    say(&format!("two hosts and a gateway are ready after {}\n\n", seconds(begun.elapsed())));
    let token = Token { person: Person::Service, expires: u64::MAX }.signed(&key);
    let probe = |log| Probe::begin(log, gateway.address, &token, options.shards);
    let probes: Vec<Probe> = Log::all(options.shards).map(probe).collect::<Result<_, _>>()?;
    answered(&probes, Instant::now()).await?;
    // Each has its part by now.
    sleep(QUIET).await;
    say("| what | longest wait of a wish, log by log | memory of each host, now and at most |\n|---|---|---|\n");
    let report = |what: &str, then: Instant, of: &dyn Fn(Log) -> bool, hosts: &[&Member]| {
        let waits = probes.iter().filter(|probe| of(probe.log)).map(|probe| seconds(probe.longest_since(then)));
        let memory = hosts.iter().map(|host| memory(host.process.id()));
        let (waits, memory): (Vec<String>, Vec<String>) = (waits.collect(), memory.collect());
        say(&format!("| {what} | {} | {} |\n", waits.join(", "), memory.join("; ")));
    };

    let then = Instant::now();
    sleep(QUIET).await;
    report("nothing happens", then, &|_| true, &[&first, &second]);

    let (before, then) = (newest(&store).await?, Instant::now());
    until(async || newest(&store).await.is_ok_and(|now| now > before)).await?;
    sleep(Duration::from_secs(1)).await;
    report("the rules are saved meanwhile", then, &|_| true, &[&first, &second]);

    if serves(&second).await.len() > serves(&first).await.len() {
        std::mem::swap(&mut first, &mut second);
    }
    let owned = serves(&first).await;
    let then = Instant::now();
    first.process.kill().await;
    answered(&probes, then).await?;
    answered(&probes, Instant::now()).await?;
    report(&format!("the owner of {} is killed", names(&owned)), then, &|log| owned.contains(&log), &[&second]);
    report("the other logs meanwhile", then, &|log| !owned.contains(&log), &[&second]);

    sleep(QUIET).await;
    let then = Instant::now();
    let third = members.host("three")?;
    let (mut taken, mut since) = (Vec::new(), then);
    while since.elapsed() < 3 * QUIET {
        let now = serves(&third).await;
        if now != taken {
            (taken, since) = (now, Instant::now());
        }
        sleep(LOOK).await;
    }
    report(&format!("a new host takes {}", names(&taken)), then, &|log| taken.contains(&log), &[&second, &third]);
    report("the other logs meanwhile", then, &|log| !taken.contains(&log), &[&second, &third]);
    Ok(())
}

async fn until(done: impl AsyncFn() -> bool) -> Result<(), Failure> {
    let all = async {
        while !done().await {
            sleep(LOOK).await;
        }
    };
    timeout(PATIENCE, all).await.map_err(|_| wrong("it takes too long"))
}

/// Each of them has asked for something after `then`, and has the answer.
async fn answered(probes: &[Probe], then: Instant) -> Result<(), Failure> {
    until(async || probes.iter().all(|probe| probe.has_answer_since(then))).await
}

/// Up to where the rules are saved.
async fn newest(store: &JetStreamStore) -> Result<u64, Failure> {
    Ok(store.marks(Log::Rules).await?.last().map_or(0, |mark| mark.p))
}

/// The logs that a host owns.
async fn serves(host: &Member) -> Vec<Log> {
    let Some((_, text)) = http::get(host.address, "/metrics").await else { return Vec::new() };
    let log = |name: &str| match name {
        "rules" => Some(Log::Rules),
        number => number.parse().ok().map(|number| Log::Shard(Shard(number))),
    };
    let line = |line: &str| log(line.strip_prefix("cluster_serves{log=\"")?.strip_suffix("\"} 1")?);
    text.lines().filter_map(line).collect()
}

fn names(logs: &[Log]) -> String {
    let names: Vec<String> = logs.iter().map(Log::to_string).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

/// What a process takes, now and at most.
fn memory(process: Option<u32>) -> String {
    let status = process.and_then(|id| std::fs::read_to_string(format!("/proc/{id}/status")).ok()).unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes: Option<u64> = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        kilobytes.map_or("?".to_owned(), |kilobytes| format!("{} MB", kilobytes / 1_000))
    };
    format!("{}, {}", of("VmRSS"), of("VmHWM"))
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}
