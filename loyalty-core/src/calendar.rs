//! The calendar of one program: its zone, its week, and what months and days mean there.
//!
//! Everything is whole-number arithmetic on days since 1970 and microseconds; the zone's offsets are laid out once, when
//! the program is compiled. Conventions: windows are half-open; a month added to 31 January ends on the last day of
//! February; a local time that a clock change skips means the instant as far after the change, one that it repeats means the first.

use chrono::{Months, NaiveDate, Weekday};

use crate::check::model::{Length, Period, TimeUnit};
use crate::time::{DAY, SECOND, date_of, day_of, within_reckoning};
use crate::zones::Zone;

#[derive(Debug, Clone)]
pub struct Calendar {
    /// Where each offset begins, in microseconds since 1970; the first holds from the beginning of time.
    starts: Vec<i64>,
    /// Microseconds to add to UTC.
    offsets: Vec<i64>,
    week_start: u8,
    /// Months from January to the one with which a year begins.
    year_start: i64,
}

impl Calendar {
    pub fn new(zone: Zone, (week_start, year_start): (Weekday, u32)) -> Self {
        let stretches = zone.stretches().map(|(start, offset)| (start.saturating_mul(SECOND), offset * SECOND));
        let (starts, offsets) = stretches.unzip();
        let week_start = week_start.num_days_from_monday() as u8;
        Self { starts, offsets, week_start, year_start: i64::from(year_start.clamp(1, 12)) - 1 }
    }

    /// Microseconds that local time is ahead of UTC at that instant.
    #[inline]
    pub fn offset_at(&self, instant: i64) -> i64 {
        // Most zones have had one offset for long.
        match (self.starts.last(), self.offsets.last()) {
            (Some(start), Some(offset)) if *start <= instant => *offset,
            _ => self.offset_before(instant),
        }
    }

    #[inline(never)]
    fn offset_before(&self, instant: i64) -> i64 {
        let index = self.starts.partition_point(|start| *start <= instant).saturating_sub(1);
        self.offsets.get(index).copied().unwrap_or(0)
    }

    /// The local day of an instant, in days since 1970.
    pub fn day_at(&self, instant: i64) -> i32 {
        instant.saturating_add(self.offset_at(instant)).div_euclid(DAY) as i32
    }

    /// Microseconds since local midnight by the clock on the wall.
    pub fn time_at(&self, instant: i64) -> i64 {
        instant.saturating_add(self.offset_at(instant)).rem_euclid(DAY)
    }

    /// The instant at which the wall shows that day and time, or the nearest that the engine may come to.
    #[inline]
    pub fn instant_of(&self, day: i32, time: i64) -> i64 {
        let local = within_reckoning(i64::from(day).saturating_mul(DAY).saturating_add(time));
        // So long after the last change, the clock shows nothing twice and skips nothing.
        match (self.starts.last(), self.offsets.last()) {
            (Some(start), Some(offset)) if start.saturating_add(2 * DAY) <= local.saturating_sub(*offset) => {
                local.saturating_sub(*offset)
            }
            _ => self.instant_near(local),
        }
    }

    #[inline(never)]
    fn instant_near(&self, local: i64) -> i64 {
        let near = self.starts.partition_point(|start| *start <= local);
        for index in near.saturating_sub(2)..(near + 2).min(self.starts.len()) {
            let (Some(start), Some(offset)) = (self.starts.get(index), self.offsets.get(index)) else { break };
            let instant = local.saturating_sub(*offset);
            let end = self.starts.get(index + 1).copied().unwrap_or(i64::MAX);
            if instant >= *start && instant < end {
                return instant;
            }
            // Past this stretch and before the next by its own offset: the clock skips this time.
            let skipped = self.offsets.get(index + 1).is_some_and(|next| local.saturating_sub(*next) < end);
            if instant >= end && skipped {
                return instant;
            }
        }
        local
    }

    /// The first instant of a local day.
    pub fn start_of(&self, day: i32) -> i64 {
        self.instant_of(day, 0)
    }

    /// Weekday of a day, Monday 0.
    pub fn weekday(day: i32) -> u8 {
        (i64::from(day) + 3).rem_euclid(7) as u8
    }

    /// A number for the calendar period around a day, growing by one from period to period.
    pub fn period_of(&self, period: Period, day: i32) -> i64 {
        match period {
            Period::Day => i64::from(day),
            Period::Week => (i64::from(day) + 3 - i64::from(self.week_start)).div_euclid(7),
            Period::Month => month_of(day),
            Period::Quarter => self.month_of_year(day).div_euclid(3),
            Period::HalfYear => self.month_of_year(day).div_euclid(6),
            Period::Year => self.month_of_year(day).div_euclid(12),
        }
    }

    /// The month of a day, counted from the first of the year 0 as years go here.
    fn month_of_year(&self, day: i32) -> i64 {
        month_of(day) - self.year_start
    }

