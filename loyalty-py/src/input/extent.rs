//! How large a dict is, without a look at what its values say.

use loyalty_core::{EventError, Extent};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

/// Refuses an event that is larger than any JSON text. What is neither a dict nor a list nor a tuple is one value: other
/// mappings are read by their keys alone, and by those that the program wants.
pub fn expect(event: &Bound<'_, PyDict>) -> Result<(), EventError> {
    let mut extent = Extent::of(event.len())?;
    event.iter().try_for_each(|(_, value)| look(&value, 1, &mut extent))
}

/// No code of Python's runs meanwhile, so that nothing changes under the hand.
fn look(value: &Bound<'_, PyAny>, level: u32, extent: &mut Extent) -> Result<(), EventError> {
    if is_single(value) {
        return Ok(());
    }
    if let Ok(dict) = value.cast::<PyDict>() {
        extent.nested(level, dict.len())?;
        return dict.iter().try_for_each(|(_, value)| look(&value, level + 1, extent));
    }
    if let Ok(list) = value.cast::<PyList>() {
        extent.nested(level, list.len())?;
        return list.iter().try_for_each(|value| look(&value, level + 1, extent));
    }
    if let Ok(tuple) = value.cast::<PyTuple>() {
        extent.nested(level, tuple.len())?;
        return tuple.iter().try_for_each(|value| look(&value, level + 1, extent));
    }
    Ok(())
}

/// What most values are, seen by their type alone.
fn is_single(value: &Bound<'_, PyAny>) -> bool {
    value.is_exact_instance_of::<PyString>()
        || value.is_exact_instance_of::<PyInt>()
        || value.is_none()
        || value.is_exact_instance_of::<PyFloat>()
        || value.is_exact_instance_of::<PyBool>()
}
