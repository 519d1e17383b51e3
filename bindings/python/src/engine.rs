//! The engine: what may be asked of it, and what may be changed where it stands alone.

use std::sync::{Arc, PoisonError, RwLock};

use chat_monitor as core;
use chat_monitor::{ExclusionId, LiveMonitor, OperatorId, RuleId, WatcherBuffer};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyTuple, PyType};

use crate::crossing::{Crosses, In};
use crate::error::{expected, invalid, refusal};
use crate::values::{Chat, Exclusion, Operator, Policy, Rule, Watcher, from_json, list};

/// Where an engine is.
#[derive(Clone, Debug)]
pub(crate) enum Home {
    Alone(Arc<RwLock<core::MonitorEngine>>),
    Live(Arc<RwLock<LiveMonitor>>),
}

/// Calls `ask` with what the lock holds. No Python runs meanwhile, so whoever holds it never waits for the interpreter;
/// and who has to wait for it lets the interpreter go.
pub(crate) fn reading<T: Send + Sync, R: Send>(
    py: Python<'_>,
    lock: &RwLock<T>,
    ask: impl FnOnce(&T) -> R + Send,
) -> R {
    match lock.try_read() {
        Ok(held) => ask(&held),
        Err(_) => reading_long(py, lock, ask),
    }
}

/// The same for what takes long: the interpreter is let go at once.
pub(crate) fn reading_long<T: Send + Sync, R: Send>(
    py: Python<'_>,
    lock: &RwLock<T>,
    ask: impl FnOnce(&T) -> R + Send,
) -> R {
    py.detach(|| ask(&lock.read().unwrap_or_else(PoisonError::into_inner)))
}

pub(crate) fn changing<T: Send + Sync, R: Send>(
    py: Python<'_>,
    lock: &RwLock<T>,
    change: impl FnOnce(&mut T) -> R + Send,
) -> R {
    match lock.try_write() {
        Ok(mut held) => change(&mut held),
        Err(_) => changing_long(py, lock, change),
    }
}

pub(crate) fn changing_long<T: Send + Sync, R: Send>(
    py: Python<'_>,
    lock: &RwLock<T>,
    change: impl FnOnce(&mut T) -> R + Send,
) -> R {
    py.detach(|| change(&mut lock.write().unwrap_or_else(PoisonError::into_inner)))
}

/// The chats of an iterable, which share what they hold with Python's.
fn chats(chats: &Bound<'_, PyAny>) -> PyResult<Vec<Py<Chat>>> {
    let chat = |chat: PyResult<Bound<'_, PyAny>>| {
        let chat = chat?;
        Ok(chat.cast::<Chat>().map_err(|_| expected("a Chat", &chat))?.clone().unbind())
    };
    chats.try_iter()?.map(chat).collect()
}

/// The operators, rules and exclusions of a `LiveMonitor` or a `MonitorEngine`, which decide.
#[pyclass(frozen, subclass, eq, module = "chat_monitor")]
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    pub(crate) home: Home,
}

impl PartialEq for Engine {
    fn eq(&self, other: &Self) -> bool {
        // A copy of the other one first: nobody holds two locks.
        let copied = Python::attach(|py| other.copied(py));
        Python::attach(|py| self.ask_long(py, |engine| *engine == copied))
    }
}

impl Engine {
    fn ask<R: Send>(&self, py: Python<'_>, ask: impl FnOnce(&core::MonitorEngine) -> R + Send) -> R {
        match &self.home {
            Home::Alone(engine) => reading(py, engine, ask),
            Home::Live(live) => reading(py, live, |live| ask(live.engine())),
        }
    }

    fn ask_long<R: Send>(&self, py: Python<'_>, ask: impl FnOnce(&core::MonitorEngine) -> R + Send) -> R {
        match &self.home {
            Home::Alone(engine) => reading_long(py, engine, ask),
            Home::Live(live) => reading_long(py, live, |live| ask(live.engine())),
        }
    }

    pub(crate) fn copied(&self, py: Python<'_>) -> core::MonitorEngine {
        self.ask_long(py, core::MonitorEngine::clone)
    }
}

#[pymethods]
impl Engine {
    #[getter]
    fn policy(&self, py: Python<'_>) -> Policy {
        Policy(self.ask(py, |engine| engine.policy().clone()))
    }

    #[getter]
    fn now(&self, py: Python<'_>) -> Option<u64> {
        self.ask(py, core::MonitorEngine::now)
    }

    #[getter]
    fn next_deadline(&self, py: Python<'_>) -> Option<u64> {
        self.ask(py, core::MonitorEngine::next_deadline)
    }

    #[getter]
    fn operator_count(&self, py: Python<'_>) -> usize {
        self.ask(py, core::MonitorEngine::operator_count)
    }

    #[getter]
    fn rule_count(&self, py: Python<'_>) -> usize {
        self.ask(py, core::MonitorEngine::rule_count)
    }

    fn operator(&self, py: Python<'_>, operator: In<OperatorId>) -> Option<Operator> {
        self.ask(py, |engine| engine.operator(&operator.0)).map(Operator)
    }

