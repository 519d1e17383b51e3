//! The quick answers: who may watch a chat, with the rules that say so and without.
//!
//! They come to what [`judge`](MonitorEngine::judge) grants, found in another order. What depends on the chat alone (gates
//! 4 to 7 and 9) comes down to a set of roles. Gates 1 to 3 are open for whoever stands on the list of one of the chat's
//! keys, and rules that ask for more than their key are judged one by one. Gate 10 is asked of each watcher whose role is
//! limited to what they oversee, and gate 8 takes out at the end who attends.

use alloc::vec::Vec;
use core::cell::OnceCell;
use core::hint::black_box;

use super::MonitorEngine;
use super::filing::Filing;
use super::judge::Judge;
use super::operators::{Number, OperatorSlot};
use super::roles::RoleSet;
use super::rules::{By, RuleSlot, Seq};
use super::watchers::{WatcherBuffer, WatcherIds};
use crate::chat::Chat;
use crate::id::OperatorId;
use crate::key::Fact;
use crate::right::Right;
use crate::slab::Place;
use crate::verdict::Verdict;

/// Up to this many attending operators, what was looked up of them is kept.
const KEPT: usize = 4;

impl MonitorEngine {
    /// Every operator who may watch `chat`, without the rules that say so: the same as
    /// [`watchers_for`](MonitorEngine::watchers_for) names, at little more than the cost of looking the chat up.
    ///
    /// Nothing is allocated once `buffer` has grown to what it needs, unless more than eight operators attend and rules
    /// that ask for more than one criterion have to look for them, or departments and exclusions are asked.
    ///
    /// ```
    /// use chat_monitor::{Chat, Criterion, MonitorEngine, Role, Rule, WatcherBuffer};
    ///
    /// let mut engine = MonitorEngine::new();
    /// engine.set_operator("ken".parse()?, Role::Associate)?;
    /// engine.set_operator("hana".parse()?, Role::Supervisor)?;
    /// engine.add_rule(Rule::new("r1".parse()?, "hana".parse()?, Criterion::Operator("ken".parse()?)))?;
    ///
    /// let mut buffer = WatcherBuffer::new();
    /// let chat = Chat::new("c1".parse()?).attended_by("ken".parse()?);
    /// let watchers = engine.watchers_for_into(&chat, &mut buffer);
    /// assert!(watchers.into_iter().eq(["hana"]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn watchers_for_into<'a>(&'a self, chat: &Chat, buffer: &'a mut WatcherBuffer) -> WatcherIds<'a> {
        buffer.clear();
        let mut kept = [None; KEPT];
        if let Some(open) = self.open_roles(chat, &mut kept) {
            let mut answer = Answer { engine: self, chat, open, judge: OnceCell::new(), buffer };
            self.each_filing(chat, &kept, |filed| answer.take(filed));
            if open.somebody_attends {
                let attending = chat.attending().filter_map(|operator| self.index.of_operator(operator));
                buffer.remove(attending.map(|slot| slot.number), self.index.operators.numbers());
            }
        }
        buffer.answer(&self.index.operators)
    }

    /// Every rule that grants `chat`, in rule order, each with its place in that and its watcher.
    pub(crate) fn granting(&self, chat: &Chat, granting: &mut Vec<Granting>) {
        granting.clear();
        let mut kept = [None; KEPT];
        let Some(open) = self.open_roles(chat, &mut kept) else { return };
        let judge = OnceCell::new();
        let judge = || judge.get_or_init(|| self.judge_of(chat));
        let operators = &self.index.operators;
        self.each_filing(chat, &kept, |filed| {
            // A rule that the key is all of need not be judged, and where nobody is permitted none need be looked at.
            if filed.watchers.has_any(open.anywhere.or(open.scoped)) {
                for plain in self.rules.plain(filed.plain).iter().filter(|plain| plain.is_on()) {
                    let Some(watcher) = operators.get(plain.watcher) else { continue };
                    let admits = open.anywhere.contains(watcher.role)
                        || open.scoped.contains(watcher.role) && judge().rights(Some(watcher)).contains(Right::Watch);
                    if admits && !(open.somebody_attends && judge().attending.contain(&watcher.id)) {
                        granting.push(Granting { seq: plain.seq(), number: plain.watcher, place: plain.rule });
                    }
                }
            }
            for (place, slot) in self.rules.along(filed.more, By::Key) {
                if judge().verdict(&slot.rule, operators.get(slot.watcher)) == Verdict::Granted {
                    granting.push(Granting { seq: slot.seq, number: slot.watcher, place });
                }
            }
        });
        // Each list is nearly sorted, and a stable sort makes use of that.
        granting.sort_by_key(|granting| granting.seq);
        // A key that several who attend lead to was found several times.
        granting.dedup_by_key(|granting| granting.seq);
        self.warm(granting);
    }

    /// Reads where the ids lie that are named next. Naming one counts a reference more, and the processor waits for each
    /// before it goes on to the next; what it only reads, it fetches several of at a time. Few rules are in the cache.
    fn warm(&self, granting: &[Granting]) {
        const FEW: usize = 4096;
        if self.rule_count() < FEW {
            return;
        }
        let rules = granting.iter().filter_map(|granting| self.rule_at(granting.place));
        let first = rules.filter_map(|rule| rule.id().as_str().as_bytes().first());
        black_box(first.fold(0, |all, byte| all ^ byte));
    }

    /// The roles to whom the chat is open, as far as that depends on the chat; none if it is open to nobody. Looks up who
    /// attends, and keeps the first of them.
    #[inline]
    fn open_roles<'a>(&'a self, chat: &'a Chat, kept: &mut [Option<&'a OperatorSlot>; KEPT]) -> Option<Open> {
        if !chat.monitoring_allowed() {
            return None;
        }
        let mut open = self.roles.watching();
        let mut attending = RoleSet::NONE;
        for (n, operator) in chat.attending().enumerate() {
            let slot = self.index.of_operator(operator);
            let role = slot.map(|slot| slot.role).unwrap_or_default();
            if n < chat.operators().len() || self.policy.count_joined() {
                open = open.and(self.roles.monitoring(role));
            }
            if let Some(place) = kept.get_mut(n) {
                *place = slot;
            }
            attending = attending.with(role);
        }
        if chat.operators().is_empty() && chat.joined().is_empty() && !self.policy.watch_unattended() {
            open = open.and(self.roles.unattended());
        }
        if self.exclusions.is_some() {
            open = open.without(self.excluded_roles(chat));
        }
        let (scoped, somebody_attends) = (open.and(self.roles.scoped()), !open.and(attending).is_empty());
        (!open.is_empty()).then_some(Open { anywhere: open.without(scoped), scoped, somebody_attends })
    }

    #[cold]
    fn excluded_roles(&self, chat: &Chat) -> RoleSet {
        let attending = self.attending(chat);
        let exclusions = self.exclusions.iter().flat_map(|exclusions| exclusions.holding(&attending));
        exclusions.fold(RoleSet::NONE, |all, exclusion| all.or(exclusion.roles()))
    }

    /// What is filed under each key that the facts of a chat lead to, of which the first operators were looked up.
    #[inline]
    fn each_filing<'a>(
        &'a self,
        chat: &'a Chat,
        kept: &[Option<&'a OperatorSlot>; KEPT],
        mut found: impl FnMut(&'a Filing),
    ) {
        let Self { index, .. } = self;
        kept.iter().flatten().for_each(|slot| found(&slot.filed));
        if chat.operators().len() + chat.joined().len() > KEPT {
            let more = chat.attending().skip(KEPT).filter_map(|operator| index.of_operator(operator));
            more.for_each(|slot| found(&slot.filed));
        }
        if index.tables.has_rare() {
            let attending = self.attending(chat);
            Fact::of_chat(chat, |fact| {
                let departments = |operator: &OperatorId| attending.department_ids_of(operator);
                index.tables.each(fact, departments, &index.hasher, &mut found);
            });
        } else {
            let nowhere = |_: &OperatorId| core::iter::empty();
            Fact::of_visitor(chat.visitor(), |fact| index.tables.each(fact, nowhere, &index.hasher, &mut found));
        }
    }
}

