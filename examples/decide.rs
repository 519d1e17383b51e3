//! Decides, for each chat of a file, who may watch it and by which rules.
//!
//! ```text
//! cd examples/data
//! cargo run --features idn --example decide -- operators.jsonl rules.jsonl chats.jsonl
//! cargo run --features idn --example decide -- operators.jsonl rules.jsonl chats.jsonl --explain --load
//! cargo run --features idn --example decide -- departments/operators.jsonl departments/rules.jsonl \
//!     departments/chats.jsonl --policy departments/policy.json --exclusions departments/exclusions.jsonl --now 1764547200000 --explain
//! ```
//!
//! `--help` says the rest; with the feature `idn`, domains such as `*@例え.jp` can be watched. The samples show every
//! verdict. One of the rules of the first belongs to somebody who has no rights (any more): the first call refuses it, and
//! says so; the second takes it as a saved engine would. The third has a policy of its own, departments, attributes, an
//! exclusion, a sample and a window. In `examples/models` stand those of several platforms.

mod common;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use chat_monitor::{Chat, Command, MonitorEngine, Policy, Rule};

use common::{Argument, Console, Input, Outcome, Stop, arguments, file_behind, json_fault, note_of};

const HELP: &str = r#"Decides, for each chat, who may watch it and by which rules.

usage: decide OPERATORS RULES CHATS [--policy FILE] [--exclusions FILE] [--now MS] [--explain] [--load]

Each of the three is a file of JSON Lines; one of them may be `-`, standard input.
  OPERATORS  {"operator":"ken","role":"associate","departments":["sales"]}, a role being administrator, supervisor,
             associate or one that the policy names; {"oversees":{"sales":["watch","advise","join"]}} where that is not
             their own departments with all rights; a later line replaces what was known
  RULES      {"id":"r1","watcher":"hana","when":[{"operator":"ken"}],"unless":[],"window":{"from":0},"enabled":true},
             criteria being operator, visitor_ip ("192.0.2.0/24"), visitor_email ("*@example.com", "*@*.example.com"),
             department, operator_in, attribute ({"name":"tag","value":"vip"}) and
             sample ({"per_million":50000,"salt":"qa-7c1e"})
  CHATS      {"id":"c1","visitor":{"ip":"192.0.2.7","email":"mika@example.com"},"operators":["ken"],
             "departments":["sales"],"attributes":{"tag":["vip"]}}

options:
  --policy FILE      one JSON object, the whole policy: {"watch_unattended":false,"joined_count":true,"permissions":
                     {"administrator":["supervisor","associate"],"supervisor":{"monitors":["associate"],"within":"chat"},
                     "associate":[]}}; without it, the default policy
  --exclusions FILE  JSON Lines: {"id":"x1","when":[{"department":"hr"}],"roles":["supervisor"]}; without roles, they
                     bind everybody
  --now MS           the time, in milliseconds since 1970; without it, no window holds
  --explain          also print what every rule says of each chat
  --load             take the rules as a saved engine would: a rule whose watcher has lost their rights is not refused,
                     it grants nothing
  -h, --help

For each chat, in order, one line goes to standard output:
  {"chat":"c1","watchers":[{"operator":"hana","rules":["r1"]}]}
For each line that cannot be used, one goes to standard error: FILE:LINE: what was wrong. The first rule
that will not find its visitors for long gets one too: FILE:LINE: note: why. Blank lines are skipped.
An operator or an exclusion whose role the policy does not know is such a line, with --load too.

Exit status: 0; 1 if a line was left out; 2 for a wrong call, a file that cannot be read or written, or a policy that
is none.
"#;

fn main() -> ExitCode {
    common::run("decide", HELP, decide)
}

fn decide() -> Result<Outcome, Stop> {
    let call = Call::read()?;
    // All are opened before any is read, so that a wrong name is told at once.
    let policy = call.policy.as_deref().map(read_policy).transpose()?;
    let operators = Input::open(&call.operators)?;
    let exclusions = call.exclusions.as_deref().map(Input::open).transpose()?;
    let rules = Input::open(&call.rules)?;
    let chats = Input::open(&call.chats)?;

    let mut console = Console::new();
    let mut engine = MonitorEngine::new();
    engine.set_policy(policy.unwrap_or_default()).map_err(|refusal| Stop::Call(refusal.to_string()))?;
    if let Some(now) = call.now {
        engine.set_time(now).map_err(|refusal| Stop::Call(refusal.to_string()))?;
    }
    take_lines(operators, &mut console, |line| set_operator(&mut engine, line).map(|()| None))?;
    if let Some(exclusions) = exclusions {
        take_lines(exclusions, &mut console, |line| add_exclusion(&mut engine, line).map(|()| None))?;
    }
    take_lines(rules, &mut console, |line| add_rule(&mut engine, line, call.load))?;
    write_decisions(&engine, chats, call.explain, &mut console)?;
    Ok(console.outcome())
}

