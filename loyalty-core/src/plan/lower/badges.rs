//! Badges become plans.

use super::Lower;
use crate::check::model::Returns;
use crate::plan::{BadgeLevelPlan, BadgePlan};

impl Lower<'_> {
    pub(super) fn badges(&mut self) {
        for badge in &self.checked.badges {
            let levels = badge.levels.iter().map(|level| BadgeLevelPlan {
                name: level.name.as_str().into(),
                title: level.title.as_deref().map(Into::into),
                when: level.when.as_ref().map(|when| self.expression(when)),
            });
            let levels = levels.collect();
            self.plan.badges.push(BadgePlan {
                name: badge.name.as_str().into(),
                title: badge.title.as_deref().map(Into::into),
                levels,
                revoke: badge.returns == Returns::Revoke,
            });
        }
    }
}
