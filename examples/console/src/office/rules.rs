//! Rules, as people make and change them.

use chat_monitor::{Command, Criterion, DepartmentId, OperatorId, Refusal, Role, Rule, RuleId, Window};
use serde::Serialize;
use vendors::Time;

use super::drafts::{Draft, Drafted, Warning};
use super::{Attempt, Office};
use crate::criterion::{SampleOf, Typed};
use crate::denial::Denial;
use crate::feeds::{Feed, Topic, write};
use crate::store::{Action, RuleNote};
use crate::view::{CriterionText, GoneRule, RuleText, ToRules};
use crate::words;

/// A rule as the settings page lists it.
#[derive(Debug, Serialize)]
pub(crate) struct RuleLine {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) note: String,
    /// What the watcher is called, and who that is.
    pub(crate) watcher: String,
    pub(crate) watcher_id: String,
    pub(crate) own: bool,
    pub(crate) when: Vec<CriterionText>,
    pub(crate) unless: Vec<CriterionText>,
    pub(crate) window: Option<Window>,
    /// As a form has it.
    pub(crate) typed: TypedRule,
    pub(crate) enabled: bool,
    /// Who made it, and who switched it last, where that was not its watcher.
    pub(crate) made_by: Option<String>,
    pub(crate) switched_by: Option<String>,
    pub(crate) chats_monitored: u64,
    pub(crate) chats_joined: u64,
    /// None for a rule by which nobody has watched a chat.
    pub(crate) last_monitored: Option<u64>,
    /// Whether somebody watches a chat by it now.
    pub(crate) monitoring: bool,
}

/// The criteria of a rule as a form has them, to begin another one with.
#[derive(Debug, Serialize)]
pub(crate) struct TypedRule {
    when: Vec<Typed>,
    unless: Vec<Typed>,
}

/// What came of a rule that was to be saved.
#[derive(Debug)]
pub(crate) enum Saved {
    Rule(RuleId),
    /// Nothing was saved: this is to be confirmed first.
    Asked(Vec<Warning>),
}

/// Changing.
impl Office {
    /// Saves a rule, in the place of another one where it replaces that, unless there is something to be asked first.
    pub(crate) fn save_rule(&mut self, operator: &OperatorId, draft: &Draft, confirmed: bool) -> Result<Saved, Denial> {
        let action = match &draft.replaces {
            Some(_) => Action::ReplacedRule,
            None if draft.watcher == *operator => Action::AddedRule,
            None => Action::AddedRuleFor,
        };
        let attempt = Attempt { operator, action, chat: None };
        let drafted = self.draft(operator, draft);
        let Drafted { rule, warnings } = self.audited(attempt, drafted)?;
        if !confirmed && !warnings.is_empty() {
            return Ok(Saved::Asked(warnings));
        }
        let watcher = rule.watcher().clone();
        // Counted for each watcher: a gap would tell of somebody else's rule.
        let number = self.store.next_number(&format!("rules of {watcher}"))?;
        let id: RuleId = format!("{watcher}-{number}").parse().map_err(|_| Denial::NoSuchOperator)?;
        let before = draft.replaces.as_ref().and_then(|old| self.rule_notes.get(old)).cloned();
        let made_by = (watcher != *operator).then(|| operator.clone());
        let made_by = before.as_ref().map_or(made_by, |before| before.made_by.clone());
        let switched_by = before.and_then(|before| before.switched_by);
        let note = RuleNote { name: draft.name.clone(), note: draft.note.clone(), made_by, switched_by };
        if rule.window().is_some() {
            self.tell_time()?;
        }
        let mut events = self.apply(Command::AddRule(renamed(&rule, id.clone())))?;
        self.set_note(&id, note)?;
        let mut shown = vec![id.clone()];
        shown.extend(draft.replaces.clone());
        self.audit(attempt, self.rules_in_words(&shown), &self.rule_in_detail(operator, &watcher, &id))?;
        // After the new one came, so that what both match stays in the list.
        if let Some(old) = &draft.replaces {
            events.extend(self.apply(Command::RemoveRule { rule: old.clone() })?);
            self.forget_note(old)?;
        }
        self.tell_events(&events)?;
        self.rules_changed(&watcher);
        Ok(Saved::Rule(id))
    }

