//! What chat-monitor costs, beside the floor and its peers.
//!
//! `cargo bench -p contest` runs three programs, each on the same seeded [`world`]:
//!
//! * `contest`: what one answer costs, as a ratio to the floor, for every contender;
//! * `changes`: building, loading, and changing an engine that holds many rules;
//! * `memory`: the bytes that an engine requests.
//!
//! Each prints a table, takes the flags of [`options`], and with `--json FILE` appends one line of JSON for each figure;
//! `plot.py` draws the contest's from there.
//!
//! Time is the CPU time of the thread. Other work on the machine slows both sides of a pair, so that ratios of pairs
//! measured next to each other are what to compare; every figure comes with its quartiles.

pub mod changes;
pub mod clock;
pub mod contender;
pub mod memory;
pub mod options;
pub mod race;
pub mod record;
pub mod stats;
pub mod world;
