//! The console over HTTP, in a real browser, and killed at any moment.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that finds something missing has failed")]

mod administrators;
mod api;
mod audit;
mod away;
mod browser;
mod callers;
mod caps;
mod chain;
mod delays;
mod dialogues;
mod ended;
mod erasure;
mod forbidden;
mod hands;
mod hooks;
mod kept;
mod killed;
mod lines;
mod pages;
mod parts;
mod people;
mod retention;
mod rules;
mod silence;
mod statistics;
mod strangers;
mod support;
mod walk;
