//! Commands and events in few words, and a company to begin with.

use std::fmt::Debug;

use chat_monitor::EndReason::NotPermitted;
use chat_monitor::Role::{Administrator, Associate, Supervisor};
use chat_monitor::{
    Attribute, Attributes, Chat, ChatId, Command, Criterion, Departments, EndReason, Event, Exclusion, LeftReason,
    LiveMonitor, MonitorEngine, Operator, OperatorId, Oversees, Permissions, Policy, Refusal, Right, Role, RoleRow,
    Rule, RuleId, Sample, Visitor, Window, Within,
};

use super::parse;

pub(super) fn departments(ids: &[&str]) -> Departments {
    Departments::new(ids.iter().map(|id| parse(id))).unwrap()
}

/// `sales: watch advise, support: watch`
pub(super) fn oversees(entries: &[(&str, &[Right])]) -> Oversees {
    Oversees::new(entries.iter().map(|(id, rights)| (parse(id), rights.iter().copied().collect()))).unwrap()
}

pub(super) fn attribute(name: &str, value: &str) -> Attribute {
    Attribute::new(name, value).unwrap()
}

pub(super) fn attributes(pairs: &[(&str, &str)]) -> Attributes {
    Attributes::new(pairs.iter().map(|(name, value)| attribute(name, value))).unwrap()
}

pub(super) fn in_department(department: &str) -> Criterion {
    Criterion::Department(parse(department))
}

pub(super) fn with_one_of(department: &str) -> Criterion {
    Criterion::OperatorIn(parse(department))
}

pub(super) fn has(name: &str, value: &str) -> Criterion {
    attribute(name, value).into()
}

pub(super) fn sampled(per_million: u32, salt: &str) -> Criterion {
    Sample::new(per_million, salt).unwrap().into()
}

pub(super) fn named(role: &str) -> Role {
    parse(role)
}

pub(super) fn window(from: impl Into<Option<u64>>, until: impl Into<Option<u64>>) -> Option<Window> {
    Some(Window::new(from.into(), until.into()).unwrap())
}

pub(super) fn exclusion(id: &str, when: Criterion) -> Exclusion {
    Exclusion::new(parse(id), when)
}

/// The default policy with these rows.
pub(super) fn policy_with(rows: impl IntoIterator<Item = (Role, RoleRow)>) -> Policy {
    Policy::default().with_permissions(Permissions::default().with_rows(rows).unwrap())
}

/// A policy whose supervisors are limited so.
pub(super) fn supervisors_within(within: Within) -> Policy {
    policy_with([(Supervisor, RoleRow::new([Associate]).with_within(within))])
}

pub(super) fn chat(id: &str) -> Chat {
    Chat::new(parse(id))
}

pub(super) fn ip(ip: &str) -> Visitor {
    Visitor::new().with_ip(parse(ip))
}

pub(super) fn email(email: &str) -> Visitor {
    Visitor::new().with_email(parse(email))
}

pub(super) fn with_operator(operator: &str) -> Criterion {
    Criterion::Operator(parse(operator))
}

pub(super) fn from_ip(range: &str) -> Criterion {
    Criterion::VisitorIp(parse(range))
}

pub(super) fn from_email(pattern: &str) -> Criterion {
    Criterion::VisitorEmail(parse(pattern))
}

pub(super) fn rule(id: &str, watcher: &str, when: Criterion) -> Rule {
    Rule::new(parse(id), parse(watcher), when)
}

pub(super) fn add_rule(id: &str, watcher: &str, when: Criterion) -> Command {
    Command::AddRule(rule(id, watcher, when))
}

pub(super) fn set_operator(operator: &str, role: Role) -> Command {
    Command::SetOperator { id: parse(operator), operator: role.into() }
}

/// An operator of a role who belongs to these departments.
pub(super) fn set_member(operator: &str, role: Role, of: &[&str]) -> Command {
    Command::SetOperator { id: parse(operator), operator: Operator::new(role).with_departments(departments(of)) }
}

/// ... and who oversees others.
pub(super) fn set_overseer(operator: &str, role: Role, of: &[&str], over: &[(&str, &[Right])]) -> Command {
    let known = Operator::new(role).with_departments(departments(of)).with_oversees(oversees(over));
    Command::SetOperator { id: parse(operator), operator: known }
}

