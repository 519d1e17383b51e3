//! The desk at which bodies arrive: it knows what each chat's bodies have told, and says what follows.

use std::collections::BTreeMap;
use std::net::IpAddr;

use chat_monitor::{Chat, ChatId, Command, Email, OperatorId, Visitor};
use serde::{Deserialize, Serialize};

use crate::address::Proxies;
use crate::body::Body;
use crate::facts::{Attending, Latest, Life, Merged, Told};
use crate::id::{self, People};
use crate::look::{Look, Warning};
use crate::message::Message;
use crate::news::{Contact, Counted, News, Tidings};
use crate::time::Time;
use crate::vendors::{self, Vendor};

/// Turns bodies into commands for a [`LiveMonitor`](chat_monitor::LiveMonitor).
///
/// It does no I/O and knows no clock. All its commands have to be applied, in their order, to one monitor that starts
/// without chats; what is refused there is the host's to look at. The same bodies, with the same times at which they
/// were received, give the same commands. It can be saved and loaded: what it knows then is what it knew, but for the
/// people and the proxies, which [`set_people`](Self::set_people) and [`set_proxies`](Self::set_proxies) give it anew.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Desk {
    #[serde(skip)]
    people: People,
    #[serde(skip)]
    proxies: Proxies,
    chats: BTreeMap<ChatId, Known>,
    #[serde(with = "pairs")]
    contacts: BTreeMap<ContactKey, KnownContact>,
    accounts: Accounts,
}

/// A contact, by the vendor, its account there, and its id in it.
type ContactKey = (String, String, String);

/// Which accounts the inboxes are of.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Accounts {
    /// None of one that was told to be of two: then nobody can know of which.
    #[serde(with = "pairs")]
    of_inbox: BTreeMap<(String, String), Option<String>>,
    /// The chats in inboxes of which that is not known, each with its number.
    #[serde(with = "pairs")]
    waiting: BTreeMap<(String, String), BTreeMap<ChatId, String>>,
}

/// What a body told.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The vendor whose body it was taken for; none if no vendor's file recognises it.
    pub vendor: Option<&'static str>,
    /// What is to be done, in this order.
    pub commands: Vec<Command>,
    /// What was said, where the body has it. It may be of a chat that is over, and what came before may come again.
    pub messages: Vec<Message>,
    /// What could not be read, or was not found. Without one, everything that the body can tell was understood.
    pub warnings: Vec<Warning>,
    /// Which facts it told that were older than what is known, and so do not count.
    pub old: Vec<&'static str>,
    /// Why there is nothing to do, where nothing is.
    pub nothing: Vec<String>,
    /// Whether the body, or an event in it, could not be used at all; a warning says why.
    pub lost: bool,
    /// The ids of the members of staff that it named, as the host knows them.
    pub agents: Vec<OperatorId>,
}

/// A chat that goes on, as far as it has been told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Who attends it.
    pub operators: Vec<OperatorId>,
    /// The visitor's address.
    pub ip: Option<IpAddr>,
    /// The visitor's email.
    pub email: Option<Email>,
}

/// What a chat's bodies have told.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Known {
    life: Life,
    attending: Attending,
    ip: Latest<IpAddr>,
    email: Latest<Email>,
    contact: Latest<String>,
    /// Whose the chat is, if that is known, for the contact's id is counted in it.
    account: Option<(String, String)>,
    /// The latest time that anything was told of.
    latest: Option<Time>,
    /// What the host's monitor has been told, while the chat is live there.
    shown: Option<Facts>,
}

/// What bodies have told of a contact, whichever chat they are in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct KnownContact {
    ip: Latest<IpAddr>,
    email: Latest<Email>,
    latest: Option<Time>,
}

impl Desk {
    /// A desk to which nothing has come yet. `people` says by which ids the host knows the vendors' agents, and
    /// `proxies` whose addresses in a list are not the visitor's.
    pub fn new(people: People, proxies: Proxies) -> Self {
        Desk { people, proxies, ..Desk::default() }
    }

    /// From now on, these are the ids by which the host knows the vendors' agents. Who was told of before keeps theirs.
    pub fn set_people(&mut self, people: People) {
        self.people = people;
    }

