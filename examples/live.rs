//! Applies a log of commands to the live monitor, and prints what happens: who starts and stops watching what, and why.
//!
//! ```text
//! cd examples/data
//! cargo run --features idn --example live -- commands.jsonl --watchlists
//! ```
//!
//! `--help` says the rest; with the feature `idn`, domains such as `*@例え.jp` can be watched. Two samples, this one and
//! `departments/commands.jsonl`, show every command and every refusal.

mod common;

use std::ffi::{OsStr, OsString};
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::path::Path;
use std::process::{self, ExitCode};

use chat_monitor::{Command, LiveMonitor, MonitorEngine};

use common::{Argument, Console, Input, Outcome, Stop, arguments, file_behind, json_fault, note_of};

const HELP: &str = r#"Applies commands to the live monitor, one after the other, and prints what happens.

usage: live COMMANDS [--save STATE] [--load STATE] [--watchlists]

COMMANDS is a file of JSON Lines, or `-`, standard input. A line is one command:
  {"set_operator":{"operator":"ken","role":"associate"}}          remove_operator {operator}
  {"add_rule":{"id":"r1","watcher":"hana","when":[{"operator":"ken"}]}}
  {"set_rule_enabled":{"rule":"r1","enabled":false}}              remove_rule {rule}
  {"start_chat":{"id":"c1","visitor":{"ip":"192.0.2.7"},"operators":["ken"]}}
  {"set_visitor":{"chat":"c1","visitor":{"ip":"192.0.2.7","email":"mika@example.com"}}}
  {"transfer":{"chat":"c1","from":"ken","to":"aya"}}              attend, unattend {chat, operator}
  {"set_monitoring_allowed":{"chat":"c1","allowed":false}}        end_chat {chat}
  {"join":{"chat":"c1","watcher":"hana"}}                         leave {chat, operator}
  {"advise":{"chat":"c1","watcher":"hana"}}                       set_policy (the whole policy)
  {"set_operator":{"operator":"hana","role":"supervisor","departments":["desk"],"oversees":{"sales":["watch"]}}}
  {"set_rule_window":{"rule":"r1","window":{"from":1764547200000,"until":1767225600000}}}
  {"set_time":{"now":1764547200000}}
  {"add_exclusion":{"id":"x1","when":[{"department":"hr"}]}}      remove_exclusion {exclusion}
  {"set_departments":{"chat":"c1","departments":["sales"]}}       transfer, too, may carry departments
  {"set_attributes":{"chat":"c1","attributes":{"tag":["vip"]}}}

options:
  --load STATE  begin with a saved state; without it, nobody and nothing is known at first
  --save STATE  save the state at the end; what the file held is replaced in one step
  --watchlists  print everyone's monitored chats at the end
  -h, --help

To standard output go, in order, one line for each event and one for each command that was refused:
  {"line":3,"event":{"watch_started":{"chat":"c1","watcher":"hana","rules":["r1"]}}}
  {"line":4,"refused":{"unknown_chat":"c9"}}
A refused command has changed nothing, and the next one follows. With --watchlists, then one for each operator, by id:
  {"watcher":"hana","chats":[{"chat":"c1","rules":["r1"]}]}
For each line that is no command, one goes to standard error: FILE:LINE: what was wrong. The first rule
that will not find its visitors for long gets one too: FILE:LINE: note: why. Blank lines are skipped.

Exit status: 0, refusals included; 1 if a line was no command; 2 for a wrong call or a file that cannot be read or
written. The state is saved with 0 and with 1, and when nobody reads the output any more.
"#;

fn main() -> ExitCode {
    common::run("live", HELP, live)
}

fn live() -> Result<Outcome, Stop> {
    let call = Call::read()?;
    let mut commands = Input::open(&call.commands)?;
    let mut live = match &call.load {
        Some(state) => load(state)?,
        None => LiveMonitor::new(MonitorEngine::new()),
    };

    let mut console = Console::new();
    if io::stdout().is_terminal() {
        console.hide_progress();
    }
    let mut output = Output::new();
    while output.is_open() || call.save.is_some() {
        if !apply_next(&mut live, &mut commands, &mut output, &mut console)? {
            break;
        }
    }
    if call.watchlists {
        output.write(|lines| write_watchlists(lines, &live));
    }
    output.flush();

    // First the state: it is whole, whatever has become of the output.
    if let Some(state) = &call.save {
        save(&live, state)?;
    }
    output.finish()?;
    Ok(console.outcome())
}

struct Call {
    commands: OsString,
    save: Option<OsString>,
    load: Option<OsString>,
    watchlists: bool,
}

impl Call {
    fn read() -> Result<Self, Stop> {
        let (mut files, mut save, mut load, mut watchlists) = (Vec::new(), None, None, false);
        let mut arguments = arguments();
        while let Some(argument) = arguments.next() {
            match argument? {
                Argument::Operand(file) => files.push(file),
                Argument::Option(option) => match option.as_str() {
                    "--save" => save = Some(file_behind("--save", arguments.next())?),
                    "--load" => load = Some(file_behind("--load", arguments.next())?),
                    "--watchlists" => watchlists = true,
                    _ => return Err(Stop::Call(format!("unknown option `{option}`"))),
                },
            }
        }
        let [commands] = <[_; 1]>::try_from(files)
            .map_err(|files| Stop::Call(format!("expected one file of commands, found {}", files.len())))?;
        Ok(Call { commands, save, load, watchlists })
    }
}

