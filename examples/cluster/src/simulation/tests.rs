//! The random histories.

use super::run::{directed, explain, name, opened, run, steps};
use super::world::{Counts, Step};
use crate::fault::Fault;

/// How many runs, and how long they are; `CLUSTER_RUNS` says how many more.
const RUNS: u64 = 60;
const STEPS: usize = 900;

/// In how many runs the least that must happen does.
const LEAST: u64 = 40;

/// How many runs may pass before a planted fault is caught.
const SEEDS: u64 = 30;

const PLANTED: [(Fault, &[&str]); 12] = [
    (Fault::NoFence, &["the logs chain", "no owner stops for good"]),
    (Fault::AcknowledgedTooSoon, &["nothing reaches a watcher after an acknowledged revocation"]),
    (Fault::NoFloor, &["nobody reads anything twice or too late"]),
    (Fault::OtherHash, &["items stand in the log of their shard"]),
    (Fault::SnapshotWithoutIds, &["every id stands in one record", "what was refused is in no record"]),
    (Fault::PurgedTooSoon, &["everything is answered in the end"]),
    (Fault::StaleRefusal, &["a refusal knows what was acknowledged before"]),
    (Fault::StaleGateway, &["nothing reaches a watcher after an acknowledged revocation"]),
    (
        Fault::AnsweredTooSoon,
        &[
            "what was acknowledged is in its record",
            "a refusal knows what was acknowledged before",
            "nothing reaches a watcher after an acknowledged revocation",
        ],
    ),
    (Fault::GapIgnored, &["everybody reads all that is for them"]),
    (Fault::SpareAhead, &["no owner stops for good"]),
    (Fault::OutboxKept, &["nothing reaches a watcher after an acknowledged revocation"]),
];

fn runs() -> u64 {
    std::env::var("CLUSTER_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(RUNS)
}

#[test]
fn whatever_happens_the_laws_hold() {
    let mut total = Counts::default();
    for seed in 0..runs() {
        let steps = steps(seed, STEPS);
        let run = run(&steps, None);
        if let Some(wrong) = run.wrong {
            panic!("{}", explain(seed, steps, &wrong));
        }
        total.add(&run.counts);
    }
    println!("{total:#?}");
    // Steered: whatever is rare here is hardly tried.
    for (what, count, least) in total.least() {
        assert!(count >= least * runs() / LEAST, "{what} happened {count} times only");
    }
}

/// Each planted fault is caught by its checks and by no others; the first run that catches it is enough.
#[test]
fn every_planted_fault_is_caught() {
    let mut missed = Vec::new();
    for (fault, checks) in PLANTED {
        let mut tries: Vec<Vec<Step>> = directed(fault).into_iter().collect();
        assert!(
            tries.iter().all(|steps| run(steps, None).wrong.is_none()),
            "{fault:?}: its history is well without it"
        );
        if tries.is_empty() {
            tries.extend((0..SEEDS).map(|seed| steps(seed, STEPS)));
        }
        let caught = tries.iter().zip(0..).find_map(|(steps, nth)| Some((nth, run(steps, Some(fault)).wrong?)));
        match caught {
            Some((nth, wrong)) if checks.contains(&name(&wrong)) => println!("{fault:?}: {nth}: {}", name(&wrong)),
            Some((nth, wrong)) => missed.push(format!("{fault:?} is caught by another check, {nth}: {wrong}")),
            None => missed.push(format!("{fault:?} is not caught")),
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// A command on the rules is in force as soon as the messages for that have come: nobody waits for the next beat.
#[test]
fn a_command_on_the_rules_does_not_wait_for_a_beat() {
    let mut world = opened();
    for _ in 0..20 {
        world.step(Step::Pass(100));
        world.step(Step::Rush(1_000));
    }
    assert!(world.pending.is_empty(), "{:?}", world.pending);
    let before = world.counts.revocations;
    for turn in 0..8 {
        // A rule comes and goes.
        for what in [3, 5] {
            world.step(Step::Act(what, turn));
            let begun = world.now;
            while !world.pending.is_empty() {
                world.step(Step::Rush(1_000));
                world.step(Step::Pass(5));
                assert!(world.now < begun + 100, "turn {turn}: {:?}", world.pending);
            }
        }
    }
    assert!(world.counts.revocations >= before + 4, "{:?}", world.counts);
}
