//! Badges and their levels.

use super::{Expr, Returns};
use crate::source::Span;

/// A mark of honour that a member has or has not.
#[derive(Debug, Clone)]
pub struct Badge {
    pub name: String,
    pub title: Option<String>,
    /// Lowest first; one without a name where the badge has no levels.
    pub levels: Vec<BadgeLevel>,
    /// Whether a return takes it away again.
    pub returns: Returns,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct BadgeLevel {
    /// Empty where the badge has no levels.
    pub name: String,
    pub title: Option<String>,
    /// Nothing: it is given by the effect `award` alone.
    pub when: Option<Expr>,
    pub span: Span,
}

/// What can be read of a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadgeFigure {
    /// Whether the member has it, at that level or a higher one; the lowest is 0.
    Held(u16),
    /// Since when.
    Since,
}
