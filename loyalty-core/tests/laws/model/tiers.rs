//! Ladders, segments and triggers as plain data, as `program` has the rest.

use chrono::{NaiveDate, NaiveTime, Weekday};

use super::number::Exact;
use super::program::{Expr, Length, Membership, Period};

#[derive(Debug, Clone)]
pub struct Ladder {
    pub name: String,
    /// What thresholds are compared with.
    pub by: Option<Expr>,
    /// The first holds from the beginning, every other one from a local day on.
    pub forms: Vec<(Option<NaiveDate>, LadderForm)>,
}

#[derive(Debug, Clone)]
pub struct LadderForm {
    pub levels: Vec<Level>,
    pub rise: Rise,
    pub keep: Keep,
    pub grace: Option<(Length, Option<Cycle>)>,
    pub fall: Fall,
    /// So many of these keep a level beside qualifying for it.
    pub retain: Option<(usize, Vec<Expr>)>,
    pub seen_after: bool,
    pub carry: Option<Carry>,
    pub returns: LadderReturns,
}

#[derive(Debug, Clone)]
pub struct Level {
    pub name: &'static str,
    pub from: Option<Expr>,
    pub when: Vec<Expr>,
    pub rate: Exact,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rise {
    AtOnce,
    AtEndOf(Cycle),
    On { month: u32, day: u32 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    WhileQualified,
    For(Length),
    ForToEnd(Length, Cycle),
    ToEnd { next: bool, period: Period },
    ToEndOfMembership { next: bool, of: Membership },
    ToAnniversary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fall {
    ToEarnedLevel,
    OneLevel,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carry {
    Rest,
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LadderReturns {
    Keep,
    Revoke,
    KeepToEnd(Cycle),
}

/// A period of the calendar, or a member's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cycle {
    Calendar(Period),
    Own(Membership),
}

#[derive(Debug, Clone)]
pub struct Segment {
    pub name: String,
    /// As with ladders: the condition, and those that replace it from a day on.
    pub forms: Vec<(Option<NaiveDate>, Expr)>,
}

/// What sets a rule off that no event does.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    Moved(Flow, usize),
    Ladder(usize, Change),
    Segment {
        segment: usize,
        entered: bool,
    },
    Every(Every),
    /// The member's birthday, or the day of joining; so long before.
    Yearly {
        birthday: bool,
        before: Option<Length>,
    },
    /// At the midnight that begins each, but the first.
    Membership(Membership),
    BeforeExpiry {
        wallet: usize,
        before: Length,
    },
    BeforeEnd {
        ladder: usize,
        before: Length,
    },
    AfterLast {
        length: Length,
        event: &'static str,
    },
    After {
        length: Length,
        event: &'static str,
        without: Option<&'static str>,
    },
}

/// What moves in a wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    Earned,
    Vested,
    Spent,
    Expired,
    Restored,
    ClawedBack,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Rises,
    Falls,
    Changes,
    Reaches(usize),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Every {
    pub count: u32,
    pub period: Period,
    pub day: Option<CalendarDay>,
    pub at: Option<NaiveTime>,
    pub from: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CalendarDay {
    Number(u32),
    Last,
    Weekday(Weekday),
    /// Nothing: the last one.
    Nth(Option<u32>, Weekday),
    MonthDay(u32, u32),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RaiseEnd {
    For(Length),
    ForToEnd(Length, Period),
    Until(NaiveDate),
    ToEnd { next: bool, period: Period },
    ToEndOfMembership { next: bool, of: Membership },
}

/// The form in force on a day.
pub fn in_force<T>(forms: &[(Option<NaiveDate>, T)], day: NaiveDate) -> &T {
    let past = forms.iter().filter(|(from, _)| from.is_none_or(|from| from <= day));
    past.map(|(_, form)| form).next_back().expect("a form from the beginning")
}
