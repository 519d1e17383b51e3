//! Saving in parts while the monitor goes on, saved chats without their engine, and chats that are spread over monitors.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use chat_monitor::Role::{Associate, Supervisor};
use chat_monitor::{ChatId, Command, Event, LiveMonitor, MonitorEngine, SavedChats, SavedMonitor, SavedPart};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, from_str, from_value, json, to_string, to_value};

use super::histories::{History, history};
use super::live_laws::{config, lists_of, new_monitor, run, sorted};
use super::live_wire::check_lines;
use super::live_words::{add_rule, chat, end, kind, set_operator, start, with_operator};
use super::parse;

/// The part as whoever reads it gets it.
fn read_back(part: &SavedPart) -> SavedPart {
    let read = from_str(&to_string(part).unwrap()).unwrap();
    assert_eq!(&read, part);
    read
}

/// Takes all parts, each of so many lines, and between them applies so many commands.
fn parts_of(
    live: &mut LiveMonitor,
    lines: usize,
    commands: &mut impl Iterator<Item = Command>,
    between: usize,
) -> Vec<SavedPart> {
    let mut parts = Vec::new();
    loop {
        commands.take(between).for_each(|command| _ = live.apply(command));
        match live.save_part(lines) {
            Some(part) => parts.push(read_back(&part)),
            None => return parts,
        }
    }
}

/// In which of the monitors a chat is live.
fn home(chat: &ChatId, seed: u64, homes: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    (chat, seed).hash(&mut hasher);
    hasher.finish() as usize % homes
}

/// Monitors with the same engine, among which the commands on chats were split by chat, with all that they said.
fn split(commands: &[Command], seed: u64, homes: usize) -> Vec<(LiveMonitor, Vec<Event>)> {
    let mut monitors: Vec<_> = (0..homes).map(|_| (new_monitor(), Vec::new())).collect();
    for command in commands {
        match command.chat().map(|chat| home(chat, seed, homes)) {
            Some(at) => {
                let (live, events) = &mut monitors[at];
                _ = live.apply_into(command.clone(), events);
            }
            None => {
                let answers = monitors.iter_mut().map(|(live, events)| live.apply_into(command.clone(), events));
                let answers: Vec<_> = answers.collect();
                assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{command:?}: {answers:?}");
            }
        }
    }
    monitors
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn law_6_what_is_saved_in_parts_is_the_monitor_as_it_was_when_that_began(
        History(commands) in history(),
        pick: Index,
        lines in 0..5_usize,
        between in 0..12_usize,
    ) {
        let (first, rest) = commands.split_at(pick.index(commands.len() + 1));
        let mut live = run(new_monitor(), first.to_vec()).live;
        let unsaved = live.clone();
        let mut rest = rest.iter().cloned();

        live.begin_saving();
        let parts = parts_of(&mut live, lines, &mut rest, between);
        let loaded = SavedMonitor::of_parts(parts).unwrap().load().unwrap();
        prop_assert_eq!(lists_of(&loaded), lists_of(&unsaved));
        prop_assert_eq!(to_string(&loaded).unwrap(), to_string(&unsaved).unwrap());
        prop_assert_eq!(&loaded, &unsaved);

        // What came meanwhile was done as if nothing were saved.
        let done = first.len()..commands.len() - rest.len();
        let unsaved = run(unsaved, commands[done].to_vec()).live;
        prop_assert_eq!(&live, &unsaved);
        prop_assert_eq!(lists_of(&live), lists_of(&unsaved));
    }

    #[test]
    fn law_6_chats_saved_without_their_engine_go_on_under_it(
        History(commands) in history(),
        pick: Index,
        lines in 1..5_usize,
        between in 0..12_usize,
    ) {
        let (first, rest) = commands.split_at(pick.index(commands.len() + 1));
        let mut live = run(new_monitor(), first.to_vec()).live;
        let (then, whole) = (live.clone(), live.saved_chats());
        let read: SavedChats = from_str(&to_string(&whole).unwrap()).unwrap();
        prop_assert_eq!(&read, &whole);

        live.begin_saving_chats();
        let in_parts = SavedChats::of_parts(parts_of(&mut live, lines, &mut rest.iter().cloned(), between)).unwrap();
        prop_assert_eq!(&in_parts, &whole);
        let loaded = SavedMonitor::new(then.engine().clone(), in_parts).load().unwrap();
        prop_assert_eq!(&loaded, &then);

        let (unbroken, broken) = (run(then, rest.to_vec()), run(loaded, rest.to_vec()));
        prop_assert_eq!(&broken.answers, &unbroken.answers);
    }

    #[test]
    fn law_13_chats_spread_over_monitors_have_the_same_events_chat_by_chat(
        History(commands) in history(),
        seed: u64,
        homes in 2..4_usize,
    ) {
        let whole = run(new_monitor(), commands.clone());
        let mut all = vec![Vec::new(); homes];
        for event in whole.answers.iter().flat_map(|(_, answer)| answer.iter().flatten()) {
            all[home(event.chat(), seed, homes)].push(event.clone());
        }
        let spread = split(&commands, seed, homes);
        for ((live, events), expected) in spread.iter().zip(&all) {
            prop_assert_eq!(events, expected);
            prop_assert_eq!(live.engine(), whole.live.engine());
        }

        // One of them takes up what the others had: the same chats, watched by the same people by the same rules.
        let mut gathered = new_monitor();
        for (live, _) in spread {
            if gathered.chat_count() == 0 {
                gathered = LiveMonitor::new(live.engine().clone());
            }
            prop_assert_eq!(gathered.take_up(live.saved_chats()).unwrap(), []);
        }
        prop_assert_eq!(sorted(lists_of(&gathered)), sorted(lists_of(&whole.live)));
        let ids = |live: &LiveMonitor| live.chats().map(|chat| to_string(chat).unwrap()).collect::<BTreeSet<_>>();
        prop_assert_eq!(ids(&gathered), ids(&whole.live));
    }

    #[test]
    fn whatever_parts_are_lost_or_repeated_is_missed(
        History(commands) in history(),
        lost in vec(any::<Index>(), 1..3),
        repeats: bool,
    ) {
        let mut live = run(new_monitor(), commands).live;
        live.begin_saving();
        let mut parts = parts_of(&mut live, 1, &mut std::iter::empty(), 0);
        for lost in lost {
            let at = lost.index(parts.len());
            match repeats {
                true => parts.insert(at, parts[at].clone()),
                false => _ = parts.remove(at),
            }
            if parts.is_empty() {
                break;
            }
        }
        prop_assert!(SavedMonitor::of_parts(parts).is_err());
    }
}

