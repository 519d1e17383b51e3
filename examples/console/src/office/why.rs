//! Why a chat is not in one's list.

use chat_monitor::{Chat, ChatId, OperatorId, Right, Role, Rule, Sample, Verdict, Within};
use serde::Serialize;
use utoipa::ToSchema;

use super::drafts::Shown;
use super::{Attempt, Office};
use crate::denial::Denial;
use crate::store::Action;
use crate::view::RuleText;

/// What one of one's own rules says of a chat.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Reason {
    pub(crate) rule: RuleText,
    /// The key of a text, which may have a place for `who`.
    pub(crate) verdict: &'static str,
    /// The operator whom one may not monitor, or the id of the exclusion.
    pub(crate) who: String,
}

/// A live chat, and what one's own rules say of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Why {
    pub(crate) chat: Shown,
    pub(crate) watching: bool,
    pub(crate) reasons: Vec<Reason>,
}

/// A live chat that one may know of.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Known {
    #[serde(flatten)]
    pub(crate) chat: Shown,
    /// Its attributes, name and value, to those alone who watch it: people in it may not know all of them.
    pub(crate) attributes: Vec<(String, String)>,
}

impl Office {
    /// Whether an operator may know that a chat is there. Nothing else says so:
    ///
    /// * whoever attends it, or watches it, knows it;
    /// * a chat that waits is shown to every operator, if it waits here;
    /// * administrators know every live chat: they read in the audit who watched which, and answer for all of them.
    ///
    /// To everybody else there is no such chat.
    pub(super) fn knows_of(&self, operator: &OperatorId, chat: &Chat) -> bool {
        let role = self.role(operator);
        role.is_some()
            && (chat.attends(operator)
                || (chat.operators().is_empty() && !self.is_elsewhere(chat.id()))
                || role == Some(Role::Administrator)
                || !self.rules_of_watch(operator, chat.id()).is_empty())
    }

    /// Those of some chats that an operator who has rules may know of.
    pub(crate) fn known_chats(&self, operator: &OperatorId, chats: &[ChatId]) -> Result<Vec<Known>, Denial> {
        self.check_may_monitor(operator)?;
        let known = chats.iter().filter_map(|chat| self.live.chat(chat)).filter(|chat| self.knows_of(operator, chat));
        let attributes = |chat: &Chat| {
            let watched = !self.rules_of_watch(operator, chat.id()).is_empty();
            let seen = chat.attributes().iter().filter(|_| watched);
            seen.map(|known| (known.name().to_owned(), known.value().to_owned())).collect()
        };
        Ok(known.map(|chat| Known { chat: self.shown(chat), attributes: attributes(chat) }).collect())
    }

    /// What each of one's own rules says of a chat that one may know of. Nothing is said of the rules of others.
    ///
    /// Whether a rule matches says something of the chat: its department, its attributes, such as a raised hand. So it is
    /// said to those alone who may watch the chat. To others, a rule that is on and counts now says what would close the
    /// chat to any rule of theirs; and who is in the chat hears that they are, and nothing of consent or exclusions.
    pub(crate) fn why(&self, operator: &OperatorId, chat: &ChatId) -> Result<Why, Denial> {
        self.check_may_monitor(operator)?;
        let chat = self.live.chat(chat).filter(|chat| self.knows_of(operator, chat)).ok_or(Denial::NoSuchChat)?;
        let engine = self.live.engine();
        let closed = self.closed_to(operator, chat)?;
        // As `explain` says it of all rules: there may be thousands.
        let reasons = engine.rules_of(operator).map(|rule| {
            let verdict = match engine.judge(rule, chat) {
                of_the_rule @ (Verdict::Disabled | Verdict::OutsideWindow) => of_the_rule,
                of_the_chat => closed.clone().unwrap_or(of_the_chat),
            };
            let (verdict, who) = self.in_words(verdict);
            Reason { rule: self.rule_text(rule), verdict, who }
        });
        let watching = !self.rules_of_watch(operator, chat.id()).is_empty();
        Ok(Why { chat: self.shown(chat), watching, reasons: reasons.collect() })
    }

    /// What closes a chat to any rule of an operator.
    fn closed_to(&self, operator: &OperatorId, chat: &Chat) -> Result<Option<Verdict>, Denial> {
        if chat.attends(operator) {
            return Ok(Some(Verdict::OwnChat));
        }
        let every_chat = Sample::new(1_000_000, "every chat").map_err(|_| Denial::NoCriterion)?;
        let id = "any".parse().map_err(|_| Denial::NoSuchRule)?;
        let any_rule = Rule::new(id, operator.clone(), every_chat.into());
        Ok(Some(self.live.engine().judge(&any_rule, chat)).filter(|verdict| *verdict != Verdict::Granted))
    }

    /// Writes down that somebody asked.
    pub(crate) fn note_why(&mut self, operator: &OperatorId, chat: &ChatId) -> Result<(), Denial> {
        self.audit(Attempt { operator, action: Action::AskedWhy, chat: Some(chat) }, String::new(), "")
    }

    fn in_words(&self, verdict: Verdict) -> (&'static str, String) {
        match verdict {
            Verdict::Disabled => ("why_disabled", String::new()),
            Verdict::OutsideWindow => ("why_outside_window", String::new()),
            Verdict::NoMatch => ("why_no_match", String::new()),
            Verdict::Forbidden => ("why_forbidden", String::new()),
            Verdict::Excluded(exclusion) => ("why_excluded", exclusion.to_string()),
            Verdict::Unattended => ("why_unattended", String::new()),
            Verdict::NoRights => ("why_no_rights", String::new()),
            Verdict::OwnChat => ("why_own_chat", String::new()),
            Verdict::NotPermitted(operator) => ("why_not_permitted", self.name(&operator).to_owned()),
            Verdict::OutOfScope => ("why_out_of_scope", String::new()),
            Verdict::Granted => ("why_granted", String::new()),
        }
    }
}

/// Scope.
impl Office {
    /// Whether a watcher may watch within departments alone, and oversees none of them with the right to watch.
    pub(super) fn oversees_nothing(&self, watcher: &OperatorId) -> bool {
        let engine = self.live.engine();
        let Some(operator) = engine.operator(watcher) else { return false };
        let within = engine.policy().permissions().row(operator.role()).map(|row| row.within());
        let watches = match operator.oversees() {
            Some(oversees) => oversees.iter().any(|(_, rights)| rights.contains(Right::Watch)),
            None => !operator.departments().is_empty(),
        };
        match within {
            Some(Within::Chat | Within::Operators | Within::Either) => !watches,
            // Where a later version of the crate has more, nothing is said of them.
            _ => false,
        }
    }
}
