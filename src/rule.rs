//! Rules: one operator's standing wish to watch some chats.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

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
    when: When,
    enabled: bool,
}

/// One criterion, as most rules have, lies in the rule itself.
#[derive(Clone, PartialEq, Eq, Hash)]
enum When {
    One(Criterion),
    All(Box<All>),
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct All {
    key: Criterion,
    when: Vec<Criterion>,
}

impl Rule {
    /// An enabled rule by which `watcher` wishes to watch the chats that meet `criterion`.
    pub fn new(id: RuleId, watcher: OperatorId, criterion: Criterion) -> Self {
        Rule { id, watcher, when: When::One(criterion), enabled: true }
    }

    /// The same rule with one more criterion, which must hold too. Repeating one changes nothing of its meaning.
    #[must_use]
    pub fn and(self, criterion: Criterion) -> Self {
        let when = match self.when {
            When::One(first) => {
                let key = narrower(first.clone(), &criterion);
                Box::new(All { key, when: vec![first, criterion] })
            }
            When::All(mut all) => {
                all.key = narrower(all.key, &criterion);
                all.when.push(criterion);
                all
            }
        };
        Rule { when: When::All(when), ..self }
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
        self.when.as_slice()
    }

    /// Whether the rule is switched on.
    pub fn enabled(&self) -> bool {
        self.enabled
    }

    /// The criterion to find the rule by, in an index: the one that the fewest chats are likely to meet.
    pub(crate) fn key(&self) -> &Criterion {
        match &self.when {
            When::One(criterion) => criterion,
            When::All(all) => &all.key,
        }
    }

    pub(crate) fn set_enabled(&mut self, enabled: bool) {
        self.enabled = enabled;
    }

    /// Holds `id` in the place of its own copies of it, so that the text lies in memory once.
    pub(crate) fn share(&mut self, id: &OperatorId) {
        let criteria = match &mut self.when {
            When::One(criterion) => core::slice::from_mut(criterion),
            When::All(all) => &mut all.when,
        };
        let named = criteria.iter_mut().filter_map(|criterion| match criterion {
            Criterion::Operator(operator) => Some(operator),
            Criterion::VisitorIp(_) | Criterion::VisitorEmail(_) => None,
        });
        named.chain([&mut self.watcher]).filter(|own| *own == id).for_each(|own| own.clone_from(id));
    }
}

/// The one of two criteria that fewer chats are likely to meet; the first of two alike.
fn narrower(one: Criterion, other: &Criterion) -> Criterion {
    let breadth = |criterion: &Criterion| match criterion {
        Criterion::VisitorEmail(pattern) if !pattern.is_domain() => 0,
        Criterion::VisitorIp(range) if range.is_address() => 1,
        Criterion::Operator(_) => 2,
        Criterion::VisitorIp(_) => 3,
        Criterion::VisitorEmail(_) => 4,
    };
    if breadth(other) < breadth(&one) { other.clone() } else { one }
}

impl When {
    fn as_slice(&self) -> &[Criterion] {
        match self {
            When::One(criterion) => core::slice::from_ref(criterion),
            When::All(all) => &all.when,
        }
    }
}

impl fmt::Debug for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}

#[cfg(feature = "serde")]
mod form {
    use alloc::vec::Vec;

    use serde::{Deserialize, Serialize, Serializer};

    use super::{Rule, When};
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
            let mut when = when.into_iter();
            let first = Rule::new(id, watcher, when.next().ok_or(NoCriterion)?);
            Ok(Rule { enabled, ..when.fold(first, Rule::and) })
        }
    }

    read_as!(Rule, RuleForm);

    impl Serialize for When {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.as_slice().serialize(serializer)
        }
    }

    #[derive(Debug, thiserror::Error)]
    #[error("expected at least one criterion in `when`")]
    struct NoCriterion;
}