pub(super) fn remove_operator(operator: &str) -> Command {
    Command::RemoveOperator { operator: parse(operator) }
}

pub(super) fn set_rule_enabled(rule: &str, enabled: bool) -> Command {
    Command::SetRuleEnabled { rule: parse(rule), enabled }
}

pub(super) fn set_rule_window(rule: &str, window: Option<Window>) -> Command {
    Command::SetRuleWindow { rule: parse(rule), window }
}

pub(super) fn set_time(now: u64) -> Command {
    Command::SetTime { now }
}

pub(super) fn add_exclusion(id: &str, when: Criterion) -> Command {
    Command::AddExclusion(exclusion(id, when))
}

pub(super) fn remove_exclusion(id: &str) -> Command {
    Command::RemoveExclusion { exclusion: parse(id) }
}

pub(super) fn remove_rule(rule: &str) -> Command {
    Command::RemoveRule { rule: parse(rule) }
}

pub(super) fn set_visitor(chat: &str, visitor: Visitor) -> Command {
    Command::SetVisitor { chat: parse(chat), visitor }
}

pub(super) fn attend(chat: &str, operator: &str) -> Command {
    Command::Attend { chat: parse(chat), operator: parse(operator) }
}

pub(super) fn unattend(chat: &str, operator: &str) -> Command {
    Command::Unattend { chat: parse(chat), operator: parse(operator) }
}

pub(super) fn transfer(chat: &str, from: &str, to: &str) -> Command {
    Command::Transfer { chat: parse(chat), from: parse(from), to: parse(to), departments: None }
}

/// ... into these departments.
pub(super) fn transfer_into(chat: &str, from: &str, to: &str, into: &[&str]) -> Command {
    let departments = Some(departments(into));
    Command::Transfer { chat: parse(chat), from: parse(from), to: parse(to), departments }
}

pub(super) fn set_departments(chat: &str, to: &[&str]) -> Command {
    Command::SetDepartments { chat: parse(chat), departments: departments(to) }
}

pub(super) fn set_attributes(chat: &str, to: &[(&str, &str)]) -> Command {
    Command::SetAttributes { chat: parse(chat), attributes: attributes(to) }
}

pub(super) fn allow(chat: &str, allowed: bool) -> Command {
    Command::SetMonitoringAllowed { chat: parse(chat), allowed }
}

pub(super) fn end(chat: &str) -> Command {
    Command::EndChat { chat: parse(chat) }
}

pub(super) fn join(chat: &str, watcher: &str) -> Command {
    Command::Join { chat: parse(chat), watcher: parse(watcher) }
}

pub(super) fn leave(chat: &str, operator: &str) -> Command {
    Command::Leave { chat: parse(chat), operator: parse(operator) }
}

pub(super) fn advise(chat: &str, watcher: &str) -> Command {
    Command::Advise { chat: parse(chat), watcher: parse(watcher) }
}

/// Whether a command is about what nobody in a chat may notice: rules, exclusions, times, departments, attributes or
/// advice.
pub(super) fn is_hidden(command: &Command) -> bool {
    match command {
        Command::AddRule(_)
        | Command::SetRuleEnabled { .. }
        | Command::SetRuleWindow { .. }
        | Command::RemoveRule { .. }
        | Command::AddExclusion(_)
        | Command::RemoveExclusion { .. }
        | Command::SetTime { .. }
        | Command::SetDepartments { .. }
        | Command::SetAttributes { .. }
        | Command::Advise { .. } => true,
        Command::SetPolicy(_)
        | Command::SetOperator { .. }
        | Command::RemoveOperator { .. }
        | Command::StartChat(_)
        | Command::SetVisitor { .. }
        | Command::Attend { .. }
        | Command::Unattend { .. }
        | Command::Transfer { .. }
        | Command::SetMonitoringAllowed { .. }
        | Command::EndChat { .. }
        | Command::Join { .. }
        | Command::Leave { .. } => false,
    }
}

/// Somebody's list, as the model gives it.
pub(super) fn monitored_chats(live: &LiveMonitor, watcher: &OperatorId) -> Vec<(ChatId, Vec<RuleId>)> {
    live.monitored_chats(watcher).map(|line| (line.chat().id().clone(), line.rules().to_vec())).collect()
}

