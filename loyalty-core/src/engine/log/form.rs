//! The form in which the log keeps decisions: of what nearly every event brings, numbers of a fixed length, which are written
//! at once where each of them would have to be looked at to find out how few bytes it needs. What does not fit is written as in
//! saved state. Nobody but the log reads it.

use crate::amount;
use crate::engine::lots::Vesting;
use crate::engine::outcome::{self, Because, Decision, Kind};
use crate::wire::codec::{Malformed, Reader, Writer};

// What the first byte of a list says.
const ANY: u8 = 0;
const FIXED: u8 = 1;

// What the first byte of a decision says.
const VESTED: u8 = 0;
const EARNED: u8 = 1;
const VESTS: u8 = 2;
const EXPIRES: u8 = 4;

pub fn write(writer: &mut Writer<'_>, decisions: &[Decision], event_at: i64) {
    let start = writer.0.len();
    writer.byte(FIXED);
    let fits = u8::try_from(decisions.len()).is_ok_and(|count| {
        writer.byte(count);
        decisions.iter().all(|decision| write_one(writer, decision, event_at).is_some())
    });
    if !fits {
        writer.0.truncate(start);
        writer.byte(ANY);
        outcome::write(writer, decisions, event_at);
    }
}

/// Nothing, if a number does not fit, or another kind of decision is at hand.
#[inline]
fn write_one(writer: &mut Writer<'_>, decision: &Decision, event_at: i64) -> Option<()> {
    match &decision.kind {
        Kind::Vested { entry, wallet, lot, amount, expires_at } => {
            let (digits, scale) = amount::few(*amount)?;
            let head = VESTED | if expires_at.is_some() { EXPIRES } else { 0 };
            let [low, high] = wallet.to_le_bytes();
            let (entry, lot) = (u32::try_from(*entry).ok()?, u32::try_from(*lot).ok()?);
            writer.all([head, scale, low, high], [entry, lot, digits], [decision.at, expires_at.unwrap_or(0)]);
        }
        Kind::Earned { entry, wallet, amount, vesting, expires_at, because } if decision.at == event_at => {
            let parts = || amount::sum(because.iter().map(Because::amount));
            debug_assert!(!parts().is_ok_and(|sum| sum != *amount), "law 11");
            let (vests, at) = match vesting {
                Vesting::Done => (0, 0),
                Vesting::At(at) => (VESTS, *at),
                Vesting::On { .. } => return None,
            };
            let head = EARNED | vests | if expires_at.is_some() { EXPIRES } else { 0 };
            let wallet = u8::try_from(*wallet).ok()?;
            let count = u8::try_from(because.len()).ok()?;
            writer.all([head, wallet, count, 0], [u32::try_from(*entry).ok()?], [at, expires_at.unwrap_or(0)]);
            for part in because {
                let (digits, scale) = amount::few(part.amount())?;
                writer.all([u8::try_from(outcome::part_number(part)).ok()?, scale], [digits], []);
            }
        }
        _ => return None,
    }
    Some(())
}

pub fn read(reader: &mut Reader<'_>, event_at: i64) -> Result<Vec<Decision>, Malformed> {
    if reader.byte()? == ANY {
        return outcome::read(reader, event_at);
    }
    (0..reader.byte()?).map(|_| read_one(reader, event_at)).collect()
}

fn read_one(reader: &mut Reader<'_>, event_at: i64) -> Result<Decision, Malformed> {
    let head = reader.byte()?;
    let told = |flag: u8, at: i64| (head & flag != 0).then_some(at);
    if head & EARNED == 0 {
        let (scale, low, high) = (reader.byte()?, reader.byte()?, reader.byte()?);
        let (entry, lot, digits) = (reader.short()?, reader.short()?, reader.short()?);
        let (at, end) = (reader.fixed()? as i64, reader.fixed()? as i64);
        let kind = Kind::Vested {
            entry: u64::from(entry),
            wallet: u16::from_le_bytes([low, high]),
            lot: u64::from(lot),
            amount: amount::of_few(digits, scale),
            expires_at: told(EXPIRES, end),
        };
        return Ok(Decision { at, kind });
    }
    let (wallet, count, _) = (reader.byte()?, reader.byte()?, reader.byte()?);
    let entry = reader.short()?;
    let (vests, end) = (reader.fixed()? as i64, reader.fixed()? as i64);
    let because = (0..count).map(|_| read_part(reader)).collect::<Result<Vec<Because>, Malformed>>()?;
    let kind = Kind::Earned {
        entry: u64::from(entry),
        wallet: u16::from(wallet),
        amount: amount::sum(because.iter().map(Because::amount)).map_err(|_| Malformed)?.normalize(),
        vesting: told(VESTS, vests).map_or(Vesting::Done, Vesting::At),
        expires_at: told(EXPIRES, end),
        because,
    };
    Ok(Decision { at: event_at, kind })
}

fn read_part(reader: &mut Reader<'_>) -> Result<Because, Malformed> {
    let (kind, scale) = (reader.byte()?, reader.byte()?);
    outcome::part_of(u64::from(kind), amount::of_few(reader.short()?, scale))
}
