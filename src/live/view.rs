//! What each audience is shown.

use alloc::vec::Vec;
use core::fmt;

use super::LiveMonitor;
use super::rooms::Room;
use crate::chat::Chat;
use crate::id::{ChatId, OperatorId, RuleId};
use crate::wire::wire;

/// A line in somebody's list of monitored chats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MonitoredChat<'a> {
    pub(super) chat: &'a Chat,
    pub(super) rules: &'a [RuleId],
}

impl<'a> MonitoredChat<'a> {
    /// The chat.
    pub fn chat(&self) -> &'a Chat {
        self.chat
    }

    /// The rules by which it is watched, in rule order.
    pub fn rules(&self) -> &'a [RuleId] {
        self.rules
    }
}

/// All that the people in a chat may know of who is in it. It has no field that could tell of a watcher.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ParticipantView {
    chat: ChatId,
    operators: Vec<OperatorId>,
    joined: Vec<OperatorId>,
}

impl ParticipantView {
    pub(super) fn of(chat: &Chat) -> Self {
        ParticipantView { chat: chat.id().clone(), operators: chat.operators().into(), joined: chat.joined().into() }
    }

    /// The chat's id.
    pub fn chat(&self) -> &ChatId {
        &self.chat
    }

    /// The operators to whom the chat was given.
    pub fn operators(&self) -> &[OperatorId] {
        &self.operators
    }

    /// The operators who joined it.
    pub fn joined(&self) -> &[OperatorId] {
        &self.joined
    }
}

wire! {
    /// Which of a chat's two conversations a message belongs to.
    ///
    /// Exhaustive: there are these two.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[allow(clippy::exhaustive_enums, reason = "said above")]
    pub enum Channel {
        /// The chat itself.
        Public,
        /// The operators among themselves; advice is given here.
        Internal,
    }
}

/// Who receives a message.
///
/// Participants must not be told of `watchers`: a host sends to them, and counts and shows only the others.
#[derive(Clone, Copy)]
pub struct Recipients<'a> {
    pub(super) live: &'a LiveMonitor,
    /// None where the chat is not live.
    pub(super) room: Option<&'a Room>,
    pub(super) channel: Channel,
}

impl<'a> Recipients<'a> {
    /// Whether the visitor does.
    pub fn visitor(&self) -> bool {
        match self.channel {
            Channel::Public => self.room.is_some(),
            Channel::Internal => false,
        }
    }

    /// The operators who attend: those to whom the chat was given, then those who joined. On the internal channel only
    /// those who hear advice.
    pub fn attending(&self) -> impl Iterator<Item = &'a OperatorId> + use<'a> {
        let (engine, channel) = (self.live.engine(), self.channel);
        let receives = move |operator: &&OperatorId| match channel {
            Channel::Public => true,
            Channel::Internal => engine.hears_advice(operator),
        };
        self.room.into_iter().flat_map(|room| room.chat.attending()).filter(receives)
    }

    /// The watchers, in the order in which their watches began.
    pub fn watchers(&self) -> impl Iterator<Item = &'a OperatorId> + use<'a> {
        let live = self.live;
        let held = self.room.map(|room| room.watches.iter()).unwrap_or_default();
        held.filter_map(|held| live.people.id(held.watcher))
    }
}

impl PartialEq for Recipients<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.visitor() == other.visitor()
            && self.attending().eq(other.attending())
            && self.watchers().eq(other.watchers())
    }
}

impl Eq for Recipients<'_> {}

impl fmt::Debug for Recipients<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (attending, watchers): (Vec<_>, Vec<_>) = (self.attending().collect(), self.watchers().collect());
        let mut recipients = f.debug_struct("Recipients");
        recipients
            .field("visitor", &self.visitor())
            .field("attending", &attending)
            .field("watchers", &watchers)
            .finish()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Recipients<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let (attending, watchers): (Vec<_>, Vec<_>) = (self.attending().collect(), self.watchers().collect());
        let mut recipients = serializer.serialize_struct("Recipients", 3)?;
        recipients.serialize_field("visitor", &self.visitor())?;
        recipients.serialize_field("attending", &attending)?;
        recipients.serialize_field("watchers", &watchers)?;
        recipients.end()
    }
}
