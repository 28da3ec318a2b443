//! Ladders of levels: how members reach them, keep them and lose them.

use super::{Cycle, Expr, Fall, Length, ToEnd, Type, Versioned};
use crate::source::Span;

/// Ordered levels that members reach, keep and lose.
#[derive(Debug, Clone)]
pub struct Ladder {
    pub name: String,
    /// Lowest first. They are the same in all versions.
    pub levels: Vec<Level>,
    pub benefits: Vec<Benefit>,
    pub versions: Vec<Versioned<LadderForm>>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct Level {
    pub name: String,
    pub span: Span,
}

/// A typed attribute that every level has.
#[derive(Debug, Clone)]
pub struct Benefit {
    pub name: String,
    pub ty: Type,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct LadderForm {
    /// What thresholds are compared with; nothing where each level has conditions of its own.
    pub by: Option<Expr>,
    /// One for each level.
    pub levels: Vec<LevelForm>,
    pub rise: Rise,
    pub keep: Keep,
    pub grace: Option<Grace>,
    pub fall: Fall,
    pub retain: Option<Retain>,
    /// Rules on an event see the level that the event itself leads to.
    pub seen_after: bool,
    pub carry: Option<Carry>,
    pub returns: LadderReturns,
}

#[derive(Debug, Clone)]
pub struct LevelForm {
    /// In terms of `by`.
    pub from: Option<Expr>,
    /// All of them must hold, beside the threshold.
    pub when: Vec<Expr>,
    /// One for each benefit of the ladder.
    pub benefits: Vec<Expr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rise {
    AtOnce,
    AtEndOf(Cycle),
    /// At the midnight that begins that day of each year.
    On {
        month: u32,
        day: u32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    WhileQualified,
    For(Length),
    /// On to the end of the period in which the time would be over.
    ForToEnd {
        length: Length,
        of: Cycle,
    },
    ToEnd(ToEnd),
    ToAnniversary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grace {
    pub length: Length,
    pub to_end_of: Option<Cycle>,
}

/// So many of these conditions keep a level.
#[derive(Debug, Clone)]
pub struct Retain {
    pub count: u32,
    pub conditions: Vec<Expr>,
}

/// What becomes of the meter of a ladder when a level is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carry {
    /// What is over counts on.
    Rest,
    /// It begins from zero.
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LadderReturns {
    Keep,
    Revoke,
    KeepToEnd(Cycle),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandingMoment {
    Since,
    Until,
}
