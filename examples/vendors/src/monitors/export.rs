//! From rules to monitors.

use std::fmt;

use chat_monitor::{Criterion, Rule, RuleId};
use serde_json::{Map, Value, json};

use super::{Monitored, ZOHO};
use crate::id::People;
use crate::statistics::{RuleStatistics, Statistics};
use crate::time::Time;

/// What became of a list of rules.
#[derive(Clone, Debug, Default)]
pub struct Export {
    /// The monitors, each an object as the API shows it, with every number as text. Those that were not imported from
    /// there have no `id`.
    pub monitors: Vec<Value>,
    /// The rules that are not in them, and why, in the order of the rules.
    pub left: Vec<(RuleId, Left)>,
}

/// Why a rule cannot be said as a monitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Left {
    /// It has more criteria than one.
    MoreCriteria,
    /// It is for a network, and a monitor is for one address.
    Network,
    /// It is for a mail domain, and a monitor is for one mailbox.
    Domain,
    /// It has a criterion of which there are no monitors.
    OtherCriterion,
    /// It says what must not hold (`unless`).
    Unless,
    /// It counts in a window of time alone.
    Window,
    /// It has something else that monitors do not have.
    Something,
    /// It is for an operator who is none of Zoho's.
    OtherOperator,
    /// It came from one monitor with other watchers' rules, and they are no longer of the same.
    Differs,
    /// It came from one monitor with other watchers' rules, and not all of them are switched on, or off.
    SwitchedDifferently,
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Left::MoreCriteria => "more criteria than one",
            Left::Network => "a network, not one address",
            Left::Domain => "a mail domain, not one mailbox",
            Left::OtherCriterion => "a criterion of which there are no monitors",
            Left::Unless => "`unless`",
            Left::Window => "a window",
            Left::Something => "something that monitors do not have",
            Left::OtherOperator => "an operator who is none of Zoho's",
            Left::Differs => "not what the other watchers of its monitor watch",
            Left::SwitchedDifferently => "not switched as the other watchers' of its monitor",
        })
    }
}

/// Writes rules as monitors: the rules `8000000006005/hana`, `8000000006005/mori` become the monitor `8000000006005`,
/// and others that monitor the same, one without an id.
///
/// A monitor belongs to nobody: whose the rules were is not in it. Its numbers are the sums of its rules'; two watchers
/// who read along in one chat are two. `last_monitored_time`, in milliseconds, is left out where none is known.
pub fn export<'a>(rules: impl IntoIterator<Item = &'a Rule>, statistics: &Statistics, people: &People) -> Export {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut left = Vec::new();
    for (place, rule) in rules.into_iter().enumerate() {
        let monitored = match monitored(rule, people) {
            Ok(monitored) => monitored,
            Err(why) => {
                left.push((place, rule.id().clone(), why));
                continue;
            }
        };
        let id = monitor_id(rule);
        let of_it = groups.iter_mut().find(|group| match id {
            Some(id) => group.id == Some(id),
            None => group.id.is_none() && group.is_of(rule, &monitored),
        });
        match of_it {
            Some(group) => group.rules.push((place, rule, monitored)),
            None => groups.push(Group { id, rules: vec![(place, rule, monitored)] }),
        }
    }
    let mut monitors = Vec::new();
    for group in groups {
        match group.fold(statistics, people) {
            Ok(monitor) => monitors.push(monitor),
            Err(why) => left.extend(group.rules.iter().map(|(place, rule, _)| (*place, rule.id().clone(), why))),
        }
    }
    left.sort();
    Export { monitors, left: left.into_iter().map(|(_, rule, why)| (rule, why)).collect() }
}

/// The rules of one monitor, each with its place among all.
struct Group<'a> {
    id: Option<&'a str>,
    rules: Vec<(usize, &'a Rule, Monitored)>,
}

