//! chat-monitor on many machines.
//!
//! The owners of the logs and the gateways are machines without I/O: the README says which laws they keep, and the tests
//! run them through histories in which everything goes wrong.

mod allowed;
mod aside;
mod bench;
mod chaos;
mod check;
mod driver;
mod fault;
mod gateway;
mod ids;
mod local;
mod message;
mod moving;
mod nats;
mod options;
mod owner;
mod program;
mod record;
mod rules;
mod settings;
mod shard;
#[cfg(test)]
mod simulation;
mod snapshot;
mod store;
mod tail;
mod takeover;
mod telling;
mod token;
mod trial;
mod web;

pub use bench::{BenchOptions, bench};
pub use chaos::{ChaosOptions, chaos};
pub use driver::{Door, Heard, Host, Socket};
pub use gateway::{Gateway, GatewayEffect, GatewayInput, GatewayStatus, Out, Paper};
pub use local::{NATS_SERVER, Servers};
pub use message::{Answer, Ask, Delivery, Line, Look, Place, Position, Seen, Sight, ToGateway, ToOwner, Told, What};
pub use moving::{move_log, status};
pub use nats::{Login, Nats};
pub use options::{Call, HELP, Options, Role, WrongCall};
pub use owner::{
    Appended, Effect, Input, Loaded, Owner, RulesDuty, RulesOwner, ShardDuty, ShardOwner, Snapshot, Status,
};
pub use program::{Failure, Program, make_token};
pub use record::{Digest, Entry, Item, Person, Record};
pub use rules::Rules;
pub use settings::*;
pub use shard::{Log, Shard};
pub use snapshot::{RulesSnapshot, ShardSnapshot};
pub use store::{Address, JetStreamStore, Lease, Mark, MemoryStore, SqliteError, SqliteStore, Store, StoreError};
pub use tail::{Broken, Tail};
pub use takeover::{TakeoverOptions, takeover};
pub use token::Token;
pub use trial::trial;
