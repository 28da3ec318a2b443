//! The core's errors on their way to JavaScript: each is one JSON text, and `lib/errors.js` makes an error of it.

use js_sys::Error;
use loyalty_core::{Diagnostics, EventError, SecretTooShort, StateError, Units, host};

pub fn rules(diagnostics: &Diagnostics, file_name: &str) -> Error {
    Error::new(&host::rules_error(diagnostics, file_name, Units::Utf16))
}

pub fn event(refused: &EventError) -> Error {
    Error::new(&host::event_error(refused))
}

pub fn state(error: &StateError) -> Error {
    Error::new(&host::state_error(error))
}

/// The library looks at a secret before the core does, so that this says no more than it must.
pub fn secret(short: SecretTooShort) -> Error {
    Error::new(&short.to_string())
}
