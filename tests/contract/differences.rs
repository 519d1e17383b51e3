//! The crate beside the model: whatever both can be asked, and whether they answer alike.
//!
//! Everything that is compared is counted, since what compares nothing finds no difference either. The program in
//! `benches/differential` compares by this file, for as long as it is told.

use std::collections::BTreeMap;
use std::fmt::Debug;

use chat_monitor::{
    Channel, Chat, Command, EndReason, Event, LeftReason, LiveMonitor, MonitorEngine, OperatorId, Verdict,
    WatcherBuffer,
};

use super::live_words::monitored_chats;
use super::model::Model;

/// What was asked, what the crate answered, and what the model did.
pub(super) type Difference = String;

/// How much was compared.
#[derive(Clone, Debug, Default)]
pub(super) struct Compared {
    pub(super) accepted: u64,
    pub(super) refused: u64,
    pub(super) events: u64,
    /// Lines in lists of monitored chats.
    pub(super) watches: u64,
    /// What one rule says of one chat.
    pub(super) decisions: u64,
    /// Who may watch one chat.
    pub(super) answers: u64,
    /// Answers by how many watchers they name: none, up to 3, to 16, to 64, and more.
    pub(super) sizes: [u64; 5],
    pub(super) most_watchers: usize,
    /// How often each verdict was given, and each event.
    pub(super) verdicts: BTreeMap<&'static str, u64>,
    pub(super) happened: BTreeMap<&'static str, u64>,
    /// What somebody may do in a chat.
    pub(super) rights: u64,
}

/// Gives both one command, and compares all that can be seen after it.
pub(super) fn apply(
    live: &mut LiveMonitor,
    model: &mut Model,
    command: &Command,
    operators: &[OperatorId],
    compared: &mut Compared,
) -> Result<(), Difference> {
    let answer = live.apply(command.clone());
    match &answer {
        Ok(events) => {
            (compared.accepted, compared.events) = (compared.accepted + 1, compared.events + events.len() as u64);
            events.iter().for_each(|event| *compared.happened.entry(event_name(event)).or_default() += 1);
        }
        Err(_) => compared.refused += 1,
    }
    same("the answer", answer, model.apply(command.clone()))?;
    for operator in operators {
        let list = monitored_chats(live, operator);
        compared.watches += list.len() as u64;
        same("a list of monitored chats", (operator, list), (operator, model.monitored_chats(operator)))?;
    }
    look_around(live.engine(), model, operators)?;
    let chats: Vec<Chat> = live.chats().cloned().collect();
    same("the live chats", &chats, &model.chats())?;
    for chat in &chats {
        for (channel, attending) in
            [(Channel::Public, chat.attending().cloned().collect()), (Channel::Internal, model.advised(chat))]
        {
            let found = live.recipients(chat.id(), channel);
            same(
                "the watchers who receive a message",
                found.watchers().collect::<Vec<_>>(),
                model.watchers(chat.id()),
            )?;
            same(
                "those who attend and receive a message",
                found.attending().collect::<Vec<_>>(),
                attending.iter().collect(),
            )?;
        }
        for operator in operators {
            compared.rights += 1;
            same("rights", live.engine().rights(operator, chat), model.rights(operator, chat))?;
        }
    }
    if let Command::AddRule(rule) = command {
        for chat in &chats {
            compared.decisions += 1;
            same(
                "the verdict of a rule as it was asked for",
                live.engine().judge(rule, chat),
                model.judge(rule, chat),
            )?;
        }
    }
    decide(live.engine(), model, &chats, compared)
}

/// Compares what can be asked without a chat.
pub(super) fn look_around(engine: &MonitorEngine, model: &Model, operators: &[OperatorId]) -> Result<(), Difference> {
    for operator in operators {
        let offered: Vec<&OperatorId> = engine.monitorable_by(operator).collect();
        same("whom a settings page offers", (operator, offered), (operator, model.monitorable_by(operator)))?;
    }
    same("the next deadline", engine.next_deadline(), model.next_deadline())
}

