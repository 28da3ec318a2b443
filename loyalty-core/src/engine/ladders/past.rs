//! What was earned on a ladder at an instant that is over: where a late event leads, and what comes after a time of grace.

use super::{by_the_day, earned, end_of, kept_until};
use crate::amount::Overflow;
use crate::check::model::{Fall, Keep, Rise};
use crate::engine::eval::Scope;
use crate::engine::standing::Standing;
use crate::plan::LadderFormPlan;

/// An instant at which a level was judged; `closing`: by what the period was that ended with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Then {
    pub at: i64,
    pub closing: bool,
}

/// The level that a late event makes reached at its own instant, or kept at the judgement that came after it; nothing
/// where it would be over by now.
pub fn reached_then(
    scope: &Scope<'_>,
    ladder: u16,
    form: &LadderFormPlan,
    standing: &Standing,
    event_at: i64,
) -> Result<Option<(u16, Then)>, Overflow> {
    // What is kept only while it is qualified for is a matter of the present.
    if (form.keep == Keep::WhileQualified && form.fall != Fall::Never) || standing.grace.is_some() {
        return Ok(None);
    }
    let changed_since = standing.since > event_at;
    let then = match form.rise {
        Rise::AtEndOf(period) => {
            let at = end_of(&scope.plan.calendar, period, event_at);
            if at > scope.at || standing.since > at {
                return Ok(None);
            }
            Then { at, closing: true }
        }
        // A level that was lost at the end of its time had been reached with or without the event: what the event may
        // have done is to keep it.
        Rise::AtOnce
            if changed_since && (standing.base == standing.since.saturating_sub(1) || !by_the_day(form.keep)) =>
        {
            Then { at: standing.since, closing: true }
        }
        Rise::AtOnce => Then { at: event_at, closing: false },
    };
    let base = super::counted_from(form.keep, then.closing, then.at);
    if kept_until(&scope.plan.calendar, form.keep, base, base).is_some_and(|end| end <= scope.at) {
        return Ok(None);
    }
    let level = earned(&Scope { closing: then.closing, ..Scope::of(scope.plan, scope.member, then.at) }, ladder)?;
    Ok(Some((level, then)))
}

/// The level that was earned when a time of grace began, for as long as that lasts: nobody is to have less after a grace
/// than without one.
pub fn earned_before_grace(
    scope: &Scope<'_>,
    ladder: u16,
    form: &LadderFormPlan,
    standing: &Standing,
) -> Result<u16, Overflow> {
    let calendar = &scope.plan.calendar;
    let lost_at = match by_the_day(form.keep) {
        true => standing.base.saturating_add(1),
        false => standing.base,
    };
    // A level that was not judged by a period that ended has left no such trace.
    let looked_back = !by_the_day(form.keep) || calendar.start_of(calendar.day_at(lost_at)) == lost_at;
    let over = kept_until(calendar, form.keep, standing.base, standing.base).is_none_or(|end| end <= scope.at);
    if !looked_back || over {
        return Ok(0);
    }
    earned(&Scope { closing: true, ..Scope::of(scope.plan, scope.member, lost_at) }, ladder)
}
