//! Stretches of time: lengths, periods of the calendar and what goes round, days from one to another.

use chrono::NaiveDate;

use super::tree::Span;

/// Days, both included.
#[derive(Debug, Clone, PartialEq)]
pub struct DateRange {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    Day,
    Week,
    Month,
    Quarter,
    HalfYear,
    Year,
}

/// What is counted from a day of the member's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OwnPeriod {
    Month,
    Year,
}

/// What goes round: a period of the calendar, or one counted from the day of joining.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cycle {
    Calendar(Period),
    Membership(OwnPeriod),
}

/// `to end of next year`, `to end of membership year`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToEnd {
    pub next: bool,
    pub of: Cycle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// `12 months`
#[derive(Debug, Clone, PartialEq)]
pub struct Duration {
    pub count: u32,
    pub unit: TimeUnit,
    pub span: Span,
}
