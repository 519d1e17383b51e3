//! Reading an event whose fields may be missing, empty, of another type than yesterday, or no such thing at all.

use std::fmt;
use std::net::IpAddr;

use chat_monitor::{ChatId, Email, OperatorId};
use serde_json::Value;

use crate::address::{Proxies, visitor_address};
use crate::facts::Told;
use crate::id::{self, Agent, People};
use crate::message::{Author, Said};
use crate::news::Tidings;
use crate::time::Time;

/// What could not be read in a body, or was not found where it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The field's name, such as `visitor.ip`. It is one of the names that the vendor's file asks for, never a name out
    /// of the body.
    pub field: String,
    /// What was expected there, and what became of it. Never what was found.
    pub what: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.what)
    }
}

/// An event, read field by field. Fields are named by JSON pointers: `/visitor/ip`.
pub(crate) struct Look<'a> {
    pub(crate) event: &'a Value,
    pub(crate) vendor: &'static str,
    people: &'a People,
    proxies: &'a Proxies,
    pub(crate) warnings: Vec<Warning>,
    /// The agents that were read, with the ids by which the host knows them.
    pub(crate) agents: Vec<OperatorId>,
}

impl<'a> Look<'a> {
    pub(crate) fn at(event: &'a Value, vendor: &'static str, people: &'a People, proxies: &'a Proxies) -> Self {
        Look { event, vendor, people, proxies, warnings: Vec::new(), agents: Vec::new() }
    }

    // --- what is there

