//! What can be asked of the live monitor.

use crate::chat::{Chat, Visitor};
use crate::id::{ChatId, OperatorId, RuleId};
use crate::role::{Policy, Role};
use crate::rule::Rule;
use crate::wire::wire;

wire! {
    /// A wish to change the state of a [`LiveMonitor`](crate::LiveMonitor). There is no other way to change it.
    ///
    /// ```
    /// # #[cfg(feature = "serde")] {
    /// use chat_monitor::Command;
    ///
    /// let transfer: Command = serde_json::from_str(r#"{"transfer": {"chat": "c9", "from": "ken", "to": "aya"}}"#)?;
    /// assert!(matches!(transfer, Command::Transfer { .. }));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Command {
        /// Replaces the policy.
        SetPolicy(Policy),
        /// Adds an operator, or changes their role. A joined operator whose new role may monitor nobody is put out.
        SetOperator {
            /// Who.
            operator: OperatorId,
            /// Their role from now on.
            role: Role,
        },
        /// Removes an operator, and puts them out of every chat that they joined. Chats that were given to them keep
        /// them, as somebody unknown whom nobody may monitor.
        RemoveOperator {
            /// Who.
            operator: OperatorId,
        },
        /// Adds a rule, as the last in rule order.
        AddRule(Rule),
        /// Switches a rule on or off.
        SetRuleEnabled {
            /// Which rule.
            rule: RuleId,
            /// Whether it is on from now on.
            enabled: bool,
        },
        /// Removes a rule.
        RemoveRule {
            /// Which rule.
            rule: RuleId,
        },
        /// A chat begins. Nobody can have joined it yet.
        StartChat(Chat),
        /// The visitor's email or address was learned, or has changed.
        SetVisitor {
            /// Which chat.
            chat: ChatId,
            /// All that is known of the visitor now.
            visitor: Visitor,
        },
        /// The chat is given to one operator more.
        Attend {
            /// Which chat.
            chat: ChatId,
            /// To whom.
            operator: OperatorId,
        },
        /// An operator whom the chat was given to leaves it.
        Unattend {
            /// Which chat.
            chat: ChatId,
            /// Who.
            operator: OperatorId,
        },
        /// The chat goes from one operator to another in one step, so that there is no moment between.
        Transfer {
            /// Which chat.
            chat: ChatId,
            /// Who gives it: one whom it was given to.
            from: OperatorId,
            /// Who takes it, in the other's place.
            to: OperatorId,
        },
        /// The host's word on whether the chat may be monitored at all: consent, law.
        SetMonitoringAllowed {
            /// Which chat.
            chat: ChatId,
            /// Whether it may be from now on.
            allowed: bool,
        },
        /// The chat is over.
        EndChat {
            /// Which chat.
            chat: ChatId,
        },
        /// A watcher enters the chat, seen by all.
        #[doc(alias = "barge")]
        Join {
            /// Which chat.
            chat: ChatId,
            /// Who: they must watch it at this moment.
            watcher: OperatorId,
        },
        /// An operator who joined the chat goes back to silence.
        Leave {
            /// Which chat.
            chat: ChatId,
            /// Who.
            operator: OperatorId,
        },
        /// A watcher says something to the attending operators alone.
        #[doc(alias = "whisper")]
        #[doc(alias = "coach")]
        Advise {
            /// Which chat.
            chat: ChatId,
            /// Who: they must watch it at this moment.
            watcher: OperatorId,
        },
    }
}
