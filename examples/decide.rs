//! Decides, for each chat of a file, who may watch it and by which rules.
//!
//! ```text
//! cd examples/data
//! cargo run --example decide -- operators.jsonl rules.jsonl chats.jsonl
//! cargo run --example decide -- operators.jsonl rules.jsonl chats.jsonl --explain --load
//! ```
//!
//! `--help` says the rest. The samples show every verdict. One of the rules belongs to somebody who has no rights (any
//! more): the first call refuses it, and says so; the second takes it as a saved engine would.

mod common;

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use chat_monitor::{Chat, MonitorEngine, OperatorId, Policy, Role, Rule};

use common::{Argument, Console, Input, Outcome, Stop, arguments, json_fault};

const HELP: &str = r#"Decides, for each chat, who may watch it and by which rules.

usage: decide OPERATORS RULES CHATS [--explain] [--load]

Each of the three is a file of JSON Lines; one of them may be `-`, standard input.
  OPERATORS  {"operator":"ken","role":"associate"}, a role being administrator, supervisor or associate;
             a later line changes the role
  RULES      {"id":"r1","watcher":"hana","when":[{"operator":"ken"}],"enabled":true}, criteria being
             operator, visitor_ip ("192.0.2.0/24") and visitor_email ("*@example.com")
  CHATS      {"id":"c1","visitor":{"ip":"192.0.2.7","email":"mika@example.com"},"operators":["ken"]}

options:
  --explain  also print what every rule says of each chat
  --load     take the rules as a saved engine would: a rule whose watcher has lost their rights is not refused,
             it grants nothing
  -h, --help

For each chat, in order, one line goes to standard output:
  {"chat":"c1","watchers":[{"operator":"hana","rules":["r1"]}]}
For each line that cannot be used, one goes to standard error: FILE:LINE: what was wrong. Blank lines are skipped.

Exit status: 0; 1 if a line was left out; 2 for a wrong call or a file that cannot be read or written.
"#;

fn main() -> ExitCode {
    common::run("decide", HELP, decide)
}

fn decide() -> Result<Outcome, Stop> {
    let call = Call::read()?;
    // All are opened before any is read, so that a wrong name is told at once.
    let operators = Input::open(&call.operators)?;
    let rules = Input::open(&call.rules)?;
    let chats = Input::open(&call.chats)?;

    let mut console = Console::new();
    let mut engine = MonitorEngine::new();
    set_operators(&mut engine, operators, &mut console)?;
    add_rules(&mut engine, rules, call.load, &mut console)?;
    write_decisions(&engine, chats, call.explain, &mut console)?;
    Ok(console.outcome())
}

struct Call {
    operators: OsString,
    rules: OsString,
    chats: OsString,
    explain: bool,
    load: bool,
}

impl Call {
    fn read() -> Result<Self, Stop> {
        let (mut files, mut explain, mut load) = (Vec::new(), false, false);
        for argument in arguments() {
            match argument? {
                Argument::Operand(file) => files.push(file),
                Argument::Option(option) => match option.as_str() {
                    "--explain" => explain = true,
                    "--load" => load = true,
                    _ => return Err(Stop::Call(format!("unknown option `{option}`"))),
                },
            }
        }
        if files.iter().filter(|file| *file == "-").count() > 1 {
            return Err(Stop::Call("standard input (`-`) can be read only once".into()));
        }
        let [operators, rules, chats] = <[_; 3]>::try_from(files)
            .map_err(|files| Stop::Call(format!("expected three files, found {}", files.len())))?;
        Ok(Call { operators, rules, chats, explain, load })
    }
}

fn set_operators(engine: &mut MonitorEngine, mut input: Input, console: &mut Console) -> Result<(), Stop> {
    while let Some(line) = input.next_line(console)? {
        match read_operator(line) {
            Ok((operator, role)) => engine.set_operator(operator, role),
            Err(what) => console.leave_out(&input, &what),
        }
    }
    Ok(())
}

/// Reads `{"operator":"ken","role":"associate"}` as the only operator of a saved engine: that form checks the fields,
/// and its errors repeat none of their values.
fn read_operator(line: &str) -> Result<(OperatorId, Role), String> {
    // A line that is one JSON value by itself cannot close the list that it is put into.
    serde_json::from_str::<serde_json::Value>(line).map_err(|error| json_fault(line, &error))?;
    let policy = serde_json::to_string(&Policy::default()).map_err(|error| error.to_string())?;
    // On a line of its own, so that the columns of errors are those of `line`.
    let saved = format!("{{\"version\":1,\"policy\":{policy},\"rules\":[],\"operators\":[\n{line}\n]}}");
    let engine: MonitorEngine = serde_json::from_str(&saved).map_err(|error| json_fault(line, &error))?;
    let operator = engine.operators().next().map(|(operator, role)| (operator.clone(), role));
    operator.ok_or_else(|| "expected an operator with a role".into())
}

fn add_rules(engine: &mut MonitorEngine, mut input: Input, load: bool, console: &mut Console) -> Result<(), Stop> {
    while let Some(line) = input.next_line(console)? {
        if let Err(what) = add_rule(engine, line, load) {
            console.leave_out(&input, &what);
        }
    }
    Ok(())
}

fn add_rule(engine: &mut MonitorEngine, line: &str, load: bool) -> Result<(), String> {
    let rule: Rule = serde_json::from_str(line).map_err(|error| json_fault(line, &error))?;
    if load {
        engine.load_rule(rule).map_err(|refusal| refusal.to_string())
    } else {
        engine.add_rule(rule).map_err(|refusal| refusal.to_string())
    }
}

fn write_decisions(engine: &MonitorEngine, mut input: Input, explain: bool, console: &mut Console) -> Result<(), Stop> {
    let stdout = io::stdout();
    if stdout.is_terminal() {
        console.hide_progress();
    }
    let mut output = BufWriter::new(stdout.lock());
    while let Some(line) = input.next_line(console)? {
        match serde_json::from_str(line) {
            Ok(chat) => write_decision(&mut output, engine, &chat, explain)?,
            Err(error) => {
                let what = json_fault(line, &error);
                console.leave_out(&input, &what);
            }
        }
        // Whoever feeds chats through a pipe has the answers before the next chat.
        if input.is_drained() {
            output.flush()?;
        }
    }
    Ok(output.flush()?)
}

/// Writes the line by hand, from parts that serde_json writes: its own objects are sorted by name.
fn write_decision(output: &mut impl Write, engine: &MonitorEngine, chat: &Chat, explain: bool) -> io::Result<()> {
    write!(output, r#"{{"chat":{},"watchers":["#, serde_json::to_string(chat.id())?)?;
    for (n, watcher) in engine.watchers_for(chat).iter().enumerate() {
        let operator = serde_json::to_string(watcher.operator())?;
        let rules = serde_json::to_string(watcher.rules())?;
        write!(output, r#"{}{{"operator":{operator},"rules":{rules}}}"#, comma_before(n))?;
    }
    if explain {
        write!(output, r#"],"verdicts":["#)?;
        for (n, (rule, verdict)) in engine.explain(chat).enumerate() {
            let rule = serde_json::to_string(rule.id())?;
            let verdict = serde_json::to_string(&verdict)?;
            write!(output, r#"{}{{"rule":{rule},"verdict":{verdict}}}"#, comma_before(n))?;
        }
    }
    writeln!(output, "]}}")
}

fn comma_before(n: usize) -> &'static str {
    if n == 0 { "" } else { "," }
}
