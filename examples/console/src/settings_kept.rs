//! What administrators set, beside people, roles and departments: one place for each setting's name, default and bounds.

use std::ops::RangeInclusive;

use crate::store::Store;

/// The settings as they are now. The office has them: `office.settings()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// For how many days an ended chat is kept, with what was said in it.
    pub(crate) retention_days: u32,
    /// For how many minutes a chat goes on whose visitor has no page open; none where nobody has set it.
    pub(crate) gone_minutes: Option<u32>,
}

impl Settings {
    pub(crate) const RETENTION_DAYS: RangeInclusive<u32> = 1..=3650;
    pub(crate) const GONE_MINUTES: RangeInclusive<u32> = 1..=1440;

    const DEFAULT_RETENTION_DAYS: u32 = 90;

    pub(crate) fn load(store: &Store) -> rusqlite::Result<Self> {
        Ok(Settings {
            retention_days: number(store, "retention_days", &Self::RETENTION_DAYS)?
                .unwrap_or(Self::DEFAULT_RETENTION_DAYS),
            gone_minutes: number(store, "gone_minutes", &Self::GONE_MINUTES)?,
        })
    }

    pub(crate) fn save(self, store: &Store) -> rusqlite::Result<()> {
        let Settings { retention_days, gone_minutes } = self;
        store.set_setting("retention_days", &retention_days.to_string())?;
        gone_minutes.map_or(Ok(()), |minutes| store.set_setting("gone_minutes", &minutes.to_string()))
    }

    /// Whether each lies within its bounds.
    pub(crate) fn are_sensible(self) -> bool {
        Self::RETENTION_DAYS.contains(&self.retention_days)
            && self.gone_minutes.is_none_or(|minutes| Self::GONE_MINUTES.contains(&minutes))
    }
}

/// A number that somebody has set; what is not within its bounds was not written by this program.
fn number(store: &Store, name: &str, bounds: &RangeInclusive<u32>) -> rusqlite::Result<Option<u32>> {
    let value = store.setting(name)?;
    Ok(value.and_then(|value| value.parse().ok()).filter(|number| bounds.contains(number)))
}
