//! What an order was and what it granted, in bytes: the part of a log record that returns need.

use rust_decimal::Decimal;

use super::grants::{Basis, Grant, Grants};
use crate::amount;
use crate::wire::codec::{Malformed, Reader, Writer};

/// The part as it is read back.
#[derive(Debug, PartialEq)]
pub struct Granted<'a> {
    /// The event's fields, as they were captured.
    pub capture: &'a [u8],
    /// The rules with limits that came to something.
    pub fired: Vec<u32>,
    pub grants: Grants,
    pub together: Together,
}

/// Contributions, by their places, that were cut together by caps which the program does not have any more.
pub type Together = Vec<Vec<u16>>;

pub fn write(writer: &mut Writer<'_>, capture: &[u8], fired: &[u32], grants: &[Grant]) {
    writer.bytes(capture);
    write_fired(writer, fired);
    writer.number(grants.len() as u64);
    for grant in grants {
        if write_fixed(writer, grant).is_none() {
            write_grant(writer, grant);
        }
    }
}

fn write_fired(writer: &mut Writer<'_>, fired: &[u32]) {
    writer.number(fired.len() as u64);
    fired.iter().for_each(|rule| writer.number(u64::from(*rule)));
}

/// The part without the event's fields, as it is saved.
pub fn write_grants(writer: &mut Writer<'_>, fired: &[u32], grants: &[Grant]) {
    write_fired(writer, fired);
    writer.number(grants.len() as u64);
    for grant in grants {
        write_grant(writer, grant);
    }
}

pub fn read<'a>(reader: &mut Reader<'a>) -> Result<Granted<'a>, Malformed> {
    let capture = reader.bytes()?;
    let (fired, grants) = read_grants(reader)?;
    // Nearly no order has any, and then nothing stands behind what it granted.
    let together = if reader.is_empty() { Together::new() } else { read_together(reader)? };
    Ok(Granted { capture, fired, grants, together })
}

pub fn write_together(writer: &mut Writer<'_>, together: &[Vec<u16>]) {
    writer.number(together.len() as u64);
    for places in together {
        writer.number(places.len() as u64);
        places.iter().for_each(|place| writer.number(u64::from(*place)));
    }
}

pub fn read_together(reader: &mut Reader<'_>) -> Result<Together, Malformed> {
    let mut together = Together::new();
    for _ in 0..reader.count()? {
        let count = reader.count()?;
        together.push((0..count).map(|_| small(reader)).collect::<Result<_, _>>()?);
    }
    Ok(together)
}

pub fn read_grants(reader: &mut Reader<'_>) -> Result<(Vec<u32>, Grants), Malformed> {
    let count = reader.count()?;
    let mut fired = Vec::with_capacity(count.min(64));
    for _ in 0..count {
        fired.push(small(reader)?);
    }
    let mut grants = Grants::new();
    for _ in 0..reader.count()? {
        grants.push(read_grant(reader)?);
    }
    Ok((fired, grants))
}

fn small<T: TryFrom<u64>>(reader: &mut Reader<'_>) -> Result<T, Malformed> {
    T::try_from(reader.number()?).map_err(|_| Malformed)
}

// What the first byte of a written contribution says; most have nothing but a rule, an amount and a rate.
const FIXED: u8 = 0;
const RATE: u8 = 1;
const FACTOR: u8 = 2;
const SHARE: u8 = 3;
const WHOLE: u8 = 16;
const BASIS: u8 = 3 | 16;
const OF_ANOTHER_RULE: u8 = 4;
const NOT_THE_FIRST: u8 = 8;
/// Its numbers are of a fixed length: the form of those that the log keeps and that are small, as nearly all are. It takes no more
/// bytes than the other, and numbers need not be looked at to find out how few they need.
const FIXED_LENGTH: u8 = 32;

