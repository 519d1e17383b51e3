//! The register of departments: those that people, chats and rules can name.

use chat_monitor::{Criterion, DepartmentId, Operator, OperatorId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Attempt, Office};
use crate::denial::Denial;
use crate::store::Action;

/// A department as its page lists it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DepartmentLine {
    #[schema(value_type = String)]
    pub(crate) id: DepartmentId,
    pub(crate) name: String,
}

impl Office {
    pub(crate) fn departments(&self) -> Vec<DepartmentLine> {
        let known = self.departments.iter();
        known.map(|(id, name)| DepartmentLine { id: id.clone(), name: name.clone() }).collect()
    }

    pub(super) fn department(&self, id: &DepartmentId) -> DepartmentLine {
        DepartmentLine { id: id.clone(), name: self.department_name(id).to_owned() }
    }

    pub(crate) fn add_department(
        &mut self,
        by: &OperatorId,
        department: DepartmentId,
        name: String,
    ) -> Result<(), Denial> {
        self.check_administrator(by)?;
        if self.departments.contains_key(&department) {
            return Err(Denial::IdTaken);
        }
        let detail = format!("{department}: {name}");
        self.put_department(department, name)?;
        self.audit(Attempt { operator: by, action: Action::AddedDepartment, chat: None }, String::new(), &detail)
    }

    pub(crate) fn rename_department(
        &mut self,
        by: &OperatorId,
        department: &DepartmentId,
        name: String,
    ) -> Result<(), Denial> {
        self.check_administrator(by)?;
        let known = self.departments.get_mut(department).ok_or(Denial::NoSuchDepartment)?;
        let detail = format!("{department}: {known} → {name}");
        self.store.set_department(department, &name)?;
        *known = name;
        self.audit(Attempt { operator: by, action: Action::RenamedDepartment, chat: None }, String::new(), &detail)
    }

    pub(crate) fn remove_department(&mut self, by: &OperatorId, department: &DepartmentId) -> Result<(), Denial> {
        self.check_administrator(by)?;
        let name = self.departments.get(department).ok_or(Denial::NoSuchDepartment)?;
        let detail = format!("{department}: {name}");
        if self.uses(department)? {
            return Err(Denial::DepartmentInUse);
        }
        self.store.remove_department(department)?;
        self.departments.remove(department);
        self.audit(Attempt { operator: by, action: Action::RemovedDepartment, chat: None }, String::new(), &detail)
    }

    /// Adds one for nobody in particular: the demonstration.
    pub(crate) fn put_department(&mut self, department: DepartmentId, name: String) -> Result<(), Denial> {
        self.store.set_department(&department, &name)?;
        self.departments.insert(department, name);
        Ok(())
    }

    /// Removes one that nothing names, with the demonstration.
    pub(crate) fn drop_department(&mut self, department: &DepartmentId) -> Result<(), Denial> {
        if !self.uses(department)? {
            self.store.remove_department(department)?;
            self.departments.remove(department);
        }
        Ok(())
    }

    /// Whether anything names a department: it would mean another one if its id were given anew.
    fn uses(&self, department: &DepartmentId) -> Result<bool, Denial> {
        let engine = self.live.engine();
        let disabled = self.store.accounts()?.into_iter().filter_map(|account| account.disabled);
        let named = |criterion: &Criterion| match criterion {
            Criterion::Department(id) | Criterion::OperatorIn(id) => id == department,
            _ => false,
        };
        Ok(engine.operators().map(|(_, known)| known).chain(disabled).any(|known| is_of(&known, department))
            || self.live.chats().any(|chat| chat.departments().contains(department))
            || engine.rules().any(|rule| rule.when().iter().chain(rule.unless()).any(named))
            || engine.exclusions().any(|exclusion| exclusion.when().iter().any(named)))
    }

    /// Checks that somebody belongs to, and oversees, departments of the register alone.
    pub(super) fn check_departments(&self, operator: &Operator) -> Result<(), Denial> {
        let overseen = operator.oversees().into_iter().flat_map(|overseen| overseen.iter().map(|(id, _)| id));
        self.check_are_known(operator.departments().iter().chain(overseen))
    }

    pub(super) fn check_are_known<'a>(
        &self,
        mut departments: impl Iterator<Item = &'a DepartmentId>,
    ) -> Result<(), Denial> {
        if departments.all(|id| self.departments.contains_key(id)) { Ok(()) } else { Err(Denial::NoSuchDepartment) }
    }
}

fn is_of(operator: &Operator, department: &DepartmentId) -> bool {
    let mut overseen = operator.oversees().into_iter().flat_map(|overseen| overseen.iter());
    operator.departments().contains(department) || overseen.any(|(id, _)| id == department)
}
