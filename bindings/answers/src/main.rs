//! A long log of commands and questions, and what the crate answers, line by line: what every binding is held to.
//!
//! ```text
//! cargo run -p answers -- FOLDER [LINES]
//! ```
//!
//! Writes `log.jsonl` and `answers.jsonl` to the folder, of 100,000 lines unless told otherwise, and prints the SHA-256
//! of the answers. The log looks like chance and is the same every time. A line of it is a command, or `{"ask": CHAT}`.
//! Writes `faulty.jsonl` too: values that cannot be, with the code, the kind and the sentence that say why.

mod faulty;
mod random;

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use chat_monitor::{Chat, LiveMonitor};
use serde_json::{Value, json, to_string};
use sha2::{Digest, Sha256};

use random::Random;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: answers FOLDER [LINES]")?;
    let lines = arguments.next().map_or(Ok(100_000), |lines| lines.parse())?;
    fs::create_dir_all(&folder)?;
    let mut log = BufWriter::new(File::create(Path::new(&folder).join("log.jsonl"))?);
    let mut answers = BufWriter::new(File::create(Path::new(&folder).join("answers.jsonl"))?);

    let (mut random, mut live, mut digest) = (Random(1), LiveMonitor::default(), Sha256::new());
    let mut refused = 0_u32;
    for turn in 0..lines {
        let answer = if turn % 8 == 7 {
            let chat = random.chat();
            writeln!(log, r#"{{"ask":{}}}"#, to_string(&chat)?)?;
            asked(&live, &chat)?
        } else {
            let command = random.command(&live);
            writeln!(log, "{}", to_string(&command)?)?;
            match live.apply(command) {
                Ok(events) => to_string(&events)?,
                Err(refusal) => {
                    refused += 1;
                    format!(r#"{{"refused":{}}}"#, to_string(&refusal)?)
                }
            }
        };
        writeln!(answers, "{answer}")?;
        digest.update(answer);
        digest.update("\n");
    }
    // The state, saved, is the last answer.
    let saved = to_string(&live)?;
    writeln!(answers, "{saved}")?;
    digest.update(saved);
    digest.update("\n");
    fs::write(Path::new(&folder).join("faulty.jsonl"), faulty::lines()?)?;
    log.flush()?;
    answers.flush()?;
    if lines >= 10_000 && !(lines / 10..lines * 3 / 5).contains(&refused) {
        return Err(format!("{refused} of {lines} were refused: the log is too one-sided").into());
    }
    println!("{}", digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    Ok(())
}

fn asked(live: &LiveMonitor, chat: &Chat) -> serde_json::Result<String> {
    let watchers = live.engine().watchers_for(chat);
    let verdicts: Vec<Value> = live.engine().explain(chat).map(|(_, verdict)| json!(verdict)).collect();
    Ok(format!(r#"{{"watchers":{},"verdicts":{}}}"#, to_string(&watchers)?, to_string(&verdicts)?))
}