    /// A rule of one criterion, as the demonstration has them.
    pub(crate) fn add_rule(&mut self, watcher: &OperatorId, criterion: Criterion) -> Result<(), Denial> {
        let draft = Draft {
            watcher: watcher.clone(),
            when: vec![crate::criterion::Wanted::Plain(criterion)],
            unless: Vec::new(),
            window: None,
            name: String::new(),
            note: String::new(),
            replaces: None,
            mark: String::new(),
        };
        self.save_rule(watcher, &draft, true).map(drop)
    }

    pub(crate) fn set_rule_enabled(
        &mut self,
        operator: &OperatorId,
        rule: &RuleId,
        enabled: bool,
    ) -> Result<(), Denial> {
        let action = if enabled { Action::EnabledRule } else { Action::DisabledRule };
        let (attempt, watcher) = self.may_change(operator, action, rule)?;
        self.audit(
            attempt,
            self.rules_in_words(std::slice::from_ref(rule)),
            &self.rule_in_detail(operator, &watcher, rule),
        )?;
        if self.live.engine().rule(rule).is_some_and(|rule| rule.window().is_some()) {
            self.tell_time()?;
        }
        let events = self.apply(Command::SetRuleEnabled { rule: rule.clone(), enabled })?;
        let note = self.rule_notes.get(rule).cloned().unwrap_or_default();
        let switched_by = (watcher != *operator).then(|| operator.clone());
        if note.switched_by != switched_by {
            self.set_note(rule, RuleNote { switched_by, ..note })?;
        }
        self.tell_events(&events)?;
        self.rules_changed(&watcher);
        Ok(())
    }

    /// Sets when a rule counts, without its beginning anew.
    pub(crate) fn set_rule_window(
        &mut self,
        operator: &OperatorId,
        rule: &RuleId,
        window: Option<Window>,
    ) -> Result<(), Denial> {
        let (attempt, watcher) = self.may_change(operator, Action::SetRuleWindow, rule)?;
        self.tell_time()?;
        let events = self.apply(Command::SetRuleWindow { rule: rule.clone(), window })?;
        // As it reads from now on.
        let detail = self.rule_in_detail(operator, &watcher, rule);
        self.audit(attempt, self.rules_in_words(std::slice::from_ref(rule)), &detail)?;
        self.tell_events(&events)?;
        self.rules_changed(&watcher);
        Ok(())
    }

    pub(crate) fn remove_rule(&mut self, operator: &OperatorId, rule: &RuleId) -> Result<(), Denial> {
        let (attempt, watcher) = self.may_change(operator, Action::RemovedRule, rule)?;
        self.audit(
            attempt,
            self.rules_in_words(std::slice::from_ref(rule)),
            &self.rule_in_detail(operator, &watcher, rule),
        )?;
        if watcher != *operator {
            self.store.add_rule_gone(&watcher)?;
        }
        let events = self.apply(Command::RemoveRule { rule: rule.clone() })?;
        self.forget_note(rule)?;
        self.tell_events(&events)?;
        if watcher != *operator {
            let by = self.name(operator).to_owned();
            self.feeds.push(Topic::Rules(watcher.clone()), write(&ToRules::Removed { rule, by: &by }));
        }
        self.rules_changed(&watcher);
        Ok(())
    }

    /// Sets what a rule is called, and what is said of it.
    pub(crate) fn note_rule(
        &mut self,
        operator: &OperatorId,
        rule: &RuleId,
        name: String,
        note: String,
    ) -> Result<(), Denial> {
        let (attempt, watcher) = self.may_change(operator, Action::NotedRule, rule)?;
        self.audit(
            attempt,
            self.rules_in_words(std::slice::from_ref(rule)),
            &self.rule_in_detail(operator, &watcher, rule),
        )?;
        let known = self.rule_notes.get(rule).cloned().unwrap_or_default();
        self.set_note(rule, RuleNote { name, note, ..known })?;
        self.rules_changed(&watcher);
        Ok(())
    }

