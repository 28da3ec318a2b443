//! Where the periods of the calendar end, and the years and months of a member's own.

use super::horizon::{begins, turns_between};
use super::lots::next_day;
use super::member::Member;
use crate::calendar::Calendar;
use crate::check::model::{Cycle, Lasts, Length, OwnPeriod, Rise, ToEnd};
use crate::plan::Plan;

/// A calendar, and the instant from whose day on the years and months of a member are counted.
#[derive(Clone, Copy)]
pub struct Cycles<'p> {
    pub calendar: &'p Calendar,
    pub joined_at: i64,
}

impl<'p> Cycles<'p> {
    pub fn of(plan: &'p Plan, member: &Member) -> Self {
        Self { calendar: &plan.calendar, joined_at: member.enrolled_at }
    }

    /// The instant from which what was issued at another is no more.
    pub fn lasts(self, lasts: Lasts, at: i64) -> i64 {
        match lasts {
            Lasts::For(length) => self.calendar.end_after(at, length),
            Lasts::ForToEnd { length, of } => self.on_to_end(length, of, at),
            Lasts::ToEnd(end) => self.end(end, at),
        }
    }

    /// The end of the cycle in which a length of time is over: its last instant lies in it.
    pub fn on_to_end(self, length: Length, of: Cycle, from: i64) -> i64 {
        self.end_of(of, self.calendar.end_after(from, length).saturating_sub(1))
    }

    /// The instant after the cycle around another.
    pub fn end_of(self, of: Cycle, at: i64) -> i64 {
        self.end(ToEnd { next: false, of }, at)
    }

    /// The instant after the cycle around another, or after the one that follows it.
    pub fn end(self, to: ToEnd, at: i64) -> i64 {
        self.calendar.start_of(self.end_day(to, self.calendar.day_at(at)))
    }

    /// The first day after the cycle around a day, or after the one that follows it.
    pub fn end_day(self, ToEnd { next, of }: ToEnd, day: i32) -> i32 {
        let key = self.key(of, day).saturating_add(1 + i64::from(next));
        self.first_day(of, key)
    }

    /// A number for the cycle around a day, growing by one from each to the next. Those of a member's own have the number of the
    /// month or year of the calendar in which they begin: it stays what it is where an earlier day of joining becomes known.
    pub fn key(self, of: Cycle, day: i32) -> i64 {
        match of {
            Cycle::Calendar(period) => self.calendar.period_of(period, day),
            Cycle::Membership(each) => {
                let joined = self.joined();
                self.key_of_joining(each).saturating_add(i64::from(turns_between(joined, day, each)))
            }
        }
    }

    /// The first day of the cycle with that number.
    pub fn first_day(self, of: Cycle, key: i64) -> i32 {
        match of {
            Cycle::Calendar(period) => self.calendar.first_day(period, key),
            Cycle::Membership(each) => {
                let turns = key.saturating_sub(self.key_of_joining(each)).clamp(0, i64::from(u32::MAX));
                begins(self.joined(), turns as u32, each)
            }
        }
    }

    /// Whether a cycle ends at an instant, and the next begins.
    pub fn ends(self, of: Cycle, at: i64) -> bool {
        self.end_of(of, at.saturating_sub(1)) == at
    }

    /// The first instant after another at which levels rise that do so at times; nothing where they do at once.
    pub fn next_rise(self, rise: Rise, after: i64) -> Option<i64> {
        match rise {
            Rise::AtOnce => None,
            Rise::AtEndOf(of) => Some(self.end_of(of, after)),
            Rise::On { month, day } => {
                let on = |from: i32| self.calendar.start_of(next_day(month, day, from));
                let today = self.calendar.day_at(after);
                Some(on(today)).filter(|at| *at > after).or_else(|| Some(on(today.saturating_add(1))))
            }
        }
    }

    fn joined(self) -> i32 {
        self.calendar.day_at(self.joined_at)
    }

    fn key_of_joining(self, each: OwnPeriod) -> i64 {
        self.calendar.period_of(each.as_long_as(), self.joined())
    }
}
