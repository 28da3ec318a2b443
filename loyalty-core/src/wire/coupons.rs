//! What is decided about coupons, as documents.

use super::json::{author, moment};
use super::sink::Object;
use crate::engine::coupons::decision::CouponDecision;
use crate::engine::coupons::reason::Reason;
use crate::plan::Plan;

/// Adds what a decision says to its document.
pub fn put(plan: &Plan, decision: &CouponDecision, object: &mut Object<'_>) {
    match decision {
        CouponDecision::Issued { number, coupon, code, expires_at, rule } => {
            head(object, coupon, Some(*number), code.as_deref());
            object.put("expires_at", expires_at.map(|at| moment(plan, at)));
            if let Some(rule) = rule {
                let (keyword, name) = author(plan, *rule);
                object.put(if keyword == "coupon" { "from_coupon" } else { keyword }, name);
            }
        }
        CouponDecision::Expired { number, coupon, code } | CouponDecision::Revoked { number, coupon, code } => {
            head(object, coupon, Some(*number), code.as_deref());
        }
        CouponDecision::Redeemed { coupon, number, code, discount, lines, .. } => {
            head(object, coupon, *number, code.as_deref());
            if let Some(discount) = discount {
                object.put("discount", *discount);
                object.put_objects("lines", lines, |object, (line, off)| {
                    object.put("line", u64::from(*line) + 1);
                    object.put("discount", *off);
                });
            }
        }
        CouponDecision::Refused { code, coupon, reasons } => {
            object.put("code", &**code);
            object.put_some("coupon", coupon.as_deref());
            object.put_objects("reasons", reasons, |object, reason| self::reason(plan, reason, object));
        }
        CouponDecision::RefundDue { amount, returned, owed } => {
            object.put("amount", *amount);
            object.put("returned", *returned);
            object.put_objects("owed", owed, |object, part| {
                head(object, &part.coupon, None, part.code.as_deref());
                object.put("amount", part.amount);
            });
        }
        CouponDecision::GivenBack { coupon, number, code } => head(object, coupon, *number, code.as_deref()),
    }
}

/// Why a coupon is not applied.
fn reason(plan: &Plan, reason: &Reason, object: &mut Object<'_>) {
    object.put("reason", reason.name());
    match reason {
        Reason::Expired { at } => object.put("at", moment(plan, *at)),
        Reason::NotYet { from } => object.put("from", moment(plan, *from)),
        Reason::Condition { number } => object.put("condition", u64::from(*number)),
        Reason::Limit { count, in_total } => {
            object.put("limit", u64::from(*count));
            object.put("in_total", *in_total);
        }
        Reason::Budget { amount } => object.put("budget", *amount),
        _ => {}
    }
}

fn head(object: &mut Object<'_>, coupon: &str, number: Option<u64>, code: Option<&str>) {
    object.put("coupon", coupon);
    object.put_some("number", number);
    object.put_some("code", code);
}
