//! Where everything has come back, in whichever order, nothing is left: not a point of what was bought, and not a line of
//! what was owed for it.

use loyalty_core::Decimal;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use crate::engine::compile;
use crate::settings;

/// Something bought, paid for with points, edited, or in part returned; by which of the earlier ones it goes.
#[derive(Debug, Clone)]
enum Step {
    Order(u32),
    Redeem(u32),
    Edit(usize, u32),
    Part(usize, u32),
    Cancel(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let (which, amount) = (0_usize..8, prop::sample::select(vec![100_u32, 40, 60, 150, 1]));
    prop_oneof![
        3 => amount.clone().prop_map(Step::Order),
        3 => amount.clone().prop_map(Step::Redeem),
        2 => (which.clone(), amount.clone()).prop_map(|(which, amount)| Step::Edit(which, amount)),
        2 => (which.clone(), amount).prop_map(|(which, amount)| Step::Part(which, amount)),
        1 => which.prop_map(Step::Cancel),
    ]
}

const WALLETS: [&str; 5] = [
    "",
    "clawback may overdraw",
    "vest after 2 days",
    "expire 40 days after earning",
    "clawback may overdraw  vest after 2 days",
];

proptest! {
    #![proptest_config(settings(120))]

    #[test]
    fn nothing_is_left(
        wallet in prop::sample::select(WALLETS.to_vec()),
        steps in vec(step(), 1..14),
        order in vec(any::<prop::sample::Index>(), 14),
    ) {
        let program = compile(&format!(
            "program \"Shop\" {{ currency EUR timezone \"Europe/Berlin\" }}\nwallet p {{ {wallet} }}\n\
             rule base on order {{ earn 1 p per 1 EUR of order.subtotal }}\n\
             rule pay on redeem {{ spend up to redeem.points from p }}\n"
        ));
        let at = |day: usize| format!("2026-01-{:02}T10:00:00Z", day + 1);
        let mut member = program.enroll("m", at(0).parse().expect("an instant")).expect("a member");
        let mut known: Vec<String> = vec![];
        for (day, step) in steps.iter().enumerate() {
            let mut event = json!({ "id": format!("e{day}"), "member": "m", "at": at(day) });
            let earlier = |which: usize| known.get(which % known.len().max(1)).cloned().unwrap_or_default();
            let (kind, more) = match step {
                Step::Order(amount) => ("order", json!({ "subtotal": amount })),
                Step::Redeem(points) => ("redeem", json!({ "points": points })),
                Step::Edit(which, amount) => ("order", json!({ "subtotal": amount, "replaces": earlier(*which) })),
                Step::Part(which, amount) => ("refund", json!({ "order": earlier(*which), "amount": amount })),
                Step::Cancel(which) => ("cancel", json!({ "order": earlier(*which) })),
            };
            event["type"] = kind.into();
            for (key, value) in more.as_object().expect("an object") {
                event[key] = value.clone();
            }
            if program.apply(&mut member, event.to_string()).is_ok() && matches!(kind, "order" | "redeem") {
                known.push(format!("e{day}"));
            }
        }
        for (number, index) in order.iter().enumerate().take(known.len()) {
            let id = known.remove(index.index(known.len()));
            let cancel = json!({ "type": "cancel", "id": format!("c{number}"), "member": "m", "at": at(20), "order": id });
            // Those that came back whole before are refused.
            let _ = program.apply(&mut member, cancel.to_string());
        }
        let totals = &program.totals(&member)[0];
        prop_assert_eq!((totals.spent, totals.debt), (Decimal::ZERO, Decimal::ZERO));
        prop_assert_eq!(totals.available + totals.pending, Decimal::ZERO);
        prop_assert_eq!(totals.written_off, Decimal::ZERO);
        prop_assert_eq!(totals.clawed_back, totals.issued);
    }
}
