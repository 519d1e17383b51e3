//! What the vendors' files promise, in one binary.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

mod addresses;
mod bodies;
mod ids;
mod messages;
mod monitors;
mod mutations;
mod orders;
mod statistics;
mod support;
mod times;
