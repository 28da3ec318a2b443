//! When time alone will decide something of a challenge: a streak misses a period, a goal moves on.

use super::super::member::Member;
use super::adaptive;
use super::{streaks, windows};
use crate::plan::{GoalsPlan, Plan, ProgressPlan};

/// The instant of it; the largest number for never.
pub fn due(plan: &Plan, member: &Member, number: usize) -> i64 {
    let Some(challenge) = plan.challenges.get(number) else { return i64::MAX };
    let clock = member.clock;
    if let ProgressPlan::Streak(..) = challenge.progress {
        return streaks::ends_at(plan, member, number, clock).unwrap_or(i64::MAX);
    }
    let Some(GoalsPlan::Adaptive(adaptive)) = challenge.form(plan.calendar.day_at(clock)).map(|form| &form.goals)
    else {
        return i64::MAX;
    };
    // Whoever takes part in each window anew has no goal before asking again.
    if challenge.opt_in == Some(crate::check::model::OptIn::EachWindow) {
        return i64::MAX;
    }
    let Some(frame) = windows::frame(plan, member, number, clock) else { return i64::MAX };
    let window = member.challenges.get(number).and_then(|state| state.windows.last());
    let Some(window) = window.filter(|window| window.key == frame.key) else { return i64::MAX };
    let next = adaptive::after(adaptive, window, frame.key.saturating_add(1));
    if next.is_ok_and(|next| window.goals.first() != Some(&next)) { frame.to } else { i64::MAX }
}
