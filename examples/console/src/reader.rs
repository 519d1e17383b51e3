//! What was said before is read here, and made ready to be sent: on a connection of its own that can write nothing, in a
//! thread of its own, so that no chat waits for it.

use std::path::Path;
use std::thread;

use axum::extract::ws::Utf8Bytes;
use chat_monitor::{ChatId, OperatorId};
use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, oneshot};
use tracing::error;

use crate::aside;
use crate::denial::Denial;
use crate::entry::Entry;
use crate::feeds::{Feed, write};
use crate::store::{Archive, LoadError, Part};

/// How many wait for it at most.
const QUEUE: usize = 256;

/// The way to the archive, for any number of callers.
#[derive(Clone, Debug)]
pub(crate) struct Reader(mpsc::Sender<Job>);

/// One for the people in the chats, and one for those who watch.
#[derive(Clone, Debug)]
pub(crate) struct Readers {
    pub(crate) participants: Reader,
    pub(crate) watchers: Reader,
}

type Job = Box<dyn FnOnce(&Archive) + Send>;

/// What a listener begins with, but for what was said: the archive has that.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) feed: Feed,
    pub(crate) head: Value,
    /// The last entry of the chat at that moment: later ones come by the feed.
    pub(crate) last: i64,
}

/// The same for all chats of an operator, whose heads lie in `chats` of the head, in this order.
#[derive(Debug)]
pub(crate) struct DeskOpening {
    pub(crate) feed: Feed,
    pub(crate) head: Value,
    pub(crate) chats: Vec<(ChatId, i64)>,
}

impl Reader {
    /// Opens the file once more.
    pub(crate) fn start(database: &Path, aside: bool) -> Result<Self, LoadError> {
        let archive = Archive::open(database)?;
        let (jobs, mut queue) = mpsc::channel::<Job>(QUEUE);
        let read = move || {
            if aside {
                aside::step_back();
            }
            while let Some(job) = queue.blocking_recv() {
                job(&archive);
            }
        };
        thread::Builder::new().name("reader".into()).spawn(read).map_err(LoadError::Thread)?;
        Ok(Reader(jobs))
    }

    /// Reads something.
    ///
    /// # Errors
    ///
    /// [`Denial::Store`] when the file cannot be read, [`Denial::Closed`] when the console ends.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Archive) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Denial> {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |archive| {
            // Whoever has gone away by now needs nothing read.
            if !sender.is_closed() {
                let _ = sender.send(read(archive));
            }
        });
        self.0.send(job).await.map_err(|_| Denial::Closed)?;
        let result = receiver.await.map_err(|_| Denial::Closed)?;
        result.map_err(|error| {
            error!(%error, "the database cannot be read");
            Denial::Store(error)
        })
    }

    /// An earlier part of one channel, as an operator sees it.
    pub(crate) async fn operator_part(
        &self,
        chat: ChatId,
        operator: OperatorId,
        before: i64,
        internal: bool,
    ) -> Result<Value, Denial> {
        self.call(move |archive| {
            if internal {
                let part = archive.internal_part(&chat, &operator, before, Part::PAGE)?;
                return Ok(json!({ "entries": part.entries, "more": part.more }));
            }
            let part = archive.part(&chat, before, Part::PAGE)?;
            let entries: Vec<_> = part.entries.iter().map(Entry::for_operator).collect();
            Ok(json!({ "entries": entries, "more": part.more }))
        })
        .await
    }

    /// What the visitor's socket begins with.
    pub(crate) async fn visitor_snapshot(&self, chat: ChatId, opening: Value, last: i64) -> Result<Utf8Bytes, Denial> {
        self.call(move |archive| {
            let part = archive.part(&chat, last.saturating_add(1), Part::PAGE)?;
            Ok(write(&with(opening, visitor_part(&part))))
        })
        .await
    }

    /// What an operator's socket on one chat begins with.
    pub(crate) async fn opened_snapshot(
        &self,
        chat: ChatId,
        operator: OperatorId,
        mut opening: Value,
        last: i64,
    ) -> Result<Utf8Bytes, Denial> {
        self.call(move |archive| {
            let part = archive.operator_part(&chat, &operator, last.saturating_add(1), Part::PAGE)?;
            let head = opening.get_mut("chat").map(Value::take).unwrap_or_default();
            if let Value::Object(opening) = &mut opening {
                opening.insert("chat".into(), with(head, part));
            }
            Ok(write(&opening))
        })
        .await
    }

    /// What the desk's socket begins with.
    pub(crate) async fn desk_snapshot(
        &self,
        operator: OperatorId,
        mut opening: Value,
        chats: Vec<(ChatId, i64)>,
    ) -> Result<Utf8Bytes, Denial> {
        self.call(move |archive| {
            let heads = opening.get_mut("chats").and_then(Value::as_array_mut).into_iter().flatten();
            for (head, (chat, last)) in heads.zip(&chats) {
                let part = archive.operator_part(chat, &operator, last.saturating_add(1), Part::DESK)?;
                *head = with(head.take(), part);
            }
            Ok(write(&opening))
        })
        .await
    }
}

/// A part of a chat, as its visitor sees it.
pub(crate) fn visitor_part(part: &Part<Entry>) -> Value {
    json!({ "entries": part.entries.iter().map(Entry::for_visitor).collect::<Vec<_>>(), "more": part.more })
}

/// An object with the fields of another.
pub(crate) fn with(mut object: Value, more: Value) -> Value {
    if let (Value::Object(object), Value::Object(more)) = (&mut object, more) {
        object.extend::<Map<String, Value>>(more);
    }
    object
}
