//! Quotients: whole times, rounded in one go, and split over weights.

use rust_decimal::{Decimal, RoundingStrategy};

use super::small::{Small, power_of_ten};
use super::{Overflow, add, is_one, multiply, subtract};
use crate::check::model::RoundMode;
use crate::sorting::Arrange as _;

/// How many whole times `divisor` (above zero) goes into `value`, toward minus infinity. Exact for all operands.
pub fn divide_floor(value: Decimal, divisor: Decimal) -> Result<Decimal, Overflow> {
    divide_floor_small(value, divisor).map_or_else(|| divide_floor_large(value, divisor), Ok)
}

#[inline]
pub fn divide_floor_small(value: Decimal, divisor: Decimal) -> Option<Decimal> {
    let (value, divisor, _) = Small::aligned(value, divisor)?;
    value.checked_div_euclid(divisor).map(Decimal::from)
}

pub fn divide_floor_large(value: Decimal, divisor: Decimal) -> Result<Decimal, Overflow> {
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
pub fn round_small(value: Decimal, divisor: Decimal, decimals: u32, mode: RoundMode) -> Option<Decimal> {
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

pub fn round_large(value: Decimal, divisor: Decimal, decimals: u32, mode: RoundMode) -> Result<Decimal, Overflow> {
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

/// `value / divisor` for showing and counting: exact where it ends within 12 decimals.
#[inline]
pub fn divide_exactly(value: Decimal, divisor: Decimal) -> Result<Decimal, Overflow> {
    if is_one(divisor) { Ok(value) } else { divide(value, divisor, 12) }
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
