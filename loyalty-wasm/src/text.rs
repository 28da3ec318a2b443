//! Functions that need no program: on program texts, and on the envelopes of events.

use js_sys::Error;
use loyalty_core::Units;
use loyalty_core::host::{self, Given};
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

/// The envelope of an event in JSON, as JSON.
#[wasm_bindgen(js_name = eventHead)]
pub fn event_head(event: &[u8]) -> Result<String, Error> {
    Given::Json(event).head().map_err(|refused| error::event(&refused))
}

/// The same of a packed event, whose fields have the numbers that `envelope` says.
#[wasm_bindgen(js_name = eventHeadPacked)]
pub fn event_head_packed(event: &str) -> Result<String, Error> {
    Given::Packed(event).head().map_err(|refused| error::event(&refused))
}

/// The names of the fields of the envelope, in the order of their numbers, as JSON.
#[wasm_bindgen]
pub fn envelope() -> String {
    host::envelope()
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
