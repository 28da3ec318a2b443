//! How often something is done, and how much it may come to: limits and caps, and the stretch of time that they count.

use std::fmt;

use rust_decimal::Decimal;

use super::{Expr, Length, Most, OwnPeriod, Period};
use crate::source::Span;

#[derive(Debug, Clone)]
pub struct Cap {
    /// In points of the wallet (or its money).
    pub amount: Most<Decimal, Box<Expr>>,
    /// Nothing: over all time.
    pub per: Option<Per>,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    Order,
    Period(Period),
    /// The years or months counted from the local day of joining.
    Membership(OwnPeriod),
    Rolling(Length),
    /// Stretches that do not overlap, each from a use that lies in none before it.
    FromFirst(Length),
}

/// As a program writes it behind what is limited: `per month`.
impl fmt::Display for Per {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Per::Order => formatter.write_str("per order"),
            Per::Period(period) => write!(formatter, "per {period}"),
            Per::Membership(each) => write!(formatter, "per membership {each}"),
            Per::Rolling(over) => write!(formatter, "over last {over}"),
            Per::FromFirst(of) => write!(formatter, "per {of} from first use"),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Limit {
    /// Told for members alone.
    pub count: Most<u32, Box<Expr>>,
    /// `in total`: the host commits it; `per` is then empty.
    pub in_total: bool,
    pub per: Option<Per>,
    pub span: Span,
}
