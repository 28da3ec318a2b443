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
/// What the engine reckons itself, such as an end, stays between these: in the year of every zone it has four digits, so that
/// whoever reads RFC 3339 reads it.
const EARLIEST_RECKONED: i64 = -62_135_510_400 * SECOND;
const LATEST_RECKONED: i64 = 253_402_128_000 * SECOND;

/// The first and the last day that is written `YYYY-MM-DD` and that every host knows: 0001-01-01 and 9999-12-31.
pub(crate) const FIRST_DAY: i32 = -719_162;
pub(crate) const LAST_DAY: i32 = 2_932_896;

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
        Self::from_micros(micros_written(text)?)
    }

    /// The instant so many microseconds after 1970-01-01T00:00:00Z; nothing outside of 1970 to 2199.
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        (EARLIEST..=LATEST).contains(&micros).then_some(Self(micros))
    }

    /// One that the engine has reckoned itself, such as the end of something: it may lie beyond what events tell. Nothing that
    /// it does not come to.
    pub(crate) fn reckoned(micros: i64) -> Option<Self> {
        (EARLIEST_RECKONED..=LATEST_RECKONED).contains(&micros).then_some(Self(micros))
    }

    /// Reads one of those, as it was written.
    pub(crate) fn parse_reckoned(text: &str) -> Option<Self> {
        Self::reckoned(micros_written(text)?)
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

fn micros_written(text: &str) -> Option<i64> {
    match parse_plain(text) {
        Some(micros) => Some(micros),
        None => Some(DateTime::parse_from_rfc3339(text).ok()?.timestamp_micros()),
    }
}

/// Whether nothing that happens can be as late: what ends then never does.
pub(crate) fn is_beyond_all(micros: i64) -> bool {
    micros > LATEST
}

/// The nearest instant that the engine may come to. An offset that is still to be taken off leads no further.
pub(crate) fn within_reckoning(micros: i64) -> i64 {
    micros.clamp(EARLIEST_RECKONED + DAY, LATEST_RECKONED - DAY)
}

/// `YYYY-MM-DDTHH:MM:SS` with `Z` or `±HH:MM`, the form that nearly every host sends, read without the general parser; as
/// JavaScript writes it, with three digits more.
fn parse_plain(text: &str) -> Option<i64> {
    let (head, rest) = text.as_bytes().split_first_chunk::<19>()?;
    let [y, e, a, r, b'-', mo, nth, b'-', d, ay, b'T', h, our, b':', mi, nute, b':', s, econd] = *head else {
        return None;
    };
    let (thousandths, zone) = match rest {
        [b'.', one, two, three, zone @ ..] => (10 * pair(*one, *two)? + pair(b'0', *three)?, zone),
        zone => (0, zone),
    };
    let offset = match *zone {
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), h, our, b':', mi, nute] => {
            let (hours, minutes) = (pair(h, our)?, pair(mi, nute)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = hours * 3_600 + minutes * 60;
            if sign == b'+' { seconds } else { -seconds }
        }
        _ => return None,
    };
    let (hour, minute, second) = (pair(h, our)?, pair(mi, nute)?, pair(s, econd)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let year = pair(y, e)? * 100 + pair(a, r)?;
    let date = NaiveDate::from_ymd_opt(year as i32, pair(mo, nth)? as u32, pair(d, ay)? as u32)?;
    let seconds = i64::from(day_of(date)) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    Some(seconds * SECOND + thousandths * (SECOND / 1_000))
}

/// The day that is written `YYYY-MM-DD`, and in no other way.
pub(crate) fn day_written(text: &str) -> Option<i32> {
    let [y, e, a, r, b'-', mo, nth, b'-', d, ay] = *text.as_bytes() else { return None };
    let year = pair(y, e)? * 100 + pair(a, r)?;
    NaiveDate::from_ymd_opt(year as i32, pair(mo, nth)? as u32, pair(d, ay)? as u32).map(day_of)
}

/// The time of day that is written `HH:MM` or `HH:MM:SS`, in microseconds since midnight.
pub(crate) fn time_written(text: &str) -> Option<i64> {
    let (h, our, mi, nute, second) = match *text.as_bytes() {
        [h, our, b':', mi, nute] => (h, our, mi, nute, 0),
        [h, our, b':', mi, nute, b':', s, econd] => (h, our, mi, nute, pair(s, econd)?),
        _ => return None,
    };
    let (hour, minute) = (pair(h, our)?, pair(mi, nute)?);
    (hour < 24 && minute < 60 && second < 60).then_some((hour * 3_600 + minute * 60 + second) * SECOND)
}

/// The number of two digits.
#[inline]
fn pair(ten: u8, one: u8) -> Option<i64> {
    let (ten, one) = (ten.wrapping_sub(b'0'), one.wrapping_sub(b'0'));
    (ten < 10 && one < 10).then(|| i64::from(ten * 10 + one))
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
    let (date, of_day) = (date_of(local.div_euclid(DAY) as i32), local.rem_euclid(DAY));
    let plain = write_plain(date, of_day, offset);
    let plain = core::str::from_utf8(&plain).unwrap_or("");
    let fraction = of_day % SECOND;
    let has_four_digits = (0..10_000).contains(&date.year());
    if has_four_digits && fraction == 0 && offset != 0 {
        return out.push_str(plain);
    }
    let (time, zone) = plain.split_at_checked(19).unwrap_or_default();
    if has_four_digits {
        out.push_str(time);
    } else {
        // A text takes all that is written to it.
        let _ = write!(out, "{date}{}", time.get(10..).unwrap_or(""));
    }
    if fraction != 0 {
        let digits = format!("{fraction:06}");
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
    out.push_str(if offset == 0 { "Z" } else { zone });
}

/// `YYYY-MM-DDTHH:MM:SS±HH:MM`, the form that nearly every instant is written in; of the year its last four digits.
fn write_plain(date: NaiveDate, of_day: i64, offset: i64) -> [u8; 25] {
    use chrono::Datelike as _;

    let (year, seconds) = (date.year().unsigned_abs(), (of_day / SECOND) as u32);
    let [[y, e], [a, r]] = [year / 100 % 100, year % 100].map(two_digits);
    let [[mo, nth], [d, ay]] = [date.month(), date.day()].map(two_digits);
    let [[h, our], [mi, nute], [s, econd]] = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map(two_digits);
    let ahead = (offset.unsigned_abs() / SECOND.unsigned_abs() / 60) as u32;
    let [[ho, urs], [min, utes]] = [ahead / 60, ahead % 60].map(two_digits);
    let sign = if offset < 0 { b'-' } else { b'+' };
    [
        y, e, a, r, b'-', mo, nth, b'-', d, ay, b'T', h, our, b':', mi, nute, b':', s, econd, sign, ho, urs, b':', min,
        utes,
    ]
}

/// The digits of a number below a hundred; of others nothing of use.
#[inline]
fn two_digits(number: u32) -> [u8; 2] {
    [b'0'.wrapping_add((number / 10) as u8), b'0' + (number % 10) as u8]
}

/// Days since 1970-01-01.
pub(crate) fn day_of(date: NaiveDate) -> i32 {
    use chrono::Datelike as _;
    date.num_days_from_ce().saturating_sub(719_163)
}

/// The date so many days after 1970-01-01, or the first or the last there is.
pub(crate) fn date_of(day: i32) -> NaiveDate {
    let nearest = if day < 0 { NaiveDate::MIN } else { NaiveDate::MAX };
    NaiveDate::from_num_days_from_ce_opt(day.saturating_add(719_163)).unwrap_or(nearest)
}

/// Microseconds since midnight.
pub(crate) fn micros_of(time: NaiveTime) -> i64 {
    i64::from(time.num_seconds_from_midnight()) * SECOND + i64::from(time.nanosecond() % 1_000_000_000 / 1_000)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::{SECOND, parse_plain, rfc3339};

    #[test]
    fn what_no_calendar_reaches_is_told_as_far_on_its_own_side() {
        assert!(rfc3339(i64::MIN, 0).starts_with("-26214"), "{}", rfc3339(i64::MIN, 0));
        assert!(rfc3339(i64::MAX, 0).starts_with("+26214"), "{}", rfc3339(i64::MAX, 0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        /// Whatever is read without the general parser is what that would have read.
        #[test]
        fn the_plain_form_is_read_as_any(
            days in 0..100_000_i64,
            second in 0..86_400_i64,
            form in 0..4_usize,
            changes in proptest::collection::vec((any::<prop::sample::Index>(), proptest::sample::select(&b"0123456789-+:.TZtz "[..])), 0..3),
        ) {
            let at = DateTime::from_timestamp(days * 86_400 + second, 123_000_000).unwrap();
            let form = ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S+05:30", "%Y-%m-%dT%H:%M:%S-11:00", "%Y-%m-%dT%H:%M:%S.123Z"][form];
            let mut text = at.format(form).to_string();
            for (at, byte) in changes {
                let at = at.index(text.len());
                text.replace_range(at..=at, &char::from(byte).to_string());
            }
            if let Some(micros) = parse_plain(&text) {
                let general = DateTime::parse_from_rfc3339(&text).map(|at| at.timestamp_micros());
                prop_assert_eq!(general.ok(), Some(micros), "{}", text);
            }
        }

        /// Whatever is written is what the general writer would have written.
        #[test]
        fn instants_are_written_as_any(
            seconds in prop_oneof![0..7_258_118_400_i64, -70_000_000_000..8_000_000_000_000_i64],
            fraction in prop_oneof![3 => Just(0_u32), 1 => 0..1_000_000_u32],
            minutes in prop_oneof![Just(0_i32), -900..900],
        ) {
            let at = DateTime::from_timestamp(seconds, fraction * 1_000).unwrap();
            let local = at.with_timezone(&chrono::FixedOffset::east_opt(minutes * 60).unwrap());
            let form = if minutes == 0 { "%Y-%m-%dT%H:%M:%S%.6fZ" } else { "%Y-%m-%dT%H:%M:%S%.6f%:z" };
            let general = local.format(form).to_string();
            // Zeros behind the last digit are left out, and so is a fraction of nothing else.
            let (time, behind) = general.split_once('.').unwrap();
            let (digits, zone) = behind.split_at(6);
            let point = if fraction == 0 { "" } else { "." };
            let general = format!("{time}{point}{}{zone}", digits.trim_end_matches('0'));
            prop_assert_eq!(rfc3339(at.timestamp_micros(), i64::from(minutes) * 60 * SECOND), general);
        }
    }
}
