//! Wheels and their slices.

use super::{Lasts, Limit};
use crate::source::Span;

/// What chance gives, one slice each time.
#[derive(Debug, Clone)]
pub struct Wheel {
    pub name: String,
    pub slices: Vec<Slice>,
    /// Slices that are out of stock leave their share to the others, and not to nothing.
    pub renormalise: bool,
    pub limits: Vec<Limit>,
    /// Only whoever was issued a card draws, once for each.
    pub issued: bool,
    /// How long a card may be drawn.
    pub valid_for: Option<Lasts>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct Slice {
    pub title: Option<String>,
    /// In whole numbers, all slices by one unit.
    pub weight: u64,
    /// How often it may come over all members.
    pub stock: Option<u32>,
}
