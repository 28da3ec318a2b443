//! What holds for every body: nothing panics, the same body gives the same answer, and spelling does not matter.

use std::fs;

use loyalty_core::Document;
use loyalty_hosts::{BODY_BYTES_MAX, Options};
use proptest::prelude::*;

use super::case::{all, ask, files_ending, lines};

/// Everything that can be asked about a body.
const CALLS: [&str; 14] = [
    "shopify.events orders/updated",
    "shopify.events refunds/create",
    "shopify.events checkouts/update",
    "shopify.events customers/update",
    "shopify.events customers/email_marketing_consent_update",
    "woocommerce.events order.updated",
    "woocommerce.events refund",
    "woocommerce.events customer.updated",
    "magento.events order",
    "magento.events credit_memo",
    "magento.events customer",
    "whatsapp.events",
    "shopify.events orders/edited",
    "shopify.events draft_orders/create",
];

/// Asks everything; whatever comes is a document or a refusal that says what is wrong.
fn ask_everything(body: &[u8]) {
    for call in CALLS {
        for options in ["{}", r#"{"earn":"placed","money":"presentment"}"#] {
            let answer = ask(call, options, body);
            assert_eq!(lines(&answer), lines(&ask(call, options, body)));
            if let Err(error) = &answer {
                assert!(error.expected().is_some() && error.found().is_some(), "{error}");
            }
        }
    }
    for window in ["open", "closed"] {
        let send = format!(r#"{{"phone":"+966501234567","window":"{window}"}}"#);
        let _ = ask("whatsapp.payload", &send, body);
    }
}

fn bodies() -> Vec<Vec<u8>> {
    let mut bodies: Vec<_> = files_ending("json").iter().map(|path| fs::read(path).unwrap()).collect();
    bodies.extend(all().into_iter().map(|case| case.body));
    bodies
}

/// Any JSON, with the names that the translations ask for.
fn json() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "id",
        "order_id",
        "line_items",
        "quantity",
        "price",
        "price_set",
        "shop_money",
        "amount",
        "customer",
        "created_at",
        "updated_at",
        "token",
        "status",
        "total",
        "entity_id",
        "items",
        "qty_ordered",
        "object",
        "entry",
        "changes",
        "field",
        "value",
        "messages",
        "type",
        "text",
        "body",
        "timestamp",
        "category",
        "template",
        "parameters",
        "buttons",
        "title",
    ]);
    let plain = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,12})?([eE][+-]?[0-9]{1,3})?",
        "\"[a-z0-9 :+.-]{0,24}\"",
        Just("\"2026-11-21T10:00:00Z\"".to_owned()),
        Just("\"whatsapp_business_account\"".to_owned()),
        Just("\"messages\"".to_owned()),
    ];
    plain.prop_recursive(5, 48, 6, move |inner| {
        let entry = (names.clone(), inner.clone()).prop_map(|(name, value)| format!("\"{name}\":{value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(entry, 0..8).prop_map(|entries| format!("{{{}}}", entries.join(","))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_json_panics(body in json()) {
        ask_everything(body.as_bytes());
    }

    #[test]
    fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        ask_everything(&body);
    }

    /// A payload with one value put in the place of another, or a piece cut out of it.
    #[test]
    fn no_damaged_payload_panics(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        length in 0_usize..40,
        put in prop_oneof![json(), Just(String::new()), "[ -~]{0,8}"],
    ) {
        let bodies = bodies();
        let body = String::from_utf8_lossy(which.get::<Vec<u8>>(&bodies)).into_owned();
        let letters: Vec<char> = body.chars().collect();
        let start = at.index(letters.len().max(1));
        let end = (start + length).min(letters.len());
        let mut damaged: String = letters.iter().take(start).collect();
        damaged.push_str(&put);
        damaged.extend(letters.iter().skip(end));
        ask_everything(damaged.as_bytes());
    }
}

/// A document with its keys the other way round and blanks between.
fn respelt(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(entries) => {
            let entries: Vec<_> = entries
                .iter()
                .rev()
                .map(|(key, value)| format!(" {} : {}", Document::from(key.as_str()), respelt(value)))
                .collect();
            format!("{{{}\n}}", entries.join(","))
        }
        serde_json::Value::Array(items) => {
            format!("[{}]", items.iter().map(respelt).collect::<Vec<_>>().join("\t,"))
        }
        plain => plain.to_string(),
    }
}

#[test]
fn neither_the_order_of_keys_nor_blanks_matter() {
    for case in all() {
        let Ok(value) = serde_json::from_slice::<serde_json::Value>(&case.body) else { continue };
        // This reader takes the last of two keys and reads numbers as floats; what it changes cannot be compared.
        if case.name.contains("twice") || case.name.contains("floats") || case.answer.starts_with("error") {
            continue;
        }
        let told = lines(&ask(&case.call, &case.options, respelt(&value).as_bytes()));
        assert_eq!(told, case.answer, "{}", case.name);
    }
}

#[test]
fn a_body_beyond_the_limit_is_refused_unread() {
    let mut body = br#"{"id":1,"note":""#.to_vec();
    body.resize(10 << 20, b'x');
    body.extend_from_slice(b"\"}");
    let error = ask("shopify.events orders/paid", "{}", &body).unwrap_err();
    assert_eq!(error.code().as_str(), "event_too_large");
    assert_eq!(error.expected(), Some(&*format!("at most {BODY_BYTES_MAX} bytes")));
}

#[test]
fn deep_nesting_is_passed_over() {
    let deep = format!(r#"{{"id":1,"note":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(ask("shopify.events orders/paid", "{}", deep.as_bytes()).unwrap_err().field(), Some("created_at"));
}

#[test]
fn options_are_told_apart() {
    assert_eq!(Options::from_json(b"{}").unwrap(), Options::default());
    assert!(Options::from_json(b"[]").is_err());
}
