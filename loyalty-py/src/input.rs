//! Dicts read in place: what the decoder wants is looked up by key. Of all else it is seen how large it is, and nothing more.

pub mod extent;

use std::borrow::Cow;
use std::cell::RefCell;

use loyalty_core::{EventError, Fields, Input, Refused, Scalar, Shape};
use pyo3::exceptions::{PyException, PyOverflowError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDate, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTime, PyTuple};

use crate::convert::{decimal_class, digits_of, micros_of};

/// A value of Python's, and the keys by which its fields are looked up.
#[derive(Clone)]
pub struct Place<'k, 'py> {
    pub value: Bound<'py, PyAny>,
    /// The program's names in its own order, as Python has them.
    pub keys: &'k [Py<PyString>],
    /// Whether it is the whole event.
    outermost: bool,
}

impl<'k, 'py> Place<'k, 'py> {
    /// Before a whole event.
    pub fn new(value: Bound<'py, PyAny>, keys: &'k [Py<PyString>]) -> Self {
        Place { value, keys, outermost: true }
    }

    fn at(&self, value: Bound<'py, PyAny>) -> Self {
        Place { value, keys: self.keys, outermost: false }
    }

    fn get(&self, dict: &Bound<'py, PyDict>, wanted: &Fields, number: usize) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.keys.get(wanted.key(number)) {
            Some(key) => dict.get_item(key.bind(self.value.py())),
            None => Ok(None),
        }
    }
}

thread_local! {
    /// What was to stop the program, and came while an object was read.
    static INTERRUPT: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// What was to stop the program while the event at hand was read, such as a KeyboardInterrupt; no refusal says that.
pub fn interrupt() -> Option<PyErr> {
    INTERRUPT.take()
}

/// What a mapping that is no dict holds, as one: what is wanted is looked up once.
pub fn dict_of<'py>(mapping: &Bound<'py, PyMapping>) -> PyResult<Bound<'py, PyAny>> {
    let dict = PyDict::new(mapping.py());
    dict.update(mapping)?;
    Ok(dict.into_any())
}

/// What most values are: no mapping, and known as such at once.
fn is_plain(value: &Bound<'_, PyAny>) -> bool {
    value.cast::<PyString>().is_ok() || value.cast::<PyInt>().is_ok() || value.cast::<PyFloat>().is_ok()
}

/// A value that fails when it is read, or a key of a dict that does something odd when it is compared.
fn unreadable(error: &PyErr) -> EventError {
    Python::attach(|py| {
        if !error.is_instance_of::<PyException>(py) {
            INTERRUPT.set(Some(error.clone_ref(py)));
        }
    });
    EventError::unreadable(&error.to_string())
}

impl<'py> Input for Place<'_, 'py> {
    fn shape(&mut self) -> Result<Shape, EventError> {
        let value = &self.value;
        Ok(if value.is_none() {
            Shape::Null
        } else if value.cast::<PyDict>().is_ok() {
            Shape::Object
        } else if value.cast::<PyList>().is_ok() || value.cast::<PyTuple>().is_ok() {
            Shape::List
        } else if is_plain(value) {
            Shape::Scalar
        } else if let Ok(mapping) = value.cast::<PyMapping>() {
            self.value = dict_of(mapping).map_err(|error| unreadable(&error))?;
            Shape::Object
        } else {
            Shape::Scalar
        })
    }

    fn scalar(&mut self) -> Result<Scalar<'_>, EventError> {
        let value = &self.value;
        if let Ok(text) = value.cast::<PyString>() {
            return Ok(text.to_str().map_or(Scalar::HALF, |text| Scalar::Text(Cow::Borrowed(text))));
        }
        if value.is_none() {
            return Ok(Scalar::Null);
        }
        if let Ok(value) = value.cast::<PyBool>() {
            return Ok(Scalar::Bool(value.is_true()));
        }
        if value.cast::<PyInt>().is_ok() {
            return Ok(value.extract().map_or_else(|_| large(value), Scalar::Whole));
        }
        match other(value) {
            Err(error) if error.is_instance_of::<PyException>(value.py()) => Ok(failing(value, &error)),
            read => read.map_err(|error| unreadable(&error)),
        }
    }

    fn text(&mut self) -> Option<&str> {
        self.value.cast::<PyString>().ok()?.to_str().ok()
    }

    fn peek<T>(
        &mut self,
        wanted: &Fields,
        number: usize,
        take: impl FnOnce(&mut Self) -> T,
    ) -> Result<Option<T>, EventError> {
        let Ok(dict) = self.value.cast::<PyDict>() else { return Ok(None) };
        let found = self.get(dict, wanted, number).map_err(|error| unreadable(&error))?;
        Ok(found.map(|value| take(&mut self.at(value))))
    }

    fn fields(
        &mut self,
        wanted: &Fields,
        mut take: impl FnMut(usize, &mut Self) -> Result<(), EventError>,
    ) -> Result<(), Refused> {
        let Ok(dict) = self.value.cast::<PyDict>() else { return Ok(()) };
        if self.outermost {
            extent::expect(dict).map_err(Refused::object)?;
        }
        for number in 0..wanted.len() {
            let found = self.get(dict, wanted, number).map_err(|error| Refused::object(unreadable(&error)))?;
            if let Some(value) = found {
                take(number, &mut self.at(value)).map_err(|error| Refused::field(number, error))?;
            }
        }
        Ok(())
    }

    fn items(&mut self, mut take: impl FnMut(usize, &mut Self) -> Result<(), EventError>) -> Result<(), EventError> {
        let mut give = |number, item: PyResult<Bound<'py, PyAny>>| {
            take(number, &mut self.at(item.map_err(|error| unreadable(&error))?))
        };
        // A list that another thread changes meanwhile is read as far as it goes.
        let mut number = 0;
        if let Ok(list) = self.value.cast::<PyList>() {
            while number < list.len() {
                give(number, list.get_item(number))?;
                number += 1;
            }
        } else if let Ok(tuple) = self.value.cast::<PyTuple>() {
            while number < tuple.len() {
                give(number, tuple.get_item(number))?;
                number += 1;
            }
        }
        Ok(())
    }
}

