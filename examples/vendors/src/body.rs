//! The body of a request, before anybody has asked whose it is.

use serde_json::{Map, Value};

use crate::once::read_json;
use crate::vendors;

/// What was posted to a webhook: one event, or a list of them.
#[derive(Clone, Debug)]
pub struct Body {
    pub(crate) events: Vec<Value>,
}

/// Why there is nothing to read in a body. It repeats nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableBody {
    /// It is not text.
    #[error("expected a body in UTF-8")]
    NotText,
    /// It is no JSON, at this place, and no form either.
    #[error("expected the body of a webhook, JSON or a form: {0}")]
    Neither(String),
}

impl Body {
    /// Reads JSON (an event or a list of events, no key twice in an object) or a form (`application/x-www-form-urlencoded`): a field `data` that
    /// holds JSON, or an event with the form's fields, all of them text.
    ///
    /// # Errors
    ///
    /// [`UnreadableBody`]. Whether somebody knows what it means is for [`Desk::read`](crate::Desk::read) to say.
    pub fn parse(bytes: &[u8]) -> Result<Self, UnreadableBody> {
        let text = std::str::from_utf8(bytes).map_err(|_| UnreadableBody::NotText)?;
        let text = text.trim_start_matches('\u{FEFF}').trim();
        let value = if !text.starts_with(['{', '[', '"']) && text.contains('=') {
            form(text)?
        } else {
            // serde_json says where the text is no JSON, and repeats nothing of it.
            json(text)?
        };
        let events = match value {
            Value::Array(events) => events,
            event => vec![event],
        };
        Ok(Body { events })
    }

    /// Whether there is something in it, and all of it is this vendor's.
    pub fn is_of(&self, vendor: &str) -> bool {
        let is_theirs = |event: &Value| vendors::of(event).is_some_and(|known| known.name == vendor);
        !self.events.is_empty() && self.events.iter().all(is_theirs)
    }
}

fn json(text: &str) -> Result<Value, UnreadableBody> {
    read_json(text).map_err(|error| UnreadableBody::Neither(error.to_string()))
}

fn form(text: &str) -> Result<Value, UnreadableBody> {
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        // Of two fields with one name, nobody can know which counts.
        if fields.insert(name.into_owned(), Value::String(value.into_owned())).is_some() {
            return Err(UnreadableBody::Neither("a field of the form is there twice".into()));
        }
    }
    match fields.get("data") {
        Some(Value::String(data)) if data.trim_start().starts_with(['{', '[']) => json(data),
        _ => Ok(Value::Object(fields)),
    }
}
