//! Memory: the bytes that an engine requests of the allocator and has not given back.
//!
//! * **all**: an engine loaded from its saved form, as a host loads it, so that no id is shared with anything outside;
//! * **values**: the same operators and rules, loaded from the same text, as `Vec<(OperatorId, Role)>` and `Vec<Rule>`
//!   of exact capacity. These are the ids and keys in this crate's types: every id with the header of its `Arc`, the
//!   criteria of a rule in their `Vec`;
//! * **text**: of the values, the bare bytes of each rule's id, its watcher's id and its key;
//! * **index**: all, less the values. That is what the engine takes beyond ids and keys; copies of keys count here.

use std::io;
use std::mem::size_of;

use chat_monitor::{Criterion, MonitorEngine, OperatorId, Role, Rule};
use serde::{Deserialize, Serialize};

use crate::contender::{Floor, HashMaps};
use crate::options::Options;
use crate::record::Records;
use crate::stats::grouped;
use crate::world::{Key, World};

/// The saved form, of which only values are made.
#[derive(Deserialize)]
struct Values {
    operators: Vec<Known>,
    rules: Vec<Rule>,
}

/// An operator in the saved form.
#[derive(Deserialize)]
struct Known {
    operator: OperatorId,
    role: Role,
}

#[derive(Serialize)]
struct Line<'a> {
    what: &'a str,
    rules: usize,
    bytes: usize,
}

/// Prints the bytes of a large engine and of small ones. `live` tells how many bytes are requested at the moment.
///
/// # Errors
///
/// When the figures cannot be written.
pub fn run(options: &Options, live: fn() -> usize) -> io::Result<()> {
    let mut records = Records::append_to(options.json.as_deref())?;
    let mut record = |what, rules, bytes| records.write("memory", &Line { what, rules, bytes });
    let held = |make: &mut dyn FnMut() -> Box<dyn std::any::Any>| {
        let before = live();
        let made = make();
        let held = live() - before;
        drop(made);
        held
    };
    let rules = options.size();
    let (saved, text) = {
        let world = World::of(rules);
        (serde_json::to_string(&world.engine())?, world.rules.iter().map(text_bytes).sum::<usize>())
    };
    let load = || serde_json::from_str::<MonitorEngine>(&saved).expect("what was saved can be loaded");
    let all = held(&mut || Box::new(load()));
    let values = held(&mut || Box::new(values(&saved)));
    let index = all.saturating_sub(values);
    println!("bytes requested for {} rules{:>12}{:>14}", grouped(rules as u64), "a rule", "together");
    for (what, bytes) in [("all", all), ("values", values), ("text", text), ("index: all less values", index)] {
        let each = bytes as f64 / rules as f64;
        println!("  {what:<34}{each:>12.1}{:>14}", grouped(bytes as u64));
        record(what, rules, bytes)?;
    }
    let world = World::of(rules);
    let floor = held(&mut || Box::new(Floor::of(&world)));
    let maps = held(&mut || Box::new(HashMaps::<foldhash::fast::RandomState>::of(&world)));
    for (what, bytes) in [("the floor", floor), ("plain hash maps, rules not kept", maps)] {
        println!("  {what:<34}{:>12.1}{:>14}", bytes as f64 / rules as f64, grouped(bytes as u64));
        record(what, rules, bytes)?;
    }
    drop(world);

    let own = size_of::<MonitorEngine>();
    println!("\nbytes of a small tenant, with the {own} of the engine itself, its ids and its keys");
    for (what, operators, rules) in [("empty", 0, 0), ("8 operators, no rule", 8, 0), ("8 operators, 10 rules", 8, 10)]
    {
        let before = live();
        let engine = tenant(operators, rules);
        let bytes = own + live() - before;
        drop(engine);
        println!("  {what:<34}{:>12}", grouped(bytes as u64));
        record(what, rules, bytes)?;
    }
    Ok(())
}

/// The operators and rules of a saved engine, and nothing else.
pub(crate) fn values(saved: &str) -> (Vec<(OperatorId, Role)>, Vec<Rule>) {
    #[derive(Deserialize)]
    struct Whole {
        #[serde(flatten)]
        values: Values,
    }
    let Whole { values: Values { operators, mut rules } } =
        serde_json::from_str(saved).expect("what was saved is JSON");
    let operators: Vec<_> = operators.into_iter().map(|Known { operator, role }| (operator, role)).collect();
    rules.shrink_to_fit();
    (operators, rules)
}

fn text_bytes(rule: &Rule) -> usize {
    let key = match Key::of(rule) {
        Key::Operator(operator) => operator.as_str().len(),
        Key::Email(text) | Key::Domain(text) => text.len(),
        Key::Address(address) => size_of_val(&address),
        Key::Network(network) => size_of_val(&network),
    };
    rule.id().as_str().len() + rule.watcher().as_str().len() + key
}

/// A small company; the first three have the rules.
fn tenant(operators: usize, rules: usize) -> MonitorEngine {
    let roles = [Role::Administrator, Role::Supervisor, Role::Supervisor];
    let operator = |n: usize| -> OperatorId { format!("operator-{n}").parse().expect("an id is right") };
    let mut engine = MonitorEngine::new();
    for n in 0..operators {
        let role = roles.get(n).cloned().unwrap_or(Role::Associate);
        engine.set_operator(operator(n), role).expect("the built-in roles are always there");
    }
    for n in 0..rules {
        let criterion = match n {
            0..6 => Criterion::Operator(operator(3 + n % 5)),
            6..8 => Criterion::VisitorEmail(format!("mika{n}@example.com").parse().expect("an email is right")),
            8 => Criterion::VisitorEmail("*@example.com".parse().expect("a pattern is right")),
            _ => Criterion::VisitorIp("192.0.2.7".parse().expect("an address is right")),
        };
        let id = format!("rule-{n}").parse().expect("an id is right");
        engine.add_rule(Rule::new(id, operator(n % 3), criterion)).expect("the rule is acceptable");
    }
    engine
}
