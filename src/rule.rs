//! Rules: one operator's standing wish to watch some chats.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use crate::criterion::Criterion;
use crate::id::{OperatorId, RuleId};
use crate::window::Window;

/// One operator's standing wish to watch the chats that meet its criteria.
///
/// All criteria of `when` must hold, and none of `unless`; who wants one *or* another makes two rules. There is at least
/// one in `when`: a rule for every chat cannot be written. What a rule watches is never edited; it is removed and another
/// one added.
///
/// ```
/// use chat_monitor::{Criterion, Rule};
///
/// let rule = Rule::new("r1".parse()?, "hana".parse()?, Criterion::Operator("ken".parse()?))
///     .and(Criterion::VisitorEmail("*@example.com".parse()?))
///     .and_not(Criterion::VisitorIp("192.0.2.0/24".parse()?));
/// assert_eq!((rule.when().len(), rule.unless().len()), (2, 1));
/// assert!(rule.enabled() && !rule.with_enabled(false).enabled());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "monitor")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Rule {
    id: RuleId,
    watcher: OperatorId,
    matcher: Matcher,
    enabled: bool,
}

/// What a rule asks for. One criterion, as most rules have, lies in the rule itself.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Matcher {
    One(Criterion),
    More(Box<More>),
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct More {
    /// The narrowest of `when`.
    key: Criterion,
    when: Vec<Criterion>,
    unless: Vec<Criterion>,
    window: Option<Window>,
}

impl Rule {
    /// An enabled rule by which `watcher` wishes to watch the chats that meet `criterion`.
    pub fn new(id: RuleId, watcher: OperatorId, criterion: Criterion) -> Self {
        Rule { id, watcher, matcher: Matcher::One(criterion), enabled: true }
    }

    /// An enabled rule by which `watcher` wishes to watch the chats that meet all `criteria`.
    ///
    /// # Errors
    ///
    /// [`NoCriterion`] if there is none.
    ///
    /// ```
    /// use chat_monitor::Rule;
    ///
    /// assert!(Rule::all("r1".parse()?, "hana".parse()?, []).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn all(
        id: RuleId,
        watcher: OperatorId,
        criteria: impl IntoIterator<Item = Criterion>,
    ) -> Result<Self, NoCriterion> {
        let mut criteria = criteria.into_iter();
        let first = Rule::new(id, watcher, criteria.next().ok_or(NoCriterion)?);
        Ok(criteria.fold(first, Rule::and))
    }

    /// The same rule with one more criterion, which must hold too. Repeating one changes nothing of its meaning.
    #[must_use]
    pub fn and(mut self, criterion: Criterion) -> Self {
        self.matcher = self.matcher.more(|more| {
            more.key = narrower(more.key.clone(), &criterion);
            more.when.push(criterion);
        });
        self
    }

    /// The same rule with one more criterion that must not hold.
    #[must_use]
    pub fn and_not(mut self, criterion: Criterion) -> Self {
        self.matcher = self.matcher.more(|more| more.unless.push(criterion));
        self
    }

    /// The same rule, which counts only in this window; always where that is none.
    #[must_use]
    pub fn with_window(mut self, window: Option<Window>) -> Self {
        self.set_window(window);
        self
    }

    /// The same rule, switched on or off.
    #[must_use]
    pub fn with_enabled(self, enabled: bool) -> Self {
        Rule { enabled, ..self }
    }

    /// The rule's id.
    pub fn id(&self) -> &RuleId {
        &self.id
    }

    /// Who wishes to watch.
    pub fn watcher(&self) -> &OperatorId {
        &self.watcher
    }

    /// The criteria that must hold, one at least, in the order in which they were given.
    pub fn when(&self) -> &[Criterion] {
        match &self.matcher {
            Matcher::One(criterion) => core::slice::from_ref(criterion),
            Matcher::More(more) => &more.when,
        }
    }

    /// The criteria that must not hold, in the order in which they were given.
    pub fn unless(&self) -> &[Criterion] {
        match &self.matcher {
            Matcher::One(_) => &[],
            Matcher::More(more) => &more.unless,
        }
    }

    /// When the rule counts; always where that is none.
    pub fn window(&self) -> Option<Window> {
        match &self.matcher {
            Matcher::One(_) => None,
            Matcher::More(more) => more.window,
        }
    }

    /// Whether the rule is switched on.
    pub fn enabled(&self) -> bool {
        self.enabled
    }

    /// The criterion to find the rule by, in an index: the one that the fewest chats are likely to meet, the first of
    /// several alike.
    pub(crate) fn key(&self) -> &Criterion {
        match &self.matcher {
            Matcher::One(criterion) => criterion,
            Matcher::More(more) => &more.key,
        }
    }

    /// The criterion that is all that the rule asks, if there is one.
    pub(crate) fn only_criterion(&self) -> Option<&Criterion> {
        match &self.matcher {
            Matcher::One(criterion) => Some(criterion),
            Matcher::More(_) => None,
        }
    }

    pub(crate) fn set_enabled(&mut self, enabled: bool) {
        self.enabled = enabled;
    }

    pub(crate) fn set_window(&mut self, window: Option<Window>) {
        self.matcher = self.matcher.clone().more(|more| more.window = window);
    }

    /// Holds `id` in the place of its own copies of it, so that the text lies in memory once.
    pub(crate) fn share(&mut self, id: &OperatorId) {
        let (key, when) = match &mut self.matcher {
            Matcher::One(criterion) => (Some(criterion), Default::default()),
            Matcher::More(more) => (Some(&mut more.key), more.when.as_mut_slice()),
        };
        let named = key.into_iter().chain(when).filter_map(Criterion::operator_mut);
        named.chain([&mut self.watcher]).filter(|own| *own == id).for_each(|own| own.clone_from(id));
    }
}

