//! How the console is called.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::Uri;
use chat_monitor::IpRange;

/// What `--help` prints.
pub const HELP: &str = "A host to try chat-monitor in: chats, operators, rules and monitored chats, on one machine.

usage: console [--port N] [--db FILE] [--replay FILE [--speed X]] [--no-dialogues] [--no-demonstration]
       console [--db FILE] --add-operator ID:ROLE:NAME
       console [--db FILE] --new-key OPERATOR
       console [--db FILE] --remove-demonstration
       console [--db FILE] --backup FILE
       console [--db FILE] --verify-audit [--earlier-hash HASH]

options:                      environment:
  --port N                    CONSOLE_PORT            port to listen on (8087; 0 takes any that is free)
  --address IP                CONSOLE_ADDRESS         address to listen on (127.0.0.1)
  --db FILE                   CONSOLE_DB              SQLite file (console.db), made if absent
  --origin URL                CONSOLE_ORIGIN          where browsers see this server, such as https://chat.example.com
  --trusted-proxy NETWORK     CONSOLE_TRUSTED_PROXY   proxies whose X-Forwarded-For says where visitors are, such as
                                                      10.0.0.0/8; several with commas, or the option again
  --replay FILE                                       play these dialogues instead of those of the demonstration
  --speed X                                           how much faster than they were (4)
  --no-dialogues                                      play none
  --no-demonstration                                  a new file gets no demonstration data
  --add-operator ID:ROLE:NAME                         add an account and end; ROLE is administrator, supervisor or
                                                      associate, the password is a line of standard input
  --new-key OPERATOR                                  make a key by which programs act as this account, print it, and end
  --new-passwords                                     new ones for the demonstration's accounts, printed
  --remove-demonstration                              remove its accounts, rules and chats, and end
  --backup FILE                                       copy the database to a new file, while a console works on it too
  --verify-audit                                      check that the audit is as it was written, while a console works on
                                                      the file too; says how many lines, and the hash of the last one.
                                                      Ends with 1 and names the first line that differs
  --earlier-hash HASH                                 one that was said earlier: it must still be that of a line
  -h, --help

Behind trusted proxies, X-Forwarded-For is read from the right; the first that is no trusted proxy is the visitor. Where
it is missing, `unknown` or no address, where a visitor is stays unknown, and no rule on addresses finds them. Visitors of
whom that holds share one limit of how many chats they start; others are counted by address, IPv6 by its first 64 bits.

A new file is filled with demonstration data: operators, whose passwords are printed this once, and rules.
FILE of --replay is JSON Lines. A speaker is `operator`, `customer` or `visitor`, with or without a number; `t` is in seconds
since the dialogue began, or a time by ISO 8601, such as \"2026-01-31T09:00:00Z\". `visitor`, `email` and `ip` may stand
beside the `id`. If a line is no dialogue, nothing is made or played.
  {\"id\":\"d1\",\"utterances\":[{\"speaker\":\"operator_1\",\"t\":0,\"text\":\"...\"},{\"speaker\":\"customer_1\",\"t\":37,\"text\":\"...\"}]}
";

/// What the console is to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address to listen on.
    pub address: IpAddr,
    /// The port to listen on; 0 takes any that is free.
    pub port: u16,
    /// The SQLite file.
    pub database: PathBuf,
    /// Where browsers see the server, if that is not where it listens.
    pub origin: Option<String>,
    /// The proxies that may say where visitors are.
    pub trusted_proxies: Vec<IpRange>,
    /// Whether a new file gets demonstration data.
    pub demonstration: bool,
    /// Whether the demonstration's accounts get new passwords.
    pub new_passwords: bool,
    /// Which dialogues are played.
    pub play: Play,
    /// How much faster than they were.
    pub speed: f64,
    /// How much anybody may have of the server.
    pub limits: Limits,
}