    pub(crate) fn get(&self, pointer: &str) -> Option<&'a Value> {
        self.event.pointer(pointer)
    }

    /// The value, unless it is missing, `null` or an empty text: three ways to say nothing.
    pub(crate) fn told(&self, pointer: &str) -> Option<&'a Value> {
        self.get(pointer).filter(|value| !is_nothing(value))
    }

    pub(crate) fn has(&self, pointer: &str) -> bool {
        self.get(pointer).is_some()
    }

    pub(crate) fn is_object(&self, pointer: &str) -> bool {
        self.get(pointer).is_some_and(Value::is_object)
    }

    pub(crate) fn text(&self, pointer: &str) -> Option<&'a str> {
        self.get(pointer)?.as_str()
    }

    /// The text that says what has happened; empty where there is none.
    pub(crate) fn event_name(&self, pointer: &str) -> &'a str {
        self.text(pointer).unwrap_or_default()
    }

    pub(crate) fn is(&self, pointer: &str, text: &str) -> bool {
        self.text(pointer) == Some(text)
    }

    pub(crate) fn is_false(&self, pointer: &str) -> bool {
        self.get(pointer).and_then(Value::as_bool) == Some(false)
    }

    /// The pointers to the items of a list, from the first to the last.
    pub(crate) fn items(&self, pointer: &str) -> Vec<String> {
        let length = self.get(pointer).and_then(Value::as_array).map_or(0, Vec::len);
        (0..length).map(|n| format!("{pointer}/{n}")).collect()
    }

    pub(crate) fn length(&self, pointer: &str) -> usize {
        self.get(pointer).and_then(Value::as_array).map_or(0, Vec::len)
    }

    /// The first of these pointers at which something is told.
    pub(crate) fn first<'p>(&self, pointers: &[&'p str]) -> Option<&'p str> {
        pointers.iter().find(|pointer| self.told(pointer).is_some()).copied()
    }

    /// An id, which is the same whether it is sent as text or as a whole number.
    pub(crate) fn key(&self, pointer: &str) -> Option<String> {
        key(self.told(pointer)?)
    }

    // --- what it is about

    /// The chat that the event is about, by the first of these fields that tells something.
    pub(crate) fn chat<'p>(
        &mut self,
        counted_in: impl IntoIterator<Item = &'p str>,
        pointers: &[&str],
    ) -> Option<ChatId> {
        let counted_in: Vec<&str> = counted_in.into_iter().collect();
        let pointer = self.first(pointers).or(pointers.first().copied())?;
        let id = match (self.told(pointer), self.key(pointer)) {
            (None, _) => Err("expected the chat's id, found none".to_owned()),
            (_, None) => Err("expected the chat's id as text or a whole number".into()),
            (_, Some(key)) => id::chat_id(self.vendor, &counted_in, &key).map_err(|error| error.to_string()),
        };
        id.map_err(|what| self.warn(pointer, format!("{what}; nobody can know whose news this is"))).ok()
    }

    /// The account that a vendor's numbers are counted in. Without it they could be another account's.
    pub(crate) fn account(&mut self, pointers: &[&str]) -> Option<String> {
        let account = self.first(pointers).and_then(|pointer| self.key(pointer));
        if let (None, Some(pointer)) = (&account, pointers.first()) {
            self.warn(pointer, "expected what chats are counted in, found none; taken for one of its own");
        }
        account
    }

    /// When it was so: the latest of the times in these fields. A body was made no earlier than what it tells of.
    pub(crate) fn time(&mut self, pointers: &[&str]) -> Option<Time> {
        let mut latest = None;
        for pointer in pointers {
            let Some(value) = self.told(pointer) else { continue };
            match Time::read(value) {
                // Nothing has happened at the beginning of 1970: it says that something has not happened.
                Ok(time) if time == Time::EARLIEST => {}
                Ok(time) => latest = latest.max(Some(time)),
                Err(error) => self.warn(pointer, format!("{error}; taken as untold")),
            }
        }
        latest
    }

    // --- who attends

    /// A member of staff; none where the field is missing, `null` or empty.
    pub(crate) fn person(&mut self, pointer: &str) -> Option<OperatorId> {
        self.agent(pointer, true)
    }

    /// Somebody who is no member of staff: bots are counted apart.
    pub(crate) fn bot(&mut self, pointer: &str) -> Option<OperatorId> {
        self.agent(pointer, false)
    }

    fn agent(&mut self, pointer: &str, is_person: bool) -> Option<OperatorId> {
        let value = self.told(pointer)?;
        match key(value) {
            Some(key) if is_person => self.known_as(pointer, Agent::Person(&key)),
            Some(key) => self.known_as(pointer, Agent::Bot(&key)),
            None => {
                self.warn(pointer, "expected an operator's id as text or a whole number; nobody may watch the chat");
                self.somebody("unreadable")
            }
        }
    }

    /// The operator with this id, which is no field's value but the name of one in the object at `pointer`.
    pub(crate) fn person_named(&mut self, pointer: &str, key: &str) -> Option<OperatorId> {
        self.known_as(pointer, Agent::Person(key))
    }

    fn known_as(&mut self, pointer: &str, agent: Agent<'_>) -> Option<OperatorId> {
        match self.people.id(self.vendor, agent) {
            Ok(operator) => {
                if let Agent::Person(_) = agent {
                    self.agents.push(operator.clone());
                }
                Some(operator)
            }
            Err(error) => {
                self.warn(pointer, format!("{error}; nobody may watch the chat"));
                self.somebody("unreadable")
            }
        }
    }

    /// Somebody attends, and it is not known who: an operator whom no engine knows, so that nobody may watch the chat.
    pub(crate) fn somebody(&self, why: &'static str) -> Option<OperatorId> {
        Agent::Unknown(why).id(self.vendor).ok()
    }

    /// Says that an operator was expected here, and that somebody whom nobody knows attends instead.
    pub(crate) fn missing_operator(&mut self, pointer: &str) -> Option<OperatorId> {
        self.warn(pointer, "expected an operator's id, found none; nobody may watch the chat");
        self.somebody("unreadable")
    }

    // --- what was said

    /// What was said: its text, and where the body says which message it is and when it was said. None without a text.
    pub(crate) fn said(&self, text: &str, id: &str, at: &str, by: Author) -> Option<Said> {
        let text = self.told(text)?.as_str()?.to_owned();
        let at = self.told(at).and_then(|value| Time::read(value).ok()).filter(|time| *time != Time::EARLIEST);
        Some(Said { id: self.key(id), at, by, name: None, text })
    }

    /// The same, with what the vendor calls whoever said it.
    pub(crate) fn said_by(&self, name: &str, said: Option<Said>) -> Option<Said> {
        said.map(|said| Said { name: self.told(name).and_then(Value::as_str).map(str::to_owned), ..said })
    }

    /// A member of staff who said something, which alone does not make them attend.
    pub(crate) fn author(&self, pointer: &str) -> Author {
        self.speaker(self.key(pointer).as_deref().map(Agent::Person))
    }

    /// A program that said something.
    pub(crate) fn author_bot(&self, pointer: &str) -> Author {
        self.speaker(self.key(pointer).as_deref().map(Agent::Bot))
    }

    /// Somebody on the company's side said something, and it is not told who.
    pub(crate) fn author_untold(&self) -> Author {
        self.speaker(None)
    }

    fn speaker(&self, agent: Option<Agent<'_>>) -> Author {
        let agent = agent.unwrap_or(Agent::Unknown("untold"));
        let known = self.people.id(self.vendor, agent).or_else(|_| Agent::Unknown("unreadable").id(self.vendor));
        // The second is made of names of ours.
        known.map_or(Author::Visitor, Author::Operator)
    }

    // --- the visitor

    /// Whether the visitor is there, as an object. Otherwise there is a warning.
    pub(crate) fn visitor(&mut self, pointer: &str) -> bool {
        let is_there = self.is_object(pointer);
        if !is_there {
            self.warn(pointer, "expected the visitor, found none");
        }
        is_there
    }

    /// The visitor's address, by the first of these fields that tells something.
    pub(crate) fn ip(&mut self, pointers: &[&str]) -> Told<IpAddr> {
        let Some(pointer) = self.first(pointers) else { return self.untold(pointers) };
        let read = match self.get(pointer) {
            Some(Value::String(text)) => visitor_address(text, self.proxies).map_err(|error| error.to_string()),
            _ => Err("expected text".into()),
        };
        match read {
            Ok(client) => {
                if client.beside > 0 {
                    let what = "more addresses than one; the last that is no trusted proxy's was taken";
                    self.warn(pointer, what);
                }
                client.ip.map_or(Told::Unknown, Told::Known)
            }
            Err(what) => {
                self.warn(pointer, format!("{what}; taken as unknown"));
                Told::Unknown
            }
        }
    }

    /// The visitor's email, by the first of these fields that tells something: an address, or a list of addresses or of
    /// objects with one. Of several, the first counts, and the others are warned of.
    pub(crate) fn email(&mut self, pointers: &[&str]) -> Told<Email> {
        let Some(pointer) = self.first(pointers) else { return self.untold(pointers) };
        let found = self.emails_at(pointer);
        let others = pointers.iter().filter(|other| **other != pointer).flat_map(|other| self.emails_at(other));
        let others: Vec<_> = others.collect();
        let mut found = found.into_iter();
        let Some((taken_at, text)) = found.next() else {
            self.warn(pointer, "expected an email address, or a list of them; taken as unknown");
            return Told::Unknown;
        };
        let email = text.and_then(|text| text.trim().parse::<Email>().map_err(|error| error.to_string()));
        let known = email.as_ref().ok().cloned();
        for (left_at, left) in found.chain(others) {
            // One address in two fields is one address.
            if left.ok().and_then(|left| left.trim().parse().ok()) != known || known.is_none() {
                self.warn(&left_at, format!("another email of the visitor, left out; {} was taken", name(&taken_at)));
            }
        }
        match email {
            Ok(email) => Told::Known(email),
            Err(what) => {
                self.warn(&taken_at, format!("{what}; taken as unknown"));
                Told::Unknown
            }
        }
    }

    /// The emails in a field, each with its place.
    fn emails_at(&self, pointer: &str) -> Vec<(String, Result<&'a str, String>)> {
        let one = |value: &'a Value, at: String| {
            let fields = ["address", "email", "value"];
            let inner = fields.iter().find_map(|field| Some((field, value.get(field)?)));
            let (value, at) = inner.map_or((value, at.clone()), |(field, value)| (value, format!("{at}/{field}")));
            (at, value.as_str().ok_or_else(|| "expected text".to_owned()))
        };
        match self.told(pointer) {
            None => Vec::new(),
            Some(Value::Array(items)) => {
                let told = items.iter().enumerate().filter(|(_, item)| !is_nothing(item));
                told.map(|(n, item)| one(item, format!("{pointer}/{n}"))).collect()
            }
            Some(value) => vec![one(value, pointer.to_owned())],
        }
    }

    /// Nothing is told in any of these fields. Where one is there all the same, it says that it is not known.
    fn untold<T>(&self, pointers: &[&str]) -> Told<T> {
        if pointers.iter().any(|pointer| self.has(pointer)) { Told::Unknown } else { Told::Untold }
    }

    // --- what is to be said

    pub(crate) fn warn(&mut self, pointer: &str, what: impl Into<String>) {
        self.warnings.push(Warning { field: name(pointer), what: what.into() });
    }

    /// An event that the vendor's file does not know: its news, if it has any, are lost.
    pub(crate) fn unknown_event(&mut self, pointer: &str) -> Tidings {
        self.warn(pointer, "not one of the events that are read; whatever it tells is left out");
        Tidings::Nothing("an event that is not read".into())
    }
}

/// What happens beside the facts of a chat: an event by its name, or what the vendor's file calls it.
pub(crate) fn beside(what: &str) -> Tidings {
    Tidings::Nothing(format!("{what}: nothing of who is in which chat"))
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

fn key(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => number.as_u64().map(|number| number.to_string()),
        _ => None,
    }
}

/// `/visitor/ip` as people write it: `visitor.ip`.
fn name(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}
