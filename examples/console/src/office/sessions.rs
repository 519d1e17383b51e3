//! Sessions, as they are kept.

use chat_monitor::OperatorId;

use super::{Attempt, Office};
use crate::denial::Denial;
use crate::entry::Moment;
use crate::store::Action;

impl Office {
    pub(crate) fn sessions(&self, now: Moment) -> Result<Vec<(Vec<u8>, OperatorId, Moment)>, Denial> {
        Ok(self.store.sessions(now)?)
    }

    /// Keeps a session, if the password that was right is that of the account still. It was checked aside, and that took
    /// a while.
    pub(crate) fn sign_in(
        &mut self,
        operator: &OperatorId,
        hash: &str,
        token: &[u8],
        expires: Moment,
    ) -> Result<(), Denial> {
        let account = self.store.account(operator)?;
        if !account.is_some_and(|account| account.disabled.is_none() && account.password == hash) {
            return Err(Denial::NotAllowed);
        }
        self.store.add_session(token, operator, expires)?;
        self.audit(Attempt { operator, action: Action::SignedIn, chat: None }, String::new(), "")
    }

    pub(crate) fn sign_in_failed(&mut self, operator: &OperatorId) -> Result<(), Denial> {
        let attempt = Attempt { operator, action: Action::SignInFailed, chat: None };
        match self.audited(attempt, Err::<(), _>(Denial::WrongPassword)) {
            Err(Denial::Store(error)) => Err(Denial::Store(error)),
            _ => Ok(()),
        }
    }

    pub(crate) fn sign_out(&mut self, operator: &OperatorId, token: &[u8]) -> Result<(), Denial> {
        self.store.remove_session(token)?;
        self.audit(Attempt { operator, action: Action::SignedOut, chat: None }, String::new(), "")
    }
}
