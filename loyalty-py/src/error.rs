//! The core's errors as exceptions with attributes.

use loyalty_core::Diagnostics;
use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

create_exception!(
    loyalty,
    RulesError,
    PyException,
    "A program that does not compile; `diagnostics` is a list of all that is wrong with it."
);
create_exception!(
    loyalty,
    EventError,
    PyException,
    "Why an event or an instant was refused: `code`, `field`, `expected`, `found` and `help`. The member is as before."
);
create_exception!(loyalty, StateError, PyException, "Saved state that cannot be read.");

pub fn rules(py: Python<'_>, diagnostics: &Diagnostics) -> PyErr {
    let attach = |error: &PyErr| {
        let list = py.import("json")?.call_method1("loads", (diagnostics.to_json(),))?;
        error.value(py).setattr("diagnostics", list)
    };
    with_attributes(RulesError::new_err(diagnostics.to_string()), attach)
}

pub fn event(py: Python<'_>, refused: &loyalty_core::EventError) -> PyErr {
    let attach = |error: &PyErr| {
        let value = error.value(py);
        value.setattr("code", refused.code().as_str())?;
        value.setattr("field", refused.field())?;
        value.setattr("expected", refused.expected())?;
        value.setattr("found", refused.found())?;
        value.setattr("help", refused.help())
    };
    with_attributes(EventError::new_err(refused.to_string()), attach)
}

pub fn state(error: &loyalty_core::StateError) -> PyErr {
    StateError::new_err(error.to_string())
}

/// The error with its attributes, or why Python would not take them.
fn with_attributes(error: PyErr, attach: impl FnOnce(&PyErr) -> PyResult<()>) -> PyErr {
    attach(&error).err().unwrap_or(error)
}
