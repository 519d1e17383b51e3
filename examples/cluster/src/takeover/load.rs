//! Many operators and rules, loaded as an owner would have added them, and saved.

use std::time::{Duration, Instant};

use chat_monitor::{Command, Criterion, LiveMonitor, MonitorEngine, Operator, Role, Rule};

use super::{TakeoverOptions, seconds, wrong};
use crate::message::Place;
use crate::owner::Appended;
use crate::program::Failure;
use crate::record::{Entry, Item};
use crate::shard::{Log, Shard};
use crate::snapshot::{RulesSnapshot, ShardSnapshot, from_bytes, to_bytes};
use crate::store::{Mark, Store};
use crate::tail::Tail;
use crate::telling::carry_out;

/// How many commands go into one record.
const IN_ONE: usize = 1_000;

/// One operator of so many watches others.
const WATCHERS: usize = 100;

/// What was loaded, and how long each thing took.
#[derive(Debug)]
pub(super) struct Loaded {
    records: u64,
    bytes: usize,
    appended: Duration,
    cloned: Duration,
    written: Duration,
    saved: Duration,
    fetched: Duration,
    decoded: Duration,
}

impl Loaded {
    /// In words.
    pub(super) fn told(&self, options: &TakeoverOptions) -> String {
        let TakeoverOptions { rules, operators, .. } = options;
        format!(
            "{rules} rules and {operators} operators in {} records: added in {}; the engine is copied in {}, written in \
             {}, {} MB saved in {}, fetched in {}, and read in {}\n\n",
            self.records,
            seconds(self.appended),
            seconds(self.cloned),
            seconds(self.written),
            self.bytes / 1_000_000,
            seconds(self.saved),
            seconds(self.fetched),
            seconds(self.decoded),
        )
    }
}

/// Fills the log of the rules, and saves the rules and shards without chats.
pub(super) async fn load(store: &impl Store, options: &TakeoverOptions) -> Result<Loaded, Failure> {
    let mut live = LiveMonitor::new(MonitorEngine::new());
    let mut tail = Tail::default();
    let begun = Instant::now();
    let mut nth = 0;
    let all = options.operators + options.rules;
    while nth < all {
        let until = all.min(nth + IN_ONE);
        let mut entries = Vec::new();
        for nth in nth..until {
            let item = Item::Do(command(nth, options.operators)?);
            carry_out(&mut live, &item).map_err(wrong)?;
            entries.push(Entry { id: String::new(), item });
        }
        nth = until;
        tail = append(store, Log::Rules, &tail, tail.p + 1, entries).await?;
    }
    let appended = begun.elapsed();
    let (engine, cloned) = timed(|| live.engine().clone());
    let snapshot = RulesSnapshot { tail: tail.clone(), ids: Vec::new(), gateways: Default::default(), engine };
    let (bytes, written) = timed(|| to_bytes(&snapshot));
    let length = bytes.len();
    let begun = Instant::now();
    store.save(Log::Rules, Mark { p: tail.p, g: tail.p }, bytes).await?;
    let saved = begun.elapsed();
    let begun = Instant::now();
    let bytes = store.snapshot(Log::Rules, tail.p).await?.unwrap_or_default();
    let fetched = begun.elapsed();
    let (read, decoded) = timed(|| from_bytes::<RulesSnapshot>(&bytes));
    if read.is_none_or(|read| read != snapshot) {
        return Err(wrong("the rules are not read as they were saved"));
    }
    let chats = LiveMonitor::new(MonitorEngine::new()).saved_chats();
    for shard in Shard::all(options.shards) {
        let tail = append(store, Log::Shard(shard), &Tail::default(), tail.p, Vec::new()).await?;
        let mark = Mark { p: tail.p, g: tail.g };
        let snapshot = ShardSnapshot { tail, told: Place::default(), ids: Vec::new(), chats: chats.clone() };
        store.save(Log::Shard(shard), mark, to_bytes(&snapshot)).await?;
    }
    Ok(Loaded { records: tail.p, bytes: length, appended, cloned, written, saved, fetched, decoded })
}

async fn append(store: &impl Store, log: Log, tail: &Tail, g: u64, entries: Vec<Entry>) -> Result<Tail, Failure> {
    let (record, next) = tail.next("takeover", 1, g, entries);
    match store.append(log, tail.p, record).await {
        Appended::At(_) => Ok(next),
        Appended::Refused | Appended::Unknown => Err(wrong(format!("a record of {log} cannot be added"))),
    }
}

/// First the operators, then the rules: by operators, by addresses of visitors, and by their emails.
fn command(nth: usize, operators: usize) -> Result<Command, Failure> {
    let id = |nth: usize| format!("op{nth}").parse().map_err(wrong);
    let Some(rule) = nth.checked_sub(operators) else {
        let role = if nth.is_multiple_of(WATCHERS) { Role::Supervisor } else { Role::Associate };
        return Ok(Command::SetOperator { id: id(nth)?, operator: Operator::new(role) });
    };
    let watcher = rule % operators.div_ceil(WATCHERS) * WATCHERS;
    let criterion = match rule % 4 {
        // Nobody watches their own chats.
        0 | 1 => Criterion::Operator(id((watcher + 1 + rule % (WATCHERS - 1)) % operators.max(WATCHERS))?),
        2 => {
            let [_, a, b, c] = u32::try_from(rule).unwrap_or_default().to_be_bytes();
            Criterion::VisitorIp(format!("10.{a}.{b}.{c}").parse().map_err(wrong)?)
        }
        _ => Criterion::VisitorEmail(format!("visitor{rule}@example.com").parse().map_err(wrong)?),
    };
    Ok(Command::AddRule(Rule::new(rule_id(rule)?, id(watcher)?, criterion)))
}

/// The id of the `nth` rule.
pub(super) fn rule_id(nth: usize) -> Result<chat_monitor::RuleId, Failure> {
    format!("r{nth}").parse().map_err(wrong)
}

fn timed<T>(what: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = what();
    (done, begun.elapsed())
}
