//! The laws of the live monitor, over random histories: 1 to 7. `live_laws_of_scope` has 8 to 12, and
//! `live_saving` the law of spreading chats, 13.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;

use chat_monitor::{
    ChatId, Command, Event, LiveMonitor, MonitorEngine, OperatorId, Policy, Refusal, Rule, RuleId, Window,
};
use proptest::prelude::*;
use proptest::sample::Index;

use super::differences::{self, Compared};
use super::erased::without_hidden;
use super::histories::{History, OPERATORS, history};
use super::laws;
use super::live_words::monitored_chats;
use super::model::Model;
use super::parse;

/// Every list of monitored chats that is not empty, in its order.
pub(super) type Lists = BTreeMap<OperatorId, Vec<(ChatId, Vec<RuleId>)>>;

/// A command, and what came of it.
pub(super) type Answer = (Command, Result<Vec<Event>, Refusal>);

/// What one history was and came to.
pub(super) struct Run {
    pub(super) live: LiveMonitor,
    pub(super) answers: Vec<Answer>,
}

pub(super) fn new_monitor() -> LiveMonitor {
    LiveMonitor::new(MonitorEngine::new())
}

pub(super) fn run(mut live: LiveMonitor, commands: impl IntoIterator<Item = Command>) -> Run {
    let answer = |command: Command| (command.clone(), live.apply(command));
    let answers = commands.into_iter().map(answer).collect();
    Run { live, answers }
}

pub(super) fn operators() -> impl Iterator<Item = OperatorId> {
    OPERATORS.into_iter().map(parse)
}

fn lists(list_of: impl Fn(&OperatorId) -> Vec<(ChatId, Vec<RuleId>)>) -> Lists {
    let lists = operators().map(|operator| (operator.clone(), list_of(&operator)));
    lists.filter(|(_, list)| !list.is_empty()).collect()
}

pub(super) fn lists_of(live: &LiveMonitor) -> Lists {
    lists(|watcher| monitored_chats(live, watcher))
}

