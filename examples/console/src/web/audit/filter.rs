//! What is asked of the audit, as it stands in the address.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::entry::Moment;
use crate::store::{Action, Cursor, Filter, Show};
use crate::web::problem::Problem;

/// As it comes: what is empty counts for nothing.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(in crate::web) struct Asked {
    who: String,
    chat: String,
    rule: String,
    act: String,
    show: String,
    /// Days, as `2026-11-26`, in the zone.
    from: String,
    until: String,
    /// A name of the IANA's, such as `Asia/Tokyo`.
    zone: String,
    before: Option<i64>,
    after: Option<i64>,
}

/// What it means.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) filter: Filter,
    pub(super) cursor: Cursor,
    pub(super) zone: Zone,
    pub(super) query: Link,
}

/// The reader's time zone.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    pub(super) zone: TimeZone,
    /// Empty where the reader did not say it.
    pub(super) name: String,
}

impl Asked {
    pub(super) fn read(&self) -> Result<Wanted, Problem> {
        let zone = match &*self.zone {
            "" => TimeZone::UTC,
            name => TimeZone::get(name).map_err(|_| Problem::BAD_VALUE)?,
        };
        let some = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let action = match &*self.act {
            "" => None,
            act => Some(Action::read(act).ok_or(Problem::BAD_VALUE)?),
        };
        let filter = Filter {
            who: some(&self.who),
            chat: some(&self.chat),
            rule: some(&self.rule),
            action,
            show: Show::read(&self.show).ok_or(Problem::BAD_VALUE)?,
            from: day(&self.from, &zone, 0)?,
            until: day(&self.until, &zone, 1)?,
        };
        let cursor = match (self.before, self.after) {
            (Some(id), _) => Cursor::OlderThan(id),
            (None, Some(id)) => Cursor::NewerThan(id),
            (None, None) => Cursor::Newest,
        };
        let name = self.zone.clone();
        Ok(Wanted { filter, cursor, zone: Zone { zone, name }, query: self.link() })
    }

    fn link(&self) -> Link {
        let Asked { who, chat, rule, act, show, from, until, zone, before: _, after: _ } = self;
        let fields = [
            ("who", who),
            ("chat", chat),
            ("rule", rule),
            ("act", act),
            ("show", show),
            ("from", from),
            ("until", until),
            ("zone", zone),
        ];
        let given = fields.into_iter().filter(|(_, value)| !value.trim().is_empty());
        Link(given.map(|(name, value)| (name, value.trim().to_owned())).collect())
    }
}

/// The moment at which a day begins, or the day so many days later.
fn day(text: &str, zone: &TimeZone, later: i64) -> Result<Option<Moment>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let day: Date = text.parse().map_err(|_| Problem::BAD_VALUE)?;
    let day = day.checked_add(jiff::Span::new().days(later)).map_err(|_| Problem::BAD_VALUE)?;
    let begins = day.to_zoned_datetime(zone.clone()).map_err(|_| Problem::BAD_VALUE)?;
    Ok(Some(begins.timestamp().as_millisecond()))
}

impl Show {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Show::People => "",
            Show::Refused => "refused",
            Show::Everything => "all",
        }
    }

    fn read(text: &str) -> Option<Self> {
        [Show::People, Show::Refused, Show::Everything].into_iter().find(|show| show.as_str() == text)
    }
}

/// The way to the same lines, or to some like them.
#[derive(Clone, Debug)]
pub(super) struct Link(Vec<(&'static str, String)>);

impl Link {
    /// Whether nothing is filtered.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|(name, _)| ["zone", "show"].contains(name))
    }

    pub(super) fn with(&self, name: &'static str, value: &str) -> String {
        let mut link = self.clone();
        link.0.push((name, value.to_owned()));
        link.to_string()
    }

    pub(super) fn with_view(&self, show: Show) -> String {
        let mut link = self.clone();
        // An act is of one kind or another by itself.
        link.0.retain(|(name, _)| !["show", "act"].contains(name));
        if show != Show::default() {
            link.0.push(("show", show.as_str().to_owned()));
        }
        link.to_string()
    }

    /// All that has to do with one chat or rule.
    pub(super) fn only(&self, name: &'static str, value: &str) -> String {
        let zone = self.0.iter().filter(|(name, _)| *name == "zone").cloned();
        let link = [(name, value.to_owned()), ("show", Show::Everything.as_str().to_owned())].into_iter().chain(zone);
        Link(link.collect()).to_string()
    }

    pub(super) fn at(&self, path: &str) -> String {
        if self.0.is_empty() {
            return path.to_owned();
        }
        let mut written = form_urlencoded::Serializer::new(String::new());
        written.extend_pairs(&self.0);
        format!("{path}?{}", written.finish())
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.at("/audit"))
    }
}
