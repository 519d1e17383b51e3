//! Who may ask for what. The answer to what is not theirs is the one to what does not exist.

use chat_monitor::{ChatId, Command, LiveMonitor, OperatorId, Refusal, RuleId};

use crate::record::{Item, Person};

/// Whether `by` may ask for `item`.
///
/// The host's own service may ask for everything. An operator speaks where they attend, advises, joins and leaves as
/// themselves, and has rules of their own. A visitor speaks in their chat. What gateways and owners do among themselves,
/// nobody may ask for.
pub(crate) fn allowed(live: &LiveMonitor, by: &Person, item: &Item) -> Result<(), Refusal> {
    match (item, by) {
        (Item::Admit { .. } | Item::Dismiss { .. }, _) => Err(nobody(by)),
        (Item::Say { .. } | Item::Advise { .. } | Item::Do(_), Person::Service) => Ok(()),
        (Item::Say { chat, from, channel, .. }, Person::Operator(operator)) => {
            let heard = live.recipients(chat, *channel).attending().any(|attending| attending == operator);
            if heard && from == by { Ok(()) } else { Err(Refusal::UnknownChat(chat.clone())) }
        }
        (Item::Say { chat, from, channel, .. }, Person::Visitor(own)) => {
            let heard = live.recipients(chat, *channel).visitor();
            if heard && from == by && chat == own { Ok(()) } else { Err(Refusal::UnknownChat(chat.clone())) }
        }
        (Item::Advise { chat, watcher, .. }, Person::Operator(operator)) => themselves(operator, watcher, chat),
        (Item::Advise { chat, .. }, Person::Visitor(_)) => Err(Refusal::UnknownChat(chat.clone())),
        (Item::Do(command), Person::Operator(operator)) => operators_own(live, operator, command),
        (Item::Do(command), Person::Visitor(_)) => Err(unknown(command).unwrap_or_else(|| nobody(by))),
    }
}

fn operators_own(live: &LiveMonitor, operator: &OperatorId, command: &Command) -> Result<(), Refusal> {
    match command {
        Command::Join { chat, watcher } | Command::Advise { chat, watcher } => themselves(operator, watcher, chat),
        Command::Leave { chat, operator: leaving } => themselves(operator, leaving, chat),
        Command::AddRule(rule) if rule.watcher() == operator => Ok(()),
        Command::SetRuleEnabled { rule, .. } | Command::SetRuleWindow { rule, .. } | Command::RemoveRule { rule } => {
            own_rule(live, operator, rule)
        }
        Command::AddRule(_)
        | Command::SetPolicy(_)
        | Command::SetOperator { .. }
        | Command::RemoveOperator { .. }
        | Command::AddExclusion(_)
        | Command::RemoveExclusion { .. }
        | Command::SetTime { .. }
        | Command::StartChat(_)
        | Command::SetVisitor { .. }
        | Command::Attend { .. }
        | Command::Unattend { .. }
        | Command::Transfer { .. }
        | Command::SetDepartments { .. }
        | Command::SetAttributes { .. }
        | Command::SetMonitoringAllowed { .. }
        | Command::EndChat { .. } => {
            Err(unknown(command).unwrap_or_else(|| Refusal::UnknownOperator(operator.clone())))
        }
    }
}

fn themselves(operator: &OperatorId, named: &OperatorId, chat: &ChatId) -> Result<(), Refusal> {
    if operator == named { Ok(()) } else { Err(Refusal::UnknownChat(chat.clone())) }
}

fn own_rule(live: &LiveMonitor, operator: &OperatorId, rule: &RuleId) -> Result<(), Refusal> {
    let own = live.engine().rule(rule).is_some_and(|rule| rule.watcher() == operator);
    if own { Ok(()) } else { Err(Refusal::UnknownRule(rule.clone())) }
}

/// What is said of a chat that does not exist.
fn unknown(command: &Command) -> Option<Refusal> {
    command.chat().map(|chat| Refusal::UnknownChat(chat.clone()))
}

/// What is said of somebody who has no account.
fn nobody(by: &Person) -> Refusal {
    match by {
        Person::Operator(operator) => Refusal::UnknownOperator(operator.clone()),
        Person::Visitor(chat) => Refusal::UnknownChat(chat.clone()),
        Person::Service => Refusal::UnknownOperator(0.into()),
    }
}
