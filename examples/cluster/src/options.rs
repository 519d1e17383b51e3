//! How the program is called.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;

use crate::bench::BenchOptions;
use crate::chaos::ChaosOptions;
use crate::local::NATS_SERVER;
use crate::nats::{Login, NATS_PASSWORD, Nats};
use crate::record::Person;
use crate::settings::Settings;
use crate::shard::{Log, Shard};
use crate::takeover::TakeoverOptions;

/// What `--help` prints.
pub const HELP: &str = "chat-monitor as a service: on one machine and one file, or on many, by the same program.

usage: cluster [one] [--address IP] [--port N] [--db FILE] [--key FILE] [--shards N]
       cluster host NATS [--name NAME] [--address IP] [--port N] [--shards N] [--replicas N] [--snapshot-records N]
       cluster gateway NATS [--name NAME] [--address IP] [--port N] [--key FILE] [--shards N]
       cluster status NATS
       cluster move LOG HOST NATS
       cluster token PERSON [--key FILE] [--hours N]
       cluster try [--nats FILE]
       cluster chaos [--seconds N] [--seed N] [--shards N] [--nats FILE] [--network KIND]
       cluster bench [--seconds N] [--nats FILE]
       cluster takeover [--rules N] [--operators N] [--shards N] [--replicas N] [--nats FILE]

one       everything in one process, on a file: the default
host      owns logs in NATS JetStream, as many as other hosts leave to it
gateway   serves people by HTTP and web sockets, and asks the hosts
status    which host owns which logs
move      moves a log, `rules` or the number of a shard, to the host whose name begins so, until that one ends
try       starts three servers, three hosts and two gateways here, shows what people see, and kills, pauses and cuts off
          what you name: for whoever wants to see it survive
chaos     starts three servers, three hosts and two gateways here; kills them, pauses them and cuts them off, moves logs
          and lets a fourth host come and go while people ask and read; and checks that every promise was kept
bench     measures what this machine gives (commands a second, how long they take, how long until a revocation is in
          force), in SQLite and in one and three servers of NATS JetStream; the files are in the folder for temporary ones
takeover  loads many rules, kills a host, and measures how long nobody answers for its logs

options:
  --address IP    address to listen on (127.0.0.1); a host has /health, /ready and /metrics there, and nothing else
  --port N        port to listen on (8088, of a host 8089; 0 takes any that is free)
  --db FILE       SQLite file (cluster.db), made if absent
  --key FILE      the key of the tokens, 32 bytes or more (cluster.key); made if absent; all gateways need the same
  --servers LIST  NATS servers, with commas between: host:port, or tls://host:port
  --ca FILE       by TLS alone, and to servers for whom an authority in this PEM file vouches, and no other
  --user NAME     the user at these servers; the password is in the environment variable NATS_PASSWORD, and is sent by
                  TLS alone
  --name NAME     what people call it, of letters, digits and hyphens (host or gateway); every start adds digits to it;
                  of a gateway with a user, the name of that
  --shards N      into how many parts the chats are divided (4, of a host or gateway 64); all must say the same, and it
                  can never change
  --replicas N    on how many servers each log is, when it is made (3)
  --snapshot-records N  a snapshot of a log is made after so many records (10000)
  --seconds N     how long things go wrong (60), or each load is measured (10)
  --seed N        which things, and in which order (1)
  --nats FILE     the program nats-server (what the environment variable NATS_SERVER says, or `nats-server`)
  --network KIND  by what processes are cut off: cables, which are in this program (the default), or namespaces of Linux,
                  for which it must be root
  --rules N       how many rules there are (1000000)
  --operators N   how many operators (100000)
  --hours N       how long the token is valid (1)
  -h, --help

NATS is --servers LIST [--ca FILE] [--user NAME]. PERSON is service, operator:ID or visitor:CHAT. Without arguments it
listens on 127.0.0.1:8088.
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
    /// To see which host owns what, on these servers.
    Status(Nats),
    /// To move a log to a host.
    Move(Nats, Log, String),
    /// To try one here, with this program `nats-server`.
    Try(PathBuf),
    /// To see what it survives.
    Chaos(ChaosOptions),
    /// To see how much goes through.
    Bench(BenchOptions),
    /// To measure how long a log has nobody.
    Takeover(TakeoverOptions),
}

/// What a process is of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// All of it, on a file.
    One,
    /// The owners of logs.
    Host,
    /// What people connect to.
    Gateway,
}

