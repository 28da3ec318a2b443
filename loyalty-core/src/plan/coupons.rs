//! Coupons as the engine reads them.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::offers::OfferPlan;
use super::{Condition, Dated, LimitPlan};
use crate::check::model::{CouponKind, Lasts, Valid};
use crate::codes;

#[derive(Debug)]
pub struct CouponPlan {
    pub name: Box<str>,
    pub kind: CouponKind,
    pub forms: Vec<Dated<CouponFormPlan>>,
    /// Source line of the declaration.
    pub line: u32,
}

#[derive(Debug, Clone)]
pub struct CouponFormPlan {
    /// Over an order and the member.
    pub when: Vec<Condition>,
    pub valid: Vec<Valid>,
    /// How long an issued one lasts.
    pub valid_for: Option<Lasts>,
    /// The codes that the host's secret makes for an issued one.
    pub minted: Option<MintPlan>,
    pub limits: Vec<LimitPlan>,
    pub budget: Option<BudgetPlan>,
    /// A cancelled order keeps the use.
    pub usage_kept: bool,
    /// What is kept of an order gets no more of it than it would have got by itself.
    pub revoke: bool,
    /// What it gives, and when, as a digest: another version of the program may give something else.
    pub terms: u32,
    /// Nothing: it takes nothing off.
    pub offer: Option<OfferPlan>,
    /// The rule of the effects that follow when it is used.
    pub gives: Option<u32>,
    /// The rule by which it gives points with the order.
    pub with_order: Option<u32>,
}

/// What minted codes look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MintPlan {
    pub prefix: Box<str>,
    /// Characters behind the prefix.
    pub length: u8,
}

/// What all discounts of a coupon together may come to, over all members, or all points that it gives.
#[derive(Debug, Clone, Copy)]
pub struct BudgetPlan {
    pub amount: Decimal,
    /// The wallet of the points; nothing: money.
    pub wallet: Option<u16>,
    /// What is left of it is given where a discount is larger.
    pub partial: bool,
}

/// Where coupons are found.
#[derive(Debug, Default)]
pub struct CouponNames {
    /// The normalised names, which are the codes of public coupons.
    pub codes: BTreeMap<Box<str>, u32>,
    /// Those that nobody has to name, in the order of the file.
    pub automatic: Vec<u32>,
    /// By the prefix of minted codes how many characters follow, and of which coupon.
    pub minted: BTreeMap<Box<str>, Vec<(u8, u32)>>,
}

impl CouponNames {
    pub fn of(coupons: &[CouponPlan]) -> Self {
        let mut index = Self::default();
        for (number, coupon) in coupons.iter().enumerate() {
            let number = number as u32;
            index.codes.entry(codes::normalise(&coupon.name).into()).or_insert(number);
            for mint in coupon.forms.iter().filter_map(|form| form.value.minted.as_ref()) {
                let known = index.minted.entry(mint.prefix.clone()).or_default();
                if !known.contains(&(mint.length, number)) {
                    known.push((mint.length, number));
                }
            }
            if coupon.kind == CouponKind::Automatic {
                index.automatic.push(number);
            }
        }
        index
    }
}

impl CouponPlan {
    /// The number of the coupon of that name.
    pub fn named(coupons: &[Self], name: &str) -> Option<u32> {
        coupons.iter().position(|coupon| *coupon.name == *name).map(|at| at as u32)
    }
}
