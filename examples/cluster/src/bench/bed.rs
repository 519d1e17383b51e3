//! What is measured: processes on this machine.

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use crate::local::{Member, Servers, free_ports, http};
use crate::program::{Failure, key};

/// How long it may take until it serves.
const PATIENCE: Duration = Duration::from_secs(60);

/// When no log has moved for so long, none will.
const SETTLED: Duration = Duration::from_secs(4);

/// Into how many parts the chats are divided on JetStream.
const SHARDS: &str = "8";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Sqlite,
    One,
    Three,
}

impl Kind {
    pub(super) const ALL: [Kind; 3] = [Kind::Sqlite, Kind::One, Kind::Three];

    /// How many servers, hosts and gateways there are; SQLite is one process for all.
    fn size(self) -> (usize, usize, usize) {
        match self {
            Kind::Sqlite => (0, 0, 1),
            Kind::One => (1, 1, 1),
            Kind::Three => (3, 3, 2),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Sqlite => "SQLite, one process",
            Kind::One => "JetStream R1 `always`: one server, one host, one gateway",
            Kind::Three => "JetStream R3 `always`: three servers, three hosts, two gateways",
        })
    }
}

/// One of them, which runs.
#[derive(Debug)]
pub(super) struct Bed {
    servers: Option<Servers>,
    hosts: Vec<Member>,
    gateways: Vec<Member>,
    /// That of the tokens.
    pub(super) key: Vec<u8>,
}

impl Bed {
    /// Starts it with its files in `folder`, and waits until it serves.
    pub(super) async fn start(kind: Kind, nats: &Path, folder: &Path) -> Result<Self, Failure> {
        let (servers, hosts, gateways) = kind.size();
        let of = |name: &str| folder.join(name).to_string_lossy().into_owned();
        let mut bed =
            Bed { servers: None, hosts: Vec::new(), gateways: Vec::new(), key: key(&folder.join("cluster.key"))? };
        let ports = free_ports(hosts + gateways)?;
        let (of_hosts, of_gateways) = ports.split_at(hosts);
        let key = of("cluster.key");
        let gateway = if kind == Kind::Sqlite {
            vec!["one".to_owned(), "--db".to_owned(), of("cluster.db"), "--key".to_owned(), key]
        } else {
            let started = Servers::start(nats, folder, servers, "")?;
            let common = ["--shards", SHARDS, "--servers", &started.addresses().join(",")].map(str::to_owned);
            bed.servers = Some(started);
            let host = ["host", "--replicas", &servers.to_string()].map(str::to_owned);
            let host = [&host[..], &common].concat();
            let member = |(nth, port)| Member::new(&format!("host-{}", nth + 1), port, &host);
            bed.hosts = (0..).zip(of_hosts.iter().copied()).map(member).collect();
            [&["gateway".to_owned(), "--key".to_owned(), key][..], &common].concat()
        };
        let member = |(nth, port)| Member::new(&format!("gateway-{}", nth + 1), port, &gateway);
        bed.gateways = (0..).zip(of_gateways.iter().copied()).map(member).collect();
        bed.hosts.iter_mut().chain(&mut bed.gateways).try_for_each(|member| member.start(folder))?;
        let serves = async {
            http::ready(bed.doors()).await;
            bed.settle().await;
        };
        timeout(PATIENCE, serves).await.map_err(|_| Failure::Bench(format!("{kind}: it never gets ready")))?;
        Ok(bed)
    }

    /// Where people sign in.
    pub(super) fn doors(&self) -> impl Iterator<Item = SocketAddr> {
        self.gateways.iter().map(Member::address)
    }

    /// Waits until every log is where it stays.
    async fn settle(&self) {
        let (mut before, mut since) = (0, Instant::now());
        while self.hosts.len() > 1 && since.elapsed() < SETTLED {
            let mut take_overs = 0;
            for host in &self.hosts {
                take_overs += http::figure(host.address(), "cluster_take_overs_total").await;
            }
            if take_overs != before {
                (before, since) = (take_overs, Instant::now());
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// Kills all of it.
    pub(super) async fn end(self) {
        for mut member in self.gateways.into_iter().chain(self.hosts) {
            member.kill().await;
        }
        if let Some(mut servers) = self.servers {
            for nth in 0..servers.addresses().len() {
                servers.kill(nth).await;
            }
        }
    }
}
