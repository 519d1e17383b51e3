//! What is shown to whom.

use alloc::vec::Vec;

use crate::chat::Chat;
use crate::id::{ChatId, OperatorId, RuleId};

/// A line in somebody's list of monitored chats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    /// Which chat.
    pub fn chat(&self) -> &ChatId {
        &self.chat
    }

    /// The operators whom the chat was given to.
    pub fn operators(&self) -> &[OperatorId] {
        &self.operators
    }

    /// The operators who joined it.
    pub fn joined(&self) -> &[OperatorId] {
        &self.joined
    }
}

/// Which of a chat's two conversations a message belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// The chat itself.
    Public,
    /// The operators among themselves; advice is given here.
    Internal,
}

/// Who receives a message.
///
/// Participants must not be told of `watchers`: a host sends to them, and counts and shows only the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipients<'a> {
    /// Whether the visitor does.
    pub visitor: bool,
    /// The operators who attend: those whom the chat was given to, then those who joined.
    pub attending: Vec<&'a OperatorId>,
    /// The watchers, in the order in which their watches began.
    pub watchers: Vec<&'a OperatorId>,
}
