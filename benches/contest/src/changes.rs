//! What building, loading and changing an engine costs.

use std::hint::black_box;
use std::io;

use chat_monitor::{MonitorEngine, OperatorId, Role, Rule, RuleId};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use serde::Serialize;
use serde::de::IgnoredAny;

use crate::clock::timed;
use crate::contender::HashMaps;
use crate::memory::values;
use crate::options::Options;
use crate::record::Records;
use crate::stats::{Spread, figure, grouped};
use crate::world::{Key, World};

/// Times that a world is built in each way.
const BUILDS: usize = 7;

/// Changes of each kind that are timed together, and how many times that is done.
const BATCH: usize = 100;
const BATCHES: usize = 101;

/// Changes of each kind that are timed one by one.
const SINGLES: usize = 10_000;

#[derive(Serialize)]
struct Line<'a> {
    what: &'a str,
    rules: usize,
    seconds: f64,
    worst: f64,
}

/// Prints the tables.
///
/// # Errors
///
/// When the figures cannot be written.
pub fn run(options: &Options) -> io::Result<()> {
    let mut records = Records::append_to(options.json.as_deref())?;
    let world = World::of(options.size());
    build_and_load(&world, &mut records)?;
    println!();
    change(&world, &mut records)
}

/// Both sides get their operators and rules ready-made, and hold them afterwards.
fn build_and_load(world: &World, records: &mut Records) -> io::Result<()> {
    let saved = serde_json::to_string(&world.engine())?;
    let mut seconds: [Vec<f64>; 6] = Default::default();
    for _ in 0..BUILDS {
        let (operators, rules, kept) = (world.operators.clone(), world.rules.clone(), world.rules.clone());
        let times = [
            timed(|| build(operators, rules)).0,
            timed(|| HashMaps::<RandomState>::of(world)).0,
            timed(|| (HashMaps::<RandomState>::of(world), by_id(kept))).0,
            timed(|| serde_json::from_str::<MonitorEngine>(&saved).expect("what was saved can be loaded")).0,
            timed(|| values(&saved)).0,
            timed(|| serde_json::from_str::<IgnoredAny>(&saved).expect("what was saved is JSON")).0,
        ];
        seconds.iter_mut().zip(times).for_each(|(all, time)| all.push(time));
    }
    let names = [
        "build an engine",
        "build plain hash maps, rules not kept",
        "build plain hash maps, rules kept by id",
        "load an engine",
        "parse its operators and rules alone",
        "parse its JSON alone",
    ];
    println!("{:<42}{:>10}   half of {BUILDS}", format!("{} rules", grouped(world.rules.len() as u64)), "seconds");
    let spreads = seconds.each_ref().map(|seconds| Spread::of(seconds.iter().copied()));
    for (what, spread) in names.iter().zip(spreads) {
        println!("{what:<42}{:>10.3}   {:.3} to {:.3}", spread.median, spread.low, spread.high);
        let (seconds, worst) = (spread.median, spread.worst);
        records.write("build", &Line { what, rules: world.rules.len(), seconds, worst })?;
    }
    let [build, bare, kept, load, parse, _] = seconds;
    let ratio = |of: &dyn Fn(usize) -> f64| figure(Spread::of((0..BUILDS).map(of)).median);
    println!("{:<42}{:>10}", "building : plain hash maps, not kept", ratio(&|n| build[n] / bare[n]));
    println!("{:<42}{:>10}", "building : plain hash maps, kept", ratio(&|n| build[n] / kept[n]));
    println!("{:<42}{:>10}", "(loading - parsing values) : building", ratio(&|n| (load[n] - parse[n]) / build[n]));
    Ok(())
}

fn build(operators: Vec<(OperatorId, Role)>, rules: Vec<Rule>) -> MonitorEngine {
    let mut engine = MonitorEngine::new();
    operators.into_iter().for_each(|(operator, role)| set(&mut engine, (operator, role)));
    for rule in rules {
        engine.add_rule(rule).expect("every rule of the world is acceptable");
    }
    engine
}

fn set(engine: &mut MonitorEngine, (operator, role): (OperatorId, Role)) {
    engine.set_operator(operator, role).expect("the built-in roles are always there");
}

fn by_id(rules: Vec<Rule>) -> HashMap<RuleId, Rule, RandomState> {
    rules.into_iter().map(|rule| (rule.id().clone(), rule)).collect()
}

