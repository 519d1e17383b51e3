//! Why a change of the engine was refused. Nothing has changed then.

use core::fmt;

use crate::id::{ExclusionId, OperatorId, RuleId};
use crate::role::Role;
use crate::wire::wire;

wire! {
    /// Why a rule was not added. Nothing has changed then.
    ///
    /// Exhaustive on purpose: a new reason stops the build of every host that tells its people why.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
    #[allow(clippy::exhaustive_enums, reason = "said above")]
    pub enum AddRuleRefusal {
        /// There is a rule with this id.
        #[error("rule `{0}` exists already")]
        DuplicateRule(RuleId),
        /// The watcher is not a known operator.
        #[error("watcher `{0}` is not a known operator")]
        UnknownWatcher(OperatorId),
        /// The watcher's role may monitor nobody.
        #[error("watcher `{0}` may not monitor anybody")]
        NoRights(OperatorId),
        /// A criterion names the watcher: nobody watches their own chats.
        #[error("watcher `{0}` cannot watch their own chats")]
        OwnChats(OperatorId),
        /// A criterion names an operator who is not known.
        #[error("operator `{0}` is not known")]
        UnknownOperator(OperatorId),
        /// A criterion names an operator that the watcher may not monitor.
        #[error("operator `{0}` may not be monitored by this watcher")]
        NotPermitted(OperatorId),
    }
}

impl AddRuleRefusal {
    /// A stable word for programs: the key under which the refusal stands on the wire.
    ///
    /// ```
    /// use chat_monitor::AddRuleRefusal;
    ///
    /// assert_eq!(AddRuleRefusal::NoRights("ken".parse()?).code(), "no_rights");
    /// # Ok::<(), chat_monitor::ParseIdError>(())
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            AddRuleRefusal::DuplicateRule(_) => "duplicate_rule",
            AddRuleRefusal::UnknownWatcher(_) => "unknown_watcher",
            AddRuleRefusal::NoRights(_) => "no_rights",
            AddRuleRefusal::OwnChats(_) => "own_chats",
            AddRuleRefusal::UnknownOperator(_) => "unknown_operator",
            AddRuleRefusal::NotPermitted(_) => "not_permitted",
        }
    }
}

wire! {
    /// Why an exclusion was not added. Nothing has changed then.
    ///
    /// Exhaustive on purpose: a new reason stops the build of every host that tells its people why.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
    #[allow(clippy::exhaustive_enums, reason = "said above")]
    pub enum AddExclusionRefusal {
        /// There is an exclusion with this id.
        #[error("exclusion `{0}` exists already")]
        DuplicateExclusion(ExclusionId),
        /// It names a role for which the policy has no row.
        #[error("role `{0}` has no row in the policy")]
        UnknownRole(Role),
    }
}

impl AddExclusionRefusal {
    /// A stable word for programs: the key under which the refusal stands on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            AddExclusionRefusal::DuplicateExclusion(_) => "duplicate_exclusion",
            AddExclusionRefusal::UnknownRole(_) => "unknown_role",
        }
    }
}

/// A refusal for one reason: on the wire an object with its code as the only key, such as `{"unknown_rule": "r1"}`.
macro_rules! refusal {
    ($(#[$meta:meta])* $name:ident($type:ty), $code:literal, $text:literal) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[allow(clippy::exhaustive_structs, reason = "what it names is all that there is to it")]
        pub struct $name(
            /// What was named.
            pub $type,
        );

        impl $name {
            /// A stable word for programs: the key under which the refusal stands on the wire.
            pub fn code(&self) -> &'static str {
                $code
            }
        }

        // By hand: early releases of thiserror do not find a field from a text that a macro hands on.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, $text, self.0)
            }
        }

        impl core::error::Error for $name {}

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map([(self.code(), &self.0)])
            }
        }
    };
}

refusal! {
    /// There is a rule with this id already.
    DuplicateRule(RuleId), "duplicate_rule", "rule `{0}` exists already"
}

refusal! {
    /// There is no rule with this id.
    UnknownRule(RuleId), "unknown_rule", "rule `{0}` is not known"
}

refusal! {
    /// There is no operator with this id.
    UnknownOperator(OperatorId), "unknown_operator", "operator `{0}` is not known"
}

refusal! {
    /// There is no exclusion with this id.
    UnknownExclusion(ExclusionId), "unknown_exclusion", "exclusion `{0}` is not known"
}

refusal! {
    /// The policy has no row for this role.
    UnknownRole(Role), "unknown_role", "role `{0}` has no row in the policy"
}

refusal! {
    /// An operator has this role, or an exclusion names it, and the policy would have no row for it.
    RoleInUse(Role), "role_in_use", "role `{0}` is in use"
}

refusal! {
    /// A later time, this one, was told before: milliseconds since 1970.
    TimeGoesBack(u64), "time_goes_back", "the time goes back: {0} was told before"
}

impl From<DuplicateRule> for AddRuleRefusal {
    fn from(DuplicateRule(rule): DuplicateRule) -> Self {
        AddRuleRefusal::DuplicateRule(rule)
    }
}
