//! Who takes part, and how one is asked.

#[cfg(feature = "peers")]
mod a_tree;
#[cfg(feature = "peers")]
mod cedar;
mod engine;
mod floor;
mod grants;
mod hash_maps;
#[cfg(feature = "peers")]
mod matching;
#[cfg(feature = "peers")]
mod quamina;
mod scan;
#[cfg(feature = "peers")]
mod wirefilter;

use std::time::{Duration, Instant};

use chat_monitor::{Chat, MonitorEngine, OperatorId, WatcherBuffer};

use crate::world::World;

pub use engine::{IdsRead, OneCall, RulesNamed};
pub use floor::Floor;
pub use hash_maps::HashMaps;
pub use scan::Scan;

/// Something that can tell who may watch a chat.
pub trait Contender<'w> {
    /// Turns chats into what [`answer`](Contender::answer) takes, if that is another form. It is not timed: a host might
    /// keep its chats in that form.
    fn prepare(&mut self, _chats: &'w [Chat]) {}

    /// Answers the chats that were prepared last, and returns how many watchers they have together. This is timed.
    fn answer(&mut self, chats: &'w [Chat]) -> usize;

    /// Who may watch, found in the way that is timed; in any order, each once.
    fn watchers(&mut self, chat: &'w Chat) -> Vec<OperatorId>;

    /// How many rules it names for a chat, if it names any.
    fn rules_named(&self, _chat: &'w Chat) -> Option<usize> {
        None
    }
}

/// How to build a contender, or why it cannot take part.
pub type Build = for<'w> fn(&'w Ground, &Patience) -> Result<Box<dyn Contender<'w> + 'w>, String>;

/// What contenders are built from.
pub struct Ground {
    /// The world.
    pub world: World,
    /// An engine that holds it; this crate's entrants share it.
    pub engine: MonitorEngine,
}

/// A contender that may take part.
#[derive(Clone, Copy, Debug)]
pub struct Entrant {
    /// As tables call it.
    pub name: &'static str,
    /// The most rules that it is asked to take.
    pub most_rules: usize,
    /// How to build it.
    pub build: Build,
}

impl Entrant {
    const fn new(name: &'static str, build: Build) -> Self {
        Entrant { name, most_rules: usize::MAX, build }
    }
}

/// All contenders but the floor.
pub const ENTRANTS: &[Entrant] = &[
    Entrant::new("chat-monitor, one call", |ground, _| Ok(Box::new(OneCall(&ground.engine, WatcherBuffer::new())))),
    Entrant::new("chat-monitor, ids read", |ground, _| Ok(Box::new(IdsRead(&ground.engine, WatcherBuffer::new())))),
    Entrant::new("chat-monitor, rules named", |ground, _| Ok(Box::new(RulesNamed(&ground.engine)))),
    Entrant::new("hash maps, foldhash", |ground, _| {
        Ok(Box::new(HashMaps::<foldhash::fast::RandomState>::of(&ground.world)))
    }),
    Entrant::new("hash maps, SipHash", |ground, _| Ok(Box::new(HashMaps::<std::hash::RandomState>::of(&ground.world)))),
    Entrant::new("linear scan", |ground, _| Ok(Box::new(Scan::of(&ground.world)))),
    #[cfg(feature = "peers")]
    Entrant::new("a-tree", |ground, patience| a_tree::build(&ground.world, patience)),
    #[cfg(feature = "peers")]
    Entrant::new("quamina", |ground, patience| quamina::build(&ground.world, patience)),
    #[cfg(feature = "peers")]
    Entrant::new("wirefilter-engine", |ground, patience| wirefilter::build(&ground.world, patience)),
    // With a hundred times as many it would take a second for a chat.
    #[cfg(feature = "peers")]
    Entrant {
        most_rules: 1_000,
        ..Entrant::new("cedar-policy", |ground, patience| cedar::build(&ground.world, patience))
    },
];

/// How long a build may take.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "peers"), allow(dead_code, reason = "the peers alone can take so long"))]
pub struct Patience {
    start: Instant,
    limit: Duration,
}

impl Patience {
    /// So many seconds from now.
    pub fn of(seconds: f64) -> Self {
        Patience { start: Instant::now(), limit: Duration::from_secs_f64(seconds) }
    }

    /// # Errors
    ///
    /// When they are over, with `done` rules of `all` taken.
    #[cfg(feature = "peers")]
    fn check(&self, done: usize, all: usize) -> Result<(), String> {
        let spent = self.start.elapsed();
        if spent < self.limit {
            Ok(())
        } else {
            Err(format!("{done} of {all} rules taken in {:.0} s", spent.as_secs_f64()))
        }
    }
}