    fn operators<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        let all: Vec<_> =
            self.ask_long(py, |engine| engine.operators().map(|(id, operator)| (id.clone(), operator)).collect());
        let shown: Vec<_> =
            all.into_iter().map(|(id, operator)| Ok((id.show(py)?, Operator(operator)))).collect::<PyResult<_>>()?;
        list(py, shown)?.try_iter()
    }

    fn monitorable_by<'py>(&self, py: Python<'py>, watcher: In<OperatorId>) -> PyResult<Bound<'py, PyIterator>> {
        let operators: Vec<_> = self.ask(py, |engine| engine.monitorable_by(&watcher.0).cloned().collect());
        operators.show(py)?.try_iter()
    }

    fn rule(&self, py: Python<'_>, rule: In<RuleId>) -> Option<Rule> {
        self.ask(py, |engine| engine.rule(&rule.0).cloned()).map(Rule)
    }

    fn rules<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        let rules: Vec<_> = self.ask_long(py, |engine| engine.rules().cloned().map(Rule).collect());
        list(py, rules)?.try_iter()
    }

    fn rules_of<'py>(&self, py: Python<'py>, watcher: In<OperatorId>) -> PyResult<Bound<'py, PyIterator>> {
        let rules: Vec<_> = self.ask(py, |engine| engine.rules_of(&watcher.0).cloned().map(Rule).collect());
        list(py, rules)?.try_iter()
    }

    fn rules_on<'py>(&self, py: Python<'py>, operator: In<OperatorId>) -> PyResult<Bound<'py, PyIterator>> {
        let rules: Vec<_> = self.ask(py, |engine| engine.rules_on(&operator.0).cloned().map(Rule).collect());
        list(py, rules)?.try_iter()
    }

    fn exclusion(&self, py: Python<'_>, exclusion: In<ExclusionId>) -> Option<Exclusion> {
        self.ask(py, |engine| engine.exclusion(&exclusion.0).cloned()).map(Exclusion)
    }

    fn exclusions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        let exclusions: Vec<_> = self.ask(py, |engine| engine.exclusions().cloned().map(Exclusion).collect());
        list(py, exclusions)?.try_iter()
    }

    fn exclusions_on<'py>(&self, py: Python<'py>, operator: In<OperatorId>) -> PyResult<Bound<'py, PyIterator>> {
        let on = self.ask(py, |engine| engine.exclusions_on(&operator.0).cloned().map(Exclusion).collect::<Vec<_>>());
        list(py, on)?.try_iter()
    }

    fn judge<'py>(&self, py: Python<'py>, rule: &Rule, chat: &Chat) -> PyResult<Bound<'py, PyAny>> {
        self.ask(py, |engine| engine.judge(&rule.0, &chat.0)).show(py)
    }

    fn rights<'py>(&self, py: Python<'py>, operator: In<OperatorId>, chat: &Chat) -> PyResult<Bound<'py, PyAny>> {
        self.ask(py, |engine| engine.rights(&operator.0, &chat.0)).show(py)
    }

    fn watchers_for(&self, py: Python<'_>, chat: &Chat) -> Vec<Watcher> {
        self.ask(py, |engine| engine.watchers_for(&chat.0)).into_iter().map(Watcher::from).collect()
    }

    fn watcher_ids_for<'py>(&self, py: Python<'py>, chat: &Chat) -> PyResult<Bound<'py, PyAny>> {
        self.ask(py, |engine| ids(engine, chat, &mut WatcherBuffer::new())).show(py)
    }

    fn watchers_for_many<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = chats)] chats: Vec<Py<Chat>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let of_each: Vec<_> =
            self.ask_long(py, |engine| chats.iter().map(|chat| engine.watchers_for(&chat.get().0)).collect());
        list(py, of_each.into_iter().map(|found| found.into_iter().map(Watcher::from).collect::<Vec<_>>()))
    }

    fn watcher_ids_for_many<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = chats)] chats: Vec<Py<Chat>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let of_each: Vec<_> = self.ask_long(py, |engine| {
            let mut buffer = WatcherBuffer::new();
            chats.iter().map(|chat| ids(engine, chat.get(), &mut buffer)).collect()
        });
        let shown: Vec<_> = of_each.into_iter().map(|ids: Vec<OperatorId>| ids.show(py)).collect::<PyResult<_>>()?;
        list(py, shown)
    }

    fn explain<'py>(&self, py: Python<'py>, chat: &Chat) -> PyResult<Bound<'py, PyIterator>> {
        let all: Vec<_> = self
            .ask_long(py, |engine| engine.explain(&chat.0).map(|(rule, verdict)| (rule.clone(), verdict)).collect());
        let shown: Vec<_> =
            all.into_iter().map(|(rule, verdict)| Ok((Rule(rule), verdict.show(py)?))).collect::<PyResult<_>>()?;
        list(py, shown)?.try_iter()
    }

    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        self.ask_long(py, serde_json::to_string).map_err(invalid)
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let (operators, rules, exclusions) = slf
            .get()
            .ask(slf.py(), |engine| (engine.operator_count(), engine.rule_count(), engine.exclusions().count()));
        let name = slf.get_type().name()?;
        Ok(format!("<{name}: {operators} operators, {rules} rules, {exclusions} exclusions>"))
    }
}

