//! Documents of the core as values of Python, and instants both ways.

use loyalty_core::{Decimal, Document, Instant, host};
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDateTime, PyDelta, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple, PyType, PyTzInfo};

use crate::arguments::{mistyped, text};
use crate::error;
use crate::record::Record;

/// What `__reduce__` gives pickle: whom to call, and with what.
pub type Reduced<'py, T> = PyResult<(Bound<'py, PyAny>, T)>;

/// `decimal.Decimal`, looked up once.
pub fn decimal_class(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    CLASS.import(py, "decimal", "Decimal")
}

/// The digits of an int, a float or a Decimal as they are: a subclass may show itself in its own way.
pub fn digits_of<'py>(number: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>> {
    let py = number.py();
    let digits = if number.is_instance_of::<PyInt>() {
        py.get_type::<PyInt>().call_method1(intern!(py, "__repr__"), (number,))?
    } else if number.is_instance_of::<PyFloat>() {
        py.get_type::<PyFloat>().call_method1(intern!(py, "__repr__"), (number,))?
    } else {
        decimal_class(py)?.call_method1(intern!(py, "__str__"), (number,))?
    };
    Ok(digits.cast_into()?)
}

/// 1970-01-01T00:00:00Z.
fn epoch(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static EPOCH: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let epoch = EPOCH.get_or_try_init(py, || {
        let utc = PyTzInfo::utc(py)?.to_owned();
        Ok::<_, PyErr>(PyDateTime::new(py, 1970, 1, 1, 0, 0, 0, 0, Some(&utc))?.into_any().unbind())
    })?;
    Ok(epoch.bind(py))
}

/// Microseconds since 1970 of an aware datetime; nothing for one without an offset. What a subclass says of itself may be any
/// number: one that cannot be held is an OverflowError.
pub fn micros_of(value: &Bound<'_, PyAny>) -> PyResult<Option<i64>> {
    let py = value.py();
    if value.call_method0(intern!(py, "utcoffset"))?.is_none() {
        return Ok(None);
    }
    let since = value.sub(epoch(py)?)?;
    let part = |name: &Bound<'_, PyString>| since.getattr(name).and_then(|part| part.extract::<i64>());
    let (days, seconds) = (part(intern!(py, "days"))?, part(intern!(py, "seconds"))?);
    let rest = part(intern!(py, "microseconds"))?;
    let seconds = days.checked_mul(86_400).and_then(|of_days| of_days.checked_add(seconds));
    let micros = seconds.and_then(|seconds| seconds.checked_mul(1_000_000)?.checked_add(rest));
    micros.map(Some).ok_or_else(|| PyOverflowError::new_err("a datetime too far from 1970"))
}

/// An instant that a host names: an aware datetime, or RFC 3339 text.
pub fn instant(value: &Bound<'_, PyAny>, argument: &str) -> PyResult<Instant> {
    let py = value.py();
    let parse = |text: &str| host::instant(text, argument).map_err(|refused| error::event(py, &refused));
    if value.cast::<PyString>().is_ok() {
        return parse(text(value, argument)?);
    }
    if value.cast::<PyDateTime>().is_err() {
        return Err(mistyped(argument, "an aware datetime, or a str such as 2026-11-21T10:00:00+08:00", value));
    }
    let micros = micros_of(value).map_err(|error| match error.is_instance_of::<PyOverflowError>(py) {
        true => mistyped(argument, "a datetime of the years 1 to 9999", value),
        false => error,
    })?;
    match micros.and_then(Instant::from_micros) {
        Some(instant) => Ok(instant),
        None => parse(value.call_method0("isoformat")?.cast::<PyString>()?.to_str()?),
    }
}

/// The same where it may be left out.
pub fn some_instant(value: Option<&Bound<'_, PyAny>>, argument: &str) -> PyResult<Option<Instant>> {
    value.map(|value| instant(value, argument)).transpose()
}