pub(super) fn config() -> ProptestConfig {
    ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn law_1_the_watches_are_exactly_what_the_decision_grants(History(commands) in history()) {
        let (mut live, mut model) = (new_monitor(), Model::new());
        for command in commands {
            let _ = (live.apply(command.clone()), model.apply(command));
            prop_assert_eq!(lists_of(&live), lists(|watcher| model.monitored_chats(watcher)));
            let mut granted = Lists::new();
            for chat in live.chats() {
                for watcher in live.engine().watchers_for(chat) {
                    let line = (chat.id().clone(), watcher.rules().to_vec());
                    granted.entry(watcher.operator().clone()).or_default().push(line);
                }
            }
            prop_assert_eq!(sorted(lists_of(&live)), sorted(granted));
        }
    }

    #[test]
    fn law_2_the_events_folded_give_every_list(History(commands) in history()) {
        let (mut live, mut folded) = (new_monitor(), Lists::new());
        for command in commands {
            for event in live.apply(command).unwrap_or_default() {
                fold(&mut folded, event)?;
            }
            prop_assert_eq!(lists_of(&live), lists(|watcher| folded.get(watcher).cloned().unwrap_or_default()));
        }
    }

    #[test]
    fn law_3_nobody_watches_a_chat_of_an_operator_whom_their_role_may_not_monitor(History(commands) in history()) {
        let (mut live, mut roles, mut policy) = (new_monitor(), BTreeMap::new(), Policy::default());
        for command in commands {
            if live.apply(command.clone()).is_ok() {
                match command {
                    Command::SetPolicy(new) => policy = new,
                    Command::SetOperator { id, operator } => drop(roles.insert(id, operator.role().clone())),
                    Command::RemoveOperator { operator } => drop(roles.remove(&operator)),
                    _ => {}
                }
            }
            for watcher in operators() {
                for line in live.monitored_chats(&watcher) {
                    let joined = if policy.count_joined() { line.chat().joined() } else { &[] };
                    for operator in line.chat().operators().iter().chain(joined) {
                        let (role, target) = (roles.get(&watcher), roles.get(operator));
                        let may = role.zip(target).is_some_and(|(r, t)| policy.permissions().may_monitor(r, t));
                        prop_assert!(may, "{watcher} watches {operator}");
                    }
                }
            }
        }
    }

    #[test]
    fn law_4_all_that_decides_who_watches_is_invisible_until_somebody_joins(History(commands) in history()) {
        let (mut live, mut bare) = (new_monitor(), new_monitor());
        for command in commands {
            let answer = live.apply(command.clone());
            match command {
                Command::Join { .. } if answer.is_ok() => break,
                Command::Join { .. } => {}
                // What an administrator asks for and is refused because of an exclusion, nobody in a chat learns.
                Command::SetPolicy(_) if answer.is_err() => {}
                command => match without_hidden(command) {
                    None => prop_assert_eq!(public(answer.unwrap_or_default()), ""),
                    Some(command) => prop_assert_eq!(answer.map(public), bare.apply(command).map(public)),
                },
            }
            prop_assert_eq!(views(&live), views(&bare));
        }
    }

    /// Stronger, and never over: whoever only watches can be thought away from the whole history.
    #[test]
    fn law_4_who_watches_and_never_joins_is_invisible_for_good(History(commands) in history()) {
        let full = run(new_monitor(), commands);
        let joiners: Vec<OperatorId> = full.answers.iter().filter_map(joiner).collect();
        let (mut live, mut bare) = (new_monitor(), new_monitor());
        for (command, _) in full.answers {
            let concerned = match &command {
                Command::AddRule(rule) => Some(rule.watcher().clone()),
                Command::SetRuleEnabled { rule, .. }
                | Command::SetRuleWindow { rule, .. }
                | Command::RemoveRule { rule } => {
                    live.engine().rule(rule).map(|rule| rule.watcher().clone())
                }
                Command::Join { watcher, .. } | Command::Advise { watcher, .. } => Some(watcher.clone()),
                _ => None,
            };
            let answer = live.apply(command.clone());
            match concerned {
                // What is told of chats, exclusions and the time stays: it says who may join.
                None => prop_assert_eq!(answer.map(public), bare.apply(command).map(public)),
                Some(watcher) if answer.is_ok() && joiners.contains(&watcher) => {
                    let again = bare.apply(command);
                    prop_assert_eq!(again.map(public), answer.map(public));
                }
                Some(_) => {}
            }
            prop_assert_eq!(views(&live), views(&bare));
        }
    }

    #[test]
    fn law_5_a_refused_command_leaves_the_state_equal_and_the_refusal_names_what_was_wrong(
        History(commands) in history(),
    ) {
        let mut live = new_monitor();
        for command in commands {
            let before = live.clone();
            let Err(refusal) = live.apply(command.clone()) else { continue };
            prop_assert_eq!(&live, &before);
            prop_assert_eq!(lists_of(&live), lists_of(&before));
            prop_assert!(names_what_was_wrong(&refusal, &command, &before), "{refusal}: {command:?}");
        }
    }

    #[test]
    fn law_6_a_replay_of_the_accepted_commands_gives_the_same_state_and_the_same_events(
        History(commands) in history(),
    ) {
        let Run { live, mut answers } = run(new_monitor(), commands);
        answers.retain(|(_, answer)| answer.is_ok());
        let log = answers.iter().map(|(command, _)| command.clone());
        let again = run(new_monitor(), log);
        prop_assert_eq!(again.answers, answers);
        prop_assert_eq!(again.live, live);
    }

    #[test]
    fn law_7_a_rule_switched_off_and_on_again_gives_the_same_watches(History(commands) in history(), pick: Index) {
        let mut live = run(new_monitor(), commands).live;
        let enabled: Vec<Rule> = live.engine().rules().filter(|rule| rule.enabled()).cloned().collect();
        prop_assume!(!enabled.is_empty());
        let rule = pick.get(&enabled);
        let off_and_on = [false, true].map(|enabled| Command::SetRuleEnabled { rule: rule.id().clone(), enabled });
        there_and_back(&mut live, rule, off_and_on)?;
    }

    #[test]
    fn law_7_a_window_set_and_set_back_gives_the_same_watches(
        History(commands) in history(),
        pick: Index,
        from in 0..12_u64,
    ) {
        let mut live = run(new_monitor(), commands).live;
        let rules: Vec<Rule> = live.engine().rules().cloned().collect();
        prop_assume!(!rules.is_empty());
        let rule = pick.get(&rules);
        let windows = [Window::new(Some(from), Some(from + 1)).ok(), rule.window()];
        let set = windows.map(|window| Command::SetRuleWindow { rule: rule.id().clone(), window });
        // What the other window grants, too, does not begin anew.
        let meanwhile = run(live.clone(), [set[0].clone()]).live;
        let stays = |chat: &ChatId| meanwhile.monitored_chats(rule.watcher()).any(|line| line.chat().id() == chat);
        let before = lists_of(&live);
        set.into_iter().for_each(|command| drop(live.apply(command).unwrap()));
        let mut expected = before;
        let started = |id: &ChatId| live.chats().position(|chat| chat.id() == id);
        if let Some(list) = expected.get_mut(rule.watcher()) {
            list.sort_by_key(|(chat, _)| if stays(chat) { None } else { started(chat) });
        }
        prop_assert_eq!(lists_of(&live), expected);
    }
}

