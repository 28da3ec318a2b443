//! Experiments: arms with their shares, and who reads them.

use super::Dated;

#[derive(Debug)]
pub struct ExperimentPlan {
    pub name: Box<str>,
    pub salt: Box<str>,
    pub arms: Vec<ArmPlan>,
    /// Each arm's share in millionths.
    pub forms: Vec<Dated<Vec<u32>>>,
}

#[derive(Debug)]
pub struct ArmPlan {
    pub name: Box<str>,
    /// The symbol of its name.
    pub symbol: u32,
}
