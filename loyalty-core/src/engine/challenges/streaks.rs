//! Streaks: periods in a row with an event. Periods that were kept without one hold a run together and do not lengthen it.

use rust_decimal::Decimal;

use super::super::decided::Decided;
use super::super::eval::Scope;
use super::super::ladders::Occasion;
use super::super::lots::Use;
use super::super::measures::Delta;
use super::super::member::Member;
use super::super::members::pause;
use super::super::outcome::{Decision, Kind};
use super::super::tally::Entry;
use super::super::{flows, ledger, returns};
use super::state::{Shield, WindowState};
use super::windows::Frame;
use crate::amount::{self, Overflow};
use crate::check::model::Flow;
use crate::plan::{EventKind, Plan, ProgressPlan};

/// A run of periods up to an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub length: u32,
    /// Its first and its last period with an event; of a run without any, the period at hand.
    pub first: i64,
    pub last: i64,
    /// Whether the period at hand has an event.
    pub now: bool,
}

/// The periods of a streak, as they are for one member.
struct Periods<'a> {
    entries: &'a [Entry],
    /// That of the event at hand, if it counts.
    own: Option<i64>,
    frozen: &'a [i64],
}

impl<'a> Periods<'a> {
    fn of(scope: &Scope<'a>, number: usize) -> Option<Self> {
        let ProgressPlan::Streak(measure, _) = scope.plan.challenges.get(number)?.progress else { return None };
        let tally = scope.plan.measures.get(usize::from(measure))?.tally?;
        let own = scope.deltas.iter().find_map(|delta| match delta {
            Delta::Counted { measure: of, change, .. } if *of == measure => Some(change.key),
            _ => None,
        });
        let frozen = scope.member.challenges.get(number).map(|state| &*state.frozen).unwrap_or(&[]);
        Some(Self { entries: scope.member.tallies.between(tally, i64::MIN, i64::MAX), own, frozen })
    }

    fn full(&self, key: i64) -> bool {
        self.own == Some(key) || self.entries.binary_search_by(|entry| entry.key.cmp(&key)).is_ok()
    }

    fn is_frozen(&self, key: i64) -> bool {
        self.frozen.binary_search(&key).is_ok()
    }

    /// The run up to a period, which one without an event ends, unless it is told to be kept.
    fn run(&self, now: i64, kept: Option<i64>) -> Run {
        let mut run = Run { length: 0, first: now, last: now, now: self.full(now) };
        let mut key = if run.now { now } else { now - 1 };
        loop {
            if self.full(key) {
                if run.length == 0 {
                    run.last = key;
                }
                run.length = run.length.saturating_add(1);
                run.first = key;
            } else if kept != Some(key) && !self.is_frozen(key) {
                return run;
            }
            key -= 1;
        }
    }

    /// The first period before a run, or after it, that it does not reach over.
    fn beside(&self, mut key: i64, step: i64) -> i64 {
        key = key.saturating_add(step);
        while self.is_frozen(key) {
            key = key.saturating_add(step);
        }
        key
    }

    /// The runs of some periods.
    fn runs(&self, from: i64, to: i64) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for entry in self.entries.iter().filter(|entry| (from..=to).contains(&entry.key)) {
            match runs.last_mut().filter(|run| self.beside(run.last, 1) >= entry.key) {
                Some(run) => (run.last, run.length) = (entry.key, run.length.saturating_add(1)),
                None => runs.push(Run { length: 1, first: entry.key, last: entry.key, now: true }),
            }
        }
        runs
    }
}

/// The run that a member has at the scope's instant, in a challenge that is a streak.
pub fn run(scope: &Scope<'_>, number: usize) -> Option<Run> {
    run_over(scope, number, None)
}

/// The same if one period more were kept without an event.
fn run_over(scope: &Scope<'_>, number: usize, kept: Option<i64>) -> Option<Run> {
    let (_, now) = now(scope.plan, number, scope.day)?;
    Some(Periods::of(scope, number)?.run(now, kept))
}

/// The same for a member alone.
pub fn run_now(plan: &Plan, member: &Member, number: usize, at: i64) -> Option<Run> {
    run(&Scope::of(plan, member, at), number)
}

/// All runs that a member has in some periods.
pub fn runs(plan: &Plan, member: &Member, number: usize, (from, to): (i64, i64)) -> Vec<Run> {
    Periods::of(&Scope::of(plan, member, member.clock), number).map_or_else(Vec::new, |periods| periods.runs(from, to))
}

/// The longest run that a member has, whenever it was.
pub fn longest(plan: &Plan, member: &Member, number: usize) -> u32 {
    let runs = runs(plan, member, number, (i64::MIN, i64::MAX));
    runs.iter().map(|run| run.length).max().unwrap_or(0)
}

