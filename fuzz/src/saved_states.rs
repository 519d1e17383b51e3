//! Saved engines and saved live monitors, from JSON.

use std::collections::BTreeSet;

use chat_monitor::{
    Attributes, Channel, Chat, Command, Criterion, Departments, Email, LiveMonitor, MonitorEngine, OperatorId, Right,
    Rule, RuleId, Verdict, Visitor, WatcherBuffer, Window,
};
use serde_json::{Value, from_slice, from_value, json, to_value};

use crate::quiet::Texts;
use crate::values::{read, written};

/// So many commands of each kind are tried on what was loaded.
const OF_EACH_KIND: usize = 6;

/// What can be loaded, is saved as the same; every answer agrees with every other, before and after a few commands.
pub fn saved_states(input: &[u8]) {
    let texts = Texts::of(input);
    if let Some(engine) = read::<MonitorEngine>(input, &texts) {
        let chats: Vec<Chat> = engine.rules().take(20).map(|rule| chat_of(&engine, rule)).collect();
        check_answers(&engine, &chats);
        go_on(LiveMonitor::new(engine));
    }
    if let Some(live) = read::<LiveMonitor>(input, &texts) {
        go_on(live);
    }
    if let Some(live) = with_its_watches(input) {
        go_on(live);
    }
}

/// The saved monitor with exactly the watches that its rules grant, which must be one that can be loaded.
fn with_its_watches(input: &[u8]) -> Option<LiveMonitor> {
    let mut saved: Value = from_slice(input).ok()?;
    let engine: MonitorEngine = from_value(saved.get("engine")?.clone()).ok()?;
    let chats: Vec<Chat> = from_value(saved.get("chats")?.clone()).ok()?;
    let ids: BTreeSet<_> = chats.iter().map(Chat::id).collect();
    let permissions = engine.policy().permissions();
    let has_rights = |operator| {
        let row = engine.role(operator).and_then(|role| permissions.row(role));
        row.is_some_and(|row| row.rights().contains(Right::Join) && (row.unattended() || row.monitors().len() > 0))
    };
    let valid = ids.len() == chats.len() && chats.iter().flat_map(Chat::joined).all(has_rights);
    let granted = |chat: &Chat| {
        let id = chat.id().clone();
        let watchers = engine.watchers_for(chat).into_iter();
        watchers.map(move |watcher| json!({ "chat": id, "watcher": watcher.operator() })).collect::<Vec<_>>()
    };
    saved["watches"] = chats.iter().flat_map(granted).collect();
    saved["version"] = json!(1);
    let only = saved.as_object()?.len() == 4;
    let loaded = from_value::<LiveMonitor>(saved);
    assert_eq!(loaded.is_ok(), valid && only, "{loaded:?}");
    loaded.ok()
}

/// Goes on with what was loaded, by commands about all that is in it.
fn go_on(mut live: LiveMonitor) {
    check(&live);
    for command in commands(&live) {
        let before = live.clone();
        match live.apply(command) {
            Ok(_) => check_watches(&live),
            Err(_) => assert_eq!(live, before),
        }
    }
    check(&live);
}

