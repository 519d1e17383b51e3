//! What one rule says of one chat.

use crate::id::OperatorId;
use crate::wire::wire;

wire! {
    /// What one rule says of one chat, with the reason: the first closed gate, in this order.
    ///
    /// Exhaustive on purpose: a new gate stops the build of every host that tells its people why.
    #[doc(alias = "decision")]
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    pub enum Verdict {
        /// Gate 1: the rule is switched off.
        Disabled,
        /// Gate 2: a criterion does not hold.
        NoMatch,
        /// Gate 3: the chat may not be monitored at all ([`Chat::monitoring_allowed`](crate::Chat::monitoring_allowed)).
        Forbidden,
        /// Gate 4: no operator attends the chat ([`Policy::watch_unattended`](crate::Policy::watch_unattended)).
        Unattended,
        /// Gate 5: the watcher is unknown, or their role may monitor nobody.
        NoRights,
        /// Gate 6: the watcher attends the chat.
        OwnChat,
        /// Gate 7: the watcher may not monitor this operator, who attends the chat: the first one, those whom the
        /// chat was given to before those who joined. An operator unknown to the engine may be monitored by nobody.
        NotPermitted(OperatorId),
        /// Every gate is open: the watcher may watch.
        Granted,
    }
}
