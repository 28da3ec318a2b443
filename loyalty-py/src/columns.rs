//! Rows of columns as events: each value is read where it lies.

mod foreign;

use std::borrow::Cow;

use foreign::{foreign, without_zone};
use loyalty_core::{Decimal, EventError, Fields, Input, Refused, Scalar, Shape};

/// A column, or a whole batch as a column of objects.
pub struct Column<'a> {
    pub values: Values<'a>,
    /// One bit a value, set where there is one.
    pub validity: Option<&'a [u8]>,
    /// The place of the first value in all buffers.
    pub offset: usize,
    pub length: usize,
}

pub enum Values<'a> {
    Null,
    /// One bit a value.
    Bool(&'a [u8]),
    Whole(Whole<'a>),
    Single(&'a [f32]),
    Double(&'a [f64]),
    /// Whole numbers of sixteen bytes, with so many digits behind the point.
    Decimal(&'a [[u8; 16]], i32),
    Text(Offsets<'a>, &'a [u8]),
    /// Texts of up to twelve bytes lie in their own place, longer ones in one of the buffers.
    View(&'a [[u8; 16]], Vec<&'a [u8]>),
    /// Bytes are no value of an event; saved states are.
    Bytes(Offsets<'a>, &'a [u8]),
    BytesView(&'a [[u8; 16]], Vec<&'a [u8]>),
    /// Days since 1970.
    Day(&'a [i32]),
    /// Since midnight; a unit is so many microseconds over so many.
    Time(Whole<'a>, (i64, i64)),
    Instant {
        values: &'a [i64],
        unit: (i64, i64),
        zoned: bool,
    },
    List(Offsets<'a>, Box<Column<'a>>),
    Object(Vec<(&'a str, Column<'a>)>),
    Dictionary(Whole<'a>, Box<Column<'a>>),
    /// A type that no field of an event has, in Arrow's own words.
    Unknown(&'a str),
}

/// Whole numbers of any width.
#[derive(Clone, Copy)]
pub enum Whole<'a> {
    I8(&'a [i8]),
    U8(&'a [u8]),
    I16(&'a [i16]),
    U16(&'a [u16]),
    I32(&'a [i32]),
    U32(&'a [u32]),
    I64(&'a [i64]),
    U64(&'a [u64]),
}

/// Where texts and lists begin and end.
#[derive(Clone, Copy)]
pub enum Offsets<'a> {
    Small(&'a [i32]),
    Large(&'a [i64]),
}

impl Whole<'_> {
    fn get(self, at: usize) -> Option<i128> {
        Some(match self {
            Whole::I8(values) => i128::from(*values.get(at)?),
            Whole::U8(values) => i128::from(*values.get(at)?),
            Whole::I16(values) => i128::from(*values.get(at)?),
            Whole::U16(values) => i128::from(*values.get(at)?),
            Whole::I32(values) => i128::from(*values.get(at)?),
            Whole::U32(values) => i128::from(*values.get(at)?),
            Whole::I64(values) => i128::from(*values.get(at)?),
            Whole::U64(values) => i128::from(*values.get(at)?),
        })
    }
}

impl Offsets<'_> {
    fn get(self, at: usize) -> Option<usize> {
        match self {
            Offsets::Small(values) => usize::try_from(*values.get(at)?).ok(),
            Offsets::Large(values) => usize::try_from(*values.get(at)?).ok(),
        }
    }

    /// Where the last one ends.
    pub fn end(self) -> usize {
        let last = match self {
            Offsets::Small(values) => values.len(),
            Offsets::Large(values) => values.len(),
        };
        last.checked_sub(1).and_then(|last| self.get(last)).unwrap_or(0)
    }

    fn range(self, at: usize) -> Option<std::ops::Range<usize>> {
        Some(self.get(at)?..self.get(at + 1)?)
    }
}

fn bit(bits: &[u8], at: usize) -> bool {
    bits.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1)
}

/// One value of a column.
#[derive(Clone, Copy)]
pub struct Cell<'c, 'a> {
    column: &'c Column<'a>,
    at: usize,
}

impl<'a> Column<'a> {
    /// The values one after the other.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'_, 'a>> {
        (0..self.length).map(|at| self.cell(at))
    }

    /// The bytes of one field of every object, none where it has none; nothing where there is no such field, or it holds no bytes.
    pub fn bytes_of(&self, name: &str) -> Option<impl Iterator<Item = Option<&[u8]>>> {
        let Values::Object(fields) = &self.values else { return None };
        let (_, column) = fields.iter().find(|(own, _)| *own == name)?;
        matches!(column.values, Values::Bytes(..) | Values::BytesView(..)).then_some(())?;
        let cells = (0..self.length).map(move |at| column.cell(self.offset + at));
        Some(cells.map(|cell| if cell.is_null() { None } else { cell.bytes() }))
    }

    fn cell(&self, at: usize) -> Cell<'_, 'a> {
        Cell { column: self, at: self.offset + at }
    }
}

impl<'c, 'a> Cell<'c, 'a> {
    fn is_null(&self) -> bool {
        matches!(self.column.values, Values::Null) || self.column.validity.is_some_and(|bits| !bit(bits, self.at))
    }

    fn text(&self, bytes: Option<&'c [u8]>) -> Scalar<'c> {
        match bytes.map(core::str::from_utf8) {
            Some(Ok(text)) => Scalar::Text(Cow::Borrowed(text)),
            _ => Scalar::Other(Cow::Borrowed("bytes that are no UTF-8 text")),
        }
    }

    /// The bytes; nothing where the producer's offsets lead nowhere.
    fn bytes(&self) -> Option<&'c [u8]> {
        match &self.column.values {
            Values::Bytes(offsets, bytes) => bytes.get(offsets.range(self.at)?),
            Values::BytesView(views, buffers) => viewed(views.get(self.at)?, buffers),
            _ => None,
        }
    }

    /// The value; nothing where the producer's offsets lead nowhere.
    fn read(&self) -> Option<Scalar<'c>> {
        let at = self.at;
        if self.is_null() {
            return Some(Scalar::Null);
        }
        Some(match &self.column.values {
            Values::Null => Scalar::Null,
            Values::Bool(bits) => Scalar::Bool(bit(bits, at)),
            Values::Whole(values) => whole(values.get(at)?),
            // The shortest digits that name the float.
            Values::Single(values) => Scalar::Float(Cow::Owned(values.get(at)?.to_string())),
            Values::Double(values) => Scalar::Float(Cow::Owned(values.get(at)?.to_string())),
            Values::Decimal(values, scale) => decimal(i128::from_le_bytes(*values.get(at)?), *scale),
            Values::Text(offsets, bytes) => self.text(bytes.get(offsets.range(at)?)),
            Values::View(views, buffers) => self.text(viewed(views.get(at)?, buffers)),
            Values::Day(values) => Scalar::Date(*values.get(at)?),
            Values::Time(values, unit) => Scalar::Time(scaled(i64::try_from(values.get(at)?).ok()?, *unit)),
            Values::Instant { values, unit, zoned } => {
                let micros = scaled(*values.get(at)?, *unit);
                if *zoned { Scalar::Instant(micros) } else { without_zone() }
            }
            Values::List(..) => Scalar::LIST,
            Values::Object(_) => Scalar::OBJECT,
            Values::Bytes(Offsets::Small(_), _) => foreign("z"),
            Values::Bytes(Offsets::Large(_), _) => foreign("Z"),
            Values::BytesView(..) => foreign("vz"),
            Values::Unknown(format) => foreign(format),
            Values::Dictionary(keys, values) => values.cell(usize::try_from(keys.get(at)?).ok()?).read()?,
        })
    }
}

fn whole<'s>(value: i128) -> Scalar<'s> {
    i64::try_from(value).map_or_else(|_| Scalar::Number(Cow::Owned(value.to_string())), Scalar::Whole)
}

fn decimal<'s>(mantissa: i128, scale: i32) -> Scalar<'s> {
    let exact = u32::try_from(scale).ok().and_then(|scale| Decimal::try_from_i128_with_scale(mantissa, scale).ok());
    exact.map_or_else(|| Scalar::Number(Cow::Owned(format!("{mantissa}e{}", -i64::from(scale)))), Scalar::Decimal)
}

/// In microseconds; what no 64 bits hold is as far away as they reach, which is beyond every calendar, too.
fn scaled(value: i64, (times, over): (i64, i64)) -> i64 {
    value.saturating_mul(times).div_euclid(over)
}

/// A text by its view: four bytes of length; then the text itself, or four bytes of it, its buffer and its place there.
fn viewed<'c>(view: &'c [u8; 16], buffers: &[&'c [u8]]) -> Option<&'c [u8]> {
    let part = |at: usize| Some(u32::from_le_bytes(*view.get(at..)?.first_chunk()?) as usize);
    let length = part(0)?;
    if length <= 12 {
        return view.get(4..4 + length);
    }
    let start = part(12)?;
    buffers.get(part(8)?)?.get(start..start.checked_add(length)?)
}

impl Input for Cell<'_, '_> {
    fn shape(&mut self) -> Result<Shape, EventError> {
        Ok(match &self.column.values {
            _ if self.is_null() => Shape::Null,
            Values::List(..) => Shape::List,
            Values::Object(_) => Shape::Object,
            _ => Shape::Scalar,
        })
    }

    fn scalar(&mut self) -> Result<Scalar<'_>, EventError> {
        self.read().ok_or_else(|| EventError::unreadable("a column whose offsets lead nowhere"))
    }

    fn peek<T>(
        &mut self,
        wanted: &Fields,
        number: usize,
        take: impl FnOnce(&mut Self) -> T,
    ) -> Result<Option<T>, EventError> {
        let Values::Object(fields) = &self.column.values else { return Ok(None) };
        let field = fields.iter().find(|(name, _)| *name == wanted.name(number));
        Ok(field.map(|(_, column)| take(&mut column.cell(self.at))))
    }

    fn fields(
        &mut self,
        wanted: &Fields,
        mut take: impl FnMut(usize, &mut Self) -> Result<(), EventError>,
    ) -> Result<(), Refused> {
        let Values::Object(fields) = &self.column.values else { return Ok(()) };
        let mut refused: Option<(usize, EventError)> = None;
        for (name, column) in fields {
            let Some(number) = wanted.find(name.as_bytes()) else { continue };
            if let Err(error) = take(number, &mut column.cell(self.at))
                && refused.as_ref().is_none_or(|(known, _)| number < *known)
            {
                refused = Some((number, error));
            }
        }
        refused.map_or(Ok(()), |(number, error)| Err(Refused::field(number, error)))
    }

    fn items(&mut self, mut take: impl FnMut(usize, &mut Self) -> Result<(), EventError>) -> Result<(), EventError> {
        let Values::List(offsets, column) = &self.column.values else { return Ok(()) };
        let range =
            offsets.range(self.at).ok_or_else(|| EventError::unreadable("a list whose offsets lead nowhere"))?;
        range.enumerate().try_for_each(|(number, at)| take(number, &mut column.cell(at)))
    }
}
