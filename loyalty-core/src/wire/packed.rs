//! A packed event as an input: what a host writes whose objects cannot be read in place cheaply, in one text.
//!
//! The host knows which fields are wanted, writes those that an object has in the order of their numbers, and says of each
//! value what it is; whether that is right is for the decoder to say. A text costs a border one call, where reading an object
//! in place costs one for each field.
//!
//! | written | is |
//! | --- | --- |
//! | `{`, fields, U+0001 | an object; a field is the character U+0020 + its number, and its value |
//! | `{`, U+0002, `f`, `l` or `v`, fields, U+0001 | the same of one that has more fields, levels or values than an event may have |
//! | `[`, items, U+0001 | a list |
//! | `t`, a text, NUL | a text |
//! | `q`, a text as in JSON, NUL | the same for a text with NUL in it |
//! | `w`, digits, NUL | a whole number, of any size |
//! | `f`, digits, NUL | a binary float, by its shortest digits |
//! | `i`, digits, NUL | an instant, in milliseconds since 1970 |
//! | `y`, `n`, `z` | true, false, null |
//! | `h` | a text with half a character |
//! | `o`, words, NUL | anything else |

use std::borrow::Cow;

use crate::engine::error::EventError;
use crate::wire::input::{Fields, Input, Refused, Scalar, Shape};
use crate::wire::scan::Tree;

const FIRST_FIELD: u32 = 0x20;
const END: u8 = 1;
const BEYOND: u8 = 2;

/// A place in a packed text.
#[derive(Debug, Clone)]
pub struct Packed<'a> {
    text: &'a str,
    at: usize,
}

/// Nobody but a host of our own writes this form, and none writes it so.
fn malformed() -> EventError {
    EventError::unreadable("a packed event that breaks off")
}

impl<'a> Packed<'a> {
    /// The place before the one object of a text.
    pub fn new(text: &'a str) -> Result<Self, EventError> {
        if text.starts_with('{') { Ok(Self { text, at: 0 }) } else { Err(malformed()) }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The letter of a value.
    fn letter(&mut self) -> Result<u8, EventError> {
        let letter = self.byte().ok_or_else(malformed)?;
        self.at += 1;
        Ok(letter)
    }

    /// What stands before the next NUL.
    fn up_to_nul(&mut self) -> Result<&'a str, EventError> {
        let rest = self.text.get(self.at..).ok_or_else(malformed)?;
        let length = rest.bytes().position(|byte| byte == 0).ok_or_else(malformed)?;
        self.at += length + 1;
        rest.get(..length).ok_or_else(malformed)
    }

    /// The limit that an object is beyond, behind its letter.
    fn beyond(&mut self) -> Result<Option<EventError>, EventError> {
        if self.byte() != Some(BEYOND) {
            return Ok(None);
        }
        self.at += 1;
        Ok(Some(match self.letter()? {
            b'f' => EventError::too_many_fields(),
            b'l' => EventError::too_deep(),
            b'v' => EventError::too_many_values(),
            _ => return Err(malformed()),
        }))
    }

    /// The number of the next field; nothing at the end of the object.
    fn field(&mut self) -> Result<Option<usize>, EventError> {
        let mark = self.text.get(self.at..).and_then(|rest| rest.chars().next()).ok_or_else(malformed)?;
        self.at += mark.len_utf8();
        Ok((u32::from(mark) != u32::from(END)).then(|| (mark as u32).wrapping_sub(FIRST_FIELD) as usize))
    }

    /// Whether another item follows.
    fn item(&mut self) -> Result<bool, EventError> {
        let ended = self.byte().ok_or_else(malformed)? == END;
        self.at += usize::from(ended);
        Ok(!ended)
    }

    /// Passes over a value. Wanted fields have single values in their items, so nothing is nested deeper than that.
    fn pass(&mut self, levels: u8) -> Result<(), EventError> {
        let levels = levels.checked_sub(1).ok_or_else(malformed)?;
        match self.letter()? {
            b'{' => {
                self.beyond()?;
                while self.field()?.is_some() {
                    self.pass(levels)?;
                }
            }
            b'[' => {
                while self.item()? {
                    self.pass(levels)?;
                }
            }
            b'y' | b'n' | b'z' | b'h' => {}
            _ => drop(self.up_to_nul()?),
        }
        Ok(())
    }

    fn pass_value(&mut self) -> Result<(), EventError> {
        self.pass(4)
    }
}

