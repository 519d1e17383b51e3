//! Why a command was refused.

use crate::engine::{
    AddExclusionRefusal, AddRuleRefusal, RoleInUse, TimeGoesBack, UnknownExclusion, UnknownOperator, UnknownRole,
    UnknownRule,
};
use crate::id::{ChatId, ExclusionId, OperatorId, RuleId};
use crate::role::Role;
use crate::wire::wire;

wire! {
    /// Why a [`Command`](crate::Command) was refused. Nothing has changed then.
    ///
    /// What is refused of those who are in a chat never depends on who watches it. Exhaustive on purpose: a new reason
    /// stops the build of every host that tells its people why.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
    #[allow(clippy::exhaustive_enums, reason = "said above")]
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
        /// This operator watches the chat without the right to advise.
        #[error("operator `{0}` may not advise in the chat")]
        MayNotAdvise(OperatorId),
        /// This operator watches the chat without the right to join.
        #[error("operator `{0}` may not join the chat")]
        MayNotJoin(OperatorId),
        /// This operator has not joined the chat.
        #[error("operator `{0}` has not joined the chat")]
        NotJoined(OperatorId),
        /// Nobody attends the chat who hears advice.
        #[error("nobody who attends chat `{0}` hears advice")]
        NobodyAttends(ChatId),
        /// No rule has this id.
        #[error("rule `{0}` is not known")]
        UnknownRule(RuleId),
        /// No operator has this id.
        #[error("operator `{0}` is not known")]
        UnknownOperator(OperatorId),
        /// The policy has no row for this role.
        #[error("role `{0}` has no row in the policy")]
        UnknownRole(Role),
        /// An operator has this role, or an exclusion names it, and the policy would have no row for it.
        #[error("role `{0}` is in use")]
        RoleInUse(Role),
        /// There is an exclusion with this id.
        #[error("exclusion `{0}` exists already")]
        DuplicateExclusion(ExclusionId),
        /// No exclusion has this id.
        #[error("exclusion `{0}` is not known")]
        UnknownExclusion(ExclusionId),
        /// A later time, this one, was told before: milliseconds since 1970.
        #[error("the time goes back: {0} was told before")]
        TimeGoesBack(u64),
        /// The rule cannot be added.
        #[error(transparent)]
        AddRule(AddRuleRefusal),
    }
}

impl Refusal {
    /// A stable word for programs: the key under which the refusal stands on the wire. One of a rule has the key of its
    /// reason behind a dot.
    ///
    /// ```
    /// use chat_monitor::{AddRuleRefusal, Refusal};
    ///
    /// assert_eq!(Refusal::NotWatching("hana".parse()?).code(), "not_watching");
    /// assert_eq!(Refusal::AddRule(AddRuleRefusal::OwnChats("hana".parse()?)).code(), "add_rule.own_chats");
    /// # Ok::<(), chat_monitor::ParseIdError>(())
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::UnknownChat(_) => "unknown_chat",
            Refusal::ChatIsLive(_) => "chat_is_live",
            Refusal::StartsWithJoined(_) => "starts_with_joined",
            Refusal::AlreadyGiven(_) => "already_given",
            Refusal::NotGiven(_) => "not_given",
            Refusal::NotWatching(_) => "not_watching",
            Refusal::MayNotAdvise(_) => "may_not_advise",
            Refusal::MayNotJoin(_) => "may_not_join",
            Refusal::NotJoined(_) => "not_joined",
            Refusal::NobodyAttends(_) => "nobody_attends",
            Refusal::UnknownRule(_) => "unknown_rule",
            Refusal::UnknownOperator(_) => "unknown_operator",
            Refusal::UnknownRole(_) => "unknown_role",
            Refusal::RoleInUse(_) => "role_in_use",
            Refusal::DuplicateExclusion(_) => "duplicate_exclusion",
            Refusal::UnknownExclusion(_) => "unknown_exclusion",
            Refusal::TimeGoesBack(_) => "time_goes_back",
            Refusal::AddRule(refusal) => match refusal {
                AddRuleRefusal::DuplicateRule(_) => "add_rule.duplicate_rule",
                AddRuleRefusal::UnknownWatcher(_) => "add_rule.unknown_watcher",
                AddRuleRefusal::NoRights(_) => "add_rule.no_rights",
                AddRuleRefusal::OwnChats(_) => "add_rule.own_chats",
                AddRuleRefusal::UnknownOperator(_) => "add_rule.unknown_operator",
                AddRuleRefusal::NotPermitted(_) => "add_rule.not_permitted",
            },
        }
    }
}

impl From<AddRuleRefusal> for Refusal {
    fn from(refusal: AddRuleRefusal) -> Self {
        Refusal::AddRule(refusal)
    }
}

impl From<AddExclusionRefusal> for Refusal {
    fn from(refusal: AddExclusionRefusal) -> Self {
        match refusal {
            AddExclusionRefusal::DuplicateExclusion(exclusion) => Refusal::DuplicateExclusion(exclusion),
            AddExclusionRefusal::UnknownRole(role) => Refusal::UnknownRole(role),
        }
    }
}

macro_rules! from_engine {
    ($($name:ident)*) => {$(
        impl From<$name> for Refusal {
            fn from($name(named): $name) -> Self {
                Refusal::$name(named)
            }
        }
    )*};
}

from_engine!(RoleInUse TimeGoesBack UnknownExclusion UnknownOperator UnknownRole UnknownRule);
