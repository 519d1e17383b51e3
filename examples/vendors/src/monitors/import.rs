//! From monitors to rules.

use std::collections::BTreeSet;

use chat_monitor::{OperatorId, Rule, RuleId};
use serde_json::{Map, Value};

use super::{Monitored, ZOHO};
use crate::id::{Agent, People};

/// What became of a list of monitors.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// A rule for each watcher of each monitor, in the order of the monitors and, for each, of the watchers.
    pub rules: Vec<Rule>,
    /// The objects that are no monitors.
    pub wrong: Vec<Wrong>,
}

/// An object that is no monitor, and was left out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("monitor {number}: {field}: {what}")]
pub struct Wrong {
    /// Which one it is, from 1.
    pub number: usize,
    /// The field that is wrong.
    pub field: &'static str,
    /// What was expected. Never what was found.
    pub what: String,
}

/// Reads monitors: a list of them, `{"data": […]}` or `{"data": {…}}` around them, or one; each as the API shows it or
/// in the shorter form of its create call, which has no id: those are numbered `new-1`, `new-2` and so on.
///
/// Ids and numbers may be text or numbers. `people` says by which ids the host knows Zoho's operators. A monitor of an
/// operator who is one of the watchers makes no rule for that watcher: nobody monitors their own chats.
pub fn import(value: &Value, watchers: &[OperatorId], people: &People) -> Import {
    let mut import = Import::default();
    let mut ids = BTreeSet::new();
    let mut new = 0;
    for (number, object) in (1..).zip(objects(value)) {
        let wrong = |(field, what): Fault| Wrong { number, field, what };
        match read(object, people, &mut new).map_err(wrong) {
            Ok((id, ..)) if !ids.insert(id.clone()) => {
                import.wrong.push(wrong(("id", "expected each id once, found it a second time".into())));
            }
            Ok((id, enabled, monitored)) => {
                let rules = watchers.iter().map(|watcher| rule(&id, watcher, enabled, &monitored));
                match rules.collect::<Result<Vec<_>, _>>().map_err(wrong) {
                    Ok(rules) => import.rules.extend(rules.into_iter().flatten()),
                    Err(wrong) => import.wrong.push(wrong),
                }
            }
            Err(wrong) => import.wrong.push(wrong),
        }
    }
    import
}

/// A field, and what was expected there.
type Fault = (&'static str, String);

fn objects(value: &Value) -> Vec<&Value> {
    let inner = match value {
        Value::Object(fields) if !fields.contains_key("monitoring") => fields.get("data").unwrap_or(value),
        _ => value,
    };
    match inner {
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}

fn read(object: &Value, people: &People, new: &mut u64) -> Result<(String, bool, Monitored), Fault> {
    let fields = object.as_object().ok_or(("monitor", "expected an object".to_owned()))?;
    // The create call says at the top what is monitored, and names the operator otherwise.
    let (at, operator_field) = match fields.get("monitoring") {
        Some(monitoring) => {
            (monitoring.as_object().ok_or(("monitoring", "expected an object".to_owned()))?, "operator_id")
        }
        None => (fields, "operator"),
    };
    let monitored = match at.get("type").and_then(Value::as_str) {
        Some("operator") => Monitored::Operator(operator(at, operator_field, people)?),
        Some("visitor_ip") => Monitored::Ip(ip(at)?),
        Some("visitor_email") => Monitored::Email(email(at)?),
        _ => return Err(("type", "expected `operator`, `visitor_ip` or `visitor_email`".into())),
    };
    let enabled = match fields.get("enabled") {
        None => true,
        Some(Value::Bool(enabled)) => *enabled,
        Some(Value::String(text)) if text == "true" => true,
        Some(Value::String(text)) if text == "false" => false,
        Some(_) => return Err(("enabled", "expected true or false".into())),
    };
    let id = match fields.get("id") {
        None => {
            *new += 1;
            format!("new-{new}")
        }
        Some(id) => number(id).ok_or(("id", "expected a whole number, as text or as a number".to_owned()))?,
    };
    Ok((id, enabled, monitored))
}

/// A whole number, as the text that it is in the API's answers.
fn number(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => Some(text.clone()),
        Value::Number(number) => number.as_u64().map(|number| number.to_string()),
        _ => None,
    }
}

fn operator(at: &Map<String, Value>, field: &'static str, people: &People) -> Result<OperatorId, Fault> {
    let key = at.get(field).and_then(number);
    let key = key.ok_or((field, "expected an operator's id, a whole number as text or as a number".to_owned()))?;
    people.id(ZOHO, Agent::Person(&key)).map_err(|error| (field, error.to_string()))
}

fn ip(at: &Map<String, Value>) -> Result<chat_monitor::IpRange, Fault> {
    let text = at.get("visitor_ip").and_then(Value::as_str);
    let range: Option<chat_monitor::IpRange> = text.and_then(|text| text.trim().parse().ok());
    range.filter(|range| range.is_address()).ok_or(("visitor_ip", "expected one IP address, as text".into()))
}

fn email(at: &Map<String, Value>) -> Result<chat_monitor::EmailPattern, Fault> {
    let text = at.get("visitor_email").and_then(Value::as_str);
    let email: Option<chat_monitor::Email> = text.and_then(|text| text.trim().parse().ok());
    let pattern = email.and_then(|email| chat_monitor::EmailPattern::try_from(email).ok());
    pattern.ok_or(("visitor_email", "expected one email address, as text".into()))
}

/// The rule of one watcher; none for their own chats.
fn rule(id: &str, watcher: &OperatorId, enabled: bool, monitored: &Monitored) -> Result<Option<Rule>, Fault> {
    if *monitored == Monitored::Operator(watcher.clone()) {
        return Ok(None);
    }
    let id: RuleId = format!("{id}/{watcher}").parse().map_err(|error: chat_monitor::ParseIdError| {
        ("id", format!("with its watcher's it would be no rule's: {error}"))
    })?;
    let rule = Rule::new(id, watcher.clone(), monitored.criterion());
    Ok(Some(if enabled { rule } else { rule.with_enabled(false) }))
}
