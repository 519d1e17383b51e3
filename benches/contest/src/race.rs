//! The contest: what an answer costs each contender, as a ratio to the floor.
//!
//! A contender and the floor are measured in pairs: next to each other on the same chats, and again on others in the
//! other order, so that whatever the first pays for the second is shared. The pairs of all contenders take turns, those
//! of the slow ones after the others, whose tables they would drive out of the cache.
//!
//! Each pair is about chats that nobody was asked about just before: the tables are as cold as they are in life, while
//! the chats themselves lie in the cache, since a host asks about the chat that it has just changed. As many other chats,
//! not timed, come before each sample, so that nobody starts in a cache that another filled.

use std::hint::black_box;
use std::io;

use chat_monitor::{Chat, WatcherBuffer};
use serde::Serialize;

use crate::clock::timed;
use crate::contender::{Contender, ENTRANTS, Floor, Ground, Patience, Scan};
use crate::options::Options;
use crate::record::Records;
use crate::stats::{Spread, figure, grouped};
use crate::world::World;

/// The most chats in a sample; a pair is of two of them.
const SAMPLE: usize = 2048;

/// Seconds that a sample may take, if it is of more than one chat.
const LONGEST: f64 = 0.004;

/// Rules that the linear scan asks while the answers are checked.
const CHECKED: usize = 100_000_000;

/// Chats whose rules are counted; in the hot world each has a thousand.
const COUNTED: usize = 5_000;

/// One contender in one world.
struct Runner<'w> {
    name: &'static str,
    contender: Box<dyn Contender<'w> + 'w>,
    /// Chats in its samples.
    chats: usize,
    pairs: Vec<Pair>,
    /// The rules that it names of a chat, if it does.
    rules_per_chat: Option<f64>,
}

/// Seconds for a chat.
#[derive(Clone, Copy)]
struct Pair {
    floor: f64,
    contender: f64,
}

/// A line of the table, as JSON.
#[derive(Serialize)]
struct Line<'a> {
    world: &'a str,
    rules: usize,
    contender: &'a str,
    floor_ns: f64,
    ns: f64,
    ratio: f64,
    low: f64,
    high: f64,
    pairs: usize,
    chats_in_a_sample: usize,
    watched: f64,
    watchers_per_chat: f64,
    /// Beyond the floor.
    ns_per_watcher: f64,
    /// Of those who name rules: how many of a chat, and what each costs beyond the floor.
    rules_per_chat: Option<f64>,
    ns_per_rule: Option<f64>,
}

/// A contender that could not take part.
#[derive(Serialize)]
struct Absent<'a> {
    rules: usize,
    contender: &'a str,
    reason: &'a str,
}

/// Runs the contest in worlds of every size, and prints a table of each.
///
/// # Errors
///
/// When the figures cannot be written.
///
/// # Panics
///
/// When a contender's answer is not that of the linear scan.
pub fn run(options: &Options) -> io::Result<()> {
    let mut records = Records::append_to(options.json.as_deref())?;
    for (at, size) in options.sizes.iter().enumerate() {
        let world = World::of(*size);
        let ground = Ground { engine: world.engine(), world };
        let world = &ground.world;
        let floor = Floor::of(world);
        let (mut runners, absent) = enter(&ground, options);
        for (name, reason) in &absent {
            println!("{name} cannot take {} rules: {reason}", grouped(*size as u64));
            records.write("absent", &Absent { rules: *size, contender: name, reason })?;
        }
        if runners.is_empty() {
            continue;
        }
        let mut worlds = vec![("usual", &world.chats)];
        if at + 1 == options.sizes.len() {
            worlds.push(("hot", &world.hot_chats));
        }
        for (name, chats) in worlds {
            let crowd = Crowd::check(&ground, chats, &floor, &mut runners);
            race(&mut runners, &floor, chats, options.rounds);
            report(name, *size, &crowd, &runners, &mut records)?;
        }
    }
    Ok(())
}