    /// Checks that an operator may change a rule, and says whose it is. A refusal is written down.
    fn may_change<'a>(
        &mut self,
        operator: &'a OperatorId,
        action: Action,
        rule: &RuleId,
    ) -> Result<(Attempt<'a>, OperatorId), Denial> {
        let attempt = Attempt { operator, action, chat: None };
        let watcher = self.check_rule(operator, rule).map(|rule| rule.watcher().clone());
        Ok((attempt, self.audited(attempt, watcher)?))
    }

    /// One's own rules; administrators all of them. To everyone else a rule does not exist.
    pub(super) fn check_rule(&self, operator: &OperatorId, rule: &RuleId) -> Result<&Rule, Denial> {
        self.check_may_monitor(operator)?;
        let found = self.live.engine().rule(rule).ok_or_else(|| Refusal::UnknownRule(rule.clone()))?;
        if found.watcher() == operator || self.role(operator) == Some(Role::Administrator) {
            Ok(found)
        } else {
            Err(Denial::NoSuchRule)
        }
    }

    fn set_note(&mut self, rule: &RuleId, note: RuleNote) -> Result<(), Denial> {
        if note == RuleNote::default() {
            return self.forget_note(rule);
        }
        self.store.set_rule_note(rule, &note)?;
        self.rule_notes.insert(rule.clone(), note);
        Ok(())
    }

    fn forget_note(&mut self, rule: &RuleId) -> Result<(), Denial> {
        if self.rule_notes.remove(rule).is_some() {
            self.store.remove_rule_note(rule)?;
        }
        Ok(())
    }
}

/// Telling.
impl Office {
    /// Listens to the rules that an operator sees.
    pub(crate) fn listen_to_rules(&mut self, operator: &OperatorId) -> Result<Feed, Denial> {
        self.check_may_monitor(operator)?;
        self.rules_open.insert(operator.clone());
        Ok(self.feeds.listen([Topic::Rules(operator.clone())]))
    }

    /// Rules of an operator that somebody else deleted, until they say that they know.
    pub(crate) fn rules_gone(&self, operator: &OperatorId) -> Result<Vec<GoneRule>, Denial> {
        let gone = self.store.rules_gone(operator)?.into_iter();
        Ok(gone.map(|(by, rules)| GoneRule { by: self.name(&by).to_owned(), rule: words::read_one(&rules) }).collect())
    }

    pub(crate) fn told_of_rules_gone(&mut self, operator: &OperatorId) -> Result<(), Denial> {
        self.check_may_monitor(operator)?;
        Ok(self.store.forget_rules_gone(operator)?)
    }

    /// Remembers to tell that a watcher's rules, or what they have done, are no longer as they were.
    pub(super) fn rules_changed(&mut self, watcher: &OperatorId) {
        if !self.changed_rules_of.contains(watcher) {
            self.changed_rules_of.insert(watcher.clone());
        }
    }

    /// Tells those who see these rules: their watchers and the administrators, as their role is now.
    pub(super) fn tell_of_rules(&mut self) {
        if self.changed_rules_of.is_empty() {
            return;
        }
        let changed = std::mem::take(&mut self.changed_rules_of);
        for operator in std::mem::take(&mut self.rules_open) {
            let topic = Topic::Rules(operator.clone());
            if !self.feeds.has(&topic) {
                continue;
            }
            if changed.contains(&operator) || self.role(&operator) == Some(Role::Administrator) {
                self.feeds.push(topic, write(&ToRules::Changed));
            }
            self.rules_open.insert(operator);
        }
    }
}

