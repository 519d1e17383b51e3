//! Rules and exclusions as programs read them.

use chat_monitor::{OperatorId, Role, Rule, RuleId};

use super::Office;
use crate::api::{ExclusionForm, RuleForm};
use crate::denial::Denial;
use crate::store::RuleNote;

impl Office {
    /// One's own rules; for administrators, all.
    pub(crate) fn rules_as_written(&self, operator: &OperatorId) -> Result<Vec<RuleForm>, Denial> {
        self.check_may_monitor(operator)?;
        let all = self.role(operator) == Some(Role::Administrator);
        let rules = self.live.engine().rules().filter(|rule| all || rule.watcher() == operator);
        Ok(rules.map(|rule| self.as_written(rule)).collect())
    }

    fn as_written(&self, rule: &Rule) -> RuleForm {
        let RuleNote { name, note, .. } = self.rule_notes.get(rule.id()).cloned().unwrap_or_default();
        RuleForm::of(rule, name, note)
    }

    pub(crate) fn rule_as_written(&self, operator: &OperatorId, rule: &RuleId) -> Result<RuleForm, Denial> {
        self.check_rule(operator, rule).map(|rule| self.as_written(rule))
    }

    pub(crate) fn exclusions_as_written(&self, operator: &OperatorId) -> Result<Vec<ExclusionForm>, Denial> {
        self.check_administrator(operator)?;
        Ok(self.live.engine().exclusions().map(ExclusionForm::of).collect())
    }
}
