//! What the service may want, and what is on its way in words.

use chat_monitor::{Channel, Chat, Command, Criterion, Operator, Role, Rule};

use super::Cargo;
use crate::owner::Input;
use crate::record::{Item, Person};

/// One of the things that the service may want. `nth` makes what is said unlike anything else.
pub(super) fn item(what: usize, nth: u64) -> Item {
    let (kind, what) = (what % 16, what / 16);
    let id = |kind: &str, of: usize| format!("{kind}{}", what % of);
    let chat = id("c", 4).parse().expect("an id");
    let other = |kind: &str, of: usize| format!("{kind}{}", (what / 4) % of);
    let operator = || other("op", 3).parse().expect("an id");
    let watcher = || other("w", 2).parse().expect("an id");
    let rule = || id("r", 4).parse().expect("an id");
    let set =
        |name: String, role| Command::SetOperator { id: name.parse().expect("an id"), operator: Operator::new(role) };
    Item::Do(match kind {
        0 => set(other("op", 3), Role::Associate),
        1 => set(other("w", 2), Role::Supervisor),
        2 if what % 3 == 0 => set(other("w", 2), Role::Associate),
        2..=4 => Command::AddRule(Rule::new(rule(), watcher(), Criterion::Operator(operator()))),
        5 | 6 => Command::RemoveRule { rule: rule() },
        7 => Command::SetRuleEnabled { rule: rule(), enabled: what % 2 == 0 },
        8 | 9 => Command::StartChat(Chat::new(chat).attended_by(operator())),
        10 if what % 2 == 0 => Command::EndChat { chat },
        10 => Command::Transfer {
            chat,
            from: operator(),
            to: format!("op{}", (what / 4 + 1) % 3).parse().expect("an id"),
            departments: None,
        },
        11 if what % 2 == 0 => Command::Join { chat, watcher: watcher() },
        11 => Command::Leave { chat, operator: watcher() },
        12 => return Item::Advise { chat, watcher: watcher(), text: format!("a{nth}") },
        _ => {
            let channel = if what % 5 == 0 { Channel::Internal } else { Channel::Public };
            return Item::Say { chat, channel, from: Person::Service, text: format!("t{nth}") };
        }
    })
}

pub(super) fn brief(cargo: &Cargo) -> String {
    let json = |value: Result<String, serde_json::Error>| value.unwrap_or_default();
    match cargo {
        Cargo::ToOwner(host, log, message) => {
            format!("to host {host} for {log}: {}", json(serde_json::to_string(message)))
        }
        Cargo::ToGateway(door, message) => format!("to gateway {door}: {}", json(serde_json::to_string(message))),
        Cargo::Append { host, log, expected, record, .. } => {
            format!("append of host {host} to {log} after {expected}: {}", String::from_utf8_lossy(record))
        }
        Cargo::Load { host, log, .. } => format!("host {host} reads {log}"),
        Cargo::Save { host, log, mark, .. } => format!("host {host} saves {log} at {}", mark.p),
        Cargo::Purge { log, to } => format!("{log} is purged to {to}"),
        Cargo::Release { host, log } => format!("host {host} gives up the lease of {log}"),
        Cargo::Follow { host } => format!("the spare rules of host {host} go on"),
        Cargo::AskCovered { host } => format!("host {host} asks what the shards need"),
        Cargo::Answer { host, log, input } => match input {
            Input::Appended { appended, .. } => format!("to host {host} for {log}: {appended:?}"),
            Input::Rules { p, .. } => format!("to host {host} for {log}: record {p} of the rules"),
            Input::Loaded { .. } => format!("to host {host}: what it read of {log}"),
            Input::Saved { p } => format!("to host {host} for {log}: saved at {p}"),
            Input::Covered { g } => format!("to host {host}: the shards need nothing up to {g}"),
            Input::Tick
            | Input::LeaseRenewed { .. }
            | Input::LeaseWon { .. }
            | Input::LeaseLost
            | Input::Leave
            | Input::Messages(_) => {
                format!("to host {host} for {log}")
            }
        },
    }
}
