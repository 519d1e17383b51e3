//! What chat vendors' webhooks mean for [`chat_monitor`].
//!
//! A [`Body`] is what was posted; a [`Desk`] reads it and says what to do, in a [`Reading`]: commands for a
//! [`LiveMonitor`](chat_monitor::LiveMonitor), and warnings for what was not understood. Each vendor is one file in
//! `src/vendors`, which says how its bodies are recognised, where each fact lies, and what its events mean.
//!
//! ```
//! use chat_monitor::{LiveMonitor, MonitorEngine};
//! use vendors::{Body, Desk, People, Proxies, Time};
//!
//! let mut live = LiveMonitor::new(MonitorEngine::new());
//! let mut desk = Desk::new(People::new(), Proxies::default());
//! let body = Body::parse(br#"{"event": "chat:start", "chatId": "c1", "time": "2026-01-31T09:00:00Z",
//!     "visitor": {"name": "Mika", "email": "mika@example.com"}, "property": {"id": "p1", "name": "Shop"}}"#)?;
//! let reading = desk.read(&body, Time::EARLIEST);
//! assert_eq!(reading.vendor, Some("tawk.to"));
//! assert!(reading.warnings.is_empty());
//! for command in reading.commands {
//!     live.apply(command)?;
//! }
//! assert_eq!(live.chats().count(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Beside them: [`visitor_address`] and [`caller_address`] read addresses as proxies write them, [`Statistics`] counts
//! what each rule has done, and [`monitors`] reads and writes Zoho SalesIQ's chat monitors.
//!
//! Pure like the core: no I/O, no clock, no randomness. Visitors' addresses are in commands alone, never in a warning
//! or an error.

mod address;
mod body;
mod desk;
mod facts;
mod id;
mod look;
mod message;
pub mod monitors;
mod news;
mod once;
mod statistics;
mod time;
mod vendors;

pub use address::{Client, Proxies, UnreadableAddress, caller_address, visitor_address};
pub use body::{Body, UnreadableBody};
pub use desk::{Desk, Facts, Reading};
pub use id::{Agent, People};
pub use look::Warning;
pub use message::{Author, Message};
pub use once::read_json;
pub use statistics::{RuleStatistics, Statistics};
pub use time::{Time, UnreadableTime};
pub use vendors::names as vendor_names;

/// The page of this crate is compiled, so that it cannot say what is no longer so.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
