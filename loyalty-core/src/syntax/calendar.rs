//! The words of the calendar, as the language reads them and its messages and explanations write them.

use std::fmt;

use chrono::Weekday;

use crate::syntax::tree::{Cycle, OwnPeriod, Period, TimeUnit, ToEnd};

/// From Monday, as `Weekday::num_days_from_monday` counts.
pub const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const DAYS: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// From January.
pub const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The weekday of that name.
pub fn weekday(name: &str) -> Option<Weekday> {
    WEEKDAYS.iter().zip(DAYS).find(|(own, _)| **own == name).map(|(_, day)| day)
}

/// The name of the weekday with that number, Monday 0; nothing where there is none.
pub fn weekday_name(number: u8) -> &'static str {
    WEEKDAYS.get(usize::from(number)).copied().unwrap_or("")
}

/// The number of the month of that name, from 1.
pub fn month(name: &str) -> Option<u32> {
    (1..).zip(MONTHS).find(|(_, own)| *own == name).map(|(number, _)| number)
}

/// The name of the month with that number, from 1; nothing where there is none.
pub fn month_name(number: u32) -> &'static str {
    number.checked_sub(1).and_then(|before| MONTHS.get(before as usize)).copied().unwrap_or("")
}

impl Period {
    /// As a program writes it.
    pub fn word(self) -> &'static str {
        match self {
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
            Period::Quarter => "quarter",
            Period::HalfYear => "half year",
            Period::Year => "year",
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

impl OwnPeriod {
    /// The period of the calendar that is as long.
    pub fn as_long_as(self) -> Period {
        match self {
            Self::Month => Period::Month,
            Self::Year => Period::Year,
        }
    }

    pub fn unit(self) -> TimeUnit {
        match self {
            Self::Month => TimeUnit::Month,
            Self::Year => TimeUnit::Year,
        }
    }
}

impl fmt::Display for OwnPeriod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_long_as().fmt(formatter)
    }
}

impl Cycle {
    /// The period of the calendar that is as long.
    pub fn as_long_as(self) -> Period {
        match self {
            Self::Calendar(period) => period,
            Self::Membership(each) => each.as_long_as(),
        }
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Calendar(period) => write!(formatter, "{period}"),
            Self::Membership(each) => write!(formatter, "membership {each}"),
        }
    }
}

impl fmt::Display for ToEnd {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.next { "to end of next " } else { "to end of " })?;
        self.of.fmt(formatter)
    }
}

impl TimeUnit {
    /// One of it, as a program writes it.
    pub fn word(self) -> &'static str {
        match self {
            TimeUnit::Second => "second",
            TimeUnit::Minute => "minute",
            TimeUnit::Hour => "hour",
            TimeUnit::Day => "day",
            TimeUnit::Week => "week",
            TimeUnit::Month => "month",
            TimeUnit::Quarter => "quarter",
            TimeUnit::Year => "year",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_its_number_find_each_other() {
        for (number, day) in (0..).zip(DAYS) {
            assert_eq!(u32::from(number), day.num_days_from_monday());
            assert_eq!(weekday(weekday_name(number)), Some(day));
        }
        for number in 1..=12 {
            assert_eq!(month(month_name(number)), Some(number));
        }
        assert_eq!((weekday("someday"), month("monthly")), (None, None));
        assert_eq!((weekday_name(7), month_name(0), month_name(13)), ("", "", ""));
    }
}
