//! What the program is told.

use std::time::Duration;

use crate::report::Report;

pub(crate) const HELP: &str = "\
Holds chat-monitor to its reference model: random histories of live chats, and big worlds of many rules.

usage: differential [--seconds N] [--commands N] [--seed N]

options:
  --seconds N   stop after so long; 60, if nothing else says when
  --commands N  stop after so many commands to live chats; with the same seed, always the same run
  --seed N      another run than that of seed 1
  -h, --help

After every command to live chats both are asked the same: the answer, everyone's list of monitored chats, what every
rule says of every chat, and who may watch it, in each way there is to ask. In big worlds it is the last two, of many
chats at a time. Standard output says how much was compared.

At a difference it stops, and prints the shortest commands found that show it, as JSON Lines:
  cargo run --example live -- COMMANDS --watchlists
replays them. (A chat of a big world may have been joined before it starts; `live` refuses that one.)

Exit status: 0 without a difference, 1 with one, 2 for a wrong call.
";

/// When to stop, and where to begin.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    seconds: Option<u64>,
    commands: Option<u64>,
    pub(crate) seed: u64,
}

#[derive(Clone, Debug)]
pub(crate) enum Request {
    Run(Options),
    Help,
}

impl Options {
    /// Reads the program's arguments; an error says what is wrong with the first that is.
    pub(crate) fn from_args(args: impl IntoIterator<Item = String>) -> Result<Request, String> {
        let mut options = Options { seconds: None, commands: None, seed: 1 };
        let mut args = args.into_iter();
        while let Some(flag) = args.next() {
            let mut number = || {
                let value = args.next().ok_or_else(|| format!("`{flag}` lacks its number"))?;
                value.parse().map_err(|_| format!("`{flag}`: expected a number, not `{value}`"))
            };
            match flag.as_str() {
                "--seconds" => options.seconds = Some(number()?),
                "--commands" => options.commands = Some(number()?),
                "--seed" => options.seed = number()?,
                "--help" | "-h" => return Ok(Request::Help),
                _ => return Err(format!("unknown option `{flag}`")),
            }
        }
        if options.commands.is_none() {
            options.seconds.get_or_insert(60);
        }
        Ok(Request::Run(options))
    }

    /// Whether it is time to stop.
    pub(crate) fn is_reached(&self, report: &Report) -> bool {
        let long = self.seconds.is_some_and(|seconds| report.elapsed() >= Duration::from_secs(seconds));
        long || self.commands.is_some_and(|commands| report.commands() >= commands)
    }
}