impl Input for Packed<'_> {
    fn shape(&mut self) -> Result<Shape, EventError> {
        Ok(match self.byte() {
            Some(b'z') => Shape::Null,
            Some(b'{') => Shape::Object,
            Some(b'[') => Shape::List,
            _ => Shape::Scalar,
        })
    }

    fn scalar(&mut self) -> Result<Scalar<'_>, EventError> {
        let start = self.at;
        Ok(match self.letter()? {
            b't' => Scalar::Text(Cow::Borrowed(self.up_to_nul()?)),
            b'q' => match Tree::read(self.up_to_nul()?) {
                Ok(Tree::Text(text)) => Scalar::Text(Cow::Owned(text.into_owned())),
                _ => return Err(malformed()),
            },
            b'w' => {
                let digits = self.up_to_nul()?;
                digits.parse().map_or(Scalar::Number(Cow::Borrowed(digits)), Scalar::Whole)
            }
            b'f' => Scalar::Float(Cow::Borrowed(self.up_to_nul()?)),
            b'i' => {
                let milliseconds: i64 = self.up_to_nul()?.parse().map_err(|_| malformed())?;
                Scalar::Instant(milliseconds.checked_mul(1_000).ok_or_else(malformed)?)
            }
            b'y' => Scalar::Bool(true),
            b'n' => Scalar::Bool(false),
            b'z' => Scalar::Null,
            b'h' => Scalar::HALF,
            b'o' => Scalar::Other(Cow::Borrowed(self.up_to_nul()?)),
            letter @ (b'{' | b'[') => {
                self.at = start;
                self.pass_value()?;
                if letter == b'{' { Scalar::OBJECT } else { Scalar::LIST }
            }
            _ => return Err(malformed()),
        })
    }

    fn text(&mut self) -> Option<&str> {
        let rest = self.text.get(self.at..)?.strip_prefix('t')?;
        let length = rest.bytes().position(|byte| byte == 0)?;
        self.at += length + 2;
        rest.get(..length)
    }

    fn peek<T>(
        &mut self,
        _: &Fields,
        number: usize,
        take: impl FnOnce(&mut Self) -> T,
    ) -> Result<Option<T>, EventError> {
        let start = self.at;
        self.letter()?;
        self.beyond()?;
        let mut taken = None;
        while let Some(field) = self.field()? {
            if field == number {
                taken = Some(take(self));
                break;
            }
            self.pass_value()?;
        }
        self.at = start;
        Ok(taken)
    }

    fn fields(
        &mut self,
        _: &Fields,
        mut take: impl FnMut(usize, &mut Self) -> Result<(), EventError>,
    ) -> Result<(), Refused> {
        self.letter().map_err(Refused::object)?;
        if let Some(refused) = self.beyond().map_err(Refused::object)? {
            return Err(Refused::object(refused));
        }
        while let Some(field) = self.field().map_err(Refused::object)? {
            let start = self.at;
            // Fields come in their order, so the first that is refused is the one to tell of.
            take(field, self).map_err(|error| Refused::field(field, error))?;
            if self.at == start {
                self.pass_value().map_err(Refused::object)?;
            }
        }
        Ok(())
    }

    fn items(&mut self, mut take: impl FnMut(usize, &mut Self) -> Result<(), EventError>) -> Result<(), EventError> {
        self.letter()?;
        let mut number = 0;
        while self.item()? {
            let start = self.at;
            take(number, self)?;
            if self.at == start {
                self.pass_value()?;
            }
            number += 1;
        }
        Ok(())
    }
}

/// A packed history: events one behind the other, each an object as above, or `j`, JSON text, NUL, or `o`, words, NUL for
/// what is neither.
pub struct PackedEvents<'a>(Packed<'a>);

/// One event of a packed history.
pub enum PackedEvent<'a> {
    Object(Packed<'a>),
    Json(&'a str),
    /// What came instead of an event.
    Other(&'a str),
}

impl<'a> PackedEvents<'a> {
    pub fn new(text: &'a str) -> Self {
        Self::from(text, 0)
    }

    /// Goes on from a place.
    pub fn from(text: &'a str, place: usize) -> Self {
        Self(Packed { text, at: place })
    }

    /// So many bytes lie behind it.
    pub fn place(&self) -> usize {
        self.0.at
    }
}

/// Ends with the text, or with an error where it is malformed.
impl<'a> Iterator for PackedEvents<'a> {
    type Item = Result<PackedEvent<'a>, EventError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Packed { text, at } = self.0;
        let letter = self.0.letter().ok()?;
        let read = match letter {
            b'j' => self.0.up_to_nul().map(PackedEvent::Json),
            b'o' => self.0.up_to_nul().map(PackedEvent::Other),
            _ => {
                self.0.at = at;
                self.0.pass_value().map(|()| PackedEvent::Object(Packed { text, at }))
            }
        };
        if read.is_err() {
            self.0.at = text.len();
        }
        Some(read)
    }
}
