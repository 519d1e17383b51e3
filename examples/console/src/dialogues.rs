//! Chats that go on by themselves, so that there is something to watch.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::time::Duration;

use chat_monitor::{ChatId, Email, OperatorId};
use serde::Deserialize;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tracing::debug;

use crate::denial::Denial;
use crate::hub::Hub;
use crate::office::NewChat;
use crate::password;

/// How many are played at the same time.
const AT_ONCE: usize = 5;

/// A dialogue, to be played as a chat.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Dialogue {
    #[serde(default)]
    visitor: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    ip: Option<IpAddr>,
    utterances: Vec<Utterance>,
}

#[derive(Clone, Debug, Deserialize)]
struct Utterance {
    speaker: String,
    /// Seconds since the dialogue began.
    t: f64,
    text: String,
}

/// The dialogues of the demonstration.
pub(crate) fn demonstration() -> Vec<Dialogue> {
    let lines = include_str!("dialogues/demonstration.jsonl").lines();
    lines.filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Reads dialogues, one to a line; says which line is none.
pub(crate) fn read(file: &Path) -> Result<Vec<Dialogue>, String> {
    let open = File::open(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut dialogues = Vec::new();
    for (number, line) in (1..).zip(BufReader::new(open).lines()) {
        let line = line.map_err(|error| format!("{}: {error}", file.display()))?;
        if line.trim().is_empty() {
            continue;
        }
        let dialogue: Dialogue =
            serde_json::from_str(&line).map_err(|error| format!("{}:{number}: {error}", file.display()))?;
        dialogues.push(dialogue);
    }
    if dialogues.is_empty() {
        return Err(format!("{}: expected at least one dialogue", file.display()));
    }
    Ok(dialogues)
}

/// Plays the dialogues in turn, for ever, a few at the same time.
pub(crate) async fn play(hub: Hub, dialogues: Vec<Dialogue>, speed: f64) {
    // Those of the last run have lost who played them.
    let ended = hub.call(|office| office.end_demonstrations()).await;
    let operators = hub.call(|office| Ok(office.associates())).await.unwrap_or_default();
    if ended.is_err() || dialogues.is_empty() || operators.is_empty() {
        return;
    }
    let mut playing = JoinSet::new();
    for (n, dialogue) in dialogues.iter().cycle().enumerate() {
        while playing.len() >= AT_ONCE {
            playing.join_next().await;
        }
        let (hub, dialogue) = (hub.clone(), dialogue.clone());
        let Some(operator) = operators.get(n % operators.len()).cloned() else { return };
        playing.spawn(async move {
            let played = play_one(&hub, n, operator, &dialogue, speed).await;
            if let Err(denial) = played {
                // Somebody has taken the chat over, transferred or ended it: then it is theirs.
                debug!(%denial, "a dialogue was left");
            }
        });
        sleep(Duration::from_secs(6).div_f64(speed.sqrt())).await;
    }
}

async fn play_one(hub: &Hub, n: usize, operator: OperatorId, dialogue: &Dialogue, speed: f64) -> Result<(), Denial> {
    let chat: ChatId = password::chat_name().parse().map_err(|_| Denial::NoSuchChat)?;
    let new = NewChat {
        id: chat.clone(),
        name: dialogue.visitor.clone().unwrap_or_default(),
        email: None,
        ip: Some(dialogue.ip.unwrap_or_else(|| documentation_address(n))),
        // Nobody's browser holds what this is the digest of.
        key: password::random::<32>().to_vec(),
        demonstration: true,
    };
    hub.call(move |office| office.start_chat(new)).await?;
    let mut now = 0.0;
    let mut picked_up = false;
    for (number, utterance) in dialogue.utterances.iter().enumerate() {
        let pause = (utterance.t - now).clamp(0.0, 120.0);
        now = utterance.t;
        sleep(Duration::from_secs_f64(pause / speed)).await;
        let text = utterance.text.chars().take(2000).collect::<String>();
        let (id, who) = (chat.clone(), operator.clone());
        let by_operator = utterance.speaker.starts_with("operator");
        if by_operator && !picked_up {
            sleep(Duration::from_secs_f64(8.0 / speed)).await;
            picked_up = true;
            let (id, who) = (chat.clone(), operator.clone());
            hub.call(move |office| office.pick_up(&who, &id)).await?;
        }
        if by_operator {
            hub.call(move |office| office.say(&who, &id, &text).map(drop)).await?;
        } else {
            hub.call(move |office| office.say_as_visitor(&id, &text).map(drop)).await?;
        }
        let email = dialogue.email.as_deref().filter(|_| number == 2).and_then(|email| email.parse::<Email>().ok());
        if let Some(email) = email {
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
