//! Numbers, texts, days, times, durations.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeZone};
use rust_decimal::Decimal;

use super::build::{Build, Children, place};
use super::grammar::Rule;
use super::pair::Pair;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::{Cycle, DateRange, Duration, OwnPeriod, Period, Span, TimeUnit, ToEnd};

/// The most digits of a number: what a decimal surely holds.
const DIGITS_MAX: usize = 28;

impl Build {
    /// The value of a `number`, or of a `percent` without its sign.
    pub(super) fn decimal(&self, pair: &Pair<'_, Rule>) -> Decimal {
        let written = pair.as_str().trim_end_matches('%');
        let digits = written.bytes().filter(u8::is_ascii_digit).count();
        let value = if written.contains('_') {
            Decimal::from_str_exact(&written.replace('_', ""))
        } else {
            Decimal::from_str_exact(written)
        };
        match value {
            Ok(value) if digits <= DIGITS_MAX => value,
            _ => {
                self.complain(
                    Diagnostic::new(Code::BadNumber, place(pair), format!("a number has at most {DIGITS_MAX} digits"))
                        .at(format!("{digits} digits")),
                );
                Decimal::ZERO
            }
        }
    }

    /// The value of an `integer`.
    pub(super) fn integer(&self, pair: &Pair<'_, Rule>) -> u32 {
        let digits = pair.as_str().bytes().filter(u8::is_ascii_digit);
        let value = digits
            .into_iter()
            .try_fold(0u32, |value, digit| value.checked_mul(10)?.checked_add(u32::from(digit.checked_sub(b'0')?)));
        value.unwrap_or_else(|| {
            let message = format!("a whole number here is at most {}", u32::MAX);
            self.complain(Diagnostic::new(Code::BadNumber, place(pair), message));
            0
        })
    }

    /// The first whole number among the children.
    pub(super) fn integer_of(&self, pair: &Pair<'_, Rule>) -> Option<u32> {
        Some(self.integer(&pair.child(Rule::integer)?))
    }

    /// The value of a `text`: what stands between the quotes, escapes replaced.
    pub(super) fn text(&self, pair: &Pair<'_, Rule>) -> String {
        let written = pair.as_str();
        let inner = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(written);
        unescaped(self, inner, place(pair).start.saturating_add(1))
    }

    /// The value of a `date`.
    pub(super) fn date(&self, pair: &Pair<'_, Rule>) -> NaiveDate {
        read_date(pair.as_str()).unwrap_or_else(|| {
            self.no_such(pair, "day");
            NaiveDate::default()
        })
    }

    /// The first date among the children.
    pub(super) fn date_of(&self, pair: &Pair<'_, Rule>) -> Option<NaiveDate> {
        Some(self.date(&pair.child(Rule::date)?))
    }

    /// The value of a `time`.
    pub(super) fn time(&self, pair: &Pair<'_, Rule>) -> NaiveTime {
        read_time(pair.as_str()).unwrap_or_else(|| {
            self.no_such(pair, "time of day");
            NaiveTime::default()
        })
    }

    /// The value of an `instant`.
    pub(super) fn instant(&self, pair: &Pair<'_, Rule>) -> DateTime<FixedOffset> {
        read_instant(pair.as_str()).unwrap_or_else(|| {
            self.no_such(pair, "instant");
            DateTime::<FixedOffset>::default()
        })
    }

    /// The two times of `hours`.
    pub(super) fn hours(&self, pair: &Pair<'_, Rule>) -> Option<(NaiveTime, NaiveTime)> {
        let mut times = pair.all(Rule::time);
        Some((self.time(&times.next()?), self.time(&times.next()?)))
    }

    /// The days of a `date_range`.
    pub(super) fn date_range(&self, pair: &Pair<'_, Rule>) -> DateRange {
        let (from, to) = sides(pair, Rule::date);
        DateRange { from: from.map(|day| self.date(&day)), to: to.map(|day| self.date(&day)), span: self.span(pair) }
    }

    /// The value of a `duration`.
    pub(super) fn duration(&self, pair: &Pair<'_, Rule>) -> Option<Duration> {
        Some(Duration {
            count: self.integer_of(pair)?,
            unit: time_unit(&pair.child(Rule::time_unit)?)?,
            span: self.span(pair),
        })
    }

    /// The first duration among the children.
    pub(super) fn duration_of(&self, pair: &Pair<'_, Rule>) -> Option<Duration> {
        self.duration(&pair.child(Rule::duration)?)
    }

    fn no_such(&self, pair: &Pair<'_, Rule>, what: &str) {
        let message = format!("there is no {what} `{}`", pair.as_str());
        let told = Diagnostic::new(Code::BadDate, place(pair), message);
        self.complain(match pair.as_str() {
            "24:00" | "24:00:00" => told.help("midnight begins the next day: `22:00 .. 00:00`"),
            _ => told,
        });
    }
}

/// What stands before and after the `..` of a range.
pub(super) fn sides<'t>(range: &Pair<'t, Rule>, rule: Rule) -> (Option<Pair<'t, Rule>>, Option<Pair<'t, Rule>>) {
    let (mut from, mut to, mut past) = (None, None, false);
    for child in range.children() {
        match child.as_rule() {
            Rule::to_end_ => past = true,
            side if side == rule && past => to = Some(child),
            side if side == rule => from = Some(child),
            _ => {}
        }
    }
    (from, to)
}

/// The period of a `period`.
pub(super) fn period(pair: &Pair<'_, Rule>) -> Option<Period> {
    Some(match pair.children().next()?.as_rule() {
        Rule::day_ => Period::Day,
        Rule::week_ => Period::Week,
        Rule::month_ => Period::Month,
        Rule::quarter_ => Period::Quarter,
        Rule::half_year => Period::HalfYear,
        Rule::year_ => Period::Year,
        _ => return None,
    })
}

