//! Messages within one process.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::mpsc;

use super::Address;

/// Who listens where.
#[derive(Debug, Default)]
pub(super) struct Switchboard(Mutex<BTreeMap<Address, Vec<mpsc::UnboundedSender<Vec<u8>>>>>);

impl Switchboard {
    pub(super) fn send(&self, to: &Address, message: &[u8]) {
        let mut listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listeners) = listeners.get_mut(to) {
            listeners.retain(|listener| listener.send(message.to_vec()).is_ok());
        }
    }

    pub(super) fn listen(&self, at: Address) -> mpsc::UnboundedReceiver<Vec<u8>> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(at).or_default().push(sender);
        receiver
    }
}
