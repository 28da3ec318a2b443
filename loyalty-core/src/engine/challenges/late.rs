//! A late event in a window that moves on: what it would have met, told in time, is met now.

use super::super::decided::Decided;
use super::super::eval::Scope;
use super::super::member::Member;
use super::judge::{self, MET_MAX};
use super::state::{Done, WindowState};
use super::{again, windows};
use crate::amount::Overflow;
use crate::plan::{ChallengeFormPlan, Plan};

/// Meets the goals that a late event reaches at its own instant, or that those after it reach with it.
pub fn settle(
    plan: &Plan,
    member: &mut Member,
    number: usize,
    form: &ChallengeFormPlan,
    (event_at, at): (i64, i64),
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    let (Some(challenge), Some(state)) = (plan.challenges.get(number), member.challenges.get(number)) else {
        return Ok(());
    };
    let known = match (state.window(0), windows::frame(plan, member, number, event_at)) {
        (Some(window), _) => window.clone(),
        (None, Some(frame)) => {
            WindowState::begun(judge::goals(&Scope::of(plan, member, event_at), number, form, &frame)?)
        }
        (None, None) => return Ok(()),
    };
    let Some(again) = again::met_late(plan, member, number, (form, &known), event_at)? else { return Ok(()) };
    if again.met.is_empty() && state.window(0).is_none() {
        return Ok(());
    }
    let mut done = known.done;
    again.stand(plan, member, number, &mut done)?;
    let new = again.met.get(done.len().saturating_sub(again.first)..).unwrap_or_default();
    if new.len() > MET_MAX {
        return Err(Overflow);
    }
    for met in new {
        let last = usize::from(met.goal).saturating_add(1) >= again.window.goals.len();
        let Some(state) = member.challenges.get_mut(number) else { return Ok(()) };
        decisions.push(judge::tell(state, challenge, &again.window, (met.goal, met.round, last), at));
        judge::note(plan, member, number, met.goal, met.at, 1)?;
        done.push(Done { told: at, ..met.clone() });
    }
    if let Some(state) = member.challenges.get_mut(number) {
        state.put(WindowState { done, ..again.window });
    }
    Ok(())
}