    /// From now on, these addresses in a list are not the visitor's.
    pub fn set_proxies(&mut self, proxies: Proxies) {
        self.proxies = proxies;
    }

    /// Reads a body that was received at this time, which counts only where the body does not say when it was so: it is
    /// then taken for the latest news of its chat.
    pub fn read(&mut self, body: &Body, received: Time) -> Reading {
        let mut reading = Reading::default();
        if body.events.is_empty() {
            reading.lose("body", "expected an event, found an empty list");
        }
        for event in &body.events {
            match vendors::of(event) {
                Some(vendor) => {
                    reading.vendor = reading.vendor.or(Some(vendor.name));
                    let parts = (vendor.parts)(event);
                    if parts.is_empty() {
                        reading.nothing.push("there is no event in it".into());
                    }
                    for part in parts {
                        self.read_event(vendor, part, received, &mut reading);
                    }
                }
                None => reading.lose("body", "expected a body of a known vendor"),
            }
        }
        reading
    }

    /// The chats that go on, by their ids.
    pub fn chats(&self) -> impl Iterator<Item = (&ChatId, &Facts)> {
        self.chats.iter().filter_map(|(chat, known)| Some((chat, known.shown.as_ref()?)))
    }

    /// What is known of a chat, if it goes on.
    pub fn chat(&self, chat: &ChatId) -> Option<&Facts> {
        self.chats.get(chat)?.shown.as_ref()
    }

    /// Forgets every chat that is over, and every contact in no chat, of which nothing was told since `before`.
    ///
    /// Otherwise all are kept, for a body that comes late must not start them again. After this it would: so let some
    /// days pass, longer than any vendor tries to deliver.
    pub fn forget(&mut self, before: Time) {
        let is_recent = |latest: Option<Time>| latest.is_some_and(|latest| latest >= before);
        self.chats.retain(|_, known| known.shown.is_some() || is_recent(known.latest));
        let in_chats: Vec<ContactKey> = self.chats.values().filter_map(Known::contact_key).collect();
        self.contacts.retain(|key, contact| is_recent(contact.latest) || in_chats.contains(key));
        let chats = &self.chats;
        for waiting in self.accounts.waiting.values_mut() {
            waiting.retain(|chat, _| chats.contains_key(chat));
        }
    }

    /// Forgets who the visitors of chats that are over were, and every contact in no other chat. That these chats are over
    /// stays known.
    pub fn forget_visitors(&mut self) {
        for known in self.chats.values_mut().filter(|known| known.life.is_over()) {
            (known.ip, known.email, known.contact) = Default::default();
        }
        let in_chats: Vec<ContactKey> = self.chats.values().filter_map(Known::contact_key).collect();
        self.contacts.retain(|key, _| in_chats.contains(key));
    }

    fn read_event(&mut self, vendor: &Vendor, event: &serde_json::Value, received: Time, reading: &mut Reading) {
        let mut look = Look::at(event, vendor.name, &self.people, &self.proxies);
        let tidings = (vendor.read)(&mut look);
        reading.warnings.append(&mut look.warnings);
        reading.agents.append(&mut look.agents);
        match tidings {
            Tidings::Chat(news) => self.chat_news(vendor.name, *news, received, reading),
            Tidings::Contact(contact) => self.contact_news(vendor.name, *contact, received, reading),
            Tidings::Nothing(why) => reading.nothing.push(why),
            Tidings::Lost => reading.lost = true,
        }
    }

    fn chat_news(&mut self, vendor: &'static str, mut news: News, received: Time, reading: &mut Reading) {
        let account = news.counted.take().and_then(|counted| self.account(vendor, &mut news.chat, counted, reading));
        let known = self.chats.entry(news.chat.clone()).or_default();
        known.account = known.account.take().or(account.map(|account| (vendor.to_owned(), account)));
        let chat = news.chat.clone();
        let before = reading.old.len();
        let messages = std::mem::take(&mut news.messages);
        let told_something = !messages.is_empty();
        reading.messages.extend(messages.into_iter().map(|said| said.within(chat.clone())));
        known.merge(news, received, &mut reading.old);
        let commands = known.commands(&chat, &self.contacts);
        if commands.is_empty() && !(told_something && known.life.goes_on()) {
            reading.nothing.push(if known.life.has_ended() {
                format!("chat {chat} is over")
            } else if reading.old.len() > before {
                "something later is known".into()
            } else {
                "all this is known".into()
            });
        }
        reading.commands.extend(commands);
    }

