//! People: their accounts, roles and departments, as administrators make and change them.

use std::collections::BTreeMap;

use chat_monitor::{Command, Operator, OperatorId, Role};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Attempt, Office};
use crate::changes;
use crate::denial::Denial;
use crate::entry::{Kind, now};
use crate::store::{Account, Action};

/// An account as its page lists it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonLine {
    #[schema(value_type = String)]
    id: OperatorId,
    name: String,
    #[schema(value_type = String)]
    role: Role,
    departments: Vec<String>,
    /// None where they oversee their own departments, with all rights.
    #[schema(value_type = Option<BTreeMap<String, Vec<String>>>)]
    oversees: Option<BTreeMap<String, Vec<&'static str>>>,
    enabled: bool,
    demonstration: bool,
    sessions: i64,
}

/// Asking.
impl Office {
    pub(crate) fn person_lines(&self) -> Result<Vec<PersonLine>, Denial> {
        let sessions: BTreeMap<_, _> = self.store.session_counts(now())?.into_iter().collect();
        let lines = self.store.accounts()?.into_iter().filter_map(|account| {
            let known = self.live.engine().operator(&account.operator).or_else(|| account.disabled.clone())?;
            let rights = |rights: chat_monitor::Rights| rights.iter().map(|right| right.as_str()).collect();
            Some(PersonLine {
                sessions: sessions.get(&account.operator).copied().unwrap_or_default(),
                id: account.operator,
                name: account.name,
                role: known.role().clone(),
                departments: known.departments().iter().map(ToString::to_string).collect(),
                oversees: known
                    .oversees()
                    .map(|overseen| overseen.iter().map(|(id, kept)| (id.to_string(), rights(kept))).collect()),
                enabled: account.disabled.is_none(),
                demonstration: account.demonstration,
            })
        });
        Ok(lines.collect())
    }

    pub(crate) fn accounts(&self) -> Result<Vec<Account>, Denial> {
        Ok(self.store.accounts()?)
    }

    pub(crate) fn account(&self, operator: &OperatorId) -> Result<Option<Account>, Denial> {
        Ok(self.store.account(operator)?)
    }

    /// Whether accounts of the demonstration can sign in.
    pub(crate) fn demonstrates(&self) -> Result<bool, Denial> {
        Ok(self.store.accounts()?.iter().any(|account| account.demonstration && account.disabled.is_none()))
    }

    /// Everyone whom a chat can be transferred to, with their names.
    pub(crate) fn colleagues(&self, operator: &OperatorId) -> Vec<(OperatorId, String)> {
        let others = self.live.engine().operators().map(|(id, _)| id).filter(|id| *id != operator);
        others.map(|id| (id.clone(), self.name(id).to_owned())).collect()
    }

    pub(crate) fn administrators(&self) -> Vec<OperatorId> {
        let operators = self.live.engine().operators().filter(|(_, known)| *known.role() == Role::Administrator);
        operators.map(|(id, _)| id.clone()).collect()
    }

    /// Everyone who can sign in, with their names.
    pub(crate) fn everybody(&self) -> Vec<(OperatorId, String)> {
        let known = self.live.engine().operators().map(|(id, _)| id);
        known.map(|id| (id.clone(), self.name(id).to_owned())).collect()
    }

    /// An operator's name, role, and whether they may monitor anybody.
    pub(crate) fn person(&self, operator: &OperatorId) -> Result<(String, Role, bool), Denial> {
        let role = self.role(operator).ok_or(Denial::NoSuchOperator)?;
        Ok((self.name(operator).to_owned(), role, self.may_monitor(operator)))
    }

    /// What the monitor knows of an account, or is to know when that is enabled again.
    fn known(&self, whom: &OperatorId) -> Result<Operator, Denial> {
        if let Some(known) = self.live.engine().operator(whom) {
            return Ok(known);
        }
        self.store.account(whom)?.and_then(|account| account.disabled).ok_or(Denial::NoSuchOperator)
    }

    /// Refuses what would leave the console without an administrator who can sign in. `after` is their role then.
    fn check_administrator_remains(&self, whom: &OperatorId, after: Option<&Role>) -> Result<(), Denial> {
        let mut known = self.live.engine().operators();
        let stays = after == Some(&Role::Administrator) || self.role(whom) != Some(Role::Administrator);
        if stays || known.any(|(id, operator)| id != whom && *operator.role() == Role::Administrator) {
            Ok(())
        } else {
            Err(Denial::LastAdministrator)
        }
    }
}

/// Changing.
impl Office {
    /// Adds an account with a role, for nobody in particular: the demonstration, or who has the file.
    pub(crate) fn add_operator(&mut self, account: &Account, operator: impl Into<Operator>) -> Result<(), Denial> {
        if self.names.contains_key(&account.operator) {
            return Err(Denial::IdTaken);
        }
        self.apply_to_people(Command::SetOperator { id: account.operator.clone(), operator: operator.into() })?;
        self.store.add_account(account)?;
        self.names.insert(account.operator.clone(), account.name.clone());
        Ok(())
    }

    pub(crate) fn add_person(&mut self, by: &OperatorId, account: &Account, operator: Operator) -> Result<(), Denial> {
        self.check_administrator(by)?;
        self.check_departments(&operator)?;
        let detail = changes::kept(&account.operator, &[], &[&operator]);
        self.add_operator(account, operator)?;
        self.audit(Attempt { operator: by, action: Action::AddedPerson, chat: None }, String::new(), &detail)
    }

