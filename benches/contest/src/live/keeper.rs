//! Who takes part in the contest on live chats, and how one is asked.

mod by_hand;
#[cfg(feature = "peers")]
mod coded;
#[cfg(feature = "peers")]
mod differential;
mod floor;
mod monitor;
#[cfg(feature = "peers")]
mod sqlite;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use chat_monitor::{Chat, ChatId, Command, MonitorEngine, OperatorId, RuleId};

pub(crate) use by_hand::ByHand;
pub(crate) use monitor::Monitor;

/// What is asked of a keeper.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A command, which each of them accepts.
    Do(Command),
    /// There is a message in this chat: who receives it?
    Ask(ChatId),
}

/// Something that keeps all watches under a stream of commands.
pub(crate) trait Keeper {
    /// Turns steps into what [`run`](Keeper::run) takes. It is not timed.
    fn prepare(&mut self, steps: &[Step]);

    /// Does what was prepared last, and returns how many events and recipients came out. This is timed.
    fn run(&mut self) -> usize;

    /// Tells all watches, in any order; `false` if it has none.
    fn tell(&self, watch: &mut dyn FnMut(&str, &str, &[&str])) -> bool;
}

/// All watches of a keeper, so far as they are to be compared: how many there are, and the sum of their hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest {
    /// How many watches there are.
    pub(crate) watches: usize,
    sum: u64,
}

impl Digest {
    /// None of a keeper that has no watches to tell.
    pub(crate) fn of(keeper: &dyn Keeper) -> Option<Self> {
        let mut digest = Digest { watches: 0, sum: 0 };
        let mut sorted = Vec::new();
        let told = keeper.tell(&mut |chat, watcher, rules| {
            sorted.clear();
            sorted.extend(rules.iter().map(|rule| rule.to_string()));
            sorted.sort_unstable();
            let mut hasher = DefaultHasher::new();
            (chat, watcher, &sorted).hash(&mut hasher);
            digest.watches += 1;
            digest.sum = digest.sum.wrapping_add(hasher.finish());
        });
        told.then_some(digest)
    }
}

/// A keeper that may take part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entrant {
    /// As tables call it.
    pub(crate) name: &'static str,
    /// The most rules that it is asked to take.
    pub(crate) most_rules: usize,
    /// Whether it takes long over a rule or a role, mostly by looking at every chat. It is given fewer of these.
    pub(crate) few_wide: bool,
    /// Whether a counting allocator sees all that it keeps, and nothing else.
    pub(crate) counted: bool,
    /// How to make it, with these chats live.
    pub(crate) make: fn(&MonitorEngine, &[Chat]) -> Box<dyn Keeper>,
}

/// This crate's.
pub(crate) const OURS: &str = "LiveMonitor";

/// All of them; this crate comes first.
pub(crate) const ENTRANTS: &[Entrant] = &[
    Entrant {
        name: OURS,
        most_rules: usize::MAX,
        few_wide: false,
        counted: true,
        make: |engine, chats| Box::new(Monitor::of(engine, chats)),
    },
    Entrant {
        name: "floor",
        most_rules: usize::MAX,
        few_wide: false,
        counted: false,
        make: |engine, chats| Box::new(floor::Floor::of(engine, chats)),
    },
    Entrant {
        name: "by hand",
        most_rules: usize::MAX,
        few_wide: true,
        counted: true,
        make: |engine, chats| Box::new(ByHand::of(engine, chats)),
    },
    #[cfg(feature = "peers")]
    Entrant {
        name: "differential-dataflow",
        most_rules: 100_000,
        few_wide: false,
        counted: false,
        make: |engine, chats| Box::new(differential::Differential::of(engine, chats, 1)),
    },
    #[cfg(feature = "peers")]
    Entrant {
        name: "differential-dataflow, 1,000 at once",
        most_rules: 100_000,
        few_wide: false,
        counted: false,
        make: |engine, chats| Box::new(differential::Differential::of(engine, chats, usize::MAX)),
    },
    #[cfg(feature = "peers")]
    Entrant {
        name: "SQLite in memory",
        most_rules: 100_000,
        few_wide: true,
        counted: false,
        make: |engine, chats| Box::new(sqlite::Sqlite::of(engine, chats)),
    },
];

/// Tells one watch by its ids.
fn tell_ids<'a>(
    watch: &mut dyn FnMut(&str, &str, &[&str]),
    chat: &ChatId,
    watcher: &OperatorId,
    rules: impl IntoIterator<Item = &'a RuleId>,
) {
    let rules: Vec<&str> = rules.into_iter().map(RuleId::as_str).collect();
    watch(chat.as_str(), watcher.as_str(), &rules);
}
