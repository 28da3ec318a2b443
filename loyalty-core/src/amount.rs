//! Exact decimals: every operation gives the exact result or says that it cannot.
//!
//! `rust_decimal` silently drops digits that do not fit its 96 bits; here that is an [`Overflow`]. Rounding happens in
//! one place, [`round`], and is named.
//!
//! Nearly all amounts have few digits. They are worked with as whole numbers of 64 bits ([`Small`]), which takes a
//! tenth of the time; whatever does not fit goes to `rust_decimal`, and the result is the same.

#[cfg(test)]
pub mod fuse;

use core::cmp::Ordering;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::check::model::RoundMode;
use crate::sorting::Arrange as _;

/// The result has more digits than can be held exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflow;

/// A decimal whose digits fit 64 bits.
#[derive(Clone, Copy)]
struct Small {
    digits: i64,
    scale: u32,
}

impl Small {
    #[inline]
    fn of(value: Decimal) -> Option<Self> {
        let parts = value.unpack();
        if parts.hi | parts.mid >> 31 != 0 {
            return None;
        }
        let digits = (u64::from(parts.mid) << 32 | u64::from(parts.lo)) as i64;
        Some(Self { digits: if parts.negative { -digits } else { digits }, scale: parts.scale })
    }

    /// The decimal, if it has no more digits after the point than one may have.
    #[inline]
    fn decimal(self) -> Option<Decimal> {
        let digits = self.digits.unsigned_abs();
        let (low, high) = (digits as u32, (digits >> 32) as u32);
        (self.scale <= Decimal::MAX_SCALE).then(|| Decimal::from_parts(low, high, 0, self.digits < 0, self.scale))
    }

    /// The sum at the larger of the two scales.
    #[inline]
    fn plus(self, other: Self) -> Option<Self> {
        if self.scale == other.scale {
            return Some(Self { digits: self.digits.checked_add(other.digits)?, ..self });
        }
        let scale = self.scale.max(other.scale);
        Some(Self { digits: self.at(scale)?.checked_add(other.at(scale)?)?, scale })
    }

    #[inline]
    fn negated(self) -> Self {
        Self { digits: -self.digits, ..self }
    }

    /// Both at the larger of their scales.
    #[inline]
    fn aligned(left: Decimal, right: Decimal) -> Option<(i64, i64, u32)> {
        let (left, right) = (Self::of(left)?, Self::of(right)?);
        let scale = left.scale.max(right.scale);
        Some((left.at(scale)?, right.at(scale)?, scale))
    }

    /// The digits at a scale that is not below its own.
    #[inline]
    fn at(&self, scale: u32) -> Option<i64> {
        if scale == self.scale {
            return Some(self.digits);
        }
        self.digits.checked_mul(power_of_ten(scale - self.scale)?)
    }
}

