//! A compact binary form: whole numbers in as few bytes as they need, decimals and instants as whole numbers that are
//! small for what is usual, texts with their length.
//!
//! Reading never trusts what it reads: every length is checked against what is left.

use rust_decimal::Decimal;

use crate::time::SECOND;

/// The bytes are not what a writer would have written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// Up to how many decimals are told by the two bits; more follow in bits of their own.
const MANY_DECIMALS: u32 = 3;

/// [`packed`] for a decimal of few digits, which nearly all are.
#[inline]
fn packed_small(value: Decimal) -> Option<u64> {
    let (parts, mut scale) = (value.unpack(), value.scale());
    if parts.hi != 0 || parts.mid >= 1 << 28 {
        return None;
    }
    let mut digits = u64::from(parts.mid) << 32 | u64::from(parts.lo);
    if digits == 0 {
        return Some(0);
    }
    while scale > 0 && digits.is_multiple_of(10) {
        digits /= 10;
        scale -= 1;
    }
    let signed = (digits << 1) - u64::from(parts.negative);
    match scale {
        few @ 0..MANY_DECIMALS => Some(signed << 2 | u64::from(few)),
        many if signed < 1 << 57 => Some((signed << 5 | u64::from(many)) << 2 | u64::from(MANY_DECIMALS)),
        _ => None,
    }
}

/// A decimal as one whole number, small for one of few digits: the sign in the lowest bit of the digits, and below them
/// two bits for how many of the digits stand after the point. Trailing zeros are left out.
pub fn packed(value: Decimal) -> u128 {
    match packed_small(value) {
        Some(small) => u128::from(small),
        None => packed_large(value),
    }
}

#[inline(never)]
fn packed_large(value: Decimal) -> u128 {
    let (mut digits, mut scale) = (value.mantissa(), value.scale());
    while scale > 0 && digits % 10 == 0 {
        digits /= 10;
        scale -= 1;
    }
    let signed = zigzag(digits);
    match scale {
        few @ 0..MANY_DECIMALS => signed << 2 | u128::from(few),
        many => (signed << 5 | u128::from(many)) << 2 | u128::from(MANY_DECIMALS),
    }
}

pub fn unpacked(number: u128) -> Result<Decimal, Malformed> {
    let (signed, scale) = match number & 3 {
        3 => (number >> 7, number >> 2 & 31),
        few => (number >> 2, few),
    };
    Decimal::try_from_i128_with_scale(unzigzag(signed), scale as u32).map_err(|_| Malformed)
}

const MINUTE: i64 = 60 * SECOND;
/// What instants are whole multiples of: most of a minute, nearly all of a second.
const UNITS: [i64; 3] = [MINUTE, SECOND, 1];

/// An instant as one whole number, small for one that is near another and round: the distance in the largest unit that
/// tells it exactly, and below it two bits for the unit.
pub fn packed_instant(at: i64, near: i64) -> u128 {
    let (unit, code) = unit_of(at);
    let distance = i128::from(at / unit) - i128::from(near.div_euclid(unit));
    zigzag(distance) << 2 | u128::from(code)
}

/// [`packed_instant`] for two that lie within some thousand years, as nearly all do.
#[inline]
fn packed_instant_near(at: i64, near: i64) -> Option<u64> {
    const FAR: i64 = 1 << 60;
    let (unit, code) = unit_of(at);
    // Nearly all are whole seconds or minutes: by a unit that is known beforehand the processor need not divide.
    let distance = match unit {
        MINUTE => (at / MINUTE).checked_sub(near.div_euclid(MINUTE))?,
        SECOND => (at / SECOND).checked_sub(near.div_euclid(SECOND))?,
        _ => at.checked_sub(near)?,
    };
    let zigzag = ((distance << 1) ^ (distance >> 63)) as u64;
    (-FAR..FAR).contains(&distance).then_some(zigzag << 2 | code)
}

/// The largest unit that tells an instant exactly, and the bits that stand for it.
#[inline]
fn unit_of(at: i64) -> (i64, u64) {
    let [minute, second, micro] = UNITS;
    match () {
        () if at % minute == 0 => (minute, 0),
        () if at % second == 0 => (second, 1),
        () => (micro, 2),
    }
}

