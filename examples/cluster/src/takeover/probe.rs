//! Somebody who asks for one thing after the other, and notes how long each takes.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chat_monitor::{Channel, Chat, ChatId, Command};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::load::rule_id;
use super::wrong;
use crate::local::http;
use crate::program::Failure;
use crate::record::{Item, Person};
use crate::shard::{Log, Shard};

/// How long it rests after an answer.
const REST: Duration = Duration::from_millis(20);

/// What is asked of one log.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) log: Log,
    /// When each wish was asked for, and when it was answered.
    waits: Arc<Mutex<Vec<(Instant, Instant)>>>,
    task: JoinHandle<()>,
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Probe {
    /// Begins to ask at a gateway.
    pub(super) fn begin(log: Log, gateway: SocketAddr, token: &str, shards: u16) -> Result<Self, Failure> {
        let chat = match log {
            Log::Rules => None,
            Log::Shard(shard) => Some(chat_of(shard, shards)?),
        };
        let waits = Arc::new(Mutex::default());
        let task = tokio::spawn(ask(log, chat, gateway, token.to_owned(), Arc::clone(&waits)));
        Ok(Probe { log, waits, task })
    }

    /// The longest wait of those that ended after `then`.
    pub(super) fn longest_since(&self, then: Instant) -> Duration {
        let waits = self.waits();
        let ended = waits.iter().rev().take_while(|(_, answered)| *answered > then);
        ended.map(|(asked, answered)| answered.duration_since(*asked)).max().unwrap_or_default()
    }

    /// Whether something was asked for after `then` and answered.
    pub(super) fn has_answer_since(&self, then: Instant) -> bool {
        self.waits().last().is_some_and(|(asked, _)| *asked > then)
    }

    fn waits(&self) -> MutexGuard<'_, Vec<(Instant, Instant)>> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn chat_of(shard: Shard, shards: u16) -> Result<ChatId, Failure> {
    let mut ids = (0..10_000).filter_map(|nth| format!("c{nth}").parse().ok());
    ids.find(|chat| Shard::of(chat, shards) == shard).ok_or_else(|| wrong("no chat is in the shard"))
}

async fn ask(
    log: Log,
    chat: Option<ChatId>,
    gateway: SocketAddr,
    token: String,
    waits: Arc<Mutex<Vec<(Instant, Instant)>>>,
) {
    for turn in 0.. {
        let Ok(rule) = rule_id(0) else { return };
        let item = match &chat {
            None => Item::Do(Command::SetRuleEnabled { rule, enabled: turn % 2 == 1 }),
            Some(chat) if turn == 0 => Item::Do(Command::StartChat(Chat::new(chat.clone()))),
            Some(chat) => Item::Say {
                chat: chat.clone(),
                channel: Channel::Public,
                from: Person::Service,
                text: turn.to_string(),
            },
        };
        let body = json!({"id": format!("{log}-{turn}"), "item": item}).to_string();
        let asked = Instant::now();
        while http::ask(gateway, &token, &body).await.is_none_or(|(status, _)| status != 200) {
            sleep(REST).await;
        }
        waits.lock().unwrap_or_else(PoisonError::into_inner).push((asked, Instant::now()));
        sleep(REST).await;
    }
}
