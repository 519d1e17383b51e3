//! The tests that a rule puts to a chat.

use crate::address::{EmailPattern, IpRange};
use crate::chat::{Chat, Visitor};
use crate::id::OperatorId;
use crate::wire::wire;

wire! {
    /// One test in a rule.
    ///
    /// A fact that the chat lacks never satisfies a criterion.
    ///
    /// ```
    /// use chat_monitor::{Chat, Criterion, Visitor};
    ///
    /// let office = Criterion::VisitorIp("192.0.2.0/24".parse()?);
    /// let chat = Chat::new("c1".parse()?);
    /// assert!(!office.holds_for(&chat));
    /// assert!(office.holds_for(&chat.visitor(Visitor::new().ip("192.0.2.7".parse()?))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
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
        /// The visitor's email is that address, or lies in that domain.
        VisitorEmail(EmailPattern),
    }
}

impl Criterion {
    /// Whether the criterion holds for `chat`.
    pub fn holds_for(&self, chat: &Chat) -> bool {
        self.holds(chat.known_visitor(), |operator| chat.attends(operator))
    }

    /// Whether it holds for a chat of this visitor and of whoever `attends`.
    pub(crate) fn holds(&self, visitor: &Visitor, attends: impl FnOnce(&OperatorId) -> bool) -> bool {
        match self {
            Criterion::Operator(operator) => attends(operator),
            Criterion::VisitorIp(range) => visitor.known_ip().is_some_and(|ip| range.contains(ip)),
            Criterion::VisitorEmail(pattern) => visitor.known_email().is_some_and(|email| pattern.matches(email)),
        }
    }
}
