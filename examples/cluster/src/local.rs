//! A cluster on this machine, of processes that can be killed, paused and cut off: for tests, and for whoever wants to see
//! what happens.

mod cables;
mod cluster;
pub(crate) mod http;
mod namespaces;
mod servers;
mod wires;

use std::io;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time::timeout;

pub(crate) use cables::{Cables, Cut};
pub(crate) use cluster::{Cluster, Member, Part};
pub(crate) use namespaces::Namespaces;
pub use servers::Servers;
pub(crate) use servers::free_ports;

/// The environment variable that says where the program `nats-server` is.
pub const NATS_SERVER: &str = "NATS_SERVER";

/// How long a process may take to end by itself.
const GRACE: Duration = Duration::from_secs(10);

/// A process that can be killed and paused. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(command: &mut Command) -> io::Result<Self> {
        command.stdin(Stdio::null()).kill_on_drop(true).spawn().map(Process)
    }

    /// As by `kill -9`.
    pub(crate) async fn kill(mut self) {
        let _ = self.0.kill().await;
    }

    /// As by `kill`: it ends by itself, as well as it can.
    pub(crate) async fn stop(mut self) {
        self.signal(Signal::TERM);
        if timeout(GRACE, self.0.wait()).await.is_err() {
            let _ = self.0.kill().await;
        }
    }

    /// Its number, while it lives.
    pub(crate) fn id(&self) -> Option<u32> {
        self.0.id()
    }

    /// As by `kill -STOP`: it does not notice.
    pub(crate) fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// After [`pause`](Self::pause).
    pub(crate) fn resume(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let pid = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // One that has ended hears nothing.
            let _ = kill_process(pid, signal);
        }
    }
}
