//! What a command on live chats costs where little is live and where much is: `cargo bench --bench proportion`.
//!
//! Two worlds, of 1,000 and of 100,000 live chats and as many rules, in which every command touches ten chats. The
//! table gives the median time of a command in either world and their ratio, from one run in which the two take
//! turns. Where valgrind is installed, it counts the instructions of the same commands too.

use std::hint::black_box;
use std::process::Command as Process;
use std::time::{Duration, Instant};

use chat_monitor::{Chat, Command, Criterion, LiveMonitor, MonitorEngine, OperatorId, Role, Rule, Visitor};

const SMALL: usize = 1_000;
const LARGE: usize = 100_000;

/// Chats that have an operator, a mail domain and a network in common.
const GROUP: usize = 10;

/// Times that each command is applied and taken back again.
const REPEATS: usize = 2_000;

/// A kind of change: its name, and the commands that make it and take it back for one group of chats.
type Change = (&'static str, fn(usize) -> (Vec<Command>, Vec<Command>));

const CHANGES: [Change; 6] = [
    ("switch a rule on an operator", |group| switch(format!("operator-{group}"))),
    ("switch a rule on a network", |group| switch(format!("network-{group}"))),
    ("switch a rule on a domain", |group| switch(format!("domain-{group}"))),
    ("remove a rule and add it", |group| {
        let rule = rule("operator", group, Criterion::Operator(id("ken", group)));
        (vec![Command::RemoveRule { rule: rule.id().clone() }], vec![Command::AddRule(rule)])
    }),
    ("change an operator's role", |group| {
        let set = |role: Role| vec![Command::SetOperator { id: id("ken", group), operator: role.into() }];
        (set(Role::Supervisor), set(Role::Associate))
    }),
    ("transfer ten chats", |group| {
        let transfer = |from: &str, to: &str| {
            let chats = (0..GROUP).map(|n| chat_id(group * GROUP + n));
            let transfer = |chat| {
                let (from, to) = (id(from, group), id(to, group));
                Command::Transfer { chat, from, to, departments: None }
            };
            chats.map(transfer).collect()
        };
        (transfer("ken", "aya"), transfer("aya", "ken"))
    }),
];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let [_, count, size, change] = &args[..] {
        if count == "--count" {
            return count_for(size, change);
        }
    }
    let (mut small, mut large) = (world(SMALL), world(LARGE));
    println!("{:<30} {:>10} {:>10} {:>7} {:>14}", "ten chats touched", "1,000", "100,000", "ratio", "instructions");
    for (number, (name, change)) in CHANGES.iter().enumerate() {
        let (mut in_small, mut in_large) = (Vec::new(), Vec::new());
        for repeat in 0..REPEATS {
            in_small.push(timed(&mut small, change(spread(repeat, SMALL))));
            in_large.push(timed(&mut large, change(spread(repeat, LARGE))));
        }
        let (small, large) = (median(in_small), median(in_large));
        let ratio = large.as_secs_f64() / small.as_secs_f64();
        let instructions = match (instructions(SMALL, number), instructions(LARGE, number)) {
            (Some(small), Some(large)) => format!("{:.2}", large as f64 / small as f64),
            _ => "no valgrind".into(),
        };
        println!("{name:<30} {small:>10.2?} {large:>10.2?} {ratio:>7.2} {instructions:>14}");
    }
}

/// Chats in groups of ten: each group has one operator, one network and one domain. As many rules as chats.
fn world(chats: usize) -> LiveMonitor {
    let groups = chats / GROUP;
    let mut engine = MonitorEngine::new();
    for watcher in 0..watchers(chats) {
        set(&mut engine, id("hana", watcher), Role::Supervisor);
    }
    for group in 0..groups {
        set(&mut engine, id("ken", group), Role::Associate);
        set(&mut engine, id("aya", group), Role::Associate);
    }
    for group in 0..groups {
        let Some([network, domain]) = patterns(group) else { continue };
        let by_group = [("operator", Criterion::Operator(id("ken", group))), ("network", network), ("domain", domain)];
        let by_chat = (0..GROUP - by_group.len()).filter_map(|n| {
            let email = email(group * GROUP + n).parse().ok()?;
            Some(("email", Criterion::VisitorEmail(email)))
        });
        for (n, (kind, criterion)) in by_group.into_iter().chain(by_chat).enumerate() {
            let number = if kind == "email" { group * GROUP + n } else { group };
            engine.add_rule(rule(kind, number, criterion)).unwrap_or_else(|refusal| panic!("{refusal}"));
        }
    }
    let mut live = LiveMonitor::new(engine);
    for chat in 0..chats {
        let start = Command::StartChat(chat_of(chat));
        live.apply(start).unwrap_or_else(|refusal| panic!("{refusal}"));
    }
    live
}

