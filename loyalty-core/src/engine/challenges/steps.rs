//! Which steps of a challenge are done, and when: in order, each counts once the one before is done.

use super::super::eval::Scope;
use super::super::measures::Delta;
use super::super::member::Member;
use super::windows;
use crate::plan::{Plan, ProgressPlan};

/// When each step was done for the first time, from an instant on and before another.
pub fn done(scope: &Scope<'_>, steps: &[u16], in_order: bool, from: i64, to: i64) -> Vec<Option<i64>> {
    let mut found: Vec<Option<i64>> = Vec::with_capacity(steps.len());
    let mut after = from;
    for (number, measure) in steps.iter().enumerate() {
        // One event is one step: the same kind of event counts again only later.
        if in_order && number > 0 {
            let before = number.checked_sub(1).and_then(|before| found.get(before).copied().flatten());
            let Some(before) = before else {
                found.push(None);
                continue;
            };
            let same = event_of(scope.plan, steps.get(number - 1)) == event_of(scope.plan, Some(measure));
            after = if same { before.saturating_add(1) } else { before };
        }
        let marks = scope.member.marks.of(*measure);
        let first = marks.get(marks.partition_point(|mark| mark.at < after)).map(|mark| mark.at);
        let own = scope.deltas.iter().any(|delta| matches!(delta, Delta::Marked { measure: of, .. } if of == measure));
        let own = Some(scope.at).filter(|at| own && *at >= after);
        let first = match (first, own) {
            (Some(first), Some(own)) => Some(first.min(own)),
            (first, own) => first.or(own),
        };
        found.push(first.filter(|at| *at < to));
    }
    found
}

fn event_of(plan: &Plan, measure: Option<&u16>) -> Option<u16> {
    plan.measures.get(usize::from(*measure?))?.event
}

/// The events that the steps of the present window stand on, by their measures.
pub fn chain_now(plan: &Plan, member: &Member, number: usize, at: i64) -> Vec<(u16, i64)> {
    let Some(ProgressPlan::Steps { steps, in_order }) =
        plan.challenges.get(number).map(|challenge| &challenge.progress)
    else {
        return Vec::new();
    };
    let Some(frame) = windows::frame(plan, member, number, at) else { return Vec::new() };
    let done = done(&Scope::of(plan, member, at), steps, *in_order, frame.from, frame.to);
    steps.iter().zip(done).filter_map(|(measure, at)| Some((*measure, at?))).collect()
}
