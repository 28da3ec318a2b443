//! Wallets and their policies, as part of a program as data.

use chrono::NaiveDate;

use super::number::Exact;
use super::program::{Cap, Expr, Length, Membership, Period, TimeUnit};

#[derive(Debug, Clone)]
pub struct Wallet {
    pub name: String,
    /// It holds money of the program's currency; `decimals` is then the minor unit.
    pub money: bool,
    pub decimals: u32,
    /// Orders are paid from it by tenders of that kind.
    pub tender: Option<&'static str>,
    pub round: RoundMode,
    pub scope: RoundScope,
    pub multipliers: Multipliers,
    pub vest: Vest,
    /// The first whose condition holds is the lot's; none: never.
    pub expire: Vec<(Expire, Option<Expr>)>,
    pub spend: SpendOrder,
    pub clawback: Clawback,
    pub restore: Restore,
    pub restore_full_only: bool,
    pub hold_at_most: Option<Exact>,
    pub caps: Vec<Cap>,
    pub cap_reject: bool,
    /// What it says from a day on, each of them whole.
    pub later: Vec<(NaiveDate, Wallet)>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Vest {
    AtOnce,
    After(Length),
    At(NaiveDate),
    EndOf {
        period: Period,
        after: Option<Length>,
    },
    OnDay {
        month: u32,
        day: u32,
        after: Option<Length>,
    },
    OnDayOfNextYear {
        month: u32,
        day: u32,
    },
    /// Or the last day of that month.
    OnDayOfNextMonth {
        day: u32,
    },
    EndOfMembership {
        of: Membership,
        after: Option<Length>,
    },
    On {
        event: String,
        within: Length,
    },
}

impl Vest {
    /// The same for what no event has earned.
    pub fn by_no_event(&self) -> &Self {
        match self {
            Vest::On { .. } => &Vest::AtOnce,
            other => other,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Expire {
    /// A rule says so, or a wallet under a condition.
    Never,
    /// The wallet says nothing else.
    Open,
    AfterEarning(Length),
    AfterVesting(Length),
    EndOf {
        period: Period,
        after: Option<Length>,
    },
    OnDay {
        month: u32,
        day: u32,
        after: Option<Length>,
    },
    OnDayOfNextYear {
        month: u32,
        day: u32,
    },
    /// Or the last day of that month.
    OnDayOfNextMonth {
        day: u32,
    },
    EndOfMembership {
        of: Membership,
        after: Option<Length>,
    },
    Inactivity {
        length: Length,
        without: Activity,
    },
    At(NaiveDate),
    /// The day that an event tells, or a member: its owner and its field. The next one decides where nothing is told.
    Told(&'static str, &'static str),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Activity {
    Events(Vec<String>),
    Earning,
    Any,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpendOrder {
    SoonestExpiring,
    Oldest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clawback {
    WithinBalance,
    MayOverdraw,
    OnlyPending,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restore {
    Original { at_least: Option<Length> },
    Fresh,
    Never,
}

impl Wallet {
    /// Whole points that never expire, with every policy at its default.
    pub fn plain(name: &str) -> Wallet {
        Wallet {
            name: name.to_owned(),
            money: false,
            decimals: 0,
            tender: None,
            round: RoundMode::Down,
            scope: RoundScope::Order,
            multipliers: Multipliers::Add,
            vest: Vest::AtOnce,
            expire: vec![],
            spend: SpendOrder::SoonestExpiring,
            clawback: Clawback::WithinBalance,
            restore: Restore::Original { at_least: Some(Length { count: 30, unit: TimeUnit::Day }) },
            restore_full_only: false,
            hold_at_most: None,
            caps: vec![],
            cap_reject: false,
            later: vec![],
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundMode {
    Down,
    HalfUp,
    HalfEven,
    Up,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundScope {
    Order,
    Rule,
    Line,
    Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Multipliers {
    Add,
    Compound,
    Best,
}
