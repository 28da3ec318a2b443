//! Instants: microseconds since 1970, and their RFC 3339 text.

use chrono::{DateTime, NaiveDate, NaiveTime, Timelike};

/// Microseconds in one second.
pub(crate) const SECOND: i64 = 1_000_000;
/// Microseconds in one day of 24 hours.
pub(crate) const DAY: i64 = 86_400 * SECOND;

/// The first instant that the engine takes: 1970-01-01T00:00:00Z.
const EARLIEST: i64 = 0;
/// The last one: the end of the year 2199. Far enough for any business, near enough that no sum of lengths overflows.
const LATEST: i64 = 7_258_118_400 * SECOND - 1;

/// A point in time, exact to the microsecond, from 1970 to 2199.
///
/// ```
/// use loyalty_core::Instant;
///
/// let instant = Instant::parse("2026-11-21T10:00:00+08:00").unwrap();
/// assert_eq!(instant.as_micros(), 1_795_226_400_000_000);
/// assert_eq!(instant.to_string(), "2026-11-21T02:00:00Z");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub(crate) i64);

impl Instant {
    /// Reads RFC 3339 text with an offset; digits beyond the microsecond are dropped.
    ///
    /// Nothing, if the text is no such instant or lies outside of 1970 to 2199.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let micros = match parse_plain(text) {
            Some(micros) => micros,
            None => DateTime::parse_from_rfc3339(text).ok()?.timestamp_micros(),
        };
        Self::from_micros(micros)
    }

    /// The instant so many microseconds after 1970-01-01T00:00:00Z; nothing outside of 1970 to 2199.
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        (EARLIEST..=LATEST).contains(&micros).then_some(Self(micros))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn as_micros(self) -> i64 {
        self.0
    }
}

impl core::fmt::Display for Instant {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(&rfc3339(self.0, 0))
    }
}

/// `YYYY-MM-DDTHH:MM:SS` with `Z` or `±HH:MM`, the form that nearly every host sends, read without the general parser.
fn parse_plain(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let digits = |range: core::ops::Range<usize>| -> Option<i64> {
        bytes
            .get(range)?
            .iter()
            .try_fold(0_i64, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
    };
    let is = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
    if !(is(4, b'-') && is(7, b'-') && is(10, b'T') && is(13, b':') && is(16, b':')) {
        return None;
    }
    let offset = match bytes.get(19)? {
        b'Z' if bytes.len() == 20 => 0,
        sign @ (b'+' | b'-') if bytes.len() == 25 && is(22, b':') => {
            let (hours, minutes) = (digits(20..22)?, digits(23..25)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = hours * 3_600 + minutes * 60;
            if *sign == b'+' { seconds } else { -seconds }
        }
        _ => return None,
    };
    let (hour, minute, second) = (digits(11..13)?, digits(14..16)?, digits(17..19)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(digits(0..4)? as i32, digits(5..7)? as u32, digits(8..10)? as u32)?;
    let seconds = i64::from(day_of(date)) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    Some(seconds * SECOND)
}

/// The instant as RFC 3339 text at an offset of so many microseconds from UTC (whole minutes).
pub(crate) fn rfc3339(micros: i64, offset: i64) -> String {
    let mut text = String::with_capacity(25);
    write_rfc3339(&mut text, micros, offset);
    text
}

/// The same, behind a text.
pub(crate) fn write_rfc3339(out: &mut String, micros: i64, offset: i64) {
    use chrono::Datelike as _;
    use core::fmt::Write as _;

    let local = micros.saturating_add(offset);
    let (day, of_day) = (local.div_euclid(DAY), local.rem_euclid(DAY));
    let seconds = of_day / SECOND;
    let date = date_of(day as i32);
    match u32::try_from(date.year()) {
        Ok(year @ 0..=9999) => {
            two_digits(out, year / 100);
            two_digits(out, year % 100);
            for part in [date.month(), date.day()] {
                out.push('-');
                two_digits(out, part);
            }
        }
        // A text takes all that is written to it.
        _ => drop(write!(out, "{date}")),
    }
    for (before, part) in [('T', seconds / 3_600), (':', seconds / 60 % 60), (':', seconds % 60)] {
        out.push(before);
        two_digits(out, part as u32);
    }
    let fraction = of_day % SECOND;
    if fraction != 0 {
        let digits = format!("{fraction:06}");
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
    if offset == 0 {
        out.push('Z');
    } else {
        let minutes = offset.unsigned_abs() / SECOND.unsigned_abs() / 60;
        out.push(if offset < 0 { '-' } else { '+' });
        two_digits(out, (minutes / 60) as u32);
        out.push(':');
        two_digits(out, (minutes % 60) as u32);
    }
}

fn two_digits(out: &mut String, number: u32) {
    for digit in [number / 10 % 10, number % 10] {
        out.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
}

/// Days since 1970-01-01.
pub(crate) fn day_of(date: NaiveDate) -> i32 {
    use chrono::Datelike as _;
    date.num_days_from_ce().saturating_sub(719_163)
}

/// The date so many days after 1970-01-01.
pub(crate) fn date_of(day: i32) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(day.saturating_add(719_163)).unwrap_or(NaiveDate::MAX)
}

/// Microseconds since midnight.
pub(crate) fn micros_of(time: NaiveTime) -> i64 {
    i64::from(time.num_seconds_from_midnight()) * SECOND + i64::from(time.nanosecond() % 1_000_000_000 / 1_000)
}
