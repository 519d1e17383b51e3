//! Accounts and sessions, as they are kept.

use chat_monitor::{Command, OperatorId, Role};

use super::{Attempt, Office};
use crate::denial::Denial;
use crate::entry::Moment;
use crate::store::{Account, Action};

impl Office {
    /// Adds an account with a role.
    pub(crate) fn add_operator(&mut self, account: &Account, role: Role) -> Result<(), Denial> {
        self.apply(Command::SetOperator { id: account.operator.clone(), operator: role.into() })?;
        self.store.add_account(account)?;
        self.names.insert(account.operator.clone(), account.name.clone());
        Ok(())
    }

    pub(crate) fn set_password(&mut self, operator: &OperatorId, hash: &str) -> Result<(), Denial> {
        Ok(self.store.set_password(operator, hash)?)
    }

    /// Removes an account, its rules, and the sessions; chats that were given to it end.
    pub(crate) fn remove_operator(&mut self, operator: &OperatorId) -> Result<(), Denial> {
        let given = self.live.chats().filter(|chat| chat.operators().contains(operator));
        for chat in given.map(|chat| chat.id().clone()).collect::<Vec<_>>() {
            self.end_chat(&chat, None)?;
        }
        let events = self.apply(Command::RemoveOperator { operator: operator.clone() })?;
        self.tell_events(&events)?;
        Ok(self.store.remove_account(operator)?)
    }

    pub(crate) fn accounts(&self) -> Result<Vec<Account>, Denial> {
        Ok(self.store.accounts()?)
    }

    pub(crate) fn sessions(&self, now: Moment) -> Result<Vec<(Vec<u8>, OperatorId, Moment)>, Denial> {
        Ok(self.store.sessions(now)?)
    }

    pub(crate) fn sign_in(&mut self, operator: &OperatorId, token: &[u8], expires: Moment) -> Result<(), Denial> {
        self.store.add_session(token, operator, expires)?;
        self.audit(Attempt { operator, action: Action::SignedIn, chat: None }, String::new(), "")
    }

    pub(crate) fn sign_in_failed(&mut self, operator: &OperatorId) -> Result<(), Denial> {
        let attempt = Attempt { operator, action: Action::SignInFailed, chat: None };
        match self.audited(attempt, Err::<(), _>(Denial::NotAllowed)) {
            Err(Denial::Store(error)) => Err(Denial::Store(error)),
            _ => Ok(()),
        }
    }

    pub(crate) fn sign_out(&mut self, operator: &OperatorId, token: &[u8]) -> Result<(), Denial> {
        self.store.remove_session(token)?;
        self.audit(Attempt { operator, action: Action::SignedOut, chat: None }, String::new(), "")
    }

    /// The associates: they have the operators' parts in dialogues.
    pub(crate) fn associates(&self) -> Vec<OperatorId> {
        let operators = self.live.engine().operators().filter(|(_, known)| *known.role() == Role::Associate);
        operators.map(|(id, _)| id.clone()).collect()
    }

    /// Ends the chats that went on by themselves.
    pub(crate) fn end_demonstrations(&mut self) -> Result<(), Denial> {
        let played = self.chats.values().filter(|chat| chat.row.demonstration);
        for chat in played.map(|chat| chat.row.id.clone()).collect::<Vec<_>>() {
            self.end_chat(&chat, None)?;
        }
        Ok(())
    }

    /// Everyone whom a chat can be transferred to, with their names.
    pub(crate) fn colleagues(&self, operator: &OperatorId) -> Vec<(OperatorId, String)> {
        let others = self.live.engine().operators().map(|(id, _)| id).filter(|id| *id != operator);
        others.map(|id| (id.clone(), self.name(id).to_owned())).collect()
    }

    /// An operator's name, role, and whether they may monitor anybody.
    pub(crate) fn person(&self, operator: &OperatorId) -> Result<(String, Role, bool), Denial> {
        let role = self.role(operator).ok_or(Denial::NoSuchOperator)?;
        Ok((self.name(operator).to_owned(), role, self.may_monitor(operator)))
    }
}
