//! Zoho SalesIQ's chat monitors become rules, and rules become chat monitors.
//!
//! ```text
//! cd examples/data
//! cargo run -p vendors --bin zoho -- import monitors.json --watchers hana,mori
//! cargo run -p vendors --bin zoho -- export commands.jsonl
//! ```
//!
//! `--help` says the rest.

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

use chat_monitor::{AddRuleRefusal, Command, Criterion, LiveMonitor, MonitorEngine, OperatorId, Rule};
use vendors::monitors::{export, import};
use vendors::{People, Statistics, read_json};

use common::{Argument, Console, Input, Outcome, Stop, arguments};
use programs::{Applied, read, say, unreadable};

const HELP: &str = r#"Turns Zoho SalesIQ's chat monitors into rules, and rules into chat monitors.

usage: zoho import MONITORS [--watchers A,B...] [--setup COMMANDS]
       zoho export COMMANDS

`-` is standard input. MONITORS is what Zoho's REST API (v2) lists, {"data":[...]}, or a list of its objects, or one:
  {"id":"8000000006005","enabled":true,"monitoring":{"type":"visitor_ip","visitor_ip":"192.0.2.7"},"stats":{...}}
  {"type":"operator","operator":"8000000002007"}      the shorter form of its create call
There they belong to nobody. Each becomes a rule for each watcher, `8000000006005/hana`, or `new-1/hana` without an id;
to standard output goes, for each, a line as `live` reads it: {"add_rule":{...}}

COMMANDS are JSON Lines as `live` reads them, operators and rules among them. For --setup they say who is there; operators
are named by their full ids, `zoho:8000000002007`, or plainly, `8000000002007`. For export they are all that has happened;
a line may say when it did, by ISO 8601 or in seconds or milliseconds since 1970:
  {"at":"2026-01-31T09:00:00Z","command":{"start_chat":{...}}}
To standard output goes {"data":[...]}: a monitor for all watchers' rules that came from it, one without an id for others,
each with its statistics. Every number is text; without times in COMMANDS there is no last_monitored_time.

options:
  --watchers A,B...  whose the rules are; otherwise everyone's of --setup who may monitor anybody, as far as they may
  --setup COMMANDS   look whether each rule would be accepted, and leave it out if not
  -h, --help

To standard error, never with a visitor's address:
  MONITORS: monitor 3: FIELD: ...     an object that is no monitor
  MONITORS: rule `ID`: ...            a rule that --setup refuses
  COMMANDS: N rules left out, ...     which rules cannot be said as monitors, by the reason
  COMMANDS:LINE: ...                  a line that is no command, or is refused

Exit status: 0; 1 if something was left out; 2 for a wrong call or a file that cannot be read.
"#;

fn main() -> ExitCode {
    common::run("zoho", HELP, zoho)
}

fn zoho() -> Result<Outcome, Stop> {
    match Call::read()? {
        Call::Import { monitors, watchers, setup } => import_monitors(&monitors, watchers, setup.as_deref()),
        Call::Export { commands } => export_rules(&commands),
    }
}

enum Call {
    Import { monitors: OsString, watchers: Option<Vec<OperatorId>>, setup: Option<OsString> },
    Export { commands: OsString },
}

impl Call {
    fn read() -> Result<Self, Stop> {
        let (mut operands, mut watchers, mut setup) = (Vec::new(), None, None);
        let mut arguments = arguments();
        while let Some(argument) = arguments.next() {
            let option = match argument? {
                Argument::Operand(operand) => {
                    operands.push(operand);
                    continue;
                }
                Argument::Option(option) => option,
            };
            let mut value = |what: &str| match arguments.next().transpose()? {
                Some(Argument::Operand(value)) => Ok(value),
                _ => Err(Stop::Call(format!("expected {what} behind `{option}`"))),
            };
            match option.as_str() {
                "--watchers" => watchers = Some(read_watchers(&value("operators")?)?),
                "--setup" => setup = Some(value("a file")?),
                _ => return Err(Stop::Call(format!("unknown option `{option}`"))),
            }
        }
        let [what, file] = <[_; 2]>::try_from(operands)
            .map_err(|_| Stop::Call("expected `import` or `export`, and one file".into()))?;
        match what.to_str() {
            Some("import") if watchers.is_none() && setup.is_none() => {
                Err(Stop::Call("expected `--watchers`, or a `--setup` that says who may monitor".into()))
            }
            Some("import") if file == "-" && setup.as_deref() == Some(OsStr::new("-")) => {
                Err(Stop::Call("standard input (`-`) can be read only once".into()))
            }
            Some("import") => Ok(Call::Import { monitors: file, watchers, setup }),
            Some("export") if watchers.is_some() || setup.is_some() => {
                Err(Stop::Call("expected no option for `export`".into()))
            }
            Some("export") => Ok(Call::Export { commands: file }),
            _ => Err(Stop::Call("expected `import` or `export`".into())),
        }
    }
}

