//! Streaks: periods in a row with an event. Periods that were kept without one hold a run together and do not lengthen it.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::super::decided::Decided;
use super::super::eval::Scope;
use super::super::ladders::Occasion;
use super::super::ledger;
use super::super::measures::Delta;
use super::super::member::Member;
use super::super::outcome::{Decision, Kind};
use super::state::{Done, WindowState};
use super::windows::Frame;
use crate::amount::Overflow;
use crate::plan::{Grain, Plan, ProgressPlan};

/// A run of periods up to an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub length: u32,
    /// Its first period with an event.
    pub first: i64,
    /// Whether the period at hand has an event.
    pub now: bool,
}

/// The run that a member has at the scope's instant, in a challenge that is a streak.
pub fn run(scope: &Scope<'_>, number: usize) -> Option<Run> {
    run_over(scope, number, None)
}

/// The same if one period more were kept without an event.
fn run_over(scope: &Scope<'_>, number: usize, kept: Option<i64>) -> Option<Run> {
    let (measure, now) = now(scope.plan, number, scope.day)?;
    let tally = scope.plan.measures.get(usize::from(measure))?.tally?;
    let entries = scope.member.tallies.between(tally, i64::MIN, i64::MAX);
    let own = scope.deltas.iter().find_map(|delta| match delta {
        Delta::Counted { measure: of, change, .. } if *of == measure => Some(change.key),
        _ => None,
    });
    let full = |key: i64| own == Some(key) || entries.binary_search_by(|entry| entry.key.cmp(&key)).is_ok();
    let frozen = scope.member.challenges.get(number).map(|state| &*state.frozen).unwrap_or(&[]);
    let has_event = full(now);
    let mut run = Run { length: 0, first: now, now: has_event };
    let mut key = if has_event { now } else { now - 1 };
    loop {
        if full(key) {
            run.length = run.length.saturating_add(1);
            run.first = key;
        } else if kept != Some(key) && frozen.binary_search(&key).is_err() {
            return Some(run);
        }
        key -= 1;
    }
}

/// The same for a member alone.
pub fn run_now(plan: &Plan, member: &Member, number: usize, at: i64) -> Option<Run> {
    run(&Scope::of(plan, member, at), number)
}

/// The run around a late event, and the instant at which its last period was over; nothing where the event does not count.
fn run_around(plan: &Plan, member: &Member, number: usize, event_at: i64) -> Option<(Run, i64)> {
    let (measure, mut last) = now(plan, number, plan.calendar.day_at(event_at))?;
    let tally = plan.measures.get(usize::from(measure))?.tally?;
    let entries = member.tallies.between(tally, i64::MIN, i64::MAX);
    let full = |key: i64| entries.binary_search_by(|entry| entry.key.cmp(&key)).is_ok();
    if !full(last) {
        return None;
    }
    let frozen = member.challenges.get(number).map(|state| &*state.frozen).unwrap_or(&[]);
    let mut next = last + 1;
    while full(next) || frozen.binary_search(&next).is_ok() {
        if full(next) {
            last = next;
        }
        next += 1;
    }
    let Grain::Period(period) = plan.grain(tally) else { return None };
    let end = plan.calendar.start_of(plan.calendar.first_day(period, last.saturating_add(1)));
    Some((run_now(plan, member, number, end.saturating_sub(1))?, end))
}

/// The window of the run that a late event belongs to, if that is over and not the one that goes on.
pub fn past_frame(
    plan: &Plan,
    member: &Member,
    number: usize,
    (event_at, at): (i64, i64),
    repeats: bool,
) -> Option<Frame> {
    let (run, end) = run_around(plan, member, number, event_at)?;
    let goes_on = run_now(plan, member, number, at).is_some_and(|now| now.length > 0 && now.first == run.first);
    let key = if repeats { run.first } else { 0 };
    (end <= at && !goes_on).then_some(Frame { key, from: i64::MIN, to: end, moves: true })
}

/// The runs that are over and lie in some periods, as they are once events of theirs have come back.
pub fn left_of(
    plan: &Plan,
    member: &Member,
    number: usize,
    (first, last): (i64, i64),
    (at, repeats): (i64, bool),
) -> Vec<Frame> {
    let Some(ProgressPlan::Streak(_, period)) = plan.challenges.get(number).map(|challenge| &challenge.progress) else {
        return Vec::new();
    };
    let (calendar, mut frames, mut key) = (&plan.calendar, Vec::new(), first);
    while key <= last {
        let begins = calendar.start_of(calendar.first_day(*period, key));
        match run_around(plan, member, number, begins) {
            Some((_, end)) => {
                frames.extend(past_frame(plan, member, number, (begins, at), repeats));
                key = calendar.period_of(*period, calendar.day_at(end)).max(key.saturating_add(1));
            }
            None => key = key.saturating_add(1),
        }
    }
    frames
}

