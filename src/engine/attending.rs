//! Who attends one chat, and what a criterion asks of it: looked up once for all rules of a question.

use core::cell::{Cell, OnceCell};

use alloc::vec::Vec;

use foldhash::fast::SeedableRandomState;
use hashbrown::HashSet;

use super::operators::{OperatorSlot, Operators};
use super::scope::DepartmentNumber;
use crate::chat::Chat;
use crate::criterion::Criterion;
use crate::id::{DepartmentId, OperatorId};

/// Up to this many attending operators, a linear search is fastest.
const LINEAR: usize = 8;

/// One chat, with those who attend it.
#[derive(Debug)]
pub(super) struct Attending<'a> {
    pub(super) chat: &'a Chat,
    pub(super) operators: &'a Operators,
    pub(super) hasher: &'a SeedableRandomState,
    /// How often it was asked whether somebody attends, up to [`LINEAR`].
    asked: Cell<usize>,
    /// Who attends, if they are many and asked about often.
    many: OnceCell<HashSet<&'a OperatorId, SeedableRandomState>>,
    /// The departments of all who attend, sorted.
    departments: OnceCell<Vec<DepartmentNumber>>,
}

impl<'a> Attending<'a> {
    pub(super) fn of(chat: &'a Chat, operators: &'a Operators, hasher: &'a SeedableRandomState) -> Self {
        let (many, departments) = (OnceCell::new(), OnceCell::new());
        Attending { chat, operators, hasher, asked: Cell::new(0), many, departments }
    }

    /// Whether the chat meets a criterion.
    pub(super) fn meet(&self, criterion: &Criterion) -> bool {
        let visitor = self.chat.visitor();
        match criterion {
            Criterion::Operator(operator) => self.contain(operator),
            Criterion::VisitorIp(range) => visitor.ip().is_some_and(|ip| range.contains(ip)),
            Criterion::VisitorEmail(pattern) => visitor.email().is_some_and(|email| pattern.matches(email)),
            Criterion::Department(department) => self.chat.departments().contains(department),
            Criterion::OperatorIn(department) => self.belong_to(department),
            Criterion::Attribute(attribute) => self.chat.attributes().contains(attribute),
            Criterion::Sample(sample) => sample.contains(self.chat.id()),
        }
    }

    /// Whether `operator` attends.
    pub(super) fn contain(&self, operator: &OperatorId) -> bool {
        if self.chat.operators().len() + self.chat.joined().len() <= LINEAR {
            return self.chat.attends(operator);
        }
        if self.asked.get() < LINEAR {
            self.asked.set(self.asked.get() + 1);
            return self.chat.attends(operator);
        }
        let many = self.many.get_or_init(|| {
            let mut many = HashSet::with_hasher(self.hasher.clone());
            many.extend(self.chat.attending());
            many
        });
        many.contains(operator)
    }

    /// Whether nobody attends.
    pub(super) fn are_none(&self) -> bool {
        self.chat.attending().next().is_none()
    }

    /// What is known of an operator.
    pub(super) fn slot(&self, operator: &OperatorId) -> Option<&'a OperatorSlot> {
        self.operators.find(operator, self.hasher)
    }

    /// The operators that a watcher must be allowed to monitor, each with what is known of them.
    pub(super) fn counted(&self, joined: bool) -> impl Iterator<Item = (&'a OperatorId, Option<&'a OperatorSlot>)> {
        let joined = if joined { self.chat.joined() } else { &[] };
        self.chat.operators().iter().chain(joined).map(|operator| (operator, self.slot(operator)))
    }

    /// The departments that an operator belongs to.
    pub(super) fn departments_of(&self, slot: Option<&OperatorSlot>) -> &'a [DepartmentNumber] {
        let scope = slot.and_then(|slot| self.operators.get(slot.number)?.scope.as_deref());
        scope.map(|scope| scope.belongs_to()).unwrap_or_default()
    }

    /// The same, by their ids.
    pub(super) fn department_ids_of(&self, operator: &OperatorId) -> impl Iterator<Item = &'a DepartmentId> + use<'a> {
        let scope = self.slot(operator).and_then(|slot| self.operators.get(slot.number)?.scope.as_deref());
        scope.into_iter().flat_map(|scope| scope.operator.departments().iter())
    }

    fn belong_to(&self, department: &DepartmentId) -> bool {
        let Some(department) = self.operators.departments().number(department) else { return false };
        let departments = self.departments.get_or_init(|| {
            let slots = self.chat.attending().map(|operator| self.slot(operator));
            let mut departments: Vec<_> = slots.flat_map(|slot| self.departments_of(slot)).copied().collect();
            departments.sort_unstable();
            departments.dedup();
            departments
        });
        departments.binary_search(&department).is_ok()
    }
}
