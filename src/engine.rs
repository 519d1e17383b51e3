//! The engine: it holds the operators, the rules, the exclusions and the policy, and decides who may watch a chat.

mod answer;
mod attending;
mod exclusions;
mod filing;
mod index;
mod judge;
mod list;
mod networks;
mod operators;
mod plain;
mod queries;
mod refusals;
mod roles;
mod rules;
#[cfg(feature = "serde")]
mod saved;
mod scope;
mod table;
mod tables;
mod watchers;

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;

use foldhash::SharedSeed;
use foldhash::fast::SeedableRandomState;
use hashbrown::HashMap;

use crate::chat::Chat;
use crate::criterion::Criterion;
use crate::exclusion::Exclusion;
use crate::id::{ExclusionId, OperatorId, RuleId};
use crate::operator::Operator;
use crate::permissions::Within;
use crate::policy::Policy;
use crate::right::{Right, Rights};
use crate::role::Role;
use crate::rule::Rule;
use crate::slab::Place;
use crate::verdict::Verdict;
use crate::window::Window;
use attending::Attending;
use exclusions::Exclusions;
use index::Index;
use judge::Judge;
use roles::{RoleNumber, RoleSet, RoleTable};
use rules::{By, RuleSlot, Rules};
use table::Tag;

pub(crate) use answer::Granting;
pub(crate) use operators::Number;
pub use refusals::{
    AddExclusionRefusal, AddRuleRefusal, DuplicateRule, RoleInUse, TimeGoesBack, UnknownExclusion, UnknownOperator,
    UnknownRole, UnknownRule,
};
pub(crate) use rules::Seq;
#[cfg(feature = "serde")]
pub(crate) use saved::{EngineForm, InvalidEngine};
pub use watchers::{Watcher, WatcherBuffer, WatcherIds, WatcherIdsIter};

/// Decides who may watch a chat.
///
/// **Rule order** is the order in which the rules were added; one that was removed and added again is last. Every
/// answer keeps it.
///
/// It is made for fewer than 2³² rules and 2³² operators, including those known only from rules. This limit is not
/// enforced.
///
/// Changes happen whole or not at all. Rules of an operator who was removed or demoted stay, inert, and
/// [`explain`](MonitorEngine::explain) says why. An id is a person: whoever gets the id later gets its rules too. A host
/// that gives ids again removes what is left of them first: [`rules_of`](MonitorEngine::rules_of),
/// [`rules_on`](MonitorEngine::rules_on), [`exclusions_on`](MonitorEngine::exclusions_on).
///
/// ```
/// use chat_monitor::{Chat, Criterion, MonitorEngine, Role, Rule, Verdict};
///
/// let mut engine = MonitorEngine::new();
/// engine.set_operator("ken".parse()?, Role::Associate)?;
/// engine.set_operator("hana".parse()?, Role::Supervisor)?;
/// engine.add_rule(Rule::new("r1".parse()?, "hana".parse()?, Criterion::Operator("ken".parse()?)))?;
///
/// let chat = Chat::new("c1".parse()?).attended_by("ken".parse()?);
/// assert_eq!(engine.watchers_for(&chat)[0].operator(), &"hana");
///
/// engine.set_operator("ken".parse()?, Role::Supervisor)?;
/// assert!(engine.watchers_for(&chat).is_empty());
/// let verdicts: Vec<_> = engine.explain(&chat).map(|(_, verdict)| verdict).collect();
/// assert_eq!(verdicts, [Verdict::NotPermitted("ken".parse()?)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Sharing it
///
/// An engine is `Send` and `Sync`, and asking it takes `&self`. Two ways serve most hosts:
///
/// * A [`RwLock`](https://doc.rust-lang.org/std/sync/struct.RwLock.html) around it: threads that ask share it, each with a
///   [`WatcherBuffer`] of its own; changes take the lock alone for about a microsecond.
/// * One thread that owns it, or a [`LiveMonitor`](crate::LiveMonitor), and takes commands from a channel: changes have an
///   order, which is that of the log.
///
/// Cloning copies everything, half a second for a million rules; a snapshot for each change does not scale.
///
/// # What a call costs
///
/// | call | in proportion to |
/// |---|---|
/// | `watchers_for`, `watchers_for_into` | the rules filed under what the chat has: its operators, email, address |
/// | `judge`, `rights` | who attends the chat |
/// | `explain`, `rules_on`, `rules().collect()` | all rules: "why not hana?" is `rules_of(hana)` with `judge` |
/// | `rules_of`, `monitorable_by` | what they return |
/// | `operators` | all operators, sorted at each call |
/// | `set_policy` | the roles |
/// | `set_operator` | the rules that the operator has made |
/// | changes of one rule | the rule |
/// | `rule_count`, `operator_count` | nothing |
///
/// "By id" is the order of bytes: with ids made of numbers, 10 comes before 2.
#[derive(Clone, Debug)]
pub struct MonitorEngine {
    /// Shared by clones: it changes seldom.
    policy: Arc<Policy>,
    roles: Arc<RoleTable>,
    rules: Rules,
    index: Index,
    /// Absent where there are none.
    exclusions: Option<Box<Exclusions>>,
    /// The time told last, in milliseconds since 1970.
    now: Option<u64>,
    /// When the windows of the rules that are on open and close.
    bounds: BTreeSet<(u64, Place)>,
}

