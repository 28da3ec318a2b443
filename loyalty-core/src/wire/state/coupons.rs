//! Issued coupons of saved state, by name.

use super::saved::saved;
use super::values::Moment;
use super::{MigrationReport, StateError};
use crate::engine::coupons::{Coupons, Fate, Held, name};
use crate::plan::{CouponPlan, Plan};
use crate::time::Instant;

#[derive(Default)]
pub struct SavedCoupon {
    coupon: String,
    number: u64,
    code: Option<String>,
    issued_at: Moment,
    expires_at: Option<Moment>,
    fate: SavedFate,
}

saved! { SavedCoupon { coupon, number, code, issued_at, expires_at, fate } }

#[derive(Default)]
enum SavedFate {
    #[default]
    Usable,
    /// When, and the digest of the order's id.
    Used(Moment, u64),
    Expired,
}

saved! { SavedFate: "usable" = Usable, "used" = Used(at, order), "expired" = Expired }

pub fn save(plan: &Plan, coupons: &Coupons) -> Vec<SavedCoupon> {
    let saved = coupons.held.iter().map(|held| SavedCoupon {
        coupon: name(plan, held.coupon).to_owned(),
        number: held.number,
        code: held.code.as_deref().map(ToOwned::to_owned),
        issued_at: Moment(held.issued_at),
        expires_at: held.expires_at().map(Moment),
        fate: match held.fate {
            Fate::Open => SavedFate::Usable,
            Fate::Used { at, order } => SavedFate::Used(Moment(at), order),
            Fate::Ended => SavedFate::Expired,
        },
    });
    saved.collect()
}

pub fn restore(plan: &Plan, saved: &[SavedCoupon], report: &mut MigrationReport) -> Result<Coupons, StateError> {
    let mut coupons = Coupons::default();
    for saved in saved {
        let used = if let SavedFate::Used(at, _) = &saved.fate { Some(at) } else { None };
        for moment in [Some(&saved.issued_at), saved.expires_at.as_ref(), used].into_iter().flatten() {
            Instant::reckoned(moment.0)
                .ok_or_else(|| StateError::new("a coupon with an instant beyond every calendar"))?;
        }
        let Some(coupon) = CouponPlan::named(&plan.coupons, &saved.coupon) else {
            report.dropped.push(format!("coupon `{}` with the number {}", saved.coupon, saved.number));
            continue;
        };
        coupons.held.push(Held {
            number: saved.number,
            coupon,
            code: saved.code.as_deref().map(Into::into),
            issued_at: saved.issued_at.0,
            until: saved.expires_at.map_or(i64::MAX, |at| at.0),
            fate: match &saved.fate {
                SavedFate::Usable => Fate::Open,
                SavedFate::Used(at, order) => Fate::Used { at: at.0, order: *order },
                SavedFate::Expired => Fate::Ended,
            },
        });
    }
    Ok(coupons)
}
