//! Decides who may watch which chat, and keeps everyone's list of monitored chats, without I/O.
//!
//! ```
//! use chat_monitor::{Chat, Criterion, MonitorEngine, Role, Rule, Verdict, Visitor};
//!
//! let mut engine = MonitorEngine::new();
//! engine.set_operator("ken".parse()?, Role::Associate)?;
//! engine.set_operator("hana".parse()?, Role::Supervisor)?;
//! engine.add_rule(Rule::new("r1".parse()?, "hana".parse()?, Criterion::VisitorIp("192.0.2.0/24".parse()?)))?;
//!
//! let visitor = Visitor::new().with_ip("192.0.2.7".parse()?);
//! let chat = Chat::new("c1".parse()?).with_visitor(visitor).attended_by("ken".parse()?);
//! assert_eq!(engine.watchers_for(&chat)[0].operator(), &"hana");
//! assert!(engine.explain(&chat).all(|(_, verdict)| verdict == Verdict::Granted));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Start with [`MonitorEngine`], which decides, and [`LiveMonitor`], which follows live chats. All else is what these two
//! take and give.
//!
//! # The model
//!
//! * An **operator** ([`Operator`], [`OperatorId`]) is a member of staff with a [`Role`], who may belong to departments and
//!   oversee some. [`Permissions`] have a row for each role: which roles it may monitor, within what, with which [`Rights`].
//! * A **chat** ([`Chat`]) is one conversation of a [`Visitor`] with the operators who attend it. It may belong to
//!   [`Departments`] and have [`Attributes`].
//! * A **rule** ([`Rule`]) is one operator's standing wish to watch the chats that meet its criteria ([`Criterion`]), in a
//!   [`Window`] of time if it has one.
//! * An **exclusion** ([`Exclusion`]) is a standing "never", over every rule.
//! * A **verdict** ([`Verdict`]) is what one rule says of one chat, with the reason. [`MonitorEngine::judge`] finds it,
//!   and nothing else does.
//! * A **watcher** ([`Watcher`]) is an operator to whom at least one rule grants a chat: a relation, not a rank.
//!
//! # Live chats
//!
//! A host that wants to know who starts and stops watching what drives a [`LiveMonitor`]:
//!
//! 1. Make it of an engine, or load the state saved last and apply the commands that were logged since.
//! 2. Turn what happens (a chat starts, is given to somebody, its visitor's email is learned, an operator asks to join)
//!    into a [`Command`].
//! 3. [`apply`](LiveMonitor::apply) it. A [`Refusal`] goes back to whoever asked, and nothing has changed.
//! 4. Log the accepted command durably before anyone is told of it.
//! 5. Bring each [`Event`] to its [`audience`](Event::audience), and to nobody else. The people in the chat get what
//!    [`Event::for_participants`] makes of it.
//! 6. Send every message to [`recipients`](LiveMonitor::recipients) of its [`Channel`]; show the people in a chat its
//!    [`participant_view`](LiveMonitor::participant_view), and a watcher their
//!    [`monitored_chats`](LiveMonitor::monitored_chats).
//! 7. Tell the time ([`Command::SetTime`]) when [`MonitorEngine::next_deadline`] comes, if rules have windows.
//! 8. Save the state now and then, and drop the log up to there. UPGRADING.md has what to store, and how the next release
//!    reads it.
//!
//! # Nobody notices
//!
//! A visitor never learns of watching or advice, whatever happens. An operator learns nothing until a watcher advises
//! them or joins, and the advice or the joining tells nothing but itself: not since when, not by which rule.
//!
//! What the crate guarantees:
//!
//! * What participants see is computed from a [`Chat`], which holds no watcher. [`ParticipantView`] and
//!   [`ParticipantEvent`] have no field that could tell of one, and neither does their `Debug` or JSON.
//! * Rules, exclusions, windows, rights, departments, attributes, watches and advice change nothing that the people in a
//!   chat can see: not who attends, in which order, nor what may be done next. Two histories that differ only in these
//!   give them the same views and events, byte for byte, until somebody joins.
//! * Whether a command of a visitor or an attending operator is refused, and how, never depends on a watcher. A watched
//!   chat ends like any other.
//! * Watch events are for their watcher alone, and a watcher whose watch has ended gets no further event. Advice is for the
//!   operators who attend at that moment and hear it, and for the one who gave it. The visitor is never among the
//!   recipients of [`Channel::Internal`].
//! * Ids are the host's. The crate makes up none, so none has gaps where watchers were.
//! * No error text repeats a visitor's address or grows with its input, and wrong input in a saved form is named by its
//!   kind.
//!
//! What only the host can do:
//!
//! | side door | keep it shut by |
//! |---|---|
//! | a transcript, an export or a search that carries the advice | storing the internal channel apart, and giving participants the public one alone |
//! | message numbers with gaps where advice was | numbering each channel by itself |
//! | a count of people, a "seen" mark, "is typing", a presence dot | computing them from `participant_view` and from what attending operators do |
//! | an error, a limit or a size that depends on watchers | applying limits per connection, and checking them before watchers are looked up |
//! | a chat that does not close, or a queue that does not move, because a watcher is there | asking `participant_view` or the chat, never `recipients`, who is in it |
//! | answers that come later the more people watch | answering the participants first, or apart from the fan-out |
//! | logs, metrics and error reports that staff can read | giving watch events to administrators alone |
//! | the salt of a sample, the id of an exclusion | making the one unguessable, and letting the other say nothing |
//! | `Debug` of a [`Chat`] or [`Email`] in a log | logging ids; values print what they hold |
//!
//! The tests `live_laws`, `live_single_step`, `live_steps` and `live_search` hold this, in a checkout;
//! [VERIFICATION.md](https://docs.rs/crate/chat-monitor/latest/source/VERIFICATION.md) says how to run them.
//!
//! # What it does not do
//!
//! * No storage, no transport, no accounts: those are the host's.
//! * No clock and no randomness in any answer; hash seeds are random, and show in none. The host tells the time.
//! * No editing of a rule's target: remove it and add another, so that a log says what was watched when.
//! * No wildcards but `*@example.com` and `*@*.example.com`, no regular expressions, no "or" within a rule.
//! * No time zones or weekly schedules: the host sets the next [`Window`].
//! * No numeric ids on the wire: ids are strings there; `From<u64>` makes one, and `as_u64` leads back.
//!
//! Left out on purpose: ids have no `Deref`, so that no method of `str` hides one of theirs; collections of values have no
//! `Extend`, because a limit could be passed; parse errors of a [`Command`] as a whole are one English sentence, so a host
//! that reads a form parses its fields one by one, by their types, and asks each error for its `kind()`.
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `serde` | yes | reading and writing of every value, command, event and saved state, and writing of answers ([`Watcher`], [`MonitoredChat`], [`Recipients`], [`ParticipantView`]): snake_case, enums externally tagged, unknown fields refused; self-describing formats such as JSON |
//! | `idn` | no | mail domains beyond ASCII, mapped to their A-labels |
//!
//! The crate's own code is `no_std` with `alloc` and forbids `unsafe`; its dependencies need `std`. It builds for
//! `wasm32-unknown-unknown`; there the host should give a [hash seed](MonitorEngine::with_hash_seed).

