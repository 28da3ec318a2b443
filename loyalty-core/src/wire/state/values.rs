//! Plain values of saved state.

use rust_decimal::Decimal;

use super::StateError;
use super::saved::saved;
use crate::check::model::{Length, TimeUnit};
use crate::engine::log::Log;
use crate::engine::lots::{Expiry, Vesting};
use crate::engine::value::Stored;
use crate::plan::layout::{FieldKind, SlotLayout};
use crate::time::{FIRST_DAY, LAST_DAY};

/// A decimal: its digits as a text in JSON.
#[derive(Clone, Copy, Default)]
pub struct Amount(pub Decimal);

/// An instant: RFC 3339 in UTC in JSON.
#[derive(Clone, Copy, Default)]
pub struct Moment(pub i64);

#[derive(Default)]
pub enum SavedValue {
    Number(Amount),
    Money(Amount),
    Text(String),
    Bool(bool),
    /// Days since 1970.
    Date(i32),
    Instant(Moment),
    /// Microseconds since midnight.
    Time(i64),
    #[default]
    Missing,
}

saved! {
    SavedValue: "number" = Number(number), "money" = Money(number), "text" = Text(text), "bool" = Bool(set), "date" = Date(day), "instant" = Instant(at),
    "time" = Time(micros), "missing" = Missing
}

impl SavedValue {
    pub fn of(value: &Stored) -> Self {
        match value {
            Stored::Missing => SavedValue::Missing,
            Stored::Number(number) => SavedValue::Number(Amount(*number)),
            Stored::Text(text) => SavedValue::Text(text.to_string()),
            Stored::Bool(value) => SavedValue::Bool(*value),
            Stored::Date(day) => SavedValue::Date(*day),
            Stored::Instant(at) => SavedValue::Instant(Moment(*at)),
            Stored::Time(micros) => SavedValue::Time(*micros),
            // Never kept: see `Stored`.
            Stored::Level(..) => SavedValue::Missing,
        }
    }

    /// The same of an attribute: what is money says so.
    pub fn of_field(value: &Stored, field: &SlotLayout) -> Self {
        match Self::of(value) {
            SavedValue::Number(number) if field.money => SavedValue::Money(number),
            value => value,
        }
    }

    /// Whether it is of the type that a field has. A number that is whole is one of either kind.
    pub fn fits(&self, field: &SlotLayout) -> bool {
        match (self, field.kind) {
            (SavedValue::Missing, _)
            | (SavedValue::Text(_), FieldKind::Text)
            | (SavedValue::Bool(_), FieldKind::Bool)
            | (SavedValue::Date(_), FieldKind::Date)
            | (SavedValue::Instant(_), FieldKind::Instant)
            | (SavedValue::Time(_), FieldKind::Time) => true,
            (SavedValue::Number(number), FieldKind::Number { whole, .. }) => {
                !field.money && (!whole || number.0.is_integer())
            }
            (SavedValue::Money(_), FieldKind::Number { .. }) => field.money,
            _ => false,
        }
    }

    /// The words for its type.
    pub fn said(&self) -> &'static str {
        match self {
            SavedValue::Number(_) => "a number",
            SavedValue::Money(_) => "money",
            SavedValue::Text(_) => "a text",
            SavedValue::Bool(_) => "true or false",
            SavedValue::Date(_) => "a date",
            SavedValue::Instant(_) => "an instant",
            SavedValue::Time(_) => "a time of day",
            SavedValue::Missing => "nothing",
        }
    }

    pub fn stored(&self) -> Result<Stored, StateError> {
        Ok(match self {
            SavedValue::Missing => Stored::Missing,
            SavedValue::Number(number) | SavedValue::Money(number) => Stored::Number(number.0),
            SavedValue::Text(text) => Stored::Text(text.as_str().into()),
            SavedValue::Bool(value) => Stored::Bool(*value),
            // A program may write the year 0.
            SavedValue::Date(day) if (FIRST_DAY - 366..=LAST_DAY).contains(day) => Stored::Date(*day),
            SavedValue::Date(_) => return Err(StateError::new("a date that is not of four digits' years")),
            SavedValue::Instant(at) => Stored::Instant(at.0),
            SavedValue::Time(micros) => Stored::Time(*micros),
        })
    }
}

/// The event that a lot comes from: its place among the remembered ones, or the digest of its id.
#[derive(Clone, Copy)]
pub enum SavedSource {
    Event(u32),
    Digest(u64),
}

saved! { SavedSource: "event" = Event(place), "digest" = Digest(digest) }

impl Default for SavedSource {
    fn default() -> Self {
        Self::Event(0)
    }
}

impl SavedSource {
    /// The digest of the event's id, told from those of the remembered ones.
    pub fn digest(self, log: &Log) -> Option<u64> {
        match self {
            SavedSource::Event(place) => log.hash_at(place as usize),
            SavedSource::Digest(digest) => Some(digest),
        }
    }

    /// Where the event stands among the remembered ones; zero if it is none of them.
    pub fn place(self) -> u32 {
        if let SavedSource::Event(place) = self { place } else { 0 }
    }
}

