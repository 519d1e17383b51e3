//! The live monitor.

use std::sync::{Arc, RwLock};

use chat_monitor as core;
use chat_monitor::{Channel, ChatId, Command, Event, OperatorId, Refusal, SavedMonitor, SavedPart};
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyTuple, PyType};

use crate::crossing::{Crosses, In};
use crate::engine::{Engine, Home, MonitorEngine, changing, changing_long, reading, reading_long};
use crate::error::{invalid, refusal, refused};
use crate::values::{Chat, MonitoredChat, ParticipantView, Recipients, from_json, list, to_json};

/// Knows which chats are live, and says who starts and stops watching what, and why.
#[pyclass(frozen, eq, module = "chat_monitor")]
#[derive(Debug)]
pub(crate) struct LiveMonitor {
    live: Arc<RwLock<core::LiveMonitor>>,
}

impl PartialEq for LiveMonitor {
    fn eq(&self, other: &Self) -> bool {
        // A copy of the other one first: nobody holds two locks.
        let copied = Python::attach(|py| reading_long(py, &other.live, core::LiveMonitor::clone));
        Arc::ptr_eq(&self.live, &other.live)
            || Python::attach(|py| reading_long(py, &self.live, |live| *live == copied))
    }
}

impl From<core::LiveMonitor> for LiveMonitor {
    fn from(live: core::LiveMonitor) -> Self {
        LiveMonitor { live: Arc::new(RwLock::new(live)) }
    }
}

