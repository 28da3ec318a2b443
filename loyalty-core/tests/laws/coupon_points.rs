//! What a coupon gives by the order is what a rule on the order would give that asks for its code: in every order, return and edit.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::engine::compile;
use crate::settings;

/// Something bought, edited, or in part returned; by which of the earlier ones it goes.
#[derive(Debug, Clone)]
enum Step {
    Order { lines: Vec<(bool, u32, u32)>, coupon: bool, edits: Option<usize> },
    Unit(usize, usize),
    Money(usize, u32),
    Cancel(usize),
    Redeem(u32),
}

fn step() -> impl Strategy<Value = Step> {
    let which = 0_usize..8;
    let lines = vec((any::<bool>(), 1_u32..4, 0_u32..2_000), 1..4);
    prop_oneof![
        4 => (lines, any::<bool>(), prop::option::weighted(0.2, which.clone()))
            .prop_map(|(lines, coupon, edits)| Step::Order { lines, coupon, edits }),
        3 => (which.clone(), 0_usize..4).prop_map(|(which, line)| Step::Unit(which, line)),
        1 => (which.clone(), 1_u32..900).prop_map(|(which, cents)| Step::Money(which, cents)),
        1 => which.prop_map(Step::Cancel),
        1 => (1_u32..400).prop_map(Step::Redeem),
    ]
}

const EFFECTS: [&str; 6] = [
    "multiply base by 10",
    "multiply base by 150%",
    "earn 3 p per 1 EUR of sum(order.lines.amount where category == \"a\")",
    "earn 2 p per full 5 EUR of order.subtotal",
    "earn 4 p per 1 of count(order.lines)",
    "earn 40 p",
];

const WALLETS: [&str; 6] = [
    "",
    "clawback may overdraw",
    "vest after 2 days",
    "multipliers compound",
    "multipliers best  round half up per line",
    "cap 90 p per order  expire 40 days after earning",
];

proptest! {
    #![proptest_config(settings(150))]

    #[test]
    fn a_coupon_gives_what_a_rule_would(
        wallet in prop::sample::select(WALLETS.to_vec()),
        effects in prop::sample::subsequence(EFFECTS.to_vec(), 1..4),
        cap in prop::option::weighted(0.3, 1_u32..200),
        steps in vec(step(), 1..16),
    ) {
        // Without anything by the order the points are a decision of their own.
        prop_assume!(effects != ["earn 40 p"]);
        let cap = cap.map_or_else(String::new, |cap| format!("cap {cap} p per month  "));
        let block = format!("{cap}{}", effects.join("  "));
        let head = format!(
            "program \"Shop\" {{ currency EUR timezone \"Europe/Berlin\" }}\nwallet p {{ {wallet} }}\n\
             rule base on order {{ earn 1 p per 1 EUR of order.subtotal }}\n\
             rule more on order when order.subtotal >= 20 EUR {{ multiply base by 2 }}\n\
             rule pay on redeem {{ spend up to redeem.points from p }}\n"
        );
        let by_coupon = compile(&format!("{head}coupon X {{ give {{ {block} }} }}\n"));
        let by_rule = compile(&format!("{head}coupon X {{}}\nrule x on order when \"X\" in order.coupons {{ {block} }}\n"));
        let at = |day: usize| format!("2026-01-{:02}T10:00:00Z", day + 1);
        let enroll = |program: &loyalty_core::Program| program.enroll("m", at(0).parse().expect("an instant")).expect("a member");
        let (mut one, mut other) = (enroll(&by_coupon), enroll(&by_rule));
        let mut known: Vec<String> = vec![];
        for (day, step) in steps.iter().enumerate() {
            let earlier = |which: &usize| known.get(which % known.len().max(1)).cloned().unwrap_or_default();
            let cents = |cents: u32| format!("{}.{:02}", cents / 100, cents % 100);
            let (kind, more) = match step {
                Step::Order { lines, coupon, edits } => {
                    let lines = lines.iter().enumerate().map(|(id, (a, quantity, amount))| {
                        json!({ "id": id.to_string(), "category": if *a { "a" } else { "b" }, "quantity": quantity, "amount": cents(*amount) })
                    });
                    let mut order = json!({ "lines": lines.collect::<Value>() });
                    if *coupon {
                        order["coupons"] = json!(["X"]);
                    }
                    if let Some(edits) = edits.as_ref().filter(|_| !known.is_empty()) {
                        order["replaces"] = earlier(edits).into();
                    }
                    ("order", order)
                }
                Step::Unit(which, line) => {
                    ("refund", json!({ "order": earlier(which), "lines": [{ "id": line.to_string(), "quantity": 1 }] }))
                }
                Step::Money(which, amount) => ("refund", json!({ "order": earlier(which), "amount": cents(*amount) })),
                Step::Cancel(which) => ("cancel", json!({ "order": earlier(which) })),
                Step::Redeem(points) => ("redeem", json!({ "points": points })),
            };
            let mut event = json!({ "type": kind, "id": format!("e{day}"), "member": "m", "at": at(day) });
            for (key, value) in more.as_object().expect("an object") {
                event[key] = value.clone();
            }
            let told = by_coupon.apply(&mut one, event.to_string());
            let expected = by_rule.apply(&mut other, event.to_string());
            prop_assert_eq!(told.is_ok(), expected.is_ok(), "{}", event);
            if told.is_ok() && kind == "order" {
                known.push(format!("e{day}"));
            }
            let wallets = |program: &loyalty_core::Program, member: &loyalty_core::Member| {
                let view: Value = serde_json::from_str(&program.view(member, member.clock()).to_json()).expect("JSON");
                view["wallets"].clone()
            };
            prop_assert_eq!(wallets(&by_coupon, &one), wallets(&by_rule, &other), "after {} by {}", event, block);
        }
    }
}
