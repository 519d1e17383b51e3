//! What the live monitor says has happened, and who may see it.

use alloc::vec::Vec;

use crate::id::{ChatId, OperatorId, RuleId};
use crate::verdict::Verdict;
use crate::wire::wire;

wire! {
    /// Something that has happened. [`audience`](Event::audience) says who may see it.
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    pub enum Event {
        /// The chat appears in the watcher's list.
        WatchStarted {
            /// Which chat.
            chat: ChatId,
            /// Who watches it.
            watcher: OperatorId,
            /// By which rules, in rule order.
            rules: Vec<RuleId>,
        },
        /// The chat stays in the watcher's list, by other rules than before.
        WatchChanged {
            /// Which chat.
            chat: ChatId,
            /// Who watches it.
            watcher: OperatorId,
            /// By which rules from now on, in rule order.
            rules: Vec<RuleId>,
        },
        /// The chat disappears from the watcher's list.
        WatchEnded {
            /// Which chat.
            chat: ChatId,
            /// Who watched it.
            watcher: OperatorId,
            /// Why.
            reason: EndReason,
        },
        /// An operator has entered the chat, seen by all.
        Joined {
            /// Which chat.
            chat: ChatId,
            /// Who.
            operator: OperatorId,
        },
        /// An operator who had joined is in the chat no more.
        Left {
            /// Which chat.
            chat: ChatId,
            /// Who.
            operator: OperatorId,
            /// Why; the people in the chat are not told.
            reason: LeftReason,
        },
        /// A watcher has said something to the attending operators.
        Advised {
            /// In which chat.
            chat: ChatId,
            /// Who.
            watcher: OperatorId,
            /// To whom: everyone who attends.
            to: Vec<OperatorId>,
        },
    }
}

impl Event {
    /// Who may see the event, and nobody else.
    pub fn audience(&self) -> Audience<'_> {
        match self {
            Event::WatchStarted { watcher, .. }
            | Event::WatchChanged { watcher, .. }
            | Event::WatchEnded { watcher, .. } => Audience::Watcher(watcher),
            Event::Joined { chat, .. } | Event::Left { chat, .. } => Audience::Everyone(chat),
            Event::Advised { watcher, to, .. } => Audience::Advice { watcher, to },
        }
    }

    /// The event as the people in the chat may see it; none where it is not for all of them.
    pub fn for_participants(&self) -> Option<ParticipantEvent> {
        match self {
            Event::WatchStarted { .. }
            | Event::WatchChanged { .. }
            | Event::WatchEnded { .. }
            | Event::Advised { .. } => None,
            Event::Joined { chat, operator } => {
                Some(ParticipantEvent::Joined { chat: chat.clone(), operator: operator.clone() })
            }
            Event::Left { chat, operator, reason: _ } => {
                Some(ParticipantEvent::Left { chat: chat.clone(), operator: operator.clone() })
            }
        }
    }
}

/// Who may see an [`Event`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience<'a> {
    /// This watcher alone.
    Watcher(&'a OperatorId),
    /// The watcher who advised and the attending operators whom they advised; never the visitor.
    Advice {
        /// Who advised.
        watcher: &'a OperatorId,
        /// Whom.
        to: &'a [OperatorId],
    },
    /// The visitor and the attending operators of this chat, by [`Event::for_participants`]; its watchers too.
    Everyone(&'a ChatId),
}

wire! {
    /// What the people in a chat see happen in it. It has no field that could tell of a watcher.
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    pub enum ParticipantEvent {
        /// An operator has entered the chat.
        Joined {
            /// Which chat.
            chat: ChatId,
            /// Who.
            operator: OperatorId,
        },
        /// An operator who had joined is in the chat no more.
        Left {
            /// Which chat.
            chat: ChatId,
            /// Who.
            operator: OperatorId,
        },
    }
}

wire! {
    /// Why a watch has ended. Where several rules closed at once, the first in rule order says why.
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    pub enum EndReason {
        /// The chat is over.
        ChatEnded,
        /// The watcher has joined the chat.
        Joined,
        /// The rule was removed.
        RuleRemoved,
        /// The rule was switched off.
        Disabled,
        /// A criterion of the rule does not hold any more.
        NoLongerMatches,
        /// The chat may not be monitored any more.
        Forbidden,
        /// No operator attends the chat any more.
        Unattended,
        /// The watcher is unknown now, or their role may monitor nobody.
        NoRights,
        /// The chat was given to the watcher.
        OwnChat,
        /// The watcher may not monitor this operator, who attends the chat now.
        NotPermitted(OperatorId),
    }
}

impl EndReason {
    /// The reason that lies in a verdict; none in one that grants.
    pub(super) fn of(verdict: Verdict) -> Option<Self> {
        match verdict {
            Verdict::Disabled => Some(EndReason::Disabled),
            Verdict::NoMatch => Some(EndReason::NoLongerMatches),
            Verdict::Forbidden => Some(EndReason::Forbidden),
            Verdict::Unattended => Some(EndReason::Unattended),
            Verdict::NoRights => Some(EndReason::NoRights),
            Verdict::OwnChat => Some(EndReason::OwnChat),
            Verdict::NotPermitted(operator) => Some(EndReason::NotPermitted(operator)),
            Verdict::Granted => None,
        }
    }
}

wire! {
    /// Why an operator who had joined is in the chat no more.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum LeftReason {
        /// They asked to leave.
        Asked,
        /// Their role may monitor nobody any more.
        NoRights,
        /// They are an operator no more.
        Removed,
    }
}
