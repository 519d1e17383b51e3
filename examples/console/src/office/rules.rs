//! Rules, as people make and change them.

use chat_monitor::{Command, Criterion, OperatorId, Refusal, Role, Rule, RuleId};
use serde::Serialize;
use vendors::Time;

use super::{Attempt, Office};
use crate::denial::Denial;
use crate::store::Action;
use crate::view::{CriterionText, RuleText};

/// A rule as the settings page lists it.
#[derive(Debug, Serialize)]
pub(crate) struct RuleLine {
    pub(crate) id: String,
    pub(crate) watcher: String,
    pub(crate) own: bool,
    pub(crate) when: Vec<CriterionText>,
    pub(crate) enabled: bool,
    pub(crate) chats_monitored: u64,
    pub(crate) chats_joined: u64,
    /// None for a rule by which nobody has watched a chat.
    pub(crate) last_monitored: Option<u64>,
    /// Whether somebody watches a chat by it now.
    pub(crate) monitoring: bool,
}

impl Office {
    /// One's own rules; for administrators, all.
    pub(crate) fn rule_lines(&self, operator: &OperatorId) -> Result<Vec<RuleLine>, Denial> {
        self.check_may_monitor(operator)?;
        let all = self.role(operator) == Some(Role::Administrator);
        let rules = self.live.engine().rules().filter(|rule| all || rule.watcher() == operator);
        Ok(rules.map(|rule| self.rule_line(rule, operator)).collect())
    }

    /// The operators whom the settings page offers.
    pub(crate) fn monitorable_by(&self, operator: &OperatorId) -> Vec<(OperatorId, String)> {
        let offered = self.live.engine().monitorable_by(operator);
        offered.map(|id| (id.clone(), self.name(id).to_owned())).collect()
    }

    pub(crate) fn add_rule(&mut self, operator: &OperatorId, criterion: Criterion) -> Result<RuleId, Denial> {
        let attempt = Attempt { operator, action: Action::AddedRule, chat: None };
        let words = self.criterion_in_words(&criterion);
        let added = self.try_add_rule(operator, criterion);
        let id = self.audited(attempt, added)?;
        self.audit(attempt, words, id.as_str())?;
        Ok(id)
    }

    fn try_add_rule(&mut self, operator: &OperatorId, criterion: Criterion) -> Result<RuleId, Denial> {
        self.check_may_monitor(operator)?;
        if self.live.engine().rules_of(operator).count() >= self.limits.rules_per_watcher {
            return Err(Denial::TooManyRules);
        }
        // Counted for each watcher: a gap would tell of somebody else's rule.
        let number = self.store.next_number(&format!("rules of {operator}"))?;
        let id: RuleId = format!("{operator}-{number}").parse().map_err(|_| Denial::NoSuchOperator)?;
        let events = self.apply(Command::AddRule(Rule::new(id.clone(), operator.clone(), criterion)))?;
        self.tell_events(&events)?;
        Ok(id)
    }

    pub(crate) fn set_rule_enabled(
        &mut self,
        operator: &OperatorId,
        rule: &RuleId,
        enabled: bool,
    ) -> Result<(), Denial> {
        let action = if enabled { Action::EnabledRule } else { Action::DisabledRule };
        let attempt = Attempt { operator, action, chat: None };
        let mine = self.check_rule(operator, rule);
        self.audited(attempt, mine)?;
        self.audit(attempt, self.rules_in_words(std::slice::from_ref(rule)), rule.as_str())?;
        let events = self.apply(Command::SetRuleEnabled { rule: rule.clone(), enabled })?;
        self.tell_events(&events)
    }

    pub(crate) fn remove_rule(&mut self, operator: &OperatorId, rule: &RuleId) -> Result<(), Denial> {
        let attempt = Attempt { operator, action: Action::RemovedRule, chat: None };
        let mine = self.check_rule(operator, rule);
        self.audited(attempt, mine)?;
        self.audit(attempt, self.rules_in_words(std::slice::from_ref(rule)), rule.as_str())?;
        let events = self.apply(Command::RemoveRule { rule: rule.clone() })?;
        self.tell_events(&events)
    }

    /// One's own rules; administrators all of them. To everyone else a rule does not exist.
    fn check_rule(&self, operator: &OperatorId, rule: &RuleId) -> Result<(), Denial> {
        self.check_may_monitor(operator)?;
        let found = self.live.engine().rule(rule).ok_or_else(|| Refusal::UnknownRule(rule.clone()))?;
        if found.watcher() == operator || self.role(operator) == Some(Role::Administrator) {
            Ok(())
        } else {
            Err(Denial::NoSuchRule)
        }
    }

    fn rule_line(&self, rule: &Rule, operator: &OperatorId) -> RuleLine {
        let statistics = self.statistics.of(rule.id());
        RuleLine {
            id: rule.id().to_string(),
            watcher: self.name(rule.watcher()).to_owned(),
            own: rule.watcher() == operator,
            when: self.criteria_texts(rule),
            enabled: rule.enabled(),
            chats_monitored: statistics.chats_monitored,
            chats_joined: statistics.chats_joined,
            last_monitored: statistics.last_monitored.map(Time::as_millis),
            monitoring: self.statistics.is_monitoring(rule.id()),
        }
    }

    pub(super) fn rule_text<'a>(&'a self, rule: &'a Rule) -> RuleText<'a> {
        RuleText { id: rule.id(), when: self.criteria_texts(rule) }
    }

    fn criteria_texts(&self, rule: &Rule) -> Vec<CriterionText> {
        let name = |operator: &OperatorId| self.name(operator).to_owned();
        rule.when().iter().map(|criterion| CriterionText::of(criterion, name)).collect()
    }

    /// What rules say, for the audit: it must be legible when they are gone.
    pub(super) fn rules_in_words(&self, rules: &[RuleId]) -> String {
        let known = rules.iter().filter_map(|id| self.live.engine().rule(id));
        let words = known.map(|rule| {
            let criteria: Vec<_> = rule.when().iter().map(|criterion| self.criterion_in_words(criterion)).collect();
            criteria.join(" + ")
        });
        words.collect::<Vec<_>>().join(", ")
    }

    fn criterion_in_words(&self, criterion: &Criterion) -> String {
        CriterionText::of(criterion, |operator| self.name(operator).to_owned()).value
    }
}
