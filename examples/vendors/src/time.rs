//! When something happened, as vendors write it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A moment, in microseconds since 1970 (UTC): as exactly as any vendor writes one.
///
/// ```
/// use vendors::Time;
///
/// let time: Time = "2026-09-21T14:10:00.5Z".parse()?;
/// assert_eq!(time, Time::from_millis(1_789_999_800_500));
/// assert_eq!("2026-09-21T23:10:00.5+09:00".parse::<Time>()?, time);
/// # Ok::<(), vendors::UnreadableTime>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Time(u64);

/// Why something is no [`Time`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a time since 1970: seconds, milliseconds, or text such as `2026-01-31T09:00:00Z`")]
pub struct UnreadableTime(());

impl Time {
    /// The year 9999 has not yet ended. No vendor writes later times, and what is counted from them would overflow.
    const LAST: u64 = 253_402_300_799_999_999;

    /// The beginning of 1970.
    pub const EARLIEST: Time = Time(0);

    /// So many milliseconds after the beginning of 1970, and at most the year 9999.
    pub const fn from_millis(millis: u64) -> Self {
        Time::from_micros(millis.saturating_mul(1000))
    }

    /// So many microseconds after the beginning of 1970, and at most the year 9999.
    pub const fn from_micros(micros: u64) -> Self {
        if micros > Time::LAST { Time(Time::LAST) } else { Time(micros) }
    }

    /// How many whole milliseconds after the beginning of 1970.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1000
    }

    /// The next moment that can be told from this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Time::from_micros(self.0 + 1)
    }

    /// A time as JSON holds it: a number, a number as text, or a text by ISO 8601.
    ///
    /// Numbers are seconds, milliseconds or microseconds. Which of them is told by their size: as seconds, the smallest
    /// that counts as milliseconds would be in the year 5138.
    ///
    /// # Errors
    ///
    /// [`UnreadableTime`] for anything else, and for what lies before 1970 or after 9999.
    pub fn read(value: &Value) -> Result<Self, UnreadableTime> {
        match value {
            Value::Number(number) => match number.as_u64() {
                Some(whole) => Time::whole(whole),
                None => Time::decimal(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => text.trim().parse(),
            _ => Err(UnreadableTime(())),
        }
    }

    fn whole(number: u64) -> Result<Self, UnreadableTime> {
        let micros = match number {
            0..100_000_000_000 => number * 1_000_000,
            100_000_000_000..100_000_000_000_000 => number * 1000,
            _ => number,
        };
        Time::checked(micros)
    }

    fn decimal(number: f64) -> Result<Self, UnreadableTime> {
        let micros = match number {
            _ if !(0.0..1e15).contains(&number) => return Err(UnreadableTime(())),
            _ if number < 1e11 => number * 1e6,
            _ => number * 1e3,
        };
        // Between 0 and 1e18 there is a whole number for each.
        Time::checked(micros.round() as u64)
    }

    fn checked(micros: u64) -> Result<Self, UnreadableTime> {
        if micros > Time::LAST { Err(UnreadableTime(())) } else { Ok(Time(micros)) }
    }
}

impl FromStr for Time {
    type Err = UnreadableTime;

    fn from_str(text: &str) -> Result<Self, UnreadableTime> {
        if let Ok(whole) = text.parse() {
            return Time::whole(whole);
        }
        if let Ok(decimal) = text.parse() {
            return Time::decimal(decimal);
        }
        // Ruby writes `2020-03-03 13:05:57 UTC`.
        let utc = text.strip_suffix(" UTC").map(|text| format!("{text}Z"));
        let timestamp: jiff::Timestamp =
            utc.as_deref().unwrap_or(text).parse().map_err(|_: jiff::Error| UnreadableTime(()))?;
        Time::checked(u64::try_from(timestamp.as_microsecond()).map_err(|_| UnreadableTime(()))?)
    }
}

/// From microseconds, as it is kept.
impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).map(Time::from_micros)
    }
}

/// By ISO 8601, in UTC.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = i64::try_from(self.0).unwrap_or(i64::MAX);
        match jiff::Timestamp::from_microsecond(micros) {
            Ok(timestamp) => timestamp.fmt(f),
            Err(_) => write!(f, "{} µs after 1970", self.0),
        }
    }
}
