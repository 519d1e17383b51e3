//! Settings, as administrators change them.

use chat_monitor::OperatorId;

use super::{Attempt, Office};
use crate::denial::Denial;
use crate::settings_kept::Settings;
use crate::store::Action;

impl Office {
    pub(crate) fn settings(&self) -> Settings {
        self.settings
    }

    pub(crate) fn set_settings(&mut self, operator: &OperatorId, settings: Settings) -> Result<(), Denial> {
        self.check_administrator(operator)?;
        if !settings.are_sensible() {
            return Err(Denial::OutOfBounds);
        }
        settings.save(&self.store)?;
        self.settings = settings;
        let detail = match settings.gone_minutes {
            Some(minutes) => format!("detail_days_minutes {} {minutes}", settings.retention_days),
            None => format!("detail_days {}", settings.retention_days),
        };
        self.audit(Attempt { operator, action: Action::ChangedSettings, chat: None }, String::new(), &detail)
    }
}
