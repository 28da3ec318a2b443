//! The core's errors as JavaScript errors with properties.

use loyalty_core::{Diagnostics, EventError, StateError};
use napi::bindgen_prelude::{Function, JsObjectValue, Object, Unknown};
use napi::{Env, Error, JsValue, Result};

pub fn rules(env: &Env, diagnostics: &Diagnostics) -> Error {
    named(env, "RulesError", &diagnostics.to_string(), |error| {
        let json: Object<'_> = env.get_global()?.get_named_property("JSON")?;
        let parse: Function<'_, String, Unknown<'_>> = json.get_named_property("parse")?;
        error.set_named_property("diagnostics", parse.call(diagnostics.to_json())?)
    })
}

pub fn event(env: &Env, refused: &EventError) -> Error {
    named(env, "EventError", &refused.to_string(), |error| {
        error.set_named_property("code", refused.code().as_str())?;
        error.set_named_property("field", refused.field())?;
        error.set_named_property("expected", refused.expected())?;
        error.set_named_property("found", refused.found())?;
        error.set_named_property("help", refused.help())
    })
}

pub fn state(env: &Env, error: &StateError) -> Error {
    named(env, "StateError", &error.to_string(), |_| Ok(()))
}

/// An error of that name with its properties, or why Node would not take them.
fn named(env: &Env, name: &str, message: &str, attach: impl FnOnce(&mut Object<'_>) -> Result<()>) -> Error {
    let build = || {
        let mut error = env.create_error(Error::from_reason(message))?;
        error.set_named_property("name", name)?;
        attach(&mut error)?;
        Ok(Error::from(error.to_unknown()))
    };
    build().unwrap_or_else(|error| error)
}
