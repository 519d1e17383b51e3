//! Chats, and what is known of the visitors in them.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::address::Email;
use crate::attribute::Attributes;
use crate::department::Departments;
use crate::id::{ChatId, OperatorId};

/// The person on the web site, as far as the host knows them.
///
/// What is not known is absent, and an absent fact never satisfies a rule.
///
/// ```
/// use chat_monitor::Visitor;
///
/// let visitor = Visitor::new().with_ip("::ffff:192.0.2.7".parse()?).with_email("mika@example.com".parse()?);
/// assert_eq!(visitor.ip(), Some([192, 0, 2, 7].into()));
/// assert_eq!(Visitor::new().email(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "customer")]
#[doc(alias = "contact")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Visitor {
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none", serialize_with = "form::as_text"))]
    ip: Option<IpAddr>,
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    email: Option<Email>,
}

impl Visitor {
    /// A visitor about whom nothing is known.
    pub fn new() -> Self {
        Visitor::default()
    }

    /// The same visitor at this address. IPv4-mapped IPv6 is taken as IPv4.
    #[must_use]
    pub fn with_ip(self, ip: IpAddr) -> Self {
        Visitor { ip: Some(ip.to_canonical()), ..self }
    }

    /// The same visitor with this email.
    #[must_use]
    pub fn with_email(self, email: Email) -> Self {
        Visitor { email: Some(email), ..self }
    }

    /// The visitor's address, if known.
    pub fn ip(&self) -> Option<IpAddr> {
        self.ip
    }

    /// The visitor's email, if known.
    pub fn email(&self) -> Option<&Email> {
        self.email.as_ref()
    }
}

/// One conversation of a visitor with the operators who attend it.
///
/// Operators attend because the chat was given to them ([`operators`](Chat::operators)) or because they joined it
/// ([`joined`](Chat::joined)). Nobody attends twice.
///
/// ```
/// use chat_monitor::{Chat, Visitor};
///
/// let chat = Chat::new("c1".parse()?)
///     .with_visitor(Visitor::new().with_ip("192.0.2.7".parse()?))
///     .attended_by("ken".parse()?)
///     .joined_by("hana".parse()?);
/// let attending: Vec<_> = chat.attending().map(|operator| operator.as_str()).collect();
/// assert_eq!(attending, ["ken", "hana"]);
/// assert!(chat.monitoring_allowed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "conversation")]
#[doc(alias = "session")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Chat {
    id: ChatId,
    visitor: Visitor,
    operators: Vec<OperatorId>,
    joined: Vec<OperatorId>,
    monitoring_allowed: bool,
    /// What many hosts tell of no chat.
    told: Option<Box<Told>>,
}

/// The departments and the attributes of a chat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Told {
    departments: Departments,
    attributes: Attributes,
}

impl Chat {
    /// A chat of an unknown visitor that nobody attends and that may be monitored.
    pub fn new(id: ChatId) -> Self {
        let (operators, joined) = (Vec::new(), Vec::new());
        Chat { id, visitor: Visitor::new(), operators, joined, monitoring_allowed: true, told: None }
    }

    /// The same chat with this visitor.
    #[must_use]
    pub fn with_visitor(self, visitor: Visitor) -> Self {
        Chat { visitor, ..self }
    }

    /// The same chat given to `operator` as well. One who had joined attends it as given from then on; one to whom it
    /// was given already changes nothing.
    #[must_use]
    pub fn attended_by(mut self, operator: OperatorId) -> Self {
        self.give_to(operator);
        self
    }

    /// The same chat joined by `operator` as well. One who attends it already changes nothing.
    #[must_use]
    pub fn joined_by(mut self, operator: OperatorId) -> Self {
        if !self.attends(&operator) {
            self.join(operator);
        }
        self
    }

    /// The same chat, with the host's word on whether it may be monitored at all: consent, law.
    #[must_use]
    pub fn with_monitoring_allowed(self, allowed: bool) -> Self {
        Chat { monitoring_allowed: allowed, ..self }
    }

