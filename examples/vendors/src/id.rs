//! Ids that say what they are counted under.
//!
//! A number is not a name: two vendors both have an agent 7, and one vendor counts its bots and its agents apart. An id
//! from here begins with the vendor's name, and no two of them mean the same. The page of this crate has the table.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chat_monitor::{ChatId, OperatorId, ParseIdError};

use crate::vendors::is_vendor;

/// Words that stand behind a vendor's name and say that the id is not simply a person's. A person whose own id begins
/// with one of them is written behind `person:`.
const KINDS: [&str; 3] = ["bot:", "person:", "unknown:"];

/// Whose ids say by themselves what they are counted under, and how those begin: no vendor has such a name.
const SELF_EVIDENT: (&str, &str) = ("amazon-connect", "arn:");

/// Who attends a chat, as a vendor knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Agent<'a> {
    /// A member of staff, by the id of their account at the vendor.
    Person(&'a str),
    /// A program, by its id among the vendor's programs.
    Bot(&'a str),
    /// Somebody attends, and the body does not say who; the text says why. Nobody has this id, so that nobody may watch
    /// the chat.
    Unknown(&'static str),
}

impl Agent<'_> {
    /// The agent's own id at `vendor`: `chatwoot:41`, `chatwoot:bot:41`. Different agents have different ids.
    ///
    /// An agent of Amazon Connect has their ARN as it is, which says all this by itself.
    ///
    /// # Errors
    ///
    /// [`ParseIdError`] if it would be no id: too long, or with blanks or control characters.
    pub fn id(self, vendor: &str) -> Result<OperatorId, ParseIdError> {
        match self {
            Agent::Person(key) if vendor == SELF_EVIDENT.0 && key.starts_with(SELF_EVIDENT.1) => key.parse(),
            Agent::Person(key) if key.is_empty() => key.parse(),
            Agent::Person(key) if KINDS.iter().any(|kind| key.starts_with(kind)) => {
                format!("{vendor}:person:{key}").parse()
            }
            Agent::Person(key) => format!("{vendor}:{key}").parse(),
            Agent::Bot(key) => format!("{vendor}:bot:{key}").parse(),
            Agent::Unknown(why) => format!("{vendor}:unknown:{why}").parse(),
        }
    }
}

/// The id of a chat: `twilio:CH01`, or with what its number is counted in, `chatwoot:3/7`.
///
/// # Errors
///
/// [`ParseIdError`] if it would be no id.
pub(crate) fn chat_id(vendor: &str, counted_in: &[&str], chat: &str) -> Result<ChatId, ParseIdError> {
    // An empty number would be hidden behind the rest.
    if chat.is_empty() {
        return chat.parse();
    }
    let parts: Vec<_> = counted_in.iter().chain([&chat]).map(|part| plain(part)).collect();
    format!("{vendor}:{}", parts.join("/")).parse()
}

/// A part of an id, in which no `/` can be taken for the one between two parts.
fn plain(part: &str) -> Cow<'_, str> {
    if part.contains(['%', '/']) { part.replace('%', "%25").replace('/', "%2F").into() } else { part.into() }
}

/// By which ids the host knows the vendors' agents. Without being told anything, it is the agents' [own
/// ids](Agent::id).
///
/// Only persons have other names. Bots, and whoever is unknown, never stand for one of the host's operators.
///
/// ```
/// use vendors::{Agent, People};
///
/// let mut people = People::new();
/// people.know("chatwoot:41".parse()?, "ken".parse()?);
/// people.know_plain("42".parse()?);
/// let id = |agent: Agent<'_>| people.id("chatwoot", agent).unwrap().to_string();
/// assert_eq!(id(Agent::Person("41")), "ken");
/// assert_eq!(id(Agent::Person("42")), "42");
/// assert_eq!(id(Agent::Person("43")), "chatwoot:43");
/// assert_eq!(id(Agent::Bot("42")), "chatwoot:bot:42");
/// # Ok::<(), chat_monitor::ParseIdError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct People {
    known_as: BTreeMap<OperatorId, OperatorId>,
    plain: BTreeSet<OperatorId>,
    only_of: Option<String>,
}

impl People {
    /// Nobody is known by another id than their own.
    pub fn new() -> Self {
        People::default()
    }

    /// The agent with this own id is the host's `operator`. One operator may have accounts at several vendors.
    pub fn know(&mut self, agent: OperatorId, operator: OperatorId) {
        self.known_as.insert(agent, operator);
    }

    /// The host writes `operator` for the person whom a vendor knows by this very id, whichever vendor it is. Where
    /// agents of two vendors have the same number, that is one operator too many: see [`only_of`](Self::only_of).
    ///
    /// An id that begins with a vendor's name is an agent's own and says already whom it means; it is known as itself.
    pub fn know_plain(&mut self, operator: OperatorId) {
        if is_full(&operator) {
            self.known_as.insert(operator.clone(), operator);
        } else {
            self.plain.insert(operator);
        }
    }

    /// The plain ids mean the agents of this vendor alone.
    pub fn only_of(&mut self, vendor: &str) {
        self.only_of = Some(vendor.to_owned());
    }

    /// The id by which the host knows an agent: the one named for them; else the plain one; else their own.
    ///
    /// # Errors
    ///
    /// [`ParseIdError`] if the agent's id is none.
    pub fn id(&self, vendor: &str, agent: Agent<'_>) -> Result<OperatorId, ParseIdError> {
        let own = agent.id(vendor);
        let Agent::Person(key) = agent else { return own };
        if let Some(known_as) = own.as_ref().ok().and_then(|own| self.known_as.get(own)) {
            return Ok(known_as.clone());
        }
        let in_question = self.only_of.as_deref().is_none_or(|only| only == vendor);
        let plain = key.parse().ok().filter(|key| in_question && self.plain.contains(key));
        plain.map_or(own, Ok)
    }

    /// The other way round: by which id `vendor` knows the person who is the host's `operator`.
    pub(crate) fn key_at(&self, vendor: &str, operator: &OperatorId) -> Option<String> {
        let key = |own: &OperatorId| {
            let key = own.as_str().strip_prefix(vendor)?.strip_prefix(':')?;
            let person = key.strip_prefix("person:").or(KINDS.iter().all(|kind| !key.starts_with(kind)).then_some(key));
            person.map(str::to_owned)
        };
        let mut named = self.known_as.iter().filter(|(_, known_as)| *known_as == operator);
        let plain = || (!is_full(operator)).then(|| operator.as_str().to_owned());
        named.find_map(|(own, _)| key(own)).or_else(|| key(operator)).or_else(plain)
    }
}

/// Whether an id begins with the name of a vendor.
fn is_full(operator: &OperatorId) -> bool {
    operator.as_str().split_once(':').is_some_and(|(vendor, _)| is_vendor(vendor))
}
