//! Ladders: every level with its threshold, its conditions and what it gives.

use super::Lower;
use crate::check::model::{self, LadderForm};
use crate::plan::node::Node;
use crate::plan::{LadderFormPlan, LadderPlan, LevelPlan};

impl Lower<'_> {
    pub(super) fn ladders(&mut self) {
        for ladder in &self.checked.ladders {
            let forms = self.dated(&ladder.versions, Self::ladder_form);
            self.plan.ladders.push(LadderPlan {
                name: ladder.name.as_str().into(),
                levels: ladder.levels.iter().map(|level| level.name.as_str().into()).collect(),
                benefits: ladder.benefits.iter().map(|benefit| benefit.name.as_str().into()).collect(),
                forms,
            });
        }
    }

    fn ladder_form(&mut self, form: &LadderForm) -> LadderFormPlan {
        let by = form.by.as_ref().map(|by| self.expression(by));
        let meter = match by.and_then(|by| self.plan.nodes.get(by as usize)) {
            Some(Node::Measure(measure)) => Some(*measure),
            _ => None,
        };
        let levels = form.levels.iter().map(|level| LevelPlan {
            from: level.from.as_ref().map(|from| self.expression(from)),
            when: level.when.iter().map(|condition| self.condition(condition)).collect(),
            benefits: level.benefits.iter().map(|benefit| self.expression(benefit)).collect(),
        });
        let levels = levels.collect();
        let retain = form.retain.as_ref().map(|model::Retain { count, conditions }| {
            (*count, conditions.iter().map(|condition| self.condition(condition)).collect())
        });
        LadderFormPlan {
            by,
            meter,
            levels,
            rise: form.rise,
            keep: form.keep,
            grace: form.grace,
            fall: form.fall,
            retain,
            seen_after: form.seen_after,
            carry: form.carry,
            returns: form.returns,
        }
    }
}
