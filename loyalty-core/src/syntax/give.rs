//! What a coupon gives, as it is written.

use super::tree::{Clause, Expr, Name};

/// What a coupon or a reward gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Give {
    /// `20% off order.lines where …`, `5 MYR off each unit of order.lines`, `price 9 MYR of all of order.lines`
    Off { off: Off, each: Option<Each>, lines: Lines },
    /// `5 EUR off first unit and 2 EUR off each further unit of order.lines`
    Graduated { first: Expr, further: Expr, lines: Lines },
    /// `4 EUR off every full 50 EUR of order`, `2 EUR off every 3 of order.lines`
    Every { off: Expr, per: Expr, lines: Lines },
    /// `free shipping`
    FreeShipping,
    /// `cheapest 1 free of 2 from order.lines where …`, `most expensive 1 50% off from order.lines`
    Units {
        /// The most expensive ones instead of the cheapest.
        most_expensive: bool,
        count: u32,
        off: Off,
        /// The size of the group that they are taken from.
        of: Option<u32>,
        lines: Lines,
    },
    /// `1 free from order.lines where … for every 2 from order.lines where …`
    Get { count: u32, off: Off, lines: Lines, every: u32, bought: Lines },
    /// `bundle [1 from order.lines where …, 2 from order.lines where …] price 7 EUR`
    Bundle { parts: Vec<(u32, Lines)>, off: Off },
    /// `steps [from 50 EUR 5 EUR off, from 100 EUR 12% off] of order`
    Steps { steps: Vec<(Expr, Off)>, lines: Lines },
    /// `1 "MUG" free`, `1 "MUG" free for every 3 from order.lines where …`
    Gift { count: u32, sku: Name, every: Option<(u32, Lines)> },
    /// `{ issue LATTE }`
    Effects(Vec<Clause>),
}

/// `order.lines where category == "coffee" except where brand == "Rare"`
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    /// `order`, `order.lines` or `shipping`.
    pub target: Expr,
    pub filter: Option<Expr>,
    /// Lines that are left out, whatever the filter says.
    pub except: Option<Expr>,
}

/// How a price is lowered.
#[derive(Debug, Clone, PartialEq)]
pub enum Off {
    /// `free`
    Free,
    /// `20% off`, `5 MYR off`
    By(Expr),
    /// `price 9 MYR`
    Price(Expr),
}

/// What a price is lowered of, and where it is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Each {
    /// `each unit of`
    Unit,
    /// `each line of`
    Line,
    /// `all of`: all lines together, once.
    All,
}

/// What an amount is worked out from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// What the coupons before it leave.
    Sequential,
    /// The price before any coupon.
    Initial,
}

/// What a coupon may stand beside.
#[derive(Debug, Clone, PartialEq)]
pub enum Stack {
    /// `stack with none`
    None,
    /// `stack with any`
    Any,
    /// `stack with [FREEDELIVERY]`
    With(Vec<Name>),
}

/// How the coupons of a group stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupChoice {
    /// `best`: one of them, as the whole cart is best.
    Best,
    /// `first by priority`
    FirstByPriority,
    /// `all`
    All,
}

/// What no later coupon may lower any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// `stop lines`: the lines that it has lowered.
    Lines,
    /// `stop order`: anything.
    Order,
}

/// A clause of a coupon that says how it gives.
#[derive(Debug, Clone, PartialEq)]
pub enum GiveClause {
    /// `at most 3 times`, `at most 5 units`
    AtMost(u32),
    /// `groups partial`, `groups whole for merchant`
    Groups { partial: bool, merchant: bool },
    /// `spread over group`, `spread over free units`
    Spread { group: bool },
    /// `split by quantity`, `split by amount`
    Split { by_quantity: bool },
    /// `basis initial`
    Basis(Basis),
    /// `judge on list`, `judge after item discounts`
    Judge { after_items: bool },
    /// `stop lines`, `stop order`
    Stop(Stop),
    /// `floor 80% of unit_price`, in `policy coupons`
    Floor(Expr),
    /// `choose best for member`, `choose by priority`, in `policy coupons`
    Choose { by_priority: bool },
    /// `codes all`, `codes partial`, in `policy coupons`: whether one code that does not apply keeps all from applying.
    Codes { all: bool },
}

impl GiveClause {
    /// The word that introduces the clause.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::AtMost(_) => "at most",
            Self::Groups { .. } => "groups",
            Self::Spread { .. } => "spread",
            Self::Split { .. } => "split",
            Self::Basis(_) => "basis",
            Self::Judge { .. } => "judge",
            Self::Stop(_) => "stop",
            Self::Floor(_) => "floor",
            Self::Choose { .. } => "choose",
            Self::Codes { .. } => "codes",
        }
    }
}