    /// The same chat, belonging to these departments and no others.
    #[must_use]
    pub fn with_departments(mut self, departments: Departments) -> Self {
        self.set_departments(departments);
        self
    }

    /// The same chat with these attributes and no others.
    #[must_use]
    pub fn with_attributes(mut self, attributes: Attributes) -> Self {
        self.set_attributes(attributes);
        self
    }

    /// The chat's id.
    pub fn id(&self) -> &ChatId {
        &self.id
    }

    /// What is known of the visitor.
    pub fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    /// The operators to whom the chat was given, in that order.
    pub fn operators(&self) -> &[OperatorId] {
        &self.operators
    }

    /// The operators who joined the chat, in that order.
    pub fn joined(&self) -> &[OperatorId] {
        &self.joined
    }

    /// Everyone who attends: the operators to whom the chat was given, then those who joined it.
    pub fn attending(&self) -> impl Iterator<Item = &OperatorId> {
        self.operators.iter().chain(&self.joined)
    }

    /// Whether `operator` attends the chat, given or joined.
    pub fn attends(&self, operator: &OperatorId) -> bool {
        self.attending().any(|attending| attending == operator)
    }

    /// Whether the host allows monitoring this chat at all.
    pub fn monitoring_allowed(&self) -> bool {
        self.monitoring_allowed
    }

    /// The departments that the chat belongs to.
    pub fn departments(&self) -> &Departments {
        &self.told().departments
    }

    /// The attributes that the chat has.
    pub fn attributes(&self) -> &Attributes {
        &self.told().attributes
    }

    fn told(&self) -> &Told {
        static NOTHING: Told = Told { departments: Departments::NONE, attributes: Attributes::NONE };
        self.told.as_deref().unwrap_or(&NOTHING)
    }

    pub(crate) fn set_departments(&mut self, departments: Departments) {
        self.tell(Told { departments, ..self.told().clone() });
    }

    pub(crate) fn set_attributes(&mut self, attributes: Attributes) {
        self.tell(Told { attributes, ..self.told().clone() });
    }

    fn tell(&mut self, told: Told) {
        self.told = (told != Told::default()).then(|| Box::new(told));
    }

    /// Returns what was known of the visitor before.
    pub(crate) fn set_visitor(&mut self, visitor: Visitor) -> Visitor {
        core::mem::replace(&mut self.visitor, visitor)
    }

    /// What the host told of the chat, and nothing else of it.
    pub(crate) fn told_alone(&self) -> Chat {
        Chat { told: self.told.clone(), ..Chat::new(self.id.clone()) }
    }

    pub(crate) fn set_monitoring_allowed(&mut self, allowed: bool) {
        self.monitoring_allowed = allowed;
    }

    /// Gives the chat to `operator`, who attends it as given from then on if they had joined.
    pub(crate) fn give_to(&mut self, operator: OperatorId) {
        self.joined.retain(|joined| *joined != operator);
        if !self.operators.contains(&operator) {
            self.operators.push(operator);
        }
    }

    /// Takes the chat from `operator`, to whom it was given.
    pub(crate) fn take_from(&mut self, operator: &OperatorId) {
        self.operators.retain(|given| given != operator);
    }

    /// Gives the chat to `to` in the place of `from`.
    pub(crate) fn transfer(&mut self, from: &OperatorId, to: OperatorId) {
        self.joined.retain(|joined| *joined != to);
        if let Some(place) = self.operators.iter_mut().find(|given| *given == from) {
            *place = to;
        }
    }

    /// Lets `operator`, who does not attend, join.
    pub(crate) fn join(&mut self, operator: OperatorId) {
        self.joined.push(operator);
    }

