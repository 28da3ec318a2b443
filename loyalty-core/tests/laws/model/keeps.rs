//! Until when levels are kept.

use chrono::{Datelike as _, NaiveDate};

use super::calendar::{Micros, clock_micros, day, end, is_clock, later_day, period, start, through};
use super::ledger::Member;
use super::measure::begins;
use super::program::*;

impl Member<'_> {
    /// What is judged at the end of a period belongs to its last day.
    pub(super) fn base(&self, keep: Keep, closing: bool) -> Micros {
        if closing && counts_by_day(keep) { self.clock - 1 } else { self.clock }
    }

    /// The end of a level that was made at an instant: with a period that ends it is made for the next one.
    pub(super) fn kept_to(&self, form: &LadderForm, base: Micros, made: Micros) -> Option<Micros> {
        let entered = if form.rise == Rise::AtOnce { base } else { made };
        self.keep_end(form.keep, base, entered)
    }

    /// The first instant after another at which levels rise that do so at times.
    pub(super) fn next_rise(&self, rise: Rise, after: Micros) -> Option<Micros> {
        let zone = self.program.zone;
        let today = day(zone, after);
        match rise {
            Rise::AtOnce => None,
            Rise::AtEndOf(of) => Some(self.cycle_end(after, of)),
            Rise::On { month, day } => {
                let on = |year| NaiveDate::from_ymd_opt(year, month, day).expect("a day of every year");
                (today.year()..).map(|year| start(zone, on(year))).find(|at| *at > after)
            }
        }
    }

    /// The end of the period around an instant.
    pub(super) fn cycle_end(&self, at: Micros, of: Cycle) -> Micros {
        match of {
            Cycle::Calendar(of) => {
                start(self.program.zone, period(day(self.program.zone, at), of, self.program.week).end)
            }
            Cycle::Own(of) => self.membership_end(at, of, false),
        }
    }

    /// The end of the membership year or month around an instant, or of the one after it.
    pub(super) fn membership_end(&self, at: Micros, of: Membership, next: bool) -> Micros {
        let zone = self.program.zone;
        let (joined, today) = (day(zone, self.enrolled), day(zone, at));
        let this = (1..).find(|number| begins(joined, of, *number) > today).expect("one after");
        start(zone, begins(joined, of, this + u32::from(next)))
    }

    /// The first end after an instant that a level counted from `base` comes to.
    pub(super) fn keep_end(&self, keep: Keep, base: Micros, at: Micros) -> Option<Micros> {
        let (zone, week) = (self.program.zone, self.program.week);
        let first = day(zone, base);
        let times = |length: Length, count: u32| Length { count: length.count * count, ..length };
        match keep {
            Keep::WhileQualified => None,
            Keep::For(length) if is_clock(length.unit) => {
                (1..).map(|count| base + clock_micros(length) * count).find(|end| *end > at)
            }
            Keep::For(length) => {
                (1..).map(|count| end(zone, later_day(first, times(length, count)))).find(|end| *end > at)
            }
            Keep::ToAnniversary => {
                let year = Length { count: 1, unit: TimeUnit::Year };
                (1..).map(|count| start(zone, later_day(first, times(year, count)))).find(|end| *end > at)
            }
            Keep::ForToEnd(length, of) => {
                let last = self.cycle_end(through(zone, base, length) - 1, of);
                Some(if last > at { last } else { self.cycle_end(at, of) })
            }
            Keep::ToEndOfMembership { of, next } => {
                let last = self.membership_end(base, of, next);
                Some(if last > at { last } else { self.membership_end(at, of, false) })
            }
            Keep::ToEnd { next, period: of } => {
                let this = period(first, of, week).end;
                let last = if next { period(this, of, week).end } else { this };
                let last = start(zone, last);
                Some(if last > at { last } else { start(zone, period(day(zone, at), of, week).end) })
            }
        }
    }
}

pub(super) fn counts_by_day(keep: Keep) -> bool {
    match keep {
        Keep::For(length) => !is_clock(length.unit),
        Keep::ToEnd { .. } | Keep::ToEndOfMembership { .. } | Keep::ForToEnd(..) => true,
        Keep::WhileQualified | Keep::ToAnniversary => false,
    }
}
