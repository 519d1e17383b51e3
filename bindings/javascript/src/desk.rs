//! A desk in memory that both sides reach: JavaScript puts the facts of a chat there, and finds the answer there, so that
//! neither is written as JSON and parsed.
//!
//! What is not plain is not taken here, and comes as JSON: so that one reader alone says what is wrong with a value.

use std::str::FromStr;

use chat_monitor::{
    Attribute, Attributes, Chat, Command, Departments, EndReason, Event, IpRange, LeftReason, Visitor, Watcher,
};
use wasm_bindgen::prelude::*;

/// Bytes of text that fit on the desk, and how many texts.
const ROOM: usize = 16 << 10;
const MANY: usize = 512;

#[wasm_bindgen]
pub struct Desk {
    texts: Vec<u8>,
    lengths: Vec<u32>,
    /// What the words point into.
    watchers: Vec<Watcher>,
    events: Vec<Event>,
    words: Vec<u32>,
}

#[wasm_bindgen]
impl Desk {
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default, reason = "JavaScript has none")]
    pub fn new() -> Self {
        Desk {
            texts: vec![0; ROOM],
            lengths: vec![0; MANY],
            watchers: Vec::new(),
            events: Vec::new(),
            words: Vec::new(),
        }
    }

    pub fn texts(&mut self) -> *mut u8 {
        self.texts.as_mut_ptr()
    }

    pub fn lengths(&mut self) -> *mut u32 {
        self.lengths.as_mut_ptr()
    }

    pub fn words(&self) -> *const u32 {
        self.words.as_ptr()
    }
}

/// Which facts lie on the desk; their texts lie one behind the other, in this order.
#[derive(Clone, Copy)]
pub(crate) struct Told {
    /// Bits: the visitor's address, their email, and whether the chat may be monitored.
    pub(crate) facts: u32,
    pub(crate) operators: usize,
    pub(crate) joined: usize,
    pub(crate) departments: usize,
    pub(crate) attributes: usize,
}

const IP: u32 = 1;
const EMAIL: u32 = 2;
const ALLOWED: u32 = 4;

impl Desk {
    /// The chat that lies there, unless anything about it is not plain.
    pub(crate) fn chat(&self, told: Told) -> Option<Chat> {
        let mut texts = Texts { desk: self, at: 0, next: 0 };
        let mut chat = Chat::new(texts.parse()?).with_monitoring_allowed(told.facts & ALLOWED != 0);
        let mut visitor = Visitor::new();
        if told.facts & IP != 0 {
            let text = texts.next()?;
            let range: IpRange = text.parse().ok().filter(|_| !text.contains(['/', '／']))?;
            visitor = visitor.with_ip(range.first());
        }
        if told.facts & EMAIL != 0 {
            visitor = visitor.with_email(texts.parse()?);
        }
        chat = chat.with_visitor(visitor);
        for n in 0..told.operators + told.joined {
            let operator = texts.parse()?;
            if chat.attends(&operator) {
                return None;
            }
            chat = if n < told.operators { chat.attended_by(operator) } else { chat.joined_by(operator) };
        }
        if told.departments > 0 {
            let departments = (0..told.departments).map(|_| texts.parse()).collect::<Option<Vec<_>>>()?;
            chat = chat.with_departments(Departments::new(departments).ok()?);
        }
        if told.attributes > 0 {
            let attributes = (0..told.attributes).map(|_| Attribute::new(texts.next()?, texts.next()?).ok());
            chat = chat.with_attributes(Attributes::new(attributes.collect::<Option<Vec<_>>>()?).ok()?);
        }
        Some(chat)
    }

    /// The command on a chat whose ids lie there. `js/desk.js` has the same numbers.
    pub(crate) fn command(&self, act: u32) -> Option<Command> {
        let mut texts = Texts { desk: self, at: 0, next: 0 };
        let chat = texts.parse()?;
        Some(match act {
            0 => Command::EndChat { chat },
            1 => Command::Attend { chat, operator: texts.parse()? },
            2 => Command::Unattend { chat, operator: texts.parse()? },
            3 => Command::Leave { chat, operator: texts.parse()? },
            4 => Command::Join { chat, watcher: texts.parse()? },
            5 => Command::Advise { chat, watcher: texts.parse()? },
            6 => Command::Transfer { chat, from: texts.parse()?, to: texts.parse()?, departments: None },
            _ => return None,
        })
    }