#![cfg_attr(docsrs, feature(doc_cfg))]
#![no_std]

extern crate alloc;

// A module uses only those before it. The blank lines keep rustfmt from sorting them.

mod wire;

mod id;

mod address;

mod right;

mod role;

mod permissions;

mod policy;

mod department;

mod operator;

mod attribute;

mod chat;

mod sample;

mod window;

mod criterion;

mod rule;

mod exclusion;

mod verdict;

mod slab;

mod short;

mod text;

mod key;

mod engine;

mod live;

pub use address::{Email, EmailPattern, IpRange, ParseEmailError, ParseEmailErrorKind, ParseIpError, ParseIpErrorKind};
pub use attribute::{Attribute, Attributes, TooManyAttributes};
pub use chat::{Chat, Visitor};
pub use criterion::Criterion;
pub use department::{Departments, Oversees, TooManyDepartments};
pub use engine::{
    AddExclusionRefusal, AddRuleRefusal, DuplicateRule, MonitorEngine, RoleInUse, TimeGoesBack, UnknownExclusion,
    UnknownOperator, UnknownRole, UnknownRule, Watcher, WatcherBuffer, WatcherIds, WatcherIdsIter,
};
pub use exclusion::Exclusion;
pub use id::{ChatId, DepartmentId, ExclusionId, OperatorId, ParseIdError, ParseIdErrorKind, RuleId};
pub use live::{
    Audience, Channel, Command, EndReason, Event, LeftReason, LiveMonitor, MonitoredChat, ParticipantEvent,
    ParticipantView, Recipients, Refusal,
};
#[cfg(feature = "serde")]
pub use live::{InvalidMonitor, SavedChats, SavedMonitor, SavedPart};
pub use operator::Operator;
pub use permissions::{InvalidPermissions, Permissions, RoleRow, Within};
pub use policy::Policy;
pub use right::{Right, Rights};
pub use role::{Role, RoleName};
pub use rule::{NoCriterion, Rule};
pub use sample::{InvalidSample, Sample};
pub use verdict::Verdict;
pub use window::{InvalidWindow, Window};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(all(doctest, feature = "serde"))]
#[doc = include_str!("../UPGRADING.md")]
struct Upgrading;
