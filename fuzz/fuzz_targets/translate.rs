//! Any bytes as a body of every platform, and as a message: translated or refused, never a panic, and the same twice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loyalty_hosts::host;

const CALLS: [(&str, &str); 12] = [
    ("shopify.events", "orders/updated"),
    ("shopify.events", "refunds/create"),
    ("shopify.events", "checkouts/update"),
    ("shopify.events", "customers/update"),
    ("shopify.events", "customers/marketing_consent_update"),
    ("woocommerce.events", "order.updated"),
    ("woocommerce.events", "refund"),
    ("woocommerce.events", "customer.updated"),
    ("magento.events", "order"),
    ("magento.events", "credit_memo"),
    ("magento.events", "customer"),
    ("whatsapp.events", ""),
];

fuzz_target!(|bytes: &[u8]| {
    for (function, topic) in CALLS {
        for options in ["{}", r#"{"earn":"placed","money":"presentment"}"#] {
            let told = host::ask(function, topic, options.as_bytes(), bytes);
            assert_eq!(told, host::ask(function, topic, options.as_bytes(), bytes));
        }
    }
    for send in [r#"{"phone":"+966501234567","window":"open"}"#, r#"{"bsuid":"SA.1"}"#] {
        let _ = host::ask("whatsapp.payload", "", send.as_bytes(), bytes);
    }
});
