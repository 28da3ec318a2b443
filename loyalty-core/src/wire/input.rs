//! What an event is read from: JSON text, or an object of the host's own that is read where it lies.
//!
//! The decoder says which fields it wants and is given each of them; it does not care what holds them. So a dict of
//! Python or an object of JavaScript goes straight into an event's slots, is held to the same rules and refused with
//! the same words as the same event in JSON.

use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::engine::error::EventError;
use crate::plan::layout::{EVENT_FIELDS_MAX, EVENT_LEVELS_MAX, EVENT_VALUES_MAX};
use crate::plan::print::Print;
use crate::time::{SECOND, date_of, rfc3339};

/// A place to read a value from. A host implements it for its own objects; nothing of what it gives is kept.
///
/// Every method reads the value that stands at the place. Errors are for what cannot be read at all (a text that is no
/// JSON, a host's object that throws); a value of a wrong type is told by [`Scalar`] and refused by the reader.
pub trait Input {
    /// Which of the methods below reads the value.
    ///
    /// # Errors
    ///
    /// What cannot be read at all.
    fn shape(&mut self) -> Result<Shape, EventError>;

    /// The value, if it is a single one; [`Scalar::Other`] for objects and lists.
    ///
    /// # Errors
    ///
    /// What cannot be read at all.
    fn scalar(&mut self) -> Result<Scalar<'_>, EventError>;

    /// The value, if it is a text that lies ready; else nothing, and the place stays before it. What this gives saves
    /// [`Input::scalar`] nearly all of its work, for most values are texts.
    #[inline]
    fn text(&mut self) -> Option<&str> {
        None
    }

    /// The same for a number by its decimal digits, as [`Scalar::Number`] has them.
    #[inline]
    fn digits(&mut self) -> Option<&str> {
        None
    }

    /// Looks at one of the wanted fields of an object, by its number, and leaves the place where it is. Nothing, if
    /// the object has no such field.
    ///
    /// # Errors
    ///
    /// What cannot be read at all.
    fn peek<T>(
        &mut self,
        wanted: &Fields,
        number: usize,
        take: impl FnOnce(&mut Self) -> T,
    ) -> Result<Option<T>, EventError>;

    /// Hands over each of the wanted fields that the object has, with its number. They may come in any order; but of
    /// several that `take` refuses, the refusal of the first wanted one is returned, so that an event is refused with
    /// the same words whatever the order of its keys.
    ///
    /// # Errors
    ///
    /// What cannot be read at all, or what `take` refused.
    fn fields(
        &mut self,
        wanted: &Fields,
        take: impl FnMut(usize, &mut Self) -> Result<(), EventError>,
    ) -> Result<(), Refused>;

    /// Hands over each item of a list with its number, in order.
    ///
    /// # Errors
    ///
    /// What cannot be read at all, or the first that `take` refused.
    fn items(&mut self, take: impl FnMut(usize, &mut Self) -> Result<(), EventError>) -> Result<(), EventError>;
}

/// What kind of value stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A missing value: `null`, `None`, `undefined`.
    Null,
    /// Anything that is neither of the others.
    Scalar,
    /// A list, to be read with [`Input::items`].
    List,
    /// An object, to be read with [`Input::fields`].
    Object,
}

