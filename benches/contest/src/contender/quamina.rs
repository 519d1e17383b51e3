//! `quamina`: patterns in an automaton, matched to events of JSON.
//!
//! It gets each pattern once, with all the rules of that pattern: where more than 255 patterns ask for one of several
//! values of a field, it panics when it is asked.

use std::collections::HashMap;
use std::panic::{self, AssertUnwindSafe};

use chat_monitor::Chat;
use quamina::{Quamina, QuaminaBuilder};
use serde_json::json;

use super::matching::{Matcher, Matching};
use super::{Contender, Patience};
use crate::world::{Key, World};

/// Bytes that its automaton may have. As it comes, it takes about two thousand rules.
const BUDGET: usize = 4 << 30;

struct Patterns {
    quamina: Quamina<u32>,
    /// The rules of each pattern.
    rules: Vec<Vec<u32>>,
}

pub(super) fn build<'w>(world: &'w World, patience: &Patience) -> Result<Box<dyn Contender<'w> + 'w>, String> {
    let builder = QuaminaBuilder::new().with_arena_byte_budget(BUDGET);
    let mut patterns = Patterns { quamina: builder.build().map_err(|error| error.to_string())?, rules: Vec::new() };
    let mut numbers = HashMap::new();
    for (rule, number) in world.rules.iter().zip(0..).filter(|(rule, _)| rule.enabled()) {
        let pattern = pattern(Key::of(rule));
        if !numbers.contains_key(&pattern) {
            let added = patterns.quamina.add_pattern(patterns.rules.len() as u32, &pattern);
            added.map_err(|error| format!("refused at rule {number}: {error}"))?;
            patterns.rules.push(Vec::new());
        }
        let at = *numbers.entry(pattern).or_insert(patterns.rules.len() - 1);
        patterns.rules[at].push(number);
        patience.check(number as usize, world.rules.len())?;
    }
    // It makes its tables when it is first asked, and may find only then that they cannot be.
    let event = patterns.event(&world.chats[0]);
    caught(|| patterns.matching(&event, |_| {}))?;
    patience.check(world.rules.len(), world.rules.len())?;
    Ok(Box::new(Matching::of(world, patterns)))
}

/// Does what may panic, and makes an error of it.
fn caught(work: impl FnOnce()) -> Result<(), String> {
    let told = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    panic::set_hook(told);
    done.map_err(|cause| {
        let cause = cause.downcast_ref::<String>().map(String::as_str).unwrap_or_default();
        format!("it takes the rules, and panics when it is asked: {cause}")
    })
}

fn pattern(key: Key) -> String {
    let pattern = match key {
        Key::Operator(operator) => json!({"operators": [operator.as_str()]}),
        Key::Email(email) => json!({"email": [email]}),
        Key::Domain(domain) => json!({"domain": [domain]}),
        Key::Address(address) => json!({"address": [address.to_string()]}),
        Key::Network(network) => json!({"address": [{"cidr": network.to_string()}]}),
    };
    pattern.to_string()
}

impl<'w> Matcher<'w> for Patterns {
    type Event = Vec<u8>;

    fn event(&self, chat: &'w Chat) -> Vec<u8> {
        let operators: Vec<&str> = chat.attending().map(|operator| operator.as_str()).collect();
        let email = chat.visitor().email();
        let event = json!({
            "operators": operators,
            "email": email.map(|email| email.as_str()),
            "domain": email.map(|email| email.domain()),
            "address": chat.visitor().ip().map(|address| address.to_string()),
        });
        event.to_string().into_bytes()
    }

    fn matching(&self, event: &Vec<u8>, found: impl FnMut(u32)) {
        let patterns = self.quamina.matches_for_event(event).expect("the event is JSON");
        patterns.into_iter().flat_map(|pattern| &self.rules[pattern as usize]).copied().for_each(found);
    }
}
