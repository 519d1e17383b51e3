//! Times by ISO 8601, as transcripts have them. By hand, because this crate's examples have no crate for times.

use std::time::Duration;

/// What a text such as `2026-01-31T09:00:00.5+09:00` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Since the beginning of the year 0, in UTC if the text says how far it is from there.
    pub(crate) since: Duration,
    /// Whether it does.
    pub(crate) has_offset: bool,
}

/// Reads a date and a time of day, with or without fractions of a second and the distance from UTC.
pub(crate) fn read(text: &str) -> Option<Moment> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (clock, offset) = match time.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, Some(0)),
        None => match time.rfind(['+', '-']) {
            Some(at) => (time.get(..at)?, Some(minutes(time.get(at..)?)?)),
            None => (time, None),
        },
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    // A leap second is the last of its minute.
    let is_time = hour < 24 && minute < 60 && second <= 60;
    let days = days_before(year, month, day).filter(|_| is_time)?;
    let nanos = if fraction.len() <= 9 && fraction.bytes().all(|byte| byte.is_ascii_digit()) && !fraction.is_empty() {
        format!("{fraction:0<9}").parse().ok()?
    } else {
        return None;
    };
    let seconds = i64::from(days) * 86_400 + i64::from(hour * 3600 + minute * 60 + second.min(59));
    let since = u64::try_from(seconds - offset.unwrap_or(0) * 60).ok()?;
    Some(Moment { since: Duration::new(since, nanos), has_offset: offset.is_some() })
}

/// Three numbers with so many digits each.
fn numbers(text: &str, between: char, digits: [usize; 3]) -> Option<[u32; 3]> {
    let mut parts = text.split(between).zip(digits).map(|(part, digits)| {
        let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse().ok())?
    });
    let found = [parts.next()??, parts.next()??, parts.next()??];
    (text.split(between).count() == 3).then_some(found)
}

/// `+09:00`, `+0900` or `+09`, in minutes.
fn minutes(offset: &str) -> Option<i64> {
    let (sign, digits) = offset.split_at_checked(1)?;
    let digits = digits.replace(':', "");
    let is_number = matches!(digits.len(), 2 | 4) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = is_number.then(|| format!("{digits:0<4}").parse().ok())??;
    let (hours, minutes) = (number / 100, number % 100);
    let minutes = (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)?;
    Some(if sign == "-" { -minutes } else { minutes })
}

/// How many days lie between the beginning of the year 0 and this day, if there is such a day.
fn days_before(year: u32, month: u32, day: u32) -> Option<u32> {
    let is_leap = |year: u32| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let february = if is_leap(year) { 29 } else { 28 };
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let month = usize::try_from(month.checked_sub(1)?).ok()?;
    let is_day = (1..=*months.get(month)?).contains(&day);
    let before: u32 = months.iter().take(month).sum();
    let leaps = if year == 0 { 0 } else { (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400 + 1 };
    is_day.then_some(year * 365 + leaps + before + day - 1)
}
