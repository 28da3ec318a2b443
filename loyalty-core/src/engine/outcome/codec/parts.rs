//! The parts that decisions are made of, in their compact form: each writer beside its reader.

use rust_decimal::Decimal;

use crate::check::model::{Length, TimeUnit};
use crate::engine::lots::{Expiry, Use, Vesting};
use crate::engine::outcome::{Because, Parcel};
use crate::engine::value::Stored;
use crate::plan::{RestorePlan, Restoring};
use crate::wire::codec::{Malformed, Reader, Writer};

pub(super) fn write_uses(writer: &mut Writer<'_>, uses: &[Use], event_at: i64) {
    writer.number(uses.len() as u64);
    for used in uses {
        writer.number(used.entry);
        writer.fixed(used.source);
        writer.decimal(used.amount);
        writer.instant(used.earned_at, event_at);
        write_expiry(writer, used.expiry, event_at);
    }
}

pub(super) fn read_uses(reader: &mut Reader<'_>, event_at: i64) -> Result<Vec<Use>, Malformed> {
    let count = reader.count()?;
    let mut uses = Vec::with_capacity(count.min(64));
    for _ in 0..count {
        uses.push(Use {
            entry: reader.number()?,
            source: reader.fixed()?,
            amount: reader.decimal()?,
            earned_at: reader.instant(event_at)?,
            expiry: read_expiry(reader, event_at)?,
        });
    }
    Ok(uses)
}

pub(super) fn write_keys(writer: &mut Writer<'_>, keys: &[u64]) {
    writer.number(keys.len() as u64);
    keys.iter().for_each(|key| writer.fixed(*key));
}

pub(super) fn read_keys(reader: &mut Reader<'_>) -> Result<Vec<u64>, Malformed> {
    let count = reader.count()?;
    (0..count).map(|_| reader.fixed()).collect()
}

pub(super) fn write_parcel(writer: &mut Writer<'_>, parcel: &Parcel) {
    for text in [&parcel.id, &parcel.transfer, &parcel.from, &parcel.to] {
        writer.text(text);
    }
}

pub(super) fn read_parcel(reader: &mut Reader<'_>) -> Result<Box<Parcel>, Malformed> {
    let mut text = || reader.text().map(Into::into);
    Ok(Box::new(Parcel { id: text()?, transfer: text()?, from: text()?, to: text()? }))
}

pub(super) fn small(reader: &mut Reader<'_>) -> Result<u16, Malformed> {
    u16::try_from(reader.number()?).map_err(|_| Malformed)
}

pub(super) fn rule(reader: &mut Reader<'_>) -> Result<u32, Malformed> {
    u32::try_from(reader.number()?).map_err(|_| Malformed)
}

pub(super) fn write_vesting(writer: &mut Writer<'_>, vesting: Vesting, event_at: i64) {
    match vesting {
        Vesting::Done => writer.byte(0),
        Vesting::At(at) => {
            writer.byte(1);
            writer.instant(at, event_at);
        }
        Vesting::On { event, deadline } => {
            writer.byte(2);
            writer.number(u64::from(event));
            writer.instant(deadline, event_at);
        }
    }
}

pub(super) fn read_vesting(reader: &mut Reader<'_>, event_at: i64) -> Result<Vesting, Malformed> {
    Ok(match reader.byte()? {
        0 => Vesting::Done,
        1 => Vesting::At(reader.instant(event_at)?),
        2 => Vesting::On { event: small(reader)?, deadline: reader.instant(event_at)? },
        _ => return Err(Malformed),
    })
}

// How spent points are given back; above it the bit of what is given back with the whole order alone.
const ORIGINAL: u8 = 0;
const FRESH: u8 = 1;
const NEVER: u8 = 2;
const AT_LEAST: u8 = 3;
const FULL_ONLY: u8 = 4;

pub(super) fn write_restoring(writer: &mut Writer<'_>, Restoring { how, full_only }: Restoring) {
    let full_only = if full_only { FULL_ONLY } else { 0 };
    match how {
        RestorePlan::Original { at_least: None } => writer.byte(full_only | ORIGINAL),
        RestorePlan::Fresh => writer.byte(full_only | FRESH),
        RestorePlan::Never => writer.byte(full_only | NEVER),
        RestorePlan::Original { at_least: Some(length) } => {
            writer.byte(full_only | AT_LEAST);
            write_length(writer, length);
        }
    }
}

pub(super) fn read_restoring(reader: &mut Reader<'_>) -> Result<Restoring, Malformed> {
    let head = reader.byte()?;
    let how = match head & !FULL_ONLY {
        ORIGINAL => RestorePlan::Original { at_least: None },
        FRESH => RestorePlan::Fresh,
        NEVER => RestorePlan::Never,
        AT_LEAST => RestorePlan::Original { at_least: Some(read_length(reader)?) },
        _ => return Err(Malformed),
    };
    Ok(Restoring { how, full_only: head & FULL_ONLY != 0 })
}

