//! Holds chat-monitor to its reference model, for as long as it is told.
//!
//! ```text
//! cargo run --release -p differential -- --seconds 60
//! ```
//!
//! `--help` says the rest. The model, the histories and what is compared are those of the tests.

mod options;
mod random;
mod report;
mod shortest;
mod worlds;

#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../../../tests/contract/differences.rs"]
mod differences;

#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../../../tests/contract/histories.rs"]
mod histories;

#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../../../tests/contract/live_words.rs"]
mod live_words;

#[allow(dead_code, reason = "the tests ask it for more")]
#[path = "../../../tests/contract/model.rs"]
mod model;

#[path = "../../../tests/contract/model_values.rs"]
mod model_values;

use std::any::Any;
use std::fmt::Debug;
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Instant;

use chat_monitor::{Command, LiveMonitor, MonitorEngine, OperatorId};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use differences::{Compared, Difference};
use histories::{History, OPERATORS, history};
use model::Model;
use options::{Options, Request};
use random::Random;
use report::Report;

/// A big world, and so many histories, by turns.
const HISTORIES_A_WORLD: u32 = 250;

/// Commands, and how the crate and the model differ after them.
struct Found {
    commands: Vec<Command>,
    difference: Difference,
}

fn main() -> ExitCode {
    let options = match Options::from_args(std::env::args().skip(1)) {
        Ok(Request::Run(options)) => options,
        Ok(Request::Help) => {
            // Nobody is left to tell when this fails.
            let _ = io::stdout().write_all(options::HELP.as_bytes());
            return ExitCode::SUCCESS;
        }
        Err(wrong) => {
            eprintln!("differential: {wrong} (--help says more)");
            return ExitCode::from(2);
        }
    };
    let mut report = Report::new(Instant::now());
    let found = run(&options, &mut report);
    report.print(found.as_ref());
    if found.is_none() { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

/// Worlds and histories until the limit is reached, or until the crate and the model differ.
fn run(options: &Options, report: &mut Report) -> Option<Found> {
    // What panics is a difference, and is told as one.
    panic::set_hook(Box::new(|_| {}));
    let mut random = Random::new(options.seed);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &random.bytes());
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let histories = history();
    let operators = OPERATORS.map(parse::<OperatorId>);
    for turn in (0..=HISTORIES_A_WORLD).cycle() {
        if options.is_reached(report) {
            break;
        }
        let found = if turn == 0 {
            report.worlds += 1;
            hold(worlds::world(&mut random), worlds::decide, &mut report.in_worlds)
        } else {
            report.histories += 1;
            let History(commands) = histories.new_tree(&mut runner).expect("nothing is rejected").current();
            hold(commands, |commands, compared| live(commands, &operators, compared), &mut report.in_histories)
        };
        if found.is_some() {
            return found;
        }
        report.show_progress();
    }
    None
}

/// Compares after every command.
fn live(commands: &[Command], operators: &[OperatorId], compared: &mut Compared) -> Result<(), Difference> {
    let (mut live, mut model) = (LiveMonitor::new(MonitorEngine::new()), Model::new());
    commands.iter().try_for_each(|command| differences::apply(&mut live, &mut model, command, operators, compared))
}

/// Compares by `compare`; where that finds a difference, seeks the shortest commands that still do.
fn hold<C: Default>(
    commands: Vec<Command>,
    compare: impl Fn(&[Command], &mut C) -> Result<(), Difference>,
    counted: &mut C,
) -> Option<Found> {
    let difference = |commands: &[Command], counted: &mut C| {
        let compared = catch_unwind(AssertUnwindSafe(|| compare(commands, counted)));
        compared.unwrap_or_else(|panic| Err(format!("a panic: {}", text(&*panic)))).err()
    };
    difference(&commands, counted)?;
    let commands = shortest::shortest(commands, |fewer| difference(fewer, &mut C::default()).is_some());
    let difference = difference(&commands, &mut C::default())?;
    Some(Found { commands, difference })
}

fn text(panic: &dyn Any) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default()
}

/// A value that this program wrote itself.
fn parse<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("a right value")
}