/// Making.
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

    /// The same engine with a hash seed of the host's: for one that was loaded.
    #[must_use]
    pub fn reseeded(self, seed: u64) -> Self {
        let mut engine = MonitorEngine::with_hash_seed(seed);
        engine.fill(self);
        engine
    }

    fn with_hasher(hasher: SeedableRandomState) -> Self {
        let policy = Arc::new(Policy::default());
        let roles = Arc::new(RoleTable::of(policy.permissions()));
        let (rules, index) = (Rules::default(), Index::new(hasher));
        MonitorEngine { policy, roles, rules, index, exclusions: None, now: None, bounds: BTreeSet::new() }
    }

    /// Takes over all that another engine holds. This one is empty.
    fn fill(&mut self, other: MonitorEngine) {
        self.roles = Arc::new(RoleTable::of(other.policy.permissions()));
        self.now = other.now;
        for (id, operator) in other.operators() {
            if let Some(role) = self.roles.number(operator.role()) {
                self.set_known(id.clone(), Some((operator, role)));
            }
        }
        other.rules().for_each(|rule| self.append(rule.clone()));
        other.exclusions().for_each(|exclusion| self.append_exclusion(exclusion.clone()));
        self.policy = other.policy;
    }
}

/// Changing operators and the policy.
impl MonitorEngine {
    /// Replaces the policy.
    ///
    /// # Errors
    ///
    /// [`RoleInUse`] if it has no row for a role that an operator has or an exclusion names; nothing has changed then.
    pub fn set_policy(&mut self, policy: Policy) -> Result<(), RoleInUse> {
        let dropped = |role: &&Role| policy.permissions().row(role).is_none();
        let held = self.roles_in_use().into_iter().filter(dropped).min();
        if let Some(role) = held {
            return Err(RoleInUse(role.clone()));
        }
        Arc::make_mut(&mut self.roles).update(policy.permissions());
        self.policy = Arc::new(policy);
        Ok(())
    }

    /// The roles that an operator has or an exclusion names.
    fn roles_in_use(&self) -> Vec<&Role> {
        let of_operators = RoleSet::ALL.iter().filter(|role| self.index.operators.of_role(*role).next().is_some());
        let of_exclusions = self.exclusions().filter_map(Exclusion::roles).flatten();
        of_operators.filter_map(|role| self.roles.role(role)).chain(of_exclusions).collect()
    }

