//! Bodies in which something is wrong: nothing panics, no visitor's address is in a warning, and what follows is
//! accepted.

use std::cell::Cell;

use chat_monitor::{LiveMonitor, MonitorEngine};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use vendors::{Body, Time};

use crate::support::{Act, VENDORS, World, desk};

/// Each vendor's body for each thing that can happen, in a chat with an email and an address.
fn bodies() -> Vec<String> {
    let acts = [
        Act::Open,
        Act::Assign(Some(1)),
        Act::Assign(None),
        Act::Come(2),
        Act::Go(2),
        Act::Email(1),
        Act::Ip(1),
        Act::Mention,
        Act::End,
    ];
    let world = World { open: true, agents: [1, 2].into(), email: Some(1), ip: Some(1), ..World::default() };
    VENDORS.iter().flat_map(|writer| acts.map(|act| (writer.write)(act, &world, 3))).collect()
}

/// The pointers to everything in a value.
fn places(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| self::places(value, format!("{at}/{name}"), places));
        }
        Value::Array(items) => {
            (0..).zip(items).for_each(|(n, value): (usize, _)| self::places(value, format!("{at}/{n}"), places))
        }
        _ => {}
    }
    places.push(at);
}

fn junk(dice: u8) -> Value {
    let all = [
        json!(null),
        json!(""),
        json!(" "),
        json!("x"),
        json!(0),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(true),
        json!([]),
        json!({}),
        json!([null]),
        json!({"id": null}),
        json!("x".repeat(5000)),
        json!("a\u{0}\u{202E}b"),
        json!("2026-99-99"),
        json!([[[]]]),
        json!("mika1@example.com"),
        json!("192.0.2.1, 192.0.2.1"),
        json!("[::1"),
        json!({"address": {"address": "mika1@example.com"}}),
        json!("9".repeat(40)),
    ];
    all[usize::from(dice) % all.len()].clone()
}

/// Reads bodies at one desk, and looks at all that comes out.
fn look(texts: &[Vec<u8>]) -> Result<usize, TestCaseError> {
    let mut desk = desk();
    let mut live = LiveMonitor::new(MonitorEngine::new());
    let mut warnings = 0;
    for bytes in texts {
        let reading = match Body::parse(bytes) {
            Ok(body) => desk.read(&body, Time::EARLIEST),
            Err(error) => {
                let error = error.to_string();
                prop_assert!(!error.contains("mika") && !error.contains("192.0.2."), "{}", error);
                continue;
            }
        };
        for warning in &reading.warnings {
            let warning = warning.to_string();
            // The messages have addresses of their own, as forms to follow.
            let warning = warning.replace("`192.0.2.7`", "").replace("name@example.com", "");
            prop_assert!(!warning.contains("mika") && !warning.contains("192.0.2."), "{}", warning);
            prop_assert!(warning.len() < 400 && !warning.contains('\n'), "{}", warning);
        }
        warnings += reading.warnings.len();
        for command in reading.commands {
            if let Err(refusal) = live.apply(command.clone()) {
                return Err(TestCaseError::fail(format!("{refusal}: {command:?}")));
            }
        }
    }
    Ok(warnings)
}

#[test]
fn any_value_in_any_place_is_survived() {
    let bodies = bodies();
    let (tried, warnings) = (Cell::new(0), Cell::new(0));
    let mutation = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>(), any::<bool>());
    TestRunner::deterministic()
        .run(&vec(vec(mutation, 1..4), 16), |mutated| {
            let mut texts = Vec::new();
            for mutations in mutated {
                let Some((first, ..)) = mutations.first() else { continue };
                let body: &String = first.get(&bodies);
                let Ok(mut value) = serde_json::from_str::<Value>(body) else { continue };
                for (_, place, dice, remove) in mutations {
                    let mut all = Vec::new();
                    places(&value, String::new(), &mut all);
                    let at = place.get(&all).clone();
                    match at.rsplit_once('/') {
                        Some((parent, field)) if remove => {
                            if let Some(fields) = value.pointer_mut(parent).and_then(Value::as_object_mut) {
                                fields.remove(field);
                            }
                        }
                        _ => {
                            if let Some(place) = value.pointer_mut(&at) {
                                *place = junk(dice);
                            }
                        }
                    }
                }
                tried.set(tried.get() + 1);
                texts.push(value.to_string().into_bytes());
            }
            warnings.set(warnings.get() + look(&texts)?);
            Ok(())
        })
        .unwrap();
    println!("{} bodies, {} warnings", tried.get(), warnings.get());
    assert!(tried.get() > 3000 && warnings.get() > 1000, "{} bodies, {} warnings", tried.get(), warnings.get());
}

#[test]
fn any_bytes_in_any_place_are_survived() {
    let bodies = bodies();
    let change = (any::<prop::sample::Index>(), any::<u8>());
    TestRunner::deterministic()
        .run(&vec((any::<prop::sample::Index>(), vec(change, 0..6), any::<prop::sample::Index>()), 8), |mutated| {
            let texts: Vec<Vec<u8>> = mutated
                .into_iter()
                .map(|(body, changes, end)| {
                    let mut bytes = body.get(&bodies).clone().into_bytes();
                    for (place, byte) in changes {
                        let place = place.index(bytes.len());
                        bytes[place] = byte;
                    }
                    bytes.truncate(bytes.len() - end.index(bytes.len()) / 8);
                    bytes
                })
                .collect();
            look(&texts).map(|_| ())
        })
        .unwrap();
}

#[test]
fn what_is_no_body_says_so_and_repeats_nothing() {
    for bytes in [
        &b""[..],
        b" ",
        b"mika1@example.com",
        b"{\"email\": \"mika1@example.com\"",
        b"\xff\xfe",
        b"{\"a\": \"\xff\"}",
        b"a=1&a=2",
        b"data={\"email\": mika1@example.com",
        b"data=%7Bmika1",
        b"\"mika1@example.com",
        b"%",
        b"<xml/>",
    ] {
        let error = Body::parse(bytes).unwrap_err().to_string();
        assert!(error.starts_with("expected") && !error.contains("mika1"), "{error}");
    }
    let deep = "[".repeat(100_000);
    assert!(Body::parse(deep.as_bytes()).is_err());
}
