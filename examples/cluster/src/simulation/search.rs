//! Every history of a small cluster with one thing that goes wrong: each kind of it, at each moment.
//!
//! Two shards, two hosts, one gateway; messages arrive in the order in which they were sent, but for the one that the
//! fault is about. The usual run leaves out two moments of three, each time other ones; `CLUSTER_ALL=1` leaves out none,
//! and `CLUSTER_PAIRS=1` has two things go wrong besides, in all their pairs; that takes hours.

use super::run::settings;
use super::world::{Step, World};
use crate::check::check;

/// Rights are given and taken while people talk.
const ACTS: [usize; 14] = [0, 64, 1, 3, 8, 88, 13, 5, 13, 3, 29, 13, 98, 13];

/// What can go wrong at a moment.
const WRONG: [Step; 14] = [
    Step::Crash(0),
    Step::Crash(1),
    Step::Pause(0),
    Step::Pause(1),
    Step::NoLease(0),
    Step::Leave(0),
    Step::GatewayCrash(0),
    Step::GatewayPause(0),
    Step::GatewayCut(0),
    Step::Lose(0),
    Step::LoseAppend(0),
    Step::Twice(0),
    Step::Last,
    Step::Deliver(1),
];

/// How many messages arrive between two things that are asked for.
const BETWEEN: usize = 12;

/// The history in which nothing goes wrong.
fn calm() -> Vec<Step> {
    let mut steps =
        vec![Step::Pass(100), Step::Rush(100), Step::Pass(500), Step::Rush(100), Step::Pass(500), Step::Rush(100)];
    steps.extend((0..6).map(|who| Step::SignIn(who, 0)));
    for act in ACTS {
        steps.push(Step::Act(act, 0));
        steps.extend((0..BETWEEN).map(|_| Step::Next));
        steps.extend([Step::Pass(100), Step::Read(0), Step::Read(1)]);
    }
    steps
}

fn well(steps: &[(usize, Step)]) -> Result<(), String> {
    let mut world = World::new(2, 1, settings());
    for (nth, step) in calm().into_iter().enumerate() {
        for (at, wrong) in steps {
            if *at == nth {
                world.step(*wrong);
            }
        }
        world.step(step);
    }
    // Whoever stands still does so until others have taken over.
    for _ in 0..45 {
        world.step(Step::Pass(100));
        world.step(Step::Rush(60));
    }
    if !world.settle() {
        return Err(world.unsettled());
    }
    check(&world.course())
}

#[test]
fn one_thing_goes_wrong_at_any_moment() {
    let moments = calm().len();
    let pairs = std::env::var_os("CLUSTER_PAIRS").is_some();
    let all = pairs || std::env::var_os("CLUSTER_ALL").is_some();
    let mut histories = 0;
    let first = (0..moments).flat_map(|at| WRONG.map(|wrong| (at, wrong)));
    for ((at, wrong), nth) in first.zip(0..) {
        // There are 14 kinds, so those left out are of all kinds and moments alike.
        if !all && nth % 3 > 0 {
            continue;
        }
        let others = (at + 1..moments).flat_map(|at| WRONG.map(|wrong| (at, wrong)));
        let others = others.filter(|_| pairs).map(Some);
        for other in std::iter::once(None).chain(others) {
            let steps: Vec<(usize, Step)> = std::iter::once((at, wrong)).chain(other).collect();
            histories += 1;
            if let Err(why) = well(&steps) {
                panic!("{steps:?}: {why}");
            }
        }
    }
    println!("{histories} histories");
    assert!(histories >= 900);
}
