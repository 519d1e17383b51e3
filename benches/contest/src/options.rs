//! The flags that all the programs take.

use std::path::PathBuf;

/// What to measure, and where to write it.
///
/// | flag | means | default |
/// |---|---|---|
/// | `--sizes N,…` | how many rules; `changes` and `memory` take the last | 1000,100000,1000000 |
/// | `--rounds N` | paired samples of each contender, 31 at least | 31 |
/// | `--quick` | 7 of them, so that figures are rough | |
/// | `--only TEXT,…` | only contenders whose names contain one of these | all |
/// | `--commands TEXT,…` | only commands on live chats that contain one of these, and those that take them back | all |
/// | `--patience S` | seconds after which building a contender is given up | 60 |
/// | `--json FILE` | appends each figure as a line of JSON | no file |
/// | `--help` | says this, and does nothing else | |
#[derive(Clone, Debug)]
pub struct Options {
    /// How many rules.
    pub sizes: Vec<usize>,
    /// Paired samples of each contender.
    pub rounds: usize,
    /// Parts of the names of the contenders wanted; all are, if it is empty.
    pub only: Vec<String>,
    /// Parts of the commands wanted; all are, if it is empty.
    pub commands: Vec<String>,
    /// Seconds after which building a contender is given up.
    pub patience: f64,
    /// Where to append the figures.
    pub json: Option<PathBuf>,
}

/// What `--help` says.
const HELP: &str = "\
--sizes N,…      how many rules; `changes` and `memory` take the last (1000,100000,1000000)
--rounds N       paired samples of each contender, 31 at least (31)
--quick          7 of them, so that figures are rough
--only TEXT,…    only contenders whose names contain one of these (all)
--commands TEXT,… only commands on live chats that contain one of these, and those that take them back (all)
--patience S     seconds after which building a contender is given up (60)
--json FILE      appends each figure as a line of JSON
--help           says this, and does nothing else";

/// The options of this program; after `--help` there is nothing more to do, and it exits.
///
/// # Errors
///
/// What is wrong with the first argument that is.
pub fn of_program() -> Result<Options, String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--help") {
        println!("{HELP}");
        std::process::exit(0);
    }
    Options::from_args(args)
}

impl Options {
    /// Reads the program's arguments.
    ///
    /// # Errors
    ///
    /// What is wrong with the first that is.
    pub fn from_args(args: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Options {
            sizes: vec![1_000, 100_000, 1_000_000],
            rounds: 31,
            only: Vec::new(),
            commands: Vec::new(),
            patience: 60.0,
            json: None,
        };
        let mut args = args.into_iter();
        while let Some(flag) = args.next() {
            // Cargo's own.
            if flag == "--bench" {
                continue;
            }
            if flag == "--quick" {
                options.rounds = 7;
                continue;
            }
            let value = args.next().ok_or_else(|| format!("`{flag}` is no flag, or lacks its value"))?;
            let wrong = |expected: &str| format!("`{flag}`: expected {expected}, not `{value}`");
            match flag.as_str() {
                "--sizes" => {
                    let sizes: Result<_, _> = value.split(',').map(str::parse).collect();
                    options.sizes = sizes.map_err(|_| wrong("numbers of rules such as `1000,100000`"))?;
                }
                "--rounds" => {
                    let rounds = value.parse().ok().filter(|rounds| *rounds >= 31);
                    options.rounds = rounds.ok_or_else(|| wrong("31 or more"))?;
                }
                "--only" => options.only = value.split(',').map(str::to_owned).collect(),
                "--commands" => options.commands = value.split(',').map(str::to_owned).collect(),
                "--patience" => options.patience = value.parse().map_err(|_| wrong("seconds"))?,
                "--json" => options.json = Some(value.into()),
                _ => return Err(format!("`{flag}` is no flag")),
            }
        }
        Ok(options)
    }

    /// Whether a contender of this name is wanted.
    pub fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| name.contains(part.as_str()))
    }

    /// Whether a command of this name is wanted.
    pub fn wants_command(&self, name: &str) -> bool {
        self.commands.is_empty() || self.commands.iter().any(|part| name.contains(part.as_str()))
    }

    /// The last of the sizes.
    pub fn size(&self) -> usize {
        self.sizes.last().copied().unwrap_or(1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::{HELP, Options};

    fn parse(args: &str) -> Result<Options, String> {
        Options::from_args(args.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn flags_are_understood() {
        let options = parse("--bench --sizes 10,20 --rounds 61 --only scan,one --json out").expect("right flags");
        assert_eq!((options.sizes.as_slice(), options.rounds, options.size()), ([10, 20].as_slice(), 61, 20));
        assert!(options.wants("linear scan") && !options.wants("quamina"));
    }

    #[test]
    fn the_help_names_every_flag() {
        let flags = ["--sizes", "--rounds", "--quick", "--only", "--commands", "--patience", "--json", "--help"];
        let named: Vec<&str> = HELP.lines().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(named, flags);
        assert_eq!(parse("--quick --sizes 10").expect("right flags").rounds, 7);
    }

    #[test]
    fn a_wrong_flag_is_named() {
        assert_eq!(parse("--rounds 5").unwrap_err(), "`--rounds`: expected 31 or more, not `5`");
        assert_eq!(parse("--fast 1").unwrap_err(), "`--fast` is no flag");
    }
}
