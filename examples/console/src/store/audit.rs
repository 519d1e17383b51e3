//! Who watched, advised and joined which chat, when, by which rule; and what was refused.

use chat_monitor::{ChatId, OperatorId};
use rusqlite::{Row, params};

use super::Store;
use crate::entry::Moment;

/// What somebody did, or tried to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    SignedIn,
    SignInFailed,
    SignedOut,
    AddedRule,
    EnabledRule,
    DisabledRule,
    RemovedRule,
    WatchStarted,
    WatchChanged,
    WatchEnded,
    Opened,
    Advised,
    Joined,
    Left,
    OpenedSettings,
    OpenedAudit,
    AddedPerson,
    ChangedPerson,
    NewPassword,
    DisabledPerson,
    EnabledPerson,
    SignedOutEverywhere,
    ChangedPolicy,
    AddedDepartment,
    RenamedDepartment,
    RemovedDepartment,
    AllowedMonitoring,
    ForbadeMonitoring,
    EndedChat,
    ReassignedChat,
    SetDepartments,
    ChangedSettings,
    OpenedPeople,
    OpenedRoles,
    OpenedDepartments,
    OpenedChats,
    OpenedRetention,
    AddedRuleFor,
    ReplacedRule,
    NotedRule,
    PreviewedRule,
    AskedWhy,
    AddedExclusion,
    RemovedExclusion,
}

impl Action {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Action::SignedIn => "signed_in",
            Action::SignInFailed => "sign_in_failed",
            Action::SignedOut => "signed_out",
            Action::AddedRule => "added_rule",
            Action::EnabledRule => "enabled_rule",
            Action::DisabledRule => "disabled_rule",
            Action::RemovedRule => "removed_rule",
            Action::WatchStarted => "watch_started",
            Action::WatchChanged => "watch_changed",
            Action::WatchEnded => "watch_ended",
            Action::Opened => "opened",
            Action::Advised => "advised",
            Action::Joined => "joined",
            Action::Left => "left",
            Action::OpenedSettings => "opened_settings",
            Action::OpenedAudit => "opened_audit",
            Action::AddedPerson => "added_person",
            Action::ChangedPerson => "changed_person",
            Action::NewPassword => "new_password",
            Action::DisabledPerson => "disabled_person",
            Action::EnabledPerson => "enabled_person",
            Action::SignedOutEverywhere => "signed_out_everywhere",
            Action::ChangedPolicy => "changed_policy",
            Action::AddedDepartment => "added_department",
            Action::RenamedDepartment => "renamed_department",
            Action::RemovedDepartment => "removed_department",
            Action::AllowedMonitoring => "allowed_monitoring",
            Action::ForbadeMonitoring => "forbade_monitoring",
            Action::EndedChat => "ended_chat",
            Action::ReassignedChat => "reassigned_chat",
            Action::SetDepartments => "set_departments",
            Action::ChangedSettings => "changed_settings",
            Action::OpenedPeople => "opened_people",
            Action::OpenedRoles => "opened_roles",
            Action::OpenedDepartments => "opened_departments",
            Action::OpenedChats => "opened_chats",
            Action::OpenedRetention => "opened_retention",
            Action::AddedRuleFor => "added_rule_for",
            Action::ReplacedRule => "replaced_rule",
            Action::NotedRule => "noted_rule",
            Action::PreviewedRule => "previewed_rule",
            Action::AskedWhy => "asked_why",
            Action::AddedExclusion => "added_exclusion",
            Action::RemovedExclusion => "removed_exclusion",
        }
    }
}

/// A line to be written.
#[derive(Debug)]
pub(crate) struct NewAuditLine<'a> {
    pub(crate) at: Moment,
    pub(crate) operator: &'a OperatorId,
    pub(crate) action: Action,
    pub(crate) chat: Option<&'a ChatId>,
    /// The rules, as they read then.
    pub(crate) rules: String,
    /// A reason's key, or what was refused.
    pub(crate) detail: String,
    pub(crate) refused: bool,
}

/// A line as it was written.
#[derive(Debug)]
pub(crate) struct AuditLine {
    pub(crate) id: i64,
    pub(crate) at: Moment,
    pub(crate) operator: String,
    pub(crate) action: String,
    pub(crate) chat: Option<String>,
    pub(crate) rules: String,
    pub(crate) detail: String,
    pub(crate) refused: bool,
}

impl Store {
    pub(crate) fn add_audit(&self, line: &NewAuditLine<'_>) -> rusqlite::Result<()> {
        let NewAuditLine { at, operator, action, chat, rules, detail, refused } = line;
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO audit (at, operator, action, chat, rules, detail, refused) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let chat = chat.map(ChatId::as_str);
        insert.execute(params![at, operator.as_str(), action.as_str(), chat, rules, detail, refused])?;
        Ok(())
    }
}

pub(super) fn read_audit(row: &Row<'_>) -> rusqlite::Result<AuditLine> {
    Ok(AuditLine {
        id: row.get(0)?,
        at: row.get(1)?,
        operator: row.get(2)?,
        action: row.get(3)?,
        chat: row.get(4)?,
        rules: row.get(5)?,
        detail: row.get(6)?,
        refused: row.get(7)?,
    })
}
