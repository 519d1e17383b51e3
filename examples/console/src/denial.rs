//! Why something was not done.

use chat_monitor::Refusal;

/// Why something was not done. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Denial {
    /// The monitor refused the command.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// There is no such chat for whoever asked: it does not exist, or is none of theirs. Both get the same answer.
    #[error("there is no such chat")]
    NoSuchChat,
    /// The chat is over.
    #[error("the chat is over")]
    Over,
    /// The chat waits for nobody: somebody has it, it is over, or there is none.
    #[error("the chat does not wait")]
    PickedUp,
    /// There is no such rule among those that this operator may change.
    #[error("there is no such rule")]
    NoSuchRule,
    /// No hook has this number.
    #[error("there is no such hook")]
    NoSuchHook,
    /// No key has this number.
    #[error("there is no such key")]
    NoSuchKey,
    /// The chat is answered in another system.
    #[error("the chat is answered in another system")]
    Elsewhere,
    /// No account has this id.
    #[error("there is no such operator")]
    NoSuchOperator,
    /// There is no such exclusion.
    #[error("there is no such exclusion")]
    NoSuchExclusion,
    /// A rule, or an exclusion, of no criterion.
    #[error("there is no criterion")]
    NoCriterion,
    /// Whoever the rule is for may monitor nobody.
    #[error("the watcher's role may not monitor anybody")]
    WatcherMayNotMonitor,
    /// The operator's role does not allow it.
    #[error("your role does not allow this")]
    NotAllowed,
    /// A setting is out of its bounds.
    #[error("the number is out of its bounds")]
    OutOfBounds,
    /// Without this administrator there would be none.
    #[error("nobody else is an administrator")]
    LastAdministrator,
    /// Another account has this id.
    #[error("the id is taken")]
    IdTaken,
    /// The account is disabled already.
    #[error("the account is disabled")]
    IsDisabled,
    /// The account is enabled already.
    #[error("the account is enabled")]
    IsEnabled,
    /// A disabled account, whom the monitor does not know, has this role.
    #[error("the role is in use")]
    RoleInUse,
    /// No department has this id.
    #[error("there is no such department")]
    NoSuchDepartment,
    /// Somebody belongs to it, oversees it, or asks for it.
    #[error("the department is in use")]
    DepartmentInUse,
    /// The password is none of this account, or there is no such account.
    #[error("the password is wrong")]
    WrongPassword,
    /// More is said in the chat than there is room for.
    #[error("the chat is too long")]
    ChatFull,
    /// As many chats are live from this address as may be.
    #[error("too many chats are live from there")]
    TooManyChats,
    /// The watcher has as many rules as may be.
    #[error("too many rules")]
    TooManyRules,
    /// Too often in too short a time.
    #[error("too many requests")]
    TooMany,
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] rusqlite::Error),
    /// The program is about to end.
    #[error("the console works no more")]
    Closed,
}

impl Denial {
    /// A stable word for programs, and the key of its text.
    pub(crate) fn key(&self) -> &'static str {
        match self {
            Denial::Refused(refusal) => match refusal.code() {
                "unknown_chat" => "no_such_chat",
                "unknown_rule" => "no_such_rule",
                "unknown_operator" | "add_rule.unknown_operator" => "no_such_operator",
                "add_rule.unknown_watcher" | "add_rule.no_rights" => "no_rights",
                "add_rule.own_chats" => "own_chats",
                "add_rule.not_permitted" => "not_permitted",
                // No page asks for what else can be refused.
                code => {
                    if crate::texts::has(code) {
                        code
                    } else {
                        "refused"
                    }
                }
            },
            Denial::NoSuchChat => "no_such_chat",
            Denial::Over => "over",
            Denial::PickedUp => "was_picked_up",
            Denial::NoSuchRule => "no_such_rule",
            Denial::NoSuchHook => "no_such_hook",
            Denial::Elsewhere => "elsewhere",
            Denial::NoSuchKey => "no_such_key",
            Denial::NoSuchOperator => "no_such_operator",
            Denial::NoSuchExclusion => "no_such_exclusion",
            Denial::NoCriterion => "no_criterion",
            Denial::WatcherMayNotMonitor => "watcher_may_not_monitor",
            Denial::NotAllowed => "not_allowed",
            Denial::OutOfBounds => "out_of_bounds",
            Denial::LastAdministrator => "last_administrator",
            Denial::IdTaken => "id_taken",
            Denial::IsDisabled => "is_disabled",
            Denial::IsEnabled => "is_enabled",
            Denial::RoleInUse => "role_in_use",
            Denial::NoSuchDepartment => "no_such_department",
            Denial::DepartmentInUse => "department_in_use",
            Denial::WrongPassword => "detail_wrong_password",
            Denial::ChatFull => "chat_full",
            Denial::TooManyChats => "too_many_chats",
            Denial::TooManyRules => "too_many_rules",
            Denial::TooMany => "too_many",
            Denial::Store(_) | Denial::Closed => "failed",
        }
    }

    /// The refusal's own code, for programs; where nothing was refused by the monitor, the same word as for people.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Denial::Refused(refusal) => refusal.code(),
            other => other.key(),
        }
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> u16 {
        match self.key() {
            "no_such_chat" | "no_such_rule" | "no_such_department" | "no_such_exclusion" | "no_such_hook"
            | "no_such_key" => 404,
            "not_allowed"
            | "detail_wrong_password"
            | "not_watching"
            | "may_not_advise"
            | "may_not_join"
            | "no_rights"
            | "not_permitted"
            | "own_chats" => 403,
            "no_such_operator" | "unknown_role" | "out_of_bounds" | "no_criterion" | "watcher_may_not_monitor" => 422,
            "too_many" | "too_many_chats" => 429,
            "failed" => 503,
            _ => 409,
        }
    }
}
