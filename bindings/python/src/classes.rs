//! Classes of frozen values, which are to Python what its own frozen dataclasses are: keyword arguments, `==`, `hash`,
//! `repr`, matching by pattern, `pickle` and `copy.replace`.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

/// A class whose fields are the core's values. `=` has the parameters of its constructor, and `+` more methods.
macro_rules! record {
    (
        $(#[$doc:meta])*
        $name:ident = ($($parameters:tt)*) { $($field:ident: $type:ty),* $(,)? } $(+ { $($more:tt)* })?
    ) => {
        $(#[$doc])*
        #[pyo3::pyclass(frozen, eq, hash, module = "chat_monitor")]
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub(crate) struct $name { $(pub(crate) $field: $type),* }

        $crate::classes::methods! {
            $name [$($field),*]

            #[new]
            #[pyo3(signature = ($($parameters)*))]
            fn new($($field: $crate::crossing::In<$type>),*) -> Self {
                $name { $($field: $field.0),* }
            }

            $(
                #[getter]
                fn $field<'py>(&self, py: pyo3::Python<'py>) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                    $crate::crossing::Crosses::show(&self.$field, py)
                }
            )*

            $($($more)*)?
        }
    };
}

/// A class that holds a value of the core's, as whole as it is. The methods follow.
macro_rules! value {
    (
        $(#[$doc:meta])*
        $name:ident = $core:ty [$($field:ident),*] { $($methods:tt)* }
    ) => {
        $(#[$doc])*
        #[pyo3::pyclass(frozen, eq, hash, module = "chat_monitor")]
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub(crate) struct $name(pub(crate) $core);

        $crate::classes::methods! { $name [$($field),*] $($methods)* }
    };
}

/// How the core's values cross that have a class of their own.
macro_rules! crosses {
    ($($name:ident = $core:ty;)*) => {$(
        impl $crate::crossing::Crosses for $core {
            fn read(object: &pyo3::Bound<'_, pyo3::PyAny>) -> pyo3::PyResult<Self> {
                let expected = |_| $crate::error::expected(concat!("a value of ", stringify!($name)), object);
                Ok(object.cast::<$name>().map_err(expected)?.get().0.clone())
            }

            fn show<'py>(&self, py: pyo3::Python<'py>) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                pyo3::IntoPyObjectExt::into_bound_py_any($name(self.clone()), py)
            }
        }
    )*};
}

/// The methods of a class of values, and those that all of them have.
macro_rules! methods {
    ($name:ident [$($field:ident),*] $($methods:tt)*) => {
        #[pyo3::pymethods]
        impl $name {
            $($methods)*

            #[classattr]
            fn __match_args__(py: pyo3::Python<'_>) -> pyo3::PyResult<pyo3::Bound<'_, pyo3::types::PyTuple>> {
                pyo3::types::PyTuple::new(py, [$(stringify!($field)),*])
            }

            fn __repr__(slf: &pyo3::Bound<'_, Self>) -> pyo3::PyResult<String> {
                $crate::classes::repr(slf, stringify!($name), &[$(stringify!($field)),*])
            }

            fn __reduce__<'py>(slf: &pyo3::Bound<'py, Self>) -> pyo3::PyResult<$crate::classes::Reduced<'py>> {
                $crate::classes::reduce(slf, &[$(stringify!($field)),*])
            }

            #[pyo3(signature = (**changes))]
            fn __replace__<'py>(
                slf: &pyo3::Bound<'py, Self>,
                changes: Option<&pyo3::Bound<'py, pyo3::types::PyDict>>,
            ) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                $crate::classes::replace(slf, &[$(stringify!($field)),*], changes)
            }
        }
    };
}

pub(crate) use {crosses, methods, record, value};

pub(crate) type Reduced<'py> = (Bound<'py, PyAny>, Bound<'py, PyTuple>);

pub(crate) fn repr(value: &Bound<'_, PyAny>, name: &str, fields: &[&str]) -> PyResult<String> {
    let field = |field: &&str| Ok(format!("{field}={}", value.getattr(*field)?.repr()?.to_str()?));
    Ok(format!("{name}({})", fields.iter().map(field).collect::<PyResult<Vec<_>>>()?.join(", ")))
}

pub(crate) fn reduce<'py>(value: &Bound<'py, PyAny>, fields: &[&str]) -> PyResult<Reduced<'py>> {
    let fields: Vec<_> = fields.iter().map(|field| value.getattr(*field)).collect::<PyResult<_>>()?;
    Ok((value.get_type().into_any(), PyTuple::new(value.py(), fields)?))
}

pub(crate) fn replace<'py>(
    value: &Bound<'py, PyAny>,
    fields: &[&str],
    changes: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let arguments = PyDict::new(value.py());
    fields.iter().try_for_each(|field| arguments.set_item(field, value.getattr(*field)?))?;
    if let Some(changes) = changes {
        arguments.update(changes.as_mapping())?;
    }
    value.get_type().call((), Some(&arguments))
}