#[inline]
fn power_of_ten(exponent: u32) -> Option<i64> {
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
fn plain(value: Decimal) -> Option<(u64, u32)> {
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
fn of_plain(digits: u64, scale: u32) -> Option<Decimal> {
    (scale <= Decimal::MAX_SCALE).then(|| Decimal::from_parts(digits as u32, (digits >> 32) as u32, 0, false, scale))
}

#[inline]
pub fn add(left: Decimal, right: Decimal) -> Result<Decimal, Overflow> {
    #[cfg(test)]
    fuse::burn()?;
    // Nearly all have as many decimals as what they are added to.
    if let (Some((one, scale)), Some((other, same))) = (plain(left), plain(right))
        && scale == same
        && let Some(sum) = one.checked_add(other)
        && let Some(sum) = of_plain(sum, scale)
    {
        return Ok(sum);
    }
    add_small(left, right)
}

/// The same of other amounts; out of line, so that the usual ones are short.
#[inline(never)]
fn add_small(left: Decimal, right: Decimal) -> Result<Decimal, Overflow> {
    if let (Some(one), Some(other)) = (Small::of(left), Small::of(right))
        && let Some(sum) = one.plus(other).and_then(Small::decimal)
    {
        return Ok(sum);
    }
    add_large(left, right)
}

#[cold]
fn add_large(left: Decimal, right: Decimal) -> Result<Decimal, Overflow> {
    let sum = left.checked_add(right).ok_or(Overflow)?;
    let exact = sum.scale() >= left.scale().max(right.scale()) || left.is_zero() || right.is_zero();
    if exact { Ok(sum) } else { Err(Overflow) }
}

/// The sum of several amounts.
#[inline]
pub fn sum(values: impl Iterator<Item = Decimal> + Clone) -> Result<Decimal, Overflow> {
    #[cfg(test)]
    fuse::burn()?;
    match sum_small(values.clone()).and_then(Small::decimal) {
        Some(sum) => Ok(sum),
        None => sum_large(values),
    }
}

/// A sum to which amounts of one scale are added one by one, as long as it has few digits.
#[derive(Clone, Copy)]
pub struct Growing(Small);

impl Growing {
    /// Nothing so far, of so many digits after the point.
    #[inline]
    pub fn with_scale(scale: u8) -> Self {
        Self(Small { digits: 0, scale: u32::from(scale) })
    }

    /// Adds an amount. One of another scale, or with too many digits, is given up with all that follow.
    #[inline]
    pub fn add(&mut self, value: Decimal) {
        let sum = Small::of(value).filter(|value| value.scale == self.0.scale);
        match sum.and_then(|value| self.0.digits.checked_add(value.digits)) {
            Some(digits) => self.0.digits = digits,
            None => self.0.scale = u32::MAX,
        }
    }

    /// What they come to; nothing where it was given up.
    #[inline]
    pub fn decimal(self) -> Option<Decimal> {
        self.0.decimal()
    }
}

#[inline]
fn sum_small(mut values: impl Iterator<Item = Decimal>) -> Option<Small> {
    let Some(first) = values.next() else { return Some(Small { digits: 0, scale: 0 }) };
    values.try_fold(Small::of(first)?, |sum, value| {
        let parts = value.unpack();
        // Most are above zero, and have as many decimals as those before.
        if parts.hi | parts.mid >> 31 == 0 && parts.scale == sum.scale && !parts.negative {
            let digits = (u64::from(parts.mid) << 32 | u64::from(parts.lo)) as i64;
            return Some(Small { digits: sum.digits.checked_add(digits)?, ..sum });
        }
        sum.plus(Small::of(value)?)
    })
}

#[cold]
fn sum_large(mut values: impl Iterator<Item = Decimal>) -> Result<Decimal, Overflow> {
    values.try_fold(Decimal::ZERO, add)
}

/// Whether an amount is above zero.
#[inline]
pub fn is_positive(value: Decimal) -> bool {
    value.is_sign_positive() && !value.is_zero()
}

/// How two decimals stand to each other.
#[inline]
pub fn compare(left: Decimal, right: Decimal) -> Ordering {
    if let (Some((one, scale)), Some((other, same))) = (plain(left), plain(right))
        && scale == same
    {
        return one.cmp(&other);
    }
    compare_small(left, right)
}

#[inline(never)]
fn compare_small(left: Decimal, right: Decimal) -> Ordering {
    match Small::aligned(left, right) {
        Some((left, right, _)) => left.cmp(&right),
        None => left.cmp(&right),
    }
}

/// The smaller of two decimals; of two alike the left one.
#[inline]
pub fn least(left: Decimal, right: Decimal) -> Decimal {
    if compare(left, right).is_gt() { right } else { left }
}

/// A decimal, or zero if it is below.
#[inline]
pub fn at_least_zero(value: Decimal) -> Decimal {
    if value.is_sign_negative() { Decimal::ZERO } else { value }
}

/// Whether a decimal is 1, written so; a comparison would have to align the scales first.
#[inline]
pub fn is_one(value: Decimal) -> bool {
    let parts = value.unpack();
    parts.lo == 1 && parts.mid | parts.hi | parts.scale == 0 && !parts.negative
}

/// Whether the digits of an amount fit 64 bits.
#[inline]
pub fn has_few_digits(value: Decimal) -> bool {
    Small::of(value).is_some()
}

/// Whether an amount is above the largest whole number of 64 bits.
#[inline]
pub fn exceeds_64_bits(value: Decimal) -> bool {
    // What has few digits is not, wherever the point stands.
    !has_few_digits(value) && value > Decimal::from(i64::MAX)
}

#[inline]
pub fn subtract(left: Decimal, right: Decimal) -> Result<Decimal, Overflow> {
    #[cfg(test)]
    fuse::burn()?;
    if let (Some((one, scale)), Some((other, same))) = (plain(left), plain(right))
        && scale == same
        && let Some(difference) = one.checked_sub(other)
        && let Some(difference) = of_plain(difference, scale)
    {
        return Ok(difference);
    }
    subtract_small(left, right)
}

#[inline(never)]
fn subtract_small(left: Decimal, right: Decimal) -> Result<Decimal, Overflow> {
    if let (Some(one), Some(other)) = (Small::of(left), Small::of(right))
        && let Some(difference) = one.plus(other.negated()).and_then(Small::decimal)
    {
        return Ok(difference);
    }
    add_large(left, -right)
}

#[inline]
pub fn multiply(left: Decimal, right: Decimal) -> Result<Decimal, Overflow> {
    if is_one(right) {
        return Ok(left);
    }
    if let (Some(one), Some(other)) = (Small::of(left), Small::of(right))
        && let Some(digits) = one.digits.checked_mul(other.digits)
        && let Some(product) = (Small { digits, scale: one.scale + other.scale }).decimal()
    {
        return Ok(product);
    }
    multiply_large(left, right)
}

#[cold]
fn multiply_large(left: Decimal, right: Decimal) -> Result<Decimal, Overflow> {
    let product = left.checked_mul(right).ok_or(Overflow)?;
    let exact = product.scale() == left.scale() + right.scale() || left.is_zero() || right.is_zero();
    if exact { Ok(product) } else { Err(Overflow) }
}

/// How many whole times `divisor` (above zero) goes into `value`, toward minus infinity. Exact for all operands.
pub fn divide_floor(value: Decimal, divisor: Decimal) -> Result<Decimal, Overflow> {
    divide_floor_small(value, divisor).map_or_else(|| divide_floor_large(value, divisor), Ok)
}

#[inline]
fn divide_floor_small(value: Decimal, divisor: Decimal) -> Option<Decimal> {
    let (value, divisor, _) = Small::aligned(value, divisor)?;
    value.checked_div_euclid(divisor).map(Decimal::from)
}

fn divide_floor_large(value: Decimal, divisor: Decimal) -> Result<Decimal, Overflow> {
    let (left, right) = aligned(value, divisor)?;
    if right == 0 {
        return Err(Overflow);
    }
    Decimal::try_from_i128_with_scale(left.div_euclid(right), 0).map_err(|_| Overflow)
}

/// `value / divisor`, exact if the quotient ends within `digits` decimals, else rounded half even there. One that has no room for
/// them is an overflow.
pub fn divide(value: Decimal, divisor: Decimal, digits: u32) -> Result<Decimal, Overflow> {
    let (left, right) = aligned(value, divisor)?;
    let (negative, left, right) = ((left < 0) != (right < 0), left.unsigned_abs(), right.unsigned_abs());
    // Digit by digit: what is divided need not fit with all of them.
    let mut quotient = left.checked_div(right).ok_or(Overflow)?;
    let mut rest = left.checked_rem(right).ok_or(Overflow)?;
    let mut scale = 0;
    while rest != 0 && scale < digits {
        let next = rest.checked_mul(10).ok_or(Overflow)?;
        quotient = quotient.checked_mul(10).and_then(|tens| tens.checked_add(next / right)).ok_or(Overflow)?;
        (rest, scale) = (next % right, scale + 1);
    }
    let above = right - rest;
    if rest > above || (rest == above && quotient % 2 != 0) {
        quotient = quotient.checked_add(1).ok_or(Overflow)?;
    }
    let quotient = i128::try_from(quotient).map_err(|_| Overflow)?;
    let quotient = if negative { -quotient } else { quotient };
    Ok(Decimal::try_from_i128_with_scale(quotient, scale).map_err(|_| Overflow)?.normalize())
}

/// The one rounding step: `value / divisor` at so many decimals, in one go.
pub fn round(value: Decimal, divisor: Decimal, decimals: u32, mode: RoundMode) -> Result<Decimal, Overflow> {
    if is_one(divisor) && value.scale() <= decimals {
        return Ok(value);
    }
    match round_small(value, divisor, decimals, mode) {
        Some(rounded) => Ok(rounded),
        None => round_large(value, divisor, decimals, mode),
    }
}

// The quotient may not end: whole numbers are compared instead of cutting it off first.
fn round_small(value: Decimal, divisor: Decimal, decimals: u32, mode: RoundMode) -> Option<Decimal> {
    let (value, divisor, _) = Small::aligned(value, divisor)?;
    let scaled = value.checked_mul(power_of_ten(decimals)?)?;
    if divisor <= 0 {
        return None;
    }
    let (whole, rest) = (scaled / divisor, scaled % divisor);
    let away = rounds_away(i128::from(whole), i128::from(rest), i128::from(divisor), mode);
    let rounded = if away { whole + scaled.signum() } else { whole };
    Small { digits: rounded, scale: decimals }.decimal()
}

fn round_large(value: Decimal, divisor: Decimal, decimals: u32, mode: RoundMode) -> Result<Decimal, Overflow> {
    if is_one(divisor) {
        let strategy = match mode {
            RoundMode::Down => RoundingStrategy::ToZero,
            RoundMode::Up => RoundingStrategy::AwayFromZero,
            RoundMode::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            RoundMode::HalfEven => RoundingStrategy::MidpointNearestEven,
        };
        return Ok(value.round_dp_with_strategy(decimals, strategy));
    }
    let (value, divisor) = aligned(value, divisor)?;
    let scaled = value.checked_mul(10_i128.checked_pow(decimals).ok_or(Overflow)?).ok_or(Overflow)?;
    if divisor <= 0 {
        return Err(Overflow);
    }
    let (whole, rest) = (scaled / divisor, scaled % divisor);
    let rounded = if rounds_away(whole, rest, divisor, mode) { whole + scaled.signum() } else { whole };
    Decimal::try_from_i128_with_scale(rounded, decimals).map_err(|_| Overflow)
}

/// Whether a quotient with that whole part and that rest is rounded away from zero.
#[inline]
fn rounds_away(whole: i128, rest: i128, divisor: i128, mode: RoundMode) -> bool {
    let (below, above) = (rest.abs(), divisor - rest.abs());
    match mode {
        RoundMode::Down => false,
        RoundMode::Up => rest != 0,
        RoundMode::HalfUp => below >= above,
        RoundMode::HalfEven => below > above || (below == above && whole % 2 != 0),
    }
}

/// Both mantissas at the larger of the two scales.
fn aligned(left: Decimal, right: Decimal) -> Result<(i128, i128), Overflow> {
    let scale = left.scale().max(right.scale());
    let raise = |value: Decimal| {
        10_i128
            .checked_pow(scale - value.scale())
            .and_then(|factor| value.mantissa().checked_mul(factor))
            .ok_or(Overflow)
    };
    Ok((raise(left)?, raise(right)?))
}

/// Splits `total` over `weights` in units of `scale` decimals by the largest remainder, ties to the earlier part.
/// Weights of zero get nothing; all zero: everything goes to the first.
pub fn apportion(total: Decimal, weights: &[Decimal], scale: u32) -> Result<Vec<Decimal>, Overflow> {
    let mut sum = Decimal::ZERO;
    for weight in weights {
        sum = add(sum, *weight)?;
    }
    if sum <= Decimal::ZERO {
        let first = core::iter::once(total);
        return Ok(first.chain(core::iter::repeat(Decimal::ZERO)).take(weights.len()).collect());
    }
    let unit = Decimal::try_new(1, scale).map_err(|_| Overflow)?;
    let units = divide_floor(total, unit)?;
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    let mut given = Decimal::ZERO;
    for (index, weight) in weights.iter().enumerate() {
        let share = multiply(units, *weight)?;
        let whole = divide_floor(share, sum)?;
        remainders.push((subtract(share, multiply(whole, sum)?)?, index));
        given = add(given, whole)?;
        parts.push(whole);
    }
    remainders.arrange_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
    let mut left = subtract(units, given)?;
    for (_, index) in remainders {
        if left < Decimal::ONE {
            break;
        }
        if let Some(part) = parts.get_mut(index) {
            *part = add(*part, Decimal::ONE)?;
        }
        left = subtract(left, Decimal::ONE)?;
    }
    // What is finer than the unit stays with the first part, so that the parts add up exactly.
    let rest = subtract(total, multiply(units, unit)?)?;
    parts.iter_mut().enumerate().try_for_each(|(index, part)| {
        *part = multiply(*part, unit)?;
        if index == 0 {
            *part = add(*part, rest)?;
        }
        Ok(())
    })?;
    Ok(parts)
}

/// The shortest text of a decimal: no trailing zeros, no exponent.
pub fn text(value: Decimal) -> String {
    let mut text = String::new();
    write(&mut text, value);
    text
}

/// The same, behind a text.
pub fn write(out: &mut String, value: Decimal) {
    let parts = value.unpack();
    if parts.hi != 0 {
        out.push_str(&value.normalize().to_string());
        return;
    }
    let (mut digits, mut scale) = (u64::from(parts.mid) << 32 | u64::from(parts.lo), parts.scale);
    while scale > 0 && digits % 10 == 0 {
        (digits, scale) = (digits / 10, scale - 1);
    }
    if parts.negative && digits != 0 {
        out.push('-');
    }
    write_digits(out, digits, scale);
}

/// Writes a whole number behind a text, with a point before so many of its digits.
pub fn write_digits(out: &mut String, digits: u64, scale: u32) {
    if scale > 0 || digits > 9 {
        write_digits(out, digits / 10, scale.saturating_sub(1));
    }
    if scale == 1 {
        out.push('.');
    }
    out.push(char::from(b'0' + (digits % 10) as u8));
}

/// `value / divisor` for showing and counting: exact where it ends within 12 decimals.
#[inline]
pub fn divide_exactly(value: Decimal, divisor: Decimal) -> Result<Decimal, Overflow> {
    if is_one(divisor) { Ok(value) } else { divide(value, divisor, 12) }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;
    use num_rational::BigRational;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn digits_are_those_of_the_shortest_form(value in decimal()) {
            prop_assert_eq!(text(value), value.normalize().to_string());
            prop_assert_eq!(text(-value), if value.is_zero() { "0".to_owned() } else { (-value).normalize().to_string() });
        }
    }

    /// Decimals of all sizes, most of them around what 64 bits hold.
    fn decimal() -> impl Strategy<Value = Decimal> {
        let digits = prop_oneof![
            -1_000_i128..1_000,
            any::<i64>().prop_map(i128::from),
            -(1_i128 << 66)..1 << 66,
            -(1_i128 << 95)..1 << 95
        ];
        (digits, 0_u32..=28).prop_map(|(digits, scale)| Decimal::from_i128_with_scale(digits, scale))
    }

    fn rounding() -> impl Strategy<Value = RoundMode> {
        prop_oneof![Just(RoundMode::Down), Just(RoundMode::Up), Just(RoundMode::HalfUp), Just(RoundMode::HalfEven)]
    }

    proptest! {
        #[test]
        fn few_digits_are_told_and_read_back(value in decimal()) {
            if let Some((digits, scale)) = few(value) {
                prop_assert_eq!(of_few(digits, scale).unpack(), value.normalize().unpack());
            }
            prop_assert_eq!(few(value).is_some(), value.mantissa().unsigned_abs() < 1 << 32);
        }

        #[test]
        fn few_digits_add_as_many_do(left in decimal(), right in decimal()) {
            prop_assert_eq!(add(left, right), add_large(left, right));
            prop_assert_eq!(subtract(left, right), add_large(left, -right));
        }

        #[test]
        fn few_digits_sum_up_as_many_do(values in proptest::collection::vec(decimal(), 0..6), scale in 0_u32..4) {
            prop_assert_eq!(sum(values.iter().copied()), sum_large(values.iter().copied()));
            let alike = values.iter().map(|value| Decimal::from_i128_with_scale(value.mantissa() >> 40, scale));
            prop_assert_eq!(sum(alike.clone()), sum_large(alike));
        }

        #[test]
        fn few_digits_are_chosen_as_many_are(left in decimal(), right in decimal()) {
            prop_assert_eq!(least(left, right).unpack(), left.min(right).unpack());
            prop_assert_eq!(at_least_zero(left), left.max(Decimal::ZERO));
            prop_assert_eq!(is_one(left), left.scale() == 0 && left.mantissa() == 1);
            prop_assert_eq!(exceeds_64_bits(left), left > Decimal::from(i64::MAX));
        }

        #[test]
        fn few_digits_multiply_as_many_do(left in decimal(), right in decimal()) {
            prop_assert_eq!(multiply(left, right), multiply_large(left, right));
        }

        #[test]
        fn a_quotient_is_rounded_once_or_refused(value in decimal(), divisor in decimal(), digits in 0_u32..=12) {
            let exact = |value: Decimal| BigRational::new(value.mantissa().into(), BigInt::from(10).pow(value.scale()));
            let Ok(quotient) = divide(value, divisor, digits) else { return Ok(()) };
            prop_assert!(quotient.scale() <= digits);
            let unit = BigRational::new(1.into(), BigInt::from(10).pow(digits));
            let off = exact(value) / exact(divisor) - exact(quotient);
            let twice = off * BigInt::from(2);
            prop_assert!(twice <= unit && twice >= -unit.clone());
            let tie = twice == unit || twice == -unit.clone();
            let even = (exact(quotient) / unit).to_integer() % BigInt::from(2) == BigInt::from(0);
            prop_assert!(!tie || even);
        }

        #[test]
        fn sums_products_and_quotients_are_exact_or_refused(left in decimal(), right in decimal()) {
            let exact = |value: Decimal| BigRational::new(value.mantissa().into(), BigInt::from(10).pow(value.scale()));
            if let Ok(sum) = add(left, right) {
                prop_assert_eq!(exact(sum), exact(left) + exact(right));
            }
            if let Ok(difference) = subtract(left, right) {
                prop_assert_eq!(exact(difference), exact(left) - exact(right));
            }
            if let Ok(product) = multiply(left, right) {
                prop_assert_eq!(exact(product), exact(left) * exact(right));
            }
        }

        #[test]
        fn few_digits_compare_as_many_do(left in decimal(), right in decimal()) {
            prop_assert_eq!(compare(left, right), left.cmp(&right));
        }

        #[test]
        fn few_digits_divide_as_many_do(
            value in decimal(),
            divisor in 1_i64..1_000_000,
            scale in 0_u32..4,
            decimals in 0_u32..4,
            mode in rounding(),
        ) {
            let divisor = Decimal::new(divisor, scale);
            if let Some(floor) = divide_floor_small(value, divisor) {
                prop_assert_eq!(Ok(floor), divide_floor_large(value, divisor));
            }
            if let Some(rounded) = round_small(value, divisor, decimals, mode) {
                prop_assert_eq!(Ok(rounded), round_large(value, divisor, decimals, mode));
            }
        }
    }
}
