//! The contest on live chats: what a command costs each keeper of watches, as a ratio to this crate's `LiveMonitor`.
//!
//! All keepers get the same batches, of one kind of command each, one keeper after the other, and begin with another one
//! in each round. What a batch did, the next takes back. The day comes at the end: its batches go on from one to the next.
//!
//! Before anything is timed, random histories in small worlds are given to all, and their watches are compared after each
//! batch; in the worlds that are timed, after the load and after the last batch.
//!
//! Those who look at every chat when a rule or a role changes are given the first few commands of such batches.

mod day;
mod keeper;
pub mod memory;
mod plan;
mod report;

use std::io;

use crate::clock::timed;
use crate::options::Options;
use crate::record::Records;
use crate::stats::grouped;
use crate::world::World;
use crate::world::random::Random;
use day::Day;
use keeper::{Digest, ENTRANTS, Entrant, Keeper, OURS};
use plan::{Batch, DAY, Ground, KINDS};
use report::{Progress, Times};

/// Steps in a batch.
const BATCH: usize = 1_000;

/// Steps in a batch of the day, of which 1,000 are commands.
const DAYS_BATCH: usize = 2_250;

/// So many looks at a chat are allowed in a batch to those who look at every one; three commands are at least.
const LOOKS: usize = 2_000_000;

/// The small worlds in which all are compared: how many rules they have.
const SMALL: [usize; 3] = [300, 1_000, 3_000];

/// Runs the contest in worlds of every size, and prints a table of each.
///
/// # Errors
///
/// When the figures cannot be written.
///
/// # Panics
///
/// When the watches of two keepers differ.
pub fn run(options: &Options) -> io::Result<()> {
    let mut records = Records::append_to(options.json.as_deref())?;
    let wanted = |entrant: &&Entrant| entrant.name == OURS || options.wants(entrant.name);
    let entrants: Vec<&Entrant> = ENTRANTS.iter().filter(wanted).collect();
    let (checks, watches) = agree(&entrants, &SMALL);
    println!("all agree on small worlds, {checks} times; {} watches at the end", grouped(watches as u64));
    for rules in &options.sizes {
        let world = World::of(*rules);
        let ground = Ground::of(&world);
        let taking: Vec<&Entrant> = entrants.iter().filter(|entrant| *rules <= entrant.most_rules).copied().collect();
        for absent in entrants.iter().filter(|entrant| *rules > entrant.most_rules) {
            println!("{} is not asked beyond {} rules", absent.name, grouped(absent.most_rules as u64));
        }
        let (digest, times) = race(&ground, &taking, options);
        times.report(&ground, digest, &taking, &mut records)?;
    }
    Ok(())
}

/// Holds all to each other on random histories; says how many times, and how many watches there were at the end.
fn agree(entrants: &[&Entrant], sizes: &[usize]) -> (usize, usize) {
    let (mut checks, mut watches) = (0, 0);
    for rules in sizes {
        let world = World::of(*rules);
        let ground = Ground::of(&world);
        let mut keepers = enter(&ground, entrants);
        let mut random = Random::new(*rules as u64 + 1);
        let mut day = Day::of(&ground);
        let pairs = (0..3).flat_map(|_| ground.pairs(60, &mut random)).collect::<Vec<_>>();
        let days = (0..10).map(|_| Batch { kind: DAY, steps: day.steps(200), wide: false });
        let load = Batch { kind: "the load", steps: Vec::new(), wide: false };
        for batch in [load].into_iter().chain(pairs).chain(days) {
            for keeper in &mut keepers {
                keeper.prepare(&batch.steps);
                keeper.run();
            }
            watches = compare(entrants, &keepers, batch.kind).map_or(0, |digest| digest.watches);
            checks += 1;
        }
    }
    (checks, watches)
}

fn enter(ground: &Ground, entrants: &[&Entrant]) -> Vec<Box<dyn Keeper>> {
    entrants.iter().map(|entrant| (entrant.make)(&ground.engine, ground.live)).collect()
}

