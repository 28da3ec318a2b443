//! The core's errors as JavaScript errors with properties.

use js_sys::{Error, JSON, Reflect, TypeError};
use loyalty_core::{Diagnostics, EventError, StateError};
use wasm_bindgen::JsValue;

pub fn rules(diagnostics: &Diagnostics) -> JsValue {
    named("RulesError", &diagnostics.to_string(), |error| {
        set(error, "diagnostics", JSON::parse(&diagnostics.to_json())?)
    })
}

pub fn event(refused: &EventError) -> JsValue {
    // As in the other hosts of JavaScript, what an error does not say is null.
    let text = |text: Option<&str>| text.map_or(JsValue::NULL, JsValue::from);
    named("EventError", &refused.to_string(), |error| {
        set(error, "code", refused.code().as_str().into())?;
        set(error, "field", text(refused.field()))?;
        set(error, "expected", text(refused.expected()))?;
        set(error, "found", text(refused.found()))?;
        set(error, "help", text(refused.help()))
    })
}

pub fn state(error: &StateError) -> JsValue {
    named("StateError", &error.to_string(), |_| Ok(()))
}

pub fn no_string() -> JsValue {
    TypeError::new("expected a string").into()
}

/// An error of that name with its properties, or why JavaScript would not take them.
fn named(name: &str, message: &str, attach: impl FnOnce(&Error) -> Result<(), JsValue>) -> JsValue {
    let error = Error::new(message);
    error.set_name(name);
    attach(&error).err().unwrap_or_else(|| error.into())
}

fn set(error: &Error, key: &str, value: JsValue) -> Result<(), JsValue> {
    Reflect::set(error, &key.into(), &value).map(|_| ())
}
