//! What an expression can come to.

use core::cmp::Ordering;

use rust_decimal::Decimal;

use crate::amount;

/// A value at hand. Missing stands for what the host did not say; it makes whatever needs it missing too.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    Missing,
    Number(Decimal),
    /// A text and its symbol, 0 if it is not known to be one of the program's literals.
    Text(&'a str, u32),
    Bool(bool),
    /// Days since 1970.
    Date(i32),
    /// Microseconds since 1970.
    Instant(i64),
    /// Microseconds since midnight.
    Time(i64),
    /// Monday 0.
    Weekday(u8),
    /// A level of a ladder, the lowest 0.
    Level(u16, u16),
}

impl Value<'_> {
    pub fn number(self) -> Option<Decimal> {
        if let Value::Number(number) = self { Some(number) } else { None }
    }

    pub fn is_true(self) -> bool {
        matches!(self, Value::Bool(true))
    }

    pub fn is_missing(self) -> bool {
        matches!(self, Value::Missing)
    }

    /// How two values of one type stand to each other; nothing if either is missing.
    #[inline]
    pub fn order(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Value::Number(left), Value::Number(right)) => Some(amount::compare(left, right)),
            _ => self.order_of_others(other),
        }
    }

    fn order_of_others(self, other: Self) -> Option<Ordering> {
        Some(match (self, other) {
            (Value::Text(left, one), Value::Text(right, two)) => {
                if one != 0 && one == two {
                    Ordering::Equal
                } else {
                    left.cmp(right)
                }
            }
            (Value::Bool(left), Value::Bool(right)) => left.cmp(&right),
            (Value::Date(left), Value::Date(right)) => left.cmp(&right),
            (Value::Instant(left), Value::Instant(right)) | (Value::Time(left), Value::Time(right)) => left.cmp(&right),
            (Value::Weekday(left), Value::Weekday(right)) => left.cmp(&right),
            (Value::Level(one, left), Value::Level(two, right)) if one == two => left.cmp(&right),
            _ => return None,
        })
    }
}

/// A value that a member's state holds on its own.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Stored {
    #[default]
    Missing,
    Number(Decimal),
    Text(Box<str>),
    Bool(bool),
    Date(i32),
    Instant(i64),
    Time(i64),
    /// Only in explanations: a member's level is kept by its ladder.
    Level(u16, u16),
}

impl Stored {
    pub fn value(&self) -> Value<'_> {
        match self {
            Stored::Missing => Value::Missing,
            Stored::Number(number) => Value::Number(*number),
            Stored::Text(text) => Value::Text(text, 0),
            Stored::Bool(value) => Value::Bool(*value),
            Stored::Date(day) => Value::Date(*day),
            Stored::Instant(micros) => Value::Instant(*micros),
            Stored::Time(micros) => Value::Time(*micros),
            Stored::Level(ladder, level) => Value::Level(*ladder, *level),
        }
    }

    pub fn of(value: Value<'_>) -> Self {
        match value {
            Value::Missing => Stored::Missing,
            Value::Number(number) => Stored::Number(number),
            Value::Text(text, _) => Stored::Text(text.into()),
            Value::Bool(value) => Stored::Bool(value),
            Value::Date(day) => Stored::Date(day),
            Value::Instant(micros) => Stored::Instant(micros),
            Value::Time(micros) => Stored::Time(micros),
            Value::Level(ladder, level) => Stored::Level(ladder, level),
            // Weekdays are parts of dates and are never kept.
            Value::Weekday(day) => Stored::Number(Decimal::from(day)),
        }
    }
}
