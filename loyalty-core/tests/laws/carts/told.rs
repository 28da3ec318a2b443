//! A line that is told at its price before coupons, beside a subtotal after them, is understood as the line that is told at what was
//! charged for it.

use loyalty_core::{Decimal, Instant, Program};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{CURRENCIES, Shop, shop, text};
use crate::model::number::zero;
use crate::settings;

/// A line that is no goods, and is charged as it is told.
fn other_line() -> impl Strategy<Value = Option<(&'static str, i64)>> {
    prop::option::of((prop::sample::select(vec!["fee", "gift_card"]), 0_i64..2_000))
}

impl Shop {
    /// The order with its lines as they are priced, or as they are charged.
    fn told(&self, quote: &Value, other: Option<(&str, i64)>, (before, tax): (bool, i64)) -> Value {
        let mut order: Value = serde_json::from_str(&self.order(quote)).unwrap();
        for (line, own) in order["lines"].as_array_mut().unwrap().iter_mut().zip(&self.lines) {
            if before {
                line["amount"] = self.amount(own.price * own.units as i64).to_string().into();
            }
        }
        if let Some((kind, amount)) = other {
            let line = json!({ "id": "other", "kind": kind, "amount": self.amount(amount).to_string() });
            order["lines"].as_array_mut().unwrap().push(line);
        }
        if tax > 0 {
            order["tax"] = self.amount(tax).to_string().into();
        }
        order
    }
}

proptest! {
    #![proptest_config(settings(64))]

    #[test]
    fn a_line_before_its_coupon_is_the_line_after_it(
        shop in shop(),
        other in other_line(),
        tax in 0_i64..300,
        revoke in any::<bool>(),
        turns in prop::collection::vec(any::<u8>(), 6),
        money in prop::option::weighted(0.3, 1_i64..200),
    ) {
        let mut text_of = shop.text();
        if !revoke {
            text_of = text_of.replace("  returns revoke", "");
        }
        text_of.push_str("measure goods = sum(order.subtotal)\nmeasure taxes = sum(order.tax)\nmeasure all = sum(order.total)\n");
        text_of.push_str(&format!("rule taxed on order {{ earn 1 pts per {} of order.tax }}\n", shop.money(1)));
        let program = Program::compile(&text_of).unwrap_or_else(|errors| panic!("{}\n{text_of}", errors.render("generated", false)));
        let mut members = [shop.member(&program, 0), shop.member(&program, 0)];
        let quote = shop.quote(&program, &members[0], &json!({}));
        // Of goods that cost nothing after their coupons nobody knows whose the tax is.
        let costs = quote["lines"].as_array().unwrap().iter().any(|line| shop.minor(text(&line["net"])) > zero());
        let tax = if costs { tax } else { 0 };
        for (member, before) in members.iter_mut().zip([true, false]) {
            program.apply(member, shop.told(&quote, other, (before, tax)).to_string()).unwrap();
        }
        let mut kept: Vec<String> = (0..shop.lines.len()).map(|at| at.to_string()).collect();
        kept.extend(other.map(|_| "other".to_owned()));
        for (number, turn) in turns.iter().enumerate() {
            if kept.is_empty() {
                break;
            }
            let mut refund = json!({ "type": "refund", "id": format!("r-{number}"), "order": "o-1", "at": "2026-11-22T10:00:00Z" });
            match money.filter(|_| number == 1) {
                Some(money) => refund["amount"] = shop.amount(money).to_string().into(),
                None => refund["lines"] = json!([{ "id": kept.remove(usize::from(*turn) % kept.len()) }]),
            }
            let outcomes = members.each_mut().map(|member| match program.apply(member, refund.to_string()) {
                Ok(outcome) => {
                    let outcome: Value = serde_json::from_str(&outcome.to_json()).unwrap();
                    let due = outcome["decisions"].as_array().unwrap().iter().find(|decision| decision["kind"] == "refund_due");
                    due.cloned().unwrap_or_default()
                }
                Err(error) => json!(error.code().as_str()),
            });
            prop_assert_eq!(&outcomes[0], &outcomes[1], "before and after, by {}", refund);
            let views = members.each_ref().map(|member| {
                let view: Value = serde_json::from_str(&program.view(member, Instant::parse("2026-11-23T00:00:00Z").unwrap()).to_json()).unwrap();
                (view["wallets"]["pts"]["available"].clone(), view["measures"].clone())
            });
            prop_assert_eq!(&views[0], &views[1], "before and after, by {} of {} in {}", refund, shop.told(&quote, other, (true, tax)), CURRENCIES[shop.currency].0);
            // In the end nothing is left, whatever was told.
            if kept.is_empty() {
                let left: Decimal = text(&views[0].1["goods"]).parse().unwrap();
                prop_assert_eq!(left, Decimal::ZERO);
            }
        }
    }
}