/// The periods in which there may be runs that have goals of their own, now that one has lost a goal in a window.
pub fn around(plan: &Plan, member: &Member, number: usize, window: &WindowState, done: &Done) -> Option<(i64, i64)> {
    let (_, at) = now(plan, number, plan.calendar.day_at(done.at))?;
    if window.to == i64::MAX {
        let goal = window.goals.get(usize::from(done.goal)).and_then(|goal| goal.trunc().to_i64())?;
        let (_, present) = now(plan, number, plan.calendar.day_at(member.clock))?;
        return Some((at.saturating_sub(goal), present));
    }
    let (_, last) = now(plan, number, plan.calendar.day_at(window.to.saturating_sub(1)))?;
    Some((window.key, last.max(at)))
}

/// The last period of a window that is a run.
pub fn last_period(plan: &Plan, number: usize, frame: &Frame) -> i64 {
    if frame.to == i64::MAX {
        return i64::MAX;
    }
    now(plan, number, plan.calendar.day_at(frame.to.saturating_sub(1))).map_or(i64::MAX, |(_, last)| last)
}

/// The measure of a streak, and the period around a day.
fn now(plan: &Plan, number: usize, day: i32) -> Option<(u16, i64)> {
    let ProgressPlan::Streak(measure, period) = plan.challenges.get(number)?.progress else { return None };
    Some((measure, plan.calendar.period_of(period, day)))
}

/// Whether the challenge is a streak whose periods that counter counts.
pub fn is_streak_by(plan: &Plan, number: usize, tally: u32) -> bool {
    let progress = plan.challenges.get(number).map(|challenge| &challenge.progress);
    let Some(ProgressPlan::Streak(measure, _)) = progress else { return false };
    plan.measures.get(usize::from(*measure)).is_some_and(|measure| measure.tally == Some(tally))
}

/// The window that a run is: of its own if the challenge begins again, else the one of all time.
pub fn frame(plan: &Plan, number: usize, run: &Run, repeats: bool, at: i64) -> Option<Frame> {
    let (measure, now) = now(plan, number, plan.calendar.day_at(at))?;
    if !repeats {
        return Some(Frame { key: 0, from: i64::MIN, to: i64::MAX, moves: true });
    }
    let Grain::Period(period) = plan.grain(plan.measures.get(usize::from(measure))?.tally?) else { return None };
    let to = plan.calendar.start_of(plan.calendar.first_day(period, now.saturating_add(1)));
    Some(Frame { key: run.first, from: i64::MIN, to, moves: true })
}

/// When the run ends by time alone, if nothing happens before.
pub fn ends_at(plan: &Plan, member: &Member, number: usize, at: i64) -> Option<i64> {
    let run = run_now(plan, member, number, at).filter(|run| run.length > 0)?;
    let ProgressPlan::Streak(_, period) = plan.challenges.get(number)?.progress else { return None };
    let now = plan.calendar.period_of(period, plan.calendar.day_at(at));
    let missed = if run.now { now + 1 } else { now };
    Some(plan.calendar.start_of(plan.calendar.first_day(period, missed + 1)))
}

/// Keeps a run that has just missed a period, if there is something to keep it with; and tells of one that has ended.
pub fn settle(
    plan: &Plan,
    member: &mut Member,
    number: usize,
    at: i64,
    occasion: Occasion,
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    let Some(challenge) = plan.challenges.get(number) else { return Ok(()) };
    let Some((_, now)) = now(plan, number, plan.calendar.day_at(at)) else { return Ok(()) };
    let length = |member: &Member| run_now(plan, member, number, at).map_or(0, |run| run.length);
    let before = member.challenges.get(number).map_or(0, |state| state.length);
    if let (Some((wallet, price)), Occasion::Time) = (challenge.freeze, occasion)
        && before > 0
        && length(member) == 0
    {
        let balance = member.wallets.get(usize::from(wallet)).map_or(Decimal::ZERO, |state| state.available);
        let length = run_over(&Scope::of(plan, member, at), number, Some(now - 1)).map_or(0, |run| run.length);
        if length > 0 && balance >= price {
            if let Some(state) = member.challenges.get_mut(number) {
                state.frozen.push(now - 1);
            }
            ledger::take(plan, member, wallet, price, None, at, decisions)?;
            decisions.push(Decision { at, kind: Kind::StreakFrozen { challenge: challenge.name.clone(), length } });
        }
    }
    let length = length(member);
    let told_late = match occasion {
        Occasion::Late(event_at) => run_around(plan, member, number, event_at).map_or(0, |(run, _)| run.length),
        _ => 0,
    };
    let Some(state) = member.challenges.get_mut(number) else { return Ok(()) };
    state.length = length;
    state.best = state.best.max(length).max(told_late);
    if length == 0 && before > 0 && occasion != Occasion::Return {
        let kind = Kind::StreakBroken { challenge: challenge.name.clone(), length: before, best: state.best };
        decisions.push(Decision { at, kind });
    }
    Ok(())
}