/// The periods that are counted in `3 calendar months`.
pub(super) fn periods(pair: &Pair<'_, Rule>) -> Option<Period> {
    pair.children().find_map(|child| {
        Some(match child.as_rule() {
            Rule::day_day => Period::Day,
            Rule::day_week => Period::Week,
            Rule::day_month => Period::Month,
            Rule::day_quarter => Period::Quarter,
            Rule::half_years => Period::HalfYear,
            Rule::day_year => Period::Year,
            _ => return None,
        })
    })
}

/// The first period among the children.
pub(super) fn period_of(pair: &Pair<'_, Rule>) -> Option<Period> {
    period(&pair.child(Rule::period)?)
}

/// The years or months of membership among the children.
pub(super) fn membership(pair: &Pair<'_, Rule>) -> Option<OwnPeriod> {
    pair.child(Rule::membership).map(|own| own_period(&own))
}

/// Whether years or months are counted from a day of the member's own.
pub(super) fn own_period(pair: &Pair<'_, Rule>) -> OwnPeriod {
    if pair.as_str().ends_with("month") { OwnPeriod::Month } else { OwnPeriod::Year }
}

/// What goes round, among the children: years or months of membership, or a period of the calendar.
pub(super) fn cycle_of(pair: &Pair<'_, Rule>) -> Option<Cycle> {
    Some(match membership(pair) {
        Some(each) => Cycle::Membership(each),
        None => Cycle::Calendar(period_of(pair)?),
    })
}

/// What a `to_end` ends with.
pub(super) fn to_end(pair: &Pair<'_, Rule>) -> Option<ToEnd> {
    Some(ToEnd { next: pair.has(Rule::next_), of: cycle_of(pair)? })
}

/// The unit of a `time_unit`.
pub(super) fn time_unit(pair: &Pair<'_, Rule>) -> Option<TimeUnit> {
    Some(match pair.children().next()?.as_rule() {
        Rule::day_second => TimeUnit::Second,
        Rule::day_minute => TimeUnit::Minute,
        Rule::day_hour => TimeUnit::Hour,
        Rule::day_day => TimeUnit::Day,
        Rule::day_week => TimeUnit::Week,
        Rule::day_month => TimeUnit::Month,
        Rule::day_quarter => TimeUnit::Quarter,
        Rule::day_year => TimeUnit::Year,
        _ => return None,
    })
}

/// A text with its escapes replaced; it begins at byte `start`.
pub(super) fn unescaped(build: &Build, inner: &str, start: u32) -> String {
    if !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut value = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        value.push_str(before);
        let (read, length) = read_escape(escape);
        if let Some(character) = read {
            value.push(character);
        } else {
            let from = start.saturating_add(super::build::offset(inner.len().saturating_sub(escape.len())));
            let to = from.saturating_add(super::build::offset(length));
            let written = escape.get(..length).unwrap_or(escape);
            build.complain(
                Diagnostic::new(Code::BadEscape, Span::new(from, to), format!("unknown escape `{written}`"))
                    .help("the escapes are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{1F600}`"),
            );
        }
        rest = escape.get(length..).unwrap_or("");
    }
    value.push_str(rest);
    value
}

/// The character that an escape stands for, and how long the escape is.
fn read_escape(escape: &str) -> (Option<char>, usize) {
    let mut rest = escape.chars().skip(1);
    match rest.next() {
        Some('"') => (Some('"'), 2),
        Some('\\') => (Some('\\'), 2),
        Some('n') => (Some('\n'), 2),
        Some('t') => (Some('\t'), 2),
        Some('u') => {
            let Some(end) = escape.find('}').filter(|_| rest.next() == Some('{')) else { return (None, 2) };
            let digits = escape.get(3..end).unwrap_or("");
            let hex = (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            let value = u32::from_str_radix(digits, 16).ok().filter(|_| hex).and_then(char::from_u32);
            (value, end.saturating_add(1))
        }
        Some(other) => (None, other.len_utf8().saturating_add(1)),
        None => (None, 1),
    }
}

fn field(text: &str, from: usize, to: usize) -> Option<u32> {
    text.get(from..to)?.parse().ok()
}

fn read_date(text: &str) -> Option<NaiveDate> {
    let year = i32::try_from(field(text, 0, 4)?).ok()?;
    NaiveDate::from_ymd_opt(year, field(text, 5, 7)?, field(text, 8, 10)?)
}

/// `10:00`, `10:00:30`, `10:00:30.5`
fn read_time(text: &str) -> Option<NaiveTime> {
    let seconds = if text.len() > 5 { field(text, 6, 8)? } else { 0 };
    let nanoseconds = match text.get(9..) {
        Some(fraction) if !fraction.is_empty() => format!("{fraction:0<9}").parse().ok()?,
        _ => 0,
    };
    NaiveTime::from_hms_nano_opt(field(text, 0, 2)?, field(text, 3, 5)?, seconds, nanoseconds)
}

fn read_instant(text: &str) -> Option<DateTime<FixedOffset>> {
    let (day, rest) = text.split_once('T')?;
    let at = rest.find(['Z', '+', '-'])?;
    let (time, zone) = rest.split_at_checked(at)?;
    let seconds = if zone == "Z" {
        0
    } else {
        let (hours, minutes) = (field(zone, 1, 3)?, field(zone, 4, 6)?);
        if minutes > 59 {
            return None;
        }
        let seconds = i32::try_from(hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?).ok()?;
        if zone.starts_with('-') { seconds.checked_neg()? } else { seconds }
    };
    FixedOffset::east_opt(seconds)?.from_local_datetime(&read_date(day)?.and_time(read_time(time)?)).single()
}
