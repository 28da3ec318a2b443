//! Badges: their levels, each with its title and its condition.

use super::NodeId;

#[derive(Debug)]
pub struct BadgePlan {
    pub name: Box<str>,
    pub title: Option<Box<str>>,
    /// Lowest first; one without a name where the badge has no levels.
    pub levels: Vec<BadgeLevelPlan>,
    /// A return takes it away again.
    pub revoke: bool,
}

#[derive(Debug)]
pub struct BadgeLevelPlan {
    pub name: Box<str>,
    pub title: Option<Box<str>>,
    pub when: Option<NodeId>,
}

impl BadgePlan {
    /// Whether it has conditions of its own.
    pub fn watched(&self) -> bool {
        self.levels.iter().any(|level| level.when.is_some())
    }
}
