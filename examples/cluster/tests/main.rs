//! The program: over HTTP and web sockets, and killed at any moment.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that finds something missing has failed")]

mod bench;
mod files;
mod killed;
mod processes;
mod program;
mod secured;
mod stores;
mod takeover;
mod talks;
mod trial;
