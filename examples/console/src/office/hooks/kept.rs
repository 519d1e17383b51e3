//! What bodies have told, as it is kept, and how long.

use super::Office;
use crate::denial::Denial;
use crate::entry::{Moment, now};
use crate::store;

/// How long it is known that a chat has ended: longer than vendors try to deliver what came before.
const REMEMBERED: Moment = 7 * 24 * 60 * 60 * 1000;

impl Office {
    /// Saves what bodies have told, of which there is much or the program ends.
    pub(in crate::office) fn save_hooks(&mut self) -> Result<(), Denial> {
        let hooks: Vec<_> = self.hooks.known.keys().copied().collect();
        hooks.into_iter().try_for_each(|hook| self.save_hook_if_due(hook, 1))
    }

    /// Saves it without what bodies have told of visitors whose chats are over.
    pub(in crate::office) fn forget_hooks_visitors(&mut self) -> Result<(), Denial> {
        for known in self.hooks.known.values_mut() {
            known.desk.forget_visitors();
            known.unsaved += 1;
        }
        self.save_hooks()
    }

    pub(in crate::office) fn save_hook_if_due(&mut self, hook: i64, bodies: usize) -> Result<(), Denial> {
        let Some(known) = self.hooks.known.get_mut(&hook).filter(|known| known.unsaved >= bodies) else {
            return Ok(());
        };
        known.desk.forget(store::time(now() - REMEMBERED));
        // Texts, numbers, and lists and pairs of them.
        let Ok(saved) = serde_json::to_string(&known.desk) else { return Ok(()) };
        known.unsaved = 0;
        Ok(self.store.save_hook(hook, &saved)?)
    }
}
