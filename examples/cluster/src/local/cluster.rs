//! Servers, hosts and gateways.

use std::fmt;
use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::servers::{Servers, free_ports};
use super::wires::{Wires, command};
use super::{Cables, Cut, Namespaces, Process};

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
    pub(crate) servers: Servers,
    hosts: Vec<Member>,
    gateways: Vec<Member>,
    wires: Wires,
}

/// A process of this program.
#[derive(Debug)]
pub(crate) struct Member {
    name: String,
    address: SocketAddr,
    /// What comes before the program.
    before: Vec<String>,
    arguments: Vec<String>,
    process: Option<Process>,
}

impl Cluster {
    pub(crate) const SERVERS: usize = 3;
    pub(crate) const HOSTS: usize = 3;
    pub(crate) const GATEWAYS: usize = 2;

    /// The host that is not there from the start.
    pub(crate) const GUEST: Part = Part::Host(Self::HOSTS);

    /// Starts one with its files in `folder`, where the key of the tokens is, too, and cables between all of its parts.
    pub(crate) fn start(nats: &Path, folder: &Path, shards: u16) -> io::Result<Self> {
        Self::connected(nats, folder, shards, Wires::Cables(Cables::default()))
    }

    /// As [`start`](Self::start), but with each part in a network namespace of its own.
    pub(crate) fn start_apart(nats: &Path, folder: &Path, shards: u16) -> io::Result<Self> {
        let servers = (0..Self::SERVERS).map(Part::Server);
        let hosts = (0..=Self::HOSTS).map(Part::Host);
        let parts = servers.chain(hosts).chain((0..Self::GATEWAYS).map(Part::Gateway));
        Self::connected(nats, folder, shards, Wires::Namespaces(Namespaces::make(parts.collect())?))
    }

    fn connected(nats: &Path, folder: &Path, shards: u16, mut wires: Wires) -> io::Result<Self> {
        let servers = Servers::connected(nats, folder, Self::SERVERS, "", Some(&mut wires))?;
        let ports = free_ports(Self::HOSTS + 1 + Self::GATEWAYS)?;
        let mut member = |part: Part, port: u16, more: &[String]| {
            let name = part.name();
            let mut addresses = Vec::new();
            for (nth, address) in servers.sockets().enumerate() {
                addresses.push(wires.way(part, Part::Server(nth), address)?.to_string());
            }
            let servers = addresses.join(",");
            let common = [part.role(), "--name", &name, "--shards", &shards.to_string(), "--servers", &servers];
            let arguments = [&common.map(str::to_owned), more].concat();
            let member = Member::at(&name, SocketAddr::new(wires.address(part), port), &arguments);
            Ok(Member { before: wires.before(part), ..member })
        };
        let (hosts, gateways) = ports.split_at(Self::HOSTS + 1);
        let key = ["--key".to_owned(), folder.join("cluster.key").to_string_lossy().into_owned()];
        let often = ["--snapshot-records".to_owned(), "300".to_owned()];
        let hosts: io::Result<Vec<Member>> =
            hosts.iter().enumerate().map(|(nth, port)| member(Part::Host(nth), *port, &often)).collect();
        let gateways: io::Result<Vec<Member>> =
            gateways.iter().enumerate().map(|(nth, port)| member(Part::Gateway(nth), *port, &key)).collect();
        let (hosts, gateways) = (hosts?, gateways?);
        let mut cluster = Cluster { folder: folder.to_owned(), servers, hosts, gateways, wires };
        (0..Self::HOSTS).try_for_each(|nth| cluster.restart(Part::Host(nth)))?;
        (0..Self::GATEWAYS).try_for_each(|nth| cluster.restart(Part::Gateway(nth)))?;
        Ok(cluster)
    }

    /// Cuts a part from others, until it is [healed](Self::heal).
    pub(crate) fn cut(&mut self, part: Part, cut: Cut) -> io::Result<()> {
        self.wires.cut(part, cut)
    }

    /// After [`cut`](Self::cut): what was held goes on.
    pub(crate) fn heal(&mut self, part: Part) -> io::Result<()> {
        self.wires.heal(part)
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
        self.gateways.get(nth % Self::GATEWAYS).map(|member| member.address)
    }

    /// Where all hosts and gateways tell how they are that were started and not killed.
    pub(crate) fn states(&self) -> Vec<(String, SocketAddr)> {
        let members = self.hosts.iter().chain(&self.gateways).filter(|member| member.process.is_some());
        members.map(|member| (member.name.clone(), member.address)).collect()
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
        Self::at(name, (Ipv4Addr::LOCALHOST, port).into(), arguments)
    }

    /// As [`new`](Self::new), with these arguments besides its address and port.
    fn at(name: &str, address: SocketAddr, arguments: &[String]) -> Self {
        let (ip, port) = (address.ip().to_string(), address.port().to_string());
        let own = ["--address", &ip, "--port", &port].map(str::to_owned);
        Member {
            name: name.to_owned(),
            address,
            before: Vec::new(),
            arguments: [arguments, &own].concat(),
            process: None,
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
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
        let mut command = command(&self.before, std::env::current_exe()?.as_os_str());
        command.args(&self.arguments).stdout(Stdio::null()).stderr(log);
        self.process = Some(Process::start(&mut command)?);
        Ok(())
    }
}
