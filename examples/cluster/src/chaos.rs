//! A cluster on this machine, and everything that can happen to it, while people ask and read.
//!
//! In the end the logs, merged by `g`, go through one monitor, and everything that was read and acknowledged is held
//! against what that one says: by the same checks as in the simulation.

mod outages;
mod people;
mod record;
mod weather;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::check::{Course, check};
use crate::fault::wanted;
use crate::local::{Cluster, Part, http};
use crate::program::Failure;
use crate::store::JetStreamStore;

use people::People;
use record::{Archive, Notes};

/// How long anything may take that must come in the end.
const PATIENCE: Duration = Duration::from_secs(90);

/// After so long without anything new everybody has read everything.
const QUIET: Duration = Duration::from_secs(4);

/// How chaos is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChaosOptions {
    /// How long things go wrong, in seconds.
    pub seconds: u64,
    /// Which things: the same again for the same number.
    pub seed: u64,
    /// Into how many parts the chats are divided.
    pub shards: u16,
    /// The program `nats-server`.
    pub nats: PathBuf,
}

/// Makes chaos, and tells what came of it.
///
/// # Errors
///
/// [`Failure`] if a promise was broken, or if nothing could be tried.
pub async fn chaos(options: &ChaosOptions, say: fn(&str)) -> Result<(), Failure> {
    if let Some(fault) = wanted().map_err(Failure::Chaos)? {
        say(&format!("planted: {fault:?}\n"));
    }
    let folder = std::env::temp_dir().join(format!("cluster-chaos-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let done = run(options, &folder, say).await;
    match &done {
        Ok(()) => std::fs::remove_dir_all(&folder)?,
        Err(_) => say(&format!("what there is of it is in {}\n", folder.display())),
    }
    done
}

async fn run(options: &ChaosOptions, folder: &std::path::Path, say: fn(&str)) -> Result<(), Failure> {
    let key = crate::program::key(&folder.join("cluster.key"))?;
    let mut cluster = Cluster::start(&options.nats, folder, options.shards)?;
    say("three servers, three hosts, two gateways\n");
    let addresses = cluster.servers.addresses();
    drop(JetStreamStore::open(&addresses.clone().into(), "chaos", options.shards, Cluster::SERVERS).await?);
    ready(&cluster).await?;

    let begun = Instant::now();
    let notes = Arc::new(Notes::new());
    let (stop, stopped) = watch::channel(false);
    let archive = Arc::new(Archive::new(options.shards));
    let mut reading = JoinSet::new();
    for address in addresses {
        let store = JetStreamStore::connect(&vec![address].into(), "chaos").await?;
        reading.spawn(Arc::clone(&archive).read(store, stopped.clone()));
    }
    let mut people = People::begin(&cluster, &key, options.shards, &notes).await?;
    weather::weather(&mut cluster, options, &notes, begun, say).await?;

    people.stop_asking().await?;
    ready(&cluster).await?;
    let settled = async {
        while notes.quiet_for() < QUIET {
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(PATIENCE, settled).await.map_err(|_| Failure::Chaos("it never gets quiet".to_owned()))?;
    people.stop_reading();
    let _ = stop.send(true);
    while let Some(read) = reading.join_next().await {
        read.map_err(std::io::Error::other)?.map_err(Failure::Chaos)?;
    }
    let archive = archive.take();
    let figures = figures(&cluster).await;
    let records: usize = archive.values().map(Vec::len).sum();
    say(&notes.table(begun, records, &figures));

    let history = notes.history();
    notes.suffice().map_err(|what| Failure::Chaos(format!("nothing is shown by this: {what}")))?;
    let course =
        Course { shards: options.shards, archive: &archive, people: people.all(), history: &history, broken: None };
    check(&course).map_err(Failure::Chaos)?;
    say("lost: 0, twice: 0, after an acknowledged revocation: 0; everything read is what one monitor tells\n");
    Ok(())
}

/// Waits until every gateway may deliver everything.
async fn ready(cluster: &Cluster) -> Result<(), Failure> {
    let all = async {
        for (_, address) in cluster.states() {
            while timeout(QUIET, http::get(address, "/ready"))
                .await
                .ok()
                .flatten()
                .is_none_or(|(status, _)| status != 200)
            {
                sleep(Duration::from_millis(100)).await;
            }
        }
    };
    timeout(PATIENCE, all).await.map_err(|_| Failure::Chaos("it never gets ready".to_owned()))
}

/// The sums of some figures that hosts and gateways tell.
async fn figures(cluster: &Cluster) -> BTreeMap<&'static str, u64> {
    let names = ["gateway_stale_total", "gateway_gaps_total", "gateway_lost_total", "cluster_take_overs_total"];
    let mut sums: BTreeMap<&str, u64> = names.map(|name| (name, 0)).into();
    for (_, address) in cluster.states() {
        let Some((_, text)) = http::get(address, "/metrics").await else { continue };
        for line in text.lines() {
            let Some((name, value)) = line.rsplit_once(' ') else { continue };
            let name = name.split('{').next().unwrap_or_default();
            if let (Some(sum), Ok(value)) = (sums.get_mut(name), value.parse::<u64>()) {
                *sum += value;
            }
        }
    }
    sums
}
