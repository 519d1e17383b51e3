//! Memory: the bytes that live chats and their watches request, beyond the engine.
//!
//! * **a chat**: all that a keeper requests for its chats and watches, by the chats;
//! * **a chat, no rule on**: the same with every rule switched off, so that nobody watches;
//! * **a watch**: the difference of the two, by the watches.
//!
//! The texts of ids and emails are the host's, whose chats they share; they do not count. Where they were loaded from a
//! saved form, the texts come on top for every keeper.

use std::io;

use chat_monitor::MonitorEngine;
use serde::Serialize;

use super::keeper::{Digest, ENTRANTS, Entrant};
use super::plan::Ground;
use crate::options::Options;
use crate::record::Records;
use crate::stats::grouped;
use crate::world::World;

#[derive(Serialize)]
struct Line<'a> {
    contender: &'a str,
    rules: usize,
    chats: usize,
    watches: usize,
    bytes: usize,
    bytes_a_chat: f64,
    bytes_an_unwatched_chat: f64,
    bytes_a_watch: f64,
}

/// Prints the table. `live` tells how many bytes are requested and not given back; it sees nothing of the peers that
/// allocate in another language, so those are left out that must not be counted.
///
/// # Errors
///
/// When the figures cannot be written.
pub fn run(options: &Options, live: impl Fn() -> usize) -> io::Result<()> {
    let mut records = Records::append_to(options.json.as_deref())?;
    let world = World::of(options.size());
    let ground = Ground::of(&world);
    let off = switched_off(&ground.engine);
    let (rules, chats) = (world.rules.len(), ground.live.len());
    let names = [rules, chats].map(|number| grouped(number as u64));
    println!("\nbytes requested for {} live chats, beyond an engine of {} rules", names[1], names[0]);
    println!("{:<26}{:>14}{:>10}{:>24}{:>10}", "", "together", "a chat", "a chat, no rule on", "a watch");
    for entrant in ENTRANTS.iter().filter(|entrant| entrant.counted && options.wants(entrant.name)) {
        let (bytes, watches) = beyond(entrant, &ground.engine, &ground, &live);
        let (unwatched, _) = beyond(entrant, &off, &ground, &live);
        let line = Line {
            contender: entrant.name,
            rules,
            chats,
            watches,
            bytes,
            bytes_a_chat: bytes as f64 / chats as f64,
            bytes_an_unwatched_chat: unwatched as f64 / chats as f64,
            bytes_a_watch: (bytes as f64 - unwatched as f64) / watches.max(1) as f64,
        };
        let (together, each) = (grouped(bytes as u64), line.bytes_a_chat);
        let (unwatched, watch) = (line.bytes_an_unwatched_chat, line.bytes_a_watch);
        println!("  {:<24}{together:>14}{each:>10.1}{unwatched:>24.1}{watch:>10.1}", entrant.name);
        records.write("live memory", &line)?;
    }
    Ok(())
}

/// What a keeper requests beyond its engine, and how many watches it keeps.
fn beyond(entrant: &Entrant, engine: &MonitorEngine, ground: &Ground, live: &impl Fn() -> usize) -> (usize, usize) {
    let before = live();
    let copy = engine.clone();
    let of_engine = live() - before;
    drop(copy);
    let before = live();
    let keeper = (entrant.make)(engine, ground.live);
    let all = live() - before;
    let watches = Digest::of(&*keeper).map_or(0, |digest| digest.watches);
    (all.saturating_sub(of_engine), watches)
}

fn switched_off(engine: &MonitorEngine) -> MonitorEngine {
    let mut off = engine.clone();
    for rule in engine.rules() {
        off.set_rule_enabled(rule.id(), false).expect("the rule is there");
    }
    off
}