fn write_length(writer: &mut Writer<'_>, length: Length) {
    writer.number(u64::from(length.count));
    writer.byte(UNITS.iter().position(|unit| *unit == length.unit).unwrap_or(0) as u8);
}

fn read_length(reader: &mut Reader<'_>) -> Result<Length, Malformed> {
    Ok(Length { count: rule(reader)?, unit: *UNITS.get(usize::from(reader.byte()?)).ok_or(Malformed)? })
}

fn write_expiry(writer: &mut Writer<'_>, expiry: Expiry, event_at: i64) {
    match expiry {
        Expiry::Never => writer.byte(0),
        Expiry::Open => writer.byte(4),
        Expiry::At(at) => {
            writer.byte(1);
            writer.instant(at, event_at);
        }
        Expiry::Inactivity(form) | Expiry::Lapsed { form, .. } => {
            writer.byte(2);
            writer.number(u64::from(form));
        }
        Expiry::AfterVesting(length) => {
            writer.byte(3);
            write_length(writer, length);
        }
        Expiry::AtLeast { form, until } => {
            writer.byte(5);
            writer.number(u64::from(form));
            writer.instant(until, event_at);
        }
    }
}

fn read_expiry(reader: &mut Reader<'_>, event_at: i64) -> Result<Expiry, Malformed> {
    Ok(match reader.byte()? {
        0 => Expiry::Never,
        4 => Expiry::Open,
        1 => Expiry::At(reader.instant(event_at)?),
        2 => Expiry::Inactivity(small(reader)?),
        3 => Expiry::AfterVesting(read_length(reader)?),
        5 => Expiry::AtLeast { form: small(reader)?, until: reader.instant(event_at)? },
        _ => return Err(Malformed),
    })
}

/// The numbers of the units in saved state; never reordered.
const UNITS: [TimeUnit; 8] = [
    TimeUnit::Second,
    TimeUnit::Minute,
    TimeUnit::Hour,
    TimeUnit::Day,
    TimeUnit::Week,
    TimeUnit::Month,
    TimeUnit::Quarter,
    TimeUnit::Year,
];

pub(super) fn write_stored(writer: &mut Writer<'_>, value: &Stored) {
    match value {
        Stored::Missing => writer.byte(0),
        Stored::Number(number) => {
            writer.byte(1);
            writer.decimal(*number);
        }
        Stored::Text(text) => {
            writer.byte(2);
            writer.text(text);
        }
        Stored::Bool(value) => writer.byte(3 + u8::from(*value)),
        Stored::Date(day) => {
            writer.byte(5);
            writer.signed(i64::from(*day));
        }
        Stored::Instant(micros) => {
            writer.byte(6);
            writer.signed(*micros);
        }
        Stored::Time(micros) => {
            writer.byte(7);
            writer.signed(*micros);
        }
        // Never kept: see `Stored`.
        Stored::Level(..) => writer.byte(0),
    }
}

pub(super) fn read_stored(reader: &mut Reader<'_>) -> Result<Stored, Malformed> {
    Ok(match reader.byte()? {
        0 => Stored::Missing,
        1 => Stored::Number(reader.decimal()?),
        2 => Stored::Text(reader.text()?.into()),
        value @ (3 | 4) => Stored::Bool(value == 4),
        5 => Stored::Date(i32::try_from(reader.signed()?).map_err(|_| Malformed)?),
        6 => Stored::Instant(reader.signed()?),
        7 => Stored::Time(reader.signed()?),
        _ => return Err(Malformed),
    })
}

/// The kinds of parts that name no rule; the numbers of rules follow them.
const PARTS_WITHOUT_RULE: u64 = 4;

/// The number that stands for what a part of an amount comes from.
#[inline]
pub fn part_number(part: &Because) -> u64 {
    match part {
        Because::Rounding { .. } => 0,
        Because::Cap { .. } => 1,
        Because::HoldAtMost { .. } => 2,
        Because::Adjustment { .. } => 3,
        Because::Rule { rule, .. } => PARTS_WITHOUT_RULE + u64::from(*rule),
    }
}

/// The part for which a number stands.
pub fn part_of(number: u64, amount: Decimal) -> Result<Because, Malformed> {
    Ok(match number {
        0 => Because::Rounding { amount },
        1 => Because::Cap { amount },
        2 => Because::HoldAtMost { amount },
        3 => Because::Adjustment { amount },
        rule => Because::Rule { rule: u32::try_from(rule - PARTS_WITHOUT_RULE).map_err(|_| Malformed)?, amount },
    })
}