/// Nothing, if a number does not fit.
#[inline]
fn write_fixed(writer: &mut Writer<'_>, grant: &Grant) -> Option<()> {
    let Grant { rule, base_rule, effect: 0, wallet: 0, basis, amount } = grant else { return None };
    let (digits, scale) = amount::few(*amount)?;
    let (rule, base) = (u8::try_from(*rule).ok()?, u8::try_from(*base_rule).ok()?);
    match basis {
        Basis::Fixed => writer.all([FIXED_LENGTH | FIXED, rule, base, scale], [digits], []),
        Basis::Rate(rate) => writer.all([FIXED_LENGTH | RATE, rule, base, scale], [digits, tiny(*rate)?], []),
        Basis::Factor { rate, before, after } => {
            let numbers = [digits, tiny(*rate)?, tiny(*before)?, tiny(*after)?];
            writer.all([FIXED_LENGTH | FACTOR, rule, base, scale], numbers, []);
        }
        Basis::Share | Basis::Whole => return None,
    }
    Some(())
}

/// A number of 24 bits, below how many of its digits stand after the point.
#[inline]
fn tiny(number: Decimal) -> Option<u32> {
    let (digits, scale) = amount::few(number)?;
    (digits < 1 << 24).then_some(u32::from(scale) << 24 | digits)
}

fn read_fixed(reader: &mut Reader<'_>, head: u8) -> Result<Grant, Malformed> {
    let (rule, base_rule, scale) = (reader.byte()?, reader.byte()?, reader.byte()?);
    let amount = amount::of_few(reader.short()?, scale);
    let mut tiny = || reader.short().map(|number| amount::of_few(number & 0xff_ffff, (number >> 24) as u8));
    let basis = match head & BASIS {
        FIXED => Basis::Fixed,
        RATE => Basis::Rate(tiny()?),
        _ => Basis::Factor { rate: tiny()?, before: tiny()?, after: tiny()? },
    };
    Ok(Grant { rule: u32::from(rule), base_rule: u32::from(base_rule), effect: 0, wallet: 0, basis, amount })
}

fn write_grant(writer: &mut Writer<'_>, grant: &Grant) {
    let basis = match &grant.basis {
        Basis::Fixed => FIXED,
        Basis::Rate(_) => RATE,
        Basis::Factor { .. } => FACTOR,
        Basis::Share => SHARE,
        Basis::Whole => WHOLE,
    };
    let borrowed = if grant.base_rule == grant.rule { 0 } else { OF_ANOTHER_RULE };
    let elsewhere = if grant.effect == 0 && grant.wallet == 0 { 0 } else { NOT_THE_FIRST };
    writer.byte(basis | borrowed | elsewhere);
    writer.number(u64::from(grant.rule));
    if borrowed != 0 {
        writer.number(u64::from(grant.base_rule));
    }
    if elsewhere != 0 {
        writer.number(u64::from(grant.effect));
        writer.number(u64::from(grant.wallet));
    }
    writer.decimal(grant.amount);
    match &grant.basis {
        Basis::Fixed | Basis::Share | Basis::Whole => {}
        Basis::Rate(rate) => writer.decimal(*rate),
        Basis::Factor { rate, before, after } => {
            for number in [rate, before, after] {
                writer.decimal(*number);
            }
        }
    }
}

fn read_grant(reader: &mut Reader<'_>) -> Result<Grant, Malformed> {
    let head = reader.byte()?;
    if head & FIXED_LENGTH != 0 {
        return read_fixed(reader, head);
    }
    let rule = small(reader)?;
    let base_rule = if head & OF_ANOTHER_RULE == 0 { rule } else { small(reader)? };
    let elsewhere = head & NOT_THE_FIRST != 0;
    let (effect, wallet) = if elsewhere { (small(reader)?, small(reader)?) } else { (0, 0) };
    let amount: Decimal = reader.decimal()?;
    let basis = match head & BASIS {
        FIXED => Basis::Fixed,
        RATE => Basis::Rate(reader.decimal()?),
        SHARE => Basis::Share,
        WHOLE => Basis::Whole,
        _ => Basis::Factor { rate: reader.decimal()?, before: reader.decimal()?, after: reader.decimal()? },
    };
    Ok(Grant { rule, base_rule, effect, wallet, basis, amount })
}
