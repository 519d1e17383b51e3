//! Webhook bodies, as eight vendors of chat software send them, become commands for the live monitor.
//!
//! ```text
//! cd examples/data/webhooks
//! cargo run --example webhooks -- *.json *.form --setup setup.jsonl
//! ```
//!
//! `--help` says the rest. A host would do the same behind its HTTP server. [`vendors`] says what each vendor means by
//! its fields, [`body`] reads what may have any type or none, and [`desk`] turns the news of a chat into commands.

mod body;
#[allow(dead_code, reason = "what is only for those who read JSON Lines as they come is not needed here")]
#[path = "../common/mod.rs"]
mod common;
mod desk;
mod vendors;

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::process::ExitCode;

use chat_monitor::{Command, LiveMonitor, MonitorEngine};
use serde_json::to_string as to_json;

use common::{Argument, Console, Input, Outcome, Stop, arguments, bounded, json_fault, legible, write_error};
use desk::{Desk, Plan};
use vendors::{Told, Vendor};

const HELP: &str = r#"Turns webhook bodies of chat vendors into commands, applies them, and prints what happens.

usage: webhooks FILE... [--setup COMMANDS]

Each FILE, or `-`, standard input, is the body of one request, in the order in which they came. The vendor is
recognised from the body: Chatwoot, LiveChat, Rocket.Chat, Twilio Conversations, JivoChat, Olark (its form field too),
Intercom, tawk.to. Operators and chats have the ids that their vendor gives them; each vendor's chats are followed
apart from the others', so that two vendors may use the same ids.

options:
  --setup COMMANDS  first apply these, JSON Lines as `live` reads them: operators and rules
  -h, --help

To standard output go, in order, lines such as
  {"file":"a.json","vendor":"tawk.to","command":{"start_chat":{...}},"events":[{"watch_started":{...}}]}
  {"file":"a.json","vendor":"tawk.to","command":{"end_chat":{"chat":"c9"}},"refused":{"unknown_chat":"c9"}}
  {"file":"a.json","vendor":"tawk.to","nothing":"why there is nothing to do"}
  {"file":"setup.jsonl","line":3,"refused":{...}}     for --setup, and the same with "event"
A body about a chat that was not seen before starts it first, with the facts that it carries. Commands carry visitors'
addresses. Standard error never does:
  FILE: warning: VENDOR FIELD: ...    an attribute that cannot be read and is taken as unknown
  FILE: ...                           a body that cannot be used; the others go on
  COMMANDS:LINE: ...                  a line of --setup that is no command

Exit status: 0 if every body was read, whatever was refused or unknown; 1 if one could not be used, or a line of
--setup was no command; 2 for a wrong call or a file that cannot be read.
"#;

fn main() -> ExitCode {
    common::run("webhooks", HELP, webhooks)
}

fn webhooks() -> Result<Outcome, Stop> {
    let call = Call::read()?;
    // All are read before any is used, so that a wrong name is told at once.
    let setup = call.setup.as_deref().map(Input::open).transpose()?;
    let bodies = call.bodies.iter().map(|file| Ok((file, read(file)?))).collect::<Result<Vec<_>, Stop>>()?;

    let mut output = BufWriter::new(io::stdout().lock());
    let mut console = Console::new();
    let mut ready = LiveMonitor::new(MonitorEngine::new());
    if let (Some(file), Some(commands)) = (&call.setup, setup) {
        set_up(&mut ready, &file.to_string_lossy(), commands, &mut output, &mut console)?;
    }
    let mut outcome = console.outcome();
    let mut desks = HashMap::new();
    for (file, bytes) in bodies {
        let file = file.to_string_lossy();
        match vendors::read(&bytes) {
            Ok((vendor, told, warnings)) => {
                for warning in warnings {
                    say(&file, &format!("warning: {} {warning}; taken as unknown", vendor.name()));
                }
                let desk = desks.entry(vendor).or_insert_with(|| Desk::new(ready.clone()));
                follow(desk, &file, vendor, told, &mut output)?;
            }
            Err(what) => {
                say(&file, &what);
                outcome = Outcome::LinesLeftOut;
            }
        }
        // So that the lines of standard error stand where they belong, for a reader of both.
        output.flush()?;
    }
    Ok(outcome)
}

