//! What saving and loading live chats costs, and the longest pause of saving in parts:
//! `cargo bench -p contest --bench saving`.

use std::error::Error;

use chat_monitor::{Command, LiveMonitor, SavedMonitor, SavedPart};
use contest::{clock::timed, options, world::World};

/// Lines in a part.
const LINES: usize = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    for rules in options::of_program()?.sizes {
        saving(rules)?;
    }
    Ok(())
}

fn saving(rules: usize) -> Result<(), Box<dyn Error>> {
    let world = World::of(rules);
    let chats = rules.min(world.chats.len() * 9 / 10);
    let mut live = LiveMonitor::new(world.engine());
    for chat in world.chats.iter().take(chats) {
        live.apply(Command::StartChat(chat.clone()))?;
    }
    drop(world);
    println!("{rules} rules, {} live chats, {} watches", live.chat_count(), live.watch_count());
    let say = |what: &str, seconds: f64| println!("{what:<40}{:>10.2} ms", seconds * 1e3);

    say("clone", timed(|| live.clone()).0);
    let (whole, saved) = timed(|| serde_json::to_vec(&live));
    say("save at once", whole);
    say("begin to save in parts", timed(|| live.begin_saving()).0);
    let (mut parts, mut all, mut longest) = (Vec::new(), 0.0, 0.0_f64);
    loop {
        let (making, part) = timed(|| live.save_part(LINES));
        let Some(part) = part else { break };
        let (writing, bytes) = timed(|| serde_json::to_vec(&part));
        parts.push(bytes?);
        (all, longest) = (all + making + writing, longest.max(making));
    }
    say("make and write all parts", all);
    say("the longest pause, for one of them", longest);

    let (reading, read) = timed(|| serde_json::from_slice::<SavedMonitor>(&saved.unwrap_or_default()));
    say("read what was saved at once", reading);
    let (loading, loaded) = timed(|| read.map(SavedMonitor::load));
    say("load it", loading);
    drop(loaded?);
    let (reading, read) =
        timed(|| parts.iter().map(|part| serde_json::from_slice(part)).collect::<Result<Vec<SavedPart>, _>>());
    say("read the parts", reading);
    let read = read?;
    let (loading, loaded) = timed(|| SavedMonitor::of_parts(read).and_then(SavedMonitor::load));
    say("put them together and load them", loading);
    if loaded? != live {
        return Err("what was loaded is not what was saved".into());
    }
    println!();
    Ok(())
}
