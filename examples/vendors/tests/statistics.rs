//! What each rule has done, against a count that looks at every list after every command.

use std::collections::{BTreeMap, BTreeSet};

use chat_monitor::{ChatId, Command, LiveMonitor, MonitorEngine, OperatorId, RuleId};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;
use vendors::{RuleStatistics, Statistics, Time};

const RULES: [&str; 4] = ["r1", "r2", "r3", "r4"];
const CHATS: [&str; 3] = ["c1", "c2", "c3"];
const WATCHERS: [&str; 2] = ["hana", "mori"];

/// The command that two dice throw.
fn command(what: u8, which: u8) -> Command {
    let chat = CHATS[usize::from(which % 3)];
    let rule = RULES[usize::from(which / 3 % 4)];
    let watcher = WATCHERS[usize::from(which / 12 % 2)];
    let agent = ["ken", "aya"][usize::from(which / 24 % 2)];
    let other = if agent == "ken" { "aya" } else { "ken" };
    let value = match what % 16 {
        0 => json!({"set_rule_enabled": {"rule": rule, "enabled": which % 2 == 0}}),
        1 => json!({"remove_rule": {"rule": rule}}),
        2 | 3 => {
            let when = match which / 48 % 3 {
                0 => json!({"operator": agent}),
                1 => json!({"visitor_ip": "192.0.2.0/24"}),
                _ => json!({"visitor_email": "*@example.com"}),
            };
            json!({"add_rule": {"id": rule, "watcher": watcher, "when": [when]}})
        }
        4 | 5 => json!({"start_chat": {"id": chat, "visitor": {"ip": "192.0.2.7"}, "operators": [agent]}}),
        6 => json!({"end_chat": {"chat": chat}}),
        7 => json!({"set_visitor": {"chat": chat, "visitor": {"email": "mika@example.com"}}}),
        8 => json!({"transfer": {"chat": chat, "from": agent, "to": other}}),
        9 => json!({"attend": {"chat": chat, "operator": agent}}),
        10 => json!({"unattend": {"chat": chat, "operator": agent}}),
        11 | 12 => json!({"join": {"chat": chat, "watcher": watcher}}),
        13 => json!({"leave": {"chat": chat, "operator": watcher}}),
        14 => json!({"set_monitoring_allowed": {"chat": chat, "allowed": which % 2 == 0}}),
        _ => json!({"set_operator": {"operator": watcher,
            "role": if which % 2 == 0 { "supervisor" } else { "associate" }}}),
    };
    serde_json::from_value(value).unwrap()
}

/// Which rule names a watch on which chat, and whose.
fn watches(live: &LiveMonitor) -> BTreeSet<(RuleId, ChatId, OperatorId)> {
    let mut found = BTreeSet::new();
    for watcher in WATCHERS {
        let watcher: OperatorId = watcher.parse().unwrap();
        for monitored in live.monitored_chats(&watcher) {
            for rule in monitored.rules() {
                found.insert((rule.clone(), monitored.chat().id().clone(), watcher.clone()));
            }
        }
    }
    found
}

/// Counts from the lists before and after each command, and looks at no event.
#[derive(Default)]
struct Count {
    rules: BTreeMap<RuleId, RuleStatistics>,
    lives: BTreeMap<ChatId, u32>,
    monitored: BTreeSet<(RuleId, ChatId, u32)>,
    joined: BTreeSet<(RuleId, ChatId, u32)>,
}

impl Count {
    fn record(&mut self, at: Time, command: &Command, before: &LiveMonitor, after: &LiveMonitor) {
        let (was, is) = (watches(before), watches(after));
        if let Command::StartChat(chat) = command {
            *self.lives.entry(chat.id().clone()).or_default() += 1;
        }
        for (rule, chat, _) in was.symmetric_difference(&is) {
            self.rules.entry(rule.clone()).or_default().last_monitored = Some(at);
            let life = self.lives.get(chat).copied().unwrap_or_default();
            if is.iter().any(|(r, c, _)| (r, c) == (rule, chat))
                && self.monitored.insert((rule.clone(), chat.clone(), life))
            {
                self.rules.entry(rule.clone()).or_default().chats_monitored += 1;
            }
        }
        if let Command::Join { chat: joined, watcher: by } = command {
            for (rule, chat, _) in was.iter().filter(|(_, chat, watcher)| chat == joined && watcher == by) {
                let life = self.lives.get(chat).copied().unwrap_or_default();
                if self.joined.insert((rule.clone(), chat.clone(), life)) {
                    self.rules.entry(rule.clone()).or_default().chats_joined += 1;
                }
            }
        }
        if let Command::RemoveRule { rule } = command {
            self.rules.remove(rule);
            self.monitored.retain(|(counted, ..)| counted != rule);
            self.joined.retain(|(counted, ..)| counted != rule);
        }
    }
}

#[test]
fn the_fold_is_the_count_after_every_command() {
    let (commands, monitored, joined) = (std::cell::Cell::new(0), std::cell::Cell::new(0), std::cell::Cell::new(0));
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    runner
        .run(&vec((any::<u8>(), any::<u8>()), 0..120), |dice| {
            let mut live = LiveMonitor::new(MonitorEngine::new());
            let (mut statistics, mut count) = (Statistics::new(), Count::default());
            let staff =
                ["ken", "aya"].map(|operator| json!({"set_operator": {"operator": operator, "role": "associate"}}));
            let chiefs = WATCHERS.map(|operator| json!({"set_operator": {"operator": operator, "role": "supervisor"}}));
            let ready = staff.into_iter().chain(chiefs).map(|value| serde_json::from_value(value).unwrap());
            let history = ready.chain(dice.into_iter().map(|(what, which)| command(what, which)));
            for (second, command) in (0..).zip(history) {
                let at = Time::from_millis(second * 1000);
                let before = live.clone();
                let Ok(events) = live.apply(command.clone()) else { continue };
                statistics.record(at, &command, &events);
                if second % 7 == 0 {
                    // A host that ends goes on from what it has saved.
                    let saved = serde_json::to_string(&statistics).unwrap();
                    statistics = serde_json::from_str(&saved).unwrap();
                }
                count.record(at, &command, &before, &live);
                commands.set(commands.get() + 1);
                for rule in RULES.map(|rule| rule.parse::<RuleId>().unwrap()) {
                    let expected = count.rules.get(&rule).copied().unwrap_or_default();
                    prop_assert_eq!(statistics.of(&rule), expected, "{} after {:?}", rule, command);
                    let named = watches(&live).iter().any(|(named, ..)| *named == rule);
                    prop_assert_eq!(statistics.is_monitoring(&rule), named);
                }
            }
            for statistics in RULES.map(|rule| statistics.of(&rule.parse().unwrap())) {
                monitored.set(monitored.get() + statistics.chats_monitored);
                joined.set(joined.get() + statistics.chats_joined);
            }
            Ok(())
        })
        .unwrap();
    println!("{} commands, {} chats monitored, {} joined", commands.get(), monitored.get(), joined.get());
    assert!(commands.get() > 3000 && monitored.get() > 200 && joined.get() > 20);
}
