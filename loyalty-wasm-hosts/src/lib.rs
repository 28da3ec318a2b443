//! What shops and messengers send, as events, and messages as they take them, for hosts of WebAssembly.
//!
//! A module of its own, so that a page which evaluates rules does not load what only servers need. What JavaScript sees of
//! it is `loyalty-node/lib/hosts.js`, shared with the host for Node.

use js_sys::Error;
use loyalty_hosts::host;
use wasm_bindgen::prelude::wasm_bindgen;

/// Calls a translation by its name, such as `shopify.events`; all texts but the topic are JSON.
#[wasm_bindgen]
pub fn translate(name: &str, topic: &str, options: &str, body: &[u8]) -> Result<String, Error> {
    let answer = host::ask(name, topic, options.as_bytes(), body);
    answer.map_err(|refused| Error::new(&loyalty_core::host::event_error(&refused)))
}