/// Compares what every rule says of these chats, and who may watch them, in each way there is to ask.
pub(super) fn decide(
    engine: &MonitorEngine,
    model: &Model,
    chats: &[Chat],
    compared: &mut Compared,
) -> Result<(), Difference> {
    let mut buffer = WatcherBuffer::new();
    for chat in chats {
        let mut verdicts = model.explain(chat);
        for (rule, verdict) in engine.explain(chat) {
            compared.decisions += 1;
            *compared.verdicts.entry(verdict_name(&verdict)).or_default() += 1;
            same("a verdict, in rule order", Some((rule.id(), verdict)), verdicts.next())?;
        }
        same("the end of the verdicts", None, verdicts.next())?;

        let named = model.watchers_for(chat);
        let watchers = engine.watchers_for(chat);
        let found = watchers.iter().map(|watcher| (watcher.operator(), watcher.rules()));
        same_each("`watchers_for`", found, named.iter().map(|(operator, rules)| (operator, &rules[..])))?;

        let mut named: Vec<OperatorId> = named.into_iter().map(|(operator, _)| operator).collect();
        named.sort_unstable();
        let granted = engine.watchers_for_into(chat, &mut buffer);
        same("how many `watchers_for_into` finds", granted.len(), named.len())?;
        same_each("`watchers_for_into`", sorted(granted.iter()), &named)?;
        compared.count_answer(named.len());
    }
    Ok(())
}

fn verdict_name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Disabled => "disabled",
        Verdict::OutsideWindow => "outside window",
        Verdict::NoMatch => "no match",
        Verdict::Forbidden => "forbidden",
        Verdict::Excluded(_) => "excluded",
        Verdict::Unattended => "unattended",
        Verdict::NoRights => "no rights",
        Verdict::OwnChat => "own chat",
        Verdict::NotPermitted(_) => "not permitted",
        Verdict::OutOfScope => "out of scope",
        Verdict::Granted => "granted",
    }
}

fn event_name(event: &Event) -> &'static str {
    match event {
        Event::WatchStarted { .. } => "watch started",
        Event::WatchChanged { .. } => "watch changed",
        Event::Joined { .. } => "joined",
        Event::Left { reason: LeftReason::Asked, .. } => "left, as they asked",
        Event::Left { reason: LeftReason::NoRights, .. } => "left without rights",
        Event::Left { reason: LeftReason::Removed, .. } => "left when removed",
        Event::Advised { .. } => "advised",
        Event::WatchEnded { reason, .. } => match reason {
            EndReason::ChatEnded => "ended with the chat",
            EndReason::Joined => "ended by joining",
            EndReason::RuleRemoved => "ended: rule removed",
            EndReason::Disabled => "ended: disabled",
            EndReason::OutsideWindow => "ended: outside window",
            EndReason::NoLongerMatches => "ended: no longer matches",
            EndReason::Forbidden => "ended: forbidden",
            EndReason::Excluded(_) => "ended: excluded",
            EndReason::Unattended => "ended: unattended",
            EndReason::NoRights => "ended: no rights",
            EndReason::OwnChat => "ended: own chat",
            EndReason::NotPermitted(_) => "ended: not permitted",
            EndReason::OutOfScope => "ended: out of scope",
        },
    }
}

impl Compared {
    fn count_answer(&mut self, watchers: usize) {
        self.answers += 1;
        self.most_watchers = self.most_watchers.max(watchers);
        let size = [0, 3, 16, 64].iter().filter(|most| watchers > **most).count();
        self.sizes[size] += 1;
    }
}

pub(super) fn same<T: PartialEq + Debug>(what: &str, by_crate: T, by_model: T) -> Result<(), Difference> {
    if by_crate == by_model {
        return Ok(());
    }
    Err(format!("{what}: {by_crate:?} by the crate, {by_model:?} by the model"))
}

fn same_each<T: PartialEq + Debug>(
    what: &str,
    by_crate: impl IntoIterator<Item = T, IntoIter: Clone>,
    by_model: impl IntoIterator<Item = T, IntoIter: Clone>,
) -> Result<(), Difference> {
    let (by_crate, by_model) = (by_crate.into_iter(), by_model.into_iter());
    if by_crate.clone().eq(by_model.clone()) {
        return Ok(());
    }
    same(what, by_crate.collect::<Vec<_>>(), by_model.collect())
}

fn sorted<'a>(operators: impl Iterator<Item = &'a OperatorId>) -> Vec<&'a OperatorId> {
    let mut operators: Vec<_> = operators.collect();
    operators.sort_unstable();
    operators
}
