//! What a change of the engine means for the live chats: which of them are decided anew.

use alloc::vec::Vec;

use super::{Event, LeftReason, LiveMonitor, Refusal};
use crate::engine::MonitorEngine;
use crate::exclusion::Exclusion;
use crate::id::{ExclusionId, OperatorId, RuleId};
use crate::key::Key;
use crate::operator::Operator;
use crate::policy::Policy;
use crate::rule::Rule;
use crate::slab::Place;
use crate::window::Window;

/// Changes of operators and of the policy.
impl LiveMonitor {
    pub(super) fn set_policy(&mut self, policy: Policy, events: &mut Vec<Event>) -> Result<(), Refusal> {
        if *self.engine.policy() == policy {
            return Ok(());
        }
        self.engine.set_policy(policy)?;
        let all: Vec<Place> = self.rooms.places().collect();
        for &place in &all {
            let must_leave = |engine: &MonitorEngine, operator: &_| !engine.may_stay_joined(operator);
            self.put_out(place, must_leave, LeftReason::NoRights, events);
        }
        self.decide_all(all, events);
        Ok(())
    }

    pub(super) fn set_operator(
        &mut self,
        id: OperatorId,
        operator: Operator,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let before = self.engine.operator(&id);
        if before.as_ref() != Some(&operator) {
            self.engine.set_operator(id.clone(), operator)?;
            self.keep_operator(&id, before);
            self.operator_changed(&id, LeftReason::NoRights, events);
        }
        Ok(())
    }

    pub(super) fn remove_operator(&mut self, operator: &OperatorId, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let before = self.engine.operator(operator);
        self.keep_operator(operator, before);
        self.engine.remove_operator(operator)?;
        self.operator_changed(operator, LeftReason::Removed, events);
        Ok(())
    }

    /// Decides anew what depends on what is known of `operator`: the chats that they attend, and those that their own
    /// rules match.
    fn operator_changed(&mut self, operator: &OperatorId, must_leave: LeftReason, events: &mut Vec<Event>) {
        let mut attended: Vec<Place> = self.index.attended_by(operator).into();
        self.rooms.sort(&mut attended);
        if !self.engine.may_stay_joined(operator) {
            for &place in &attended {
                self.put_out(place, |_, joined| joined == operator, must_leave, events);
            }
        }
        let own = self.granted_by_own(operator);
        let mut touched: Vec<Place> = own.iter().map(|(place, _)| *place).chain(attended.iter().copied()).collect();
        self.rooms.sort(&mut touched);
        let mut own = own.into_iter().peekable();
        let mut attended = attended.into_iter().peekable();
        for place in touched {
            let rules = own.next_if(|(granted, _)| *granted == place).map(|(_, rules)| rules).unwrap_or_default();
            match attended.next_if(|attended| *attended == place) {
                Some(_) => self.decide(place, events),
                None => self.settle(place, operator, &rules, events),
            }
        }
    }

    /// The chats that a watcher's own rules can match, in the order in which they started, each with the rules that grant
    /// it.
    fn granted_by_own(&self, watcher: &OperatorId) -> Vec<(Place, Vec<RuleId>)> {
        let mut candidates: Vec<(Place, &Rule)> = Vec::new();
        for rule in self.engine.rules_of(watcher) {
            let places = self.index.candidates(Key::of(rule.key()), &self.engine, &self.rooms);
            candidates.extend(places.into_iter().map(|place| (place, rule)));
        }
        // A stable sort: in each chat the rules stay in rule order.
        candidates.sort_by_key(|(place, _)| self.rooms.get(*place).map(|room| room.seq));
        let chats = candidates.chunk_by(|(one, _), (next, _)| one == next);
        let granted = chats.filter_map(|of_chat| {
            let (place, _) = of_chat.first()?;
            let asked = self.engine.asking(&self.rooms.get(*place)?.chat);
            let granting = of_chat.iter().filter(|(_, rule)| asked(rule).is_granted());
            Some((*place, granting.map(|(_, rule)| rule.id().clone()).collect()))
        });
        granted.collect()
    }
}

