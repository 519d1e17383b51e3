//! Webhook bodies, as vendors of chat software send them, become commands for the live monitor.
//!
//! ```text
//! cd examples/data/webhooks
//! cargo run -p vendors --bin webhooks -- *.json *.form --setup setup.jsonl
//! ```
//!
//! `--help` says the rest. A host would do the same behind its HTTP server.

#[allow(dead_code, reason = "not every program needs all of it")]
#[path = "../../../common/mod.rs"]
mod common;
#[allow(dead_code, reason = "not every program needs all of it")]
#[path = "../programs/mod.rs"]
mod programs;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use chat_monitor::{Command, IpRange, LiveMonitor, MonitorEngine, OperatorId};
use serde_json::to_string as to_json;
use vendors::{Body, Desk, People, Proxies, Reading, Time, vendor_names};

use common::{Argument, Console, Input, Outcome, Stop, arguments};
use programs::{Applied, read, run, say};

const HELP: &str = r#"Turns webhook bodies of chat vendors into commands, applies them, and prints what happens.

usage: webhooks FILE... [--setup COMMANDS] [--plain VENDOR] [--proxy NETWORK]...

Each FILE, or `-`, standard input, is the body of one request, in the order in which they came: JSON or a form. The
vendor is recognised from the body: amazon-connect, brevo, chatwoot, crisp, freshchat, genesys, hubspot, intercom,
jivochat, livechat, olark, rocket.chat, tawk.to, twilio, zendesk, zoho. Chats and operators have ids that say what they
are counted under, such as chatwoot:3/7 and chatwoot:bot:41; examples/vendors/README.md has the table.

options:
  --setup COMMANDS   first apply these, JSON Lines as `live` reads them: operators and rules. An operator is named by
                     their full id, `chatwoot:41`, or plainly, `41`: the person whom a vendor knows by that number
  --plain VENDOR     plain ids mean the people of this vendor alone. Do so, or write full ids, where two vendors are used
  --proxy NETWORK    trust the proxies in this network (10.0.0.0/8): in a list of addresses, theirs are not the
                     visitor's. Without it, private addresses in a list are taken for proxies'
  -h, --help

To standard output go, in order, lines such as
  {"file":"a.json","vendor":"zoho","command":{"start_chat":{...}},"events":[{"watch_started":{...}}]}
  {"file":"a.json","vendor":"zoho","command":{"end_chat":{"chat":"c9"}},"refused":{"unknown_chat":"c9"}}
  {"file":"a.json","vendor":"zoho","nothing":"why there is nothing to do"}
  {"file":"a.json","vendor":"zoho","old":["operators"]}   what it tells of these is older than what is known
  {"file":"setup.jsonl","line":3,"refused":{...}}         for --setup, and the same with "event"
A body about a chat that was not seen before starts it first, with the facts that it carries; one that says that its chat
is over never does. Commands carry visitors' addresses. Standard error never does:
  FILE: warning: VENDOR FIELD: ...    what cannot be read, or was not found where it should be
  FILE: ...                           a body that cannot be used; the others go on
  COMMANDS:LINE: ...                  a line of --setup that is no command

Exit status: 0 if every body was used, whatever was refused or warned of; 1 if one could not be used, or a line of
--setup was no command; 2 for a wrong call or a file that cannot be read. Status 0 without a warning means that all that
the bodies can tell was understood.
"#;

fn main() -> ExitCode {
    common::run("webhooks", HELP, webhooks)
}

fn webhooks() -> Result<Outcome, Stop> {
    let call = Call::read()?;
    // All are read before any is used, so that a wrong name is told at once.
    let setup = call.setup.as_deref().map(Input::open).transpose()?;
    let bodies = call.bodies.iter().map(|file| Ok((file, read(file)?))).collect::<Result<Vec<_>, Stop>>()?;

    let mut console = Console::new();
    let mut office = Office {
        live: LiveMonitor::new(MonitorEngine::new()),
        output: BufWriter::new(io::stdout().lock()),
        vendors_of: BTreeMap::new(),
    };
    let mut people = People::new();
    if let Some(vendor) = &call.plain {
        people.only_of(vendor);
    }
    if let (Some(file), Some(commands)) = (&call.setup, setup) {
        office.set_up(&file.to_string_lossy(), commands, &mut people, &mut console)?;
    }
    let mut outcome = console.outcome();
    let proxies = if call.proxies.is_empty() { Proxies::default() } else { Proxies::named(call.proxies) };
    let mut desk = Desk::new(people, proxies);
    // The files have no time at which they came, but their order.
    let mut received = Time::EARLIEST;
    for (file, bytes) in bodies {
        let file = file.to_string_lossy();
        received = received.next();
        let reading = Body::parse(&bytes).map(|body| desk.read(&body, received));
        match reading {
            Ok(reading) if reading.vendor.is_some() => {
                if reading.lost {
                    outcome = Outcome::LinesLeftOut;
                }
                office.follow(&file, reading)?;
            }
            Ok(_) => {
                say(&file, "expected a body of a known vendor (--help names them)");
                outcome = Outcome::LinesLeftOut;
            }
            Err(what) => {
                say(&file, &what.to_string());
                outcome = Outcome::LinesLeftOut;
            }
        }
        // So that the lines of standard error stand where they belong, for a reader of both.
        office.output.flush()?;
    }
    Ok(outcome)
}

