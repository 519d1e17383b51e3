//! The tests that a rule puts to a chat.

use crate::address::{EmailPattern, IpRange};
use crate::attribute::Attribute;
use crate::id::{DepartmentId, OperatorId};
use crate::sample::Sample;
use crate::wire::wire;

wire! {
    /// One test in a rule or an exclusion.
    ///
    /// A fact that the chat lacks never satisfies a criterion.
    ///
    /// ```
    /// use chat_monitor::{Criterion, IpRange};
    ///
    /// let office: IpRange = "192.0.2.0/24".parse()?;
    /// assert_eq!(Criterion::from(office), Criterion::VisitorIp(office));
    /// # Ok::<(), chat_monitor::ParseIpError>(())
    /// ```
    #[doc(alias = "condition")]
    #[doc(alias = "filter")]
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Criterion {
        /// That operator attends the chat.
        Operator(OperatorId),
        /// The visitor's address lies in the range.
        VisitorIp(IpRange),
        /// The visitor's email is that address, or lies in that domain, or below it.
        VisitorEmail(EmailPattern),
        /// The chat belongs to that department.
        Department(DepartmentId),
        /// An operator who attends the chat, given or joined, belongs to that department.
        OperatorIn(DepartmentId),
        /// The chat has that value of that name.
        Attribute(Attribute),
        /// The chat is in the sample.
        Sample(Sample),
    }
}

impl Criterion {
    /// The operator that the criterion names, if it names one.
    pub(crate) fn operator(&self) -> Option<&OperatorId> {
        match self {
            Criterion::Operator(operator) => Some(operator),
            Criterion::VisitorIp(_)
            | Criterion::VisitorEmail(_)
            | Criterion::Department(_)
            | Criterion::OperatorIn(_)
            | Criterion::Attribute(_)
            | Criterion::Sample(_) => None,
        }
    }

    pub(crate) fn operator_mut(&mut self) -> Option<&mut OperatorId> {
        match self {
            Criterion::Operator(operator) => Some(operator),
            other => {
                debug_assert!(other.operator().is_none());
                None
            }
        }
    }

    /// How many chats are likely to meet the criterion, beside the other kinds: the fewest first. A rule is found by its
    /// narrowest criterion.
    pub(crate) fn breadth(&self) -> u8 {
        match self {
            Criterion::VisitorEmail(pattern) if pattern.is_address() => 0,
            Criterion::VisitorIp(range) if range.is_address() => 1,
            Criterion::Operator(_) => 2,
            Criterion::VisitorIp(_) => 3,
            Criterion::VisitorEmail(_) => 4,
            Criterion::Attribute(_) => 5,
            Criterion::Department(_) => 6,
            Criterion::OperatorIn(_) => 7,
            Criterion::Sample(_) => 8,
        }
    }
}

impl From<OperatorId> for Criterion {
    fn from(operator: OperatorId) -> Self {
        Criterion::Operator(operator)
    }
}

impl From<IpRange> for Criterion {
    fn from(range: IpRange) -> Self {
        Criterion::VisitorIp(range)
    }
}

impl From<EmailPattern> for Criterion {
    fn from(pattern: EmailPattern) -> Self {
        Criterion::VisitorEmail(pattern)
    }
}

impl From<Attribute> for Criterion {
    fn from(attribute: Attribute) -> Self {
        Criterion::Attribute(attribute)
    }
}

impl From<Sample> for Criterion {
    fn from(sample: Sample) -> Self {
        Criterion::Sample(sample)
    }
}
