//! Store, upgrade, load: a saved state with a log behind it, read strictly, and read by a release that decides otherwise.
//!
//! ```text
//! cargo run --example storing
//! ```

use std::error::Error;

use chat_monitor::{Chat, Command, EndReason, Event, LiveMonitor, SavedMonitor, SavedPart};

/// What a host logged on its first day, and what after it saved its state.
const BEFORE: [&str; 4] = [
    r#"{"set_operator": {"operator": "ken", "role": "associate"}}"#,
    r#"{"set_operator": {"operator": "hana", "role": "supervisor"}}"#,
    r#"{"add_rule": {"id": "r1", "watcher": "hana", "when": [{"operator": "ken"}]}}"#,
    r#"{"start_chat": {"id": "c1", "operators": ["ken"]}}"#,
];
const AFTER: [&str; 2] = [r#"{"start_chat": {"id": "c2", "operators": ["ken"]}}"#, r#"{"end_chat": {"chat": "c1"}}"#];

fn replay(live: &mut LiveMonitor, log: &[&str]) -> Result<Vec<Event>, Box<dyn Error>> {
    let mut events = Vec::new();
    for line in log {
        live.apply_into(serde_json::from_str::<Command>(line)?, &mut events)?;
    }
    Ok(events)
}

fn main() -> Result<(), Box<dyn Error>> {
    // Store: the state first, then a new log of what is accepted from there on.
    let mut live = LiveMonitor::default();
    replay(&mut live, &BEFORE)?;
    let saved = serde_json::to_string(&live)?;
    println!("saved {} bytes: {} chat, {} watch", saved.len(), live.chat_count(), live.watch_count());
    replay(&mut live, &AFTER)?;

    // Load: the same release decides the same, so the strict way reads it, and the log leads to the same state.
    let mut restored: LiveMonitor = serde_json::from_str(&saved)?;
    let events = replay(&mut restored, &AFTER)?;
    assert_eq!(restored, live);
    println!("loaded, and {} lines of log make {} events", AFTER.len(), events.len());

    // With a million chats that would stop everybody for a second. In parts, each between two commands, it does not: together
    // they are the state of the moment in which saving began, whatever comes meanwhile.
    restored.begin_saving();
    let mut parts = Vec::new();
    while let Some(part) = restored.save_part(1) {
        parts.push(serde_json::to_string(&part)?);
        restored.apply(Command::StartChat(Chat::new((parts.len() as u64).into())))?;
    }
    let parts: Vec<SavedPart> = parts.iter().map(|part| serde_json::from_str(part)).collect::<Result<_, _>>()?;
    println!("saved again in {} parts, while {} more chats started", parts.len(), parts.len());
    assert_eq!(SavedMonitor::of_parts(parts)?.load()?, live);

    // Upgrade: as if the release that saved had taken the rule for one that is on. Strictly, that is an error.
    let other = saved.replace(r#""enabled":true"#, r#""enabled":false"#);
    let error = serde_json::from_str::<LiveMonitor>(&other).expect_err("the watch is not granted any more");
    println!("refused: {error}");
    let (mut settled, events) = serde_json::from_str::<SavedMonitor>(&other)?.settle()?;
    assert!(matches!(&events[..], [Event::WatchEnded { reason: EndReason::Disabled, .. }]));
    println!("settled: {}", serde_json::to_string(&events)?);

    // Save what was settled, and only then go on with the log.
    let saved = serde_json::to_string(&settled)?;
    replay(&mut settled, &AFTER)?;
    let mut again: LiveMonitor = serde_json::from_str(&saved)?;
    replay(&mut again, &AFTER)?;
    assert_eq!(again, settled);

    // Where the platform has no randomness, a loaded engine gets a seed of the host's. No answer shows it.
    let engine = settled.into_engine();
    assert_eq!(engine.clone().reseeded(0x5eed), engine);
    Ok(())
}