/// How it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// As what.
    pub role: Role,
    /// The beginning of its name.
    pub name: String,
    /// The address to listen on.
    pub address: IpAddr,
    /// The port to listen on; 0 takes any that is free.
    pub port: u16,
    /// The SQLite file.
    pub database: PathBuf,
    /// The file with the key of the tokens.
    pub key: PathBuf,
    /// The NATS servers.
    pub nats: Nats,
    /// Into how many parts the chats are divided.
    pub shards: u16,
    /// On how many servers each log is.
    pub replicas: usize,
    /// A snapshot is made after so many records.
    pub snapshot_records: u64,
}

/// Why a command line is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongCall {
    /// There is no such option.
    #[error("`{0}` is not known")]
    Unknown(String),
    /// The option is not for this.
    #[error("`{0}` is not for this")]
    Elsewhere(String),
    /// The option needs a value that it can read.
    #[error("`{0}` needs {1}")]
    Value(&'static str, &'static str),
}

impl Options {
    fn of(role: Role) -> Self {
        let (name, port, shards) = match role {
            Role::One => ("one", 8088, 4),
            Role::Host => ("host", 8089, 64),
            Role::Gateway => ("gateway", 8088, 64),
        };
        Options {
            role,
            name: name.to_owned(),
            address: [127, 0, 0, 1].into(),
            port,
            database: "cluster.db".into(),
            key: "cluster.key".into(),
            nats: Nats::default(),
            shards,
            replicas: 3,
            snapshot_records: Settings::default().snapshot_records,
        }
    }
}

/// The options that each understands.
fn understood(call: &str) -> &'static [&'static str] {
    match call {
        "host" => &[
            "--servers",
            "--ca",
            "--user",
            "--name",
            "--address",
            "--port",
            "--shards",
            "--replicas",
            "--snapshot-records",
        ],
        "gateway" => &["--servers", "--ca", "--user", "--name", "--address", "--port", "--shards", "--key"],
        "token" => &["--key", "--hours"],
        "status" | "move" => &["--servers", "--ca", "--user"],
        "try" => &["--nats"],
        "chaos" => &["--seconds", "--seed", "--shards", "--nats", "--network"],
        "bench" => &["--seconds", "--nats"],
        "takeover" => &["--rules", "--operators", "--shards", "--replicas", "--nats"],
        _ => &["--address", "--port", "--db", "--key", "--shards"],
    }
}

