//! What is decided about coupons, as documents.

use super::document::Document;
use super::json::{author, instant};
use crate::engine::coupons::decision::CouponDecision;
use crate::engine::coupons::reason::Reason;
use crate::plan::Plan;

/// Adds what a decision says to its document.
pub fn put(plan: &Plan, decision: &CouponDecision, object: &mut Document) {
    match decision {
        CouponDecision::Issued { number, coupon, code, expires_at, rule } => {
            head(object, coupon, Some(*number), code.as_deref());
            object.put("expires_at", expires_at.map(|at| instant(plan, at)));
            if let Some(rule) = rule {
                let (key, name) = author(plan, *rule);
                object.put(key, name);
            }
        }
        CouponDecision::Expired { number, coupon, code } | CouponDecision::Revoked { number, coupon, code } => {
            head(object, coupon, Some(*number), code.as_deref());
        }
        CouponDecision::Redeemed { coupon, number, code, discount, lines, .. } => {
            head(object, coupon, *number, code.as_deref());
            if let Some(discount) = discount {
                object.put("discount", *discount);
                let lines = lines
                    .iter()
                    .map(|(line, off)| Document::object().with("line", u64::from(*line) + 1).with("discount", *off));
                object.put("lines", lines.collect::<Document>());
            }
        }
        CouponDecision::Refused { code, coupon, reasons } => {
            object.put("code", &**code);
            if let Some(coupon) = coupon {
                object.put("coupon", &**coupon);
            }
            object.put("reasons", reasons.iter().map(|one| reason(plan, one)).collect::<Document>());
        }
        CouponDecision::RefundDue { amount, returned, owed } => {
            object.put("amount", *amount);
            object.put("returned", *returned);
            let owed = owed.iter().map(|part| {
                let mut object = Document::object();
                head(&mut object, &part.coupon, None, part.code.as_deref());
                object.with("amount", part.amount)
            });
            object.put("owed", owed.collect::<Document>());
        }
        CouponDecision::GivenBack { coupon, number, code } => head(object, coupon, *number, code.as_deref()),
    }
}

/// Why a coupon is not applied.
pub fn reason(plan: &Plan, reason: &Reason) -> Document {
    let object = Document::object().with("reason", reason.name());
    match reason {
        Reason::Expired { at } => object.with("at", instant(plan, *at)),
        Reason::NotYet { from } => object.with("from", instant(plan, *from)),
        Reason::Condition { number } => object.with("condition", u64::from(*number)),
        Reason::Limit { count, in_total } => object.with("limit", u64::from(*count)).with("in_total", *in_total),
        Reason::Budget { amount } => object.with("budget", *amount),
        _ => object,
    }
}

fn head(object: &mut Document, coupon: &str, number: Option<u64>, code: Option<&str>) {
    object.put("coupon", coupon);
    if let Some(number) = number {
        object.put("number", number);
    }
    if let Some(code) = code {
        object.put("code", code);
    }
}
