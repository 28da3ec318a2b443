//! Measures: what an event adds to them, and what they come to in their windows.

use core::cmp::Ordering;

use rust_decimal::Decimal;

use super::eval::{DIVISION_DIGITS, NO_ROW, Scope};
use super::marks::{Mark, Marks};
use super::member::Member;
use super::standing::Standing;
use super::tally::{After, Change, Entry, Total};
use super::value::{Stored, Value};
use super::{horizon, tally};
use crate::amount::{self, Overflow};
use crate::calendar::Calendar;
use crate::check::model::{AggregateFunction, OwnFrom, Window};
use crate::plan::{Grain, MeasurePlan, Plan, in_force};
use crate::time::day_of;

/// What one event adds to one measure.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// To be counted or added up; and what the entry will say, if that can be told.
    Counted { measure: u16, change: Change, after: Option<After> },
    /// A value to be remembered.
    Marked { measure: u16, value: Stored },
}

impl Delta {
    fn measure(&self) -> u16 {
        let (Delta::Counted { measure, .. } | Delta::Marked { measure, .. }) = self;
        *measure
    }
}

/// What an event adds to all its measures. Most events touch a few.
pub type Deltas = smallvec::SmallVec<[Delta; 6]>;

/// What the event at hand adds to its measures, by the forms in force on its day.
pub fn deltas(scope: &Scope<'_>, measures: &[u16], deltas: &mut Deltas) -> Result<(), Overflow> {
    for &measure in measures {
        let Some(plan) = scope.plan.measures.get(usize::from(measure)) else { continue };
        let Some(form) = in_force(&plan.forms, scope.day) else { continue };
        if let Some(filter) = form.filter
            && !scope.holds(filter)?
        {
            continue;
        }
        if let Window::Range { from, to } = form.window
            && !(from.is_none_or(|from| day_of(from) <= scope.day) && to.is_none_or(|to| scope.day <= day_of(to)))
        {
            continue;
        }
        let value = match (plan.function, form.value) {
            (AggregateFunction::Count | AggregateFunction::Streak, _) => Value::Missing,
            (_, None) => Value::Instant(scope.at),
            (_, Some(value)) => match scope.eval(value, NO_ROW)? {
                Value::Missing => continue,
                value => value,
            },
        };
        deltas.push(match plan.tally {
            Some(tally) => {
                let key = tally::key(scope.plan.grain(tally), &scope.plan.calendar, scope.at, scope.day);
                let sum = match plan.function {
                    AggregateFunction::Sum | AggregateFunction::Average => value.number().unwrap_or(Decimal::ZERO),
                    _ => Decimal::ZERO,
                };
                let change = Change { tally, key, count: 1, sum };
                let after = scope.member.tallies.after(&change).ok();
                Delta::Counted { measure, change, after }
            }
            None => Delta::Marked { measure, value: Stored::of(value) },
        });
    }
    Ok(())
}

/// What a change of a measure is by instants, where it is remembered by them.
pub fn moment(plan: &Plan, measure: u16, change: &Change, at: i64) -> Option<Change> {
    let tally = plan.measures.get(usize::from(measure))?.moments?;
    Some(Change { tally, key: at, ..*change })
}

/// Adds a delta to the member's state. What goes by the purchase lies at the instant of the order's first form.
pub fn commit(plan: &Plan, member: &mut Member, delta: &Delta, (at, bought_at): (i64, i64)) -> Result<(), Overflow> {
    match delta {
        Delta::Counted { measure, change, .. } => {
            member.tallies.add(change)?;
            if let Some(moment) = moment(plan, *measure, change, at) {
                member.tallies.add(&moment)?;
            }
        }
        Delta::Marked { measure, value } => {
            let at = if is_of_purchase(plan, *measure) { bought_at } else { at };
            member.marks.insert(Mark { measure: *measure, at, value: value.clone() });
        }
    }
    Ok(())
}

/// Whether a mark of a measure lies where an order was bought, and tells when the present form of it was.
pub fn is_of_purchase(plan: &Plan, measure: u16) -> bool {
    plan.measures.get(usize::from(measure)).is_some_and(|measure| measure.of_purchase)
}

