//! Own columns, handed to another library where they lie.
//!
//! Every array that leaves keeps the batch alive that it shows, so that a table may be exported any number of times and
//! outlive the object of Python's that it was. Release callbacks free what was allocated here and nothing else.

#![expect(unsafe_code, reason = "another library is given pointers to own columns")]

use std::ffi::{c_char, c_int, c_void};
use std::ptr::{null, null_mut};
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use super::{Owned, RawArray, RawSchema, RawStream, Release as _};
use crate::table::{Batch, Buffers, Column, Field};

const NULLABLE: i64 = 2;

// SAFETY: what these structures point to is made here, is not changed once it is made, and is freed once, by whichever
// thread has it then.
unsafe impl Send for Owned<RawSchema> {}
// SAFETY: as above; a stream is used by one thread at a time.
unsafe impl Send for Owned<RawStream> {}

/// The schema of a table with these columns, as a capsule.
pub fn schema<'py>(py: Python<'py>, fields: &'static [Field]) -> PyResult<Bound<'py, PyCapsule>> {
    PyCapsule::new_with_value(py, Owned(of_table(fields)), c"arrow_schema")
}

/// A stream of the batches, as a capsule.
pub fn stream<'py>(
    py: Python<'py>,
    fields: &'static [Field],
    batches: &Arc<[Arc<Batch>]>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let pending = Pending { fields, batches: Arc::clone(batches), next: 0 };
    let stream = RawStream {
        get_schema: Some(get_schema),
        get_next: Some(get_next),
        get_last_error: Some(get_last_error),
        release: Some(release_stream),
        private_data: Box::into_raw(Box::new(pending)).cast(),
    };
    PyCapsule::new_with_value(py, Owned(stream), c"arrow_array_stream")
}

/// What a stream has still to give.
struct Pending {
    fields: &'static [Field],
    batches: Arc<[Arc<Batch>]>,
    next: usize,
}

unsafe extern "C" fn get_schema(stream: *mut RawStream, out: *mut RawSchema) -> c_int {
    // SAFETY: the consumer hands back the stream that it was given and has not released, and a place to write to.
    unsafe {
        let pending = &*(*stream).private_data.cast::<Pending>();
        out.write(of_table(pending.fields));
    }
    0
}

unsafe extern "C" fn get_next(stream: *mut RawStream, out: *mut RawArray) -> c_int {
    // SAFETY: as above, and nobody else has the stream at the same time.
    let pending = unsafe { &mut *(*stream).private_data.cast::<Pending>() };
    let array = match pending.batches.get(pending.next) {
        Some(batch) => of_batch(batch),
        None => RawArray::empty(),
    };
    pending.next += 1;
    // SAFETY: as above.
    unsafe { out.write(array) };
    0
}

unsafe extern "C" fn get_last_error(_stream: *mut RawStream) -> *const c_char {
    null()
}

unsafe extern "C" fn release_stream(stream: *mut RawStream) {
    // SAFETY: a consumer releases a structure once; what it points to was boxed by `stream`.
    unsafe {
        drop(Box::from_raw((*stream).private_data.cast::<Pending>()));
        (*stream).release = None;
    }
}

fn of_table(fields: &'static [Field]) -> RawSchema {
    of_field(&Field { name: c"", format: c"+s", nullable: false, children: fields })
}

fn of_field(field: &Field) -> RawSchema {
    let children: Box<[_]> = field.children.iter().map(|child| Box::into_raw(Box::new(of_field(child)))).collect();
    let n_children = children.len() as i64;
    RawSchema {
        format: field.format.as_ptr(),
        name: field.name.as_ptr(),
        metadata: null(),
        flags: if field.nullable { NULLABLE } else { 0 },
        n_children,
        children: Box::into_raw(children).cast(),
        dictionary: null_mut(),
        release: Some(release_schema),
        private_data: null_mut(),
    }
}

unsafe extern "C" fn release_schema(schema: *mut RawSchema) {
    // SAFETY: a consumer releases a structure once, and may have released or moved away children before, which are marked as
    // released then. Children and the list of them were boxed by `of_field`; names and formats are static.
    unsafe {
        for child in unboxed((*schema).children, (*schema).n_children) {
            drop(Owned(*Box::from_raw(child)));
        }
        (*schema).release = None;
    }
}

/// What an array that was handed out keeps alive.
struct Shown {
    _batch: Arc<Batch>,
    /// The pointers to the buffers, to which the array points.
    buffers: Vec<*const c_void>,
}

fn of_batch(batch: &Arc<Batch>) -> RawArray {
    array(batch, batch.length, 0, &batch.columns, vec![null()])
}

fn of_column(batch: &Arc<Batch>, column: &Column) -> RawArray {
    let validity = column.validity().map_or(null(), address);
    let buffers = match column.buffers() {
        Buffers::None => vec![validity],
        Buffers::Bits(bits) => vec![validity, address(bits)],
        Buffers::Whole(values) => vec![validity, address(values)],
        Buffers::Wide(values) => vec![validity, address(values)],
        Buffers::Ends(ends) => vec![validity, address(ends)],
        Buffers::Bytes(ends, bytes) => vec![validity, address(ends), address(bytes)],
    };
    array(batch, column.length(), column.nulls(), column.children(), buffers)
}

fn address<T>(buffer: &[T]) -> *const c_void {
    buffer.as_ptr().cast()
}

fn array(
    batch: &Arc<Batch>,
    length: usize,
    nulls: usize,
    children: &[Column],
    buffers: Vec<*const c_void>,
) -> RawArray {
    let children: Box<[_]> = children.iter().map(|child| Box::into_raw(Box::new(of_column(batch, child)))).collect();
    let n_children = children.len() as i64;
    let mut shown = Box::new(Shown { _batch: Arc::clone(batch), buffers });
    RawArray {
        length: length as i64,
        null_count: nulls as i64,
        offset: 0,
        n_buffers: shown.buffers.len() as i64,
        n_children,
        buffers: shown.buffers.as_mut_ptr(),
        children: Box::into_raw(children).cast(),
        dictionary: null_mut(),
        release: Some(release_array),
        private_data: Box::into_raw(shown).cast(),
    }
}

unsafe extern "C" fn release_array(array: *mut RawArray) {
    // SAFETY: as for a schema; `array` boxed the children, the list of them, and what is shown.
    unsafe {
        for child in unboxed((*array).children, (*array).n_children) {
            drop(Owned(*Box::from_raw(child)));
        }
        drop(Box::from_raw((*array).private_data.cast::<Shown>()));
        (*array).release = None;
    }
}

/// The pointers to children, in the box that they were listed in.
///
/// # Safety
///
/// So many pointers were boxed there, and are taken once.
unsafe fn unboxed<T>(children: *mut *mut T, count: i64) -> Box<[*mut T]> {
    // SAFETY: says the caller.
    unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(children, count as usize)) }
}
