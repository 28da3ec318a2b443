//! What shops and messengers send, as events of the loyalty rules language, and its messages as they take them.
//!
//! Pure functions: bytes in, a [`Translation`] out. Nothing here opens a connection, checks a signature, or knows
//! what time it is. The host receives, verifies, finds the member, stores and sends.
//!
//! | module | reads | writes |
//! |---|---|---|
//! | [`shopify`] | webhooks about orders, refunds, checkouts, carts and customers | |
//! | [`woocommerce`] | webhooks about orders and customers, refunds from the REST API | |
//! | [`magento`] | orders, credit memos and customers from the REST API | |
//! | [`whatsapp`] | webhooks of the Cloud API | messages for the Cloud API |
//!
//! Three rules hold for all of them:
//!
//! - **Delivered twice is the same.** Ids of events come from what happened and not from the delivery, and every
//!   snapshot of an order is translated whole: the order as it was bought, each refund, its cancellation. Whatever was
//!   heard before is a replay for the core, and whatever order the deliveries arrive in, the same comes of them.
//! - **Who it is, is the host's to say.** An event carries no member but [keys](HostEvent::keys) to find one by.
//!   What nobody can be found for, or what must not earn, is [parked](Parked) with a reason instead of lost.
//! - **Digits stay digits.** Amounts and ids are taken from the text as it stands, never through a binary float.
//!
//! ```
//! use loyalty_hosts::{Options, shopify};
//!
//! let body = br#"{"id":820982911946154508,"customer":{"id":115310627314723954},"currency":"USD",
//!     "financial_status":"paid","processed_at":"2026-11-21T10:00:00-05:00","total_price":"20.00",
//!     "line_items":[{"id":866550311766439020,"quantity":2,"price":"10.00"}]}"#;
//! let translation = shopify::events("orders/paid", body, &Options::default()).unwrap();
//! let order = &translation.events()[0];
//! assert_eq!(order.key("shopify"), Some("115310627314723954"));
//! assert!(order.json_for("m-1").starts_with(
//!     r#"{"type":"order","id":"shopify:order:820982911946154508","member":"m-1","at":"2026-11-21T10:00:00-05:00""#
//! ));
//! ```

#![deny(missing_docs)]

mod build;
#[doc(hidden)]
pub mod host;
mod json;
pub mod magento;
mod money;
mod options;
pub mod shopify;
mod translation;
pub mod whatsapp;
pub mod woocommerce;

/// The Rust in the page of the repository, run as a doctest.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../docs/hosts.md")]
    struct Hosts;
}

pub use json::BODY_BYTES_MAX;
pub use options::{Earn, Money, Options};
pub use translation::{HostEvent, Notice, Parked, Reason, Translation};
