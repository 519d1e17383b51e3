//! One number for all that the crate says of a fixed set of worlds: verdicts, watchers, events, refusals, views, saved
//! states. It is the same wherever the crate runs, whatever the width and the order of the platform's bytes.
//!
//! ```text
//! cargo run -p chat-digest
//! cargo +nightly miri run -p chat-digest --target s390x-unknown-linux-gnu
//! ```
//!
//! `.ci/check-targets` runs it wherever it can. It is small, for it is interpreted there.
//!
//! The exit status is 0 if the number is the one that is written here. It changes with the wire form and with every
//! answer, and then is written anew on purpose.

use std::fmt::Display;

use chat_monitor::{
    Channel, Chat, Command, Criterion, LiveMonitor, MonitorEngine, OperatorId, Policy, Role, Rule, Visitor,
    WatcherBuffer,
};
use serde::Serialize;

const DIGEST: u64 = 0x8c49_e15a_9cf6_83b5;

const WORLDS: u64 = 2;
const COMMANDS: u64 = 100;

const OPERATORS: [&str; 8] = ["emi", "hana", "yuki", "ken", "aya", "rin", "jun", "an-operator-with-a-rather-long-id"];
const ADDRESSES: [&str; 6] =
    ["192.0.2.7", "192.0.2.99", "::ffff:192.0.2.7", "198.51.100.7", "2001:db8::7", "2001:db8:0:1::7"];
const RANGES: [&str; 9] = [
    "192.0.2.7",
    "192.0.2.0/24",
    "192.0.2.64/26",
    "0.0.0.0/0",
    "::ffff:192.0.2.0/120",
    "2001:db8::/32",
    "2001:db8::/64",
    "2001:db8::7",
    "::/0",
];
const EMAILS: [&str; 4] =
    ["mika@example.com", "Taro@Example.com", "a..b@sub.example.com", "a-visitor-with-a-longer-name@mail.example.org"];
const PATTERNS: [&str; 4] = ["mika@example.com", "*@example.com", "*@sub.example.com", "*@mail.example.org"];

fn main() {
    let digest = digest();
    println!("{digest:016x}");
    assert_eq!(digest, DIGEST, "expected {DIGEST:016x}");
}

fn digest() -> u64 {
    let mut digest = Digest(0xcbf2_9ce4_8422_2325);
    for seed in 1..=WORLDS {
        world(&mut Dice(seed), &mut digest);
    }
    digest.0
}

fn world(dice: &mut Dice, digest: &mut Digest) {
    let mut live = LiveMonitor::new(MonitorEngine::new());
    for (operator, role) in OPERATORS.into_iter().zip([Role::Administrator, Role::Supervisor].iter().cycle()) {
        live.apply(Command::SetOperator { id: parse(operator), operator: role.clone().into() }).unwrap_or_default();
    }
    for id in ["ken", "aya", "rin"].map(parse) {
        live.apply(Command::SetOperator { id, operator: Role::Associate.into() }).unwrap_or_default();
    }
    let mut buffer = WatcherBuffer::new();
    for turn in 0..COMMANDS {
        let command = command(dice, &live);
        digest.take(&live.apply(command));
        if turn % 8 > 0 {
            continue;
        }
        let chat = chat(dice);
        for watcher in live.engine().watchers_for(&chat) {
            digest.take(&(watcher.operator(), watcher.rules()));
        }
        let granted = live.engine().watchers_for_into(&chat, &mut buffer);
        digest.take(&granted.iter().collect::<Vec<_>>());
        for (rule, verdict) in live.engine().explain(&chat) {
            digest.take(&(rule.id(), verdict));
        }
    }
    for chat in live.chats() {
        digest.take(&live.participant_view(chat.id()));
    }
    for watcher in OPERATORS.map(parse::<OperatorId>) {
        for monitored in live.monitored_chats(&watcher) {
            digest.take(&(monitored.chat(), monitored.rules()));
        }
    }
    let saved = json(&live);
    let loaded: LiveMonitor = serde_json::from_str(&saved).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(json(&loaded), saved);
    digest.take(&live);
}