#[derive(Default)]
struct Call {
    operators: OsString,
    rules: OsString,
    chats: OsString,
    policy: Option<OsString>,
    exclusions: Option<OsString>,
    now: Option<u64>,
    explain: bool,
    load: bool,
}

impl Call {
    fn read() -> Result<Self, Stop> {
        let (mut files, mut call) = (Vec::new(), Call::default());
        let mut arguments = arguments();
        while let Some(argument) = arguments.next() {
            match argument? {
                Argument::Operand(file) => files.push(file),
                Argument::Option(option) => match option.as_str() {
                    "--policy" => call.policy = Some(file_behind("--policy", arguments.next())?),
                    "--exclusions" => call.exclusions = Some(file_behind("--exclusions", arguments.next())?),
                    "--now" => call.now = Some(instant(arguments.next())?),
                    "--explain" => call.explain = true,
                    "--load" => call.load = true,
                    _ => return Err(Stop::Call(format!("unknown option `{option}`"))),
                },
            }
        }
        if files.iter().filter(|file| *file == "-").count() > 1 {
            return Err(Stop::Call("standard input (`-`) can be read only once".into()));
        }
        let [operators, rules, chats] = <[_; 3]>::try_from(files)
            .map_err(|files| Stop::Call(format!("expected three files, found {}", files.len())))?;
        Ok(Call { operators, rules, chats, ..call })
    }
}

/// Milliseconds since 1970, as far as every JSON reader can hold them exactly.
fn instant(argument: Option<Result<Argument, Stop>>) -> Result<u64, Stop> {
    let number = match argument.transpose()? {
        Some(Argument::Operand(text)) => text.to_str().and_then(|text| text.parse().ok()),
        _ => None,
    };
    let expected = || Stop::Call("expected milliseconds since 1970 behind `--now`, at most 9007199254740991".into());
    number.filter(|number| *number < 1 << 53).ok_or_else(expected)
}

/// Reads the policy. Without the one that was meant, others might watch than may: so there is no going on.
fn read_policy(file: &OsStr) -> Result<Policy, Stop> {
    let read = fs::read(file).and_then(|bytes| Ok(serde_json::from_slice(&bytes)?));
    read.map_err(|error| Stop::Input { file: file.to_string_lossy().into_owned(), error })
}

/// Gives each line to `take`, and leaves out those of which it says what is wrong. Of others it may have a note.
fn take_lines(
    mut input: Input,
    console: &mut Console,
    mut take: impl FnMut(&str) -> Result<Option<&'static str>, String>,
) -> Result<(), Stop> {
    while let Some(line) = input.next_line(console)? {
        match take(line) {
            Ok(None) => {}
            Ok(Some(note)) => console.note(&input, note),
            Err(what) => console.leave_out(&input, &what),
        }
    }
    Ok(())
}

/// Takes `{"operator":"ken","role":"associate"}`: it has the fields of the command `set_operator`, whose errors repeat
/// none of their values.
fn set_operator(engine: &mut MonitorEngine, line: &str) -> Result<(), String> {
    // A line that is one JSON value by itself cannot close the object that it is put into.
    serde_json::from_str::<serde_json::Value>(line).map_err(|error| json_fault(line, &error))?;
    // On a line of its own, so that the columns of errors are those of `line`.
    let command = format!("{{\"set_operator\":\n{line}\n}}");
    match serde_json::from_str(&command).map_err(|error| json_fault(line, &error))? {
        Command::SetOperator { id, operator } => {
            engine.set_operator(id, operator).map_err(|refusal| refusal.to_string())
        }
        _ => Err("expected an operator with a role".into()),
    }
}

fn add_exclusion(engine: &mut MonitorEngine, line: &str) -> Result<(), String> {
    let exclusion = serde_json::from_str(line).map_err(|error| json_fault(line, &error))?;
    engine.add_exclusion(exclusion).map_err(|refusal| refusal.to_string())
}

fn add_rule(engine: &mut MonitorEngine, line: &str, load: bool) -> Result<Option<&'static str>, String> {
    let rule: Rule = serde_json::from_str(line).map_err(|error| json_fault(line, &error))?;
    let note = note_of(&rule);
    let added = if load {
        engine.load_rule(rule).map_err(|refusal| refusal.to_string())
    } else {
        engine.add_rule(rule).map_err(|refusal| refusal.to_string())
    };
    added.map(|()| note)
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