/// Takes a delta out of the member's state again.
pub fn take_out(plan: &Plan, member: &mut Member, delta: &Delta, at: i64) -> Result<(), Overflow> {
    match delta {
        Delta::Counted { measure, change, .. } => {
            let change = Change { count: -change.count, sum: -change.sum, ..*change };
            member.tallies.add(&change)?;
            // Of what was counted before anybody asked for instants there is none.
            if let Some(moment) = moment(plan, *measure, &change, at)
                && !member.tallies.between(moment.tally, at, at).is_empty()
            {
                member.tallies.add(&moment)?;
            }
        }
        // The first form may be forgotten by now.
        Delta::Marked { measure, value } if is_of_purchase(plan, *measure) => member.marks.remove_told(*measure, value),
        Delta::Marked { measure, value } => {
            member.marks.remove(&Mark { measure: *measure, at, value: value.clone() });
        }
    }
    Ok(())
}

/// What a measure comes to at the scope's instant, the event at hand included.
pub fn value<'a>(scope: &Scope<'a>, measure: u16) -> Result<Value<'a>, Overflow> {
    let Some(plan) = scope.plan.measures.get(usize::from(measure)) else { return Ok(Value::Missing) };
    let Some(form) = in_force(&plan.forms, scope.day) else { return Ok(Value::Missing) };
    let delta = scope.deltas.iter().find(|delta| delta.measure() == measure);
    match plan.tally {
        Some(number) => tallied(scope, plan, form.window, number, delta),
        None => Ok(marked(scope, plan, form.window, measure, delta)),
    }
}

/// What a measure comes to from an instant on and before another, the event at hand included; nothing counts as zero.
pub fn between(scope: &Scope<'_>, measure: u16, from: i64, to: i64) -> Result<Decimal, Overflow> {
    let Some(plan) = scope.plan.measures.get(usize::from(measure)) else { return Ok(Decimal::ZERO) };
    let delta = scope.deltas.iter().find(|delta| delta.measure() == measure);
    let last = to.saturating_sub(1);
    let Some(number) = plan.tally else {
        let value = marked_between(scope, plan, measure, delta, (from, last));
        return Ok(value.number().unwrap_or_default());
    };
    let (calendar, grain) = (&scope.plan.calendar, scope.plan.grain(number));
    let key = |at: i64| tally::key(grain, calendar, at, calendar.day_at(at));
    let (first, last) = if grain == Grain::Instant { (from, last) } else { (key(from), key(last)) };
    let mut total = scope.member.tallies.total(number, first, last)?;
    if let Some(Delta::Counted { change, .. }) = delta
        && (first..=last).contains(&change.key)
    {
        total.count += change.count;
        total.sum = amount::add(total.sum, change.sum)?;
    }
    Ok(match plan.function {
        AggregateFunction::Count => Decimal::from(total.count),
        _ => total.sum,
    })
}

fn tallied<'a>(
    scope: &Scope<'a>,
    plan: &MeasurePlan,
    window: Window,
    number: u32,
    delta: Option<&Delta>,
) -> Result<Value<'a>, Overflow> {
    let calendar = &scope.plan.calendar;
    let grain = scope.plan.grain(number);
    let own = match delta {
        Some(Delta::Counted { change, .. }) => Some(change),
        _ => None,
    };
    if let Some(Delta::Counted { change, after: Some((entry, _)), .. }) = delta
        && holds_one(scope, window, grain, change.key)
    {
        // What the event makes of the one entry in the window has been worked out.
        match plan.function {
            _ if scope.as_of => {}
            AggregateFunction::Count => return Ok(Value::Number(Decimal::from(entry.count))),
            AggregateFunction::Sum => return Ok(Value::Number(entry.sum)),
            _ => {}
        }
    }
    if plan.function == AggregateFunction::Streak {
        let (at, day) = looking_from(scope, window);
        let now = tally::key(grain, calendar, at, day);
        let later = Later::of(scope, plan, (number, grain));
        return Ok(Value::Number(Decimal::from(streak(
            scope.member,
            (number, &later),
            now,
            own.map(|change| change.key),
        ))));
    }
    let (from, to) = keys(scope, window, grain);
    let tallies = &scope.member.tallies;
    let own = own.filter(|change| (from..=to).contains(&change.key));
    let later = Later::of(scope, plan, (number, grain)).within(from, to)?;
    let count = || {
        let own = own.map_or(0, |change| change.count);
        tallies.count(number, from, to).map(|count| count + own - later.count)
    };
    let sum = || {
        let known = amount::subtract(tallies.sum(number, from, to)?, later.sum)?;
        own.map_or(Ok(known), |change| amount::add(known, change.sum))
    };
    Ok(match plan.function {
        AggregateFunction::Count => Value::Number(Decimal::from(count()?)),
        AggregateFunction::Average => match count()? {
            0 => Value::Missing,
            count => Value::Number(amount::divide(sum()?, Decimal::from(count), DIVISION_DIGITS)?),
        },
        _ => Value::Number(sum()?),
    })
}

