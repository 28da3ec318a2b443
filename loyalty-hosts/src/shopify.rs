//! Shopify's webhooks.

mod carts;
mod customers;
mod edits;
mod orders;
mod prices;
mod refunds;

use loyalty_core::{EventError, Refusal, host};

use crate::json;
use crate::options::Options;
use crate::translation::{Keys, Parked, Reason, Translation};

/// What comes of a webhook: its topic, as the header `X-Shopify-Topic` says it, and its body.
///
/// Every topic about an order but `orders/edited` carries the order as it stands, and is translated alike: the order as
/// it was bought, each of its refunds, its cancellation. Their ids are those of the order and the refunds, so that it does
/// not matter how often and in which order Shopify tells of them.
///
/// # Errors
///
/// A topic that is not known, and a body that is no such thing, with the path of what is wrong with it.
pub fn events(topic: &str, body: &[u8], options: &Options) -> Result<Translation, EventError> {
    let source = options.source("shopify")?;
    let body = json::body(body)?;
    let origin = Origin { source: &source, options };
    match topic {
        "orders/create"
        | "orders/updated"
        | "orders/paid"
        | "orders/cancelled"
        | "orders/fulfilled"
        | "orders/partially_fulfilled" => orders::translate(origin, topic, &body),
        // Lines that came and went, without prices: the order stands beside them.
        "orders/edited" => edits::translate(origin, &body),
        "orders/delete" => Ok(Translation::parked_only(Parked::new(Reason::Deleted, "id"))),
        "refunds/create" => refunds::translate(origin, &body),
        "checkouts/create" | "checkouts/update" | "carts/create" | "carts/update" => carts::translate(origin, &body),
        "customers/create" | "customers/update" | "customers/enable" | "customers/disable" => {
            customers::translate(origin, &body)
        }
        "customers/email_marketing_consent_update" => customers::consent(origin, &body, &customers::EMAIL),
        "customers/marketing_consent_update" => customers::consent(origin, &body, &customers::SMS),
        "customers/redact" | "customers/data_request" | "shop/redact" | "customers/delete" => {
            Ok(Translation::parked_only(Parked::new(Reason::Privacy, "")))
        }
        "checkouts/delete" => Ok(Translation::parked_only(Parked::new(Reason::NotNeeded, ""))),
        _ if topic.starts_with("draft_orders/") => Ok(Translation::parked_only(Parked::new(Reason::Draft, "status"))),
        _ => Err(host::refusal(
            Refusal::UnknownEvent.as_str(),
            Some("topic"),
            "a topic about orders, refunds, checkouts, carts or customers",
            &format!("`{topic}`"),
            Some("do not subscribe to it, or do not hand it on"),
        )),
    }
}

/// Where a payload comes origin, and what the host has chosen.
#[derive(Clone, Copy)]
struct Origin<'a> {
    source: &'a str,
    options: &'a Options,
}

/// The keys of a customer: the id that Shopify gave, and how to reach them.
fn keys(origin: Origin<'_>, body: &json::Object<'_>) -> json::Result<Keys> {
    let customer = body.object("customer")?;
    let of_customer = |key: &str| customer.as_ref().map_or(Ok(None), |customer| customer.text(key));
    let id = customer.as_ref().map_or(Ok(None), |customer| customer.id("id"))?;
    let keys = Keys::own(origin.source, id).email(of_customer("email")?).email(body.text("email")?);
    Ok(keys.phone(of_customer("phone")?).phone(body.text("phone")?))
}
