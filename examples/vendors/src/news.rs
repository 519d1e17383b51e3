//! What one event tells, once its vendor has read it.

use std::net::IpAddr;

use chat_monitor::{ChatId, Email};

use crate::facts::{Attendance, State, Told};
use crate::message::Said;
use crate::time::Time;

/// What became of an event.
#[derive(Debug)]
pub(crate) enum Tidings {
    /// It tells something of a chat.
    Chat(Box<News>),
    /// It tells something of a contact: a visitor who may be in chats, or come back in one.
    Contact(Box<Contact>),
    /// It has nothing to tell: for this reason, which is no fault.
    Nothing(String),
    /// It has, and nobody knows of which chat. A warning says what was missing.
    Lost,
}

/// What an event tells of one chat.
#[derive(Debug)]
pub(crate) struct News {
    pub(crate) chat: ChatId,
    /// When it was so, if the body says.
    pub(crate) at: Option<Time>,
    pub(crate) state: State,
    pub(crate) attendance: Vec<Attendance>,
    pub(crate) ip: Told<IpAddr>,
    pub(crate) email: Told<Email>,
    /// Whom the vendor knows the visitor as, where it tells of its contacts by themselves too.
    pub(crate) contact: Option<String>,
    /// What the chat's number is counted in, where not every body says it.
    pub(crate) counted: Option<Counted>,
    /// What was said, in the body's order.
    pub(crate) messages: Vec<Said>,
}

/// What a chat's number is counted in: an account, which some bodies leave out, and an inbox, which is one account's
/// and in every body. Once an inbox is known to be of an account, so are the chats in it.
#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) account: Option<String>,
    pub(crate) inbox: Option<String>,
    pub(crate) number: String,
}

impl News {
    /// A body that names a chat, and no more.
    pub(crate) fn of(chat: ChatId, at: Option<Time>) -> Self {
        News {
            chat,
            at,
            state: State::Mentioned,
            attendance: Vec::new(),
            ip: Told::Untold,
            email: Told::Untold,
            contact: None,
            counted: None,
            messages: Vec::new(),
        }
    }
}

impl From<News> for Tidings {
    fn from(news: News) -> Self {
        Tidings::Chat(Box::new(news))
    }
}

/// What an event tells of one contact.
#[derive(Debug)]
pub(crate) struct Contact {
    pub(crate) account: Option<String>,
    pub(crate) id: String,
    pub(crate) at: Option<Time>,
    pub(crate) ip: Told<IpAddr>,
    pub(crate) email: Told<Email>,
}
