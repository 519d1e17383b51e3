//! A line of a list of monitored chats. The office gathers what it is made of, which is quick; it is written elsewhere.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use chat_monitor::{Attributes, ChatId, OperatorId, RuleId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::entry::{Entry, Moment};
use crate::feeds::write;
use crate::office::DepartmentLine;
use crate::store::ChatRow;
use crate::view::{People, Person, RuleText, ToWatcher, VisitorCard};

/// How much of what was said last a list has, in characters.
const SHOWN: usize = 200;

/// What a line is made of, as it was at one moment.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) row: Arc<ChatRow>,
    /// Since when the visitor has been gone.
    pub(crate) gone: Option<Moment>,
    pub(crate) operators: Vec<(OperatorId, String)>,
    pub(crate) joined: Vec<(OperatorId, String)>,
    pub(crate) rules: Vec<RuleId>,
    pub(crate) departments: Vec<DepartmentLine>,
    pub(crate) attributes: Attributes,
    pub(crate) last: Option<Arc<LastSaid>>,
    pub(crate) waiting: Option<Moment>,
    /// Since when an operator asks for help.
    pub(crate) hand: Option<Moment>,
}

/// What was said last.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LastSaid {
    n: i64,
    at: Moment,
    #[schema(value_type = Option<String>)]
    operator: Option<OperatorId>,
    name: String,
    text: String,
}

impl From<Entry> for LastSaid {
    fn from(Entry { n, at, operator, name, text, .. }: Entry) -> Self {
        LastSaid { n, at, operator, name, text: text.chars().take(SHOWN).collect() }
    }
}

/// A line as it goes out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Written<'a> {
    #[schema(value_type = String)]
    chat: &'a ChatId,
    visitor: VisitorCard<'a>,
    people: People<'a>,
    rules: Vec<&'a RuleText>,
    departments: &'a [DepartmentLine],
    attributes: Vec<Named<'a>>,
    last: Option<&'a LastSaid>,
    waiting: Option<Moment>,
    hand: Option<Moment>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Named<'a> {
    name: &'a str,
    value: &'a str,
}

impl Line {
    /// With the rules as `texts` has them.
    pub(crate) fn written<'a>(&'a self, texts: &'a [RuleText]) -> Written<'a> {
        let ours = |text: &&RuleText| self.rules.iter().any(|rule| rule.as_str() == text.id);
        let persons = |known: &'a [(OperatorId, String)]| known.iter().map(|(id, name)| Person { id, name }).collect();
        Written {
            chat: &self.row.id,
            visitor: VisitorCard::of(&self.row, self.gone),
            people: People { operators: persons(&self.operators), joined: persons(&self.joined) },
            rules: texts.iter().filter(ours).collect(),
            departments: &self.departments,
            attributes: self.attributes.iter().map(|one| Named { name: one.name(), value: one.value() }).collect(),
            last: self.last.as_deref(),
            waiting: self.waiting,
            hand: self.hand,
        }
    }
}

/// What a list begins with.
pub(crate) fn write_list(lines: &[Line], texts: &[RuleText]) -> Utf8Bytes {
    write(&ToWatcher::Snapshot { chats: lines.iter().map(|line| line.written(texts)).collect() })
}
