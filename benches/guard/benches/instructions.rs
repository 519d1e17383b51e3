//! The guard: `cargo bench -p guard` counts instructions under valgrind, which noise cannot touch, and fails where a
//! call executes over 5 % more than the number that stands here. A change that is worth its price changes the number.
//! Each number is for 10,000 chats or rules; the last for 2,000 commands on live chats.

use std::hint::black_box;

use chat_monitor::{Chat, Command, LiveMonitor, MonitorEngine, Rule, RuleId, Watchers};
use guard::{SIZE, chats, engine, live, rule};
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
type Asked = (MonitorEngine, Vec<Chat>, Watchers);

fn asked() -> Asked {
    let (engine, chats, mut buffer) = (engine(), chats(), Watchers::new());
    // Warm, as in a host that has been running.
    engine.watchers_for_many(&chats, &mut buffer).for_each(drop);
    (engine, chats, buffer)
}

#[library_benchmark(config = at_most(9_660_000))]
#[bench::chats(asked())]
fn one_by_one((engine, chats, mut buffer): Asked) -> Asked {
    for chat in &chats {
        black_box(engine.watchers_for_into(chat, &mut buffer).len());
    }
    (engine, chats, buffer)
}

#[library_benchmark(config = at_most(10_280_000))]
#[bench::chats(asked())]
fn many_at_once((engine, chats, mut buffer): Asked) -> Asked {
    for granted in engine.watchers_for_many(&chats, &mut buffer) {
        black_box(granted.len());
    }
    (engine, chats, buffer)
}

#[library_benchmark(config = at_most(44_080_000))]
#[bench::chats(asked())]
fn with_the_rules((engine, chats, buffer): Asked) -> Asked {
    for chat in &chats {
        black_box(engine.watchers_for(chat));
    }
    (engine, chats, buffer)
}

#[library_benchmark(config = at_most(16_050_000))]
#[bench::rules(engine())]
fn switch_off_and_on(mut engine: MonitorEngine) -> MonitorEngine {
    for enabled in [false, true] {
        (0..SIZE).for_each(|n| black_box(engine.set_rule_enabled(&RuleId::from(n), enabled)).unwrap_or_default());
    }
    engine
}

#[library_benchmark(config = at_most(24_810_000))]
#[bench::rules((engine(), (0..SIZE).map(rule).collect()))]
fn remove_and_add((mut engine, rules): (MonitorEngine, Vec<Rule>)) -> MonitorEngine {
    for rule in rules {
        black_box(engine.remove_rule(rule.id())).ok();
        black_box(engine.add_rule(rule)).ok();
    }
    engine
}

#[library_benchmark(config = at_most(27_760_000))]
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

library_benchmark_group!(
    name = calls,
    benchmarks =
        [one_by_one, many_at_once, with_the_rules, switch_off_and_on, remove_and_add, switch_rules_on_live_chats]
);

main!(library_benchmark_groups = calls);
