//! What is where: which host owns which log, and which server leads it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::local::http;
use crate::shard::{Log, Shard};
use crate::store::JetStreamStore;

/// How often it is looked at, and how long an answer may take.
const LOOK: Duration = Duration::from_millis(400);
const LIMIT: Duration = Duration::from_millis(700);

/// Counted as people do, from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) logs: BTreeMap<Log, Kept>,
    /// Those that may deliver everything.
    pub(super) serving: Vec<usize>,
}

/// How it stands with a log, as far as anybody says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) host: Option<usize>,
    pub(super) leader: Option<usize>,
    pub(super) p: u64,
    pub(super) g: u64,
}

impl Places {
    /// Whether every log has an owner.
    pub(super) fn all_owned(&self, shards: u16) -> bool {
        Log::all(shards).all(|log| self.logs.get(&log).is_some_and(|kept| kept.host.is_some()))
    }

    /// Takes the figures of a host.
    fn hear_host(&mut self, nth: usize, text: &str) {
        for log in figures(text, "cluster_serves").filter(|(_, serves)| *serves == 1).map(|(log, _)| log) {
            let of = |name| figures(text, name).find(|(other, _)| *other == log).map_or(0, |(_, value)| value);
            let (p, g) = (of("cluster_record"), of("cluster_rules_applied"));
            let kept = self.logs.entry(log).or_default();
            // Two may say so for a moment; whoever was overtaken knows less.
            if kept.host.is_none() || kept.p <= p {
                *kept = Kept { host: Some(nth), p, g, ..*kept };
            }
        }
    }
}

/// The values of one figure, by log.
fn figures<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = (Log, u64)> + 'a {
    text.lines().filter_map(move |line| {
        let (label, value) = line.strip_prefix(name)?.strip_prefix("{log=\"")?.split_once("\"} ")?;
        let log = if label == "rules" { Log::Rules } else { Log::Shard(Shard(label.parse().ok()?)) };
        Some((log, value.parse().ok()?))
    })
}

/// Looks again and again, for as long as anybody wants to know.
pub(super) async fn look(
    states: Vec<(String, SocketAddr)>,
    servers: Vec<JetStreamStore>,
    shards: u16,
    known: watch::Sender<Places>,
) {
    let servers: Vec<_> = servers.into_iter().map(Arc::new).collect();
    while !known.is_closed() {
        let mut looks = JoinSet::new();
        for (name, address) in states.iter().cloned() {
            looks.spawn(async move { (name, timeout(LIMIT, http::get(address, "/metrics")).await.ok().flatten()) });
        }
        let mut leaders = JoinSet::new();
        // Each server is asked: one that is cut off knows nothing of the others.
        for (log, server) in Log::all(shards).flat_map(|log| servers.iter().map(move |server| (log, server))) {
            let store = Arc::clone(server);
            leaders.spawn(async move { (log, timeout(LIMIT, store.leader(log)).await.ok().flatten()) });
        }
        let mut places = Places::default();
        while let Some(look) = looks.join_next().await {
            let Ok((name, Some((200, text)))) = look else { continue };
            if let Some(nth) = number(&name, "host-") {
                places.hear_host(nth, &text);
            }
            let serves = text.contains("gateway_open 1\n") && text.contains("gateway_behind 0\n");
            places.serving.extend(number(&name, "gateway-").filter(|_| serves));
        }
        while let Some(leader) = leaders.join_next().await {
            let Ok((log, Some(leader))) = leader else { continue };
            // Servers are called by numbers from 0.
            places.logs.entry(log).or_default().leader = number(&leader, "n").map(|nth| nth + 1);
        }
        known.send_replace(places);
        sleep(LOOK).await;
    }
}

fn number(name: &str, kind: &str) -> Option<usize> {
    name.strip_prefix(kind)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Kept, Log, Places, Shard};

    #[test]
    fn whoever_knows_more_of_a_log_owns_it() {
        let mut places = Places::default();
        let text = |p| {
            format!(
                "# HELP x\ncluster_serves{{log=\"rules\"}} 0\ncluster_serves{{log=\"3\"}} 1\ncluster_record{{log=\"3\"}} \
                 {p}\ncluster_rules_applied{{log=\"3\"}} 7\n"
            )
        };
        for (host, p) in [(1, 5), (2, 6), (3, 4)] {
            places.hear_host(host, &text(p));
        }
        let kept = Kept { host: Some(2), leader: None, p: 6, g: 7 };
        assert_eq!(places.logs.into_iter().collect::<Vec<_>>(), [(Log::Shard(Shard(3)), kept)]);
    }
}
