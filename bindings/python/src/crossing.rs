//! How the core's values cross: ids and the like as plain Python values, the rest as objects that hold the core's own.

use chat_monitor::{
    Attribute, Attributes, Channel, ChatId, DepartmentId, Departments, EmailPattern, EndReason, ExclusionId, IpRange,
    LeftReason, OperatorId, Oversees, Right, Rights, Role, RuleId, Verdict, Within,
};
use faults::Fault;
use pyo3::IntoPyObjectExt;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyString, PyTuple};

use crate::error::{expected, invalid, unknown};
use crate::values::{Excluded, NotPermitted};

pub(crate) trait Crosses: Sized {
    fn read(object: &Bound<'_, PyAny>) -> PyResult<Self>;
    fn show<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>;
}

/// A parameter that crosses.
pub(crate) struct In<T>(pub(crate) T);

impl<'py, T: Crosses> FromPyObject<'_, 'py> for In<T> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        T::read(&object).map(In)
    }
}

/// Reads a text by the core's own parser.
fn text<T>(object: &Bound<'_, PyAny>, parse: impl FnOnce(&str) -> PyResult<T>) -> PyResult<T> {
    parse(object.cast::<PyString>().map_err(|_| expected("a str", object))?.to_str()?)
}

macro_rules! texts {
    ($($type:ident)*) => {$(
        impl Crosses for $type {
            fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
                text(object, |text| text.parse().map_err(invalid))
            }

            fn show<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                self.as_str().into_bound_py_any(py)
            }
        }
    )*};
}

texts!(ChatId DepartmentId ExclusionId OperatorId RuleId Role EmailPattern);

impl Crosses for IpRange {
    fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        text(object, |text| text.parse().map_err(invalid))
    }

    fn show<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.to_string().into_bound_py_any(py)
    }
}

macro_rules! plain {
    ($($type:ty)*) => {$(
        impl Crosses for $type {
            fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
                object.extract()
            }

            fn show<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                self.into_bound_py_any(py)
            }
        }
    )*};
}

plain!(bool String);

/// An instant, as JSON may tell it.
impl Crosses for u64 {
    fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let told = object.cast::<PyInt>().map_err(|_| expected("an int", object))?;
        told.extract()
            .map_err(|_| invalid(Fault::beyond_last()))
            .and_then(|told| faults::instant(told).map_err(invalid))
    }

    fn show<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.into_bound_py_any(py)
    }
}

impl<T: Crosses> Crosses for Option<T> {
    fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        if object.is_none() { Ok(None) } else { T::read(object).map(Some) }
    }

    fn show<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.as_ref().map_or_else(|| Ok(py.None().into_bound(py)), |value| value.show(py))
    }
}

/// Several, from anything iterable but a `str`, whose letters nobody means; a tuple in Python.
impl<T: Crosses> Crosses for Vec<T> {
    fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>() {
            return Err(expected("several", object));
        }
        object.try_iter()?.map(|each| T::read(&each?)).collect()
    }

    fn show<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        show_all(self.iter(), py)
    }
}

fn show_all<'a, 'py, T: Crosses + 'a>(
    values: impl ExactSizeIterator<Item = &'a T>,
    py: Python<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let shown: Vec<_> = values.map(|value| value.show(py)).collect::<PyResult<_>>()?;
    Ok(PyTuple::new(py, shown)?.into_any())
}

/// The entries of a mapping.
pub(crate) fn entries<K: Crosses, V>(
    object: &Bound<'_, PyAny>,
    value: impl Fn(&Bound<'_, PyAny>) -> PyResult<V>,
) -> PyResult<Vec<(K, V)>> {
    let items = object.call_method0("items").map_err(|_| expected("a mapping", object))?;
    let entry = |item: PyResult<Bound<'_, PyAny>>| {
        let (key, of_key): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
        Ok((K::read(&key)?, value(&of_key)?))
    };
    items.try_iter()?.map(entry).collect()
}

impl Crosses for Departments {
    fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        Departments::new(Vec::read(object)?).map_err(invalid)
    }

    fn show<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        show_all(self.iter(), py)
    }
}

impl Crosses for Rights {
    fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Vec::<Right>::read(object)?.into_iter().fold(Rights::NONE, |rights, right| rights | Rights::from([right])))
    }

    fn show<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.iter().collect::<Vec<_>>().show(py)
    }
}