struct Call {
    bodies: Vec<OsString>,
    setup: Option<OsString>,
    plain: Option<String>,
    proxies: Vec<IpRange>,
}

impl Call {
    fn read() -> Result<Self, Stop> {
        let mut call = Call { bodies: Vec::new(), setup: None, plain: None, proxies: Vec::new() };
        let mut arguments = arguments();
        while let Some(argument) = arguments.next() {
            let option = match argument? {
                Argument::Operand(file) => {
                    call.bodies.push(file);
                    continue;
                }
                Argument::Option(option) => option,
            };
            let mut value = |what: &str| match arguments.next().transpose()? {
                Some(Argument::Operand(value)) => Ok(value),
                _ => Err(Stop::Call(format!("expected {what} behind `{option}`"))),
            };
            match option.as_str() {
                "--setup" => call.setup = Some(value("a file")?),
                "--plain" => call.plain = Some(vendor(&value("a vendor's name")?)?),
                "--proxy" => call.proxies.push(network(&value("a network")?)?),
                _ => return Err(Stop::Call(format!("unknown option `{option}`"))),
            }
        }
        if call.bodies.is_empty() {
            return Err(Stop::Call("expected a file".into()));
        }
        if call.bodies.iter().chain(&call.setup).filter(|file| *file == "-").count() > 1 {
            return Err(Stop::Call("standard input (`-`) can be read only once".into()));
        }
        Ok(call)
    }
}

fn vendor(name: &OsStr) -> Result<String, Stop> {
    let known = name.to_str().filter(|name| vendor_names().any(|known| known == *name));
    known.map(str::to_owned).ok_or_else(|| Stop::Call("expected a vendor that --help names behind `--plain`".into()))
}

fn network(text: &OsStr) -> Result<IpRange, Stop> {
    let network = text.to_str().and_then(|text| text.parse().ok());
    network.ok_or_else(|| Stop::Call("expected a network such as `10.0.0.0/8` behind `--proxy`".into()))
}

/// The monitor, and what is said of it.
struct Office<W: Write> {
    live: LiveMonitor,
    output: W,
    /// Whose agents the plain ids have stood for.
    vendors_of: BTreeMap<OperatorId, &'static str>,
}

impl<W: Write> Office<W> {
    /// Applies the commands of `--setup`, as `live` does.
    fn set_up(&mut self, file: &str, commands: Input, people: &mut People, console: &mut Console) -> Result<(), Stop> {
        run(commands, people, console, |_, command, line| Ok(self.apply_line(command, file, line)?))?;
        Ok(self.output.flush()?)
    }

    fn apply_line(&mut self, command: &Command, file: &str, line: u64) -> io::Result<Applied> {
        let begin = format!(r#"{{"file":{},"line":{line}"#, to_json(file)?);
        let Office { live, output, .. } = self;
        match live.apply(command.clone()) {
            Ok(events) => {
                for event in &events {
                    writeln!(output, r#"{begin},"event":{}}}"#, to_json(event)?)?;
                }
                Ok(Applied::Accepted)
            }
            Err(refusal) => {
                writeln!(output, r#"{begin},"refused":{}}}"#, to_json(&refusal)?)?;
                Ok(Applied::Refused)
            }
        }
    }

    /// Does what follows from a body, and says what in it could not be read.
    fn follow(&mut self, file: &str, reading: Reading) -> io::Result<()> {
        let vendor = reading.vendor.unwrap_or_default();
        for warning in &reading.warnings {
            say(file, &format!("warning: {vendor} {warning}"));
        }
        for agent in reading.agents {
            self.note_plain(file, vendor, agent);
        }
        let begin = format!(r#"{{"file":{},"vendor":{}"#, to_json(file)?, to_json(vendor)?);
        if reading.commands.is_empty() {
            let nothing = if reading.lost { "what it tells is lost".into() } else { reading.nothing.join("; ") };
            writeln!(self.output, r#"{begin},"nothing":{}}}"#, to_json(&nothing)?)?;
        }
        for command in reading.commands {
            write!(self.output, r#"{begin},"command":{}"#, to_json(&command)?)?;
            match self.live.apply(command) {
                Ok(events) => writeln!(self.output, r#","events":{}}}"#, to_json(&events)?)?,
                Err(refusal) => writeln!(self.output, r#","refused":{}}}"#, to_json(&refusal)?)?,
            }
        }
        if !reading.old.is_empty() {
            writeln!(self.output, r#"{begin},"old":{}}}"#, to_json(&reading.old)?)?;
        }
        Ok(())
    }

    /// Says where a plain id stands for agents of two vendors, which may be two people.
    fn note_plain(&mut self, file: &str, vendor: &'static str, agent: OperatorId) {
        if agent.as_str().split_once(':').is_some_and(|(name, _)| vendor_names().any(|known| known == name)) {
            return;
        }
        let other = *self.vendors_of.entry(agent.clone()).or_insert(vendor);
        if other != vendor {
            let what = format!("the setup's `{agent}` is taken for an agent of {other} and for one of {vendor}");
            say(file, &format!("warning: {what}: write `{other}:{agent}` and `{vendor}:{agent}`, or use --plain"));
            self.vendors_of.insert(agent, vendor);
        }
    }
}
