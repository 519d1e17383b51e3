//! How the program is called.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;

use crate::record::Person;

/// What `--help` prints.
pub const HELP: &str = "chat-monitor as a service: on one machine and one file, by the same program as on many.

usage: cluster [--address IP] [--port N] [--db FILE] [--key FILE] [--shards N]
       cluster token PERSON [--key FILE] [--hours N]

options:
  --address IP    address to listen on (127.0.0.1)
  --port N        port to listen on (8088; 0 takes any that is free)
  --db FILE       SQLite file (cluster.db), made if absent
  --key FILE      the key of the tokens, 32 bytes or more (cluster.key); made if absent
  --shards N      into how many parts the chats are divided (4); it can never change for a file
  --hours N       how long the token is valid (1)
  -h, --help

PERSON is service, operator:ID or visitor:CHAT. Without arguments it listens on 127.0.0.1:8088.
";

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// To be told how it is called.
    Help,
    /// To run.
    Run(Options),
    /// To make a token for somebody, valid for so many hours.
    Token(Person, PathBuf, u64),
}

/// How it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The address to listen on.
    pub address: IpAddr,
    /// The port to listen on; 0 takes any that is free.
    pub port: u16,
    /// The SQLite file.
    pub database: PathBuf,
    /// The file with the key of the tokens.
    pub key: PathBuf,
    /// Into how many parts the chats are divided.
    pub shards: u16,
}

/// Why a command line is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongCall {
    /// There is no such option.
    #[error("`{0}` is not known")]
    Unknown(String),
    /// The option needs a value that it can read.
    #[error("`{0}` needs {1}")]
    Value(&'static str, &'static str),
}

impl Call {
    /// Reads the arguments.
    ///
    /// # Errors
    ///
    /// [`WrongCall`] if they are not understood.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, WrongCall> {
        let mut arguments = arguments.into_iter();
        let mut options = Options {
            address: [127, 0, 0, 1].into(),
            port: 8088,
            database: "cluster.db".into(),
            key: "cluster.key".into(),
            shards: 4,
        };
        let (mut token, mut hours) = (None, 1);
        while let Some(argument) = arguments.next() {
            let mut text = || arguments.next().and_then(|value| value.into_string().ok()).unwrap_or_default();
            match argument.to_str().unwrap_or_default() {
                "-h" | "--help" => return Ok(Call::Help),
                "token" => {
                    let wanted = "service, operator:ID or visitor:CHAT";
                    token = Some(person(&text()).ok_or(WrongCall::Value("token", wanted))?);
                }
                "--address" => {
                    options.address = text().parse().map_err(|_| WrongCall::Value("--address", "an address"))?
                }
                "--port" => options.port = text().parse().map_err(|_| WrongCall::Value("--port", "a number"))?,
                "--db" => options.database = file("--db", text())?,
                "--key" => options.key = file("--key", text())?,
                "--shards" => {
                    let shards = text().parse().ok().filter(|shards| (1..=256).contains(shards));
                    options.shards = shards.ok_or(WrongCall::Value("--shards", "a number from 1 to 256"))?;
                }
                "--hours" => {
                    let read = text().parse().ok().filter(|hours| (1..=8760).contains(hours));
                    hours = read.ok_or(WrongCall::Value("--hours", "a number from 1 to 8760"))?;
                }
                _ => return Err(WrongCall::Unknown(argument.to_string_lossy().into_owned())),
            }
        }
        Ok(match token {
            Some(person) => Call::Token(person, options.key, hours),
            None => Call::Run(options),
        })
    }
}

fn file(option: &'static str, text: String) -> Result<PathBuf, WrongCall> {
    if text.is_empty() { Err(WrongCall::Value(option, "a file")) } else { Ok(text.into()) }
}

fn person(text: &str) -> Option<Person> {
    match text.split_once(':') {
        None if text == "service" => Some(Person::Service),
        Some(("operator", id)) => id.parse().ok().map(Person::Operator),
        Some(("visitor", chat)) => chat.parse().ok().map(Person::Visitor),
        Some(_) | None => None,
    }
}
