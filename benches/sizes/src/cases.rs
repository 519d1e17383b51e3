//! The cases: what somebody could make large, and what is then asked.

use std::fmt::{Debug, Write};
use std::hash::BuildHasher;
use std::str::FromStr;

use chat_monitor::{
    Chat, ChatId, Command, Criterion, Email, Event, IpRange, LiveMonitor, MonitorEngine, OperatorId, Permissions,
    Policy, Role, Rule, RuleId, Visitor, WatcherBuffer,
};
use foldhash::fast::FixedState;

use crate::meter::Meter;

/// Something large, and what is asked of it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) n: usize,
    pub(crate) run: fn(usize, &mut Meter),
}

/// Where rules or criteria by the thousand meet operators by the thousand in one chat, each rule is held against each who
/// attends: an item is a pair of them then, and the case says so.
pub(crate) const ALL: &[Case] = &[
    Case { name: "operators in a chat", n: 1_000, run: operators_in_a_chat },
    Case { name: "operators in a chat, each watched", n: 1_000, run: watched_operators_in_a_chat },
    Case { name: "joined operators in a chat", n: 1_000, run: joined_operators_in_a_chat },
    Case { name: "criteria in a rule", n: 1_000, run: criteria_in_a_rule },
    Case { name: "operator criteria in a rule", n: 1_000, run: operator_criteria_in_a_rule },
    Case { name: "rules on one operator", n: 100_000, run: rules_on_one_operator },
    Case { name: "rules of two criteria on one operator", n: 1_000, run: longer_rules_on_one_operator },
    Case { name: "rules on one address", n: 100_000, run: rules_on_one_address },
    Case { name: "rules of one watcher", n: 100_000, run: rules_of_one_watcher },
    Case { name: "ids that differ in their last bytes", n: 100_000, run: long_ids },
    Case { name: "emails that collide under a known seed", n: 1_000, run: colliding_emails },
    Case { name: "chats in 32 nested networks", n: 10_000, run: |n, meter| nested_networks(n, false, meter) },
    Case { name: "chats in 127 nested networks", n: 10_000, run: |n, meter| nested_networks(n, true, meter) },
    Case { name: "chats of one operator", n: 10_000, run: chats_of_one_operator },
    Case { name: "chats that one operator joined", n: 10_000, run: chats_joined },
    Case { name: "watchers of one chat", n: 10_000, run: watchers_of_one_chat },
    Case { name: "commands", n: 100_000, run: commands },
    Case { name: "bytes of JSON", n: 1_000_000, run: bytes_of_json },
];

fn parse<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("{error:?}"))
}

fn id<T: FromStr<Err: Debug>>(name: &str, n: usize) -> T {
    parse(&format!("{name}-{n}"))
}

fn on(operator: &str) -> Criterion {
    Criterion::Operator(parse(operator))
}

fn operators(count: usize, name: &str, role: Role) -> MonitorEngine {
    let mut engine = MonitorEngine::new();
    set(&mut engine, parse("ken"), Role::Associate);
    set(&mut engine, parse("hana"), Role::Supervisor);
    (0..count).for_each(|n| set(&mut engine, id(name, n), role.clone()));
    engine
}

fn set(engine: &mut MonitorEngine, operator: OperatorId, role: Role) {
    engine.set_operator(operator, role).unwrap_or_else(|refusal| panic!("{refusal}"));
}

fn set_role(operator: &str, role: Role) -> Command {
    Command::SetOperator { id: parse(operator), operator: role.into() }
}

fn add(engine: &mut MonitorEngine, rule: Rule) {
    engine.add_rule(rule).unwrap_or_else(|refusal| panic!("{refusal}"));
}

