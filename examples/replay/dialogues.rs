//! Reading a file of dialogues. All of it is looked at before any of it is played.

use std::ffi::OsStr;

use serde_json::Value;

use crate::common::{Console, Input, Outcome, Stop, json_fault};
use crate::day::Dialogue;
use crate::dialogue;

/// The dialogues of a file; none of them if one of its lines is no dialogue, which `console` has then said of each.
pub(crate) fn read(file: &OsStr, console: &mut Console) -> Result<Option<Vec<Dialogue>>, Stop> {
    let mut input = Input::open(file)?;
    let mut dialogues = Vec::new();
    while let Some(line) = input.next_line(console)? {
        let read = serde_json::from_str(line).map_err(|error| json_fault(line, &error));
        match read.and_then(|value: Value| dialogue::utterances(&value)) {
            Ok(utterances) => dialogues.push(Dialogue { line: input.number, utterances }),
            Err(what) => console.leave_out(&input, &what),
        }
    }
    Ok(matches!(console.outcome(), Outcome::Complete).then_some(dialogues))
}
