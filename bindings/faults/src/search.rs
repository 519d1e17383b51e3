//! The first fault in the JSON of a value that could not be read.
//!
//! A field's name says what it holds, in every value of the crate; so one table is enough for all of them.

use std::str::FromStr;

use chat_monitor::{
    Attribute, Attributes, DepartmentId, Departments, Email, EmailPattern, EndReason, IpRange, LeftReason, OperatorId,
    Oversees, Permissions, Right, Rights, Role, RoleRow, Rule, Sample, Visitor, Window, Within,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::Fault;

type Fields = Map<String, Value>;

const CRITERIA: [&str; 7] =
    ["operator", "visitor_ip", "visitor_email", "department", "operator_in", "attribute", "sample"];

/// Of an object, or of any of several.
pub(crate) fn fault_of(form: &Value) -> Option<Fault> {
    match form {
        Value::Array(forms) => forms.iter().find_map(fault_of),
        Value::Object(fields) => {
            fields.iter().find_map(|(name, held)| fault_in(name, held)).or_else(|| fault_of_all(fields))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// What is wrong with a field by itself.
fn fault_in(name: &str, held: &Value) -> Option<Fault> {
    match (name, held) {
        ("ip", Value::String(text)) => visitors_ip(text).err(),
        ("email", _) => text::<Email>(held),
        ("visitor_ip", _) => text::<IpRange>(held),
        ("visitor_email", _) => text::<EmailPattern>(held),
        ("role" | "roles" | "monitors", _) => each(held, text::<Role>),
        ("rights", _) => each(held, right),
        ("within", _) => name_of::<Within>("within", held),
        ("from" | "until" | "now", Value::Number(_)) => instant(held),
        ("departments", _) => departments(held),
        ("attributes", Value::Object(names)) => attributes(names),
        ("oversees", Value::Object(departments)) => oversees(departments),
        ("permissions", Value::Object(rows)) => permissions(rows),
        ("attribute", Value::Object(fields)) => attribute(fields),
        ("sample", Value::Object(fields)) => sample(fields),
        ("window", Value::Object(fields)) => fault_of(held).or_else(|| window(fields)),
        ("when" | "unless", _) => each(held, criterion),
        ("watch_ended", Value::Object(fields)) => fault_of(held).or_else(|| reason::<EndReason>("reason", fields)),
        ("left", Value::Object(fields)) => fault_of(held).or_else(|| reason::<LeftReason>("left_reason", fields)),
        (
            "id" | "chat" | "rule" | "rules" | "exclusion" | "operator" | "operators" | "joined" | "watcher" | "from"
            | "to" | "department" | "operator_in" | "excluded" | "not_permitted",
            Value::String(_) | Value::Array(_),
        ) => each(held, text::<OperatorId>),
        _ => fault_of(held),
    }
}

/// What is wrong with an object whose fields are right by themselves.
fn fault_of_all(fields: &Fields) -> Option<Fault> {
    let is_empty = |name| fields.get(name).and_then(Value::as_array).is_some_and(Vec::is_empty);
    let mut attending: Vec<_> = ["operators", "joined"].into_iter().flat_map(|name| texts(fields.get(name))).collect();
    attending.sort_unstable();
    let twice = attending.iter().zip(attending.iter().skip(1)).find(|(one, next)| one == next);
    if is_empty("when") {
        Rule::all(0.into(), 0.into(), []).err().map(Fault::from)
    } else if is_empty("roles") {
        Some(Fault::no_role())
    } else {
        twice.map(|(twice, _)| Fault::attends_twice(twice))
    }
}

/// Of one value, or of the first of several that has a fault.
fn each(held: &Value, fault: fn(&Value) -> Option<Fault>) -> Option<Fault> {
    match held {
        Value::Array(several) => several.iter().find_map(fault),
        one => fault(one),
    }
}

fn texts(held: Option<&Value>) -> impl Iterator<Item = &str> {
    held.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn text<T: FromStr<Err: Into<Fault>>>(held: &Value) -> Option<Fault> {
    held.as_str()?.parse::<T>().err().map(Into::into)
}

/// Of a name that is one of a closed set.
fn name_of<T: DeserializeOwned>(code: &'static str, held: &Value) -> Option<Fault> {
    let error = held.is_string().then(|| serde_json::from_value::<T>(held.clone()).err())??;
    Some(Fault::new(code, format_args!("Unknown"), error))
}

fn right(held: &Value) -> Option<Fault> {
    name_of::<Right>("right", held)
}

fn reason<T: DeserializeOwned>(code: &'static str, fields: &Fields) -> Option<Fault> {
    name_of::<T>(code, fields.get("reason")?)
}

/// A visitor at this address, which the crate parses as it does a range, but for what stands behind a `/`.
pub fn visitors_ip(text: &str) -> Result<Visitor, Fault> {
    serde_json::from_value(json!({ "ip": text })).map_err(|error| match text.parse::<IpRange>() {
        Err(fault) if !text.contains('/') => Fault::new("ip", fault.kind(), error),
        Ok(_) | Err(_) => Fault::new("ip", format_args!("Address"), error),
    })
}

fn instant(held: &Value) -> Option<Fault> {
    let is_whole = held.as_f64().is_some_and(|number| number.fract() == 0.0);
    match held.as_u64() {
        Some(told) => crate::instant(told).err(),
        None => is_whole.then(Fault::beyond_last),
    }
}

fn departments(held: &Value) -> Option<Fault> {
    each(held, text::<DepartmentId>).or_else(|| {
        let departments = texts(Some(held)).filter_map(|department| department.parse().ok());
        Departments::new(departments).err().map(Fault::from)
    })
}

fn oversees(departments: &Fields) -> Option<Fault> {
    let mut entries = Vec::new();
    for (department, rights) in departments {
        match department.parse::<DepartmentId>() {
            Err(fault) => return Some(fault.into()),
            // One without rights is read as none.
            Ok(department) => entries.extend(texts(Some(rights)).next().map(|_| (department, Rights::ALL))),
        }
        if let Some(fault) = each(rights, right) {
            return Some(fault);
        }
    }
    Oversees::new(entries).err().map(Fault::from)
}

fn attribute(fields: &Fields) -> Option<Fault> {
    let (name, value) = (fields.get("name")?.as_str()?, fields.get("value")?.as_str()?);
    Attribute::new(name, value).err().map(Fault::from)
}

fn attributes(names: &Fields) -> Option<Fault> {
    let each =
        names.iter().flat_map(|(name, values)| texts(Some(values)).map(move |value| Attribute::new(name, value)));
    match each.collect::<Result<Vec<_>, _>>() {
        Ok(attributes) => Attributes::new(attributes).err().map(Fault::from),
        Err(fault) => Some(fault.into()),
    }
}

fn sample(fields: &Fields) -> Option<Fault> {
    let per_million = fields.get("per_million")?.as_u64()?;
    Sample::new(u32::try_from(per_million).unwrap_or(u32::MAX), fields.get("salt")?.as_str()?).err().map(Fault::from)
}

fn window(fields: &Fields) -> Option<Fault> {
    let bound = |name| match fields.get(name) {
        None | Some(Value::Null) => Some(None),
        Some(held) => held.as_u64().map(Some),
    };
    Window::new(bound("from")?, bound("until")?).err().map(Fault::from)
}

fn criterion(form: &Value) -> Option<Fault> {
    let fields = form.as_object()?;
    match fields.keys().find(|kind| !CRITERIA.contains(&kind.as_str())) {
        Some(_) => Some(Fault::new("criterion", format_args!("Unknown"), "expected a kind of criterion")),
        None => fault_of(form),
    }
}

fn permissions(all: &Fields) -> Option<Fault> {
    let fault_in_row = |(role, row): (&String, &Value)| {
        let named = role.parse::<Role>().err().map(Fault::from);
        named.or_else(|| if row.is_array() { each(row, text::<Role>) } else { fault_of(row) })
    };
    let role = |(role, row): (&String, &Value)| Some((role.parse().ok()?, serde_json::from_value(row.clone()).ok()?));
    all.iter().find_map(fault_in_row).or_else(|| {
        let rows = all.iter().map(role).collect::<Option<Vec<(Role, RoleRow)>>>()?;
        let fault = crate::permissions(rows).err()?;
        // In the crate's words, which repeat no name that may be something else in the wrong place.
        let message = serde_json::from_value::<Permissions>(json!(all)).err()?.to_string();
        Some(Fault { message, ..fault })
    })
}