/// A rule's watches after two commands of which the second takes back the first, which ends them all.
fn there_and_back(live: &mut LiveMonitor, rule: &Rule, commands: [Command; 2]) -> Result<(), TestCaseError> {
    let before = lists_of(live);
    commands.into_iter().for_each(|command| drop(live.apply(command).unwrap()));
    // What rested on that rule alone has begun anew, and stands last, in the order in which the chats started.
    let mut expected = before;
    let started = |id: &ChatId| live.chats().position(|chat| chat.id() == id);
    if let Some(list) = expected.get_mut(rule.watcher()) {
        list.sort_by_key(|(chat, rules)| if *rules == [rule.id().clone()] { started(chat) } else { None });
    }
    prop_assert_eq!(lists_of(live), expected);
    Ok(())
}

#[test]
fn every_command_is_answered_and_every_chat_decided_as_by_the_model() {
    let compared = RefCell::new(Compared::default());
    let operators: Vec<OperatorId> = operators().collect();
    laws::run(256, history(), |History(commands)| {
        let (mut live, mut model) = (new_monitor(), Model::new());
        for command in commands {
            let same = differences::apply(&mut live, &mut model, &command, &operators, &mut compared.borrow_mut());
            same.map_err(TestCaseError::fail)?;
        }
        Ok(())
    });
    let Compared { accepted, refused, events, watches, decisions, sizes, .. } = compared.take();
    assert!(accepted > 3_000 && refused > 3_000, "{accepted} commands accepted, {refused} refused");
    assert!(events > 500 && watches > 2_000, "{events} events, {watches} watches");
    assert!(decisions > 40_000 && sizes[1] > 2_000, "{decisions} decisions, {} answers name a watcher", sizes[1]);
}

/// Whether a refusal names an id of the command or, for a time, the one told before; for a policy, a role in use.
fn names_what_was_wrong(refusal: &Refusal, command: &Command, before: &LiveMonitor) -> bool {
    match refusal {
        Refusal::TimeGoesBack(last) => {
            before.engine().now() == Some(*last) && refusal.to_string().contains(&last.to_string())
        }
        Refusal::RoleInUse(role) => {
            before.engine().operators().any(|(_, operator)| operator.role() == role)
                || before
                    .engine()
                    .exclusions()
                    .filter_map(|exclusion| exclusion.roles())
                    .flatten()
                    .any(|used| used == role)
        }
        _ => {
            let named = refusal.to_string().split('`').nth(1).map(|id| format!("{id:?}")).unwrap();
            format!("{command:?}").contains(&named)
        }
    }
}

/// Laws of what is written.
#[cfg(feature = "serde")]
mod written {
    use serde_json::{Value, from_str, to_string, to_value};

