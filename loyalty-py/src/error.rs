//! The core's errors as exceptions with attributes.

use loyalty_core::{Diagnostics, Document, Units};
use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

use crate::convert::document;
use crate::record::Record;

create_exception!(
    loyalty,
    RulesError,
    PyException,
    "A program that does not compile: `diagnostics` is all that is wrong with it, the text of the error shows the places."
);
create_exception!(
    loyalty,
    EventError,
    PyException,
    "Why an event or an instant was refused: `code`, `field`, `expected`, `found` and `help`, and of `refused_by_rule` the `rule` and its `text`. The member is as before."
);
create_exception!(loyalty, StateError, PyException, "Saved state that cannot be read.");

/// Gives the classes of errors the attributes that their objects have.
pub fn attributes(py: Python<'_>) -> PyResult<()> {
    py.get_type::<RulesError>().setattr("diagnostics", PyTuple::empty(py))?;
    let event = py.get_type::<EventError>();
    event.setattr("code", "")?;
    ["field", "expected", "found", "help", "rule", "text"]
        .into_iter()
        .try_for_each(|name| event.setattr(name, py.None()))
}

/// One thing that is wrong with a program, or surely not meant. Offsets count code points.
#[pyclass(frozen, extends = Record, module = "loyalty")]
pub struct Diagnostic;

impl Diagnostic {
    fn of(py: Python<'_>, values: Document) -> PyResult<Py<Self>> {
        Py::new(py, PyClassInitializer::from(Record::of(values)).add_subclass(Self))
    }

    fn own<'py>(slf: &PyRef<'py, Self>, key: &str) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), key)
    }
}

#[pymethods]
impl Diagnostic {
    /// `error` or `warning`.
    #[getter]
    fn severity(slf: PyRef<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        Self::own(&slf, "severity")
    }

    /// The stable code, such as `L0204`.
    #[getter]
    fn code(slf: PyRef<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        Self::own(&slf, "code")
    }

    /// One sentence.
    #[getter]
    fn message(slf: PyRef<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        Self::own(&slf, "message")
    }

    /// How to mend it; None if the compiler does not know.
    #[getter]
    fn help(slf: PyRef<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        Self::own(&slf, "help")
    }

    /// The nearest valid names, nearest first.
    #[getter]
    fn candidates(slf: PyRef<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        Self::own(&slf, "candidates")
    }

    /// The places that it speaks of, the main one first: `start`, `end`, `line`, `column` and `text`.
    #[getter]
    fn labels(slf: PyRef<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        Self::own(&slf, "labels")
    }

    /// The line of the main place, from 1.
    #[getter]
    fn line(slf: PyRef<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        Self::own(&slf, "line")
    }

    /// The column of the main place, from 1.
    #[getter]
    fn column(slf: PyRef<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        Self::own(&slf, "column")
    }

    /// The main place as a slice of the text: `text[span.start:span.end]`.
    #[getter]
    fn span(slf: PyRef<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        Self::own(&slf, "span")
    }

    /// What pickle calls.
    #[classmethod]
    fn _restore(class: &Bound<'_, PyType>, values: &Bound<'_, PyAny>) -> PyResult<Py<Self>> {
        Self::of(class.py(), document(values)?)
    }
}

/// Diagnostics as objects.
pub fn list<'py>(py: Python<'py>, diagnostics: &Diagnostics) -> PyResult<Bound<'py, PyTuple>> {
    let Document::List(list) = diagnostics.to_document(Units::CodePoints) else { return Ok(PyTuple::empty(py)) };
    let list: Vec<_> = list.into_iter().map(|values| Diagnostic::of(py, values)).collect::<PyResult<_>>()?;
    PyTuple::new(py, list)
}

/// What is wrong with a program, drawn with the name of its file.
pub fn rules(py: Python<'_>, diagnostics: &Diagnostics, name: &str) -> PyErr {
    let error = RulesError::new_err(diagnostics.render(name, false));
    let attach = |error: &PyErr| error.value(py).setattr("diagnostics", list(py, diagnostics)?);
    attach(&error).err().unwrap_or(error)
}

pub fn event(py: Python<'_>, refused: &loyalty_core::EventError) -> PyErr {
    if let Some(interrupt) = crate::input::interrupt() {
        return interrupt;
    }
    let error = EventError::new_err(refused.to_string());
    let attach = |error: &PyErr| {
        let value = error.value(py);
        value.setattr("code", refused.code().as_str())?;
        value.setattr("field", refused.field())?;
        value.setattr("expected", refused.expected())?;
        value.setattr("found", refused.found())?;
        value.setattr("help", refused.help())?;
        value.setattr("rule", refused.rule())?;
        value.setattr("text", refused.text())
    };
    attach(&error).err().unwrap_or(error)
}

/// What an EventError has, of an event that nobody catches.
pub fn attributes_of(refused: &loyalty_core::EventError) -> Document {
    let text = |value: Option<&str>| value.map_or(Document::Null, |value| Document::Text(value.to_owned()));
    let entries = [
        ("code", Some(refused.code().as_str())),
        ("field", refused.field()),
        ("expected", refused.expected()),
        ("found", refused.found()),
        ("help", refused.help()),
        ("rule", refused.rule()),
        ("text", refused.text()),
    ];
    Document::Object(entries.into_iter().map(|(key, value)| (key.into(), text(value))).collect())
}

pub fn state(error: &loyalty_core::StateError) -> PyErr {
    StateError::new_err(error.to_string())
}
