//! The list of rules: some at a time, and searched.

use chat_monitor::{DepartmentId, OperatorId, Role, Rule, RuleId};
use serde::Serialize;

use super::Office;
use super::departments::DepartmentLine;
use super::drafts::samples;
use super::rules::RuleLine;
use crate::criterion::{SampleOf, share_text};
use crate::denial::Denial;
use crate::view::{CriterionText, kind_of};

/// Which rules are looked for, but for their words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// The kind of one of their criteria.
    pub(crate) kind: Option<String>,
    pub(crate) watcher: Option<OperatorId>,
}

/// Somebody to choose.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// A sample that another one can be drawn with.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SampleChoice {
    pub(crate) of: SampleOf,
    pub(crate) share: String,
    /// The rule that it is of.
    pub(crate) name: String,
    pub(crate) when: Vec<CriterionText>,
}

/// What a form for the rules of a watcher offers.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Choices {
    /// Those who may stand in `when`, and those who may in `unless`.
    pub(crate) operators: Vec<Choice>,
    pub(crate) everyone: Vec<Choice>,
    pub(crate) departments: Vec<DepartmentLine>,
    pub(crate) samples: Vec<SampleChoice>,
    /// Whose rules may be made beside one's own.
    pub(crate) watchers: Vec<Choice>,
}

impl Office {
    /// The rules that an operator sees, the newest first: one's own; for administrators, all.
    pub(crate) fn rule_ids(&self, operator: &OperatorId, filter: &Filter) -> Result<Vec<RuleId>, Denial> {
        self.check_may_monitor(operator)?;
        let all = self.role(operator) == Some(Role::Administrator);
        let of_kind = |rule: &Rule, kind: &str| {
            rule.when().iter().chain(rule.unless()).any(|criterion| kind_of(criterion) == kind)
        };
        let rules = self.live.engine().rules().filter(|rule| {
            (all || rule.watcher() == operator)
                && filter.watcher.as_ref().is_none_or(|watcher| rule.watcher() == watcher)
                && filter.kind.as_ref().is_none_or(|kind| of_kind(rule, kind))
        });
        let mut ids: Vec<_> = rules.map(|rule| rule.id().clone()).collect();
        ids.reverse();
        Ok(ids)
    }

    /// Those of some rules in which these words stand: in a value, a name, a note, or what the watcher is called.
    pub(crate) fn rules_with(
        &self,
        operator: &OperatorId,
        rules: &[RuleId],
        words: &str,
    ) -> Result<Vec<RuleId>, Denial> {
        self.check_may_monitor(operator)?;
        let words: Vec<_> = folded(words).split_whitespace().map(str::to_owned).collect();
        let seen = rules.iter().filter_map(|id| self.check_rule(operator, id).ok());
        let holds = |rule: &&Rule| {
            let text = folded(&self.searched(rule));
            words.iter().all(|word| text.contains(word))
        };
        Ok(seen.filter(holds).map(|rule| rule.id().clone()).collect())
    }

    /// The lines of some rules, those only that the operator sees.
    pub(crate) fn rule_lines(&self, operator: &OperatorId, rules: &[RuleId]) -> Result<Vec<RuleLine>, Denial> {
        self.check_may_monitor(operator)?;
        let seen = rules.iter().filter_map(|id| self.check_rule(operator, id).ok());
        Ok(seen.map(|rule| self.rule_line(rule, operator)).collect())
    }

    /// Whose rules an operator may make beside their own: for administrators, of everybody whose role may have any.
    pub(crate) fn watchers(&self, operator: &OperatorId) -> Result<Vec<Choice>, Denial> {
        self.check_may_monitor(operator)?;
        if self.role(operator) != Some(Role::Administrator) {
            return Ok(Vec::new());
        }
        let all = self.live.engine().operators().map(|(id, _)| id).filter(|id| self.may_monitor(id));
        Ok(all.map(|id| self.choice(id)).collect())
    }

    fn choice(&self, id: &OperatorId) -> Choice {
        Choice { id: id.to_string(), name: self.name(id).to_owned() }
    }

    /// What a form offers for the rules of a watcher.
    pub(crate) fn choices(&self, operator: &OperatorId, watcher: &OperatorId) -> Result<Choices, Denial> {
        self.check_may_monitor(operator)?;
        self.check_rules_of(operator, watcher)?;
        let engine = self.live.engine();
        let all = self.role(operator) == Some(Role::Administrator);
        let seen = engine.rules().filter(|rule| all || rule.watcher() == operator);
        let sample_choices = seen.flat_map(|rule| {
            samples(rule).enumerate().map(|(nth, sample)| SampleChoice {
                of: SampleOf { rule: rule.id().to_string(), nth },
                share: share_text(sample),
                name: self.rule_text(rule).name,
                when: self.criterion_texts(rule.when()),
            })
        });
        Ok(Choices {
            operators: engine.monitorable_by(watcher).map(|id| self.choice(id)).collect(),
            departments: self.departments(),
            samples: sample_choices.take(100).collect(),
            watchers: self.watchers(operator)?,
            everyone: engine.operators().map(|(id, _)| self.choice(id)).collect(),
        })
    }

    fn searched(&self, rule: &Rule) -> String {
        let note = self.rule_notes.get(rule.id());
        let mut text = format!("{} {} {}", rule.id(), rule.watcher(), self.name(rule.watcher()));
        for criterion in rule.when().iter().chain(rule.unless()) {
            text.push(' ');
            let name = |id: &OperatorId| format!("{} {id}", self.name(id));
            let department = |id: &DepartmentId| format!("{} {id}", self.department_name(id));
            text.push_str(&CriterionText::of(criterion, name, department).value);
        }
        for part in note.into_iter().flat_map(|note| [&note.name, &note.note]) {
            text.push(' ');
            text.push_str(part);
        }
        text
    }
}

/// What is compared when people look for something.
fn folded(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '\u{3000}' => ' ',
            c => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}
