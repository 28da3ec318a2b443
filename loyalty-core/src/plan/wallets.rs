//! Wallets: their policies in the order in which they came into force, and the caps of what goes into them.

use super::{Dated, NodeId, PolicyQuotes, Unit};
use crate::check::model::{
    CapMode, Clawback, Cycle, ExpireStart, Flow, Length, Most, Multipliers, OwnPeriod, Per, Period, RoundMode,
    RoundScope, SpendOrder,
};
use rust_decimal::Decimal;

#[derive(Debug)]
pub struct WalletPlan {
    pub name: Box<str>,
    /// The kind of tender by which an order is paid from it.
    pub tender: Option<Box<str>>,
    /// What its amounts count.
    pub unit: Unit,
    pub decimals: u32,
    /// Contributions are kept multiplied by this, so that rates such as 1 per 3 stay exact until the one rounding.
    pub denominator: Decimal,
    pub policies: Vec<Dated<PolicyPlan>>,
    /// Some rule says for itself how its points vest or expire.
    pub own_forms: bool,
    /// Expiries by inactivity that lots of this wallet may have.
    pub inactivities: Vec<InactivityPlan>,
    /// Measures that sum up what moves in it.
    pub flows: Vec<(Flow, u16)>,
}

impl WalletPlan {
    /// Whether it can be told whose points arrive, for not all that an event brings need be rounded in one sum.
    pub fn tells_parts(&self) -> bool {
        self.own_forms || self.policies.iter().any(|policy| policy.value.scope != RoundScope::PerOrder)
    }
}

#[derive(Debug, Clone)]
pub struct PolicyPlan {
    pub round: RoundMode,
    pub scope: RoundScope,
    pub multipliers: Multipliers,
    pub vest: VestPlan,
    pub expire: Vec<(ExpirePlan, Option<NodeId>)>,
    pub spend: SpendOrder,
    pub clawback: Clawback,
    pub restore: Restoring,
    pub hold_at_most: Option<Decimal>,
    pub caps: Vec<CapPlan>,
    pub cap_mode: CapMode,
    pub quotes: PolicyQuotes,
}

impl PolicyPlan {
    /// Whether each line or unit is rounded by itself.
    pub fn rounds_by_line(&self) -> bool {
        matches!(self.scope, RoundScope::PerLine | RoundScope::PerUnit)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VestPlan {
    AtOnce,
    After(Length),
    At(i32),
    EndOf { of: Cycle, after: Option<Length> },
    OnDay { month: u32, day: u32, after: Option<Length>, next_year: bool },
    OnDayOfNextMonth { day: u32 },
    On { event: u16, within: Length },
}

impl VestPlan {
    /// The same for points that no event has earned: what comes for an event never comes for them.
    pub fn by_no_event(self) -> Self {
        match self {
            VestPlan::On { .. } => VestPlan::AtOnce,
            other => other,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpirePlan {
    Never,
    /// The wallet's own `never`, which later clauses may end.
    Open,
    After {
        length: Length,
        start: ExpireStart,
    },
    EndOf {
        period: Period,
        after: Option<Length>,
    },
    OnDay {
        month: u32,
        day: u32,
        after: Option<Length>,
        next_year: bool,
    },
    OnDayOfNextMonth {
        day: u32,
    },
    /// It becomes a day when the points are earned, as `Told` does.
    EndOfMembership {
        each: OwnPeriod,
        after: Option<Length>,
    },
    Inactivity(u16),
    At(i32),
    /// The day that an expression tells; it is worked out when the points are earned.
    Told(NodeId),
}

/// How points that were spent are given back: as it was in force when they were, so that it stands beside what was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restoring {
    pub how: RestorePlan,
    /// A part of the order gives back nothing.
    pub full_only: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestorePlan {
    Original { at_least: Option<Length> },
    Fresh,
    Never,
}

#[derive(Debug, Clone)]
pub struct InactivityPlan {
    pub length: Length,
    /// In microseconds, what it surely lasts.
    pub at_least: i64,
    /// Events that count as activity, by index; or any earning, or any earning and spending.
    pub events: Vec<u16>,
    pub earning: bool,
    pub spending: bool,
    /// The day of the `from` block that brought the clause; for points that are earned from then on it counts as activity.
    pub since: Option<i32>,
    /// The days of the `from` blocks under which it holds for all points, so that it takes over those that had no end
    /// until then.
    pub takes_over: Vec<i32>,
    /// Identifies the form in saved state.
    pub key: Box<str>,
}

#[derive(Debug, Clone)]
pub struct CapPlan {
    /// The wallet whose contributions it cuts.
    pub wallet: u16,
    /// For caps of rules and groups times the wallet's denominator, as contributions are; so are their counters.
    pub amount: Most<Decimal, NodeId>,
    /// What a figure that is told for a member is multiplied by; a fixed one is.
    pub factor: Decimal,
    /// None: per event, needs no counter.
    pub tally: Option<u32>,
    pub per: Option<Per>,
    /// Or it only counts, for another form of the declaration that looks at that stretch.
    pub binds: bool,
    pub line: u32,
}
