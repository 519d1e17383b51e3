//! A cluster on this machine, and everything that can happen to it, while people ask and read.
//!
//! In the end the logs, merged by `g`, go through one monitor, and everything that was read and acknowledged is held
//! against what that one says: by the same checks as in the simulation.

mod evidence;
mod outages;
mod people;
mod record;
mod weather;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::timeout;

use crate::fault::wanted;
use crate::local::{Cluster, Part, http};
use crate::program::Failure;

use people::People;

pub(crate) use evidence::Evidence;
pub(crate) use people::{Asker, Reader};
pub(crate) use record::Notes;

/// How long anything may take that must come in the end.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// How long a process may take to say how it is.
const SOON: Duration = Duration::from_secs(4);

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
    /// Whether each process is to have a network namespace of its own.
    pub apart: bool,
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
    let start = if options.apart { Cluster::start_apart } else { Cluster::start };
    let mut cluster = start(&options.nats, folder, options.shards)?;
    say("three servers, three hosts, two gateways\n");
    let evidence = Evidence::begin(&cluster, options.shards).await?;
    let (begun, notes) = (Instant::now(), Arc::clone(evidence.notes()));
    let mut people = People::begin(&cluster, &key, options.shards, &notes).await?;
    weather::weather(&mut cluster, options, &notes, begun, say).await?;

    healthy(&cluster).await?;
    people.stop_asking().await?;
    let evidence = evidence.close(&cluster, || people.stop_reading()).await?;
    say(&notes.table(begun, evidence.records(), &figures(&cluster).await));
    notes.suffice().map_err(|what| Failure::Chaos(format!("nothing is shown by this: {what}")))?;
    evidence.check(people.all())?;
    say("lost: 0, twice: 0, after an acknowledged revocation: 0; everything read is what one monitor tells\n");
    Ok(())
}

/// Whether no host found a log broken: then what is asked for there is never answered.
async fn healthy(cluster: &Cluster) -> Result<(), Failure> {
    for (name, address) in cluster.states() {
        if let Some((500, _)) = timeout(SOON, http::get(address, "/health")).await.ok().flatten() {
            return Err(Failure::Chaos(format!("no owner stops for good: {name} says that a log is broken")));
        }
    }
    Ok(())
}

/// The sums of some figures that hosts and gateways tell.
async fn figures(cluster: &Cluster) -> BTreeMap<&'static str, u64> {
    let mut sums = BTreeMap::new();
    for name in ["gateway_stale_total", "gateway_gaps_total", "gateway_lost_total", "cluster_take_overs_total"] {
        for (_, address) in cluster.states() {
            *sums.entry(name).or_default() += http::figure(address, name).await;
        }
    }
    sums
}