/// Reads and applies one command; false at the end of them.
fn apply_next(
    live: &mut LiveMonitor,
    commands: &mut Input,
    output: &mut Output,
    console: &mut Console,
) -> Result<bool, Stop> {
    let Some(line) = commands.next_line(console)? else { return Ok(false) };
    match serde_json::from_str(line) {
        Ok(command) => {
            if let Some(note) = note(&command) {
                console.note(commands, note);
            }
            output.write(|lines| apply(live, command, commands.number, lines));
        }
        Err(error) => {
            let what = json_fault(line, &error);
            console.leave_out(commands, &what);
        }
    }
    // Whoever feeds commands through a pipe has the events before the next one.
    if commands.is_drained() {
        output.flush();
    }
    Ok(true)
}

fn note(command: &Command) -> Option<&'static str> {
    match command {
        Command::AddRule(rule) => note_of(rule),
        _ => None,
    }
}

/// Applies a command and writes its lines by hand, from parts that serde_json writes: its own objects are sorted by
/// name.
fn apply(live: &mut LiveMonitor, command: Command, line: u64, output: &mut dyn Write) -> io::Result<()> {
    match live.apply(command) {
        Ok(events) => events
            .iter()
            .try_for_each(|event| writeln!(output, r#"{{"line":{line},"event":{}}}"#, serde_json::to_string(event)?)),
        Err(refusal) => writeln!(output, r#"{{"line":{line},"refused":{}}}"#, serde_json::to_string(&refusal)?),
    }
}

/// Writes what each operator's page of monitored chats shows. Nobody but a known operator can watch.
fn write_watchlists(output: &mut dyn Write, live: &LiveMonitor) -> io::Result<()> {
    for (watcher, _) in live.engine().operators() {
        write!(output, r#"{{"watcher":{},"chats":["#, serde_json::to_string(watcher)?)?;
        for (n, monitored) in live.monitored_chats(watcher).enumerate() {
            let chat = serde_json::to_string(monitored.chat().id())?;
            let rules = serde_json::to_string(monitored.rules())?;
            let comma = if n == 0 { "" } else { "," };
            write!(output, r#"{comma}{{"chat":{chat},"rules":{rules}}}"#)?;
        }
        writeln!(output, "]}}")?;
    }
    Ok(())
}

fn load(state: &OsStr) -> Result<LiveMonitor, Stop> {
    let read = fs::read(state).and_then(|bytes| Ok(serde_json::from_slice(&bytes)?));
    read.map_err(|error| Stop::Input { file: state.to_string_lossy().into_owned(), error })
}

fn save(live: &LiveMonitor, state: &OsStr) -> Result<(), Stop> {
    let file = || state.to_string_lossy().into_owned();
    replace(Path::new(state), live).map_err(|error| Stop::Output { file: file(), error })
}

/// Writes the state beside the old one and puts it in its place, so that whoever reads the file, and whenever this
/// program dies, finds one or the other, whole.
fn replace(state: &Path, live: &LiveMonitor) -> io::Result<()> {
    let old = fs::metadata(state).ok();
    if old.as_ref().is_some_and(|old| !old.is_file()) {
        return Err(io::Error::other("it is no file that could be replaced"));
    }
    let mut beside = state.as_os_str().to_owned();
    beside.push(format!(".{}.tmp", process::id()));
    let written = write_state(Path::new(&beside), live, old.map(|old| old.permissions()))
        .and_then(|()| fs::rename(&beside, state));
    if written.is_err() {
        // What stands in the way of writing may stand in the way of this; the first error says it.
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write_state(file: &Path, live: &LiveMonitor, permissions: Option<Permissions>) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(file)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    let mut writer = BufWriter::new(file);
    serde_json::to_writer(&mut writer, live)?;
    writeln!(writer)?;
    writer.into_inner().map_err(|error| error.into_error())?.sync_all()
}

/// Standard output. When it can take no more, the commands are still applied, for the state that is saved.
struct Output {
    lines: BufWriter<StdoutLock<'static>>,
    fault: Option<io::Error>,
}

impl Output {
    fn new() -> Self {
        Output { lines: BufWriter::new(io::stdout().lock()), fault: None }
    }

    /// Lets `write` write, unless that has failed before. `write` runs in any case: it also applies the command.
    fn write(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        let written = match self.fault {
            None => write(&mut self.lines),
            Some(_) => write(&mut io::sink()),
        };
        self.note(written);
    }

    fn is_open(&self) -> bool {
        self.fault.is_none()
    }

    fn flush(&mut self) {
        if self.is_open() {
            let flushed = self.lines.flush();
            self.note(flushed);
        }
    }

    fn note(&mut self, result: io::Result<()>) {
        if let Err(error) = result {
            self.fault.get_or_insert(error);
        }
    }

    fn finish(self) -> io::Result<()> {
        self.fault.map_or(Ok(()), Err)
    }
}
