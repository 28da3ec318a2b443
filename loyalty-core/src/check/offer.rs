//! What a coupon gives, checked: what is lowered, by how much, and beside which others.

use rust_decimal::Decimal;

use super::model::{CouponIndex, Expr};
use crate::source::Span;
pub use crate::syntax::give::{Basis, Each, GroupChoice, Stop};

/// What holds for all coupons of a program.
#[derive(Debug, Clone, Default)]
pub struct CouponPolicy {
    /// One after the other, the greatest priority first; else the whole cart as is best for the member.
    pub by_priority: bool,
    /// One code that does not apply keeps all codes from applying.
    pub all_codes: bool,
    /// The least that a unit of a line may cost, over the line.
    pub floor: Option<Expr>,
}

#[derive(Debug, Clone)]
pub struct Offer {
    pub give: Give,
    /// All discounts of one order together.
    pub up_to: Option<Expr>,
    pub basis: Basis,
    /// The conditions are judged on what item discounts leave.
    pub judged_after_items: bool,
    pub priority: u32,
    pub stack: Stack,
    /// By its place among the groups of the program.
    pub group: Option<(u32, GroupChoice)>,
    pub stop: Option<Stop>,
    /// The least that one unit of a line may cost with it, over the line.
    pub floor: Option<Expr>,
    pub span: Span,
}

/// Lines of the order.
#[derive(Debug, Clone)]
pub struct Lines {
    /// `order`: everything that is goods.
    pub whole: bool,
    pub filter: Option<Expr>,
    /// Lines that are left out, whatever the filter says.
    pub except: Option<Expr>,
    /// The filter says itself which kinds of lines it means; else they are goods.
    pub any_kind: bool,
}

#[derive(Debug, Clone)]
pub enum Off {
    /// A share of 1.
    Percent(Expr),
    Amount(Expr),
    Price(Expr),
}

/// An `Off` that is a constant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FixedOff {
    Percent(Decimal),
    Amount(Decimal),
    Price(Decimal),
}

#[derive(Debug, Clone)]
pub enum Give {
    Off { off: Off, each: Each, by_quantity: bool, lines: Lines },
    Graduated { first: Expr, further: Expr, units: Option<u32>, lines: Lines },
    Every { off: Decimal, by_quantity: bool, per: Decimal, at_most: Option<u32>, lines: Lines },
    Shipping(Off),
    Units { units: Units, off: Off, lines: Lines },
    Get { count: u32, off: Off, lines: Lines, every: u32, bought: Lines, at_most: Option<u32>, spread: bool },
    Bundle { parts: Vec<(u32, Lines)>, off: Off, at_most: Option<u32> },
    Steps { by_quantity: bool, steps: Vec<(Decimal, FixedOff)>, lines: Lines },
    Gift { count: u32, sku: String, every: Option<(u32, Lines)>, at_most: Option<u32> },
}

/// Units of each group.
#[derive(Debug, Clone, Copy)]
pub struct Units {
    pub count: u32,
    pub of: Option<u32>,
    pub most_expensive: bool,
    pub partial: bool,
    pub merchant: bool,
    pub at_most: Option<u32>,
    pub spread: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stack {
    None,
    Any,
    With(Vec<CouponIndex>),
}

impl Offer {
    /// Everything that is worked out for each order.
    pub fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let filters = self.give.lines().into_iter().flat_map(|lines| lines.filter.iter().chain(&lines.except));
        self.give.amounts().into_iter().chain(&self.up_to).chain(&self.floor).chain(filters)
    }
}

impl Give {
    /// The lines whose filters it holds.
    pub fn lines(&self) -> Vec<&Lines> {
        match self {
            Self::Off { lines, .. }
            | Self::Graduated { lines, .. }
            | Self::Every { lines, .. }
            | Self::Units { lines, .. }
            | Self::Steps { lines, .. } => vec![lines],
            Self::Get { lines, bought, .. } => vec![lines, bought],
            Self::Bundle { parts, .. } => parts.iter().map(|(_, lines)| lines).collect(),
            Self::Gift { every, .. } => every.iter().map(|(_, lines)| lines).collect(),
            Self::Shipping(_) => Vec::new(),
        }
    }

    /// The amounts that are worked out for each order.
    pub fn amounts(&self) -> Vec<&Expr> {
        match self {
            Self::Off { off, .. }
            | Self::Shipping(off)
            | Self::Units { off, .. }
            | Self::Get { off, .. }
            | Self::Bundle { off, .. } => vec![off.amount()],
            Self::Graduated { first, further, .. } => vec![first, further],
            Self::Every { .. } | Self::Steps { .. } | Self::Gift { .. } => Vec::new(),
        }
    }
}

impl Off {
    pub fn amount(&self) -> &Expr {
        match self {
            Self::Percent(amount) | Self::Amount(amount) | Self::Price(amount) => amount,
        }
    }
}
