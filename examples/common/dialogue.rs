//! Who says what in a dialogue, and when: one reader for the example `replay` and for the console's `--replay`.

#[path = "iso.rs"]
mod iso;

use std::time::Duration;

use serde_json::Value;

/// What was said once.
#[derive(Clone, Debug)]
pub(crate) struct Utterance {
    /// Since the dialogue began.
    pub(crate) at: Duration,
    pub(crate) by_operator: bool,
    pub(crate) text: String,
}

/// How long a dialogue may be.
const LONGEST: Duration = Duration::from_secs(86_400);

/// What is said in a dialogue, in its order; or what was expected of it.
pub(crate) fn utterances(value: &Value) -> Result<Vec<Utterance>, String> {
    value.get("id").and_then(Value::as_str).ok_or("expected a dialogue with an `id`")?;
    let utterances = value.get("utterances").and_then(Value::as_array).ok_or("expected a list of `utterances`")?;
    let mut read: Vec<Utterance> = Vec::new();
    let mut began = None;
    for (number, utterance) in (1..).zip(utterances) {
        let utterance = read_utterance(utterance, &mut began).map_err(|what| format!("utterance {number}: {what}"))?;
        if read.last().is_some_and(|before| before.at > utterance.at) {
            return Err(format!("utterance {number}: expected a `t` no earlier than that of the one before"));
        }
        read.push(utterance);
    }
    if read.is_empty() { Err("expected at least one utterance".into()) } else { Ok(read) }
}

/// How a dialogue counts its times: from its first, in seconds or by the calendar.
enum Began {
    InSeconds,
    At(iso::Moment),
}

fn read_utterance(value: &Value, began: &mut Option<Began>) -> Result<Utterance, String> {
    let by_operator = value.get("speaker").and_then(Value::as_str).and_then(is_operator);
    let by_operator = by_operator.ok_or(
        "expected `speaker` to be `operator`, `customer` or `visitor`, with or without a number such as `operator_1`",
    )?;
    let at = value.get("t").and_then(|t| read_time(t, began)).filter(|at| *at <= LONGEST);
    let at = at.ok_or(
        "expected `t` in seconds since the dialogue began, or as a time such as `2026-01-31T09:00:00Z`, all in one way \
         and within a day",
    )?;
    let text = value.get("text").and_then(Value::as_str).ok_or("expected a `text`")?.to_owned();
    Ok(Utterance { at, by_operator, text })
}

/// Whether it is the operator who speaks, or the visitor; none for anybody else.
fn is_operator(speaker: &str) -> Option<bool> {
    let (who, number) = speaker.split_once('_').unwrap_or((speaker, "1"));
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    match who {
        "operator" if is_number => Some(true),
        "customer" | "visitor" if is_number => Some(false),
        _ => None,
    }
}

fn read_time(value: &Value, began: &mut Option<Began>) -> Option<Duration> {
    match value {
        Value::String(text) => {
            let moment = iso::read(text)?;
            match began.get_or_insert(Began::At(moment)) {
                // A time of day here and one in UTC there are no time apart.
                Began::At(first) if first.has_offset == moment.has_offset => moment.since.checked_sub(first.since),
                Began::At(_) | Began::InSeconds => None,
            }
        }
        value => {
            let seconds = value.as_f64().filter(|seconds| (0.0..=86_400.0).contains(seconds))?;
            match began.get_or_insert(Began::InSeconds) {
                Began::InSeconds => Some(Duration::from_secs_f64(seconds)),
                Began::At(_) => None,
            }
        }
    }
}
