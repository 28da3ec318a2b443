//! What an order was and what it granted, in bytes: the part of a log record that returns need.

use rust_decimal::Decimal;

use super::grants::{Basis, Grant, Grants};
use crate::wire::codec::{Malformed, Reader, Writer};

/// The part as it is read back.
pub struct Granted<'a> {
    /// The event's fields, as they were captured.
    pub capture: &'a [u8],
    /// The rules with limits that came to something.
    pub fired: Vec<u32>,
    pub grants: Grants,
}

pub fn write(writer: &mut Writer<'_>, capture: &[u8], fired: &[u32], grants: &[Grant]) {
    writer.bytes(capture);
    write_grants(writer, fired, grants);
}

/// The part without the event's fields.
pub fn write_grants(writer: &mut Writer<'_>, fired: &[u32], grants: &[Grant]) {
    writer.number(fired.len() as u64);
    fired.iter().for_each(|rule| writer.number(u64::from(*rule)));
    writer.number(grants.len() as u64);
    for grant in grants {
        write_grant(writer, grant);
    }
}

pub fn read<'a>(reader: &mut Reader<'a>) -> Result<Granted<'a>, Malformed> {
    let capture = reader.bytes()?;
    let (fired, grants) = read_grants(reader)?;
    Ok(Granted { capture, fired, grants })
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
