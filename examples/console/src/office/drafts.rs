//! A rule before it is saved: what it would be, what would be refused of it, what it would show, and what to warn of.

use chat_monitor::{ChatId, Criterion, MonitorEngine, OperatorId, Rule, RuleId, Sample, Verdict, Window};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Attempt, Office};
use crate::criterion::{SampleOf, Wanted, always_with, is_everybody, never_both};
use crate::denial::Denial;
use crate::entry::now;
use crate::password;
use crate::store::Action;
use crate::words;

/// A rule as somebody wants it.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) watcher: OperatorId,
    pub(crate) when: Vec<Wanted>,
    pub(crate) unless: Vec<Wanted>,
    pub(crate) window: Option<Window>,
    pub(crate) name: String,
    pub(crate) note: String,
    /// The rule that goes when this one comes.
    pub(crate) replaces: Option<RuleId>,
    /// What tells drafts of one person apart, so that a sample draws the same chats when it is saved as in the preview.
    pub(crate) mark: String,
}

/// What a rule would be, and what to say of it first.
#[derive(Clone, Debug)]
pub(crate) struct Drafted {
    pub(crate) rule: Rule,
    pub(crate) warnings: Vec<Warning>,
}

/// What somebody hardly means who makes a rule: each has a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "key", rename_all = "snake_case")]
pub(crate) enum Warning {
    /// All chats meet it that the watcher may watch, or all of visitors with such an address.
    Everybody,
    /// No chat can meet it.
    Never,
    /// Its window is over.
    Ended,
    /// Nobody belongs to the department, as far as is known.
    Department { value: String },
    /// The watcher oversees no department, and may watch nothing outside of these.
    Scope,
    /// The watcher has a rule of the same criteria.
    Duplicate { rule: String },
}

/// A chat that a rule would show.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Shown {
    pub(crate) chat: String,
    pub(crate) visitor: String,
    pub(crate) operators: Vec<String>,
}

/// Drafting.
impl Office {
    /// What saving a draft would make. It is refused for whatever saving would be refused for.
    pub(crate) fn draft(&self, asker: &OperatorId, draft: &Draft) -> Result<Drafted, Denial> {
        self.check_may_monitor(asker)?;
        let replaced = match &draft.replaces {
            Some(id) => Some(self.check_rule(asker, id)?),
            None => None,
        };
        // A rule that replaces another one is for the same watcher.
        let watcher = replaced.map_or(&draft.watcher, Rule::watcher);
        self.check_rules_of(asker, watcher)?;
        let count = self.live.engine().rules_of(watcher).count() - usize::from(replaced.is_some());
        if count >= self.limits.rules_per_watcher {
            return Err(Denial::TooManyRules);
        }
        let mut rule: Option<Rule> = None;
        let id: RuleId = "draft".parse().map_err(|_| Denial::NoSuchRule)?;
        for (place, wanted) in draft.when.iter().enumerate() {
            let criterion = self.criterion(asker, wanted, &format!("{}/{place}", draft.mark))?;
            rule = Some(match rule {
                Some(rule) => rule.and(criterion),
                None => Rule::new(id.clone(), watcher.clone(), criterion),
            });
        }
        let mut rule = rule.ok_or(Denial::NoCriterion)?;
        for (place, wanted) in draft.unless.iter().enumerate() {
            rule = rule.and_not(self.criterion(asker, wanted, &format!("{}/-{place}", draft.mark))?);
        }
        let rule = rule.with_window(draft.window).with_enabled(replaced.is_none_or(Rule::enabled));
        self.check_new(&rule)?;
        let warnings = self.warnings(&rule, draft.replaces.as_ref());
        Ok(Drafted { rule, warnings })
    }

    /// One's own rules are one's own to make; administrators make rules for everybody whose role may have any.
    pub(super) fn check_rules_of(&self, asker: &OperatorId, watcher: &OperatorId) -> Result<(), Denial> {
        if asker == watcher {
            return Ok(());
        }
        self.check_administrator(asker)?;
        if self.may_monitor(watcher) { Ok(()) } else { Err(Denial::WatcherMayNotMonitor) }
    }

    /// The criterion that is wanted. A sample is drawn by a secret that nobody is told, not even who made it.
    pub(super) fn criterion(&self, asker: &OperatorId, wanted: &Wanted, place: &str) -> Result<Criterion, Denial> {
        let (per_million, of) = match wanted {
            Wanted::Plain(criterion) => return Ok(criterion.clone()),
            Wanted::Sample { per_million, of } => (per_million, of),
        };
        let drawn = of.as_ref().map(|of| self.sample(asker, of)).transpose()?;
        let share = per_million.or(drawn.map(Sample::per_million)).unwrap_or_default();
        let fresh = || password::derived(&self.secret, &[asker.as_str(), place]);
        let salt = drawn.map_or_else(fresh, |sample| sample.salt().to_owned());
        Sample::new(share, &salt).map(Criterion::Sample).map_err(|_| Denial::NoCriterion)
    }

    /// A sample of a rule that the asker may change.
    fn sample(&self, asker: &OperatorId, of: &SampleOf) -> Result<&Sample, Denial> {
        let id: RuleId = of.rule.parse().map_err(|_| Denial::NoSuchRule)?;
        let rule = self.check_rule(asker, &id)?;
        samples(rule).nth(of.nth).ok_or(Denial::NoSuchRule)
    }

