//! What shops and messengers send, as events, and messages as they take them.

use loyalty_hosts::host;
use napi::Result;
use napi_derive::napi;

use crate::error;
use crate::program::own;

/// Calls a translation by its name, such as `shopify.events`; all texts but the topic are JSON.
#[napi(catch_unwind)]
pub fn translate(name: String, topic: String, options: String, body: &[u8]) -> Result<String> {
    host::ask(&name, &topic, options.as_bytes(), &own(body)).map_err(|refused| error::event(&refused))
}
