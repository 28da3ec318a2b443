//! The days on which a rule may fire, by `valid` and by what its conditions ask of the event's instant.

use chrono::{Datelike, NaiveDate, NaiveTime};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::facts::Leaves;
use super::subject::MomentPart;
use crate::check::intervals::{Bound, Interval};
use crate::check::matching::Key;
use crate::check::model::{DatePart, Valid};

/// A stretch of more days than this is taken to hold days of every kind: it has each day of the year twice.
const DAYS_MAX: i64 = 800;
const DAY_MICROS: i64 = 86_400_000_000;
/// No zone is further from Greenwich than this.
const ZONE_MICROS: i64 = 26 * 3_600_000_000;

/// Days by their numbers from the year 1, and what each must be.
#[derive(Debug, Clone)]
pub(super) struct Days {
    first: Option<i64>,
    last: Option<i64>,
    /// One bit for each weekday, month and day of the month.
    weekdays: u32,
    months: u32,
    of_month: u32,
}

impl Days {
    /// The days of `valid`; nothing if there are none, which is told elsewhere.
    pub(super) fn of(valid: &[Valid]) -> Option<Self> {
        let mut days = Self { first: None, last: None, weekdays: u32::MAX, months: u32::MAX, of_month: u32::MAX };
        for part in valid {
            match part {
                Valid::Dates { from, to, .. } => days.between(from.map(number), to.map(number)),
                Valid::Instants { from, to } => days.instants(*from, *to),
                Valid::Weekdays { days: list, .. } => {
                    days.weekdays &= bits(list.iter().map(|day| i64::from(day.num_days_from_monday())));
                }
                Valid::Hours { .. } => {}
            }
        }
        (!days.none()).then_some(days)
    }

    /// With the days on which the nights of `valid` end, which conditions see.
    pub(super) fn with_nights(mut self, valid: &[Valid]) -> Self {
        let reach = |part: &Valid| match part {
            Valid::Dates { till, .. } | Valid::Weekdays { till, .. } => *till > NaiveTime::MIN,
            Valid::Instants { .. } | Valid::Hours { .. } => false,
        };
        if valid.iter().any(reach) {
            self.last = self.last.map(|last| last.saturating_add(1));
            // Sunday's night ends on a Monday.
            self.weekdays |= self.weekdays << 1 | self.weekdays >> 6 & 1;
        }
        self
    }

    fn between(&mut self, first: Option<i64>, last: Option<i64>) {
        self.first = self.first.max(first);
        self.last = match (self.last, last) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }

    /// Any day that some zone has between the instants.
    fn instants(&mut self, from: Option<i64>, to: Option<i64>) {
        let day = |micros: i64| micros.div_euclid(DAY_MICROS).saturating_add(number(NaiveDate::default()));
        self.between(
            from.map(|from| day(from.saturating_sub(ZONE_MICROS))),
            to.map(|to| day(to.saturating_add(ZONE_MICROS))),
        );
    }

    pub(super) fn narrow(&mut self, part: MomentPart, leaves: &Leaves<'_>) {
        match part {
            MomentPart::Instant => {
                let (from, to) = ends(leaves);
                self.instants(from, to);
            }
            MomentPart::Of(DatePart::Date) => {
                let (from, to) = ends(leaves);
                self.between(from, to);
            }
            MomentPart::Of(DatePart::Year) => {
                let day = |year: Option<i64>, month, day| {
                    let year = i32::try_from(year?).ok()?;
                    NaiveDate::from_ymd_opt(year, month, day).map(number)
                };
                let (from, to) = ends(leaves);
                self.between(day(from, 1, 1), day(to, 12, 31));
            }
            MomentPart::Of(DatePart::Weekday) => self.weekdays &= allowed(leaves, 0..7),
            MomentPart::Of(DatePart::Month) => self.months &= allowed(leaves, 1..13),
            MomentPart::Of(DatePart::Day) => self.of_month &= allowed(leaves, 1..32),
            MomentPart::Of(DatePart::Hour | DatePart::Minute | DatePart::Time) => {}
        }
    }

    /// Whether no day is left.
    pub(super) fn none(&self) -> bool {
        let (Some(first), Some(last)) = (self.first, self.last) else { return self.weekdays == 0 };
        if first > last || self.weekdays == 0 {
            return true;
        }
        let any = [self.weekdays, self.months, self.of_month] == [u32::MAX; 3];
        if any || last.saturating_sub(first) > DAYS_MAX {
            return false;
        }
        let start = i32::try_from(first).ok().and_then(NaiveDate::from_num_days_from_ce_opt);
        let Some(start) = start else { return false };
        let days = usize::try_from(last.saturating_sub(first).saturating_add(1)).unwrap_or(usize::MAX);
        !start.iter_days().take(days).any(|day| {
            holds(self.weekdays, day.weekday().num_days_from_monday())
                && holds(self.months, day.month())
                && holds(self.of_month, day.day())
        })
    }
}

fn number(day: NaiveDate) -> i64 {
    i64::from(day.num_days_from_ce())
}

fn holds(bits: u32, number: u32) -> bool {
    bits & 1u32.checked_shl(number).unwrap_or(0) != 0
}

fn bits(numbers: impl Iterator<Item = i64>) -> u32 {
    let bit = |number: i64| u32::try_from(number).ok().and_then(|number| 1u32.checked_shl(number));
    numbers.filter_map(bit).fold(0, |bits, bit| bits | bit)
}

/// Which of the numbers are left, one bit for each.
fn allowed(leaves: &Leaves<'_>, numbers: core::ops::Range<i64>) -> u32 {
    let left = |number: i64| {
        [Key::Moment(number), Key::Number(Decimal::from(number))].into_iter().any(|key| match leaves {
            Leaves::Missing => false,
            Leaves::Present => true,
            Leaves::Range(range) => same_kind(range, key) && !range.intersect(&Interval::point(key)).is_empty(),
            Leaves::Among(points) => points.contains(&key),
            Leaves::AllBut(points) => points.iter().any(|point| kind(*point) == kind(key)) && !points.contains(&key),
        })
    };
    bits(numbers.filter(|number| left(*number)))
}

fn kind(key: Key<'_>) -> u8 {
    match key {
        Key::Number(_) => 0,
        Key::Moment(_) => 1,
        Key::Text(_) => 2,
    }
}

/// Keys of two kinds stand in one order, and a range speaks of one.
fn same_kind(range: &Interval<Key<'_>>, key: Key<'_>) -> bool {
    [&range.from, &range.to].into_iter().all(|bound| match bound {
        Bound::At(at, _) => kind(*at) == kind(key),
        Bound::Least | Bound::Greatest => true,
    })
}

/// The least and the greatest that are left, or a little less and more.
fn ends(leaves: &Leaves<'_>) -> (Option<i64>, Option<i64>) {
    let at = |bound: &Bound<Key<'_>>| if let Bound::At(key, _) = bound { whole(*key) } else { None };
    match leaves {
        Leaves::Range(range) => (at(&range.from), at(&range.to)),
        Leaves::Among(points) => {
            (points.first().and_then(|key| whole(*key)), points.last().and_then(|key| whole(*key)))
        }
        Leaves::Missing | Leaves::Present | Leaves::AllBut(_) => (None, None),
    }
}

fn whole(key: Key<'_>) -> Option<i64> {
    match key {
        Key::Moment(moment) => Some(moment),
        Key::Number(number) => number.trunc().to_i64(),
        Key::Text(_) => None,
    }
}
