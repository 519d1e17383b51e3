//! Lines of the audit, as people read them.

use chat_monitor::OperatorId;
use jiff::Timestamp;
use serde::Serialize;

use super::filter::Zone;
use crate::changes;
use crate::denial::Denial;
use crate::entry::Moment;
use crate::office::{DepartmentLine, Office};
use crate::store::{Action, AuditLine, CONSOLE};
use crate::web::pages::Language;
use crate::words;

/// What is needed to say it.
#[derive(Debug)]
pub(super) struct Words<'a> {
    pub(super) language: Language,
    pub(super) zone: &'a Zone,
    pub(super) known: &'a Known,
}

/// What is called how.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) everybody: Vec<(OperatorId, String)>,
    departments: Vec<DepartmentLine>,
}

impl Known {
    /// For administrators alone.
    pub(super) fn read(office: &Office, operator: &OperatorId) -> Result<Self, Denial> {
        office.check_administrator(operator)?;
        Ok(Known { everybody: office.names(), departments: office.departments() })
    }

    /// What a department is called, as long as there is one with this id.
    fn department(&self, id: &str) -> String {
        let known = self.departments.iter().find(|known| known.id.as_str() == id);
        known.map_or_else(|| id.to_owned(), |known| known.name.clone())
    }
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
        let known = self.known.everybody.iter().find(|(id, _)| id.as_str() == operator);
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
        if let Some(parts) = self.parts(line) {
            return parts;
        }
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

    /// What names roles and departments, by what they are called.
    fn parts(&self, line: &AuditLine) -> Option<String> {
        let (text, department) = (|key: &str| self.language.text(key), |id: &str| self.known.department(id));
        let each =
            |list: &str, name: &dyn Fn(&str) -> String| list.split(", ").map(name).collect::<Vec<_>>().join(", ");
        let action = Action::read(&line.action).filter(|_| !line.refused)?;
        if [Action::AddedPerson, Action::ChangedPerson].contains(&action) {
            changes::shown(&line.detail, text, department)
        } else if action == Action::SetDepartments {
            let list = line.detail.strip_prefix('[')?.strip_suffix(']')?;
            Some(format!("[{}]", each(list, &department)))
        } else if action == Action::ReassignedChat {
            let (people, departments) = line.detail.split_once(" [").unwrap_or((&line.detail, ""));
            // Nobody had one that waited.
            let name = |id: &str| if id.is_empty() { String::new() } else { self.who(id) };
            let people: Vec<_> = people.split('→').map(|id| name(id.trim())).collect();
            let departments = departments.strip_suffix(']').map(|list| format!(" [{}]", each(list, &department)));
            Some(people.join(" → ").trim_start().to_owned() + &departments.unwrap_or_default())
        } else if action == Action::ChangedPolicy {
            Some(each(&line.detail, &|part| {
                let setting = part.split_once(": ").map(|(setting, to)| (text(setting), to));
                if let Some((setting, to)) = setting.filter(|(setting, _)| !setting.is_empty()) {
                    return format!("{setting}: {to}");
                }
                let role = part.trim_start_matches(['+', '-']);
                let sign = part.strip_suffix(role).unwrap_or_default();
                format!("{sign}{}", changes::role_in_words(role, text))
            }))
        } else {
            None
        }
    }
}
