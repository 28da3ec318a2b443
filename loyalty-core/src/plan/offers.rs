//! What coupons give, laid out for pricing: constants in minor units, the rest as nodes.

use rust_decimal::Decimal;

use super::{NodeId, Quote};
use crate::check::offer::{Basis, Each, GroupChoice, Stop, Units};

/// Where the parts of an order are that pricing needs.
#[derive(Debug, Clone, Copy)]
pub struct CartPlan {
    /// The standard event `order`.
    pub event: u16,
    pub lines: u16,
    pub id: u16,
    pub sku: u16,
    pub kind: u16,
    pub quantity: u16,
    pub unit_price: u16,
    pub amount: u16,
    pub shipping: u16,
    pub subtotal: u16,
    /// The list of codes.
    pub coupons: u16,
    /// The least that a unit may cost, over its line.
    pub floor: Option<NodeId>,
    pub by_priority: bool,
    pub all_codes: bool,
    /// Digits of the currency's minor unit.
    pub minor: u8,
}

#[derive(Debug, Clone)]
pub struct OfferPlan {
    pub give: GivePlan,
    pub up_to: Option<MoneyPlan>,
    pub basis: Basis,
    pub judged_after_items: bool,
    pub priority: u32,
    pub stack: StackPlan,
    pub group: Option<(u32, GroupChoice)>,
    pub stop: Option<Stop>,
    /// The least that a unit may cost with it, over its line.
    pub floor: Option<NodeId>,
    /// The order alone decides what it gives, whatever the member has.
    pub event_only: bool,
    /// What it gives, as the program has it.
    pub quote: Quote,
}

/// Money: minor units, or worked out for each order.
#[derive(Debug, Clone, Copy)]
pub enum MoneyPlan {
    Fixed(i64),
    Worked(NodeId),
}

#[derive(Debug, Clone, Copy)]
pub enum OffPlan {
    /// A share as numerator and denominator.
    Share(i64, i64),
    /// A share that is worked out for each order.
    Percent(NodeId),
    Amount(MoneyPlan),
    Price(MoneyPlan),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StackPlan {
    None,
    Any,
    /// Sorted numbers of coupons.
    With(Vec<u32>),
}

#[derive(Debug, Clone)]
pub struct LinesPlan {
    /// `order` as a whole.
    pub whole: bool,
    pub filter: Option<NodeId>,
    pub except: Option<NodeId>,
    /// Lines that are no goods, too.
    pub any_kind: bool,
}

#[derive(Debug, Clone)]
pub enum GivePlan {
    Off {
        off: OffPlan,
        each: Each,
        by_quantity: bool,
        lines: LinesPlan,
    },
    Graduated {
        first: MoneyPlan,
        further: MoneyPlan,
        units: Option<u32>,
        lines: LinesPlan,
    },
    Every {
        off: i64,
        by_quantity: bool,
        per: i64,
        at_most: Option<u32>,
        lines: LinesPlan,
    },
    Shipping(OffPlan),
    Units {
        units: Units,
        off: OffPlan,
        lines: LinesPlan,
    },
    Get {
        count: u32,
        off: OffPlan,
        lines: LinesPlan,
        every: u32,
        bought: LinesPlan,
        at_most: Option<u32>,
        spread: bool,
    },
    Bundle {
        parts: Vec<(u32, LinesPlan)>,
        off: OffPlan,
        at_most: Option<u32>,
    },
    Steps {
        by_quantity: bool,
        steps: Vec<(i64, OffPlan)>,
        lines: LinesPlan,
    },
    Gift {
        count: u32,
        sku: Box<str>,
        every: Option<(u32, LinesPlan)>,
        at_most: Option<u32>,
    },
}

/// An amount of money in minor units, half up; nothing if it does not fit.
pub fn minor_units(amount: Decimal, minor: u8) -> Option<i64> {
    // Nearly all amounts have no more decimals than the currency, and few digits.
    if let Some(more) = u32::from(minor).checked_sub(amount.scale())
        && let Ok(digits) = i64::try_from(amount.mantissa())
    {
        return digits.checked_mul(10_i64.checked_pow(more)?);
    }
    let factor = Decimal::from(10_i64.checked_pow(u32::from(minor))?);
    let units = crate::amount::multiply(amount, factor).ok()?;
    let units = crate::amount::round(units, Decimal::ONE, 0, crate::check::model::RoundMode::HalfUp).ok()?;
    i64::try_from(units.mantissa()).ok().filter(|_| units.scale() == 0).or_else(|| units.to_string().parse().ok())
}

/// A share as a fraction of whole numbers; nothing if its digits do not fit.
pub fn fraction(share: Decimal) -> Option<(i64, i64)> {
    let share = share.normalize();
    let numerator = i64::try_from(share.mantissa()).ok()?;
    Some((numerator, 10_i64.checked_pow(share.scale())?))
}
