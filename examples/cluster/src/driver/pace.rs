//! When an owner hears what is to go into its next record.
//!
//! An append costs the servers about as much whether one wish is in it or a hundred. So what comes while one is on its way
//! waits, and for as long again when it has landed: under load records get larger and fewer, and everybody waits less for
//! them; whoever comes when nothing happens waits for nobody.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::message::ToOwner;
use crate::owner::Input;

/// The longest rest between two appends. Those that take longer are not slow for their number.
const LONGEST: Duration = Duration::from_millis(50);

/// Clocks wake nobody sooner.
const SHORTEST: Duration = Duration::from_millis(1);

/// What waits, and until when.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// The append that is on its way, and since when.
    flight: Option<(u64, Instant)>,
    rests_until: Option<Instant>,
    held: Vec<Input>,
}

impl Pace {
    /// An append begins.
    pub(super) fn begin(&mut self, now: Instant, ticket: u64) {
        self.flight = Some((ticket, now));
    }

    /// Something comes: what need not wait, if anything.
    pub(super) fn come(&mut self, now: Instant, input: Input) -> Option<Input> {
        if let (Input::Appended { ticket, .. }, Some((flies, since))) = (&input, self.flight)
            && *ticket == flies
        {
            let rest = (now - since).min(LONGEST);
            self.flight = None;
            self.rests_until = (rest >= SHORTEST).then(|| now + rest);
        }
        // Nobody overtakes what waits.
        if self.flight.is_none() && self.held.is_empty() && !self.rests(now) {
            return Some(input);
        }
        match input {
            Input::Rules { .. } => self.held.push(input),
            // What was told before goes into no record.
            Input::Messages(messages) => {
                let again = |message: &ToOwner| matches!(message, ToOwner::Again { .. });
                let (again, rest) = messages.into_iter().partition::<Vec<_>, _>(again);
                if !rest.is_empty() {
                    self.held.push(Input::Messages(rest));
                }
                return (!again.is_empty()).then_some(Input::Messages(again));
            }
            input => return Some(input),
        }
        None
    }

    fn rests(&self, now: Instant) -> bool {
        self.rests_until.is_some_and(|until| now < until)
    }

    /// Waits until what waits may go on; forever, if there is nothing.
    pub(super) fn rested(&self) -> impl Future<Output = Option<()>> + use<> {
        let waits = (self.flight.is_none() && !self.held.is_empty()).then_some(self.rests_until);
        async move {
            if let Some(until) = waits? {
                sleep_until(until).await;
            }
            Some(())
        }
    }

    /// What waited.
    pub(super) fn take(&mut self) -> Vec<Input> {
        std::mem::take(&mut self.held)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{LONGEST, Pace};
    use crate::message::{Look, Place, Sight, ToOwner};
    use crate::owner::{Appended, Input};

    fn rules(p: u64) -> Input {
        Input::Rules { p, record: Vec::new() }
    }

    fn landed(ticket: u64) -> Input {
        Input::Appended { ticket, appended: Appended::At(1) }
    }

    #[tokio::test]
    async fn what_comes_during_an_append_and_the_rest_after_it_waits() {
        let begun = Instant::now();
        let at = |ms| begun + Duration::from_millis(ms);
        let mut pace = Pace::default();
        assert!(pace.come(at(0), rules(1)).is_some());
        pace.begin(at(0), 7);
        let look = ToOwner::Look(Look { gateway: "g1".to_owned(), number: 1, at: Sight::Position });
        let again = ToOwner::Again { gateway: "g1".to_owned(), floor: Place::default() };
        let both = Input::Messages(vec![look, again.clone()]);
        assert!(matches!(pace.come(at(1), both), Some(Input::Messages(at_once)) if at_once == [again]));
        assert!(pace.come(at(1), rules(2)).is_none());
        assert!(pace.come(at(2), Input::Tick).is_some() && pace.come(at(2), landed(6)).is_some());
        assert!(pace.rested().await.is_none());
        assert!(pace.come(at(5), landed(7)).is_some());
        assert!(pace.come(at(9), rules(3)).is_none());
        assert!(pace.rested().await.is_some());
        let taken = pace.take();
        assert!(
            matches!(&taken[..], [Input::Messages(looks), Input::Rules { p: 2, .. }, Input::Rules { p: 3, .. }] if looks.len() == 1)
        );
        assert!(pace.rested().await.is_none() && pace.come(at(10), rules(4)).is_some());
    }

    #[test]
    fn no_rest_is_long() {
        let begun = Instant::now();
        let mut pace = Pace::default();
        pace.begin(begun, 1);
        let landing = begun + Duration::from_secs(4);
        assert!(pace.come(landing, landed(1)).is_some());
        assert!(pace.come(landing, rules(1)).is_none() && pace.come(landing + LONGEST, rules(2)).is_none());
        assert_eq!(pace.take().len(), 2, "nobody overtakes what waits");
        assert!(pace.come(landing + LONGEST, rules(3)).is_some());
    }
}
