//! How far days and instants are from each other, and what lies so far from one.

use rust_decimal::Decimal;

use super::Scope;
use super::worked::whole_months;
use crate::calendar::Calendar;
use crate::check::model::{Length, TimeUnit};
use crate::engine::value::Value;
use crate::time::{DAY, FIRST_DAY, LAST_DAY, SECOND};

impl<'a> Scope<'a> {
    /// Whole units from one instant or day to another.
    pub(super) fn apart(&self, unit: TimeUnit, from: Value<'a>, to: Value<'a>) -> Value<'a> {
        let calendar = &self.plan.calendar;
        let day_of = |end: &Value<'a>| match *end {
            Value::Instant(at) if at == self.at => Some(self.day),
            Value::Instant(at) => Some(calendar.day_at(at)),
            Value::Date(day) => Some(day),
            _ => None,
        };
        let (Some(first), Some(last)) = (day_of(&from), day_of(&to)) else { return Value::Missing };
        let days = i64::from(last) - i64::from(first);
        let units = match unit {
            TimeUnit::Day => days,
            TimeUnit::Week => days / 7,
            TimeUnit::Month => whole_months(first, last),
            TimeUnit::Quarter => whole_months(first, last) / 3,
            TimeUnit::Year => whole_months(first, last) / 12,
            TimeUnit::Hour | TimeUnit::Minute | TimeUnit::Second => {
                let instant = |end: Value<'a>, day: i32| match end {
                    Value::Instant(at) => at,
                    _ => calendar.start_of(day),
                };
                let micros = match unit {
                    TimeUnit::Hour => DAY / 24,
                    TimeUnit::Minute => 60 * SECOND,
                    _ => SECOND,
                };
                instant(to, last).saturating_sub(instant(from, first)) / micros
            }
        };
        Value::Number(Decimal::from(units))
    }

    /// An instant or a day so much later or earlier.
    pub(super) fn moved(&self, of: Value<'a>, by: Length, back: bool) -> Value<'a> {
        let calendar = &self.plan.calendar;
        match (of, back) {
            (Value::Date(day), false) => Value::Date(Calendar::day_plus(day, by).clamp(FIRST_DAY, LAST_DAY)),
            (Value::Date(day), true) => Value::Date(Calendar::day_minus(day, by).clamp(FIRST_DAY, LAST_DAY)),
            (Value::Instant(at), false) => Value::Instant(calendar.plus(at, by)),
            (Value::Instant(at), true) => Value::Instant(calendar.minus(at, by)),
            _ => Value::Missing,
        }
    }
}
