//! Runs: steps made from a seed, and what is left of them when they fail.

use super::world::{Counts, SHARDS, Step, World};
use crate::check::check;
use crate::fault::{Fault, plant};
use crate::settings::Settings;

/// Numbers from a seed: SplitMix64.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap_or_default()
    }
}

/// Small numbers, so that snapshots are made, and what is kept is at times not enough.
pub(super) fn settings() -> Settings {
    Settings {
        shards: SHARDS,
        snapshot_records: 12,
        snapshot_time: 20_000,
        deliveries_kept: 1,
        recent_kept: 12,
        outbox: 40,
        batch: 4,
    }
}

/// Two steps of three are messages that arrive, most of them in order.
pub(super) fn steps(seed: u64, count: usize) -> Vec<Step> {
    let mut dice = Dice::new(seed);
    // Some runs are calm, so that much gets done in them; some are wild.
    let wildness = 1 + dice.below(4);
    (0..count).map(|_| step(&mut dice, wildness)).collect()
}

fn step(dice: &mut Dice, wildness: usize) -> Step {
    let any = dice.below(10_000);
    match dice.below(1_000) {
        0..=359 => Step::Next,
        360..=487 => Step::Rush(2 + dice.below(40)),
        488..=489 => Step::Leave(dice.below(8)),
        490..=519 => Step::Read(dice.below(2)),
        520..=629 => Step::Deliver(dice.below(64)),
        630..=659 => Step::Last,
        660..=719 => Step::Pass(50 + dice.below(150) as u64),
        720..=729 => Step::Pass(500 + dice.below(3_000) as u64),
        730..=839 => Step::Act(any, dice.below(2)),
        840..=849 => Step::AskAgain(any, dice.below(2)),
        850..=919 => Step::Read(dice.below(6)),
        920..=929 => Step::SignIn(dice.below(6), dice.below(2)),
        930..=934 => Step::Cut(dice.below(6)),
        935..=949 => Step::Wake(dice.below(3)),
        950..=954 => Step::GatewayWake(dice.below(2)),
        _ if dice.below(4) >= wildness => Step::Next,
        955..=964 => Step::Lose(dice.below(64)),
        965..=969 => Step::LoseAppend(dice.below(8)),
        970..=979 => Step::Twice(dice.below(64)),
        980..=983 => Step::Crash(dice.below(3)),
        984..=990 => Step::Pause(dice.below(3)),
        991..=993 => Step::NoLease(dice.below(3)),
        994..=995 => Step::GatewayCrash(dice.below(2)),
        996 => Step::GatewayPause(dice.below(2)),
        997..=999 => Step::GatewayCut(dice.below(2)),
        _ => Step::Next,
    }
}

/// How every run begins: hosts that own their logs, gateways that are admitted, operators, and people at their sockets.
pub(super) fn opened() -> World {
    open(World::new(3, 2, settings()))
}

/// The same in a world of another kind.
pub(super) fn open(mut world: World) -> World {
    for _ in 0..12 {
        world.step(Step::Pass(100));
        while !world.arrivals().is_empty() {
            world.step(Step::Next);
        }
    }
    // Operators, watchers, a rule for each of these, and two chats.
    let acts = [0, 64, 128, 1, 65, 3, 83, 8, 88];
    for (nth, act) in acts.into_iter().enumerate() {
        world.step(Step::Act(act, nth));
    }
    for who in 0..6 {
        world.step(Step::SignIn(who, who));
    }
    world
}

/// What leads straight to where some faults show, which chance does not often do.
pub(super) fn directed(fault: Fault) -> Option<Vec<Step>> {
    let quiet = |count| (0..count).flat_map(|_| [Step::Pass(100), Step::Rush(200)]);
    match fault {
        // A host stands still while another takes over, and so does a gateway; when both go on, the gateway asks the old
        // owner for what only the new one can do.
        Fault::StaleRefusal => {
            let mut steps: Vec<Step> = quiet(10).collect();
            steps.extend([Step::GatewayPause(0), Step::Pause(0)]);
            steps.extend(quiet(34));
            steps.push(Step::Act(40, 1));
            steps.extend(quiet(3));
            steps.extend([Step::Pause(1), Step::Wake(0), Step::GatewayWake(0), Step::Act(45, 0)]);
            // The gateway's beat has gone out after what it asks for.
            steps.extend([Step::Last; 8]);
            Some(steps)
        }
        // A gateway stands still until nobody waits for it any more, and goes on with what it had.
        Fault::StaleGateway => {
            let mut steps: Vec<Step> = quiet(10).collect();
            steps.extend((0..40).map(|_| Step::Read(0)));
            steps.push(Step::Act(13, 1));
            steps.extend(quiet(3));
            steps.extend([Step::GatewayPause(0), Step::Act(5, 1)]);
            steps.extend(quiet(80));
            steps.extend([Step::GatewayWake(0), Step::Read(0)]);
            Some(steps)
        }
        Fault::NoFence
        | Fault::AcknowledgedTooSoon
        | Fault::NoFloor
        | Fault::OtherHash
        | Fault::SnapshotWithoutIds
        | Fault::PurgedTooSoon
        | Fault::AnsweredTooSoon
        | Fault::GapIgnored
        | Fault::OutboxKept
        | Fault::LeftUnsaved
        | Fault::ServesOn
        | Fault::OtherShards
        | Fault::SpareAhead => None,
    }
}

#[derive(Debug)]
pub(super) struct Run {
    pub(super) counts: Counts,
    pub(super) wrong: Option<String>,
    pub(super) told: Vec<String>,
}

/// Runs the steps under a planted fault, if any, lets everything settle, and checks.
pub(super) fn run(steps: &[Step], fault: Option<Fault>) -> Run {
    plant(fault);
    let mut world = opened();
    let told = steps.iter().filter_map(|step| world.step(*step)).collect();
    let settled = world.settle();
    let wrong = if settled || world.broken.is_some() { check(&world.course()).err() } else { Some(world.unsettled()) };
    plant(None);
    Run { counts: world.counts, wrong, told }
}

/// The name of the check that failed.
pub(super) fn name(wrong: &str) -> &str {
    wrong.split(':').next().unwrap_or(wrong)
}

/// As few of the steps as still fail the same check.
pub(super) fn shrink(steps: Vec<Step>, fault: Option<Fault>, check: &str) -> Vec<Step> {
    let mut steps = steps;
    let mut size = steps.len().div_ceil(2);
    while size > 0 {
        let mut from = 0;
        while from < steps.len() {
            let until = (from + size).min(steps.len());
            let fewer: Vec<Step> = steps.iter().take(from).chain(steps.iter().skip(until)).copied().collect();
            if run(&fewer, fault).wrong.is_some_and(|wrong| name(&wrong) == check) {
                steps = fewer;
            } else {
                from = until;
            }
        }
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    steps
}

/// Fails with a readable list of what happened.
pub(super) fn explain(seed: u64, steps: Vec<Step>, wrong: &str) -> String {
    let steps = shrink(steps, None, name(wrong));
    let run = run(&steps, None);
    let told = run.told.join("\n  ");
    format!("seed {seed}: {}\n{} steps are left:\n  {told}\n{steps:?}", run.wrong.unwrap_or_default(), steps.len())
}
