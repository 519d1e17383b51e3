//! Who is signed in.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chat_monitor::OperatorId;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::entry::{Moment, now};

/// One of them, on one browser.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) operator: OperatorId,
    pub(super) expires: Moment,
    /// Cancelled when it ends before.
    pub(super) ended: CancellationToken,
    renewal: watch::Sender<()>,
}

impl Session {
    pub(super) fn new(operator: OperatorId, expires: Moment) -> Self {
        Session { operator, expires, ended: CancellationToken::new(), renewal: watch::Sender::new(()) }
    }

    pub(super) fn renewed(&self) -> watch::Receiver<()> {
        self.renewal.subscribe()
    }
}

/// All of them, by the digests of their tokens.
#[derive(Debug)]
pub(super) struct Sessions(Mutex<HashMap<Vec<u8>, Session>>);

impl Sessions {
    pub(super) fn of(kept: Vec<(Vec<u8>, OperatorId, Moment)>) -> Self {
        let sessions = kept.into_iter().map(|(token, operator, expires)| (token, Session::new(operator, expires)));
        Sessions(Mutex::new(sessions.collect()))
    }

    pub(super) fn get(&self, token: &[u8]) -> Option<Session> {
        self.lock().get(token).filter(|session| session.expires > now()).cloned()
    }

    pub(super) fn add(&self, token: Vec<u8>, session: Session) {
        let mut sessions = self.lock();
        sessions.retain(|_, session| session.expires > now());
        sessions.insert(token, session);
    }

    pub(super) fn remove(&self, token: &[u8]) {
        if let Some(session) = self.lock().remove(token) {
            session.ended.cancel();
        }
    }

    /// Ends all sessions of an operator but this one: every page of theirs leaves the screen.
    pub(super) fn end(&self, operator: &OperatorId, kept: &[u8]) {
        self.lock().retain(|token, session| {
            let stays = session.operator != *operator || token == kept;
            if !stays {
                session.ended.cancel();
            }
            stays
        });
    }

    /// Says to the open pages of these operators that they are to ask anew who they are and what they may do.
    pub(super) fn renew(&self, whom: impl Fn(&OperatorId) -> bool) {
        for session in self.lock().values().filter(|session| whom(&session.operator)) {
            session.renewal.send_replace(());
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Vec<u8>, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
