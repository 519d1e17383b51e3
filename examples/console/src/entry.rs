//! What is said and what happens in a chat, as it is stored and shown.

use serde::{Deserialize, Serialize};

use chat_monitor::OperatorId;
use utoipa::ToSchema;

/// A moment, in milliseconds since 1970.
pub(crate) type Moment = i64;

/// Now, by the machine's clock.
pub(crate) fn now() -> Moment {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Moment::try_from(since.as_millis()).unwrap_or(Moment::MAX)
}

/// What an entry of the chat itself tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Said,
    PickedUp,
    Transferred,
    Joined,
    Left,
    Ended,
    /// The chat has ended by itself: its visitor had gone.
    Gone,
}

impl Kind {
    pub(crate) const ALL: [Kind; 7] =
        [Kind::Said, Kind::PickedUp, Kind::Transferred, Kind::Joined, Kind::Left, Kind::Ended, Kind::Gone];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Kind::Said => "said",
            Kind::PickedUp => "picked_up",
            Kind::Transferred => "transferred",
            Kind::Joined => "joined",
            Kind::Left => "left",
            Kind::Ended => "ended",
            Kind::Gone => "gone",
        }
    }
}

/// One entry of the chat itself: everyone in it sees it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Counted within the public channel of this chat, so that advice leaves no gap.
    pub(crate) n: i64,
    pub(crate) at: Moment,
    pub(crate) kind: Kind,
    /// The operator who did it; none where the visitor did.
    pub(crate) operator: Option<OperatorId>,
    pub(crate) name: String,
    pub(crate) text: String,
}

/// An entry as the visitor sees it. Operators have names here, and no ids: people sign in by these.
#[derive(Debug, Serialize)]
pub(crate) struct ForVisitor<'a> {
    n: i64,
    at: Moment,
    kind: Kind,
    by_visitor: bool,
    name: &'a str,
    text: &'a str,
}

/// An entry as operators see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ForOperator<'a> {
    n: i64,
    at: Moment,
    kind: Kind,
    #[schema(value_type = Option<String>)]
    operator: Option<&'a OperatorId>,
    name: &'a str,
    text: &'a str,
}

impl Entry {
    pub(crate) fn for_visitor(&self) -> ForVisitor<'_> {
        let Entry { n, at, kind, operator, name, text } = self;
        ForVisitor { n: *n, at: *at, kind: *kind, by_visitor: operator.is_none(), name, text }
    }

    pub(crate) fn for_operator(&self) -> ForOperator<'_> {
        let Entry { n, at, kind, operator, name, text } = self;
        ForOperator { n: *n, at: *at, kind: *kind, operator: operator.as_ref(), name, text }
    }
}

/// One entry of the internal channel, as one of those whom it was brought to sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct InternalEntry {
    /// Counted among what was brought to this operator in this chat: what was not, leaves no gap.
    pub(crate) n: i64,
    pub(crate) at: Moment,
    #[schema(value_type = String)]
    pub(crate) operator: OperatorId,
    pub(crate) name: String,
    /// Whether it is advice, or one of the attending operators wrote it.
    pub(crate) advice: bool,
    pub(crate) text: String,
    /// Advice given to this operator, who has not seen it yet.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) unread: bool,
    /// Who has seen the advice that this operator gave. Nobody else is told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) read: Vec<Reading>,
}

/// That somebody has seen a piece of advice.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct Reading {
    pub(crate) name: String,
    pub(crate) at: Moment,
}

/// A hand that is up: an operator asks those who watch for help.
#[derive(Clone, Debug)]
pub(crate) struct Hand {
    pub(crate) operator: OperatorId,
    pub(crate) since: Moment,
}