/// A whole number beyond 64 bits. Python refuses to write out those of more than some thousand digits.
fn large(value: &Bound<'_, PyAny>) -> Scalar<'static> {
    let digits = digits_of(value).and_then(|digits| digits.to_str().map(str::to_owned)).ok();
    Scalar::Number(Cow::Owned(digits.unwrap_or_else(|| "1e4300".to_owned())))
}

/// A value that fails when it is read, such as the `NaT` of pandas, which is a datetime and no instant: it is of another type
/// than whatever was wanted, so that the refusal names its field.
fn failing(value: &Bound<'_, PyAny>, error: &PyErr) -> Scalar<'static> {
    let name = value.get_type().fully_qualified_name().map_or_else(|_| "value".to_owned(), |name| name.to_string());
    Scalar::Other(Cow::Owned(match name.ends_with(".NaTType") {
        true => format!("a {name}"),
        false => format!("{error}, raised in reading a {name}"),
    }))
}

/// What is rarer than texts, whole numbers and truth.
fn other<'s>(value: &Bound<'_, PyAny>) -> PyResult<Scalar<'s>> {
    let py = value.py();
    let text = |value: Bound<'_, PyString>| value.to_str().map(|text| Cow::Owned(text.to_owned()));
    if value.is_instance(decimal_class(py)?)? {
        return text(digits_of(value)?).map(Scalar::Number);
    }
    if value.cast::<PyFloat>().is_ok() {
        return text(digits_of(value)?).map(Scalar::Float);
    }
    if value.cast::<PyDateTime>().is_ok() {
        // Without an offset it is no instant, and is refused like the text that it shows itself as.
        return match micros_of(value)? {
            Some(micros) => Ok(Scalar::Instant(micros)),
            None => text(value.call_method0("isoformat")?.cast_into()?).map(Scalar::Text),
        };
    }
    if value.cast::<PyDate>().is_ok() {
        let ordinal: i32 = value.call_method0(intern!(py, "toordinal"))?.extract()?;
        let day = ordinal.checked_sub(719_163).ok_or_else(|| PyOverflowError::new_err("a date too far from 1970"))?;
        return Ok(Scalar::Date(day));
    }
    if value.cast::<PyTime>().is_ok() && value.getattr("tzinfo")?.is_none() {
        let part = |name| value.getattr(name).and_then(|part| part.extract::<i64>());
        // What a subclass says of itself may be any number.
        let mut micros = Some(part("hour")?);
        for (name, units) in [("minute", 60), ("second", 60), ("microsecond", 1_000_000)] {
            let rest = part(name)?;
            micros = micros.and_then(|whole| whole.checked_mul(units)?.checked_add(rest));
        }
        return micros.map(Scalar::Time).ok_or_else(|| PyOverflowError::new_err("a time beyond the end of the day"));
    }
    if value.cast::<PyMapping>().is_ok() {
        return Ok(Scalar::OBJECT);
    }
    if value.cast::<PyList>().is_ok() || value.cast::<PyTuple>().is_ok() {
        return Ok(Scalar::LIST);
    }
    // The truth and the whole numbers of numeric libraries.
    if let Ok(truth) = value.extract::<bool>() {
        return Ok(Scalar::Bool(truth));
    }
    match value.extract::<i64>() {
        Ok(whole) => return Ok(Scalar::Whole(whole)),
        Err(error) if !error.is_instance_of::<PyException>(py) => return Err(error),
        Err(_) => {}
    }
    let name = value.get_type().fully_qualified_name()?;
    Ok(Scalar::Other(Cow::Owned(format!("a {}", name.to_str()?))))
}
