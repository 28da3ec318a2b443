//! Columns of another library, looked at where they lie.
//!
//! What a producer says of the lengths of its own buffers is believed, as by every consumer; all else is checked, and views
//! are safe to use from then on.

#![expect(unsafe_code, reason = "columns of another library are reached by its pointers")]

use std::collections::BTreeSet;
use std::ffi::{CStr, c_char, c_int};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use super::{Owned, RawArray, RawSchema, RawStream, Release as _};
use crate::columns::{Column, Offsets, Values, Whole};

/// Levels of columns within columns: no event has so many.
const LEVELS_MAX: u8 = 8;

/// All batches of a table or a stream.
pub struct Batches {
    schema: Owned<RawSchema>,
    arrays: Vec<Owned<RawArray>>,
}

impl Batches {
    /// Takes over what an object of Python's hands out as a stream of Arrow; nothing, if it hands out none.
    pub fn of(value: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        let Ok(export) = value.getattr("__arrow_c_stream__") else { return Ok(None) };
        let capsule = export.call0()?.cast_into::<PyCapsule>()?;
        let pointer = capsule.pointer_checked(Some(c"arrow_array_stream"))?.cast::<RawStream>();
        // SAFETY: a capsule of that name holds such a structure. It is moved out: the capsule finds it released.
        let mut stream = Owned(unsafe { std::ptr::replace(pointer.as_ptr(), RawStream::empty()) });
        let (Some(get_schema), Some(get_next)) = (stream.0.get_schema, stream.0.get_next) else {
            return Err(PyValueError::new_err("a stream of Arrow that was read before"));
        };
        let mut schema = Owned(RawSchema::empty());
        // SAFETY: the stream is not released, and the structure is ours to be written.
        let status = unsafe { get_schema(&raw mut stream.0, &raw mut schema.0) };
        stream.check(status)?;
        let mut arrays = Vec::new();
        loop {
            let mut array = Owned(RawArray::empty());
            // SAFETY: as above.
            let status = unsafe { get_next(&raw mut stream.0, &raw mut array.0) };
            stream.check(status)?;
            if array.0.release.is_none() {
                return Ok(Some(Self { schema, arrays }));
            }
            arrays.push(array);
        }
    }

    /// The batches as columns of objects. Of two columns of one name nobody could say which is meant.
    pub fn columns(&self) -> PyResult<Vec<Column<'_>>> {
        expect_once(&self.schema.0, "", 0)?;
        self.arrays.iter().map(|array| column(&self.schema.0, &array.0, 0)).collect()
    }
}

impl Owned<RawStream> {
    fn check(&mut self, status: c_int) -> PyResult<()> {
        if status == 0 {
            return Ok(());
        }
        let told = self.0.get_last_error.map_or(std::ptr::null(), |told| {
            // SAFETY: the stream is not released; the text is valid until it is used again.
            unsafe { told(&raw mut self.0) }
        });
        Err(PyValueError::new_err(format!(
            "a stream of Arrow that cannot be read: {}",
            text(told).unwrap_or("no reason given")
        )))
    }
}

/// Refuses a name that two columns have, or two fields of a struct; `within` is what it is a field of.
fn expect_once(schema: &RawSchema, within: &str, depth: u8) -> PyResult<()> {
    if depth > LEVELS_MAX {
        return Ok(());
    }
    let names = text(schema.format) == Some("+s");
    let mut known = BTreeSet::new();
    for number in 0..usize::try_from(schema.n_children).unwrap_or(0) {
        let below = child(schema.children, schema.n_children, number)?;
        let name = text(below.name).unwrap_or("").to_owned();
        // The only child of a list has a name that says nothing.
        let path = if names { format!("{within}{name}") } else { format!("{}[]", within.trim_end_matches('.')) };
        if names && !known.insert(name) {
            let help = "drop one of them or give it another name";
            return Err(PyValueError::new_err(format!("a table of Arrow with the column `{path}` twice: {help}")));
        }
        expect_once(below, &format!("{path}."), depth + 1)?;
    }
    Ok(())
}

