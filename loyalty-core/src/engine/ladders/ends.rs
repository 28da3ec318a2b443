//! Until when levels are kept, and from when that is counted.

use crate::calendar::{Calendar, clock_micros};
use crate::check::model::{Grace, Keep, Length, Period, RaiseEnd, TimeUnit};
use crate::engine::cycles::Cycles;

/// From when the time is counted for which a level is kept: what is judged at the end of a period belongs to its last
/// day. The clock knows no days, and an anniversary is that of the entry.
pub fn counted_from(keep: Keep, closing: bool, at: i64) -> i64 {
    if closing && by_the_day(keep) { at.saturating_sub(1) } else { at }
}

pub fn by_the_day(keep: Keep) -> bool {
    match keep {
        Keep::For(length) => clock_micros(length).is_none(),
        Keep::ToEnd(_) | Keep::ForToEnd { .. } => true,
        Keep::WhileQualified | Keep::ToAnniversary => false,
    }
}

/// The end of a level that a rule gives.
pub fn raise_end(cycles: Cycles<'_>, end: Option<RaiseEnd>, at: i64) -> i64 {
    let calendar = cycles.calendar;
    match end {
        None => i64::MAX,
        Some(RaiseEnd::For(length)) => calendar.end_after(at, length),
        Some(RaiseEnd::ForToEnd { length, of }) => cycles.on_to_end(length, of, at),
        Some(RaiseEnd::Until(date)) => calendar.start_of(crate::time::day_of(date).saturating_add(1)),
        Some(RaiseEnd::ToEnd(end)) => cycles.end(end, at),
    }
}

/// The instant after the period around another.
pub fn end_of(calendar: &Calendar, period: Period, at: i64) -> i64 {
    let number = calendar.period_of(period, calendar.day_at(at)) + 1;
    calendar.start_of(calendar.first_day(period, number))
}

pub fn grace_end(cycles: Cycles<'_>, grace: Grace, base: i64) -> i64 {
    match grace.to_end_of {
        Some(of) => cycles.on_to_end(grace.length, of, base),
        None => cycles.calendar.end_after(base, grace.length),
    }
}

/// When a level is judged next that counts from `base`, after `at`.
pub fn kept_until(cycles: Cycles<'_>, keep: Keep, base: i64, at: i64) -> Option<i64> {
    let calendar = cycles.calendar;
    Some(match keep {
        Keep::WhileQualified => return None,
        Keep::ToEnd(to) => {
            let end = cycles.end(to, base);
            // What was reached as a period ended is kept through the one that begins.
            if end > at { end } else { cycles.end_of(to.of, at) }
        }
        Keep::ForToEnd { length, of } => {
            let end = cycles.on_to_end(length, of, base);
            if end > at { end } else { cycles.end_of(of, at) }
        }
        // Counted from the entry each time, so that the 31st comes back after a shorter month.
        Keep::For(length) => nth(length, base, at, |times| calendar.end_after(base, times)),
        Keep::ToAnniversary => {
            let day = calendar.day_at(base);
            nth(YEAR, base, at, |times| calendar.start_of(Calendar::day_plus(day, times)))
        }
    })
}

const YEAR: Length = Length { count: 1, unit: TimeUnit::Year };

/// The first of an instant's multiples of a length that lies after `at`.
fn nth(length: Length, base: i64, at: i64, end: impl Fn(Length) -> i64) -> i64 {
    end(times(length, multiples(length, base, at, &end)))
}

/// A length so many times.
fn times(length: Length, count: i64) -> Length {
    Length { count: length.count.saturating_mul(count.clamp(1, 1 << 20) as u32), ..length }
}

/// How many times the length goes into the time from `base` on until that lies after `at`.
fn multiples(length: Length, base: i64, at: i64, end: impl Fn(Length) -> i64) -> i64 {
    let times = |count: i64| times(length, count);
    let longest = clock_micros(length)
        .unwrap_or_else(|| i64::from(crate::calendar::days_at_most(length)).saturating_mul(crate::time::DAY))
        .max(1);
    // So many fit for certain; the rest is found one by one.
    let mut count = (at.saturating_sub(base) / longest).max(1);
    while end(times(count)) <= at && count < 1 << 20 {
        count += 1;
    }
    count
}

/// When a level that is kept for a length over and over was judged last by an instant; nothing in the first of them.
pub fn last_multiple(calendar: &Calendar, keep: Keep, base: i64, at: i64) -> Option<i64> {
    let last = |length: Length, end: &dyn Fn(Length) -> i64| {
        let count = multiples(length, base, at, end);
        (count > 1).then(|| end(times(length, count - 1)))
    };
    match keep {
        Keep::For(length) => last(length, &|times| calendar.end_after(base, times)),
        Keep::ToAnniversary => {
            let day = calendar.day_at(base);
            last(YEAR, &|times| calendar.start_of(Calendar::day_plus(day, times)))
        }
        Keep::WhileQualified | Keep::ToEnd(_) | Keep::ForToEnd { .. } => None,
    }
}