/// The one of two criteria that fewer chats are likely to meet; the first of two alike.
pub(crate) fn narrower(one: Criterion, other: &Criterion) -> Criterion {
    if other.breadth() < one.breadth() { other.clone() } else { one }
}

impl Matcher {
    /// With what `change` adds or takes away; in place again where only one criterion is left.
    fn more(self, change: impl FnOnce(&mut More)) -> Self {
        let mut more = match self {
            Matcher::One(criterion) => Box::new(More::of(criterion)),
            Matcher::More(more) => more,
        };
        change(&mut more);
        match *more {
            More { key, when, unless, window: None } if when.len() == 1 && unless.is_empty() => Matcher::One(key),
            more => Matcher::More(Box::new(more)),
        }
    }
}

impl More {
    fn of(criterion: Criterion) -> Self {
        More { key: criterion.clone(), when: vec![criterion], unless: Vec::new(), window: None }
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rule = f.debug_struct("Rule");
        rule.field("id", &self.id).field("watcher", &self.watcher).field("when", &self.when());
        if !self.unless().is_empty() {
            rule.field("unless", &self.unless());
        }
        if let Some(window) = self.window() {
            rule.field("window", &window);
        }
        rule.field("enabled", &self.enabled).finish()
    }
}

/// There is no criterion: a rule or an exclusion for every chat cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("expected at least one criterion in `when`")]
#[non_exhaustive]
pub struct NoCriterion;

#[cfg(feature = "serde")]
mod form {
    use alloc::vec::Vec;

    use serde::ser::SerializeStruct;
    use serde::{Deserialize, Serialize, Serializer};

    use super::{NoCriterion, Rule};
    use crate::criterion::Criterion;
    use crate::id::{OperatorId, RuleId};
    use crate::window::Window;
    use crate::wire::read_as;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, expecting = "a rule")]
    struct RuleForm {
        id: RuleId,
        watcher: OperatorId,
        when: Vec<Criterion>,
        unless: Option<Vec<Criterion>>,
        window: Option<Window>,
        #[serde(default = "yes")]
        enabled: bool,
    }

    fn yes() -> bool {
        true
    }

    impl TryFrom<RuleForm> for Rule {
        type Error = NoCriterion;

        fn try_from(form: RuleForm) -> Result<Self, NoCriterion> {
            let RuleForm { id, watcher, when, unless, window, enabled } = form;
            let rule = Rule::all(id, watcher, when)?.with_window(window).with_enabled(enabled);
            Ok(unless.unwrap_or_default().into_iter().fold(rule, Rule::and_not))
        }
    }

    read_as!(Rule, RuleForm);

    impl Serialize for Rule {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut rule = serializer.serialize_struct("Rule", 6)?;
            rule.serialize_field("id", &self.id)?;
            rule.serialize_field("watcher", &self.watcher)?;
            rule.serialize_field("when", self.when())?;
            match self.unless() {
                [] => rule.skip_field("unless")?,
                unless => rule.serialize_field("unless", unless)?,
            }
            match self.window() {
                None => rule.skip_field("window")?,
                Some(window) => rule.serialize_field("window", &window)?,
            }
            rule.serialize_field("enabled", &self.enabled)?;
            rule.end()
        }
    }
}
