//! What goes out to whom. What visitors and operators get has no field that could tell of a watcher.

use std::borrow::Cow;

use chat_monitor::{ChatId, Criterion, DepartmentId, EndReason, OperatorId, RuleId, Window};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::WindowForm;
use crate::criterion::share_text;
use crate::entry::{ForOperator, ForVisitor, InternalEntry, Moment, Reading};
use crate::line::Written;
use crate::store::ChatRow;

/// What a visitor is told. What was said before is added to the snapshot where that is read.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ToVisitor<'a> {
    Snapshot { name: &'a str, email: Option<&'a str>, live: bool, operators: Vec<&'a str> },
    Entry { entry: ForVisitor<'a> },
    Operators { operators: Vec<&'a str> },
    Email { email: &'a str },
}

/// What an operator is told of the chats that wait and of those that they attend. What was said before is added to a
/// snapshot where that is read.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ToOperator<'a> {
    Snapshot {
        waiting: Vec<WaitingChat<'a>>,
        chats: Vec<DeskChat<'a>>,
    },
    Waiting {
        chat: WaitingChat<'a>,
    },
    NoLongerWaiting {
        chat: &'a ChatId,
    },
    Opened {
        chat: serde_json::Value,
    },
    Closed {
        chat: &'a ChatId,
    },
    Entry {
        chat: &'a ChatId,
        entry: ForOperator<'a>,
    },
    Internal {
        chat: &'a ChatId,
        entry: &'a InternalEntry,
    },
    People {
        chat: &'a ChatId,
        people: People<'a>,
    },
    Visitor {
        chat: &'a ChatId,
        visitor: VisitorCard<'a>,
    },
    /// Advice that one has seen, in another tab perhaps.
    Seen {
        chat: &'a ChatId,
        n: i64,
    },
    /// One's own hand.
    Hand {
        chat: &'a ChatId,
        hand: Option<Moment>,
    },
}

/// What a watcher is told of their list. Entries go out as [`ToOperator`] has them.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ToWatcher<'a> {
    Snapshot { chats: Vec<Written<'a>> },
    Line { line: &'a Written<'a> },
    Ended { chat: &'a ChatId, reason: &'static str },
}

/// What the pages of an operator hear who could read a chat.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ToReader<'a> {
    /// The first thing to hear, after every break too.
    Here,
    /// Nobody can read it any more, and nothing of it is to stay on a screen.
    Deleted { chat: &'a str },
}

/// What a watcher is told of the chat that they have opened. Entries, people and what is known of the visitor go out as
/// [`ToOperator`] has them. Whoever has joined is told of no hand: they are in the chat.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ToOpened<'a> {
    Snapshot {
        joined: bool,
        rules: Vec<RuleText>,
        hand: Option<Moment>,
        chat: OpenChat<'a>,
    },
    Standing {
        joined: bool,
        rules: Vec<RuleText>,
        hand: Option<Moment>,
    },
    /// Somebody has seen the advice that is the watcher's entry `n`.
    Read {
        n: i64,
        reading: Reading,
    },
    Ended {
        reason: &'static str,
    },
}

/// A chat that no operator has picked up.
#[derive(Debug, Serialize)]
pub(crate) struct WaitingChat<'a> {
    pub(crate) chat: &'a ChatId,
    pub(crate) visitor: VisitorCard<'a>,
    /// What the visitor said first.
    pub(crate) first: Option<&'a str>,
}

/// A chat, but for what was said in it.
#[derive(Debug, Serialize)]
pub(crate) struct OpenChat<'a> {
    pub(crate) chat: &'a ChatId,
    pub(crate) visitor: VisitorCard<'a>,
    pub(crate) people: People<'a>,
}

/// A chat on the desk of one who attends it.
#[derive(Debug, Serialize)]
pub(crate) struct DeskChat<'a> {
    #[serde(flatten)]
    pub(crate) chat: OpenChat<'a>,
    /// Since when their own hand is up in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hand: Option<Moment>,
}

/// What operators know of a visitor.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitorCard<'a> {
    pub(crate) name: &'a str,
    pub(crate) email: Option<&'a str>,
    pub(crate) ip: Option<String>,
    pub(crate) started: Moment,
    pub(crate) demonstration: bool,
    /// The system in which the chat is answered, if not here.
    pub(crate) vendor: Option<&'a str>,
    /// Since when no page of the chat is open, where that is so.
    pub(crate) gone: Option<Moment>,
}

