//! Wallets: what they hold, and the policies by which points vest, run out and come back.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{
    Cap, CapMode, Clawback, Currency, Cycle, EventIndex, ExpireStart, Expr, Length, Multipliers, RoundMode, RoundScope,
    SpendOrder, Versioned,
};
use crate::source::Span;

#[derive(Debug, Clone)]
pub struct Wallet {
    pub name: String,
    /// Money wallets: the currency that they hold.
    pub holds: Option<Currency>,
    /// The kind of tender by which an order is paid from it.
    pub tender: Option<String>,
    /// Digits after the point of a balance.
    pub decimals: u32,
    /// The policies over time, oldest first; the first has no start.
    pub versions: Vec<Versioned<WalletPolicy>>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct WalletPolicy {
    pub round: RoundMode,
    pub scope: RoundScope,
    pub multipliers: Multipliers,
    pub vest: Vest,
    /// Tried in order when a lot is earned: the first whose condition holds (or has none) is the lot's. None holding: never.
    pub expire: Vec<ExpireRule>,
    pub spend: SpendOrder,
    pub clawback: Clawback,
    pub restore: Restore,
    pub restore_full_only: bool,
    /// Counts pending points.
    pub hold_at_most: Option<Decimal>,
    pub caps: Vec<Cap>,
    pub cap_mode: CapMode,
    pub spans: PolicySpans,
}

/// Where the clauses of a wallet's policy stand; nothing where a default holds.
#[derive(Debug, Clone, Default)]
pub struct PolicySpans {
    pub round: Option<Span>,
    pub multipliers: Option<Span>,
    pub vest: Option<Span>,
    /// One for each expiry, in order.
    pub expire: Vec<Span>,
    pub clawback: Option<Span>,
    pub restore: Option<Span>,
    pub hold_at_most: Option<Span>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Vest {
    AtOnce,
    After(Length),
    At(NaiveDate),
    EndOf {
        of: Cycle,
        after: Option<Length>,
    },
    OnDay {
        month: u32,
        day: u32,
        after: Option<Length>,
        next_year: bool,
    },
    /// The last day of a month that has no such day.
    OnDayOfNextMonth {
        day: u32,
    },
    On {
        event: EventIndex,
        within: Length,
    },
}

#[derive(Debug, Clone)]
pub struct ExpireRule {
    pub form: Expire,
    pub when: Option<Expr>,
}

#[derive(Debug, Clone)]
pub enum Expire {
    Never,
    After {
        duration: Length,
        start: ExpireStart,
    },
    EndOf {
        of: Cycle,
        after: Option<Length>,
    },
    OnDay {
        month: u32,
        day: u32,
        after: Option<Length>,
        /// In the year after that of the earning.
        next_year: bool,
    },
    /// The last day of a month that has no such day.
    OnDayOfNextMonth {
        day: u32,
    },
    Inactivity {
        duration: Length,
        without: Activity,
    },
    At(NaiveDate),
    /// A day that an event or an attribute tells; where it is missing, the next one decides.
    Told(Box<Expr>),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Activity {
    Events(Vec<EventIndex>),
    Earning,
    Any,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Restore {
    Original { at_least: Option<Length> },
    Fresh,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalletFigure {
    Balance,
    Pending,
    Debt,
    /// What the last event of a test did, tests only.
    Earned,
    Spent,
    Expired,
    ClawedBack,
}
