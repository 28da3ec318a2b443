//! Lists of saved state that are long: readable in JSON, and in bytes each entry told from the one before it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::values::{Amount, Moment, SavedExpiry, SavedSource, SavedUnit, SavedValue, SavedVesting};
use super::{Form, SavedLot};
use crate::wire::codec::{Malformed, Reader, Writer};

/// An entry of such a list.
pub trait Entry: Sized {
    fn write(&self, before: Option<&Self>, writer: &mut Writer<'_>);
    fn read(before: Option<&Self>, reader: &mut Reader<'_>) -> Result<Self, Malformed>;
}

/// A long list.
pub struct Column<T>(pub Vec<T>);

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Entry + Serialize> Serialize for Column<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return self.0.serialize(serializer);
        }
        let mut bytes = Vec::new();
        let mut before = None;
        for entry in &self.0 {
            entry.write(before, &mut Writer(&mut bytes));
            before = Some(entry);
        }
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de, T: Entry + Deserialize<'de>> Deserialize<'de> for Column<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return Vec::deserialize(deserializer).map(Self);
        }
        let mut reader = Reader(<&[u8]>::deserialize(deserializer)?);
        let mut entries: Vec<T> = Vec::new();
        while !reader.is_empty() {
            let entry = T::read(entries.last(), &mut reader).map_err(|_| D::Error::custom("a damaged list"))?;
            entries.push(entry);
        }
        Ok(Self(entries))
    }
}

/// A list that JSON leaves out where it is empty, so that members of programs that know nothing of it are saved as if
/// there were no such thing. Bytes have no names and leave nothing out.
pub struct Sparse<T> {
    form: Form,
    pub items: Vec<T>,
}

impl<T> Sparse<T> {
    pub fn new(form: Form, items: Vec<T>) -> Self {
        Self { form, items }
    }

    pub fn is_absent(&self) -> bool {
        self.form == Form::Json && self.items.is_empty()
    }
}

/// An empty list that is written as such: bytes leave nothing out.
impl<T> Default for Sparse<T> {
    fn default() -> Self {
        Self::new(Form::Bytes, Vec::new())
    }
}

impl<T: Serialize> Serialize for Sparse<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.items.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Sparse<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(|items| Self::new(Form::Json, items))
    }
}

/// A list that has its place in JSON alone: bytes that were described before it tell it at their end.
pub struct JsonOnly<T> {
    pub items: Vec<T>,
}

impl<T> JsonOnly<T> {
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl<T> Default for JsonOnly<T> {
    fn default() -> Self {
        Self { items: Vec::new() }
    }
}

impl<T: Serialize> Serialize for JsonOnly<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { self.items.serialize(serializer) } else { serializer.serialize_unit() }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for JsonOnly<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = if deserializer.is_human_readable() { Vec::deserialize(deserializer)? } else { Vec::new() };
        Ok(Self { items })
    }
}

/// Of a counter: (time key, count, sum).
#[derive(Serialize, Deserialize)]
pub struct Counted(pub i64, pub i64, pub Amount);

impl Entry for Counted {
    fn write(&self, before: Option<&Self>, writer: &mut Writer<'_>) {
        writer.signed(self.0.wrapping_sub(before.map_or(0, |before| before.0)));
        writer.signed(self.1);
        writer.decimal(self.2.0);
    }

    fn read(before: Option<&Self>, reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let key = reader.signed()?.wrapping_add(before.map_or(0, |before| before.0));
        Ok(Self(key, reader.signed()?, Amount(reader.decimal()?)))
    }
}

/// Of a measure: a single value with its instant.
#[derive(Serialize, Deserialize)]
pub struct Marked(pub Moment, pub SavedValue);

// What the first byte of a value says.
const MISSING: u8 = 0;
const NUMBER: u8 = 1;
const TEXT: u8 = 2;
const FALSE: u8 = 3;
const TRUE: u8 = 4;
const DATE: u8 = 5;
const INSTANT: u8 = 6;
const TIME: u8 = 7;

impl Entry for Marked {
    fn write(&self, before: Option<&Self>, writer: &mut Writer<'_>) {
        let at = self.0.0;
        writer.instant(at, before.map_or(0, |before| before.0.0));
        match &self.1 {
            SavedValue::Missing => writer.byte(MISSING),
            SavedValue::Number(number) => {
                writer.byte(NUMBER);
                writer.decimal(number.0);
            }
            SavedValue::Text(text) => {
                writer.byte(TEXT);
                writer.text(text);
            }
            SavedValue::Bool(value) => writer.byte(if *value { TRUE } else { FALSE }),
            SavedValue::Date(day) => {
                writer.byte(DATE);
                writer.signed(i64::from(*day));
            }
            SavedValue::Instant(instant) => {
                writer.byte(INSTANT);
                writer.instant(instant.0, at);
            }
            SavedValue::Time(micros) => {
                writer.byte(TIME);
                writer.signed(*micros);
            }
        }
    }

