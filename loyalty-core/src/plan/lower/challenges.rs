//! Challenges from the checked program to the plan.

use super::Lower;
use crate::check::model::{Goals, MeasureOf, Progress, Returns, Type, Within};
use crate::plan::Plan;
use crate::plan::challenges::{ChallengeFormPlan, ChallengePlan, GoalsPlan, ProgressPlan};

impl Lower<'_> {
    pub(super) fn challenges(&mut self) {
        for (index, challenge) in self.checked.challenges.iter().enumerate() {
            let progress = match &challenge.progress {
                Progress::Measure(measure) => ProgressPlan::Measure(*measure as u16),
                Progress::Streak(measure, period) => ProgressPlan::Streak(*measure as u16, *period),
                Progress::Steps { steps, in_order } => {
                    ProgressPlan::Steps { steps: steps.iter().map(|step| *step as u16).collect(), in_order: *in_order }
                }
            };
            if let Within::Following { of, .. } = challenge.within {
                self.stays_where_it_was(&progress, of);
            }
            let forms = self.dated(&challenge.versions, |lower, form| ChallengeFormPlan {
                goals: match &form.goal {
                    Goals::Fixed(goals) => GoalsPlan::Fixed(goals.iter().map(|goal| lower.expression(goal)).collect()),
                    Goals::Adaptive(adaptive) => GoalsPlan::Adaptive(adaptive.clone()),
                },
                repeat: form.repeat,
                carry: form.carry,
                tolerance: form.tolerance,
                revoke: form.returns == Returns::Revoke,
                migrate: form.migrate,
                when: form.when.iter().map(|condition| lower.condition(condition)).collect(),
            });
            // Of measures that say the same the first one alone is kept.
            let first = |at: usize| self.same_measure.get(at) == Some(&(at as u16));
            let noted = self.checked.measures.iter().enumerate().filter_map(|(at, measure)| match measure.of {
                MeasureOf::Goal(of, goal) if of == index && first(at) => Some((goal as u16, at as u16)),
                _ => None,
            });
            let noted = noted.collect();
            self.plan.challenges.push(ChallengePlan {
                name: challenge.name.as_str().into(),
                progress,
                within: challenge.within,
                opt_in: challenge.opt_in,
                after: challenge.after.map(|after| after as u16),
                freeze: challenge.freeze.map(|(wallet, price)| (wallet as u16, price)),
                goals: challenge.goals.iter().map(|goal| goal.name.as_deref().map(Into::into)).collect(),
                noted,
                forms,
                decimals: match &challenge.ty {
                    Type::Money(currency) => u32::from(currency.minor),
                    Type::Amount(wallet) => self.checked.wallets.get(*wallet).map_or(0, |wallet| wallet.decimals),
                    _ => 0,
                },
            });
        }
    }

    /// What a challenge that begins with an event remembers of edited orders: where they begin a window, and steps in it. Where
    /// that very event is counted, an edit counts in a window of its own.
    fn stays_where_it_was(&mut self, progress: &ProgressPlan, of: usize) {
        let event_of = |plan: &Plan, measure: usize| plan.measures.get(measure).and_then(|measure| measure.event);
        let counted = match progress {
            ProgressPlan::Measure(measure) | ProgressPlan::Streak(measure, _) => {
                Some(usize::from(*measure)).filter(|measure| event_of(&self.plan, *measure) == event_of(&self.plan, of))
            }
            ProgressPlan::Steps { .. } => None,
        };
        if counted.is_some() {
            return;
        }
        let steps = if let ProgressPlan::Steps { steps, .. } = progress { steps.as_slice() } else { &[] };
        for measure in steps.iter().map(|step| usize::from(*step)).chain([of]) {
            if let Some(measure) = self.plan.measures.get_mut(measure) {
                measure.of_purchase = true;
            }
        }
    }
}
