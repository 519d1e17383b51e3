//! The engine: it holds the operators, the rules and the policy, and decides who may watch a chat.

mod answer;
mod filing;
mod index;
mod judge;
mod key;
mod list;
mod networks;
mod operators;
mod rank;
mod rules;
#[cfg(feature = "serde")]
mod saved;
mod table;
mod watchers;

use alloc::vec::Vec;

use foldhash::SharedSeed;
use foldhash::fast::SeedableRandomState;
use indexmap::IndexMap;

use crate::chat::Chat;
use crate::criterion::Criterion;
use crate::filed::Seq;
use crate::id::{OperatorId, RuleId};
use crate::role::{Policy, Role};
use crate::rule::Rule;
use crate::verdict::Verdict;
use crate::wire::wire;
use index::Index;
use judge::Judge;
use rank::{Number, Permitted, Rank};
use rules::{By, RuleSlot, Rules};
use table::{Place, Tag};

pub use watchers::{Granted, Watcher, Watchers};

/// Decides who may watch a chat.
///
/// **Rule order** is the order in which the rules were added; one that was removed and added again is last. Every
/// answer keeps it.
///
/// It is made for fewer than 2³² rules and 2³⁰ operators, those counted whom only rules name; that is not checked.
///
/// Changes happen whole or not at all. Rules of an operator who was removed or demoted stay, inert, and
/// [`explain`](MonitorEngine::explain) says why; they never attach to anybody else.
///
/// ```
/// use chat_monitor::{Chat, Criterion, MonitorEngine, Role, Rule, Verdict};
///
/// let mut engine = MonitorEngine::new();
/// engine.set_operator("ken".parse()?, Role::Associate);
/// engine.set_operator("hana".parse()?, Role::Supervisor);
/// engine.add_rule(Rule::new("r1".parse()?, "hana".parse()?, Criterion::Operator("ken".parse()?)))?;
///
/// let chat = Chat::new("c1".parse()?).attended_by("ken".parse()?);
/// assert_eq!(engine.watchers_for(&chat)[0].operator().as_str(), "hana");
///
/// engine.set_operator("ken".parse()?, Role::Supervisor);
/// assert!(engine.watchers_for(&chat).is_empty());
/// let verdicts: Vec<_> = engine.explain(&chat).map(|(_, verdict)| verdict).collect();
/// assert_eq!(verdicts, [Verdict::NotPermitted("ken".parse()?)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct MonitorEngine {
    policy: Policy,
    permitted: Permitted,
    rules: Rules,
    index: Index,
}

/// Making and changing.
impl MonitorEngine {
    /// An engine without operators and rules, with the default [`Policy`].
    pub fn new() -> Self {
        MonitorEngine::with_hasher(SeedableRandomState::random())
    }

    /// The same with a hash seed of the host's.
    ///
    /// Visitors choose their emails, and who knows the seed can choose them so that look-ups get slow.
    /// [`new`](MonitorEngine::new) takes a random one where the platform has randomness; on one that has none, such as
    /// `wasm32-unknown-unknown`, the host should bring its own. The seed shows in no answer.
    pub fn with_hash_seed(seed: u64) -> Self {
        MonitorEngine::with_hasher(SeedableRandomState::with_seed(seed, SharedSeed::global_random()))
    }

    fn with_hasher(hasher: SeedableRandomState) -> Self {
        let policy = Policy::default();
        let permitted = Permitted::by(&policy.permissions);
        MonitorEngine { policy, permitted, rules: Rules::default(), index: Index::new(hasher) }
    }

