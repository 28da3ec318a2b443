//! What comes back of events that a round has used up already, where the window moves on with time.
//!
//! A round uses up whatever was counted until then. What comes back of it has to be bought again before the next round, as
//! in a window of the calendar; so it is used up of what is counted from now on. Rounds that can be lost are met once more
//! instead: see `again`.

use rust_decimal::Decimal;

use super::super::eval::Scope;
use super::super::measures;
use super::super::member::Member;
use crate::amount::{self, Overflow};
use crate::plan::{Plan, ProgressPlan};

/// What is still counted of what rounds have used up, challenge by challenge. It is asked before and after a return.
pub fn used_up(plan: &Plan, member: &Member) -> Result<Vec<(usize, Decimal)>, Overflow> {
    let mut counted = Vec::new();
    for (number, challenge) in plan.challenges.iter().enumerate().filter(|(_, challenge)| challenge.moves()) {
        let window = member.challenges.get(number).and_then(|state| state.window(0));
        let Some(window) = window else { continue };
        let revokes = challenge.form(plan.calendar.day_at(member.clock)).is_some_and(|form| form.revoke);
        let since = window.done.first().filter(|_| revokes).map_or(window.since, |done| done.since);
        if let ProgressPlan::Measure(measure) = challenge.progress
            && since > i64::MIN
        {
            counted.push((number, measures::between(&Scope::of(plan, member, since), measure, i64::MIN, since)?));
        }
    }
    Ok(counted)
}

/// Has what is counted no longer bought again before the next round.
pub fn weigh(plan: &Plan, member: &mut Member, before: &[(usize, Decimal)]) -> Result<(), Overflow> {
    if before.is_empty() {
        return Ok(());
    }
    for (number, after) in used_up(plan, member)? {
        let known = before.iter().find(|(known, _)| *known == number).map_or(after, |(_, before)| *before);
        let gone = amount::subtract(known, after)?;
        let state = member.challenges.get_mut(number);
        if let Some(window) = state.and_then(|state| state.windows.find_mut(|window| window.key == 0)) {
            window.used = amount::add(window.used, gone.max(Decimal::ZERO))?;
        }
    }
    Ok(())
}
