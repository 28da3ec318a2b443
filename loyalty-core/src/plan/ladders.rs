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
    /// The measures that levels are reached by.
    pub reads: Vec<u16>,
    /// By what levels are reached is known of every instant that is not too long ago, for it is measures alone.
    pub by_instants: bool,
}

impl LadderFormPlan {
    /// Whether levels are judged as of instants that are over: where they are kept once they are made, rise at times, or are seen
    /// by what an event leads to.
    pub fn may_look_back(&self) -> bool {
        let timed = self.keep != Keep::WhileQualified || self.fall == Fall::Never;
        timed || self.rise != Rise::AtOnce || self.seen_after
    }
}

#[derive(Debug, Clone)]
pub struct LevelPlan {
    pub from: Option<NodeId>,
    pub when: Vec<Condition>,
    pub benefits: Vec<NodeId>,
}

impl LevelPlan {
    pub fn conditions(&self) -> impl Iterator<Item = NodeId> {
        self.when.iter().map(|condition| condition.node)
    }
}
