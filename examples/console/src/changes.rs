//! What has changed in an account, as the audit keeps it: its parts, so that each reads them in their own language.

use std::collections::BTreeMap;

use chat_monitor::{Operator, OperatorId};
use serde::{Deserialize, Serialize};

/// A change: what there was before, if anything, and what there is now.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    person: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    known: Vec<Known>,
}

/// What somebody is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    role: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    departments: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    oversees: Option<BTreeMap<String, Vec<String>>>,
}

impl Known {
    fn of(operator: &Operator) -> Self {
        let overseen = operator.oversees().map(|overseen| {
            let rights = |rights: chat_monitor::Rights| rights.iter().map(|right| right.as_str().to_owned()).collect();
            overseen.iter().map(|(id, kept)| (id.to_string(), rights(kept))).collect()
        });
        let departments = operator.departments().iter().map(ToString::to_string).collect();
        Known { role: operator.role().to_string(), departments, oversees: overseen }
    }
}

/// A change as it is kept.
pub(crate) fn kept(person: &OperatorId, names: &[&str], known: &[&Operator]) -> String {
    let names = names.iter().map(ToString::to_string).collect();
    let change = Change { person: person.to_string(), names, known: known.iter().map(|one| Known::of(one)).collect() };
    // Texts and lists of them: there is nothing in these that JSON could not hold.
    serde_json::to_string(&change).unwrap_or_default()
}

/// A change in words. `text` has the text with a key, `department` the name of one. None for a line of before it had parts.
pub(crate) fn shown(
    kept: &str,
    text: impl Fn(&str) -> &'static str,
    department: impl Fn(&str) -> String,
) -> Option<String> {
    let Change { person, names, known } = serde_json::from_str(kept).ok()?;
    let in_words = |Known { role, departments, oversees }: &Known| {
        let mut words = role_in_words(role, &text);
        if !departments.is_empty() {
            words += &format!(" [{}]", departments.iter().map(|id| department(id)).collect::<Vec<_>>().join(", "));
        }
        if let Some(overseen) = oversees {
            let overseen = overseen.iter().map(|(id, rights)| {
                let rights: Vec<_> = rights.iter().map(|right| text(&format!("right_{right}"))).collect();
                format!("{}: {}", department(id), rights.join("+"))
            });
            words += &format!(" {{{}}}", overseen.collect::<Vec<_>>().join(", "));
        }
        words
    };
    let known: Vec<_> = known.iter().map(in_words).collect();
    let parts = [names.join(" → "), known.join(" → ")];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Some(format!("{person}: {}", parts.join(", ")))
}

/// What a role is called: one that a company has added, what they call it.
pub(crate) fn role_in_words(role: &str, text: impl Fn(&str) -> &'static str) -> String {
    let known = Some(text(&format!("role_{role}"))).filter(|text| !text.is_empty());
    known.unwrap_or(role).to_owned()
}
