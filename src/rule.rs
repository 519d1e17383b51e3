//! Rules: one operator's standing wish to watch some chats.

use alloc::vec;
use alloc::vec::Vec;

use crate::chat::Chat;
use crate::criterion::Criterion;
use crate::id::{OperatorId, RuleId};

/// One operator's standing wish to watch the chats that meet its criteria.
///
/// All criteria must hold; who wants one *or* another makes two rules. There is at least one: a rule for every chat
/// cannot be written. What a rule watches is never edited; it is removed and another one added.
///
/// ```
/// use chat_monitor::{Criterion, Rule};
///
/// let rule = Rule::new("r1".parse()?, "hana".parse()?, Criterion::Operator("ken".parse()?))
///     .and(Criterion::VisitorEmail("*@example.com".parse()?));
/// assert_eq!(rule.when().len(), 2);
/// assert!(rule.enabled());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "monitor")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Rule {
    id: RuleId,
    watcher: OperatorId,
    when: Vec<Criterion>,
    enabled: bool,
}

impl Rule {
    /// An enabled rule by which `watcher` wishes to watch the chats that meet `criterion`.
    pub fn new(id: RuleId, watcher: OperatorId, criterion: Criterion) -> Self {
        Rule { id, watcher, when: vec![criterion], enabled: true }
    }

    /// The same rule with one more criterion, which must hold too. Repeating one changes nothing of its meaning.
    #[must_use]
    pub fn and(mut self, criterion: Criterion) -> Self {
        self.when.push(criterion);
        self
    }

    /// The same rule, switched off.
    #[must_use]
    pub fn disabled(self) -> Self {
        Rule { enabled: false, ..self }
    }

    /// The rule's id.
    pub fn id(&self) -> &RuleId {
        &self.id
    }

    /// Who wishes to watch.
    pub fn watcher(&self) -> &OperatorId {
        &self.watcher
    }

    /// The criteria, one at least, in the order in which they were given.
    pub fn when(&self) -> &[Criterion] {
        &self.when
    }

    /// Whether the rule is switched on.
    pub fn enabled(&self) -> bool {
        self.enabled
    }

    /// Whether every criterion holds for `chat`.
    pub(crate) fn matches(&self, chat: &Chat) -> bool {
        self.when.iter().all(|criterion| criterion.holds_for(chat))
    }

    /// The criterion to find the rule by, in an index: the one that the fewest chats are likely to meet.
    pub(crate) fn key(&self) -> Option<&Criterion> {
        self.when.iter().min_by_key(|criterion| match criterion {
            Criterion::VisitorEmail(pattern) if !pattern.is_domain() => 0,
            Criterion::VisitorIp(range) if range.is_address() => 1,
            Criterion::Operator(_) => 2,
            Criterion::VisitorIp(_) => 3,
            Criterion::VisitorEmail(_) => 4,
        })
    }

    pub(crate) fn set_enabled(&mut self, enabled: bool) {
        self.enabled = enabled;
    }
}

#[cfg(feature = "serde")]
mod form {
    use alloc::vec::Vec;

    use serde::Deserialize;

    use super::Rule;
    use crate::criterion::Criterion;
    use crate::id::{OperatorId, RuleId};
    use crate::wire::read_as;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, expecting = "a rule")]
    struct RuleForm {
        id: RuleId,
        watcher: OperatorId,
        when: Vec<Criterion>,
        #[serde(default = "yes")]
        enabled: bool,
    }

    fn yes() -> bool {
        true
    }

    impl TryFrom<RuleForm> for Rule {
        type Error = NoCriterion;

        fn try_from(form: RuleForm) -> Result<Self, NoCriterion> {
            let RuleForm { id, watcher, when, enabled } = form;
            if when.is_empty() { Err(NoCriterion) } else { Ok(Rule { id, watcher, when, enabled }) }
        }
    }

    read_as!(Rule, RuleForm);

    #[derive(Debug, thiserror::Error)]
    #[error("expected at least one criterion in `when`")]
    struct NoCriterion;
}
