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

/// Something that caps count.
#[derive(Debug, Clone)]
enum Use {
    Order { amount: u32, coupon: bool, reward: bool },
    Pay(u32),
    Refill(u32),
    Edit(usize, u32),
    Part(usize, u32),
    Cancel(usize),
}

fn use_of_caps() -> impl Strategy<Value = Use> {
    let (which, amount) = (0_usize..8, prop::sample::select(vec![100_u32, 40, 60, 150, 1]));
    prop_oneof![
        4 => (amount.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(amount, coupon, reward)| Use::Order { amount, coupon, reward }),
        2 => amount.clone().prop_map(Use::Pay),
        1 => (1_u32..4).prop_map(Use::Refill),
        2 => (which.clone(), amount.clone()).prop_map(|(which, amount)| Use::Edit(which, amount)),
        2 => (which.clone(), amount).prop_map(|(which, amount)| Use::Part(which, amount)),
        1 => which.prop_map(Use::Cancel),
    ]
}

const STRETCHES: [&str; 5] = ["per month", "over last 10 days", "per 24 hours", "", "per 40 days from first use"];

proptest! {
    #![proptest_config(settings(120))]

    /// Whoever called everything off earns and spends what one who did nothing does.
    #[test]
    fn nothing_is_used_up(
        wallet in prop::sample::select(vec!["clawback may overdraw", "clawback within balance", "vest after 2 days"]),
        stretches in vec(prop::sample::select(STRETCHES.to_vec()), 4),
        reject in prop::sample::select(vec!["", "reject"]),
        steps in vec(use_of_caps(), 1..14),
        order in vec(any::<prop::sample::Index>(), 14),
    ) {
        let [of_wallet, of_rule, of_group, of_goal] = [stretches[0], stretches[1], stretches[2], stretches[3]];
        let program = compile(&format!(
            "program \"Shop\" {{ currency EUR timezone \"Europe/Berlin\" }}\n\
             wallet p {{ cap 150 p {of_wallet} {reject}  {wallet} }}\nwallet coins {{}}\n\
             rule base on order cap 120 p {of_rule} {{ earn 1 p per 1 EUR of order.subtotal }}\n\
             rule pay on redeem when redeem.reward is missing cap 90 p {of_rule} {{ spend up to redeem.points from p }}\n\
             group both [base, pay] {{ cap 130 p {of_group} }}\n\
             coupon EXTRA {{ give {{ earn 25 p }} }}\n\
             reward refill {{ cost 1 coins  give {{ earn 40 p }} }}\n\
             challenge two {{ count order  within each month  goal 2  returns revoke\n\
               reward {{ earn 30 p  cap 30 p {of_goal} }} }}\n"
        ));
        let at = |day: usize| format!("2026-01-{:02}T10:00:00Z", day + 1);
        let apply = |member: &mut _, kind: &str, id: String, day: usize, more: serde_json::Value| {
            let mut event = json!({ "type": kind, "id": id, "member": "m", "at": at(day) });
            for (key, value) in more.as_object().expect("an object") {
                event[key] = value.clone();
            }
            program.apply(member, event.to_string())
        };
        let enroll = || {
            let mut member = program.enroll("m", at(0).parse().expect("an instant")).expect("a member");
            for (wallet, points) in [("coins", 1_000), ("p", 500)] {
                let adjust = json!({ "wallet": wallet, "points": points });
                apply(&mut member, "adjust", format!("a-{wallet}"), 0, adjust).expect("an adjustment");
            }
            member
        };
        let mut member = enroll();
        let mut known: Vec<String> = vec![];
        for (day, step) in steps.iter().enumerate() {
            let earlier = |which: usize| known.get(which % known.len().max(1)).cloned().unwrap_or_default();
            let (kind, more) = match step {
                Use::Order { amount, coupon, reward } => {
                    let coupons = if *coupon { json!(["EXTRA"]) } else { json!([]) };
                    let rewards = if *reward { json!([{ "reward": "refill" }]) } else { json!([]) };
                    ("order", json!({ "subtotal": amount, "coupons": coupons, "rewards": rewards }))
                }
                Use::Pay(points) => ("redeem", json!({ "points": points })),
                Use::Refill(quantity) => ("redeem", json!({ "reward": "refill", "quantity": quantity })),
                Use::Edit(which, amount) => ("order", json!({ "subtotal": amount, "replaces": earlier(*which) })),
                Use::Part(which, amount) => ("refund", json!({ "order": earlier(*which), "amount": amount })),
                Use::Cancel(which) => ("cancel", json!({ "order": earlier(*which) })),
            };
            let id = format!("e{day}");
            if apply(&mut member, kind, id.clone(), day, more).is_ok() && matches!(kind, "order" | "redeem") {
                known.push(id);
            }
        }
        for (number, index) in order.iter().enumerate().take(known.len()) {
            let id = known.remove(index.index(known.len()));
            // Those that came back whole before are refused.
            let _ = apply(&mut member, "cancel", format!("c{number}"), steps.len(), json!({ "order": id }));
        }
        let mut other = enroll();
        let last = [
            ("order", json!({ "subtotal": 70, "coupons": ["EXTRA"] })),
            ("redeem", json!({ "points": 100 })),
            ("redeem", json!({ "reward": "refill" })),
            ("order", json!({ "subtotal": 70 })),
        ];
        for (number, (kind, more)) in last.into_iter().enumerate() {
            let amounts = |member: &mut _| {
                let outcome = apply(member, kind, format!("l{number}"), steps.len(), more.clone()).expect("an outcome");
                let decided = outcome.decisions().iter().filter(|decision| matches!(decision.kind(), "earned" | "spent"));
                decided.map(|decision| decision.amount()).collect::<Vec<_>>()
            };
            prop_assert_eq!(amounts(&mut member), amounts(&mut other), "{} {}", kind, number);
        }
    }
}