pub fn unpacked_instant(number: u128, near: i64) -> Result<i64, Malformed> {
    let unit = *UNITS.get((number & 3) as usize).ok_or(Malformed)?;
    let units = unzigzag(number >> 2).checked_add(i128::from(near.div_euclid(unit))).ok_or(Malformed)?;
    units.checked_mul(i128::from(unit)).and_then(|at| i64::try_from(at).ok()).ok_or(Malformed)
}

/// The sign in the lowest bit, so that numbers near zero are small.
fn zigzag(number: i128) -> u128 {
    ((number << 1) ^ (number >> 127)) as u128
}

fn unzigzag(number: u128) -> i128 {
    (number >> 1) as i128 ^ -((number & 1) as i128)
}

/// Appends to a byte buffer.
pub struct Writer<'a>(pub &'a mut Vec<u8>);

impl Writer<'_> {
    #[inline]
    pub fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    #[inline]
    pub fn number(&mut self, number: u64) {
        // Most take a byte or two: room for them is asked for once.
        match number {
            0..0x80 => self.0.push(number as u8),
            0x80..0x4000 => self.0.extend_from_slice(&[number as u8 | 0x80, (number >> 7) as u8]),
            _ => self.long_number(number),
        }
    }

    #[inline(never)]
    fn long_number(&mut self, mut number: u64) {
        let (mut bytes, mut length) = ([0; 10], 1);
        for byte in &mut bytes {
            *byte = number as u8 | 0x80;
            number >>= 7;
            if number == 0 {
                *byte &= 0x7f;
                break;
            }
            length += 1;
        }
        self.0.extend_from_slice(bytes.get(..length).unwrap_or(&bytes));
    }

    pub fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)) as u64);
    }

    pub fn fixed(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub fn short(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub fn large(&mut self, mut number: u128) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// Equal decimals give equal bytes, whatever their trailing zeros.
    #[inline]
    pub fn decimal(&mut self, value: Decimal) {
        let parts = value.unpack();
        // Whole numbers above zero have no zeros to be left out.
        if parts.hi | parts.mid == 0 && parts.scale == 0 && !parts.negative {
            return self.number(u64::from(parts.lo) << 3);
        }
        self.other_decimal(value);
    }

    #[inline(never)]
    fn other_decimal(&mut self, value: Decimal) {
        match packed_small(value) {
            Some(small) => self.number(small),
            None => self.large(packed_large(value)),
        }
    }

    /// An instant, told from another one that is near.
    pub fn instant(&mut self, at: i64, near: i64) {
        // Most are whole minutes.
        if at >= 0 && near >= 0 && at % MINUTE == 0 {
            let distance = at / MINUTE - near / MINUTE;
            return self.number((((distance << 1) ^ (distance >> 63)) as u64) << 2);
        }
        self.other_instant(at, near);
    }

    #[inline(never)]
    fn other_instant(&mut self, at: i64, near: i64) {
        match packed_instant_near(at, near) {
            Some(small) => self.number(small),
            None => self.large(packed_instant(at, near)),
        }
    }

    /// Some bytes and numbers at once: they are put together where they need not be asked whether there is room for each.
    #[inline]
    pub fn all<const A: usize, const B: usize, const C: usize>(
        &mut self,
        bytes: [u8; A],
        shorts: [u32; B],
        fixed: [i64; C],
    ) {
        const ROOM: usize = 32;
        const { assert!(A + 4 * B + 8 * C <= ROOM) };
        let mut room = [0; ROOM];
        let (first, rest) = room.split_at_mut(A);
        let (second, third) = rest.split_at_mut(4 * B);
        first.copy_from_slice(&bytes);
        second.chunks_exact_mut(4).zip(shorts).for_each(|(to, short)| to.copy_from_slice(&short.to_le_bytes()));
        third.chunks_exact_mut(8).zip(fixed).for_each(|(to, fixed)| to.copy_from_slice(&fixed.to_le_bytes()));
        self.0.extend_from_slice(room.get(..A + 4 * B + 8 * C).unwrap_or(&room));
    }

    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            None => self.byte(0),
            Some(value) => {
                self.byte(1);
                write(self, value);
            }
        }
    }
}

