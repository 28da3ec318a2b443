//! Blocks of effects that declarations hold, such as the reward of a challenge: each becomes a rule that its declaration
//! sets off, so that limits, caps, rounding and reasons are those of rules.

use chrono::NaiveDate;

use super::model::{Held, Moment};
use crate::source::Span;
use crate::syntax::tree::Clause;

/// A block of effects, kept until rules are read.
pub(super) struct Block<'a> {
    pub held: Held,
    /// What the rule is called among rules: no name of a rule that a program can write.
    pub name: String,
    /// What sets it off.
    pub moment: Moment,
    /// Its clauses from each day on, with their place.
    pub forms: Vec<(Option<NaiveDate>, &'a [Clause], Span)>,
    pub span: Span,
}
