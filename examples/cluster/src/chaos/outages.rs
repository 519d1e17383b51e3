//! How long people waited for answers when something happened.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::shard::Log;

/// Something that happened.
#[derive(Debug)]
pub(super) struct Struck {
    pub(super) what: String,
    pub(super) at: Instant,
    /// Whether nothing that happened before was still felt, or may come yet.
    pub(super) alone: bool,
}

/// Somebody waited for an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    pub(super) log: Log,
    pub(super) begun: Instant,
    pub(super) answered: Instant,
    pub(super) revocation: bool,
}

impl Wait {
    pub(super) fn length(&self) -> Duration {
        self.answered.saturating_duration_since(self.begun)
    }
}

/// The longest waits in the chats and on the rules, for each time that something happened.
type Waits = (Vec<Duration>, Vec<Duration>);

/// A line for each kind of thing that happened: how often, and the longest waits then. Waits count from when it happened.
pub(super) fn table(struck: &[Struck], waits: &[Wait]) -> String {
    let mut kinds: BTreeMap<&str, Waits> = BTreeMap::new();
    for (nth, one) in struck.iter().enumerate() {
        let until = struck.get(nth + 1).map(|next| next.at);
        let felt = waits.iter().filter(|wait| wait.answered > one.at && until.is_none_or(|until| wait.begun < until));
        let (mut chats, mut rules) = (Duration::ZERO, Duration::ZERO);
        for wait in felt {
            let longest = match wait.log {
                Log::Shard(_) => &mut chats,
                Log::Rules => &mut rules,
            };
            *longest = (*longest).max(wait.answered.saturating_duration_since(wait.begun.max(one.at)));
        }
        let kind = if one.alone { &one.what } else { "(while something before was still felt)" };
        let of_kind = kinds.entry(kind).or_default();
        of_kind.0.push(chats);
        of_kind.1.push(rules);
    }
    let mut text =
        "| what | times | longest wait in chats: median, most | on the rules |\n|---|---|---|---|\n".to_owned();
    for (kind, (chats, rules)) in kinds {
        // Writing to a string does not fail.
        let _ =
            writeln!(text, "| {kind} | {} | {} | {} |", chats.len(), median_and_most(chats), median_and_most(rules));
    }
    text
}

fn median_and_most(mut waits: Vec<Duration>) -> String {
    waits.sort_unstable();
    let text = |wait: Option<&Duration>| wait.map_or("none".to_owned(), |wait| format!("{:.1} s", wait.as_secs_f64()));
    format!("{}, {}", text(waits.get(waits.len() / 2)), text(waits.last()))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Struck, Wait, table};
    use crate::shard::{Log, Shard};

    #[test]
    fn a_wait_counts_from_when_something_happened_until_the_next_thing() {
        let start = Instant::now();
        let at = |tenths: u64| start + Duration::from_millis(100 * tenths);
        let struck = |what: &str, tenths, alone| Struck { what: what.to_owned(), at: at(tenths), alone };
        let wait = |log, begun, answered| Wait { log, begun: at(begun), answered: at(answered), revocation: false };
        let chat = Log::Shard(Shard(0));
        let all = [struck("a", 10, true), struck("b", 50, true), struck("a", 70, true), struck("c", 90, false)];
        let waits =
            [wait(chat, 0, 9), wait(chat, 5, 20), wait(chat, 15, 52), wait(Log::Rules, 60, 72), wait(chat, 80, 81)];
        let table = table(&all, &waits);
        let lines: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| (while something before was still felt) | 1 | 0.0 s, 0.0 s | 0.0 s, 0.0 s |",
                "| a | 2 | 3.7 s, 3.7 s | 0.2 s, 0.2 s |",
                "| b | 1 | 0.2 s, 0.2 s | 1.2 s, 1.2 s |",
            ]
        );
    }
}