/// Reads what a [`Writer`] wrote.
#[derive(Clone, Copy)]
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> Result<u8, Malformed> {
        let (first, rest) = self.0.split_first().ok_or(Malformed)?;
        self.0 = rest;
        Ok(*first)
    }

    pub fn number(&mut self) -> Result<u64, Malformed> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return Err(Malformed);
            }
            number |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Malformed)
    }

    pub fn signed(&mut self) -> Result<i64, Malformed> {
        let zigzag = self.number()?;
        Ok((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64))
    }

    pub fn fixed(&mut self) -> Result<u64, Malformed> {
        let (bytes, rest) = self.0.split_first_chunk::<8>().ok_or(Malformed)?;
        self.0 = rest;
        Ok(u64::from_le_bytes(*bytes))
    }

    pub fn short(&mut self) -> Result<u32, Malformed> {
        let (bytes, rest) = self.0.split_first_chunk::<4>().ok_or(Malformed)?;
        self.0 = rest;
        Ok(u32::from_le_bytes(*bytes))
    }

    pub fn large(&mut self) -> Result<u128, Malformed> {
        let mut number = 0_u128;
        for shift in (0..128).step_by(7) {
            let byte = self.byte()?;
            let part = u128::from(byte & 0x7f);
            if shift == 126 && part > 3 {
                return Err(Malformed);
            }
            number |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Malformed)
    }

    pub fn decimal(&mut self) -> Result<Decimal, Malformed> {
        unpacked(self.large()?)
    }

    pub fn instant(&mut self, near: i64) -> Result<i64, Malformed> {
        unpacked_instant(self.large()?, near)
    }

    pub fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let len = usize::try_from(self.number()?).map_err(|_| Malformed)?;
        let (bytes, rest) = self.0.split_at_checked(len).ok_or(Malformed)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        core::str::from_utf8(self.bytes()?).map_err(|_| Malformed)
    }

    /// A count of things of at least one byte each: never more than there are bytes left.
    pub fn count(&mut self) -> Result<usize, Malformed> {
        let count = usize::try_from(self.number()?).map_err(|_| Malformed)?;
        if count > self.0.len() { Err(Malformed) } else { Ok(count) }
    }

    pub fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Malformed>) -> Result<Option<T>, Malformed> {
        match self.byte()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(Malformed),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn decimals_come_back(digits in -(1_i128 << 95)..1 << 95, shift in 0_u32..95, scale in 0_u32..=28) {
            let value = Decimal::from_i128_with_scale(digits >> shift, scale);
            prop_assert_eq!(unpacked(packed(value)), Ok(value));
            prop_assert_eq!(packed(value.normalize()), packed(value));
            prop_assert_eq!(packed_large(value), packed(value));
        }

        #[test]
        fn numbers_come_back(number: u64, shift in 0_u32..64) {
            let mut bytes = Vec::new();
            Writer(&mut bytes).number(number >> shift);
            prop_assert_eq!(bytes.len(), (64 - (number >> shift).leading_zeros()).max(1).div_ceil(7) as usize);
            let mut reader = Reader(&bytes);
            prop_assert_eq!(reader.number(), Ok(number >> shift));
            prop_assert!(reader.is_empty());
        }

        #[test]
        fn instants_come_back(at: i64, near: i64, unit in 0_usize..3) {
            let unit = UNITS.get(unit).copied().unwrap_or(1);
            let at = at / unit * unit;
            prop_assert_eq!(unpacked_instant(packed_instant(at, near), near), Ok(at));
        }

        #[test]
        fn near_instants_are_packed_as_all_are(at: i64, near: i64, shift in 0_u32..64, unit in 0_usize..3) {
            let unit = UNITS.get(unit).copied().unwrap_or(1);
            let (at, near) = ((at >> shift) / unit * unit, near >> shift);
            prop_assert!(packed_instant_near(at, near).is_none_or(|small| u128::from(small) == packed_instant(at, near)));
            prop_assert!(shift < 8 || packed_instant_near(at, near).is_some());
        }

        #[test]
        fn any_number_is_read_or_refused(number: u128, near: i64) {
            let _ = (unpacked(number), unpacked_instant(number, near));
        }
    }
}
