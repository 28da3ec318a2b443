//! Measures and segments: what is counted of a member, in which windows, and what follows of it.

use chrono::NaiveDate;

use super::{
    AggregateFunction, ChallengeIndex, EventIndex, Expr, LadderIndex, Length, OwnPeriod, Period, Returns, Type,
    Versioned, WalletIndex,
};
use crate::source::Span;

#[derive(Debug, Clone)]
pub struct Measure {
    pub name: String,
    pub origin: Origin,
    pub of: MeasureOf,
    pub function: AggregateFunction,
    /// Streak: the period it counts.
    pub by: Option<Period>,
    pub ty: Type,
    /// Same event, function, `by` and type in all; window, value and filter may differ.
    pub versions: Vec<Versioned<MeasureForm>>,
    pub returns: Returns,
    /// How it is kept for a challenge whose meter it is.
    pub meter: Option<Meter>,
    pub span: Span,
}

/// How a measure is kept that a challenge goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meter {
    /// Every event by its instant, because windows begin at instants of the member's own.
    pub by_instant: bool,
    /// Whole windows before the present one that are kept, too.
    pub windows_before: u32,
}

/// Where a measure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Declared,
    /// Written in place, as in `segment regular = count(order) > 5`: known by its text, and not shown to hosts.
    InPlace,
    /// Remembers what a trigger waits for; known by its name, and not shown to hosts.
    Trigger,
}

/// What a measure goes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureOf {
    Event(EventIndex),
    /// What flows into or out of a wallet, `sum(beans.earned)`.
    Flow(WalletIndex, Flow),
    /// The times that a goal of a challenge is met, `count(four_a_month)`.
    Goal(ChallengeIndex, usize),
}

/// A movement of a wallet that measures can sum up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flow {
    /// Granted, pending or not; less what returns take back.
    Earned,
    /// Made spendable, when it was.
    Vested,
    Spent,
    Expired,
}

impl MeasureOf {
    /// The event, if it goes over one.
    pub fn event(self) -> Option<EventIndex> {
        if let Self::Event(event) = self { Some(event) } else { None }
    }
}

#[derive(Debug, Clone)]
pub struct MeasureForm {
    /// What is summed, compared or kept, over fields of the event; nothing for `count`, `streak`, and `first`/`last` of the event itself (their value is then its instant).
    pub value: Option<Expr>,
    pub filter: Option<Expr>,
    pub window: Window,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    AllTime,
    This(Period),
    /// So many whole periods, from one on that lies so far before the present one; `last month` is one, one back.
    Periods {
        period: Period,
        back: u32,
        count: u32,
    },
    Rolling(Length),
    /// A year or month counted from a day of the member's own.
    Own {
        of: OwnFrom,
        each: OwnPeriod,
        previous: bool,
    },
    /// Local days, both included.
    Range {
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
    },
}

/// What a member's own years and months are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnFrom {
    /// The local day of joining.
    Membership,
    /// The instant at which the present level of that ladder was entered; what led to it is not counted again.
    Level(LadderIndex),
}

#[derive(Debug, Clone)]
pub struct Segment {
    pub name: String,
    pub versions: Vec<Versioned<Expr>>,
    pub span: Span,
}
