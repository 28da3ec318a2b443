//! Experiments and their arms.

use super::Versioned;
use crate::source::Span;

/// A trial that gives each member one of several arms.
#[derive(Debug, Clone)]
pub struct Experiment {
    pub name: String,
    /// What the choice depends on beside the member; experiments that share it choose alike.
    pub salt: String,
    /// The names of all arms, in the order in which they are first named.
    pub arms: Vec<String>,
    /// Each arm's share in millionths, as many as arms; they add up to a million.
    pub versions: Vec<Versioned<Vec<u32>>>,
    pub span: Span,
}