fn set(engine: &mut MonitorEngine, operator: OperatorId, role: Role) {
    engine.set_operator(operator, role).unwrap_or_else(|refusal| panic!("{refusal}"));
}

fn watchers(chats: usize) -> usize {
    (chats / 1_000).max(10)
}

fn chat_of(chat: usize) -> Chat {
    let group = chat / GROUP;
    let ip = [10, (group >> 12) as u8, (group >> 4) as u8, (((group & 15) << 4) | (chat % GROUP)) as u8];
    let visitor = Visitor::new().with_ip(ip.into());
    let visitor = match email(chat).parse() {
        Ok(email) => visitor.with_email(email),
        Err(_) => visitor,
    };
    Chat::new(chat_id(chat)).with_visitor(visitor).attended_by(id("ken", group))
}

fn patterns(group: usize) -> Option<[Criterion; 2]> {
    let network = format!("10.{}.{}.{}/28", group >> 12, (group >> 4) & 255, (group & 15) << 4).parse().ok()?;
    let domain = format!("*@{group}.example.com").parse().ok()?;
    Some([Criterion::VisitorIp(network), Criterion::VisitorEmail(domain)])
}

fn email(chat: usize) -> String {
    format!("mika{chat}@{}.example.com", chat / GROUP)
}

/// A rule of one of the ten watchers whom a world of any size has.
fn rule(kind: &str, number: usize, criterion: Criterion) -> Rule {
    Rule::new(id(kind, number), id("hana", number % watchers(SMALL)), criterion)
}

fn switch(rule: String) -> (Vec<Command>, Vec<Command>) {
    let to = |enabled| match rule.parse() {
        Ok(rule) => vec![Command::SetRuleEnabled { rule, enabled }],
        Err(_) => Vec::new(),
    };
    (to(false), to(true))
}

fn chat_id(chat: usize) -> chat_monitor::ChatId {
    chat_monitor::ChatId::from(chat as u64)
}

fn id<T: std::str::FromStr<Err: std::fmt::Display>>(name: &str, number: usize) -> T {
    format!("{name}-{number}").parse().unwrap_or_else(|error| panic!("{error}"))
}

/// A group for this repeat, far from the one before, so that the large world is as cold as it would be.
fn spread(repeat: usize, chats: usize) -> usize {
    repeat * 7_919 % (chats / GROUP)
}

fn timed(live: &mut LiveMonitor, (change, back): (Vec<Command>, Vec<Command>)) -> Duration {
    let start = Instant::now();
    apply(live, change);
    let took = start.elapsed();
    apply(live, back);
    took
}

/// Never inlined, so that its instructions can be counted by its name.
#[inline(never)]
fn apply(live: &mut LiveMonitor, commands: Vec<Command>) {
    for command in commands {
        black_box(live.apply(command)).unwrap_or_else(|refusal| panic!("{refusal}"));
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Counts what `apply` executes, in a run of this program under valgrind.
fn instructions(size: usize, change: usize) -> Option<u64> {
    let output = Process::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
        .arg("--toggle-collect=proportion::apply")
        .arg(std::env::current_exe().ok()?)
        .args(["--count", &size.to_string(), &change.to_string()])
        .output()
        .ok()?;
    let report = String::from_utf8(output.stderr).ok()?;
    let collected = report.lines().find_map(|line| line.split_once("Collected : "))?.1;
    collected.trim().parse().ok()
}

fn count_for(size: &str, change: &str) {
    let (Ok(size), Ok(change)) = (size.parse(), change.parse::<usize>()) else { return };
    let Some((_, change)) = CHANGES.get(change) else { return };
    let mut live = world(size);
    // So few that the groups are other ones each time in the small world too.
    for repeat in 0..SMALL / GROUP {
        let (there, back) = change(spread(repeat, size));
        apply(&mut live, there);
        apply(&mut live, back);
    }
}
