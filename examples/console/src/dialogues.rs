//! Chats that go on by themselves, so that there is something to watch.

#[path = "../../common/dialogue.rs"]
mod dialogue;

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::time::Duration;

use chat_monitor::{ChatId, Email, OperatorId};
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tracing::debug;

use crate::denial::Denial;
use crate::hub::Hub;
use crate::office::NewChat;
use crate::password;
use crate::said::Name;
use dialogue::Utterance;

/// How many are played at the same time.
const AT_ONCE: usize = 5;

/// Nobody waits for longer than that before something is said.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);

/// How many faults of a file are told.
const FAULTS_TOLD: usize = 20;

/// A dialogue, to be played as a chat.
#[derive(Clone, Debug)]
pub(crate) struct Dialogue {
    visitor: String,
    email: Option<Email>,
    ip: Option<IpAddr>,
    utterances: Vec<Utterance>,
}

/// The dialogues of the demonstration.
pub(crate) fn demonstration() -> Vec<Dialogue> {
    include_str!("dialogues/demonstration.jsonl").lines().filter_map(|line| read_line(line).ok()).collect()
}

/// Reads dialogues, one to a line; says of each line that is none what was expected. Nothing of such a file is played.
pub(crate) fn read(file: &Path) -> Result<Vec<Dialogue>, String> {
    let name = file.display().to_string().escape_debug().to_string();
    let bytes = fs::read(file).map_err(|error| format!("{name}: {error}"))?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let (mut dialogues, mut faults) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        match std::str::from_utf8(line).map_err(|_| "expected UTF-8".to_owned()).map(str::trim) {
            Ok("") => {}
            read => match read.and_then(read_line) {
                Ok(dialogue) => dialogues.push(dialogue),
                Err(what) => faults.push(format!("{name}:{number}: {what}")),
            },
        }
    }
    if dialogues.is_empty() && faults.is_empty() {
        faults.push(format!("{name}: expected at least one dialogue"));
    }
    let more = faults.len().saturating_sub(FAULTS_TOLD);
    faults.truncate(FAULTS_TOLD);
    faults.extend((more > 0).then(|| format!("{name}: and {more} lines more")));
    if faults.is_empty() { Ok(dialogues) } else { Err(faults.join("\n")) }
}

fn read_line(line: &str) -> Result<Dialogue, String> {
    let value: Value = serde_json::from_str(line)
        .map_err(|error| format!("expected a JSON object, byte {} is wrong", error.column()))?;
    let utterances = dialogue::utterances(&value)?;
    let field = |name: &str| value.get(name).filter(|field| !field.is_null());
    let text =
        |name: &str| field(name).map(|field| field.as_str().ok_or_else(|| format!("expected a text as `{name}`")));
    let visitor = text("visitor").transpose()?;
    let Name(visitor) = Name::of(visitor.unwrap_or_default()).ok_or("expected a `visitor` of 60 characters at most")?;
    let email = text("email").transpose()?.map(|email| email.parse().map_err(|error| format!("`email`: {error}")));
    let ip = text("ip").transpose()?.map(|ip| ip.parse().map_err(|_| "expected an IP address as `ip`".to_owned()));
    Ok(Dialogue { visitor, email: email.transpose()?, ip: ip.transpose()?, utterances })
}

/// Plays the dialogues in turn, for ever, a few at the same time.
pub(crate) async fn play(hub: Hub, dialogues: Vec<Dialogue>, speed: f64) {
    // Those of the last run have lost who played them.
    let ended = hub.call(|office| office.end_demonstrations()).await;
    if ended.is_err() || dialogues.is_empty() {
        return;
    }
    let mut playing = JoinSet::new();
    for (n, dialogue) in dialogues.iter().cycle().enumerate() {
        while playing.len() >= AT_ONCE {
            playing.join_next().await;
        }
        let (hub, dialogue) = (hub.clone(), dialogue.clone());
        // Asked each time: people come and go, and get other roles.
        let Ok(operators) = hub.read(|office| Ok(office.associates())).await else { return };
        let Some(operator) = operators.get(n.checked_rem(operators.len()).unwrap_or_default()).cloned() else {
            sleep(Duration::from_secs(5)).await;
            continue;
        };
        playing.spawn(async move {
            let Ok(chat) = password::chat_name().parse::<ChatId>() else { return };
            let played = play_one(&hub, n, (&chat, operator), &dialogue, speed).await;
            if let Err(denial) = played {
                // Somebody has taken the chat over, transferred or ended it: then it is theirs. Or whose part it was
                // works here no more.
                debug!(%denial, "a dialogue was left");
                let _ = hub.call(move |office| office.give_up(&chat)).await;
            }
        });
        sleep(Duration::from_secs(6).div_f64(speed.sqrt())).await;
    }
}

async fn play_one(
    hub: &Hub,
    n: usize,
    (chat, operator): (&ChatId, OperatorId),
    dialogue: &Dialogue,
    speed: f64,
) -> Result<(), Denial> {
    let new = NewChat {
        id: chat.clone(),
        name: dialogue.visitor.clone(),
        email: None,
        ip: Some(dialogue.ip.unwrap_or_else(|| documentation_address(n))),
        // Nobody's browser holds what this is the digest of.
        key: password::random::<32>().to_vec(),
        demonstration: true,
    };
    hub.call(move |office| office.start_chat(new)).await?;
    let mut now = Duration::ZERO;
    let mut picked_up = false;
    for (number, Utterance { at, by_operator, text }) in dialogue.utterances.iter().enumerate() {
        let pause = at.saturating_sub(now).min(LONGEST_PAUSE);
        now = *at;
        sleep(pause.div_f64(speed)).await;
        let text = text.chars().take(2000).collect::<String>();
        let (id, who) = (chat.clone(), operator.clone());
        if *by_operator && !picked_up {
            sleep(Duration::from_secs_f64(8.0 / speed)).await;
            picked_up = true;
            let (id, who) = (chat.clone(), operator.clone());
            hub.call(move |office| office.pick_up(&who, &id)).await?;
        }
        if *by_operator {
            hub.call(move |office| office.say(&who, &id, &text, None).map(drop)).await?;
        } else {
            hub.call(move |office| office.say_as_visitor(&id, &text, None).map(drop)).await?;
        }
        if let Some(email) = dialogue.email.clone().filter(|_| number == 2) {
            let id = chat.clone();
            hub.call(move |office| office.set_email(&id, email)).await?;
        }
    }
    sleep(Duration::from_secs_f64(30.0 / speed)).await;
    let id = chat.clone();
    hub.call(move |office| office.end(&operator, &id)).await
}

/// An address that is nobody's (RFC 5737).
fn documentation_address(n: usize) -> IpAddr {
    let last = u8::try_from(n % 250).unwrap_or_default() + 1;
    match n % 3 {
        0 => Ipv4Addr::new(192, 0, 2, last),
        1 => Ipv4Addr::new(198, 51, 100, last),
        _ => Ipv4Addr::new(203, 0, 113, last),
    }
    .into()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_demonstration_has_every_dialogue_of_its_file() {
        let lines = include_str!("dialogues/demonstration.jsonl").lines().count();
        assert_eq!((super::demonstration().len(), lines > 5), (lines, true));
    }
}