    /// Replaces the policy.
    pub fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
        self.permitted = Permitted::by(&policy.permissions);
    }

    /// Adds an operator, or changes the role of one who is known.
    pub fn set_operator(&mut self, operator: OperatorId, role: Role) {
        self.index.operators.intern(&operator, &self.index.hasher);
        self.set_role(&operator, Some(role));
    }

    /// Removes an operator. Their rules stay and grant nothing.
    ///
    /// # Errors
    ///
    /// [`UnknownOperator`]; nothing has changed then.
    pub fn remove_operator(&mut self, operator: &OperatorId) -> Result<(), UnknownOperator> {
        if self.role(operator).is_none() {
            return Err(UnknownOperator(operator.clone()));
        }
        self.set_role(operator, None);
        self.index.operators.release(operator, &self.index.hasher);
        Ok(())
    }

    /// Sets the role of an operator who has a slot, there and wherever they stand as a watcher.
    fn set_role(&mut self, operator: &OperatorId, role: Option<Role>) {
        let Some((number, before)) = self.index.operators.set_role(operator, role, &self.index.hasher) else { return };
        let own = self.index.operators.own(number);
        for slot in self.rules.along(own, By::Watcher).filter(|slot| slot.is_listed()) {
            if let Some(filed) = self.index.find_mut(slot.rule.key()) {
                filed.watchers.set_rank(number, before, Rank::of(role));
            }
        }
    }

    /// Adds a rule, as the last in rule order.
    ///
    /// # Errors
    ///
    /// The first [`AddRuleRefusal`] that applies, in the order in which that lists them; those about operators apply
    /// criterion by criterion. Nothing has changed then.
    pub fn add_rule(&mut self, rule: Rule) -> Result<(), AddRuleRefusal> {
        if self.rule(rule.id()).is_some() {
            return Err(AddRuleRefusal::DuplicateRule(rule.id().clone()));
        }
        let watcher = rule.watcher();
        let Some(role) = self.role(watcher) else {
            return Err(AddRuleRefusal::UnknownWatcher(watcher.clone()));
        };
        let permissions = &self.policy.permissions;
        if !permissions.may_monitor_anybody(role) {
            return Err(AddRuleRefusal::NoRights(watcher.clone()));
        }
        for criterion in rule.when() {
            let operator = match criterion {
                Criterion::Operator(operator) => operator,
                Criterion::VisitorIp(_) | Criterion::VisitorEmail(_) => continue,
            };
            if operator == watcher {
                return Err(AddRuleRefusal::OwnChats(operator.clone()));
            }
            match self.role(operator) {
                None => return Err(AddRuleRefusal::UnknownOperator(operator.clone())),
                Some(target) if !permissions.may_monitor(role, target) => {
                    return Err(AddRuleRefusal::NotPermitted(operator.clone()));
                }
                Some(_) => {}
            }
        }
        self.append(rule);
        Ok(())
    }

    /// Adds a rule that was accepted before, as the last in rule order: for a host that keeps its rules in a database
    /// of its own.
    ///
    /// Only its id is checked. Roles change after a rule is made, and such a rule stays, inert, rather than being lost.
    ///
    /// # Errors
    ///
    /// [`DuplicateRule`]; nothing has changed then.
    pub fn load_rule(&mut self, rule: Rule) -> Result<(), DuplicateRule> {
        if self.rule(rule.id()).is_some() {
            return Err(DuplicateRule(rule.id().clone()));
        }
        self.append(rule);
        Ok(())
    }

    fn append(&mut self, mut rule: Rule) {
        let Index { operators, hasher, .. } = &mut self.index;
        let watcher = operators.intern(rule.watcher(), hasher).number;
        let named = match rule.key() {
            Criterion::Operator(named) => Some(operators.intern(named, hasher).number),
            Criterion::VisitorIp(_) | Criterion::VisitorEmail(_) => None,
        };
        for id in [Some(watcher), named].into_iter().flatten().filter_map(|number| operators.id(number)) {
            rule.share(id);
        }
        let place = self.rules.insert(Tag::of(rule.id().as_str(), hasher), rule, watcher);
        if let Some(own) = operators.own_mut(watcher) {
            self.rules.link(own, By::Watcher, place);
        }
        let Some(slot) = self.rules.get(place) else { return };
        let (listed, rank) = (slot.is_listed(), operators.rank(watcher));
        let hasher = hasher.clone();
        let filed = self.index.file(slot.rule.key());
        filed.insert(place, &mut self.rules);
        if listed {
            filed.watchers.add(watcher, rank, &hasher);
        }
    }

    /// Switches a rule on or off. One that is so already stays so.
    ///
    /// # Errors
    ///
    /// [`UnknownRule`]; nothing has changed then.
    pub fn set_rule_enabled(&mut self, rule: &RuleId, enabled: bool) -> Result<(), UnknownRule> {
        let (place, slot) = self.find(rule)?;
        if slot.rule.enabled() != enabled {
            // A rule that is off is on no list, so one of the two does nothing.
            self.list(place, false);
            if let Some(slot) = self.rules.get_mut(place) {
                slot.rule.set_enabled(enabled);
            }
            self.list(place, true);
        }
        Ok(())
    }

    /// Removes a rule, and returns it.
    ///
    /// # Errors
    ///
    /// [`UnknownRule`]; nothing has changed then.
    pub fn remove_rule(&mut self, rule: &RuleId) -> Result<Rule, UnknownRule> {
        let tag = self.tag(rule);
        let (place, slot) = self.rules.find(tag, rule).ok_or_else(|| UnknownRule(rule.clone()))?;
        let (watcher, listed) = (slot.watcher, slot.is_listed());
        let rank = self.index.operators.rank(watcher);
        if let Some(filed) = self.index.find_mut(slot.rule.key()) {
            if listed {
                filed.watchers.remove(watcher, rank);
            }
            filed.remove(place, &mut self.rules);
        }
        if let Some(own) = self.index.operators.own_mut(watcher) {
            self.rules.unlink(own, By::Watcher, place);
        }
        let removed = self.rules.remove(tag, place).ok_or_else(|| UnknownRule(rule.clone()))?;
        self.index.release(removed.key());
        self.index.operators.release_unused(watcher, &self.index.hasher);
        Ok(removed)
    }

    fn find(&self, rule: &RuleId) -> Result<(Place, &RuleSlot), UnknownRule> {
        self.rules.find(self.tag(rule), rule).ok_or_else(|| UnknownRule(rule.clone()))
    }

    fn tag(&self, rule: &RuleId) -> Tag {
        Tag::of(rule.as_str(), &self.index.hasher)
    }

    /// Puts the watcher of a rule on the list of its key, or takes them off; a rule that is off, or that has more
    /// criteria, stands on none.
    fn list(&mut self, place: Place, listed: bool) {
        let Some(slot) = self.rules.get(place).filter(|slot| slot.is_listed()) else { return };
        let rank = self.index.operators.rank(slot.watcher);
        let hasher = self.index.hasher.clone();
        let Some(filed) = self.index.find_mut(slot.rule.key()) else { return };
        if listed {
            filed.watchers.add(slot.watcher, rank, &hasher);
        } else {
            filed.watchers.remove(slot.watcher, rank);
        }
    }
}

