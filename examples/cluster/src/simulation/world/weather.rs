//! Time and leases, and what befalls hosts and gateways.

use super::{Cargo, World};
use crate::gateway::GatewayInput;
use crate::owner::Input;
use crate::settings::{LEASE, RENEW, Time};
use crate::shard::Log;

/// How often the spare rules of a host go on.
const FOLLOW: Time = 1_000;

/// Time and leases.
impl World {
    pub(in crate::simulation) fn pass(&mut self, ms: u64) {
        self.now += ms;
        for nth in 0..self.hosts.len() {
            self.follow(nth);
            self.renew(nth);
            for log in Log::all(self.settings.shards) {
                self.owner(nth, log, Input::Tick);
            }
        }
        for nth in 0..self.doors.len() {
            self.gateway(nth, GatewayInput::Tick);
        }
    }

    fn follow(&mut self, nth: usize) {
        let Some(host) = self.hosts.get_mut(nth).filter(|host| host.awake) else { return };
        if self.now >= host.followed + FOLLOW {
            host.followed = self.now;
            self.net.push(Cargo::Follow { host: nth });
        }
    }

    pub(in crate::simulation) fn renew(&mut self, nth: usize) {
        for log in Log::all(self.settings.shards) {
            let Some(host) = self.hosts.get_mut(nth).filter(|host| host.alive && host.awake) else { return };
            let asked = host.leases.get(&log).copied();
            if self.now < host.deaf_until || asked.is_some_and(|at| self.now < at + RENEW) {
                continue;
            }
            let holder = self.leases.get(&log).copied();
            let own = holder.is_some_and(|(holder, _)| holder == nth);
            if !own && host.given.get(&log).is_some_and(|until| self.now < *until) {
                continue;
            }
            if own || holder.is_none_or(|(_, until)| until <= self.now) {
                self.leases.insert(log, (nth, self.now + LEASE));
                host.leases.insert(log, self.now);
                let sent = self.now;
                self.owner(nth, log, if own { Input::LeaseRenewed { sent } } else { Input::LeaseWon { sent } });
            } else if host.leases.remove(&log).is_some() {
                host.follows.remove(&log);
                self.owner(nth, log, Input::LeaseLost);
            }
        }
    }

    pub(in crate::simulation) fn crash(&mut self, nth: usize) -> Option<String> {
        let nth = nth % self.hosts.len();
        let host = self.hosts.get_mut(nth).filter(|host| host.alive)?;
        (host.alive, host.awake) = (false, false);
        host.leases.clear();
        host.follows.clear();
        self.counts.crashes += 1;
        self.net.retain(|cargo| match cargo {
            // What it was saving is not whole.
            Cargo::ToOwner(host, ..)
            | Cargo::Answer { host, .. }
            | Cargo::Save { host, .. }
            | Cargo::Release { host, .. }
            | Cargo::Follow { host } => *host != nth,
            _ => true,
        });
        Some(format!("host {nth} ends"))
    }

    pub(in crate::simulation) fn pause(&mut self, nth: usize) -> Option<String> {
        let nth = nth % self.hosts.len();
        let host = self.hosts.get_mut(nth).filter(|host| host.awake)?;
        host.awake = false;
        self.counts.pauses += 1;
        Some(format!("host {nth} stands still"))
    }

    pub(in crate::simulation) fn wake(&mut self, nth: usize) -> Option<String> {
        let nth = nth % self.hosts.len();
        let host = self.hosts.get_mut(nth).filter(|host| !host.awake)?;
        if host.alive {
            host.awake = true;
            return Some(format!("host {nth} goes on"));
        }
        let run = host.run + 1;
        // It has another name: nobody gives it the lease that it had.
        let host = self.host(nth, run);
        self.leases.values_mut().filter(|(holder, _)| *holder == nth).for_each(|lease| lease.0 = usize::MAX);
        *self.hosts.get_mut(nth)? = host;
        Some(format!("host {nth} begins anew"))
    }

    pub(in crate::simulation) fn no_lease(&mut self, nth: usize) -> Option<String> {
        let nth = nth % self.hosts.len();
        let host = self.hosts.get_mut(nth).filter(|host| host.awake)?;
        host.deaf_until = self.now + LEASE + 1_000;
        Some(format!("host {nth} cannot renew its leases"))
    }

    pub(in crate::simulation) fn leave(&mut self, nth: usize) -> Option<String> {
        let has = |(log, (host, _)): (&Log, &(usize, Time))| {
            self.hosts.get(*host).filter(|host| host.awake && host.leases.contains_key(log)).map(|_| (*host, *log))
        };
        let held: Vec<(usize, Log)> = self.leases.iter().filter_map(has).collect();
        let (host, log) = *held.get(nth.checked_rem(held.len())?)?;
        self.owner(host, log, Input::Leave);
        Some(format!("host {host} is to give {log} away"))
    }

    pub(in crate::simulation) fn gateway_crash(&mut self, nth: usize) -> Option<String> {
        let nth = nth % self.doors.len();
        let door = self.door();
        *self.doors.get_mut(nth)? = door;
        self.counts.gateway_crashes += 1;
        self.net.retain(|cargo| !matches!(cargo, Cargo::ToGateway(door, _) if *door == nth));
        for somebody in &mut self.people {
            somebody.at = somebody.at.filter(|(door, _)| *door != nth);
        }
        Some(format!("gateway {nth} ends, and another begins"))
    }

    pub(in crate::simulation) fn gateway_cut(&mut self, nth: usize) -> Option<String> {
        let nth = nth % self.doors.len();
        let before = self.net.len();
        self.net.retain(|cargo| !matches!(cargo, Cargo::ToGateway(door, _) if *door == nth));
        let lost = before - self.net.len();
        self.counts.lost += lost as u64;
        (lost > 0).then(|| format!("{lost} messages to gateway {nth} are lost"))
    }

    pub(in crate::simulation) fn gateway_sleep(&mut self, nth: usize, awake: bool) -> Option<String> {
        let nth = nth % self.doors.len();
        let door = self.doors.get_mut(nth).filter(|door| door.awake != awake)?;
        door.awake = awake;
        Some(format!("gateway {nth} {}", if awake { "goes on" } else { "stands still" }))
    }
}