/// An instant as an aware datetime, so many seconds east of UTC.
pub fn datetime(py: Python<'_>, at: Instant, offset: i32) -> PyResult<Bound<'_, PyAny>> {
    let micros = at.as_micros();
    let (days, of_day) = (micros.div_euclid(86_400_000_000), micros.rem_euclid(86_400_000_000));
    let since = PyDelta::new(py, days as i32, (of_day / 1_000_000) as i32, (of_day % 1_000_000) as i32, false)?;
    let utc = epoch(py)?.add(since)?;
    if offset == 0 {
        return Ok(utc);
    }
    let zone = PyTzInfo::fixed_offset(py, PyDelta::new(py, 0, offset, 0, true)?)?;
    utc.call_method1(intern!(py, "astimezone"), (zone,))
}

pub fn decimal(py: Python<'_>, amount: Decimal) -> PyResult<Bound<'_, PyAny>> {
    decimal_class(py)?.call1((amount.normalize().to_string(),))
}

/// A document as a value with attributes.
pub fn value<'py>(py: Python<'py>, document: &Document) -> PyResult<Bound<'py, PyAny>> {
    Ok(match document {
        Document::Null => py.None().into_bound(py),
        Document::Bool(value) => PyBool::new(py, *value).to_owned().into_any(),
        Document::Number(number) => number.into_pyobject(py)?.into_any(),
        Document::Amount(amount) => decimal(py, *amount)?,
        Document::Text(text) => PyString::new(py, text).into_any(),
        Document::Instant { at, offset } => datetime(py, *at, *offset)?,
        Document::List(items) => {
            let items: Vec<_> = items.iter().map(|item| value(py, item)).collect::<PyResult<_>>()?;
            PyTuple::new(py, items)?.into_any()
        }
        Document::Object(_) => Bound::new(py, Record::of(document.clone()))?.into_any(),
    })
}

/// A document as what `json.loads` makes of its JSON.
pub fn plain<'py>(py: Python<'py>, document: &Document) -> PyResult<Bound<'py, PyAny>> {
    Ok(match document {
        Document::Amount(_) | Document::Instant { .. } => {
            PyString::new(py, document.to_string().trim_matches('"')).into_any()
        }
        _ => nested(py, document, plain)?,
    })
}

/// A document as plain values of Python that [`document`] turns into the same document again.
pub fn exact<'py>(py: Python<'py>, document: &Document) -> PyResult<Bound<'py, PyAny>> {
    nested(py, document, exact)
}

fn nested<'py>(
    py: Python<'py>,
    document: &Document,
    inner: fn(Python<'py>, &Document) -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    Ok(match document {
        Document::List(items) => {
            let items: Vec<_> = items.iter().map(|item| inner(py, item)).collect::<PyResult<_>>()?;
            PyList::new(py, items)?.into_any()
        }
        Document::Object(entries) => {
            let dict = PyDict::new(py);
            for (key, entry) in entries {
                dict.set_item(key, inner(py, entry)?)?;
            }
            dict.into_any()
        }
        single => value(py, single)?,
    })
}

/// No value of the engine's is nested as deeply.
const LEVELS_MAX: u32 = 128;

/// The document that [`exact`] was given.
pub fn document(value: &Bound<'_, PyAny>) -> PyResult<Document> {
    document_within(value, LEVELS_MAX)
}

fn document_within(value: &Bound<'_, PyAny>, levels: u32) -> PyResult<Document> {
    let py = value.py();
    let below = |inner: &Bound<'_, PyAny>| {
        let deep = || PyValueError::new_err("no value that the engine gave: it is nested too deeply");
        document_within(inner, levels.checked_sub(1).ok_or_else(deep)?)
    };
    if value.is_none() {
        return Ok(Document::Null);
    }
    if let Ok(value) = value.cast::<PyBool>() {
        return Ok(Document::Bool(value.is_true()));
    }
    if value.cast::<PyInt>().is_ok() {
        return Ok(Document::Number(value.extract()?));
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(Document::Text(text.to_str()?.to_owned()));
    }
    if let Ok(items) = value.cast::<PyList>() {
        return Ok(Document::List(items.iter().map(|item| below(&item)).collect::<PyResult<_>>()?));
    }
    if let Ok(dict) = value.cast::<PyDict>() {
        let entries = dict.iter().map(|(key, entry)| Ok((key.extract::<String>()?.into(), below(&entry)?)));
        return Ok(Document::Object(entries.collect::<PyResult<_>>()?));
    }
    if value.cast::<PyDateTime>().is_ok() {
        let at = micros_of(value)?.and_then(loyalty_core::host::told_instant);
        let offset: i64 =
            value.call_method0("utcoffset")?.call_method0("total_seconds")?.call_method0("__int__")?.extract()?;
        let at = at.ok_or_else(|| PyValueError::new_err("no instant of the engine's"))?;
        return Ok(Document::Instant { at, offset: offset as i32 });
    }
    if value.is_instance(decimal_class(py)?)? {
        let digits = value.str()?;
        let amount = digits.to_str()?.parse();
        return Ok(Document::Amount(amount.map_err(|_| PyValueError::new_err("no amount of the engine's"))?));
    }
    Err(PyTypeError::new_err("no value that the engine gave"))
}
