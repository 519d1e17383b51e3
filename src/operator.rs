//! What is known of an operator.

use alloc::boxed::Box;
use core::hash::{Hash, Hasher};

use crate::department::{Departments, Oversees};
use crate::id::DepartmentId;
use crate::right::Rights;
use crate::role::Role;

/// What is known of an operator: their role, the departments that they belong to, and those that they oversee.
///
/// Who says nothing of what they oversee oversees their own departments, with all rights. A role alone makes an
/// operator: `Role::Associate.into()`.
///
/// ```
/// use chat_monitor::{Departments, Operator, Oversees, Rights, Role};
///
/// let hana = Operator::new(Role::Supervisor).with_departments(Departments::new(["sales".parse()?])?);
/// assert_eq!(hana.rights_in(&"sales".parse()?), Rights::ALL);
/// let retired = hana.clone().with_oversees(Oversees::default());
/// assert_eq!(retired.rights_in(&"sales".parse()?), Rights::NONE);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "agent")]
#[derive(Clone, Debug)]
pub struct Operator {
    role: Role,
    /// Absent where nothing was said: a host without departments pays for none.
    scope: Option<Box<Scope>>,
}

#[derive(Clone, Debug, Default)]
struct Scope {
    departments: Departments,
    /// As it was said, which may be the default.
    oversees: Option<Oversees>,
}

impl Operator {
    /// An operator of this role, of no department.
    pub fn new(role: Role) -> Self {
        Operator { role, scope: None }
    }

    /// The same operator, belonging to these departments. What they oversee stays as it was said, and follows where
    /// nothing was.
    #[must_use]
    pub fn with_departments(mut self, departments: Departments) -> Self {
        self.scope.get_or_insert_default().departments = departments;
        self
    }

    /// The same operator, overseeing this and nothing else. Where this is their own departments with all rights, it is
    /// the same as not saying it.
    #[must_use]
    pub fn with_oversees(mut self, oversees: Oversees) -> Self {
        self.scope.get_or_insert_default().oversees = Some(oversees);
        self
    }

    /// Their role.
    pub fn role(&self) -> &Role {
        &self.role
    }

    /// The departments that they belong to.
    pub fn departments(&self) -> &Departments {
        const NONE: &Departments = &Departments::NONE;
        self.scope.as_ref().map_or(NONE, |scope| &scope.departments)
    }

    /// What they oversee, where it is not their own departments with all rights.
    pub fn oversees(&self) -> Option<&Oversees> {
        let oversees = self.scope.as_ref()?.oversees.as_ref()?;
        let own = self.departments().iter().map(|department| (department, Rights::ALL));
        if oversees.iter().eq(own) { None } else { Some(oversees) }
    }

    /// What they may do in chats of this department, or of operators of it, as far as their role goes.
    pub fn rights_in(&self, department: &DepartmentId) -> Rights {
        match self.oversees() {
            Some(oversees) => oversees.rights_in(department),
            None if self.departments().contains(department) => Rights::ALL,
            None => Rights::NONE,
        }
    }

    /// Whether they have to do with a department.
    pub(crate) fn has_scope(&self) -> bool {
        !self.departments().is_empty() || self.oversees().is_some()
    }
}

/// Operators are equal when they have the same role, belong to the same departments and oversee the same.
impl PartialEq for Operator {
    fn eq(&self, other: &Self) -> bool {
        self.role == other.role && self.departments() == other.departments() && self.oversees() == other.oversees()
    }
}

impl Eq for Operator {}

impl Hash for Operator {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.role, self.departments(), self.oversees()).hash(state);
    }
}

impl From<Role> for Operator {
    fn from(role: Role) -> Self {
        Operator::new(role)
    }
}

/// An operator with their id, flat, as they stand on the wire:
/// `{"operator": "hana", "role": "supervisor", "departments": ["desk"], "oversees": {"sales": ["watch"]}}`.
#[cfg(feature = "serde")]
pub(crate) mod form {
    use serde::ser::SerializeStruct;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Operator;
    use crate::department::{Departments, Oversees};
    use crate::id::OperatorId;
    use crate::role::Role;
    use crate::wire::quiet;

    pub(crate) fn serialize<S: Serializer>(
        id: &OperatorId,
        operator: &Operator,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Operator", 4)?;
        fields.serialize_field("operator", id)?;
        fields.serialize_field("role", operator.role())?;
        if operator.departments().is_empty() {
            fields.skip_field("departments")?;
        } else {
            fields.serialize_field("departments", operator.departments())?;
        }
        match operator.oversees() {
            Some(oversees) => fields.serialize_field("oversees", oversees)?,
            None => fields.skip_field("oversees")?,
        }
        fields.end()
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, expecting = "an operator with a role")]
    struct Form {
        operator: OperatorId,
        role: Role,
        departments: Option<Departments>,
        oversees: Option<Oversees>,
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(OperatorId, Operator), D::Error> {
        let Form { operator, role, departments, oversees } = quiet::read(deserializer)?;
        let known = Operator::new(role).with_departments(departments.unwrap_or_default());
        Ok((operator, oversees.into_iter().fold(known, Operator::with_oversees)))
    }

    /// One of several, as a saved engine lists them.
    pub(crate) struct Line<'a>(pub(crate) &'a OperatorId, pub(crate) &'a Operator);

    impl Serialize for Line<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serialize(self.0, self.1, serializer)
        }
    }

    /// The same, with its own values.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(crate) struct OwnedLine(pub(crate) OperatorId, pub(crate) Operator);

    impl Serialize for OwnedLine {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serialize(&self.0, &self.1, serializer)
        }
    }

    impl<'de> Deserialize<'de> for OwnedLine {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserialize(deserializer).map(|(id, operator)| OwnedLine(id, operator))
        }
    }
}
