//! Leaderboards and their rounds.

use chrono::NaiveDate;

use super::{Expr, Period};
use crate::source::Span;

/// Members in the order of what they have.
#[derive(Debug, Clone)]
pub struct Leaderboard {
    pub name: String,
    /// A number, money or points.
    pub by: Expr,
    /// The conjuncts of all `when` clauses. Empty: always.
    pub when: Vec<Expr>,
    /// Whoever follows a tie stands one place below it, however many share it.
    pub dense: bool,
    /// Nothing: it has no end.
    pub rounds: Option<Rounds>,
    /// Through which place each block gives something. Ascending.
    pub places: Vec<u32>,
    pub span: Span,
}

/// When a leaderboard begins anew, or ends: as the window of its measure does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounds {
    Each(Period),
    /// Local days, both included.
    Once {
        from: Option<NaiveDate>,
        to: NaiveDate,
    },
}