impl Crosses for Oversees {
    fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        Oversees::new(entries(object, Rights::read)?).map_err(invalid)
    }

    fn show<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let shown = PyDict::new(py);
        self.iter().try_for_each(|(department, rights)| shown.set_item(department.as_str(), rights.show(py)?))?;
        Ok(shown.into_any())
    }
}

/// `{"tag": ["refund", "vip"], "brand": "acme"}`
impl Crosses for Attributes {
    fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let values = |values: &Bound<'_, PyAny>| match values.cast::<PyString>() {
            Ok(one) => Ok(vec![one.to_str()?.to_owned()]),
            Err(_) => values.extract::<Vec<String>>(),
        };
        let attribute = |object: &Bound<'_, PyAny>| object.extract::<String>();
        let items = object.call_method0("items").map_err(|_| expected("a mapping", object))?;
        let mut attributes = Vec::new();
        for item in items.try_iter()? {
            let (name, of_name): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
            let name = attribute(&name)?;
            for value in values(&of_name)? {
                attributes.push(Attribute::new(&name, &value).map_err(invalid)?);
            }
        }
        Attributes::new(attributes).map_err(invalid)
    }

    fn show<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let shown = PyDict::new(py);
        let all: Vec<&Attribute> = self.iter().collect();
        for of_name in all.chunk_by(|one, next| one.name() == next.name()) {
            let values: Vec<_> = of_name.iter().map(|attribute| attribute.value()).collect();
            if let Some(first) = of_name.first() {
                shown.set_item(first.name(), PyTuple::new(py, values)?)?;
            }
        }
        Ok(shown.into_any())
    }
}

/// Names of a closed set, as the wire form has them.
macro_rules! names {
    ($($type:ident $what:literal [$($variant:ident $name:literal),*];)*) => {$(
        impl Crosses for $type {
            fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
                text(object, |text| match text {
                    $($name => Ok($type::$variant),)*
                    _ => Err(unknown($what, concat!("expected one of:" $(, " `", $name, "`")*))),
                })
            }

            fn show<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                #[allow(unreachable_patterns, reason = "some of them may grow")]
                let name = match self {
                    $($type::$variant => intern!(py, $name),)*
                    _ => intern!(py, "other"),
                };
                name.into_bound_py_any(py)
            }
        }
    )*};
}

names! {
    Right "right" [Watch "watch", Advise "advise", Join "join"];
    Within "within" [Anywhere "anywhere", Chat "chat", Operators "operators", Either "either"];
    Channel "channel" [Public "public", Internal "internal"];
    LeftReason "left_reason" [Asked "asked", NoRights "no_rights", Removed "removed"];
}

/// Reasons: a name, or an object where the reason names somebody or something.
macro_rules! reasons {
    ($($type:ident $what:literal [$($variant:ident $name:literal),*];)*) => {$(
        impl Crosses for $type {
            fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
                if let Ok(excluded) = object.cast::<Excluded>() {
                    return Ok($type::Excluded(excluded.get().exclusion.clone()));
                }
                if let Ok(not_permitted) = object.cast::<NotPermitted>() {
                    return Ok($type::NotPermitted(not_permitted.get().operator.clone()));
                }
                text(object, |text| match text {
                    $($name => Ok($type::$variant),)*
                    _ => Err(unknown($what, "expected a reason")),
                })
            }

            fn show<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                match self {
                    $($type::$variant => intern!(py, $name).into_bound_py_any(py),)*
                    $type::Excluded(exclusion) => Excluded { exclusion: exclusion.clone() }.into_bound_py_any(py),
                    $type::NotPermitted(operator) => NotPermitted { operator: operator.clone() }.into_bound_py_any(py),
                }
            }
        }
    )*};
}

reasons! {
    Verdict "verdict" [
        Disabled "disabled", OutsideWindow "outside_window", NoMatch "no_match", Forbidden "forbidden",
        Unattended "unattended", NoRights "no_rights", OwnChat "own_chat", OutOfScope "out_of_scope", Granted "granted"
    ];
    EndReason "reason" [
        ChatEnded "chat_ended", Joined "joined", RuleRemoved "rule_removed", Disabled "disabled",
        OutsideWindow "outside_window", NoLongerMatches "no_longer_matches", Forbidden "forbidden",
        Unattended "unattended", NoRights "no_rights", OwnChat "own_chat", OutOfScope "out_of_scope"
    ];
}