fn ids(engine: &core::MonitorEngine, chat: &Chat, buffer: &mut WatcherBuffer) -> Vec<OperatorId> {
    engine.watchers_for_into(&chat.0, buffer).iter().cloned().collect()
}

/// Holds operators, rules and exclusions, and says who may watch which chat.
#[pyclass(frozen, extends = Engine, module = "chat_monitor")]
#[derive(Debug)]
pub(crate) struct MonitorEngine;

impl MonitorEngine {
    fn of(engine: core::MonitorEngine) -> PyClassInitializer<Self> {
        PyClassInitializer::from(Engine { home: Home::Alone(Arc::new(RwLock::new(engine))) })
            .add_subclass(MonitorEngine)
    }

    /// Changes the engine, which may move everything that is filed.
    fn change<R: Send>(
        slf: &Bound<'_, Self>,
        change: impl FnOnce(&mut core::MonitorEngine) -> R + Send,
    ) -> PyResult<R> {
        match &slf.as_super().get().home {
            Home::Alone(engine) => Ok(changing(slf.py(), engine, change)),
            // Nobody makes such a one.
            Home::Live(_) => Err(PyTypeError::new_err("the engine of a LiveMonitor is changed by commands")),
        }
    }
}

#[pymethods]
impl MonitorEngine {
    #[new]
    #[pyo3(signature = (policy=None))]
    fn new(policy: Option<In<core::Policy>>) -> PyResult<PyClassInitializer<Self>> {
        let mut engine = core::MonitorEngine::new();
        if let Some(In(policy)) = policy {
            engine.set_policy(policy).map_err(refusal)?;
        }
        Ok(Self::of(engine))
    }

    fn set_policy(slf: &Bound<'_, Self>, policy: In<core::Policy>) -> PyResult<()> {
        Self::change(slf, |engine| engine.set_policy(policy.0))?.map_err(refusal)
    }

    fn set_operator(slf: &Bound<'_, Self>, id: In<OperatorId>, operator: In<core::Operator>) -> PyResult<()> {
        Self::change(slf, |engine| engine.set_operator(id.0, operator.0))?.map_err(refusal)
    }

    fn remove_operator(slf: &Bound<'_, Self>, operator: In<OperatorId>) -> PyResult<()> {
        Self::change(slf, |engine| engine.remove_operator(&operator.0))?.map_err(refusal)
    }

    fn add_rule(slf: &Bound<'_, Self>, rule: In<core::Rule>) -> PyResult<()> {
        Self::change(slf, |engine| engine.add_rule(rule.0))?.map_err(refusal)
    }

    fn load_rule(slf: &Bound<'_, Self>, rule: In<core::Rule>) -> PyResult<()> {
        let loaded = Self::change(slf, |engine| engine.load_rule(rule.0))?;
        loaded.map_err(|error| refusal(core::AddRuleRefusal::from(error)))
    }

    fn remove_rule(slf: &Bound<'_, Self>, rule: In<RuleId>) -> PyResult<Rule> {
        Self::change(slf, |engine| engine.remove_rule(&rule.0))?.map(Rule).map_err(refusal)
    }

    fn set_rule_enabled(slf: &Bound<'_, Self>, rule: In<RuleId>, enabled: bool) -> PyResult<()> {
        Self::change(slf, |engine| engine.set_rule_enabled(&rule.0, enabled))?.map_err(refusal)
    }

    fn set_rule_window(slf: &Bound<'_, Self>, rule: In<RuleId>, window: In<Option<core::Window>>) -> PyResult<()> {
        Self::change(slf, |engine| engine.set_rule_window(&rule.0, window.0))?.map_err(refusal)
    }

    fn add_exclusion(slf: &Bound<'_, Self>, exclusion: In<core::Exclusion>) -> PyResult<()> {
        Self::change(slf, |engine| engine.add_exclusion(exclusion.0))?.map_err(refusal)
    }

    fn remove_exclusion(slf: &Bound<'_, Self>, exclusion: In<ExclusionId>) -> PyResult<Exclusion> {
        Self::change(slf, |engine| engine.remove_exclusion(&exclusion.0))?.map(Exclusion).map_err(refusal)
    }

    fn set_time(slf: &Bound<'_, Self>, now: In<u64>) -> PyResult<()> {
        Self::change(slf, |engine| engine.set_time(now.0))?.map_err(refusal)
    }

    #[classmethod]
    fn from_json(class: &Bound<'_, PyType>, text: &str) -> PyResult<Py<Self>> {
        let engine = class.py().detach(|| from_json(text))?;
        Py::new(class.py(), Self::of(engine))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let py = slf.py();
        Ok((slf.get_type().getattr("from_json")?, PyTuple::new(py, [slf.as_super().get().to_json(py)?])?))
    }
}
