//! Reading a body whose attributes may be missing, empty, of another type than yesterday, or no such thing at all.

use std::fmt::Display;
use std::str::FromStr;

use chat_monitor::{ChatId, OperatorId};
use serde_json::Value;

use crate::desk::Fact;

/// A body, read attribute by attribute. Attributes are named by JSON pointers: `/visitor/ip`.
pub(crate) struct Body {
    value: Value,
    /// What could not be read, each with the attribute's name and never with its value.
    pub(crate) warnings: Vec<String>,
}

impl Body {
    /// Reads JSON, or a form with JSON in its field `data`.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "expected a body in UTF-8")?;
        let text = text.trim_start_matches('\u{FEFF}').trim();
        let form = (!text.starts_with(['{', '['])).then(|| form_field(text, "data")).flatten();
        let value = serde_json::from_str(form.as_deref().unwrap_or(text));
        // serde_json says where the text is no JSON, and repeats nothing of it.
        let value = value.map_err(|error| format!("expected the body of a webhook in JSON: {error}"))?;
        Ok(Body { value, warnings: Vec::new() })
    }

    pub(crate) fn has(&self, pointer: &str) -> bool {
        self.at(pointer).is_some()
    }

    pub(crate) fn is_object(&self, pointer: &str) -> bool {
        self.at(pointer).is_some_and(Value::is_object)
    }

    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        self.at(pointer)?.as_str()
    }

    pub(crate) fn is_false(&self, pointer: &str) -> bool {
        self.at(pointer).and_then(Value::as_bool) == Some(false)
    }

    /// How many items there are in a list.
    pub(crate) fn len(&self, pointer: &str) -> usize {
        self.at(pointer).and_then(Value::as_array).map_or(0, Vec::len)
    }

    /// The names of an object's fields.
    pub(crate) fn names(&self, pointer: &str) -> Vec<String> {
        self.at(pointer).and_then(Value::as_object).map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
    }

    /// An attribute of the visitor. `null`, `""` and `[]` are ways to say that it is not known.
    pub(crate) fn fact<T: FromStr<Err: Display>>(&mut self, pointer: &str) -> Fact<T> {
        let parsed = match self.at(pointer) {
            None => return Fact::Untold,
            Some(Value::Null) => return Fact::Unknown,
            Some(Value::String(text)) if text.trim().is_empty() => return Fact::Unknown,
            Some(Value::Array(items)) if items.is_empty() => return Fact::Unknown,
            Some(Value::String(text)) => text.trim().parse().map_err(|error: T::Err| error.to_string()),
            Some(_) => Err("expected text".into()),
        };
        parsed.map_or_else(
            |what| {
                self.warn(pointer, &what);
                Fact::Unknown
            },
            Fact::Known,
        )
    }

    /// The chat that the body is about.
    ///
    /// # Errors
    ///
    /// If there is no such attribute, or it is no id: without it, there is nothing that the news could be of.
    pub(crate) fn chat(&self, pointer: &str) -> Result<ChatId, String> {
        let id = self.at(pointer).map_or(Err("expected the chat's id".into()), id);
        id.map_err(|what| format!("{}: {what}", name(pointer)))
    }

    /// An operator; none where the attribute is missing, `null` or empty.
    pub(crate) fn operator(&mut self, pointer: &str) -> Option<OperatorId> {
        let parsed = match self.at(pointer)? {
            Value::Null => return None,
            Value::String(text) if text.is_empty() => return None,
            value => id(value),
        };
        self.operator_or_unknown(pointer, parsed)
    }

    /// The operator with this id, which is the name of a field in the object at `pointer`.
    pub(crate) fn operator_named(&mut self, pointer: &str, id: &str) -> Option<OperatorId> {
        self.operator_or_unknown(pointer, id.parse().map_err(|error: chat_monitor::ParseIdError| error.to_string()))
    }

    /// Somebody attends whose id cannot be read: an operator whom the engine does not know, and nobody may monitor.
    /// Without them, the chat could be watched by somebody who may not.
    fn operator_or_unknown(&mut self, pointer: &str, parsed: Result<OperatorId, String>) -> Option<OperatorId> {
        let id = parsed.or_else(|what| {
            self.warn(pointer, &what);
            "(an id that cannot be read)".parse()
        });
        id.ok()
    }

    fn warn(&mut self, pointer: &str, what: &str) {
        self.warnings.push(format!("{}: {what}", name(pointer)));
    }

    fn at(&self, pointer: &str) -> Option<&Value> {
        self.value.pointer(pointer)
    }
}

/// `/visitor/ip` as people write it: `visitor.ip`.
fn name(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

/// An id, which is the same whether it is sent as a string or as a number.
fn id<T: FromStr<Err: Display> + From<u64>>(value: &Value) -> Result<T, String> {
    match value {
        Value::String(text) => text.parse().map_err(|error: T::Err| error.to_string()),
        Value::Number(number) => number.as_u64().map(T::from).ok_or("expected a whole number or text".into()),
        _ => Err("expected text or a number".into()),
    }
}

/// A field of a form, decoded (`application/x-www-form-urlencoded`).
fn form_field(form: &str, field: &str) -> Option<String> {
    let fields = form.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = fields.into_iter().find(|(name, _)| *name == field)?;
    let mut decoded = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (digits, behind) = rest.split_at_checked(2)?;
                rest = behind;
                u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok()
}
