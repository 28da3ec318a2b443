//! Functions on program texts.

use js_sys::Error;
use loyalty_core::{Units, host};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error;

/// The text laid out as everybody's is.
#[wasm_bindgen]
pub fn format(text: &str, file_name: &str) -> Result<String, Error> {
    loyalty_core::format(text).map_err(|diagnostics| error::rules(&diagnostics, file_name))
}

/// Errors and warnings, drawn and as data, as JSON.
#[wasm_bindgen]
pub fn check(text: &str, file_name: &str) -> String {
    host::check(text, file_name, Units::Utf16)
}

/// Throws an `EventError` about a value that only JavaScript has.
#[wasm_bindgen]
pub fn refuse(
    code: &str,
    field: Option<String>,
    expected: &str,
    found: &str,
    help: Option<String>,
) -> Result<(), Error> {
    Err(error::event(&host::refusal(code, field.as_deref(), expected, found, help.as_deref())))
}
