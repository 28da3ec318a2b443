//! Exact decimals: every operation gives the exact result or says that it cannot.
//!
//! `rust_decimal` silently drops digits that do not fit its 96 bits; here that is an [`Overflow`]. Rounding happens in
//! one place, [`round`], and is named.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::check::model::RoundMode;

/// The result has more digits than can be held exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflow;

pub fn add(left: Decimal, right: Decimal) -> Result<Decimal, Overflow> {
    let sum = left.checked_add(right).ok_or(Overflow)?;
    let exact = sum.scale() >= left.scale().max(right.scale()) || left.is_zero() || right.is_zero();
    if exact { Ok(sum) } else { Err(Overflow) }
}

/// Whether a decimal is 1, written so; a comparison would have to align the scales first.
pub fn is_one(value: Decimal) -> bool {
    value.scale() == 0 && value.mantissa() == 1
}

pub fn subtract(left: Decimal, right: Decimal) -> Result<Decimal, Overflow> {
    add(left, -right)
}

pub fn multiply(left: Decimal, right: Decimal) -> Result<Decimal, Overflow> {
    if is_one(right) {
        return Ok(left);
    }
    if is_one(left) {
        return Ok(right);
    }
    let product = left.checked_mul(right).ok_or(Overflow)?;
    let exact = product.scale() == left.scale() + right.scale() || left.is_zero() || right.is_zero();
    if exact { Ok(product) } else { Err(Overflow) }
}

/// How many whole times `divisor` (above zero) goes into `value`, toward minus infinity. Exact for all operands.
pub fn divide_floor(value: Decimal, divisor: Decimal) -> Result<Decimal, Overflow> {
    let (left, right) = aligned(value, divisor)?;
    if right == 0 {
        return Err(Overflow);
    }
    Decimal::try_from_i128_with_scale(left.div_euclid(right), 0).map_err(|_| Overflow)
}

/// `value / divisor`, exact if the quotient ends within `digits` decimals, else rounded half even there.
pub fn divide(value: Decimal, divisor: Decimal, digits: u32) -> Result<Decimal, Overflow> {
    if divisor.is_zero() {
        return Err(Overflow);
    }
    let quotient = value.checked_div(divisor).ok_or(Overflow)?;
    Ok(quotient.round_dp_with_strategy(digits, RoundingStrategy::MidpointNearestEven).normalize())
}

/// The one rounding step: `value / divisor` at so many decimals, in one go.
pub fn round(value: Decimal, divisor: Decimal, decimals: u32, mode: RoundMode) -> Result<Decimal, Overflow> {
    if is_one(divisor) {
        if value.scale() <= decimals {
            return Ok(value);
        }
        let strategy = match mode {
            RoundMode::Down => RoundingStrategy::ToZero,
            RoundMode::Up => RoundingStrategy::AwayFromZero,
            RoundMode::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            RoundMode::HalfEven => RoundingStrategy::MidpointNearestEven,
        };
        return Ok(value.round_dp_with_strategy(decimals, strategy));
    }
    // The quotient may not end: compare whole numbers instead of cutting it off first.
    let (value, divisor) = aligned(value, divisor)?;
    let scaled = value.checked_mul(10_i128.checked_pow(decimals).ok_or(Overflow)?).ok_or(Overflow)?;
    if divisor <= 0 {
        return Err(Overflow);
    }
    let (whole, rest) = (scaled / divisor, scaled % divisor);
    let away = match mode {
        RoundMode::Down => false,
        RoundMode::Up => rest != 0,
        RoundMode::HalfUp => rest.abs() >= divisor - rest.abs(),
        RoundMode::HalfEven => {
            let (below, above) = (rest.abs(), divisor - rest.abs());
            below > above || (below == above && whole % 2 != 0)
        }
    };
    let rounded = if away { whole + scaled.signum() } else { whole };
    Decimal::try_from_i128_with_scale(rounded, decimals).map_err(|_| Overflow)
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
    remainders.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
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
    let value = value.normalize();
    if value.is_zero() { "0".to_owned() } else { value.to_string() }
}

/// `value / divisor` for showing and counting: exact where it ends within 12 decimals.
pub fn divide_exactly(value: Decimal, divisor: Decimal) -> Result<Decimal, Overflow> {
    if is_one(divisor) { Ok(value) } else { divide(value, divisor, 12) }
}
