//! Windows: when a rule counts.

/// The last instant, so that every JSON reader can hold it exactly.
pub(crate) const LAST_INSTANT: u64 = (1 << 53) - 1;

/// When a rule counts: from an instant, until another. At least one of the two is there.
///
/// Instants are milliseconds since 1970-01-01T00:00:00Z, 0 to 2^53 − 1. The window holds from the first on, and no longer
/// at the second. The crate has no clock: the host tells it the time
/// ([`MonitorEngine::set_time`](crate::MonitorEngine::set_time)). Time zones and weekly schedules are the host's; it sets
/// the next window when one is over.
///
/// ```
/// use chat_monitor::Window;
///
/// let december = Window::new(Some(1_764_547_200_000), Some(1_767_225_600_000))?;
/// assert!(december.holds_at(1_764_547_200_000));
/// assert!(!december.holds_at(1_767_225_600_000));
/// assert!(Window::new(None, None).is_err());
/// # Ok::<(), chat_monitor::InvalidWindow>(())
/// ```
#[doc(alias = "schedule")]
#[doc(alias = "validity")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Window {
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    from: Option<u64>,
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    until: Option<u64>,
}

impl Window {
    /// The window from an instant until another; one of them may be left open.
    ///
    /// # Errors
    ///
    /// [`InvalidWindow`] if both are open, if the first is not before the second, or if one lies beyond 2^53 − 1.
    pub fn new(from: Option<u64>, until: Option<u64>) -> Result<Self, InvalidWindow> {
        if [from, until].into_iter().flatten().any(|instant| instant > LAST_INSTANT) {
            return Err(InvalidWindow::BeyondLast);
        }
        match (from, until) {
            (None, None) => Err(InvalidWindow::Unbounded),
            (Some(from), Some(until)) if from >= until => Err(InvalidWindow::Empty),
            _ => Ok(Window { from, until }),
        }
    }

    /// When it opens; none if it was always open.
    pub fn from(&self) -> Option<u64> {
        self.from
    }

    /// When it closes; none if it never does.
    pub fn until(&self) -> Option<u64> {
        self.until
    }

    /// Whether it is open at this instant.
    pub fn holds_at(&self, instant: u64) -> bool {
        self.from.is_none_or(|from| from <= instant) && self.until.is_none_or(|until| instant < until)
    }

    /// The instants at which it opens or closes. One without a beginning opens at whatever time is told first, 0 at the
    /// earliest.
    pub(crate) fn bounds(&self) -> impl Iterator<Item = u64> + use<> {
        [Some(self.from.unwrap_or(0)), self.until].into_iter().flatten()
    }
}

/// Why a window cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidWindow {
    /// It would have neither a beginning nor an end.
    #[error("expected a window with `from`, `until` or both")]
    Unbounded,
    /// It would end before it begins, or at once.
    #[error("expected a window whose `from` is before its `until`")]
    Empty,
    /// An instant lies beyond 2^53 − 1.
    #[error("expected milliseconds since 1970, at most 9007199254740991")]
    BeyondLast,
}

#[cfg(feature = "serde")]
mod form {
    use serde::Deserialize;

    use super::{InvalidWindow, Window};
    use crate::wire::read_as;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, expecting = "a window")]
    struct WindowForm {
        from: Option<u64>,
        until: Option<u64>,
    }

    impl TryFrom<WindowForm> for Window {
        type Error = InvalidWindow;

        fn try_from(form: WindowForm) -> Result<Self, InvalidWindow> {
            Window::new(form.from, form.until)
        }
    }

    read_as!(Window, WindowForm);
}
