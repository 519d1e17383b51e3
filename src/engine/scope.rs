//! Departments by number: what operators belong to and oversee, in a form that the decision can compare quickly.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use foldhash::fast::SeedableRandomState;
use hashbrown::HashMap;

use super::operators::Number;
use crate::id::DepartmentId;
use crate::operator::Operator;
use crate::right::Rights;

/// A department's number. It is given anew when no operator belongs to the department or oversees it any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DepartmentNumber(u32);

/// Where an operator stands among the departments. Those without departments have none.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// As it was told.
    pub(super) operator: Operator,
    /// Sorted.
    belongs: Vec<DepartmentNumber>,
    /// Sorted by number.
    oversees: Vec<(DepartmentNumber, Rights)>,
}

impl Scope {
    pub(super) fn belongs_to(&self) -> &[DepartmentNumber] {
        &self.belongs
    }

    /// The departments that they oversee.
    pub(super) fn overseen(&self) -> impl Iterator<Item = &DepartmentId> {
        overseen(&self.operator).map(|(department, _)| department)
    }

    /// What the operator may do in any of these departments.
    pub(super) fn rights_in_any(&self, departments: &[DepartmentNumber]) -> Rights {
        let rights_in = |department: &DepartmentNumber| {
            let place = self.oversees.binary_search_by_key(department, |(overseen, _)| *overseen).ok()?;
            self.oversees.get(place).map(|(_, rights)| *rights)
        };
        departments.iter().filter_map(rights_in).fold(Rights::NONE, |all, rights| all | rights)
    }
}

/// The departments that an operator belongs to or oversees.
#[derive(Clone, Debug, Default)]
pub(super) struct DepartmentNumbers {
    known: HashMap<DepartmentId, Known, SeedableRandomState>,
    free: Vec<DepartmentNumber>,
    next: u32,
}

#[derive(Clone, Debug)]
struct Known {
    number: DepartmentNumber,
    /// How often an operator belongs to it or oversees it.
    uses: usize,
    members: BTreeSet<Number>,
}

impl DepartmentNumbers {
    pub(super) fn new(hasher: SeedableRandomState) -> Self {
        DepartmentNumbers { known: HashMap::with_hasher(hasher), free: Vec::new(), next: 0 }
    }

    /// The number of a department; none where no operator has to do with it.
    pub(super) fn number(&self, department: &DepartmentId) -> Option<DepartmentNumber> {
        self.known.get(department).map(|known| known.number)
    }

    /// The operators who belong to a department.
    pub(super) fn members(&self, department: &DepartmentId) -> impl Iterator<Item = Number> + use<'_> {
        self.known.get(department).into_iter().flat_map(|known| &known.members).copied()
    }

    /// Notes where an operator stands; none where they have no department.
    pub(super) fn enter(&mut self, number: Number, operator: Operator) -> Option<Box<Scope>> {
        let mut belongs = Vec::new();
        for department in operator.departments().iter() {
            let known = self.know(department);
            known.members.insert(number);
            belongs.push(known.number);
        }
        let mut oversees = Vec::new();
        for (department, rights) in overseen(&operator) {
            oversees.push((self.know(department).number, rights));
        }
        belongs.sort_unstable();
        oversees.sort_unstable_by_key(|(department, _)| *department);
        operator.has_scope().then(|| Box::new(Scope { operator, belongs, oversees }))
    }

    /// Forgets where an operator stood.
    pub(super) fn leave(&mut self, number: Number, operator: &Operator) {
        for department in operator.departments().iter() {
            if let Some(known) = self.known.get_mut(department) {
                known.members.remove(&number);
            }
            self.forget(department);
        }
        overseen(operator).for_each(|(department, _)| self.forget(department));
    }

    fn know(&mut self, department: &DepartmentId) -> &mut Known {
        let known = self.known.entry_ref(department).or_insert_with(|| {
            let number = self.free.pop().unwrap_or_else(|| {
                self.next += 1;
                DepartmentNumber(self.next - 1)
            });
            Known { number, uses: 0, members: BTreeSet::new() }
        });
        known.uses += 1;
        known
    }

    fn forget(&mut self, department: &DepartmentId) {
        let Some(known) = self.known.get_mut(department) else { return };
        known.uses -= 1;
        if known.uses == 0 {
            self.free.push(known.number);
            self.known.remove(department);
        }
    }
}

/// What an operator oversees: what was told, or their own departments with all rights.
fn overseen(operator: &Operator) -> impl Iterator<Item = (&DepartmentId, Rights)> {
    let told = operator.oversees();
    let own = told.is_none().then(|| operator.departments().iter().map(|department| (department, Rights::ALL)));
    let own = own.into_iter().flatten();
    told.into_iter().flat_map(|oversees| oversees.iter()).chain(own)
}