fn read_watchers(text: &OsStr) -> Result<Vec<OperatorId>, Stop> {
    let wrong = || Stop::Call("expected operators' ids with commas between them behind `--watchers`".into());
    let text = text.to_str().ok_or_else(wrong)?;
    let mut watchers: Vec<OperatorId> = Vec::new();
    for watcher in text.split(',') {
        let watcher = watcher.parse().map_err(|_| wrong())?;
        if !watchers.contains(&watcher) {
            watchers.push(watcher);
        }
    }
    Ok(watchers)
}

fn import_monitors(file: &OsStr, watchers: Option<Vec<OperatorId>>, setup: Option<&OsStr>) -> Result<Outcome, Stop> {
    let mut console = Console::new();
    let name = file.to_string_lossy();
    let setup = setup.map(Input::open).transpose()?;
    let text = String::from_utf8(read(file)?).map_err(|_| unreadable(file, io::Error::other("it is not UTF-8")))?;
    let mut people = People::new();
    let engine = match setup {
        Some(commands) => Some(run(commands, &mut people, &mut Statistics::new(), &mut console)?.engine().clone()),
        None => None,
    };
    let mut complete = matches!(console.outcome(), Outcome::Complete);
    let monitors = match read_json(text.trim_start_matches('\u{FEFF}')) {
        Ok(monitors) => monitors,
        Err(error) => {
            say(&name, &format!("expected monitors in JSON: {error}"));
            return Ok(Outcome::LinesLeftOut);
        }
    };
    let are_named = watchers.is_some();
    let watchers = watchers.unwrap_or_else(|| engine.as_ref().map(watchers_of).unwrap_or_default());
    if watchers.is_empty() {
        say(&name, "nobody whom --setup knows may monitor anybody, so there are no rules");
        complete = false;
    }
    let imported = import(&monitors, &watchers, &people);
    for wrong in &imported.wrong {
        say(&name, &wrong.to_string());
        complete = false;
    }
    let mut output = BufWriter::new(io::stdout().lock());
    let mut engine = engine;
    for rule in imported.rules {
        match engine.as_mut().map_or(Ok(()), |engine| engine.add_rule(rule.clone())) {
            Ok(()) => {
                let line = serde_json::to_string(&Command::AddRule(rule)).map_err(io::Error::from)?;
                writeln!(output, "{line}")?;
            }
            // Everyone is asked for, as far as they may.
            Err(AddRuleRefusal::NotPermitted(_) | AddRuleRefusal::OwnChats(_)) if !are_named => {}
            Err(refusal) => {
                say(&name, &format!("rule `{}`: {refusal}", rule.id()));
                complete = false;
            }
        }
    }
    output.flush()?;
    Ok(if complete { Outcome::Complete } else { Outcome::LinesLeftOut })
}

/// Everyone who may monitor anybody: to whom the engine would not say that they have no rights.
fn watchers_of(engine: &MonitorEngine) -> Vec<OperatorId> {
    let may = |watcher: &OperatorId| {
        let (Ok(id), Ok(address)) = ("(anything)".parse(), "192.0.2.1".parse()) else { return false };
        let rule = Rule::new(id, watcher.clone(), Criterion::VisitorIp(address));
        !matches!(engine.clone().add_rule(rule), Err(AddRuleRefusal::NoRights(_) | AddRuleRefusal::UnknownWatcher(_)))
    };
    engine.operators().map(|(operator, _)| operator.clone()).filter(may).collect()
}

fn export_rules(file: &OsStr) -> Result<Outcome, Stop> {
    let mut console = Console::new();
    let (mut people, mut statistics) = (People::new(), Statistics::new());
    let live = run(Input::open(file)?, &mut people, &mut statistics, &mut console)?;
    let exported = export(live.engine().rules(), &statistics, &people);
    let mut output = BufWriter::new(io::stdout().lock());
    writeln!(output, "{{\"data\":[")?;
    let last = exported.monitors.len();
    for (number, monitor) in (1..).zip(&exported.monitors) {
        writeln!(output, "{monitor}{}", if number < last { "," } else { "" })?;
    }
    writeln!(output, "]}}")?;
    output.flush()?;
    let mut by_reason: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for (rule, why) in &exported.left {
        by_reason.entry(*why).or_default().push(format!("`{rule}`"));
    }
    for (why, rules) in &by_reason {
        let count = if rules.len() == 1 { "1 rule".into() } else { format!("{} rules", rules.len()) };
        say(&file.to_string_lossy(), &format!("{count} left out, {why}: {}", rules.join(", ")));
    }
    Ok(if by_reason.is_empty() { console.outcome() } else { Outcome::LinesLeftOut })
}

/// Applies commands, with or without their times.
fn run(
    commands: Input,
    people: &mut People,
    statistics: &mut Statistics,
    console: &mut Console,
) -> Result<LiveMonitor, Stop> {
    let mut live = LiveMonitor::new(MonitorEngine::new());
    programs::run(commands, people, console, |now, command, _| {
        Ok(match live.apply(command.clone()) {
            Ok(events) => {
                statistics.record(now, command, &events);
                Applied::Accepted
            }
            Err(refusal) => Applied::LeftOut(format!("refused: {refusal}")),
        })
    })?;
    Ok(live)
}
