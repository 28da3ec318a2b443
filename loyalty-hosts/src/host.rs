//! What the bindings share: one call by name, with JSON for what is chosen.

use loyalty_core::{Document, EventError, Refusal, host};

use crate::whatsapp::{self, Send};
use crate::{Options, magento, shopify, woocommerce};

/// Calls a translation by its name, such as `shopify.events`, with its topic, if it has one, and its options in JSON.
///
/// # Errors
///
/// Those of the function, and options that are none.
pub fn answer(function: &str, topic: &str, options: &[u8], body: &[u8]) -> Result<Document, EventError> {
    let chosen = || Options::from_json(options);
    let told = match function {
        "shopify.events" => shopify::events(topic, body, &chosen()?),
        "woocommerce.events" => woocommerce::events(topic, body, &chosen()?),
        "magento.events" => magento::events(topic, body, &chosen()?),
        "whatsapp.events" => whatsapp::events(body, &chosen()?),
        "whatsapp.payload" => return whatsapp::payload(body, &Send::from_json(options)?),
        _ => {
            let found = format!("`{function}`");
            return Err(host::refusal(Refusal::UnknownEvent.as_str(), None, "a function of this crate", &found, None));
        }
    };
    told.map(|told| told.to_document())
}

/// The same as JSON.
///
/// # Errors
///
/// As [`answer`].
pub fn ask(function: &str, topic: &str, options: &[u8], body: &[u8]) -> Result<String, EventError> {
    answer(function, topic, options, body).map(|document| document.to_string())
}
