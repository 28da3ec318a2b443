//! What measures count and sum up, and over which time.

use super::tree::{DateRange, Duration, Expr, Name, OwnPeriod, Period, Returns, Span};

/// `sum(order.subtotal where …) over last 12 months returns keep`
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureBody {
    pub aggregate: Aggregate,
    pub window: Window,
    pub returns: Option<Returns>,
    pub span: Span,
}

/// `sum(order.subtotal where …)`, `count(order)`, `streak(order) by week`.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    pub function: AggregateFunction,
    pub function_span: Span,
    /// `order.subtotal`, `order`, `order.lines.amount`: the dotted path as an expression.
    pub of: Box<Expr>,
    /// `.(quantity * unit_price)` after it: what each item or event comes to.
    pub worked_out: Option<Box<Expr>>,
    pub filter: Option<Box<Expr>>,
    /// `by week`, of a streak.
    pub by: Option<Period>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AggregateFunction {
    Sum,
    Count,
    CountDistinct,
    Min,
    Max,
    Average,
    First,
    Last,
    Streak,
}

/// A stretch of time that a measure looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum Window {
    /// Nothing written.
    AllTime,
    /// `this month`
    This(Period, Span),
    /// Whole periods of the calendar: `last month`, `last 3 calendar months`, and with the present one `over last 3 calendar months`.
    Periods { period: Period, count: u32, with_present: bool, of_last_year: bool, span: Span },
    /// `this membership year`, `last membership month`, `last status year`: counted from joining, or from the entry into a level.
    Own { of: Name, each: OwnPeriod, previous: bool },
    /// `over last 12 months`
    Rolling(Duration),
    /// `2026-11-01 .. 2026-12-31`, each side may be missing.
    Range(DateRange),
}
