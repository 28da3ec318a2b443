//! What sets a rule off: events, decisions, changes, points of the calendar, inbound text.

use chrono::{NaiveDate, NaiveTime, Weekday};

use super::tree::{Duration, Expr, Name, OwnPeriod, Span, TimeUnit};

/// A trigger with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    pub kind: TriggerKind,
    pub span: Span,
}

/// What sets a rule off.
#[derive(Debug, Clone, PartialEq)]
pub enum TriggerKind {
    /// `on order`
    Event(Name),
    /// `on message matching ["points", "نقاط"]`; nothing in `on message otherwise`, which no other rule matches.
    Message { matching: Option<Vec<Expr>> },
    /// `on segment lapsed entered`, `on segment lapsed left`
    Segment { name: Name, entered: bool },
    /// `on earned beans`: a decision about the thing named.
    Decision { decision: Name, of: Name },
    /// `on status rises`: a change of the thing named.
    Change { subject: Name, change: Name },
    /// `on status reaches gold`: that level entered or passed on the way up.
    Reaches { subject: Name, level: Name },
    /// `on member.birthday`
    Anniversary(Expr),
    /// `every membership month`: the first day of each that is counted from the day of joining, but of the first.
    Membership(OwnPeriod),
    /// `every month on day 1`, `every 2 weeks on monday at 09:00`, `every second wednesday`,
    /// `every 3 months from 2026-02-10`
    Every(Every),
    /// `3 days before beans expire`, `7 days before member.birthday`
    Before { duration: Duration, subject: Expr, expires: bool },
    /// `60 days after last order`
    AfterLast { duration: Duration, event: Name },
    /// `1 hour after cart without order`, `3 days after signup`
    After { duration: Duration, event: Name, without: Option<Name> },
}

/// A recurring point of the calendar.
#[derive(Debug, Clone, PartialEq)]
pub struct Every {
    pub count: Option<u32>,
    /// Nothing in `every second wednesday`, which is one of each month, and in `every half year`.
    pub unit: Option<TimeUnit>,
    pub half_year: bool,
    pub day: Option<CalendarDay>,
    pub at: Option<NaiveTime>,
    /// The day on which it is for the first time, and from which it is counted.
    pub from: Option<NaiveDate>,
}

/// A day within a recurring period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CalendarDay {
    /// `day 15`
    Number(u32),
    /// `last day`
    Last,
    /// `monday`
    Weekday(Weekday),
    /// `second wednesday`; the ordinal is `None` for `last`.
    NthWeekday { nth: Option<u32>, weekday: Weekday },
    /// `31 december`
    MonthDay { month: u32, day: u32 },
}

impl TriggerKind {
    /// The word that tells the trigger from others.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Message { .. } => "on message matching",
            Self::Segment { .. } => "on segment",
            Self::Event(_)
            | Self::Decision { .. }
            | Self::Change { .. }
            | Self::Reaches { .. }
            | Self::Anniversary(_) => "on",
            Self::Membership(_) | Self::Every { .. } => "every",
            Self::Before { .. } => "before",
            Self::AfterLast { .. } | Self::After { .. } => "after",
        }
    }
}
