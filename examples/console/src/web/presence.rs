//! Who is there: has a page open, whichever. A page of chats that one watches counts like any other, so nobody can tell by
//! this who watches.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chat_monitor::OperatorId;

/// Who goes from one page to another is there meanwhile: some pages open later than others, and that would tell which.
const GRACE: Duration = Duration::from_secs(10);

/// How many pages each has open, or when the last was closed.
#[derive(Clone, Debug, Default)]
pub(super) struct Presence(Arc<Mutex<HashMap<OperatorId, (usize, Instant)>>>);

/// An open page.
#[derive(Debug)]
pub(super) struct OpenPage {
    operator: OperatorId,
    presence: Presence,
}

impl Presence {
    pub(super) fn open(&self, operator: &OperatorId) -> OpenPage {
        self.change(operator, |open| open + 1);
        OpenPage { operator: operator.clone(), presence: self.clone() }
    }

    pub(super) fn is_there(&self, operator: &OperatorId) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(operator).is_some_and(|(open, last)| *open > 0 || last.elapsed() < GRACE)
    }

    fn change(&self, operator: &OperatorId, change: impl FnOnce(usize) -> usize) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (open, last) = known.entry(operator.clone()).or_insert((0, Instant::now()));
        (*open, *last) = (change(*open), Instant::now());
    }
}

impl Drop for OpenPage {
    fn drop(&mut self) {
        self.presence.change(&self.operator, |open| open.saturating_sub(1));
    }
}
