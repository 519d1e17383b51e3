//! The time: the monitor has no clock, and is told when the window of a rule opens or closes.

use std::time::Duration;

use chat_monitor::Command;

use super::Office;
use super::drafts::host_now;
use crate::denial::Denial;

/// How long to sleep at most: the machine may do so too, and its clock may be set.
const LONGEST: Duration = Duration::from_secs(10);

impl Office {
    /// How long until the time is to be told; none if no window will open or close.
    pub(crate) fn until_deadline(&self) -> Option<Duration> {
        let deadline = self.live.engine().next_deadline()?;
        Some(Duration::from_millis(deadline.saturating_sub(host_now())).min(LONGEST))
    }

    /// Tells the time if it is due, and those whose watches begin or end by that.
    pub(crate) fn keep_time(&mut self) -> Result<(), Denial> {
        let due = self.live.engine().next_deadline().is_some_and(|deadline| deadline <= host_now());
        if due { self.tell_time() } else { Ok(()) }
    }

    /// Tells the time in any case: before a rule with a window is judged, which the time told last may lie outside of.
    pub(super) fn tell_time(&mut self) -> Result<(), Denial> {
        let now = host_now();
        // The machine's clock may have been set back.
        if self.live.engine().now().is_some_and(|told| told >= now) {
            return Ok(());
        }
        let events = self.apply(Command::SetTime { now })?;
        self.tell_events(&events)
    }
}