    /// The account of a chat, by the body or by its inbox; `chat` becomes the id that the chat has in it. Where it is
    /// not known, the chat waits for it under the id that it has in its inbox.
    fn account(
        &mut self,
        vendor: &'static str,
        chat: &mut ChatId,
        counted: Counted,
        reading: &mut Reading,
    ) -> Option<String> {
        let inbox = counted.inbox.map(|inbox| (vendor.to_owned(), inbox));
        if let (Some(account), Some(inbox)) = (&counted.account, &inbox) {
            let known = self.accounts.of_inbox.entry(inbox.clone()).or_insert_with(|| Some(account.clone()));
            if known.as_ref() == Some(account) {
                for (waiting, number) in self.accounts.waiting.remove(inbox).unwrap_or_default() {
                    self.rename(&waiting, vendor, account, &number, reading);
                }
            } else {
                *known = None;
            }
        }
        let by_inbox = inbox.as_ref().and_then(|inbox| self.accounts.of_inbox.get(inbox).cloned().flatten());
        let account = counted.account.or(by_inbox);
        match (&account, inbox) {
            (Some(account), _) => {
                if let Ok(id) = id::chat_id(vendor, &[account], &counted.number) {
                    *chat = id;
                }
            }
            (None, inbox) => {
                reading.warnings.push(Warning {
                    field: "account.id".into(),
                    what: "expected what chats are counted in, found none; counted in its inbox until that is known"
                        .into(),
                });
                if let Some(inbox) = inbox {
                    self.accounts.waiting.entry(inbox).or_default().insert(chat.clone(), counted.number);
                }
            }
        }
        account
    }

    /// What was told of a chat by the id that it had in its inbox was told of the one that it has in its account.
    fn rename(&mut self, waiting: &ChatId, vendor: &'static str, account: &str, number: &str, reading: &mut Reading) {
        let Ok(chat) = id::chat_id(vendor, &[account], number) else { return };
        let Some(told) = self.chats.remove(waiting) else { return };
        if told.shown.is_some() {
            reading.commands.push(Command::EndChat { chat: waiting.clone() });
        }
        let known = self.chats.entry(chat.clone()).or_default();
        known.account = Some((vendor.to_owned(), account.to_owned()));
        known.absorb(told);
        reading.commands.extend(known.commands(&chat, &self.contacts));
    }

    fn contact_news(&mut self, vendor: &'static str, news: Contact, received: Time, reading: &mut Reading) {
        let key = (vendor.to_owned(), news.account.unwrap_or_default(), news.id);
        let is_theirs = |known: &Known| known.contact_key().as_ref() == Some(&key);
        let in_chats = self.chats.values().filter(|known| is_theirs(known)).filter_map(|known| known.latest).max();
        let contact = self.contacts.entry(key.clone()).or_default();
        let at = news.at.unwrap_or_else(|| newest(received, contact.latest.max(in_chats)));
        contact.latest = contact.latest.max(Some(at));
        note(&mut reading.old, "email", contact.email.merge(at, news.email));
        note(&mut reading.old, "ip", contact.ip.merge(at, news.ip));
        let before = reading.commands.len();
        for (chat, known) in self.chats.iter_mut().filter(|(_, known)| is_theirs(known)) {
            reading.commands.extend(known.commands(chat, &self.contacts));
        }
        if reading.commands.len() == before {
            reading.nothing.push("nothing that a live chat did not know of this contact".into());
        }
    }
}

impl Reading {
    fn lose(&mut self, field: &str, what: &str) {
        self.lost = true;
        self.warnings.push(Warning { field: field.to_owned(), what: what.to_owned() });
    }
}

