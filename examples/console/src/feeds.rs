//! Who is told what, as it happens. The people in the chats are told by the office's own thread; what watchers are told is
//! handed to another one, so that nobody in a chat waits for them.

use std::collections::HashMap;
use std::sync::mpsc as threads;
use std::thread;
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use chat_monitor::{ChatId, OperatorId};
use serde::Serialize;
use tokio::sync::mpsc;

use crate::aside;

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
    /// The rules that an operator sees.
    Rules(OperatorId),
    /// The heads of all chats, for an administrator.
    AllChats(OperatorId),
    /// What is deleted of the chats that an operator could read: for pages that have no list of monitored chats.
    Deleted(OperatorId),
}

impl Topic {
    /// Whether the people in a chat listen to it, as such.
    fn is_for_participants(&self) -> bool {
        match self {
            Topic::Visitor(_) | Topic::Desk(_) | Topic::Desks => true,
            Topic::Watcher(_) | Topic::Opened(..) | Topic::Rules(_) | Topic::AllChats(_) | Topic::Deleted(_) => false,
        }
    }
}

/// What a listener holds.
pub(crate) type Feed = mpsc::Receiver<Utf8Bytes>;
type Sender = mpsc::Sender<Utf8Bytes>;

/// How far a listener may fall behind. One who is slower is cut off, comes back, and begins with a new snapshot.
const BACKLOG: usize = 1024;

/// Watchers hear everything a little later, by one to four times this. At once, it would be the next message of the same
/// visitor that waits for the processor.
const WATCHERS_LATER: Duration = Duration::from_millis(10);

/// The listeners, and what they are to be told once it is kept.
#[derive(Debug)]
pub(crate) struct Feeds {
    known: HashMap<Topic, Vec<Sender>>,
    participants: Listeners,
    to_participants: Vec<News>,
    to_watchers: Vec<News>,
    watchers: threads::Sender<Vec<News>>,
}

/// What comes in a queue, so that whoever begins to listen hears what comes after that, and nothing twice.
#[derive(Debug)]
enum News {
    Listener(Topic, Sender),
    Told(Topic, Utf8Bytes),
    /// There will be no more.
    Closed(Topic),
}

impl Feeds {
    /// Begins without listeners. The watchers' thread ends with what is returned.
    pub(crate) fn start() -> std::io::Result<Self> {
        let (watchers, queue) = threads::channel::<Vec<News>>();
        thread::Builder::new().name("watchers' news".into()).spawn(move || {
            aside::step_back();
            let mut listeners = Listeners::default();
            while let Ok(news) = queue.recv() {
                thread::sleep(aside::pause(WATCHERS_LATER));
                let more = queue.try_iter().flatten();
                news.into_iter().chain(more).for_each(|news| listeners.tell(news));
            }
        })?;
        let (known, participants) = (HashMap::new(), Listeners::default());
        Ok(Feeds { known, participants, to_participants: Vec::new(), to_watchers: Vec::new(), watchers })
    }

    /// Begins to listen. What was before must be asked for after this, or at the same moment.
    pub(crate) fn listen(&mut self, topics: impl IntoIterator<Item = Topic>) -> Feed {
        let (sender, feed) = mpsc::channel(BACKLOG);
        for topic in topics {
            let listeners = self.known.entry(topic.clone()).or_default();
            listeners.retain(|listener| !listener.is_closed());
            listeners.push(sender.clone());
            self.add(News::Listener(topic, sender.clone()));
        }
        feed
    }

    /// Whether anybody listens.
    pub(crate) fn has(&mut self, topic: &Topic) -> bool {
        let Some(listeners) = self.known.get(topic) else { return false };
        let heard = listeners.iter().any(|listener| !listener.is_closed());
        if !heard {
            self.known.remove(topic);
        }
        heard
    }

    pub(crate) fn push(&mut self, topic: Topic, text: Utf8Bytes) {
        if self.has(&topic) {
            self.add(News::Told(topic, text));
        }
    }

    pub(crate) fn close(&mut self, topic: Topic) {
        if self.known.remove(&topic).is_some() {
            self.add(News::Closed(topic));
        }
    }

    fn add(&mut self, news: News) {
        let (News::Listener(topic, _) | News::Told(topic, _) | News::Closed(topic)) = &news;
        if topic.is_for_participants() { self.to_participants.push(news) } else { self.to_watchers.push(news) }
    }

    pub(crate) fn tell_participants(&mut self) {
        self.to_participants.drain(..).for_each(|news| self.participants.tell(news));
    }

    pub(crate) fn tell_watchers(&mut self) {
        if !self.to_watchers.is_empty() {
            // The thread is there for as long as this is.
            let _ = self.watchers.send(std::mem::take(&mut self.to_watchers));
        }
    }
}

/// Those who listen.
#[derive(Debug, Default)]
struct Listeners(HashMap<Topic, Vec<Sender>>);

impl Listeners {
    fn tell(&mut self, news: News) {
        match news {
            News::Listener(topic, sender) => self.0.entry(topic).or_default().push(sender),
            News::Told(topic, text) => {
                let Some(listeners) = self.0.get_mut(&topic) else { return };
                listeners.retain(|listener| listener.try_send(text.clone()).is_ok());
                if listeners.is_empty() {
                    self.0.remove(&topic);
                }
            }
            News::Closed(topic) => drop(self.0.remove(&topic)),
        }
    }
}

/// As it goes out.
pub(crate) fn write(news: &impl Serialize) -> Utf8Bytes {
    // Texts, numbers and lists of them: there is nothing in these that JSON could not hold.
    serde_json::to_string(news).unwrap_or_default().into()
}