/// A text of the producer's.
fn text<'a>(pointer: *const c_char) -> Option<&'a str> {
    if pointer.is_null() {
        return None;
    }
    // SAFETY: texts of the interface end with a zero byte and live as long as their structure.
    unsafe { CStr::from_ptr(pointer) }.to_str().ok()
}

/// The child of a structure, by number.
fn child<'a, T>(children: *mut *mut T, count: i64, number: usize) -> PyResult<&'a T> {
    let known = usize::try_from(count).is_ok_and(|count| number < count) && !children.is_null();
    // SAFETY: the producer says that there are so many pointers, each to a structure that lives as long as its parent.
    let child = if known { unsafe { (*children.add(number)).as_ref() } } else { None };
    child.ok_or_else(|| malformed("a column without its children"))
}

fn malformed(what: &str) -> PyErr {
    PyValueError::new_err(format!("malformed data of Arrow: {what}"))
}

/// A buffer of so many values; nothing where the producer left it out.
fn buffer<T: Copy>(array: &RawArray, number: usize, count: usize) -> PyResult<Option<&[T]>> {
    if !usize::try_from(array.n_buffers).is_ok_and(|buffers| number < buffers) || array.buffers.is_null() {
        return Err(malformed("a column without its buffers"));
    }
    // SAFETY: there are so many pointers.
    let pointer = unsafe { *array.buffers.add(number) }.cast::<T>();
    if pointer.is_null() {
        return Ok(None);
    }
    if !pointer.is_aligned() {
        return Err(malformed("a buffer that is not aligned"));
    }
    // SAFETY: the producer says that its buffer holds what its lengths and offsets speak of; `T` is a plain number, for which
    // every pattern of bits is a value.
    Ok(Some(unsafe { std::slice::from_raw_parts(pointer, count) }))
}

/// A buffer that has to be there, unless it would be empty.
fn values<T: Copy>(array: &RawArray, number: usize, count: usize) -> PyResult<&[T]> {
    match buffer(array, number, count)? {
        Some(values) => Ok(values),
        None if count == 0 => Ok(&[]),
        None => Err(malformed("a column without its values")),
    }
}

