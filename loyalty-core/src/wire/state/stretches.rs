//! The stretches of time that a counter counts by, in words: a program that counts by others finds in which of its own
//! each lies.

use core::fmt;

use chrono::{NaiveDate, Weekday};

use crate::calendar::Calendar;
use crate::check::model::{Period, Window, month_name, weekday_name};
use crate::engine::tally;
use crate::plan::{Grain, Plan, period_name};
use crate::time::{date_of, day_of, day_written};

const PERIODS: [Period; 5] = [Period::Week, Period::Month, Period::Quarter, Period::HalfYear, Period::Year];

/// What the keys of a counter's entries stand for.
pub struct Stretches<'p> {
    grain: Grain,
    calendar: std::borrow::Cow<'p, Calendar>,
    /// With which day a week begins, and with which month a year.
    begins: (Weekday, u32),
    /// Of what is counted as one number: the days that count, both included.
    range: (Option<NaiveDate>, Option<NaiveDate>),
}

/// Where among other stretches one of these is.
pub enum Found {
    /// As a whole within the one with that key.
    Within(i64),
    /// In several as long as itself, of which that one holds its end.
    Across(i64),
    /// In none of them, or they are shorter: nobody knows how much of it is in which.
    Outside,
}

impl<'p> Stretches<'p> {
    pub fn of(plan: &'p Plan, tally: u32) -> Self {
        let ranges = plan.measures.iter().filter(|measure| measure.tally == Some(tally));
        // Forms with different ranges do not share one number.
        let range = ranges.flat_map(|measure| &measure.forms).find_map(|form| match form.value.window {
            Window::Range { from, to } => Some((from, to)),
            _ => None,
        });
        let grain = plan.grain(tally);
        let range = range.filter(|_| grain == Grain::Ever).unwrap_or_default();
        let begins = (plan.settings.week_start, plan.settings.year_start);
        Self { grain, calendar: std::borrow::Cow::Borrowed(&plan.calendar), begins, range }
    }

    /// What saved words say, in the zone of the program.
    pub fn read(words: &str, plan: &Plan) -> Option<Self> {
        let mut words = words.split(' ');
        let grain = words.next()?;
        let (mut begins, mut range) = ((Weekday::Mon, 1), (None, None));
        let grain = match grain {
            "ever" => Grain::Ever,
            "day" => Grain::Day,
            "instant" => Grain::Instant,
            period => Grain::Period(PERIODS.into_iter().find(|known| period_name(*known) == period)?),
        };
        while let Some(word) = words.next() {
            let value = words.next()?;
            match (word, grain) {
                ("from", Grain::Ever) => range.0 = Some(date_of(day_written(value)?)),
                ("to", Grain::Ever) => range.1 = Some(date_of(day_written(value)?)),
                ("from", Grain::Period(Period::Week)) => {
                    let day = (0..7_u8).find(|day| weekday_name(*day) == value)?;
                    begins.0 = Weekday::try_from(day).ok()?;
                }
                ("from", Grain::Period(_)) => begins.1 = (1..=12).find(|month| month_name(*month) == value)?,
                _ => return None,
            }
        }
        let calendar = std::borrow::Cow::Owned(Calendar::new(plan.settings.zone, begins));
        Some(Self { grain, calendar, begins, range })
    }

    /// Its first and last day.
    fn days(&self, key: i64) -> (i32, i32) {
        match self.grain {
            Grain::Ever => (self.range.0.map_or(i32::MIN, day_of), self.range.1.map_or(i32::MAX, day_of)),
            Grain::Period(period) => {
                let first = |key: i64| self.calendar.first_day(period, key);
                (first(key), first(key.saturating_add(1)).saturating_sub(1))
            }
            Grain::Day => (key as i32, key as i32),
            Grain::Instant => (self.calendar.day_at(key), self.calendar.day_at(key)),
        }
    }

    /// Under which key something is counted.
    fn key(&self, at: i64, day: i32) -> i64 {
        tally::key(self.grain, &self.calendar, at, day)
    }

    /// In which of others one lies, seen from an instant: what has not ended yet counts as if it ended now.
    pub fn find(&self, key: i64, others: &Stretches<'_>, now: i64) -> Found {
        let (first, last) = self.days(key);
        let end = last.min(first.max(others.calendar.day_at(now)));
        if self.grain == Grain::Instant {
            return match others.grain {
                Grain::Instant => Found::Within(key),
                _ => others.hold(others.key(key, first), (first, last), first),
            };
        }
        match others.grain {
            Grain::Instant => Found::Outside,
            // All time lies in nothing that ends.
            _ if self.grain == Grain::Ever && others.grain != Grain::Ever => Found::Outside,
            _ => others.hold(others.key(0, end), (first, last), end),
        }
    }

    /// Whether so many days lie in the stretch of that key, which is the one around their end.
    fn hold(&self, key: i64, (first, last): (i32, i32), end: i32) -> Found {
        let (from, to) = self.days(key);
        let days = |first: i32, last: i32| i64::from(last) - i64::from(first);
        match (from..=to).contains(&end) {
            true if from <= first && last <= to => Found::Within(key),
            // Months, and years, are of several lengths.
            true if days(from, to) + 3 >= days(first, last) => Found::Across(key),
            _ => Found::Outside,
        }
    }

    /// Whether something of that instant is counted among others where it would be now.
    pub fn keeps(&self, others: &Stretches<'_>, (at, day): (i64, i32), now: i64) -> bool {
        match self.find(self.key(at, day), others, now) {
            Found::Within(key) | Found::Across(key) => key == others.key(at, day),
            Found::Outside => false,
        }
    }
}

impl fmt::Display for Stretches<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (week, year) = self.begins;
        match self.grain {
            Grain::Ever => {
                formatter.write_str("ever")?;
                self.range.0.map_or(Ok(()), |from| write!(formatter, " from {from}"))?;
                self.range.1.map_or(Ok(()), |to| write!(formatter, " to {to}"))
            }
            Grain::Day => formatter.write_str("day"),
            Grain::Instant => formatter.write_str("instant"),
            Grain::Period(period) => {
                formatter.write_str(period_name(period))?;
                match period {
                    Period::Week if week != Weekday::Mon => {
                        write!(formatter, " from {}", weekday_name(week.num_days_from_monday() as u8))
                    }
                    Period::Quarter | Period::HalfYear | Period::Year if year != 1 => {
                        write!(formatter, " from {}", month_name(year))
                    }
                    _ => Ok(()),
                }
            }
        }
    }
}
