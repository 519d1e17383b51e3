//! A network namespace for each part, for an administrator on Linux: what is cut off there is cut off by the kernel.

use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;
use std::process::Command;

use super::{Cut, Part};

/// The beginning of all names; the bridge has no more than that.
const BRIDGE: &str = "cm-try";

/// Of the bridge, where people are. Those of the parts have other last numbers.
const PEOPLE: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 254);

/// All of them. Dropped, they are removed.
#[derive(Debug)]
pub(crate) struct Namespaces {
    parts: Vec<Part>,
    cuts: BTreeMap<Part, Cut>,
}

impl Namespaces {
    /// For these parts, none of which runs yet.
    pub(crate) fn make(parts: Vec<Part>) -> io::Result<Self> {
        let all = Namespaces { parts, cuts: BTreeMap::new() };
        ip(&format!("link add {BRIDGE} type bridge"))?;
        ip(&format!("addr add {PEOPLE}/24 dev {BRIDGE}"))?;
        ip(&format!("link set {BRIDGE} up"))?;
        for part in &all.parts {
            let (name, end, address) = (name(*part), end(*part), address(*part));
            ip(&format!("netns add {name}"))?;
            ip(&format!("link add {end} type veth peer name e0 netns {name}"))?;
            ip(&format!("link set {end} master {BRIDGE} up"))?;
            ip(&format!("-n {name} link set lo up"))?;
            ip(&format!("-n {name} addr add {address}/24 dev e0"))?;
            ip(&format!("-n {name} link set e0 up"))?;
        }
        Ok(all)
    }

    pub(crate) fn cut(&mut self, part: Part, cut: Cut) -> io::Result<()> {
        self.cuts.insert(part, cut);
        self.apply("add", part, cut)
    }

    pub(crate) fn heal(&mut self, part: Part) -> io::Result<()> {
        self.cuts.remove(&part).map_or(Ok(()), |cut| self.apply("del", part, cut))
    }

    /// Neither sends anything to the other.
    fn apply(&self, what: &str, part: Part, cut: Cut) -> io::Result<()> {
        for other in self.parts.iter().filter(|other| **other != part && cut.is_from(**other)) {
            for (from, to) in [(part, *other), (*other, part)] {
                ip(&format!("-n {} route {what} blackhole {}/32", name(from), address(to)))?;
            }
        }
        Ok(())
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        // What was not made cannot be removed. A namespace stays for as long as something runs there.
        for part in &self.parts {
            let _ = (ip(&format!("link del {}", end(*part))), ip(&format!("netns del {}", name(*part))));
        }
        let _ = ip(&format!("link del {BRIDGE}"));
    }
}

/// Of its namespace.
pub(super) fn name(part: Part) -> String {
    format!("{BRIDGE}-{}", part.name())
}

/// Of its end at the bridge: at most 15 letters.
fn end(part: Part) -> String {
    format!("cm-{}", part.name())
}

pub(super) fn address(part: Part) -> Ipv4Addr {
    let (tens, nth) = match part {
        Part::Server(nth) => (10, nth),
        Part::Host(nth) => (20, nth),
        Part::Gateway(nth) => (30, nth),
    };
    Ipv4Addr::new(10, 77, 0, u8::try_from(tens + nth).unwrap_or(tens as u8))
}

fn ip(arguments: &str) -> io::Result<()> {
    let done = Command::new("ip").args(arguments.split(' ')).output()?;
    if done.status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("ip {arguments}: {}", String::from_utf8_lossy(&done.stderr).trim())))
}