    /// Lets those go who had joined and must leave, and says who they are.
    pub(crate) fn put_out(&mut self, leaves: impl Fn(&OperatorId) -> bool) -> Vec<OperatorId> {
        let (left, staying) = core::mem::take(&mut self.joined).into_iter().partition(leaves);
        self.joined = staying;
        left
    }
}

#[cfg(feature = "serde")]
mod form {
    use alloc::vec::Vec;
    use core::net::IpAddr;

    use serde::ser::SerializeStruct;
    use serde::{Deserialize, Serialize, Serializer};

    use super::{Chat, Told, Visitor};
    use crate::address::{Email, IpText};
    use crate::attribute::Attributes;
    use crate::department::Departments;
    use crate::id::{ChatId, OperatorId};
    use crate::wire::{quiet, read_as};

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, expecting = "a visitor")]
    struct VisitorForm {
        ip: Option<IpText>,
        email: Option<Email>,
    }

    impl From<VisitorForm> for Visitor {
        fn from(form: VisitorForm) -> Self {
            Visitor { ip: form.ip.map(|IpText(ip)| ip.to_canonical()), email: form.email }
        }
    }

    read_as!(Visitor, VisitorForm);

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, expecting = "a chat")]
    struct ChatForm {
        id: ChatId,
        #[serde(default)]
        visitor: Visitor,
        #[serde(default)]
        operators: Vec<OperatorId>,
        #[serde(default)]
        joined: Vec<OperatorId>,
        #[serde(default = "yes")]
        monitoring_allowed: bool,
        departments: Option<Departments>,
        attributes: Option<Attributes>,
    }

    fn yes() -> bool {
        true
    }

    impl TryFrom<ChatForm> for Chat {
        type Error = AttendsTwice;

        fn try_from(form: ChatForm) -> Result<Self, AttendsTwice> {
            let ChatForm { id, visitor, operators, joined, monitoring_allowed, departments, attributes } = form;
            let mut attending: Vec<_> = operators.iter().chain(&joined).collect();
            attending.sort_unstable();
            match attending.iter().zip(attending.iter().skip(1)).find(|(one, next)| one == next) {
                Some((twice, _)) => Err(AttendsTwice((*twice).clone())),
                None => {
                    let (departments, attributes) = (departments.unwrap_or_default(), attributes.unwrap_or_default());
                    let mut chat = Chat { id, visitor, operators, joined, monitoring_allowed, told: None };
                    chat.tell(Told { departments, attributes });
                    Ok(chat)
                }
            }
        }
    }

    read_as!(Chat, ChatForm);

    impl Serialize for Chat {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            // In full: a new fact does not compile until it is written.
            let Told { departments, attributes } = self.told();
            let mut chat = serializer.serialize_struct("Chat", 7)?;
            chat.serialize_field("id", &self.id)?;
            chat.serialize_field("visitor", &self.visitor)?;
            chat.serialize_field("operators", &self.operators)?;
            chat.serialize_field("joined", &self.joined)?;
            chat.serialize_field("monitoring_allowed", &self.monitoring_allowed)?;
            if departments.is_empty() {
                chat.skip_field("departments")?;
            } else {
                chat.serialize_field("departments", departments)?;
            }
            if attributes.is_empty() {
                chat.skip_field("attributes")?;
            } else {
                chat.serialize_field("attributes", attributes)?;
            }
            chat.end()
        }
    }

    #[derive(Debug, thiserror::Error)]
    #[error("operator `{0}` attends the chat twice")]
    struct AttendsTwice(OperatorId);

    /// In every format: serde's own form of an address is another one in those that people do not read.
    pub(super) fn as_text<S: Serializer>(ip: &Option<IpAddr>, serializer: S) -> Result<S::Ok, S::Error> {
        ip.map(IpText).serialize(serializer)
    }

    impl Serialize for IpText {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(&self.0)
        }
    }

    impl<'de> Deserialize<'de> for IpText {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            quiet::read_text(deserializer, "an IP address")
        }
    }
}
