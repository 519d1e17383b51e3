//! The crate beside the model: whatever both can be asked, and whether they answer alike.
//!
//! Everything that is compared is counted, since what compares nothing finds no difference either. The program in
//! `benches/differential` compares by this file, for as long as it is told.

use std::fmt::Debug;

use chat_monitor::{Channel, Chat, Command, LiveMonitor, MonitorEngine, OperatorId, Watchers};

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
            (compared.accepted, compared.events) = (compared.accepted + 1, compared.events + events.len() as u64)
        }
        Err(_) => compared.refused += 1,
    }
    same("the answer", answer, model.apply(command.clone()))?;
    for operator in operators {
        let list = monitored_chats(live, operator);
        compared.watches += list.len() as u64;
        same("a list of monitored chats", (operator, list), (operator, model.monitored_chats(operator)))?;
    }
    let chats: Vec<Chat> = live.chats().cloned().collect();
    same("the live chats", &chats, &model.chats())?;
    for chat in &chats {
        let watchers = live.recipients(chat.id(), Channel::Internal).watchers;
        same("the watchers who receive a message", watchers, model.watchers(chat.id()))?;
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

/// Compares what every rule says of these chats, and who may watch them, in each way there is to ask.
pub(super) fn decide(
    engine: &MonitorEngine,
    model: &Model,
    chats: &[Chat],
    compared: &mut Compared,
) -> Result<(), Difference> {
    let mut buffer = Watchers::new();
    let mut expected = Vec::new();
    for chat in chats {
        let mut verdicts = model.explain(chat);
        for (rule, verdict) in engine.explain(chat) {
            compared.decisions += 1;
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
        expected.push(named);
    }
    let mut expected = expected.iter();
    for granted in engine.watchers_for_many(chats, &mut buffer) {
        same_each("`watchers_for_many`", sorted(granted.iter()), expected.next().into_iter().flatten())?;
    }
    same("the end of `watchers_for_many`", None, expected.next())
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