    /// The first day of the period with that number.
    pub fn first_day(&self, period: Period, number: i64) -> i32 {
        let month = |months: i64, from: i64| {
            let month = number.saturating_mul(months).saturating_add(from);
            let (year, month) = (month.div_euclid(12) as i32, month.rem_euclid(12) + 1);
            day_of(NaiveDate::from_ymd_opt(year, month as u32, 1).unwrap_or(NaiveDate::MAX))
        };
        match period {
            Period::Day => number as i32,
            Period::Week => number.saturating_mul(7).saturating_add(i64::from(self.week_start) - 3) as i32,
            Period::Month => month(1, 0),
            Period::Quarter => month(3, self.year_start),
            Period::HalfYear => month(6, self.year_start),
            Period::Year => month(12, self.year_start),
        }
    }

    /// The day so much later; units shorter than a day count as none.
    pub fn day_plus(day: i32, length: Length) -> i32 {
        let count = length.count;
        match length.unit {
            TimeUnit::Second | TimeUnit::Minute | TimeUnit::Hour => day,
            TimeUnit::Day => day.saturating_add_unsigned(count),
            TimeUnit::Week => day.saturating_add_unsigned(count.saturating_mul(7)),
            TimeUnit::Month | TimeUnit::Quarter | TimeUnit::Year => {
                let far = || date_of(day).checked_add_months(Months::new(months(length))).unwrap_or(NaiveDate::MAX);
                months_from(day, i64::from(months(length))).unwrap_or_else(|| day_of(far()))
            }
        }
    }

    /// The day so much earlier.
    pub fn day_minus(day: i32, length: Length) -> i32 {
        let count = length.count;
        match length.unit {
            TimeUnit::Second | TimeUnit::Minute | TimeUnit::Hour => day,
            TimeUnit::Day => day.saturating_sub_unsigned(count),
            TimeUnit::Week => day.saturating_sub_unsigned(count.saturating_mul(7)),
            TimeUnit::Month | TimeUnit::Quarter | TimeUnit::Year => {
                let far = || date_of(day).checked_sub_months(Months::new(months(length))).unwrap_or(NaiveDate::MIN);
                months_from(day, -i64::from(months(length))).unwrap_or_else(|| day_of(far()))
            }
        }
    }

    /// The instant so much later: by the clock for hours and shorter, else the same time of a later local day.
    pub fn plus(&self, instant: i64, length: Length) -> i64 {
        match clock_micros(length) {
            Some(micros) => within_reckoning(instant.saturating_add(micros)),
            None => self.instant_of(Self::day_plus(self.day_at(instant), length), self.time_at(instant)),
        }
    }

    /// The instant so much earlier, in the same way.
    pub fn minus(&self, instant: i64, length: Length) -> i64 {
        match clock_micros(length) {
            Some(micros) => within_reckoning(instant.saturating_sub(micros)),
            None => self.instant_of(Self::day_minus(self.day_at(instant), length), self.time_at(instant)),
        }
    }

    /// The instant from which something usable "for so long after" is no more: by the clock for hours and shorter,
    /// else the midnight that ends the local day reached.
    pub fn end_after(&self, instant: i64, length: Length) -> i64 {
        match clock_micros(length) {
            Some(micros) => within_reckoning(instant.saturating_add(micros)),
            None => self.start_of(Self::day_plus(self.day_at(instant), length).saturating_add(1)),
        }
    }
}

/// The month of a day, counted from January of the year 0. Counting years from March puts the leap day last, so that
/// whole-number arithmetic finds the month; in the fewest steps by fractions of powers of two that are near enough for all days of a
/// year (Neri and Schneider, Euclidean affine functions and their application to calendar algorithms, 2022).
fn month_of(day: i32) -> i64 {
    let day = (i64::from(day) + SINCE_MARCH + ERAS * DAYS_OF_400_YEARS) as u64;
    let quarters = 4 * day + 3;
    let (century, of_century) = (quarters / DAYS_OF_400_YEARS as u64, quarters % DAYS_OF_400_YEARS as u64 / 4);
    // The year of the century in the upper half, and in the lower how much of it has passed.
    let years = (4 * of_century + 3) * YEAR_FRACTION;
    let of_year = (years & u64::from(u32::MAX)) / YEAR_FRACTION / 4;
    let month_from_january = (2_141 * of_year + 197_913) >> 16;
    ((century * 100 + (years >> 32)) * 12 + month_from_january) as i64 - 1 - ERAS * 4_800
}

/// 2³² quarters of a day over the 1 461 of four years.
const YEAR_FRACTION: u64 = 2_939_745;
const DAYS_OF_400_YEARS: i64 = 146_097;
/// 1 March of the year 0 is this many days before 1970.
const SINCE_MARCH: i64 = 719_468;
/// Stretches of 400 years, which are all alike, that bring any day of 32 bits above zero: whole numbers without a sign are
/// divided in fewer steps.
const ERAS: i64 = 14_700;