/// What counts in the window of a run. Where periods of it came back it may have several parts: of those that can grow no more
/// whole rounds count, for no later period goes on from them.
pub fn total(scope: &Scope<'_>, number: usize, frame: &Frame) -> Result<Decimal, Overflow> {
    let Some(periods) = Periods::of(scope, number) else { return Ok(Decimal::ZERO) };
    // Of a run that is over, what it was at its end.
    let day = if frame.to <= scope.at { scope.plan.calendar.day_at(frame.to.saturating_sub(1)) } else { scope.day };
    let Some((_, now)) = now(scope.plan, number, day) else { return Ok(Decimal::ZERO) };
    let run = periods.run(now, None);
    let mut total = Decimal::from(run.length);
    if frame.key == 0 || frame.key >= run.first {
        return Ok(total);
    }
    let windows = scope.member.challenges.get(number).map(|state| &*state.windows).unwrap_or(&[]);
    let window = windows.iter().find(|window| (frame.key..run.first).contains(&window.key));
    let round = window.and_then(|window| window.goals.last()).copied().unwrap_or_default();
    if round > Decimal::ZERO {
        for part in periods.runs(frame.key, run.first.saturating_sub(1)) {
            let rounds = amount::divide_floor(Decimal::from(part.length), round)?;
            total = amount::add(total, amount::multiply(rounds, round)?)?;
        }
    }
    Ok(total)
}

/// The run around a late event, and the instant at which its last period was over; nothing where the event does not count.
fn run_around(plan: &Plan, member: &Member, number: usize, event_at: i64) -> Option<(Run, i64)> {
    let (_, mut last) = now(plan, number, plan.calendar.day_at(event_at))?;
    let periods = Periods::of(&Scope::of(plan, member, member.clock), number)?;
    if !periods.full(last) {
        return None;
    }
    loop {
        let next = periods.beside(last, 1);
        if !periods.full(next) {
            break;
        }
        last = next;
    }
    Some((periods.run(last, None), end_of(plan, number, last)?))
}

/// Whether a streak goes by events that something may come back of, and not by what comes back.
pub fn is_of_events_that_stay(plan: &Plan, number: usize) -> bool {
    let Some(ProgressPlan::Streak(measure, _)) = plan.challenges.get(number).map(|challenge| &challenge.progress)
    else {
        return false;
    };
    let event = plan.measures.get(usize::from(*measure)).and_then(|measure| measure.event);
    let kind = event.and_then(|event| plan.events.get(usize::from(event))).map(|event| event.kind);
    !matches!(kind, Some(EventKind::Refund | EventKind::Cancel))
}

/// When a period of a streak is over.
pub fn end_of(plan: &Plan, number: usize, key: i64) -> Option<i64> {
    let ProgressPlan::Streak(_, period) = plan.challenges.get(number)?.progress else { return None };
    Some(plan.calendar.start_of(plan.calendar.first_day(period, key.saturating_add(1))))
}

/// The first and the last period of the window that a run is. What came back of a window is part of it for good: a run goes on
/// where it would have gone on.
fn joined(plan: &Plan, member: &Member, number: usize, run: &Run) -> (i64, i64) {
    let (mut first, mut last) = (run.first, run.last);
    let Some(periods) = Periods::of(&Scope::of(plan, member, member.clock), number) else { return (first, last) };
    let windows = member.challenges.get(number).map(|state| &*state.windows).unwrap_or(&[]);
    loop {
        let (before, after) = (periods.beside(first, -1), periods.beside(last, 1));
        // Where days of its edge came back, other runs may go on from there.
        let mut low = if periods.full(before) { before } else { first };
        let mut high = if periods.full(after) { after } else { last };
        for window in windows.iter().filter(|window| window.to != i64::MAX && window.key <= after) {
            let ends = last_of(plan, number, window);
            if ends >= before {
                (low, high) = (low.min(window.key), high.max(ends));
            }
        }
        if (low, high) == (first, last) {
            return (first, last);
        }
        (first, last) = (low, high);
    }
}

/// The last period of a window that is a run.
pub fn last_of(plan: &Plan, number: usize, window: &WindowState) -> i64 {
    last_period(plan, number, window.to)
}

/// When the period after such a window is over.
pub fn next_end(plan: &Plan, number: usize, window: &WindowState) -> i64 {
    end_of(plan, number, last_of(plan, number, window).saturating_add(1)).unwrap_or(window.to)
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
    let present = run_now(plan, member, number, at).filter(|now| now.length > 0);
    if !repeats {
        let goes_on = present.is_some_and(|now| now.first == run.first);
        return (end <= at && !goes_on).then_some(Frame { key: 0, from: i64::MIN, to: end, moves: true });
    }
    let (key, last) = joined(plan, member, number, &run);
    let goes_on = present.is_some_and(|now| (key..=last).contains(&now.first));
    let last = runs(plan, member, number, (key, last)).last().map_or(run.last, |run| run.last);
    let to = end_of(plan, number, last)?;
    (to <= at && !goes_on).then_some(Frame { key, from: i64::MIN, to, moves: true })
}

