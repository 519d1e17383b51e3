//! The saved engine: policy, operators by id, rules in rule order, exclusions in theirs, and the time told last.

use alloc::vec::Vec;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::operators::Number;
use super::rules::Seq;
use super::{AddExclusionRefusal, DuplicateRule, MonitorEngine, UnknownRole};
use crate::exclusion::Exclusion;
use crate::id::{ExclusionId, OperatorId, RuleId};
use crate::operator::Operator;
use crate::operator::form::{Line, OwnedLine};
use crate::policy::Policy;
use crate::role::Role;
use crate::rule::Rule;
use crate::slab::Place;
use crate::wire::{Version, quiet, read_as};

/// `{"version": 1, "policy": …, "operators": [{"operator": …, "role": …}], "rules": […]}`, and `exclusions` and `now`
/// where there are any.
impl Serialize for MonitorEngine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let operators: Vec<_> = self.operators().collect();
        let operators: Vec<_> = operators.iter().map(|(id, operator)| Line(id, operator)).collect();
        let rules: Vec<_> = self.rules().collect();
        let exclusions: Vec<_> = self.exclusions().collect();
        let mut saved = serializer.serialize_struct("MonitorEngine", 6)?;
        saved.serialize_field("version", &Version)?;
        saved.serialize_field("policy", self.policy())?;
        saved.serialize_field("operators", &operators)?;
        saved.serialize_field("rules", &rules)?;
        if exclusions.is_empty() {
            saved.skip_field("exclusions")?;
        } else {
            saved.serialize_field("exclusions", &exclusions)?;
        }
        match self.now() {
            None => saved.skip_field("now")?,
            Some(now) => saved.serialize_field("now", &now)?,
        }
        saved.end()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a saved engine")]
pub(crate) struct EngineForm {
    #[expect(dead_code, reason = "reading it is checking it")]
    pub(crate) version: Version,
    pub(crate) policy: Policy,
    pub(crate) operators: Vec<OwnedLine>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) exclusions: Option<Vec<Exclusion>>,
    pub(crate) now: Option<u64>,
}

/// Why what was saved of an engine is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidEngine {
    #[error("operator `{0}` is there twice")]
    DuplicateOperator(OperatorId),
    #[error(transparent)]
    DuplicateRule(#[from] DuplicateRule),
    /// Not named unless it reads like a name: it may be something else in the wrong place.
    #[error("{} has no row in the policy", quiet::named("role", .0.as_str()))]
    UnknownRole(Role),
    #[error("exclusion `{0}` exists already")]
    DuplicateExclusion(ExclusionId),
    #[error(transparent)]
    Now(#[from] crate::window::InvalidWindow),
}

impl From<UnknownRole> for InvalidEngine {
    fn from(UnknownRole(role): UnknownRole) -> Self {
        InvalidEngine::UnknownRole(role)
    }
}

impl From<AddExclusionRefusal> for InvalidEngine {
    fn from(refusal: AddExclusionRefusal) -> Self {
        match refusal {
            AddExclusionRefusal::DuplicateExclusion(exclusion) => InvalidEngine::DuplicateExclusion(exclusion),
            AddExclusionRefusal::UnknownRole(role) => InvalidEngine::UnknownRole(role),
        }
    }
}

impl TryFrom<EngineForm> for MonitorEngine {
    type Error = InvalidEngine;

    fn try_from(form: EngineForm) -> Result<Self, InvalidEngine> {
        let mut engine = MonitorEngine::new();
        // Nobody has a role yet that the policy could lack.
        _ = engine.set_policy(form.policy);
        for OwnedLine(id, operator) in form.operators {
            if engine.role(&id).is_some() {
                return Err(InvalidEngine::DuplicateOperator(id));
            }
            engine.set_operator(id, operator)?;
        }
        engine.rules.reserve(form.rules.len());
        for rule in form.rules {
            engine.load_rule(rule)?;
        }
        for exclusion in form.exclusions.unwrap_or_default() {
            engine.add_exclusion(exclusion)?;
        }
        if form.now.is_some_and(|now| now > crate::window::LAST_INSTANT) {
            return Err(InvalidEngine::Now(crate::window::InvalidWindow::BeyondLast));
        }
        engine.now = form.now;
        Ok(engine)
    }
}

read_as!(MonitorEngine, EngineForm);

/// Rules and operators one by one, as they are saved in parts.
impl MonitorEngine {
    pub(crate) fn oldest_rule(&self) -> Place {
        self.rules.oldest()
    }

    /// A rule's place in rule order, and the rule that follows it.
    pub(crate) fn rule_there(&self, place: Place) -> Option<(Seq, Place)> {
        self.rules.get(place).map(|slot| (slot.seq, slot.newer()))
    }

    pub(crate) fn place_of(&self, rule: &RuleId) -> Option<Place> {
        self.find(rule).ok().map(|(place, _)| place)
    }

    /// The place in rule order that the next rule gets.
    pub(crate) fn next_seq(&self) -> Seq {
        self.rules.next_seq()
    }

    /// The operator of a number, if they are known.
    pub(crate) fn operator_there(&self, number: Number) -> Option<(&OperatorId, Operator)> {
        Some((self.index.operators.id(number)?, self.known(number)?))
    }
}
