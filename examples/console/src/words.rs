//! Rules in words of a language, as the audit shows them. It keeps their parts, so that each reads them in their own.

use chat_monitor::Window;
use vendors::Time;

use crate::view::{CriterionText, RuleText};

/// Rules as they are kept. A name is left out: it is between a rule's watcher and the administrators.
pub(crate) fn kept(rules: impl IntoIterator<Item = RuleText>) -> String {
    let nameless = rules.into_iter().map(|rule| RuleText { name: String::new(), ..rule });
    let rules: Vec<RuleText> = nameless.collect();
    // Texts, numbers and lists of them: there is nothing in these that JSON could not hold.
    if rules.is_empty() { String::new() } else { serde_json::to_string(&rules).unwrap_or_default() }
}

/// The one rule that was kept, unless it has been erased.
pub(crate) fn read_one(kept: &str) -> Option<RuleText> {
    serde_json::from_str::<Vec<RuleText>>(kept).ok()?.pop()
}

/// What was kept, in words; `text` has the text with a key. Each rule comes with its id, which lines of before they had parts
/// lack: these are shown as they are.
pub(crate) fn shown(kept: &str, text: impl Fn(&str) -> &'static str) -> Vec<(String, String)> {
    match serde_json::from_str::<Vec<RuleText>>(kept) {
        Ok(rules) => rules.iter().map(|rule| (rule.id.clone(), in_words(rule, &text))).collect(),
        Err(_) if kept.is_empty() => Vec::new(),
        Err(_) => vec![(String::new(), kept.to_owned())],
    }
}

/// One rule: its criteria with their kinds, what it leaves out, and when it counts.
fn in_words(rule: &RuleText, text: &impl Fn(&str) -> &'static str) -> String {
    let criterion = |part: &CriterionText| format!("{}: {}", text(&part.kind), part.value);
    let all = |parts: &[CriterionText], between: &str| parts.iter().map(criterion).collect::<Vec<_>>().join(between);
    let mut words = all(&rule.when, " + ");
    if !rule.unless.is_empty() {
        let unless = all(&rule.unless, text("or_between"));
        words.push_str(&text("unless_in_words").replace("{criteria}", &unless));
    }
    if let Some(window) = rule.window {
        words.push_str(&format!(" [{}]", in_time(window)));
    }
    words
}

/// From when until when, in universal time: whoever reads it may be anywhere.
fn in_time(window: Window) -> String {
    let written = |at: Option<u64>| at.map(|at| Time::from_millis(at).to_string()).unwrap_or_default();
    format!("{} – {}", written(window.from()), written(window.until()))
}
