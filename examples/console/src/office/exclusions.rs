//! Exclusions, as administrators make them.

use chat_monitor::{Command, Exclusion, ExclusionId, OperatorId, Role};
use serde::Serialize;

use super::{Attempt, Office};
use crate::criterion::Wanted;
use crate::denial::Denial;
use crate::password;
use crate::store::Action;
use crate::view::{CriterionText, RuleText};
use crate::words;

/// An exclusion as its page lists it.
#[derive(Debug, Serialize)]
pub(crate) struct ExclusionLine {
    pub(crate) id: String,
    pub(crate) when: Vec<CriterionText>,
    /// Everybody, where that is none.
    pub(crate) roles: Option<Vec<String>>,
}

impl Office {
    /// All exclusions, in the order in which they were added.
    pub(crate) fn exclusion_lines(&self, operator: &OperatorId) -> Result<Vec<ExclusionLine>, Denial> {
        self.check_administrator(operator)?;
        let line = |exclusion: &Exclusion| ExclusionLine {
            id: exclusion.id().to_string(),
            when: self.criterion_texts(exclusion.when()),
            roles: exclusion.roles().map(|roles| roles.map(ToString::to_string).collect()),
        };
        Ok(self.live.engine().exclusions().map(line).collect())
    }

    /// Adds an exclusion. Its id says nothing: watchers see it as the reason why they lost a chat.
    pub(crate) fn add_exclusion(
        &mut self,
        operator: &OperatorId,
        when: &[Wanted],
        roles: &[Role],
    ) -> Result<ExclusionId, Denial> {
        let attempt = Attempt { operator, action: Action::AddedExclusion, chat: None };
        let made = self.exclusion(operator, when, roles);
        let exclusion = self.audited(attempt, made)?;
        let (id, words) = (exclusion.id().clone(), self.exclusion_in_words(&exclusion));
        let applied = self.apply(Command::AddExclusion(exclusion));
        let events = self.audited(attempt, applied)?;
        self.audit(attempt, words, id.as_str())?;
        self.tell_events(&events)?;
        self.rules_changed(operator);
        Ok(id)
    }

    fn exclusion(&self, operator: &OperatorId, when: &[Wanted], roles: &[Role]) -> Result<Exclusion, Denial> {
        self.check_administrator(operator)?;
        let mark = password::token();
        let criteria: Result<Vec<_>, Denial> = when
            .iter()
            .enumerate()
            .map(|(place, wanted)| self.criterion(operator, wanted, &format!("{mark}/{place}")))
            .collect();
        let id = password::exclusion_name().parse().map_err(|_| Denial::NoSuchExclusion)?;
        let exclusion = Exclusion::all(id, criteria?).map_err(|_| Denial::NoCriterion)?;
        Ok(roles.iter().fold(exclusion, |exclusion, role| exclusion.binding(role.clone())))
    }

    pub(crate) fn remove_exclusion(&mut self, operator: &OperatorId, id: &ExclusionId) -> Result<(), Denial> {
        let attempt = Attempt { operator, action: Action::RemovedExclusion, chat: None };
        let known = self.check_administrator(operator).and_then(|()| {
            let exclusion = self.live.engine().exclusion(id).ok_or(Denial::NoSuchExclusion)?;
            Ok(self.exclusion_in_words(exclusion))
        });
        let words = self.audited(attempt, known)?;
        let events = self.apply(Command::RemoveExclusion { exclusion: id.clone() })?;
        self.audit(attempt, words, id.as_str())?;
        self.tell_events(&events)?;
        self.rules_changed(operator);
        Ok(())
    }

    fn exclusion_in_words(&self, exclusion: &Exclusion) -> String {
        let (id, when) = (exclusion.id().to_string(), self.criterion_texts(exclusion.when()));
        words::kept([RuleText { id, name: String::new(), when, unless: Vec::new(), window: None }])
    }
}