    /// Adds an operator, or replaces what is known of one. A [`Role`] alone makes an operator without departments.
    ///
    /// # Errors
    ///
    /// [`UnknownRole`] if the policy has no row for the role; nothing has changed then.
    pub fn set_operator(&mut self, id: OperatorId, operator: impl Into<Operator>) -> Result<(), UnknownRole> {
        let operator = operator.into();
        let Some(role) = self.roles.number(operator.role()) else {
            return Err(UnknownRole(operator.role().clone()));
        };
        self.set_known(id, Some((operator, role)));
        Ok(())
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
        self.set_known(operator.clone(), None);
        self.index.operators.release(operator, &self.index.hasher);
        Ok(())
    }

    /// Says what is known of an operator, there and wherever they stand as a watcher.
    fn set_known(&mut self, id: OperatorId, known: Option<(Operator, RoleNumber)>) {
        let after = known.as_ref().map(|(_, role)| *role).unwrap_or_default();
        self.index.operators.intern(&id, &self.index.hasher);
        let Some((number, before)) = self.index.operators.set(&id, known, &self.index.hasher) else { return };
        if before == after {
            return;
        }
        let own = self.index.operators.own(number);
        for (_, slot) in self.rules.along(own, By::Watcher).filter(|(_, slot)| slot.is_listed()) {
            if let Some(filed) = self.index.find_mut(slot.rule.key()) {
                filed.watchers.set_role(number, before, after);
            }
        }
    }
}

/// Changing rules.
impl MonitorEngine {
    /// Adds a rule, as the last in rule order.
    ///
    /// # Errors
    ///
    /// The first [`AddRuleRefusal`] that applies, in the order in which that lists them; those about operators apply
    /// criterion by criterion, in `when` and then in `unless`. Nothing has changed then.
    pub fn add_rule(&mut self, rule: Rule) -> Result<(), AddRuleRefusal> {
        if self.rule(rule.id()).is_some() {
            return Err(AddRuleRefusal::DuplicateRule(rule.id().clone()));
        }
        let watcher = rule.watcher();
        let Some(slot) = self.index.of_operator(watcher).filter(|slot| slot.role != RoleNumber::UNKNOWN) else {
            return Err(AddRuleRefusal::UnknownWatcher(watcher.clone()));
        };
        if !self.roles.watching().contains(slot.role) {
            return Err(AddRuleRefusal::NoRights(watcher.clone()));
        }
        for operator in rule.when().iter().filter_map(Criterion::operator) {
            if operator == watcher {
                return Err(AddRuleRefusal::OwnChats(operator.clone()));
            }
            let Some(target) = self.index.of_operator(operator).filter(|slot| slot.role != RoleNumber::UNKNOWN) else {
                return Err(AddRuleRefusal::UnknownOperator(operator.clone()));
            };
            if !self.may_target(slot.number, target.number) {
                return Err(AddRuleRefusal::NotPermitted(operator.clone()));
            }
        }
        let mut excepted = rule.unless().iter().filter_map(Criterion::operator);
        if let Some(operator) = excepted.find(|operator| self.role(operator).is_none()) {
            return Err(AddRuleRefusal::UnknownOperator(operator.clone()));
        }
        self.append(rule);
        Ok(())
    }

    /// Whether a watcher may make a rule on an operator: by role and, where the watcher is limited to operators, by a
    /// department that they oversee with the right to watch.
    fn may_target(&self, watcher: Number, target: Number) -> bool {
        let operators = &self.index.operators;
        let Some((watcher, target)) = operators.get(watcher).zip(operators.get(target)) else { return false };
        let belongs_to = target.scope.as_deref().map(|scope| scope.belongs_to()).unwrap_or_default();
        let oversees =
            || watcher.scope.as_deref().is_some_and(|scope| scope.rights_in_any(belongs_to).contains(Right::Watch));
        self.roles.monitoring(target.role).contains(watcher.role)
            && (self.roles.within(watcher.role) != Within::Operators || oversees())
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
        let named = rule.key().operator().map(|named| operators.intern(named, hasher).number);
        for id in [Some(watcher), named].into_iter().flatten().filter_map(|number| operators.id(number)) {
            rule.share(id);
        }
        let place = self.rules.insert(Tag::of(rule.id().as_str(), hasher), rule, watcher);
        if let Some(own) = operators.own_mut(watcher) {
            self.rules.link(own, By::Watcher, place);
        }
        self.file(place);
    }

