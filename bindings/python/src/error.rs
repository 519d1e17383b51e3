//! What is raised: the classes are Python's own, in `chat_monitor/_errors.py`.

use chat_monitor::Refusal;
use faults::Fault;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::crossing::Crosses;

static INVALID: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static REFUSED: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// A value that cannot be.
pub(crate) fn invalid(fault: impl Into<Fault>) -> PyErr {
    let Fault { code, kind, message } = fault.into();
    Python::attach(|py| match INVALID.import(py, "chat_monitor._errors", "InvalidValue") {
        Ok(class) => PyErr::from_type(class.clone(), (message, code, kind)),
        Err(error) => error,
    })
}

/// A name that is not one of those that there are.
pub(crate) fn unknown(code: &'static str, message: &str) -> PyErr {
    invalid(Fault::new(code, format_args!("Unknown"), message))
}

/// The exception for a refusal, to be raised or listed.
pub(crate) fn refused<'py>(py: Python<'py>, refusal: &Refusal) -> PyResult<Bound<'py, PyAny>> {
    let code = refusal.code();
    let kind = code.rsplit('.').next().unwrap_or(code);
    let class = REFUSED.import(py, "chat_monitor._errors", "Refusal")?;
    class.call1((refusal.to_string(), code, kind, named(py, refusal)?))
}

pub(crate) fn refusal(refusal: impl Into<Refusal>) -> PyErr {
    let refusal = refusal.into();
    Python::attach(|py| refused(py, &refusal).map_or_else(|error| error, PyErr::from_value))
}

/// The id, the role or the time that a refusal names, which is all that its JSON holds beside its kind.
fn named<'py>(py: Python<'py>, refusal: &Refusal) -> PyResult<Bound<'py, PyAny>> {
    use chat_monitor::AddRuleRefusal as AddRule;
    match refusal {
        Refusal::UnknownChat(id) | Refusal::ChatIsLive(id) | Refusal::NobodyAttends(id) => id.show(py),
        Refusal::StartsWithJoined(id)
        | Refusal::AlreadyGiven(id)
        | Refusal::NotGiven(id)
        | Refusal::NotWatching(id)
        | Refusal::MayNotAdvise(id)
        | Refusal::MayNotJoin(id)
        | Refusal::NotJoined(id)
        | Refusal::UnknownOperator(id)
        | Refusal::AddRule(
            AddRule::UnknownWatcher(id)
            | AddRule::NoRights(id)
            | AddRule::OwnChats(id)
            | AddRule::UnknownOperator(id)
            | AddRule::NotPermitted(id),
        ) => id.show(py),
        Refusal::UnknownRule(id) | Refusal::AddRule(AddRule::DuplicateRule(id)) => id.show(py),
        Refusal::UnknownRole(role) | Refusal::RoleInUse(role) => role.show(py),
        Refusal::DuplicateExclusion(id) | Refusal::UnknownExclusion(id) => id.show(py),
        Refusal::TimeGoesBack(time) => time.show(py),
    }
}

/// Something of another type than was expected.
pub(crate) fn expected(what: &str, found: &Bound<'_, PyAny>) -> PyErr {
    let name = found.get_type().name().map_or_else(|_| "something else".to_owned(), |name| name.to_string());
    PyTypeError::new_err(format!("expected {what}, not {name}"))
}
