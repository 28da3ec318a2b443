//! Tiers: their levels, and how members rise and fall.

use super::{Condition, Dated, NodeId};
use crate::check::model::{Carry, Fall, Grace, Keep, LadderReturns, Rise};

#[derive(Debug)]
pub struct LadderPlan {
    pub name: Box<str>,
    /// The lowest first.
    pub levels: Vec<Box<str>>,
    pub benefits: Vec<Box<str>>,
    pub forms: Vec<Dated<LadderFormPlan>>,
}

#[derive(Debug, Clone)]
pub struct LadderFormPlan {
    /// What thresholds are compared with.
    pub by: Option<NodeId>,
    /// The measure alone that `by` is, for carrying.
    pub meter: Option<u16>,
    pub levels: Vec<LevelPlan>,
    pub rise: Rise,
    pub keep: Keep,
    pub grace: Option<Grace>,
    pub fall: Fall,
    pub retain: Option<(u32, Vec<Condition>)>,
    pub seen_after: bool,
    pub carry: Option<Carry>,
    pub returns: LadderReturns,
}

#[derive(Debug, Clone)]
pub struct LevelPlan {
    pub from: Option<NodeId>,
    pub when: Vec<Condition>,
    pub benefits: Vec<NodeId>,
}