    /// Files a rule under its key, and notes when its window opens and closes.
    fn file(&mut self, place: Place) {
        let Some(slot) = self.rules.get(place) else { return };
        let (watcher, listed) = (slot.watcher, slot.is_listed());
        let role = self.index.operators.role(watcher);
        let hasher = self.index.hasher.clone();
        let filed = self.index.file(slot.rule.key());
        filed.insert(place, &mut self.rules);
        if listed {
            filed.watchers.add(watcher, role, &hasher);
        } else {
            self.note_bounds(place, true);
        }
    }

    /// Takes a rule out of what is filed under its key.
    fn unfile(&mut self, place: Place) {
        let Some(slot) = self.rules.get(place) else { return };
        let (watcher, listed) = (slot.watcher, slot.is_listed());
        let role = self.index.operators.role(watcher);
        if let Some(filed) = self.index.find_mut(slot.rule.key()) {
            if listed {
                filed.watchers.remove(watcher, role);
            }
            filed.remove(place, &mut self.rules);
        }
        if !listed {
            self.note_bounds(place, false);
        }
    }

    /// Notes when the window of a rule that is on opens and closes, or forgets it. A rule that is listed has none.
    fn note_bounds(&mut self, place: Place, on: bool) {
        let rule = self.rules.get(place).map(|slot| &slot.rule).filter(|rule| rule.enabled());
        for bound in rule.and_then(Rule::window).into_iter().flat_map(|window| window.bounds()) {
            if on {
                self.bounds.insert((bound, place));
            } else {
                self.bounds.remove(&(bound, place));
            }
        }
    }

    /// Switches a rule on or off. One that is so already stays so.
    ///
    /// # Errors
    ///
    /// [`UnknownRule`]; nothing has changed then.
    pub fn set_rule_enabled(&mut self, rule: &RuleId, enabled: bool) -> Result<(), UnknownRule> {
        let (place, slot) = self.find(rule)?;
        if slot.rule.enabled() == enabled {
            return Ok(());
        }
        let set = |rules: &mut Rules| {
            if let Some(slot) = rules.get_mut(place) {
                slot.rule.set_enabled(enabled);
            }
        };
        // It is on while the lists change: one that is off stands on none.
        if enabled {
            set(&mut self.rules);
            self.list(place, true);
        } else {
            self.list(place, false);
            set(&mut self.rules);
        }
        Ok(())
    }