/// Deciding.
impl MonitorEngine {
    /// Every operator who may watch `chat`, each once, with the rules that say so.
    ///
    /// The watchers come in the order of their first such rule, their rules in rule order. By law this is exactly what
    /// [`explain`](MonitorEngine::explain) grants. The time it takes is in proportion to the rules that name the
    /// chat's operators, email, domain or address, not to how many there are.
    pub fn watchers_for(&self, chat: &Chat) -> Vec<Watcher> {
        let mut candidates = Vec::new();
        self.index.of_chat(chat, &mut |filed| {
            let rules = [filed.one, filed.more].into_iter().flat_map(|chain| self.rules.along(chain, By::Key));
            candidates.extend(rules);
        });
        candidates.sort_unstable_by_key(|slot| slot.seq);
        let judge = Judge::of(self, chat);
        let hasher = self.index.hasher.clone();
        let mut watchers: IndexMap<Number, Watcher, _> = IndexMap::with_hasher(hasher);
        for RuleSlot { rule, watcher, .. } in candidates {
            let role = self.index.operators.role(*watcher);
            if judge.verdict(rule, role) == Verdict::Granted {
                let new = || Watcher { operator: rule.watcher().clone(), rules: Vec::new() };
                watchers.entry(*watcher).or_insert_with(new).rules.push(rule.id().clone());
            }
        }
        watchers.into_values().collect()
    }

    /// What every rule says of `chat`, in rule order.
    pub fn explain<'a>(&'a self, chat: &'a Chat) -> impl Iterator<Item = (&'a Rule, Verdict)> {
        let judge = Judge::of(self, chat);
        self.rules().map(move |rule| (rule, judge.verdict(rule, self.role(rule.watcher()))))
    }

    /// What one rule says of one chat: the first closed gate, or [`Verdict::Granted`].
    ///
    /// The rule need not have been added: a settings page can ask before it saves.
    pub fn judge(&self, rule: &Rule, chat: &Chat) -> Verdict {
        Judge::of(self, chat).verdict(rule, self.role(rule.watcher()))
    }
}