/// A single value as a host has it.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar<'a> {
    /// A missing value.
    Null,
    /// True or false.
    Bool(bool),
    /// A number by its decimal digits, with an exponent or without: `-12.50`, `1e3`.
    Number(Cow<'a, str>),
    /// A whole number.
    Whole(i64),
    /// An exact number that the host has as such.
    Decimal(Decimal),
    /// A binary float, by the shortest digits that name it. It is taken as the number that these digits say, below
    /// 2⁵³; from there on a float no longer tells one whole number from the next.
    Float(Cow<'a, str>),
    /// A text.
    Text(Cow<'a, str>),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Instant(i64),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Anything else, in words: `an object`, `a list`.
    Other(Cow<'a, str>),
    /// A value of a type of the host's that no field is read from: what it is, and how the host's user mends that.
    Foreign {
        /// In words, such as `a date64 of Arrow`.
        what: Cow<'a, str>,
        /// The help of the refusal.
        help: Cow<'a, str>,
    },
}

impl Scalar<'_> {
    /// What an object is called in a refusal.
    pub const OBJECT: Scalar<'static> = Scalar::Other(Cow::Borrowed("an object"));
    /// What a list is called in a refusal.
    pub const LIST: Scalar<'static> = Scalar::Other(Cow::Borrowed("a list"));
    /// A text with one half of a surrogate pair, which no text can hold.
    pub const HALF: Scalar<'static> = Scalar::Other(Cow::Borrowed("a text with half a character"));

    /// The value as JSON would write it, for what was found in place of something else.
    pub(crate) fn shown(&self) -> String {
        match self {
            Scalar::Null => "null".to_owned(),
            Scalar::Bool(value) => value.to_string(),
            Scalar::Number(words)
            | Scalar::Float(words)
            | Scalar::Other(words)
            | Scalar::Foreign { what: words, .. } => words.clone().into_owned(),
            Scalar::Whole(number) => number.to_string(),
            Scalar::Decimal(number) => number.to_string(),
            Scalar::Text(text) => super::document::Document::from(&**text).to_string(),
            Scalar::Instant(micros) => format!("\"{}\"", rfc3339(*micros, 0)),
            Scalar::Date(day) => format!("\"{}\"", date_of(*day)),
            Scalar::Time(micros) => {
                let (seconds, rest) = (micros / SECOND, micros % SECOND);
                let part = if rest == 0 { String::new() } else { format!(".{rest:06}") };
                format!("\"{:02}:{:02}:{:02}{part}\"", seconds / 3_600, seconds / 60 % 60, seconds % 60)
            }
        }
    }
}

/// What [`Input::fields`] stops with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The number of the wanted field that was refused; nothing, if the object cannot be read at all.
    pub(crate) field: Option<usize>,
    pub(crate) error: EventError,
}

impl Refused {
    /// The object cannot be read.
    #[must_use]
    pub fn object(error: EventError) -> Self {
        Self { field: None, error }
    }

    /// `take` refused the wanted field of that number.
    #[must_use]
    pub fn field(number: usize, error: EventError) -> Self {
        Self { field: Some(number), error }
    }
}

/// How far a host has gone through an object of its own, before its fields are read where they lie: it is held to the limits of
/// JSON text, also where the program reads nothing. What holds itself, or the same again and again, is beyond them.
#[derive(Debug)]
pub struct Extent {
    values: usize,
}

impl Extent {
    /// Of an event with so many fields of its own.
    ///
    /// # Errors
    ///
    /// [`Refusal::TooManyFields`](crate::Refusal::TooManyFields).
    pub fn of(fields: usize) -> Result<Self, EventError> {
        if fields > EVENT_FIELDS_MAX { Err(EventError::too_many_fields()) } else { Ok(Self { values: fields }) }
    }

    /// Below it stands a list or an object of so many values; what is a field of the event stands on level 1.
    ///
    /// # Errors
    ///
    /// [`Refusal::TooDeep`](crate::Refusal::TooDeep); and [`Refusal::EventTooLarge`](crate::Refusal::EventTooLarge) for more
    /// values than any JSON text has room for.
    pub fn nested(&mut self, level: u32, values: usize) -> Result<(), EventError> {
        if level > EVENT_LEVELS_MAX {
            return Err(EventError::too_deep());
        }
        self.values = self.values.saturating_add(values);
        if self.values > EVENT_VALUES_MAX { Err(EventError::too_many_values()) } else { Ok(()) }
    }
}

/// The fields that a reader wants of an object.
#[derive(Debug, Clone)]
pub struct Fields {
    list: Cow<'static, [Field]>,
    /// Open addressing by [`Print::place`]: numbers from 1, zero for empty; the length is a power of two. Empty for short
    /// lists, which are gone through.
    table: Vec<u16>,
}

/// A wanted field.
#[derive(Debug, Clone)]
struct Field {
    name: Cow<'static, str>,
    key: u32,
    print: Print,
}

/// What every event says of itself, whatever its type: the first of [`crate::Program::keys`].
pub const ENVELOPE: [&str; 6] = ["type", "id", "member", "revision", "at", "currency"];

impl Fields {
    /// The envelope, for readers that have no program.
    pub(crate) const fn envelope() -> Self {
        const fn field(key: usize) -> Field {
            #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which would refuse it")]
            Field { name: Cow::Borrowed(ENVELOPE[key]), key: key as u32, print: Print::of(ENVELOPE[key].as_bytes()) }
        }
        const LIST: &[Field] = &[field(0), field(1), field(2), field(3), field(4), field(5)];
        Self { list: Cow::Borrowed(LIST), table: Vec::new() }
    }

    /// Fields by name; `keys` gives each name a number, the same for every list that is made with it.
    pub(crate) fn new<'n>(names: impl IntoIterator<Item = &'n str>, keys: &mut Vec<Box<str>>) -> Self {
        let mut list = Vec::new();
        for name in names {
            let key = keys.iter().position(|key| **key == *name).unwrap_or_else(|| {
                keys.push(name.into());
                keys.len() - 1
            });
            let print = Print::of(name.as_bytes());
            list.push(Field { name: Cow::Owned(name.to_owned()), key: key as u32, print });
        }
        let mut table = vec![0; (list.len() * 4).next_power_of_two()];
        let mask = table.len() - 1;
        for (number, field) in list.iter().enumerate() {
            let mut at = field.print.place() & mask;
            while table.get(at).is_some_and(|number| *number != 0) {
                at = (at + 1) & mask;
            }
            if let Some(place) = table.get_mut(at) {
                *place = number as u16 + 1;
            }
        }
        Self { list: Cow::Owned(list), table }
    }

    /// How many are wanted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether none is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The number of a field in [`crate::Program::keys`], by its number here: hosts that make their own form of a key
    /// once find it by this.
    #[must_use]
    pub fn key(&self, number: usize) -> usize {
        self.list.get(number).map_or(usize::MAX, |field| field.key as usize)
    }

    /// The name of a field by its number.
    #[must_use]
    pub fn name(&self, number: usize) -> &str {
        self.list.get(number).map_or("", |field| &field.name)
    }

    /// The number of a field by its name.
    #[must_use]
    pub fn find(&self, name: &[u8]) -> Option<usize> {
        self.find_print(Print::of(name), || name)
    }

    /// The number of a field by the print of its name, and by its name where the print does not hold all of it.
    #[inline]
    pub(crate) fn find_print<'n>(&self, print: Print, name: impl Fn() -> &'n [u8]) -> Option<usize> {
        let is = |field: &Field| field.print == print && (print.is_whole() || field.name.as_bytes() == name());
        let Some(mask) = self.table.len().checked_sub(1) else { return self.list.iter().position(is) };
        let mut at = print.place() & mask;
        loop {
            let number = usize::from(*self.table.get(at)?).checked_sub(1)?;
            if self.list.get(number).is_some_and(is) {
                return Some(number);
            }
            at = (at + 1) & mask;
        }
    }
}