#[derive(Default)]
pub enum SavedVesting {
    #[default]
    Done,
    At(Moment),
    /// The event by its place in the saved table of names.
    On(u16, Moment),
}

saved! { SavedVesting: "done" = Done, "at" = At(at), "on" = On(event, deadline) }

impl SavedVesting {
    pub fn of(vesting: Vesting, mut event_place: impl FnMut(u16) -> u16) -> Self {
        match vesting {
            Vesting::Done => SavedVesting::Done,
            Vesting::At(at) => SavedVesting::At(Moment(at)),
            Vesting::On { event, deadline } => SavedVesting::On(event_place(event), Moment(deadline)),
        }
    }

    /// Points that wait for an event that is no more keep waiting until their deadline.
    pub fn vesting(&self, event: impl Fn(u16) -> Option<u16>) -> Vesting {
        match self {
            SavedVesting::Done => Vesting::Done,
            SavedVesting::At(at) => Vesting::At(at.0),
            SavedVesting::On(place, deadline) => {
                Vesting::On { event: event(*place).unwrap_or(u16::MAX), deadline: deadline.0 }
            }
        }
    }
}

#[derive(Default)]
pub enum SavedExpiry {
    #[default]
    Never,
    Open,
    At(Moment),
    /// A form by its place in the wallet's saved list of activity.
    Inactivity(u16),
    AfterVesting(u32, SavedUnit),
    /// That form, and when points have run out by it.
    Lapsed(u16, Moment),
    /// By that form, but not before an instant.
    AtLeast(u16, Moment),
}

saved! {
    SavedExpiry: "never" = Never, "open" = Open, "at" = At(at), "inactivity" = Inactivity(form),
    "after_vesting" = AfterVesting(count, unit), "lapsed" = Lapsed(form, at), "at_least" = AtLeast(form, until)
}

#[derive(Default, Clone, Copy)]
pub enum SavedUnit {
    Second,
    Minute,
    Hour,
    #[default]
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

saved! {
    SavedUnit: "second" = Second, "minute" = Minute, "hour" = Hour, "day" = Day, "week" = Week, "month" = Month,
    "quarter" = Quarter, "year" = Year
}

const UNITS: [(SavedUnit, TimeUnit); 8] = [
    (SavedUnit::Second, TimeUnit::Second),
    (SavedUnit::Minute, TimeUnit::Minute),
    (SavedUnit::Hour, TimeUnit::Hour),
    (SavedUnit::Day, TimeUnit::Day),
    (SavedUnit::Week, TimeUnit::Week),
    (SavedUnit::Month, TimeUnit::Month),
    (SavedUnit::Quarter, TimeUnit::Quarter),
    (SavedUnit::Year, TimeUnit::Year),
];

impl SavedUnit {
    /// The unit with that number.
    pub fn of(number: u8) -> Option<Self> {
        UNITS.get(usize::from(number)).map(|(saved, _)| *saved)
    }
}

impl SavedExpiry {
    pub fn of(expiry: Expiry) -> Self {
        match expiry {
            Expiry::Never => SavedExpiry::Never,
            Expiry::Open => SavedExpiry::Open,
            Expiry::At(at) => SavedExpiry::At(Moment(at)),
            Expiry::Inactivity(form) => SavedExpiry::Inactivity(form),
            Expiry::Lapsed { form, at } => SavedExpiry::Lapsed(form, Moment(at)),
            Expiry::AtLeast { form, until } => SavedExpiry::AtLeast(form, Moment(until)),
            Expiry::AfterVesting(length) => {
                let unit = UNITS.iter().find(|(_, unit)| *unit == length.unit);
                SavedExpiry::AfterVesting(length.count, unit.map_or(SavedUnit::Day, |(saved, _)| *saved))
            }
        }
    }

    /// Points under a form of inactivity that the program no longer has do not run out.
    pub fn expiry(&self, form: impl Fn(u16) -> Option<usize>) -> Expiry {
        match self {
            SavedExpiry::Never => Expiry::Never,
            SavedExpiry::Open => Expiry::Open,
            SavedExpiry::At(at) => Expiry::At(at.0),
            SavedExpiry::Inactivity(place) => {
                form(*place).map_or(Expiry::Never, |form| Expiry::Inactivity(form as u16))
            }
            SavedExpiry::AtLeast(place, until) => {
                form(*place).map_or(Expiry::Never, |form| Expiry::AtLeast { form: form as u16, until: until.0 })
            }
            SavedExpiry::Lapsed(place, at) => {
                form(*place).map_or(Expiry::At(at.0), |form| Expiry::Lapsed { form: form as u16, at: at.0 })
            }
            SavedExpiry::AfterVesting(count, unit) => {
                let unit = UNITS.iter().find(|(saved, _)| *saved as u8 == *unit as u8);
                Expiry::AfterVesting(Length { count: *count, unit: unit.map_or(TimeUnit::Day, |(_, unit)| *unit) })
            }
        }
    }
}
