//! What the live monitor says has happened, and who may see it.

use alloc::vec::Vec;
use core::fmt;

use crate::id::{ChatId, ExclusionId, OperatorId, RuleId};
use crate::verdict::Verdict;
use crate::wire::wire;

wire! {
    /// Something that has happened. [`audience`](Event::audience) says who may see it.
    ///
    /// Exhaustive on purpose: a host that shows its people what happens learns of a new event when it builds.
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    #[allow(clippy::exhaustive_enums, reason = "said above")]
    #[allow(missing_docs, reason = "the fields are named after what they hold")]
    pub enum Event {
        /// The chat appears in the watcher's list.
        WatchStarted {
            chat: ChatId,
            watcher: OperatorId,
            /// By which rules, in rule order.
            rules: Vec<RuleId>,
        },
        /// The chat stays in the watcher's list, by other rules than before.
        WatchChanged {
            chat: ChatId,
            watcher: OperatorId,
            /// By which rules from now on, in rule order.
            rules: Vec<RuleId>,
        },
        /// The chat disappears from the watcher's list.
        WatchEnded {
            chat: ChatId,
            watcher: OperatorId,
            reason: EndReason,
        },
        /// An operator has entered the chat, seen by all.
        Joined {
            chat: ChatId,
            operator: OperatorId,
        },
        /// An operator who had joined has left the chat.
        Left {
            chat: ChatId,
            operator: OperatorId,
            /// Why; the people in the chat are not told.
            reason: LeftReason,
        },
        /// A watcher has said something to the attending operators.
        Advised {
            chat: ChatId,
            watcher: OperatorId,
            /// Everyone who attends and hears advice.
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

    /// The chat that the event is about.
    pub fn chat(&self) -> &ChatId {
        match self {
            Event::WatchStarted { chat, .. }
            | Event::WatchChanged { chat, .. }
            | Event::WatchEnded { chat, .. }
            | Event::Joined { chat, .. }
            | Event::Left { chat, .. }
            | Event::Advised { chat, .. } => chat,
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
///
/// Exhaustive on purpose: a host must know every audience to bring each event to its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "said above")]
#[allow(missing_docs, reason = "the fields are named after what they hold")]
pub enum Audience<'a> {
    /// This watcher alone.
    Watcher(&'a OperatorId),
    /// The watcher who advised and the attending operators who were advised; never the visitor.
    Advice { watcher: &'a OperatorId, to: &'a [OperatorId] },
    /// The visitor and the attending operators of this chat, by [`Event::for_participants`]; its watchers too.
    Everyone(&'a ChatId),
}

wire! {
    /// What the people in a chat see happen in it. It has no field that could tell of a watcher.
    ///
    /// Exhaustive, as [`Event`] is.
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    #[allow(clippy::exhaustive_enums, reason = "said above")]
    #[allow(missing_docs, reason = "the fields are named after what they hold")]
    pub enum ParticipantEvent {
        /// An operator has entered the chat.
        Joined {
            chat: ChatId,
            operator: OperatorId,
        },
        /// An operator who had joined has left the chat.
        Left {
            chat: ChatId,
            operator: OperatorId,
        },
    }
}

wire! {
    /// Why a watch has ended. Where several rules closed at once, the first in rule order says why.
    ///
    /// Exhaustive on purpose, as [`Verdict`] is.
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    #[allow(clippy::exhaustive_enums, reason = "said above")]
    pub enum EndReason {
        /// The chat is over.
        ChatEnded,
        /// The watcher has joined the chat.
        Joined,
        /// The rule was removed.
        RuleRemoved,
        /// The rule was switched off.
        Disabled,
        /// The rule's window does not hold any more.
        OutsideWindow,
        /// A criterion of `when` does not hold any more, or one of `unless` does now.
        NoLongerMatches,
        /// The chat may not be monitored any more.
        Forbidden,
        /// This exclusion holds now and binds the watcher.
        Excluded(ExclusionId),
        /// No operator attends the chat any more.
        Unattended,
        /// The watcher is unknown now, or their role may monitor nobody.
        NoRights,
        /// The chat was given to the watcher.
        OwnChat,
        /// The watcher may not monitor this operator, who attends the chat now.
        NotPermitted(OperatorId),
        /// The chat is outside what the watcher oversees now.
        OutOfScope,
    }
}

impl EndReason {
    /// The reason that lies in a verdict; none in one that grants.
    pub(super) fn of(verdict: Verdict) -> Option<Self> {
        match verdict {
            Verdict::Disabled => Some(EndReason::Disabled),
            Verdict::OutsideWindow => Some(EndReason::OutsideWindow),
            Verdict::NoMatch => Some(EndReason::NoLongerMatches),
            Verdict::Forbidden => Some(EndReason::Forbidden),
            Verdict::Excluded(exclusion) => Some(EndReason::Excluded(exclusion)),
            Verdict::Unattended => Some(EndReason::Unattended),
            Verdict::NoRights => Some(EndReason::NoRights),
            Verdict::OwnChat => Some(EndReason::OwnChat),
            Verdict::NotPermitted(operator) => Some(EndReason::NotPermitted(operator)),
            Verdict::OutOfScope => Some(EndReason::OutOfScope),
            Verdict::Granted => None,
        }
    }
}

/// In words, as an end of the sentence "the watch ended:".
impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EndReason::ChatEnded => f.write_str("the chat is over"),
            EndReason::Joined => f.write_str("the watcher has joined the chat"),
            EndReason::RuleRemoved => f.write_str("the rule was removed"),
            EndReason::Disabled => f.write_str("the rule was switched off"),
            EndReason::OutsideWindow => f.write_str("the rule does not count at this time"),
            EndReason::NoLongerMatches => f.write_str("the chat no longer meets the rule's criteria"),
            EndReason::Forbidden => f.write_str("the chat may no longer be monitored"),
            EndReason::Excluded(exclusion) => write!(f, "exclusion `{exclusion}` holds"),
            EndReason::Unattended => f.write_str("no operator attends the chat any more"),
            EndReason::NoRights => f.write_str("the watcher may no longer monitor anybody"),
            EndReason::OwnChat => f.write_str("the chat was given to the watcher"),
            EndReason::NotPermitted(operator) => write!(f, "the watcher may not monitor operator `{operator}`"),
            EndReason::OutOfScope => f.write_str("the chat is outside what the watcher oversees"),
        }
    }
}

wire! {
    /// Why an operator who had joined has left the chat.
    ///
    /// Exhaustive on purpose, as [`Event`] is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[allow(clippy::exhaustive_enums, reason = "said above")]
    pub enum LeftReason {
        /// They asked to leave.
        Asked,
        /// Their role may monitor nobody any more, or not join.
        NoRights,
        /// They are no longer an operator.
        Removed,
    }
}

impl fmt::Display for LeftReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LeftReason::Asked => "they asked to leave",
            LeftReason::NoRights => "their role may no longer join",
            LeftReason::Removed => "they are no longer an operator",
        })
    }
}