    use super::*;

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn law_5_a_refused_command_leaves_the_saved_state_equal_to_the_byte_and_the_refusal_carries_an_id(
            History(commands) in history(),
        ) {
            let mut live = new_monitor();
            for command in commands {
                let before = to_string(&live).unwrap();
                let Err(refusal) = live.apply(command.clone()) else { continue };
                prop_assert_eq!(to_string(&live).unwrap(), before);
                let (refusal, command) = (to_value(&refusal).unwrap(), to_value(&command).unwrap());
                prop_assert!(refusal.is_object());
                if refusal.get("time_goes_back").is_some_and(Value::is_u64) || refusal.get("role_in_use").is_some() {
                    continue;
                }
                let (named, known) = (texts(&refusal), texts(&command));
                prop_assert_eq!(named.len(), 1);
                prop_assert!(known.contains(&named[0]), "{} names nothing of {}", refusal, command);
            }
        }

        #[test]
        fn law_6_saved_and_loaded_it_goes_on_as_if_it_had_never_stopped(
            History(commands) in history(),
            pick: Index,
        ) {
            let (first, rest) = commands.split_at(pick.index(commands.len() + 1));
            let live = run(new_monitor(), first.to_vec()).live;
            let saved = to_string(&live).unwrap();
            let loaded: LiveMonitor = from_str(&saved).unwrap();
            prop_assert_eq!(&loaded, &live);
            prop_assert_eq!(lists_of(&loaded), lists_of(&live));
            let loaded = loaded.reseeded(7);
            prop_assert_eq!(&loaded, &live);
            prop_assert_eq!(lists_of(&loaded), lists_of(&live));
            prop_assert_eq!(to_string(&loaded).unwrap(), saved);

            let (unbroken, broken) = (run(live, rest.to_vec()), run(loaded, rest.to_vec()));
            prop_assert_eq!(&broken.answers, &unbroken.answers);
            prop_assert_eq!(&broken.live, &unbroken.live);
            prop_assert_eq!(to_string(&broken.live).unwrap(), to_string(&unbroken.live).unwrap());
        }
    }

    fn texts(value: &Value) -> Vec<&str> {
        match value {
            Value::String(text) => vec![text],
            Value::Array(values) => values.iter().flat_map(texts).collect(),
            Value::Object(fields) => fields.values().flat_map(texts).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
        }
    }
}

/// Everyone's watches, without their order.
pub(super) fn sorted(mut lists: Lists) -> Lists {
    lists.values_mut().for_each(|list| list.sort());
    lists
}

fn fold(lists: &mut Lists, event: Event) -> Result<(), TestCaseError> {
    match event {
        Event::WatchStarted { chat, watcher, rules } => {
            let list = lists.entry(watcher).or_default();
            prop_assert!(list.iter().all(|(other, _)| *other != chat), "started twice");
            prop_assert!(!rules.is_empty(), "started by no rule");
            list.push((chat, rules));
        }
        Event::WatchChanged { chat, watcher, rules } => {
            let line = lists.entry(watcher).or_default().iter_mut().find(|(other, _)| *other == chat);
            let (_, old) = line.ok_or_else(|| TestCaseError::fail("changed what had not started"))?;
            prop_assert!(*old != rules, "changed nothing");
            *old = rules;
        }
        Event::WatchEnded { chat, watcher, reason: _ } => {
            let list = lists.entry(watcher).or_default();
            let place = list.iter().position(|(other, _)| *other == chat);
            list.remove(place.ok_or_else(|| TestCaseError::fail("ended what had not started"))?);
        }
        Event::Joined { .. } | Event::Left { .. } | Event::Advised { .. } => {}
    }
    Ok(())
}

/// Who has joined by this command.
fn joiner((command, answer): &Answer) -> Option<OperatorId> {
    match command {
        Command::Join { watcher, .. } if answer.is_ok() => Some(watcher.clone()),
        _ => None,
    }
}

/// What the people in the chats see happen, to the byte.
fn public(events: Vec<Event>) -> String {
    events.iter().filter_map(Event::for_participants).map(|event| bytes(&event)).collect()
}

/// What they may know of who is there, to the byte.
fn views(live: &LiveMonitor) -> String {
    live.chats().map(|chat| bytes(&live.participant_view(chat.id()).unwrap())).collect()
}

#[cfg(feature = "serde")]
fn bytes(value: &(impl serde::Serialize + Debug)) -> String {
    serde_json::to_string(value).unwrap() + "\n"
}

#[cfg(not(feature = "serde"))]
fn bytes(value: &impl Debug) -> String {
    format!("{value:?}\n")
}