/// hana watches c1 and c2, which began the other way round.
fn monitor() -> LiveMonitor {
    let mut live = new_monitor();
    for command in [
        set_operator("ken", Associate),
        set_operator("hana", Supervisor),
        add_rule("r1", "hana", with_operator("ken")),
        start(chat("c2")),
        start(chat("c1").attended_by(parse("ken"))),
        Command::Attend { chat: parse("c2"), operator: parse("ken") },
    ] {
        live.apply(command).unwrap();
    }
    live
}

fn parts(live: &mut LiveMonitor, lines: usize) -> Vec<SavedPart> {
    std::iter::from_fn(|| live.save_part(lines)).collect()
}

#[test]
fn parts_are_written_as_the_golden_file_has_them() {
    let mut live = monitor();
    live.begin_saving();
    check_lines("parts.jsonl", &parts(&mut live, 1));
    live.begin_saving_chats();
    check_lines("parts_of_chats.jsonl", &parts(&mut live, 10));
    check_lines("saved_chats.jsonl", &[live.saved_chats(), new_monitor().saved_chats()]);
}

#[test]
fn a_part_has_as_many_lines_as_it_was_asked_for_and_the_last_fewer() {
    let mut live = new_monitor();
    (0..10_u64).for_each(|n| _ = live.apply(start(chat(&n.to_string()))).unwrap());
    let sizes = |live: &mut LiveMonitor, lines| -> Vec<usize> {
        live.begin_saving_chats();
        let size = |part: &SavedPart| to_value(part).unwrap()["chats"].as_array().map_or(0, Vec::len);
        parts(live, lines).iter().map(size).collect()
    };
    assert_eq!(sizes(&mut live, 4), [0, 4, 4, 2]);
    assert_eq!(sizes(&mut live, 5), [0, 5, 5]);
    assert_eq!(sizes(&mut live, 100), [0, 10]);
    assert_eq!(sizes(&mut live, 0), [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    assert_eq!(live.save_part(1), None);
    assert_eq!(new_monitor().save_part(1), None);
}

#[test]
fn whoever_begins_again_gives_up_what_was_begun() {
    let mut live = monitor();
    live.begin_saving();
    let given_up = [live.save_part(9), live.save_part(9)].map(Option::unwrap);
    live.apply(end("c1")).unwrap();
    live.begin_saving();
    let again = parts(&mut live, 9);
    assert_eq!(SavedMonitor::of_parts(again.clone()).unwrap().load(), Ok(live));
    let mixed = SavedMonitor::of_parts(given_up.into_iter().chain(again)).unwrap_err();
    assert_eq!(mixed.to_string(), "the parts of two savings are mixed");
}

#[track_caller]
fn is_refused(parts: Value, expected: &str) {
    let parts: Result<Vec<SavedPart>, _> = from_value(parts);
    let refused = parts.map_err(|error| error.to_string()).and_then(|parts| {
        let loaded = SavedMonitor::of_parts(parts).and_then(SavedMonitor::load);
        loaded.map_err(|error| error.to_string())
    });
    assert_eq!(refused.expect_err(expected), expected);
}

#[test]
fn parts_that_are_not_those_of_one_saving_are_refused() {
    let mut live = monitor();
    live.begin_saving();
    let right = to_value(parts(&mut live, 10)).unwrap();
    let [head, operators, rules, chats] = [0, 1, 2, 3].map(|n| right[n].clone());
    let with = |change: fn(&mut Value)| {
        let mut parts = right.clone();
        change(&mut parts);
        parts
    };
    is_refused(json!([]), "the first part is missing");
    is_refused(json!([operators, head, rules, chats]), "the first part is missing");
    is_refused(json!([head, rules, chats]), "parts are missing or repeated: of 2 operators there are 0");
    is_refused(json!([head, operators, chats]), "parts are missing or repeated: of 1 rules there are 0");
    is_refused(json!([head, operators, rules]), "parts are missing or repeated: of 2 chats there are 0");
    is_refused(json!([head, operators, rules, rules, chats]), "parts are missing or repeated: of 1 rules there are 2");
    is_refused(json!([head, head]), "the parts of two savings are mixed");
    is_refused(
        with(|parts| _ = parts[0]["head"].as_object_mut().unwrap().remove("engine")),
        "parts are missing or repeated: of 0 operators there are 2",
    );
    is_refused(
        with(|parts| parts[0]["head"]["version"] = json!(2)),
        "the saved state has version 2, this crate reads version 1",
    );
    is_refused(
        with(|parts| parts[0]["head"]["name"] = json!("x")),
        "unknown field `name`, expected one of `version`, `engine`, `chats`, `watches`",
    );
    is_refused(
        with(|parts| parts[3]["chats"][0]["watches"]["hana"] = json!(0)),
        "two watches have the place 0 in their order",
    );
    is_refused(
        with(|parts| parts[3]["chats"][0]["watches"] = json!({"ken": 1})),
        "operator `ken` watches chat `c2`, and no rule grants it",
    );
    is_refused(
        with(|parts| parts[3]["chats"][0]["watches"] = json!(["hana"])),
        "expected an object with the place of each watch, found a list",
    );
    is_refused(with(|parts| parts[3]["chats"][1]["chat"]["id"] = json!("c2")), "chat `c2` is there twice");
    is_refused(with(|parts| parts[1]["operators"][1]["operator"] = json!("ken")), "operator `ken` is there twice");
    is_refused(
        with(|parts| parts[0]["head"]["engine"]["now"] = json!(1_u64 << 53)),
        "expected milliseconds since 1970, at most 9007199254740991",
    );
    is_refused(json!([3]), "expected a string or an object with one key, found a number");

    let parts: Vec<SavedPart> = from_value(right).unwrap();
    let refused = SavedChats::of_parts(parts).unwrap_err();
    assert_eq!(refused.to_string(), "the parts hold an engine");
    live.begin_saving_chats();
    let of_chats = std::iter::from_fn(|| live.save_part(10)).collect::<Vec<_>>();
    assert_eq!(SavedMonitor::of_parts(of_chats).unwrap_err().to_string(), "the parts hold no engine");
}

#[test]
fn what_cannot_be_taken_up_changes_nothing() {
    let mut live = monitor();
    let before = live.clone();
    let saved = live.saved_chats();
    let refused = live.take_up(saved).unwrap_err();
    assert_eq!(refused.to_string(), "chat `c2` is there twice");
    let read = |value| from_value::<SavedChats>(value);
    let twice =
        read(json!({"version": 1, "chats": [{"id": "c8"}, {"id": "c9"}, {"id": "c8"}], "watches": []})).unwrap();
    assert_eq!(live.take_up(twice).unwrap_err().to_string(), "chat `c8` is there twice");
    let watch = json!({"chat": "c9", "watcher": "hana"});
    let twice = read(json!({"version": 1, "chats": [{"id": "c9"}], "watches": [watch, watch]})).unwrap();
    assert_eq!(live.take_up(twice).unwrap_err().to_string(), "operator `hana` watches chat `c9` twice");
    let unknown = read(json!({"version": 1, "chats": [{"id": "c9"}], "watches": [{"chat": "c1", "watcher": "hana"}]}));
    assert_eq!(unknown.unwrap_err().to_string(), "operator `hana` watches chat `c1`, which is not there");
    assert_eq!((&live, lists_of(&live)), (&before, lists_of(&before)));
    assert_eq!(to_string(&live).unwrap(), to_string(&before).unwrap());
}

#[test]
fn what_was_decided_otherwise_is_said_when_chats_are_taken_up() {
    let saved = monitor().saved_chats();
    let mut engine = MonitorEngine::new();
    engine.set_operator(parse("ken"), Associate).unwrap();
    engine.set_operator(parse("emi"), Supervisor).unwrap();
    let mut live = LiveMonitor::new(engine);
    live.apply(start(chat("c0").attended_by(parse("ken")))).unwrap();
    live.apply(add_rule("r1", "emi", with_operator("ken"))).unwrap();
    let events = live.take_up(saved).unwrap();
    let said: Vec<_> = events.iter().map(|event| (kind(event), event.chat().to_string())).collect();
    let [ended, started] = ["WatchEnded", "WatchStarted"].map(String::from);
    let of = |kind: &String, chat: &str| (kind.clone(), chat.to_string());
    assert_eq!(said, [of(&ended, "c2"), of(&started, "c2"), of(&ended, "c1"), of(&started, "c1")]);
    assert_eq!(live.watch_count(), 3);
}
