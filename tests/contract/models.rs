//! The models of other platforms in `examples/models`: each does what that platform does.

use std::fs;
use std::path::Path;

use chat_monitor::{
    Chat, ChatId, Command, Exclusion, MonitorEngine, OperatorId, Rights, Rule, RuleId, Verdict, WatcherBuffer,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A line of `expected.jsonl`: what `decide --explain` prints.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    chat: ChatId,
    watchers: Vec<Watching>,
    verdicts: Vec<Judged>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Watching {
    operator: OperatorId,
    rules: Vec<RuleId>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Judged {
    rule: RuleId,
    verdict: Verdict,
}

/// A line of `rights.jsonl`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct May {
    chat: ChatId,
    watcher: OperatorId,
    rights: Rights,
}

#[test]
fn every_platform_is_met_as_expected() {
    let mut models = Vec::new();
    for folder in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/models")).unwrap() {
        let folder = folder.unwrap().path();
        if folder.is_dir() {
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            models.push((name, expectations_met(&folder)));
        }
    }
    models.sort();
    let found: Vec<_> = models.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    let expected = [
        ("amazon-connect-hierarchy", 36),
        ("chatwoot-custom-roles", 32),
        ("genesys-divisions", 32),
        ("intercom-all-except", 30),
        ("live-helper-chat", 40),
        ("livechat-groups", 30),
        ("qa-sample", 32),
        ("rocketchat-units", 30),
        ("zoho-salesiq", 38),
    ];
    assert_eq!(found, expected);
}

/// How many verdicts and rights were expected, all of which were met.
fn expectations_met(folder: &Path) -> usize {
    let mut engine = MonitorEngine::with_hash_seed(7);
    engine.set_policy(serde_json::from_str(&text(folder, "policy.json")).unwrap()).unwrap();
    for line in text(folder, "operators.jsonl").lines() {
        let set = serde_json::from_str(&format!("{{\"set_operator\":{line}}}")).unwrap();
        let Command::SetOperator { id, operator } = set else { panic!("{line}") };
        engine.set_operator(id, operator).unwrap();
    }
    lines::<Exclusion>(folder, "exclusions.jsonl").for_each(|exclusion| engine.add_exclusion(exclusion).unwrap());
    lines::<Rule>(folder, "rules.jsonl").for_each(|rule| engine.load_rule(rule).unwrap());

    let chats: Vec<Chat> = lines(folder, "chats.jsonl").collect();
    let expected: Vec<Expected> = lines(folder, "expected.jsonl").collect();
    assert_eq!(chats.len(), expected.len(), "{folder:?}");
    let mut met = 0;
    let mut buffer = WatcherBuffer::new();
    for (chat, expected) in chats.iter().zip(expected) {
        let at = format!("{folder:?}, chat {}", chat.id());
        assert_eq!(*chat.id(), expected.chat, "{at}");
        let verdicts: Vec<_> =
            engine.explain(chat).map(|(rule, verdict)| Judged { rule: rule.id().clone(), verdict }).collect();
        assert_eq!(verdicts, expected.verdicts, "{at}");
        let watchers = engine.watchers_for(chat).into_iter().map(|watcher| watcher.into_parts());
        let watchers: Vec<_> = watchers.map(|(operator, rules)| Watching { operator, rules }).collect();
        assert_eq!(watchers, expected.watchers, "{at}");
        let mut ids: Vec<_> = engine.watchers_for_into(chat, &mut buffer).iter().collect();
        let mut named: Vec<_> = watchers.iter().map(|watching| &watching.operator).collect();
        ids.sort();
        named.sort();
        assert_eq!(ids, named, "{at}");
        met += verdicts.len();
    }
    for May { chat, watcher, rights } in lines(folder, "rights.jsonl") {
        let asked = chats.iter().find(|known| *known.id() == chat).unwrap();
        assert_eq!(engine.rights(&watcher, asked), rights, "{folder:?}, chat {chat}, {watcher}");
        met += 1;
    }
    met
}

fn text(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap()
}

fn lines<T: DeserializeOwned>(folder: &Path, file: &str) -> impl Iterator<Item = T> {
    let lines: Vec<_> = text(folder, file).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.into_iter()
}
