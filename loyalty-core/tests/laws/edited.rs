//! An order that is told again as it was changes nothing: not a point, not a coupon, not a turn of a wheel, whatever its coupons,
//! its rewards and the rules that follow have given, and whatever has become of that meanwhile.

use loyalty_core::{Decimal, Member, Program};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::engine::compile;
use crate::settings;

const COUPONS: [&str; 8] = [
    "coupon EARN { give { earn 20 p }  limit 2 per member per month }",
    "coupon RATE { give { earn 2 p per 1 EUR of order.subtotal } }",
    "coupon CONV { give { convert 10 p to 1 EUR into v } }",
    "coupon FORF { give { forfeit 5 p } }",
    "coupon SPND { give { spend 10 p }  limit 3 per member }",
    "coupon ISSU { give { issue CARD }  limit 2 per member }",
    "coupon DRAW { give { draw spin } }",
    "coupon BOTH { give { earn 4 p  draw spin  issue CARD } }",
];

const CODES: [&str; 9] = ["EARN", "RATE", "CONV", "FORF", "SPND", "ISSU", "DRAW", "BOTH", "CARD"];

const REWARDS: [&str; 4] = [
    "reward gift { cost 10 coins  give { earn 15 p  issue CARD }  limit 3 per member }",
    "reward turn { cost 5 coins  give { draw spin }  limit 3 per member }",
    "reward swap { cost 1 coins  give { convert 20 p to 1 EUR into v } }",
    "reward mug  { cost 7 p  give { tag \"mug\" } }",
];

const NAMES: [&str; 4] = ["gift", "turn", "swap", "mug"];

const WALLETS: [&str; 7] = [
    "",
    "clawback may overdraw",
    "clawback only pending",
    "vest at 2026-01-09",
    "vest at 2026-01-09  clawback may overdraw",
    "restore never",
    "vest on delivered within 20 days",
];

const FOLLOWERS: [&str; 5] = [
    "",
    "rule tenth on earned p { earn 1 stars per 10 p of earned.amount }",
    "rule some on earned p { earn 3 stars }",
    "rule vests on vested p { earn 1 stars per 7 p of vested.amount }",
    "rule back on spent p { earn 1 stars per 5 p of spent.amount }",
];

/// What happens around the order: others, with what they use; payments; a delivery; others called off.
#[derive(Debug, Clone)]
enum Step {
    Order(Order),
    Redeem(u32),
    Delivered(usize),
    Cancel(usize),
    Tells(usize),
}

