//! Days and times of day as a language writes them, by the Gregorian calendar.

use chrono::{Datelike, NaiveDate};

use super::{Field, Locale};

/// How fully a day is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    Full,
    Long,
    Medium,
    Short,
}

impl Length {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "full" => Self::Full,
            "long" => Self::Long,
            "medium" => Self::Medium,
            "short" => Self::Short,
            _ => return None,
        })
    }
}

const MINUTE: i64 = 60_000_000;

impl Locale {
    /// A day.
    pub fn date(self, day: NaiveDate, length: Length) -> String {
        let pattern = self.field(Field::Dates).split('|').nth(length as usize).unwrap_or("");
        self.moment(pattern, day, 0)
    }

    /// A time of day, in microseconds since midnight: hours and minutes.
    pub fn time(self, micros: i64) -> String {
        self.moment(self.field(Field::Time), NaiveDate::default(), micros / MINUTE)
    }

    /// A day and a time of it.
    pub fn date_and_time(self, day: NaiveDate, micros: i64, length: Length) -> String {
        let joined = self.field(Field::DateAndTime).replace("{1}", &self.date(day, length));
        joined.replace("{0}", &self.time(micros))
    }

    /// A day of the week, Monday 0.
    pub fn weekday(self, day: u8) -> &'static str {
        self.field(Field::WeekdaysWide).split('|').nth(usize::from(day)).unwrap_or("")
    }

    fn moment(self, pattern: &str, day: NaiveDate, minutes: i64) -> String {
        let mut text = String::new();
        let mut rest = pattern;
        while let Some(next) = rest.chars().next() {
            if next == '\'' {
                // Quoted words; a doubled quote is one.
                let after = rest.get(1..).unwrap_or("");
                let end = after.find('\'').unwrap_or(after.len());
                text.push_str(if end == 0 { "'" } else { after.get(..end).unwrap_or("") });
                rest = after.get(end.saturating_add(1)..).unwrap_or("");
                continue;
            }
            let same = rest.chars().take_while(|other| *other == next).count();
            let length = same.saturating_mul(next.len_utf8());
            if next.is_ascii_alphabetic() {
                self.letter(&mut text, next, same, day, minutes);
            } else {
                text.push_str(rest.get(..length).unwrap_or(""));
            }
            rest = rest.get(length..).unwrap_or("");
        }
        self.digits(&text)
    }

    /// What a letter of a pattern, written so many times, stands for.
    fn letter(self, text: &mut String, letter: char, times: usize, day: NaiveDate, minutes: i64) {
        let name = |field: Field, number: usize| self.field(field).split('|').nth(number).unwrap_or("");
        let month = |short: Field| match self.field(short) {
            "" => name(Field::MonthsWide, day.month0() as usize),
            _ => name(short, day.month0() as usize),
        };
        let (hour, minute) = (minutes / 60, minutes % 60);
        let number = match letter {
            'y' if times == 2 => i64::from(day.year() % 100),
            'y' | 'u' => i64::from(day.year()),
            'M' | 'L' if times >= 3 => {
                text.push_str(match (letter, times) {
                    (_, 3) => month(Field::MonthsShort),
                    ('L', _) => month(Field::MonthsAlone),
                    _ => month(Field::MonthsWide),
                });
                return;
            }
            'M' | 'L' => i64::from(day.month()),
            'd' => i64::from(day.day()),
            'E' | 'c' => {
                let number = day.weekday().num_days_from_monday() as usize;
                text.push_str(name(if times == 4 { Field::WeekdaysWide } else { Field::WeekdaysShort }, number));
                return;
            }
            'h' => (hour + 11) % 12 + 1,
            'H' => hour,
            'K' => hour % 12,
            'm' => minute,
            'a' | 'b' | 'B' => {
                text.push_str(name(Field::Halves, usize::from(hour >= 12)));
                return;
            }
            // Eras and zones are not told.
            _ => return,
        };
        text.push_str(&if times == 2 { format!("{number:02}") } else { number.to_string() });
    }
}
