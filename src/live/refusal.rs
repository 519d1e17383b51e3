//! Why a command was refused.

use crate::engine::{AddRuleRefusal, UnknownOperator, UnknownRule};
use crate::id::{ChatId, OperatorId, RuleId};
use crate::wire::wire;

wire! {
    /// Why a [`Command`](crate::Command) was refused. Nothing has changed then.
    ///
    /// What is refused of those who are in a chat never depends on who watches it. Exhaustive on purpose: a new reason
    /// stops the build of every host that tells its people why.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
    pub enum Refusal {
        /// No live chat has this id.
        #[error("chat `{0}` is not live")]
        UnknownChat(ChatId),
        /// A live chat has this id already.
        #[error("chat `{0}` is live already")]
        ChatIsLive(ChatId),
        /// A chat begins with an operator who has joined it; joining needs a watch, which needs a chat.
        #[error("operator `{0}` cannot have joined a chat before it starts")]
        StartsWithJoined(OperatorId),
        /// The chat was given to this operator already.
        #[error("the chat was given to operator `{0}` already")]
        AlreadyGiven(OperatorId),
        /// The chat was not given to this operator.
        #[error("the chat was not given to operator `{0}`")]
        NotGiven(OperatorId),
        /// This operator does not watch the chat.
        #[error("operator `{0}` does not watch the chat")]
        NotWatching(OperatorId),
        /// This operator has not joined the chat.
        #[error("operator `{0}` has not joined the chat")]
        NotJoined(OperatorId),
        /// Nobody attends the chat who could be advised.
        #[error("nobody attends chat `{0}`")]
        NobodyAttends(ChatId),
        /// No rule has this id.
        #[error("rule `{0}` is not known")]
        UnknownRule(RuleId),
        /// No operator has this id.
        #[error("operator `{0}` is not known")]
        UnknownOperator(OperatorId),
        /// The rule cannot be added.
        #[error(transparent)]
        AddRule(AddRuleRefusal),
    }
}

impl From<AddRuleRefusal> for Refusal {
    fn from(refusal: AddRuleRefusal) -> Self {
        Refusal::AddRule(refusal)
    }
}

impl From<UnknownRule> for Refusal {
    fn from(UnknownRule(rule): UnknownRule) -> Self {
        Refusal::UnknownRule(rule)
    }
}

impl From<UnknownOperator> for Refusal {
    fn from(UnknownOperator(operator): UnknownOperator) -> Self {
        Refusal::UnknownOperator(operator)
    }
}
