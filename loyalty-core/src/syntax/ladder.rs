//! The clauses of `tiers`: levels, what they give, and how members rise, stay and fall.

use super::tree::{Cycle, Duration, Expr, FieldValue, Name, ToEnd};

/// A clause that only `tiers` holds.
#[derive(Debug, Clone, PartialEq)]
pub enum LadderClause {
    /// `benefit rate = 1.0`: what every level has, and how much of it where a level says nothing.
    Benefit { name: Name, value: Expr },
    /// `silver from 500 MYR when orders >= 3 { rate 1.25 }`; the lowest one may be `bronze { }`.
    Level { name: Name, from: Option<Expr>, when: Option<Expr>, benefits: Vec<FieldValue> },
    /// `rise at once`
    Rise(Rise),
    /// `keep 12 months`
    Keep(Keep),
    /// `grace 1 month to end of month`; nothing for `grace none`.
    Grace(Option<Grace>),
    /// `fall one level`
    Fall(Fall),
    /// `retain when any 2 of [a, b, c]`
    Retain(Retain),
    /// `seen before`, `seen after`: the level that rules on an event see.
    Seen { after: bool },
    /// `carry`, `carry nothing`: what is over when a level is reached counts for the next one, or begins from zero.
    Carry(bool),
    /// `returns keep`, `returns revoke`, `returns keep to end of year`
    Returns(LadderReturns),
}

impl LadderClause {
    /// The word that introduces the clause.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Benefit { .. } => "benefit",
            Self::Level { .. } => "level",
            Self::Rise(_) => "rise",
            Self::Keep(_) => "keep",
            Self::Grace(_) => "grace",
            Self::Fall(_) => "fall",
            Self::Retain(_) => "retain",
            Self::Seen { .. } => "seen",
            Self::Carry(_) => "carry",
            Self::Returns(_) => "returns",
        }
    }
}

/// When a member who qualifies for a higher level gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rise {
    /// `at once`
    AtOnce,
    /// `at end of year`
    AtEndOf(Cycle),
    /// `on 1 april`: at the midnight that begins that day.
    On { month: u32, day: u32 },
    /// `at period end`: of the calendar window of the measures that decide.
    AtPeriodEnd,
}

/// How long a level is kept.
#[derive(Debug, Clone, PartialEq)]
pub enum Keep {
    /// `keep while qualified`
    WhileQualified,
    /// `keep 12 months`: through the local day reached.
    For(Duration),
    /// `keep 3 months to end of month`: on to the end of the period in which the time would be over.
    ForToEnd { length: Duration, of: Cycle },
    /// `keep to end of next year`, `keep to end of month`
    ToEnd(ToEnd),
    /// `keep to anniversary`: until the local day on which the level was entered comes round again.
    ToAnniversary,
}

/// How long a level stays that is no longer qualified for.
#[derive(Debug, Clone, PartialEq)]
pub struct Grace {
    pub length: Duration,
    /// `to end of month`: on to the end of the period in which it would end.
    pub to_end_of: Option<Cycle>,
}

/// Where a member falls who no longer qualifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fall {
    /// `fall to earned level`
    ToEarnedLevel,
    /// `fall one level`
    OneLevel,
    /// `fall never`
    Never,
}

/// What keeps a level beside qualifying for it.
#[derive(Debug, Clone, PartialEq)]
pub enum Retain {
    /// `retain when any 2 of [a, b, c]`
    AnyOf { count: u32, conditions: Vec<Expr> },
    /// `retain when …`
    When(Expr),
}

/// What becomes of a level when what it was reached by is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LadderReturns {
    /// `returns keep`: it is judged when its time comes.
    Keep,
    /// `returns revoke`: it is judged at the return.
    Revoke,
    /// `returns keep to end of year`: a level lost by a return stays to the end of that period.
    KeepToEnd(Cycle),
}