/// Builds those who can take part; the others with the reason.
fn enter<'w>(ground: &'w Ground, options: &Options) -> (Vec<Runner<'w>>, Vec<(&'static str, String)>) {
    let (mut runners, mut absent) = (Vec::new(), Vec::new());
    for entrant in ENTRANTS.iter().filter(|entrant| options.wants(entrant.name)) {
        if ground.world.rules.len() > entrant.most_rules {
            absent.push((entrant.name, format!("not asked beyond {} rules", grouped(entrant.most_rules as u64))));
            continue;
        }
        match (entrant.build)(ground, &Patience::of(options.patience)) {
            Ok(contender) => {
                let (name, chats, pairs) = (entrant.name, SAMPLE, Vec::new());
                runners.push(Runner { name, contender, chats, pairs, rules_per_chat: None });
            }
            Err(reason) => absent.push((entrant.name, reason)),
        }
    }
    (runners, absent)
}

/// What the chats of a world are like.
struct Crowd {
    checked: usize,
    /// The part of them that somebody may watch.
    watched: f64,
    watchers_per_chat: f64,
}

impl Crowd {
    /// Holds everyone's answers to the linear scan.
    fn check<'w>(ground: &'w Ground, chats: &'w [Chat], floor: &Floor, runners: &mut [Runner<'w>]) -> Self {
        let world = &ground.world;
        let mut scan = Scan::of(world);
        let checked = (CHECKED / world.rules.len()).clamp(100, 2_000);
        for chat in chats.iter().step_by(chats.len() / checked).take(checked) {
            let expected = scan.watchers(chat);
            assert!(expected.is_empty() || floor.look_up_one(chat) > 0, "the floor lacks a key of {chat:?}");
            for Runner { name, contender, .. } in &mut *runners {
                let mut answer = contender.watchers(chat);
                answer.sort_unstable();
                assert_eq!(answer, expected, "{name} is wrong about {chat:?}");
            }
        }
        for runner in &mut *runners {
            let some = chats.iter().step_by(chats.len().div_ceil(COUNTED));
            let named: Option<Vec<usize>> = some.map(|chat| runner.contender.rules_named(chat)).collect();
            runner.rules_per_chat = named.map(|rules| rules.iter().sum::<usize>() as f64 / rules.len() as f64);
        }
        // Of all chats, by the engine, which has been held to the scan.
        let mut buffer = WatcherBuffer::new();
        let counts = chats.iter().map(|chat| ground.engine.watchers_for_into(chat, &mut buffer).len());
        let (watched, watchers) = counts.fold((0, 0), |(watched, all), one| (watched + one.min(1), all + one));
        let part = |count: usize| count as f64 / chats.len() as f64;
        Crowd { checked, watched: part(watched), watchers_per_chat: part(watchers) }
    }
}

fn race<'w>(runners: &mut [Runner<'w>], floor: &Floor, chats: &'w [Chat], rounds: usize) {
    for runner in &mut *runners {
        runner.pairs.clear();
        runner.chats = pace(&mut *runner.contender, &chats[..SAMPLE]);
    }
    let (mut quick, mut slow): (Vec<_>, Vec<_>) = runners.iter_mut().partition(|runner| runner.chats == SAMPLE);
    for group in [&mut quick, &mut slow] {
        // Two samples for each pair, behind those that come before the first.
        let mut starts = (0..chats.len() / SAMPLE - 1).cycle().map(|at| at * SAMPLE);
        for _ in 0..rounds {
            for runner in &mut *group {
                let mut pair = Pair { floor: 0.0, contender: 0.0 };
                for floor_first in [true, false] {
                    let (before, sample) = chats[starts.next().unwrap_or_default()..][..2 * SAMPLE].split_at(SAMPLE);
                    if floor_first {
                        pair.floor += sample_floor(floor, before, sample);
                        pair.contender += runner.sample(before, sample);
                    } else {
                        pair.contender += runner.sample(before, sample);
                        pair.floor += sample_floor(floor, before, sample);
                    }
                }
                runner.pairs.push(Pair { floor: pair.floor / 2.0, contender: pair.contender / 2.0 });
            }
        }
    }
}

/// Seconds for a chat.
fn sample_floor(floor: &Floor, before: &[Chat], sample: &[Chat]) -> f64 {
    black_box(floor.look_up(before));
    black_box(touch(sample));
    let (seconds, _) = timed(|| floor.look_up(sample));
    seconds / sample.len() as f64
}