#[derive(Debug, Clone)]
struct Order {
    euros: u32,
    coupons: Vec<String>,
    rewards: Vec<(&'static str, u32)>,
}

fn order() -> impl Strategy<Value = Order> {
    let coupons = prop::sample::subsequence(CODES.to_vec(), 0..4);
    let rewards = (prop::sample::subsequence(NAMES.to_vec(), 0..3), 1_u32..3);
    (1_u32..60, coupons, rewards).prop_map(|(euros, coupons, (rewards, quantity))| Order {
        euros,
        coupons: coupons.into_iter().map(str::to_owned).collect(),
        rewards: rewards.into_iter().map(|reward| (reward, quantity)).collect(),
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => order().prop_map(Step::Order),
        3 => (1_u32..50).prop_map(Step::Redeem),
        1 => (0_usize..6).prop_map(Step::Delivered),
        1 => (0_usize..6).prop_map(Step::Cancel),
        4 => (0_usize..6).prop_map(Step::Tells),
    ]
}

struct Shop {
    program: Program,
    member: Member,
}

impl Shop {
    fn new(program: &Program) -> Self {
        let mut member = program.enroll("m", "2026-01-01T00:00:00Z".parse().expect("an instant")).expect("a member");
        for (wallet, points) in [("p", 1_000), ("coins", 1_000)] {
            let given = json!({ "type": "adjust", "id": format!("a-{wallet}"), "at": "2026-01-01T10:00:00Z", "wallet": wallet, "points": points });
            program.apply(&mut member, given.to_string()).expect("an adjustment");
        }
        Self { program: program.clone(), member }
    }

    /// What an event has decided; nothing where it is refused.
    fn apply(&mut self, kind: &str, id: &str, day: usize, more: &Value) -> Option<Value> {
        let mut event =
            json!({ "type": kind, "id": id, "member": "m", "at": format!("2026-01-{:02}T10:00:00Z", day + 2) });
        event.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let outcome = self.program.apply(&mut self.member, event.to_string()).ok()?;
        Some(serde_json::from_str(&outcome.to_json()).expect("JSON"))
    }

    /// What the member has, whenever it was given.
    fn has(&self) -> Value {
        let wallets = self.program.totals(&self.member).into_iter().map(|totals| {
            let amounts = [totals.available, totals.pending, totals.debt].map(|amount| amount.normalize().to_string());
            json!([totals.wallet, amounts])
        });
        let view: Value =
            serde_json::from_str(&self.program.view(&self.member, self.member.clock()).to_json()).expect("JSON");
        let usable =
            view["coupons"].as_array().expect("coupons").iter().filter(|coupon| coupon["state"] == "usable").count();
        json!({ "wallets": wallets.collect::<Vec<_>>(), "cards": usable, "tags": view["tags"], "measures": view["measures"] })
    }
}

fn told(order: &Order) -> Value {
    let rewards = order.rewards.iter().map(|(reward, quantity)| json!({ "reward": reward, "quantity": quantity }));
    json!({ "subtotal": order.euros, "coupons": order.coupons, "rewards": rewards.collect::<Value>() })
}

proptest! {
    #![proptest_config(settings(120))]

    #[test]
    fn an_order_told_again_changes_nothing(
        wallet in prop::sample::select(WALLETS.to_vec()),
        follower in prop::sample::select(FOLLOWERS.to_vec()),
        steps in vec(step(), 1..12),
        probe in order(),
    ) {
        let text = format!(
            "program \"Shop\" {{ currency EUR timezone \"UTC\" }}\nwallet p {{ {wallet} }}\nwallet coins {{}}\nwallet stars {{}}\n\
             wallet v {{ holds EUR }}\nmeasure turnover = sum(order.subtotal)\nwheel spin {{ weight 1 {{ earn 2 stars }} }}\n\
             rule base on order {{ earn 1 p per 1 EUR of order.subtotal }}\n\
             rule pay on redeem when redeem.reward is missing {{ spend up to redeem.points from p }}\n\
             coupon CARD issued {{ give {{ earn 7 p }} }}\n{follower}\n{}\n{}\n",
            COUPONS.join("\n"), REWARDS.join("\n")
        );
        let program = compile(&text).with_secret(b"the secret of the laws").expect("a secret");
        let (mut once, mut again) = (Shop::new(&program), Shop::new(&program));
        // The orders as they are told, by the id under which each of the two knows them last.
        let mut known: Vec<(Order, String, String)> = vec![];
        for (day, step) in steps.iter().enumerate() {
            let id = format!("e{day}");
            let which = |which: &usize| which % known.len().max(1);
            let (kind, to_once, to_again) = match step {
                Step::Order(order) => ("order", told(order), told(order)),
                Step::Redeem(points) => ("redeem", json!({ "points": points }), json!({ "points": points })),
                // Which of several cards was used goes by their numbers, and so does what is left once an order has come back.
                Step::Cancel(_) if known.iter().any(|(order, ..)| order.coupons.iter().any(|code| code == "CARD")) => continue,
                Step::Delivered(number) | Step::Cancel(number) if !known.is_empty() => {
                    let (_, first, last) = &known[which(number)];
                    let kind = if matches!(step, Step::Cancel(_)) { "cancel" } else { "delivered" };
                    (kind, json!({ "order": first }), json!({ "order": last }))
                }
                Step::Tells(number) if !known.is_empty() => {
                    let number = which(number);
                    let (order, _, last) = known[number].clone();
                    let mut edit = told(&order);
                    edit["replaces"] = last.into();
                    let now = format!("2026-01-{:02}T10:00:00Z", day + 2).parse().expect("an instant");
                    program.advance(&mut once.member, now).expect("time passes");
                    if again.apply("order", &id, day, &edit).is_some() {
                        known[number].2 = id;
                        prop_assert_eq!(&once.has(), &again.has(), "once and again, by {} on day {}", edit, day);
                    }
                    continue;
                }
                _ => continue,
            };
            let (one, other) = (once.apply(kind, &id, day, &to_once), again.apply(kind, &id, day, &to_again));
            prop_assert_eq!(one.is_some(), other.is_some(), "once and again: {} {}", kind, to_again);
            prop_assert_eq!(&once.has(), &again.has(), "once and again, by {} {} on day {}", kind, to_again, day);
            match step {
                Step::Order(order) if one.is_some() => {
                    // What could not be used then may be by the time the order is told again.
                    let decided = one.iter().flat_map(|one| one["decisions"].as_array().expect("decisions"));
                    let used = decided.filter(|decision| decision["kind"] == "coupon_redeemed");
                    let coupons = used.map(|decision| decision["code"].as_str().expect("a code").to_owned()).collect();
                    known.push((Order { coupons, ..order.clone() }, id.clone(), id));
                }
                Step::Cancel(number) if one.is_some() => drop(known.remove(which(number))),
                _ => {}
            }
        }
        // And it has used up nothing more.
        let (one, other) = (once.apply("order", "last", steps.len(), &told(&probe)), again.apply("order", "last", steps.len(), &told(&probe)));
        prop_assert_eq!(one.is_some(), other.is_some(), "once and again: {}", told(&probe));
        prop_assert_eq!(once.has(), again.has(), "once and again, by {}", told(&probe));
        let negative = program.totals(&again.member).into_iter().any(|totals| totals.available < Decimal::ZERO);
        prop_assert!(!negative);
    }
}