/// Looking around.
impl MonitorEngine {
    /// The policy in force.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The role of an operator, if known.
    pub fn role(&self, operator: &OperatorId) -> Option<Role> {
        self.index.of_operator(operator)?.role
    }

    /// Every known operator with their role, by id.
    pub fn operators(&self) -> impl Iterator<Item = (&OperatorId, Role)> {
        self.index.operators.known()
    }

    /// The operators whom `watcher` may monitor, by id: what a settings page offers. None for an unknown watcher.
    pub fn monitorable_by<'a>(&'a self, watcher: &OperatorId) -> impl Iterator<Item = &'a OperatorId> + use<'a> {
        let (role, watcher) = (self.role(watcher), watcher.clone());
        let may = move |target| role.is_some_and(|role| self.policy.permissions.may_monitor(role, target));
        let others = self.operators().filter(move |(operator, target)| **operator != watcher && may(*target));
        others.map(|(operator, _)| operator)
    }

    /// Every rule, in rule order.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// The rules of one watcher, in rule order.
    pub fn rules_of<'a>(&'a self, watcher: &OperatorId) -> impl Iterator<Item = &'a Rule> + use<'a> {
        let slot = self.index.of_operator(watcher);
        let own = slot.map(|slot| self.index.operators.own(slot.number)).unwrap_or_default();
        self.rules.in_order(own, By::Watcher)
    }

    /// The rule with this id, if there is one.
    pub fn rule(&self, rule: &RuleId) -> Option<&Rule> {
        self.find(rule).ok().map(|(_, slot)| &slot.rule)
    }

    /// A rule's place in rule order.
    pub(crate) fn seq(&self, rule: &RuleId) -> Option<Seq> {
        self.find(rule).ok().map(|(_, slot)| slot.seq)
    }

    /// Whether an operator is known and their role may monitor anybody.
    pub(crate) fn has_rights(&self, operator: &OperatorId) -> bool {
        self.role(operator).is_some_and(|role| self.policy.permissions.may_monitor_anybody(role))
    }

    pub(crate) fn hasher(&self) -> &SeedableRandomState {
        &self.index.hasher
    }
}

impl Default for MonitorEngine {
    fn default() -> Self {
        MonitorEngine::new()
    }
}

/// Engines are equal when they hold the same policy, the same operators, and the same rules in the same order.
impl PartialEq for MonitorEngine {
    fn eq(&self, other: &Self) -> bool {
        self.policy == other.policy && self.operators().eq(other.operators()) && self.rules().eq(other.rules())
    }
}

impl Eq for MonitorEngine {}

wire! {
    /// Why a rule was not added. Nothing has changed then.
    ///
    /// Exhaustive on purpose: a new reason stops the build of every host that tells its people why.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
    pub enum AddRuleRefusal {
        /// There is a rule with this id.
        #[error("rule `{0}` exists already")]
        DuplicateRule(RuleId),
        /// The watcher is no known operator.
        #[error("watcher `{0}` is no known operator")]
        UnknownWatcher(OperatorId),
        /// The watcher's role may monitor nobody.
        #[error("watcher `{0}` may not monitor anybody")]
        NoRights(OperatorId),
        /// A criterion names the watcher: nobody watches their own chats.
        #[error("watcher `{0}` cannot watch their own chats")]
        OwnChats(OperatorId),
        /// A criterion names an operator who is not known.
        #[error("operator `{0}` is not known")]
        UnknownOperator(OperatorId),
        /// A criterion names an operator whom the watcher may not monitor.
        #[error("operator `{0}` may not be monitored by this watcher")]
        NotPermitted(OperatorId),
    }
}

/// There is a rule with this id already.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("rule `{0}` exists already")]
pub struct DuplicateRule(pub RuleId);

/// There is no rule with this id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("rule `{0}` is not known")]
pub struct UnknownRule(pub RuleId);

/// There is no operator with this id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("operator `{0}` is not known")]
pub struct UnknownOperator(pub OperatorId);