/// The last period of the window of a run, with those that go on from it.
pub fn reach(plan: &Plan, member: &Member, number: usize, frame: &Frame) -> i64 {
    let last = last_period(plan, number, frame.to);
    if last == i64::MAX {
        return last;
    }
    joined(plan, member, number, &Run { length: 0, first: frame.key, last, now: false }).1
}

/// The number of the last period before an instant.
fn last_period(plan: &Plan, number: usize, to: i64) -> i64 {
    if to == i64::MAX {
        return i64::MAX;
    }
    now(plan, number, plan.calendar.day_at(to.saturating_sub(1))).map_or(i64::MAX, |(_, last)| last)
}

/// When the last period with an event was over of the run that a window is, as it is at an instant.
pub fn last_end(plan: &Plan, member: &Member, number: usize, frame: &Frame, at: i64) -> Option<i64> {
    let run = run_now(plan, member, number, at.min(frame.to.saturating_sub(1))).filter(|run| run.length > 0)?;
    end_of(plan, number, run.last)
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
pub fn frame(plan: &Plan, member: &Member, number: usize, run: &Run, repeats: bool, at: i64) -> Option<Frame> {
    if !repeats {
        return Some(Frame { key: 0, from: i64::MIN, to: i64::MAX, moves: true });
    }
    let (_, now) = now(plan, number, plan.calendar.day_at(at))?;
    let key = if run.length > 0 { joined(plan, member, number, run).0 } else { run.first };
    Some(Frame { key, from: i64::MIN, to: end_of(plan, number, now)?, moves: true })
}

/// When the run ends by time alone, if nothing happens before.
pub fn ends_at(plan: &Plan, member: &Member, number: usize, at: i64) -> Option<i64> {
    let run = run_now(plan, member, number, at).filter(|run| run.length > 0)?;
    let ProgressPlan::Streak(_, period) = plan.challenges.get(number)?.progress else { return None };
    let now = plan.calendar.period_of(period, plan.calendar.day_at(at));
    let missed = if run.now { now + 1 } else { now };
    Some(plan.calendar.start_of(plan.calendar.first_day(period, missed + 1)))
}

/// Gives back what a period was kept with that has had an event, as is known by now.
fn give_shields_back(
    plan: &Plan,
    member: &mut Member,
    number: usize,
    at: i64,
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    let Some(state) = member.challenges.get(number).filter(|state| !state.shields.is_empty()) else { return Ok(()) };
    let Some(periods) = Periods::of(&Scope::of(plan, member, at), number) else { return Ok(()) };
    let needless: Vec<Shield> = state.shields.iter().filter(|shield| periods.full(shield.period)).cloned().collect();
    for shield in needless {
        if let Some(state) = member.challenges.get_mut(number) {
            state.frozen.retain(|period| *period != shield.period);
            state.shields.retain(|known| *known != shield);
        }
        for used in shield.uses {
            if let Some(state) = member.wallets.get_mut(usize::from(shield.wallet)) {
                state.spent = amount::subtract(state.spent, used.amount)?;
            }
            flows::note(plan, member, shield.wallet, Flow::Spent, -used.amount, shield.at)?;
            let expiry = pause::moved_expiry(plan, &member.account, used.expiry, shield.at);
            let (used, given) = (Use { expiry, ..used.clone() }, used.amount);
            returns::put_back(plan, member, shield.wallet, (shield.entry, &used), given, at, decisions)?;
        }
    }
    Ok(())
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
    give_shields_back(plan, member, number, at, decisions)?;
    let length = |member: &Member| run_now(plan, member, number, at).map_or(0, |run| run.length);
    let before = member.challenges.get(number).map_or(0, |state| state.length);
    if let (Some((wallet, price)), Occasion::Time) = (challenge.freeze, occasion)
        && before > 0
        && length(member) == 0
    {
        let balance = member.wallets.get(usize::from(wallet)).map_or(Decimal::ZERO, |state| state.available);
        let length = run_over(&Scope::of(plan, member, at), number, Some(now - 1)).map_or(0, |run| run.length);
        if length > 0 && balance >= price {
            let first = decisions.len();
            ledger::take(plan, member, wallet, price, None, at, decisions)?;
            let spent = decisions.get(first..).unwrap_or_default().iter().find_map(|decision| match &decision.kind {
                Kind::Spent { entry, uses, .. } => Some((*entry, uses.clone())),
                _ => None,
            });
            if let Some(state) = member.challenges.get_mut(number) {
                state.frozen.push(now - 1);
                state.shields.extend(spent.map(|(entry, uses)| Shield { period: now - 1, wallet, entry, at, uses }));
            }
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