/// What all have in common.
fn compare(entrants: &[&Entrant], keepers: &[Box<dyn Keeper>], after: &str) -> Option<Digest> {
    let mut common = None;
    for (entrant, keeper) in entrants.iter().zip(keepers) {
        if let Some(digest) = Digest::of(&**keeper) {
            let expected = *common.get_or_insert(digest);
            assert_eq!(digest, expected, "{} has other watches than {OURS} after {after}", entrant.name);
        }
    }
    common
}

fn race(ground: &Ground, entrants: &[&Entrant], options: &Options) -> (Option<Digest>, Times) {
    let mut keepers = enter(ground, entrants);
    let digest = compare(entrants, &keepers, "the load");
    let mut times = Times::default();
    let mut random = Random::new(5);
    let rounds = options.rounds;
    let wanted = |command: &&str| options.wants_command(command);
    let progress = Progress::of(2 * rounds);
    for round in 0..rounds {
        progress.at(round);
        let batches = if KINDS.iter().any(wanted) { ground.pairs(BATCH, &mut random) } else { Vec::new() };
        // Two that take each other back.
        for pair in batches.chunks(2).filter(|pair| pair.iter().any(|batch| wanted(&batch.kind))) {
            for batch in pair {
                take_turns(&mut keepers, entrants, batch, round, ground, &mut times);
            }
        }
    }
    let mut day = Day::of(ground);
    for round in (0..rounds).filter(|_| wanted(&DAY)) {
        progress.at(rounds + round);
        let batch = Batch { kind: DAY, steps: day.steps(DAYS_BATCH), wide: false };
        take_turns(&mut keepers, entrants, &batch, round, ground, &mut times);
    }
    drop(progress);
    compare(entrants, &keepers, "the last batch");
    (digest, times)
}

fn take_turns(
    keepers: &mut [Box<dyn Keeper>],
    entrants: &[&Entrant],
    batch: &Batch,
    round: usize,
    ground: &Ground,
    times: &mut Times,
) {
    for turn in 0..keepers.len() {
        let at = (turn + round) % keepers.len();
        let few = if batch.wide && entrants[at].few_wide { (LOOKS / ground.live.len()).max(3) } else { usize::MAX };
        let steps = &batch.steps[..batch.steps.len().min(few)];
        keepers[at].prepare(steps);
        let (seconds, out) = timed(|| keepers[at].run());
        times.note(batch.kind, at, seconds / steps.len() as f64, out as f64 / steps.len() as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_keep_the_same_watches() {
        let (checks, watches) = agree(&ENTRANTS.iter().collect::<Vec<_>>(), &[300]);
        assert!(checks > 60 && watches > 100, "{checks} checks, {watches} watches");
    }

    #[test]
    fn what_a_batch_does_the_next_takes_back() {
        let world = World::of(300);
        let ground = Ground::of(&world);
        let mut ours = [(ENTRANTS[0].make)(&ground.engine, ground.live)];
        let load = Digest::of(&*ours[0]);
        let mut random = Random::new(1);
        let (mut changed, mut kinds) = (0, Vec::new());
        for pair in ground.pairs(20, &mut random).chunks(2) {
            for batch in pair {
                assert!(!batch.steps.is_empty(), "{}", batch.kind);
                kinds.push(batch.kind);
                ours[0].prepare(&batch.steps);
                assert!(ours[0].run() > 0, "nothing comes out of {}", batch.kind);
                changed += usize::from(Digest::of(&*ours[0]) != load);
            }
            assert_eq!(Digest::of(&*ours[0]).map(|digest| digest.watches), load.map(|digest| digest.watches));
        }
        assert_eq!(changed, 8, "each pair but the last changes watches, and changes them back");
        kinds.sort_unstable();
        let mut all = KINDS.to_vec();
        all.sort_unstable();
        assert_eq!(kinds, all);
        assert!(!KINDS.contains(&DAY));
    }
}
