//! What is decided about coupons, as documents.

use super::document::Document;
use super::json::{instant, rule_name};
use crate::engine::coupons::decision::CouponDecision;
use crate::plan::Plan;

/// Adds what a decision says to its document.
pub fn put(plan: &Plan, decision: &CouponDecision, object: &mut Document) {
    match decision {
        CouponDecision::Issued { number, coupon, code, expires_at, rule } => {
            head(object, coupon, Some(*number), code.as_deref());
            object.put("expires_at", expires_at.map(|at| instant(plan, at)));
            if let Some(rule) = rule {
                object.put("rule", rule_name(plan, *rule));
            }
        }
        CouponDecision::Expired { number, coupon, code } => head(object, coupon, Some(*number), code.as_deref()),
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
