//! Which window of a challenge an instant lies in, and what counts in it.

use rust_decimal::Decimal;

use super::super::cycles::Cycles;
use super::super::eval::Scope;
use super::super::measures;
use super::super::member::Member;
use super::state::{ChallengeState, WindowState};
use super::{steps, streaks};
use crate::amount::{self, Overflow};
use crate::calendar::{Calendar, clock_micros};
use crate::check::model::{Cycle, Length, OptIn, Within};
use crate::plan::{ChallengePlan, Plan, ProgressPlan};
use crate::time::{DAY, day_of};

/// A window of a challenge, as it is for one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    pub key: i64,
    /// What counts lies from here on, and before `to`; the largest number for no end.
    pub from: i64,
    pub to: i64,
    /// It has no end that could be told: it moves on with time.
    pub moves: bool,
}

impl Frame {
    /// When it ends, if it does.
    pub fn deadline(&self) -> Option<i64> {
        (self.to != i64::MAX && !self.moves).then_some(self.to)
    }
}

/// The window around an instant, if the member takes part in it. A streak has one for each run: see `streaks`.
pub fn frame(plan: &Plan, member: &Member, number: usize, at: i64) -> Option<Frame> {
    // What an earlier round has used up does not count again.
    let since = member.challenges.get(number)?.window(0).map_or(i64::MIN, |window| window.since);
    frame_since(plan, member, number, at, since)
}

/// The same where, if it moves on with time, what came before an instant has been used up.
pub fn frame_since(plan: &Plan, member: &Member, number: usize, at: i64, since: i64) -> Option<Frame> {
    let (challenge, state) = (plan.challenges.get(number)?, member.challenges.get(number)?);
    let mut frame = calendar_frame(plan, member, (challenge, state), at, since)?;
    match challenge.opt_in {
        Some(OptIn::EachWindow) => {
            // Whoever has asked before the first day takes part from that day on.
            let begins = if matches!(challenge.within, Within::Each(_)) { frame.from } else { i64::MIN };
            let asked = state.opted_in.iter().find(|asked| (begins..frame.to).contains(*asked) && **asked <= at)?;
            frame.from = frame.from.max(*asked);
        }
        Some(OptIn::Once) => {
            frame.from = frame.from.max(*state.opted_in.first().filter(|asked| **asked <= at)?);
        }
        None => {}
    }
    if let Some(after) = challenge.after {
        let done = member.challenges.get(usize::from(after))?.first_done.filter(|done| *done <= at)?;
        frame.from = frame.from.max(done.saturating_add(1));
    }
    Some(frame)
}

fn calendar_frame(
    plan: &Plan,
    member: &Member,
    (challenge, state): (&ChallengePlan, &ChallengeState),
    at: i64,
    since: i64,
) -> Option<Frame> {
    let calendar = &plan.calendar;
    Some(match challenge.within {
        Within::AllTime => Frame { key: 0, from: i64::MIN, to: i64::MAX, moves: false },
        Within::Each(of) => {
            let cycles = Cycles::of(plan, member);
            cycle_frame(cycles, of, cycles.key(of, calendar.day_at(at)))
        }
        Within::Range { from, to } => {
            let begins = from.map_or(i64::MIN, |from| calendar.start_of(day_of(from)));
            let ends = to.map_or(i64::MAX, |to| calendar.start_of(day_of(to).saturating_add(1)));
            if !(begins..ends).contains(&at) {
                return None;
            }
            Frame { key: 0, from: begins, to: ends, moves: false }
        }
        Within::Rolling(length) => {
            Frame { key: 0, from: moving_start(calendar, length, at).max(since), to: i64::MAX, moves: true }
        }
        Within::Following { length, of } => {
            let marks = member.marks.of(of as u16);
            let start = marks.get(marks.partition_point(|mark| mark.at <= at).checked_sub(1)?)?.at;
            beginning(calendar, start, length, at)?
        }
        Within::OptedIn(length) => {
            let start = state.opted_in.iter().rev().find(|asked| **asked <= at)?;
            beginning(calendar, *start, length, at)?
        }
    })
}

pub fn moving_start(calendar: &Calendar, length: Length, at: i64) -> i64 {
    match clock_micros(length) {
        Some(micros) => at.saturating_sub(micros).saturating_add(1),
        None => calendar.start_of(Calendar::day_minus(calendar.day_at(at), length).saturating_add(1)),
    }
}

/// The window with that number, of those that follow each other.
pub fn cycle_frame(cycles: Cycles<'_>, of: Cycle, key: i64) -> Frame {
    let start = |key: i64| cycles.calendar.start_of(cycles.first_day(of, key));
    Frame { key, from: start(key), to: start(key.saturating_add(1)), moves: false }
}

/// Whether what was done belongs to a window of the challenge as it is: another version of the program may have others.
pub fn is_window(plan: &Plan, member: &Member, number: usize, window: &WindowState) -> bool {
    let Some(challenge) = plan.challenges.get(number) else { return false };
    if let ProgressPlan::Streak(_, period) = challenge.progress {
        // That of all runs has no end, and that of a run ends with a period.
        return window.to == i64::MAX || Cycles::of(plan, member).ends(Cycle::Calendar(period), window.to);
    }
    match challenge.within {
        Within::AllTime | Within::Range { .. } | Within::Rolling(_) => window.key == 0,
        Within::Each(of) => window.to == cycle_frame(Cycles::of(plan, member), of, window.key).to,
        // The key is the instant at which it begins, and no number of a period.
        Within::Following { .. } | Within::OptedIn(_) => window.key >= DAY,
    }
}

fn beginning(calendar: &Calendar, start: i64, length: Length, at: i64) -> Option<Frame> {
    let to = calendar.end_after(start, length);
    (at < to).then_some(Frame { key: start, from: start, to, moves: false })
}

/// What is counted in a window at the scope's instant.
pub fn total(scope: &Scope<'_>, number: usize, frame: &Frame) -> Result<Decimal, Overflow> {
    let Some(challenge) = scope.plan.challenges.get(number) else { return Ok(Decimal::ZERO) };
    match &challenge.progress {
        ProgressPlan::Measure(measure) if frame.moves => {
            // Edited orders of which earlier rounds have had something are used up with them.
            let edited = scope.member.challenges.get(number).map(|state| &*state.edited).unwrap_or(&[]);
            let edited = edited.iter().filter(|edited| (frame.from..frame.to).contains(&edited.at));
            let used = amount::sum(edited.map(|edited| edited.counts))?;
            let total = measures::between(scope, *measure, frame.from, frame.to)?;
            Ok(amount::subtract(total, used)?.max(Decimal::ZERO))
        }
        ProgressPlan::Measure(measure) => measures::between(scope, *measure, frame.from, frame.to),
        ProgressPlan::Steps { steps, in_order } => {
            let done = steps::done(scope, steps, *in_order, frame.from, frame.to);
            Ok(Decimal::from(done.iter().flatten().count()))
        }
        ProgressPlan::Streak(..) => streaks::total(scope, number, frame),
    }
}
