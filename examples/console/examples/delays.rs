//! Whether a visitor can tell by delays that somebody watches: round trips of messages with and without watchers who open,
//! reload and list, and how well the two can be told apart.
//!
//! ```text
//! cargo run --release -p console --example delays [TRIALS]
//! ```
//!
//! 1,000 monitored chats, 1,000 lines in those that are talked in, 40 sockets; 1,200 TRIALS, the default, take four
//! minutes. Everything runs in this process, on one machine: what it costs to play the watchers is measured along with what
//! they cost. On Linux, threads of the lowest priority keep the processors awake, as those of a server with visitors are.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a run that finds something missing has failed")]
#![allow(dead_code, unused_imports, reason = "the tests use more of what is shared with them")]

#[path = "../tests/delays.rs"]
mod delays;
#[path = "../tests/support/mod.rs"]
mod support;

fn main() {
    let trials = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1200);
    let size = delays::Size { chats: 1000, probes: 100, lines: 1000, characters: 60, sockets: 40, trials };
    println!("| what watchers do | without: median / 90 % | with | AUC |\n|---|---|---|---|");
    delays::measure(size, |case| println!("{case}"));
}
