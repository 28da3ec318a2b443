//! Arrow's C interface: its structures, which `import` reads and `export` writes.
//!
//! The layout is that of <https://arrow.apache.org/docs/format/CDataInterface.html>.

#![expect(unsafe_code, reason = "what another library has made is released by its own callback")]

mod export;
mod import;

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;

pub use export::{schema, stream};
pub use import::Batches;

#[repr(C)]
struct RawSchema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    n_children: i64,
    children: *mut *mut RawSchema,
    dictionary: *mut RawSchema,
    release: Option<unsafe extern "C" fn(*mut RawSchema)>,
    private_data: *mut c_void,
}

#[repr(C)]
struct RawArray {
    length: i64,
    null_count: i64,
    offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *mut *const c_void,
    children: *mut *mut RawArray,
    dictionary: *mut RawArray,
    release: Option<unsafe extern "C" fn(*mut RawArray)>,
    private_data: *mut c_void,
}

#[repr(C)]
struct RawStream {
    get_schema: Option<unsafe extern "C" fn(*mut RawStream, *mut RawSchema) -> c_int>,
    get_next: Option<unsafe extern "C" fn(*mut RawStream, *mut RawArray) -> c_int>,
    get_last_error: Option<unsafe extern "C" fn(*mut RawStream) -> *const c_char>,
    release: Option<unsafe extern "C" fn(*mut RawStream)>,
    private_data: *mut c_void,
}

/// A structure that is ours to release.
#[repr(transparent)]
struct Owned<T: Release>(T);

trait Release: Sized {
    fn empty() -> Self;
    fn release(&mut self);
}

macro_rules! release {
    ($($raw:ident { $($field:ident: $empty:expr),* })*) => {
        $(impl Release for $raw {
            fn empty() -> Self {
                Self { release: None, private_data: null_mut(), $($field: $empty),* }
            }

            fn release(&mut self) {
                if let Some(release) = self.release {
                    // SAFETY: it is the producer's own callback on its own structure, which it marks as released.
                    unsafe { release(self) }
                }
            }
        })*
    };
}

release! {
    RawSchema {
        format: std::ptr::null(), name: std::ptr::null(), metadata: std::ptr::null(), flags: 0, n_children: 0,
        children: null_mut(), dictionary: null_mut()
    }
    RawArray {
        length: 0, null_count: 0, offset: 0, n_buffers: 0, n_children: 0, buffers: null_mut(), children: null_mut(),
        dictionary: null_mut()
    }
    RawStream { get_schema: None, get_next: None, get_last_error: None }
}

impl<T: Release> Drop for Owned<T> {
    fn drop(&mut self) {
        self.0.release();
    }
}