fn show_events(py: Python<'_>, events: Vec<Event>) -> PyResult<Bound<'_, PyAny>> {
    list(py, events.iter().map(|event| event.show(py)).collect::<PyResult<Vec<_>>>()?)
}

/// A command on one chat is done at once; one on none may touch every chat.
fn apply(py: Python<'_>, live: &RwLock<core::LiveMonitor>, command: Command) -> Result<Vec<Event>, Refusal> {
    match command.chat() {
        Some(_) => changing(py, live, |live| live.apply(command)),
        None => changing_long(py, live, |live| live.apply(command)),
    }
}

#[pymethods]
impl LiveMonitor {
    #[new]
    #[pyo3(signature = (engine=None))]
    fn new(py: Python<'_>, engine: Option<&Bound<'_, MonitorEngine>>) -> Self {
        let copied = engine.map(|engine| engine.as_super().get().copied(py));
        core::LiveMonitor::new(copied.unwrap_or_default()).into()
    }

    fn apply<'py>(&self, py: Python<'py>, command: In<Command>) -> PyResult<Bound<'py, PyAny>> {
        show_events(py, apply(py, &self.live, command.0).map_err(refusal)?)
    }

    fn apply_many<'py>(&self, py: Python<'py>, commands: In<Vec<Command>>) -> PyResult<Bound<'py, PyAny>> {
        let outcomes: Vec<_> =
            changing_long(py, &self.live, |live| commands.0.into_iter().map(|command| live.apply(command)).collect());
        let show = |outcome| match outcome {
            Ok(events) => show_events(py, events),
            Err(refusal) => refused(py, &refusal),
        };
        list(py, outcomes.into_iter().map(show).collect::<PyResult<Vec<_>>>()?)
    }

    fn apply_json(&self, py: Python<'_>, command: &str) -> PyResult<String> {
        to_json(&apply(py, &self.live, from_json(command)?).map_err(refusal)?)
    }

    #[getter]
    fn engine(&self) -> Engine {
        Engine { home: Home::Live(self.live.clone()) }
    }

    #[getter]
    fn chat_count(&self, py: Python<'_>) -> usize {
        reading(py, &self.live, core::LiveMonitor::chat_count)
    }

    #[getter]
    fn watch_count(&self, py: Python<'_>) -> usize {
        reading(py, &self.live, core::LiveMonitor::watch_count)
    }

    fn chat(&self, py: Python<'_>, chat: In<ChatId>) -> Option<Chat> {
        reading(py, &self.live, |live| live.chat(&chat.0).cloned()).map(Chat)
    }

    fn chats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        let chats: Vec<_> = reading_long(py, &self.live, |live| live.chats().cloned().map(Chat).collect());
        list(py, chats)?.try_iter()
    }

    fn monitored_chats<'py>(&self, py: Python<'py>, watcher: In<OperatorId>) -> PyResult<Bound<'py, PyIterator>> {
        let of = |live: &core::LiveMonitor| {
            let monitored = live.monitored_chats(&watcher.0);
            monitored.map(|line| MonitoredChat { chat: line.chat().clone(), rules: line.rules().into() }).collect()
        };
        let monitored: Vec<_> = reading(py, &self.live, of);
        list(py, monitored)?.try_iter()
    }

    fn participant_view(&self, py: Python<'_>, chat: In<ChatId>) -> Option<ParticipantView> {
        let view = reading(py, &self.live, |live| live.participant_view(&chat.0))?;
        let (operators, joined) = (view.operators().into(), view.joined().into());
        Some(ParticipantView { chat: view.chat().clone(), operators, joined })
    }

    #[pyo3(signature = (chat, channel=In(Channel::Public)))]
    fn recipients(&self, py: Python<'_>, chat: In<ChatId>, channel: In<Channel>) -> Recipients {
        reading(py, &self.live, |live| {
            let recipients = live.recipients(&chat.0, channel.0);
            let (attending, watchers) = (recipients.attending().cloned(), recipients.watchers().cloned());
            let (attending, watchers) = (attending.collect(), watchers.collect());
            Recipients { visitor: recipients.visitor(), attending, watchers }
        })
    }

    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        reading_long(py, &self.live, serde_json::to_string).map_err(invalid)
    }

    #[classmethod]
    fn from_json(class: &Bound<'_, PyType>, text: &str) -> PyResult<Self> {
        class.py().detach(|| from_json::<core::LiveMonitor>(text)).map(Self::from)
    }

    #[staticmethod]
    fn settle<'py>(py: Python<'py>, text: &str) -> PyResult<(Self, Bound<'py, PyAny>)> {
        let settled = py.detach(|| from_json::<SavedMonitor>(text).map(SavedMonitor::settle))?;
        let (live, events) = settled.map_err(invalid)?;
        Ok((live.into(), show_events(py, events)?))
    }

    #[pyo3(signature = (size=1000))]
    fn save_in_parts(&self, py: Python<'_>, size: usize) -> Parts {
        changing(py, &self.live, core::LiveMonitor::begin_saving);
        Parts { live: self.live.clone(), size }
    }

    #[staticmethod]
    fn from_parts(py: Python<'_>, parts: In<Vec<String>>) -> PyResult<Self> {
        let parts = parts.0.iter().map(|part| from_json::<SavedPart>(part)).collect::<PyResult<Vec<_>>>()?;
        let loaded = py.detach(|| SavedMonitor::of_parts(parts).and_then(SavedMonitor::load));
        loaded.map(Self::from).map_err(invalid)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let py = slf.py();
        Ok((slf.get_type().getattr("from_json")?, PyTuple::new(py, [slf.get().to_json(py)?])?))
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let (chats, watches) = reading(py, &self.live, |live| (live.chat_count(), live.watch_count()));
        format!("<LiveMonitor: {chats} chats, {watches} watches>")
    }
}

/// The parts of a saving that is going on, as JSON.
#[pyclass(frozen, module = "chat_monitor")]
#[derive(Debug)]
pub(crate) struct Parts {
    live: Arc<RwLock<core::LiveMonitor>>,
    size: usize,
}

#[pymethods]
impl Parts {
    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<String>> {
        let part = changing_long(py, &self.live, |live| live.save_part(self.size));
        part.map(|part| to_json(&part)).transpose()
    }
}
