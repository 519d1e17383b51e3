#![no_std]
#![doc = "Decides who may watch which chat."]

extern crate alloc;

mod wire;

mod id;

mod address;

mod role;

mod chat;

mod criterion;

mod rule;

mod verdict;

mod filed;

mod engine;

mod live;

pub use address::{Email, EmailPattern, IpRange, ParseEmailError, ParseIpError};
pub use chat::{Chat, Visitor};
pub use criterion::Criterion;
pub use engine::{AddRuleRefusal, DuplicateRule, MonitorEngine, UnknownOperator, UnknownRule, Watcher};
pub use id::{ChatId, OperatorId, ParseIdError, RuleId};
pub use live::{
    Audience, Channel, Command, EndReason, Event, LeftReason, LiveMonitor, MonitoredChat, ParticipantEvent,
    ParticipantView, Recipients, Refusal,
};
pub use role::{Permissions, Policy, Role};
pub use rule::Rule;
pub use verdict::Verdict;
