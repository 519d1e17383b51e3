//! Commands less what they say of something.

use chat_monitor::{
    Attributes, Chat, Command, Criterion, Departments, Operator, Permissions, Policy, Rights, Role, RoleRow, Rule,
    Within,
};

use super::live_words::{is_hidden, with_operator};

/// Less all that nobody in a chat may notice: rules, exclusions, windows, times, departments, attributes, rights and
/// advice. None where nothing is left.
pub(super) fn without_hidden(command: Command) -> Option<Command> {
    if is_hidden(&command) {
        return None;
    }
    Some(match command {
        Command::SetPolicy(policy) => {
            Command::SetPolicy(with_each_row(policy, |row| row.with_rights(Rights::ALL).with_within(Within::Anywhere)))
        }
        Command::SetOperator { id, operator } => {
            Command::SetOperator { id, operator: Operator::new(operator.role().clone()) }
        }
        Command::StartChat(chat) => Command::StartChat(without_what_was_told(chat)),
        Command::Transfer { chat, from, to, departments: _ } => Command::Transfer { chat, from, to, departments: None },
        other => other,
    })
}

/// Less departments, attributes, named roles, `unless`, exclusions, samples and windows. None where nothing is left.
pub(super) fn without_what_is_new(command: Command) -> Option<Command> {
    match command {
        Command::SetRuleWindow { .. }
        | Command::AddExclusion(_)
        | Command::RemoveExclusion { .. }
        | Command::SetTime { .. }
        | Command::SetDepartments { .. }
        | Command::SetAttributes { .. } => None,
        Command::SetPolicy(policy) => {
            let rows = policy.permissions().rows().filter(|(role, _)| is_built_in(role));
            let old = |row: &RoleRow| RoleRow::new(row.monitors().filter(|role| is_built_in(role)).cloned());
            let rows: Vec<_> = rows.map(|(role, row)| (role.clone(), old(row))).collect();
            Permissions::none().with_rows(rows).ok().map(|rows| Command::SetPolicy(policy.with_permissions(rows)))
        }
        Command::SetOperator { id, operator } => {
            let role = if is_built_in(operator.role()) { operator.role().clone() } else { Role::Supervisor };
            Some(Command::SetOperator { id, operator: role.into() })
        }
        Command::AddRule(rule) => {
            let is_old = |criterion: &&Criterion| {
                matches!(criterion, Criterion::Operator(_) | Criterion::VisitorIp(_) | Criterion::VisitorEmail(_))
            };
            let when = rule.when().iter().filter(is_old).cloned();
            let old = Rule::all(rule.id().clone(), rule.watcher().clone(), when)
                .unwrap_or_else(|_| Rule::new(rule.id().clone(), rule.watcher().clone(), with_operator("ken")));
            Some(Command::AddRule(old.with_enabled(rule.enabled())))
        }
        other => without_hidden_of_chats(other),
    }
}

fn without_hidden_of_chats(command: Command) -> Option<Command> {
    if is_hidden(&command) { Some(command) } else { without_hidden(command) }
}

fn without_what_was_told(chat: Chat) -> Chat {
    chat.with_departments(Departments::default()).with_attributes(Attributes::default())
}

fn with_each_row(policy: Policy, change: impl Fn(RoleRow) -> RoleRow) -> Policy {
    let permissions = policy.permissions().clone();
    let rows: Vec<_> = permissions.rows().map(|(role, row)| (role.clone(), change(row.clone()))).collect();
    policy.with_permissions(permissions.with_rows(rows).expect("the same roles"))
}

fn is_built_in(role: &Role) -> bool {
    match role {
        Role::Administrator | Role::Supervisor | Role::Associate => true,
        Role::Named(_) => false,
    }
}
