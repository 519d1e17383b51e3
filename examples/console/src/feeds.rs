//! Who is told what, as it happens.

use std::collections::HashMap;

use axum::extract::ws::Utf8Bytes;
use chat_monitor::{ChatId, OperatorId};
use serde::Serialize;
use tokio::sync::mpsc;

/// What a listener listens to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Topic {
    /// One chat, as its visitor may see it.
    Visitor(ChatId),
    /// An operator's own chats.
    Desk(OperatorId),
    /// The chats that wait, which every operator sees.
    Desks,
    /// An operator's list of monitored chats.
    Watcher(OperatorId),
    /// One chat that an operator watches or has joined.
    Opened(OperatorId, ChatId),
}

impl Topic {
    /// Whether the people in a chat listen to it, as such.
    fn is_for_participants(&self) -> bool {
        match self {
            Topic::Visitor(_) | Topic::Desk(_) | Topic::Desks => true,
            Topic::Watcher(_) | Topic::Opened(..) => false,
        }
    }
}

/// What a listener holds.
pub(crate) type Feed = mpsc::Receiver<Utf8Bytes>;

/// How far a listener may fall behind. One who is slower is cut off, comes back, and begins with a new snapshot.
const BACKLOG: usize = 1024;

/// The listeners, and what they are to be told once it is kept.
#[derive(Debug, Default)]
pub(crate) struct Feeds {
    listeners: HashMap<Topic, Vec<Listener>>,
    participants: Vec<News>,
    watchers: Vec<News>,
    /// How many news there were.
    count: u64,
}

#[derive(Clone, Debug)]
struct Listener {
    sender: mpsc::Sender<Utf8Bytes>,
    /// The first news that its snapshot does not hold.
    since: u64,
}

#[derive(Debug)]
struct News {
    number: u64,
    topic: Topic,
    /// None where there will be no more.
    text: Option<Utf8Bytes>,
}

impl Feeds {
    /// Begins to listen. The first thing to hear is `snapshot`, which must be of this moment.
    pub(crate) fn listen(&mut self, topics: impl IntoIterator<Item = Topic>, snapshot: &impl Serialize) -> Feed {
        let (sender, feed) = mpsc::channel(BACKLOG);
        // There is room: it is the first.
        let _ = sender.try_send(write(snapshot));
        for topic in topics {
            let listeners = self.listeners.entry(topic).or_default();
            listeners.retain(|listener| !listener.sender.is_closed());
            listeners.push(Listener { sender: sender.clone(), since: self.count });
        }
        feed
    }

    /// Whether anybody listens.
    pub(crate) fn has(&self, topic: &Topic) -> bool {
        self.listeners.contains_key(topic)
    }

    pub(crate) fn push(&mut self, topic: Topic, text: Utf8Bytes) {
        self.add(topic, Some(text));
    }

    pub(crate) fn close(&mut self, topic: Topic) {
        self.add(topic, None);
    }

    fn add(&mut self, topic: Topic, text: Option<Utf8Bytes>) {
        let number = self.count;
        self.count += 1;
        // Nobody can begin to listen to what has happened already.
        if !self.has(&topic) {
            return;
        }
        let news = News { number, topic, text };
        if news.topic.is_for_participants() { self.participants.push(news) } else { self.watchers.push(news) }
    }

    pub(crate) fn tell_participants(&mut self) {
        let news = std::mem::take(&mut self.participants);
        news.into_iter().for_each(|news| self.tell(news));
    }

    pub(crate) fn tell_watchers(&mut self) {
        let news = std::mem::take(&mut self.watchers);
        news.into_iter().for_each(|news| self.tell(news));
    }

    fn tell(&mut self, News { number, topic, text }: News) {
        let Some(listeners) = self.listeners.get_mut(&topic) else { return };
        match text {
            Some(text) => {
                listeners.retain(|listener| listener.since > number || listener.sender.try_send(text.clone()).is_ok())
            }
            None => listeners.retain(|listener| listener.since > number),
        }
        if listeners.is_empty() {
            self.listeners.remove(&topic);
        }
    }
}

/// As it goes out.
pub(crate) fn write(news: &impl Serialize) -> Utf8Bytes {
    // Texts, numbers and lists of them: there is nothing in these that JSON could not hold.
    serde_json::to_string(news).unwrap_or_default().into()
}