/// Words.
impl Office {
    pub(super) fn rule_line(&self, rule: &Rule, operator: &OperatorId) -> RuleLine {
        let statistics = self.statistics.of(rule.id());
        let note = self.rule_notes.get(rule.id()).cloned().unwrap_or_default();
        let name = |id: OperatorId| self.name(&id).to_owned();
        let mut watches = self.live.monitored_chats(rule.watcher());
        RuleLine {
            id: rule.id().to_string(),
            name: note.name,
            note: note.note,
            watcher: self.name(rule.watcher()).to_owned(),
            watcher_id: rule.watcher().to_string(),
            own: rule.watcher() == operator,
            when: self.criterion_texts(rule.when()),
            unless: self.criterion_texts(rule.unless()),
            window: rule.window(),
            typed: typed(rule),
            enabled: rule.enabled(),
            made_by: note.made_by.map(name),
            switched_by: note.switched_by.map(name),
            chats_monitored: statistics.chats_monitored,
            chats_joined: statistics.chats_joined,
            last_monitored: statistics.last_monitored.map(Time::as_millis),
            monitoring: watches.any(|watched| watched.rules().contains(rule.id())),
        }
    }

    pub(super) fn rule_text(&self, rule: &Rule) -> RuleText {
        RuleText {
            id: rule.id().to_string(),
            name: self.rule_notes.get(rule.id()).map(|note| note.name.clone()).unwrap_or_default(),
            when: self.criterion_texts(rule.when()),
            unless: self.criterion_texts(rule.unless()),
            window: rule.window(),
        }
    }

    pub(super) fn criterion_texts(&self, criteria: &[Criterion]) -> Vec<CriterionText> {
        let name = |operator: &OperatorId| self.name(operator).to_owned();
        criteria
            .iter()
            .map(|criterion| CriterionText::of(criterion, name, |id| self.department_name(id).to_owned()))
            .collect()
    }

    /// What a department is called: one that is not in the register, what its id is.
    pub(super) fn department_name<'a>(&'a self, id: &'a DepartmentId) -> &'a str {
        self.departments.get(id).map_or(id.as_str(), String::as_str)
    }

    /// What rules say, for the audit: it must be legible when they are gone.
    pub(super) fn rules_in_words(&self, rules: &[RuleId]) -> String {
        words::kept(rules.iter().filter_map(|id| self.live.engine().rule(id)).map(|rule| self.rule_text(rule)))
    }

    /// A rule's id, and for whom it is where that is somebody else.
    fn rule_in_detail(&self, operator: &OperatorId, watcher: &OperatorId, rule: &RuleId) -> String {
        if operator == watcher { rule.to_string() } else { format!("{} · {rule}", self.name(watcher)) }
    }
}

/// The same rule by another id.
fn renamed(rule: &Rule, id: RuleId) -> Rule {
    let again = Rule::all(id, rule.watcher().clone(), rule.when().iter().cloned());
    let again = again.unwrap_or_else(|_| rule.clone());
    let again = rule.unless().iter().cloned().fold(again, Rule::and_not);
    again.with_window(rule.window()).with_enabled(rule.enabled())
}

fn typed(rule: &Rule) -> TypedRule {
    let mut samples = 0;
    let mut typed = |criterion: &Criterion| {
        // Here an operator is an id, and not a name.
        let CriterionText { kind, value } = CriterionText::plain(criterion);
        let plain = Typed { kind: kind.into_owned(), value, ..Typed::default() };
        match criterion {
            Criterion::Attribute(attribute) => {
                Typed { name: attribute.name().to_owned(), value: attribute.value().to_owned(), ..plain }
            }
            Criterion::Sample(_) => {
                let nth = samples;
                samples += 1;
                Typed { of: Some(SampleOf { rule: rule.id().to_string(), nth }), ..plain }
            }
            _ => plain,
        }
    };
    let when = rule.when().iter().map(&mut typed).collect();
    TypedRule { when, unless: rule.unless().iter().map(&mut typed).collect() }
}
