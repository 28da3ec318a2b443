//! Wheels: their slices by weight, their stock and limits.

use super::LimitPlan;
use crate::check::model::Lasts;

#[derive(Debug)]
pub struct WheelPlan {
    pub name: Box<str>,
    /// The counter of a limit in total.
    pub counter: Box<str>,
    pub slices: Vec<SlicePlan>,
    pub renormalise: bool,
    pub limits: Vec<LimitPlan>,
    /// How long a card of it may be drawn; nothing where no card is asked for.
    pub card: Option<Lasts>,
}

#[derive(Debug)]
pub struct SlicePlan {
    pub title: Option<Box<str>>,
    pub weight: u64,
    pub stock: Option<u32>,
    /// The counter of its stock.
    pub counter: Box<str>,
}
