//! What a call takes beside an event: exact numbers, by name too, and texts.

use std::borrow::Cow;
use std::ops::Deref;

use loyalty_core::{Counters, host};
use pyo3::Borrowed;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyFloat, PyInt, PyMapping, PyMemoryView, PyString};

use crate::convert::{decimal_class, digits_of};
use crate::error;

/// No float tells a whole number from the next beyond.
const FLOAT_WHOLE_MAX: f64 = 9_007_199_254_740_991.0;

/// An argument of another type, by its name, as Python itself says it.
pub fn mistyped(argument: &str, expected: &str, found: &Bound<'_, PyAny>) -> PyErr {
    match found.get_type().fully_qualified_name() {
        Ok(name) => PyTypeError::new_err(format!("argument '{argument}': {expected}, not {name}")),
        Err(error) => error,
    }
}

/// The digits of an exact number: an int, a Decimal, a str, or a float by its shortest digits.
pub fn digits(number: &Bound<'_, PyAny>, argument: &str) -> PyResult<String> {
    if number.cast::<PyString>().is_ok() {
        return text(number, argument).map(str::to_owned);
    }
    let exact = number.cast::<PyInt>().is_ok() && number.cast::<PyBool>().is_err();
    if exact || number.is_instance(decimal_class(number.py())?)? {
        return Ok(digits_of(number)?.to_str()?.to_owned());
    }
    if let Ok(float) = number.cast::<PyFloat>() {
        if float.value().fract() == 0.0 && float.value().abs() > FLOAT_WHOLE_MAX {
            let wrong = "an exact number, which a float beyond 2^53 is not";
            return Err(PyTypeError::new_err(format!("argument '{argument}': {wrong}")));
        }
        return Ok(digits_of(number)?.to_str()?.to_owned());
    }
    Err(mistyped(argument, "an int, a Decimal, a str or a float", number))
}

/// A whole number as it is told. Python refuses to write out those of more than some thousand digits.
pub fn shown(number: &Bound<'_, PyAny>) -> String {
    number.str().map_or_else(|_| "one of thousands of digits".to_owned(), |digits| digits.to_string())
}

// What follows says of itself what it takes, and which argument it is, stands in a note of the error: so has PyO3 it.

/// A number of things.
pub struct Count(pub u32);

impl<'py> FromPyObject<'_, 'py> for Count {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if given.cast::<PyInt>().is_err() || given.cast::<PyBool>().is_ok() {
            let name = given.get_type().fully_qualified_name()?;
            return Err(PyTypeError::new_err(format!("a number of places is an int, not {name}")));
        }
        given.extract().map(Self).map_err(|_| {
            let expected = format!("a number of places is a whole one from 0 to {}", u32::MAX);
            PyValueError::new_err(format!("{expected}, not {}", shown(&given)))
        })
    }
}

/// A host's secret.
pub struct Secret<'a>(pub &'a [u8]);

impl<'a, 'py> FromPyObject<'a, 'py> for Secret<'a> {
    type Error = PyErr;

    fn extract(given: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let name = given.get_type().fully_qualified_name()?;
        given.extract().map(Self).map_err(|_| PyTypeError::new_err(format!("a secret is bytes, not {name}")))
    }
}

/// A str of whole characters.
pub struct Text<'a>(&'a str);

impl Text<'static> {
    /// One that is taken where none is given.
    pub fn of(text: &'static str) -> Self {
        Self(text)
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        self.0
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Text<'a> {
    type Error = PyErr;

    fn extract(given: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(text) = given.cast::<PyString>() {
            return given.extract().map(Self).map_err(|_| halved(&text));
        }
        let name = given.get_type().fully_qualified_name()?;
        Err(PyTypeError::new_err(format!("a text is a str, not {name}")))
    }
}

/// The text of a str: the engine would read other characters in the place of halves.
pub fn whole<'a>(text: &'a Bound<'_, PyString>) -> PyResult<&'a str> {
    text.to_str().map_err(|_| halved(text))
}

fn halved(text: &Bound<'_, PyString>) -> PyErr {
    let shown = text.repr().map_or_else(|_| String::new(), |shown| format!(": {}", shown.to_string_lossy()));
    let start: String = shown.chars().take(60).collect();
    PyValueError::new_err(format!(
        "a text is of whole characters, and this one has half of one (a lone surrogate){start}"
    ))
}

/// Numbers by their names, out of a dict or whatever else is a mapping.
pub fn named(numbers: &Bound<'_, PyAny>, argument: &str) -> PyResult<Vec<(String, String)>> {
    let Ok(mapping) = numbers.cast::<PyMapping>() else {
        return Err(mistyped(argument, "a dict of numbers by name", numbers));
    };
    let pairs = mapping.items()?;
    let pairs = pairs.iter().map(|pair| {
        let (name, number): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair.extract()?;
        let name = text(&name, argument)?;
        Ok((name.to_owned(), digits(&number, &format!("{argument}[{name:?}]"))?))
    });
    pairs.collect()
}

/// Bytes in any of the forms in which Python and its drivers of databases give them, or nothing.
pub fn bytes<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<Option<Cow<'a, [u8]>>> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(Some(bytes.as_bytes().into()));
    }
    // What others can write to is copied before Python is let go.
    if let Ok(array) = value.cast::<PyByteArray>() {
        return Ok(Some(array.to_vec().into()));
    }
    if value.cast::<PyMemoryView>().is_ok() {
        let copy = value.call_method0(intern!(value.py(), "tobytes"))?;
        return Ok(Some(copy.cast::<PyBytes>()?.as_bytes().to_vec().into()));
    }
    Ok(None)
}

/// A str, by the name of its argument.
pub fn text<'a>(value: &'a Bound<'_, PyAny>, argument: &str) -> PyResult<&'a str> {
    whole(value.cast::<PyString>().map_err(|_| mistyped(argument, "a str", value))?)
}

/// Several str, each an item of a list or of whatever else gives one after the other; a str itself is no list of them.
pub fn texts(values: Option<&Bound<'_, PyAny>>, argument: &str) -> PyResult<Vec<String>> {
    let Some(values) = values else { return Ok(Vec::new()) };
    if values.cast::<PyString>().is_ok() || values.cast::<PyBytes>().is_ok() || values.try_iter().is_err() {
        return Err(mistyped(argument, "a list of str", values));
    }
    let item = |(number, value): (usize, PyResult<Bound<'_, PyAny>>)| {
        text(&value?, &format!("{argument}[{number}]")).map(str::to_owned)
    };
    values.try_iter()?.enumerate().map(item).collect()
}

/// Counters over all members, by their names.
pub fn counted(counters: &Bound<'_, PyAny>) -> PyResult<Counters> {
    host::counters(named(counters, "counters")?).map_err(|refused| error::event(counters.py(), &refused))
}
