//! Functions that need no program: on program texts, and on the envelopes of events.

use loyalty_core::Units;
use loyalty_core::host::{self, Given};
use napi::Result;
use napi_derive::napi;

use crate::error;
use crate::program::own;

/// The text laid out as everybody's is.
#[napi(catch_unwind)]
pub fn format(text: String, file_name: String) -> Result<String> {
    loyalty_core::format(&text).map_err(|diagnostics| error::rules(&diagnostics, &file_name))
}

/// Errors and warnings, drawn and as data, as JSON.
#[napi(catch_unwind)]
pub fn check(text: String, file_name: String) -> String {
    host::check(&text, &file_name, Units::Utf16)
}

/// The envelope of an event in JSON, as JSON.
#[napi(catch_unwind)]
pub fn event_head(event: &[u8]) -> Result<String> {
    Given::Json(&own(event)).head().map_err(|refused| error::event(&refused))
}

/// The same of a packed event, whose fields have the numbers that `envelope` says.
#[napi(catch_unwind)]
pub fn event_head_packed(event: String) -> Result<String> {
    Given::Packed(&event).head().map_err(|refused| error::event(&refused))
}

/// The names of the fields of the envelope, in the order of their numbers, as JSON.
#[napi(catch_unwind)]
pub fn envelope() -> String {
    host::envelope()
}

/// Throws an `EventError` about a value that only JavaScript has.
#[napi(catch_unwind)]
pub fn refuse(
    code: String,
    field: Option<String>,
    expected: String,
    found: String,
    help: Option<String>,
) -> Result<()> {
    Err(error::event(&host::refusal(&code, field.as_deref(), &expected, &found, help.as_deref())))
}