    fn read(before: Option<&Self>, reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let at = reader.instant(before.map_or(0, |before| before.0.0))?;
        let value = match reader.byte()? {
            MISSING => SavedValue::Missing,
            NUMBER => SavedValue::Number(Amount(reader.decimal()?)),
            TEXT => SavedValue::Text(reader.text()?.to_owned()),
            FALSE => SavedValue::Bool(false),
            TRUE => SavedValue::Bool(true),
            DATE => SavedValue::Date(i32::try_from(reader.signed()?).map_err(|_| Malformed)?),
            INSTANT => SavedValue::Instant(Moment(reader.instant(at)?)),
            TIME => SavedValue::Time(reader.signed()?),
            _ => return Err(Malformed),
        };
        Ok(Self(Moment(at), value))
    }
}

// What the first byte of a lot says: how it vests, how it expires, and where it comes from.
const VESTED: u8 = 0;
const VESTS_AT: u8 = 1;
const VESTS_ON: u8 = 2;
const VESTING: u8 = 3;
const EXPIRES_AT: u8 = 1 << 2;
const OPEN: u8 = 2 << 2;
const INACTIVITY: u8 = 3 << 2;
const AFTER_VESTING: u8 = 4 << 2;
const EXPIRY: u8 = 7 << 2;
const OF_KNOWN_EVENT: u8 = 1 << 5;
const PARTLY_EXPIRED: u8 = 1 << 6;

impl Entry for SavedLot {
    fn write(&self, before: Option<&Self>, writer: &mut Writer<'_>) {
        let vesting = match self.vesting {
            SavedVesting::Done => VESTED,
            SavedVesting::At(_) => VESTS_AT,
            SavedVesting::On(..) => VESTS_ON,
        };
        let expiry = match self.expiry {
            SavedExpiry::Never => 0,
            SavedExpiry::At(_) => EXPIRES_AT,
            SavedExpiry::Open => OPEN,
            SavedExpiry::Inactivity(_) => INACTIVITY,
            SavedExpiry::AfterVesting(..) => AFTER_VESTING,
        };
        let known = if let SavedSource::Event(_) = self.source { OF_KNOWN_EVENT } else { 0 };
        let expired = if self.expired.0.is_zero() { 0 } else { PARTLY_EXPIRED };
        writer.byte(vesting | expiry | known | expired);
        writer.signed((self.entry as i64).wrapping_sub(before.map_or(0, |before| before.entry) as i64));
        match self.source {
            SavedSource::Event(place) => {
                let last = before.map_or(0, |before| before.source.place());
                writer.signed(i64::from(place) - i64::from(last));
            }
            SavedSource::Digest(digest) => writer.fixed(digest),
        }
        writer.decimal(self.amount.0);
        let earned_at = self.earned_at.0;
        writer.instant(earned_at, before.map_or(0, |before| before.earned_at.0));
        match self.vesting {
            SavedVesting::Done => {}
            SavedVesting::At(at) => writer.instant(at.0, earned_at),
            SavedVesting::On(event, deadline) => {
                writer.number(u64::from(event));
                writer.instant(deadline.0, earned_at);
            }
        }
        match self.expiry {
            SavedExpiry::Never | SavedExpiry::Open => {}
            SavedExpiry::At(at) => writer.instant(at.0, earned_at),
            SavedExpiry::Inactivity(form) => writer.number(u64::from(form)),
            SavedExpiry::AfterVesting(count, unit) => {
                writer.number(u64::from(count));
                writer.byte(unit as u8);
            }
        }
        if expired != 0 {
            writer.decimal(self.expired.0);
        }
    }

    fn read(before: Option<&Self>, reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let small = |reader: &mut Reader<'_>| u16::try_from(reader.number()?).map_err(|_| Malformed);
        let head = reader.byte()?;
        let entry = (before.map_or(0, |before| before.entry) as i64).wrapping_add(reader.signed()?) as u64;
        let source = if head & OF_KNOWN_EVENT != 0 {
            let last = before.map_or(0, |before| before.source.place());
            let place = i64::from(last).checked_add(reader.signed()?).and_then(|place| u32::try_from(place).ok());
            SavedSource::Event(place.ok_or(Malformed)?)
        } else {
            SavedSource::Digest(reader.fixed()?)
        };
        let amount = Amount(reader.decimal()?);
        let earned_at = reader.instant(before.map_or(0, |before| before.earned_at.0))?;
        let vesting = match head & VESTING {
            VESTED => SavedVesting::Done,
            VESTS_AT => SavedVesting::At(Moment(reader.instant(earned_at)?)),
            VESTS_ON => SavedVesting::On(small(reader)?, Moment(reader.instant(earned_at)?)),
            _ => return Err(Malformed),
        };
        let expiry = match head & EXPIRY {
            0 => SavedExpiry::Never,
            EXPIRES_AT => SavedExpiry::At(Moment(reader.instant(earned_at)?)),
            OPEN => SavedExpiry::Open,
            INACTIVITY => SavedExpiry::Inactivity(small(reader)?),
            AFTER_VESTING => SavedExpiry::AfterVesting(
                u32::try_from(reader.number()?).map_err(|_| Malformed)?,
                SavedUnit::of(reader.byte()?).ok_or(Malformed)?,
            ),
            _ => return Err(Malformed),
        };
        let expired = if head & PARTLY_EXPIRED != 0 { Amount(reader.decimal()?) } else { Amount::default() };
        Ok(Self { entry, source, amount, earned_at: Moment(earned_at), vesting, expiry, expired })
    }
}
