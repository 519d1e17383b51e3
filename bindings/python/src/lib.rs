//! chat-monitor for Python: the package `chat_monitor`, whose values, errors and types `python/chat_monitor` has.

mod classes;
mod crossing;
mod engine;
mod error;
mod live;
mod live_values;
mod values;

use pyo3::prelude::*;

#[pymodule]
mod _native {
    use chat_monitor::{Command, Event};
    use pyo3::prelude::*;

    use crate::live_values::Classes;

    #[pymodule_export]
    use crate::engine::{Engine, MonitorEngine};
    #[pymodule_export]
    use crate::live::{LiveMonitor, Parts};
    #[pymodule_export]
    use crate::live_values::{
        ParticipantJoined, ParticipantLeft, ToAdvised, ToEveryone, ToWatcher, command_from_json, event_from_json,
    };
    #[pymodule_export]
    use crate::values::{
        Attribute, Chat, Criterion, Excluded, Exclusion, MonitoredChat, NotPermitted, Operator, ParticipantView,
        Policy, Recipients, Row, Rule, Sample, Visitor, Watcher, Window,
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        Command::add_to(module)?;
        Event::add_to(module)
    }
}
