//! The policies of a wallet: how its points are rounded, when they vest and expire, which are spent first, and what becomes
//! of them when an order comes back.

use chrono::NaiveDate;

use crate::syntax::tree::{Cycle, Duration, Expr, Name};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundMode {
    Down,
    HalfUp,
    HalfEven,
    Up,
}

impl RoundMode {
    /// As a program writes it.
    pub fn word(self) -> &'static str {
        match self {
            RoundMode::Down => "down",
            RoundMode::HalfUp => "half up",
            RoundMode::HalfEven => "half even",
            RoundMode::Up => "up",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundScope {
    PerOrder,
    PerRule,
    PerLine,
    PerUnit,
}

impl RoundScope {
    /// As a program writes it.
    pub fn word(self) -> &'static str {
        match self {
            RoundScope::PerOrder => "per order",
            RoundScope::PerRule => "per rule",
            RoundScope::PerLine => "per line",
            RoundScope::PerUnit => "per unit",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Multipliers {
    Add,
    Compound,
    Best,
}

impl Multipliers {
    /// As a program writes it.
    pub fn word(self) -> &'static str {
        match self {
            Multipliers::Add => "add",
            Multipliers::Compound => "compound",
            Multipliers::Best => "best",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Vest {
    /// `vest at once`
    AtOnce,
    /// `vest after 14 days`
    After(Duration),
    /// `vest at 2026-12-01`: from the beginning of that local day.
    At(NaiveDate),
    /// `vest at end of month after 1 month`, `vest at end of membership year`
    EndOf { of: Cycle, after: Option<Duration> },
    /// `vest on 1 december`, `vest on 15 march of next year`
    OnDay { month: u32, day: u32, after: Option<Duration>, next_year: bool },
    /// `vest on day 15 of next month`
    OnDayOfNextMonth { day: u32 },
    /// `vest on delivered within 30 days`
    On { event: Name, within: Duration },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Expire {
    /// `expire never`
    Never,
    /// `expire 12 months after earning`, `expire 90 days after vesting`
    After { duration: Duration, start: ExpireStart },
    /// `expire end of month after 3 months`, `expire end of membership year after 1 month`
    EndOf { of: Cycle, after: Option<Duration> },
    /// `expire on 31 december after 36 months`, `expire on 31 march of next year`
    OnDay { month: u32, day: u32, after: Option<Duration>, next_year: bool },
    /// `expire on day 15 of next month`
    OnDayOfNextMonth { day: u32 },
    /// `expire after 12 months without order, visit`; `without earning`; `without activity`
    Inactivity { duration: Duration, without: Activity },
    /// `expire at 2026-12-31`: through that local day.
    At(NaiveDate),
    /// `expire at voucher.last_day`: through the local day that is told.
    Told(Expr),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpireStart {
    Earning,
    Vesting,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Activity {
    /// Any of these events.
    Events(Vec<Name>),
    /// Any earning in the wallet.
    Earning,
    /// Any earning or spending in the wallet.
    Any,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpendOrder {
    /// `spend soonest expiring first`
    SoonestExpiring,
    /// `spend oldest first`
    Oldest,
}

impl SpendOrder {
    /// As a program writes it.
    pub fn word(self) -> &'static str {
        match self {
            SpendOrder::SoonestExpiring => "soonest expiring first",
            SpendOrder::Oldest => "oldest first",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clawback {
    /// `clawback within balance`
    WithinBalance,
    /// `clawback may overdraw`
    MayOverdraw,
    /// `clawback only pending`
    OnlyPending,
}

impl Clawback {
    /// As a program writes it.
    pub fn word(self) -> &'static str {
        match self {
            Clawback::WithinBalance => "within balance",
            Clawback::MayOverdraw => "may overdraw",
            Clawback::OnlyPending => "only pending",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Restore {
    /// `restore original`, `restore original at least 30 days`
    Original { at_least: Option<Duration> },
    /// `restore fresh`
    Fresh,
    /// `restore never`
    Never,
}