impl Known {
    fn merge(&mut self, news: News, received: Time, old: &mut Vec<&'static str>) {
        let timed = news.at.is_some();
        let at = news.at.unwrap_or_else(|| newest(received, self.latest));
        self.latest = self.latest.max(Some(at));
        note(old, "state", self.life.merge(at, timed, news.state));
        for attendance in news.attendance {
            note(old, "operators", self.attending.merge(at, attendance));
        }
        note(old, "ip", self.ip.merge(at, news.ip));
        note(old, "email", self.email.merge(at, news.email));
        self.contact.merge(at, news.contact.map_or(Told::Untold, Told::Known));
    }

    /// Takes over what was told of the same chat by another id.
    fn absorb(&mut self, told: Known) {
        self.life.absorb(&told.life);
        self.attending.absorb(told.attending);
        self.ip = self.ip.and(&told.ip);
        self.email = self.email.and(&told.email);
        self.contact = self.contact.and(&told.contact);
        self.latest = self.latest.max(told.latest);
    }

    fn contact_key(&self) -> Option<ContactKey> {
        let (vendor, account) = self.account.as_ref()?;
        Some((vendor.clone(), account.clone(), self.contact.value()?.clone()))
    }

    /// Brings the host's monitor from what it was told to what is known now.
    fn commands(&mut self, chat: &ChatId, contacts: &BTreeMap<ContactKey, KnownContact>) -> Vec<Command> {
        let now = self.life.goes_on().then(|| self.facts(contacts));
        let commands = match (&self.shown, &now) {
            (None, None) => Vec::new(),
            (None, Some(now)) => vec![start(chat.clone(), now)],
            (Some(_), None) => vec![Command::EndChat { chat: chat.clone() }],
            (Some(shown), Some(now)) => changes(chat, shown, now),
        };
        self.shown = now;
        commands
    }

    fn facts(&self, contacts: &BTreeMap<ContactKey, KnownContact>) -> Facts {
        let contact = self.contact_key().and_then(|key| contacts.get(&key));
        let ip = contact.map_or_else(|| self.ip.clone(), |contact| self.ip.and(&contact.ip));
        let email = contact.map_or_else(|| self.email.clone(), |contact| self.email.and(&contact.email));
        Facts { operators: self.attending.operators(), ip: ip.value().copied(), email: email.value().cloned() }
    }
}

/// When something was so that does not say it: now, and later than all that is known.
fn newest(received: Time, latest: Option<Time>) -> Time {
    latest.map_or(received, |latest| received.max(latest.next()))
}

fn note(old: &mut Vec<&'static str>, fact: &'static str, merged: Merged) {
    if merged == Merged::Old && !old.contains(&fact) {
        old.push(fact);
    }
}

fn start(chat: ChatId, facts: &Facts) -> Command {
    let chat = Chat::new(chat).with_visitor(visitor(facts));
    Command::StartChat(facts.operators.iter().cloned().fold(chat, Chat::attended_by))
}

fn visitor(facts: &Facts) -> Visitor {
    let visitor = facts.ip.map_or_else(Visitor::new, |ip| Visitor::new().with_ip(ip));
    match &facts.email {
        Some(email) => visitor.with_email(email.clone()),
        None => visitor,
    }
}

fn changes(chat: &ChatId, shown: &Facts, now: &Facts) -> Vec<Command> {
    let not_in = |others: &[OperatorId]| {
        let others = others.to_vec();
        move |operator: &&OperatorId| !others.contains(operator)
    };
    let mut coming = now.operators.iter().filter(not_in(&shown.operators)).cloned();
    let mut going = shown.operators.iter().filter(not_in(&now.operators)).cloned();
    let mut commands = Vec::new();
    loop {
        let chat = chat.clone();
        commands.push(match (going.next(), coming.next()) {
            // In one step: between two, nobody would attend the chat, and its watches would end.
            (Some(from), Some(to)) => Command::Transfer { chat, from, to, departments: None },
            (None, Some(operator)) => Command::Attend { chat, operator },
            (Some(operator), None) => Command::Unattend { chat, operator },
            (None, None) => break,
        });
    }
    if (shown.ip, &shown.email) != (now.ip, &now.email) {
        commands.push(Command::SetVisitor { chat: chat.clone(), visitor: visitor(now) });
    }
    commands
}

/// Maps whose keys are no texts, as lists of pairs.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(super) fn deserialize<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<K, V>, D::Error> {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}
