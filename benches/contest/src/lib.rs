//! What chat-monitor costs, beside the floor and its peers.
//!
//! `cargo bench -p contest` runs four programs, each on the same seeded [`world`]:
//!
//! * `contest`: what one answer costs, as a ratio to the floor, for every contender;
//! * `changes`: building, loading, and changing an engine that holds many rules;
//! * `live`: what a command on live chats costs, as a ratio to this crate's `LiveMonitor`, for everything that keeps
//!   watches;
//! * `memory`: the bytes that an engine and its live chats request.
//!
//! Each prints a table, takes the flags of [`options`], and with `--json FILE` appends one line of JSON for each figure;
//! `plot.py` draws the contest's and the live chats' from there.
//! Most of the build is that of the peers: `--no-default-features` leaves them out.
//!
//! Time is the CPU time of the thread. Other work on the machine slows both sides of a pair, so that ratios of pairs
//! measured next to each other are what to compare; every figure comes with its quartiles.

pub mod changes;
pub mod clock;
pub mod contender;
pub mod live;
pub mod memory;
pub mod options;
pub mod race;
pub mod record;
pub mod stats;
pub mod world;
