//! What one rule says of one chat.

use core::fmt;

use crate::id::{ExclusionId, OperatorId};
use crate::wire::wire;

wire! {
    /// What one rule says of one chat, with the reason: the first closed gate, in this order.
    ///
    /// Exhaustive on purpose: a new gate stops the build of every host that tells its people why.
    #[doc(alias = "decision")]
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    #[allow(clippy::exhaustive_enums, reason = "said above")]
    pub enum Verdict {
        /// Gate 1: the rule is switched off.
        Disabled,
        /// Gate 2: the rule's window does not hold now, or no time was told.
        OutsideWindow,
        /// Gate 3: a criterion of `when` does not hold, or one of `unless` does.
        NoMatch,
        /// Gate 4: the chat may not be monitored at all ([`Chat::monitoring_allowed`](crate::Chat::monitoring_allowed)).
        Forbidden,
        /// Gate 5: this exclusion holds and binds the watcher, the first one in the order in which they were added.
        Excluded(ExclusionId),
        /// Gate 6: no operator attends the chat ([`Policy::watch_unattended`](crate::Policy::watch_unattended),
        /// [`RoleRow::unattended`](crate::RoleRow::unattended)).
        Unattended,
        /// Gate 7: the watcher is unknown, or their role may monitor nobody.
        NoRights,
        /// Gate 8: the watcher attends the chat.
        OwnChat,
        /// Gate 9: the watcher may not monitor this operator, who attends the chat: the first one, those to whom
        /// the chat was given before those who joined. An operator unknown to the engine may be monitored by nobody.
        NotPermitted(OperatorId),
        /// Gate 10: the chat lies outside what the watcher oversees with the right to watch.
        OutOfScope,
        /// Every gate is open: the watcher may watch.
        Granted,
    }
}

impl Verdict {
    pub(crate) fn is_granted(&self) -> bool {
        *self == Verdict::Granted
    }
}

/// In words, as an end of the sentence "the rule says:".
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Disabled => f.write_str("the rule is switched off"),
            Verdict::OutsideWindow => f.write_str("the rule does not count at this time"),
            Verdict::NoMatch => f.write_str("the chat does not meet its criteria"),
            Verdict::Forbidden => f.write_str("the chat may not be monitored"),
            Verdict::Excluded(exclusion) => write!(f, "exclusion `{exclusion}` holds"),
            Verdict::Unattended => f.write_str("no operator attends the chat"),
            Verdict::NoRights => f.write_str("the watcher may not monitor anybody"),
            Verdict::OwnChat => f.write_str("the watcher attends the chat"),
            Verdict::NotPermitted(operator) => write!(f, "the watcher may not monitor operator `{operator}`"),
            Verdict::OutOfScope => f.write_str("the chat is outside what the watcher oversees"),
            Verdict::Granted => f.write_str("granted"),
        }
    }
}
