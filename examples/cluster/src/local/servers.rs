//! NATS servers.

use std::fs::{self, File};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::wires::{Wires, command};
use super::{Part, Process};
use crate::token::random;

/// Below those that systems give to whoever connects: they could take one while its process is started again.
const PORTS: Range<u16> = 10_000..32_000;

/// How many are tried until there are none.
const TRIES: usize = 10_000;

/// NATS servers with JetStream on this machine, which sync every record. Dropped, they are killed; their files remain.
#[derive(Debug)]
pub struct Servers {
    program: PathBuf,
    folder: PathBuf,
    servers: Vec<Server>,
}

#[derive(Debug)]
struct Server {
    address: SocketAddr,
    /// What comes before the program.
    before: Vec<String>,
    process: Option<Process>,
}

impl Servers {
    /// Starts so many, with their files in `folder`. `more` is added to the configuration of each.
    ///
    /// # Errors
    ///
    /// [`io::Error`] if that cannot be done.
    pub fn start(program: &Path, folder: &Path, count: usize, more: &str) -> io::Result<Self> {
        Self::connected(program, folder, count, more, None)
    }

    /// As [`start`](Self::start), with something between them that can be cut.
    pub(super) fn connected(
        program: &Path,
        folder: &Path,
        count: usize,
        more: &str,
        mut wires: Option<&mut Wires>,
    ) -> io::Result<Self> {
        let ports = free_ports(2 * count)?;
        let (clients, routes) = ports.split_at(count);
        let mut all = Servers { program: program.to_owned(), folder: folder.to_owned(), servers: Vec::new() };
        let place = |wires: &Option<&mut Wires>, nth, port: &u16| {
            let local = IpAddr::from(Ipv4Addr::LOCALHOST);
            SocketAddr::new(wires.as_ref().map_or(local, |wires| wires.address(Part::Server(nth))), *port)
        };
        for (nth, (client, route)) in clients.iter().zip(routes).enumerate() {
            let (address, route) = (place(&wires, nth, client), place(&wires, nth, route));
            let mut urls = Vec::new();
            for (other, port) in routes.iter().enumerate() {
                let mut at = place(&wires, other, port);
                if let Some(wires) = wires.as_deref_mut().filter(|_| other != nth) {
                    at = wires.way(Part::Server(nth), Part::Server(other), at)?;
                }
                urls.push(format!("nats://{at}"));
            }
            // Nobody is to learn a way around what can be cut.
            let hidden = if wires.is_some() { ", no_advertise: true, advertise: \"127.0.0.1:1\"" } else { "" };
            let urls = urls.join(", ");
            let cluster = format!("cluster {{ name: cm, listen: \"{route}\", routes: [{urls}]{hidden} }}\n");
            let config = format!(
                "server_name: n{nth}\nlisten: \"{address}\"\n\
                 jetstream {{ store_dir: {:?}, sync_interval: always, max_mem: 256M, max_file: 8G }}\n{}{more}",
                folder.join(format!("n{nth}")),
                if count > 1 { cluster.as_str() } else { "" },
            );
            fs::write(folder.join(format!("n{nth}.conf")), config)?;
            let before = wires.as_ref().map(|wires| wires.before(Part::Server(nth))).unwrap_or_default();
            all.servers.push(Server { address, before, process: None });
        }
        (0..count).try_for_each(|nth| all.restart(nth))?;
        Ok(all)
    }

    /// Whether there is such a program.
    pub(crate) async fn can_start(program: &Path) -> bool {
        let version = Command::new(program).arg("--version").stdin(Stdio::null()).output().await;
        version.is_ok_and(|said| said.status.success())
    }

    /// Where they listen.
    pub fn addresses(&self) -> Vec<String> {
        self.sockets().map(|address| address.to_string()).collect()
    }

    pub(super) fn sockets(&self) -> impl Iterator<Item = SocketAddr> {
        self.servers.iter().map(|server| server.address)
    }

    /// Starts one that was killed.
    ///
    /// # Errors
    ///
    /// [`io::Error`] if it cannot be started.
    pub fn restart(&mut self, nth: usize) -> io::Result<()> {
        let Some(server) = self.servers.get_mut(nth) else { return Ok(()) };
        let log = File::options().append(true).create(true).open(self.folder.join(format!("n{nth}.log")))?;
        let mut command = command(&server.before, self.program.as_os_str());
        command.arg("-c").arg(self.folder.join(format!("n{nth}.conf"))).stdout(Stdio::null()).stderr(log);
        server.process = Some(Process::start(&mut command)?);
        Ok(())
    }

    /// Kills one, as by `kill -9`.
    pub async fn kill(&mut self, nth: usize) {
        if let Some(process) = self.servers.get_mut(nth).and_then(|server| server.process.take()) {
            process.kill().await;
        }
    }

    /// Pauses one, as by `kill -STOP`.
    pub fn pause(&self, nth: usize) {
        self.process(nth).into_iter().for_each(Process::pause);
    }

    /// Lets one go on.
    pub fn resume(&self, nth: usize) {
        self.process(nth).into_iter().for_each(Process::resume);
    }

    pub(super) fn process(&self, nth: usize) -> Option<&Process> {
        self.servers.get(nth)?.process.as_ref()
    }
}

/// Ports that nobody listens on now.
pub(crate) fn free_ports(count: usize) -> io::Result<Vec<u16>> {
    let mut held: Vec<TcpListener> = Vec::new();
    for _ in 0..TRIES {
        if held.len() == count {
            break;
        }
        let port = PORTS.start + u16::from_le_bytes(random()?) % (PORTS.end - PORTS.start);
        held.extend(TcpListener::bind(("127.0.0.1", port)));
    }
    if held.len() < count {
        return Err(io::ErrorKind::AddrInUse.into());
    }
    held.iter().map(|listener| Ok(listener.local_addr()?.port())).collect()
}