/// The first day of a month, counted as [`month_of`] does.
fn first_of(month: i64) -> i32 {
    let from_march = (month - 2 + ERAS * 4_800) as u64;
    let (year, month) = (from_march / 12, from_march % 12);
    let century = year / 100;
    // A month of the 153 days of five is 979/32 days, near enough for the twelve of a year.
    let days = 1_461 * year / 4 - century + century / 4 + (979 * month + 18) / 32;
    (days as i64 - SINCE_MARCH - ERAS * DAYS_OF_400_YEARS) as i32
}

/// The day so many months later, or earlier if they are below zero: the last of its month, if it has no such day. Nothing
/// for days and months that are far from everything.
fn months_from(day: i32, months: i64) -> Option<i32> {
    if day.unsigned_abs() > 1_000_000 || months.unsigned_abs() > 10_000 {
        return None;
    }
    let month = month_of(day);
    let of_month = day - first_of(month);
    let reached = first_of(month + months) + of_month;
    // Every month has so many days.
    if of_month < 28 {
        return Some(reached);
    }
    Some(reached.min(first_of(month + months + 1) - 1))
}

fn months(length: Length) -> u32 {
    let factor = match length.unit {
        TimeUnit::Quarter => 3,
        TimeUnit::Year => 12,
        _ => 1,
    };
    length.count.saturating_mul(factor)
}

/// The length in microseconds, if its unit is one of the clock rather than of the calendar.
pub fn clock_micros(length: Length) -> Option<i64> {
    let unit = match length.unit {
        TimeUnit::Second => SECOND,
        TimeUnit::Minute => 60 * SECOND,
        TimeUnit::Hour => 3_600 * SECOND,
        _ => return None,
    };
    Some(i64::from(length.count).saturating_mul(unit))
}

/// How long a length surely lasts, in microseconds: for deciding without a calendar what is not over.
pub fn micros_at_least(length: Length) -> i64 {
    let days = match length.unit {
        TimeUnit::Second | TimeUnit::Minute | TimeUnit::Hour => return clock_micros(length).unwrap_or_default(),
        TimeUnit::Day => 1,
        TimeUnit::Week => 7,
        TimeUnit::Month => 28,
        TimeUnit::Quarter => 90,
        TimeUnit::Year => 365,
    };
    // A change of the clocks, or of the date line, takes less than two days.
    (i64::from(length.count) * days - 2).max(0).saturating_mul(DAY)
}

/// About how long a length is at the most, in days, rounded up: for deciding what may be forgotten.
pub fn days_at_most(length: Length) -> i32 {
    let days = match length.unit {
        TimeUnit::Second | TimeUnit::Minute | TimeUnit::Hour => 1 + length.count / 24,
        TimeUnit::Day => length.count,
        TimeUnit::Week => length.count.saturating_mul(7),
        TimeUnit::Month => length.count.saturating_mul(31),
        TimeUnit::Quarter => length.count.saturating_mul(92),
        TimeUnit::Year => length.count.saturating_mul(366),
    };
    i32::try_from(days).unwrap_or(i32::MAX / 2)
}

#[cfg(test)]
mod tests {
    use chrono::Datelike as _;

    use super::{Months, date_of, day_of, month_of, months_from};

    #[test]
    fn months_are_added_as_the_calendar_does() {
        for day in (-700_000..900_000).step_by(5) {
            for months in [0_u32, 1, 2, 11, 12, 13, 48, 1_199, 4_800] {
                let (later, earlier) = (Months::new(months), Months::new(months));
                let later = date_of(day).checked_add_months(later).map(day_of);
                let earlier = date_of(day).checked_sub_months(earlier).map(day_of);
                assert_eq!(months_from(day, i64::from(months)), later, "{day} and {months} months");
                assert_eq!(months_from(day, -i64::from(months)), earlier, "{day} less {months} months");
            }
        }
        assert_eq!((months_from(i32::MAX, 1), months_from(0, i64::MAX)), (None, None));
    }

    #[test]
    fn months_are_those_of_the_calendar() {
        for day in (-800_000..3_000_000).step_by(7) {
            let date = date_of(day);
            assert_eq!(month_of(day), i64::from(date.year()) * 12 + i64::from(date.month0()), "{date}");
        }
        for (date, month) in [((2_024, 2, 29), 24_289), ((2_000, 2, 29), 24_001), ((1_900, 3, 1), 22_802)] {
            let day = chrono::NaiveDate::from_ymd_opt(date.0, date.1, date.2).map(crate::time::day_of);
            assert_eq!(day.map(month_of), Some(month));
        }
    }
}
