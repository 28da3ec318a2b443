//! Leaderboards: what members are put in order by, and who stands on them.

use super::NodeId;
use crate::check::model::Rounds;

#[derive(Debug)]
pub struct LeaderboardPlan {
    pub name: Box<str>,
    pub by: NodeId,
    /// All of them must hold.
    pub when: Vec<NodeId>,
    pub dense: bool,
    pub rounds: Option<Rounds>,
    /// Through which place each block gives something. Ascending.
    pub places: Vec<u32>,
    /// It cannot be made up without the host's secret.
    pub chance: bool,
}
