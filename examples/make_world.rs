//! Makes a big world for `decide` out of real networks, mail domains and dialogues: operators, rules and chats.
//!
//! ```text
//! cargo run --example make_world -- DATA target/world
//! cargo run --example decide -- target/world/operators.jsonl target/world/rules.jsonl target/world/chats.jsonl
//! ```
//!
//! `--help` says what DATA holds. The same data give the same world, on every machine.

#[allow(dead_code, reason = "what is only for those who read JSON Lines is not needed here")]
mod common;

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chat_monitor::{Chat, Criterion, EmailPattern, IpRange, MonitorEngine, OperatorId, Role, Rule, RuleId, Visitor};

use common::{Argument, Console, Input, Outcome, Stop, arguments, json_fault, write_error};

const HELP: &str = "Makes a big world out of real data: operators, rules and chats, as decide reads them.

usage: make_world DATA OUT [--rules N] [--chats N]

DATA is a folder that holds
  cidr/*.txt           networks, one a line
  email_domains/*.txt  mail domains, one a line
  chats/*.jsonl        dialogues, each an object with an \"id\"
OUT is the folder for operators.jsonl, rules.jsonl and chats.jsonl; what is there is replaced.

options:
  --rules N  how many rules to make (25000)
  --chats N  how many chats to make (10000); dialogues are used again under other ids
  -h, --help

The last line on standard error says what was made, and how many networks and domains the crate does not accept.

Exit status: 0; 1 if a dialogue was left out; 2 for a wrong call or a file that cannot be read or written.
";

fn main() -> ExitCode {
    common::run("make_world", HELP, make_world)
}

fn make_world() -> Result<Outcome, Stop> {
    let call = Call::read()?;
    let mut console = Console::new();
    let source = Source::read(Path::new(&call.data), &mut console)?;
    let world = World { engine: company(), source, visitors: call.chats / 3 + 1 };

    let out = Path::new(&call.out);
    fs::create_dir_all(out).map_err(|error| unwritable(out, error))?;
    let operators = world.engine.operators().map(|(id, operator)| {
        let (operator, role) = (serde_json::to_string(id)?, serde_json::to_string(operator.role())?);
        Ok(format!(r#"{{"operator":{operator},"role":{role}}}"#))
    });
    let rules = (0..call.rules).filter_map(|n| Some(serde_json::to_string(&world.rule(n)?)));
    let chats = (0..call.chats).filter_map(|n| Some(serde_json::to_string(&world.chat(n)?)));
    let operators = write_lines(&out.join("operators.jsonl"), operators, &mut console)?;
    let rules = write_lines(&out.join("rules.jsonl"), rules, &mut console)?;
    let chats = write_lines(&out.join("chats.jsonl"), chats, &mut console)?;

    let skipped = world.source.skipped;
    write_error(&format!(
        "{operators} operators, {rules} rules and {chats} chats made, {skipped} networks and domains skipped\n"
    ));
    Ok(console.outcome())
}

struct Call {
    data: OsString,
    out: OsString,
    rules: u64,
    chats: u64,
}

impl Call {
    fn read() -> Result<Self, Stop> {
        let (mut folders, mut rules, mut chats) = (Vec::new(), 25_000, 10_000);
        let mut arguments = arguments();
        while let Some(argument) = arguments.next() {
            match argument? {
                Argument::Operand(folder) => folders.push(folder),
                Argument::Option(option) => match option.as_str() {
                    "--rules" => rules = number(&option, arguments.next())?,
                    "--chats" => chats = number(&option, arguments.next())?,
                    _ => return Err(Stop::Call(format!("unknown option `{option}`"))),
                },
            }
        }
        let [data, out] = <[_; 2]>::try_from(folders)
            .map_err(|folders| Stop::Call(format!("expected two folders, found {}", folders.len())))?;
        Ok(Call { data, out, rules, chats })
    }
}

fn number(option: &str, argument: Option<Result<Argument, Stop>>) -> Result<u64, Stop> {
    let number = match argument.transpose()? {
        Some(Argument::Operand(text)) => text.to_str().and_then(|text| text.parse().ok()),
        Some(Argument::Option(_)) | None => None,
    };
    number.ok_or_else(|| Stop::Call(format!("expected a number behind `{option}`")))
}

/// What is real in the world.
struct Source {
    networks: Vec<IpRange>,
    domains: Vec<EmailPattern>,
    dialogues: Vec<String>,
    skipped: u64,
}

impl Source {
    fn read(folder: &Path, console: &mut Console) -> Result<Self, Stop> {
        let mut source = Source { networks: Vec::new(), domains: Vec::new(), dialogues: Vec::new(), skipped: 0 };
        for_each_line(&folder.join("cidr"), "txt", console, |line| {
            source.skipped += u64::from(line.parse().map(|network| source.networks.push(network)).is_err());
            Ok(())
        })?;
        for_each_line(&folder.join("email_domains"), "txt", console, |line| {
            let pattern = format!("*@{line}").parse();
            source.skipped += u64::from(pattern.map(|domain| source.domains.push(domain)).is_err());
            Ok(())
        })?;
        for_each_line(&folder.join("chats"), "jsonl", console, |line| {
            source.dialogues.push(dialogue_id(line)?);
            Ok(())
        })?;
        // A domain is in several lists; used twice, it would look twice as frequent.
        source.domains.sort_unstable();
        source.domains.dedup();
        Ok(source)
    }
}

fn dialogue_id(line: &str) -> Result<String, String> {
    let dialogue: serde_json::Value = serde_json::from_str(line).map_err(|error| json_fault(line, &error))?;
    let id = dialogue.get("id").and_then(serde_json::Value::as_str);
    id.map(String::from).ok_or_else(|| "expected a dialogue with an `id`".into())
}

/// Reads the files of a folder that end in `extension`, by name. There must be something in them.
fn for_each_line(
    folder: &Path,
    extension: &str,
    console: &mut Console,
    mut take: impl FnMut(&str) -> Result<(), String>,
) -> Result<(), Stop> {
    let unreadable = |error| Stop::Input { file: folder.display().to_string(), error };
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>().map_err(unreadable)?;
    let mut paths: Vec<_> = paths.into_iter().filter(|path| path.extension() == Some(OsStr::new(extension))).collect();
    paths.sort_unstable();

    let mut taken = false;
    for path in paths {
        let mut input = Input::open(path.as_os_str())?;
        while let Some(line) = input.next_line(console)? {
            match take(line) {
                Ok(()) => taken = true,
                Err(what) => console.leave_out(&input, &what),
            }
        }
    }
    let nothing = || unreadable(io::Error::other(format!("no lines in files named *.{extension}")));
    taken.then_some(()).ok_or_else(nothing)
}

/// The operators: few administrators, some supervisors, many associates.
fn company() -> MonitorEngine {
    let mut engine = MonitorEngine::new();
    for (prefix, role, count) in
        [("a", Role::Administrator, 4), ("s", Role::Supervisor, 26), ("o", Role::Associate, 170)]
    {
        for n in 1..=count {
            if let Ok(operator) = format!("{prefix}{n:03}").parse() {
                let set = engine.set_operator(operator, role.clone());
                debug_assert!(set.is_ok(), "the built-in roles are always there");
            }
        }
    }
    engine
}

/// All that rules and chats are drawn from. Each depends on its number alone, whatever else is made.
struct World {
    engine: MonitorEngine,
    source: Source,
    visitors: u64,
}

impl World {
    /// Six in ten rules are for a network, three for a mail domain, and one for less.
    fn rule(&self, n: u64) -> Option<Rule> {
        let mut dice = Dice::new("rule", n);
        let role = if dice.percent(15) { Role::Administrator } else { Role::Supervisor };
        let watcher = self.operator(&mut dice, role)?;
        let id: RuleId = format!("r{}", n + 1).parse().ok()?;
        let rule = match dice.below(1000) {
            0..600 => Rule::new(id, watcher, Criterion::VisitorIp(*dice.pick(&self.source.networks)?)),
            600..900 => Rule::new(id, watcher, Criterion::VisitorEmail(dice.pick(&self.source.domains)?.clone())),
            900..960 => Rule::new(id, watcher, self.visitor_criterion(&mut dice)?),
            960..998 => {
                let operator = self.target(&mut dice, &watcher)?;
                let network = Criterion::VisitorIp(*dice.pick(&self.source.networks)?);
                Rule::new(id, watcher, Criterion::Operator(operator)).and(network)
            }
            _ => {
                let operator = self.target(&mut dice, &watcher)?;
                Rule::new(id, watcher, Criterion::Operator(operator))
            }
        };
        Some(if dice.percent(10) { rule.with_enabled(false) } else { rule })
    }

    /// Most chats are attended by one associate; some by a supervisor, by nobody, or by somebody who joined as well.
    fn chat(&self, n: u64) -> Option<Chat> {
        let mut dice = Dice::new("chat", n);
        let dialogues = self.source.dialogues.len() as u64;
        let dialogue = self.source.dialogues.get(usize::try_from(n.checked_rem(dialogues)?).ok()?)?;
        let id = match n / dialogues {
            0 => dialogue.clone(),
            again => format!("{dialogue}-{}", again + 1),
        };
        let visitor = dice.below(self.visitors);
        let mut chat = Chat::new(id.parse().ok()?).with_visitor(self.visitor(visitor)?);
        if !dice.percent(2) {
            let role = if dice.percent(5) { Role::Supervisor } else { Role::Associate };
            chat = chat.attended_by(self.operator(&mut dice, role)?);
        }
        if dice.percent(4) {
            chat = chat.joined_by(self.operator(&mut dice, Role::Supervisor)?);
        }
        Some(chat.with_monitoring_allowed(!dice.percent(3)))
    }

    /// A visitor in one of the networks and at one of the domains, of whom not everything is always known.
    fn visitor(&self, n: u64) -> Option<Visitor> {
        let mut dice = Dice::new("visitor", n);
        let mut visitor = Visitor::new();
        if !dice.percent(5) {
            let network = dice.pick(&self.source.networks)?;
            visitor = visitor.with_ip(dice.address_in(network));
        }
        if dice.percent(70) {
            let domain = dice.pick(&self.source.domains)?.domain();
            visitor = visitor.with_email(format!("visitor{n}@{domain}").parse().ok()?);
        }
        Some(visitor)
    }

    /// A single visitor's email or address.
    fn visitor_criterion(&self, dice: &mut Dice) -> Option<Criterion> {
        let visitor = self.visitor(dice.below(self.visitors))?;
        let email = visitor.email().filter(|_| dice.percent(50));
        match (email, visitor.ip()) {
            (Some(email), _) => Some(Criterion::VisitorEmail(email.clone().try_into().ok()?)),
            (None, Some(ip)) => Some(Criterion::VisitorIp(ip.into())),
            (None, None) => Some(Criterion::VisitorIp(*dice.pick(&self.source.networks)?)),
        }
    }

    fn operator(&self, dice: &mut Dice, wanted: Role) -> Option<OperatorId> {
        let of_role: Vec<_> = self.engine.operators().filter(|(_, operator)| *operator.role() == wanted).collect();
        dice.pick(&of_role).map(|(operator, _)| (*operator).clone())
    }

    fn target(&self, dice: &mut Dice, watcher: &OperatorId) -> Option<OperatorId> {
        let targets: Vec<_> = self.engine.monitorable_by(watcher).collect();
        dice.pick(&targets).map(|target| (*target).clone())
    }
}

/// Throws the same on every machine: splitmix64.
struct Dice(u64);

impl Dice {
    /// Dice of their own for the `n`th thing of a kind.
    fn new(kind: &str, n: u64) -> Self {
        let seed = kind.bytes().fold(n, |seed, byte| Dice(seed ^ u64::from(byte)).throw());
        Dice(seed)
    }

    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, or 0 where there is none.
    fn below(&mut self, end: u64) -> u64 {
        self.throw().checked_rem(end).unwrap_or(0)
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(usize::try_from(self.below(items.len() as u64)).ok()?)
    }

    fn address_in(&mut self, network: &IpRange) -> IpAddr {
        let prefix_len = u32::from(network.prefix_len());
        let bits = u128::from(self.throw()) << 64 | u128::from(self.throw());
        match network.first() {
            IpAddr::V4(first) => {
                let host = u32::MAX.checked_shr(prefix_len).unwrap_or(0) & bits as u32;
                Ipv4Addr::from_bits(first.to_bits() | host).into()
            }
            IpAddr::V6(first) => {
                let host = u128::MAX.checked_shr(prefix_len).unwrap_or(0) & bits;
                Ipv6Addr::from_bits(first.to_bits() | host).into()
            }
        }
    }
}

/// Writes a file, and returns how many lines it has.
fn write_lines(
    path: &Path,
    lines: impl Iterator<Item = serde_json::Result<String>>,
    console: &mut Console,
) -> Result<u64, Stop> {
    let mut written = 0;
    let write = || -> io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        for line in lines {
            writeln!(file, "{}", line?)?;
            written += 1;
            console.show_progress(&path.to_string_lossy(), written, None);
        }
        file.flush()
    };
    write().map_err(|error| unwritable(path, error))?;
    console.clear();
    Ok(written)
}

fn unwritable(path: &Path, error: io::Error) -> Stop {
    Stop::Output { file: path.display().to_string(), error }
}