/// Whether a window holds no entry but the one with that key, under which the event at hand counts.
#[inline]
fn holds_one(scope: &Scope<'_>, window: Window, grain: Grain, key: i64) -> bool {
    match (window, grain) {
        (Window::AllTime, Grain::Ever) => true,
        (Window::This(_), Grain::Period(period)) => {
            !scope.closing && scope.plan.calendar.period_of(period, scope.day) == key
        }
        _ => false,
    }
}

/// Where a window is looked at from: at the end of a period calendar windows from its last instant.
pub fn looking_from(scope: &Scope<'_>, window: Window) -> (i64, i32) {
    match window {
        Window::This(_) | Window::Periods { .. } | Window::Own { .. } | Window::AllTime if scope.closing => {
            let at = scope.at.saturating_sub(1);
            (at, scope.plan.calendar.day_at(at))
        }
        _ => (scope.at, scope.day),
    }
}

/// The keys that a window spans at the scope's instant, both included.
fn keys(scope: &Scope<'_>, window: Window, grain: Grain) -> (i64, i64) {
    let calendar = &scope.plan.calendar;
    let (at, day) = looking_from(scope, window);
    let Window::Own { of, each, previous } = window else {
        return tally::window_keys(window, grain, calendar, at, day);
    };
    // Nothing lies in the years of a ladder that the member is not on.
    let Some(first) = horizon::first_day(scope.plan, scope.member, of) else { return (0, -1) };
    let begins = |turn: u32| horizon::begins(first, turn, each);
    let turn = horizon::turns_between(first, day, each);
    let (turn, next) = match previous {
        false => (turn, turn.saturating_add(1)),
        true if turn == 0 => return (0, -1),
        true => (turn - 1, turn),
    };
    if grain == Grain::Day {
        return (i64::from(begins(turn)), i64::from(begins(next)) - 1);
    }
    let from = match of {
        OwnFrom::Level(ladder) if turn == 0 => {
            // What led to the level is not counted again. To the lowest, and at the end of a period, no event leads.
            let first = |standing: &Standing| match standing.level > 0 && standing.base >= standing.since {
                true => standing.since.saturating_add(1),
                false => standing.since,
            };
            scope.member.standings.get(ladder).map_or(i64::MAX, first)
        }
        _ => calendar.start_of(begins(turn)),
    };
    (from, calendar.start_of(begins(next)) - 1)
}

/// What has been counted of a measure after the instant as of which it is looked at; nothing where all counts that is known.
struct Later<'a> {
    entries: &'a [Entry],
    calendar: &'a Calendar,
    /// By which stretches the measure is counted.
    grain: Grain,
}

impl<'a> Later<'a> {
    fn of(scope: &Scope<'a>, plan: &MeasurePlan, (number, grain): (u32, Grain)) -> Self {
        let moments = plan.moments.unwrap_or(number);
        let asked = scope.as_of && (plan.moments.is_some() || grain == Grain::Instant);
        let entries = match asked {
            true => scope.member.tallies.between(moments, known_to(scope, plan).saturating_add(1), i64::MAX),
            false => &[],
        };
        Self { entries, calendar: &scope.plan.calendar, grain }
    }

    /// What of it lies under some keys of the measure's own counter, both included.
    fn within(&self, from: i64, to: i64) -> Result<Total, Overflow> {
        let mut total = Total::default();
        for entry in self.entries {
            let key = tally::key(self.grain, self.calendar, entry.key, self.calendar.day_at(entry.key));
            if (from..=to).contains(&key) {
                total.count += entry.count;
                total.sum = amount::add(total.sum, entry.sum)?;
            }
        }
        Ok(total)
    }
}

/// The last instant of which everything is known as of the scope's. What ends with an instant is judged before what happens at it.
fn known_to(scope: &Scope<'_>, plan: &MeasurePlan) -> i64 {
    match scope.as_of {
        true if scope.closing && !plan.by_time => scope.at.saturating_sub(1),
        true => scope.at,
        false => i64::MAX,
    }
}

/// Periods in a row with something in them, up to `now`, or up to the one before while `now` is still empty.
fn streak(member: &Member, (tally, later): (u32, &Later<'_>), now: i64, own: Option<i64>) -> i64 {
    let entries = member.tallies.between(tally, i64::MIN, i64::MAX);
    let found = |key: i64| entries.binary_search_by(|entry| entry.key.cmp(&key)).ok().and_then(|at| entries.get(at));
    let came_later = |key: i64| later.within(key, key).map_or(0, |later| later.count);
    let full = |key: i64| own == Some(key) || found(key).is_some_and(|entry| entry.count > came_later(key));
    let mut key = if full(now) { now } else { now - 1 };
    let mut length = 0;
    while full(key) {
        length += 1;
        key -= 1;
    }
    length
}

fn marked<'a>(
    scope: &Scope<'a>,
    plan: &MeasurePlan,
    window: Window,
    measure: u16,
    delta: Option<&'a Delta>,
) -> Value<'a> {
    let (from, to) = keys(scope, window, Grain::Instant);
    marked_between(scope, plan, measure, delta, (from, to.min(known_to(scope, plan))))
}

