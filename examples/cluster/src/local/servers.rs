//! NATS servers.

use std::fs::{self, File};
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::Process;

/// NATS servers with JetStream on this machine, which sync every record. Dropped, they are killed; their files remain.
#[derive(Debug)]
pub struct Servers {
    program: PathBuf,
    folder: PathBuf,
    servers: Vec<Server>,
}

#[derive(Debug)]
struct Server {
    address: String,
    process: Option<Process>,
}

impl Servers {
    /// Starts so many, with their files in `folder`. `more` is added to the configuration of each.
    ///
    /// # Errors
    ///
    /// [`io::Error`] if that cannot be done.
    pub fn start(program: &Path, folder: &Path, count: usize, more: &str) -> io::Result<Self> {
        let ports = free_ports(2 * count)?;
        let (clients, routes) = ports.split_at(count);
        let urls: Vec<String> = routes.iter().map(|port| format!("nats://127.0.0.1:{port}")).collect();
        let mut all = Servers { program: program.to_owned(), folder: folder.to_owned(), servers: Vec::new() };
        for (nth, (client, route)) in clients.iter().zip(routes).enumerate() {
            let address = format!("127.0.0.1:{client}");
            let cluster =
                format!("cluster {{ name: cm, listen: \"127.0.0.1:{route}\", routes: [{}] }}\n", urls.join(", "));
            let config = format!(
                "server_name: n{nth}\nlisten: \"{address}\"\n\
                 jetstream {{ store_dir: {:?}, sync_interval: always, max_mem: 256M, max_file: 8G }}\n{}{more}",
                folder.join(format!("n{nth}")),
                if count > 1 { cluster.as_str() } else { "" },
            );
            fs::write(folder.join(format!("n{nth}.conf")), config)?;
            all.servers.push(Server { address, process: None });
        }
        (0..count).try_for_each(|nth| all.restart(nth))?;
        Ok(all)
    }

    /// Where they listen.
    pub fn addresses(&self) -> Vec<String> {
        self.servers.iter().map(|server| server.address.clone()).collect()
    }

    /// Starts one that was killed.
    ///
    /// # Errors
    ///
    /// [`io::Error`] if it cannot be started.
    pub fn restart(&mut self, nth: usize) -> io::Result<()> {
        let Some(server) = self.servers.get_mut(nth) else { return Ok(()) };
        let log = File::options().append(true).create(true).open(self.folder.join(format!("n{nth}.log")))?;
        let mut command = Command::new(&self.program);
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
    let held: io::Result<Vec<TcpListener>> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0")).collect();
    held?.iter().map(|listener| Ok(listener.local_addr()?.port())).collect()
}
