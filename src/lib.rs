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

mod engine;

pub use address::{Email, EmailPattern, IpRange, ParseEmailError, ParseIpError};
pub use chat::{Chat, Visitor};
pub use criterion::Criterion;
pub use engine::{AddRuleRefusal, DuplicateRule, MonitorEngine, UnknownOperator, UnknownRule, Watcher};
pub use id::{ChatId, OperatorId, ParseIdError, RuleId};
pub use role::{Permissions, Policy, Role};
pub use rule::Rule;
pub use verdict::Verdict;