/// Changes of rules.
impl LiveMonitor {
    pub(super) fn add_rule(&mut self, rule: Rule, events: &mut Vec<Event>) -> Result<(), Refusal> {
        self.engine.add_rule(rule.clone())?;
        self.rule_changed(&rule, true, events);
        Ok(())
    }

    pub(super) fn set_rule_enabled(
        &mut self,
        rule: &RuleId,
        enabled: bool,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        self.keep_rule(rule);
        let was_enabled = self.engine.rule(rule).map(Rule::enabled);
        self.engine.set_rule_enabled(rule, enabled)?;
        match self.engine.rule(rule).cloned() {
            Some(rule) if was_enabled != Some(enabled) => self.rule_changed(&rule, true, events),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn set_rule_window(
        &mut self,
        rule: &RuleId,
        window: Option<Window>,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        self.keep_rule(rule);
        self.engine.set_rule_window(rule, window)?;
        if let Some(rule) = self.engine.rule(rule).cloned() {
            self.rule_changed(&rule, true, events);
        }
        Ok(())
    }

    pub(super) fn remove_rule(&mut self, rule: &RuleId, events: &mut Vec<Event>) -> Result<(), Refusal> {
        self.keep_removed(rule);
        let rule = self.engine.remove_rule(rule)?;
        self.rule_changed(&rule, false, events);
        Ok(())
    }

    /// Decides anew, in every chat that a rule can match, whether the rule grants it.
    fn rule_changed(&mut self, rule: &Rule, is_there: bool, events: &mut Vec<Event>) {
        let seq = self.engine.seq(rule.id());
        for place in self.index.candidates(Key::of(rule.key()), &self.engine, &self.rooms) {
            let Some(room) = self.rooms.get(place) else { continue };
            let granted = is_there && self.engine.judge(rule, &room.chat).is_granted();
            let watch = self.people.find(rule.watcher()).and_then(|watcher| room.watches.find(watcher));
            let before = watch.and_then(|watch| self.watches.get(watch)).map(|watch| watch.rules.as_slice());
            let before = before.unwrap_or_default();
            if before.contains(rule.id()) != granted {
                let mut rules: Vec<RuleId> = before.iter().filter(|other| *other != rule.id()).cloned().collect();
                if granted {
                    let at = rules.partition_point(|other| self.engine.seq(other) < seq);
                    rules.insert(at, rule.id().clone());
                }
                self.settle(place, rule.watcher(), &rules, events);
            }
        }
    }
}

/// Changes of exclusions and of the time.
impl LiveMonitor {
    pub(super) fn add_exclusion(&mut self, exclusion: Exclusion, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let touched = self.index.candidates(Key::of(exclusion.key()), &self.engine, &self.rooms);
        self.engine.add_exclusion(exclusion)?;
        self.decide_all(touched, events);
        Ok(())
    }

    pub(super) fn remove_exclusion(&mut self, exclusion: &ExclusionId, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let removed = self.engine.remove_exclusion(exclusion)?;
        let touched = self.index.candidates(Key::of(removed.key()), &self.engine, &self.rooms);
        self.decide_all(touched, events);
        Ok(())
    }

    pub(super) fn set_time(&mut self, now: u64, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let bounded = self.engine.rules_bounded_until(now);
        self.engine.set_time(now)?;
        let rules = bounded.iter().filter_map(|rule| self.engine.rule(rule));
        let candidates = |rule: &Rule| self.index.candidates(Key::of(rule.key()), &self.engine, &self.rooms);
        let mut touched: Vec<Place> = rules.flat_map(candidates).collect();
        self.rooms.sort(&mut touched);
        self.decide_all(touched, events);
        Ok(())
    }
}