struct Call {
    bodies: Vec<OsString>,
    setup: Option<OsString>,
}

impl Call {
    fn read() -> Result<Self, Stop> {
        let (mut bodies, mut setup) = (Vec::new(), None);
        let mut arguments = arguments();
        while let Some(argument) = arguments.next() {
            match argument? {
                Argument::Operand(file) => bodies.push(file),
                Argument::Option(option) if option == "--setup" => match arguments.next().transpose()? {
                    Some(Argument::Operand(file)) => setup = Some(file),
                    _ => return Err(Stop::Call("expected a file behind `--setup`".into())),
                },
                Argument::Option(option) => return Err(Stop::Call(format!("unknown option `{option}`"))),
            }
        }
        if bodies.is_empty() {
            return Err(Stop::Call("expected a file".into()));
        }
        if bodies.iter().chain(&setup).filter(|file| *file == "-").count() > 1 {
            return Err(Stop::Call("standard input (`-`) can be read only once".into()));
        }
        Ok(Call { bodies, setup })
    }
}

fn read(file: &OsStr) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    let read = if file == "-" { io::stdin().read_to_end(&mut bytes).map(|_| bytes) } else { fs::read(file) };
    read.map_err(|error| Stop::Input { file: file.to_string_lossy().into_owned(), error })
}

/// Applies the commands of `--setup`, as `live` does.
fn set_up(
    live: &mut LiveMonitor,
    file: &str,
    mut commands: Input,
    output: &mut impl Write,
    console: &mut Console,
) -> Result<(), Stop> {
    while let Some(line) = commands.next_line(console)? {
        match serde_json::from_str(line) {
            Ok(command) => apply(live, command, file, commands.number, output)?,
            Err(error) => {
                let what = json_fault(line, &error);
                console.leave_out(&commands, &what);
            }
        }
    }
    Ok(output.flush()?)
}

fn apply(live: &mut LiveMonitor, command: Command, file: &str, line: u64, output: &mut impl Write) -> io::Result<()> {
    let begin = format!(r#"{{"file":{},"line":{line}"#, to_json(file)?);
    match live.apply(command) {
        Ok(events) => events.iter().try_for_each(|event| writeln!(output, r#"{begin},"event":{}}}"#, to_json(event)?)),
        Err(refusal) => writeln!(output, r#"{begin},"refused":{}}}"#, to_json(&refusal)?),
    }
}

/// Does what follows from what a body tells.
fn follow(desk: &mut Desk, file: &str, vendor: Vendor, told: Told, output: &mut impl Write) -> io::Result<()> {
    let begin = format!(r#"{{"file":{},"vendor":{}"#, to_json(file)?, to_json(vendor.name())?);
    let commands = match told.map(|news| desk.plan(news)) {
        Ok(Plan::Commands(commands)) => commands,
        Ok(Plan::Nothing(why)) | Err(why) => return writeln!(output, r#"{begin},"nothing":{}}}"#, to_json(&why)?),
    };
    for command in commands {
        write!(output, r#"{begin},"command":{}"#, to_json(&command)?)?;
        match desk.apply(command) {
            Ok(events) => writeln!(output, r#","events":{}}}"#, to_json(&events)?)?,
            Err(refusal) => writeln!(output, r#","refused":{}}}"#, to_json(&refusal)?)?,
        }
    }
    Ok(())
}

/// Says something on standard error, on one line whatever it contains.
fn say(file: &str, what: &str) {
    write_error(&format!("{}: {}\n", legible(file), legible(&bounded(what, 400))));
}
