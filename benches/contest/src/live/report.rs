//! The table of a world, and how far the contest is.

use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use super::keeper::{Digest, Entrant};
use super::plan::{DAY, Ground, KINDS};
use crate::record::Records;
use crate::stats::{Spread, figure, grouped};

/// Seconds a step, of each kind and keeper, in each round; and what came out of a step.
#[derive(Debug, Default)]
pub(super) struct Times {
    seconds: HashMap<(&'static str, usize), Vec<f64>>,
    out: HashMap<(&'static str, usize), Vec<f64>>,
}

/// A figure of the table, as JSON.
#[derive(Serialize)]
struct Line<'a> {
    rules: usize,
    chats: usize,
    watches: usize,
    command: &'a str,
    contender: &'a str,
    ns: f64,
    /// To this crate.
    ratio: f64,
    low: f64,
    high: f64,
    rounds: usize,
    /// Events and recipients of a step.
    out: f64,
}

impl Times {
    pub(super) fn note(&mut self, kind: &'static str, keeper: usize, seconds: f64, out: f64) {
        self.seconds.entry((kind, keeper)).or_default().push(seconds);
        self.out.entry((kind, keeper)).or_default().push(out);
    }

    /// Prints a table of all keepers, the first of whom is this crate.
    pub(super) fn report(
        &self,
        ground: &Ground,
        digest: Option<Digest>,
        entrants: &[&Entrant],
        records: &mut Records,
    ) -> io::Result<()> {
        let watches = digest.map_or(0, |digest| digest.watches);
        let (rules, chats) = (ground.world.rules.len(), ground.live.len());
        let numbers = [rules, chats, watches].map(|number| grouped(number as u64));
        println!(
            "\n{} rules, {} live chats, {} watches; ratios below 1 are quicker",
            numbers[0], numbers[1], numbers[2]
        );
        print!("{:<20}{:>8}{:>10}", "CPU time", "out", "ns");
        entrants.iter().skip(1).for_each(|entrant| print!("{:>16}", short(entrant.name)));
        println!();
        for kind in KINDS.into_iter().chain([DAY]).filter(|kind| self.seconds.contains_key(&(*kind, 0))) {
            for (at, entrant) in entrants.iter().enumerate() {
                let (Some(own), Some(ours)) = (self.seconds.get(&(kind, at)), self.seconds.get(&(kind, 0))) else {
                    continue;
                };
                let seconds = Spread::of(own.iter().copied());
                let ratio = Spread::of(own.iter().zip(ours).map(|(own, ours)| own / ours));
                let out = Spread::of(self.out[&(kind, at)].iter().copied()).median;
                let line = Line {
                    rules,
                    chats,
                    watches,
                    command: kind,
                    contender: entrant.name,
                    ns: seconds.median * 1e9,
                    ratio: ratio.median,
                    low: ratio.low,
                    high: ratio.high,
                    rounds: own.len(),
                    out,
                };
                match at {
                    0 => print!("{kind:<20}{:>8}{:>10}", figure(out), figure(line.ns)),
                    _ => print!("{:>16}", figure(line.ratio)),
                }
                records.write("live", &line)?;
            }
            println!();
        }
        println!();
        Ok(())
    }
}

/// A name that fits above a column.
fn short(name: &str) -> String {
    name.replace("differential-dataflow", "d.-dataflow").replace("1,000 at once", "1,000").replace(" in memory", "")
}

/// Says on a terminal how far it is; elsewhere nothing.
pub(super) struct Progress {
    all: usize,
    shown: bool,
}

impl Progress {
    pub(super) fn of(all: usize) -> Self {
        Progress { all, shown: io::stderr().is_terminal() }
    }

    pub(super) fn at(&self, done: usize) {
        if self.shown {
            eprint!("\r{done} of {} rounds ", self.all);
            // Where a terminal takes no more, nothing is lost.
            io::stderr().flush().ok();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            eprint!("\r{:30}\r", "");
        }
    }
}
