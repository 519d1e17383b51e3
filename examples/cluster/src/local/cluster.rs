//! Servers, hosts and gateways.

use std::fmt;
use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::servers::{Servers, free_ports};
use super::{Cables, Cut, Process};

/// One process of a cluster, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Server(usize),
    Host(usize),
    Gateway(usize),
}

impl Part {
    pub(crate) fn role(self) -> &'static str {
        match self {
            Part::Server(_) => "server",
            Part::Host(_) => "host",
            Part::Gateway(_) => "gateway",
        }
    }

    /// The name that it has among the processes: `host-2`.
    pub(crate) fn name(self) -> String {
        self.to_string().replace(' ', "-")
    }
}

/// As people count: from 1.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Server(nth) | Part::Host(nth) | Part::Gateway(nth) => write!(f, "{} {}", self.role(), nth + 1),
        }
    }
}

/// A cluster on this machine: three servers, three hosts, two gateways, and a host that may come. Dropped, all of them
/// are killed.
#[derive(Debug)]
pub(crate) struct Cluster {
    folder: PathBuf,
    cables: Cables,
    pub(crate) servers: Servers,
    hosts: Vec<Member>,
    gateways: Vec<Member>,
}

/// A process of this program.
#[derive(Debug)]
pub(crate) struct Member {
    name: String,
    port: u16,
    arguments: Vec<String>,
    process: Option<Process>,
}

impl Cluster {
    pub(crate) const SERVERS: usize = 3;
    pub(crate) const HOSTS: usize = 3;
    pub(crate) const GATEWAYS: usize = 2;

    /// The host that is not there from the start.
    pub(crate) const GUEST: Part = Part::Host(Self::HOSTS);

    /// Starts one with its files in `folder`, where the key of the tokens is, too.
    pub(crate) fn start(nats: &Path, folder: &Path, shards: u16) -> io::Result<Self> {
        let mut cables = Cables::default();
        let servers = Servers::connected(nats, folder, Self::SERVERS, "", Some(&mut cables))?;
        let ports = free_ports(Self::HOSTS + 1 + Self::GATEWAYS)?;
        let mut member = |part: Part, port: u16, more: &[String]| {
            let name = part.name();
            let mut addresses = Vec::new();
            for (nth, address) in servers.sockets().enumerate() {
                addresses.push(cables.lay(part, Part::Server(nth), address)?.to_string());
            }
            let mut arguments = vec![part.role().to_owned(), "--name".to_owned(), name.clone()];
            let common =
                ["--servers", &addresses.join(","), "--port", &port.to_string(), "--shards", &shards.to_string()];
            arguments.extend(common.map(str::to_owned));
            arguments.extend_from_slice(more);
            Ok(Member { name, port, arguments, process: None })
        };
        let (hosts, gateways) = ports.split_at(Self::HOSTS + 1);
        let key = ["--key".to_owned(), folder.join("cluster.key").to_string_lossy().into_owned()];
        let often = ["--snapshot-records".to_owned(), "300".to_owned()];
        let hosts: io::Result<Vec<Member>> =
            hosts.iter().enumerate().map(|(nth, port)| member(Part::Host(nth), *port, &often)).collect();
        let gateways: io::Result<Vec<Member>> =
            gateways.iter().enumerate().map(|(nth, port)| member(Part::Gateway(nth), *port, &key)).collect();
        let (hosts, gateways) = (hosts?, gateways?);
        let mut cluster = Cluster { folder: folder.to_owned(), cables, servers, hosts, gateways };
        (0..Self::HOSTS).try_for_each(|nth| cluster.restart(Part::Host(nth)))?;
        (0..Self::GATEWAYS).try_for_each(|nth| cluster.restart(Part::Gateway(nth)))?;
        Ok(cluster)
    }

    /// Cuts a part from others, until it is [healed](Self::heal).
    pub(crate) fn cut(&mut self, part: Part, cut: Cut) {
        self.cables.cut(part, cut);
    }

    /// After [`cut`](Self::cut): what was held goes on.
    pub(crate) fn heal(&mut self, part: Part) {
        self.cables.heal(part);
    }

    /// Starts a part that was killed, or the guest.
    pub(crate) fn restart(&mut self, part: Part) -> io::Result<()> {
        let folder = self.folder.clone();
        match part {
            Part::Server(nth) => self.servers.restart(nth),
            Part::Host(_) | Part::Gateway(_) => self.member(part).map_or(Ok(()), |member| member.start(&folder)),
        }
    }

    /// As by `kill -9`.
    pub(crate) async fn kill(&mut self, part: Part) {
        match part {
            Part::Server(nth) => self.servers.kill(nth).await,
            Part::Host(_) | Part::Gateway(_) => {
                if let Some(process) = self.member(part).and_then(|member| member.process.take()) {
                    process.kill().await;
                }
            }
        }
    }

    /// As by `kill`: a host or gateway says farewell.
    pub(crate) async fn stop(&mut self, part: Part) {
        if let Some(process) = self.member(part).and_then(|member| member.process.take()) {
            process.stop().await;
        }
    }

    /// As by `kill -STOP`.
    pub(crate) fn pause(&mut self, part: Part) {
        self.process(part).into_iter().for_each(Process::pause);
    }

    /// After [`pause`](Self::pause).
    pub(crate) fn resume(&mut self, part: Part) {
        self.process(part).into_iter().for_each(Process::resume);
    }

    /// Where a gateway listens; the next one after the last is the first.
    pub(crate) fn gateway(&self, nth: usize) -> Option<SocketAddr> {
        self.gateways.get(nth % Self::GATEWAYS).map(|member| ([127, 0, 0, 1], member.port).into())
    }

    /// Where all hosts and gateways tell how they are that were started and not killed.
    pub(crate) fn states(&self) -> Vec<(String, SocketAddr)> {
        let members = self.hosts.iter().chain(&self.gateways).filter(|member| member.process.is_some());
        members.map(|member| (member.name.clone(), ([127, 0, 0, 1], member.port).into())).collect()
    }

    fn member(&mut self, part: Part) -> Option<&mut Member> {
        match part {
            Part::Server(_) => None,
            Part::Host(nth) => self.hosts.get_mut(nth),
            Part::Gateway(nth) => self.gateways.get_mut(nth),
        }
    }

    fn process(&mut self, part: Part) -> Option<&Process> {
        match part {
            Part::Server(nth) => self.servers.process(nth),
            Part::Host(_) | Part::Gateway(_) => self.member(part)?.process.as_ref(),
        }
    }
}

impl Member {
    /// One that does not run yet, with these arguments besides its port.
    pub(crate) fn new(name: &str, port: u16, arguments: &[String]) -> Self {
        let arguments = [arguments, &["--port".to_owned(), port.to_string()]].concat();
        Member { name: name.to_owned(), port, arguments, process: None }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    /// As by `kill -9`.
    pub(crate) async fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill().await;
        }
    }

    /// Starts it; what it writes goes into a file of its name in `folder`.
    pub(crate) fn start(&mut self, folder: &Path) -> io::Result<()> {
        let log = File::options().append(true).create(true).open(folder.join(format!("{}.log", self.name)))?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(&self.arguments).stdout(Stdio::null()).stderr(log);
        self.process = Some(Process::start(&mut command)?);
        Ok(())
    }
}
