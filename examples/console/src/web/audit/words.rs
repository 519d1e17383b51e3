//! Lines of the audit, as people read them.

use chat_monitor::OperatorId;
use jiff::Timestamp;
use serde::Serialize;

use super::filter::Zone;
use crate::entry::Moment;
use crate::store::{AuditLine, CONSOLE};
use crate::web::pages::Language;
use crate::words;

/// What is needed to say it.
#[derive(Debug)]
pub(super) struct Words<'a> {
    pub(super) language: Language,
    pub(super) zone: &'a Zone,
    pub(super) everybody: &'a [(OperatorId, String)],
}

/// A line in words.
#[derive(Debug, Serialize)]
pub(super) struct Worded {
    pub(super) id: i64,
    pub(super) at: Moment,
    /// By ISO 8601, with how far it is from UTC.
    pub(super) time: String,
    pub(super) operator: String,
    pub(super) who: String,
    pub(super) action: String,
    pub(super) what: &'static str,
    pub(super) refused: bool,
    pub(super) chat: String,
    pub(super) rules: String,
    pub(super) detail: String,
    /// Whether the chat, the rules, the detail have been erased.
    pub(super) erased: [bool; 3],
    pub(super) hash: String,
}

impl Words<'_> {
    pub(super) fn line(&self, line: &AuditLine) -> Worded {
        let (ids, rules): (Vec<_>, Vec<_>) = self.rules(line).into_iter().unzip();
        // What stands with the rules already need not be said twice.
        let detail = if ids.contains(&line.detail) { String::new() } else { self.detail(line) };
        Worded {
            id: line.id,
            at: line.at,
            time: self.time(line.at),
            operator: line.operator.clone(),
            who: self.who(&line.operator),
            action: line.action.clone(),
            what: self.action(&line.action),
            refused: line.refused,
            chat: line.chat.clone().unwrap_or_default(),
            rules: rules.join(" / "),
            detail,
            erased: line.erased,
            hash: line.hash.map(|hash| hash.to_string()).unwrap_or_default(),
        }
    }

    /// The id of each rule, and what it says.
    pub(super) fn rules(&self, line: &AuditLine) -> Vec<(String, String)> {
        words::shown(&line.rules, |key| self.language.text(key))
    }

    pub(super) fn action(&self, action: &str) -> &'static str {
        self.language.text(&format!("audit_{action}"))
    }

    fn who(&self, operator: &str) -> String {
        if operator == CONSOLE {
            return self.language.text("audit_console").to_owned();
        }
        let known = self.everybody.iter().find(|(id, _)| id.as_str() == operator);
        known.map_or_else(|| operator.to_owned(), |(_, name)| name.clone())
    }

    fn time(&self, at: Moment) -> String {
        let Ok(moment) = Timestamp::from_millisecond(at) else { return String::new() };
        moment.to_zoned_datetime(self.zone.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// A key of a text, with numbers for it; or something that is no text, such as the id of an account or the name of a
    /// hook, whatever key that is too.
    fn detail(&self, line: &AuditLine) -> String {
        let detail = &line.detail;
        if !line.refused && !["detail_", "ended_"].iter().any(|start| detail.starts_with(start)) {
            return detail.clone();
        }
        let mut parts = detail.split(' ');
        match self.language.text(parts.next().unwrap_or_default()) {
            "" => detail.clone(),
            text => {
                let [n, m] = [parts.next(), parts.next()].map(Option::unwrap_or_default);
                text.replace("{n}", n).replace("{m}", m)
            }
        }
    }
}
