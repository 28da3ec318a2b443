//! Help for authors in an editor, as JSON; offsets are in UTF-16 code units, as an editor in JavaScript counts.

use js_sys::Error;
use loyalty_core::{Program, Units, host};
use wasm_bindgen::prelude::wasm_bindgen;

/// The colours of a text.
#[wasm_bindgen]
pub fn tokens(text: &str) -> String {
    host::assist::tokens(text, Units::Utf16)
}

/// What the word at a place is.
#[wasm_bindgen]
pub fn hover(text: &str, offset: u32) -> String {
    host::assist::hover(text, offset, Units::Utf16)
}

/// What may be written at a place.
#[wasm_bindgen]
pub fn complete(text: &str, offset: u32) -> String {
    host::assist::complete(text, offset, Units::Utf16)
}

/// What a text declares.
#[wasm_bindgen]
pub fn outline(text: &str) -> String {
    host::assist::outline(text, Units::Utf16)
}

/// The events that a text knows.
#[wasm_bindgen]
pub fn events(text: &str) -> String {
    host::assist::events(text, Units::Utf16)
}

/// What lists of events are made of.
#[wasm_bindgen]
pub fn records(text: &str) -> String {
    host::assist::records(text, Units::Utf16)
}

/// The tests of a program as histories; none for one with errors.
#[wasm_bindgen]
pub fn scenarios(text: &str) -> Result<String, Error> {
    let program = Program::compile(text).map_err(|_| Error::new("the program has errors"))?;
    Ok(host::assist::scenarios(&program))
}