/// How much anybody may have of the server, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections of everybody together. As many as the system lets the program open, where these are fewer.
    pub connections: usize,
    /// How many of these are for those alone who have signed in, or are about to.
    pub connections_of_staff: usize,
    /// Connections of one address, but for those of trusted proxies.
    pub connections_per_address: usize,
    /// How long the head of a request may take, how long a connection may rest, and how long the other end may take to read
    /// anything; the rest of a request may take three times this.
    pub head: Duration,
    /// Visitors' web sockets of one address.
    pub sockets_per_address: usize,
    /// Visitors' web sockets of one chat: the tabs that it is open in.
    pub sockets_per_chat: usize,
    /// Web sockets of one account.
    pub sockets_per_account: usize,
    /// Chats of one address that are live.
    pub chats_per_address: usize,
    /// What is said in one chat, and as much again among its operators.
    pub entries_per_chat: i64,
    /// Rules of one watcher.
    pub rules_per_watcher: usize,
    /// How often chats are looked for that are to be deleted.
    pub retention_every: Duration,
    /// How often a socket's other end is asked whether it is still there: the same for everybody, whatever happens.
    pub ping: Duration,
    /// How long a visitor may have no page open until that is told: reloading one takes a moment.
    pub away: Duration,
    /// How long a chat goes on whose visitor has no page open, where no administrator has set that.
    pub gone: Duration,
}

impl Limits {
    /// The last of them in minutes, as pages have it.
    pub(crate) fn gone_minutes(&self) -> u32 {
        u32::try_from(self.gone.as_secs() / 60).unwrap_or(u32::MAX)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 20_000,
            connections_of_staff: 200,
            connections_per_address: 256,
            head: Duration::from_secs(20),
            sockets_per_address: 100,
            sockets_per_chat: 8,
            sockets_per_account: 32,
            chats_per_address: 50,
            entries_per_chat: 5000,
            rules_per_watcher: 200,
            retention_every: Duration::from_secs(60 * 60),
            ping: Duration::from_secs(25),
            away: Duration::from_secs(5),
            gone: Duration::from_secs(30 * 60),
        }
    }
}

/// Which dialogues are played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Play {
    /// Those of the demonstration, where the file holds one.
    Demonstration,
    /// Those of a file.
    File(PathBuf),
    /// None.
    Nothing,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            address: [127, 0, 0, 1].into(),
            port: 8087,
            database: "console.db".into(),
            origin: None,
            trusted_proxies: Vec::new(),
            demonstration: true,
            new_passwords: false,
            play: Play::Demonstration,
            speed: 4.0,
            limits: Limits::default(),
        }
    }
}

/// What the command line asks for.
#[derive(Clone, Debug)]
pub enum Call {
    /// To be told how it is called.
    Help,
    /// To run.
    Run(Options),
    /// To add an account: its id, role and name.
    AddOperator(Options, String),
    /// To make a key for this account.
    NewKey(Options, String),
    /// To remove the demonstration.
    RemoveDemonstration(Options),
    /// To copy the database to this file.
    Backup(Options, PathBuf),
    /// To check the audit, and that this is the hash of one of its lines.
    VerifyAudit(Options, Option<String>),
}

/// What is wrong with the command line or the environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WrongCall(String);

