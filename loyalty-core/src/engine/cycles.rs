//! Where the periods of the calendar end, and the years and months of a member's own.

use super::horizon::{begins, turns_between};
use super::member::Member;
use crate::calendar::Calendar;
use crate::check::model::{Cycle, Lasts, ToEnd};
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
            Lasts::ForToEnd { length, period } => {
                let last = self.calendar.end_after(at, length).saturating_sub(1);
                self.end(ToEnd { next: false, of: Cycle::Calendar(period) }, last)
            }
            Lasts::ToEnd(end) => self.end(end, at),
        }
    }

    /// The instant after the cycle around another, or after the one that follows it.
    pub fn end(self, ToEnd { next, of }: ToEnd, at: i64) -> i64 {
        let (calendar, day) = (self.calendar, self.calendar.day_at(at));
        calendar.start_of(match of {
            Cycle::Calendar(period) => {
                calendar.first_day(period, calendar.period_of(period, day) + 1 + i64::from(next))
            }
            Cycle::Membership(each) => {
                let joined = calendar.day_at(self.joined_at);
                let turns = turns_between(joined, day, each).saturating_add(1 + u32::from(next));
                begins(joined, turns, each)
            }
        })
    }
}