impl Call {
    /// Reads the arguments.
    ///
    /// # Errors
    ///
    /// [`WrongCall`] if they are not understood.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, WrongCall> {
        let arguments: Vec<String> =
            arguments.into_iter().map(|argument| argument.to_string_lossy().into_owned()).collect();
        if arguments.iter().any(|argument| argument == "-h" || argument == "--help") {
            return Ok(Call::Help);
        }
        let mut arguments = arguments.into_iter().peekable();
        let call = arguments.next_if(|first| !first.starts_with('-')).unwrap_or_else(|| "one".to_owned());
        let mut options = Options::of(match call.as_str() {
            "one" | "token" | "try" | "chaos" | "bench" | "takeover" => Role::One,
            "host" => Role::Host,
            "gateway" | "status" | "move" => Role::Gateway,
            _ => return Err(WrongCall::Unknown(call)),
        });
        let token = if call == "token" {
            let wanted = WrongCall::Value("token", "service, operator:ID or visitor:CHAT");
            Some(arguments.next().as_deref().and_then(person).ok_or(wanted)?)
        } else {
            None
        };
        let moved = if call == "move" {
            let wanted = WrongCall::Value("move", "rules or a number, and a host");
            let log = arguments.next().as_deref().and_then(log).ok_or(wanted.clone())?;
            Some((log, arguments.next().filter(|host| !host.starts_with('-')).ok_or(wanted)?))
        } else {
            None
        };
        let mut hours = 1;
        let nats = std::env::var_os(NATS_SERVER).map_or_else(|| "nats-server".into(), PathBuf::from);
        let mut bench = BenchOptions { seconds: 10, nats: nats.clone() };
        let mut takeover =
            TakeoverOptions { rules: 1_000_000, operators: 100_000, shards: 8, replicas: 3, nats: nats.clone() };
        let mut chaos = ChaosOptions { seconds: 60, seed: 1, shards: 8, nats, apart: false };
        while let Some(argument) = arguments.next() {
            if argument.starts_with("--") && !understood(&call).contains(&argument.as_str()) {
                let known = ["one", "host", "gateway", "token", "chaos", "bench", "takeover"]
                    .map(understood)
                    .concat()
                    .contains(&argument.as_str());
                return Err(if known { WrongCall::Elsewhere(argument) } else { WrongCall::Unknown(argument) });
            }
            let text = arguments.next().unwrap_or_default();
            match argument.as_str() {
                "--address" => {
                    options.address = text.parse().map_err(|_| WrongCall::Value("--address", "an address"))?
                }
                "--port" => options.port = text.parse().map_err(|_| WrongCall::Value("--port", "a number"))?,
                "--db" => options.database = file("--db", text)?,
                "--key" => options.key = file("--key", text)?,
                "--servers" => options.nats.servers = servers(&text)?,
                "--ca" => options.nats.ca = Some(file("--ca", text)?),
                "--user" => options.nats.login = Some(login(text)?),
                "--name" => options.name = name(text)?,
                "--shards" => {
                    options.shards = number("--shards", "a number from 1 to 256", &text, 256)?;
                    (chaos.shards, takeover.shards) = (options.shards, options.shards);
                }
                "--replicas" => {
                    options.replicas = number("--replicas", "a number from 1 to 5", &text, 5)?.into();
                    takeover.replicas = options.replicas;
                }
                "--snapshot-records" => {
                    let records = number("--snapshot-records", "a number from 1 to 65535", &text, u16::MAX)?;
                    options.snapshot_records = records.into();
                }
                "--seconds" => {
                    chaos.seconds = number("--seconds", "a number from 1 to 65535", &text, u16::MAX)?.into();
                    bench.seconds = chaos.seconds;
                }
                "--seed" => chaos.seed = text.parse().map_err(|_| WrongCall::Value("--seed", "a number"))?,
                "--network" => {
                    chaos.apart = match text.as_str() {
                        "cables" => false,
                        "namespaces" => true,
                        _ => return Err(WrongCall::Value("--network", "cables or namespaces")),
                    }
                }
                "--rules" => takeover.rules = text.parse().map_err(|_| WrongCall::Value("--rules", "a number"))?,
                "--operators" => {
                    let count = text.parse().ok().filter(|count| *count > 0);
                    takeover.operators = count.ok_or(WrongCall::Value("--operators", "a number from 1 on"))?;
                }
                "--nats" => {
                    chaos.nats = file("--nats", text)?;
                    bench.nats = chaos.nats.clone();
                    takeover.nats = chaos.nats.clone();
                }
                "--hours" => hours = number("--hours", "a number from 1 to 8760", &text, 8_760)?.into(),
                _ => return Err(WrongCall::Unknown(argument)),
            }
        }
        if call == "try" {
            return Ok(Call::Try(chaos.nats));
        }
        if call == "bench" {
            return Ok(Call::Bench(bench));
        }
        if call == "takeover" {
            return Ok(Call::Takeover(takeover));
        }
        if call == "chaos" {
            return Ok(Call::Chaos(chaos));
        }
        let alone = options.role == Role::One;
        if !alone && options.nats.servers.is_empty() {
            return Err(WrongCall::Value("--servers", SERVERS));
        }
        if call == "status" {
            return Ok(Call::Status(options.nats));
        }
        if let Some((log, host)) = moved {
            return Ok(Call::Move(options.nats, log, host));
        }
        Ok(match token {
            Some(person) => Call::Token(person, options.key, hours),
            None => Call::Run(options),
        })
    }
}

const SERVERS: &str = "addresses of NATS servers, with commas between";

fn servers(text: &str) -> Result<Vec<String>, WrongCall> {
    if text.contains('@') {
        // Everybody on a machine can read the command line.
        return Err(WrongCall::Value("--servers", "addresses alone: the user is for `--user`, the password elsewhere"));
    }
    let servers: Vec<String> = text.split(',').map(str::to_owned).collect();
    if servers.iter().any(String::is_empty) { Err(WrongCall::Value("--servers", SERVERS)) } else { Ok(servers) }
}

fn login(user: String) -> Result<Login, WrongCall> {
    let password = std::env::var(NATS_PASSWORD).unwrap_or_default();
    if user.is_empty() || password.is_empty() {
        return Err(WrongCall::Value("--user", "a name, and a password in the environment variable NATS_PASSWORD"));
    }
    Ok(Login { user, password })
}

