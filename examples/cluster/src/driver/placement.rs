//! Which host owns which log: for each log the live hosts draw lots, always the same ones, so that a host that comes or
//! goes moves no more logs than it must.
//!
//! Hosts may be of different minds about who lives. The lease then decides, and safety is in the logs anyway.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::settings::LEASE;
use crate::shard::Log;

/// A host that was not heard of for so long is gone.
const GONE: Duration = Duration::from_millis(LEASE);

/// A host gives up one log, and the next one only after so long: so that only one at a time has nobody.
const ONE_AT_A_TIME: Duration = Duration::from_millis(1_500);

/// What hosts tell each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Word {
    /// Said often, and the last thing when it goes.
    Alive {
        /// Who.
        host: String,
        /// Whether it stays.
        stays: bool,
        /// What it owns.
        owns: Vec<Log>,
        /// What it knows of logs that were moved.
        moved: Vec<Moved>,
    },
    /// To move a log.
    Move(Moved),
}

/// That a log is to be at a host, whatever the lots say, for as long as that one lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Moved {
    /// Which.
    pub(crate) log: Log,
    /// The beginning of its name: it begins anew under another one.
    pub(crate) host: String,
    /// The latest wish counts: milliseconds since 1970.
    pub(crate) at: u64,
}

/// What a host knows of the others.
#[derive(Debug)]
pub(super) struct Placement {
    name: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    heard: BTreeMap<String, Instant>,
    moved: BTreeMap<Log, (u64, String)>,
    owned: BTreeSet<Log>,
    /// When a log was last given up for another host.
    given: Option<Instant>,
}

impl Placement {
    pub(super) fn new(name: &str) -> Self {
        Placement { name: name.to_owned(), state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn hear(&self, word: Word) {
        let mut state = self.state();
        let moved = match word {
            Word::Alive { host, stays: true, owns: _, moved } => {
                state.heard.insert(host, Instant::now());
                moved
            }
            Word::Alive { host, stays: false, owns: _, moved } => {
                state.heard.remove(&host);
                moved
            }
            Word::Move(moved) => vec![moved],
        };
        for Moved { log, host, at } in moved {
            if state.moved.get(&log).is_none_or(|(before, _)| *before < at) {
                state.moved.insert(log, (at, host));
            }
        }
    }

    /// What the others are to hear.
    pub(super) fn word(&self, stays: bool) -> Word {
        let state = self.state();
        let moved = |(log, (at, host)): (&Log, &(u64, String))| Moved { log: *log, host: host.clone(), at: *at };
        Word::Alive {
            host: self.name.clone(),
            stays,
            owns: state.owned.iter().copied().collect(),
            moved: state.moved.iter().map(moved).collect(),
        }
    }

    pub(super) fn owns(&self, log: Log, owns: bool) {
        let mut state = self.state();
        if owns {
            state.owned.insert(log)
        } else {
            state.owned.remove(&log)
        };
    }

    /// Whether this host is the one for a log.
    pub(super) fn is_for(&self, log: Log) -> bool {
        let state = self.state();
        let live = state.heard.iter().filter(|(_, at)| at.elapsed() < GONE).map(|(name, _)| name.as_str());
        let live: BTreeSet<&str> = live.chain([self.name.as_str()]).collect();
        let wanted = state.moved.get(&log).map(|(_, host)| host.as_str());
        let chosen = wanted.and_then(|wanted| live.iter().find(|name| name.starts_with(wanted)));
        let drawn = || live.iter().max_by_key(|name| lot(name, log));
        chosen.or_else(drawn).is_some_and(|name| *name == self.name)
    }

    /// Whether it is time to give up a log for another host; if so, the others wait.
    pub(super) fn may_give(&self) -> bool {
        let mut state = self.state();
        let may = state.given.is_none_or(|at| at.elapsed() >= ONE_AT_A_TIME);
        if may {
            state.given = Some(Instant::now());
        }
        may
    }
}

/// FNV-1a of both, stirred so that names that are alike draw unlike lots.
fn lot(name: &str, log: Log) -> u64 {
    let text = format!("{log}/{name}");
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::{Moved, Placement, Word};
    use crate::shard::{Log, Shard};

    const SHARDS: u16 = 64;

    fn of(live: &[&str]) -> Vec<(Log, Vec<usize>)> {
        let all: Vec<Placement> = live.iter().map(|name| Placement::new(name)).collect();
        for one in &all {
            all.iter().for_each(|other| one.hear(other.word(true)));
        }
        let owners = |log| all.iter().enumerate().filter(|(_, one)| one.is_for(log)).map(|(nth, _)| nth).collect();
        Log::all(SHARDS).map(|log| (log, owners(log))).collect()
    }

    #[test]
    fn each_log_has_one_host_and_a_new_host_moves_only_what_it_takes() {
        let (two, three) = (of(&["a-1", "b-1"]), of(&["a-1", "b-1", "c-1"]));
        for ((log, before), (_, after)) in two.iter().zip(&three) {
            assert_eq!((before.len(), after.len()), (1, 1), "{log}");
            assert!(before == after || *after == [2], "{log}");
        }
        for host in 0..3 {
            let count = three.iter().filter(|(_, owners)| *owners == [host]).count();
            assert!((10..=35).contains(&count), "host {host} has {count} of 65");
        }
    }

    #[test]
    fn a_log_that_was_moved_stays_until_its_host_goes_or_a_later_wish() {
        let (one, other) = (Placement::new("a-1"), Placement::new("b-1"));
        one.hear(other.word(true));
        let log = Log::Shard(Shard(3));
        for (at, host, mine) in [(1, "a", true), (2, "b", false), (1, "a", false), (3, "c", one_draws(log))] {
            one.hear(Word::Move(Moved { log, host: host.to_owned(), at }));
            assert_eq!(one.is_for(log), mine, "{host} at {at}");
        }
        one.hear(Word::Move(Moved { log, host: "b".to_owned(), at: 4 }));
        // Whoever comes later hears of it.
        other.hear(one.word(true));
        assert!(other.is_for(log) && !one.is_for(log));
        one.hear(other.word(false));
        assert!(one.is_for(log));
    }

    fn one_draws(log: Log) -> bool {
        super::lot("a-1", log) > super::lot("b-1", log)
    }
}