    /// Sets when a rule counts; always where that is none.
    ///
    /// # Errors
    ///
    /// [`UnknownRule`]; nothing has changed then.
    pub fn set_rule_window(&mut self, rule: &RuleId, window: Option<Window>) -> Result<(), UnknownRule> {
        let (place, slot) = self.find(rule)?;
        if slot.rule.window() != window {
            self.unfile(place);
            if let Some(slot) = self.rules.get_mut(place) {
                slot.rule.set_window(window);
            }
            self.file(place);
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
        let watcher = slot.watcher;
        self.unfile(place);
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

    /// Puts the watcher of a rule on the list of its key, or takes them off, if the rule is plain and on; and notes when
    /// its window opens and closes.
    fn list(&mut self, place: Place, listed: bool) {
        let Some(slot) = self.rules.get(place) else { return };
        if !slot.is_listed() {
            return self.note_bounds(place, listed);
        }
        let role = self.index.operators.role(slot.watcher);
        let hasher = self.index.hasher.clone();
        let Some(filed) = self.index.find_mut(slot.rule.key()) else { return };
        if listed {
            filed.watchers.add(slot.watcher, role, &hasher);
        } else {
            filed.watchers.remove(slot.watcher, role);
        }
        let plain = filed.plain;
        self.rules.set_plain(plain, place, listed);
    }
}

/// Changing exclusions, and telling the time.
impl MonitorEngine {
    /// Adds an exclusion, as the last in their order.
    ///
    /// # Errors
    ///
    /// The first [`AddExclusionRefusal`] that applies, in the order in which that lists them; nothing has changed then.
    pub fn add_exclusion(&mut self, exclusion: Exclusion) -> Result<(), AddExclusionRefusal> {
        if self.exclusion(exclusion.id()).is_some() {
            return Err(AddExclusionRefusal::DuplicateExclusion(exclusion.id().clone()));
        }
        let unknown = exclusion.roles().and_then(|mut roles| roles.find(|role| self.roles.number(role).is_none()));
        if let Some(role) = unknown {
            return Err(AddExclusionRefusal::UnknownRole(role.clone()));
        }
        self.append_exclusion(exclusion);
        Ok(())
    }

    fn append_exclusion(&mut self, exclusion: Exclusion) {
        let exclusions = self.exclusions.get_or_insert_with(|| Box::new(Exclusions::new(&self.index.hasher)));
        exclusions.insert(exclusion, &self.roles, &self.index.hasher);
    }

    /// Removes an exclusion, and returns it.
    ///
    /// # Errors
    ///
    /// [`UnknownExclusion`]; nothing has changed then.
    pub fn remove_exclusion(&mut self, exclusion: &ExclusionId) -> Result<Exclusion, UnknownExclusion> {
        let hasher = &self.index.hasher;
        let removed = self.exclusions.as_mut().and_then(|exclusions| exclusions.remove(exclusion, hasher));
        if self.exclusions.as_ref().is_some_and(|exclusions| exclusions.is_empty()) {
            self.exclusions = None;
        }
        removed.ok_or_else(|| UnknownExclusion(exclusion.clone()))
    }

    /// Tells the time, in milliseconds since 1970-01-01T00:00:00Z: 0 to 2^53 − 1; what is later is taken as that.
    ///
    /// Until it is told, no window holds.
    ///
    /// # Errors
    ///
    /// [`TimeGoesBack`] if a later time was told before; nothing has changed then.
    ///
    /// ```
    /// use chat_monitor::MonitorEngine;
    ///
    /// let mut engine = MonitorEngine::new();
    /// engine.set_time(1_764_547_200_000)?;
    /// assert!(engine.set_time(0).is_err());
    /// assert_eq!(engine.now(), Some(1_764_547_200_000));
    /// # Ok::<(), chat_monitor::TimeGoesBack>(())
    /// ```
    pub fn set_time(&mut self, now: u64) -> Result<(), TimeGoesBack> {
        match self.now {
            Some(last) if now < last => Err(TimeGoesBack(last)),
            _ => {
                self.now = Some(now.min(crate::window::LAST_INSTANT));
                Ok(())
            }
        }
    }

    /// The rules that are on and whose windows open or close later than now and not later than `then`, each once.
    pub(crate) fn rules_bounded_until(&self, then: u64) -> Vec<RuleId> {
        let later = self.now.map_or(0, |now| now + 1);
        let passed =
            if later > then { None } else { Some(self.bounds.range((later, Place::LEAST)..=(then, Place::NOWHERE))) };
        let places: BTreeSet<Place> = passed.into_iter().flatten().map(|(_, place)| *place).collect();
        places.into_iter().filter_map(|place| Some(self.rules.get(place)?.rule.id().clone())).collect()
    }
}

/// Deciding.
impl MonitorEngine {
    /// Every operator who may watch `chat`, each once, with the rules that say so.
    ///
    /// The watchers come in the order of their first such rule, their rules in rule order. By law this is exactly what
    /// [`explain`](MonitorEngine::explain) grants.
    #[must_use]
    pub fn watchers_for(&self, chat: &Chat) -> Vec<Watcher> {
        let mut granting = Vec::with_capacity(16);
        self.granting(chat, &mut granting);
        /// Up to this many watchers, a linear search is fastest.
        const LINEAR: usize = 16;
        let mut watchers: Vec<Watcher> = Vec::new();
        let mut few = [Number::LEAST; LINEAR];
        let mut many = HashMap::with_hasher(self.index.hasher.clone());
        for Granting { number, place, .. } in granting {
            let Some(rule) = self.rule_at(place) else { continue };
            let among_few = few.iter().take(watchers.len()).position(|held| *held == number);
            let found = among_few.or_else(|| many.get(&number).copied());
            match found.and_then(|at| watchers.get_mut(at)) {
                Some(watcher) => watcher.rules.push(rule.id().clone()),
                None => {
                    match few.get_mut(watchers.len()) {
                        Some(free) => *free = number,
                        None => _ = many.insert(number, watchers.len()),
                    }
                    // Most have several, and a list of one would be allocated twice.
                    let mut rules = Vec::with_capacity(4);
                    rules.push(rule.id().clone());
                    watchers.push(Watcher { operator: rule.watcher().clone(), rules });
                }
            }
        }
        watchers
    }

    /// What every rule says of `chat`, in rule order.
    pub fn explain<'a>(&'a self, chat: &'a Chat) -> impl Iterator<Item = (&'a Rule, Verdict)> {
        let judge = self.judge_of(chat);
        self.rules
            .slots()
            .map(move |slot| (&slot.rule, judge.verdict(&slot.rule, self.index.operators.get(slot.watcher))))
    }

    /// What one rule says of one chat: the first closed gate, or [`Verdict::Granted`].
    ///
    /// The rule need not have been added: a settings page can ask before it saves.
    #[must_use]
    pub fn judge(&self, rule: &Rule, chat: &Chat) -> Verdict {
        self.asking(chat)(rule)
    }

    /// What a watcher may do in a chat, as far as their role and what they oversee go: what a page asks before it draws
    /// its buttons.
    ///
    /// It asks none of the gates: who may watch by these rights needs a rule too. Nothing for an unknown operator.
    #[must_use]
    pub fn rights(&self, watcher: &OperatorId, chat: &Chat) -> Rights {
        let slot = self.index.of_operator(watcher);
        self.judge_of(chat).rights(slot.and_then(|slot| self.index.operators.get(slot.number)))
    }

    /// What rules say of one chat, with what they have in common found once for all of them.
    pub(crate) fn asking<'a>(&'a self, chat: &'a Chat) -> impl Fn(&Rule) -> Verdict + use<'a> {
        let judge = self.judge_of(chat);
        move |rule| {
            let watcher = self.index.of_operator(rule.watcher());
            judge.verdict(rule, watcher.and_then(|slot| self.index.operators.get(slot.number)))
        }
    }

    fn attending<'a>(&'a self, chat: &'a Chat) -> Attending<'a> {
        Attending::of(chat, &self.index.operators, &self.index.hasher)
    }

    fn judge_of<'a>(&'a self, chat: &'a Chat) -> Judge<'a> {
        Judge::new(self.attending(chat), &self.policy, &self.roles, self.exclusions.as_deref(), self.now)
    }
}

#[cfg(test)]
impl MonitorEngine {
    /// Whether nothing is left of any key but operators.
    pub(crate) fn has_forgotten_keys(&self) -> bool {
        self.index.tables.is_empty() && self.exclusions.is_none()
    }
}

impl Default for MonitorEngine {
    fn default() -> Self {
        MonitorEngine::new()
    }
}

/// Engines are equal when they hold the same policy, the same operators, the same rules and exclusions in the same order,
/// and the same time.
impl PartialEq for MonitorEngine {
    fn eq(&self, other: &Self) -> bool {
        self.policy == other.policy
            && self.now == other.now
            && self.operators().eq(other.operators())
            && self.rules().eq(other.rules())
            && self.exclusions().eq(other.exclusions())
    }
}

impl Eq for MonitorEngine {}
