//! Leaderboards become plans.

use super::Lower;
use crate::plan::LeaderboardPlan;

impl Lower<'_> {
    pub(super) fn leaderboards(&mut self) {
        for board in &self.checked.leaderboards {
            let by = self.expression(&board.by);
            let when = board.when.iter().map(|when| self.expression(when)).collect();
            let chance = self.reads_arms(core::iter::once(&board.by).chain(&board.when));
            self.plan.leaderboards.push(LeaderboardPlan {
                name: board.name.as_str().into(),
                by,
                when,
                dense: board.dense,
                rounds: board.rounds,
                places: board.places.clone(),
                chance,
            });
        }
    }
}