/// What the marks from an instant to another come to, both included.
fn marked_between<'a>(
    scope: &Scope<'a>,
    plan: &MeasurePlan,
    measure: u16,
    delta: Option<&'a Delta>,
    (from, to): (i64, i64),
) -> Value<'a> {
    let marks = scope.member.marks.of(measure);
    let inside = |at: i64| (from..=to).contains(&at);
    // The event at hand comes after the known ones of its instant.
    let own = match delta {
        Some(Delta::Marked { value, .. }) if inside(scope.at) => Some(value),
        _ => None,
    };
    let before = marks.iter().filter(|mark| inside(mark.at) && mark.at <= scope.at).map(|mark| &mark.value);
    let after = marks.iter().filter(|mark| inside(mark.at) && mark.at > scope.at).map(|mark| &mark.value);
    let mut values = before.chain(own).chain(after);
    let found = match plan.function {
        AggregateFunction::CountDistinct => {
            let mut known: smallvec::SmallVec<[&Stored; 16]> = smallvec::SmallVec::new();
            for value in values {
                if !known.contains(&value) {
                    known.push(value);
                }
            }
            return Value::Number(Decimal::from(known.len()));
        }
        AggregateFunction::Min => extreme(values, Ordering::Less),
        AggregateFunction::Max => extreme(values, Ordering::Greater),
        AggregateFunction::First => values.next(),
        _ => values.next_back(),
    };
    found.map_or(Value::Missing, Stored::value)
}

fn extreme<'v>(values: impl Iterator<Item = &'v Stored>, wanted: Ordering) -> Option<&'v Stored> {
    let mut best: Option<&Stored> = None;
    for value in values {
        if best.is_none_or(|best| value.value().order(best.value()) == Some(wanted)) {
            best = Some(value);
        }
    }
    best
}

/// Forgets marks that no window reaches, and draws those that no return can reach into one.
pub fn forget(plan: &Plan, member: &mut Member, clock: i64, today: i32) {
    let settled = |days: i32| plan.calendar.start_of(today.saturating_sub(days).max(0));
    let history = settled(crate::calendar::days_at_most(plan.settings.history));
    let Some(Marks { marks }) = member.marks.there() else { return };
    if marks.is_empty() || clock < history {
        return;
    }
    marks.retain(|mark| {
        let Some(measure) = plan.measures.get(usize::from(mark.measure)) else { return false };
        let Some(keep) = measure.keep_days else { return true };
        plan.calendar.day_at(mark.at) >= today.saturating_sub(keep)
    });
    marks.rework(|marks| {
        let mut kept: Vec<Mark> = Vec::with_capacity(marks.len());
        for mark in core::mem::take(marks) {
            let all_time = plan.measures.get(usize::from(mark.measure)).filter(|measure| measure.keep_days.is_none());
            // Of steps the first counts, and which one that is their challenge knows.
            let all_time = all_time.filter(|measure| !measure.step);
            let old = |measure: &&MeasurePlan| measure.draw_days.is_some_and(|days| mark.at < settled(days));
            let Some(measure) = all_time.filter(old) else {
                kept.push(mark);
                continue;
            };
            let start = kept.partition_point(|known| known.measure < mark.measure);
            let known = kept.get(start..).unwrap_or(&[]).iter().position(|known| match measure.function {
                AggregateFunction::CountDistinct => known.value == mark.value,
                _ => true,
            });
            let Some(at) = known.map(|at| start + at) else {
                kept.push(mark);
                continue;
            };
            let better = kept.get(at).is_some_and(|known| match measure.function {
                AggregateFunction::Min => mark.value.value().order(known.value.value()) == Some(Ordering::Less),
                AggregateFunction::Max => mark.value.value().order(known.value.value()) == Some(Ordering::Greater),
                AggregateFunction::Last => true,
                _ => false,
            });
            if better {
                kept.remove(at);
                let place = kept.partition_point(|known| (known.measure, known.at) <= (mark.measure, mark.at));
                kept.insert(place, mark);
            }
        }
        *marks = kept;
    });
}