impl<'a> VisitorCard<'a> {
    pub(crate) fn of(row: &'a ChatRow, gone: Option<Moment>) -> Self {
        VisitorCard {
            name: &row.visitor,
            email: row.email.as_ref().map(|email| email.as_str()),
            ip: row.ip.map(|ip| ip.to_string()),
            started: row.started,
            demonstration: row.demonstration,
            vendor: row.source.as_ref().map(|source| &*source.vendor),
            gone,
        }
    }
}

/// The operators in a chat.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct People<'a> {
    pub(crate) operators: Vec<Person<'a>>,
    pub(crate) joined: Vec<Person<'a>>,
}

#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Person<'a> {
    #[schema(value_type = String)]
    pub(crate) id: &'a OperatorId,
    pub(crate) name: &'a str,
}

/// What those hear who have the rules before them. What has changed they ask for.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ToRules<'a> {
    /// With the rules of theirs that were deleted by somebody else, as far as they have not said that they know.
    Snapshot { gone: &'a [GoneRule] },
    /// One of the rules that they see, or what it has done.
    Changed,
    /// One of their rules was deleted by somebody else.
    Removed { rule: &'a RuleId, by: &'a str },
}

/// A rule that somebody else deleted.
#[derive(Debug, Serialize)]
pub(crate) struct GoneRule {
    pub(crate) by: String,
    /// None where what it said has been erased.
    pub(crate) rule: Option<RuleText>,
}

/// A rule as people read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct RuleText {
    pub(crate) id: String,
    /// What its watcher calls it; nobody else than they and administrators are told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    pub(crate) when: Vec<CriterionText>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) unless: Vec<CriterionText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<WindowForm>)]
    pub(crate) window: Option<Window>,
}

/// A criterion as people read it: its kind is the key of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct CriterionText {
    #[schema(value_type = String)]
    pub(crate) kind: Cow<'static, str>,
    pub(crate) value: String,
}

impl CriterionText {
    /// As it is written, people and departments by their ids.
    pub(crate) fn plain(criterion: &Criterion) -> Self {
        CriterionText::of(criterion, ToString::to_string, ToString::to_string)
    }

    /// `name` and `department` say what an operator and a department are called.
    pub(crate) fn of(
        criterion: &Criterion,
        name: impl Fn(&OperatorId) -> String,
        department: impl Fn(&DepartmentId) -> String,
    ) -> Self {
        let value = match criterion {
            Criterion::Operator(operator) => name(operator),
            Criterion::VisitorIp(range) => range.to_string(),
            Criterion::VisitorEmail(pattern) => pattern.to_string(),
            Criterion::Department(id) | Criterion::OperatorIn(id) => department(id),
            Criterion::Attribute(attribute) => format!("{}: {}", attribute.name(), attribute.value()),
            // The salt is nobody's to read.
            Criterion::Sample(sample) => share_text(sample),
            _ => String::new(),
        };
        CriterionText { kind: kind_of(criterion).into(), value }
    }
}

/// The kind of a criterion: the key of a text.
pub(crate) fn kind_of(criterion: &Criterion) -> &'static str {
    match criterion {
        Criterion::Operator(_) => "operator",
        Criterion::VisitorIp(_) => "visitor_ip",
        Criterion::VisitorEmail(_) => "visitor_email",
        Criterion::Department(_) => "department",
        Criterion::OperatorIn(_) => "operator_in",
        Criterion::Attribute(_) => "attribute",
        Criterion::Sample(_) => "sample",
        // A kind that a later version of the crate adds and this program never makes.
        _ => "unknown_kind",
    }
}

/// The key of the text that says why a watch ended.
pub(crate) fn end_reason(reason: &EndReason) -> &'static str {
    match reason {
        EndReason::ChatEnded => "ended_chat_ended",
        EndReason::Joined => "ended_joined",
        EndReason::RuleRemoved => "ended_rule_removed",
        EndReason::Disabled => "ended_disabled",
        EndReason::OutsideWindow => "ended_outside_window",
        EndReason::NoLongerMatches => "ended_no_longer_matches",
        EndReason::Forbidden => "ended_forbidden",
        EndReason::Excluded(_) => "ended_excluded",
        EndReason::Unattended => "ended_unattended",
        EndReason::NoRights => "ended_no_rights",
        EndReason::OwnChat => "ended_own_chat",
        EndReason::NotPermitted(_) => "ended_not_permitted",
        EndReason::OutOfScope => "ended_out_of_scope",
    }
}
