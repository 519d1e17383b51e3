//! The saved engine: policy, operators by id, rules in rule order.

use alloc::vec::Vec;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::{DuplicateRule, MonitorEngine};
use crate::id::OperatorId;
use crate::role::{Policy, Role};
use crate::rule::Rule;
use crate::wire::{Version, read_as};

#[derive(Serialize)]
struct OperatorRef<'a> {
    operator: &'a OperatorId,
    role: Role,
}

/// `{"version": 1, "policy": …, "operators": [{"operator": …, "role": …}], "rules": […]}`
impl Serialize for MonitorEngine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let operators: Vec<_> = self.operators().map(|(operator, role)| OperatorRef { operator, role }).collect();
        let rules: Vec<_> = self.rules().collect();
        let mut saved = serializer.serialize_struct("MonitorEngine", 4)?;
        saved.serialize_field("version", &Version)?;
        saved.serialize_field("policy", self.policy())?;
        saved.serialize_field("operators", &operators)?;
        saved.serialize_field("rules", &rules)?;
        saved.end()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an operator with a role")]
struct OperatorForm {
    operator: OperatorId,
    role: Role,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a saved engine")]
struct EngineForm {
    #[expect(dead_code, reason = "reading it is checking it")]
    version: Version,
    policy: Policy,
    operators: Vec<OperatorForm>,
    rules: Vec<Rule>,
}

#[derive(Debug, thiserror::Error)]
enum Unloadable {
    #[error("operator `{0}` is there twice")]
    DuplicateOperator(OperatorId),
    #[error(transparent)]
    DuplicateRule(#[from] DuplicateRule),
}

impl TryFrom<EngineForm> for MonitorEngine {
    type Error = Unloadable;

    fn try_from(form: EngineForm) -> Result<Self, Unloadable> {
        let mut engine = MonitorEngine::new();
        engine.set_policy(form.policy);
        for OperatorForm { operator, role } in form.operators {
            if engine.role(&operator).is_some() {
                return Err(Unloadable::DuplicateOperator(operator));
            }
            engine.set_operator(operator, role);
        }
        engine.rules.reserve(form.rules.len());
        for rule in form.rules {
            engine.load_rule(rule)?;
        }
        Ok(engine)
    }
}

read_as!(MonitorEngine, EngineForm);
