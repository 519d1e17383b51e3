//! Zoho SalesIQ's chat monitors, as its REST API (v2) writes them, and rules.
//!
//! <https://www.zoho.com/salesiq/help/developer-section/list-chat-monitor-v2.html> shows an object,
//! <https://www.zoho.com/salesiq/help/developer-section/create-chat-monitor-v2.html> the shorter form of its create
//! call.
//!
//! A monitor there belongs to nobody: everybody who may monitor uses it. A rule here is one watcher's, so that a
//! monitor becomes a rule for each of the watchers who are named, with the id `8000000006005/hana`. Export folds them
//! again.

mod export;
mod import;

pub use export::{Export, Left, export};
pub use import::{Import, Wrong, import};

use chat_monitor::{Criterion, EmailPattern, IpRange, OperatorId};

/// The vendor whose monitors these are, and whose operators they name.
const ZOHO: &str = "zoho";

/// What a monitor is of: the only three things that it can say.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Monitored {
    Operator(OperatorId),
    Ip(IpRange),
    Email(EmailPattern),
}

impl Monitored {
    fn criterion(&self) -> Criterion {
        match self.clone() {
            Monitored::Operator(operator) => Criterion::Operator(operator),
            Monitored::Ip(ip) => Criterion::VisitorIp(ip),
            Monitored::Email(email) => Criterion::VisitorEmail(email),
        }
    }
}
