//! The guard: `cargo bench -p guard` counts instructions under valgrind, which noise cannot touch, and fails where a
//! call executes over 5 % more than the number that stands here. A change that is worth its price changes the number.
//! Each number is for 10,000 chats or rules; those of live chats are for 2,000 commands with `switch_rules_on_live_chats`,
//! for 1,000 commands of one kind, and for 2,000 steps of a day.

use std::hint::black_box;

use chat_monitor::{Chat, Command, LiveMonitor, MonitorEngine, Rule, RuleId, WatcherBuffer};
use guard::{Host, Kind, SIZE, chats, chats_of_departments, engine, live, rule, scoped_engine};
use gungraun::{Callgrind, EventKind, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main};

/// Fails beyond 5 % more than `instructions`.
fn at_most(instructions: u64) -> LibraryBenchmarkConfig {
    let mut callgrind = Callgrind::default();
    callgrind.hard_limits([(EventKind::Ir, instructions + instructions / 20)]);
    let mut config = LibraryBenchmarkConfig::default();
    config.tool(callgrind);
    config
}

/// What the questions are asked of. It is handed back, so that dropping it is not counted.
type Asked = (MonitorEngine, Vec<Chat>, WatcherBuffer);

fn asked() -> Asked {
    warm(engine(), chats())
}

fn asked_by_departments() -> Asked {
    warm(scoped_engine(), chats_of_departments())
}

/// As in a host that has been running.
fn warm(engine: MonitorEngine, chats: Vec<Chat>) -> Asked {
    let mut buffer = WatcherBuffer::new();
    chats.iter().for_each(|chat| _ = engine.watchers_for_into(chat, &mut buffer).len());
    (engine, chats, buffer)
}

#[library_benchmark(config = at_most(9_820_000))]
#[bench::chats(asked())]
fn one_by_one((engine, chats, mut buffer): Asked) -> Asked {
    for chat in &chats {
        black_box(engine.watchers_for_into(chat, &mut buffer).len());
    }
    (engine, chats, buffer)
}

// In 50 departments, by watchers who are all limited to half of them.
#[library_benchmark(config = at_most(18_390_000))]
#[bench::chats(asked_by_departments())]
fn one_by_one_in_departments((engine, chats, mut buffer): Asked) -> Asked {
    for chat in &chats {
        black_box(engine.watchers_for_into(chat, &mut buffer).len());
    }
    (engine, chats, buffer)
}

#[library_benchmark(config = at_most(22_800_000))]
#[bench::chats(asked())]
fn with_the_rules((engine, chats, buffer): Asked) -> Asked {
    for chat in &chats {
        black_box(engine.watchers_for(chat));
    }
    (engine, chats, buffer)
}

#[library_benchmark(config = at_most(17_230_000))]
#[bench::rules(engine())]
fn switch_off_and_on(mut engine: MonitorEngine) -> MonitorEngine {
    for enabled in [false, true] {
        (0..SIZE).for_each(|n| black_box(engine.set_rule_enabled(&RuleId::from(n), enabled)).unwrap_or_default());
    }
    engine
}

#[library_benchmark(config = at_most(25_730_000))]
#[bench::rules((engine(), (0..SIZE).map(rule).collect()))]
fn remove_and_add((mut engine, rules): (MonitorEngine, Vec<Rule>)) -> MonitorEngine {
    for rule in rules {
        black_box(engine.remove_rule(rule.id())).ok();
        black_box(engine.add_rule(rule)).ok();
    }
    engine
}

#[library_benchmark(config = at_most(18_110_000))]
#[bench::chats(live())]
fn switch_rules_on_live_chats(mut live: LiveMonitor) -> LiveMonitor {
    for enabled in [false, true] {
        for n in 0..SIZE / 10 {
            let command = Command::SetRuleEnabled { rule: RuleId::from(n), enabled };
            black_box(live.apply(command)).ok();
        }
    }
    live
}

// By a monitor of 1,000 chats.
#[library_benchmark]
#[bench::start(args = (Host::of(Kind::Start)), config = at_most(10_230_000))]
#[bench::learn(args = (Host::of(Kind::Learn)), config = at_most(8_100_000))]
#[bench::transfer(args = (Host::of(Kind::Transfer)), config = at_most(5_990_000))]
#[bench::end(args = (Host::of(Kind::End)), config = at_most(4_420_000))]
#[bench::join(args = (Host::of(Kind::Join)), config = at_most(6_420_000))]
#[bench::switch(args = (Host::of(Kind::Switch)), config = at_most(2_790_000))]
#[bench::raise(args = (Host::of(Kind::Raise)), config = at_most(7_540_000))]
#[bench::recipients(args = (Host::of(Kind::Ask)), config = at_most(518_000))]
#[bench::day(args = (Host::of_day()), config = at_most(4_220_000))]
fn live_chats(mut host: Host) -> Host {
    black_box(host.run());
    host
}

library_benchmark_group!(
    name = calls,
    benchmarks = [
        one_by_one,
        one_by_one_in_departments,
        with_the_rules,
        switch_off_and_on,
        remove_and_add,
        switch_rules_on_live_chats,
        live_chats
    ]
);

main!(library_benchmark_groups = calls);