fn command(dice: &mut Dice, live: &LiveMonitor) -> Command {
    let operator = |dice: &mut Dice| parse(dice.pick(&OPERATORS));
    let id = dice.roll(4);
    let watching = live.recipients(&id.into(), Channel::Internal).watchers().next().cloned();
    // Steered: of operators picked by chance, few would be watching.
    let watcher = |dice: &mut Dice| watching.clone().unwrap_or_else(|| operator(dice));
    match dice.roll(20) {
        0..4 => Command::AddRule(rule(dice)),
        4 => Command::SetRuleEnabled { rule: dice.roll(30).into(), enabled: dice.roll(2) == 0 },
        5 => Command::RemoveRule { rule: dice.roll(30).into() },
        6..10 => Command::StartChat(chat(dice)),
        10 => Command::SetVisitor { chat: id.into(), visitor: visitor(dice) },
        11 => Command::Attend { chat: id.into(), operator: operator(dice) },
        12 => Command::Unattend { chat: id.into(), operator: operator(dice) },
        13 => Command::Transfer { chat: id.into(), from: operator(dice), to: operator(dice), departments: None },
        14 => Command::SetMonitoringAllowed { chat: id.into(), allowed: dice.roll(4) > 0 },
        15 => Command::EndChat { chat: id.into() },
        16 => Command::Join { chat: id.into(), watcher: watcher(dice) },
        17 => Command::Leave { chat: id.into(), operator: operator(dice) },
        18 => Command::Advise { chat: id.into(), watcher: watcher(dice) },
        _ => match dice.roll(4) {
            0 | 1 => Command::SetOperator { id: operator(dice), operator: role(dice).into() },
            2 => Command::RemoveOperator { operator: operator(dice) },
            _ => {
                let policy = Policy::default().with_watch_unattended(dice.roll(2) == 0);
                Command::SetPolicy(policy.with_count_joined(dice.roll(2) == 0))
            }
        },
    }
}

fn role(dice: &mut Dice) -> Role {
    let [administrator, supervisor, associate] = Role::BUILT_IN;
    match dice.roll(3) {
        0 => administrator,
        1 => supervisor,
        _ => associate,
    }
}

fn rule(dice: &mut Dice) -> Rule {
    let rule = Rule::new(dice.roll(30).into(), parse(dice.pick(&["emi", "hana", "yuki"])), criterion(dice));
    if dice.roll(4) == 0 { rule.and(criterion(dice)) } else { rule }
}

fn criterion(dice: &mut Dice) -> Criterion {
    match dice.roll(3) {
        0 => Criterion::Operator(parse(dice.pick(&["ken", "aya", "rin"]))),
        1 => Criterion::VisitorIp(parse(dice.pick(&RANGES))),
        _ => Criterion::VisitorEmail(parse(dice.pick(&PATTERNS))),
    }
}

fn chat(dice: &mut Dice) -> Chat {
    let chat = Chat::new(dice.roll(4).into()).with_visitor(visitor(dice)).with_monitoring_allowed(dice.roll(9) > 0);
    match dice.roll(6) {
        0 => chat,
        1 => chat.attended_by(parse(dice.pick(&OPERATORS))).attended_by(parse(dice.pick(&OPERATORS))),
        _ => chat.attended_by(parse(dice.pick(&["ken", "aya", "rin"]))),
    }
}

fn visitor(dice: &mut Dice) -> Visitor {
    let visitor = Visitor::new().with_ip(parse(dice.pick(&ADDRESSES)));
    if dice.roll(3) == 0 { visitor } else { visitor.with_email(parse(dice.pick(&EMAILS))) }
}

fn parse<T: std::str::FromStr<Err: Display>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| panic!("{error}"))
}

/// FNV-1a, of everything in its JSON.
struct Digest(u64);

impl Digest {
    fn take(&mut self, value: &impl Serialize) {
        for byte in json(value).bytes().chain([b'\n']) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// Numbers that look like chance (splitmix64) and are the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len() as u64) as usize]
    }
}
