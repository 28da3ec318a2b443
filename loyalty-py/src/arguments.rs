//! What a call takes beside an event: exact numbers, by name too, and texts.

use loyalty_core::{Counters, host};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyMapping, PyString};

use crate::convert::decimal_class;
use crate::error;

/// No float tells a whole number from the next beyond.
const FLOAT_WHOLE_MAX: f64 = 9_007_199_254_740_991.0;

/// The digits of an exact number: an int, a Decimal, a str, or a float by its shortest digits.
pub fn digits(number: &Bound<'_, PyAny>, what: &str) -> PyResult<String> {
    let exact = number.cast::<PyInt>().is_ok() && number.cast::<PyBool>().is_err();
    if exact || number.cast::<PyString>().is_ok() || number.is_instance(decimal_class(number.py())?)? {
        return Ok(number.str()?.to_str()?.to_owned());
    }
    if let Ok(float) = number.cast::<PyFloat>() {
        if float.value().fract() == 0.0 && float.value().abs() > FLOAT_WHOLE_MAX {
            return Err(PyTypeError::new_err(format!("{what} are exact, which a float beyond 2^53 is not")));
        }
        // A subclass may show itself in its own way.
        let digits = number.py().get_type::<PyFloat>().call_method1("__repr__", (number,))?;
        return Ok(digits.cast::<PyString>()?.to_str()?.to_owned());
    }
    let name = number.get_type().fully_qualified_name()?;
    Err(PyTypeError::new_err(format!("{what} are an int, a Decimal, a str or a float, not {name}")))
}

/// Numbers by their names, out of a dict or whatever else is a mapping.
pub fn named(numbers: &Bound<'_, PyAny>, what: &str) -> PyResult<Vec<(String, String)>> {
    let Ok(numbers) = numbers.cast::<PyMapping>() else {
        let name = numbers.get_type().fully_qualified_name()?;
        return Err(PyTypeError::new_err(format!("{what} are a dict of numbers by name, not {name}")));
    };
    let pairs = numbers.items()?;
    let pairs = pairs.iter().map(|pair| {
        let (name, number): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair.extract()?;
        Ok((text(&name, what)?, digits(&number, what)?))
    });
    pairs.collect()
}

/// A str, by whatever it is called.
pub fn text(value: &Bound<'_, PyAny>, what: &str) -> PyResult<String> {
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(text.to_str()?.to_owned());
    }
    let name = value.get_type().fully_qualified_name()?;
    Err(PyTypeError::new_err(format!("{what} are named by str, not by {name}")))
}

/// Several str, each an item of a list or of whatever else gives one after the other; a str itself is no list of them.
pub fn texts(values: Option<&Bound<'_, PyAny>>, what: &str) -> PyResult<Vec<String>> {
    let Some(values) = values else { return Ok(Vec::new()) };
    if values.cast::<PyString>().is_ok() || values.cast::<PyBytes>().is_ok() || values.try_iter().is_err() {
        let name = values.get_type().fully_qualified_name()?;
        return Err(PyTypeError::new_err(format!("{what} are a list of str, not {name}")));
    }
    values.try_iter()?.map(|value| text(&value?, what)).collect()
}

/// Counters over all members, by their names.
pub fn counted(counters: &Bound<'_, PyAny>) -> PyResult<Counters> {
    host::counters(named(counters, "counters")?).map_err(|refused| error::event(counters.py(), &refused))
}