    /// Keeps an answer, and says how many watchers it has.
    pub(crate) fn answer(&mut self, watchers: Vec<Watcher>) -> i32 {
        self.words.clear();
        for watcher in &watchers {
            point(&mut self.words, watcher.operator().as_str());
            point_all(&mut self.words, watcher.rules());
        }
        self.watchers = watchers;
        self.watchers.len() as i32
    }

    /// Keeps what has happened in a chat, and says how many events that is.
    pub(crate) fn tell(&mut self, events: Vec<Event>) -> i32 {
        let words = &mut self.words;
        words.clear();
        for event in &events {
            match event {
                Event::WatchStarted { chat: _, watcher, rules } => {
                    words.push(0);
                    point(words, watcher.as_str());
                    point_all(words, rules);
                }
                Event::WatchChanged { chat: _, watcher, rules } => {
                    words.push(1);
                    point(words, watcher.as_str());
                    point_all(words, rules);
                }
                Event::WatchEnded { chat: _, watcher, reason } => {
                    words.push(2);
                    point(words, watcher.as_str());
                    let (name, named) = reason_of(reason);
                    point(words, name);
                    point(words, named.unwrap_or_default());
                }
                Event::Joined { chat: _, operator } => {
                    words.push(3);
                    point(words, operator.as_str());
                }
                Event::Left { chat: _, operator, reason } => {
                    words.push(4);
                    point(words, operator.as_str());
                    point(
                        words,
                        match reason {
                            LeftReason::Asked => "asked",
                            LeftReason::NoRights => "no_rights",
                            LeftReason::Removed => "removed",
                        },
                    );
                }
                Event::Advised { chat: _, watcher, to } => {
                    words.push(5);
                    point(words, watcher.as_str());
                    point_all(words, to);
                }
            }
        }
        self.events = events;
        self.events.len() as i32
    }
}

/// A reason's name, and the id in it.
fn reason_of(reason: &EndReason) -> (&'static str, Option<&str>) {
    match reason {
        EndReason::ChatEnded => ("chat_ended", None),
        EndReason::Joined => ("joined", None),
        EndReason::RuleRemoved => ("rule_removed", None),
        EndReason::Disabled => ("disabled", None),
        EndReason::OutsideWindow => ("outside_window", None),
        EndReason::NoLongerMatches => ("no_longer_matches", None),
        EndReason::Forbidden => ("forbidden", None),
        EndReason::Excluded(exclusion) => ("excluded", Some(exclusion.as_str())),
        EndReason::Unattended => ("unattended", None),
        EndReason::NoRights => ("no_rights", None),
        EndReason::OwnChat => ("own_chat", None),
        EndReason::NotPermitted(operator) => ("not_permitted", Some(operator.as_str())),
        EndReason::OutOfScope => ("out_of_scope", None),
    }
}

/// Where a text lies, and how long it is.
fn point(words: &mut Vec<u32>, text: &str) {
    words.push(text.as_ptr() as u32);
    words.push(text.len() as u32);
}

/// How many there are, and where they lie.
fn point_all(words: &mut Vec<u32>, texts: &[impl AsRef<str>]) {
    words.push(texts.len() as u32);
    texts.iter().for_each(|text| point(words, text.as_ref()));
}

struct Texts<'a> {
    desk: &'a Desk,
    at: usize,
    next: usize,
}

impl<'a> Texts<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let end = self.at + *self.desk.lengths.get(self.next)? as usize;
        let text = std::str::from_utf8(self.desk.texts.get(self.at..end)?).ok()?;
        (self.at, self.next) = (end, self.next + 1);
        // What JavaScript's strings may hold and UTF-8 cannot has become this; the JSON of it is an error.
        (text.is_ascii() || !text.contains(char::REPLACEMENT_CHARACTER)).then_some(text)
    }

    fn parse<T: FromStr>(&mut self) -> Option<T> {
        self.next()?.parse().ok()
    }
}
