//! What a call costs in Rust, of a world that it writes for the other languages to measure theirs with.
//!
//! ```text
//! cargo run --release -p answers --bin cost -- FOLDER
//! ```
//!
//! Writes `engine.json` and `chats.jsonl` to the folder. Prints a line for each call, in nanoseconds.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use chat_monitor::{Chat, Command, Criterion, LiveMonitor, MonitorEngine, Role, Rule, Visitor, WatcherBuffer};
use serde_json::to_string;

const SUPERVISORS: u64 = 200;
const ASSOCIATES: u64 = 2_000;
const VISITORS: u64 = 4_000;
const RULES: u64 = 20_000;
const CHATS: u64 = 2_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: cost FOLDER")?;
    fs::create_dir_all(&folder)?;
    let (engine, chats) = (engine()?, (0..CHATS).map(chat).collect::<Result<Vec<_>, _>>()?);
    fs::write(Path::new(&folder).join("engine.json"), to_string(&engine)?)?;
    let mut lines = String::new();
    for chat in &chats {
        writeln!(lines, "{}", to_string(chat)?)?;
    }
    fs::write(Path::new(&folder).join("chats.jsonl"), lines)?;

    let watchers: usize = chats.iter().map(|chat| engine.watchers_for(chat).len()).sum();
    println!("a chat has {:.1} watchers on average", watchers as f64 / CHATS as f64);
    report("who watches, by which rules", &chats, |chat| {
        black_box(engine.watchers_for(chat));
    });
    let mut buffer = WatcherBuffer::new();
    report("who watches", &chats, |chat| {
        black_box(engine.watchers_for_into(chat, &mut buffer).len());
    });
    let mut live = LiveMonitor::new(engine);
    let both = chats.into_iter().flat_map(|chat| {
        let end = Command::EndChat { chat: chat.id().clone() };
        [Command::StartChat(chat), end]
    });
    report("start or end a live chat", &both.collect::<Vec<_>>(), |command| {
        black_box(live.apply(command.clone())).unwrap_or_default();
    });
    Ok(())
}

/// The best of several rounds of each fifty: short ones, which what else the machine does leaves alone now and then.
fn report<T>(what: &str, items: &[T], mut call: impl FnMut(&T)) {
    let mut round = |fifty: &[T]| {
        let begin = Instant::now();
        fifty.iter().for_each(&mut call);
        begin.elapsed().as_nanos()
    };
    let best = items.chunks(50).map(|fifty| (0..30).map(|_| round(fifty)).min().unwrap_or_default());
    println!("{what}: {} ns", best.sum::<u128>() / items.len() as u128);
}

fn engine() -> Result<MonitorEngine, Box<dyn Error>> {
    let mut engine = MonitorEngine::new();
    for n in 0..SUPERVISORS {
        engine.set_operator(n.into(), Role::Supervisor)?;
    }
    for n in 0..ASSOCIATES {
        engine.set_operator((1_000 + n).into(), Role::Associate)?;
    }
    for n in 0..RULES {
        let scattered = n * 7_919;
        let criterion = match n % 10 {
            0..4 => Criterion::Operator((1_000 + scattered % ASSOCIATES).into()),
            4..7 => Criterion::VisitorEmail(email(scattered % VISITORS).parse()?),
            7 | 8 => Criterion::VisitorEmail(format!("*@shop-{}.example.com", scattered % 200).parse()?),
            _ => Criterion::VisitorIp(address(scattered % VISITORS).parse()?),
        };
        engine.add_rule(Rule::new(n.into(), (n % SUPERVISORS).into(), criterion))?;
    }
    Ok(engine)
}

fn chat(n: u64) -> Result<Chat, Box<dyn Error>> {
    let visitor = Visitor::new().with_ip(address(n).parse()?).with_email(email(n).parse()?);
    Ok(Chat::new(n.into()).with_visitor(visitor).attended_by((1_000 + n * 31 % ASSOCIATES).into()))
}

fn email(n: u64) -> String {
    format!("visitor-{n}@shop-{}.example.com", n % 500)
}

fn address(n: u64) -> String {
    format!("192.0.{}.{}", n / 250, n % 250)
}
