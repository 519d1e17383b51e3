//! Departments: what chats and operators belong to, and what operators oversee.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::id::DepartmentId;
use crate::right::Rights;

/// How many departments a chat or an operator can belong to, and an operator oversee.
const MAX: usize = 64;

/// A set of at most 64 departments: those that a chat or an operator belongs to.
///
/// ```
/// use chat_monitor::Departments;
///
/// let departments = Departments::new(["support".parse()?, "sales".parse()?, "sales".parse()?])?;
/// assert!(departments.iter().map(|department| department.as_str()).eq(["sales", "support"]));
/// assert!(departments.contains(&"sales".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Departments {
    /// Sorted, each once.
    departments: Vec<DepartmentId>,
}

impl Departments {
    pub(crate) const NONE: Departments = Departments { departments: Vec::new() };

    /// These departments. Order and repetition mean nothing.
    ///
    /// # Errors
    ///
    /// [`TooManyDepartments`] if they are more than 64, each counted once.
    pub fn new(departments: impl IntoIterator<Item = DepartmentId>) -> Result<Self, TooManyDepartments> {
        let mut departments: Vec<_> = departments.into_iter().collect();
        departments.sort_unstable();
        departments.dedup();
        if departments.len() > MAX { Err(TooManyDepartments) } else { Ok(Departments { departments }) }
    }

    /// Whether this is no department at all.
    pub fn is_empty(&self) -> bool {
        self.departments.is_empty()
    }

    /// Whether the department is among these.
    pub fn contains(&self, department: &DepartmentId) -> bool {
        self.departments.binary_search(department).is_ok()
    }

    /// The departments, by their bytes.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &DepartmentId> {
        self.departments.iter()
    }
}

impl<'a> IntoIterator for &'a Departments {
    type Item = &'a DepartmentId;
    type IntoIter = core::slice::Iter<'a, DepartmentId>;

    fn into_iter(self) -> Self::IntoIter {
        self.departments.iter()
    }
}

impl From<DepartmentId> for Departments {
    fn from(department: DepartmentId) -> Self {
        Departments { departments: Vec::from([department]) }
    }
}

/// What an operator oversees: at most 64 departments, each with the rights that they have there.
///
/// ```
/// use chat_monitor::{Oversees, Right, Rights};
///
/// let oversees = Oversees::new([("sales".parse()?, Rights::ALL), ("support".parse()?, [Right::Watch].into())])?;
/// assert_eq!(oversees.rights_in(&"support".parse()?), Rights::from([Right::Watch]));
/// assert_eq!(oversees.rights_in(&"legal".parse()?), Rights::NONE);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Oversees {
    /// None without rights.
    departments: BTreeMap<DepartmentId, Rights>,
}

impl Oversees {
    /// These departments with these rights; what stands there several times is added up, and what has no rights is left
    /// out.
    ///
    /// # Errors
    ///
    /// [`TooManyDepartments`] if more than 64 are left.
    pub fn new(departments: impl IntoIterator<Item = (DepartmentId, Rights)>) -> Result<Self, TooManyDepartments> {
        let mut all = BTreeMap::new();
        for (department, rights) in departments.into_iter().filter(|(_, rights)| !rights.is_empty()) {
            let held = all.entry(department).or_insert(Rights::NONE);
            *held = *held | rights;
        }
        if all.len() > MAX { Err(TooManyDepartments) } else { Ok(Oversees { departments: all }) }
    }

    /// What the operator may do in chats of this department, or of operators of it.
    pub fn rights_in(&self, department: &DepartmentId) -> Rights {
        self.departments.get(department).copied().unwrap_or_default()
    }

    /// The departments with the rights in each, by their bytes.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&DepartmentId, Rights)> {
        self.departments.iter().map(|(department, rights)| (department, *rights))
    }
}

/// There are more than 64 departments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("expected at most 64 departments")]
#[non_exhaustive]
pub struct TooManyDepartments;

#[cfg(feature = "serde")]
mod form {
    use alloc::vec::Vec;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Departments, Oversees};
    use crate::id::DepartmentId;
    use crate::right::Rights;
    use crate::wire::{entries, quiet};

    impl Serialize for Departments {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(&self.departments)
        }
    }

    impl<'de> Deserialize<'de> for Departments {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let departments: Vec<DepartmentId> = quiet::read(deserializer)?;
            Departments::new(departments).map_err(D::Error::custom)
        }
    }

    impl Serialize for Oversees {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(&self.departments)
        }
    }

    impl<'de> Deserialize<'de> for Oversees {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let departments: Vec<(DepartmentId, Rights)> =
                entries::read(deserializer, "an object with the rights in each department")?;
            Oversees::new(departments).map_err(D::Error::custom)
        }
    }
}
