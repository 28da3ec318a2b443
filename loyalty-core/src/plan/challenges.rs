//! Challenges laid out: which measures they go by, their windows, and their goals as nodes.

use rust_decimal::Decimal;

use super::{Condition, Dated, NodeId, Plan, in_force};
use crate::check::model::{Adaptive, Length, OptIn, Period, Within};

#[derive(Debug)]
pub struct ChallengePlan {
    pub name: Box<str>,
    pub progress: ProgressPlan,
    pub within: Within,
    pub opt_in: Option<OptIn>,
    /// What came before that challenge was done does not count.
    pub after: Option<u16>,
    /// What keeps a streak over a period without an event.
    pub freeze: Option<(u16, Decimal)>,
    /// The names of its goals, the lowest first.
    pub goals: Vec<Option<Box<str>>>,
    /// Measures of the times that a goal was met, with the goal.
    pub noted: Vec<(u16, u16)>,
    pub forms: Vec<Dated<ChallengeFormPlan>>,
    /// Digits after the point of what it counts.
    pub decimals: u32,
}

#[derive(Debug)]
pub enum ProgressPlan {
    Measure(u16),
    /// Periods in a row.
    Streak(u16, Period),
    /// One measure for each step, of the instants at which it was done.
    Steps {
        steps: Vec<u16>,
        in_order: bool,
    },
}

#[derive(Debug, Clone)]
pub struct ChallengeFormPlan {
    pub goals: GoalsPlan,
    /// Again and again within one window; the number is the most.
    pub repeat: Option<Option<u32>>,
    pub carry: bool,
    pub tolerance: Option<Length>,
    pub revoke: bool,
    pub migrate: bool,
    pub when: Vec<Condition>,
}

#[derive(Debug, Clone)]
pub enum GoalsPlan {
    /// The lowest first.
    Fixed(Vec<NodeId>),
    Adaptive(Box<Adaptive>),
}

impl ChallengePlan {
    /// The form in force on a day.
    pub fn form(&self, day: i32) -> Option<&ChallengeFormPlan> {
        in_force(&self.forms, day)
    }

    /// Whether its window moves on with time, so that what it counts leaves it again.
    pub fn moves(&self) -> bool {
        matches!(self.within, Within::Rolling(_))
    }

    /// Every measure that it goes by.
    pub fn measures(&self) -> &[u16] {
        match &self.progress {
            ProgressPlan::Measure(measure) | ProgressPlan::Streak(measure, _) => core::slice::from_ref(measure),
            ProgressPlan::Steps { steps, .. } => steps,
        }
    }
}

impl ProgressPlan {
    pub fn is_streak(&self) -> bool {
        matches!(self, Self::Streak(..))
    }
}

impl Plan {
    /// The number of the challenge of that name.
    pub fn challenge_named(&self, name: &str) -> Option<usize> {
        self.challenges.iter().position(|challenge| *challenge.name == *name)
    }
}