fn change(world: &World, records: &mut Records) -> io::Result<()> {
    let count = BATCH * BATCHES + SINGLES;
    // A stride that meets rules and operators in no order of theirs.
    let some = |all: &[Rule]| -> Vec<Rule> {
        let spread = (0..count.min(all.len())).map(|n| all[n * 7_919 % all.len()].clone());
        spread.collect()
    };
    let hottest = hottest(&world.rules);
    let on_hottest: Vec<Rule> = world
        .rules
        .iter()
        .filter(|rule| matches!(Key::of(rule), Key::Operator(id) if *id == hottest))
        .cloned()
        .collect();
    println!(
        "{:<42}{:>10}{:>10}{:>10}   a change; {} rules, {} of them on the hottest operator",
        "",
        "median ns",
        "1 in 100",
        "worst",
        grouped(world.rules.len() as u64),
        grouped(on_hottest.len() as u64)
    );
    let mut engine = world.engine();
    let mut table = Table { records, rules: world.rules.len() };
    for (whose, rules) in [("any rule", some(&world.rules)), ("a rule on the hottest operator", some(&on_hottest))] {
        let ids: Vec<&Rule> = rules.iter().collect();
        table.line(&format!("switch {whose}"), &mut engine, &ids, |engine, rule| {
            engine.set_rule_enabled(rule.id(), !rule.enabled()).expect("the rule is there");
        })?;
        table.line(&format!("switch {whose} back"), &mut engine, &ids, |engine, rule| {
            engine.set_rule_enabled(rule.id(), rule.enabled()).expect("the rule is there");
        })?;
        table.line(&format!("remove {whose}"), &mut engine, &ids, |engine, rule| {
            black_box(engine.remove_rule(rule.id())).expect("the rule is there");
        })?;
        table.line(&format!("add {whose}"), &mut engine, rules, |engine, rule| {
            engine.add_rule(rule).expect("the rule is acceptable");
        })?;
    }
    let watchers = Watching::of(world);
    let associates = world.operators.iter().filter(|(id, role)| *role == Role::Associate && !watchers.is(id));
    let associates: Vec<OperatorId> = associates.map(|(id, _)| id.clone()).collect();
    let any: Vec<OperatorId> =
        (0..count.min(associates.len())).map(|n| associates[n * 7_919 % associates.len()].clone()).collect();
    table.line("raise any operator", &mut engine, any, |engine, id| set(engine, (id, Role::Supervisor)))?;
    let change_and_back = |id: &OperatorId, times: usize| -> Vec<(OperatorId, Role)> {
        let roles = [Role::Associate, Role::Supervisor];
        (0..times).map(|n| (id.clone(), roles[n % 2].clone())).collect()
    };
    table.line("change the hottest operator's role", &mut engine, change_and_back(&hottest, count), set)?;
    let (watcher, own) = watchers.busiest();
    let what = format!("change the role of a watcher of {} rules", grouped(own as u64));
    table.line(&what, &mut engine, change_and_back(watcher, 202), set)
}

/// Where the lines go.
struct Table<'a> {
    records: &'a mut Records,
    rules: usize,
}

impl Table<'_> {
    /// Times one kind of change: half of the changes in batches, for the median, the others one by one.
    fn line<T>(
        &mut self,
        what: &str,
        engine: &mut MonitorEngine,
        changes: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
        mut change: impl FnMut(&mut MonitorEngine, T),
    ) -> io::Result<()> {
        let mut changes = changes.into_iter();
        let batch = BATCH.min(changes.len().div_ceil(2 * BATCHES));
        let batches = (changes.len() / 2 / batch).min(BATCHES);
        let clock = Spread::of((0..1_000).map(|_| timed(|| ()).0)).median;
        let together = Spread::of((0..batches).map(|_| {
            let batch: Vec<T> = changes.by_ref().take(batch).collect();
            let count = batch.len() as f64;
            let (seconds, ()) = timed(|| batch.into_iter().for_each(|one| change(engine, one)));
            (seconds - clock) / count
        }));
        let mut singles: Vec<f64> = changes.map(|one| timed(|| change(engine, one)).0 - clock).collect();
        singles.sort_by(f64::total_cmp);
        let rare = singles.get(singles.len() * 99 / 100).copied().unwrap_or_default();
        let worst = singles.last().copied().unwrap_or_default();
        let [median, rare_ns, worst_ns] =
            [together.median, rare, worst].map(|seconds| figure((seconds * 1e9).max(0.0)));
        println!("{what:<42}{median:>10}{rare_ns:>10}{worst_ns:>10}");
        self.records.write("change", &Line { what, rules: self.rules, seconds: together.median, worst })
    }
}

/// The operator whom most rules name.
fn hottest(rules: &[Rule]) -> OperatorId {
    let mut named: HashMap<&OperatorId, usize> = HashMap::new();
    for rule in rules {
        if let Key::Operator(operator) = Key::of(rule) {
            *named.entry(operator).or_default() += 1;
        }
    }
    let hottest = named.into_iter().max_by_key(|(operator, rules)| (*rules, *operator));
    hottest.map(|(operator, _)| operator.clone()).expect("a world has rules on operators")
}

/// How many rules everyone has.
struct Watching<'w>(HashMap<&'w OperatorId, (usize, Role)>);

impl<'w> Watching<'w> {
    fn of(world: &'w World) -> Self {
        let roles: HashMap<_, &Role> = world.operators.iter().map(|(id, role)| (id, role)).collect();
        let mut watching: HashMap<&OperatorId, (usize, Role)> = HashMap::new();
        for rule in &world.rules {
            watching.entry(rule.watcher()).or_insert((0, roles[rule.watcher()].clone())).0 += 1;
        }
        Watching(watching)
    }

    fn is(&self, operator: &OperatorId) -> bool {
        self.0.contains_key(operator)
    }

    /// The supervisor with most rules.
    fn busiest(&self) -> (&'w OperatorId, usize) {
        let supervisors = self.0.iter().filter(|(_, (_, role))| *role == Role::Supervisor);
        let busiest = supervisors.map(|(id, (rules, _))| (*id, *rules)).max_by_key(|(id, rules)| (*rules, *id));
        busiest.expect("a world has supervisors with rules")
    }
}
