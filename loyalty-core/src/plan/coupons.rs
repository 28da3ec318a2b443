//! Coupons as the engine reads them.

use rust_decimal::Decimal;

use super::{Condition, Dated, LimitPlan};
use crate::check::model::{CouponKind, Length, Valid};

#[derive(Debug)]
pub struct CouponPlan {
    pub name: Box<str>,
    pub kind: CouponKind,
    pub forms: Vec<Dated<CouponFormPlan>>,
    /// Source line of the declaration.
    #[expect(dead_code, reason = "read when coupons are explained")]
    pub line: u32,
}

#[derive(Debug, Clone)]
#[expect(dead_code, reason = "conditions, limits and budgets are read when coupons are used")]
pub struct CouponFormPlan {
    /// Over an order and the member.
    pub when: Vec<Condition>,
    pub valid: Vec<Valid>,
    /// How long an issued one lasts.
    pub valid_for: Option<Length>,
    pub limits: Vec<LimitPlan>,
    pub budget: Option<BudgetPlan>,
    /// A cancelled order keeps the use.
    pub usage_kept: bool,
}

/// What all discounts of a coupon together may come to, over all members.
#[derive(Debug, Clone, Copy)]
#[expect(dead_code, reason = "read when coupons are used")]
pub struct BudgetPlan {
    pub amount: Decimal,
    /// What is left of it is given where a discount is larger.
    pub partial: bool,
    pub line: u32,
}

impl CouponPlan {
    /// The number of the coupon of that name.
    pub fn named(coupons: &[Self], name: &str) -> Option<u32> {
        coupons.iter().position(|coupon| *coupon.name == *name).map(|at| at as u32)
    }
}