/// Some commands of every kind that can be made of what is there.
fn commands(live: &LiveMonitor) -> Vec<Command> {
    let (mut advised, mut joined, mut taken, mut ended, mut told) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for chat in live.chats() {
        for watcher in live.recipients(chat.id(), Channel::Internal).watchers() {
            let (id, operator) = (|| chat.id().clone(), || watcher.clone());
            advised.push(Command::Advise { chat: id(), watcher: operator() });
            joined.push(Command::Join { chat: id(), watcher: operator() });
            joined.push(Command::Leave { chat: id(), operator: operator() });
        }
        let unattend =
            |operator: &OperatorId| Command::Unattend { chat: chat.id().clone(), operator: operator.clone() };
        taken.extend(chat.operators().iter().map(unattend));
        for departments in [Departments::default(), chat.departments().clone()] {
            told.push(Command::SetDepartments { chat: chat.id().clone(), departments });
        }
        for attributes in [Attributes::default(), chat.attributes().clone()] {
            told.push(Command::SetAttributes { chat: chat.id().clone(), attributes });
        }
        ended.push(Command::EndChat { chat: chat.id().clone() });
    }
    let (mut started, mut switched, mut unruled, mut windowed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for rule in live.engine().rules() {
        started.push(Command::StartChat(chat_of(live.engine(), rule)));
        for enabled in [!rule.enabled(), rule.enabled()] {
            switched.push(Command::SetRuleEnabled { rule: rule.id().clone(), enabled });
        }
        let window = Window::new(live.engine().now(), None).ok();
        windowed.push(Command::SetRuleWindow { rule: rule.id().clone(), window });
        windowed.push(Command::SetRuleWindow { rule: rule.id().clone(), window: rule.window() });
        unruled.push(Command::RemoveRule { rule: rule.id().clone() });
    }
    let removed = live.engine().operators().map(|(id, _)| Command::RemoveOperator { operator: id.clone() }).collect();
    let mut excluded = Vec::new();
    for exclusion in live.engine().exclusions() {
        excluded.push(Command::RemoveExclusion { exclusion: exclusion.id().clone() });
        excluded.push(Command::AddExclusion(exclusion.clone()));
    }
    let deadline = live.engine().next_deadline();
    let time = deadline.into_iter().map(|now| Command::SetTime { now }).collect();
    let kinds = [started, advised, joined, switched, windowed, told, excluded, time, taken, removed, unruled, ended];
    kinds.into_iter().flat_map(|kind: Vec<Command>| kind.into_iter().take(OF_EACH_KIND)).collect()
}

fn check(live: &LiveMonitor) {
    written(live);
    written(live.engine());
    let chats: Vec<Chat> = live.chats().cloned().collect();
    check_answers(live.engine(), &chats);
    check_watches(live);
}

/// The watches are exactly what the engine grants.
pub(crate) fn check_watches(live: &LiveMonitor) {
    let mut watches = 0;
    for chat in live.chats() {
        let granted = live.engine().watchers_for(chat);
        let watchers: BTreeSet<_> = live.recipients(chat.id(), Channel::Public).watchers().collect();
        assert_eq!(watchers, granted.iter().map(|watcher| watcher.operator()).collect());
        for watcher in &granted {
            let mut list = live.monitored_chats(watcher.operator());
            assert_eq!(list.find(|line| line.chat() == chat).unwrap().rules(), watcher.rules());
        }
        watches += granted.len();
        assert_eq!(to_value(live.participant_view(chat.id())).unwrap()["chat"], chat.id().as_str());
    }
    let lists = live.engine().operators().map(|(operator, _)| live.monitored_chats(operator).count());
    assert_eq!(lists.sum::<usize>(), watches);
}

/// The two ways to ask who may watch say what `explain` grants.
pub(crate) fn check_answers(engine: &MonitorEngine, chats: &[Chat]) {
    let mut buffer = WatcherBuffer::new();
    for chat in chats {
        let mut granted: Vec<(&OperatorId, Vec<RuleId>)> = Vec::new();
        for (rule, verdict) in engine.explain(chat) {
            assert_eq!(engine.judge(rule, chat), verdict);
            if verdict == Verdict::Granted {
                match granted.iter_mut().find(|(watcher, _)| *watcher == rule.watcher()) {
                    Some((_, rules)) => rules.push(rule.id().clone()),
                    None => granted.push((rule.watcher(), vec![rule.id().clone()])),
                }
            }
        }
        let full = engine.watchers_for(chat);
        let full: Vec<_> = full.iter().map(|watcher| (watcher.operator(), watcher.rules().to_vec())).collect();
        assert_eq!(full, granted);
        let names = |watchers: Vec<&OperatorId>| {
            let mut names: Vec<OperatorId> = watchers.into_iter().cloned().collect();
            names.sort();
            names
        };
        let expected = names(granted.iter().map(|(watcher, _)| *watcher).collect());
        assert_eq!(names(engine.watchers_for_into(chat, &mut buffer).iter().collect()), expected);
        for watcher in &expected {
            assert!(engine.rights(watcher, chat).contains(Right::Watch));
        }
    }
}

/// A chat that the rule matches, as long as its criteria can all hold at once.
fn chat_of(engine: &MonitorEngine, rule: &Rule) -> Chat {
    let (mut departments, mut attributes) = (Vec::new(), Vec::new());
    let (mut chat, mut visitor) = (Chat::new(rule.id().as_str().parse().unwrap()), Visitor::new());
    for criterion in rule.when() {
        match criterion {
            Criterion::Operator(operator) => chat = chat.attended_by(operator.clone()),
            Criterion::VisitorIp(range) => visitor = visitor.with_ip(range.first()),
            Criterion::VisitorEmail(pattern) => {
                let email = pattern.as_str().replace("*@*.", "mika@sub.").replace("*@", "mika@");
                // Below a very long domain there is no address.
                visitor = email.parse::<Email>().into_iter().fold(visitor, Visitor::with_email);
            }
            Criterion::Department(department) => departments.push(department.clone()),
            Criterion::Attribute(attribute) => attributes.push(attribute.clone()),
            Criterion::OperatorIn(department) => {
                let mut members = engine.operators().filter(|(_, operator)| {
                    operator.departments().contains(department)
                });
                chat = members.next().into_iter().fold(chat, |chat, (member, _)| chat.attended_by(member.clone()));
            }
            // The id says it, and is taken.
            Criterion::Sample(_) => {}
            _ => unreachable!("a kind of criterion that this target has not been taught"),
        }
    }
    // A rule may ask for more than a chat can have.
    let chat = Departments::new(departments).into_iter().fold(chat, Chat::with_departments);
    let chat = Attributes::new(attributes).into_iter().fold(chat, Chat::with_attributes);
    chat.with_visitor(visitor)
}