    /// Asks the monitor itself whether it would take the rule: an engine of those alone on whom that depends.
    fn check_new(&self, rule: &Rule) -> Result<(), Denial> {
        let engine = self.live.engine();
        let mut asked = MonitorEngine::new();
        // Both were taken once, as they are.
        let _ = asked.set_policy(engine.policy().clone());
        let named = rule.when().iter().chain(rule.unless()).filter_map(|criterion| match criterion {
            Criterion::Operator(operator) => Some(operator),
            _ => None,
        });
        for id in named.chain([rule.watcher()]) {
            if let Some(operator) = engine.operator(id) {
                let _ = asked.set_operator(id.clone(), operator);
            }
        }
        asked.add_rule(rule.clone()).map_err(|refusal| Denial::Refused(refusal.into()))
    }

    fn warnings(&self, rule: &Rule, replaced: Option<&RuleId>) -> Vec<Warning> {
        let (when, unless) = (rule.when(), rule.unless());
        let mut warnings = Vec::new();
        let same = |known: &Rule| {
            Some(known.id()) != replaced
                && alike(known.when(), when)
                && alike(known.unless(), unless)
                && known.window() == rule.window()
        };
        if let Some(known) = self.live.engine().rules_of(rule.watcher()).find(|known| same(known)) {
            warnings.push(Warning::Duplicate { rule: known.id().to_string() });
        }
        let clash = when.iter().any(|one| when.iter().any(|other| never_both(one, other)));
        if clash || when.iter().any(|one| unless.iter().any(|other| always_with(one, other) || is_whole(other))) {
            warnings.push(Warning::Never);
        }
        if when.iter().all(is_everybody) {
            warnings.push(Warning::Everybody);
        }
        if rule.window().and_then(|window| window.until()).is_some_and(|until| until <= host_now()) {
            warnings.push(Warning::Ended);
        }
        warnings.extend(when.iter().filter_map(|criterion| match criterion {
            Criterion::Department(id) | Criterion::OperatorIn(id) if !self.departments.contains_key(id) => {
                Some(Warning::Department { value: id.to_string() })
            }
            _ => None,
        }));
        if self.oversees_nothing(rule.watcher()) {
            warnings.push(Warning::Scope);
        }
        warnings
    }
}

/// Previewing.
impl Office {
    /// Every live chat, to be looked at a few at a time.
    pub(crate) fn chat_ids(&self) -> Vec<ChatId> {
        self.live.chats().map(|chat| chat.id().clone()).collect()
    }

    /// Those of some chats that the watcher would watch by a rule once it is saved, and no others: whoever makes the rule
    /// sees these at once, so a preview tells them nothing that the rule would not.
    pub(crate) fn would_show(&self, asker: &OperatorId, rule: &Rule, chats: &[ChatId]) -> Result<Vec<Shown>, Denial> {
        self.check_may_monitor(asker)?;
        self.check_rules_of(asker, rule.watcher())?;
        if rule.window().is_some_and(|window| !window.holds_at(host_now())) {
            return Ok(Vec::new());
        }
        // The monitor may have been told of a time before the window opened: it is told again when the rule is saved.
        let now = rule.clone().with_window(None);
        let shown = |chat: &ChatId| {
            let known = self.live.chat(chat)?;
            let granted = self.live.engine().judge(&now, known) == Verdict::Granted;
            let may_know = rule.watcher() == asker || self.knows_of(asker, known);
            (granted && may_know).then(|| self.shown(known))
        };
        Ok(chats.iter().filter_map(shown).collect())
    }

    /// Writes down that somebody looked, and what they saw.
    pub(crate) fn note_preview(&mut self, operator: &OperatorId, rule: &Rule, count: usize) -> Result<(), Denial> {
        let attempt = Attempt { operator, action: Action::PreviewedRule, chat: None };
        self.audit(attempt, words::kept([self.rule_text(rule)]), &count.to_string())
    }

    pub(super) fn shown(&self, chat: &chat_monitor::Chat) -> Shown {
        let visitor = self.chats.get(chat.id()).map(|known| known.row.visitor.clone());
        Shown {
            chat: chat.id().to_string(),
            visitor: visitor.unwrap_or_default(),
            operators: chat.attending().map(|operator| self.name(operator).to_owned()).collect(),
        }
    }
}

/// The samples of a rule, in the order in which they stand there.
pub(super) fn samples(rule: &Rule) -> impl Iterator<Item = &Sample> {
    rule.when().iter().chain(rule.unless()).filter_map(|criterion| match criterion {
        Criterion::Sample(sample) => Some(sample),
        _ => None,
    })
}

/// Now, by the machine's clock, as windows have it.
pub(super) fn host_now() -> u64 {
    u64::try_from(now()).unwrap_or_default()
}

/// Whether it holds of every chat there is.
fn is_whole(criterion: &Criterion) -> bool {
    matches!(criterion, Criterion::Sample(sample) if sample.per_million() == 1_000_000)
}

/// Whether two lists have the same criteria, in whatever order and however often.
fn alike(one: &[Criterion], other: &[Criterion]) -> bool {
    one.iter().all(|criterion| other.contains(criterion)) && other.iter().all(|criterion| one.contains(criterion))
}
