//! How much each rule has done: a fold over the accepted commands, their events, and the times at which they came.

use std::collections::{BTreeMap, BTreeSet};

use chat_monitor::{ChatId, Command, Event, OperatorId, RuleId};
use serde::{Deserialize, Serialize};

use crate::time::Time;

/// What a rule has done since it was added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleStatistics {
    /// In how many chats its watcher had a watch that named it. A chat counts once, however often the watch began, and
    /// once more if it ends and its id starts again.
    pub chats_monitored: u64,
    /// How many of these chats its watcher joined out of a watch that named it; each counts once.
    pub chats_joined: u64,
    /// When a watch last began to name it, or last ceased to; none while it has not been of use. While a chat is being
    /// monitored, it is being monitored now, whatever stands here: [`is_monitoring`](Statistics::is_monitoring).
    pub last_monitored: Option<Time>,
}

/// The [`RuleStatistics`] of all rules, for those who tell it every accepted command with its events.
///
/// It is exact from the moment at which it is told the first: a watch that was there before is not known here. Nothing
/// in the core has to know of it, and a host that logs its commands with their times can fold them at any time. A host
/// that saves the monitor and drops the log saves these beside it.
///
/// ```
/// use chat_monitor::{Command, LiveMonitor, MonitorEngine};
/// use vendors::{Statistics, Time};
///
/// let mut live = LiveMonitor::new(MonitorEngine::new());
/// let mut statistics = Statistics::new();
/// for (second, line) in (0..).zip([
///     r#"{"set_operator": {"operator": "hana", "role": "supervisor"}}"#,
///     r#"{"set_operator": {"operator": "ken", "role": "associate"}}"#,
///     r#"{"add_rule": {"id": "r1", "watcher": "hana", "when": [{"operator": "ken"}]}}"#,
///     r#"{"start_chat": {"id": "c1", "operators": ["ken"]}}"#,
///     r#"{"join": {"chat": "c1", "watcher": "hana"}}"#,
/// ]) {
///     let command: Command = serde_json::from_str(line)?;
///     let events = live.apply(command.clone())?;
///     statistics.record(Time::from_millis(second * 1000), &command, &events);
/// }
/// let r1 = statistics.of(&"r1".parse()?);
/// assert_eq!((r1.chats_monitored, r1.chats_joined), (1, 1));
/// assert_eq!(r1.last_monitored, Some(Time::from_millis(4000)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Statistics {
    rules: BTreeMap<RuleId, RuleStatistics>,
    /// The watches as they are, each with the rules that name it.
    watches: BTreeMap<ChatId, BTreeMap<OperatorId, Vec<RuleId>>>,
    /// What has been counted in the chats that are live.
    monitored: BTreeMap<ChatId, BTreeSet<RuleId>>,
    joined: BTreeMap<ChatId, BTreeSet<RuleId>>,
}

impl Statistics {
    /// Nothing has been told yet.
    pub fn new() -> Self {
        Statistics::default()
    }

    /// An accepted command, with its events and when it was applied.
    pub fn record(&mut self, at: Time, command: &Command, events: &[Event]) {
        if let Command::Join { chat, watcher } = command {
            self.count_joining(chat, watcher);
        }
        for event in events {
            match event {
                Event::WatchStarted { chat, watcher, rules } | Event::WatchChanged { chat, watcher, rules } => {
                    self.watch(at, chat, watcher, rules);
                }
                Event::WatchEnded { chat, watcher, .. } => self.watch(at, chat, watcher, &[]),
                Event::Joined { .. } | Event::Left { .. } | Event::Advised { .. } => {}
            }
        }
        match command {
            // The same id, from here on, is another rule, or another chat.
            Command::RemoveRule { rule } => self.forget_rule(rule),
            Command::EndChat { chat } => {
                self.watches.remove(chat);
                self.monitored.remove(chat);
                self.joined.remove(chat);
            }
            _ => {}
        }
    }

    /// What this rule has done.
    pub fn of(&self, rule: &RuleId) -> RuleStatistics {
        self.rules.get(rule).copied().unwrap_or_default()
    }

    /// Whether a watch names this rule at the moment.
    pub fn is_monitoring(&self, rule: &RuleId) -> bool {
        self.watches.values().flat_map(BTreeMap::values).any(|rules| rules.contains(rule))
    }

    /// From here on these rules name the watch; with none of them, it has ended.
    fn watch(&mut self, at: Time, chat: &ChatId, watcher: &OperatorId, rules: &[RuleId]) {
        let watches = self.watches.entry(chat.clone()).or_default();
        let before = watches.insert(watcher.clone(), rules.to_vec()).unwrap_or_default();
        if rules.is_empty() {
            watches.remove(watcher);
        }
        for rule in before.iter().filter(|rule| !rules.contains(rule)) {
            self.rules.entry(rule.clone()).or_default().last_monitored = Some(at);
        }
        for rule in rules.iter().filter(|rule| !before.contains(rule)) {
            let statistics = self.rules.entry(rule.clone()).or_default();
            statistics.last_monitored = Some(at);
            if self.monitored.entry(chat.clone()).or_default().insert(rule.clone()) {
                statistics.chats_monitored += 1;
            }
        }
    }

    fn count_joining(&mut self, chat: &ChatId, watcher: &OperatorId) {
        let rules = self.watches.get(chat).and_then(|watches| watches.get(watcher)).cloned().unwrap_or_default();
        for rule in rules {
            if self.joined.entry(chat.clone()).or_default().insert(rule.clone()) {
                self.rules.entry(rule).or_default().chats_joined += 1;
            }
        }
    }

    fn forget_rule(&mut self, rule: &RuleId) {
        self.rules.remove(rule);
        for counted in self.monitored.values_mut().chain(self.joined.values_mut()) {
            counted.remove(rule);
        }
    }
}
