//! The arms of experiments that a member was given, by name.

use super::MigrationReport;
use super::saved::saved;
use super::values::Moment;
use crate::engine::experiments::{Assigned, GONE};
use crate::engine::member::Member;
use crate::plan::Plan;

#[derive(Default)]
pub struct SavedArm {
    experiment: String,
    arm: String,
    /// Every arm of then with its share in millionths.
    shares: Vec<(String, u32)>,
    since: Moment,
}

saved! { SavedArm { experiment, arm, shares, since } }

pub fn save(plan: &Plan, member: &Member) -> Vec<SavedArm> {
    let arms = plan.experiments.iter().zip(&member.arms);
    let arms = arms.filter_map(|(experiment, assigned)| Some((experiment, assigned.as_ref()?)));
    let saved = arms.map(|(experiment, assigned)| {
        let shares = experiment.arms.iter().zip(&assigned.shares);
        SavedArm {
            experiment: experiment.name.to_string(),
            arm: experiment.arms.get(usize::from(assigned.arm)).map_or(String::new(), |arm| arm.name.to_string()),
            shares: shares.map(|(arm, share)| (arm.name.to_string(), *share)).collect(),
            since: Moment(assigned.since),
        }
    });
    saved.collect()
}

pub fn restore(plan: &Plan, member: &mut Member, saved: &[SavedArm], report: &mut MigrationReport) {
    for one in saved {
        let Some(number) = plan.experiments.iter().position(|experiment| *experiment.name == *one.experiment) else {
            report.dropped.push(format!("experiment `{}` with the arm `{}`", one.experiment, one.arm));
            continue;
        };
        let Some(experiment) = plan.experiments.get(number) else { continue };
        let arm = experiment.arms.iter().position(|arm| *arm.name == *one.arm);
        if arm.is_none() && !one.arm.is_empty() {
            report.dropped.push(format!("arm `{}` of the experiment `{}`", one.arm, one.experiment));
        }
        let share = |name: &str| one.shares.iter().find(|(arm, _)| arm == name).map_or(0, |(_, share)| *share);
        let shares = experiment.arms.iter().map(|arm| share(&arm.name)).collect();
        if let Some(place) = member.arms.get_mut(number) {
            *place = Some(Assigned { arm: arm.map_or(GONE, |arm| arm as u16), shares, since: one.since.0 });
        }
    }
}
