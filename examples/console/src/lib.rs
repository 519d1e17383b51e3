//! A host to try `chat-monitor` in. The README beside it says how it is wired; the modules, from the inside out:
//!
//! * `store` keeps everything in one SQLite file;
//! * `office` holds the monitor and what the host adds to it, and says who is told what;
//! * `hub` has it all done by one thread, many things in one transaction, and nobody is told before it is kept;
//! * `feeds` are the listeners, and `reader` reads what was said before;
//! * `criterion` reads what people type into rules, and `words` writes rules for people, `changes` what changed of accounts;
//! * `web` is the HTTP interface for people, and `api` the one for programs;
//! * `demonstration` and `dialogues` give a newcomer something to look at.

mod account;
mod api;
mod aside;
mod changes;
mod console;
mod criterion;
mod demonstration;
mod denial;
mod dialogues;
mod entry;
mod feeds;
mod hub;
mod limits;
mod line;
mod looks;
mod office;
mod options;
mod password;
mod reader;
mod retention;
mod said;
mod settings_kept;
mod signature;
mod slots;
mod store;
mod texts;
mod view;
mod web;
mod words;

pub use console::{
    Console, DemonstrationPassword, Failure, add_operator, backup, new_key, remove_demonstration, verify_audit,
};
pub use options::{Call, HELP, Limits, Options, Play, WrongCall};
pub use store::{Broken, LoadError, Verified};
