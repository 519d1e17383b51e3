//! Looks at chats, so that each is written down once. A page whose connection comes and goes is one look, and so is a page
//! that asks for what was said earlier.
//!
//! A look goes on for as long as a page of the session has the chat open, and a little longer; by other rules, it is
//! another one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chat_monitor::ChatId;

/// How long after the last page a look can be gone on with.
const PAUSE: Duration = Duration::from_secs(60);

/// How many are kept before those that are over are forgotten.
const MANY: usize = 1000;

/// A session's token, and what it looks at.
type Key = (Vec<u8>, ChatId);

/// The looks that go on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Looks(Arc<Mutex<HashMap<Key, State>>>);

#[derive(Debug)]
struct State {
    pages: usize,
    /// When there was a page last.
    seen: Instant,
    /// What is written down of it.
    written: Option<String>,
}

/// A page with the chat open.
#[derive(Debug)]
pub(crate) struct Look {
    looks: Looks,
    key: Key,
}

impl Looks {
    pub(crate) fn begin(&self, session: &[u8], chat: &ChatId) -> Look {
        self.begin_at(session, chat, Instant::now())
    }

    fn begin_at(&self, session: &[u8], chat: &ChatId, now: Instant) -> Look {
        let key = (session.to_vec(), chat.clone());
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if looks.len() > MANY {
            looks.retain(|_, state| !state.is_over(now));
        }
        let state = looks.entry(key.clone()).or_insert(State { pages: 0, seen: now, written: None });
        if state.is_over(now) {
            state.written = None;
        }
        state.pages += 1;
        drop(looks);
        Look { looks: self.clone(), key }
    }
}

impl State {
    fn is_over(&self, now: Instant) -> bool {
        self.pages == 0 && now.saturating_duration_since(self.seen) > PAUSE
    }
}

impl Look {
    /// Notes what is to be written down of it, and says whether that is new.
    pub(crate) fn is_new(&self, line: &str) -> bool {
        let mut looks = self.looks.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(state) = looks.get_mut(&self.key) else { return true };
        let new = state.written.as_deref() != Some(line);
        if new {
            state.written = Some(line.to_owned());
        }
        new
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        let mut looks = self.looks.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(state) = looks.get_mut(&self.key) {
            state.pages -= 1;
            state.seen = Instant::now();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that finds something missing has failed")]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_new_once_while_it_goes_on_and_again_when_it_is_over() {
        let (looks, chat, now) = (Looks::default(), "c-1".parse().unwrap(), Instant::now());
        let first = looks.begin_at(b"a", &chat, now);
        assert!(first.is_new("by rule 1"));
        assert!(!first.is_new("by rule 1"));
        // In another tab, by a connection that comes again, however long the first page stays.
        assert!(!looks.begin_at(b"a", &chat, now + 100 * PAUSE).is_new("by rule 1"));
        drop(first);
        assert!(!looks.begin_at(b"a", &chat, now + PAUSE / 2).is_new("by rule 1"));
        // Another session, other rules, or too late.
        assert!(looks.begin_at(b"b", &chat, now).is_new("by rule 1"));
        assert!(looks.begin_at(b"a", &chat, now).is_new("by rule 2"));
        assert!(looks.begin_at(b"a", &chat, Instant::now() + 2 * PAUSE).is_new("by rule 2"));
    }

    #[test]
    fn looks_that_are_over_are_forgotten() {
        let (looks, now) = (Looks::default(), Instant::now());
        for n in 0..=MANY {
            drop(looks.begin_at(b"a", &format!("c-{n}").parse().unwrap(), now));
        }
        let held = looks.begin_at(b"a", &"c-0".parse().unwrap(), now);
        drop(looks.begin_at(b"a", &"later".parse().unwrap(), Instant::now() + 2 * PAUSE));
        assert_eq!(looks.0.lock().unwrap().len(), 2);
        drop(held);
    }
}
