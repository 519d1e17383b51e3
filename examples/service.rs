//! A service with numeric ids: one engine that all threads share, a buffer for each, and handlers as plain functions,
//! as a web framework would call them.
//!
//! ```text
//! cargo run --example service
//! ```

use std::cell::RefCell;
use std::error::Error;
use std::sync::RwLock;
use std::thread;

use chat_monitor::{AddRuleRefusal, Chat, Criterion, MonitorEngine, Role, Rule, WatcherBuffer};

type Shared = RwLock<MonitorEngine>;

thread_local! {
    static BUFFER: RefCell<WatcherBuffer> = RefCell::new(WatcherBuffer::new());
}

/// `POST /rules`: the status, and a word for programs.
fn post_rule(engine: &Shared, rule: u64, watcher: u64, operator: u64) -> (u16, &'static str) {
    let rule = Rule::new(rule.into(), watcher.into(), Criterion::Operator(operator.into()));
    let Ok(mut engine) = engine.write() else { return (503, "unavailable") };
    match engine.add_rule(rule) {
        Ok(()) => (201, "created"),
        Err(refusal @ AddRuleRefusal::DuplicateRule(_)) => (409, refusal.code()),
        Err(refusal) => (422, refusal.code()),
    }
}

/// `GET /chats/{chat}/watchers`: whom a message of this chat goes to besides those who are in it.
fn get_watchers(engine: &Shared, chat: u64, attending: &[u64]) -> Vec<u64> {
    let chat = attending.iter().fold(Chat::new(chat.into()), |chat, operator| chat.attended_by((*operator).into()));
    let Ok(engine) = engine.read() else { return Vec::new() };
    BUFFER.with_borrow_mut(|buffer| {
        engine.watchers_for_into(&chat, buffer).iter().filter_map(|watcher| watcher.as_u64()).collect()
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut engine = MonitorEngine::new();
    for (operator, role) in [(7, Role::Associate), (8, Role::Associate), (70, Role::Supervisor)] {
        engine.set_operator(operator.into(), role)?;
    }
    let engine = RwLock::new(engine);

    assert_eq!(post_rule(&engine, 1, 70, 7), (201, "created"));
    assert_eq!(post_rule(&engine, 1, 70, 8), (409, "duplicate_rule"));
    assert_eq!(post_rule(&engine, 2, 70, 70), (422, "own_chats"));
    assert_eq!(post_rule(&engine, 2, 7, 8), (422, "no_rights"));

    thread::scope(|threads| {
        for attending in [7, 8] {
            let engine = &engine;
            threads.spawn(move || {
                let watchers = get_watchers(engine, 1000 + attending, &[attending]);
                assert_eq!(watchers, if attending == 7 { vec![70] } else { vec![] });
                println!("the chat of operator {attending} is watched by {watchers:?}");
            });
        }
    });
    Ok(())
}
