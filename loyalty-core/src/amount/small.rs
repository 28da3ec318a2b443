//! Amounts of few digits, as whole numbers of 64 bits.

use rust_decimal::Decimal;

/// A decimal whose digits fit 64 bits.
#[derive(Clone, Copy)]
pub struct Small {
    pub digits: i64,
    pub scale: u32,
}

impl Small {
    #[inline]
    pub fn of(value: Decimal) -> Option<Self> {
        let parts = value.unpack();
        if parts.hi | parts.mid >> 31 != 0 {
            return None;
        }
        let digits = (u64::from(parts.mid) << 32 | u64::from(parts.lo)) as i64;
        Some(Self { digits: if parts.negative { -digits } else { digits }, scale: parts.scale })
    }

    /// The decimal, if it has no more digits after the point than one may have.
    #[inline]
    pub fn decimal(self) -> Option<Decimal> {
        let digits = self.digits.unsigned_abs();
        let (low, high) = (digits as u32, (digits >> 32) as u32);
        (self.scale <= Decimal::MAX_SCALE).then(|| Decimal::from_parts(low, high, 0, self.digits < 0, self.scale))
    }

    /// The sum at the larger of the two scales.
    #[inline]
    pub fn plus(self, other: Self) -> Option<Self> {
        if self.scale == other.scale {
            return Some(Self { digits: self.digits.checked_add(other.digits)?, ..self });
        }
        let scale = self.scale.max(other.scale);
        Some(Self { digits: self.at(scale)?.checked_add(other.at(scale)?)?, scale })
    }

    #[inline]
    pub fn negated(self) -> Self {
        Self { digits: -self.digits, ..self }
    }

    /// Both at the larger of their scales.
    #[inline]
    pub fn aligned(left: Decimal, right: Decimal) -> Option<(i64, i64, u32)> {
        let (left, right) = (Self::of(left)?, Self::of(right)?);
        let scale = left.scale.max(right.scale);
        Some((left.at(scale)?, right.at(scale)?, scale))
    }

    /// The digits at a scale that is not below its own.
    #[inline]
    pub fn at(&self, scale: u32) -> Option<i64> {
        if scale == self.scale {
            return Some(self.digits);
        }
        self.digits.checked_mul(power_of_ten(scale - self.scale)?)
    }
}

#[inline]
pub fn power_of_ten(exponent: u32) -> Option<i64> {
    const POWERS: [i64; 19] = [
        1,
        10,
        100,
        1_000,
        10_000,
        100_000,
        1_000_000,
        10_000_000,
        100_000_000,
        1_000_000_000,
        10_000_000_000,
        100_000_000_000,
        1_000_000_000_000,
        10_000_000_000_000,
        100_000_000_000_000,
        1_000_000_000_000_000,
        10_000_000_000_000_000,
        100_000_000_000_000_000,
        1_000_000_000_000_000_000,
    ];
    POWERS.get(exponent as usize).copied()
}

/// The digits of an amount above zero, or of zero, if they fit 64 bits, with how many of them stand after the point.
#[inline]
pub fn plain(value: Decimal) -> Option<(u64, u32)> {
    let parts = value.unpack();
    (parts.hi == 0 && !parts.negative).then(|| (u64::from(parts.mid) << 32 | u64::from(parts.lo), parts.scale))
}

/// The digits of an amount, if they fit 32 bits, with how many of them stand after the point and, in the highest bit of that,
/// whether it is below zero.
#[inline]
pub fn few(value: Decimal) -> Option<(u32, u8)> {
    let parts = value.unpack();
    (parts.hi | parts.mid == 0).then_some((parts.lo, parts.scale as u8 | u8::from(parts.negative) << 7))
}

/// The amount that was told so, without zeros behind its last digit: hosts print what they read.
pub fn of_few(digits: u32, scale: u8) -> Decimal {
    Decimal::from_parts(digits, 0, 0, scale >> 7 == 1, u32::from(scale & 0x7f).min(Decimal::MAX_SCALE)).normalize()
}

/// The amount of so many digits, which is not below zero.
#[inline]
pub fn of_plain(digits: u64, scale: u32) -> Option<Decimal> {
    (scale <= Decimal::MAX_SCALE).then(|| Decimal::from_parts(digits as u32, (digits >> 32) as u32, 0, false, scale))
}