impl Group<'_> {
    fn is_of(&self, rule: &Rule, monitored: &Monitored) -> bool {
        self.rules.iter().all(|(_, other, of)| of == monitored && other.enabled() == rule.enabled())
    }

    fn fold(&self, statistics: &Statistics, people: &People) -> Result<Value, Left> {
        let Some((_, first, monitored)) = self.rules.first() else { return Err(Left::Differs) };
        if self.rules.iter().any(|(_, _, other)| other != monitored) {
            return Err(Left::Differs);
        }
        if self.rules.iter().any(|(_, other, _)| other.enabled() != first.enabled()) {
            return Err(Left::SwitchedDifferently);
        }
        let mut monitor = Map::new();
        // What the create call's short form was called on import is no id of theirs.
        if let Some(id) = self.id.filter(|id| is_number(id)) {
            monitor.insert("id".into(), id.into());
        }
        monitor.insert("enabled".into(), first.enabled().into());
        monitor.insert("monitoring".into(), monitoring(monitored, people)?);
        monitor.insert("stats".into(), stats(self.rules.iter().map(|(_, rule, _)| statistics.of(rule.id()))));
        Ok(Value::Object(monitor))
    }
}

/// What a rule monitors, if it is one thing of which there are monitors.
fn monitored(rule: &Rule, people: &People) -> Result<Monitored, Left> {
    if let Some(why) = something_else(rule) {
        return Err(why);
    }
    match rule.when() {
        [Criterion::Operator(operator)] => {
            let key = people.key_at(ZOHO, operator).filter(|key| is_number(key));
            key.map(|_| Monitored::Operator(operator.clone())).ok_or(Left::OtherOperator)
        }
        [Criterion::VisitorIp(range)] if range.is_address() => Ok(Monitored::Ip(*range)),
        [Criterion::VisitorIp(_)] => Err(Left::Network),
        [Criterion::VisitorEmail(email)] if email.is_address() => Ok(Monitored::Email(email.clone())),
        [Criterion::VisitorEmail(_)] => Err(Left::Domain),
        [_] => Err(Left::OtherCriterion),
        _ => Err(Left::MoreCriteria),
    }
}

/// What a rule has besides the four things that every rule has. It is looked up in the wire form, which writes what is
/// not the default, so that nothing that a later rule may have is passed over in silence.
fn something_else(rule: &Rule) -> Option<Left> {
    let written = serde_json::to_value(rule).ok()?;
    let fields = written.as_object()?.keys();
    let mut others = fields.filter(|field| !matches!(field.as_str(), "id" | "watcher" | "when" | "enabled"));
    others.next().map(|field| match field.as_str() {
        "unless" => Left::Unless,
        "window" => Left::Window,
        _ => Left::Something,
    })
}

/// The monitor from which a rule was made: `8000000006005` of the rule `8000000006005/hana`, if it is hana's.
fn monitor_id(rule: &Rule) -> Option<&str> {
    let id = rule.id().as_str().strip_suffix(rule.watcher().as_str())?.strip_suffix('/')?;
    (is_number(id) || id.strip_prefix("new-").is_some_and(is_number)).then_some(id)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn monitoring(monitored: &Monitored, people: &People) -> Result<Value, Left> {
    Ok(match monitored {
        Monitored::Operator(operator) => {
            let key = people.key_at(ZOHO, operator).ok_or(Left::OtherOperator)?;
            json!({"type": "operator", "operator_id": key})
        }
        Monitored::Ip(range) => json!({"type": "visitor_ip", "visitor_ip": range.to_string()}),
        Monitored::Email(email) => json!({"type": "visitor_email", "visitor_email": email.as_str()}),
    })
}

fn stats(of_rules: impl Iterator<Item = RuleStatistics>) -> Value {
    let sum = of_rules.fold(RuleStatistics::default(), |sum, one| RuleStatistics {
        chats_monitored: sum.chats_monitored + one.chats_monitored,
        chats_joined: sum.chats_joined + one.chats_joined,
        last_monitored: sum.last_monitored.max(one.last_monitored),
    });
    let mut stats = json!({
        "chats_monitored": sum.chats_monitored.to_string(),
        "chats_joined": sum.chats_joined.to_string(),
    });
    // The earliest time of all is what is recorded by those who tell none.
    if let (Some(last), Some(stats)) = (sum.last_monitored.filter(|at| *at > Time::EARLIEST), stats.as_object_mut()) {
        stats.insert("last_monitored_time".into(), last.as_millis().to_string().into());
    }
    stats
}