impl<'w> Runner<'w> {
    /// Seconds for a chat.
    fn sample(&mut self, before: &'w [Chat], sample: &'w [Chat]) -> f64 {
        let (before, sample) = (&before[..self.chats], &sample[..self.chats]);
        self.contender.prepare(before);
        black_box(self.contender.answer(before));
        self.contender.prepare(sample);
        black_box(touch(sample));
        let (seconds, _) = timed(|| self.contender.answer(sample));
        seconds / sample.len() as f64
    }

    fn spread(&self, of: impl Fn(&Pair) -> f64) -> Spread {
        Spread::of(self.pairs.iter().map(of))
    }
}

/// As many chats as can be answered in the time of a sample.
fn pace<'w>(contender: &mut (dyn Contender<'w> + 'w), chats: &'w [Chat]) -> usize {
    let mut asked = 1;
    loop {
        let part = &chats[..asked];
        contender.prepare(part);
        let (seconds, _) = timed(|| contender.answer(part));
        if seconds > LONGEST / 8.0 || asked == chats.len() {
            return ((LONGEST / seconds * asked as f64) as usize).clamp(1, SAMPLE);
        }
        asked = (asked * 4).min(chats.len());
    }
}

/// Reads all of the chats that a look-up reads.
fn touch(chats: &[Chat]) -> usize {
    let sum = |text: &str| text.bytes().map(usize::from).sum::<usize>();
    let email = |chat: &Chat| chat.visitor().email().map_or(0, |email| sum(email.as_str()));
    chats.iter().map(|chat| email(chat) + chat.attending().map(|operator| sum(operator.as_str())).sum::<usize>()).sum()
}

fn report(world: &str, rules: usize, crowd: &Crowd, runners: &[Runner], records: &mut Records) -> io::Result<()> {
    let floor = Spread::of(runners.iter().flat_map(|runner| &runner.pairs).map(|pair| pair.floor * 1e9));
    let Crowd { checked, watched, watchers_per_chat } = crowd;
    println!();
    println!(
        "{} rules, the {world} chats: {:.1}% are watched, {} watchers a chat; {} answers of each checked",
        grouped(rules as u64),
        watched * 100.0,
        figure(*watchers_per_chat),
        grouped(*checked as u64)
    );
    println!("{:<28}{:>12}{:>12}   {:<20}{:>16}", "", "ratio", "ns a chat", "half of the pairs", "ns a watcher");
    println!("{:<28}{:>12}{:>12}", "floor", "1.00", figure(floor.median));
    for runner in runners {
        let ratio = runner.spread(|pair| pair.contender / pair.floor);
        let beyond = runner.spread(|pair| (pair.contender - pair.floor) * 1e9 / watchers_per_chat);
        let per_rule = runner.rules_per_chat.map(|rules| beyond.median * watchers_per_chat / rules);
        let line = Line {
            world,
            rules,
            contender: runner.name,
            floor_ns: runner.spread(|pair| pair.floor * 1e9).median,
            ns: runner.spread(|pair| pair.contender * 1e9).median,
            ratio: ratio.median,
            low: ratio.low,
            high: ratio.high,
            pairs: runner.pairs.len(),
            chats_in_a_sample: runner.chats,
            watched: *watched,
            watchers_per_chat: *watchers_per_chat,
            ns_per_watcher: beyond.median,
            rules_per_chat: runner.rules_per_chat,
            ns_per_rule: per_rule,
        };
        let half = format!("{} to {}", figure(line.low), figure(line.high));
        let beyond = match (world, line.rules_per_chat.zip(line.ns_per_rule)) {
            ("hot", None) => format!("{:.2}", line.ns_per_watcher),
            ("hot", Some((rules, ns))) => {
                format!("{:.2}, {} a rule of {}", line.ns_per_watcher, figure(ns), figure(rules))
            }
            _ => String::new(),
        };
        println!("{:<28}{:>12}{:>12}   {half:<20}{beyond:>16}", line.contender, figure(line.ratio), figure(line.ns));
        records.write("race", &line)?;
    }
    println!();
    Ok(())
}
