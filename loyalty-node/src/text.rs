//! Functions on program texts.

use loyalty_core::{Units, host};
use napi::Result;
use napi_derive::napi;

use crate::error;

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
