//! What the programs share: reading files, commands with or without their times, and standard error.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};

use chat_monitor::Command;
use serde_json::Value;
use vendors::{People, Time};

use crate::common::{Console, Input, Stop, bounded, json_fault, legible, write_error};

/// What became of a command.
pub(crate) enum Applied {
    Accepted,
    /// It was refused, and that has been said.
    Refused,
    /// Its line is left out, for this reason.
    LeftOut(String),
}

/// Gives each command to `apply`, with its time and its line. The operators of those that are accepted are those whom
/// the host knows.
pub(crate) fn run(
    mut commands: Input,
    people: &mut People,
    console: &mut Console,
    mut apply: impl FnMut(Time, &Command, u64) -> Result<Applied, Stop>,
) -> Result<(), Stop> {
    let mut now = Time::EARLIEST;
    while let Some(line) = commands.next_line(console)? {
        let applied = match read_line(line, &mut now) {
            Ok(command) => {
                let applied = apply(now, &command, commands.number)?;
                if let (Applied::Accepted, Command::SetOperator { id, .. }) = (&applied, command) {
                    people.know_plain(id);
                }
                applied
            }
            Err(what) => Applied::LeftOut(what),
        };
        match applied {
            Applied::Accepted | Applied::Refused => {}
            Applied::LeftOut(what) => console.leave_out(&commands, &what),
        }
    }
    Ok(())
}

/// A command, or a time and a command; without a time, it is as late as the line before.
fn read_line(line: &str, now: &mut Time) -> Result<Command, String> {
    let fault = |error: serde_json::Error| json_fault(line, &error);
    let value: Value = serde_json::from_str(line).map_err(fault)?;
    let (Some(at), Some(command)) = (value.get("at"), value.get("command")) else {
        return serde_json::from_str(line).map_err(fault);
    };
    let at = Time::read(at).map_err(|error| format!("at: {error}"))?;
    if at < *now {
        return Err("at: expected a time no earlier than that of the line before".into());
    }
    let command = serde_json::from_value(command.clone()).map_err(|error| format!("command: {error}"))?;
    *now = at;
    Ok(command)
}

/// All of a file; `-` is standard input.
pub(crate) fn read(file: &OsStr) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    let read = if file == "-" { io::stdin().read_to_end(&mut bytes).map(|_| bytes) } else { fs::read(file) };
    read.map_err(|error| unreadable(file, error))
}

pub(crate) fn unreadable(file: &OsStr, error: io::Error) -> Stop {
    Stop::Input { file: file.to_string_lossy().into_owned(), error }
}

/// Says something on standard error, on one line whatever it contains.
pub(crate) fn say(file: &str, what: &str) {
    write_error(&format!("{}: {}\n", legible(file), legible(&bounded(what, 400))));
}