/// The name of a variant: `WatchStarted`, `AddRule(NoRights`.
#[allow(dead_code, reason = "not every build has the tests that ask for it")]
pub(super) fn kind(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    let names = text.split(|c: char| !c.is_ascii_alphanumeric());
    names.take_while(|name| !name.ends_with("Id") && !name.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The first of these names.
pub(super) fn variant(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    text.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_owned()
}

/// emi is an administrator, hana a supervisor, ken and aya are associates.
pub(super) fn company() -> LiveMonitor {
    let mut live = LiveMonitor::new(MonitorEngine::new());
    for (operator, role) in [("emi", Administrator), ("hana", Supervisor), ("ken", Associate), ("aya", Associate)] {
        tell(&mut live, set_operator(operator, role));
    }
    live
}

/// The same after these commands, none of which is refused.
pub(super) fn company_after(commands: impl IntoIterator<Item = Command>) -> LiveMonitor {
    let mut live = company();
    for command in commands {
        tell(&mut live, command);
    }
    live
}

/// hana watches ken in c1, by r1.
pub(super) fn hana_watches_ken() -> LiveMonitor {
    company_after([add_rule("r1", "hana", with_operator("ken")), start(chat("c1").attended_by(parse("ken")))])
}

/// ... and has joined.
pub(super) fn hana_has_joined() -> LiveMonitor {
    let mut live = hana_watches_ken();
    tell(&mut live, join("c1", "hana"));
    live
}

pub(super) fn start(chat: Chat) -> Command {
    Command::StartChat(chat)
}

pub(super) fn unattended_may_be_watched() -> Command {
    Command::SetPolicy(Policy::default().with_watch_unattended(true))
}

pub(super) fn tell(live: &mut LiveMonitor, command: Command) -> Vec<Event> {
    live.apply(command.clone()).unwrap_or_else(|refusal| panic!("{command:?} was refused: {refusal}"))
}

pub(super) fn refused(live: &mut LiveMonitor, command: Command) -> Refusal {
    let before = live.clone();
    let refusal = live.apply(command.clone()).expect_err(&format!("{command:?}"));
    assert_eq!(*live, before, "{command:?}");
    refusal
}

pub(super) fn started(chat: &str, watcher: &str, rules: &[&str]) -> Event {
    Event::WatchStarted { chat: parse(chat), watcher: parse(watcher), rules: ids(rules) }
}

pub(super) fn changed(chat: &str, watcher: &str, rules: &[&str]) -> Event {
    Event::WatchChanged { chat: parse(chat), watcher: parse(watcher), rules: ids(rules) }
}

pub(super) fn ended(chat: &str, watcher: &str, reason: EndReason) -> Event {
    Event::WatchEnded { chat: parse(chat), watcher: parse(watcher), reason }
}

pub(super) fn joined(chat: &str, operator: &str) -> Event {
    Event::Joined { chat: parse(chat), operator: parse(operator) }
}

pub(super) fn left(chat: &str, operator: &str, reason: LeftReason) -> Event {
    Event::Left { chat: parse(chat), operator: parse(operator), reason }
}

pub(super) fn advised(chat: &str, watcher: &str, to: &[&str]) -> Event {
    Event::Advised { chat: parse(chat), watcher: parse(watcher), to: to.iter().map(|id| parse(id)).collect() }
}

pub(super) fn not_permitted(operator: &str) -> EndReason {
    NotPermitted(parse(operator))
}

fn ids(rules: &[&str]) -> Vec<RuleId> {
    rules.iter().map(|id| parse(id)).collect()
}

/// Somebody's list: `c1 by r1 r2, c2 by r1`.
pub(super) fn list(live: &LiveMonitor, watcher: &str) -> String {
    let lines = monitored_chats(live, &parse(watcher)).into_iter().map(|(chat, rules)| {
        let rules: Vec<_> = rules.iter().map(RuleId::as_str).collect();
        format!("{chat} by {}", rules.join(" "))
    });
    lines.collect::<Vec<_>>().join(", ")
}

pub(super) fn who<'a>(operators: impl IntoIterator<Item = &'a OperatorId>) -> Vec<&'a str> {
    operators.into_iter().map(OperatorId::as_str).collect()
}
