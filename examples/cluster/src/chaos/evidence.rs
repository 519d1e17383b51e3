//! What is noted of a cluster while people use it, and held against its logs in the end.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::PATIENCE;
use super::record::{Archive, Notes};
use crate::check::{Course, check};
use crate::local::{Cluster, http};
use crate::program::Failure;
use crate::record::Person;
use crate::shard::Log;
use crate::store::JetStreamStore;

/// After so long without anything new everybody has read everything.
const QUIET: Duration = Duration::from_secs(4);

/// What is being noted.
#[derive(Debug)]
pub(crate) struct Evidence {
    shards: u16,
    notes: Arc<Notes>,
    archive: Arc<Archive>,
    reading: JoinSet<Result<(), String>>,
    stop: watch::Sender<bool>,
}

/// All of it, when everything has settled.
#[derive(Debug)]
pub(crate) struct Closed {
    shards: u16,
    notes: Arc<Notes>,
    archive: BTreeMap<Log, Vec<Vec<u8>>>,
}

impl Evidence {
    /// Begins when the cluster is ready.
    pub(crate) async fn begin(cluster: &Cluster, shards: u16) -> Result<Self, Failure> {
        let addresses = cluster.servers.addresses();
        drop(JetStreamStore::open(&addresses.clone().into(), "chaos", shards, Cluster::SERVERS).await?);
        ready(cluster).await?;
        let (stop, stopped) = watch::channel(false);
        let archive = Arc::new(Archive::new(shards));
        let mut reading = JoinSet::new();
        for address in addresses {
            let store = Arc::new(JetStreamStore::connect(&vec![address].into(), "chaos").await?);
            for log in Log::all(shards) {
                reading.spawn(Arc::clone(&archive).read(Arc::clone(&store), log, stopped.clone()));
            }
        }
        Ok(Evidence { shards, notes: Arc::new(Notes::new()), archive, reading, stop })
    }

    pub(crate) fn notes(&self) -> &Arc<Notes> {
        &self.notes
    }

    /// Waits, when everything that was asked for is answered, until everybody has read everything.
    pub(crate) async fn close(mut self, cluster: &Cluster, stop_reading: impl FnOnce()) -> Result<Closed, Failure> {
        ready(cluster).await?;
        let settled = async {
            while self.notes.quiet_for() < QUIET {
                sleep(Duration::from_millis(100)).await;
            }
        };
        timeout(PATIENCE, settled).await.map_err(|_| Failure::Chaos("it never gets quiet".to_owned()))?;
        stop_reading();
        let _ = self.stop.send(true);
        while let Some(read) = self.reading.join_next().await {
            read.map_err(io::Error::other)?.map_err(Failure::Chaos)?;
        }
        Ok(Closed { shards: self.shards, notes: self.notes, archive: self.archive.take() })
    }
}

impl Closed {
    pub(crate) fn records(&self) -> usize {
        self.archive.values().map(Vec::len).sum()
    }

    /// What was read and acknowledged, against what one monitor tells.
    pub(crate) fn check(&self, people: Vec<Person>) -> Result<(), Failure> {
        let history = self.notes.history();
        let Closed { shards, archive, .. } = self;
        let course = Course { shards: *shards, archive, people, history: &history, broken: None };
        check(&course).map_err(Failure::Chaos)
    }
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
