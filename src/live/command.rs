//! What can be asked of the live monitor.

use crate::attribute::Attributes;
use crate::chat::{Chat, Visitor};
use crate::department::Departments;
use crate::exclusion::Exclusion;
use crate::id::{ChatId, ExclusionId, OperatorId, RuleId};
use crate::operator::Operator;
use crate::policy::Policy;
use crate::rule::Rule;
use crate::window::Window;
use crate::wire::wire;

wire! {
    /// A wish to change the state of a [`LiveMonitor`](crate::LiveMonitor). There is no other way to change it.
    ///
    /// Exhaustive on purpose: a host that decides who may send which command learns of a new one when it builds.
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
    #[allow(clippy::exhaustive_enums, reason = "said above")]
    #[allow(missing_docs, reason = "the fields are named after what they hold")]
    pub enum Command {
        /// Replaces the policy. Joined operators whose role may monitor nobody any more, or not join, are put out.
        SetPolicy(Policy),
        /// Adds an operator, or replaces what is known of one. A joined operator whose new role may monitor nobody, or not
        /// join, is put out.
        #[cfg_attr(feature = "serde", serde(with = "crate::operator::form"))]
        SetOperator { id: OperatorId, operator: Operator },
        /// Removes an operator, and puts them out of every chat that they joined. Chats that were given to them keep
        /// them, as somebody unknown whom nobody may monitor.
        RemoveOperator { operator: OperatorId },
        /// Adds a rule, as the last in rule order.
        AddRule(Rule),
        /// Switches a rule on or off.
        SetRuleEnabled { rule: RuleId, enabled: bool },
        /// Sets when a rule counts; always where that is none.
        SetRuleWindow {
            rule: RuleId,
            // Must be written, so that nobody takes a window away by leaving it out.
            #[cfg_attr(feature = "serde", serde(deserialize_with = "form::window"))]
            window: Option<Window>,
        },
        /// Removes a rule.
        RemoveRule { rule: RuleId },
        /// Adds an exclusion, as the last in their order.
        AddExclusion(Exclusion),
        /// Removes an exclusion.
        RemoveExclusion { exclusion: ExclusionId },
        /// The time, in milliseconds since 1970-01-01T00:00:00Z: 0 to 2^53 − 1, and what is later is taken, and written, as
        /// that. It never goes back.
        SetTime {
            #[cfg_attr(feature = "serde", serde(serialize_with = "form::write_instant", deserialize_with = "form::instant"))]
            now: u64,
        },
        /// A chat begins. Nobody can have joined it yet.
        StartChat(Chat),
        /// The visitor's email or address was learned, or has changed: all that is known of them now.
        SetVisitor { chat: ChatId, visitor: Visitor },
        /// The chat is given to one operator more.
        Attend { chat: ChatId, operator: OperatorId },
        /// An operator to whom the chat was given leaves it.
        Unattend { chat: ChatId, operator: OperatorId },
        /// The chat goes from one operator to another in one step, so that there is no moment between.
        Transfer {
            chat: ChatId,
            /// One to whom it was given.
            from: OperatorId,
            /// Who takes their place.
            to: OperatorId,
            /// The departments that the chat belongs to from then on; as before where that is none. So there is no moment
            /// in which those who oversee the old department see the new operator.
            #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
            departments: Option<Departments>,
        },
        /// The departments that the chat belongs to, and no others.
        SetDepartments { chat: ChatId, departments: Departments },
        /// The attributes of the chat, and no others.
        SetAttributes { chat: ChatId, attributes: Attributes },
        /// The host's word on whether the chat may be monitored at all: consent, law.
        SetMonitoringAllowed { chat: ChatId, allowed: bool },
        /// The chat is over.
        EndChat { chat: ChatId },
        /// A watcher enters the chat, seen by all. They must watch it at that moment, with the right to join.
        #[doc(alias = "barge")]
        Join { chat: ChatId, watcher: OperatorId },
        /// An operator who joined the chat goes back to silence.
        Leave { chat: ChatId, operator: OperatorId },
        /// A watcher says something to the attending operators alone. They must watch the chat at that moment, with the right
        /// to advise.
        #[doc(alias = "whisper")]
        #[doc(alias = "coach")]
        Advise { chat: ChatId, watcher: OperatorId },
    }
}

impl Command {
    /// The chat that the command is about; none for those on operators, rules, exclusions, the policy and the time.
    ///
    /// A host that spreads its chats over machines sends these to all of them, and the others where the chat is.
    pub fn chat(&self) -> Option<&ChatId> {
        match self {
            Command::StartChat(chat) => Some(chat.id()),
            Command::SetVisitor { chat, .. }
            | Command::Attend { chat, .. }
            | Command::Unattend { chat, .. }
            | Command::Transfer { chat, .. }
            | Command::SetDepartments { chat, .. }
            | Command::SetAttributes { chat, .. }
            | Command::SetMonitoringAllowed { chat, .. }
            | Command::EndChat { chat }
            | Command::Join { chat, .. }
            | Command::Leave { chat, .. }
            | Command::Advise { chat, .. } => Some(chat),
            Command::SetPolicy(_)
            | Command::SetOperator { .. }
            | Command::RemoveOperator { .. }
            | Command::AddRule(_)
            | Command::SetRuleEnabled { .. }
            | Command::SetRuleWindow { .. }
            | Command::RemoveRule { .. }
            | Command::AddExclusion(_)
            | Command::RemoveExclusion { .. }
            | Command::SetTime { .. } => None,
        }
    }
}

#[cfg(feature = "serde")]
mod form {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::window::{InvalidWindow, LAST_INSTANT, Window};

    /// A window or `null`, but not nothing.
    pub(super) fn window<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Window>, D::Error> {
        Option::deserialize(deserializer)
    }

    /// As it is taken.
    pub(super) fn write_instant<S: Serializer>(instant: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64((*instant).min(LAST_INSTANT))
    }

    pub(super) fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let instant = u64::deserialize(deserializer)?;
        if instant > LAST_INSTANT { Err(D::Error::custom(InvalidWindow::BeyondLast)) } else { Ok(instant) }
    }
}
