//! The coupons that were issued to a member, in the order of their issue.

use crate::engine::coupons::{Fate, Held, name};
use crate::engine::member::Member;
use crate::plan::Plan;
use crate::wire::document::Document;
use crate::wire::json::instant;

/// Nothing for a program without coupons.
pub fn document(plan: &Plan, member: &Member) -> Option<Document> {
    (!plan.coupons.is_empty()).then(|| member.coupons.held.iter().map(|held| one(plan, held)).collect())
}

fn one(plan: &Plan, held: &Held) -> Document {
    let mut object = Document::object().with("coupon", name(plan, held.coupon)).with("number", held.number);
    if let Some(code) = &held.code {
        object.put("code", &**code);
    }
    object.put("issued_at", instant(plan, held.issued_at));
    object.put("expires_at", held.expires_at().map(|at| instant(plan, at)));
    let (state, used_at) = match held.fate {
        Fate::Open => ("usable", None),
        Fate::Used { at, .. } => ("used", Some(at)),
        Fate::Ended => ("expired", None),
    };
    object.put("state", state);
    if let Some(at) = used_at {
        object.put("used_at", instant(plan, at));
    }
    object
}
