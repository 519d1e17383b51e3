//! The engine: it holds the operators, the rules and the policy, and decides who may watch a chat.

mod index;
#[cfg(feature = "serde")]
mod saved;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use foldhash::SharedSeed;
use foldhash::fast::SeedableRandomState;
use hashbrown::HashMap;
use indexmap::IndexMap;

use crate::chat::Chat;
use crate::criterion::Criterion;
use crate::filed::{Filed, Seq};
use crate::id::{OperatorId, RuleId};
use crate::role::{Policy, Role};
use crate::rule::Rule;
use crate::verdict::Verdict;
use crate::wire::wire;
use index::Index;

/// Decides who may watch a chat.
///
/// **Rule order** is the order in which the rules were added; one that was removed and added again is last. Every
/// answer keeps it.
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
    operators: BTreeMap<OperatorId, Role>,
    rules: BTreeMap<Seq, Rule>,
    next_seq: Seq,
    seqs: HashMap<RuleId, Seq, SeedableRandomState>,
    by_watcher: Filed<OperatorId>,
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
        MonitorEngine {
            policy: Policy::default(),
            operators: BTreeMap::new(),
            rules: BTreeMap::new(),
            next_seq: 0,
            by_watcher: Filed::new(&hasher),
            index: Index::new(&hasher),
            seqs: HashMap::with_hasher(hasher),
        }
    }

    /// Replaces the policy.
    pub fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    /// Adds an operator, or changes the role of one who is known.
    pub fn set_operator(&mut self, operator: OperatorId, role: Role) {
        self.operators.insert(operator, role);
    }

    /// Removes an operator. Their rules stay and grant nothing.
    ///
    /// # Errors
    ///
    /// [`UnknownOperator`]; nothing has changed then.
    pub fn remove_operator(&mut self, operator: &OperatorId) -> Result<(), UnknownOperator> {
        self.operators.remove(operator).map(drop).ok_or_else(|| UnknownOperator(operator.clone()))
    }

    /// Adds a rule, as the last in rule order.
    ///
    /// # Errors
    ///
    /// The first [`AddRuleRefusal`] that applies, in the order in which that lists them; those about operators apply
    /// criterion by criterion. Nothing has changed then.
    pub fn add_rule(&mut self, rule: Rule) -> Result<(), AddRuleRefusal> {
        if self.seqs.contains_key(rule.id()) {
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
        if self.seqs.contains_key(rule.id()) {
            return Err(DuplicateRule(rule.id().clone()));
        }
        self.append(rule);
        Ok(())
    }

    fn append(&mut self, rule: Rule) {
        let seq = self.next_seq;
        self.next_seq += 1;
        self.seqs.insert(rule.id().clone(), seq);
        self.by_watcher.insert(rule.watcher().clone(), seq);
        self.index.insert(seq, &rule);
        self.rules.insert(seq, rule);
    }

    /// Switches a rule on or off. One that is so already stays so.
    ///
    /// # Errors
    ///
    /// [`UnknownRule`]; nothing has changed then.
    pub fn set_rule_enabled(&mut self, rule: &RuleId, enabled: bool) -> Result<(), UnknownRule> {
        let found = self.seqs.get(rule).and_then(|seq| self.rules.get_mut(seq));
        found.ok_or_else(|| UnknownRule(rule.clone()))?.set_enabled(enabled);
        Ok(())
    }

    /// Removes a rule, and returns it.
    ///
    /// # Errors
    ///
    /// [`UnknownRule`]; nothing has changed then.
    pub fn remove_rule(&mut self, rule: &RuleId) -> Result<Rule, UnknownRule> {
        let found = self.seqs.remove(rule).and_then(|seq| Some((seq, self.rules.remove(&seq)?)));
        let (seq, removed) = found.ok_or_else(|| UnknownRule(rule.clone()))?;
        self.index.remove(seq, &removed);
        self.by_watcher.remove(removed.watcher(), seq);
        Ok(removed)
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
        let mut watchers: IndexMap<&OperatorId, Vec<RuleId>, _> = IndexMap::with_hasher(self.seqs.hasher().clone());
        for seq in self.index.candidates(chat) {
            let Some(rule) = self.rules.get(&seq) else { continue };
            if self.judge(rule, chat) == Verdict::Granted {
                watchers.entry(rule.watcher()).or_default().push(rule.id().clone());
            }
        }
        watchers.into_iter().map(|(operator, rules)| Watcher { operator: operator.clone(), rules }).collect()
    }

    /// What every rule says of `chat`, in rule order.
    pub fn explain(&self, chat: &Chat) -> impl Iterator<Item = (&Rule, Verdict)> {
        self.rules().map(move |rule| (rule, self.judge(rule, chat)))
    }

    /// What one rule says of one chat: the first closed gate, or [`Verdict::Granted`].
    ///
    /// The rule need not have been added: a settings page can ask before it saves.
    pub fn judge(&self, rule: &Rule, chat: &Chat) -> Verdict {
        let Policy { watch_unattended, joined_count, permissions } = &self.policy;
        if !rule.enabled() {
            return Verdict::Disabled;
        }
        if !rule.matches(chat) {
            return Verdict::NoMatch;
        }
        if !chat.monitoring_allowed() {
            return Verdict::Forbidden;
        }
        if !watch_unattended && chat.attending().next().is_none() {
            return Verdict::Unattended;
        }
        let Some(watcher) = self.role(rule.watcher()).filter(|role| permissions.may_monitor_anybody(*role)) else {
            return Verdict::NoRights;
        };
        if chat.attends(rule.watcher()) {
            return Verdict::OwnChat;
        }
        let joined = if *joined_count { chat.joined() } else { &[] };
        let permitted = |operator| self.role(operator).is_some_and(|target| permissions.may_monitor(watcher, target));
        match chat.operators().iter().chain(joined).find(|operator| !permitted(operator)) {
            Some(operator) => Verdict::NotPermitted(operator.clone()),
            None => Verdict::Granted,
        }
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
        self.operators.get(operator).copied()
    }

    /// Every known operator with their role, by id.
    pub fn operators(&self) -> impl Iterator<Item = (&OperatorId, Role)> {
        self.operators.iter().map(|(operator, role)| (operator, *role))
    }

    /// The operators whom `watcher` may monitor, by id: what a settings page offers. None for an unknown watcher.
    pub fn monitorable_by(&self, watcher: &OperatorId) -> impl Iterator<Item = &OperatorId> {
        let role = self.role(watcher);
        let may = move |target| role.is_some_and(|role| self.policy.permissions.may_monitor(role, target));
        let others = self.operators().filter(move |(operator, target)| *operator != watcher && may(*target));
        others.map(|(operator, _)| operator)
    }

    /// Every rule, in rule order.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// The rules of one watcher, in rule order.
    pub fn rules_of(&self, watcher: &OperatorId) -> impl Iterator<Item = &Rule> {
        self.by_watcher.under(watcher).filter_map(|seq| self.rules.get(&seq))
    }

    /// The rule with this id, if there is one.
    pub fn rule(&self, rule: &RuleId) -> Option<&Rule> {
        self.rules.get(self.seqs.get(rule)?)
    }

    /// A rule's place in rule order.
    pub(crate) fn seq(&self, rule: &RuleId) -> Option<Seq> {
        self.seqs.get(rule).copied()
    }

    /// Whether an operator is known and their role may monitor anybody.
    pub(crate) fn has_rights(&self, operator: &OperatorId) -> bool {
        self.role(operator).is_some_and(|role| self.policy.permissions.may_monitor_anybody(role))
    }

    pub(crate) fn hasher(&self) -> &SeedableRandomState {
        self.seqs.hasher()
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
        self.policy == other.policy && self.operators == other.operators && self.rules().eq(other.rules())
    }
}

impl Eq for MonitorEngine {}

/// An operator who may watch a chat, with the rules that say so.
#[doc(alias = "supervisor")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Watcher {
    operator: OperatorId,
    rules: Vec<RuleId>,
}

impl Watcher {
    /// Who may watch.
    pub fn operator(&self) -> &OperatorId {
        &self.operator
    }

    /// The rules that say so, one at least, in rule order.
    pub fn rules(&self) -> &[RuleId] {
        &self.rules
    }
}

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