fn apply(live: &mut LiveMonitor, command: Command) -> Vec<Event> {
    live.apply(command).unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// A list in JSON of `n` things.
fn list(n: usize, mut item: impl FnMut(usize) -> String) -> String {
    format!("[{}]", (0..n).map(&mut item).collect::<Vec<_>>().join(","))
}

/// All that can be asked about one chat.
fn ask(engine: &MonitorEngine, chat: &Chat, items: usize, expected: usize, meter: &mut Meter) {
    let named = meter.step("watchers_for", items, || engine.watchers_for(chat));
    assert_eq!(named.len(), expected);
    let mut buffer = WatcherBuffer::new();
    let granted = meter.step("watchers_for_into", items, || engine.watchers_for_into(chat, &mut buffer).len());
    assert_eq!(granted, expected);
}

fn operators_in_a_chat(n: usize, meter: &mut Meter) {
    let mut engine = operators(n, "ken", Role::Associate);
    add(&mut engine, Rule::new(parse("r1"), parse("hana"), on(&format!("ken-{}", n - 1))));
    let text = format!(r#"{{"id":"c1","operators":{}}}"#, list(n, |n| format!("\"ken-{n}\"")));
    let chat: Chat = meter.step("read", n, || serde_json::from_str(&text)).unwrap();
    ask(&engine, &chat, n, 1, meter);
    assert_eq!(meter.step("explain", n, || engine.explain(&chat).count()), 1);
    let mut live = LiveMonitor::new(engine);
    meter.step("start", n, || apply(&mut live, Command::StartChat(chat)));
    meter.step("transfer", n, || {
        let transfer =
            Command::Transfer { chat: parse("c1"), from: id("ken", n / 2), to: parse("ken"), departments: None };
        apply(&mut live, transfer)
    });
    meter.step("end", n, || apply(&mut live, Command::EndChat { chat: parse("c1") }));
}

fn watched_operators_in_a_chat(n: usize, meter: &mut Meter) {
    let mut engine = operators(n, "ken", Role::Associate);
    for n in 0..n {
        set(&mut engine, id("hana", n), Role::Supervisor);
        add(&mut engine, Rule::new(id("r", n), id("hana", n), on(&format!("ken-{n}"))));
    }
    let text = format!(r#"{{"id":"c1","operators":{}}}"#, list(n, |n| format!("\"ken-{n}\"")));
    let chat: Chat = serde_json::from_str(&text).unwrap();
    ask(&engine, &chat, n, n, meter);
}

fn joined_operators_in_a_chat(n: usize, meter: &mut Meter) {
    let mut engine = operators(n, "hana", Role::Supervisor);
    let policy = Policy::default().with_count_joined(false);
    engine.set_policy(policy.clone()).unwrap_or_else(|refusal| panic!("{refusal}"));
    for n in 0..n {
        add(&mut engine, Rule::new(id("r", n), id("hana", n), on("ken")));
    }
    let joined = list(n, |n| format!("\"hana-{n}\""));
    let chat: Chat = serde_json::from_str(&format!(r#"{{"id":"c1","operators":["ken"],"joined":{joined}}}"#)).unwrap();
    ask(&engine, &chat, n, 0, meter);
    let engine = serde_json::to_string(&engine).unwrap();
    let chat = serde_json::to_string(&chat).unwrap();
    let saved = format!(r#"{{"version":1,"engine":{engine},"chats":[{chat}],"watches":[]}}"#);
    let mut live: LiveMonitor = meter.step("load", n, || serde_json::from_str(&saved)).unwrap();
    let nobody = Command::SetPolicy(policy.with_permissions(Permissions::none()));
    let events = meter.step("all put out, each", n, || apply(&mut live, nobody));
    assert_eq!(events.len(), n);
}

fn criteria_in_a_rule(n: usize, meter: &mut Meter) {
    let mut engine = operators(0, "", Role::Associate);
    let when = list(n, |n| format!(r#"{{"visitor_ip":"1.0.0.0/{}"}}"#, 1 + n % 24));
    let text = format!(r#"{{"id":"r1","watcher":"hana","when":{when}}}"#);
    let rule: Rule = meter.step("read", n, || serde_json::from_str(&text)).unwrap();
    meter.step("add", n, || add(&mut engine, rule));
    let chat =
        Chat::new(parse("c1")).attended_by(parse("ken")).with_visitor(Visitor::new().with_ip([1, 0, 0, 1].into()));
    ask(&engine, &chat, n, 1, meter);
    meter.step("switch", n, || engine.set_rule_enabled(&parse("r1"), false)).unwrap();
    meter.step("remove", n, || engine.remove_rule(&parse("r1"))).unwrap();
}

fn operator_criteria_in_a_rule(n: usize, meter: &mut Meter) {
    let mut engine = operators(n, "ken", Role::Associate);
    let when = list(n, |n| format!(r#"{{"operator":"ken-{n}"}}"#));
    let rule: Rule = serde_json::from_str(&format!(r#"{{"id":"r1","watcher":"hana","when":{when}}}"#)).unwrap();
    meter.step("add", n, || add(&mut engine, rule));
    let text = format!(r#"{{"id":"c1","operators":{}}}"#, list(n, |n| format!("\"ken-{n}\"")));
    let chat: Chat = serde_json::from_str(&text).unwrap();
    ask(&engine, &chat, n, 1, meter);
}

fn rules_on_one_operator(n: usize, meter: &mut Meter) {
    let mut engine = operators(n, "hana", Role::Supervisor);
    rules_on(&mut engine, n, on("ken"), meter);
    meter.step("change the operator's role", n, || set(&mut engine, parse("ken"), Role::Supervisor));
    let chat = Chat::new(parse("c1")).attended_by(parse("ken"));
    ask(&engine, &chat, n, 0, meter);
    set(&mut engine, parse("ken"), Role::Associate);
    ask(&engine, &chat, n, n, meter);
    remove_rules(&mut engine, n, meter);
}

fn longer_rules_on_one_operator(n: usize, meter: &mut Meter) {
    let mut engine = operators(n, "hana", Role::Supervisor);
    let everybody = Criterion::VisitorIp(parse("0.0.0.0/0"));
    for n in 0..n {
        add(&mut engine, Rule::new(id("r", n), id("hana", n), on("ken")).and(everybody.clone()));
    }
    let chat =
        Chat::new(parse("c1")).attended_by(parse("ken")).with_visitor(Visitor::new().with_ip([192, 0, 2, 7].into()));
    ask(&engine, &chat, n, n, meter);
}

fn rules_on_one_address(n: usize, meter: &mut Meter) {
    let mut engine = operators(n, "hana", Role::Supervisor);
    rules_on(&mut engine, n, Criterion::VisitorIp(parse("192.0.2.7")), meter);
    let chat =
        Chat::new(parse("c1")).attended_by(parse("ken")).with_visitor(Visitor::new().with_ip([192, 0, 2, 7].into()));
    ask(&engine, &chat, n, n, meter);
    remove_rules(&mut engine, n, meter);
}

fn rules_on(engine: &mut MonitorEngine, n: usize, criterion: Criterion, meter: &mut Meter) {
    let rules: Vec<_> = (0..n).map(|n| Rule::new(id("r", n), id("hana", n), criterion.clone())).collect();
    meter.step("add", n, || rules.into_iter().for_each(|rule| add(engine, rule)));
}

fn remove_rules(engine: &mut MonitorEngine, n: usize, meter: &mut Meter) {
    let rules: Vec<RuleId> = (0..n).map(|rule| id("r", rule * 7_919 % n)).collect();
    meter.step("switch", n, || rules.iter().for_each(|rule| engine.set_rule_enabled(rule, false).unwrap()));
    meter.step("remove", n, || rules.iter().map(|rule| engine.remove_rule(rule)).filter(Result::is_ok).count());
    assert_eq!(engine.rules().count(), 0);
}

fn rules_of_one_watcher(n: usize, meter: &mut Meter) {
    let mut engine = operators(0, "", Role::Associate);
    let rules: Vec<_> = (0..n).map(|n| Rule::new(id("r", n), parse("hana"), on("ken"))).collect();
    meter.step("add", n, || rules.into_iter().for_each(|rule| add(&mut engine, rule)));
    let chat = Chat::new(parse("c1")).attended_by(parse("ken"));
    ask(&engine, &chat, n, 1, meter);
    assert_eq!(meter.step("list", n, || engine.rules_of(&parse("hana")).count()), n);
    assert_eq!(meter.step("explain", n, || engine.explain(&chat).count()), n);
    let mut live = LiveMonitor::new(engine);
    meter.step("start", n, || apply(&mut live, Command::StartChat(chat)));
    let demote = set_role("hana", Role::Associate);
    meter.step("demote", n, || apply(&mut live, demote));
    let promote = set_role("hana", Role::Supervisor);
    meter.step("promote", n, || apply(&mut live, promote));
    let text = meter.step("save", n, || serde_json::to_string(&live)).unwrap();
    let _: LiveMonitor = meter.step("load", n, || serde_json::from_str(&text)).unwrap();
}

fn long_ids(n: usize, meter: &mut Meter) {
    let long = |n: usize| format!("{}{n:06}", "x".repeat(122));
    let mut engine = MonitorEngine::new();
    let operators: Vec<OperatorId> = (0..n).map(|n| parse(&long(n))).collect();
    meter.step("set operators", n, || {
        operators.iter().for_each(|operator| set(&mut engine, operator.clone(), Role::Associate));
    });
    set(&mut engine, parse("hana"), Role::Supervisor);
    let rules: Vec<_> =
        (0..n).map(|n| Rule::new(parse(&long(n)), parse("hana"), Criterion::Operator(operators[n].clone()))).collect();
    meter.step("add", n, || rules.into_iter().for_each(|rule| add(&mut engine, rule)));
    let mut live = LiveMonitor::new(engine);
    let chats: Vec<_> = (0..n).map(|n| Chat::new(parse(&long(n))).attended_by(operators[n].clone())).collect();
    meter.step("start chats", n, || {
        chats.into_iter().for_each(|chat| assert_eq!(apply(&mut live, Command::StartChat(chat)).len(), 1));
    });
}

/// Emails that share ten bits of their hashes under a seed that is known. The monitor's is another one.
fn colliding_emails(n: usize, meter: &mut Meter) {
    let known = FixedState::with_seed(0);
    let plain = (0..n).map(|n| format!("visitor{n}@example.com"));
    let bits = (1 << 10) - 1;
    let all = (0..).map(|n: u64| format!("visitor{n}@example.com"));
    let colliding = all.filter(|email| known.hash_one(email.as_str()) & bits == 0).take(n);
    for (step, emails) in [("plain ones", plain.collect::<Vec<_>>()), ("colliding ones", colliding.collect())] {
        let mut live = LiveMonitor::new(operators(0, "", Role::Associate));
        let emails = emails.iter().map(|email| parse::<Email>(email)).enumerate();
        let chats: Vec<_> = emails
            .map(|(n, email)| Chat::new(ChatId::from(n as u64)).with_visitor(Visitor::new().with_email(email)))
            .collect();
        meter.step(step, n, || chats.into_iter().for_each(|chat| drop(apply(&mut live, Command::StartChat(chat)))));
    }
}

fn nested_networks(n: usize, v6: bool, meter: &mut Meter) {
    let address = if v6 { "2001:db8::7" } else { "192.0.2.7" };
    let longest = if v6 { 127 } else { 32 };
    let mut engine = operators(0, "", Role::Associate);
    for length in 1..=longest {
        let network: IpRange = parse(&format!("{address}/{length}"));
        add(&mut engine, Rule::new(id("r", length), parse("hana"), Criterion::VisitorIp(network)));
    }
    let mut live = LiveMonitor::new(engine);
    let visitor = Visitor::new().with_ip(parse(address));
    let chats: Vec<_> = (0..n)
        .map(|n| Chat::new(ChatId::from(n as u64)).attended_by(parse("ken")).with_visitor(visitor.clone()))
        .collect();
    meter.step("start", n, || chats.into_iter().for_each(|chat| drop(apply(&mut live, Command::StartChat(chat)))));
    let switch = |enabled| Command::SetRuleEnabled { rule: parse("r-1"), enabled };
    assert_eq!(meter.step("switch the widest off", n, || apply(&mut live, switch(false))).len(), n);
    assert_eq!(meter.step("and on", n, || apply(&mut live, switch(true))).len(), n);
}

fn chats_of_one_operator(n: usize, meter: &mut Meter) {
    let mut live = LiveMonitor::new(operators(0, "", Role::Associate));
    let chats: Vec<_> = (0..n).map(|n| Chat::new(ChatId::from(n as u64)).attended_by(parse("ken"))).collect();
    meter.step("start", n, || chats.into_iter().for_each(|chat| drop(apply(&mut live, Command::StartChat(chat)))));
    let rule = Rule::new(parse("r1"), parse("hana"), on("ken"));
    assert_eq!(meter.step("add a rule", n, || apply(&mut live, Command::AddRule(rule))).len(), n);
    let text = meter.step("save", n, || serde_json::to_string(&live)).unwrap();
    let loaded: LiveMonitor = meter.step("load", n, || serde_json::from_str(&text)).unwrap();
    assert_eq!(meter.step("list", n, || loaded.monitored_chats(&parse("hana")).count()), n);
    let promote = set_role("ken", Role::Supervisor);
    assert_eq!(meter.step("promote the operator", n, || apply(&mut live, promote)).len(), n);
    let remove = Command::RemoveOperator { operator: parse("ken") };
    assert_eq!(meter.step("remove the operator", n, || apply(&mut live, remove)).len(), 0);
    let back = set_role("ken", Role::Associate);
    assert_eq!(meter.step("and bring them back", n, || apply(&mut live, back)).len(), n);
    meter.step("remove the rule", n, || apply(&mut live, Command::RemoveRule { rule: parse("r1") }));
    let mut ids: Vec<_> = (0..n).map(|chat| ChatId::from((chat * 7_919 % n) as u64)).collect();
    meter.step("end", n, || ids.drain(..).for_each(|chat| drop(apply(&mut live, Command::EndChat { chat }))));
}

fn chats_joined(n: usize, meter: &mut Meter) {
    let mut engine = operators(0, "", Role::Associate);
    add(&mut engine, Rule::new(parse("r1"), parse("hana"), on("ken")));
    let mut live = LiveMonitor::new(engine);
    for n in 0..n {
        let chat = Chat::new(ChatId::from(n as u64)).attended_by(parse("ken"));
        apply(&mut live, Command::StartChat(chat));
    }
    let join = |n: usize| Command::Join { chat: ChatId::from(n as u64), watcher: parse("hana") };
    meter.step("join", n, || (0..n).for_each(|n| assert_eq!(apply(&mut live, join(n)).len(), 2)));
    let remove = Command::RemoveOperator { operator: parse("hana") };
    assert_eq!(meter.step("remove who joined", n, || apply(&mut live, remove)).len(), n);
}

fn watchers_of_one_chat(n: usize, meter: &mut Meter) {
    let mut engine = operators(n, "hana", Role::Supervisor);
    (0..n).for_each(|n| add(&mut engine, Rule::new(id("r", n), id("hana", n), on("ken"))));
    let mut live = LiveMonitor::new(engine);
    let chat = Chat::new(parse("c1")).attended_by(parse("ken"));
    assert_eq!(meter.step("start", n, || apply(&mut live, Command::StartChat(chat))).len(), n);
    let allow = |allowed| Command::SetMonitoringAllowed { chat: parse("c1"), allowed };
    assert_eq!(meter.step("forbid", n, || apply(&mut live, allow(false))).len(), n);
    assert_eq!(meter.step("allow", n, || apply(&mut live, allow(true))).len(), n);
    let to = live.recipients(&parse("c1"), chat_monitor::Channel::Public).watchers().count();
    assert_eq!(to, n);
    assert_eq!(meter.step("end", n, || apply(&mut live, Command::EndChat { chat: parse("c1") })).len(), n);
}

/// A log as the example `live` reads it: chats come and go.
fn commands(n: usize, meter: &mut Meter) {
    let mut log = String::new();
    for n in 0..n {
        let (chat, ken) = (n / 4, n / 4 % 50);
        let _ = match n % 4 {
            0 => writeln!(log, r#"{{"start_chat":{{"id":"c{chat}","operators":["ken-{ken}"]}}}}"#),
            1 => writeln!(
                log,
                r#"{{"set_visitor":{{"chat":"c{chat}","visitor":{{"email":"v{chat}@example.com","ip":"192.0.2.{ken}"}}}}}}"#
            ),
            2 => writeln!(log, r#"{{"transfer":{{"chat":"c{chat}","from":"ken-{ken}","to":"ken"}}}}"#),
            _ => writeln!(log, r#"{{"end_chat":{{"chat":"c{chat}"}}}}"#),
        };
    }
    let mut engine = operators(50, "ken", Role::Associate);
    add(&mut engine, Rule::new(parse("r1"), parse("hana"), on("ken-7")));
    add(&mut engine, Rule::new(parse("r2"), parse("hana"), Criterion::VisitorIp(parse("192.0.2.0/28"))));
    let mut live = LiveMonitor::new(engine);
    let written = meter.step("read, apply, write", n, || {
        let mut written = 0;
        for line in log.lines() {
            for event in apply(&mut live, serde_json::from_str(line).unwrap()) {
                written += serde_json::to_string(&event).unwrap().len();
            }
        }
        written
    });
    assert!(written > n);
    assert_eq!(live.chats().count(), 0);
}

/// What is no input at all, but long or deep.
fn bytes_of_json(n: usize, meter: &mut Meter) {
    let long = "x".repeat(n);
    let texts = [
        ("an id", format!(r#"{{"end_chat":{{"chat":"{long}"}}}}"#)),
        ("an email", format!(r#"{{"set_visitor":{{"chat":"c1","visitor":{{"email":"{long}@example.com"}}}}}}"#)),
        ("an address", format!(r#"{{"set_visitor":{{"chat":"c1","visitor":{{"ip":"{}"}}}}}}"#, "1.".repeat(n / 2))),
        ("a field", format!(r#"{{"end_chat":{{"{long}":1}}}}"#)),
        ("a kind", format!(r#"{{"{long}":1}}"#)),
        ("a number", format!(r#"{{"set_rule_enabled":{{"rule":"r1","enabled":{}}}}}"#, "9".repeat(n))),
        ("depth", format!(r#"{{"add_rule":{}"#, "[".repeat(n))),
        ("depth of objects", r#"{"add_rule":"#.repeat(n / 12)),
    ];
    for (step, text) in texts {
        let error = meter.step(step, n, || serde_json::from_str::<Command>(&text)).unwrap_err().to_string();
        assert!(error.len() < 400, "{step}: an error of {} bytes", error.len());
    }
}