fn file(option: &'static str, text: String) -> Result<PathBuf, WrongCall> {
    if text.is_empty() { Err(WrongCall::Value(option, "a file")) } else { Ok(text.into()) }
}

fn number(option: &'static str, wanted: &'static str, text: &str, most: u16) -> Result<u16, WrongCall> {
    text.parse().ok().filter(|number| (1..=most).contains(number)).ok_or(WrongCall::Value(option, wanted))
}

/// It becomes part of subjects.
fn name(text: String) -> Result<String, WrongCall> {
    let fits = (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if fits { Ok(text) } else { Err(WrongCall::Value("--name", "1 to 40 letters, digits or hyphens")) }
}

fn log(text: &str) -> Option<Log> {
    if text == "rules" { Some(Log::Rules) } else { text.parse().ok().map(|number| Log::Shard(Shard(number))) }
}

fn person(text: &str) -> Option<Person> {
    match text.split_once(':') {
        None if text == "service" => Some(Person::Service),
        Some(("operator", id)) => id.parse().ok().map(Person::Operator),
        Some(("visitor", chat)) => chat.parse().ok().map(Person::Visitor),
        Some(_) | None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{BenchOptions, Call, Nats, Options, Role, WrongCall};

    fn read(line: &str) -> Result<Call, WrongCall> {
        Call::read(line.split_whitespace().map(Into::into))
    }

    #[test]
    fn each_role_has_its_options() {
        assert_eq!(read(""), Ok(Call::Run(Options::of(Role::One))));
        assert_eq!(read("one"), read(""));
        assert_eq!(read("host --name a --help"), Ok(Call::Help));
        let nats = Nats { servers: vec!["a:1".to_owned(), "b:2".to_owned()], ca: Some("ca.pem".into()), login: None };
        let host = Options { name: "h-1".to_owned(), nats: nats.clone(), replicas: 1, ..Options::of(Role::Host) };
        assert_eq!(read("host --name h-1 --servers a:1,b:2 --ca ca.pem --replicas 1"), Ok(Call::Run(host)));
        let gateway = Options { nats, shards: 8, ..Options::of(Role::Gateway) };
        assert_eq!(read("gateway --servers a:1,b:2 --ca ca.pem --shards 8"), Ok(Call::Run(gateway)));
        let bench = BenchOptions { seconds: 1, nats: "n".into() };
        assert_eq!(read("bench --seconds 1 --nats n"), Ok(Call::Bench(bench)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, message) in [
            ("serve", "`serve` is not known"),
            ("--wrong 1", "`--wrong` is not known"),
            ("bench --seed 1", "`--seed` is not for this"),
            ("bench --seconds 0", "`--seconds` needs a number from 1 to 65535"),
            ("host --servers a:1 --seconds 1", "`--seconds` is not for this"),
            ("one more", "`more` is not known"),
            ("host", "`--servers` needs addresses of NATS servers, with commas between"),
            ("host --servers a:1,", "`--servers` needs addresses of NATS servers, with commas between"),
            (
                "host --servers tls://host:secret@a:1",
                "`--servers` needs addresses alone: the user is for `--user`, the password elsewhere",
            ),
            (
                "host --servers a:1 --user host",
                "`--user` needs a name, and a password in the environment variable NATS_PASSWORD",
            ),
            ("host --servers a:1 --db x", "`--db` is not for this"),
            ("--servers a:1", "`--servers` is not for this"),
            ("gateway --servers a:1 --name a.b", "`--name` needs 1 to 40 letters, digits or hyphens"),
            ("--shards 0", "`--shards` needs a number from 1 to 256"),
            ("--port", "`--port` needs a number"),
            ("move 3 --servers a:1", "`move` needs rules or a number, and a host"),
            ("move all h --servers a:1", "`move` needs rules or a number, and a host"),
            ("status", "`--servers` needs addresses of NATS servers, with commas between"),
            ("token nobody", "`token` needs service, operator:ID or visitor:CHAT"),
            ("chaos --network wires", "`--network` needs cables or namespaces"),
            ("token service --port 1", "`--port` is not for this"),
        ] {
            assert_eq!(read(line).map_err(|wrong| wrong.to_string()), Err(message.to_owned()), "{line}");
        }
    }
}
