//! What is between the parts of a cluster on this machine, and can be cut.

use std::ffi::OsStr;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tokio::process::Command;

use super::namespaces::{Namespaces, address, name};
use super::{Cables, Cut, Part};

/// Cables, or the kernel.
#[derive(Debug)]
pub(crate) enum Wires {
    Cables(Cables),
    Namespaces(Namespaces),
}

impl Wires {
    /// Where a part listens.
    pub(super) fn address(&self, part: Part) -> IpAddr {
        match self {
            Wires::Cables(_) => Ipv4Addr::LOCALHOST.into(),
            Wires::Namespaces(_) => address(part).into(),
        }
    }

    /// Where a part finds another that listens at `target`.
    pub(super) fn way(&mut self, from: Part, to: Part, target: SocketAddr) -> io::Result<SocketAddr> {
        match self {
            Wires::Cables(cables) => cables.lay(from, to, target),
            Wires::Namespaces(_) => Ok(target),
        }
    }

    /// What comes before the program of a part.
    pub(super) fn before(&self, part: Part) -> Vec<String> {
        match self {
            Wires::Cables(_) => Vec::new(),
            Wires::Namespaces(_) => ["ip", "netns", "exec", &name(part)].map(str::to_owned).into(),
        }
    }

    pub(super) fn cut(&mut self, part: Part, cut: Cut) -> io::Result<()> {
        match self {
            Wires::Cables(cables) => {
                cables.cut(part, cut);
                Ok(())
            }
            Wires::Namespaces(namespaces) => namespaces.cut(part, cut),
        }
    }

    pub(super) fn heal(&mut self, part: Part) -> io::Result<()> {
        match self {
            Wires::Cables(cables) => {
                cables.heal(part);
                Ok(())
            }
            Wires::Namespaces(namespaces) => namespaces.heal(part),
        }
    }
}

/// To start a program after others.
pub(super) fn command(before: &[String], program: &OsStr) -> Command {
    let mut words = before.iter().map(OsStr::new).chain([program]);
    let mut command = Command::new(words.next().unwrap_or(program));
    command.args(words);
    command
}
