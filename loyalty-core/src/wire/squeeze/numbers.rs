//! Whole numbers, amounts and instants, each with what was learnt of the ones before in the same column.

use rust_decimal::Decimal;

use super::coder::{Bit, Coder};
use crate::time::{DAY, SECOND};
use crate::wire::codec::{Malformed, packed, unpacked};

/// A yes or no.
#[derive(Default, Clone, Copy)]
pub struct Flag(Bit);

impl Flag {
    #[inline]
    pub fn code(&mut self, coder: &mut dyn Coder, set: bool) -> Result<bool, Malformed> {
        coder.bit(&mut self.0, set)
    }
}

/// One of eight.
#[derive(Default, Clone)]
pub struct Small([Bit; 8]);

impl Small {
    #[inline]
    pub fn code(&mut self, coder: &mut dyn Coder, value: usize) -> Result<usize, Malformed> {
        coder.tree(&mut self.0, 3, value)
    }
}

/// Up to here, less one, a number is a symbol of its own.
const ALONE: u64 = 8;
/// What stands for longer ones, of eleven bits and more.
const LONG: usize = 15;
const LONG_BITS: u32 = 11;

/// Whole numbers: zero, the smallest ones, and of larger ones how long they are, are learnt.
#[derive(Clone)]
pub struct Number {
    zero: Bit,
    symbol: [Bit; 16],
    length: [Bit; 64],
}

impl Default for Number {
    fn default() -> Self {
        Self { zero: Bit::default(), symbol: [Bit::default(); 16], length: [Bit::default(); 64] }
    }
}

impl Number {
    pub fn code(&mut self, coder: &mut dyn Coder, value: u64) -> Result<u64, Malformed> {
        if coder.bit(&mut self.zero, value == 0)? {
            return Ok(0);
        }
        let less = value.wrapping_sub(1);
        let bits = u64::BITS - less.leading_zeros();
        let symbol = match bits {
            _ if less < ALONE => less as usize,
            4..LONG_BITS => bits as usize + 4,
            _ => LONG,
        };
        let symbol = coder.tree(&mut self.symbol, 4, symbol)?;
        let bits = match symbol {
            LONG => LONG_BITS + coder.tree(&mut self.length, 6, bits.wrapping_sub(LONG_BITS) as usize & 63)? as u32,
            alone if alone < ALONE as usize => return Ok(alone as u64 + 1),
            long => long as u32 - 4,
        };
        if bits > u64::BITS {
            return Err(Malformed);
        }
        // The highest bit is known.
        let top = 1_u64 << (bits - 1);
        let less = top | coder.plain(bits - 1, less & (top - 1))?;
        less.checked_add(1).ok_or(Malformed)
    }

    pub fn signed(&mut self, coder: &mut dyn Coder, value: i64) -> Result<i64, Malformed> {
        let zigzag = self.code(coder, ((value << 1) ^ (value >> 63)) as u64)?;
        Ok((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64))
    }

    /// For what is narrower than 64 bits.
    pub fn narrow<T: TryFrom<u64>>(&mut self, coder: &mut dyn Coder, value: u64) -> Result<T, Malformed> {
        T::try_from(self.code(coder, value)?).map_err(|_| Malformed)
    }
}

const ZERO: usize = 0;
/// One and so many decimals, and as many again for what is below zero.
const SCALES: usize = 3;
const OTHER: usize = 7;

/// Amounts: the sign and the number of decimals together, then the digits.
#[derive(Default, Clone)]
pub struct Amounts {
    head: Small,
    digits: [Number; SCALES],
}

impl Amounts {
    /// Equal decimals give equal bits, whatever their trailing zeros, which do not come back.
    pub fn code(&mut self, coder: &mut dyn Coder, value: Decimal) -> Result<Decimal, Malformed> {
        let whole = packed(value);
        let small = u64::try_from(whole).ok().filter(|small| small & 3 < SCALES as u64);
        let head = match small {
            None => OTHER,
            Some(0) => ZERO,
            // The lowest bit above the scale is the sign.
            Some(small) => 1 + (small & 3) as usize + SCALES * (small >> 2 & 1) as usize,
        };
        let head = self.head.code(coder, head)?;
        let packed = match head {
            ZERO => 0,
            OTHER => {
                let high = coder.plain(64, (whole >> 64) as u64)?;
                u128::from(high) << 64 | u128::from(coder.plain(64, whole as u64)?)
            }
            head => {
                let (scale, below) = ((head - 1) % SCALES, ((head - 1) / SCALES) as u64);
                // Not zero, so that the digits of what is above it begin with one; zigzag makes −1 a 1 and +1 a 2.
                let of_scale = self.digits.get_mut(scale).ok_or(Malformed)?;
                let less = small.unwrap_or_default() >> 3;
                let digits = of_scale.code(coder, if below == 1 { less } else { less.wrapping_sub(1) })?;
                let signed = if below == 1 {
                    digits.checked_mul(2).and_then(|twice| twice.checked_add(1))
                } else {
                    digits.checked_add(1).and_then(|digits| digits.checked_mul(2))
                };
                u128::from(signed.ok_or(Malformed)?) << 2 | scale as u128
            }
        };
        if coder.reads() { unpacked(packed) } else { Ok(value) }
    }
}

const SAME: usize = 1;
const UNITS: [i64; 5] = [DAY, 3_600 * SECOND, 60 * SECOND, SECOND, 1];

/// Instants, told by how far they are from one that is near, in the largest unit that tells it exactly; often it is as far
/// as the last time.
#[derive(Default, Clone)]
pub struct Instants {
    head: Small,
    distances: [Number; UNITS.len()],
    last: i64,
}

impl Instants {
    pub fn code(&mut self, coder: &mut dyn Coder, at: i64, near: i64) -> Result<i64, Malformed> {
        let distance = at.wrapping_sub(near);
        let unit = UNITS.iter().position(|unit| distance % unit == 0).unwrap_or(UNITS.len() - 1);
        let head = match distance {
            0 => ZERO,
            same if same == self.last => SAME,
            _ => unit + 2,
        };
        match self.head.code(coder, head)? {
            ZERO => Ok(near),
            SAME => Ok(near.wrapping_add(self.last)),
            head => {
                let unit = *UNITS.get(head - 2).ok_or(Malformed)?;
                let distances = self.distances.get_mut(head - 2).ok_or(Malformed)?;
                self.last = distances.signed(coder, distance / unit)?.wrapping_mul(unit);
                Ok(near.wrapping_add(self.last))
            }
        }
    }
}