/// A column as a safe view.
fn column<'a>(schema: &'a RawSchema, array: &'a RawArray, depth: u8) -> PyResult<Column<'a>> {
    let size = |number: i64| usize::try_from(number).map_err(|_| malformed("a length below zero"));
    let (length, offset) = (size(array.length)?, size(array.offset)?);
    let count = offset.checked_add(length).ok_or_else(|| malformed("a length beyond all memory"))?;
    if depth > LEVELS_MAX {
        return Err(malformed("columns nested too deeply"));
    }
    let format = text(schema.format).ok_or_else(|| malformed("a column without a format"))?;
    let validity = if array.n_buffers > 0 && array.null_count != 0 && format != "n" {
        buffer(array, 0, count.div_ceil(8))?
    } else {
        None
    };
    let nested = |number, depth| {
        column(
            child(schema.children, schema.n_children, number)?,
            child(array.children, array.n_children, number)?,
            depth,
        )
    };
    let values = if !schema.dictionary.is_null() {
        // SAFETY: the pointers are not null, and what they point to lives as long as its parent.
        let (schema, values) = unsafe { (schema.dictionary.as_ref(), array.dictionary.as_ref()) };
        let (Some(schema), Some(values)) = (schema, values) else {
            return Err(malformed("a dictionary without values"));
        };
        let keys =
            whole(format, array, count)?.ok_or_else(|| malformed("a dictionary whose keys are no whole numbers"))?;
        Values::Dictionary(keys, Box::new(column(schema, values, depth + 1)?))
    } else {
        match format {
            "n" => Values::Null,
            "b" => Values::Bool(values(array, 1, count.div_ceil(8))?),
            "f" => Values::Single(values(array, 1, count)?),
            "g" => Values::Double(values(array, 1, count)?),
            "u" => {
                let offsets = Offsets::Small(values(array, 1, count + 1)?);
                Values::Text(offsets, values(array, 2, offsets.end())?)
            }
            "U" => {
                let offsets = Offsets::Large(values(array, 1, count + 1)?);
                Values::Text(offsets, values(array, 2, offsets.end())?)
            }
            "z" => {
                let offsets = Offsets::Small(values(array, 1, count + 1)?);
                Values::Bytes(offsets, values(array, 2, offsets.end())?)
            }
            "Z" => {
                let offsets = Offsets::Large(values(array, 1, count + 1)?);
                Values::Bytes(offsets, values(array, 2, offsets.end())?)
            }
            "vu" | "vz" => {
                let buffers =
                    size(array.n_buffers)?.checked_sub(3).ok_or_else(|| malformed("texts without buffers"))?;
                let lengths: &[i64] = values(array, buffers + 2, buffers)?;
                let data = lengths.iter().enumerate().map(|(number, length)| values(array, number + 2, size(*length)?));
                let (views, data) = (values(array, 1, count)?, data.collect::<PyResult<_>>()?);
                if format == "vu" { Values::View(views, data) } else { Values::BytesView(views, data) }
            }
            "+l" => Values::List(Offsets::Small(values(array, 1, count + 1)?), Box::new(nested(0, depth + 1)?)),
            "+L" => Values::List(Offsets::Large(values(array, 1, count + 1)?), Box::new(nested(0, depth + 1)?)),
            "+s" => {
                let field = |number| {
                    let name = text(child(schema.children, schema.n_children, number)?.name);
                    Ok((name.ok_or_else(|| malformed("a field without a name"))?, nested(number, depth + 1)?))
                };
                Values::Object((0..size(schema.n_children)?).map(field).collect::<PyResult<_>>()?)
            }
            "tdD" => Values::Day(values(array, 1, count)?),
            "tts" => Values::Time(Whole::I32(values(array, 1, count)?), (1_000_000, 1)),
            "ttm" => Values::Time(Whole::I32(values(array, 1, count)?), (1_000, 1)),
            "ttu" => Values::Time(Whole::I64(values(array, 1, count)?), (1, 1)),
            "ttn" => Values::Time(Whole::I64(values(array, 1, count)?), (1, 1_000)),
            other => {
                if let Some(form) = other.strip_prefix("d:") {
                    // Precision, scale, and the width unless it is 128 bits.
                    let mut parts = form.split(',').skip(1);
                    match (parts.next().and_then(|scale| scale.parse().ok()), parts.next()) {
                        (Some(scale), None | Some("128")) => Values::Decimal(values(array, 1, count)?, scale),
                        _ => Values::Unknown(other),
                    }
                } else if let Some((unit, zone)) = other.strip_prefix("ts").and_then(|form| form.split_once(':')) {
                    let unit = match unit {
                        "s" => (1_000_000, 1),
                        "m" => (1_000, 1),
                        "u" => (1, 1),
                        _ => (1, 1_000),
                    };
                    Values::Instant { values: values(array, 1, count)?, unit, zoned: !zone.is_empty() }
                } else if let Some(numbers) = whole(other, array, count)? {
                    Values::Whole(numbers)
                } else {
                    // What nobody reads may be anything.
                    Values::Unknown(other)
                }
            }
        }
    };
    Ok(Column { values, validity, offset, length })
}

/// Whole numbers; nothing for another format.
fn whole<'a>(format: &str, array: &'a RawArray, count: usize) -> PyResult<Option<Whole<'a>>> {
    Ok(Some(match format {
        "c" => Whole::I8(values(array, 1, count)?),
        "C" => Whole::U8(values(array, 1, count)?),
        "s" => Whole::I16(values(array, 1, count)?),
        "S" => Whole::U16(values(array, 1, count)?),
        "i" => Whole::I32(values(array, 1, count)?),
        "I" => Whole::U32(values(array, 1, count)?),
        "l" => Whole::I64(values(array, 1, count)?),
        "L" => Whole::U64(values(array, 1, count)?),
        _ => return Ok(None),
    }))
}
