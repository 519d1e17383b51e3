//! What a live monitor is asked, and what it says has happened.

use chat_monitor::Command as CoreCommand;
use chat_monitor::Event as CoreEvent;
use chat_monitor::ParticipantEvent as CoreParticipantEvent;
use chat_monitor::{
    Attributes, Audience, Chat, ChatId, Departments, EndReason, Exclusion, ExclusionId, LeftReason, Operator,
    OperatorId, Policy, Rule, RuleId, Visitor, Window,
};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;

use crate::classes::record;
use crate::crossing::{Crosses, In};
use crate::error::expected;
use crate::values::{from_json, to_json};

/// The classes of an enum: variants that are structs, those that hold one value, and structs with a field that Python
/// cannot name as the core does.
macro_rules! variants {
    (
        $core:ident, $what:literal, $more:tt;
        $($(#[$doc:meta])* $name:ident = $parameters:tt { $($field:ident: $type:ty),* })*
        ; $($(#[$wrap_doc:meta])* $wrap:ident { $inner:ident: $inner_type:ty })*
        ; $($(#[$other_doc:meta])* $other:ident = $others:tt { $($own:ident ($of:ident): $own_type:ty),* })*
    ) => {
        $(variants! { @record $more $(#[$doc])* $name = $parameters { $($field: $type),* } })*
        $(variants! { @record $more $(#[$wrap_doc])* $wrap = ($inner) { $inner: $inner_type } })*
        $(variants! { @record $more $(#[$other_doc])* $other = $others { $($own: $own_type),* } })*

        impl Crosses for $core {
            fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
                $(if let Ok(found) = object.cast_exact::<$name>() {
                    let found = found.get();
                    return Ok($core::$name { $($field: found.$field.clone()),* });
                })*
                $(if let Ok(found) = object.cast_exact::<$wrap>() {
                    return Ok($core::$wrap(found.get().$inner.clone()));
                })*
                $(if let Ok(found) = object.cast_exact::<$other>() {
                    let found = found.get();
                    return Ok($core::$other { $($of: found.$own.clone()),* });
                })*
                Err(expected($what, object))
            }

            fn show<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                match self.clone() {
                    $($core::$name { $($field),* } => $name { $($field),* }.into_bound_py_any(py),)*
                    $($core::$wrap($inner) => $wrap { $inner }.into_bound_py_any(py),)*
                    $($core::$other { $($of),* } => $other { $($own: $of),* }.into_bound_py_any(py),)*
                }
            }
        }

        /// Adds every one of these classes to the module.
        impl $crate::live_values::Classes for $core {
            fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
                $(module.add_class::<$name>()?;)*
                $(module.add_class::<$wrap>()?;)*
                $(module.add_class::<$other>()?;)*
                Ok(())
            }
        }
    };
    (@record { $($more:tt)* } $(#[$doc:meta])* $name:ident = ($($parameters:tt)*) { $($fields:tt)* }) => {
        record! { $(#[$doc])* $name = ($($parameters)*) { $($fields)* } + { $($more)* } }
    };
}

pub(crate) trait Classes {
    fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()>;
}

variants! {
    CoreCommand, "a command", {
        fn to_json(slf: &Bound<'_, Self>) -> PyResult<String> {
            to_json(&CoreCommand::read(slf)?)
        }
    };

    /// An operator is known, or is known otherwise.
    SetOperator = (id, operator) { id: OperatorId, operator: Operator }
    /// An operator is no longer one.
    RemoveOperator = (operator) { operator: OperatorId }
    /// A rule is switched on or off.
    SetRuleEnabled = (rule, enabled) { rule: RuleId, enabled: bool }
    /// A rule has another window, or none.
    SetRuleWindow = (rule, window) { rule: RuleId, window: Option<Window> }
    /// A rule is gone.
    RemoveRule = (rule) { rule: RuleId }
    /// An exclusion is gone.
    RemoveExclusion = (exclusion) { exclusion: ExclusionId }
    /// The time, in milliseconds since 1970.
    SetTime = (now) { now: u64 }
    /// A chat's visitor is known otherwise.
    SetVisitor = (chat, visitor) { chat: ChatId, visitor: Visitor }
    /// A chat is given to an operator.
    Attend = (chat, operator) { chat: ChatId, operator: OperatorId }
    /// A chat is taken from an operator.
    Unattend = (chat, operator) { chat: ChatId, operator: OperatorId }
    /// A chat belongs to these departments.
    SetDepartments = (chat, departments) { chat: ChatId, departments: Departments }
    /// A chat has these attributes.
    SetAttributes = (chat, attributes) { chat: ChatId, attributes: Attributes }
    /// Whether a chat may be monitored at all.
    SetMonitoringAllowed = (chat, allowed) { chat: ChatId, allowed: bool }
    /// A chat is over.
    EndChat = (chat) { chat: ChatId }
    /// A watcher enters a chat, seen by all.
    Join = (chat, watcher) { chat: ChatId, watcher: OperatorId }
    /// An operator who joined goes back to silence.
    Leave = (chat, operator) { chat: ChatId, operator: OperatorId }
    /// A watcher says something to the attending operators alone.
    Advise = (chat, watcher) { chat: ChatId, watcher: OperatorId }
    ;
    /// Another policy.
    SetPolicy { policy: Policy }
    /// A new rule.
    AddRule { rule: Rule }
    /// A new exclusion.
    AddExclusion { exclusion: Exclusion }
    /// A chat is live.
    StartChat { chat: Chat }
    ;
    /// A chat is given from one operator to another.
    Transfer = (chat, from_, to, departments=In(None)) {
        chat(chat): ChatId, from_(from): OperatorId, to(to): OperatorId, departments(departments): Option<Departments>
    }
}

variants! {
    CoreEvent, "an event", {
        fn to_json(slf: &Bound<'_, Self>) -> PyResult<String> {
            to_json(&CoreEvent::read(slf)?)
        }

        /// Who may learn of it.
        #[getter]
        fn audience<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
            audience(slf)
        }

        /// What the people in the chat may learn of it, if anything.
        fn for_participants<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
            CoreEvent::read(slf)?.for_participants().show(slf.py())
        }
    };

    /// A watch has begun.
    WatchStarted = (chat, watcher, rules) { chat: ChatId, watcher: OperatorId, rules: Vec<RuleId> }
    /// A watch goes on by other rules.
    WatchChanged = (chat, watcher, rules) { chat: ChatId, watcher: OperatorId, rules: Vec<RuleId> }
    /// A watch is over.
    WatchEnded = (chat, watcher, reason) { chat: ChatId, watcher: OperatorId, reason: EndReason }
    /// An operator has joined.
    Joined = (chat, operator) { chat: ChatId, operator: OperatorId }
    /// An operator who had joined has left.
    Left = (chat, operator, reason) { chat: ChatId, operator: OperatorId, reason: LeftReason }
    /// A watcher has advised those who attend and hear advice.
    Advised = (chat, watcher, to) { chat: ChatId, watcher: OperatorId, to: Vec<OperatorId> }
    ; ;
}

record! {
    /// For the people in the chat: an operator has joined.
    ParticipantJoined = (chat, operator) { chat: ChatId, operator: OperatorId }
}

record! {
    /// For the people in the chat: an operator has left.
    ParticipantLeft = (chat, operator) { chat: ChatId, operator: OperatorId }
}

impl Crosses for CoreParticipantEvent {
    fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(joined) = object.cast::<ParticipantJoined>() {
            let ParticipantJoined { chat, operator } = joined.get().clone();
            return Ok(CoreParticipantEvent::Joined { chat, operator });
        }
        let left = object.cast::<ParticipantLeft>().map_err(|_| expected("an event of participants", object))?;
        let ParticipantLeft { chat, operator } = left.get().clone();
        Ok(CoreParticipantEvent::Left { chat, operator })
    }

    fn show<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.clone() {
            CoreParticipantEvent::Joined { chat, operator } => {
                ParticipantJoined { chat, operator }.into_bound_py_any(py)
            }
            CoreParticipantEvent::Left { chat, operator } => ParticipantLeft { chat, operator }.into_bound_py_any(py),
        }
    }
}

record! {
    /// For one watcher alone.
    ToWatcher = (watcher) { watcher: OperatorId }
}

record! {
    /// For those who were advised, and for the watcher who did.
    ToAdvised = (watcher, to) { watcher: OperatorId, to: Vec<OperatorId> }
}

record! {
    /// For everyone in the chat and everyone who watches it.
    ToEveryone = (chat) { chat: ChatId }
}

fn audience<'py>(event: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = event.py();
    match CoreEvent::read(event)?.audience() {
        Audience::Watcher(watcher) => ToWatcher { watcher: watcher.clone() }.into_bound_py_any(py),
        Audience::Advice { watcher, to } => ToAdvised { watcher: watcher.clone(), to: to.into() }.into_bound_py_any(py),
        Audience::Everyone(chat) => ToEveryone { chat: chat.clone() }.into_bound_py_any(py),
    }
}

/// A command from a line of a log.
#[pyfunction]
pub(crate) fn command_from_json<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    from_json::<CoreCommand>(text)?.show(py)
}

/// An event from a line of a log.
#[pyfunction]
pub(crate) fn event_from_json<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    from_json::<CoreEvent>(text)?.show(py)
}