impl Call {
    /// Reads the environment, then the arguments, which prevail.
    ///
    /// # Errors
    ///
    /// [`WrongCall`], with what was expected.
    pub fn read(
        arguments: impl IntoIterator<Item = OsString>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, WrongCall> {
        let mut options = Options::default();
        for name in ["port", "address", "db", "origin", "trusted-proxy"] {
            let variable_name = format!("CONSOLE_{}", name.to_ascii_uppercase().replace('-', "_"));
            if let Some(value) = variable(&variable_name) {
                options.set(&format!("--{name}"), value).map_err(|WrongCall(why)| {
                    WrongCall(format!("{why}, in the environment variable {variable_name}"))
                })?;
            }
        }
        let mut instead = None;
        let mut proxies = Vec::new();
        let mut earlier = None;
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let name = argument.to_string_lossy().into_owned();
            let mut value = || arguments.next().ok_or_else(|| WrongCall(format!("expected something behind `{name}`")));
            match &*name {
                "-h" | "--help" => return Ok(Call::Help),
                "--no-dialogues" => options.play = Play::Nothing,
                "--no-demonstration" => options.demonstration = false,
                "--trusted-proxy" => proxies.extend(networks(&name, value()?)?),
                "--new-passwords" => options.new_passwords = true,
                "--remove-demonstration" => instead = Some(Instead::RemoveDemonstration),
                "--add-operator" => instead = Some(Instead::AddOperator(text(value()?)?)),
                "--new-key" => instead = Some(Instead::NewKey(text(value()?)?)),
                "--backup" => instead = Some(Instead::Backup(value()?.into())),
                "--verify-audit" => instead = Some(Instead::VerifyAudit),
                "--earlier-hash" => earlier = Some(text(value()?)?),
                _ => options.set(&name, value()?)?,
            }
        }
        if !proxies.is_empty() {
            options.trusted_proxies = proxies;
        }
        Ok(match instead {
            Some(Instead::AddOperator(operator)) => Call::AddOperator(options, operator),
            Some(Instead::NewKey(operator)) => Call::NewKey(options, operator),
            Some(Instead::RemoveDemonstration) => Call::RemoveDemonstration(options),
            Some(Instead::Backup(to)) => Call::Backup(options, to),
            Some(Instead::VerifyAudit) => Call::VerifyAudit(options, earlier),
            None if earlier.is_some() => {
                return Err(WrongCall("`--earlier-hash` goes with `--verify-audit`".into()));
            }
            None => Call::Run(options),
        })
    }
}

/// What is to be done instead of running.
enum Instead {
    AddOperator(String),
    NewKey(String),
    RemoveDemonstration,
    Backup(PathBuf),
    VerifyAudit,
}

impl Options {
    fn set(&mut self, name: &str, value: OsString) -> Result<(), WrongCall> {
        let expected = |what: &str| WrongCall(format!("expected {what} behind `{name}`"));
        match name {
            "--port" => self.port = text(value)?.parse().map_err(|_| expected("a port"))?,
            "--address" => self.address = text(value)?.parse().map_err(|_| expected("an IP address"))?,
            "--db" => self.database = value.into(),
            "--origin" => {
                let origin = text(value)?;
                let origin = as_browsers_write(&origin);
                self.origin =
                    Some(origin.ok_or_else(|| expected("a scheme and a host, such as https://chat.example.com"))?);
            }
            "--trusted-proxy" => self.trusted_proxies = networks(name, value)?,
            "--replay" => self.play = Play::File(value.into()),
            "--speed" => {
                let speed = text(value)?.parse().ok().filter(|speed| (0.01..=10_000.0).contains(speed));
                self.speed = speed.ok_or_else(|| expected("a number from 0.01 to 10000"))?;
            }
            _ => return Err(WrongCall(format!("unknown option `{}`", name.escape_debug()))),
        }
        Ok(())
    }
}

fn networks(name: &str, value: OsString) -> Result<Vec<IpRange>, WrongCall> {
    let expected = "expected networks such as 10.0.0.0/8 or 192.0.2.1, with commas between them, behind";
    let read = |network: &str| network.trim().parse().map_err(|_| WrongCall(format!("{expected} `{name}`")));
    text(value)?.split(',').map(read).collect()
}

fn text(value: OsString) -> Result<String, WrongCall> {
    value.into_string().map_err(|_| WrongCall("expected UTF-8".into()))
}

/// An origin in the form in which browsers send it: small letters, no port where it is that of the scheme.
fn as_browsers_write(origin: &str) -> Option<String> {
    let origin = origin.parse::<Uri>().ok()?;
    let scheme = origin.scheme_str().filter(|scheme| ["http", "https"].contains(scheme))?;
    let authority = origin.authority().filter(|authority| !authority.as_str().contains('@'))?;
    if authority.host().is_empty() || !["", "/"].contains(&origin.path()) || origin.query().is_some() {
        return None;
    }
    let usual = if scheme == "https" { 443 } else { 80 };
    let port = authority.port_u16().filter(|port| *port != usual).map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{scheme}://{}{port}", authority.host().to_ascii_lowercase()))
}