    /// Gives somebody another name, role, or other departments. What follows for their watches follows at once.
    pub(crate) fn change_person(
        &mut self,
        by: &OperatorId,
        whom: &OperatorId,
        name: &str,
        after: Operator,
    ) -> Result<(), Denial> {
        self.check_administrator(by)?;
        let before = self.known(whom)?;
        self.check_departments(&after)?;
        self.check_administrator_remains(whom, Some(after.role()))?;
        let called = self.name(whom).to_owned();
        let (names, known) = ([&*called, name], [&before, &after]);
        let (renamed, changed) = (called != name, before != after);
        if !renamed && !changed {
            return Ok(());
        }
        let names = if renamed { &names[..] } else { &[] };
        let detail = changes::kept(whom, names, if changed { &known } else { &[] });
        if renamed {
            self.rename_person(whom, name)?;
        }
        if changed {
            if self.role(whom).is_some() {
                self.apply_to_people(Command::SetOperator { id: whom.clone(), operator: after })?;
            } else {
                self.check_role(after.role())?;
                self.store.set_disabled(whom, Some(&after))?;
            }
        }
        self.audit(Attempt { operator: by, action: Action::ChangedPerson, chat: None }, String::new(), &detail)
    }

    fn rename_person(&mut self, whom: &OperatorId, name: &str) -> Result<(), Denial> {
        self.store.set_name(whom, name)?;
        self.names.insert(whom.clone(), name.to_owned());
        let attended = self.live.chats().filter(|chat| chat.attends(whom)).map(|chat| chat.id().clone());
        for chat in attended.collect::<Vec<_>>() {
            self.tell_names(&chat);
        }
        Ok(())
    }

    /// A new password ends all sessions of the account but the one that is to go on.
    pub(crate) fn new_password(
        &mut self,
        by: &OperatorId,
        whom: &OperatorId,
        hash: &str,
        kept: &[u8],
    ) -> Result<(), Denial> {
        self.check_administrator(by)?;
        self.known(whom)?;
        self.store.set_password(whom, hash)?;
        self.store.remove_sessions(whom, kept)?;
        let attempt = Attempt { operator: by, action: Action::NewPassword, chat: None };
        self.audit(attempt, String::new(), whom.as_str())
    }

    pub(crate) fn sign_out_everywhere(&mut self, by: &OperatorId, whom: &OperatorId) -> Result<(), Denial> {
        self.check_administrator(by)?;
        self.known(whom)?;
        self.store.remove_sessions(whom, &[])?;
        let attempt = Attempt { operator: by, action: Action::SignedOutEverywhere, chat: None };
        self.audit(attempt, String::new(), whom.as_str())
    }

    /// Nobody by this account can sign in, is signed in, or is known to the monitor: whom that does not know, has no
    /// rights. Their rules stay, and so does what they were, so that it can be enabled again. Chats that they answered
    /// wait again.
    pub(crate) fn disable(&mut self, by: &OperatorId, whom: &OperatorId) -> Result<(), Denial> {
        self.check_administrator(by)?;
        let known = self.known(whom)?;
        self.role(whom).ok_or(Denial::IsDisabled)?;
        self.check_administrator_remains(whom, None)?;
        let given = self.live.chats().filter(|chat| chat.operators().contains(whom)).map(|chat| chat.id().clone());
        for chat in given.collect::<Vec<_>>() {
            let before = self.live.participant_view(&chat);
            let events = self.apply(Command::Unattend { chat: chat.clone(), operator: whom.clone() })?;
            let entry = self.add_entry(&chat, Kind::Left, Some(whom), "")?;
            self.tell_change(&chat, before, Some(&entry), &events)?;
        }
        self.apply_to_people(Command::RemoveOperator { operator: whom.clone() })?;
        self.store.set_disabled(whom, Some(&known))?;
        self.store.remove_sessions(whom, &[])?;
        let attempt = Attempt { operator: by, action: Action::DisabledPerson, chat: None };
        self.audit(attempt, String::new(), whom.as_str())
    }

    pub(crate) fn enable(&mut self, by: &OperatorId, whom: &OperatorId) -> Result<(), Denial> {
        self.check_administrator(by)?;
        let known = self.known(whom)?;
        if self.role(whom).is_some() {
            return Err(Denial::IsEnabled);
        }
        self.apply_to_people(Command::SetOperator { id: whom.clone(), operator: known })?;
        self.store.set_disabled(whom, None)?;
        let attempt = Attempt { operator: by, action: Action::EnabledPerson, chat: None };
        self.audit(attempt, String::new(), whom.as_str())
    }

    /// The demonstration's accounts get new passwords without anybody's asking in the pages.
    pub(crate) fn set_password(&mut self, operator: &OperatorId, hash: &str) -> Result<(), Denial> {
        Ok(self.store.set_password(operator, hash)?)
    }

    /// Removes an account, its rules, and the sessions; chats that were given to it end.
    pub(crate) fn remove_operator(&mut self, operator: &OperatorId) -> Result<(), Denial> {
        let given = self.live.chats().filter(|chat| chat.operators().contains(operator));
        for chat in given.map(|chat| chat.id().clone()).collect::<Vec<_>>() {
            self.end_chat(&chat, None)?;
        }
        // Whoever gets the id later is somebody else.
        let rules = self.live.engine().rules_of(operator).map(|rule| rule.id().clone());
        for rule in rules.collect::<Vec<_>>() {
            let events = self.apply(Command::RemoveRule { rule })?;
            self.tell_events(&events)?;
        }
        if self.role(operator).is_some() {
            self.apply_to_people(Command::RemoveOperator { operator: operator.clone() })?;
        }
        self.names.remove(operator);
        self.remove_keys_of(operator)?;
        self.remove_agents_of(operator)?;
        Ok(self.store.remove_account(operator)?)
    }
}
