//! Real dialogues as live traffic: chats start, wait, are picked up, transferred, watched, joined, on a simulated
//! clock.
//!
//! ```text
//! cargo run --example replay -- DIALOGUES
//! cargo run --example replay -- DIALOGUES --speed 60 --language en
//! ```
//!
//! `--help` says what DIALOGUES holds. The same dialogues give the same day, on every machine: [`dialogues`] reads
//! them, [`day`] decides what happens when, [`narration`] tells it in Japanese and English, and [`tally`] counts, and
//! keeps a second monitor without any watcher, to see whether visitors could tell the difference.

#[allow(dead_code, reason = "what is only for those who read JSON Lines as they come is not needed here")]
#[path = "../common/mod.rs"]
mod common;
mod day;
#[path = "../common/dialogue.rs"]
mod dialogue;
mod dialogues;
mod narration;
mod tally;

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Instant;

use chat_monitor::{LiveMonitor, MonitorEngine};

use common::{Argument, Console, Outcome, Stop, arguments};
use day::{Day, Dialogue};
use narration::{Language, Moment, Narrator};
use tally::Tally;

const HELP: &str = r#"Replays dialogues as one day of live chats that are monitored, and tells what everybody sees.

usage: replay DIALOGUES [--speed X] [--language ja|en|both] [--log FILE]

DIALOGUES is a file of JSON Lines, or `-`, standard input:
  {"id":"d1","utterances":[{"speaker":"operator_1","t":0,"text":"..."},{"speaker":"customer_1","t":37,"text":"..."}]}
A speaker is `operator`, `customer` or `visitor`, with or without a number. `t` is in seconds since the dialogue began, or
a time by ISO 8601, such as "2026-01-31T09:00:00Z".
Each becomes a chat: it waits until an operator is free, and the first operator's part is played by whoever has it.

options:
  --speed X      how many simulated seconds pass in a second, such as 60; otherwise as fast as it goes
  --language L   tell it in Japanese (ja), in English (en) or in both (the default)
  --log FILE     write the accepted commands, as `live` reads them
  -h, --help

What is told: every change of rules and roles; of a chat, what changes anybody's list of monitored chats, and what its
visitor sees while somebody watches it. Then a summary. If a line is no dialogue, nothing is played, and no log is made;
standard error has FILE:LINE: what was wrong, of each.

Exit status: 0; 1 if a line is no dialogue; 2 for a wrong call or a file that cannot be read or written.
"#;

fn main() -> ExitCode {
    common::run("replay", HELP, replay)
}

fn replay() -> Result<Outcome, Stop> {
    let call = Call::read()?;
    let mut console = Console::new();
    // Before anything is printed or made: who has half a day on their screen does not see what is wrong above it.
    let Some(dialogues) = dialogues::read(&call.dialogues, &mut console)? else { return Ok(console.outcome()) };
    let log = call.log.as_deref().map(Log::create).transpose()?;
    if io::stdout().is_terminal() {
        console.hide_progress();
    }
    let mut output = BufWriter::new(io::stdout().lock());
    play(dialogues, &call, log, &mut output, &mut console)?;
    Ok(console.outcome())
}

struct Call {
    dialogues: OsString,
    speed: Option<f64>,
    language: Language,
    log: Option<OsString>,
}

impl Call {
    fn read() -> Result<Self, Stop> {
        let (mut files, mut speed, mut language, mut log) = (Vec::new(), None, Language::Both, None);
        let mut arguments = arguments();
        while let Some(argument) = arguments.next() {
            let option = match argument? {
                Argument::Operand(file) => {
                    files.push(file);
                    continue;
                }
                Argument::Option(option) => option,
            };
            let mut value = || match arguments.next().transpose()? {
                Some(Argument::Operand(value)) => Ok(value),
                _ => Err(Stop::Call(format!("expected something behind `{option}`"))),
            };
            match option.as_str() {
                "--speed" => speed = Some(read_speed(&value()?)?),
                "--language" => language = read_language(&value()?)?,
                "--log" => log = Some(value()?),
                _ => return Err(Stop::Call(format!("unknown option `{option}`"))),
            }
        }
        let [dialogues] = <[_; 1]>::try_from(files)
            .map_err(|files| Stop::Call(format!("expected one file of dialogues, found {}", files.len())))?;
        Ok(Call { dialogues, speed, language, log })
    }
}

fn read_speed(text: &OsStr) -> Result<f64, Stop> {
    let speed = text.to_str().and_then(|text| text.parse().ok());
    // Slower than that, and the waits do not fit into a `Duration`.
    speed
        .filter(|speed| (0.001..=1e9).contains(speed))
        .ok_or_else(|| Stop::Call("expected a number of simulated seconds a second behind `--speed`".into()))
}

fn read_language(text: &OsStr) -> Result<Language, Stop> {
    match text.to_str() {
        Some("ja") => Ok(Language::Japanese),
        Some("en") => Ok(Language::English),
        Some("both") => Ok(Language::Both),
        _ => Err(Stop::Call("expected `ja`, `en` or `both` behind `--language`".into())),
    }
}

/// Plays the whole day.
fn play(
    dialogues: Vec<Dialogue>,
    call: &Call,
    mut log: Option<Log>,
    output: &mut impl Write,
    console: &mut Console,
) -> Result<(), Stop> {
    let name = call.dialogues.to_string_lossy();
    let last_line = dialogues.last().map_or(0, |dialogue| dialogue.line);
    let began = Instant::now();
    let mut live = LiveMonitor::new(MonitorEngine::new());
    let mut tally = Tally::new(&dialogues);
    let mut narrator = Narrator::new(call.language);
    let mut day = Day::new(dialogues);
    while let Some((now, happening)) = day.next() {
        if let Some(speed) = call.speed {
            output.flush()?;
            sleep(now.div_f64(speed).saturating_sub(began.elapsed()));
        }
        if let Some(line) = day.line(&happening) {
            console.show_progress(&name, line, (100 * line).checked_div(last_line));
        }
        if let Some((chat, utterance)) = day.utterance(&happening) {
            tally.utterance(&live, &chat);
            narrator.hear(chat, utterance, &live);
        }
        for command in day.commands(now, &happening, &live) {
            let before = Moment::before(&live, &command);
            let answer = live.apply(command.clone());
            tally.command(&live, &command, &answer);
            if let (Some(log), Ok(_)) = (&mut log, &answer) {
                log.write(&command)?;
            }
            narrator.tell(now, &command, &answer, &before, &live, output)?;
        }
    }
    console.clear();
    tally.write(call.language, output)?;
    output.flush()?;
    log.map_or(Ok(()), Log::finish)
}

/// The accepted commands: all that is needed to be where the day ended, or at any moment of it.
struct Log {
    file: String,
    lines: BufWriter<File>,
}

impl Log {
    fn create(file: &OsStr) -> Result<Self, Stop> {
        let name = file.to_string_lossy().into_owned();
        match File::create(file) {
            Ok(created) => Ok(Log { file: name, lines: BufWriter::new(created) }),
            Err(error) => Err(Stop::Output { file: name, error }),
        }
    }

    fn write(&mut self, command: &chat_monitor::Command) -> Result<(), Stop> {
        let line = serde_json::to_string(command).map_err(io::Error::from);
        line.and_then(|line| writeln!(self.lines, "{line}")).map_err(|error| self.fault(error))
    }

    fn finish(mut self) -> Result<(), Stop> {
        self.lines.flush().map_err(|error| self.fault(error))
    }

    fn fault(&self, error: io::Error) -> Stop {
        Stop::Output { file: self.file.clone(), error }
    }
}