/// Stops the build when a gate is added that this file does not know of.
const _: fn(Verdict) = |verdict| match verdict {
    // On no list, or judged.
    Verdict::Disabled | Verdict::OutsideWindow | Verdict::NoMatch => {}
    // `open_roles`.
    Verdict::Forbidden | Verdict::Excluded(_) | Verdict::Unattended | Verdict::NoRights | Verdict::NotPermitted(_) => {}
    // `take` and `granting`.
    Verdict::OutOfScope => {}
    // At the end of `watchers_for_into`, and in `granting`.
    Verdict::OwnChat => {}
    Verdict::Granted => {}
};

/// A rule that grants a chat, with its place in rule order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Granting {
    pub(crate) seq: Seq,
    /// The watcher's.
    pub(crate) number: Number,
    pub(crate) place: Place,
}

/// To whom a chat is open, as far as that depends on the chat.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// The roles that may watch it whatever they oversee.
    anywhere: RoleSet,
    /// The roles that may watch it if they oversee it.
    scoped: RoleSet,
    /// Whether somebody attends whose role may watch, as far as roles go.
    somebody_attends: bool,
}

/// An answer in the making.
struct Answer<'a, 'b> {
    engine: &'a MonitorEngine,
    chat: &'a Chat,
    open: Open,
    judge: OnceCell<Judge<'a>>,
    buffer: &'b mut WatcherBuffer,
}

impl<'a> Answer<'a, '_> {
    /// Adds the watchers of one of the chat's keys.
    #[inline]
    fn take(&mut self, filed: &Filing) {
        let added = self.buffer.found.len();
        filed.watchers.extend(self.open.anywhere, &mut self.buffer.found);
        if !self.open.scoped.is_empty() {
            self.take_scoped(filed);
        }
        if added > 0 && self.buffer.found.len() > added {
            self.buffer.dedup(added, self.engine.index.operators.numbers());
        }
        if !filed.more.is_empty() {
            self.take_judged(filed);
        }
    }

    /// Adds those whose role is limited to what they oversee, and who oversee the chat.
    #[cold]
    fn take_scoped(&mut self, filed: &Filing) {
        let added = self.buffer.found.len();
        filed.watchers.extend(self.open.scoped, &mut self.buffer.found);
        let operators = &self.engine.index.operators;
        let judge = self.judge.get_or_init(|| self.engine.judge_of(self.chat));
        self.buffer.retain(added, |number| judge.rights(operators.get(number)).contains(Right::Watch));
    }

    /// Adds those whose rules ask for more than the key, and are granted.
    #[cold]
    fn take_judged(&mut self, filed: &Filing) {
        let MonitorEngine { index, rules, .. } = self.engine;
        let judge = self.judge.get_or_init(|| self.engine.judge_of(self.chat));
        for (_, RuleSlot { rule, watcher, .. }) in rules.along(filed.more, By::Key) {
            if judge.verdict(rule, index.operators.get(*watcher)) == Verdict::Granted {
                self.buffer.found.push(*watcher);
                let added = self.buffer.found.len() - 1;
                self.buffer.dedup(added, index.operators.numbers());
            }
        }
    }
}
