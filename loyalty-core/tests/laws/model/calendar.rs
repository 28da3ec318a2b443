//! Local days, their ends, and calendar arithmetic in the program's zone.

use std::ops::Range;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

use super::program::{Begins, Length, Period, TimeUnit};

/// Microseconds since 1970, UTC.
pub type Micros = i64;

pub fn utc(at: Micros) -> DateTime<chrono::Utc> {
    DateTime::from_timestamp_micros(at).expect("an instant of the model")
}

pub fn local(zone: Tz, at: Micros) -> NaiveDateTime {
    utc(at).with_timezone(&zone).naive_local()
}

pub fn day(zone: Tz, at: Micros) -> NaiveDate {
    local(zone, at).date()
}

/// The instant of a local time. Of two the earlier; in a gap the clock reading that the offset before the gap gives.
pub fn instant(zone: Tz, time: NaiveDateTime) -> Micros {
    match zone.from_local_datetime(&time).earliest() {
        Some(found) => found.timestamp_micros(),
        None => {
            let before = instant(zone, time - TimeDelta::hours(3));
            before + TimeDelta::hours(3).num_microseconds().expect("three hours")
        }
    }
}

/// The first instant of a local day.
pub fn start(zone: Tz, day: NaiveDate) -> Micros {
    let midnight = day.and_hms_opt(0, 0, 0).expect("midnight");
    match zone.from_local_datetime(&midnight).earliest() {
        Some(found) => found.timestamp_micros(),
        // The clocks jump over midnight: the day starts with the first minute that it has.
        None => (1..180)
            .find_map(|minute| zone.from_local_datetime(&(midnight + TimeDelta::minutes(minute))).earliest())
            .expect("a day of the zone")
            .timestamp_micros(),
    }
}

/// Usable through `day`.
pub fn end(zone: Tz, day: NaiveDate) -> Micros {
    start(zone, day.succ_opt().expect("a next day"))
}

pub fn is_clock(unit: TimeUnit) -> bool {
    matches!(unit, TimeUnit::Second | TimeUnit::Minute | TimeUnit::Hour)
}

pub fn clock_micros(length: Length) -> Micros {
    let seconds = match length.unit {
        TimeUnit::Second => 1,
        TimeUnit::Minute => 60,
        TimeUnit::Hour => 3600,
        _ => panic!("calendar units have no fixed length"),
    };
    i64::from(length.count) * seconds * 1_000_000
}

pub fn later_day(day: NaiveDate, length: Length) -> NaiveDate {
    let count = length.count;
    match length.unit {
        TimeUnit::Day => day.checked_add_days(Days::new(count.into())),
        TimeUnit::Week => day.checked_add_days(Days::new(u64::from(count) * 7)),
        TimeUnit::Month => day.checked_add_months(Months::new(count)),
        TimeUnit::Quarter => day.checked_add_months(Months::new(count * 3)),
        TimeUnit::Year => day.checked_add_months(Months::new(count * 12)),
        TimeUnit::Second | TimeUnit::Minute | TimeUnit::Hour => panic!("a clock unit"),
    }
    .expect("a day of the calendar")
}

pub fn earlier_day(day: NaiveDate, length: Length) -> NaiveDate {
    let count = length.count;
    match length.unit {
        TimeUnit::Day => day.checked_sub_days(Days::new(count.into())),
        TimeUnit::Week => day.checked_sub_days(Days::new(u64::from(count) * 7)),
        TimeUnit::Month => day.checked_sub_months(Months::new(count)),
        TimeUnit::Quarter => day.checked_sub_months(Months::new(count * 3)),
        TimeUnit::Year => day.checked_sub_months(Months::new(count * 12)),
        TimeUnit::Second | TimeUnit::Minute | TimeUnit::Hour => panic!("a clock unit"),
    }
    .expect("a day of the calendar")
}

/// The same local time, `length` later; exact for clock units.
pub fn later(zone: Tz, at: Micros, length: Length) -> Micros {
    if is_clock(length.unit) {
        return at + clock_micros(length);
    }
    let time = local(zone, at);
    instant(zone, later_day(time.date(), length).and_time(time.time()))
}

/// The same local time, `length` earlier; a day before midnight is the beginning of that day.
pub fn earlier(zone: Tz, at: Micros, length: Length) -> Micros {
    if is_clock(length.unit) {
        return at - clock_micros(length);
    }
    let time = local(zone, at);
    instant(zone, earlier_day(time.date(), length).and_time(time.time()))
}

/// So many whole units lie between two days; below zero where the second one is the earlier.
pub fn days_apart(from: NaiveDate, to: NaiveDate, unit: TimeUnit) -> i64 {
    if to < from {
        return -days_apart(to, from, unit);
    }
    let reached = |count: &i64| later_day(from, Length { count: *count as u32, unit }) <= to;
    (1..).take_while(reached).last().unwrap_or(0)
}

/// The same of two instants: exact for clock units, else by their local days.
pub fn apart(zone: Tz, from: Micros, to: Micros, unit: TimeUnit) -> i64 {
    match is_clock(unit) {
        true => (to - from) / clock_micros(Length { count: 1, unit }),
        false => days_apart(day(zone, from), day(zone, to), unit),
    }
}

/// The end of the local day reached after `length`; exact for clock units.
pub fn through(zone: Tz, at: Micros, length: Length) -> Micros {
    if is_clock(length.unit) { at + clock_micros(length) } else { end(zone, later_day(day(zone, at), length)) }
}

/// The calendar period around a day, half-open.
pub fn period(day: NaiveDate, period: Period, begins: Begins) -> Range<NaiveDate> {
    let first = match period {
        Period::Day => day,
        Period::Week => day - Days::new(u64::from(day.weekday().days_since(begins.week))),
        Period::Month => month(day.year(), day.month()),
        Period::Quarter => first_of_year(day, begins) + Months::new(since_first(day, begins) / 3 * 3),
        Period::HalfYear => first_of_year(day, begins) + Months::new(since_first(day, begins) / 6 * 6),
        Period::Year => first_of_year(day, begins),
    };
    let next = match period {
        Period::Day => first + Days::new(1),
        Period::Week => first + Days::new(7),
        Period::Month => first + Months::new(1),
        Period::Quarter => first + Months::new(3),
        Period::HalfYear => first + Months::new(6),
        Period::Year => first + Months::new(12),
    };
    first..next
}

/// The first day of the year around a day.
fn first_of_year(day: NaiveDate, begins: Begins) -> NaiveDate {
    month(if day.month() < begins.year { day.year() - 1 } else { day.year() }, begins.year)
}

/// Whole months from the beginning of the year to that of the day's month.
fn since_first(day: NaiveDate, begins: Begins) -> u32 {
    (day.month() + 12 - begins.year) % 12
}

fn month(year: i32, month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, 1).expect("the first of a month")
}

/// Whether `other` lies in the stretch of `length` that ends at `at`.
pub fn within_last(zone: Tz, other: Micros, at: Micros, length: Length) -> bool {
    if is_clock(length.unit) {
        return at - clock_micros(length) < other && other <= at;
    }
    let today = day(zone, at);
    let day = day(zone, other);
    earlier_day(today, length) < day && day <= today
}
